"""The engines that are measured, and how the program is run on them. SANGDAM_BIN names the program;
SANGDAM_TEST_POSTGRES_URL a cluster."""

import functools
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# How long read models and search index may take to hold all that was recorded.
SETTLED_SECONDS = 3_600
CLUSTER = os.environ.get("SANGDAM_TEST_POSTGRES_URL")


class Sqlite:
    name = "sqlite"
    title = "SQLite"

    def __init__(self, folder: Path):
        self.folder = folder / "data"
        self.environment = {"SANGDAM_DATA_DIR": str(self.folder)}

    def read_models(self, sql: str) -> list[tuple]:
        """What a question to the read models' own tables gives."""
        connection = sqlite3.connect(f"file:{self.folder}/read.db?mode=ro", uri=True)
        found = connection.execute(sql).fetchall()
        connection.close()
        return [tuple(value.hex() if isinstance(value, bytes) else value for value in row) for row in found]

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

    def ledger_bytes(self) -> tuple[int, int]:
        """What the ledger takes on disk, and its leaves and sealed parts alone."""
        connection = sqlite3.connect(self.folder / "ledger.db")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        leaves = connection.execute("SELECT sum(length(leaf)) FROM events").fetchone()[0]
        sealed = connection.execute("SELECT coalesce(sum(length(bytes)), 0) FROM sealed").fetchone()[0]
        connection.close()
        return (self.folder / "ledger.db").stat().st_size, leaves + sealed

    def files(self) -> Path:
        """The folder with all that is on disk."""
        return self.folder

    def drop(self) -> None:
        """The folder goes by itself."""


class Postgres:
    name = "postgres"
    title = "PostgreSQL"
    count = 0

    def __init__(self, _folder: Path):
        Postgres.count += 1
        self.database = f"bench_{os.getpid()}_{Postgres.count}"
        psql(CLUSTER, f'CREATE DATABASE "{self.database}"')
        self.url = f"{CLUSTER.rsplit('/', 1)[0]}/{self.database}"
        self.environment = {"SANGDAM_DATABASE": self.url}

    def read_models(self, sql: str) -> list[tuple]:
        """What a question to the read models' own tables gives."""
        lines = psql(self.url, f"SET search_path = read; {sql}").splitlines()
        return [tuple(value.removeprefix("\\x") for value in line.split("|")) for line in lines]

    def raw_seconds(self, room: str) -> float:
        names = psql(self.url, f"SELECT tablename FROM pg_tables WHERE schemaname = '{room}' ORDER BY 1").split()
        psql(self.url, "CREATE SCHEMA copy")
        started = time.monotonic()
        for table in names:
            psql(
                self.url,
                f'CREATE TABLE copy."{table}" (LIKE {room}."{table}" INCLUDING ALL); '
                f'INSERT INTO copy."{table}" SELECT * FROM {room}."{table}"',
            )
        seconds = time.monotonic() - started
        psql(self.url, "SET client_min_messages = warning; DROP SCHEMA copy CASCADE")
        return seconds

    def ledger_bytes(self) -> tuple[int, int]:
        """What the ledger takes on disk, and its leaves and sealed parts alone."""
        size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'ledger'::regnamespace"
        parts = "SELECT (SELECT sum(length(leaf)) FROM ledger.events) + (SELECT coalesce(sum(length(bytes)), 0) FROM ledger.sealed)"
        return int(psql(self.url, size)), int(psql(self.url, parts))

    def files(self) -> Path:
        """The folder with all that is on disk."""
        psql(CLUSTER, "CHECKPOINT")
        return Path(psql(CLUSTER, "SHOW data_directory").strip())

    def drop(self) -> None:
        """Gives the space back."""
        psql(CLUSTER, f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def engines() -> list:
    """All that are here."""
    if not CLUSTER:
        print("without PostgreSQL: SANGDAM_TEST_POSTGRES_URL is not set (use scripts/with-postgres)", file=sys.stderr)
    return [Sqlite, Postgres] if CLUSTER else [Sqlite]


@functools.cache
def psql_program() -> str:
    folder = subprocess.run([ROOT / "scripts/postgres-bin"], check=True, capture_output=True, text=True).stdout.strip()
    places = (Path(folder) / "psql", Path("/usr/bin/psql"))
    return str(next((path for path in places if path.exists()), "psql"))


def psql(url: str, *commands: str, file: Path | None = None) -> str:
    """Carries out SQL, or a file of it; gives what is printed, a row a line."""
    command = [psql_program(), url, "-qAt", "-v", "ON_ERROR_STOP=1"]
    command += ["-f", str(file)] if file else ["-c", "; ".join(commands)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def program() -> str:
    """The program that is measured."""
    return os.environ.get("SANGDAM_BIN") or sys.exit("SANGDAM_BIN must name the program (make bench does)")


def start(database, folder: Path, *arguments: str, **pipes) -> subprocess.Popen:
    """Starts the program on a database, with the key in the folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANGDAM_")}
    environment |= database.environment | {"SANGDAM_KEK_FILE": str(folder / "kek"), "XDG_CONFIG_HOME": str(folder)}
    return subprocess.Popen([program(), *arguments], env=environment, stdin=subprocess.DEVNULL, text=True, **pipes)


def run(database, folder: Path, *arguments: str) -> tuple[float, float, str]:
    """Runs the program; gives its seconds, its peak memory in MiB, and what it printed."""
    started = time.monotonic()
    process = start(database, folder, *arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    if status != 0:
        sys.exit(f"sangdam {' '.join(arguments)} failed with status {status}")
    return seconds, usage.ru_maxrss / 1024, printed


def position(database, folder: Path, *centre: str) -> int:
    """How many events the ledger has."""
    return json.loads(run(database, folder, "report", "yearly", "--format", "json", *centre)[2])["position"]


class Served:
    """The program, serving; asked by POST."""

    def __init__(self, database, folder: Path):
        self.database = database
        self.process = start(
            database, folder, "serve", "--open", "--listen", "127.0.0.1:0",
            "--search-dir", str(folder / "search"), stderr=subprocess.PIPE,
        )
        for line in self.process.stderr:
            if found := re.search(r"http://(127\.0\.0\.1:\d+)", line):
                self.url = f"http://{found.group(1)}/graphql"
                break
        else:
            sys.exit("sangdam serve did not start")
        # What it logs later must not fill the pipe.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def ask(self, query: str, **variables):
        return ask(self.url, query, **variables)

    def settle(self) -> None:
        """Waits until read models and search index hold all that was recorded: whoever builds them takes from what is measured."""
        until = time.monotonic() + SETTLED_SECONDS
        logs = None
        while time.monotonic() < until:
            time.sleep(0.2)
            try:
                with urllib.request.urlopen(self.url.replace("/graphql", "/readyz")) as answer:
                    logs = json.load(answer)["logs"]
            except urllib.error.HTTPError:
                continue
            if all(log["lag"] == 0 and log.get("search", {}).get("lag") == 0 for log in logs):
                return
        sys.exit(f"after {SETTLED_SECONDS} seconds read models or search index are behind still: {logs}")

    def memory_mib(self) -> tuple[float, float]:
        """Its own memory, and how much of files that it maps (the search index, its program) is in memory: the system takes that
        back when it is needed."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        own, mapped = (int(re.search(rf"{name}:\s+(\d+)", status).group(1)) / 1024 for name in ("RssAnon", "RssFile"))
        return own, mapped

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def ask(url: str, query: str, **variables):
    """What a GraphQL server answers; it must not be an error."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found = json.load(answer)
    if found.get("errors"):
        sys.exit(f"{url}: {query}: {found['errors']}")
    return found["data"]
