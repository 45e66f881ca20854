"""The registry that stays: MLflow's, on a sqlite file, with aliases in the place of stages.

Nothing but the file is touched: no server, no tracking, no telemetry. An entry's digests are tags
of the registered model and of its only version; the alias `production` stands on one version.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.errors import RegistryFailed, StoreCorrupt
from fde_env.platform.extras import ops_extra
from fde_env.platform.registry import MemoryRegistry, taken, unknown
from fde_env.runs.store import default_home

if TYPE_CHECKING:
    from mlflow import MlflowClient

PRODUCTION: Final = "production"
ENTRY_TAG: Final = "fde.entry"
ORDER_TAG: Final = "fde.registered_ns"
# What MLflow and its database take as a name without further ado.
SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,126}[A-Za-z0-9]|[A-Za-z0-9]")
PAGE: Final = 500


class MlflowRegistry:
    """A registry in the sqlite file at `path`, which is made if it is not there."""

    def __init__(self, path: Path, *, template: Path | None = None) -> None:
        """Open or make the file.

        Args:
            path: the database.
            template: folder of the migrated, empty database that new ones are copied from; by
                default the cache beside the evidence. The first one takes seconds to migrate.

        Raises:
            UsageError: MLflow is not installed.
        """
        self.path = path.absolute()
        if not self.path.exists():
            _copy_template(self.path, template or default_home() / "templates")
        self._client = _client(self.path)

    def register(self, entry: RegisterSubmission) -> None:
        """Enter a model under its name.

        Raises:
            AlreadyRegistered: The name is taken, by whatever model.
        """
        tags = {ENTRY_TAG: entry.model_dump_json(), ORDER_TAG: str(time.time_ns())}
        name = stored_name(entry.name)
        with _failures(RESOURCE_ALREADY_EXISTS=taken(entry.name)):
            # One transaction, and the entry is in it: a crash behind it loses no more than the
            # version, which is made up for when it is needed.
            self._client.create_registered_model(name, tags=tags)
            self._version(name, entry)

    def lookup(self, name: str) -> RegisterSubmission | None:
        """Return the entry of that name, or None.

        Raises:
            StoreCorrupt: Somebody else's model has the name, or the entry was altered.
        """
        wanted = stored_name(name)
        found = [model for model in self._models(f"name = '{wanted}'") if model.name == wanted]
        return self._entry(found[0]) if found else None

    def names(self) -> tuple[str, ...]:
        """Return the names taken, in the order of their registration."""
        return tuple(entry.name for entry in self._entries())

    def promote(self, name: str) -> None:
        """Put `name` into production: off the old one first, so that there are never two.

        Raises:
            UsageError: It is not registered.
        """
        entry = self.lookup(name)
        if entry is None:
            raise unknown(name)
        new, others = stored_name(name), self._models()
        with _failures():
            version = self._version(new, entry)
            for model in others:
                if PRODUCTION in model.aliases and model.name != new:
                    self._client.delete_registered_model_alias(model.name, PRODUCTION)
            self._client.set_registered_model_alias(new, PRODUCTION, version)

    def in_production(self) -> str | None:
        """Return the name that is in production, or None."""
        for model in self._models():
            if PRODUCTION in model.aliases:
                return self._entry(model).name
        return None

    def twin(self) -> MemoryRegistry:
        """Return an independent copy in memory: forks and replays leave this file alone."""
        copied = MemoryRegistry(self._entries())
        now = self.in_production()
        if now is not None:
            copied.promote(now)
        return copied

    def _entries(self) -> list[RegisterSubmission]:
        ordered = sorted(self._models(), key=lambda model: int(model.tags.get(ORDER_TAG, 0)))
        return [self._entry(model) for model in ordered]

    def _models(self, where: str | None = None) -> list[Any]:
        found: list[Any] = []
        token: str | None = None
        while token is None or token:
            with _failures():
                page = self._client.search_registered_models(
                    filter_string=where, max_results=PAGE, page_token=token
                )
            found += page
            token = page.token or ""
        return found

    def _entry(self, model: Any) -> RegisterSubmission:
        text = model.tags.get(ENTRY_TAG)
        try:
            entry = RegisterSubmission.model_validate_json(text or "")
        except ValueError as error:
            raise StoreCorrupt(
                f"{self.path}: the model {model.name!r} carries no entry of this project; "
                "give the environment a registry file of its own"
            ) from error
        if stored_name(entry.name) != model.name:
            raise StoreCorrupt(f"{self.path}: the entry of {model.name!r} is of {entry.name!r}")
        return entry

    def _version(self, name: str, entry: RegisterSubmission) -> str:
        """Number of the model's only version, which is made unless it is there."""
        there = self._client.search_model_versions(f"name='{name}'", max_results=1)
        if there:
            return str(there[0].version)
        made = self._client.create_model_version(
            name=name,
            source=f"fde-artifact:{entry.artifact_digest}",
            run_id=entry.run_id,
            tags=entry.model_dump(mode="json", exclude={"run_id"}),
        )
        return str(made.version)


@contextmanager
def _failures(**known: Exception) -> Iterator[None]:
    """Turn MLflow's errors into `known` ones by their code, and all others into ours."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError) as error:
        failed = RegistryFailed(
            f"the registry failed ({type(error).__name__}): its file may be locked, full or no "
            f"database; {str(error).partition(chr(10))[0]}"
        )
        raise known.get(str(getattr(error, "error_code", "")), failed) from error


def stored_name(name: str) -> str:
    """The name under which MLflow keeps a model: its own, or one that it can take."""
    if SAFE_NAME.fullmatch(name):
        return name
    # The tilde keeps these apart from every name that is taken as it is.
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name)[:40].strip("-")
    return f"{slug}~{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _client(path: Path) -> MlflowClient:
    # Read when MLflow is imported: it would report its use to its makers.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    with ops_extra("the MLflow registry"):
        import sqlalchemy  # noqa: F401  # MLflow names a missing one only deep inside
        from mlflow import MlflowClient
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    uri = f"sqlite:///{path}"
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _copy_template(path: Path, folder: Path) -> None:
    """Put a migrated, empty database at `path`; the migration itself happens once a version."""
    # PackageNotFoundError is an ImportError: a missing MLflow is told of as such.
    with ops_extra("the MLflow registry"):
        template = folder / f"mlflow-{version('mlflow-skinny')}.db"
    if not template.exists():
        _migrate(template)
    path.parent.mkdir(parents=True, exist_ok=True)
    _copy(template, path)


def _migrate(template: Path) -> None:
    template.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=template.parent, prefix=".migrating-") as folder:
        fresh = Path(folder) / "empty.db"
        _client(fresh).search_registered_models(max_results=1)
        _copy(fresh, template)


def _copy(source: Path, target: Path) -> None:
    """Copy by link of a temporary file: whole or not at all, and never over what is there."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    os.close(handle)
    try:
        shutil.copyfile(source, name)
        os.link(name, target)
    except FileExistsError:
        pass  # another process was quicker, with the same content
    finally:
        Path(name).unlink()
