"""What the other stores are given, checked by its form; keys also on a Redis, where there is one."""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from database_specialist.agent.mapping.naming import column_name
from database_specialist.agent.model.evidence import CheckKind, Evidence
from database_specialist.agent.model.operations import MongoCollection, RedisKey, SearchIndex
from database_specialist.agent.verification.key_stores import KeyStore, prove_key
from database_specialist.agent.verification.records import Parts, Recorder

ENGINE = "form"
"""What the records name as their engine: reading is no run."""


def check_stores(parts: Parts, recorder: Recorder, keys: KeyStore | None = None) -> None:
    """Record for each validator, key and mapping whether its form is that of its store; of keys, what a store says."""
    stores = parts.operations.nosql
    for collection in stores.mongodb:
        problems, tried = judge_collection(collection)
        claim = f"The validator of {collection.name} takes its example, and not without a field or with a wrong type."
        _record(recorder, "document_validator", collection.name, claim, problems, f"{tried} broken documents refused")
    for key in stores.redis:
        claim = f"The commands of {key.pattern} fit its pattern and type, and set its time to live."
        problems = judge_key(key)
        if keys is None or problems:
            _record(recorder, "redis_command", key.pattern, claim, problems, one_line(key.example))
        else:
            weighed = prove_key(key, keys)
            claim = f"{claim[:-1]}; its memory is as computed."
            _record(recorder, "redis_command", key.pattern, claim, weighed.problems, weighed.detail, keys.engine)
    for index in stores.search:
        claim = f"The mapping of {index.name} has known types and parameters, and fields that are columns."
        detail = f"{len(index.mappings.get('properties', {}))} fields"
        _record(recorder, "search_mapping", index.name, claim, judge_mapping(index, parts), detail)


def one_line(text: str) -> str:
    r"""Return commands on one line.

    >>> one_line("HSET a b 1\nEXPIRE a 60")
    'HSET a b 1; EXPIRE a 60'
    """
    return "; ".join(text.splitlines())


def _record(
    recorder: Recorder,
    kind: CheckKind,
    subject: str,
    claim: str,
    problems: Sequence[str],
    detail: str,
    engine: str = ENGINE,
) -> None:
    recorder.records.append(
        Evidence(
            id=f"V{len(recorder.records) + 1}",
            kind=kind,
            subject=subject,
            claim=claim,
            status="STATIC" if engine == ENGINE else "EXECUTED",
            passed=not problems,
            engine=engine,
            detail="; ".join(problems) or detail,
            owner="plan_operations",
        )
    )


# MongoDB: https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/

_WRAPPED = {
    "$numberLong": "long",
    "$numberInt": "int",
    "$numberDouble": "double",
    "$numberDecimal": "decimal",
    "$date": "date",
    "$binary": "binData",
    "$oid": "objectId",
}
_SIMPLE = {bool: "bool", int: "int", float: "double", str: "string", list: "array", type(None): "null", dict: "object"}
_NUMBERS = frozenset({"int", "long", "double", "decimal"})
_BSON = {*_WRAPPED.values(), *_SIMPLE.values(), "number", "timestamp", "regex", "javascript", "minKey", "maxKey"}
_KEYWORDS = {
    *("bsonType", "enum", "required", "properties", "additionalProperties", "items", "minItems", "maxItems"),
    *("uniqueItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("pattern", "description", "title"),
}
_LONG = 2**31
# Tried in this order for a value of the wrong type: the first that the rule's types leave out.
_WRONG: tuple[Any, ...] = ("wrong", 1, {"wrong": 1}, [1], True, None, {"$oid": "0" * 24})
Path = tuple[str | int, ...]


def judge_collection(collection: MongoCollection) -> tuple[tuple[str, ...], int]:
    """Return what is wrong with a validator beside its example, and how many broken documents it was shown."""
    rule, example = collection.validator, collection.example
    problems = [*_unknown(rule, "$"), *(f"its own example: {found}" for found in violations(example, rule))]
    broken = list(_broken(example, rule, ()))
    for path, document, what in broken:
        if not any(_is_at(found, path) for found in violations(document, rule)):
            problems.append(f"{_place(path)} {what} is not refused")
    return tuple(problems), len(broken)


def violations(value: Any, rule: Mapping[str, Any], place: str = "$") -> list[str]:
    """Return what `$jsonSchema` would refuse in an extended JSON value, each with its place."""
    allowed = _kinds(rule)
    if allowed and kind_of(value) not in allowed:
        return [f"{place} is {kind_of(value)}, not {' or '.join(sorted(allowed))}"]
    found = [] if "enum" not in rule or value in rule["enum"] else [f"{place} is not of the enum"]
    if kind_of(value) in _NUMBERS:
        found += _number_violations(_amount(value), rule, place)
    if isinstance(value, str):
        found += _text_violations(value, rule, place)
    if kind_of(value) == "object":
        found += _object_violations(value, rule, place)
    if isinstance(value, list):
        found += _array_violations(value, rule, place)
    return found


def kind_of(value: Any) -> str:
    """Return the bsonType of an extended JSON value.

    >>> kind_of({"$numberLong": "1"}), kind_of(1), kind_of({"a": 1})
    ('long', 'int', 'object')
    """
    if isinstance(value, dict):
        return next((_WRAPPED[key] for key in value if key in _WRAPPED), "object")
    if type(value) is int and not -_LONG <= value < _LONG:
        return "long"
    return _SIMPLE[type(value)]


def _kinds(rule: Mapping[str, Any]) -> frozenset[str]:
    stated = rule.get("bsonType", ())
    names = {stated} if isinstance(stated, str) else set(stated)
    return frozenset(names - {"number"} | (_NUMBERS if "number" in names else set()))


def _amount(value: Any) -> float:
    return float(next(iter(value.values())) if isinstance(value, dict) else value)


def _number_violations(amount: float, rule: Mapping[str, Any], place: str) -> list[str]:
    low, high = rule.get("minimum", amount), rule.get("maximum", amount)
    is_low = amount < low or (amount == low and "minimum" in rule and rule.get("exclusiveMinimum", False))
    is_high = amount > high or (amount == high and "maximum" in rule and rule.get("exclusiveMaximum", False))
    return [f"{place} is below {low}"] * is_low + [f"{place} is above {high}"] * is_high


def _text_violations(value: str, rule: Mapping[str, Any], place: str) -> list[str]:
    fits = rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value))
    found = [] if fits else [f"{place} has {len(value)} characters"]
    if "pattern" in rule and re.search(rule["pattern"], value) is None:
        found.append(f"{place} does not match {rule['pattern']}")
    return found


def _object_violations(value: dict[str, Any], rule: Mapping[str, Any], place: str) -> list[str]:
    properties: dict[str, Any] = rule.get("properties", {})
    found = [f"{place}.{name} is missing" for name in rule.get("required", ()) if name not in value]
    if rule.get("additionalProperties") is False:
        found += [f"{place}.{name} is unknown" for name in value if name not in properties]
    for name, part in value.items():
        found += violations(part, properties.get(name, {}), f"{place}.{name}")
    return found


def _array_violations(value: list[Any], rule: Mapping[str, Any], place: str) -> list[str]:
    fits = rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value))
    found = [] if fits else [f"{place} has {len(value)} items"]
    if rule.get("uniqueItems") and len({repr(item) for item in value}) < len(value):
        found.append(f"{place} has an item twice")
    for number, item in enumerate(value):
        found += violations(item, rule.get("items", {}), f"{place}.{number}")
    return found


def _unknown(rule: Mapping[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place} has the keyword {word}, which is not checked" for word in rule if word not in _KEYWORDS)
    yield from (f"{place} has the unknown bsonType {kind}" for kind in sorted(_kinds(rule) - _BSON))
    for name, part in rule.get("properties", {}).items():
        yield from _unknown(part, f"{place}.{name}")
    if "items" in rule:
        yield from _unknown(rule["items"], f"{place}[]")


def _broken(example: Any, rule: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any, str]]:
    """Yield the whole example with one fault each: a required field gone, or a value of another type."""
    part = _at(example, path)
    if isinstance(part, list) and part and "items" in rule:
        yield from _broken(example, rule["items"], (*path, 0))
    if kind_of(part) != "object":
        return
    for name in rule.get("required", ()):
        if name in part:
            yield (*path, name), _changed(example, path, name, gone=True), "taken out"
    for name in part:
        inner: Mapping[str, Any] = rule.get("properties", {}).get(name, {})
        wrong = next(value for value in _WRONG if kind_of(value) not in _kinds(inner))
        yield (*path, name), _changed(example, path, name, wrong), f"as {kind_of(wrong)}"
        yield from _broken(example, inner, (*path, name))


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _changed(example: Any, path: Path, name: str, value: Any = None, *, gone: bool = False) -> Any:
    document = copy.deepcopy(example)
    holder = _at(document, path)
    if gone:
        del holder[name]
    else:
        holder[name] = value
    return document


def _place(path: Path) -> str:
    return ".".join(("$", *map(str, path)))


def _is_at(violation: str, path: Path) -> bool:
    return violation.startswith(f"{_place(path)} ")


# Redis: https://redis.io/docs/latest/commands/

_WRITES: dict[str, tuple[str, re.Pattern[str]]] = {
    # command: the type of key it makes, and its arguments after the key
    "SET": ("string", re.compile(r"\S+( (NX|XX|GET|KEEPTTL|EX \d+|PX \d+))*")),
    "SETEX": ("string", re.compile(r"\d+ \S+")),
    "INCR": ("string", re.compile(r"")),
    "INCRBY": ("string", re.compile(r"-?\d+")),
    "HSET": ("hash", re.compile(r"\S+ \S+( \S+ \S+)*")),
    "HINCRBY": ("hash", re.compile(r"\S+ -?\d+")),
    "LPUSH": ("list", re.compile(r"\S+( \S+)*")),
    "RPUSH": ("list", re.compile(r"\S+( \S+)*")),
    "SADD": ("set", re.compile(r"\S+( \S+)*")),
    "ZADD": ("zset", re.compile(r"((NX|XX|GT|LT|CH|INCR) )*-?[\d.]+ \S+( -?[\d.]+ \S+)*")),
    "ZINCRBY": ("zset", re.compile(r"-?[\d.]+ \S+")),
    "GEOADD": ("zset", re.compile(r"((NX|XX|CH) )*-?[\d.]+ -?[\d.]+ \S+( -?[\d.]+ -?[\d.]+ \S+)*")),
    "XADD": ("stream", re.compile(r"(NOMKSTREAM )?((MAXLEN|MINID) ([=~] )?\S+ )?(\*|\d+-(\d+|\*)) \S+ \S+( \S+ \S+)*")),
    "PFADD": ("hyperloglog", re.compile(r"\S+( \S+)*")),
}
_EXPIRES = {"EXPIRE": 1, "PEXPIRE": 1000}
_PLACEHOLDER = re.compile(r"\\\{.*?\\\}")


def judge_key(key: RedisKey) -> tuple[str, ...]:
    """Return what is wrong with the commands of a key family."""
    try:
        commands = [shlex.split(line) for line in key.example.splitlines() if line.strip()]
    except ValueError as error:
        return (f"the commands cannot be split into words: {error}",)
    problems = [problem for command in commands for problem in _command_problems(command, key)]
    if not any(command[0].upper() in _WRITES for command in commands):
        problems.append("no command writes the key")
    return (*problems, *_life_problems(commands, key))


def _command_problems(command: Sequence[str], key: RedisKey) -> Iterator[str]:
    name, arguments = command[0].upper(), [re.sub(r"\s", "_", word) or "''" for word in command[2:]]
    if len(command) > 1 and not fits_pattern(command[1], key.pattern):
        yield f"{command[1]} does not fit {key.pattern}"
    if name in _EXPIRES:
        if len(arguments) != 1 or not arguments[0].isdigit():
            yield f"{name} takes a key and a whole number"
        return
    if name not in _WRITES:
        yield f"{name} is no command that writes a key"
        return
    kind, form = _WRITES[name]
    if kind != key.type:
        yield f"{name} makes a {kind}, and the key is a {key.type}"
    if len(command) < 2 or form.fullmatch(" ".join(arguments)) is None:
        yield f"the arguments of {name} are not those it takes"


def fits_pattern(name: str, pattern: str) -> bool:
    """Say whether a key is one of a family.

    >>> fits_pattern("lock:seat:42", "lock:seat:{id}"), fits_pattern("lock:42", "lock:seat:{id}")
    (True, False)
    """
    return re.fullmatch(_PLACEHOLDER.sub(r"[^:\\s]+", re.escape(pattern)), name) is not None


def _life_problems(commands: Sequence[Sequence[str]], key: RedisKey) -> Iterator[str]:
    """The last command that sets a time to live on a key that was written decides."""
    if key.ttl_seconds is None:
        return
    lives: dict[str, float] = {}
    for command in commands:
        words = [word.upper() for word in command]
        name = command[1] if len(command) > 1 else ""
        if words[0] in _WRITES:
            lives[name] = _own_life(words)
        elif words[0] in _EXPIRES and name in lives and words[-1].isdigit():
            lives[name] = int(words[-1]) / _EXPIRES[words[0]]
    for name, life in lives.items():
        if life != key.ttl_seconds:
            yield f"{name} lives {f'{life:g} s' if life else 'for ever'}, and not {key.ttl_seconds} s"


def _own_life(words: Sequence[str]) -> float:
    if words[0] == "SETEX" and len(words) > 2 and words[2].isdigit():
        return int(words[2])
    if words[0] == "SET":
        for option, unit in (("EX", 1), ("PX", 1000)):
            if option in words[3:-1] and words[words.index(option, 3) + 1].isdigit():
                return int(words[words.index(option, 3) + 1]) / unit
    return 0.0


# Elasticsearch: https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/field-data-types
# OpenSearch: https://docs.opensearch.org/latest/mappings/supported-field-types/index/

_EVERY = "type copy_to meta boost"
_KEPT = f"{_EVERY} index store doc_values null_value fields"
_NUMERIC = f"{_KEPT} coerce ignore_malformed script on_script_error"
_RANGE = f"{_EVERY} index store doc_values coerce"
_TEXT = (
    f"{_EVERY} index store fields analyzer search_analyzer search_quote_analyzer fielddata index_options index_phrases "
    "index_prefixes norms position_increment_gap similarity term_vector eager_global_ordinals"
)
FIELD_TYPES: dict[str, frozenset[str]] = {
    kind: frozenset(parameters.split())
    for kinds, parameters in (
        ("text match_only_text", _TEXT),
        ("search_as_you_type", f"{_TEXT} max_shingle_size"),
        ("token_count", f"{_KEPT} analyzer enable_position_increments"),
        ("completion", f"{_EVERY} analyzer search_analyzer preserve_separators max_input_length contexts"),
        (
            "keyword",
            f"{_KEPT} eager_global_ordinals ignore_above index_options norms normalizer similarity "
            "split_queries_on_whitespace script on_script_error",
        ),
        ("constant_keyword", f"{_EVERY} value"),
        ("wildcard", f"{_EVERY} null_value ignore_above fields doc_values normalizer"),
        ("byte short integer long unsigned_long half_float float double", _NUMERIC),
        ("scaled_float", f"{_NUMERIC} scaling_factor"),
        ("boolean", f"{_KEPT} ignore_malformed"),
        ("date date_nanos", f"{_KEPT} format locale ignore_malformed"),
        ("ip", f"{_KEPT} ignore_malformed"),
        ("integer_range float_range long_range double_range ip_range", _RANGE),
        ("date_range", f"{_RANGE} format"),
        ("binary", f"{_EVERY} store doc_values"),
        ("version", f"{_EVERY} fields"),
        ("geo_point", f"{_KEPT} ignore_malformed ignore_z_value"),
        ("geo_shape", f"{_EVERY} orientation ignore_malformed ignore_z_value coerce index store doc_values"),
        ("object", f"{_EVERY} dynamic enabled subobjects properties"),
        ("nested", f"{_EVERY} dynamic properties include_in_parent include_in_root"),
        ("flattened flat_object", f"{_KEPT} depth_limit eager_global_ordinals ignore_above index_options similarity"),
        ("dense_vector", f"{_EVERY} dims element_type index similarity index_options"),
        ("knn_vector", f"{_EVERY} dimension method model_id data_type space_type mode compression_level"),
        ("alias", "type path"),
        ("join", "type relations eager_global_ordinals"),
    )
    for kind in kinds.split()
}
_NEEDED = {"scaled_float": "scaling_factor", "knn_vector": "dimension", "alias": "path", "join": "relations"}
_ROOT = {
    *("dynamic", "properties", "runtime", "date_detection", "numeric_detection", "dynamic_date_formats"),
    *("dynamic_templates", "_source", "_routing", "_meta"),
}
_ANALYZERS = frozenset(
    {"standard", "simple", "whitespace", "stop", "keyword", "pattern", "fingerprint", "english", "german", "french"}
)


def judge_mapping(index: SearchIndex, parts: Parts) -> tuple[str, ...]:
    """Return what is wrong with a mapping: types, parameters, analyzers, and fields that no column feeds."""
    properties: dict[str, Any] = index.mappings.get("properties", {})
    own = frozenset(index.settings.get("analysis", {}).get("analyzer", {}))
    problems = [f"{word} is no part of a mapping" for word in index.mappings if word not in _ROOT]
    for name, field in properties.items():
        problems += _field_problems(name, field, _ANALYZERS | own)
    if not properties:
        problems.append("it maps no field")
    known = _sources(index, parts)
    problems += [f"{name} is no column of {index.source_table}" for name in properties if name not in known]
    asked = sorted({name for name in _asked(index.example_query) if name.partition(".")[0] not in properties})
    return (*problems, *(f"the example query asks for {name}, which is not mapped" for name in asked))


def _field_problems(name: str, field: Mapping[str, Any], analyzers: frozenset[str]) -> Iterator[str]:
    kind = field.get("type", "object")
    if kind not in FIELD_TYPES:
        yield f"{name} has the unknown type {kind}"
        return
    yield from (f"{name}: {kind} takes no {word}" for word in field if word not in FIELD_TYPES[kind])
    if kind in _NEEDED and _NEEDED[kind] not in field:
        yield f"{name}: {kind} needs {_NEEDED[kind]}"
    for parameter in ("analyzer", "search_analyzer"):
        if parameter in field and field[parameter] not in analyzers:
            yield f"{name}: the analyzer {field[parameter]} is not defined"
    for part in ("fields", "properties"):
        for inner, described in field.get(part, {}).items():
            yield from _field_problems(f"{name}.{inner}", described, analyzers)


def _sources(index: SearchIndex, parts: Parts) -> set[str]:
    """The columns of the source table, and the attributes that became columns of other names."""
    table = parts.schema.table(index.source_table)
    if table is None:
        return set()
    columns = {column.name for column in table.columns}
    entity = parts.entity_model.entity(table.entity) if table.entity else None
    for attribute in entity.attributes if entity is not None else ():
        assert entity is not None
        found = column_name(parts.entity_model, entity.name, attribute.name, engine=parts.schema.engine)
        columns |= {attribute.name} if set(found) <= columns and found else set()
    return columns


def _asked(query: Any) -> Iterator[str]:
    """Yield the fields that a query names."""
    if isinstance(query, list):
        for item in query:
            yield from _asked(item)
    if not isinstance(query, dict):
        return
    for clause, body in query.items():
        if clause in ("term", "terms", "match", "match_phrase", "range", "prefix", "wildcard"):
            yield from body
        elif clause == "multi_match":
            yield from (name.partition("^")[0] for name in body.get("fields", ()))
        else:
            yield from _asked(body)
