"""Keys on a real Redis: what the design computes is read back; a wrong life, type or size is named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from database_specialist.agent.errors import SandboxError
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.operations import RedisKey
from database_specialist.agent.verification.key_stores import KeyStore, StoreRefused, prove_key
from database_specialist.agent.verification.records import Recorder
from database_specialist.agent.verification.stores import check_stores
from database_specialist.tools.redis_store import _running, open_redis
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.agent.verification.test_stores import (
    Parts,
    parts,  # noqa: F401  # a fixture
)

on_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not on PATH")


@pytest.fixture(scope="module")
def store() -> Iterator[KeyStore]:
    with open_redis() as found:
        assert found is not None
        yield found


def _figure(value: float) -> Figure:
    return Figure(value=value, unit="bytes", origin="derived", basis="of the test")


def _session(**changed: object) -> RedisKey:
    key = RedisKey(
        pattern="session:{token_hash}",
        type="hash",
        fields="user_id, ip",
        ttl_seconds=600,
        purpose="Test.",
        example="HSET session:5f1d user_id 42 ip 192.0.2.7\nEXPIRE session:5f1d 600",
        bytes_per_key=_figure(206),
        value_bytes=96,
        keys=_figure(400),
        memory=_figure(400 * 206),
    )
    return key.model_copy(update=changed)


@on_redis
def test_every_family_of_the_shop_is_run_read_back_and_weighed(parts: Parts, store: KeyStore) -> None:  # noqa: F811
    with open_sqlite() as sandbox:
        recorder = Recorder(sandbox, lambda doing: None)
        check_stores(parts, recorder, store)
    records = [record for record in recorder.records if record.kind == "redis_command"]
    assert len(records) == len(parts.operations.nosql.redis) > 5
    assert {(record.status, record.engine) for record in records} == {("EXECUTED", store.engine)}
    assert [record.detail for record in records if not record.passed] == []
    assert all("B a key" in record.detail for record in records)


@on_redis
def test_what_the_store_says_is_recorded(store: KeyStore) -> None:
    weighed = prove_key(_session(), store)
    assert weighed.problems == ()
    assert weighed.detail.startswith("run, and read back as hash with 600 s to live; 200 keys take ")
    assert weighed == prove_key(_session(), store)


@on_redis
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ttl_seconds": 60}, "session:5f1d lives 600 s, and not 60 s"),
        ({"ttl_seconds": None}, "session:5f1d lives 600 s, and not None s"),
        ({"example": "HSET session:5f1d user_id 42"}, "session:5f1d lives for ever, and not 600 s"),
        ({"example": "SET session:5f1d 1 EX 600"}, "session:5f1d is a string, not a hash"),
        ({"bytes_per_key": _figure(20)}, "B, and 20 B were computed"),
        ({"example": "HSET session:5f1d user_id"}, "HSET: wrong number of arguments"),
    ],
    ids=["shorter", "no end", "for ever", "type", "memory", "arguments"],
)
def test_a_key_that_is_not_what_the_design_says_is_named(
    store: KeyStore, changed: dict[str, object], words: str
) -> None:
    problems = prove_key(_session(**changed), store).problems
    assert any(words in problem for problem in problems), problems


@on_redis
def test_nothing_is_left_behind(store: KeyStore) -> None:
    prove_key(_session(), store)
    assert store.kind("session:5f1d") == "none"
    with pytest.raises(StoreRefused, match="unknown command"):
        store.run(("NOTHING",))


@on_redis
def test_a_given_server_lends_a_database_that_is_empty() -> None:
    program = shutil.which("redis-server")
    assert program is not None
    with _running(program) as socket:
        address = f"unix://{socket}"
        import redis

        client = redis.Redis(unix_socket_path=str(socket))
        client.set("mine", "1")
        with open_redis(f"{address}?db=0") as lent:
            assert lent is not None
            assert prove_key(_session(), lent).problems == ()
        assert client.get("mine") == b"1"
        for number in range(16):
            redis.Redis(unix_socket_path=str(socket), db=number).set("mine", "1")
        with pytest.raises(SandboxError, match="Every database of the Redis server holds keys"), open_redis(address):
            pass


def test_without_a_server_nothing_is_run(tmp_path: Path) -> None:
    with open_redis(search_path=str(tmp_path)) as none, open_redis("off") as off:
        assert (none, off) == (None, None)


def test_a_server_that_does_not_answer_is_one_line_with_the_remedy() -> None:
    with (
        pytest.raises(SandboxError, match=r"The Redis server cannot be used.*--redis-url"),
        open_redis("redis://127.0.0.1:1"),
    ):
        pass
    with pytest.raises(SandboxError, match=r"cannot be used.*--redis-url"), open_redis("nonsense"):
        pass
