"""An OpenAI-compatible endpoint on this machine whose answers a function gives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Answer = Callable[[Json], Json]
"""From a request's body to a completion: see `completion`."""


def completion(text: str | None, *, finish: str = "stop", refusal: str | None = None) -> Json:
    """Return a completion in OpenAI's published form; tokens are estimated as characters / 4."""
    written = len(text or refusal or "") // 4
    return {
        "id": "chatcmpl-written",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": "written-by-hand",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": refusal},
                "logprobs": None,
                "finish_reason": finish,
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": written, "total_tokens": 100 + written},
    }


class StandIn:
    """A running endpoint: where it is, and what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Json] = []
        self.keys: set[str] = set()
        self.url = ""
        self.answers_left = 1_000_000
        """How many questions it still answers before it refuses the key."""


@contextmanager
def serving(answer: Answer) -> Iterator[StandIn]:
    """Serve until the block ends; one thread for each connection."""
    stand_in = StandIn(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            stand_in.asked.append(body)
            stand_in.keys.add(self.headers["authorization"])
            refuses = stand_in.answers_left < 1
            stand_in.answers_left -= 1
            given = json.dumps({"error": {"message": "no"}} if refuses else stand_in.answer(body)).encode()
            self.send_response(401 if refuses else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(given)))
            self.send_header("openai-organization", "an-organisation")
            self.end_headers()
            self.wfile.write(given)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stand_in.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield stand_in
        finally:
            server.shutdown()
            thread.join()
