"""The program from end to end, on SQLite and PostgreSQL: what it takes, its peak memory, and the events a second.

Beside each figure stands the raw limit of the same run: how long the engine itself takes to copy the rows that the
program left (the ledger's for a demo or an import, the read models' for a rebuild) into empty tables with the same
columns and indexes, by INSERT … SELECT. SANGDAM_BIN names the program; SANGDAM_TEST_POSTGRES_URL a cluster.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = os.environ["SANGDAM_BIN"]
BANK = ROOT.parent / "shared/data/anonymous-bank-1999-02.tsv"
CLUSTER = os.environ.get("SANGDAM_TEST_POSTGRES_URL")


class Sqlite:
    name = "SQLite"

    def __init__(self, folder: Path):
        self.folder = folder / "data"
        self.environment = {"SANGDAM_DATA_DIR": str(self.folder)}

    def raw_seconds(self, room: str) -> float:
        """Copies a room's tables, in the order of their row ids."""
        copy = self.folder / f"copy-of-{room}.db"
        connection = sqlite3.connect(copy, isolation_level=None)
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if room == 'ledger' else 'NORMAL'}")
        connection.execute("ATTACH ? AS source", (str(self.folder / f"{room}.db"),))
        found = connection.execute(
            "SELECT type, name, sql FROM source.sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'index') "
            "AND name NOT LIKE 'sqlite_%' ORDER BY type DESC"
        ).fetchall()
        started = time.monotonic()
        for _, _, sql in found:
            connection.execute(sql)
        for kind, table, _ in found:
            if kind == "table":
                connection.execute(f'INSERT INTO main."{table}" SELECT * FROM source."{table}"')
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        seconds = time.monotonic() - started
        connection.close()
        copy.unlink()
        return seconds


class Postgres:
    name = "PostgreSQL"

    def __init__(self, folder: Path):
        self.database = f"bench_{os.getpid()}_{folder.name}".lower()
        self.psql(CLUSTER, f'CREATE DATABASE "{self.database}"')
        self.url = f"{CLUSTER.rsplit('/', 1)[0]}/{self.database}"
        self.environment = {"SANGDAM_DATABASE": self.url}

    @staticmethod
    def psql(url: str, sql: str) -> str:
        folder = subprocess.run([ROOT / "scripts/postgres-bin"], check=True, capture_output=True, text=True).stdout.strip()
        program = next((path for path in (Path(folder) / "psql", Path("/usr/bin/psql")) if path.exists()), "psql")
        command = [program, url, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def raw_seconds(self, room: str) -> float:
        names = self.psql(self.url, f"SELECT tablename FROM pg_tables WHERE schemaname = '{room}' ORDER BY 1").split()
        self.psql(self.url, "CREATE SCHEMA copy")
        started = time.monotonic()
        for table in names:
            self.psql(
                self.url,
                f'CREATE TABLE copy."{table}" (LIKE {room}."{table}" INCLUDING ALL); '
                f'INSERT INTO copy."{table}" SELECT * FROM {room}."{table}"',
            )
        seconds = time.monotonic() - started
        self.psql(self.url, "SET client_min_messages = warning; DROP SCHEMA copy CASCADE")
        return seconds


def run(database, folder: Path, *arguments: str) -> tuple[float, float, str]:
    """Runs the program; gives its seconds, its peak memory in MiB, and what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANGDAM_")}
    environment |= database.environment | {"SANGDAM_KEK_FILE": str(folder / "kek")}
    started = time.monotonic()
    process = subprocess.Popen(
        [PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if status != 0:
        sys.exit(f"sangdam {' '.join(arguments)} failed with status {status}")
    return seconds, usage.ru_maxrss / 1024, printed


def measure(engine, task: str, centre: list[str], *arguments: str) -> None:
    """One task on an empty database, then a rebuild and a verification of what it left."""
    with tempfile.TemporaryDirectory(prefix=task) as temporary:
        folder = Path(temporary)
        database = engine(folder)
        row = lambda what, done, raw: print(
            f"| {engine.name} | {what} | {done[0]:.1f} | {done[1]:.0f} | {events / done[0]:,.0f} | "
            f"{f'{raw:.1f} | {100 * raw / done[0]:.0f} %' if raw else '|'} |",
            flush=True,
        )
        done = run(database, folder, *arguments)
        _, _, report = run(database, folder, "report", "yearly", "--format", "json", *centre)
        events = json.loads(report)["position"]
        row(task, done, database.raw_seconds("ledger"))
        row(f"{task}: all read models rebuilt", run(database, folder, "rebuild"), database.raw_seconds("read"))
        row(f"{task}: every hash verified", run(database, folder, "verify", *centre), None)


def main() -> None:
    engines = [Sqlite]
    if CLUSTER:
        engines.append(Postgres)
    else:
        print("without PostgreSQL: SANGDAM_TEST_POSTGRES_URL is not set (use scripts/with-postgres)", file=sys.stderr)
    print("\n## From end to end\n")
    print("| engine | task | seconds | peak MiB | events/s | raw copy, seconds | of the raw limit |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for engine in engines:
        measure(engine, "demo", [], "demo")
        if BANK.exists():
            centre = ["--centre", "anonymous-bank"]
            mapping = str(ROOT / "docs/imports/anonymous-bank.toml")
            measure(engine, "import", centre, "import", "csv", "--mapping", mapping, *centre, str(BANK))
    if not BANK.exists():
        print(f"without imports: {BANK.name} is not there", file=sys.stderr)


main()
