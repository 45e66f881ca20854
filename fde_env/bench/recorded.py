"""The confirmatory study as it was recorded: its results file, shipped beside the pack.

To plan the study anew takes as long as writing the documents of 48 tickets. Who only wants to
look at the results reads this file; a test holds it to the runs of the pack.
"""

from __future__ import annotations

import gzip
import json
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fde_env.errors import StoreCorrupt

NAME: Final = "study.json.gz"
FOLDER: Final = Path(__file__).parent


def recorded_study() -> dict[str, Any]:
    """Results of the study whose runs are in the pack, as `study_results` made them.

    Raises:
        StoreCorrupt: the package's file cannot be read.
    """
    try:
        packed = (files("fde_env.bench") / NAME).read_bytes()
        found: dict[str, Any] = json.loads(gzip.decompress(packed))
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise StoreCorrupt(
            f"the package's {NAME} is damaged ({error}); install the package again"
        ) from error
    return found


def write_recorded(results: dict[str, Any], folder: Path = FOLDER) -> Path:
    """Write the file; equal results give equal bytes."""
    text = json.dumps(results, separators=(",", ":")).encode()
    path = folder / NAME
    path.write_bytes(gzip.compress(text, 9, mtime=0))
    return path
