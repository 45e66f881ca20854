"""Settings that hold for the whole suite."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

# Helpers that several areas share; `tests` itself is no package.
sys.path.insert(0, str(Path(__file__).parent / "kit"))

# No deadline: on shared cores a slow example says nothing. Derandomised: a red suite stays red
# until something is changed, and a green one is the same suite for everybody.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")
