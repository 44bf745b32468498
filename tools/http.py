"""The HTTP client of the research services: bounded in time, size and patience; no redirects, no proxies."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx2

from database_specialist.tools.transport import BoundedTransport

CALL_SECONDS = 20.0
"""For one exchange, however its bytes come in."""
MAX_BYTES = 2 * 1024 * 1024
MAX_ATTEMPTS = 3
MAX_WAIT_SECONDS = 10.0
"""Research is optional: nobody waits longer for it."""

_AGAIN = frozenset((202, 429, 500, 502, 503, 504))

Sleep = Callable[[float], None]


class JsonClient:
    """Sends `key` to `base_url` only."""

    def __init__(
        self, base_url: str, key: str, *, call_seconds: float = CALL_SECONDS, sleep: Sleep = time.sleep
    ) -> None:
        self._sleep = sleep
        self._http = httpx2.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"},
            transport=BoundedTransport(seconds=call_seconds, max_bytes=MAX_BYTES, redirects=True),
            follow_redirects=False,
            trust_env=False,
        )

    def get(self, path: str, parameters: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """See `_json`."""
        return self._json(self._http.build_request("GET", path, params=parameters))

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """See `_json`."""
        return self._json(self._http.build_request("POST", path, json=body))

    def _json(self, request: httpx2.Request) -> tuple[int, dict[str, Any]]:
        """Return the status below 400 and the body's object; what may pass is asked again, at most twice.

        Raises:
            httpx2.HTTPError: no connection, no answer in time, an answer too large or compressed, or a status of 400
                and above.
            ValueError: the body is no JSON object.
        """
        for attempt in range(MAX_ATTEMPTS):
            response = self._http.send(request)
            wait = _wait(response, attempt)
            if response.status_code not in _AGAIN or wait > MAX_WAIT_SECONDS or attempt == MAX_ATTEMPTS - 1:
                break
            self._sleep(wait)
        if response.status_code >= 400:
            response.raise_for_status()
        return response.status_code, _object(response)


def _wait(response: httpx2.Response, attempt: int) -> float:
    asked = str(response.headers.get("retry-after", "")).strip()
    return float(asked) if re.fullmatch(r"\d{1,9}", asked) else 0.5 * 2**attempt


def _object(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.content)
    except RecursionError:
        raise ValueError("the answer is nested too deeply") from None
    except ValueError:
        raise ValueError("the answer is no JSON") from None
    if not isinstance(body, dict):
        raise ValueError("the answer is no JSON object")
    return body


def error_code(response: httpx2.Response) -> str:
    """Return the service's own word for an error, "" where it gives none that is a plain word."""
    try:
        body = _object(response)
    except ValueError:
        return ""
    error = body.get("error")
    code = error.get("type") if isinstance(error, dict) else error
    return code if isinstance(code, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,59}", code) else ""


def objects(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects of a list in an answer, and nothing of what is no object or no list."""
    found = body.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
