"""The few kinds of token that matter for cutting and binding SQL: code, text and comments."""

from __future__ import annotations

import re
from functools import cache

from database_specialist.agent.model.base import Engine

_QUOTED = r"'(?:[^']|'')*'"
_ESCAPED = r"'(?:[^'\\]|\\.|'')*'"
_PARTS = r"""(?P<comment>{line_comment}[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<dollar>(?<![\w$])\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)
    |(?P<text>{string}|"(?:[^"]|"")*"|`(?:[^`]|``)*`)
    |(?P<cast>::)
    |(?P<parameter>:[A-Za-z_]\w*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<end>;)
    |(?P<other>.)"""


@cache
def token_pattern(engine: Engine) -> re.Pattern[str]:
    """Return a pattern whose matches, one after the other, cover any text; `lastgroup` may be a `tag` inside."""
    mysql = engine in ("mysql", "mariadb")
    string = f'{_ESCAPED}|"(?:[^"\\\\]|\\\\.|"")*"' if mysql else f"[eE]{_ESCAPED}|{_QUOTED}"
    line_comment = r"(?:--|\#)" if mysql else "--"
    return re.compile(_PARTS.format(line_comment=line_comment, string=string), re.VERBOSE | re.DOTALL)
