"""Facts: what is one, where it stands, and what it is labelled."""

from __future__ import annotations

import pytest

from database_specialist.agent.reading.brief import read_brief

from .documents import brief, document, facts


def test_each_bullet_is_a_fact_on_its_own_line() -> None:
    read = facts("# Shop\n\n- Customers order products.\n- Staff ship orders.\n")
    assert [(fact.id, fact.text, fact.span.line) for fact in read] == [
        ("F1", "Customers order products.", 3),
        ("F2", "Staff ship orders.", 4),
    ]


def test_the_section_path_lists_the_headings_outermost_first() -> None:
    (fact,) = facts("# Shop\n\n## 2. Orders 🛒\n\n### Placing\n\nCustomers place orders.\n")
    assert fact.section == ("Shop", "Orders", "Placing")


def test_a_deeper_bullet_has_its_parent_in_the_section() -> None:
    read = facts("# Shop\n\n- Ordering:\n  - Customers place orders\n  - Customers cancel orders\n")
    assert [fact.section for fact in read] == [("Shop", "Ordering"), ("Shop", "Ordering")]


def test_prose_is_split_into_sentences_each_on_its_line() -> None:
    read = facts("Customers place orders. An order has\nseveral lines, e.g. one per product. Lines\nhave a price.\n")
    assert [(fact.text, fact.span.line, fact.span.end_line) for fact in read] == [
        ("Customers place orders.", 1, 1),
        ("An order has several lines, e.g. one per product.", 1, 2),
        ("Lines have a price.", 2, 3),
    ]


@pytest.mark.parametrize(
    ("line", "label", "text"),
    [
        ("- FR-P01: Create a product", "FR-P01", "Create a product"),
        ("- **NFR-3** Orders are saved at once.", "NFR-3", "Orders are saved at once."),
        ("- [US-12] As a guest, I want to book", "US-12", "As a guest, I want to book"),
        ("- BR-4 - Prices are positive", "BR-4", "Prices are positive"),
        ("- R1.2 Rooms have a number", "R1.2", "Rooms have a number"),
        ("- AES-256 encryption is used", None, "AES-256 encryption is used"),
        ("- S3 holds the files", None, "S3 holds the files"),
    ],
)
def test_a_numbered_id_becomes_the_label(line: str, label: str | None, text: str) -> None:
    (fact,) = facts(line)
    assert (fact.label, fact.text) == (label, text)


def test_a_heading_with_an_id_is_a_fact() -> None:
    read = facts("## FR-7 Cancel an order\n\nThe customer cancels within an hour.\n")
    assert (read[0].label, read[0].text, read[0].span.line) == ("FR-7", "Cancel an order", 1)


def test_a_bold_lead_becomes_the_title() -> None:
    (fact,) = facts("- ✅ **Car Browsing** - View available cars with photos\n")
    assert (fact.title, fact.text) == ("Car Browsing", "View available cars with photos")


def test_a_requirement_table_is_read_by_its_headers() -> None:
    (fact,) = facts(
        "| ID | Title | Priority | Description |\n|---|---|---|---|\n"
        "| FR-1 | Create product | Should have | Staff create products with SKU and name |\n"
    )
    assert (fact.label, fact.title, fact.priority) == ("FR-1", "Create product", "should")
    assert (fact.text, fact.span.line) == ("Staff create products with SKU and name", 3)


def test_a_ragged_row_loses_no_cell() -> None:
    (fact,) = facts("| Entity | Fields |\n|---|---|\n| Order |\n")
    assert fact.text == "Order"


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("- Refund orders (Must)", "must"),
        ("- Refund orders [P2]", "could"),
        ("- Refund orders. Priority: low", "could"),
        ("## Should have\n\n- Refund orders", "should"),
        ("- Refund orders", None),
    ],
)
def test_priorities_are_read_in_their_notations(text: str, priority: str | None) -> None:
    assert facts(text)[0].priority == priority


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("## Out of scope\n\n- Payroll", "out"),
        ("## Non-goals\n\n- Payroll", "out"),
        ("## Future enhancements\n\n- Payroll", "later"),
        ("## Phase 2\n\n- Payroll", "later"),
        ("## Phase 1 (MVP)\n\n- Payroll", "in"),
        ("- Payroll (Phase 2)", "later"),
        ("- Payroll is out of scope for this release", "out"),
        ("- ❌ Payroll", "out"),
        ("- Loyalty programs (stretch goal)", "later"),
        ("- A priority (trapped, urgent, planned)", "in"),
        ("- A cancelled order is not planned again", "in"),
    ],
)
def test_what_is_later_or_out_of_scope_is_kept_and_marked(text: str, scope: str) -> None:
    assert facts(text)[0].scope == scope


def test_a_user_story_is_functional_and_names_a_role() -> None:
    read = brief("- As a hotel guest, I want to cancel my booking so that I am not charged.\n")
    assert read.facts[0].kind == "functional"
    assert [role.name for role in read.roles] == ["hotel guest"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The clerk issues an invoice.", "functional"),
        ("Users can search products.", "functional"),
        ("Cancel an order", "functional"),
        ("A room cannot be booked twice.", "rule"),
        ("An order has a number and a date.", "data"),
        ("Personal data falls under the GDPR.", "compliance"),
        ("We expect 20,000 orders a day.", "quantity"),
        ("Mornings are busy.", "context"),
    ],
)
def test_a_statement_is_classified_by_its_words(text: str, kind: str) -> None:
    assert facts(text)[0].kind == kind


def test_services_and_technologies_of_an_architecture_are_technology() -> None:
    read = brief("# Architecture\n\n- **Redis** - sessions\n- **Kafka** - order events\n", "architecture.md")
    assert [fact.kind for fact in read.facts] == ["technology", "technology"]


def test_a_glossary_gives_terms() -> None:
    read = brief("# Glossary\n\n- **Lift**: one installation.\n- Site - an address with lifts\n")
    assert [(term.term, term.meaning) for term in read.glossary] == [
        ("Lift", "one installation."),
        ("Site", "an address with lifts"),
    ]


def test_roles_come_from_headings_items_and_tables_of_a_role_section() -> None:
    read = brief(
        "## User roles\n\n- **Dispatchers**: plan visits\n\n## Target users\n\n###"
        " 1. Customers (end users)\n\n- Buy things.\n\n"
        "## Access\n\n| Role | Permissions |\n|---|---|\n| `hotel_admin` | own hotels |\n"
    )
    assert [role.name for role in read.roles] == ["dispatcher", "customer", "hotel admin"]


def test_facts_are_numbered_requirements_first_then_architecture_then_others() -> None:
    read = read_brief(
        [
            document("Redis is used.", "architecture.md"),
            document("x y z", "b.md"),
            document("Users can pay.", "prd.md"),
        ],
        project="Test",
    )
    assert [fact.span.file for fact in read.facts] == ["prd.md", "architecture.md", "b.md"]
    assert [fact.id for fact in read.facts] == ["F1", "F2", "F3"]


def test_code_fences_trees_and_drawings_are_no_facts() -> None:
    text = (
        "# A\n\n```\nsrc/\n├── orders/\n└── users/\n```\n\n┌────────┐\n│ Orders"
        " │\n└────────┘\n\n```bash\nnpm install\n```\n"
    )
    assert facts(text) == ()


def test_an_unclosed_fence_swallows_only_what_follows() -> None:
    assert [fact.text for fact in facts("Users pay.\n\n```js\nconst a = 1\n")] == ["Users pay."]


def test_html_is_stripped_and_its_lines_are_kept() -> None:
    read = facts("<div>\n<p>Users <b>pay</b>.</p>\n</div>\n\n<!-- Users fly. -->\n\nUsers<br>leave.\n")
    assert [(fact.text, fact.span.line) for fact in read] == [("Users pay .", 2), ("Users; leave.", 7)]


def test_a_chain_of_states_in_a_fence_is_a_rule() -> None:
    read = facts("## Order status\n\n```\ndraft -> sent -> signed\n```\n")
    assert [(fact.text, fact.kind, fact.span.line) for fact in read] == [("draft -> sent -> signed", "rule", 4)]


def test_routes_in_a_fence_are_functional_facts() -> None:
    read = facts("## API\n\n```\nPOST /api/v1/orders/{id}/items - Add an item\nGET  /api/v1/orders\n```\n")
    assert [(fact.text, fact.kind, fact.span.line) for fact in read] == [
        ("POST /api/v1/orders/{id}/items - Add an item", "functional", 4),
        ("GET /api/v1/orders", "functional", 5),
    ]


def test_the_same_documents_give_the_same_brief() -> None:
    text = "# Shop\n\n- Users can pay with Redis, Kafka and PostgreSQL 16.\n- 99.9% availability, 20% growth per year\n"
    assert brief(text).model_dump_json() == brief(text).model_dump_json()


def test_the_summary_is_the_first_sentence_about_the_system() -> None:
    read = brief(
        "# Shop\n\nVersion 1.2 of this document, agreed on Monday.\n\nThe shop sells books to readers in Europe.\n"
    )
    assert read.summary == "The shop sells books to readers in Europe."


def test_labelled_lines_without_bullets_are_facts_of_their_own() -> None:
    read = facts("Requirements are:\nFR-1 Users can pay.\nFR-2: Users can leave.\n")
    assert [(fact.label, fact.span.line) for fact in read] == [("FR-1", 2), ("FR-2", 3)]


def test_numbered_titles_of_plain_text_are_headings() -> None:
    text = (
        "1. INTRODUCTION\nThe clinic plans visits.\n\n"
        "2. FUNCTIONAL REQUIREMENTS\n2.1 Appointments\nREQ-1 The system shall book.\n\n"
        "WON'T HAVE\n * Billing\n\n3. Quality\n3.1 Volume: 300 concurrent users\n3.2 RPO: 24h\n"
    )
    read = brief(text, "srs.txt")
    assert [(fact.text, fact.section, fact.scope, fact.span.line) for fact in read.facts] == [
        ("The clinic plans visits.", ("INTRODUCTION",), "in", 2),
        ("The system shall book.", ("FUNCTIONAL REQUIREMENTS", "Appointments"), "in", 6),
        ("Billing", ("WON'T HAVE",), "out", 9),
        ("Volume: 300 concurrent users", ("Quality",), "in", 12),
        ("RPO: 24h", ("Quality",), "in", 13),
    ]
    assert [quantity.metric for quantity in read.quantities[:2]] == ["concurrent_users", "rpo"]


def test_a_numbered_list_of_plain_text_stays_a_list() -> None:
    read = brief("Steps\n\n1. Choose a seat\n2. Pay the price\n3. Print the ticket\n", "notes.txt")
    assert [fact.text for fact in read.facts][1:] == ["Choose a seat", "Pay the price", "Print the ticket"]
