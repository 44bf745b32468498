"""What a maintainer reads who changed a prompt: the daily use of the recordings."""

from __future__ import annotations

import json
from typing import Any

from vcr.request import Request

from tests.recorded.difference import explain

CHAT = "https://api.openai.com/v1/chat/completions"
PROMPT = "You model data.\n\nName each entity in the singular.\nGive each a meaning.\nLeave defaults out."


def chat(*messages: tuple[str, str], name: str = "EntityModel", **more: Any) -> Request:
    body = {
        "model": "recorded-model",
        "messages": [{"role": role, "content": content} for role, content in messages],
        "response_format": {"type": "json_schema", "json_schema": {"name": name, "schema": {"type": "object"}}},
    }
    return Request("POST", CHAT, json.dumps(body | more), {"content-type": "application/json"})


def test_a_changed_prompt_is_shown_by_its_changed_lines() -> None:
    recorded = chat(("system", PROMPT), ("user", "Facts."))
    asked = chat(("system", PROMPT.replace("singular", "plural")), ("user", "Facts."))
    assert explain(asked, [recorded], left=[recorded]) == (
        f"no recorded answer to EntityModel (POST {CHAT}); it differs from the nearest recorded one\n"
        "in message 1 (system), from line 2:\n"
        " \n"
        "-Name each entity in the singular.\n"
        "+Name each entity in the plural.\n"
        " Give each a meaning."
    )


def test_the_nearest_request_is_the_one_for_the_same_answer_that_begins_alike() -> None:
    others = [
        chat(("system", PROMPT), ("user", "Facts of a shop."), name="Workload"),
        chat(("system", PROMPT), ("user", "Another thing altogether.")),
        chat(("system", PROMPT), ("user", "Facts of a school.")),
    ]
    told = explain(chat(("system", PROMPT), ("user", "Facts of a ship.")), others, left=others)
    assert "-Facts of a school.\n+Facts of a ship." in told


def test_a_difference_far_into_a_long_line_is_shown_where_it_is() -> None:
    recorded, asked = (chat(("user", "a " * 400 + word + " b" * 400)) for word in ("before", "after"))
    told = explain(asked, [recorded], left=[])
    assert "before" in told
    assert "after" in told
    assert max(map(len, told.splitlines())) < 200


def test_the_hash_in_a_delimiter_hides_no_difference() -> None:
    before, now = (f"=== facts {name} ===\n{text}\n=== facts {name} ===" for name, text in
                   (("0123456789abcdef", "F1 200 guests"), ("fedcba9876543210", "F1 300 guests")))  # fmt: skip
    told = explain(chat(("user", now)), [chat(("user", before))], left=[])
    assert "-F1 200 guests\n+F1 300 guests" in told
    assert "0123456789abcdef" not in told


def test_a_long_difference_is_cut() -> None:
    recorded, asked = (chat(("user", "\n".join(f"{word} {n}" for n in range(300)))) for word in ("before", "after"))
    told = explain(asked, [recorded], left=[])
    assert len(told.splitlines()) < 20
    assert told.endswith("lines more")


def test_a_changed_schema_is_found_behind_the_same_messages() -> None:
    recorded = chat(("user", "Facts."), temperature=0.5)
    told = explain(chat(("user", "Facts."), temperature=0.7), [recorded], left=[recorded])
    assert "outside its messages" in told
    assert '- "temperature": 0.5\n+ "temperature": 0.7' in told


def test_a_change_of_blanks_only_is_made_visible() -> None:
    recorded, asked = chat(("user", "Facts.\n")), chat(("user", "Facts."))
    assert "-'Facts.\\n'\n+'Facts.'" in explain(asked, [recorded], left=[recorded])


def test_a_message_more_is_said() -> None:
    recorded, asked = chat(("user", "Facts.")), chat(("user", "Facts."), ("assistant", "{}"))
    assert "in the number of messages: recorded 1, now 2" in explain(asked, [recorded], left=[recorded])


def test_a_search_that_was_not_recorded_names_its_words() -> None:
    address = "https://context7.com/api/v2/context"
    recorded = Request("GET", f"{address}?query=indexes", None, {})
    told = explain(Request("GET", f"{address}?query=backup", None, {}), [recorded], left=[recorded])
    assert f"in its address:\n- {address}?query=indexes\n+ {address}?query=backup" in told


def test_an_address_that_nothing_is_recorded_for_is_named() -> None:
    told = explain(Request("POST", "https://elsewhere.example/x", b"{}", {}), [], left=[])
    assert told.endswith("(POST https://elsewhere.example/x): no request to this address is recorded")
