#!/usr/bin/env python3
"""How fast a queue_log of 100,000 lines is imported, on SQLite and PostgreSQL, and again with nothing added.

The raw limit to compare with is that of durable appends, which the `store` benchmark measures.
Needs SANGDAM_BIN (a release build) and, for PostgreSQL, scripts/with-postgres.
"""

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
LINES = int(os.environ.get("BENCH_LINES", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CENTRE = """
version = 1
source = "founding"
[centre]
name = "bench"
time_zone = "Asia/Seoul"
opened_on = "2019-08-01"
records_complete_from = "2022-01-01"
hours = "around the clock"
[key]
columns = ["id"]
[time]
zone = "Asia/Seoul"
[call]
offered = { datetime = "at" }
[outcome]
column = "end"
answered = ["ok"]
abandoned = ["lost"]
skip = { none = "none" }
[answered]
at = [{ datetime = "at" }]
[abandoned]
at = [{ datetime = "at" }]
"""


def sangdam(environment, *arguments):
    """Runs the program; the seconds that it took, and what it printed."""
    begun = time.monotonic()
    done = subprocess.run(
        [os.environ["SANGDAM_BIN"], *map(str, arguments)],
        env={**os.environ, **environment}, check=True, capture_output=True, text=True,
    )
    return time.monotonic() - begun, done.stdout


def number(printed, name):
    return int(re.search(rf"^{name} +(\d+)", printed, re.M).group(1))


def measure(folder, environment, log):
    (folder / "centre.toml").write_text(CENTRE)
    (folder / "none.csv").write_text("id,at,end\n1,2022-01-01 00:00:00,none\n")
    sangdam(environment, "import", "csv", "--mapping", folder / "centre.toml", folder / "none.csv")
    first, printed = sangdam(environment, "import", "queue-log", log)
    again, printed_again = sangdam(environment, "import", "queue-log", log)
    assert number(printed, "read") == LINES and number(printed, "rejected") == 0, printed
    assert number(printed_again, "accepted") == 0, printed_again
    assert number(printed, "position") == number(printed_again, "position")
    return first, again, number(printed, "position")


def places(folder):
    """A place for each engine, fresh for each round."""
    yield "SQLite", lambda n: {"SANGDAM_DATA_DIR": str(folder / f"data{n}")}
    cluster = os.environ.get("SANGDAM_TEST_POSTGRES_URL")
    if not cluster:
        print("without PostgreSQL: use scripts/with-postgres")
        return
    bin_folder = subprocess.run([ROOT / "scripts/postgres-bin"], check=True, capture_output=True, text=True)

    def fresh(n):
        name = f"bench_telephone_{n}"
        psql = Path(bin_folder.stdout.strip()) / "psql"
        for statement in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
            subprocess.run([psql, cluster, "-qc", statement], check=True, capture_output=True)
        return {"SANGDAM_DATABASE": urlunsplit(urlsplit(cluster)._replace(path=f"/{name}"))}

    yield "PostgreSQL", fresh


def main():
    with tempfile.TemporaryDirectory(prefix="sangdam-bench-") as name:
        folder = Path(name)
        log = folder / "queue_log"
        generate = ["cargo", "run", "--quiet", "--locked", "--package", "sangdam-tests", "--example", "queue_log"]
        with log.open("wb") as out:
            subprocess.run([*generate, "--", str(LINES), "1"], check=True, stdout=out, cwd=ROOT)
        print(f"\n## A queue_log of {LINES:,} lines\n")
        print("| engine | import s | lines/s | events/s | again s |\n| --- | ---: | ---: | ---: | ---: |")
        for engine, fresh in places(folder):
            rounds = []
            for n in range(ROUNDS):
                config = {"XDG_CONFIG_HOME": str(folder / "config")}
                rounds.append(measure(folder, {**config, **fresh(n)}, log))
            first, again, events = sorted(rounds)[len(rounds) // 2]
            print(f"| {engine} | {first:.2f} | {LINES / first:,.0f} | {events / first:,.0f} | {again:.2f} |")


if __name__ == "__main__":
    main()
