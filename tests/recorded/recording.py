"""A cassette of a whole run: several threads play from it at once, and what it lacks it asks of live services.

vcrpy's own stubs look a request up and mark it as played in two steps, between which another thread may take the same
answer; they save at the end, when a run that died has lost what was paid for; and they know no way to reach a service
under another address than the published one. So the requests of httpx and httpx2 are handled here; every other library
stays with vcrpy, which in a replay lets nothing through.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import httpx2
from vcr import matchers
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request

from tests.recorded import serializer
from tests.recorded.difference import explain, question_of

CANONICAL = "https://api.openai.com/v1"
"""Where every run is made to believe that it asks, so that no cassette and no document depends on the endpoint."""
RECORDED_MODEL = "recorded-model"
KEPT_HEADERS = frozenset({"content-type"})
_MATCHED = (matchers.method, matchers.scheme, matchers.host, matchers.path, matchers.query, matchers.body)
_MIN_KEY_LENGTH = 16

Response = dict[str, Any]
Interaction = tuple[Request, Response]


class Unrecorded(Exception):
    """A replay asks what was not recorded."""


@dataclass(frozen=True)
class Live:
    """The services that answer while recording."""

    endpoint: str
    """The OpenAI-compatible endpoint, such as https://api.openai.com/v1."""
    model: str
    routes: Mapping[str, str] = field(default_factory=dict)
    """Where a published address is to be found instead, by its beginning."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """What no cassette may hold."""

    def address(self, url: str) -> str:
        """Return where a request to a published address really goes."""
        for published, real in {CANONICAL: self.endpoint, **self.routes}.items():
            if url.startswith(published):
                return real.rstrip("/") + url[len(published) :]
        return url

    def body(self, url: str, body: bytes) -> bytes:
        """Return what is really sent: the question, to the model that answers."""
        if not url.startswith(CANONICAL):
            return body
        return json.dumps(json.loads(body) | {"model": self.model}, ensure_ascii=False).encode()


class Recording(Cassette):  # type: ignore[misc]  # vcrpy has no types
    """Plays each recorded answer once; with `live` services it asks them for what it lacks, and keeps the answers."""

    def __init__(self, *, live: Live | None = None, partial: Path | None = None, **settings: Any) -> None:
        mode = RecordMode.NONE if live is None else RecordMode.NEW_EPISODES
        super().__init__(serializer=serializer, record_mode=mode, match_on=_MATCHED, **settings)
        self._live = live
        self._partial = partial
        self._lock = threading.Lock()
        self._numbered: dict[int, Interaction] = {}
        self._sent = 0
        self.missed: list[str] = []
        """What was asked and not answered, explained."""
        self.reused = 0
        """How many of the answers were on the cassette already."""

    @property
    def day(self) -> str:
        """The ISO date on which the recording began; a replay says what was true then."""
        day: str = self.get_metadata("recorded_on", datetime.now(UTC).date().isoformat())
        return day

    @property
    def interactions(self) -> list[Interaction]:
        """What this run asked and was answered, in the order of asking."""
        with self._lock:
            return [self._numbered[number] for number in sorted(self._numbered)]

    @property
    def left(self) -> list[Request]:
        """The recorded requests that this run did not make."""
        return [request for index, (request, _) in enumerate(self.data) if not self.play_counts[index]]

    def forget(self, questions: Iterable[str]) -> None:
        """Ask these again: the answers on the cassette to them are not played."""
        names = set(questions)
        for index, (request, _) in enumerate(self.data):
            if question_of(request) in names:
                self.play_counts[index] += 1

    def handle(self, request: Request, send: Callable[[Request], Response]) -> Response:
        """Return the answer to a request: the recorded one, or one that `send` fetches."""
        with self._lock:
            self._sent += 1
            number = self._sent
            played = self._take(request)
            if played is not None:
                self._numbered[number] = played
                return played[1]
            if self._live is None:
                self.missed.append(explain(request, self.requests, left=self.left))
                raise Unrecorded(self.missed[-1])
        response = send(request)
        if is_kept(request, response["status"]["code"]):
            with self._lock:
                self._numbered[number] = (_kept(request), response)
                self._keep_partial()
        return response

    def _take(self, request: Request) -> Interaction | None:
        for index, (stored, response) in enumerate(self.data):
            if not self.play_counts[index] and all(_holds(matches, request, stored) for matches in _MATCHED):
                self.play_counts[index] += 1
                self.reused += 1
                return stored, response
        return None

    def _keep_partial(self) -> None:
        """Write what was answered so far, after what is on it from an earlier try and was not asked for yet."""
        if self._partial is not None:
            played = [self._numbered[number] for number in sorted(self._numbered)]
            left = [each for index, each in enumerate(self.data) if not self.play_counts[index]]
            self._write(self._partial, [*played, *left])

    def write(self, path: Path) -> None:
        """Write what this run asked, and nothing else."""
        self._write(path, self.interactions)

    def _write(self, path: Path, interactions: Iterable[Interaction]) -> None:
        shown = [{"request": _request_dict(request), "response": _response_dict(response)} for request, response in
                 interactions]  # fmt: skip
        text = serializer.serialize({"version": 1, "metadata": self._metadata, "interactions": shown})
        for key in self._live.keys if self._live else ():
            if len(key) >= _MIN_KEY_LENGTH and key in text:
                raise ValueError(f"{path.name}: not written, it would hold a key")
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(".new")
        whole.write_text(text)
        whole.replace(path)

    def _save(self, force: bool = False) -> None:
        """Write nothing at the end: recordings are written answer by answer, and replaced only when accepted."""


@contextmanager
def playing(path: Path, *, live: Live | None = None, partial: Path | None = None) -> Iterator[Recording]:
    """Let every request inside the block be answered from a cassette, or with `live` from the services.

    `partial` receives each answer as soon as it is there, so that a run that died can go on from it.
    """
    with (
        Recording.use(path=str(path), live=live, partial=partial, skip_patchers=("httpx", "httpx2")) as recording,
        _handled(recording, live, httpx),
        _handled(recording, live, httpx2),
    ):
        yield recording


@contextmanager
def _handled(recording: Recording, live: Live | None, module: ModuleType) -> Iterator[None]:
    """Put the recording before the network of one library; `httpx2` is `httpx` under another name."""
    transport = module.HTTPTransport
    original = transport.handle_request

    def handle_request(self: Any, request: Any) -> Any:
        asked = Request(request.method, str(request.url), request.read() or None, dict(request.headers))
        answer = recording.handle(asked, lambda asked: _sent(original, self, request, live, module))
        return module.Response(
            answer["status"]["code"],
            headers=[(name, value) for name, values in answer["headers"].items() for value in values],
            stream=module.ByteStream(answer["body"]["string"]),
            extensions={"http_version": b"HTTP/1.1"},
        )

    transport.handle_request = handle_request
    try:
        yield
    finally:
        transport.handle_request = original


def _sent(original: Any, transport: Any, request: Any, live: Live | None, module: ModuleType) -> Response:
    assert live is not None, "only a recording asks live services"
    url = str(request.url)
    body = live.body(url, request.read())
    headers = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
    real = module.Request(
        request.method, live.address(url), headers=headers, content=body, extensions=dict(request.extensions)
    )
    response = original(transport, real)
    try:
        content = b"".join(response.stream)
    finally:
        response.close()
    kept = {name: [value] for name, value in response.headers.items() if name in KEPT_HEADERS}
    code = response.status_code
    return {"status": {"code": code, "message": response.reason_phrase}, "headers": kept, "body": {"string": content}}


def is_kept(request: Request, status: int) -> bool:
    """Say whether an answer is worth keeping: not what may pass, and no refusal of a key.

    What a search does not find is an answer too.
    """
    return (status < 400 and status != 202) or (request.method == "GET" and status in {404, 422})


def described(requests: Iterable[Request]) -> str:
    """List what requests ask for."""
    return ", ".join(question_of(request) for request in requests)


def _kept(request: Request) -> Request:
    headers = {name: value for name, value in request.headers.items() if name.lower() in KEPT_HEADERS}
    return Request(request.method, request.uri, request.body, headers)


def _holds(matches: Callable[[Request, Request], None], asked: Request, stored: Request) -> bool:
    try:
        matches(asked, stored)
    except AssertionError:
        return False
    return True


def _request_dict(request: Request) -> dict[str, Any]:
    body = request.body.decode() if request.body else None
    headers = {name: [value] for name, value in request.headers.items()}
    return {"method": request.method, "uri": request.uri, "headers": headers, "body": body}


def _response_dict(response: Response) -> dict[str, Any]:
    return {**response, "body": {"string": response["body"]["string"].decode()}}
