"""Another agent talks to the specialist over A2A, which `langgraph dev` and the Agent Server speak.

A message may be words that name a folder ("Design the database of /srv/shop/ai_docs for SQLite"), or data with the keys
of the graph's input. Start the server with `langgraph dev`, then

    python -m examples.a2a [FOLDER] [--url http://127.0.0.1:2024]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from examples.neighbours import WISH, write_documents

URL = "http://127.0.0.1:2024"
SECONDS = 600.0


def agent_card(url: str) -> Any:
    """Return the card of the specialist: what it does, and where it is spoken to."""
    found = httpx2.post(f"{url}/assistants/search", json={"graph_id": "database_specialist"}).raise_for_status().json()
    address = f"{url}/.well-known/agent-card.json"
    return httpx2.get(address, params={"assistant_id": found[0]["assistant_id"]}).raise_for_status().json()


def said(text: str) -> dict[str, str]:
    """Return a part of a message: words."""
    return {"kind": "text", "text": text}


def given(**keys: Any) -> dict[str, Any]:
    """Return a part of a message: data, by the keys of the graph's input."""
    return {"kind": "data", "data": keys}


def request(*parts: Mapping[str, Any], conversation: str | None = None) -> dict[str, Any]:
    """Return a JSON-RPC request that sends a message, in a conversation that there may be already."""
    message: dict[str, Any] = {"kind": "message", "role": "user", "messageId": uuid4().hex, "parts": list(parts)}
    if conversation:
        message["contextId"] = conversation
    return {"jsonrpc": "2.0", "id": uuid4().hex, "method": "message/send", "params": {"message": message}}


def send(card: Any, *parts: Mapping[str, Any], conversation: str | None = None) -> Any:
    """Send a message; return the task that came of it."""
    body = request(*parts, conversation=conversation)
    return httpx2.post(card["url"], json=body, timeout=SECONDS).raise_for_status().json()["result"]


async def asend(card: Any, *parts: Mapping[str, Any]) -> Any:
    """Send a message, and leave the event loop free meanwhile."""
    async with httpx2.AsyncClient(timeout=SECONDS) as client:
        answer = await client.post(card["url"], json=request(*parts))
        return answer.raise_for_status().json()["result"]


def words(task: Any) -> str:
    """Return what the specialist answered."""
    parts = [part for artifact in task.get("artifacts", []) for part in artifact["parts"]]
    return "\n".join(part["text"] for part in parts if part["kind"] == "text")


def main() -> None:
    """Run it as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="example/ai_docs", type=Path)
    parser.add_argument("--url", default=URL)
    options = parser.parse_args()
    folder: Path = options.folder.resolve()
    if not folder.exists():
        write_documents(WISH, folder)
    card = agent_card(options.url)
    print(f"{card['name']}: {card['description']}")
    print(words(asyncio.run(asend(card, said(f"Please design the database of the project in {folder}")))))


if __name__ == "__main__":
    main()
