from __future__ import annotations

from pathlib import Path

import pytest

from database_specialist.agent.config import Context, Secrets, cache_folder, context_from, secrets_from
from database_specialist.agent.errors import ConfigError


def test_nothing_set_gives_the_defaults() -> None:
    context = context_from({})
    assert context == Context()
    assert (context.engine, context.model, context.research, context.max_rounds) == (None, None, "auto", 4)


def test_the_environment_is_read() -> None:
    context = context_from(
        {"DATABASE_SPECIALIST_ENGINE": "sqlite", "RESEARCH": "off", "DATABASE_SPECIALIST_MAX_ROUNDS": "7"}
    )
    assert (context.engine, context.research, context.max_rounds) == ("sqlite", "off", 7)


def test_what_is_given_wins_over_the_environment() -> None:
    assert context_from({"DATABASE_SPECIALIST_ENGINE": "sqlite"}, engine="mysql").engine == "mysql"


def test_what_is_not_given_does_not_hide_the_environment() -> None:
    assert context_from({"DATABASE_SPECIALIST_ENGINE": "sqlite"}, engine=None).engine == "sqlite"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert context_from({"DATABASE_SPECIALIST_ENGINE": "", "RESEARCH": ""}) == Context()


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("DATABASE_SPECIALIST_ENGINE", "oracle", "'postgresql', 'sqlite', 'mysql' or 'mariadb'"),
        ("RESEARCH", "maybe", "'auto' or 'off'"),
        ("DATABASE_SPECIALIST_MAX_ROUNDS", "many", "valid integer"),
        ("DATABASE_SPECIALIST_MAX_ROUNDS", "11", "less than or equal to 10"),
        ("DATABASE_SPECIALIST_CALL_SECONDS", "0", "greater than 0"),
        ("DATABASE_SPECIALIST_METHOD", "xml", "'json_schema'"),
    ],
)
def test_a_bad_variable_is_named_with_what_is_allowed(variable: str, value: str, allowed: str) -> None:
    with pytest.raises(ConfigError) as raised:
        context_from({variable: value})
    assert str(raised.value).startswith(f"{variable}: ")
    assert allowed in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_bad_argument_is_named_as_the_option_even_where_the_variable_is_right() -> None:
    with pytest.raises(ConfigError, match=r"^--max-rounds: "):
        context_from({"DATABASE_SPECIALIST_MAX_ROUNDS": "3"}, max_rounds=0)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^--colour: "):
        context_from({}, colour="red")


def test_the_message_does_not_repeat_a_value_that_may_be_secret() -> None:
    with pytest.raises(ConfigError) as raised:
        context_from({"DATABASE_SPECIALIST_MAX_CALLS": "hunter2"})
    assert "hunter2" not in str(raised.value)


def test_a_password_is_no_setting_and_is_never_shown() -> None:
    dsn = "mysql://root:hunter2@db.example.com/"
    assert "mysql_dsn" not in Context.model_fields
    secrets = secrets_from({"DATABASE_SPECIALIST_MYSQL_DSN": dsn})
    assert secrets.mysql_dsn == dsn
    assert "hunter2" not in repr(secrets)
    with pytest.raises(ValueError, match="mysql_dsn") as raised:
        Context.model_validate({"mysql_dsn": dsn})
    assert "hunter2" not in str(raised.value)


def test_a_secret_that_is_given_wins_over_the_environment() -> None:
    given, found = Secrets(mysql_dsn="mysql://a"), Secrets(mysql_dsn="mysql://b", context7="k")
    assert given.over(found) == Secrets(mysql_dsn="mysql://a", context7="k")
    assert Secrets().over(found) == found


def test_keys_are_kept_apart_and_out_of_sight() -> None:
    secrets = secrets_from({"CONTEXT7_API_KEY": "k-123", "PERPLEXITY_API_KEY": ""})
    assert secrets.context7 == "k-123"
    assert secrets.perplexity is None
    assert "k-123" not in repr(secrets)


def test_the_cache_lies_where_the_desktop_standard_says() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/database-specialist")
    assert cache_folder({}) == Path.home() / ".cache" / "database-specialist"


def test_every_setting_is_described_for_the_form_in_studio() -> None:
    fields = Context.model_json_schema()["properties"]
    assert [name for name, field in fields.items() if not field.get("description")] == []


def test_a_password_in_the_address_of_an_existing_database_is_kept_apart() -> None:
    address = "postgresql://me:hunter2@db/shop"
    context = context_from({"DATABASE_SPECIALIST_EXISTING": address})
    assert context.existing == "postgresql://me@db/shop"
    secrets = secrets_from({"DATABASE_SPECIALIST_EXISTING": address})
    assert secrets.existing_password == "hunter2"
    assert "hunter2" not in repr(secrets)
    for with_password in (address, "postgresql://db/shop?password=hunter2"):
        with pytest.raises(ValueError, match="no password may stand in the settings") as raised:
            Context.model_validate({"existing": with_password})
        assert "hunter2" not in str(raised.value)


def test_renames_come_line_by_line_from_the_environment() -> None:
    context = context_from({"DATABASE_SPECIALIST_RENAME": "orders=purchases\norders.total=amount\n"})
    assert context.rename == ["orders=purchases", "orders.total=amount"]
