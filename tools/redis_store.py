"""Redis for the keys of a design: a server that was given, or a private one from PATH, else none.

--redis-url            an empty database of that server, emptied again at the end
redis-server on PATH   a private server, socket only, that writes nothing to disk
"off", or neither      nothing is run, and each record says so
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from database_specialist.agent.errors import SandboxError
from database_specialist.agent.verification.key_stores import KeyStore, StoreRefused
from database_specialist.tools import postgres_files as files
from database_specialist.tools.mysql_server import NOBODY
from database_specialist.tools.private_server import START_SECONDS, await_socket, launch

OFF = "off"
MEMORY_BYTES = 1 << 30
_REMEDY = "give a server with --redis-url, or --redis-url off"


@contextmanager
def open_redis(url: str | None = None, *, search_path: str | None = None) -> Iterator[KeyStore | None]:
    """Give an empty Redis, or None where there is none. `search_path` replaces PATH in the search for a server.

    Raises:
        SandboxError: the server of `url` cannot be used, or holds keys in every database.
    """
    has_client = importlib.util.find_spec("redis") is not None
    if url is not None and url != OFF:
        if not has_client:
            raise SandboxError("--redis-url needs a client. Remedy: `pip install 'database-specialist[redis]'`.")
        with _given(url) as given:
            yield given
        return
    program = None if url == OFF or not has_client else _find(search_path)
    if program is None:
        yield None
        return
    with ExitStack() as stack:
        store: KeyStore | None = None
        with suppress(SandboxError):  # nobody asked for this one: where it does not start, nothing is run
            socket = stack.enter_context(_running(program))
            store = stack.enter_context(_connected(f"unix://{socket}"))
        yield store


def _find(search_path: str | None) -> str | None:
    return shutil.which("redis-server", path=os.environ.get("PATH", "") if search_path is None else search_path)


@contextmanager
def _running(program: str) -> Iterator[Path]:
    """Run a private server for the length of the block; its socket is yielded."""
    files.sweep()
    user = NOBODY if os.geteuid() == 0 else None
    run, lock = files.make_run_folder(user)
    socket = run / "s" / "redis"
    command = [  # by the name that was found: the program it links to does different things by different names
        *(str(Path(program).absolute()), "--port", "0", "--unixsocket", str(socket), "--dir", str(run / "data")),
        *("--save", "", "--appendonly", "no", "--daemonize", "no", "--pidfile", str(run / "data" / "postmaster.pid")),
        *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
    ]
    keeper = launch(command, run, user=user, memory_bytes=MEMORY_BYTES)
    try:
        await_socket(keeper, run, socket, name="redis-server", remedy=_REMEDY)
        yield socket
    finally:
        keeper.communicate(timeout=START_SECONDS)
        files.remove(run)
        os.close(lock)


@contextmanager
def _given(url: str) -> Iterator[KeyStore]:
    """Take the highest database without a key: those of a running application are low, and full."""
    import redis

    try:
        client: Any = redis.Redis.from_url(url, socket_connect_timeout=10, socket_timeout=10)
        used = {int(name.removeprefix("db")) for name in client.info("keyspace")}
        free = [number for number in range(int(client.config_get("databases")["databases"])) if number not in used]
        client.close()
    except (redis.RedisError, ValueError) as error:
        raise SandboxError(f"The Redis server cannot be used: {error}. Remedy: check --redis-url.") from error
    if not free:
        raise SandboxError("Every database of the Redis server holds keys. Remedy: give another --redis-url.")
    with _connected(url, number=free[-1]) as store:
        yield store


@contextmanager
def _connected(address: str, *, number: int = 0) -> Iterator[KeyStore]:
    """Use one database of a server, and empty it at the end: only if it was empty before."""
    import redis

    client: Any = redis.Redis.from_url(address)
    # A number that stands in the address would win over one that is given beside it.
    client.connection_pool.connection_kwargs["db"] = number
    try:
        if client.dbsize():
            raise SandboxError(f"Database {number} of the Redis server holds keys. Remedy: give another --redis-url.")
        store = RedisStore(client)
        try:
            yield store
        finally:
            store.empty()
    finally:
        client.close()


class RedisStore:
    """A `KeyStore` on a server."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.engine = f"redis {client.info('server')['redis_version']}"

    def run(self, words: Sequence[str]) -> None:
        """Run one command."""
        import redis

        try:
            self._client.execute_command(*words)
        except redis.RedisError as error:
            raise StoreRefused(f"{words[0]}: {error}") from error

    def kind(self, key: str) -> str:
        """Return the type of a key."""
        return str(self._client.type(key).decode())

    def life(self, key: str) -> int | None:
        """Return the seconds that a key lives on."""
        seconds = int(self._client.ttl(key))
        return None if seconds < 0 else seconds

    def memory(self, key: str) -> int:
        """Return the bytes of a key."""
        return int(self._client.memory_usage(key, samples=0) or 0)

    def empty(self) -> None:
        """Take all keys of the database away."""
        self._client.flushdb()
