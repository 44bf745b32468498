"""A chat endpoint that fails as it is told: a raw socket, because a library would refuse to send most of this.

`FaultServer("S16")` fails every time, `FaultServer("S16@2")` twice and then answers. The names are those of the
catalogue: T transport, S status, B body, C completion.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

ANSWER = '{"name":"room","count":3}'
Connection = socket.socket
Fault = Callable[[Connection, "FaultServer", bytes], None]


class FaultServer:
    """Listens on a free port, one thread a connection."""

    def __init__(
        self, fault: str = "", *, answer: str | list[str] = ANSWER, usage: dict[str, Any] | None = None
    ) -> None:
        name, _, times = fault.partition("@")
        self._fault = FAULTS[name] if name else None
        self._times = int(times) if times else 1_000_000
        self._answers = [answer] if isinstance(answer, str) else answer
        self.usage: dict[str, Any] | None = usage or {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
        }
        self.requests: list[bytes] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._socket.close()
        for thread in self._threads:
            thread.join()

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The requests' JSON."""
        return [json.loads(request) for request in self.requests]

    @property
    def answer(self) -> str:
        """What it answers to the request that came last; the last answer of a list is given from then on."""
        return self._answers[min(len(self.requests), len(self._answers)) - 1]

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: Connection) -> None:
        with connection:
            body = _read_request(connection)
            if body is None:
                return
            with self._lock:
                self.requests.append(body)
                fails = len(self.requests) <= self._times
            try:
                if self._fault and fails:
                    self._fault(connection, self, body)
                else:
                    reply(connection, 200, completion(self.answer, json.loads(body), usage=self.usage))
            except OSError:
                return  # the client went away, which is what some faults are about


def _read_request(connection: Connection) -> bytes | None:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    while len(body) < sum(lengths):
        body += connection.recv(65536)
    return body


def reply(
    connection: Connection, status: int, body: bytes | str | dict[str, Any] | list[Any] | None, **headers: str
) -> None:
    """Send one whole HTTP response."""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    fields = {"content-type": "application/json", "content-length": str(len(data)), "connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    connection.sendall(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + data)


def completion(
    text: str | None,
    asked: dict[str, Any],
    *,
    finish: str | None = "stop",
    usage: dict[str, Any] | None = None,
    **message: Any,
) -> dict[str, Any]:
    """Return a chat completion that holds the text where the request wants it."""
    said: dict[str, Any] = {"role": "assistant", "content": text}
    if asked.get("tools") and text:
        function = {"name": asked["tools"][0]["function"]["name"], "arguments": text}
        said = {"role": "assistant", "content": None, "tool_calls": [_call(function)]}
        finish = "tool_calls" if finish == "stop" else finish
    said |= message
    whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    whole["choices"] = [{"index": 0, "message": said, "finish_reason": finish}]
    return whole | ({"usage": usage} if usage else {})


def _call(function: dict[str, Any]) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": function}


def _error(status: int, code: str | None = None, **headers: str) -> Fault:
    body = {"error": {"message": "no", "type": code, "code": code, "param": None}}
    return lambda connection, server, request: reply(connection, status, body, **headers)


def _page(status: int, body: bytes | str | dict[str, Any] | list[Any] | None, **headers: str) -> Fault:
    return lambda connection, server, request: reply(connection, status, body, **headers)


def _said(text: str | None, **more: Any) -> Fault:
    """Answer with a completion of this text; it is counted as the whole answer is."""

    def fault(connection: Connection, server: FaultServer, request: bytes) -> None:
        reply(connection, 200, completion(text, json.loads(request), **({"usage": server.usage} | more)))

    return fault


def _message(**message: Any) -> Fault:
    """Answer with a completion whose message is changed, without a tool call."""

    def fault(connection: Connection, server: FaultServer, request: bytes) -> None:
        reply(connection, 200, completion(ANSWER, {}, usage=server.usage, **message))

    return fault


def _choices(choices: Any) -> Fault:
    return _page(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices})


def _tools(*calls: tuple[str, str]) -> Fault:
    made = [{"id": f"call_{n}", "type": "function", "function": {"name": a, "arguments": b}} for n, (a, b) in
            enumerate(calls)]  # fmt: skip
    return _message(content=None, tool_calls=made)


def _reset(connection: Connection, server: FaultServer, request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _close(connection: Connection, server: FaultServer, request: bytes) -> None:
    return


def _raw(data: bytes) -> Fault:
    return lambda connection, server, request: connection.sendall(data)


def _hang(before: bytes) -> Fault:
    def fault(connection: Connection, server: FaultServer, request: bytes) -> None:
        connection.sendall(before)
        server.closing.wait(30)

    return fault


def _drip(before: bytes, parts: Callable[[], Iterator[bytes]]) -> Fault:
    def fault(connection: Connection, server: FaultServer, request: bytes) -> None:
        connection.sendall(before)
        for part in parts():
            if server.closing.is_set():
                return
            connection.sendall(part)
            time.sleep(0.02)

    return fault


def _bytes() -> Iterator[bytes]:
    return iter([b" "] * 500)


_OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_DEEP = "[" * 100_000


def _rest(connection: Connection, server: FaultServer, request: bytes) -> None:
    """Never end: more bytes than are taken."""
    connection.sendall(_OK + b"content-length: 900000000\r\n\r\n")
    while not server.closing.is_set():
        connection.sendall(b" " * 65536)


FAULTS: dict[str, Fault] = {
    "T03": _reset,
    "T04": _close,
    "T05": _hang(b""),
    "T06": _hang(_OK + b"content-length: 100\r\n\r\n"),
    "T07": _raw(_OK + b'content-length: 1000\r\n\r\n{"id":'),
    "T08": _raw(_OK + b"transfer-encoding: chunked\r\n\r\n100\r\nabc"),
    "T09": _page(200, b"not gzip at all", content_encoding="gzip"),
    "T10": _page(200, gzip.compress(b" " * 20_000_000), content_encoding="gzip"),
    "T10huge": _rest,
    "T11": _drip(_OK + b"content-length: 500\r\n\r\n", _bytes),
    "T11headers": _drip(b"HTTP/1.1 200 OK\r\nx-slow: ", _bytes),
    "T12": _page(307, b"", location="http://203.0.113.9/v1/chat/completions"),
    "T13": _page(302, b"", location="/v1/chat/completions"),
    "T14": _raw(b"\x00\x01\x02 garbage \xff\r\n\r\n"),
    "T15": _raw(_OK + b"x-long: " + b"a" * 200_000 + b"\r\n\r\n"),
    "S01": _error(400, "context_length_exceeded"),
    "S02": _page(400, {"error": {"message": "Invalid schema for response_format", "code": None, "type": "x"}}),
    "S03": _error(401, "invalid_api_key"),
    "S04": _error(403),
    "S05": _error(404, "model_not_found"),
    "S06": _error(408),
    "S07": _error(409),
    "S08": _page(413, "<html>Payload Too Large</html>"),
    "S09": _error(422),
    "S10": _error(429, "rate_limit_exceeded"),
    "S11": _error(429, "rate_limit_exceeded", retry_after="1"),
    "S12": _error(429, "rate_limit_exceeded", retry_after_ms="1500"),
    "S13": _error(429, "rate_limit_exceeded", retry_after="3600"),
    "S14zero": _error(429, "rate_limit_exceeded", retry_after="0"),
    "S14negative": _error(429, "rate_limit_exceeded", retry_after="-5"),
    "S14word": _error(429, "rate_limit_exceeded", retry_after="soon"),
    "S14long": _error(429, "rate_limit_exceeded", retry_after="1" * 400),
    "S15": _error(429, "insufficient_quota"),
    "S15balance": _error(402),
    "S15organization": _error(429, "organization_spend_limit_exceeded"),
    "S16": _error(500),
    "S17": _page(502, "<html>Bad Gateway</html>"),
    "S18": _error(503),
    "S19": _page(504, b""),
    "S20": _error(529),
    "S20deep": _page(520, _DEEP),
    "S21": _error(500, None, x_should_retry="false"),
    "S22": _error(400, "content_filter"),
    "B01": _page(200, "<html>login</html>"),
    "B02": _page(200, b""),
    "B03": _page(200, None),
    "B04": _page(200, []),
    "B05": _page(200, b'{"id":"c","choices":[{"message":{"content":"{'),
    "B06": _error(200, "server_error"),
    "B07": _page(200, _DEEP),
    "B08": _raw(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
    "C01": _choices([]),
    "C02": _choices(None),
    "C03": _page(200, {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}),
    "C04": _choices([{"index": 0, "message": None, "finish_reason": "stop"}]),
    "C05": _message(content=None),
    "C06": _message(content=""),
    "C07": _message(content=None, refusal="I cannot help\n\x1b[31mwith that."),
    "C08": _said('{"name":"ro', finish="length"),
    "C09": _said("", finish="length"),
    "C10": _said(None, finish="content_filter"),
    "C11": _said('{"name":"ro', finish="content_filter"),
    "C12": _message(content=f"Sure! Here it is: {ANSWER} Tell me if it fits."),
    "C13": _message(content=f"```json\n{ANSWER}\n```"),
    "C14": _said('{"title":"room"}'),
    "C15": _said('{"name":"room","count":3,"colour":"red"}'),
    "C16": _said('{"name":"room","count":"3"}'),
    "C17": _said('{"name":"room","count":1,"count":2}'),
    "C18": _said('{"name":"room","count":3,"share":NaN}'),
    "C18infinite": _said('{"name":"room","count":3,"share":1e999}'),
    "C19": _said('{"name":"room","count":' + "9" * 5000 + "}"),
    "C20": _said('{"name":' + "[" * 5000 + "]" * 5000 + "}"),
    "C21": _said('{"name":"ro\\u0000om","count":3}'),
    "C21raw": _message(content='{"name":"ro\x00om","count":3}'),
    "C22": _said('{"name":"ro\\ud800om","count":3}'),
    "C22raw": _message(content='{"name":"ro\ud800om","count":3}'),
    "C23": _message(content=ANSWER + ANSWER),
    "C24": _tools(("delete_everything", ANSWER)),
    "C25": _tools(("Thing", '{"name":')),
    "C26": _tools(("Thing", "[1]")),
    "C27": _tools(("Thing", ANSWER), ("Thing", ANSWER)),
    "C28": _message(content=[{"type": "text", "text": ANSWER}]),
    "C29": _said(ANSWER, usage=None),
    "C30": _message(role="user"),
    "C31": _said(ANSWER, finish=None),
}
