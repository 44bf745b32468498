"""SQL DDL to declared entities, through sqlglot, one guarded statement at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlglot
from sqlglot import expressions as exp
from sqlglot.errors import SqlglotError

from database_specialist.agent.model.base import Scalar
from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity, DeclaredRelation
from database_specialist.agent.reading.declarations import Declarations, EntityDraft, Snippet

MAX_STATEMENT = 256_000
MAX_NESTING = 40
"""sqlglot recurses on nested brackets until the interpreter's stack ends; 46 was measured to be too deep."""
_MAX_ARRAYS = 8
"""Nested ARRAY[ takes exponential time: 16 take two seconds."""

_PIECE = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^'\\]|''|\\.)*(?:'|\Z)|\"[^\"]*(?:\"|\Z)"
    r"|`[^`]*(?:`|\Z)|(?P<dollar>\$\w*\$).*?(?:(?P=dollar)|\Z)|;",
    re.DOTALL,
)
_READ = re.compile(
    r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*(?P<what>CREATE\s+(?:(?:GLOBAL|LOCAL"
    r"|TEMP|TEMPORARY|UNLOGGED|FOREIGN)\s+)*TABLE|CREATE\s+TYPE|ALTER\s+TABLE"
    r"|COMMENT\s+ON|CREATE\s+UNIQUE\s+INDEX)\b",
    re.IGNORECASE | re.DOTALL,
)
_DIALECTS = (
    ("mysql", re.compile(r"\bAUTO_INCREMENT\b|\bENGINE\s*=|`\w+`|\bUNSIGNED\b", re.IGNORECASE)),
    ("sqlite", re.compile(r"\bAUTOINCREMENT\b|\bWITHOUT\s+ROWID\b|\bPRAGMA\b", re.IGNORECASE)),
    (
        "tsql",
        re.compile(
            r"\bIDENTITY\s*\(|\bNVARCHAR\b|\bUNIQUEIDENTIFIER\b|^\s*GO\s*$|\[\w+\]\.\[\w+\]",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    ("oracle", re.compile(r"\bVARCHAR2\b|\bNUMBER\s*\(", re.IGNORECASE)),
)


@dataclass
class _Tables:
    """What the statements read so far have declared."""

    snippet: Snippet
    drafts: dict[str, EntityDraft] = field(default_factory=dict)
    unique_sets: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    relations: list[DeclaredRelation] = field(default_factory=list)

    def change(self, table: str, column: str, **values: object) -> None:
        """Change an attribute, if the table and the column are known."""
        draft = self.drafts.get(table)
        if draft is not None and column in draft.attributes:
            draft.attributes[column] = draft.attributes[column].model_copy(update=values)


def read(snippet: Snippet) -> Declarations:
    """Read the tables of a script; a statement that cannot be parsed is a problem, the others are read."""
    tables = _Tables(snippet)
    dialect = guess_dialect(snippet.text)
    problems: list[str] = []
    for start, statement in split(snippet.text):
        match = _READ.match(statement)
        if match is None:
            continue
        refused = _refusal(statement)
        if refused:
            problems.append(snippet.problem(refused, start))
            continue
        try:
            parsed = sqlglot.parse_one(statement, dialect=dialect)
        except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            # Foreign input makes sqlglot raise more than its own errors: measured on token soup.
            first = str(error).split("\n")[0]
            problems.append(snippet.problem(f"SQL statement not understood: {first}", start + match.start("what")))
            continue
        _take(tables, parsed, start + match.start("what"), start + len(statement.rstrip()))
    return Declarations(_entities(tables), tuple(tables.relations), (), tuple(problems))


def split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with its offset; semicolons in strings, comments and dollar quotes end none."""
    start = 0
    for match in _PIECE.finditer(text):
        if match.group() == ";":
            yield start, text[start : match.start()]
            start = match.end()
    yield start, text[start:]


def guess_dialect(text: str) -> str:
    """Return sqlglot's name of the dialect that a script is most likely written in."""
    return next((name for name, expression in _DIALECTS if expression.search(text[:200_000])), "postgres")


def _refusal(statement: str) -> str | None:
    if len(statement) > MAX_STATEMENT:
        return f"SQL statement of {len(statement)} characters not read: more than {MAX_STATEMENT}."
    depth = deepest = 0
    for character in statement:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    if deepest > MAX_NESTING or len(re.findall(r"\barray\s*\[", statement, re.IGNORECASE)) > _MAX_ARRAYS:
        return f"SQL statement not read: its brackets are nested {deepest} deep."
    if re.match(r"\s*CREATE\s[^(]{0,300}\bAS\s+(?:SELECT|WITH)\b", statement, re.IGNORECASE):
        return "CREATE TABLE ... AS SELECT not read: it names no column types."
    return None


def _take(tables: _Tables, parsed: exp.Expr, start: int, end: int) -> None:
    if isinstance(parsed, exp.Create) and parsed.kind == "TABLE" and isinstance(parsed.this, exp.Schema):
        _take_table(tables, parsed, start, end)
    elif isinstance(parsed, exp.Create) and parsed.kind == "INDEX":
        _take_unique_index(tables, parsed)
    elif isinstance(parsed, exp.Create | exp.Command) and "ENUM" in parsed.sql().upper():
        _take_enum(tables, parsed)
    elif isinstance(parsed, exp.Alter):
        for action in parsed.args.get("actions") or []:
            for constraint in action.find_all(exp.ForeignKey, exp.UniqueColumnConstraint, exp.PrimaryKey):
                _take_constraint(tables, parsed.this.name, constraint)
    elif isinstance(parsed, exp.Comment):
        _take_comment(tables, parsed)


def _take_table(tables: _Tables, create: exp.Create, start: int, end: int) -> None:
    name = create.this.this.name
    if not name:
        return
    draft = tables.drafts.setdefault(name, EntityDraft(name, tables.snippet.span(start, end)))
    for item in create.this.expressions:
        if isinstance(item, exp.ColumnDef):
            draft.add(_attribute(tables, name, item))
    for item in create.this.expressions:
        if not isinstance(item, exp.ColumnDef):
            for constraint in item.find_all(exp.ForeignKey, exp.UniqueColumnConstraint, exp.PrimaryKey):
                _take_constraint(tables, name, constraint)
            _take_check(tables, name, item)


def _attribute(tables: _Tables, table: str, column: exp.ColumnDef) -> DeclaredAttribute:
    kinds = [constraint.kind for constraint in column.args.get("constraints") or []]
    type_ = column.args.get("kind")
    type_sql = type_.sql() if type_ is not None else None
    primary = any(isinstance(kind, exp.PrimaryKeyColumnConstraint) for kind in kinds)
    nullable = [kind for kind in kinds if isinstance(kind, exp.NotNullColumnConstraint)]
    required = primary or bool(nullable and not nullable[0].args.get("allow_null"))
    reference = next((kind for kind in kinds if isinstance(kind, exp.Reference)), None)
    references = _reference(reference) if reference is not None else None
    if references is not None:
        tables.relations.append(_relation(table, references[0], column.name, required))
    return DeclaredAttribute(
        name=column.name,
        type=type_sql,
        required=required,
        unique=any(isinstance(kind, exp.UniqueColumnConstraint) for kind in kinds),
        primary_key=primary,
        default=_default(kinds),
        values=_enum_members(type_) or next(filter(None, map(_checked_values, kinds)), ()),
        comment=_column_comment(kinds),
        references=references,
    )


def _default(kinds: list[exp.Expression]) -> Scalar:
    for kind in kinds:
        if isinstance(kind, exp.DefaultColumnConstraint):
            value = kind.this
            if isinstance(value, exp.Literal):
                return value.name
            return str(value.sql())
    return None


def _column_comment(kinds: list[exp.Expression]) -> str | None:
    return next((kind.name for kind in kinds if isinstance(kind, exp.CommentColumnConstraint)), None) or None


def _enum_members(type_: exp.Expression | None) -> tuple[str, ...]:
    if isinstance(type_, exp.DataType) and type_.this in (exp.DataType.Type.ENUM, exp.DataType.Type.SET):
        return tuple(item.name for item in type_.expressions)
    return ()


def _checked_values(kind: exp.Expression) -> tuple[str, ...]:
    """Return the members of CHECK (column IN ('a', 'b'))."""
    if isinstance(kind, exp.CheckColumnConstraint) and isinstance(kind.this, exp.In):
        return tuple(item.name for item in kind.this.expressions if isinstance(item, exp.Literal))
    return ()


def _take_check(tables: _Tables, table: str, item: exp.Expression) -> None:
    for check in item.find_all(exp.CheckColumnConstraint, exp.In):
        inside = check.this if isinstance(check, exp.CheckColumnConstraint) else check
        if isinstance(inside, exp.In) and isinstance(inside.this, exp.Column):
            values = tuple(member.name for member in inside.expressions if isinstance(member, exp.Literal))
            tables.change(table, inside.this.name, values=values)


def _reference(reference: exp.Reference) -> tuple[str, str | None] | None:
    target = reference.this
    columns = [column.name for column in target.expressions] if isinstance(target, exp.Schema) else []
    table = target.this.name if isinstance(target, exp.Schema) else target.name
    return (table, columns[0] if columns else None) if table else None


def _relation(table: str, target: str, column: str, required: bool) -> DeclaredRelation:
    return DeclaredRelation(
        source=table, target=target, cardinality="many_to_one", label=column, target_optional=not required
    )


def _take_constraint(tables: _Tables, table: str, constraint: exp.Expression) -> None:
    if isinstance(constraint, exp.ForeignKey):
        _take_foreign_key(tables, table, constraint)
        return
    items = constraint.this.expressions if isinstance(constraint.this, exp.Schema) else constraint.expressions
    columns = tuple(name for name in (_column_name(item) for item in items) if name)
    if isinstance(constraint, exp.PrimaryKey):
        for column in columns:
            tables.change(table, column, primary_key=True, required=True)
    elif len(columns) == 1:
        tables.change(table, columns[0], unique=True)
    elif columns:
        tables.unique_sets.setdefault(table, []).append(columns)


def _column_name(item: exp.Expression) -> str:
    return (
        item.name
        if isinstance(item, exp.Identifier | exp.Column)
        else item.this.name
        if isinstance(item, exp.Ordered)
        else ""
    )


def _take_foreign_key(tables: _Tables, table: str, constraint: exp.ForeignKey) -> None:
    reference = constraint.args.get("reference")
    references = _reference(reference) if isinstance(reference, exp.Reference) else None
    columns = [column.name for column in constraint.expressions]
    if references is None or not columns:
        return
    draft = tables.drafts.get(table)
    known = draft.attributes.get(columns[0]) if draft is not None else None
    tables.relations.append(_relation(table, references[0], columns[0], bool(known and known.required)))
    if len(columns) == 1:
        tables.change(table, columns[0], references=references)


def _take_unique_index(tables: _Tables, create: exp.Create) -> None:
    index = create.this
    table = index.args.get("table")
    params = index.args.get("params")
    items = params.args.get("columns") or [] if params is not None else []
    columns = tuple(name for name in (_column_name(item) for item in items) if name)
    if table is None or len(columns) != len(items) or (params is not None and params.args.get("where")):
        return
    if len(columns) == 1:
        tables.change(table.name, columns[0], unique=True)
    elif columns:
        tables.unique_sets.setdefault(table.name, []).append(columns)


def _take_enum(tables: _Tables, parsed: exp.Expression) -> None:
    match = re.search(
        r"TYPE\s+(?:[\w\"]+\.)?\"?(\w+)\"?\s+AS\s+ENUM\s*\((.*)\)",
        parsed.sql(dialect="postgres"),
        re.IGNORECASE | re.DOTALL,
    )
    if match:
        tables.enums[match.group(1).lower()] = tuple(re.findall(r"'((?:[^']|'')*)'", match.group(2)))


def _take_comment(tables: _Tables, comment: exp.Comment) -> None:
    text = comment.expression.name if comment.expression is not None else ""
    if comment.args.get("kind") == "COLUMN" and isinstance(comment.this, exp.Column):
        tables.change(comment.this.table, comment.this.name, comment=text or None)
    elif comment.args.get("kind") == "TABLE":
        tables.comments[comment.this.name] = text


def _entities(tables: _Tables) -> tuple[DeclaredEntity, ...]:
    return tuple(
        DeclaredEntity(
            name=name,
            origin="sql",
            attributes=tuple(_with_enum(tables, attribute) for attribute in draft.attributes.values()),
            unique_sets=tuple(tables.unique_sets.get(name, ())),
            comment=tables.comments.get(name) or None,
            span=draft.span,
        )
        for name, draft in tables.drafts.items()
    )


def _with_enum(tables: _Tables, attribute: DeclaredAttribute) -> DeclaredAttribute:
    members = tables.enums.get((attribute.type or "").lower().strip('"').split(".")[-1], ())
    return attribute.model_copy(update={"values": members}) if members and not attribute.values else attribute
