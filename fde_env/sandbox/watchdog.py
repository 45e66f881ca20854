"""Ends a container when the host process that started it is gone.

A container belongs to its engine and would outlive a killed host. This file is run as
a process of its own (standard library only, so that it starts in some 20 ms): it waits
on standard input, which the kernel closes when the host dies, and then removes the
container over the engine's socket. A line `done` on its input ends it without a word.

    python watchdog.py SOCKET CONTAINER
"""

from __future__ import annotations

import http.client
import socket
import sys


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a local socket file."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket file instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


def remove_container(path: str, container: str) -> int:
    """Kill and remove a container; the engine's HTTP status."""
    connection = UnixConnection(path)
    connection.request("DELETE", f"/containers/{container}?force=1")
    return connection.getresponse().status


def main() -> int:
    """Wait for the host to say `done` or to die."""
    if sys.stdin.readline().strip() == "done":
        return 0
    return 0 if remove_container(sys.argv[1], sys.argv[2]) in (204, 404) else 1


if __name__ == "__main__":
    sys.exit(main())
