"""The transport of a model call: bounded in total time and in bytes, chunk by chunk.

The SDK's own timeout is per read: a body that drips one byte at a time would never end it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2


class TooSlow(httpx2.ReadTimeout):
    """The whole answer did not arrive before the deadline."""


class TooLarge(httpx2.ProtocolError):
    """The answer has more bytes than are taken."""


class BoundedTransport(httpx2.BaseTransport):
    """Wraps a transport; a deadline and a byte cap hold for each exchange as a whole."""

    def __init__(self, *, seconds: float, max_bytes: int, inner: httpx2.BaseTransport | None = None) -> None:
        self._inner = inner or httpx2.HTTPTransport()
        self._seconds = seconds
        self._max_bytes = max_bytes

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request; the clock starts here."""
        deadline = time.monotonic() + self._seconds
        request.extensions = {**request.extensions, "timeout": dict.fromkeys(_PHASES, self._seconds)}
        # A compressed answer could be larger than its bytes tell: none is asked for, so none is taken.
        request.headers["accept-encoding"] = "identity"
        response = self._inner.handle_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()
            raise TooLarge("a compressed answer that was not asked for", request=request)
        if 300 <= response.status_code < 400:
            response.close()
            raise httpx2.ProtocolError(f"a redirect (HTTP {response.status_code})", request=request)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_BoundedStream(response, request, deadline, self._max_bytes),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the wrapped transport."""
        self._inner.close()


_PHASES = ("connect", "read", "write", "pool")


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, response: httpx2.Response, request: httpx2.Request, deadline: float, max_bytes: int) -> None:
        self._response = response
        self._request = request
        self._deadline = deadline
        self._left = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        stream = self._response.stream
        assert isinstance(stream, httpx2.SyncByteStream)
        for chunk in stream:
            if time.monotonic() > self._deadline:
                raise TooSlow("the answer did not arrive in time", request=self._request)
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLarge("the answer is too large", request=self._request)
            yield chunk

    def close(self) -> None:
        self._response.close()
