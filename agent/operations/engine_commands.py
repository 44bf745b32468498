"""The commands of each engine's own clients that a deployment runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.model.relational import Table
from database_specialist.agent.model.workload import Index, IndexKey
from database_specialist.agent.operations.backup import choose_platform
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.naming import database_name, shell_query, slug

LOCK_TIMEOUT = "5s"
"""As the migrations set it themselves."""


@dataclass(frozen=True)
class Commands(ABC):
    """Command lines for one engine and one project."""

    ground: Ground

    @property
    def database(self) -> str:
        """The database's name."""
        return database_name(self.ground.brief.project)

    def query(self, sql: str) -> str:
        """Run one statement."""
        return shell_query(sql, self.ground)

    def name(self, identifier: str) -> str:
        """Write an identifier."""
        return quote(identifier, self.ground.engine)

    @abstractmethod
    def provide(self, memory: str, connections: int) -> tuple[str, ...]:
        """Create the database and set its memory and connections."""

    @abstractmethod
    def unprovide(self) -> str:
        """Say how to go back from `provide`."""

    @abstractmethod
    def migrate(self, path: str, transactional: bool) -> str:
        """Run a migration's script."""

    @abstractmethod
    def lock_words(self) -> str:
        """Say how a migration waits for locks."""

    @abstractmethod
    def failed_words(self) -> str:
        """Say what a failed migration leaves."""

    @abstractmethod
    def build_live(self, index: Index) -> str:
        """Build an index on a table in use."""

    @abstractmethod
    def undo_live(self, names: str, example: str) -> str:
        """Say how to go back from `build_live`."""

    def invalid_indexes(self) -> tuple[str, ...]:
        """Show the indexes that a failed build left behind."""
        return ()

    @abstractmethod
    def validate(self, table: Table) -> tuple[str, ...]:
        """Check the foreign keys of a table against its rows."""

    @abstractmethod
    def analyze(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Refresh statistics."""

    @abstractmethod
    def existence(self, tables: int) -> tuple[str, ...]:
        """Count tables and show constraints that do not hold."""

    @abstractmethod
    def watch(self) -> tuple[str, ...]:
        """Show connections and activity."""

    @abstractmethod
    def unused_indexes(self) -> tuple[str, ...]:
        """Show indexes without use."""

    def _keys(self, keys: Sequence[IndexKey]) -> str:
        return ", ".join(
            " ".join(
                part
                for part in (
                    key.expression if key.expression.startswith("(") else self.name(key.expression),
                    key.operator_class or "",
                    "DESC" if key.descending else "",
                )
                if part
            )
            for key in keys
        )


class PostgresCommands(Commands):
    """psql."""

    def provide(self, memory: str, connections: int) -> tuple[str, ...]:
        """Create the database, then set what needs a restart."""
        lines = [f"createdb {self.database}"]
        if self._is_managed():
            return (*lines, f"# parameter group of {slug(self.ground.brief.project)}: max_connections >= {connections}")
        lines.append(self.query(f"ALTER SYSTEM SET shared_buffers = '{memory}'"))
        lines.append(self.query(f"ALTER SYSTEM SET max_connections = {max(connections, 20)}"))
        return (*lines, "sudo systemctl restart postgresql")

    def _is_managed(self) -> bool:
        return choose_platform(self.ground.brief)[1] is not None

    def unprovide(self) -> str:
        """Drop the empty database."""
        return f"dropdb {self.database}, as long as no migration has run."

    def migrate(self, path: str, transactional: bool) -> str:
        """Stop at the first error; in one transaction where the script allows it."""
        options = f"PGOPTIONS='-c lock_timeout={LOCK_TIMEOUT}' psql --no-psqlrc --set ON_ERROR_STOP=1"
        single = " --single-transaction" if transactional else ""
        return f"{options}{single} --dbname {self.database} --file {path}"

    def lock_words(self) -> str:
        """Name the time-out."""
        return f"A statement that waits {LOCK_TIMEOUT} for a lock gives up, so no queue forms behind it."

    def failed_words(self) -> str:
        """A transaction leaves nothing."""
        return "A failed script has changed nothing, its transaction was rolled back: mend it and run it again."

    def build_live(self, index: Index) -> str:
        """CREATE INDEX CONCURRENTLY, outside a transaction."""
        method = "" if index.method.lower() == "btree" else f" USING {index.method}"
        include = f" INCLUDE ({', '.join(map(self.name, index.include))})" if index.include else ""
        where = f" WHERE {index.where}" if index.where else ""
        return self.query(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {self.name(index.name)} ON {self.name(index.table)}{method} "
            f"({self._keys(index.keys)}){include}{where}"
        )

    def undo_live(self, names: str, example: str) -> str:
        """An interrupted build leaves an invalid index."""
        drop = f"DROP INDEX CONCURRENTLY IF EXISTS {self.name(example)}"
        return f"{names} may be dropped at any time, also when a build was interrupted and left one invalid: {drop}."

    def invalid_indexes(self) -> tuple[str, ...]:
        """Read pg_index."""
        return (self.query("SELECT indexrelid::regclass AS broken FROM pg_index WHERE NOT indisvalid"),)

    def validate(self, table: Table) -> tuple[str, ...]:
        """VALIDATE takes no lock that stops writers; a valid constraint is passed over."""
        return tuple(
            self.query(f"ALTER TABLE {self.name(table.name)} VALIDATE CONSTRAINT {self.name(key.name)}")
            for key in table.foreign_keys
        )

    def analyze(self, tables: Sequence[str]) -> tuple[str, ...]:
        """ANALYZE."""
        return (self.query(f"ANALYZE {', '.join(map(self.name, tables))}"),)

    def existence(self, tables: int) -> tuple[str, ...]:
        """Count in the catalog."""
        count = (
            f"SELECT count(*) = {tables} AS all_tables FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        return (
            self.query(count),
            self.query("SELECT conrelid::regclass, conname FROM pg_constraint WHERE NOT convalidated"),
            *self.invalid_indexes(),
        )

    def watch(self) -> tuple[str, ...]:
        """Read pg_stat_activity and the table statistics."""
        waiting = (
            "SELECT state, wait_event_type, count(*) FROM pg_stat_activity "
            f"WHERE datname = '{self.database}' GROUP BY 1, 2"
        )
        return (
            self.query(waiting),
            self.query(
                "SELECT relname, n_tup_ins, n_tup_upd, seq_scan FROM pg_stat_user_tables "
                "ORDER BY n_tup_ins DESC LIMIT 5"
            ),
        )

    def unused_indexes(self) -> tuple[str, ...]:
        """Read pg_stat_user_indexes; constraints' indexes are needed without scans."""
        sql = (
            "SELECT s.relname, s.indexrelname FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid) "
            "WHERE s.idx_scan = 0 AND NOT i.indisunique ORDER BY 1, 2"
        )
        return (self.query(sql),)


class MysqlCommands(Commands):
    """mysql or mariadb."""

    @property
    def _client(self) -> str:
        return self.ground.engine

    def provide(self, memory: str, connections: int) -> tuple[str, ...]:
        """Create the database and set the buffer pool."""
        create = f"CREATE DATABASE {self.name(self.database)} CHARACTER SET utf8mb4"
        megabytes = int(memory.removesuffix("MB"))
        return (
            f'{self._client} --execute "{create.replace("`", chr(92) + "`")}"',
            f'{self._client} --execute "SET GLOBAL innodb_buffer_pool_size = {megabytes * 1024 * 1024}"',
            f'{self._client} --execute "SET GLOBAL max_connections = {max(connections, 20)}"',
        )

    def unprovide(self) -> str:
        """Drop the empty database."""
        return f"DROP DATABASE {self.database}, as long as no migration has run."

    def migrate(self, path: str, transactional: bool) -> str:
        """DDL commits by itself here, transactional or not."""
        return f'{self._client} --init-command="SET SESSION lock_wait_timeout = 2" {self.database} < {path}'

    def lock_words(self) -> str:
        """Name the time-out."""
        return "A statement that waits 2 s for a metadata lock gives up, so no queue forms behind it."

    def failed_words(self) -> str:
        """Each statement commits."""
        return (
            "A failed script stops after the statements that already took effect: run its down script, mend it, and "
            "run it again."
        )

    def build_live(self, index: Index) -> str:
        """Online DDL that refuses rather than lock."""
        return self.query(
            f"ALTER TABLE {self.name(index.table)} ADD INDEX {self.name(index.name)} ({self._keys(index.keys)}), "
            "ALGORITHM=INPLACE, LOCK=NONE"
        )

    def undo_live(self, names: str, example: str) -> str:
        """Dropping is online too."""
        table = next((index.table for index in self.ground.indexes.planned if index.name == example), "")
        return f"{names} may be dropped at any time: ALTER TABLE {self.name(table)} DROP INDEX {self.name(example)}."

    def validate(self, table: Table) -> tuple[str, ...]:
        """Show rows without a parent: they can come in while foreign_key_checks is off."""
        return tuple(
            self.query(
                f"SELECT count(*) AS orphans_{key.columns[0]} FROM {self.name(table.name)} c LEFT JOIN "
                f"{self.name(key.ref_table)} p ON p.{self.name(key.ref_columns[0])} = c.{self.name(key.columns[0])} "
                f"WHERE c.{self.name(key.columns[0])} IS NOT NULL AND p.{self.name(key.ref_columns[0])} IS NULL"
            )
            for key in table.foreign_keys
        )

    def analyze(self, tables: Sequence[str]) -> tuple[str, ...]:
        """ANALYZE TABLE."""
        return (self.query(f"ANALYZE TABLE {', '.join(map(self.name, tables))}"),)

    def existence(self, tables: int) -> tuple[str, ...]:
        """Count in the information schema."""
        sql = (
            f"SELECT count(*) = {tables} AS all_tables FROM information_schema.tables "
            f"WHERE table_schema = '{self.database}' AND table_type = 'BASE TABLE'"
        )
        return (self.query(sql),)

    def watch(self) -> tuple[str, ...]:
        """Show the sessions and lock waits."""
        return (self.query("SHOW FULL PROCESSLIST"), self.query("SHOW ENGINE INNODB STATUS"))

    def unused_indexes(self) -> tuple[str, ...]:
        """Read the sys schema."""
        sql = f"SELECT object_name, index_name FROM sys.schema_unused_indexes WHERE object_schema = '{self.database}'"
        return (self.query(sql),)


class SqliteCommands(Commands):
    """sqlite3."""

    @property
    def _file(self) -> str:
        return f"{self.database}.db"

    def provide(self, memory: str, connections: int) -> tuple[str, ...]:
        """Write-ahead logging is a property of the file."""
        return (self.query("PRAGMA journal_mode = WAL"), f"cp {self._file} {self._file}.before")

    def unprovide(self) -> str:
        """Remove the empty file."""
        return f"rm {self._file}, as long as no migration has run."

    def migrate(self, path: str, transactional: bool) -> str:
        """Stop at the first error."""
        return f'sqlite3 -bail {self._file} ".timeout 2000" ".read {path}"'

    def lock_words(self) -> str:
        """One writer at a time."""
        return (
            "The application is stopped or read-only meanwhile: SQLite has one writer at a time, and the script waits "
            "2 s for it."
        )

    def failed_words(self) -> str:
        """Copy back."""
        return f"A failed script: mv {self._file}.before {self._file}, mend it and run it again."

    def build_live(self, index: Index) -> str:
        """Building holds the write lock for its length."""
        where = f" WHERE {index.where}" if index.where else ""
        return self.query(
            f"CREATE INDEX IF NOT EXISTS {self.name(index.name)} ON {self.name(index.table)} "
            f"({self._keys(index.keys)}){where}"
        )

    def undo_live(self, names: str, example: str) -> str:
        """Dropping is quick."""
        drop = f"DROP INDEX {self.name(example)}"
        return f"{names} may be dropped at any time: {drop}. Readers go on, writers wait for the build."

    def validate(self, table: Table) -> tuple[str, ...]:
        """PRAGMA foreign_key_check."""
        return (self.query(f"PRAGMA foreign_key_check({self.name(table.name)})"),)

    def analyze(self, tables: Sequence[str]) -> tuple[str, ...]:
        """ANALYZE, one table each."""
        return tuple(self.query(f"ANALYZE {self.name(table)}") for table in tables)

    def existence(self, tables: int) -> tuple[str, ...]:
        """Count in sqlite_schema."""
        sql = (
            f"SELECT count(*) = {tables} AS all_tables FROM sqlite_schema "
            "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return (self.query(sql), self.query("PRAGMA integrity_check"))

    def watch(self) -> tuple[str, ...]:
        """Show the size of the log that readers hold back."""
        return (f"ls -l {self._file} {self._file}-wal", self.query("PRAGMA wal_checkpoint(PASSIVE)"))

    def unused_indexes(self) -> tuple[str, ...]:
        """SQLite keeps no use counts: list the indexes to compare with the query plans."""
        return (self.query("SELECT tbl_name, name FROM sqlite_schema WHERE type = 'index' ORDER BY 1, 2"),)


def commands_for(ground: Ground) -> Commands:
    """Return the commands of the schema's engine."""
    if ground.engine == "postgresql":
        return PostgresCommands(ground)
    return SqliteCommands(ground) if ground.engine == "sqlite" else MysqlCommands(ground)
