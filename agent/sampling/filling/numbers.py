"""SQL text that turns a row's number into something that looks drawn by lot, and is always the same.

`random()` would do so only as long as the server evaluates rows and columns in one order; a hash of the number
and of the place does not care.
"""

from __future__ import annotations

from zlib import crc32

_MANTISSA = (1 << 53) - 1


def hashed(number: str, place: str) -> str:
    """Return an SQL expression for a whole number of 53 bits that depends on the number and the place."""
    return f"(hashint8extended(({number})::bigint, {crc32(place.encode())}) & {_MANTISSA})"


def share(number: str, place: str) -> str:
    """Return an SQL expression for a fraction from 0 to below 1."""
    return f"({hashed(number, place)}::float8 / {_MANTISSA + 1}.0)"


def word(number: str, place: str) -> str:
    """Return an SQL expression for a word of seven letters."""
    return f"translate(substr(md5('{place}' || ({number})::bigint), 1, 7), '0123456789', 'ghijklmnop')"


def words(number: str, place: str) -> str:
    """Return an SQL expression for about five words: two of the sixteen digits of a hash become gaps between them."""
    return f"translate(md5('{place}' || ({number})::bigint), '0123456789', ' ghijkl mn')"
