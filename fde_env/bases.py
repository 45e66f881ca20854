"""The shipped tiny bases, and where any base's files are.

A tiny base is the declared stand-in of a nominal one on machines without a GPU. Any
local folder with a model and its tokenizer is a base as well.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from fde_env.errors import UsageError

Family = Literal["qwen3", "gemma2", "llama"]


@dataclass(frozen=True)
class Base:
    """A shipped base: its id, the hub id it stands in for, and its architecture."""

    id: str
    nominal: str
    family: Family


BASES: Final = (
    Base("qwen3-tiny-a", "Qwen/Qwen3-8B", "qwen3"),
    Base("gemma2-tiny", "google/gemma-2-9b-it", "gemma2"),
    Base("llama-tiny", "meta-llama/Llama-3.3-70B-Instruct", "llama"),
    Base("qwen3-tiny-b", "Qwen/Qwen3-32B", "qwen3"),
)

FOLDER_BILLED_AS: Final = "Qwen/Qwen3-8B"
DIGESTED: Final = ("*.safetensors", "*.json", "*.model", "*.txt", "*.jinja")
NOT_DIGESTED: Final = frozenset({"provenance.json"})


def find_base(base_id: str) -> Base | None:
    """The shipped base with this id or this nominal hub id; None for any other."""
    return next((base for base in BASES if base_id in (base.id, base.nominal)), None)


def nominal_of(base: str) -> tuple[str, bool]:
    """The nominal base that a ticket names and bills, and whether `base` only stands in for it.

    A shipped base stands in for its nominal one. A folder that is called like a nominal base
    is taken to hold it; any other folder stands in for `FOLDER_BILLED_AS`.
    """
    shipped = find_base(base)
    if shipped is not None:
        return shipped.nominal, True
    name = Path(base).name
    own = next((item.nominal for item in BASES if item.nominal.rpartition("/")[2] == name), None)
    return (own, False) if own else (FOLDER_BILLED_AS, True)


@lru_cache(maxsize=1)
def bases_folder() -> Path:
    """The folder of the shipped bases, found without importing `fde_containers`.

    Raises `UsageError` when that package is not installed.
    """
    spec = find_spec("fde_containers")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            "The package fde_containers is not installed; install this project with "
            "`pip install -e .`, or give the base as a folder."
        )
    return Path(next(iter(spec.submodule_search_locations))) / "bases"


def base_path(base: str | Path) -> Path:
    """The folder of a base, from a shipped id, its nominal hub id, or a local folder.

    Raises `UsageError` when nothing usable is there.
    """
    shipped = find_base(str(base))
    folder = bases_folder() / shipped.id if shipped else Path(base).expanduser()
    if not (folder / "config.json").is_file():
        known = ", ".join(entry.id for entry in BASES)
        raise UsageError(
            f"No base at {str(base)!r}: give one of {known}, or a local folder that holds "
            "config.json, *.safetensors and the tokenizer's files."
        )
    return folder.resolve()


def base_digest(path: Path) -> str:
    """SHA-256 (64 hex digits) over a base's weight, config and tokenizer files.

    Files enter in the order of their names, each as name and digest; a provenance
    record beside them does not count. Cached by the files' sizes and times.
    """
    files = sorted({file for pattern in DIGESTED for file in path.glob(pattern)})
    return _digest(
        tuple(
            (file, file.stat().st_size, file.stat().st_mtime_ns)
            for file in files
            if file.name not in NOT_DIGESTED
        )
    )


def digest_of_base(base: str) -> str:
    """`base_digest` of a base by id or folder; of a shipped one it is taken once.

    Raises `UsageError` when nothing usable is there.
    """
    shipped = find_base(base)
    return _shipped_digest(shipped.id) if shipped else base_digest(base_path(base))


@lru_cache(maxsize=len(BASES))
def _shipped_digest(base_id: str) -> str:
    return base_digest(base_path(base_id))


@lru_cache(maxsize=64)
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    total = hashlib.sha256()
    for file, _, _ in files:
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        total.update(f"{file.name}\0{content}\n".encode())
    return total.hexdigest()
