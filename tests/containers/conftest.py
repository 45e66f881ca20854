"""Fixtures of the sandbox-side tests; what they are made of is in `containers_kit`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("trl")
sys.path.insert(0, str(Path(__file__).parent))

from containers_kit import JobFolder, build_model, build_tokenizer


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    return build_tokenizer()


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, tokenizer: Any) -> Path:
    """A folder with a random tiny Qwen3."""
    folder = tmp_path_factory.mktemp("base")
    build_model("qwen3").save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def job_folder(tmp_path: Path) -> Callable[..., JobFolder]:
    """Makes job folders; keyword arguments replace parts of the job."""
    made: list[int] = []

    def make(**changes: Any) -> JobFolder:
        made.append(1)
        return JobFolder(tmp_path / f"job{len(made)}", **changes)

    return make
