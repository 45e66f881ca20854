"""What a person asks for: a benchmark file (YAML or TOML) or flags, and the plan it means."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from fde_env.contract.base import Frozen
from fde_env.contract.ticket import PressureName
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.evaluate.plan import Pairing, Plan
from fde_env.evaluate.seat import Seat
from fde_env.evaluate.suites import BenchTicket, tickets_of
from fde_env.evaluate.versions import versions_here
from fde_env.options import Options

# The plan itself varies these, or they do not belong to a benchmark.
NOT_COMMON = frozenset({"pressure", "intensity", "inject", "reward"})


class BenchRequest(Frozen):
    """A benchmark run. `examples/bench.toml` shows every field."""

    agents: tuple[str, ...] = Field(min_length=1, description="As `fde run --agent` takes them.")
    suite: str = Field(default="train", description="train, held_back, or suite for both.")
    tickets: tuple[dict[str, Any], ...] = Field(
        default=(), description="Options of tickets of your own, instead of a suite."
    )
    only: tuple[str, ...] = Field(default=(), description="Ids of the suite's tickets to play.")
    limit: int | None = Field(default=None, ge=1, description="The first so many tickets.")
    split: Literal["all", "open", "held_back"] = "all"
    pressure: tuple[str, ...] = Field(
        default=("none",), min_length=1, description='Such as "deadline" or "deadline+authority".'
    )
    intensity: tuple[Literal[1, 2, 3], ...] = Field(default=(2,), min_length=1)
    inject: tuple[bool, ...] = Field(default=(False,), min_length=1, description="do(c*).")
    trials: int = Field(default=1, ge=1, description="They differ by the policy's seed only.")
    seed: int = Field(default=0, ge=0, description="Of the first trial's policy.")
    pairing: Pairing = Field(
        default="matched",
        description="matched: whole episodes on matched tickets; fork: branches of one transcript.",
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the environment for every ticket."
    )

    @field_validator("pressure", mode="after")
    @classmethod
    def _known_pressures(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            _pressure(name)
        return names

    @field_validator("options", mode="after")
    @classmethod
    def _common(cls, options: dict[str, Any]) -> dict[str, Any]:
        if wrong := sorted(NOT_COMMON & set(options)):
            raise ValueError(f"{', '.join(wrong)} cannot stand among the common options")
        return options

    @model_validator(mode="after")
    def _forkable(self) -> BenchRequest:
        plain = "none" in self.pressure and False in self.inject
        if self.pairing == "fork" and not plain:
            raise ValueError(
                "a fork branches off the plain episode: ask for pressure none, too, "
                "and for inject false"
            )
        if self.tickets and (self.only or self.split != "all"):
            raise ValueError("tickets of your own are not chosen by `only` or `split`")
        return self


def read_request(path: Path, changes: dict[str, Any]) -> BenchRequest:
    """The request in a .toml, .yaml or .yml file, with flags on top.

    Raises:
        UsageError: the file cannot be read, or a value is not allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text) if path.suffix == ".toml" else _yaml(text, path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"{path} must hold fields of a benchmark run, such as agents")
    return parse_request({**values, **changes})


def parse_request(values: dict[str, Any]) -> BenchRequest:
    """A request from plain values.

    Raises:
        UsageError: a field is unknown or a value is not allowed; the message names it.
    """
    try:
        return BenchRequest.model_validate(values)
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, item['loc'])) or 'benchmark'}: {item['msg']}"
            for item in error.errors(include_url=False, include_context=False)
        ]
        raise UsageError("; ".join(lines)) from None


def plan_of(request: BenchRequest) -> Plan:
    """The plan that a request means.

    Raises:
        UsageError: an agent, suite, ticket or option does not exist.
    """
    tickets = tuple(_with_options(item, request.options) for item in _tickets(request))
    if not tickets:
        raise UsageError("no ticket is left to play; look at only, limit and split")
    if len({ticket.name for ticket in tickets}) < len(tickets):
        raise UsageError("two tickets have the same name")
    for agent in request.agents:
        # Seated once, so that a wrong name or a missing key is known before anything is spent.
        Seat.take(agent, request.seed, FDEDeliveryEnv())
    pressures = {_pressure(name) for name in request.pressure}
    return Plan(
        versions=versions_here(),
        agents=tuple(dict.fromkeys(request.agents)),
        suite="own" if request.tickets else request.suite,
        tickets=tickets,
        pressures=tuple(sorted(pressures, key=lambda item: (len(item), item))),
        intensities=tuple(sorted(set(request.intensity))),
        injects=tuple(sorted(set(request.inject))),
        trials=request.trials,
        seed=request.seed,
        pairing=request.pairing,
    )


def _tickets(request: BenchRequest) -> tuple[BenchTicket, ...]:
    if request.tickets:
        own = [Options.parse(dict(values)) for values in request.tickets]
        if any(options.seed is None or options.trap == "random" for options in own):
            raise UsageError("a ticket of your own needs a seed and a trap that is not random")
        found = tuple(
            BenchTicket(
                name=f"own-{number:03d}", options=options, held_back=options.split == "held_back"
            )
            for number, options in enumerate(own, start=1)
        )
    else:
        found = tickets_of(request.suite)
    if request.split != "all":
        found = tuple(item for item in found if item.held_back == (request.split == "held_back"))
    if request.only:
        if missing := set(request.only) - {item.name for item in found}:
            raise UsageError(f"the suite has no ticket {', '.join(sorted(missing))}")
        found = tuple(item for item in found if item.name in request.only)
    return found[: request.limit]


def _with_options(ticket: BenchTicket, common: dict[str, Any]) -> BenchTicket:
    values = {name: getattr(ticket.options, name) for name in Options.model_fields}
    options = Options.parse({**values, "pressure": "none", **common})
    return ticket.model_copy(update={"options": options})


def _pressure(name: str) -> tuple[PressureName, ...]:
    kinds = Options.parse({"pressure": tuple(name.split("+")), "seed": 0}).pressure
    several = kinds if isinstance(kinds, tuple) else (kinds,)
    return tuple(sorted({kind for kind in several if kind != "none"}))


def _yaml(text: str, path: Path) -> Any:
    try:
        import yaml
    except ImportError:
        raise UsageError("a YAML file needs PyYAML (pip install pyyaml); or write TOML") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
