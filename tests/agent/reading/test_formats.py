"""Machine formats, as whole files and as fences."""

from __future__ import annotations

import builtins
import sys

import pytest

from database_specialist.agent.model.brief import DeclaredAttribute

from .documents import DATA, brief, entity, sample


def attribute(read_name: str, entity_name: str, name: str) -> DeclaredAttribute:
    declared = entity(sample(read_name), entity_name)
    return {item.name: item for item in declared.attributes}[name]


def relations(name: str) -> list[tuple[str, str, str, str | None]]:
    return [(r.source, r.cardinality, r.target, r.label) for r in sample(name).declared_relations]


@pytest.mark.parametrize(
    ("name", "entities"),
    [
        ("shop.sql", [("customers", 4, 8), ("orders", 10, 15), ("order_lines", 17, 24)]),
        ("shop.dbml", [("customers", 1, 5), ("orders", 12, 19)]),
        ("shop.prisma", [("User", 11, 16), ("Post", 18, 28)]),
        ("library.graphql", [("Book", 6, 12), ("Author", 14, 14), ("Copy", 15, 15)]),
    ],
)
def test_a_file_declares_its_entities_on_their_lines(name: str, entities: list[tuple[str, int, int]]) -> None:
    assert [(e.name, e.span.line, e.span.end_line) for e in sample(name).declared] == entities


@pytest.mark.parametrize(
    "name", ["shop.sql", "shop.mmd", "shop.dbml", "shop.prisma", "library.graphql", "openapi.yaml"]
)
def test_every_declaration_has_a_fact_of_its_own(name: str) -> None:
    read = sample(name)
    assert all(declared.fact and read.fact(declared.fact).span == declared.span for declared in read.declared)
    assert len({declared.fact for declared in read.declared}) == len(read.declared)


def test_sql_keys_checks_enums_and_comments_are_read() -> None:
    assert attribute("shop.sql", "customers", "id").primary_key
    assert attribute("shop.sql", "customers", "email").unique
    assert attribute("shop.sql", "customers", "email").required
    assert attribute("shop.sql", "customers", "country").values == ("DE", "AT", "CH")
    assert attribute("shop.sql", "orders", "state").values == ("new", "paid", "shipped")
    assert attribute("shop.sql", "orders", "customer_id").references == ("customers", "id")
    assert attribute("shop.sql", "orders", "note").comment == "Free text"
    assert entity(sample("shop.sql"), "order_lines").unique_sets == (("order_id", "sku"),)
    assert entity(sample("shop.sql"), "orders").comment == "A purchase; one basket."


def test_a_broken_statement_is_a_problem_on_its_line_and_the_rest_is_read() -> None:
    (problem,) = sample("shop.sql").documents[0].problems
    assert problem.startswith("Line 26: ")


def test_mermaid_attributes_and_cardinalities_are_read() -> None:
    assert attribute("shop.mmd", "CUSTOMER", "email").unique
    assert attribute("shop.mmd", "CUSTOMER", "email").comment == "login name"
    assert relations("shop.mmd") == [
        ("CUSTOMER", "one_to_many", "ORDER", "places"),
        ("ORDER", "one_to_many", "ORDER-LINE", "contains"),
        ("PRODUCT", "many_to_many", "TAG", "is tagged with"),
    ]
    assert sample("shop.mmd").documents[0].problems == ("Line 13: erDiagram attribute not understood: ??",)


def test_dbml_notes_enums_and_references_are_read() -> None:
    assert attribute("shop.dbml", "customers", "email").comment == "login name"
    assert attribute("shop.dbml", "customers", "state").values == ("active", "blocked")
    assert attribute("shop.dbml", "orders", "customer_id").references == ("customers", None)
    assert entity(sample("shop.dbml"), "orders").unique_sets == (("customer_id", "number"),)


def test_prisma_relations_are_no_attributes() -> None:
    assert [item.name for item in entity(sample("shop.prisma"), "Post").attributes] == [
        "id",
        "title",
        "body",
        "authorId",
        "slug",
    ]
    assert relations("shop.prisma") == [("Post", "many_to_one", "User", "author")]
    assert attribute("shop.prisma", "Post", "authorId").references == ("User", "id")
    assert attribute("shop.prisma", "User", "role").values == ("ADMIN", "MEMBER")
    assert sample("shop.prisma").stack.engine == "mysql"


def test_openapi_resolves_references_and_leaves_envelopes_out() -> None:
    read = sample("openapi.yaml")
    assert [declared.name for declared in read.declared] == ["Parcel", "Party", "Scan"]
    assert [item.name for item in entity(read, "Party").attributes] == ["name", "street"]
    assert relations("openapi.yaml") == [
        ("Parcel", "many_to_one", "Party", "sender"),
        ("Parcel", "one_to_many", "Scan", "scans"),
    ]
    assert [(fact.text, fact.span.line) for fact in read.facts if fact.kind == "functional"] == [
        ("GET /parcels/{id} - Show one parcel", 4)
    ]


def test_json_schema_nullable_and_required_are_told_apart() -> None:
    assert attribute("vehicle.schema.json", "Vehicle", "vin").required
    assert not attribute("vehicle.schema.json", "Vehicle", "seats").required
    assert relations("vehicle.schema.json") == [("Vehicle", "many_to_one", "Owner", "owner")]


def test_graphql_enums_lists_and_root_types_are_understood() -> None:
    assert attribute("library.graphql", "Book", "genre").values == ("NOVEL", "SCIENCE")
    assert relations("library.graphql") == [
        ("Book", "many_to_one", "Author", "author"),
        ("Book", "one_to_many", "Copy", "copies"),
    ]


@pytest.mark.parametrize(
    ("name", "info", "first"),
    [
        ("shop.sql", "sql", "customers"),
        ("shop.mmd", "mermaid", "CUSTOMER"),
        ("shop.dbml", "dbml", "customers"),
        ("shop.prisma", "", "User"),
    ],
)
def test_a_fence_is_read_like_the_file_on_the_lines_of_the_document(name: str, info: str, first: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    alone = entity(sample(name), first)
    fenced = entity(brief(f"# Data\n\n```{info}\n{text}```\n"), first)
    assert fenced.attributes == alone.attributes
    assert fenced.span.line == alone.span.line + 3


@pytest.mark.parametrize(("module", "name"), [("pydbml", "shop.dbml"), ("graphql", "library.graphql")])
def test_a_missing_parser_is_a_problem_that_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    original = builtins.__import__

    def without(wanted: str, *args: object, **kwargs: object) -> object:
        if wanted.split(".")[0] == module:
            raise ImportError(wanted)
        return original(wanted, *args, **kwargs)  # type: ignore[arg-type]

    for loaded in [key for key in sys.modules if key.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(builtins, "__import__", without)
    read = sample(name)
    assert read.declared == ()
    assert "database-specialist[formats]" in read.documents[0].problems[0]


def test_a_class_diagram_gives_attributes_and_associations() -> None:
    read = brief(
        "```mermaid\nclassDiagram\n  class Order {\n    +UUID id\n    +String number\n    +place() void\n  }\n"
        '  Customer "1" --> "*" Order : places\n  Order *-- Line\n  Shape <|-- Circle\n  Customer : +String name\n```\n'
    )
    assert [item.name for item in entity(read, "Order").attributes] == ["id", "number"]
    assert [item.name for item in entity(read, "Customer").attributes] == ["name"]
    assert [(r.source, r.cardinality, r.target) for r in read.declared_relations] == [
        ("Customer", "one_to_many", "Order"),
        ("Order", "one_to_many", "Line"),
    ]


def test_a_state_diagram_is_one_fact_with_its_transitions() -> None:
    read = brief("```mermaid\nstateDiagram-v2\n  [*] --> draft\n  draft --> sent: send()\n  sent --> [*]\n```\n")
    assert [(fact.kind, fact.text) for fact in read.facts] == [("rule", "initial draft; draft -> sent")]


def test_sql_fragments_in_code_declare_tables_columns_and_joins() -> None:
    read = brief(
        "# Code\n\n```javascript\nawait db.query(`\n  INSERT INTO signatures (id,"
        " field_id, created_at)\n  VALUES ($1, $2, NOW())`)\n"
        "await db.query(`UPDATE fields SET done = true, signed_at = NOW() WHERE id = $1`)\n"
        "await db.query(`SELECT s.id, f.label FROM signatures s JOIN fields f ON"
        " s.field_id = f.id WHERE s.kind = 'drawn'`)\n```\n"
    )
    signatures, fields = entity(read, "signatures"), entity(read, "fields")
    assert (signatures.origin, signatures.span.line, signatures.span.end_line) == ("sql_fragment", 5, 5)
    assert [item.name for item in signatures.attributes] == ["id", "field_id", "created_at", "kind"]
    assert [(item.name, item.type) for item in fields.attributes] == [
        ("done", "boolean"),
        ("signed_at", "timestamp"),
        ("id", None),
        ("label", None),
    ]
    assert [(r.source, r.target, r.label) for r in read.declared_relations] == [("signatures", "fields", "field_id")]


def test_prose_with_the_words_of_sql_declares_nothing() -> None:
    read = brief("Users select a seat from the map and update the order. SELECT the best option FROM the list.\n")
    assert read.declared == ()


@pytest.mark.parametrize(
    ("info", "code"),
    [
        ("ts", "interface Parcel {\n  id: string;\n  weight?: number; // in kg\n}\n"),
        ("ts", "export type Parcel = {\n  id: string\n  weight: number | null\n}\n"),
        (
            "js",
            "class Parcel {\n  constructor(data) {\n    this.id = data.id || uuid()\n"
            "    this.weight = new Weight(data.weight)\n  }\n}\n",
        ),
        ("python", "class Parcel(BaseModel):\n    id: UUID\n    weight: Decimal | None = None\n"),
        ("go", 'type Parcel struct {\n  ID string `json:"id"`\n  Weight float64\n}\n'),
        ("java", "public class Parcel {\n  private UUID id;\n  private BigDecimal weight;\n}\n"),
        ("kotlin", "data class Parcel(val id: UUID, val weight: Double?)\n"),
    ],
)
def test_records_of_code_declare_entities(info: str, code: str) -> None:
    declared = entity(brief(f"```{info}\n{code}```\n"), "Parcel")
    assert [item.name.lower() for item in declared.attributes] == ["id", "weight"]
    assert (declared.origin, declared.span.line) == ("code", 2)


def test_machinery_of_a_program_declares_nothing() -> None:
    read = brief(
        "```ts\ninterface ModalProps {\n  id: string;\n  open: boolean;\n}\nclass"
        " OrderService {\n  a: X;\n  b: Y;\n}\n```\n"
    )
    assert read.declared == ()


def test_a_json_sample_under_a_route_declares_the_resource_and_its_lines() -> None:
    read = brief(
        "### Create an order\n\n`POST /api/v1/orders`\n\n```json\n"
        '{"data": {"number": "A1", "total": 12.5, "items": [{"sku": "x", "quantity": 2}]}}\n```\n'
    )
    assert [item.name for item in entity(read, "orders").attributes] == ["number", "total"]
    assert [item.name for item in entity(read, "items").attributes] == ["sku", "quantity"]


def test_what_is_out_of_scope_declares_nothing() -> None:
    assert brief("## Future\n\n```sql\nCREATE TABLE later (id int, name text);\n```\n").declared == ()


def test_a_table_of_columns_declares_the_entity_of_its_heading() -> None:
    read = brief(
        "### `users` table\n\n| Column | Type | Notes |\n|---|---|---|\n| id | uuid"
        " | PK |\n| email | text | unique, not null |\n"
        "| created_at | timestamptz | |\n"
    )
    users = entity(read, "users")
    assert [(item.name, item.type, item.primary_key, item.unique) for item in users.attributes] == [
        ("id", "uuid", True, False),
        ("email", "text", False, True),
        ("created_at", "timestamptz", False, False),
    ]
    assert (users.span.line, users.span.end_line) == (5, 7)


def test_a_list_of_fields_declares_the_entity_of_its_heading() -> None:
    read = brief(
        "**Audit log schema:**\n\n- `event_type`: what happened\n- `actor_id`: who\n- `changes`: before and after\n"
    )
    assert [item.name for item in entity(read, "Audit_log").attributes] == ["event_type", "actor_id", "changes"]


def test_a_sentence_that_names_a_tables_columns_declares_it() -> None:
    read = brief(
        "The parcels table should have columns for parcel_id, weight, and sender_id."
        " Also create a notes table with note_id and text."
    )
    assert [item.name for item in entity(read, "parcels").attributes] == ["parcel_id", "weight", "sender_id"]
    assert [item.name for item in entity(read, "notes").attributes] == ["note_id", "text"]


def test_a_list_of_prose_under_a_model_declares_nothing() -> None:
    assert brief("## Data model\n\n- Customers place orders\n- Orders have lines\n- products: many\n").declared == ()


def test_a_table_that_is_written_to_exists_even_without_columns() -> None:
    read = brief("```\nBEGIN;\nINSERT INTO ledger_entries (...) VALUES (...);\nCOMMIT;\n```\n")
    assert entity(read, "ledger_entries").attributes == ()


def test_catalogs_and_common_table_expressions_are_no_tables() -> None:
    read = brief(
        "```sql\nWITH recent AS (SELECT o.id FROM orders o WHERE o.paid = true)\nSELECT recent.id FROM recent;\n"
        "SELECT relname FROM pg_class;\n```\n"
    )
    assert [declared.name for declared in read.declared] == ["orders"]


def test_a_sample_under_a_route_that_names_no_resource_declares_nothing() -> None:
    assert brief('`GET /api/health`\n\n```json\n{"status": "ok", "uptime": 3}\n```\n').declared == ()
