"""The folders that host and job share: who owns them, and how the host reads them back.

Whatever lies in the output folder was put there by the job and is not to be trusted:
a link may point at a host file, a pipe may block for ever, a file may be endless.
Read it with `read_output` and nothing else.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from fde_env.errors import SandboxFailed, UsageError
from fde_env.sandbox.base import INSIDE_USER, Launch

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def job_user() -> tuple[int, int]:
    """Uid and gid that a job runs under: unprivileged where the host is root, else ours."""
    if os.geteuid() == 0:
        return INSIDE_USER, INSIDE_USER
    return os.geteuid(), os.getegid()


def check_folders(launch: Launch) -> None:
    """Refuse folders that a job could not use.

    Raises:
        UsageError: a folder is missing, or the base needs files outside itself.
    """
    for folder in (launch.input_dir, launch.output_dir, launch.base_dir):
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder: create it before the job is started")
    _refuse_links_out(launch.base_dir)


def prepare_folders(launch: Launch) -> None:
    """Check the three folders and give the output folder to the job's user.

    Raises:
        UsageError: see `check_folders`.
    """
    check_folders(launch)
    if os.geteuid() == 0:
        uid, gid = job_user()
        os.chown(launch.output_dir, uid, gid)
        # A mkdtemp folder would shut the job's user out.
        launch.input_dir.chmod(0o755)


def own_folder(kind: str, parent: str | None = None) -> Path:
    """A temporary folder named after this process; those of dead processes are removed.

    A host that is killed cannot tidy up, so whoever comes next does it.
    """
    where = Path(parent or tempfile.gettempdir())
    for stale in stale_paths(where):
        shutil.rmtree(stale, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"fde-{os.getpid()}-{kind}-", dir=where))


def stale_paths(where: Path) -> Iterator[Path]:
    """Folders in `where` named `fde-PID-...` whose process is gone."""
    for path in where.glob("fde-*-*"):
        pid = path.name.split("-")[1]
        if pid.isdecimal() and _mine(path) and not _runs(int(pid)):
            yield path


def _mine(path: Path) -> bool:
    """Whether the folder is this user's; not when another process has just removed it."""
    try:
        return path.stat().st_uid == os.geteuid()
    except FileNotFoundError:
        return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_output(path: Path, max_bytes: int) -> bytes:
    """Read a file that a job left, following no link in the last part of its path.

    Args:
        path: a file directly inside a folder that the host itself made and named.
        max_bytes: the most that is accepted.

    Raises:
        FileNotFoundError: nothing is there (yet).
        SandboxFailed: a link, not a regular file, or too large.
    """
    with os.fdopen(_open_regular(str(path), None), "rb") as file:
        return _limited(file, str(path), max_bytes)


def read_output_in(folder: Path, relative: str, max_bytes: int) -> bytes:
    """Like `read_output`, for a file in a folder that the job itself may have made.

    Every folder on the way is opened without following links, so a job cannot turn
    `adapter/` into a link to a host folder between the check and the read.

    Raises:
        FileNotFoundError: nothing is there (yet).
        SandboxFailed: a link or something else that is not what it should be.
        UsageError: `relative` would leave the folder.
    """
    with os.fdopen(open_output_in(folder, relative), "rb") as file:
        return _limited(file, relative, max_bytes)


def open_output_in(folder: Path, relative: str) -> int:
    """Open such a file for reading; the file descriptor is the caller's to close.

    Raises:
        FileNotFoundError: nothing is there (yet).
        SandboxFailed: a link or something else that is not what it should be.
        UsageError: `relative` would leave the folder.
    """
    parts = Path(relative).parts
    if not parts or any(part in ("..", "/") for part in parts):
        raise UsageError(f"{relative!r} must be a path inside the output folder")
    where = os.open(folder, FOLDER)
    try:
        for part in parts[:-1]:
            deeper = _open(part, FOLDER, where)
            os.close(where)
            where = deeper
        return _open_regular(parts[-1], where)
    finally:
        os.close(where)


def _open_regular(path: str, where: int | None) -> int:
    # O_NONBLOCK: opening a pipe that nobody writes to must not hang the host.
    handle = _open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, where)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise SandboxFailed(f"{path}: not a regular file")
    return handle


def _limited(file: BinaryIO, path: str, max_bytes: int) -> bytes:
    content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise SandboxFailed(f"{path}: more than {max_bytes} bytes")
    return content


def _open(path: str, flags: int, where: int | None) -> int:
    try:
        return os.open(path, flags | os.O_NOFOLLOW, dir_fd=where)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SandboxFailed(f"{path}: not what it should be ({error.strerror})") from error


def _refuse_links_out(folder: Path) -> None:
    """A link that leaves the folder dangles inside; a hub cache is full of them."""
    root = folder.resolve()
    for path in folder.rglob("*"):
        if path.is_symlink() and root not in path.resolve().parents:
            raise UsageError(
                f"{path} links to a file outside {folder}: copy the base into a folder of its own"
            )
