"""The transport of a model call: bounded in total time and in bytes, and closed to detours.

The SDK's own timeout is per read: a peer that drips one byte at a time would never end it. Here every read and
write of an exchange gets only what is left until the exchange's deadline.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import httpcore2
import httpx2

_SOCKET_OPTIONS = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class TooSlow(httpx2.ReadTimeout):
    """The whole answer did not arrive before the deadline."""


class Declined(httpx2.ProtocolError):
    """An answer that is not taken, and that would not be taken the next time either."""


class BoundedTransport(httpx2.BaseTransport):
    """Wraps a transport; a deadline and a byte cap hold for each exchange as a whole."""

    def __init__(
        self, *, seconds: float, max_bytes: int, inner: httpx2.BaseTransport | None = None, redirects: bool = False
    ) -> None:
        """With `redirects` a redirect is an answer like any other, for a client that does not follow it."""
        self._redirects = redirects
        self._inner = inner or DeadlineTransport()
        self._seconds = seconds
        self._max_bytes = max_bytes

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request and take the whole answer; the clock starts here."""
        asked = request.extensions.get("timeout", {}).get("read")
        seconds = self._seconds if asked is None else min(self._seconds, asked)
        request.extensions = {**request.extensions, "timeout": dict.fromkeys(_PHASES, seconds)}
        # A compressed answer could be larger than its bytes tell: none is asked for, so none is taken.
        request.headers["accept-encoding"] = "identity"
        with _until(time.monotonic() + seconds) as deadline:
            response = self._inner.handle_request(request)
            try:
                self._require_plain(response, request)
                body = b"".join(self._chunks(response, request, deadline))
            finally:
                response.close()
        return httpx2.Response(
            response.status_code, headers=response.headers, content=body, extensions=_kept(response.extensions)
        )

    def _require_plain(self, response: httpx2.Response, request: httpx2.Request) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Declined("the answer is compressed, which was not asked for", request=request)
        if 300 <= response.status_code < 400 and not self._redirects:
            # Following it would post the user's documents to whatever host it names.
            raise Declined(f"the endpoint redirects (HTTP {response.status_code})", request=request)

    def _chunks(self, response: httpx2.Response, request: httpx2.Request, deadline: float) -> Iterator[bytes]:
        left = self._max_bytes
        assert isinstance(response.stream, httpx2.SyncByteStream)
        for chunk in response.stream:
            if time.monotonic() > deadline:
                raise TooSlow("the answer did not arrive in time", request=request)
            left -= len(chunk)
            if left < 0:
                raise Declined(f"the answer is larger than {self._max_bytes // 1024} KiB", request=request)
            yield chunk

    def close(self) -> None:
        """Close the wrapped transport."""
        self._inner.close()


_PHASES = ("connect", "read", "write", "pool")


def _kept(extensions: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in extensions.items() if name in {"http_version", "reason_phrase"}}


_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def _until(deadline: float) -> Iterator[float]:
    token = _deadline.set(deadline)
    try:
        yield deadline
    finally:
        _deadline.reset(token)


def _left(timeout: float | None) -> float | None:
    """Return what may be waited for one read or write; raises when nothing is left."""
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the deadline of the exchange has passed")
    if left == float("inf"):
        return timeout
    return left if timeout is None else min(timeout, left)


@cache
def ssl_context() -> ssl.SSLContext:
    """Return the certificates that are trusted; read once, which takes a tenth of a second."""
    return httpx2.create_ssl_context()


class DeadlineTransport(httpx2.HTTPTransport):
    """HTTP whose every read and write ends at the deadline of the exchange, also while headers drip in."""

    def __init__(self) -> None:
        super().__init__(verify=ssl_context())
        self._pool = httpcore2.ConnectionPool(ssl_context=ssl_context(), network_backend=_Backend())


class _Backend(httpcore2.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SOCKET_OPTIONS] | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self._inner.connect_tcp(host, port, _left(timeout), local_address, socket_options)
        return _Stream(stream)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
