"""The images install what the project is tested with."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "containers" / "fde_containers"


def pins(path: Path) -> set[str]:
    lines = (line.strip() for line in path.read_text().splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def test_pins_are_those_of_the_constraints() -> None:
    wanted = pins(FOLDER / "Dockerfile.requirements")
    assert wanted
    assert wanted <= pins(ROOT / "constraints.txt")


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_images_run_as_an_unprivileged_user(kind: str) -> None:
    text = (FOLDER / f"Dockerfile.{kind}").read_text()
    assert "USER 10001:10001" in text
    assert "COPY Dockerfile.requirements" in text
