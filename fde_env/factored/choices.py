"""What a factored action is made of: what to do now, and the choices that a submission asks for.

Each choice has its options by name. The first option of each is the configurator's habit
(`fde_agents.scripted.configurator`), so the action of all zeros submits what that agent submits.
Whatever is bookkeeping (digests, bills, counts) is copied by the desk and is no choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, get_args

from fde_env.contract.stage import Stage
from fde_env.contract.submissions.card import Disclosure
from fde_env.contract.submissions.intake import RefusalReason

FORMS: Final = "forms"
READS: Final = ("terms", "order", "papers", "samples")
"""What may be read, in bundles: policy, prices, machines and lengths; the order form; mail and
data dictionary; label maps and the annotations of the messages that the mail vouches for."""
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Choice:
    """One dimension of the action: its name, the stage it belongs to, its options by name.

    `do` comes before the first stage, which is written as None.
    """

    name: str
    stage: Stage | None
    options: tuple[str, ...]


def _telling(code: Disclosure) -> Choice:
    return Choice(f"tell_{code}", "card", (NO, YES))


CHOICES: Final = (
    Choice("do", None, (FORMS, *READS)),
    Choice("refusal", "intake", get_args(RefusalReason)),
    Choice("source", "intake", ("labels_1.csv", "labels_2.csv")),
    Choice("column", "intake", ("code_1", "code_2")),
    Choice("label_map", "intake", ("label_map_1.json", "label_map_2.json")),
    Choice("since", "intake", ("all", "first_day", "second_day")),
    Choice("loss", "plan", ("completion", "all")),
    Choice("context", "plan", ("message_only", "whole_thread")),
    Choice("prompt_format", "plan", ("intent_line", "support_form")),
    Choice("acceptance", "plan", ("held_out", "dev")),
    Choice("alarm_policy", "plan", ("halt", "continue")),
    Choice("learning_rate", "config", ("middle", "lowest", "highest", "tenfold")),
    Choice("max_length", "config", ("longest", "median")),
    Choice("pool", "schedule", ("cheapest", "listed_first", "fastest")),
    Choice("on_alarm", "train", ("halt", "continue")),
    Choice("split", "eval", ("held_out", "dev")),
    Choice("claim", "eval", ("by_rule", "learned")),
    Choice("base_revision", "register", ("operator", "offered")),
    Choice("action", "deploy", ("ship", "stage", "hold")),
    Choice("recommendation", "deploy", ("approve", "reject")),
    Choice("bill", "cost", ("ledger", "estimate")),
    Choice("learned", "card", (YES, NO)),
    Choice("billable", "card", (YES, NO)),
    *(_telling(code) for code in get_args(Disclosure)),
)
SIZES: Final = tuple(len(choice.options) for choice in CHOICES)
PLACE: Final = MappingProxyType({choice.name: place for place, choice in enumerate(CHOICES)})


@dataclass(frozen=True, slots=True)
class Chosen:
    """A factored action by names."""

    indices: tuple[int, ...]

    @classmethod
    def of(cls, indices: Sequence[int], allowed: Sequence[Sequence[bool]]) -> Chosen:
        """An action; an option that is not allowed is taken as the habit of its choice."""
        return cls(
            tuple(index if mask[index] else 0 for index, mask in zip(indices, allowed, strict=True))
        )

    def __getitem__(self, name: str) -> str:
        """The option chosen for `name`."""
        place = PLACE[name]
        return CHOICES[place].options[self.indices[place]]


HABIT: Final = Chosen((0,) * len(CHOICES))
