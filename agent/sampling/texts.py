"""Texts by what a column is called: names, addresses, numbers of trade and papers, as a person would write them.

A text is the same for the same row, and differs from row to row where a column's values usually do. What has a check
digit has a right one. Nothing here names a real person, firm or address; numbers are of ranges set apart for examples
where there are such.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from database_specialist.agent.sampling import words

Make = Callable[[str, int], str]
"""Takes what the table holds (singular) and the row's number."""


def pick(pool: tuple[str, ...], number: int) -> str:
    """Return a word of a list; when the list is at its end, one with a number after it.

    >>> pick(("a", "b"), 1), pick(("a", "b"), 3)
    ('b', 'b 2')
    """
    word = pool[number % len(pool)]
    return word if number < len(pool) else f"{word} {number // len(pool) + 1}"


def first_name(number: int) -> str:
    """Return a given name."""
    return words.FIRST_NAMES[number % len(words.FIRST_NAMES)]


def last_name(number: int) -> str:
    """Return a family name."""
    return words.LAST_NAMES[(number * 7) % len(words.LAST_NAMES)]


def person(number: int) -> str:
    """Return a person's name."""
    again = number // (len(words.FIRST_NAMES) * len(words.LAST_NAMES))
    return f"{first_name(number)} {last_name(number)}" + (f" {again + 1}" if again else "")


def company(number: int) -> str:
    """Return a firm's name: the second word moves on by one with each round of the first.

    >>> company(0), company(12)
    ('Alder Works', 'Alder Trading')
    """
    heads, tails = words.COMPANY_HEADS, words.COMPANY_TAILS
    round_, size = number // len(heads), len(heads) * len(tails)
    name = f"{heads[number % len(heads)]} {tails[(number + round_) % len(tails)]}"
    return name if number < size else f"{name} {number // size + 1}"


def article(number: int) -> str:
    """Return the name of something for sale."""
    size = len(words.ADJECTIVES) * len(words.GOODS)
    name = f"{words.ADJECTIVES[number % len(words.ADJECTIVES)]} {words.GOODS[number * 11 // 10 % len(words.GOODS)]}"
    return name if number < size else f"{name} {number // size + 1}"


def title(entity: str, number: int) -> str:
    """Return a title: what it is, and a word."""
    return f"{entity.replace('_', ' ').capitalize()} {pick(words.WORDS, number)}"


def subject(entity: str, number: int) -> str:
    """Name the thing itself, by what kind of thing it is."""
    parts = frozenset(entity.split("_"))
    if parts & words.PEOPLE:
        return person(number)
    if parts & words.FIRMS:
        return company(number)
    return article(number) if parts & words.ARTICLES else title(entity, number)


def email(entity: str, number: int) -> str:
    """Return an address of the domain that is kept for examples."""
    name = re.sub(r"[^a-z ]", "", f"{first_name(number)} {last_name(number)}".lower().replace("ö", "oe"))
    return f"{name.replace(' ', '.')}{number + 1}@example.com"


def phone(entity: str, number: int) -> str:
    """Return a number of the range that Germany keeps for films, as long as it lasts."""
    return f"+4930{23125000 + number}"


def url(entity: str, number: int) -> str:
    """Return an address of a page."""
    return f"https://example.com/{entity.replace('_', '-')}/{number + 1}"


def ip_address(entity: str, number: int) -> str:
    """Return an address of the networks that are kept for documentation."""
    return f"192.0.2.{number % 254 + 1}" if number < 254 else f"2001:db8::{number:x}"


def digest(salt: str) -> str:
    """Return what looks like a hash."""
    return hashlib.sha256(salt.encode()).hexdigest()


def street(entity: str, number: int) -> str:
    """Return a house number and a street."""
    return f"{number % 180 + 1} {words.STREETS[(number + number // 180) % len(words.STREETS)]}"


def postal_code(entity: str, number: int) -> str:
    """Return a code in the form of the country that the same row's city lies in.

    >>> postal_code("site", 0), postal_code("site", 7)
    ('10100', 'LS1 0AA')
    """
    form = words.POSTAL_CODES[number % len(words.POSTAL_CODES)]
    return form.format(number // len(words.POSTAL_CODES) % 90)


def vat_number(entity: str, number: int) -> str:
    """Return a number in the German form."""
    return f"DE{100_000_000 + number * 7_919 % 900_000_000}"


def iban(entity: str, number: int) -> str:
    """Return an account number with its check digits.

    >>> iban("account", 0)
    'DE97500105170000000001'
    """
    account = f"50010517{number + 1:010}"
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


def gtin(entity: str, number: int) -> str:
    """Return an article number of the range for use inside a firm, with its check digit.

    >>> gtin("product", 0)
    '2000000000015'
    """
    return _with_check_digit(f"20{number + 1:010}")


def isbn(entity: str, number: int) -> str:
    """Return a book's number with its check digit."""
    return _with_check_digit(f"97830000{number % 10_000:04}")


def _with_check_digit(digits: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def plate(entity: str, number: int) -> str:
    """Return a vehicle's registration."""
    letters = "ABCDEFGHKLMNPRSTUVWXYZ"
    pair = letters[number % len(letters)] + letters[number // len(letters) % len(letters)]
    return f"B-{pair} {1000 + number * 37 % 9000}"


def file_name(entity: str, number: int) -> str:
    """Return a file's name."""
    return f"{entity.replace('_', '-')}-{number + 1:05}.{words.FILE_ENDINGS[number % len(words.FILE_ENDINGS)]}"


def _of(pool: tuple[str, ...]) -> Make:
    return lambda entity, number: pool[number % len(pool)]


_OF_PEOPLE = "|".join(sorted(words.PEOPLE | words.CALLERS))
_OF_FIRMS = "|".join(sorted(words.FIRMS))

_BY_NAME: tuple[tuple[str, Make], ...] = (
    # What these are called says what they hold, whatever the design calls their kind.
    (r"street|(?<!mail_)(?<!ip_)address(_line)?(_?1)?$", street),
    (r"(city|town)(_?name)?$", _of(words.CITIES)),
    (r"post(al)?_?code|zip(_?code)?$", postal_code),
    (r"(region|state|province|district|county)(_?name)?$", _of(words.REGIONS)),
    (r"vat(_?(number|id|no))?$|tax_?(number|id)$", vat_number),
    (r"iban", iban),
    (r"isbn", isbn),
    (r"gtin|ean|barcode", gtin),
    (r"(licen[cs]e|number|registration)_?plate|plate(_number)?$", plate),
    (r"user_?agent", _of(words.USER_AGENTS)),
    (r"(content|mime|media)_?type", _of(words.MEDIA_TYPES)),
    (r"file_?name|original_?name", file_name),
    (r"job_?title|profession|occupation|position_title", _of(words.JOBS)),
    (r"(department|division)(_?name)?$", _of(words.DEPARTMENTS)),
)
_SHORT: tuple[tuple[str, Make], ...] = (
    (r"(first|given|fore)_?name", lambda entity, number: first_name(number)),
    (r"(last|family|sur)_?name", lambda entity, number: last_name(number)),
    (r"user_?name|login|nick_?name|handle", lambda entity, number: f"{first_name(number).lower()}{number + 1}"),
    (rf"(full|contact|recipient|holder|{_OF_PEOPLE})_?name", lambda entity, number: person(number)),
    (rf"({_OF_FIRMS})(_?name)?$", lambda entity, number: company(number)),
    (r"(product|article|item)_?name", lambda entity, number: article(number)),
    (r"colou?r", _of(words.COLOURS)),
    (r"unit$", _of(words.UNITS)),
    (r"time_?zone", _of(words.TIME_ZONES)),
    (r"(full_|display_)?name$", subject),
    (r"title|subject|headline|label", title),
    (r"currency", _of(words.CURRENCIES)),
    (r"country", _of(words.COUNTRIES)),
    (r"language|locale", _of(words.LANGUAGES)),
    (r"e?mail", email),
    (r"phone|mobile|fax", phone),
    (r"(ip|ip_address)$", ip_address),
    (r"url|link|website", url),
    (r"(action|event)(_type)?$", _of(words.ACTIONS)),
)


def by_name(column: str) -> Make | None:
    """Return what makes texts for columns whose name alone says what they hold; None for others."""
    return _found(column, _BY_NAME)


def short_text(column: str) -> Make | None:
    """Return what makes short texts for a column of this name; None when its name says nothing."""
    return _found(column, (*_BY_NAME, *_SHORT))


def _found(column: str, makers: tuple[tuple[str, Make], ...]) -> Make | None:
    return next((make for pattern, make in makers if re.search(rf"(^|_)({pattern})", column.lower())), None)
