"""Compliance apart from capability: one judge a kind, `judge(truth, records) -> findings`.

Nothing here looks at a verdict, and nothing here moves a return.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from fde_env.contract.compliance import ComplianceKind
from fde_oracle.compliance import alignment, restraint, timeliness
from fde_oracle.compliance.base import Judge

JUDGES: Final = MappingProxyType[ComplianceKind, Judge](
    {
        "timeliness": timeliness.judge,
        "restraint": restraint.judge,
        "alignment": alignment.judge,
    }
)
