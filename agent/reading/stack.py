"""The engine to design for, and the technologies around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from database_specialist.agent.model.base import Engine, FactId
from database_specialist.agent.model.brief import Stack, Technology
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.reading.sources import SourceText, read_sources
from database_specialist.agent.reading.statements import Statement
from database_specialist.agent.reading.technologies import STORES, Known, Mention, catalogue, find_technologies

CHOSEN = 4
"""From this weight on a mention is a decision, not a passing remark."""

_PRIMARY = re.compile(
    r"\b(?:primary|main|system of record|source of truth|transactional|relational"
    r"|central) (?:data ?(?:base|store)|store|rdbms|storage)\b"
    r"|\bsource of truth\b|\bsystem of record\b|\bprimary\b|\b(?:database|data"
    r" ?store|rdbms|dbms|engine)\s*(?:is|:|=|will be)",
    re.IGNORECASE,
)
_SLOT = re.compile(
    r"\b(?:database|data ?store|persistence|rdbms|dbms|storage engine|db|source of truth|data layer|data tier)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\b(?:we (?:use|chose|choose|selected|run)|chosen|decided (?:on|for)|stored"
    r" in|stores|backed by|runs on|is used)\b",
    re.IGNORECASE,
)
_REJECTED_BEFORE = re.compile(
    r"(?:instead of|rather than|over|not|than|versus|vs\.?|unlike|against|considered(?:"
    r" and rejected)?:?|rejected|ruled out|replac(?:e|es|ing)"
    r"|migrat(?:e|ed|ing) (?:away )?from|alternatives? (?:to|are|were)|without"
    r"|compared (?:to|with)|evaluated|moved? (?:away )?from|no)"
    r"\s+(?:using\s+|a\s+|an\s+|the\s+)?(?:[\w.+-]+(?: \d[\d.]*)?(?:,| and| or|/)\s*){0,3}$",
    re.IGNORECASE,
)
_REJECTED_AFTER = re.compile(
    r"^\s*(?:\([^)]{0,60}\)\s*)?(?:was|were|is|are)?\s*(?:also\s+)?(?:rejected"
    r"|considered|ruled out|not (?:chosen|used|needed|suitable)|discarded|evaluated"
    r"|dismissed)",
    re.IGNORECASE,
)
_REJECTED_TITLE = re.compile(r"(?:alternatives?|considered|rejected|not chosen|ruled out)\b", re.IGNORECASE)
_ALTERNATIVE_HEADER = re.compile(
    r"alternative|rejected|considered|not chosen|instead of|option \w+ \(rejected", re.IGNORECASE
)
_ALTERNATIVE_SECTION = re.compile(
    r"alternatives?\b|considered|rejected|comparison|\bvs\.?\b|trade-?offs?", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"\b(?:on[- ]device|device|offline|mobile|tablet|phone|client|browser|local(?:ly)?"
    r"|edge|unit tests?|tests?|testing|in-memory|local development"
    r"|dev(?:elopment)?|prototype|handheld|scanner|embedded|desktop|react native)\b",
    re.IGNORECASE,
)
_PURPOSE_AFTER = re.compile(
    r"^[^.;:(\n]{0,24}?(?:\(([^()\n]{3,160})\)|\s(?:for|as|to (?!be)|holds|stores|serves)\s+([^.;\n]{3,160}))"
)
_CONFIGURED = re.compile(
    r"""provider\s*=\s*["'](?P<prisma>postgresql|mysql|sqlite|sqlserver|mongodb|cockroachdb)["']"""
    r"""|\bimage:\s*["']?(?:[\w.-]+/)*(?P<image>postgres|postgis|timescaledb|mysql|mariadb)[\w-]*(?::(?P<tag>\d+(?:\.\d+)*))?"""
    r"""|\b(?P<url>postgres(?:ql)?|mysql|mariadb|sqlite)://""",
    re.IGNORECASE,
)
_CONFIGURED_NAMES: dict[str, Engine] = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "postgis": "postgresql",
    "timescaledb": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "sqlite": "sqlite",
}


@dataclass(frozen=True)
class Sighting:
    """A technology at a place, with the weight it has as the chosen engine."""

    known: Known
    version: str | None
    weight: int
    """0: rejected, or a component of its own; 1: mentioned; from `CHOSEN` on: decided."""
    quote: str
    place: str
    purpose: str | None = None
    fact: FactId | None = None
    rejected: bool = False


@dataclass
class _Votes:
    """What speaks for one engine."""

    best: Sighting
    count: int = 0
    facts: list[FactId] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)


def quick_stack(documents: Sequence[RawDocument], *, engine: Engine | None = None) -> Stack:
    """Return the stack that documents name, without facts: what the research asks about. `engine` overrides theirs."""
    sources = read_sources(documents)
    found = sightings([(source, statement, None) for source in sources for statement in source.statements], sources)
    return choose_stack(found, engine=engine)


def sightings(
    placed: Sequence[tuple[SourceText, Statement, FactId | None]], sources: Sequence[SourceText]
) -> tuple[Sighting, ...]:
    """Return every mention of a technology in the statements and in configuration fences."""
    found: list[Sighting] = []
    for source, statement, fact in placed:
        found.extend(_of_statement(source, statement, fact))
    for source in sources:
        found.extend(_of_configuration(source))
    return tuple(found)


def _of_statement(source: SourceText, statement: Statement, fact: FactId | None) -> list[Sighting]:
    if statement.scope != "in":
        return []
    place = f"{source.path}:{statement.line}"
    found = []
    if statement.title:
        for mention in find_technologies(statement.title):
            purpose = _short(statement.text)
            weight = _weight(source, statement, mention, statement.title, in_title=True)
            found.append(
                Sighting(mention.known, mention.version, weight, _quote(statement), place, purpose, fact, weight < 0)
            )
    for mention in find_technologies(statement.text):
        weight = _weight(source, statement, mention, statement.text, in_title=False)
        purpose = _purpose(statement, mention)
        found.append(
            Sighting(mention.known, mention.version, weight, _quote(statement), place, purpose, fact, weight < 0)
        )
    return found


def _quote(statement: Statement) -> str:
    text = f"{statement.title}: {statement.text}" if statement.title else statement.text
    return text if len(text) <= 160 else text[:157] + "..."


def _short(text: str) -> str | None:
    text = text.strip(" .;:")
    return (text if len(text) <= 160 else text[:157] + "...") or None


def _purpose(statement: Statement, mention: Mention) -> str | None:
    match = _PURPOSE_AFTER.match(statement.text[mention.end :])
    if match:
        return _short(match.group(1) or match.group(2))
    return _short(statement.title) if statement.title and statement.form == "row" else None


def _weight(source: SourceText, statement: Statement, mention: Mention, text: str, *, in_title: bool) -> int:
    """Return how strongly a mention says "this is our database": -1 rejected, 0 another component's, up to 6."""
    before, after = text[: mention.start], text[mention.end :]
    if _is_rejected(statement, mention, before, after):
        return -1
    if mention.known.category not in (*STORES, "platform"):
        return 1
    near = before[-70:] + " " + after[:70] + " " + (statement.title or "")
    if mention.known.engine == "sqlite" and _ELSEWHERE.search(near + " " + " ".join(statement.section[-2:])):
        return 0
    slot = statement.title or " ".join(cell.text for cell in statement.cells[:1])
    if _PRIMARY.search(near[:140]) and (in_title or mention.known.category in STORES):
        return 6 if _PRIMARY.search(after[:60] + " | " + before[-60:] + " | " + (statement.title or "")) else 5
    if not in_title and statement.form in ("row", "item") and _SLOT.search(slot[:60]):
        return 5
    if _CHOICE.search(before[-40:]) or (in_title and _SLOT.search(text)):
        return 4
    return _plain_weight(source, statement, near, in_title)


def _plain_weight(source: SourceText, statement: Statement, near: str, in_title: bool) -> int:
    if in_title and (_SLOT.search(statement.text) or statement.form == "row"):
        return 4
    if in_title or _SLOT.search(near):
        return 3
    return 2 if source.role == "architecture" else 1


def _is_rejected(statement: Statement, mention: Mention, before: str, after: str) -> bool:
    if _REJECTED_BEFORE.search(before[-80:]) or _REJECTED_AFTER.match(after[:80]):
        return True
    if _REJECTED_TITLE.match(statement.title or ""):
        return True
    name = mention.known.name
    for cell in statement.cells:
        if _ALTERNATIVE_HEADER.search(cell.header) and any(m.known.name == name for m in find_technologies(cell.text)):
            return True
    innermost = statement.section[-1] if statement.section else ""
    return (
        bool(_ALTERNATIVE_SECTION.search(innermost)) and not statement.cells and _CHOICE.search(statement.text) is None
    )


def _of_configuration(source: SourceText) -> list[Sighting]:
    """Read the engine from a Prisma data source, a compose file or a connection URL, in fences and whole files."""
    known = _engines()
    found = []
    fences = [(block.text, block.line) for block in source.blocks if block.kind == "fence"]
    for text, first in fences or [(source.text, 0)]:
        for match in _CONFIGURED.finditer(text):
            word = next(group for group in match.group("prisma", "image", "url") if group).lower()
            if word not in _CONFIGURED_NAMES or (word == "sqlite" and match.group("url")):
                continue
            entry = known[_CONFIGURED_NAMES[word]]
            line = first + text.count("\n", 0, match.start()) + 1
            weight = 6 if match.group("prisma") else 3
            found.append(Sighting(entry, match.group("tag"), weight, match.group().strip(), f"{source.path}:{line}"))
    return found


def _engines() -> dict[Engine, Known]:
    return {entry.engine: entry for entry in catalogue() if entry.category == "relational" and entry.engine}


def choose_stack(found: Sequence[Sighting], *, engine: Engine | None = None) -> Stack:
    """Return the stack; `engine` overrides what the documents say."""
    votes = _votes(found)
    technologies = _technologies(found)
    chosen = max(votes, key=lambda name: (votes[name].best.weight, votes[name].count, -_rank(name)), default=None)
    if engine is not None:
        said = f" The documents name {chosen}." if chosen and chosen != engine else ""
        reason = f"Chosen by the caller.{said}"
        version = _version(votes[engine]) if engine in votes else None
        return Stack(engine=engine, engine_version=version, origin="given", reason=reason, technologies=technologies)
    if chosen is None:
        return _default_stack(found, technologies)
    vote = votes[chosen]
    return Stack(
        engine=chosen,
        engine_version=_version(vote),
        origin="given",
        reason=f'{vote.best.place} names it: "{vote.best.quote}"',
        platform=_platform(found, chosen),
        technologies=technologies,
        facts=tuple(dict.fromkeys(vote.facts)),
    )


def _rank(engine: Engine) -> int:
    return ("postgresql", "mysql", "mariadb", "sqlite").index(engine)


def _votes(found: Sequence[Sighting]) -> dict[Engine, _Votes]:
    votes: dict[Engine, _Votes] = {}
    for sighting in found:
        known = sighting.known
        engine = known.engine or (known.usual_engine if not _names_an_engine(found) else None)
        if (
            engine is None
            or sighting.weight < 1
            or (known.category in ("other", "time_series") and sighting.weight < 1)
        ):
            continue
        vote = votes.setdefault(engine, _Votes(sighting))
        if sighting.weight > vote.best.weight:
            vote.best = sighting
        vote.count += 1
        vote.facts.extend([sighting.fact] if sighting.fact else [])
        is_engine = known.category == "relational"
        vote.versions.extend([sighting.version] if sighting.version and is_engine else [])
    return votes


def _names_an_engine(found: Sequence[Sighting]) -> bool:
    return any(sighting.known.engine and sighting.weight > 0 for sighting in found)


def _version(vote: _Votes) -> str | None:
    """Return the version that is named most often; the first of equals."""
    return max(dict.fromkeys(vote.versions), key=vote.versions.count, default=None)


def _platform(found: Sequence[Sighting], engine: Engine) -> str | None:
    for sighting in found:
        known = sighting.known
        if known.category == "platform" and sighting.weight > 0 and (known.engine == engine or known.usual_engine):
            return known.name
    return None


def unsupported_primary(found: Sequence[Sighting]) -> Sighting | None:
    """Return the database that the documents choose when it is one that no design can be printed for."""
    stores = [
        sighting
        for sighting in found
        if sighting.known.category in STORES and not sighting.known.engine and sighting.weight >= 3
    ]
    # A cache is called a store too: only databases that could hold the whole system count.
    stores = [
        sighting
        for sighting in stores
        if sighting.known.name not in ("Redis", "Valkey", "Memcached", "etcd", "Prometheus")
    ]
    return max(stores, key=lambda sighting: sighting.weight, default=None)


def _default_stack(found: Sequence[Sighting], technologies: tuple[Technology, ...]) -> Stack:
    other = unsupported_primary(found)
    if other is None:
        reason = (
            "The documents name no database engine. PostgreSQL is taken: it enforces the most rules itself "
            "(exclusion and check constraints, partial indexes, row-level security) and runs everywhere."
        )
        return Stack(engine="postgresql", origin="assumed", reason=reason, technologies=technologies)
    reason = (
        f"{other.place} names {other.known.name}, for which no relational design can be printed "
        f"and run here; PostgreSQL is taken in its place."
    )
    facts = (other.fact,) if other.fact else ()
    return Stack(engine="postgresql", origin="assumed", reason=reason, technologies=technologies, facts=facts)


def _technologies(found: Sequence[Sighting]) -> tuple[Technology, ...]:
    grouped: dict[str, list[Sighting]] = {}
    for sighting in found:
        if sighting.weight >= 0:
            grouped.setdefault(sighting.known.name, []).append(sighting)
    return tuple(_technology(group) for group in grouped.values())


def _technology(group: Sequence[Sighting]) -> Technology:
    purposes = [sighting.purpose for sighting in group if sighting.purpose]
    versions = [sighting.version for sighting in group if sighting.version]
    facts = tuple(dict.fromkeys(sighting.fact for sighting in group if sighting.fact))
    return Technology(
        name=group[0].known.name,
        category=group[0].known.category,
        version=versions[0] if versions else None,
        purpose=purposes[0] if purposes else None,
        facts=facts,
    )


def rival_primaries(found: Sequence[Sighting]) -> tuple[Sighting, Sighting] | None:
    """Return two sightings when two different engines are each named as the chosen one, equally clearly."""
    decided: dict[Engine, Sighting] = {}
    for sighting in found:
        if sighting.known.engine and sighting.known.category == "relational" and sighting.weight >= 5:
            best = decided.get(sighting.known.engine)
            if best is None or sighting.weight > best.weight:
                decided[sighting.known.engine] = sighting
    strongest = sorted(decided.values(), key=lambda sighting: -sighting.weight)[:2]
    if len(strongest) == 2 and strongest[0].weight == strongest[1].weight:
        return strongest[0], strongest[1]
    return None
