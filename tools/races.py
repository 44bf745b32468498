"""Two sessions of one database that write at once, step by step: never by chance, always in the same order."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from database_specialist.agent.verification.races import Raced
from database_specialist.agent.verification.sandbox import Database, StatementError

_LOOK_SECONDS = 0.01


def race(one: Database, two: Database, first: str, second: str, *, is_waiting: Callable[[], bool]) -> Raced:
    """Run `first` in session one and `second` in session two, before either commits; then let one commit, then two.

    `is_waiting` says whether session two waits for a lock: then it goes on when session one has committed.
    """
    refused = _refusal(one, "BEGIN", first)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="race") as pool:
        following = pool.submit(_refusal, two, "BEGIN", second)
        while not following.done() and not is_waiting():
            time.sleep(_LOOK_SECONDS)
        refused = refused or _refusal(one, "COMMIT")
        followed = following.result()
    return Raced(refused, followed or _refusal(two, "COMMIT"))


def _refusal(session: Database, *statements: str) -> StatementError | None:
    """Run statements, and what was put off to the commit; return the refusal, after which the transaction is over."""
    try:
        for statement in statements:
            session.execute(statement)
        if statements[0] == "BEGIN":
            session.check_deferred()
    except StatementError as error:
        session.execute("ROLLBACK")
        return error
    return None
