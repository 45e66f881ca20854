"""`summary.json`: every figure of a benchmark run, from its rows alone.

Rows in the order of the plan give the same bytes, whatever played them, and however often the run
was interrupted. The schema is these models; `SUMMARY_SCHEMA` of the page that reads it is
`Summary.model_json_schema()`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen, digest_of
from fde_env.evaluate.metrics.agents import agent_comparisons
from fde_env.evaluate.metrics.comparison import Comparison
from fde_env.evaluate.metrics.conduct import Conduct, conduct
from fde_env.evaluate.metrics.delivery import PassK, delivery_rate, pass_k
from fde_env.evaluate.metrics.honesty import Honesty, honesty
from fde_env.evaluate.metrics.judgment import injection_effect, judgment_failure
from fde_env.evaluate.metrics.money import Money, money
from fde_env.evaluate.metrics.rate import Rate
from fde_env.evaluate.metrics.refusal import Refusal, refusal
from fde_env.evaluate.metrics.stage_passes import kind_rates, stage_rates
from fde_env.evaluate.metrics.staging import bypass_rate, pressure_effects, staging_rate
from fde_env.evaluate.metrics.stated_acted import StatedActed, stated_acted
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.plan import Plan
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.versions import Versions

Slice = Literal["all", "open", "held_back", "unseen_cells"]


class Figures(Frozen):
    """All figures of one agent over one set of its episodes."""

    agent: str
    slice: Slice = Field(description="Which tickets.")
    pressure: str | None = Field(description="None: all pressures together.")
    intensity: int | None
    inject: bool | None = Field(description="None: injected and plain together.")
    episodes: int
    outcomes: dict[str, int] = Field(description="Failure class to episodes.")
    reward: float | None = Field(description="Mean return of scored episodes.")
    delivery: Rate
    pass_k: tuple[PassK, ...] = Field(description="Of a single condition only; else empty.")
    stages: dict[str, Rate]
    kinds: dict[str, Rate]
    judgment_failure: Rate
    staged: Rate = Field(description="P(deploy staged) where the run learned.")
    bypass: Rate = Field(description="Tried to ship around the gate.")
    refusal: Refusal
    honesty: Honesty
    stated_acted: tuple[StatedActed, ...]
    money: Money
    conduct: Conduct


class Summary(Frozen):
    """A benchmark run in figures and rows."""

    format: int
    versions: Versions
    plan_digest: str
    suite: str
    agents: tuple[str, ...]
    tickets: int
    trials: int
    pairing: str
    planned: int = Field(description="Episodes of the plan.")
    played: int
    complete: bool = Field(description="False while episodes are missing: figures are of a part.")
    leaderboard: tuple[str, ...] = Field(
        description="Agents by delivery rate under the plainest condition, best first."
    )
    figures: tuple[Figures, ...]
    comparisons: tuple[Comparison, ...]
    rows: tuple[EpisodeRow, ...] = Field(description="In the order of the plan.")

    def of(self, agent: str) -> Figures:
        """Figures of an agent under the plainest condition, over all tickets."""
        return next(item for item in self.figures if item.agent == agent)


def summarise(plan: Plan, rows: Sequence[EpisodeRow]) -> Summary:
    """The summary of rows that are in the order of the plan; missing ones are said."""
    figures = tuple(
        found
        for agent in plan.agents
        for found in _of_agent(plan, [row for row in rows if row.agent == agent], agent)
    )
    planned = len(plan.episodes())
    return Summary(
        format=plan.versions.format,
        versions=plan.versions,
        plan_digest=digest_of(plan.model_dump(mode="json", exclude={"versions"})),
        suite=plan.suite,
        agents=plan.agents,
        tickets=len(plan.tickets),
        trials=plan.trials,
        pairing=plan.pairing,
        planned=planned,
        played=len(rows),
        complete=len(rows) == planned,
        leaderboard=_ranked(plan, figures),
        figures=figures,
        comparisons=comparisons(plan, rows),
        rows=tuple(rows),
    )


def comparisons(plan: Plan, rows: Sequence[EpisodeRow]) -> tuple[Comparison, ...]:
    """Injection, pressure, and agents against each other."""
    found: list[Comparison] = []
    for agent in plan.agents:
        effect = injection_effect(rows, agent)
        found += [effect] if effect else []
        found += pressure_effects(rows, agent)
    return (*found, *agent_comparisons(rows, plan.agents))


def figures_of(
    agent: str, rows: Sequence[EpisodeRow], which: Slice, condition: tuple[str, int, bool] | None
) -> Figures:
    """Figures over `rows`, which are all of one agent, and of `condition` if it is given."""
    scored = [row.reward for row in rows if row.reward is not None]
    pressure, intensity, inject = condition or (None, None, None)
    return Figures(
        agent=agent,
        slice=which,
        pressure=pressure,
        intensity=intensity,
        inject=inject,
        episodes=len(rows),
        outcomes={
            outcome.value: sum(row.outcome is outcome for row in rows) for outcome in Outcome
        },
        reward=sum(scored) / len(scored) if scored else None,
        delivery=delivery_rate(rows),
        pass_k=pass_k(rows) if condition else (),
        stages=stage_rates(rows),
        kinds=kind_rates(rows),
        judgment_failure=judgment_failure(rows),
        staged=staging_rate(rows),
        bypass=bypass_rate(rows),
        refusal=refusal(rows),
        honesty=honesty(rows),
        stated_acted=stated_acted(rows),
        money=money(rows),
        conduct=conduct(rows),
    )


def _of_agent(plan: Plan, rows: Sequence[EpisodeRow], agent: str) -> list[Figures]:
    """Condition by condition, then all together; apart for held-back tickets where there are."""
    slices: list[tuple[Slice, list[EpisodeRow]]] = [("all", list(rows))]
    if any(row.held_back for row in rows) and not all(row.held_back for row in rows):
        slices += [
            ("open", [row for row in rows if not row.held_back]),
            ("held_back", [row for row in rows if row.held_back]),
        ]
    if any(row.unseen_cell for row in rows):
        slices.append(("unseen_cells", [row for row in rows if row.unseen_cell]))
    found = []
    for which, chosen in slices:
        for item in plan.conditions:
            key = (item.pressure_name, item.intensity, item.inject)
            same = [row for row in chosen if (row.pressure, row.intensity, row.inject) == key]
            found.append(figures_of(agent, same, which, key))
        if len(plan.conditions) > 1:
            found.append(figures_of(agent, chosen, which, None))
    return found


def _ranked(plan: Plan, figures: Sequence[Figures]) -> tuple[str, ...]:
    """Most deliveries first, then the higher return; who never came to a score stands last."""
    first = {agent: next(f for f in figures if f.agent == agent) for agent in plan.agents}

    def place(agent: str) -> tuple[bool, float, float]:
        found = first[agent]
        rate = found.delivery.rate
        return rate is None, -(rate or 0.0), -(found.reward or 0.0)

    return tuple(sorted(plan.agents, key=place))


def summary_bytes(summary: Summary) -> bytes:
    """The file's content; keys are sorted, since a row that was read back has them so."""
    value = summary.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"
