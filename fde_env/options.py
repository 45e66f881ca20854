"""The options of `gym.make("FDE-v0", ...)`, validated in one place."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from pydantic import Field, ValidationError

from fde_env.bases import find_base
from fde_env.contract.base import Frozen
from fde_env.contract.run_spec import Size
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import PressureName, TicketSpec, TicketSplit, TrapName
from fde_env.errors import UsageError
from fde_env.rules import Rules
from fde_env.runs.runner import Execution, Runner
from fde_env.runs.store import Store

DATA_SEEDS = (1, 2, 3)
TRAP_CHOICES: tuple[TrapName, ...] = get_args(TrapName)


class Options(Frozen):
    """What a user may choose; the design of each is in the README's table."""

    trap: TrapName | Literal["random"] | tuple[TrapName, ...] = "none"
    misread: Literal["latent", "forced"] = "latent"
    inject: bool = False
    pressure: PressureName | tuple[PressureName, ...] = "none"
    intensity: Literal[1, 2, 3] = 2
    detector: Literal["shadow", "live"] = "shadow"
    gate: Literal["hard", "soft"] = "hard"
    reward: Literal["sparse", "dense"] = "sparse"
    execution: Execution = "auto"
    backend: Literal["auto", "docker", "bubblewrap", "subprocess"] = "auto"
    unrecorded: Literal["raise", "end"] = Field(
        default="raise",
        description="What a handling that is wrong already meets under replay when nobody has "
        "trained it: `ReplayMiss`, or the end of the delivery, with what was earned.",
    )
    isolate: bool = True
    strict_provenance: bool = False
    domain: str = "bank"
    base: str = "qwen3-tiny-a"
    node: Literal["any", "H200", "A100", "L40S", "A40"] = "any"
    gpus: int = Field(default=0, ge=0, le=64)
    size: Size = "full"
    infeasible: RefusalReason = "none"
    split: TicketSplit = "train"
    seed: int | None = Field(
        default=None, ge=0, description="Surface seed; None draws a new ticket at each reset."
    )
    data_seed: int | None = Field(
        default=None, ge=0, description="Cell seed; None takes it from the surface seed."
    )

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Options:
        """Options from keyword arguments.

        Raises:
            UsageError: a name or value is unknown; the message lists what is allowed.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise UsageError(_explain(error)) from None

    def ticket_spec(self, rng: np.random.Generator) -> TicketSpec:
        """The ticket that these options mean; what they leave open is drawn from `rng`."""
        seed = int(rng.integers(2**31)) if self.seed is None else self.seed
        data_seed = DATA_SEEDS[seed % len(DATA_SEEDS)] if self.data_seed is None else self.data_seed
        traps: tuple[TrapName, ...]
        if self.trap == "random":
            traps = (TRAP_CHOICES[int(rng.integers(len(TRAP_CHOICES)))],)
        else:
            traps = self.trap if isinstance(self.trap, tuple) else (self.trap,)
        pressure = self.pressure if isinstance(self.pressure, tuple) else (self.pressure,)
        return TicketSpec(
            domain=self.domain,
            # A shipped base goes by its own id, so that its nominal name finds the same runs.
            base=shipped.id if (shipped := find_base(self.base)) else self.base,
            seed=seed,
            data_seed=data_seed,
            size=self.size,
            traps=tuple(sorted({trap for trap in traps if trap != "none"})),
            pressure=tuple(sorted({kind for kind in pressure if kind != "none"})),
            intensity=self.intensity,
            node=self.node,
            infeasible=self.infeasible,
            split=self.split,
        )

    def rules(self) -> Rules:
        """How an episode is played under these options."""
        return Rules(
            forced_misread=self.misread == "forced",
            inject=self.inject,
            live_detector=self.detector == "live",
            gate=self.gate,
            isolate=self.isolate,
        )

    def runner(self, store: Store) -> Runner:
        """What opens runs under these options; nothing is started yet."""
        return Runner(
            execution=self.execution,
            backend=self.backend,
            gpus=self.gpus,
            store=store,
            strict_provenance=self.strict_provenance,
        )

    def fixed_spec(self) -> TicketSpec:
        """The ticket of options that leave nothing open, or the first of those that do."""
        return self.ticket_spec(np.random.default_rng(0))


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown option {name!r}; options: {', '.join(Options.model_fields)}")
        else:
            lines.append(f"option {name!r}: {problem['msg']}, not {problem['input']!r}")
    return "; ".join(dict.fromkeys(lines))
