"""A provider on loopback: real HTTP, the protocols of both SDKs, and every way to fail.

A brain decides each answer; it gets the request's body. What it returns is a `Says`, or one of
the mishaps below.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from form_chat import Chat
from form_messages import Messages
from form_responses import Responses
from provider_form import Form, Says

FORMS: dict[str, Form] = {form.path: form for form in (Messages(), Chat(), Responses())}


@dataclass(frozen=True)
class Fails:
    """An HTTP error in the protocol's own form."""

    status: int
    kind: str = "error"
    message: str = "the server says no"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Hangs:
    """No answer until the client gives up (or the server is closed)."""


@dataclass(frozen=True)
class Cuts:
    """The connection breaks: before the answer, or after `share` of it."""

    says: Says | None = None
    share: float = 0.5


@dataclass(frozen=True)
class Raw:
    """A 200 answer with a body that is not of the protocol."""

    body: str
    kind: str = "application/json"


Reply = Says | Fails | Hangs | Cuts | Raw
Brain = Callable[[dict[str, Any]], Reply]


def script(*replies: Reply) -> Brain:
    """A brain that says one thing after the other, and the last one for ever."""
    rest = list(replies)
    return lambda _: rest.pop(0) if len(rest) > 1 else rest[0]


@dataclass
class Provider:
    """A running server; `requests` and `headers` hold what it was sent."""

    brain: Brain
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        provider = self

        class Handler(_Handler):
            owner = provider

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def said_to_model(self) -> str:
        """Everything that was ever sent to the model, as one text."""
        return json.dumps(self.requests, ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    owner: Provider
    protocol_version = "HTTP/1.1"
    # Otherwise each answer waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        owner = self.owner
        owner.requests.append(body)
        owner.headers.append({name.lower(): value for name, value in self.headers.items()})
        owner.paths.append(self.path)
        form = FORMS.get(self.path)
        if form is None:
            self._json(404, {"error": {"message": f"no route {self.path}"}})
            return
        if said := form.problem(body):
            self._json(400, form.error(400, "invalid_request_error", said))
            return
        reply = owner.brain(body)
        number = len(owner.requests)
        if isinstance(reply, Fails):
            self._json(
                reply.status, form.error(reply.status, reply.kind, reply.message), reply.headers
            )
        elif isinstance(reply, Hangs):
            owner.closing.wait(20)
            self._cut()
        elif isinstance(reply, Raw):
            self._send(200, reply.body.encode(), reply.kind)
        elif isinstance(reply, Cuts):
            if reply.says is not None:
                data = self._answer(form, reply.says, number, stream=bool(body.get("stream")))
                self._head(200, len(data), self._kind(body))
                self.wfile.write(data[: int(len(data) * reply.share)])
                self.wfile.flush()
            self._cut()
        else:
            data = self._answer(form, reply, number, stream=bool(body.get("stream")))
            self._send(200, data, self._kind(body))

    def _kind(self, body: dict[str, Any]) -> str:
        return "text/event-stream" if body.get("stream") else "application/json"

    def _answer(self, form: Form, says: Says, number: int, *, stream: bool) -> bytes:
        if not stream:
            return json.dumps(form.whole(says, number)).encode()
        return b"".join(_events(form.pieces(says, number)))

    def _json(
        self, status: int, value: dict[str, Any], headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", headers)

    def _send(
        self, status: int, data: bytes, kind: str, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._head(status, len(data), kind, headers)
        self.wfile.write(data)

    def _head(
        self, status: int, length: int, kind: str, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def _cut(self) -> None:
        """Reset the connection, as a proxy that dies does."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


def _events(pieces: Iterable[tuple[str | None, Any]]) -> Iterable[bytes]:
    for name, value in pieces:
        head = f"event: {name}\n" if name else ""
        data = value if isinstance(value, str) else json.dumps(value)
        yield f"{head}data: {data}\n\n".encode()
