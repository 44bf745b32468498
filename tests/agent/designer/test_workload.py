"""The queries that functional facts imply, one behaviour each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.brief import Quantity, Role
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel, Lifecycle, Relationship, Transition
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.workload import Query, Workload
from tests.shop import BRIEF, ENTITY_MODEL, _fact

GOLDEN = Path(__file__).parents[2] / "data" / "workload" / "shop.postgresql.sql"


def workload_of(
    *texts: str,
    model: EntityModel = ENTITY_MODEL,
    engine: Engine = "postgresql",
    quantities: tuple[Quantity, ...] = (),
    roles: tuple[str, ...] = ("customer", "shop staff"),
) -> Workload:
    facts = tuple(_fact(100 + number, "functional", text) for number, text in enumerate(texts))
    brief = BRIEF.model_copy(
        update={"facts": facts, "quantities": quantities, "roles": tuple(Role(name=name) for name in roles)}
    )
    return write_workload(brief, model, map_schema(model, engine=engine))


def named(workload: Workload, name: str) -> Query:
    found = [query for query in workload.queries if query.name == name]
    assert found, f"{name} is not among {[query.name for query in workload.queries]}"
    return found[0]


def served(workload: Workload) -> list[str]:
    """The queries that serve the facts given, without those that unique identifiers imply."""
    return [query.name for query in workload.queries if any(fact.startswith("F10") for fact in query.facts)]


def quantity(metric: str, subject: str, value: float, unit: str, statistic: str | None = None) -> Quantity:
    figure = {"value": value, "unit": unit, "origin": "given", "basis": f"{value:g} {unit} of {subject}", "facts": []}
    return Quantity.load({"id": "N9", "metric": metric, "subject": subject, "figure": figure, "statistic": statistic})


def test_the_shop_gets_exactly_these_statements() -> None:
    workload = write_workload(BRIEF, ENTITY_MODEL, map_schema(ENTITY_MODEL, engine="postgresql"))
    text = "\n\n".join(f"-- {query.id} {query.name}: {query.purpose}\n{query.sql};" for query in workload.queries)
    if not GOLDEN.exists():  # delete the file to have it written anew
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        GOLDEN.write_text(text + "\n", "utf-8")
        pytest.fail(f"{GOLDEN} was missing and has been written: read it")
    assert text + "\n" == GOLDEN.read_text("utf-8")


def test_every_functional_fact_is_served_or_said_not_to_be() -> None:
    workload = write_workload(BRIEF, ENTITY_MODEL, map_schema(ENTITY_MODEL, engine="postgresql"))
    facts = {fact for query in workload.queries for fact in query.facts}
    assert {"F1", "F2", "F3", "F6", "F8"} <= facts
    assert workload.not_served == ()


def test_placing_an_order_inserts_the_order_and_its_lines_as_separate_queries() -> None:
    workload = workload_of("A customer places an order.")
    assert {"insert_order", "insert_order_line", "list_order_lines_by_order"} == set(served(workload))
    assert named(workload, "insert_order").sql.endswith("RETURNING id")


def test_rows_that_come_in_batches_share_a_commit() -> None:
    purpose = named(workload_of("Partners store orders in batches."), "insert_order").purpose
    assert "a few hundred rows share one commit" in purpose


def test_an_insert_leaves_to_the_database_what_the_database_fills() -> None:
    statement = named(workload_of("A customer places an order."), "insert_order").sql
    assert "status" not in statement
    assert "placed_at" not in statement


def test_a_list_is_paged_by_keyset_and_never_by_offset() -> None:
    query = named(workload_of("Staff list all orders."), "list_orders")
    assert "(orders.placed_at, orders.id) < (:before_placed_at, :before_id)" in query.sql
    assert "ORDER BY orders.placed_at DESC, orders.id DESC\nLIMIT :page_size" in query.sql
    assert "OFFSET" not in query.sql.upper()
    assert query.returns == "page"


def test_mysql_pages_by_a_condition_that_its_indexes_serve() -> None:
    query = named(workload_of("Staff list all orders.", engine="mysql"), "list_orders")
    assert "orders.placed_at <= :before_placed_at" in query.sql
    assert "(orders.placed_at < :before_placed_at OR orders.id < :before_id)" in query.sql


@pytest.mark.parametrize(
    "text",
    [
        "A customer lists own orders, newest first.",
        "As a customer, I want to view my orders so that I know where they are.",
        "Customers can view their order history.",
        "GET /customers/:customerId/orders - Orders of a customer",
        "Show customer orders.",
    ],
)
def test_the_orders_of_one_customer_are_found_by_the_customer(text: str) -> None:
    query = named(workload_of(text), "list_orders_by_customer")
    assert "WHERE orders.customer_id = :customer_id" in query.sql
    assert query.parameters[0].source == "customers.id"


def test_a_detail_is_read_by_key_with_the_labels_of_what_it_refers_to_and_its_owned_children() -> None:
    workload = workload_of("A customer views the details of an order.")
    assert served(workload) == ["get_order", "list_order_lines_by_order"] or set(served(workload)) == {
        "get_order",
        "list_order_lines_by_order",
    }
    sql = named(workload, "get_order").sql
    assert "JOIN customers AS customer ON customer.id = orders.customer_id" in sql
    assert "customer.full_name AS customer_full_name" in sql


@pytest.mark.parametrize(
    ("engine", "condition"),
    [
        ("postgresql", "to_tsvector('simple', products.name) @@ to_tsquery('simple', quote_literal(:term) || ':*')"),
        ("sqlite", "products.name LIKE :prefix"),
        ("mysql", "products.name LIKE :prefix"),
    ],
)
def test_a_search_by_name_asks_what_the_engine_can_index(engine: Engine, condition: str) -> None:
    assert (
        condition in named(workload_of("Staff search products by name.", engine=engine), "search_products_by_name").sql
    )


def test_codes_are_found_by_what_they_begin_with() -> None:
    sql = named(workload_of("Staff search products by SKU."), "search_products_by_sku").sql
    assert "products.sku LIKE :term || '%'" in sql


def test_only_a_fact_that_asks_for_a_part_of_a_word_gets_a_search_that_needs_trigrams() -> None:
    asked = "Staff search products whose name contains the typed letters, typo-tolerant."
    assert "ILIKE '%' || :term || '%'" in named(workload_of(asked), "search_products_by_name").sql
    plain = "\n".join(query.sql for query in workload_of("Staff search products by name.").queries)
    assert "ILIKE" not in plain


def test_one_search_over_columns_of_several_tables_is_a_union_of_branches() -> None:
    workload = workload_of("Staff search orders by note or customer full name while the caller waits.")
    assert served(workload) == ["search_orders_by_note_or_full_name"]
    sql = named(workload, "search_orders_by_note_or_full_name").sql
    assert sql.count("UNION") == 1
    assert "JOIN orders ON customers.id = orders.customer_id" in sql


def test_prose_in_several_languages_is_searched_without_the_stems_of_one() -> None:
    sql = named(
        workload_of("Staff search orders by note.", "The shop sells in three countries."), "search_orders_in_note"
    ).sql
    assert "to_tsvector('simple', orders.note)" in sql


def test_what_a_search_finds_of_things_that_happen_stands_newest_first() -> None:
    sql = named(workload_of("Staff search orders by note."), "search_orders_in_note").sql
    assert "ORDER BY orders.placed_at DESC, orders.id DESC" in sql


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("An order that was cancelled is shown because staff delete products.", set()),
        (
            "Staff create and change products with SKU, price and payment terms.",
            {"insert_product", "update_product_sku_unit_price"},
        ),
        ("Orders are never deleted.", set()),
        ("An order may be paid in several bookings.", set()),
        ("A line may refer to the product that it charges for.", set()),
        ("Today the staff place orders on paper.", set()),
        ("Product browsing with order tracking and a product dashboard.", set()),
        ("A product that is new or used can also be deleted.", {"delete_product"}),
    ],
)
def test_asides_adjectives_and_relations_do_nothing(text: str, names: set[str]) -> None:
    assert {
        name for name in served(workload_of(text)) if name.startswith(("insert", "update", "delete", "set"))
    } == names


def test_each_of_the_things_that_a_verb_names_gets_its_query() -> None:
    assert {"insert_product", "insert_tag"} <= set(served(workload_of("Staff create products and tags.")))


def test_a_list_of_states_is_one_guarded_change_of_state() -> None:
    workload = workload_of("An order moves through these states: new -> paid -> shipped.")
    assert [name for name in served(workload) if name.startswith(("change", "insert", "update"))] == [
        "change_order_status"
    ]


def test_a_search_in_long_text_is_a_full_text_search_on_postgresql() -> None:
    sql = named(workload_of("Staff search orders by note."), "search_orders_in_note").sql
    assert "to_tsvector('english', orders.note) @@ websearch_to_tsquery('english', :words)" in sql


def test_a_filter_takes_equal_values_first_and_one_span() -> None:
    query = named(
        workload_of("Customers filter products by price and currency."), "filter_products_by_currency_and_unit_price"
    )
    assert "products.currency = :currency" in query.sql
    assert "products.unit_price >= :min_unit_price" in query.sql
    assert "products.unit_price <= :max_unit_price" in query.sql


def test_a_change_of_state_names_the_states_it_starts_from() -> None:
    sql = named(workload_of("A customer cancels an order."), "set_order_status_cancelled").sql
    assert "SET status = 'cancelled'" in sql
    assert "status = 'new'" in sql.partition("WHERE")[2]


def test_a_change_of_status_in_general_takes_the_expected_and_the_new_one() -> None:
    query = named(workload_of("Staff update the status of an order."), "change_order_status")
    assert "status = :expected_status" in query.sql
    assert {p.name: p.example for p in query.parameters}["expected_status"] == "new"
    assert {p.name: p.example for p in query.parameters}["new_status"] == "paid"


def test_an_update_changes_only_the_attributes_named() -> None:
    query = named(workload_of("Staff change the price of a product."), "update_product_unit_price")
    assert query.sql.count(":new_") == 1


def test_a_delete_spares_rows_that_others_refer_to() -> None:
    sql = named(workload_of("Staff delete products."), "delete_product").sql
    assert "NOT EXISTS (SELECT 1 FROM order_lines WHERE order_lines.product_id = products.id)" in sql


def test_tagging_links_two_rows_once() -> None:
    sql = named(workload_of("Staff assign a tag to a product."), "insert_product_tags").sql
    assert sql.endswith("ON CONFLICT (product_id, tag_id) DO NOTHING")


def test_a_report_is_an_aggregate_over_a_span_of_time() -> None:
    query = named(workload_of("Management sees a report of orders by status."), "report_orders_by_status")
    assert "GROUP BY orders.status" in query.sql
    assert "orders.placed_at >= :from_time" in query.sql
    assert query.returns == "aggregate"
    assert query.staleness == "minutes"


@pytest.mark.parametrize(
    ("text", "name", "parts"),
    [
        (
            "A report shows the number of orders for each customer and day.",
            "report_orders_by_customer_day",
            ["count(*) AS number_of_orders", "GROUP BY orders.customer_id, date_trunc('day', orders.placed_at)"],
        ),
        (
            "A report shows the total quantity of products per product.",
            "report_quantity_of_order_lines_by_product",
            ["sum(order_lines.quantity) AS total_quantity", "GROUP BY order_lines.product_id"],
        ),
        (
            "Managers see a report of the top 10 customers by number of orders per customer.",
            "top_orders_by_customer",
            ["ORDER BY count(*) DESC", "LIMIT :page_size"],
        ),
        (
            "Managers see a monthly report of orders.",
            "report_orders_by_month",
            ["date_trunc('month', orders.placed_at)"],
        ),
    ],
)
def test_a_report_adds_up_what_the_fact_names_by_what_it_names(text: str, name: str, parts: list[str]) -> None:
    sql = named(workload_of(text), name).sql
    assert [part for part in parts if part not in sql] == []


def test_a_report_of_what_no_column_holds_is_not_made_up() -> None:
    assert served(workload_of("A report shows the number of smiles for each customer and day.")) == []


def test_a_booking_is_preceded_by_the_search_for_what_is_free() -> None:
    workload = workload_of("A customer books a room for a time.")
    assert {"insert_booking", "free_rooms"} == set(served(workload))
    assert "NOT EXISTS" in named(workload, "free_rooms").sql


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("GET /api/v1/products - List products", "list_products"),
        ("GET /api/v1/products/:id - Product details", "get_product"),
        ("POST /api/v1/products - Create a product", "insert_product"),
        ("PATCH /api/v1/products/{productId} - Update a product", "update_product"),
        ("DELETE /products/:id", "delete_product"),
        ("POST /orders/:id/cancel - Cancel an order", "set_order_status_cancelled"),
        ("GET /orders/stats - Order statistics", "report_orders_by_status"),
    ],
)
def test_an_endpoint_is_read_by_its_method_and_path(endpoint: str, name: str) -> None:
    assert name in served(workload_of(endpoint))


def test_a_log_in_reads_the_hash_by_the_unique_identifier() -> None:
    because = {"added_because": "of the test"}
    email = Attribute(name="email", meaning="", type="email", unique=True, **because)
    secret = Attribute(name="password_hash", meaning="", type="secret_hash", **because)
    model = EntityModel(
        entities=(Entity(name="user", plural="users", description="", attributes=(email, secret), **because),)
    )
    query = named(workload_of("Users log in with e-mail and password.", model=model), "log_in_by_email")
    assert "users.password_hash" in query.sql
    assert "WHERE lower(users.email) = lower(:email)" in query.sql
    assert query.returns == "one"


def test_a_noun_is_not_taken_for_a_change_of_state() -> None:
    workload = workload_of("Staff see the planned start and the shipped date of an order.")
    assert not [name for name in served(workload) if name.startswith("set_")]


def test_a_list_of_things_in_a_state_takes_only_those_and_in_the_order_asked_for() -> None:
    sql = named(workload_of("Staff see all new and paid orders, oldest first."), "list_new_and_paid_orders").sql
    assert "orders.status IN ('new', 'paid')" in sql
    assert "ORDER BY orders.placed_at, orders.id" in sql


def test_things_that_are_kept_are_listed_by_name() -> None:
    assert "ORDER BY products.name, products.id" in named(workload_of("Staff list all products."), "list_products").sql


def test_what_technicians_report_is_stored_and_what_managers_read_is_added_up() -> None:
    assert "insert_order" in served(workload_of("Staff report an order that was lost."))
    assert served(workload_of("Staff read the work reports.")) == []


def test_a_fact_about_nothing_stored_is_not_served_and_says_so() -> None:
    workload = workload_of("The pages look good on small screens.")
    assert served(workload) == []
    assert workload.not_served == (
        'F100: "The pages look good on small screens." names nothing that a table of this design holds.',
    )


def test_facts_that_are_out_of_scope_get_no_query() -> None:
    fact = _fact(100, "functional", "Staff list all orders.").model_copy(update={"scope": "later"})
    brief = BRIEF.model_copy(update={"facts": (fact,)})
    workload = write_workload(brief, ENTITY_MODEL, map_schema(ENTITY_MODEL, engine="postgresql"))
    assert served(workload) == []
    assert workload.not_served == ()


def test_two_facts_of_one_access_share_one_query() -> None:
    workload = workload_of("Staff list all orders.", "Managers browse all orders.")
    assert named(workload, "list_orders").facts == ("F100", "F101")


def test_the_actor_of_a_story_asks_the_query() -> None:
    assert named(workload_of("As a shop staff member, I want to list all orders."), "list_orders").role == "shop staff"


def test_the_rate_that_a_document_states_is_the_frequency_of_the_insert() -> None:
    frequency = named(workload_of("A customer places an order."), "insert_order").frequency
    assert (frequency.value, frequency.origin) == (20_000, "given")


def test_reads_follow_writes_by_a_factor_that_is_ours_and_so_assumed() -> None:
    frequency = named(workload_of("A customer lists own orders."), "list_orders_by_customer").frequency
    assert (frequency.value, frequency.origin) == (60_000, "assumed")
    assert "x 3 (assumed" in frequency.basis


def test_requests_a_second_that_fit_the_query_beat_every_other_estimate() -> None:
    stated = quantity("requests_per_second", "search", 10, "requests/s")
    frequency = named(
        workload_of("Staff search products by name.", quantities=(stated,)), "search_products_by_name"
    ).frequency
    assert (frequency.value, frequency.origin) == (864_000, "derived")


def test_the_latency_of_a_kind_of_query_beats_the_general_one() -> None:
    targets = (quantity("latency", "search", 500, "ms", "p95"), quantity("latency", "API", 200, "ms", "p95"))
    workload = workload_of("Staff search products by name.", "Staff list all orders.", quantities=targets)
    search, page = named(workload, "search_products_by_name").latency, named(workload, "list_orders").latency
    assert search is not None
    assert search.value == 500
    assert page is not None
    assert page.value == 200


def test_queries_stand_most_frequent_first_within_reads_and_writes() -> None:
    queries = write_workload(BRIEF, ENTITY_MODEL, map_schema(ENTITY_MODEL, engine="postgresql")).queries
    keys = [(query.kind != "read", -query.frequency.value) for query in queries]
    assert keys == sorted(keys)
    assert [query.id for query in queries] == [f"Q{number}" for number in range(1, len(queries) + 1)]


def test_no_statement_takes_all_columns_or_has_undeclared_parameters() -> None:
    for query in write_workload(BRIEF, ENTITY_MODEL, map_schema(ENTITY_MODEL, engine="postgresql")).queries:
        assert "*" not in query.sql.replace("count(*)", "").replace("':*'", "")
        used = dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", query.sql))
        assert set(used) == {parameter.name for parameter in query.parameters}


def test_no_parameter_is_called_like_a_word_of_sql() -> None:
    entity = Entity(name="thing", plural="things", description="", attributes=(text("key"),), facts=("F100",))
    query = named(workload_of("Staff add things.", model=EntityModel(entities=(entity,))), "insert_thing")
    assert ":key_value" in query.sql
    assert query.parameters[0].source == "things.key"


def test_the_same_input_gives_the_same_workload() -> None:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    assert write_workload(BRIEF, ENTITY_MODEL, schema) == write_workload(BRIEF, ENTITY_MODEL, schema)


def tenants() -> EntityModel:
    """Firms keep tickets; tickets are deleted softly; access tokens expire."""
    because = {"added_because": "of the test"}
    return EntityModel(
        entities=(
            Entity(name="firm", plural="firms", description="", attributes=(text("name"),), **because),
            Entity(
                name="ticket",
                plural="tickets",
                description="",
                attributes=(
                    text("title"),
                    Attribute(name="created_at", meaning="", type="timestamp", default="now", **because),
                    Attribute(
                        name="status", meaning="", type="enum", values=("open", "closed"), default="open", **because
                    ),
                ),
                tenant_scoped=True,
                soft_delete=True,
                lifecycle=Lifecycle(
                    attribute="status", initial="open", transitions=(Transition(source="open", target="closed"),)
                ),
                **because,
            ),
            Entity(
                name="access_token",
                plural="access_tokens",
                description="",
                kind="token",
                attributes=(
                    Attribute(name="token_hash", meaning="", type="secret_hash", **because),
                    Attribute(name="expires_at", meaning="", type="timestamp", **because),
                ),
                **because,
            ),
            Entity(
                name="log_entry",
                plural="log_entries",
                description="",
                attributes=(text("message"), Attribute(name="logged_at", meaning="", type="timestamp", **because)),
                retention_days=Figure(value=90, unit="days", origin="given", basis="Logs are kept 90 days."),
                **because,
            ),
        ),
        relationships=(Relationship(source="ticket", target="firm", role="firm", added_because="of the test"),),
        tenant="firm",
    )


def text(name: str) -> Attribute:
    return Attribute(name=name, meaning="", type="short_text", added_because="of the test")


def test_every_access_to_a_tenants_rows_names_the_tenant_and_leaves_deleted_rows_out() -> None:
    workload = workload_of("Agents list, view, update, close and delete tickets.", model=tenants())
    touching = [query for query in workload.queries if "tickets" in query.sql and "INSERT" not in query.sql]
    assert len(touching) >= 4
    for query in touching:
        where = query.sql.partition("WHERE")[2]
        assert "tickets.firm_id = :firm_id" in where
        assert "tickets.deleted_at IS NULL" in where


def test_a_soft_deletion_marks_the_row() -> None:
    sql = named(workload_of("Agents delete tickets.", model=tenants()), "delete_ticket").sql
    assert sql.startswith("UPDATE tickets\nSET deleted_at = now()")


def test_expired_tokens_and_rows_past_their_retention_are_purged_in_batches() -> None:
    workload = workload_of("Agents list tickets.", model=tenants())
    tokens, logs = named(workload, "purge_expired_access_tokens"), named(workload, "purge_log_entries")
    assert "access_tokens.expires_at < :before" in tokens.sql
    assert "LIMIT :batch_size" in logs.sql
    assert "90 days" in logs.purpose


def finding(place: str, message: str = "relation does not exist") -> Finding:
    return Finding(
        code="EVI001", severity="error", place=place, message=message, help="Change it.", owner="plan_indexes"
    )


def test_mending_withdraws_the_query_a_finding_names_and_changes_nothing_else() -> None:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    first = write_workload(BRIEF, ENTITY_MODEL, schema)
    second = write_workload(BRIEF, ENTITY_MODEL, schema, previous=first, findings=(finding("Q3"),))
    assert second.queries == tuple(query for query in first.queries if query.id != "Q3")
    assert "Q3 (" in second.not_served[0]
    assert "relation does not exist" in second.not_served[0]


def test_mending_rewrites_a_query_whose_table_has_changed() -> None:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    good = write_workload(BRIEF, ENTITY_MODEL, schema)
    stale = good.queries[0].model_copy(update={"sql": "SELECT gone FROM nowhere"})
    previous = good.model_copy(update={"queries": (stale, *good.queries[1:])})
    mended = write_workload(BRIEF, ENTITY_MODEL, schema, previous=previous, findings=(finding("Q1"),))
    assert mended == good


def test_mending_without_findings_returns_the_workload_unchanged() -> None:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    first = write_workload(BRIEF, ENTITY_MODEL, schema)
    assert write_workload(BRIEF, ENTITY_MODEL, schema, previous=first) == first
