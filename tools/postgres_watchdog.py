"""What ends a statement that runs too long or makes its database too big, from outside the statement's session."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import psycopg

from database_specialist.tools.postgres import Server


@dataclass(frozen=True)
class Limits:
    """What one statement may take."""

    statement_seconds: float = 10.0
    """The server's own limit, which a hostile statement can lift."""
    wall_seconds: float = 15.0
    """The watchdog's limit, which it cannot."""
    database_bytes: int = 512 << 20
    result_rows: int = 1000
    counted_rows: int = 100_000
    """Rows of a result that are counted before it is cut off."""
    memory_bytes: int = 1 << 30


@dataclass
class Watch:
    """One running statement, as the watchdog sees it."""

    pid: int
    database: str
    deadline: float
    stopped: str = ""
    """Why it was ended, when it was."""


class Watchdog:
    """A thread with a session of its own that ends what runs too long or grows too big."""

    _POLL_SECONDS = 0.05
    _SIZE_SECONDS = 0.5
    """Many quick statements grow a database too. Its size costs a look at each of its files, thousands of them."""

    def __init__(self, server: Server, limits: Limits) -> None:
        self._limits = limits
        self._session = server.connect()
        self._watches: list[Watch] = []
        self._seen: list[Watch] = []
        self._next_size = 0.0
        self.inflated: set[str] = set()
        """Databases whose files only look long: their size says nothing."""
        self._wanted = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._watch, name="postgres-watchdog", daemon=True)
        self._thread.start()

    def add(self, watch: Watch) -> None:
        """Begin to watch a statement."""
        with self._wanted:
            self._watches.append(watch)
            self._wanted.notify()

    def remove(self, watch: Watch) -> None:
        """Watch it no more."""
        with self._wanted:
            self._watches.remove(watch)

    def stop(self) -> None:
        """End the thread."""
        with self._wanted:
            self._ended = True
            self._wanted.notify()
        self._thread.join()
        self._session.close()

    def _watch(self) -> None:
        while self._await_work():
            try:
                self._look()
            except psycopg.OperationalError:  # the server is gone, and what ran there with it
                return
            time.sleep(self._POLL_SECONDS)

    def _await_work(self) -> bool:
        with self._wanted:
            self._wanted.wait_for(lambda: self._ended or bool(self._watches))
            return not self._ended

    def _look(self) -> None:
        watches, now = list(self._watches), time.monotonic()
        is_due = now >= self._next_size
        for watch in watches:
            self._look_at(watch, sizes=is_due or any(watch is other for other in self._seen))
        self._seen = watches
        if is_due:
            self._next_size = now + self._SIZE_SECONDS

    def _look_at(self, watch: Watch, *, sizes: bool) -> None:
        if watch.stopped:
            return
        if time.monotonic() > watch.deadline:
            self._end(watch, f"ran longer than {self._limits.wall_seconds:g} s")
        elif sizes and watch.database not in self.inflated and self._size(watch.database) > self._limits.database_bytes:
            self._end(watch, f"made the database larger than {self._limits.database_bytes >> 20} MB")

    def _size(self, database: str) -> int:
        row = self._session.execute("SELECT pg_database_size(oid) FROM pg_database WHERE datname = %s", (database,))
        found = row.fetchone()
        return int(str(found[0])) if found else 0

    def _end(self, watch: Watch, why: str) -> None:
        with self._wanted:
            if watch not in self._watches:
                return  # it ended by itself meanwhile: the session may run the next statement by now
            watch.stopped = why
            self._session.execute("SELECT pg_terminate_backend(%s)", (watch.pid,))
