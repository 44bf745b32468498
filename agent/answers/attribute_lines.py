"""An attribute as one line: `status: enum(open | assigned | done) = open -- where the order stands [F20]`.

After the type come, in any order and with commas between them, a range (`0..100`, `>0`), a pattern in slashes, a
default (`= now`) or an expression (`:= quantity * unit_price`), and the words `optional`, `unique`, `immutable`,
`personal` and a sensitivity.
"""

from __future__ import annotations

import re
from typing import Any, get_args

from database_specialist.agent.answers.lines import DASHES, Cursor, Fault, Ground, quote, split_ground, with_ending
from database_specialist.agent.answers.words import (
    FLAGS,
    NUMERIC,
    SENSITIVITIES,
    SYNONYMS,
    TEXTUAL,
    own_sensitivity,
)
from database_specialist.agent.model.base import Scalar
from database_specialist.agent.model.entities import Attribute, LogicalType

FORM = "name: type, optional, unique, 0..100, /pattern/, = default -- meaning [F1]"
TYPES = get_args(LogicalType)
_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?"
_PLAIN_VALUE = re.compile(r"[^\s|,()\"'`\[\]]+(?: [^\s|,()\"'`\[\]]+)*")
_PLAIN_DEFAULT = re.compile(r"[^\s,\"'`/\[\]>=]+")
_PATTERN = r"/(?P<pattern>(?:[^/\\]|\\.|/(?!\s|,|\Z))+)/(?=\s|,|\Z)"
_MOMENTS = {"now()": "now", "current_timestamp": "now", "current_date": "today", "today()": "today"}
_UUIDS = ("gen_random_uuid()", "uuidv7()", "uuid_generate_v4()", "uuid()")

Given = dict[str, Any]


def parse_attribute(line: str) -> tuple[Attribute, Ground | None]:
    """Read an attribute, and the ground that its line names.

    Raises:
        Fault: the line says something that an attribute cannot be.
    """
    head, ground = split_ground(line)
    cursor = Cursor(head)
    given = _name_and_type(cursor)
    while not cursor.is_done:
        _property(cursor, given)
    meaning = cursor.meaning()
    given["meaning"] = derived_meaning(given["name"]) if meaning is None else meaning
    given.setdefault("sensitivity", own_sensitivity(given["type"], personal=bool(given.get("personal"))))
    if "default" in given:
        given["default"] = _typed(given)
    ground_of = ground or Ground()
    given |= {"facts": ground_of.facts, "added_because": ground_of.because}
    return Attribute.model_validate(given), ground


def name_of(line: str) -> str | None:
    """Return the name that a line begins with, for a line that cannot be read to its end."""
    found = re.match(r"\s*([a-z]\w*)\s*:", line, re.IGNORECASE)
    return found[1] if found else None


def derived_meaning(name: str) -> str:
    """Return what a name says by itself."""
    return f"{name.replace('_', ' ').strip().capitalize()}."


def _name_and_type(cursor: Cursor) -> Given:
    name = cursor.take(r"(\w+)\s*:(?!=)")
    if name is None:
        raise Fault(f"an attribute is written {FORM}")
    written = cursor.take(r"([a-z_]\w*(?:\[\])?)")
    kind = SYNONYMS.get(written[1].lower(), written[1].lower()) if written else None
    if kind not in TYPES:
        shown = written[1] if written else cursor.rest[:20]
        raise Fault(f"{shown!r} is no type; a reference is a relationship, the types are {', '.join(TYPES)}")
    given: Given = {"name": name[1], "type": kind}
    if cursor.take(r"\("):
        if kind == "enum":
            given["values"] = _values(cursor)
        else:
            given |= _size(cursor, str(kind))
    return given


def _values(cursor: Cursor) -> tuple[str, ...]:
    values: list[str] = []
    signs: set[str] = set()
    while not cursor.take(r"\)"):
        value = cursor.quoted()
        if value is None:
            plain = cursor.take(r"([^|,()]+)")
            if plain is None:
                raise Fault('values are written enum(open | "in (re)view" | done)')
            value = plain[1].strip()
        values.append(value)
        sign = cursor.take(r"([|,])")
        if sign:
            signs.add(sign[1])
        elif not cursor.rest.startswith(")"):
            raise Fault('values are written enum(open | "in (re)view" | done)')
    if len(signs) > 1:
        raise Fault('values are separated by "|"; one that holds a comma stands in quotes: enum("a, b" | c)')
    return tuple(values)


def _size(cursor: Cursor, kind: str) -> Given:
    size = cursor.take(r"(\d+)\s*(?:,\s*(\d+)\s*)?\)")
    if size is None:
        raise Fault(f"a size is one number or two: code(12), money(12,2); {_REMEDY}")
    if kind in NUMERIC:
        if size[2] is None:
            raise Fault(f"write all digits and those after the point: {kind}({size[1]},2)")
        return {"length": int(size[1]), "scale": int(size[2])}
    if kind not in (*TEXTUAL, "vector") or size[2]:
        raise Fault(f"{kind} takes no size; a range of numbers is written 0..100")
    return {"length": int(size[1])}


_REMEDY = "a shortest length is a rule of kind check: char_length(name) >= 3"


def _property(cursor: Cursor, given: Given) -> None:
    """Read one property. The order is harmless, and so are commas."""
    if cursor.take(r"[,;]"):
        return
    for reader in (_expression, _default, _pattern, _bounds, _count, _flag):
        if reader(cursor, given):
            return
    word = cursor.rest.split()[0]
    raise Fault(f"{word!r} is no property of an attribute; the form is {FORM}; a default with blanks stands in quotes")


def _expression(cursor: Cursor, given: Given) -> bool:
    if not cursor.take(r":=|(?:generated\s+(?:always\s+)?)?as\s*(?=\()"):
        return False
    exact = cursor.take(r"`(?P<text>(?:[^`]|``)*)`")
    if exact:
        given["generated"] = exact["text"].replace("``", "`")
        return True
    end = expression_end(cursor.text, cursor.at)
    given["generated"] = cursor.text[cursor.at : end].strip()
    cursor.at = end
    if not given["generated"]:
        raise Fault("an expression is written := quantity * unit_price")
    return True


def expression_end(text: str, start: int) -> int:
    """Return where an SQL expression ends: at a comma outside of brackets and quotes, or at the meaning."""
    depth, at = 0, start
    while at < len(text):
        sign = text[at]
        if sign in "'\"":
            closing = text.find(sign, at + 1)
            at = len(text) if closing < 0 else closing
        elif text.startswith(DASHES, at) or (sign == "," and depth <= 0):
            return at
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        at += 1
    return len(text)


def _default(cursor: Cursor, given: Given) -> bool:
    if not cursor.take(r"=|default\b\s*[:=]?"):
        return False
    value = cursor.quoted()
    if value is None:
        plain = cursor.take(r"([^\s,]+)")
        if plain is None:
            raise Fault('a default is written = open, or in quotes: = "two words"')
        given["default"], given["_is_bare"] = plain[1], True
    else:
        given["default"], given["_is_bare"] = value, False
    return True


def _typed(given: Given) -> Scalar:
    """Return the default as a literal of the attribute's type."""
    text, is_bare, kind = str(given["default"]), given.pop("_is_bare"), given["type"]
    if text.lower() == "null" and is_bare:
        return None
    if kind in ("integer", "big_integer", *NUMERIC):
        if not re.fullmatch(_NUMBER, text, re.IGNORECASE):
            raise Fault(f"the default {text!r} is no number")
        return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise Fault(f"the default {text!r} is neither true nor false")
        return text.lower() == "true"
    if kind == "enum" and given.get("values") and text not in given["values"]:
        raise Fault(f"the default {text!r} is no value of the enum")
    return _usual(text, kind)


def _usual(text: str, kind: str) -> str:
    if kind == "uuid" and text.lower() in _UUIDS:
        return "new_uuid"
    if kind not in ("timestamp", "date"):
        return text
    moment = _MOMENTS.get(text.lower(), text)
    return "today" if kind == "date" and moment == "now" else moment


def _pattern(cursor: Cursor, given: Given) -> bool:
    named = cursor.take(r"(?:pattern|matches|regex)\b\s*[:=]?")
    found = cursor.take(_PATTERN)
    if found:
        given["pattern"] = re.sub(r"\\(.)", lambda pair: "/" if pair[1] == "/" else pair[0], found["pattern"])
        return True
    if not named:
        return False
    given["pattern"] = cursor.quoted()
    if given["pattern"] is None:
        raise Fault('a pattern is written /^[A-Z]{3}$/, or pattern "^[A-Z]{3}$"')
    return True


def _bounds(cursor: Cursor, given: Given) -> bool:
    span = cursor.take(rf"(>)?\s*({_NUMBER})?\s*\.\.\s*({_NUMBER})?") or cursor.take(
        rf"()between\s+({_NUMBER})\s+and\s+({_NUMBER})"
    )
    if span:
        _bound(given, low=span[2], high=span[3], is_open=span[1] == ">")
        return True
    side = cursor.take(rf"(>=|<=|≥|≤|>|<|min(?:imum)?\b|max(?:imum)?\b)\s*[:=]?\s*({_NUMBER})")
    if side is None:
        return False
    if side[1] == "<":
        raise Fault(f"< {side[2]} is written as a greatest value, ..{side[2]} (or as a rule of kind check)")
    is_low = side[1].lower().startswith((">", "≥", "min"))
    _bound(given, low=side[2] if is_low else None, high=None if is_low else side[2], is_open=side[1] == ">")
    return True


def _bound(given: Given, *, low: str | None, high: str | None, is_open: bool) -> None:
    kind = given["type"]
    if kind in TEXTUAL and high and low in (None, "0"):
        given["length"] = int(float(high))
        return
    if kind in TEXTUAL:
        raise Fault(f"{kind} has a greatest length, {kind}(50); {_REMEDY}")
    if kind not in ("integer", "big_integer", *NUMERIC):
        raise Fault(f"a range of {kind} values is a rule of kind check")
    if low is not None:
        given |= {"minimum": float(low), "exclusive_minimum": is_open}
    if high is not None:
        given["maximum"] = float(high)


def _count(cursor: Cursor, given: Given) -> bool:
    found = cursor.take(r"(length|precision|digits|dimensions|scale)\s*[:=]?\s*(\d+)")
    if found:
        given["scale" if found[1].lower() == "scale" else "length"] = int(found[2])
    return found is not None


def _flag(cursor: Cursor, given: Given) -> bool:
    if cursor.take(r"primary\s+key\b|pk\b"):
        raise Fault("keys are made by the program; leave the attribute out, or say unique")
    if cursor.take(r"values?\b\s*[:=]?\s*\("):
        given["values"] = _values(cursor)
        return True
    word = cursor.take(r"not\s+null\b|[a-z]\w*")
    if word is None:
        return False
    said = re.sub(r"\s+", " ", word[0].strip().lower())
    if said in SENSITIVITIES:
        given["sensitivity"] = said
    elif said in FLAGS:
        name, value = FLAGS[said]
        given[name] = value
    else:
        cursor.at = word.start()
        return False
    return True


def print_attribute(attribute: Attribute, ground: Ground | None = None) -> str:
    """Write an attribute as a line; `parse_attribute` reads the same attribute from it."""
    parts = [f"{attribute.name}: {_type_of(attribute)}", *_limits_of(attribute), *_flags_of(attribute)]
    meaning = None if attribute.meaning == derived_meaning(attribute.name) else attribute.meaning
    return with_ending(_joined(parts), meaning, ground)


def _joined(parts: list[str]) -> str:
    # Defaults and expressions follow what they belong to without a comma.
    line = parts[0]
    for part in parts[1:]:
        line += f" {part}" if part.startswith(("=", ":=", "/")) else f", {part}"
    return line


def _type_of(attribute: Attribute) -> str:
    kind, length, scale = attribute.type, attribute.length, attribute.scale
    if kind == "enum":
        return f"enum({' | '.join(_value(value) for value in attribute.values)})"
    if kind in NUMERIC and None not in (length, scale):
        return f"{kind}({length},{scale})"
    return f"{kind}({length})" if kind in (*TEXTUAL, "vector") and length is not None else kind


def _value(value: str) -> str:
    return value if _PLAIN_VALUE.fullmatch(value) else quote(value)


def _limits_of(attribute: Attribute) -> list[str]:
    parts: list[str] = []
    sized = attribute.type in (*TEXTUAL, "vector") or (attribute.type in NUMERIC and attribute.scale is not None)
    if attribute.length is not None and not sized:
        parts.append(f"length {attribute.length}")
    if attribute.scale is not None and not (attribute.type in NUMERIC and attribute.length is not None):
        parts.append(f"scale {attribute.scale}")
    if attribute.values and attribute.type != "enum":
        parts.append(f"values({' | '.join(_value(value) for value in attribute.values)})")
    if attribute.minimum is not None or attribute.maximum is not None:
        sign = ">" if attribute.exclusive_minimum else ""
        low, high = _number(attribute.minimum), _number(attribute.maximum)
        parts.append(f"{sign}{low}" if sign and not high else f"{sign}{low}..{high}")
    if attribute.pattern is not None:
        parts.append(_pattern_of(attribute.pattern))
    if attribute.default is not None:
        parts.append(f"= {_default_of(attribute)}")
    if attribute.generated is not None:
        parts.append(f":= {_expression_of(attribute.generated)}")
    return parts


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _pattern_of(pattern: str) -> str:
    written = f"/{pattern}/"
    found = Cursor(written).take(_PATTERN)
    is_plain = found is not None and found["pattern"] == pattern and r"\/" not in pattern and "\n" not in pattern
    return written if is_plain else f"pattern {quote(pattern)}"


def _default_of(attribute: Attribute) -> str:
    value = attribute.default
    if isinstance(value, str):
        is_plain = _PLAIN_DEFAULT.fullmatch(value) and value.lower() != "null" and not value.startswith(DASHES)
        return value if is_plain and attribute.type != "json" else quote(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _expression_of(expression: str) -> str:
    # What stands behind it must still be seen as standing behind it.
    ends_where_it_ends = expression_end(f"{expression},", 0) == len(expression)
    is_plain = expression and expression == expression.strip() and expression[0] != "`" and ends_where_it_ends
    return expression if is_plain else f"`{expression.replace('`', '``')}`"


def _flags_of(attribute: Attribute) -> list[str]:
    words = ("unique", "immutable", "personal")
    flags = [] if attribute.required else ["optional"]
    flags += [word for word in words if getattr(attribute, word)]
    usual = own_sensitivity(attribute.type, personal=attribute.personal)
    return flags if attribute.sensitivity == usual else [*flags, attribute.sensitivity]
