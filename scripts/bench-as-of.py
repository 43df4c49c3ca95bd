"""Questions as of random moments of the demo county beside the same questions as things stand, on SQLite and PostgreSQL.

One `serve` is asked over one connection: each question as it stands and, in turn, as of a random position. Beside them
stand what a replay costs instead (the read models filled from nothing), and how much larger the read models are for
keeping what rows were: with their past, and a copy without it, both packed.
"""

import http.client
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_engines import Sqlite, engines, run, start

ROUNDS = int(os.environ.get("SANGDAM_BENCH_ROUNDS", "1000"))
LIST = "nodes { id status openedAt caller { id } agent { id } category { code } }"
QUESTIONS = {
    "yearlyCounts": "yearlyCounts { year consultations offered answered uniqueCallers }",
    "caller's history": 'caller(id: "%(caller)s") { history(first: 20) { edges { node { __typename '
    "... on Call { id status } ... on Consultation { id status } ... on Callback { id status } } } } }",
    "50 consultations": f"consultations(first: 50) {{ {LIST} }}",
    "directoryRanking of a year": 'directoryRanking(from: "2023-01-01", to: "2023-12-31") { rank given entry { id } }',
    "serviceLevel of a year": 'serviceLevel(from: "2023-01-01", to: "2023-12-31") '
    "{ all { offered answered abandoned } answerRate { percent } waits { secondsAtMost calls } }",
}


class Server:
    """`sangdam serve`, and one connection to it."""

    def __init__(self, database, folder: Path):
        self.process = start(database, folder, "serve", "--open", "--listen", "127.0.0.1:0", stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.connection = http.client.HTTPConnection("127.0.0.1", int(found.group(1)))
                return
        sys.exit("sangdam serve did not start")

    def ask(self, selection: str, as_of: int | None = None) -> tuple[float, dict]:
        """The answer, and the milliseconds that it took."""
        arguments = f"(asOf: {{ position: {as_of} }})" if as_of else ""
        body = json.dumps({"query": f"{{ ledger{arguments} {{ {selection} }} }}"})
        started = time.perf_counter()
        self.connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())
        milliseconds = (time.perf_counter() - started) * 1000
        if "errors" in answer:
            sys.exit(f"{selection}: {answer['errors']}")
        return milliseconds, answer["data"]["ledger"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def frequent_callers(server: Server) -> list[str]:
    """Callers of the latest consultations: who calls often is among them often."""
    _, answer = server.ask("consultations(first: 100) { nodes { caller { id } } }")
    return [node["caller"]["id"] for node in answer["consultations"]["nodes"] if node["caller"]]


def percentile(times: list[float], percent: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * percent / 100))]


def questions(server: Server, engine: str) -> None:
    chance = random.Random(7)
    head = server.ask("position")[1]["position"]
    callers = frequent_callers(server)
    for name, selection in QUESTIONS.items():
        now, then = [], []
        for _ in range(ROUNDS):
            selected = selection % {"caller": chance.choice(callers)} if "%(" in selection else selection
            now.append(server.ask(selected)[0])
            then.append(server.ask(selected, chance.randint(1, head))[0])
        ratio = percentile(then, 99) / percentile(now, 99)
        print(
            f"| {engine} | {name} | {percentile(now, 50):.1f} | {percentile(now, 99):.1f} | {percentile(then, 50):.1f} "
            f"| {percentile(then, 99):.1f} | {max(then):.1f} | {ratio:.2f} |",
            flush=True,
        )


def without_past(path: Path) -> None:
    """Takes from a copy of `read.db` all that is there for the past alone."""
    connection = sqlite3.connect(path, isolation_level=None)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for (index,) in connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE '%_by_span'").fetchall():
        connection.execute(f"DROP INDEX {index}")
    for name in names:
        if name.endswith("_past"):
            connection.execute(f"DROP TABLE {name}")
            continue
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
        for column in columns & {"held_from", "span", "since_position"}:
            connection.execute(f"ALTER TABLE {name} DROP COLUMN {column}")
    connection.execute("VACUUM")
    connection.close()


def sizes_sqlite(folder: Path) -> tuple[int, int]:
    whole, current = folder / "whole.db", folder / "current.db"
    for copy in (whole, current):
        connection = sqlite3.connect(folder / "read.db")
        connection.execute("VACUUM INTO ?", (str(copy),))
        connection.close()
    without_past(current)
    return whole.stat().st_size, current.stat().st_size


def sizes_postgres(database) -> tuple[int, int]:
    size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = '%s'::regnamespace"
    names = database.psql(database.url, "SELECT tablename FROM pg_tables WHERE schemaname = 'read'").split()
    statements = ["SET client_min_messages = warning", "CREATE SCHEMA copy"]
    for name in names:
        statements.append(f'CREATE TABLE copy."{name}" (LIKE read."{name}" INCLUDING ALL)')
        statements.append(f'INSERT INTO copy."{name}" SELECT * FROM read."{name}"')
    database.psql(database.url, "; ".join(statements))
    for name in names:
        database.psql(database.url, f'VACUUM FULL copy."{name}"')
    whole = int(database.psql(database.url, size % "copy"))
    statements = ["SET client_min_messages = warning"]
    for name in names:
        if name.endswith("_past"):
            statements.append(f'DROP TABLE copy."{name}"')
        else:
            for column in ("held_from", "span", "since_position"):
                statements.append(f'ALTER TABLE copy."{name}" DROP COLUMN IF EXISTS {column}')
    database.psql(database.url, "; ".join(statements))
    for name in names:
        if not name.endswith("_past"):
            database.psql(database.url, f'VACUUM FULL copy."{name}"')
    current = int(database.psql(database.url, size % "copy"))
    database.psql(database.url, "SET client_min_messages = warning; DROP SCHEMA copy CASCADE")
    return whole, current


def measure(engine) -> str:
    with tempfile.TemporaryDirectory(prefix="as-of") as temporary:
        folder = Path(temporary)
        database = engine(folder)
        run(database, folder, "demo")
        server = Server(database, folder)
        questions(server, engine.name)
        server.stop()
        whole, current = sizes_sqlite(database.folder) if engine is Sqlite else sizes_postgres(database)
        seconds, _, _ = run(database, folder, "rebuild")
        return (
            f"{engine.name}: a replay of the whole log into fresh read models took {seconds:.1f} s; with what rows were, "
            f"the read models have {whole / 2**20:.0f} MiB, without {current / 2**20:.0f} MiB: × {whole / current:.2f}."
        )


def main() -> None:
    print(f"\n## As of {ROUNDS:,} random moments of the demo county, in milliseconds\n")
    print("| engine | question | now p50 | now p99 | as of p50 | as of p99 | as of max | p99 as of ÷ now |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    told = [measure(engine) for engine in engines()]
    print("\n" + "\n".join(told))


if __name__ == "__main__":
    main()
