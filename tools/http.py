"""The HTTP client of the research services: bounded in time and size, redirects and proxies' surprises off."""

from __future__ import annotations

from typing import Any

import httpx

TIMEOUT_SECONDS = 20.0
MAX_BYTES = 2 * 1024 * 1024


def client(base_url: str, key: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Return a client that sends `key` to `base_url` only."""
    return httpx.Client(
        base_url=base_url,
        headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "gzip"},
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        transport=transport,
    )


def get_json(http: httpx.Client, request: httpx.Request) -> tuple[int, Any]:
    """Send a request; return the status below 400 and the body's JSON.

    Raises:
        httpx.HTTPError: no connection, no answer in time, or a status of 400 and above.
        ValueError: the body is larger than MAX_BYTES or is not JSON.
    """
    response = http.send(request, stream=True)
    try:
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError(f"answer larger than {MAX_BYTES // 1024 // 1024} MiB")
        if response.status_code >= 400:
            response.raise_for_status()
    finally:
        response.close()
    return response.status_code, httpx.Response(response.status_code, content=body).json()
