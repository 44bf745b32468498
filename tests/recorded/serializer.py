"""Cassettes that people can read and compare: JSON bodies as YAML, prompts line by line.

vcrpy writes a body as one string; a prompt of three hundred lines would be one line of a difference. Here a JSON
body stands under `parsed_body`, and every text of several lines is a literal block. Nothing is lost: what YAML cannot
hold as a block it quotes by itself.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

Json = Any


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as literal blocks, and no anchors."""

    def ignore_aliases(self, data: Json) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def serialize(cassette: dict[str, Json]) -> str:
    """Return the YAML of a cassette; keys keep their order."""
    shown = {**cassette, "interactions": [_shown(each) for each in cassette["interactions"]]}
    # Unlimited width: a fold in the middle of a line would show in every later difference.
    text: str = yaml.dump(shown, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text


def deserialize(text: str) -> dict[str, Json]:
    """Return the cassette as vcrpy reads it: each body is a string again."""
    loaded: dict[str, Json] = yaml.safe_load(text)
    return {**loaded, "interactions": [_stored(each) for each in loaded["interactions"]]}


def _shown(interaction: Json) -> Json:
    request, response = dict(interaction["request"]), dict(interaction["response"])
    body, string = request.pop("body"), response.pop("body")["string"]
    return {
        "request": {"method": request["method"], "uri": request["uri"]} | request | _parsed(body),
        "response": {"status": response["status"]} | response | _parsed(string),
    }


def _parsed(body: str | bytes | None) -> dict[str, Json]:
    if not body:
        return {"body": None}
    try:
        return {"parsed_body": json.loads(body)}
    except ValueError:
        return {"body": body}


def _stored(interaction: Json) -> Json:
    request, response = dict(interaction["request"]), dict(interaction["response"])
    request["body"] = _string(request)
    response["body"] = {"string": _string(response) or ""}
    return {"request": request, "response": response}


def _string(message: dict[str, Json]) -> str | None:
    if "parsed_body" in message:
        return json.dumps(message.pop("parsed_body"), ensure_ascii=False)
    body: str | None = message.pop("body")
    return body
