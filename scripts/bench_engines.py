"""The engines that the benchmarks run on, and how the program is run on them. SANGDAM_BIN names the program;
SANGDAM_TEST_POSTGRES_URL a cluster."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = os.environ["SANGDAM_BIN"]
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


def start(database, folder: Path, *arguments: str, **pipes) -> subprocess.Popen:
    """Starts the program on a database, with the key in the folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANGDAM_")}
    environment |= database.environment | {"SANGDAM_KEK_FILE": str(folder / "kek")}
    return subprocess.Popen([PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL, text=True, **pipes)


def run(database, folder: Path, *arguments: str) -> tuple[float, float, str]:
    """Runs the program; gives its seconds, its peak memory in MiB, and what it printed."""
    started = time.monotonic()
    process = start(database, folder, *arguments, stdout=subprocess.PIPE)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if status != 0:
        sys.exit(f"sangdam {' '.join(arguments)} failed with status {status}")
    return seconds, usage.ru_maxrss / 1024, printed


def engines() -> list:
    """All that are here."""
    if not CLUSTER:
        print("without PostgreSQL: SANGDAM_TEST_POSTGRES_URL is not set (use scripts/with-postgres)", file=sys.stderr)
    return [Sqlite, Postgres] if CLUSTER else [Sqlite]
