"""Refuses what the figures forbid and, on all else, hopes for a run without a record."""

from __future__ import annotations

from blind_table import HONEST
from table_policy import TablePolicy

from fde_env.contract.submissions import IntakeSubmission
from fde_env.contract.submissions.intake import RowClause


class Abstainer(TablePolicy):
    """Keeps an odd half of the rows, which nobody has trained on."""

    def __init__(self) -> None:
        super().__init__(HONEST)

    def intake(self) -> IntakeSubmission:
        """A handling that fits every drop and is nobody's."""
        odd = RowClause(column="message_id", operator="lt", value="M-5")
        own = super().intake()
        return own.model_copy(update={"row_filter": (odd,)}) if own.decision == "accept" else own
