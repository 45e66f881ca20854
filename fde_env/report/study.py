"""The confirmatory study for the page: a results file of `fde confirm`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fde_env.errors import UsageError


def read_study(path: Path) -> dict[str, Any]:
    """Results that `fde confirm` wrote; `path` is the file or its folder.

    Raises:
        UsageError: there are none.
    """
    from fde_env.bench.results import FORMAT, RESULTS

    file = path / RESULTS if path.is_dir() else path
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{file} holds no study ({error}); run `fde confirm --out FOLDER`"
        ) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UsageError(f"{file} is no study of this version; run `fde confirm` again")
    return found
