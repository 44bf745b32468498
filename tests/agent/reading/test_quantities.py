"""Quantities in the notations that people use."""

from __future__ import annotations

import pytest

from .documents import brief

NOTATIONS = [
    ("40 million parcels a quarter", "rows_per_period", "parcel", 40e6 / 91, "rows/day"),
    ("2.5M users", "users", "user", 2_500_000, "users"),
    ("10k req/s", "requests_per_second", "request", 10_000, "requests/s"),
    ("1,200 orders/day", "rows_per_period", "order", 1200, "rows/day"),
    ("1.200 orders/day", "rows_per_period", "order", 1200, "rows/day"),
    ("1.200.000 orders per month", "rows_per_period", "order", 40_000, "rows/day"),
    ("1 200 000 orders per month", "rows_per_period", "order", 40_000, "rows/day"),
    ("Daily orders: 20,000", "rows_per_period", "order", 20_000, "rows/day"),
    ("5-10k bookings per day", "rows_per_period", "booking", 10_000, "rows/day"),
    ("Half a million trips a year", "rows_per_period", "trip", 500_000 / 365, "rows/day"),
    ("1.2 Mio. appointments p.a.", "rows_per_period", "appointment", 1.2e6 / 365, "rows/day"),
    ("Log retention: 90 days", "retention", "log", 90, "days"),
    ("500 TPS", "requests_per_second", "request", 500, "requests/s"),
    ("3 million page views per month", "requests_per_second", "page view", 3e6 / 30 / 86400, "requests/s"),
    ("99.95% availability", "availability", "system", 99.95, "%"),
    ("Uptime of three nines", "availability", "system", 99.9, "%"),
    ("99.9 % availability for the public API", "availability", "public api", 99.9, "%"),
    ("Search p95 < 200 ms", "latency", "search", 200, "ms"),
    ("Search results appear in under 2 seconds", "latency", "search", 2000, "ms"),
    ("RPO: 5 min", "rpo", "system", 300, "s"),
    ("RTO of 1 hour", "rto", "system", 3600, "s"),
    ("Recovery point objective: 15 minutes", "rpo", "system", 900, "s"),
    ("At most 5 minutes of data may be lost (RPO)", "rpo", "system", 300, "s"),
    ("No data loss", "rpo", "system", 0, "s"),
    ("Invoices are kept for 7 years.", "retention", "invoice", 2555, "days"),
    ("Invoices and payments are kept for 10 years.", "retention", "invoice and payment", 3650, "days"),
    (
        "Orders, invoices and credit notes are kept for 2 years.",
        "retention",
        "order and invoice and credit note",
        730,
        "days",
    ),
    ("Retain audit logs for 90 days", "retention", "audit log", 90, "days"),
    ("Daily backups retained for 30 days", "backup_retention", "backup", 30, "days"),
    ("Traffic doubles every year", "growth", "traffic", 100, "%"),
    ("20% growth per year", "growth", "system", 20, "%"),
    ("The archive grows by 5% per month", "growth", "archive", 79.59, "%"),
    ("Up to 50 items per order", "limit", "item per order", 50, "rows"),
    ("10 TB of documents", "storage", "system", 10 * 1024**4, "bytes"),
    ("Average message size of 2 KB", "item_size", "message", 2048, "bytes"),
    ("100K concurrent drivers", "concurrent_users", "driver", 100_000, "users"),
    ("400 users work at the same time", "concurrent_users", "user", 400, "users"),
    ("150,000 products", "rows", "product", 150_000, "rows"),
]


@pytest.mark.parametrize(("words", "metric", "subject", "value", "unit"), NOTATIONS)
def test_a_notation_is_read_and_normalised(words: str, metric: str, subject: str, value: float, unit: str) -> None:
    given = [quantity for quantity in brief(f"# NFR\n\n- {words}\n").quantities if quantity.figure.origin == "given"]
    assert [(quantity.metric, quantity.subject, quantity.figure.unit) for quantity in given] == [
        (metric, subject, unit)
    ]
    assert given[0].figure.value == pytest.approx(value, rel=1e-4)
    assert words.rstrip(".") in given[0].figure.basis
    assert given[0].figure.facts == ("F1",)
    assert given[0].span is not None
    assert given[0].span.line == 3


@pytest.mark.parametrize(
    "words",
    [
        "Passwords are hashed with bcrypt (cost factor 12)",
        "A seat is held for 10 minutes",
        "Sessions expire after 30 days of cache TTL",
        "A technician is never planned for two visits at the same time",
        "The API listens on port 3000",
        "It runs on PostgreSQL 16 and Node 20",
        "Redis answers in ~1 ms",
        "A driver app sends its position every 10 seconds",
    ],
)
def test_numbers_that_size_nothing_are_left_alone(words: str) -> None:
    assert [q for q in brief(f"# Notes\n\n- {words}\n").quantities if q.figure.origin == "given"] == []


def test_two_recovery_figures_in_one_line_are_told_apart() -> None:
    given = brief("- RPO 5 min / RTO of 1 hour\n").quantities[:2]
    assert [(q.metric, q.figure.value) for q in given] == [("rpo", 300.0), ("rto", 3600.0)]


def test_of_a_range_the_upper_end_is_taken_and_said() -> None:
    assert "upper end of the range 5-10k" in brief("- 5-10k bookings per day\n").quantities[0].figure.basis


def test_a_statistic_is_kept() -> None:
    assert brief("- Checkout p99 < 300 ms\n").quantities[0].statistic == "p99"


def test_a_capacity_table_is_read_by_its_production_column() -> None:
    table = (
        "## Capacity\n\n| Metric | Local dev | Production |\n|---|---|---|\n| Bookings"
        " per day | 10 | 10,000 |\n| Hotels | 100 | 50,000 |\n"
    )
    given = brief(table).quantities[:2]
    assert [(q.metric, q.subject, q.figure.value) for q in given] == [
        ("rows_per_period", "booking", 10_000.0),
        ("rows", "hotel", 50_000.0),
    ]


def test_a_recovery_table_is_read_by_its_headers() -> None:
    table = (
        "| Component | RTO | RPO |\n|---|---|---|\n| PostgreSQL | 1 hour | 5 minutes"
        " |\n| Redis | 15 minutes | 1 hour |\n"
    )
    given = [(q.metric, q.subject, q.figure.value) for q in brief(table).quantities[:4]]
    assert given == [
        ("rto", "system", 3600.0),
        ("rpo", "system", 300.0),
        ("rto", "redis", 900.0),
        ("rpo", "redis", 3600.0),
    ]


def test_a_requirement_table_gives_its_targets() -> None:
    table = (
        "| ID | Requirement | Target |\n|---|---|---|\n| NFR-1 | Checkout response time | p99 < 300 ms |\n"
        "| NFR-2 | Availability | 99.9 % |\n| NFR-3 | Invoice retention | 10 years |\n"
    )
    given = [(q.metric, q.subject, q.figure.value) for q in brief(table).quantities[:3]]
    assert given == [("latency", "checkout", 300.0), ("availability", "system", 99.9), ("retention", "invoice", 3650.0)]


def test_out_of_scope_numbers_are_not_read() -> None:
    read = brief("## Out of scope\n\n- 5 million payroll records a day\n")
    assert all(q.figure.origin == "assumed" for q in read.quantities)


def test_what_no_document_says_is_assumed_with_a_reason_and_asked() -> None:
    read = brief("# Shop\n\n- Users can pay.\n")
    assert {q.metric for q in read.quantities} == {"users", "growth", "availability", "rpo", "rto", "backup_retention"}
    assert all(q.figure.origin == "assumed" and q.figure.basis for q in read.quantities)
    asked = {gap.assumption for gap in read.gaps if gap.assumption}
    assert asked == {assumption.id for assumption in read.assumptions}


def test_what_a_document_says_is_not_assumed() -> None:
    read = brief(
        "- RPO 1 min, RTO 10 min, 99.9% availability, 300 orders a day, growing 5% a year\n- Backups are kept 14 days\n"
    )
    assert read.assumptions == ()


def test_two_values_for_one_figure_are_a_contradiction() -> None:
    (found,) = brief("- RPO: 5 minutes\n- The RPO is 1 hour\n").contradictions
    assert found.facts == ("F1", "F2")
    assert "requirements.md:2" in found.text


def test_the_same_figure_said_twice_is_one_quantity_with_two_facts() -> None:
    read = brief("- RPO: 5 minutes\n- RPO 300 seconds\n")
    assert read.contradictions == ()
    assert read.quantities[0].figure.facts == ("F1", "F2")
