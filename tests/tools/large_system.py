"""A system of 45 entities told in 43,000 words, and a reader of it who knows nothing but what each prompt shows.

The statements on one entity are scattered over all chapters. Some chapters call a thing by another name, and two things
go by the same name in different chapters.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence

from database_specialist.agent.answers.entities import EntitiesAnswer, ModelPatch
from database_specialist.agent.answers.entity_answer import answer_of
from database_specialist.agent.answers.names import AddedEntity, EntityName, NamesAnswer, Reconciliation, SameEntity
from database_specialist.agent.answers.question import Amendment, AnswerType, Question, Usage
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    ExampleRow,
    Relationship,
)
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.fact_lists import listed
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.tools.model_designer.measuring import question_tokens

_FIRST = ("harbour", "freight", "crew", "fuel", "cargo", "berth", "pilot", "customs", "repair")
_SECOND = ("order", "licence", "invoice", "inspection", "contract")
NAMES = tuple(f"{first} {second}" for second in _SECOND for first in _FIRST)
SYNONYMS = {"freight order": "shipment", "crew licence": "sailing permit", "fuel invoice": "bunker bill"}
"""What every third chapter calls these."""
HOMONYMS = {"repair contract": "engagement", "pilot contract": "engagement"}
"""What chapters call these by one word: the first half of them means the one, the second half the other."""
CHAPTERS = 30
STATEMENTS = 47
"""On each entity."""

_HINTS = tuple(
    f"{one}{two}{three}" for one in ("dar", "mel", "tor", "vin") for two in ("a", "o", "u", "i") for three in "bcdfg"
)
"""Words that mean nothing, so that nothing but a statement tells of an attribute."""
_LINE = re.compile(r"^(F\d+) (?:\[[^\]]*\] )?(.*)$")
_HAS = re.compile(r"(?:An?|The) (?P<entity>[a-z ]+?) keeps a (?P<attribute>\w+) of at most (?P<most>\d+),")
_BELONGS = re.compile(r"Every (?P<entity>[a-z ]+?) belongs to one (?P<target>[a-z ]+?) as its (?P<role>\w+),")


def document() -> RawDocument:
    """Tell the system."""
    chapters: list[list[str]] = [[] for _ in range(CHAPTERS)]
    for index, name in enumerate(NAMES):
        for number in range(STATEMENTS):
            chapter = (index * 7 + number * 11) % CHAPTERS
            chapters[chapter].append(f"- {_statement(index, name, number, chapter)}")
    text = "\n\n".join(
        f"## Chapter {number}: matters of quay {number}\n\n" + "\n".join(lines) for number, lines in enumerate(chapters)
    )
    return RawDocument(path="requirements.md", text=f"# Harbour\n\n## Requirements\n\n{text}\n", sha256="0" * 64)


def spoken(name: str, chapter: int) -> str:
    """Return what a chapter calls a thing."""
    if name in HOMONYMS and (chapter < CHAPTERS // 2) == (name == "pilot contract"):
        return HOMONYMS[name]
    return SYNONYMS.get(name, name) if chapter % 3 == 2 else name


def _statement(index: int, name: str, number: int, chapter: int) -> str:
    said = spoken(name, chapter)
    if number == 0 and index:
        other = spoken(NAMES[(index * 5) % len(NAMES)], chapter)
        role = f"role{index}"
        return f"Every {said} belongs to one {other} as its {role}, and quay {chapter} must store it for {index} years."
    attribute = f"{_HINTS[number % len(_HINTS)]}{number}"
    return (
        f"The {said} keeps a {attribute} of at most {number + 10}, which the office of quay {chapter} must store "
        "and show."
    )


def large_brief() -> Brief:
    """Read the document as the program does, every statement as one that asks for data."""
    brief = read_brief([document()], project="Harbour")
    facts = tuple(fact.model_copy(update={"kind": "data", "scope": "in"}) for fact in brief.facts)
    return brief.model_copy(update={"facts": facts})


def identifier(name: str) -> str:
    """Write a name as the model does."""
    return name.replace(" ", "_")


class Reader:
    """Answers each question from its own text alone."""

    used: Sequence[Usage] = ()

    def __init__(self, before: Callable[[Question], None] = lambda question: None) -> None:
        self._before = before
        self._lock = threading.Lock()
        self.asked: list[tuple[Question, int]] = []
        self.objected: list[str] = []

    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
        amendment: Amendment[AnswerType] | None = None,
    ) -> AnswerType:
        """Give the answer that the shown statements allow."""
        with self._lock:
            self.asked.append((question, question_tokens(question, answer)))
        self._before(question)
        given = self._answered(question, answer)
        assert isinstance(given, answer)
        self.objected += objections(given)
        return given

    def questions(self, name: str) -> list[Question]:
        """Return the questions of a name in the order of their text, which no thread changes."""
        return sorted((each for each, _ in self.asked if each.name == name), key=lambda each: (each.system, each.user))

    def _answered(self, question: Question, answer: type[Part]) -> Part:
        if answer is NamesAnswer:
            return _names(question)
        if answer is Reconciliation:
            return _reconciliation(question)
        if answer is EntitiesAnswer:
            return answer_of(_model(question))
        assert answer is ModelPatch
        return ModelPatch()


def shown(question: Question) -> list[tuple[str, str]]:
    """Return the statements of a prompt with their numbers."""
    return [(match[1], match[2]) for line in question.system.splitlines() if (match := _LINE.match(line))]


def _names(question: Question) -> NamesAnswer:
    """List the things that the statements keep data of, by the words of the statements."""
    facts: dict[tuple[str, str], list[str]] = {}
    for fact, text in shown(question):
        if found := _HAS.search(text) or _BELONGS.search(text):
            facts.setdefault((found["entity"], _half(text)), []).append(fact)
    # Who reads both meanings of a word tells them apart; who reads one of them has no reason to.
    both = {name for name, half in facts if name == "engagement" and (name, _OTHER[half]) in facts}
    lines: dict[str, tuple[str, list[str]]] = {}
    for (name, half), ids in facts.items():
        said = _BY_HALF[half] if name in both else name
        lines.setdefault(said, (f"A {name} of the {half} quays.", []))[1].extend(ids)
    return NamesAnswer(
        entities=tuple(
            EntityName(name=identifier(name), meaning=meaning, facts=listed(ids))
            for name, (meaning, ids) in lines.items()
        )
    )


_OTHER = {"early": "late", "late": "early"}
_BY_HALF = {"early": "pilot contract", "late": "repair contract"}


def _half(text: str) -> str:
    found = re.search(r"quay (\d+)", text)
    assert found is not None
    return "early" if int(found[1]) < CHAPTERS // 2 else "late"


def _reconciliation(question: Question) -> Reconciliation:
    lines = re.findall(r"^(\d+\.)(\w+) \(\d+\): (.*)$", question.user, re.MULTILINE)
    account = AddedEntity(name="account", meaning="Who logs in.", beside=lines[0][1])
    same: dict[str, list[str]] = {}
    for number, name, meaning in lines:
        for canonical, synonym in SYNONYMS.items():
            if name == identifier(synonym):
                same.setdefault(identifier(canonical), []).append(f"{number}{name}")
        if name == "engagement":
            half = "early" if "early" in meaning else "late"
            same.setdefault(identifier(_BY_HALF[half]), []).append(f"{number}{name}")
    return Reconciliation(
        same=tuple(SameEntity(name=name, of=tuple(of)) for name, of in same.items()),
        added=() if any(name == "account" for _, name, _ in lines) else (account,),
    )


def _told(block: str) -> dict[str, str]:
    """Return the name of each entity listed in a block of the prompt, by everything it is called."""
    called: dict[str, str] = {}
    for name, also in re.findall(r"^- (\w+)(?: \(also ([^)]*)\))?:", block, re.MULTILINE):
        called[name] = name
        called |= dict.fromkeys((each.strip() for each in also.split(",") if each.strip()), name)
    return called


def _model(question: Question) -> EntityModel:
    """Model the entities that are asked for, from the statements that are shown."""
    before, _, rest = question.user.partition("under just these names")
    own, others = _told(before.partition("This call models only")[2]), _told(rest)
    names = {**others, **own}

    def of(block: dict[str, str], said: str, text: str) -> str | None:
        return block.get(identifier(_BY_HALF[_half(text)] if said == "engagement" else said))

    attributes: dict[str, list[Attribute]] = {name: [] for name in own.values()}
    relationships, rules, examples = [], [], []
    for fact, text in shown(question):
        if (has := _HAS.search(text)) and (name := of(own, has["entity"], text)):
            attribute = Attribute(
                name=has["attribute"],
                meaning="A limit of the quay.",
                type="integer",
                maximum=float(has["most"]),
                facts=(fact,),
            )
            attributes[name].append(attribute)
        if (belongs := _BELONGS.search(text)) and (source := of(own, belongs["entity"], text)):
            # A target by a name that nobody told stays as the statement has it.
            target = of(names, belongs["target"], text) or identifier(belongs["target"])
            relationships.append(Relationship(source=source, target=target, role=belongs["role"], facts=(fact,)))
    for name, held in attributes.items():
        if held:
            number = len(rules) + 1
            first = held[0]
            rules.append(
                BusinessRule(
                    id=f"BR{number}",
                    name="is_positive",
                    text=f"The {first.name} of a {name} is positive.",
                    kind="check",
                    entity=name,
                    attributes=(first.name,),
                    condition=f"{first.name} > 0",
                    facts=first.facts,
                )
            )
            row = ExampleRow(entity=name, label="a", values={first.name: 0})
            examples.append(
                Example(
                    id=f"EX{number}",
                    text="A limit that is not positive.",
                    rows=(row,),
                    expect="reject",
                    violates=f"BR{number}",
                    facts=first.facts,
                )
            )
    entities = tuple(
        Entity(
            name=name,
            plural=f"{name}s",
            description="A thing of the quay.",
            attributes=tuple(held),
            facts=held[0].facts if held else (),
            added_because=None if held else "Named by the others.",
        )
        for name, held in attributes.items()
    )
    return EntityModel(
        entities=entities, relationships=tuple(relationships), rules=tuple(rules), examples=tuple(examples)
    )
