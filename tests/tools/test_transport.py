from __future__ import annotations

import threading
import time

import httpx2
import pytest

from database_specialist.tools.transport import BoundedTransport, Declined, TooSlow
from tests.tools.faults import FaultServer


def client(*, seconds: float = 0.4, max_bytes: int = 100_000) -> httpx2.Client:
    return httpx2.Client(transport=BoundedTransport(seconds=seconds, max_bytes=max_bytes), trust_env=False)


def post(http: httpx2.Client, server: FaultServer, **more: object) -> httpx2.Response:
    return http.post(f"{server.url}/chat/completions", json={}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", ["T05", "T06", "T11", "T11headers"])
def test_an_exchange_ends_at_its_deadline(fault: str) -> None:
    with FaultServer(fault) as server, client() as http:
        began = time.monotonic()
        with pytest.raises(httpx2.TimeoutException):
            post(http, server)
        assert 0.3 < time.monotonic() - began < 0.8


def test_a_shorter_time_asked_for_by_the_request_wins() -> None:
    with FaultServer("T11") as server, client(seconds=30) as http:
        began = time.monotonic()
        with pytest.raises(httpx2.TimeoutException):
            post(http, server, timeout=0.3)
        assert time.monotonic() - began < 0.8


def test_a_longer_time_asked_for_by_the_request_does_not() -> None:
    with FaultServer("T11") as server, client(seconds=0.3) as http:
        began = time.monotonic()
        with pytest.raises(httpx2.TimeoutException):
            post(http, server, timeout=30)
        assert time.monotonic() - began < 0.8


def test_more_bytes_than_are_taken_are_not_read() -> None:
    with FaultServer("T10huge") as server, client(seconds=10) as http:
        began = time.monotonic()
        with pytest.raises(Declined, match="larger than 97 KiB"):
            post(http, server)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("fault", ["T09", "T10"])
def test_compressed_answers_are_neither_asked_for_nor_unpacked(fault: str) -> None:
    with FaultServer(fault) as server, client() as http, pytest.raises(Declined, match="compressed"):
        post(http, server)


@pytest.mark.parametrize("fault", ["T12", "T13"])
def test_redirects_are_not_followed_even_when_the_client_would(fault: str) -> None:
    with FaultServer(fault) as server, client() as http:
        with pytest.raises(Declined, match="redirects"):
            post(http, server, follow_redirects=True)
        assert len(server.requests) == 1


def test_the_answer_is_whole_and_plain() -> None:
    with FaultServer() as server, client() as http:
        response = post(http, server)
        assert response.json()["choices"][0]["message"]["content"] == server.answer
        assert response.request.headers["accept-encoding"] == "identity"


def test_one_transport_serves_many_threads_each_with_its_own_deadline() -> None:
    outcomes: dict[str, float] = {}
    with FaultServer("T11") as server, client(seconds=5) as http:

        def ask(seconds: float) -> None:
            began = time.monotonic()
            with pytest.raises(httpx2.TimeoutException):
                post(http, server, timeout=seconds)
            outcomes[str(seconds)] = time.monotonic() - began

        threads = [threading.Thread(target=ask, args=(seconds,)) for seconds in (0.2, 0.4, 0.8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(float(asked) <= took < float(asked) + 0.5 for asked, took in outcomes.items())
    assert len(outcomes) == 3


def test_a_wrapped_transport_that_is_slow_is_cut_between_its_chunks() -> None:
    class Slow(httpx2.SyncByteStream):
        def __iter__(self):  # type: ignore[no-untyped-def]
            for _ in range(100):
                time.sleep(0.05)
                yield b"x"

    inner = httpx2.MockTransport(lambda request: httpx2.Response(200, stream=Slow()))
    bounded = BoundedTransport(seconds=0.2, max_bytes=1000, inner=inner)
    with httpx2.Client(transport=bounded) as http, pytest.raises(TooSlow):
        http.get("http://nowhere.invalid")
