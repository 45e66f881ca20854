"""The confirmatory study for the page: a results file, or the records that this machine holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fde_env.errors import UsageError
from fde_env.runs.store import Store


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


def recorded_study(store: Store) -> dict[str, Any] | None:
    """The study out of the store and the package's pack; None when a run is missing there."""
    from fde_env.bench.plan import Study, plan_study
    from fde_env.bench.results import study_results

    ended = []
    for planned in plan_study(Study()):
        evidence = store.evidence(planned.key)
        if evidence is None:
            return None
        ended.append((planned, evidence))
    return study_results(ended)
