"""Print what the recorded runs cost, from their cassettes, as Markdown: python benchmarks/recorded_runs.py [RUN ...].

Tokens of prompts and answers are those that the endpoint reported. Not every endpoint counts the JSON Schemas that come
with the questions, so `estimated` counts all of it: messages, schemas and answers, as characters / 4. Shares are of
characters: the schema's of the prompt, and of the messages what begins exactly as an earlier question of the run did,
which is what a provider's prompt cache can reuse.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the cassettes' names and places are those of the tests

from tests.recorded.difference import shared_prefix  # noqa: E402
from tests.recorded.recording import CANONICAL  # noqa: E402
from tests.recorded.runs import RUNS, Run  # noqa: E402

CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Call:
    """One question and its answer."""

    question: str
    messages: str
    schema: str
    answer: str
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Cost:
    """What some calls took together."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    estimated: int
    schema_share: float
    reused_share: float


def calls(cassette: Path) -> list[Call]:
    """Return the questions to the model, in the order in which they were asked."""
    exchanges = yaml.load(cassette.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["interactions"]
    return [_call(each) for each in exchanges if each["request"]["uri"].startswith(CANONICAL)]


def _call(exchange: dict[str, Any]) -> Call:
    asked, answered = exchange["request"]["parsed_body"], exchange["response"]["parsed_body"]
    wanted = asked.get("response_format", {}).get("json_schema", {})
    return Call(
        question=wanted.get("name", "text"),
        messages="".join(f"{message['role']}\n{message['content']}\n" for message in asked["messages"]),
        schema=json.dumps(wanted.get("schema", {}), separators=(",", ":")),
        answer=answered["choices"][0]["message"]["content"] or "",
        prompt_tokens=answered["usage"]["prompt_tokens"],
        completion_tokens=answered["usage"]["completion_tokens"],
    )


def cost(asked: Sequence[Call], among: Sequence[Call]) -> Cost:
    """Add up calls of a run; `among` are all of the run's calls, in order."""
    reused = {id(call): _reused(call, among[:number]) for number, call in enumerate(among)}
    messages = sum(len(call.messages) for call in asked)
    schemas = sum(len(call.schema) for call in asked)
    return Cost(
        calls=len(asked),
        prompt_tokens=sum(call.prompt_tokens for call in asked),
        completion_tokens=sum(call.completion_tokens for call in asked),
        estimated=(messages + schemas + sum(len(call.answer) for call in asked)) // CHARACTERS_PER_TOKEN,
        schema_share=schemas / max(1, messages + schemas),
        reused_share=sum(reused[id(call)] for call in asked) / max(1, messages),
    )


def _reused(call: Call, earlier: Iterable[Call]) -> int:
    return max((shared_prefix(call.messages, other.messages) for other in earlier), default=0)


def report(run: Run) -> Iterator[str]:
    """Yield the lines of a run's table, a question to a line."""
    asked = calls(run.cassette)
    design = json.loads((run.folder / "database-design.json").read_text())
    tables, rounds = len(design["relational_schema"]["tables"]), design["verdict"]["round"]
    yield f"### {run.name}: {tables} tables, {rounds} round{'s' if rounds > 1 else ''}"
    yield ""
    yield "| Question | Calls | Prompt tokens | Answer tokens | Estimated | JSON Schema | Reused prefix |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for question in dict.fromkeys(call.question for call in asked):
        yield _row(question, cost([call for call in asked if call.question == question], asked))
    yield _row("**together**", cost(asked, asked))
    yield ""


def _row(name: str, taken: Cost) -> str:
    return (
        f"| {name} | {taken.calls} | {taken.prompt_tokens:,} | {taken.completion_tokens:,} | {taken.estimated:,} "
        f"| {taken.schema_share:.0%} | {taken.reused_share:.0%} |"
    )


def main() -> None:
    """Print the runs that are recorded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"any of {', '.join(RUNS)}; all when none")
    options = parser.parse_args()
    for name in options.runs or RUNS:
        if name not in RUNS:
            parser.error(f"no such run: {name}; there are {', '.join(RUNS)}")
        if RUNS[name].cassette.exists():
            print("\n".join(report(RUNS[name])))
        else:
            print(f"{name}: not recorded yet; make record RUN={name}\n", file=sys.stderr)


if __name__ == "__main__":
    main()
