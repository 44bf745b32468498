"""What a column is called decides how its sample texts look."""

from __future__ import annotations

import re

import pytest

from database_specialist.agent.model.relational import Column
from database_specialist.agent.sampling import texts, words
from database_specialist.agent.sampling.values import Draw, draw_value


def _value(name: str, number: int = 0, *, kind: str = "short_text", entity: str = "order") -> str:
    column = Column.model_validate({"name": name, "type": "text", "logical_type": kind})
    return str(draw_value(Draw(column, "text", entity, number)))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("street", r"\d+ [A-Z]\w+ \w+"),
        ("billing_address", r"\d+ [A-Z]\w+ \w+"),
        ("postal_code", r"10100"),
        ("vat_number", r"DE\d{9}"),
        ("iban", r"DE\d{20}"),
        ("barcode", r"\d{13}"),
        ("caller_name", r"Anna Berg"),
        ("customer_name", r"Anna Berg"),
        ("user_name", r"anna1"),
        ("supplier", r"Alder Works"),
        ("content_type", r"application/pdf"),
        ("file_name", r"order-00001\.pdf"),
        ("email", r"anna\.berg1@example\.com"),
        ("phone", r"\+493023125000"),
        ("name", r"Order Amber"),
        ("size_note", r"Size note Amber"),
    ],
)
def test_a_name_decides(name: str, form: str) -> None:
    assert re.fullmatch(form, _value(name)), _value(name)


@pytest.mark.parametrize(("kind", "name"), [("text", "street"), ("code", "postal_code"), ("code", "iban")])
def test_what_a_design_calls_a_text_or_a_code_is_still_what_its_name_says(kind: str, name: str) -> None:
    assert _value(name, kind=kind) == _value(name)


@pytest.mark.parametrize("name", ["statement", "capacity_note", "email_address_note", "businesslike", "template_text"])
def test_a_name_that_only_sounds_like_one_is_left_alone(name: str) -> None:
    assert texts.by_name(name) is None


def test_city_postal_code_and_country_of_a_row_belong_together() -> None:
    assert len(words.CITIES) == len(words.POSTAL_CODES) == len(words.COUNTRIES)
    leeds = words.CITIES.index("Leeds")
    column = Column.model_validate({"name": "country", "type": "char(2)", "logical_type": "country"})
    assert draw_value(Draw(column, "char(2)", "site", leeds)) == "GB"
    assert _value("postal_code", leeds).startswith("LS")


def test_check_digits_are_right() -> None:
    for number in range(50):
        account = texts.iban("account", number)
        assert int(account[4:] + "1314" + account[2:4]) % 97 == 1
        for code in (texts.gtin("product", number), texts.isbn("book", number)):
            assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0


@pytest.mark.parametrize("make", [texts.company, texts.person])
def test_names_differ_from_row_to_row(make: object) -> None:
    assert callable(make)
    made = [make(number) for number in range(500)]
    assert len(set(made)) == len(made)


def test_the_same_row_gets_the_same_text() -> None:
    assert [_value(name, 7) for name in ("iban", "street", "company")] == [
        _value(name, 7) for name in ("iban", "street", "company")
    ]
