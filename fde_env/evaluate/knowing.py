"""Knowing and doing: what the agent says the policy is, beside what it did.

No question may prime an act. So whether the ticket can be delivered is asked of a copy of the
policy as it was when it sent its intake, and the rest when the delivery has ended, long after the
deploy was committed. Asked on a copy, a question can be put at any moment (`ask_aside`): neither
the policy nor the episode notices. A policy without `ask` is not asked. An answer counts when
exactly one of the choices stands in it as a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import Field

from fde_env.beliefs import acted_answer, right_answer
from fde_env.contract.base import Frozen
from fde_env.contract.belief import QUESTIONS, BeliefQuestion
from fde_env.contract.record import StageRecord
from fde_env.contract.truth import Truth
from fde_env.env import FDEDeliveryEnv
from fde_env.evaluate.seat import Seat

LONGEST_ANSWER: Final = 2000
AT_INTAKE: Final = tuple(item for item in QUESTIONS if item.key == "deliverable")
AT_THE_END: Final = tuple(item for item in QUESTIONS if item.key != "deliverable")


class Stated(Frozen):
    """One question with the answer, the policy and the act."""

    question: str
    answer: str = Field(description="As it was given, at most 2,000 characters.")
    stated: str | None = Field(description="The choice in the answer; None if it names not one.")
    right: str = Field(description="The customer's policy.")
    acted: str | None = Field(description="What the agent did; None if it did not come to that.")


def ask_all(
    ask: Callable[[str], str | None],
    truth: Truth,
    records: Sequence[StageRecord],
    questions: Sequence[BeliefQuestion] = AT_THE_END,
) -> tuple[Stated, ...]:
    """Put every question; empty when the policy answers none.

    Raises:
        SeatError: whatever the policy raises when it cannot answer.
    """
    stated = []
    for question in questions:
        answer = ask(question.text)
        if answer is None:
            return ()
        stated.append(
            Stated(
                question=question.key,
                answer=answer[:LONGEST_ANSWER],
                stated=question.choice_in(answer),
                right=right_answer(question.key, truth),
                acted=acted_answer(question.key, truth, records),
            )
        )
    return tuple(stated)


def ask_aside(
    seat: Seat, env: FDEDeliveryEnv, questions: Sequence[BeliefQuestion] = QUESTIONS
) -> tuple[Stated, ...]:
    """Ask a copy of the policy, each question a fresh one; `seat` and `env` stay as they are.

    What it acted is told by the records so far.

    Raises:
        UsageError: the policy cannot be copied.
        SeatError: whatever the policy raises when it cannot answer.
    """
    _, truth, _ = env.oracle_view()
    return ask_all(lambda text: seat.fork(env).ask(text), truth, env.records, questions)
