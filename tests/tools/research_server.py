"""Both research services on one local port, answering by query from tests/data/research (see its README).

`python -m tests.tools.research_server` serves until it is interrupted, and prints the address.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

DATA = Path(__file__).parents[1] / "data" / "research"


def load(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return held


def unversioned(query: str) -> str:
    """Return the query that the answers are kept by: "PostgreSQL 17.2 backup" is "PostgreSQL backup"."""
    return re.sub(r" \d+(\.\d+)*(?= )", "", query, count=1)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/v2/libs/search":
            self._found(load("context7_search").get(asked.get("libraryName", "")), "no_libraries_found")
        elif url.path == "/v2/context":
            pages = load("context7_context").get(asked.get("libraryId", ""), {})
            self._found(pages.get(unversioned(asked.get("query", ""))), "no_snippets_found")
        else:
            self._found(None, "not_found")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        nothing = {"id": "search-0000", "results": [], "server_time": None}
        self._send(200, load("perplexity_search").get(unversioned(asked["query"]), nothing))

    def _found(self, body: object, otherwise: str) -> None:
        if body is None:
            self._send(404, {"error": otherwise, "message": "Nothing of this name is kept here."})
        else:
            self._send(200, body)

    def _send(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def research_server() -> Iterator[str]:
    """Serve for the block; yields the base URL of both services."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    with research_server() as address:
        print(address, flush=True)
        threading.Event().wait()
