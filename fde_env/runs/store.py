"""The content-addressed store of evidence and base predictions.

A record is a folder or file that appears by one rename, so a killed run leaves none.
Below the user's store lies the read-only pack that comes with the package.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from fde_env.contract.base import Frozen, digest_of
from fde_env.contract.evidence import Evidence
from fde_env.errors import StoreCorrupt

HOME_VARIABLE = "FDE_HOME"
EVIDENCE = "evidence.json"


def default_home() -> Path:
    """`$FDE_HOME`, or `fde-env` in the user's cache folder."""
    if os.environ.get(HOME_VARIABLE):
        return Path(os.environ[HOME_VARIABLE]).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "fde-env"


class BasePredictions(Frozen):
    """What an untuned base answers on a cell's evaluation rows: label indices by split."""

    base_digest: str
    splits_digest: str
    predictions: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def key(self) -> str:
        """Name in the store, 64 hex digits."""
        return base_key(self.base_digest, self.splits_digest)


def base_key(base_digest: str, splits_digest: str) -> str:
    """Name under which a base's predictions on some splits are kept."""
    return digest_of({"base": base_digest, "splits": splits_digest})


class Store:
    """Evidence under `home/runs/<key>/`, base predictions under `home/bases/<key>.json`.

    Args:
        home: the store's folder.
        since: for a job that is tried again: a run recorded after this moment (seconds since the
            epoch) is its own, and is taken up even where only live runs are wanted.
        desk: name of a folder of its own for working files, so that they can be cleared away
            when their process is killed.
    """

    def __init__(
        self, home: Path | None = None, since: float | None = None, desk: str = ""
    ) -> None:
        self.home = (home or default_home()).absolute()
        self._home = str(self.home)
        self._since, self._work = since, self.home / "work" / desk

    def run_dir(self, key: str) -> Path:
        """Folder of a stored run, whether it exists or not."""
        return self.home / "runs" / key

    def evidence(self, key: str) -> Evidence | None:
        """The stored run called `key`, from the user's store or the pack, or None.

        Raises:
            StoreCorrupt: the record does not belong to that key.
        """
        own = self.kept(key)
        return _packed_evidence(key) if own is None else _read_evidence(str(own / EVIDENCE), key)

    def kept(self, key: str) -> Path | None:
        """Folder of the run called `key` in the user's store; None when it is not there."""
        # Asked twice an episode, and a path takes ten times as long to make as a text does.
        there = os.path.isfile(f"{self._home}/runs/{key}/{EVIDENCE}")  # noqa: PTH113
        return self.run_dir(key) if there else None

    def fresh(self, key: str) -> Evidence | None:
        """The run called `key` if it was recorded since the job was first begun, or None.

        Raises:
            StoreCorrupt: the record does not belong to that key.
        """
        own = self.run_dir(key) / EVIDENCE
        if self._since is None or not own.is_file() or own.stat().st_mtime < self._since:
            return None
        return _read_evidence(str(own), key)

    def base_predictions(self, key: str) -> BasePredictions | None:
        """Stored predictions of a base, or None."""
        own = self.home / "bases" / f"{key}.json"
        text = own.read_text(encoding="utf-8") if own.is_file() else _packed_text(f"base-{key}")
        if text is None:
            return None
        try:
            found = BasePredictions.model_validate_json(text)
        except ValidationError as error:
            raise StoreCorrupt(f"{own} holds no base predictions; delete it") from error
        if found.key != key:
            raise StoreCorrupt(f"base predictions {key[:12]} belong to another key; delete {own}")
        return found

    def keep_base(self, predictions: BasePredictions) -> None:
        """Store a base's predictions."""
        target = self.home / "bases" / f"{predictions.key}.json"
        _write_atomically(target, predictions.model_dump_json())

    def new_work_dir(self) -> Path:
        """A folder for a job's files that the caller removes."""
        self._work.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="job-", dir=self._work))

    def clear_desk(self, desk: str) -> None:
        """Remove what a killed process left under that name."""
        shutil.rmtree(self.home / "work" / desk, ignore_errors=True)

    def keep_run(self, evidence: Evidence, adapter: dict[str, bytes]) -> Path:
        """Store a run with its adapter's files; complete or not at all.

        A halted run is no record of its spec: it is kept beside the store, for its artifact.
        """
        halted = evidence.status == "halted"
        name = f"{evidence.run_key}-{len(evidence.steps)}" if halted else evidence.run_key
        target = self.home / ("halted" if halted else "runs") / name
        folder = self.new_work_dir()
        (folder / EVIDENCE).write_text(evidence.model_dump_json(), encoding="utf-8")
        if adapter:
            (folder / "adapter").mkdir()
        for file, content in adapter.items():
            (folder / "adapter" / file).write_bytes(content)
        folder.chmod(0o755)
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace_folder(folder, target)
        return target


def _replace_folder(new: Path, target: Path) -> None:
    """Move `new` to `target`, putting an older record aside first."""
    if target.exists():
        aside = new.with_name(new.name + "-old")
        target.rename(aside)
        new.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
        return
    new.rename(target)


def _write_atomically(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(target)


def _checked(text: str, key: str, where: str) -> Evidence:
    try:
        evidence = Evidence.model_validate_json(text)
    except ValidationError as error:
        raise StoreCorrupt(f"{where} is no evidence of this version; delete it") from error
    if not evidence.run_key == evidence.spec.key == key:
        raise StoreCorrupt(f"{where} holds the run of another spec; delete it")
    return evidence


@lru_cache(maxsize=256)
def _read_evidence_at(path: str, key: str, changed: int) -> Evidence:
    del changed
    return _checked(Path(path).read_text(encoding="utf-8"), key, path)


def _read_evidence(path: str, key: str) -> Evidence:
    return _read_evidence_at(path, key, Path(path).stat().st_mtime_ns)


def _packed_text(name: str) -> str | None:
    record = files("fde_env") / "pack" / f"{name}.json.gz"
    if not record.is_file():
        return None
    try:
        return gzip.decompress(record.read_bytes()).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise StoreCorrupt(f"the pack's {name} is damaged; install the package again") from error


@lru_cache(maxsize=256)
def _packed_evidence(key: str) -> Evidence | None:
    text = _packed_text(f"run-{key}")
    return None if text is None else _checked(text, key, f"the pack's run-{key[:12]}")
