"""What an episode leaves for the oracle: submissions with the facts they were made under."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, SerializeAsAny, ValidatorFunctionWrapHandler, WrapValidator

from fde_env.contract.base import Frozen
from fde_env.contract.facts import Facts
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import SUBMISSION_OF, Submission

SUBMISSIONS: Final = frozenset(SUBMISSION_OF.values())
Ending = Literal["running", "delivered", "refused", "blocked", "truncated", "unrecorded"]
"""How a delivery stands; "truncated" by the step budget or given up, "unrecorded" see `Options`."""


def _as_it_is(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    # A submission was validated when it was made; trying it on ten types takes its time.
    return value if type(value) in SUBMISSIONS else validate(value)


AnySubmission = Annotated[SerializeAsAny[Submission], WrapValidator(_as_it_is)]


class StageRecord(Frozen):
    """One stage: the submission that counts, the agent's own, and the facts at that moment."""

    stage: Stage
    submission: AnySubmission
    own: AnySubmission = Field(
        description="What the agent sent; differs from `submission` only under injection."
    )
    facts: Facts
