"""`python -m fde_containers.main --input /in --output /out --base /base`: run one job."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fde_containers.execute import execute


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run the job; returns the exit status."""
    parser = argparse.ArgumentParser(prog="fde_containers", description=__doc__)
    parser.add_argument("--input", type=Path, required=True, help="folder with job.json")
    parser.add_argument("--output", type=Path, required=True, help="folder for results")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    chosen = parser.parse_args(arguments)
    return execute(chosen.input, chosen.output, chosen.base)


if __name__ == "__main__":
    sys.exit(main())
