"""What an episode leaves for the oracle: submissions with the facts they were made under."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SerializeAsAny

from fde_env.contract.base import Frozen
from fde_env.contract.facts import Facts
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import Submission

Ending = Literal["running", "delivered", "refused", "blocked", "truncated"]


class StageRecord(Frozen):
    """One stage: the submission that counts, the agent's own, and the facts at that moment."""

    stage: Stage
    submission: SerializeAsAny[Submission]
    own: SerializeAsAny[Submission] = Field(
        description="What the agent sent; differs from `submission` only under injection."
    )
    facts: Facts
