"""The suite: versioned, certified tickets on recorded evidence, and a held-back split."""

from typing import Final

SUITE_VERSION: Final = "0"
"""Whatever adds, removes or changes a ticket of the suite bumps this."""
