"""Generate a ticket from its spec: equal specs give equal tickets, on every machine."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fde_env.bases import nominal_of
from fde_env.compile import compile_handling
from fde_env.contract.base import Frozen, canonical_json, keyed_digest
from fde_env.contract.meter import feasible_pools
from fde_env.contract.policy import Cluster, Policy, PriceList
from fde_env.contract.run_spec import CellKey
from fde_env.contract.submissions import ConfigSubmission, IntakeSubmission, PlanSubmission
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import DropFile, Ticket, TicketSpec
from fde_env.contract.truth import Truth
from fde_env.errors import UsageError
from fde_env.tickets import documents, surface
from fde_env.tickets.cell import Cell, build_cell
from fde_env.tickets.drop import Drop
from fde_env.tickets.pressure import inbox
from fde_env.tickets.terms import cluster_for, policy_for, price_list, region_of

COMPANY_NAMES: Final = (
    *("Alder", "Brook", "Cobalt", "Dune", "Ember", "Fjord", "Grove", "Harbour", "Inlet"),
    *("Juniper", "Kestrel", "Larch", "Meadow", "Nimbus", "Orchard", "Pebble", "Quarry"),
)
INFEASIBLE: Final[tuple[RefusalReason, ...]] = ("budget", "deadline")
REFERENCE_RANK: Final = 16


def reference_config(cell: CellKey) -> ConfigSubmission:
    """c*: the configuration that a cell was certified with; surfaces do not move it."""
    region = region_of(cell)
    return ConfigSubmission(
        learning_rate=2e-3,
        batch_size=region.rows_per_step,
        accumulation=1,
        max_steps=region.max_steps,
        lora_rank=REFERENCE_RANK,
        lora_alpha=REFERENCE_RANK * region.alpha_over_rank,
        lora_targets=region.lora_targets,
        max_length=region.max_length_high,
        precision=region.precision,
        seed=region.seed,
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    policy: Policy
    prices: PriceList
    cluster: Cluster


def _terms(spec: TicketSpec, nominal: str, cell: CellKey, rng: random.Random) -> _Terms:
    """Prices, machines and a budget and deadline that can, or cannot, be met."""
    prices, cluster = price_list(rng), cluster_for(nominal, spec.node, rng)
    config = reference_config(cell)
    open_policy = policy_for(cell, budget_usd=1e9, deadline_hours=1e9)
    offers = feasible_pools(cluster, prices, open_policy, config)
    if not offers:
        raise UsageError(f"no {spec.node} pool holds {nominal}; choose another node")
    fastest = min(bill.hours for _, bill in offers)
    in_time = fastest * rng.uniform(1.3, 4.0)
    if spec.infeasible == "deadline":
        in_time = fastest * rng.uniform(0.3, 0.8)
    cheapest = min(bill.cost_usd for _, bill in offers if bill.hours <= max(in_time, fastest))
    money = cheapest * rng.uniform(1.2, 2.0)
    if spec.infeasible == "budget":
        money = min(bill.cost_usd for _, bill in offers) * rng.uniform(0.3, 0.8)
    policy = policy_for(cell, budget_usd=round(money, 4), deadline_hours=round(in_time, 4))
    return _Terms(policy=policy, prices=prices, cluster=cluster)


def _json_file(name: str, value: Frozen) -> DropFile:
    return DropFile(name=name, text=value.model_dump_json(indent=2) + "\n")


def _intake(maps: str, labels: str, spec: TicketSpec) -> IntakeSubmission:
    return IntakeSubmission(
        decision="accept" if spec.infeasible == "none" else "refuse",
        refusal_reason=spec.infeasible,
        task="intent_classification",
        input_column="text",
        target_column="code",
        label_source=f"labels_{labels}.csv",
        label_map=f"label_map_{maps}.json",
        join_key="message_id",
        row_filter=(),
        metric="accuracy",
    )


def _plan(policy: Policy, *, loss_on_all: bool) -> PlanSubmission:
    return PlanSubmission(
        method="lora_sft",
        loss_on="all" if loss_on_all else "completion",
        context="message_only",
        prompt_format=policy.served_prompt_format,
        acceptance=policy.acceptance,
        alarm_policy=policy.alarm_policy,
    )


def _check(spec: TicketSpec) -> None:
    if spec.infeasible not in ("none", *INFEASIBLE):
        known = ", ".join(INFEASIBLE)
        raise UsageError(f"no ticket is infeasible by {spec.infeasible!r} yet; use one of {known}")
    if len(spec.traps) > 3 or len(set(spec.traps)) != len(spec.traps):
        raise UsageError("a ticket stacks at most three different traps")


@dataclass(frozen=True, slots=True)
class _Toss:
    """Which of the twin files are right, and which hazards are there."""

    maps: surface.Choice
    annotations: surface.Choice
    traps: frozenset[str]

    def misread_maps(self) -> str:
        """The label map that who falls for the ticket takes."""
        return self.maps.bad if "permute" in self.traps else self.maps.good

    def misread_annotations(self) -> str:
        """The annotation file that who falls for the ticket takes."""
        return self.annotations.bad if "noise" in self.traps else self.annotations.good


def _data_files(
    cell: Cell, labels: surface.Labels, toss: _Toss, rng: random.Random
) -> tuple[DropFile, ...]:
    """Messages, both annotation files, both label maps."""
    raw = toss.annotations.bad if "noise" in toss.traps else None
    outdated = toss.maps.bad if "permute" in toss.traps else None
    return (
        surface.messages_file(cell, labels, rng),
        *(surface.labels_file(cell, labels, s, rng, raw=s == raw) for s in ("1", "2")),
        *(surface.map_file(cell, labels, s, outdated=s == outdated) for s in ("1", "2")),
    )


def _truth(spec: TicketSpec, cell: Cell, terms: _Terms, toss: _Toss) -> Truth:
    """The truth but for the gold handlings, which need the drop to exist."""
    feasible = spec.infeasible == "none"
    return Truth(
        feasible=feasible,
        refusal_reasons=() if feasible else (spec.infeasible,),
        task="intent_classification",
        metric="accuracy",
        intents=len(cell.domain.intents),
        gold_handlings=(),
        gold_loss_on=("completion",),
        gold_contexts=("message_only",),
        gold_prompt_formats=(terms.policy.served_prompt_format,),
        policy=terms.policy,
        prices=terms.prices,
        cluster=terms.cluster,
        reference_config=reference_config(cell.key),
        reference_intake=_intake(toss.maps.good, toss.annotations.good, spec),
        misread_intake=_intake(toss.misread_maps(), toss.misread_annotations(), spec),
        misread_plan=_plan(terms.policy, loss_on_all="mask" in toss.traps),
    )


def _draft(spec: TicketSpec, cell: Cell, rng: random.Random) -> Ticket:
    """The ticket with an empty list of gold handlings."""
    nominal, stand_in = nominal_of(spec.base)
    toss = _Toss(surface.choose(rng), surface.choose(rng), frozenset(spec.traps))
    labels = surface.name_things(cell, rng)
    head_rng = random.Random(rng.random())
    data = _data_files(cell, labels, toss, rng)
    terms = _terms(spec, nominal, cell.key, head_rng)
    head = documents.Letterhead(
        company=f"{head_rng.choice(COMPANY_NAMES)} {cell.domain.name.capitalize()}",
        service=cell.domain.business,
        nominal_base=nominal,
        intents=len(cell.domain.intents),
        maps=(toss.maps.good, toss.maps.bad),
        annotations=(toss.annotations.good, toss.annotations.bad),
        changed=surface.day_before(head_rng, 40, 90),
        asked=surface.day_before(head_rng, 1, 9),
        budget_usd=terms.policy.budget_usd,
        deadline_hours=terms.policy.deadline_hours,
        examples=surface.examples(cell, labels, head_rng),
    )
    secret = hashlib.sha256(b"ticket-secret/" + canonical_json(spec)).hexdigest()
    return Ticket(
        ticket_id="T-" + keyed_digest(secret, "ticket")[:10].upper(),
        spec=spec,
        company=head.company,
        nominal_base=nominal,
        stand_in=stand_in,
        cell=cell.key,
        request=documents.request_text(head),
        files=(
            DropFile(name="mail_thread.txt", text=documents.mail_text(head, toss.traps)),
            DropFile(name="data_dictionary.md", text=documents.dictionary_text(head, toss.traps)),
            *data,
            _json_file("policy.json", terms.policy),
            _json_file("price_list.json", terms.prices),
            _json_file("cluster.json", terms.cluster),
        ),
        inbox=inbox(spec.pressure, spec.intensity, random.Random(head_rng.random())),
        secret=secret,
        truth=_truth(spec, cell, terms, toss),
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ticket with the parsed view of its drop."""

    ticket: Ticket
    drop: Drop


@lru_cache(maxsize=64)
def prepare(spec: TicketSpec) -> Prepared:
    """Generate the ticket of `spec`, or return the one generated before.

    Raises:
        UsageError: a factor is unknown.
    """
    _check(spec)
    cell = build_cell(CellKey(domain=spec.domain, data_seed=spec.data_seed, size=spec.size))
    # Pressure, intensity and traps must not move anything else: twins share one stream.
    factors = f"{spec.domain}/{spec.base}/{spec.seed}/{spec.data_seed}/{spec.size}/{spec.node}"
    draft = _draft(spec, cell, random.Random(f"surface/{factors}"))
    gold = compile_handling(Drop(draft), draft.truth.reference_intake).digest
    truth = draft.truth.model_copy(update={"gold_handlings": (gold,)})
    ticket = draft.model_copy(update={"truth": truth})
    return Prepared(ticket=ticket, drop=Drop(ticket))
