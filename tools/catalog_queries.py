"""The queries that read a catalog back from PostgreSQL 13 and later.

Each leaves out the system's own schemas and what belongs to an extension. A name outside `public` carries its
schema. They run with `public` as the whole search path, so definitions are spelled the same in every session.
"""

from __future__ import annotations

_NAME = "CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || "
_OURS = "n.nspname !~ '^(pg_|information_schema$)'"


def _free(catalog: str, row: str) -> str:
    return (
        f"NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.{catalog}'::regclass"
        f" AND d.objid = {row} AND d.deptype = 'e')"
    )


_TABLE = f"""
  JOIN pg_catalog.pg_class c ON c.oid = {{relation}}
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND {_OURS} AND {_free("pg_class", "c.oid")}
"""

TABLES = f"""
SELECT {_NAME}c.relname,
       coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), ''),
       CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) ELSE '' END,
       c.relrowsecurity
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND {_OURS}
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {_free("pg_class", "c.oid")}
"""

COLUMNS = f"""
SELECT {_NAME}c.relname,
       row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
       a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod),
       NOT a.attnotnull,
       CASE a.attgenerated WHEN '' THEN coalesce(pg_catalog.pg_get_expr(e.adbin, e.adrelid), '') ELSE '' END,
       a.attidentity <> '',
       CASE a.attgenerated WHEN '' THEN '' ELSE coalesce(pg_catalog.pg_get_expr(e.adbin, e.adrelid), '') END,
       coalesce(pg_catalog.col_description(c.oid, a.attnum), '')
FROM pg_catalog.pg_attribute a
{_TABLE.format(relation="a.attrelid")}
LEFT JOIN pg_catalog.pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""

_ACTION = (
    "CASE k.{column} WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'"
    " WHEN 'd' THEN 'set default' ELSE 'no action' END"
)


def _names(relation: str, numbers: str) -> str:
    return (
        "coalesce((SELECT array_agg(a.attname::text ORDER BY u.place)"
        f" FROM unnest({numbers}) WITH ORDINALITY u(number, place)"
        f" JOIN pg_catalog.pg_attribute a ON a.attrelid = {relation} AND a.attnum = u.number), '{{}}')"
    )


CONSTRAINTS = f"""
SELECT {_NAME}c.relname,
       k.conname,
       CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'f' THEN 'foreign key' WHEN 'u' THEN 'unique'
                      WHEN 'x' THEN 'exclusion' ELSE 'check' END,
       pg_catalog.pg_get_constraintdef(k.oid),
       {_names("k.conrelid", "k.conkey")},
       coalesce((SELECT {_NAME.replace("n.", "rn.")}r.relname FROM pg_catalog.pg_class r
                 JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = k.confrelid), ''),
       {_names("k.confrelid", "k.confkey")},
       {_ACTION.format(column="confdeltype")},
       {_ACTION.format(column="confupdtype")},
       k.condeferrable,
       CASE k.contype WHEN 'c' THEN coalesce(pg_catalog.pg_get_expr(k.conbin, k.conrelid), '') ELSE '' END
FROM pg_catalog.pg_constraint k
{_TABLE.format(relation="k.conrelid")}
WHERE k.contype IN ('p', 'f', 'u', 'x', 'c') AND k.conparentid = 0 AND NOT c.relispartition
"""

INDEXES = f"""
SELECT {_NAME}c.relname,
       i.relname,
       pg_catalog.pg_get_indexdef(x.indexrelid),
       m.amname,
       (SELECT array_agg(
                 CASE x.indkey[g - 1] WHEN 0 THEN '(' || pg_catalog.pg_get_indexdef(x.indexrelid, g, true) || ')'
                      ELSE (SELECT a.attname FROM pg_catalog.pg_attribute a
                            WHERE a.attrelid = x.indrelid AND a.attnum = x.indkey[g - 1]) END
                 || CASE WHEN x.indoption[g - 1] & 1 = 1 THEN ' DESC' ELSE '' END ORDER BY g)
        FROM generate_series(1, x.indnkeyatts) g),
       coalesce((SELECT array_agg(a.attname::text ORDER BY g)
                 FROM generate_series(x.indnkeyatts + 1, x.indnatts) g
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[g - 1]), '{{}}'),
       coalesce(pg_catalog.pg_get_expr(x.indpred, x.indrelid), ''),
       x.indisunique,
       x.indisvalid,
       EXISTS (SELECT FROM pg_catalog.pg_constraint k
               WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x')),
       (SELECT array_agg(CASE WHEN o.opcdefault THEN '' ELSE o.opcname::text END ORDER BY g)
        FROM generate_series(1, x.indnkeyatts) g JOIN pg_catalog.pg_opclass o ON o.oid = x.indclass[g - 1])
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = i.relam
{_TABLE.format(relation="x.indrelid")}
WHERE NOT c.relispartition AND c.relkind IN ('r', 'p', 'm')
"""

VIEWS = f"""
SELECT {_NAME}c.relname,
       CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END || pg_catalog.pg_get_viewdef(c.oid),
       ''
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND {_OURS}
WHERE c.relkind IN ('v', 'm') AND {_free("pg_class", "c.oid")}
"""

FUNCTIONS = f"""
SELECT p.oid::regprocedure::text,
       CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE pg_catalog.pg_get_functiondef(p.oid) END,
       ''
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND {_OURS}
WHERE {_free("pg_proc", "p.oid")}
"""

TRIGGERS = f"""
SELECT t.tgname, pg_catalog.pg_get_triggerdef(t.oid), {_NAME}c.relname
FROM pg_catalog.pg_trigger t
{_TABLE.format(relation="t.tgrelid")}
WHERE NOT t.tgisinternal AND NOT c.relispartition
"""

POLICIES = f"""
SELECT p.polname,
       concat_ws(' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, p.polcmd::text,
                 'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                 'with check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
       {_NAME}c.relname
FROM pg_catalog.pg_policy p
{_TABLE.format(relation="p.polrelid")}
"""

PARTITIONS = f"""
SELECT {_NAME.replace("n.", "pn.")}p.relname, {_NAME}c.relname, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
FROM pg_catalog.pg_inherits h
{_TABLE.format(relation="h.inhrelid")}
JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
WHERE c.relispartition AND c.relkind IN ('r', 'p')
"""

ENUMS = f"""
SELECT {_NAME}t.typname,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
        FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND {_OURS}
WHERE t.typtype = 'e' AND {_free("pg_type", "t.oid")}
"""

DOMAINS = f"""
SELECT {_NAME}t.typname,
       concat_ws(' ', pg_catalog.format_type(t.typbasetype, t.typtypmod),
                 CASE WHEN t.typnotnull THEN 'NOT NULL' END,
                 (SELECT string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname)
                  FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')),
       ''
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND {_OURS}
WHERE t.typtype = 'd' AND {_free("pg_type", "t.oid")}
"""

SEQUENCES = f"""
SELECT {_NAME}c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND {_OURS}
WHERE c.relkind = 'S' AND {_free("pg_class", "c.oid")}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
"""

SCHEMAS = f"""
SELECT n.nspname FROM pg_catalog.pg_namespace n
WHERE {_OURS} AND n.nspname <> 'public' AND {_free("pg_namespace", "n.oid")}
"""

EXTENSIONS = "SELECT e.extname FROM pg_catalog.pg_extension e WHERE e.extname <> 'plpgsql'"
