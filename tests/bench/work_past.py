"""How much larger the read models are for keeping what rows were: with their past, and a copy without it, both packed."""

import sqlite3
import tempfile
from pathlib import Path

from county import COUNTIES
from engines import Sqlite, psql
from results import Row, Runs

# What a table has for the past alone.
COLUMNS = ("held_from", "span", "since_position")
NOTES = "MiB of the read models, packed; in the column of the limit, without what rows were."


def without_past(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for (index,) in connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE '%_by_span%'").fetchall():
        connection.execute(f"DROP INDEX {index}")
    for table in tables:
        if table.endswith("_past"):
            connection.execute(f"DROP TABLE {table}")
            continue
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for column in there & set(COLUMNS):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.execute("VACUUM")
    connection.close()


def sizes_sqlite(read_models: Path) -> tuple[int, int]:
    with tempfile.TemporaryDirectory(prefix="past") as temporary:
        whole, current = Path(temporary) / "whole.db", Path(temporary) / "current.db"
        for copy in (whole, current):
            connection = sqlite3.connect(read_models)
            connection.execute("VACUUM INTO ?", (str(copy),))
            connection.close()
        without_past(current)
        return whole.stat().st_size, current.stat().st_size


def sizes_postgres(url: str) -> tuple[int, int]:
    size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'copy'::regnamespace"
    tables = psql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'read'").split()
    quiet = "SET client_min_messages = warning"
    copies = [f'CREATE TABLE copy."{name}" (LIKE read."{name}" INCLUDING ALL)' for name in tables]
    filled = [f'INSERT INTO copy."{name}" SELECT * FROM read."{name}"' for name in tables]
    psql(url, quiet, "CREATE SCHEMA copy", *copies, *filled)
    for name in tables:
        psql(url, f'VACUUM FULL copy."{name}"')
    whole = int(psql(url, size))
    past = [name for name in tables if name.endswith("_past")]
    current = [name for name in tables if name not in past]
    dropped = [f'ALTER TABLE copy."{name}" DROP COLUMN IF EXISTS {column}' for name in current for column in COLUMNS]
    psql(url, quiet, *(f'DROP TABLE copy."{name}"' for name in past), *dropped)
    for name in current:
        psql(url, f'VACUUM FULL copy."{name}"')
    without = int(psql(url, size))
    psql(url, quiet, "DROP SCHEMA copy CASCADE")
    return whole, without


def measure(_with_peers: bool) -> list[Row]:
    rows = []
    for county in COUNTIES.all():
        if county.engine is Sqlite:
            whole, current = sizes_sqlite(county.database.folder / "read.db")
        else:
            whole, current = sizes_postgres(county.database.url)
        row = Row("past", county.engine.name, "MiB", Runs(), notes=NOTES, more={"times": round(whole / current, 2)})
        row.ours.add(whole / 2**20)
        row.limit.add(current / 2**20)
        rows.append(row)
    return rows
