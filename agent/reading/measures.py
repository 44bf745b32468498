"""What an amount measures: decided by the unit after it and the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from database_specialist.agent.model.brief import Metric
from database_specialist.agent.reading.numbers import Amount, singular
from database_specialist.agent.reading.subjects import STATISTIC, available, noun_phrase, retained, subject_of
from database_specialist.agent.reading.technologies import find_technologies
from database_specialist.agent.reading.vocabulary import pattern, words

_SECONDS = {
    "ms": 0.001,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "day": 86400.0,
    "week": 604800.0,
    "month": 2592000.0,
    "quarter": 7776000.0,
    "year": 31536000.0,
}
_TIME = re.compile(
    r"^[\s-]?(?:(?P<ms>ms|msec|milli-?seconds?)|(?P<s>s|secs?|seconds?)|(?P<min>mins?"
    r"|minutes?)|(?P<h>h|hrs?|hours?)|(?P<day>d|days?)"
    r"|(?P<week>wks?|weeks?)|(?P<month>months?)|(?P<year>yrs?|years?))(?![\w/])",
    re.IGNORECASE,
)
_BYTES = re.compile(r"^\s?(?P<prefix>[KMGTP]i?)?(?:B|[Bb]ytes?)\b|^\s(?P<long>kilo|mega|giga|tera|peta)bytes?\b")
_PERCENT = re.compile(r"\s?(?:%|per ?cent\b)")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_PER = re.compile(
    r"\s*(?:/|\bper\b|\ban?\b|\beach\b|\bevery\b|\ba(?=\s))\s*(?P<unit>s|sec"
    r"|second|min|minute|h|hr|hour|d|day|business day|working day|wk|week|month"
    r"|mo|quarter|year|yr|annum)s?\b"
    r"|\s+(?P<adverb>hourly|daily|weekly|monthly|quarterly|annually|yearly)\b|\s+(?P<latin>p\.\s?a\b)",
    re.IGNORECASE,
)
_PERIODS = {
    "s": 1 / 86400, "sec": 1 / 86400, "second": 1 / 86400,
    "min": 1 / 1440, "minute": 1 / 1440,
    "h": 1 / 24, "hr": 1 / 24, "hour": 1 / 24, "hourly": 1 / 24,
    "d": 1, "day": 1, "business day": 1, "working day": 1, "daily": 1,
    "wk": 7, "week": 7, "weekly": 7,
    "month": 30, "mo": 30, "monthly": 30,
    "quarter": 91, "quarterly": 91,
    "year": 365, "yr": 365, "annum": 365, "annually": 365, "yearly": 365,
}  # fmt: skip
_RATE = re.compile(
    r"^\s*(?:(?P<abbr>rps|qps|tps|req/s(?:ec)?|requests?/s(?:ec)?|queries/s(?:ec)?|ops/s(?:ec)?)\b)", re.IGNORECASE
)
_RATE_WORDS = re.compile(
    r"\b(?:rps|qps|tps|throughput|requests?|seconds?|s|scalability|scale|scaling"
    r"|supports?|handles?|peak|normal|traffic|load|capacity|at|during|while)\b",
    re.IGNORECASE,
)
_RECOVERY = re.compile(
    r"\b(?:(?P<rpo>RPO|recovery[- ]point(?:[- ]objective)?|data loss)|(?P<rto>RTO"
    r"|recovery[- ]time(?:[- ]objective)?|restored? within|recover(?:ed)? within))\b",
    re.IGNORECASE,
)
_RETENTION = re.compile(
    r"\b(?:retain(?:ed|s)?|retention|kept|keep|keeps|stored for|preserved?|archiv\w+"
    r"|purged?|deleted after|delete after|removed after|history of|held for)\b",
    re.IGNORECASE,
)
_BACKUP = re.compile(r"\b(?:backups?|snapshots?|point-in-time|pitr)\b", re.IGNORECASE)
_AVAILABLE = re.compile(r"\b(?:availab\w*|uptime|up-time|sla|slo|nines)\b", re.IGNORECASE)
_OTHER_RATES = re.compile(
    r"\b(?:hit|success\w*|accuracy|errors?|coverage|conversion|satisfaction|cache)\b", re.IGNORECASE
)
_GROWTH = re.compile(
    r"\b(?:grow\w*|increas\w*|yoy|mom|year[- ]over[- ]year|year[- ]on[- ]year|month[- ]over[- ]month)\b", re.IGNORECASE
)
_LATENCY = re.compile(
    r"\b(?:latency|latencies|response|respond\w*|load\w*|render\w*|return\w*|takes?)\b", re.IGNORECASE
)
_BOUND = re.compile(
    r"[<\u2264]|\b(?:under|within|below|less than|faster than|no more than|at"
    r" most|p\d\d|percentile|not exceed|max(?:imum)?)\b",
    re.IGNORECASE,
)
_OBSERVED = re.compile(
    r"(?:[~\u2248]|\b(?:every|each|after|for|vs\.?|than|from|updates?|increases|to)|(?<!at)\bin)\s*$", re.IGNORECASE
)
_LIMIT = re.compile(
    r"(?:\b(?:up to|at most|max(?:imum)?(?: of)?|no more than|not more than|limit(?:ed)?(?:"
    r" of| to)?|not exceed|cannot exceed|exceed)|[\u2264])\s*(?:\w+\s){0,1}$",
    re.IGNORECASE,
)
_LOWER = re.compile(r"\b(?:at least|min(?:imum)?(?: of)?|more than|over|older than|after|from)\s*$", re.IGNORECASE)
_STOPS = "|".join(words("quantities", "stops"))
_NOUN = re.compile(
    rf"^\+?[\s-]*(?:of\s+)?(?P<noun>[A-Za-z][\w'-]*(?:\s(?!(?:{_STOPS})\b)[A-Za-z][\w'-]*){{0,2}})", re.IGNORECASE
)
_OWNER = re.compile(
    r"^\s*(?:per|for each|for every|in each|in an?|on an?|/)\s*(?P<owner>[A-Za-z][\w-]*)", re.IGNORECASE
)
_SIZE_WORDS = re.compile(r"\b(?:sizes?|average|avg|per unit|each|max(?:imum)?|limit)\b", re.IGNORECASE)
_NINES = re.compile(r"\b(two|three|four|five|six|2|3|4|5|6)[\s-]nines?\b", re.IGNORECASE)
_NINES_VALUES = {
    "two": 99.0,
    "2": 99.0,
    "three": 99.9,
    "3": 99.9,
    "four": 99.99,
    "4": 99.99,
    "five": 99.999,
    "5": 99.999,
    "six": 99.9999,
    "6": 99.9999,
}
_DOUBLES = re.compile(
    r"\b(?P<verb>doubl(?:e|es|ing)|tripl(?:e|es|ing)|quadrupl(?:e|es|ing))\b[\w\s]{0,20}?\b(?P<period>"
    r"every|each|per|a)?\s*(?P<unit>year|month|quarter|annually|yearly|yoy)\b",
    re.IGNORECASE,
)
_ZERO_LOSS = re.compile(r"\b(?:zero|no) data loss\b|\bRPO\s*(?:of|=|:|is)?\s*(?:0|zero)\b(?!\.)", re.IGNORECASE)
_FORMAT_WORDS = (
    "daily",
    "weekly",
    "monthly",
    "yearly",
    "annual",
    "hourly",
    "total",
    "expected",
    "average",
    "avg",
    "peak",
    "new",
    "about",
    "around",
    "roughly",
    "approximately",
    "some",
    "different",
    "max",
    "maximum",
    "more",
    "additional",
    "other",
    "such",
    "initial",
    "first",
)


_FEW = 10
"""Below this "at the same time" is a rule, not a load: "never two visits at the same time"."""


@dataclass(frozen=True)
class Reading:
    """One figure, normalised, not yet numbered."""

    metric: Metric
    subject: str
    value: float
    unit: str
    statistic: str | None = None
    note: str = ""
    basis: str = ""


@dataclass(frozen=True)
class _Place:
    """An amount with its surroundings."""

    amount: Amount
    before: str
    after: str
    topic: str
    section: tuple[str, ...]

    @property
    def near(self) -> str:
        return f"{self.topic} {self.before[-60:]} {self.after[:60]}"

    @property
    def around(self) -> str:
        return f"{self.near} {' '.join(self.section[-1:])}"


def read_words(text: str, topic: str, section: Sequence[str]) -> Iterator[Reading]:
    """Yield the figures that are written without a number: "three nines", "doubles every year", "no data loss"."""
    match = _NINES.search(text)
    if match:
        value = _NINES_VALUES[match.group(1).lower()]
        yield Reading("availability", "system", value, "%")
    match = _DOUBLES.search(text)
    if match:
        factor = {"d": 2, "t": 3, "q": 4}[match.group("verb")[0].lower()]
        per_year = {"month": 12, "quarter": 4}.get(match.group("unit").lower(), 1)
        yield Reading("growth", subject_of(text[: match.start()], topic), round((factor**per_year - 1) * 100.0, 2), "%")
    if _ZERO_LOSS.search(text):
        yield Reading("rpo", "system", 0.0, "s")


def read_amount(amount: Amount, text: str, topic: str, section: Sequence[str]) -> Reading | None:
    """Return what an amount measures, or None when it is not a figure to design by."""
    place = _Place(amount, text[: amount.start], text[amount.end :], topic, tuple(section))
    reading = _by_unit(place)
    if reading is None:
        return None
    note = "; ".join(part for part in (reading.note, amount.note) if part)
    return replace(reading, note=note, statistic=reading.statistic or _statistic(place))


def _by_unit(place: _Place) -> Reading | None:
    """The unit after an amount decides; only a bare number can be a count."""
    if _PERCENT.match(place.after):
        return _percentage(place)
    if _BYTES.match(place.after):
        return _bytes(place)
    if _TIME.match(place.after):
        return _time(place)
    return _rate(place) or _flow(place) or _stock(place)


def _statistic(place: _Place) -> str | None:
    match = STATISTIC.search(place.before[-40:]) or STATISTIC.search(place.after[:24]) or STATISTIC.search(place.topic)
    if match is None:
        return None
    word = match.group(1).lower()
    if "percentile" in word:
        return f"p{word[:2]}"
    return {"avg": "average", "mean": "average", "max": "peak", "maximum": "peak"}.get(word, word)


def _percentage(place: _Place) -> Reading | None:
    value = place.amount.value
    if _GROWTH.search(place.near) and value < 10_000:
        return _growth(place, value)
    named = _AVAILABLE.search(f"{place.near} {' '.join(place.section[-1:])}")
    if 90 <= value <= 100 and named and not _OTHER_RATES.search(place.near):
        return Reading("availability", available(place.before, place.after, place.topic), value, "%")
    return None


def _growth(place: _Place, value: float) -> Reading:
    period = re.search(
        r"\b(month|quarter|year|annual|yoy|mom)", place.after[:40] + " " + place.before[-40:], re.IGNORECASE
    )
    times = {"month": 12, "mom": 12, "quarter": 4}.get(period.group(1).lower() if period else "year", 1)
    yearly = round(((1 + value / 100) ** times - 1) * 100, 2) if times > 1 else value
    note = f"{value:g}% compounded {times} times a year" if times > 1 else ""
    return Reading("growth", subject_of(place.before, place.topic), yearly, "%", note=note)


def _time(place: _Place) -> Reading | None:
    match = _TIME.match(place.after)
    if match is None:
        return None
    unit = next(name for name, value in match.groupdict().items() if value)
    seconds = place.amount.value * _SECONDS[unit]
    rest = place.after[match.end() :]
    recovery = _recovery(place, rest)
    if recovery is not None:
        return Reading(recovery, _topic_or_system(place), seconds, "s")
    if _RETENTION.search(place.near) and seconds >= 3600 and not _is_skipped(place):
        metric: Metric = "backup_retention" if _BACKUP.search(place.near) else "retention"
        days = place.amount.value * {"month": 30, "year": 365}.get(unit, _SECONDS[unit] / 86400)
        subject = "backup" if metric == "backup_retention" else retained(place.before, place.after, place.topic)
        return Reading(metric, subject, round(days, 4), "days")
    return _latency(place, unit, seconds, rest)


def _recovery(place: _Place, rest: str) -> Metric | None:
    """Return RPO or RTO by the nearest keyword before the amount, or right after it."""
    found = list(_RECOVERY.finditer(place.before[-60:])) or list(_RECOVERY.finditer(rest[:45]))[:1]
    if not found and place.topic:
        found = list(_RECOVERY.finditer(place.topic))
    if not found:
        return None
    return "rpo" if found[-1].group("rpo") else "rto"


def _topic_or_system(place: _Place) -> str:
    """Return what a recovery figure is about: the component of the row, or the system."""
    topic = _RECOVERY.sub("", place.topic)
    topic = re.sub(r"[^A-Za-z0-9 .+-]+", " ", topic)
    generic = (
        "",
        "disaster recovery",
        "recovery",
        "backup",
        "backups",
        "reliability",
        "durability",
        "availability",
        "objective",
        "target",
    )
    flat = " ".join(topic.lower().split())
    if any(mention.known.engine for mention in find_technologies(topic)):
        return "system"
    return "system" if flat in generic or len(flat.split()) > 3 else flat


def _is_skipped(place: _Place) -> bool:
    near = f"{place.topic} {place.before[-40:]} {place.after[:30]}".lower()
    seen = set(re.findall(r"[a-z]+", near))
    return any(word in seen if " " not in word else word in near for word in words("quantities", "skip_words"))


def _latency(place: _Place, unit: str, seconds: float, rest: str) -> Reading | None:
    if unit not in ("ms", "s") or seconds > 60 or _is_skipped(place) or not _is_target(place, rest):
        return None
    measured = re.match(r"\s*(?:for|to|on|when)\s+(?:an?\s|the\s|all\s)?([A-Za-z][\w -]{2,40})", rest)
    named = noun_phrase(measured.group(1)) if measured else ""
    subject = singular(named) if named else subject_of(place.before, place.topic)
    return Reading("latency", subject, round(seconds * 1000, 3), "ms")


def _is_target(place: _Place, rest: str) -> bool:
    """Whether a time is a bound to keep, and not an observation ("about 1 ms") or an interval ("every 5 s")."""
    if _LOWER.search(place.before) or _OBSERVED.search(place.before) or re.match(r"\s*(?:\+|vs\b)", rest):
        return False
    bound = _BOUND.search(place.before[-45:]) or STATISTIC.match(rest.strip(" ("))
    named = _LATENCY.search(f"{place.topic} {place.before[-45:]}") or re.match(r"\s*(?:latency|response)", rest)
    return bool(bound or (named and _in_targets(place.section)))


def _bytes(place: _Place) -> Reading | None:
    match = _BYTES.match(place.after)
    if match is None:
        return None
    prefix = (match.group("prefix") or (match.group("long") or "")[:1]).upper()[:1]
    value = place.amount.value * 1024 ** _POWERS[prefix]
    if (
        _is_skipped(place)
        or re.search(
            r"\b(?:memory|ram|resident|heap|instance|bandwidth|cpu|vcpu|gp[23]|disk)\b", place.near, re.IGNORECASE
        )
        or re.match(r"\s*(?:/s|per s|ps\b)", place.after[match.end() :])
    ):
        return None
    rest = place.after[match.end() :]
    if _LIMIT.search(place.before) or re.search(r"\bmax", f"{place.topic} {place.before[-30:]}", re.IGNORECASE):
        subject = subject_of(_SIZE_WORDS.sub(" ", place.before), place.topic)
        return Reading("limit", subject, value, "bytes", note="an upper bound")
    owner = _OWNER.match(rest)
    if owner and owner.group("owner").lower() not in _PERIODS:
        return Reading("item_size", singular(owner.group("owner")), value, "bytes")
    if re.search(
        r"\b(?:size|each|average|avg)\b", f"{place.topic} {place.before[-30:]} {rest[:10]}", re.IGNORECASE
    ) and prefix in ("", "K", "M"):
        return Reading(
            "item_size",
            subject_of(_SIZE_WORDS.sub(" ", place.before), place.topic),
            value,
            "bytes",
        )
    per = _PER.match(rest)
    if per or prefix in ("", "K"):
        return None
    return Reading("storage", subject_of(place.before, place.topic), value, "bytes")


def _rate(place: _Place) -> Reading | None:
    match = _RATE.match(place.after)
    if match is None or _is_skipped(place):
        return None
    said = place.after[match.end() :] if not place.before.strip() else ""
    subject = noun_phrase(_RATE_WORDS.sub(" ", said if re.search(r"[A-Za-z]{3}", said) else place.topic))
    return Reading("requests_per_second", singular(subject) if subject else "request", place.amount.value, "requests/s")


def _noun(place: _Place) -> tuple[str, str]:
    """Return the counted noun phrase after an amount, and what follows it."""
    match = _NOUN.match(place.after)
    if match is None:
        return "", place.after
    kept = [word for word in match.group("noun").split() if word.lower() not in _FORMAT_WORDS]
    # "lifts carry": after a plural that no other noun follows, the verb begins.
    for index, word in enumerate(kept[:-1]):
        if re.search(r"[^s]s$", word) and not kept[-1].endswith("s"):
            kept = kept[: index + 1]
            break
    return singular(" ".join(kept)), place.after[match.end() :]


def _flow(place: _Place) -> Reading | None:
    """A count per period: "orders/day", "parcels a quarter", "20k daily orders", "orders per day: 300"."""
    noun, rest = _noun(place)
    period = _PER.match(rest) or _PER.match(place.after)
    days = (
        _PERIODS[(period.group("unit") or period.group("adverb") or "year").lower()]
        if period
        else _adjective_period(place)
    )
    small_bound = _LIMIT.search(place.before) and place.amount.value < 1000
    if days is None or small_bound or _is_skipped(place):
        return None
    direct = _PER.match(place.after)
    if not noun or (direct and direct.group("unit")):
        noun = _noun_before(place)
    if not noun:
        return None
    return _per_period(place, noun, days)


def _adjective_period(place: _Place) -> float | None:
    words_near = re.match(
        r"\+?\s*(?:new\s+)?(daily|weekly|monthly|hourly|yearly|annual|quarterly)\b", place.after, re.IGNORECASE
    )
    if words_near is None:
        words_near = re.search(
            r"\b(daily|weekly|monthly|hourly|yearly|annual|quarterly)\s+[\w ]{2,30}[:=]?\s*$",
            place.before,
            re.IGNORECASE,
        )
    if words_near is None:
        return None
    return _PERIODS[{"annual": "yearly"}.get(words_near.group(1).lower(), words_near.group(1).lower())]


def _noun_before(place: _Place) -> str:
    subject = noun_phrase(
        re.sub(
            r"(?i)\b(?:daily|weekly|monthly|hourly|yearly|annual|quarterly|per|day|month|year|second|hour|new)\b",
            " ",
            place.before,
        )
    )
    return singular(subject) if subject else singular(noun_phrase(place.topic))


def _per_period(place: _Place, noun: str, days: float) -> Reading:
    value = place.amount.value * (1000 if place.amount.ambiguous else 1)
    if noun in words("quantities", "users") or re.match(r"(?:daily|monthly|weekly)?\s*active\b", noun):
        return Reading("users", noun, value, "users")
    last = noun.split()[-1]
    if last in words("quantities", "requests") or noun in words("quantities", "requests"):
        return Reading("requests_per_second", noun, round(value / days / 86400, 6), "requests/s")
    if days < 1 / 1440 and re.search(r"\bpeak\b|\bburst\b|\bspike", place.near, re.IGNORECASE):
        return Reading("requests_per_second", noun, value / days / 86400, "requests/s", statistic="peak")
    note = (
        ""
        if days == 1
        else f"{value:,.10g} in {days:,.6g} days"
        if days > 1
        else f"{value:,.10g} x {1 / days:,.6g} a day"
    )
    return Reading("rows_per_period", noun, round(value / days, 4), "rows/day", note=note)


def _stock(place: _Place) -> Reading | None:
    """A count with no period: users, rows of a thing, or a limit."""
    noun, rest = _noun(place)
    if not noun or _is_skipped(place):
        return None
    value = place.amount.value * (1000 if place.amount.ambiguous else 1)
    owner = _OWNER.match(rest)
    counted = noun.split()[-1] not in words("quantities", "not_counted")
    if _is_concurrent(place) and not owner:
        name = re.sub(r"\b(?:concurrent|simultaneous) ", "", noun)
        return Reading("concurrent_users", name, value, "users") if counted and value >= _FEW else None
    if counted and _LIMIT.search(place.before) and value < (1e5 if owner else 1000):
        subject = f"{noun} per {singular(owner.group('owner'))}" if owner else noun
        return Reading("limit", subject, value, "rows", note="an upper bound")
    if not counted or owner:
        return None
    if noun in words("quantities", "users") or noun.split()[-1] == "user":
        return Reading("users", noun, value, "users")
    return Reading("rows", noun, value, "rows") if _is_volume(place, noun, value) else None


def _is_concurrent(place: _Place) -> bool:
    near = f"{place.before[-30:]} {place.after[:40]} {place.topic}".lower()
    return any(word in near for word in words("quantities", "concurrent"))


def _is_volume(place: _Place, noun: str, value: float) -> bool:
    """Whether a count is a stock to plan for, and not an example in running text."""
    if _in_targets(place.section):
        return value >= (100 if _in_volumes(place.section) else 1000)
    said = place.after.strip(" +-").lower()
    # "4,000 lifts carry a sensor": a part of them, said in passing.
    goes_on = re.match(r"\s+[a-z]+", said[len(noun) + 1 :].removeprefix("s"))
    length = len(place.before.split()) + len(place.after.split())
    return value >= 1000 and length <= 18 and not goes_on


def _in_targets(section: Sequence[str]) -> bool:
    return any(pattern("sections", "quantity").search(title) for title in section)


def _in_volumes(section: Sequence[str]) -> bool:
    return any(
        re.search(r"volume|capacity|scale|scalab|size|sizing|quantit", title, re.IGNORECASE) for title in section
    )
