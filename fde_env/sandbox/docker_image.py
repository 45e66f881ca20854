"""An image for the docker backend, made on this machine without any registry.

The Python prefix and the virtual environment are bind-mounted into the container; all
they lack is the shared libraries that they link to. The image holds that closure (as
`ldd` finds it), a shell and empty mount points: some 20 MB. It is imported under a tag
that is the digest of its content, so equal machines get equal tags.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING

from fde_env.errors import BackendUnavailable, SandboxFailed
from fde_env.sandbox.base import INSIDE_USER
from fde_env.sandbox.layout import Layout

if TYPE_CHECKING:
    from docker import DockerClient

REPOSITORY = "fde-job"
FORMAT = "1"
HOST_PYTHON = "fde.host-python"
KEY = "fde.key"
LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x[0-9a-f]+\)")
SHARED_OBJECT = re.compile(r"\.so(\.|$)")
BATCH = 64
MOUNT_POINTS = ("in", "out", "base", "code/fde_containers", "proc", "sys", "dev", "root")


def host_image(client: DockerClient, layout: Layout) -> str:
    """Id of the image for this Python environment; made on first use (some seconds).

    Raises:
        BackendUnavailable: not Linux, or `ldd` is missing.
    """
    key = environment_key(layout)
    for image in client.images.list(filters={"label": f"{KEY}={key}"}):
        return str(image.id)
    if sys.platform != "linux" or shutil.which("ldd") is None:
        raise BackendUnavailable(
            "an image of this machine's Python can only be made on Linux: build the project's "
            "Dockerfile and name its tag in FDE_DOCKER_IMAGE"
        )
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        write_rootfs(file, layout)
        file.flush()
        file.seek(0)
        tag = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        changes = [f"USER {INSIDE_USER}:{INSIDE_USER}", f"LABEL {KEY}={key} {HOST_PYTHON}=1"]
        # By name: the SDK's stream import sends a length and a chunked body at once.
        reply = client.api.import_image_from_file(
            file.name, repository=REPOSITORY, tag=tag, changes=changes
        )
    if "error" in str(reply):
        raise SandboxFailed(f"the engine refused the image: {str(reply)[-300:]}")
    return str(client.images.get(f"{REPOSITORY}:{tag}").id)


def environment_key(layout: Layout) -> str:
    """Digest of what decides which libraries are linked: interpreter and packages."""
    # Folder names tell name and version; reading each package's metadata takes 0.1 s.
    packages = sorted(path.name for entry in sys.path for path in Path(entry).glob("*.dist-info"))
    parts = (FORMAT, sys.version, *platform.libc_ver(), *map(str, layout.roots), *packages)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def write_rootfs(file: IO[bytes], layout: Layout) -> None:
    """Write the root file system as a tar, the same bytes for the same libraries."""
    folders = {Path("tmp"), Path("etc"), *map(Path, MOUNT_POINTS)}
    files = {**_libraries(layout), **_programs()}
    for path in (*layout.roots, *files):
        folders.update(_parents(Path(str(path).lstrip("/"))))
    folders.update(Path(str(root).lstrip("/")) for root in layout.roots)
    for folder in tuple(folders):
        folders.update(_parents(folder))
    passwd = f"root:x:0:0::/root:/bin/sh\njob:x:{INSIDE_USER}:{INSIDE_USER}::/tmp:/bin/sh\n"
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for folder in sorted(folders - {Path()}):
            _add_folder(tar, folder)
        for inside, host in sorted(files.items()):
            _add_file(tar, inside, host.read_bytes())
        _add_file(tar, "/etc/passwd", passwd.encode())
        _add_file(tar, "/etc/group", f"root:x:0:\njob:x:{INSIDE_USER}:\n".encode())


def _parents(path: Path) -> Iterator[Path]:
    return (parent for parent in path.parents if parent != Path())


def _libraries(layout: Layout) -> dict[str, Path]:
    """Path inside -> host file of every library outside the mounted roots."""
    shell = shutil.which("sh") or "/bin/sh"
    found: dict[str, Path] = {}
    for text in _ldd([shell, str(layout.python.resolve()), *_extensions(layout)]):
        for path in LIBRARY.findall(text):
            if not any(root in Path(path).parents for root in layout.roots):
                found[path] = Path(path).resolve()
    return found


def _extensions(layout: Layout) -> Iterator[str]:
    for root in layout.roots:
        # os.walk passes over folders that an installer removes meanwhile; rglob raises.
        for folder, _, names in os.walk(root):
            paths = (Path(folder, name) for name in names if SHARED_OBJECT.search(name))
            yield from sorted(str(path) for path in paths if not path.is_symlink())


def _ldd(paths: Iterable[str]) -> Iterator[str]:
    given = list(paths)

    def ask(start: int) -> str:
        # It exits 1 when any of the files is not dynamic: that is no failure here.
        argv = ["ldd", *given[start : start + BATCH]]
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout

    with ThreadPoolExecutor(max_workers=4) as pool:
        yield from pool.map(ask, range(0, len(given), BATCH))


def _programs() -> dict[str, Path]:
    """A shell, and the cache by which the loader finds libraries in unusual folders."""
    shell = Path(shutil.which("sh") or "/bin/sh").resolve()
    cache = Path("/etc/ld.so.cache")
    return {"/bin/sh": shell, **({str(cache): cache} if cache.is_file() else {})}


def _add_folder(tar: tarfile.TarFile, path: Path) -> None:
    entry = tarfile.TarInfo(str(path))
    entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if path == Path("tmp") else 0o755
    tar.addfile(entry)


def _add_file(tar: tarfile.TarFile, inside: str, content: bytes) -> None:
    entry = tarfile.TarInfo(inside.lstrip("/"))
    entry.size, entry.mode = len(content), 0o755
    tar.addfile(entry, io.BytesIO(content))
