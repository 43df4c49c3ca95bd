"""Keeps a copy of a centre's consultations in DuckDB, and prints how many there were in each year.

    python duckdb_job.py COPY.duckdb [options of sangdam, such as --data-dir ./data]

Each run takes over what has changed since the one before: `sangdam export consultations` writes it to a Parquet file, and
rows and position go into the copy in one transaction. A run that breaks off leaves the copy as it was, and the next one
takes over the same again. Needs `pip install duckdb`, and `sangdam` in the PATH.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

# What a file says of itself: of which ledger and log it is, and as of which position its rows stand.
STAMP = """
    SELECT map_from_entries(list((decode(key), decode(value)))) FROM parquet_kv_metadata(?)
    WHERE decode(key) IN ('sangdam.ledger', 'sangdam.log', 'sangdam.position')
"""

YEARS = """
    SELECT year(day), count(*), count(DISTINCT caller) FROM consultations WHERE status <> 'voided' GROUP BY 1 ORDER BY 1
"""


def taken_over(copy: duckdb.DuckDBPyConnection) -> int:
    """The position as of which the copy stands; 0 where it is new."""
    copy.execute("CREATE TABLE IF NOT EXISTS taken_over (ledger TEXT, log TEXT, position BIGINT)")
    found = copy.execute("SELECT position FROM taken_over").fetchone()
    return found[0] if found else 0


def take_over(copy: duckdb.DuckDBPyConnection, file: str) -> int:
    """Replaces the rows that changed and notes the position, at once. How many rows changed."""
    (stamp,) = copy.execute(STAMP, [file]).fetchone()
    ledger, log, position = (stamp[f"sangdam.{name}"] for name in ("ledger", "log", "position"))
    copy.begin()
    other = copy.execute("SELECT * FROM taken_over WHERE ledger <> ? OR log <> ?", [ledger, log]).fetchone()
    if other:
        sys.exit(f"this is a copy of {other[1]} in ledger {other[0]}, not of {log} in {ledger}")
    copy.execute("CREATE TABLE IF NOT EXISTS consultations AS FROM read_parquet(?) LIMIT 0", [file])
    copy.execute("DELETE FROM consultations WHERE id IN (SELECT id FROM read_parquet(?))", [file])
    (changed,) = copy.execute("INSERT INTO consultations BY NAME FROM read_parquet(?)", [file]).fetchone()
    copy.execute("DELETE FROM taken_over")
    copy.execute("INSERT INTO taken_over VALUES (?, ?, ?)", [ledger, log, position])
    copy.commit()
    return changed


def main(path: str, *options: str) -> None:
    with duckdb.connect(path) as copy, tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "changed.parquet")
        export = ["sangdam", "export", "consultations", "--since", str(taken_over(copy)), "--format", "parquet"]
        subprocess.run([*export, "--output", file, *options], check=True)
        changed = take_over(copy, file)
        print(f"{changed} consultations taken over; as of position {taken_over(copy)}")
        for year, consultations, callers in copy.execute(YEARS).fetchall():
            print(f"{year}: {consultations} consultations of {callers} known callers")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
