"""The program from end to end: what it takes, its peak memory, and the events a second.

The raw limit of a run is how long the engine itself takes to copy the rows that the program left (the ledger's for a demo or an
import, the read models' for a rebuild) into empty tables with the same columns and indexes, by INSERT … SELECT.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from engines import ROOT, engines, position, run
from results import Row, Runs
from settings import ROUNDS_LONG

BANK = ROOT.parent / "shared/data/anonymous-bank-1999-02.tsv"
MAPPING = ROOT / "docs/imports/anonymous-bank.toml"
QUEUE_LOG_LINES = 100_000
COPY = "the raw limit is the engine copying the rows that the program left, by INSERT … SELECT."
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


class Measured:
    """The rows of the works on one engine, and the folder and database that the last demo left."""

    def __init__(self):
        self.rows: dict[tuple[str, str], Row] = {}

    def add(self, work: str, engine, events: int, done, raw: float | None = None, **more) -> None:
        seconds, memory, _ = done
        notes = COPY if raw else ""
        row = self.rows.setdefault((work, engine.name), Row(work, engine.name, "events/s", Runs(), notes=notes))
        row.ours.add(events / seconds)
        if raw:
            row.limit.add(events / raw)
        peak = max(memory, row.more.get("peak_mib", 0))
        row.more |= {"events": events, "seconds": round(seconds, 3), "peak_mib": round(peak)} | more


def demo(measured: Measured, engine, folder: Path, database) -> None:
    done = run(database, folder, "demo")
    events = position(database, folder)
    measured.add("demo", engine, events, done, database.raw_seconds("ledger"))
    rebuilt = run(database, folder, "rebuild")
    measured.add("rebuild", engine, events, rebuilt, database.raw_seconds("read"))
    measured.add("verify", engine, events, run(database, folder, "verify"))


def bank(measured: Measured, engine, folder: Path, database) -> None:
    centre = ["--centre", "anonymous-bank"]
    done = run(database, folder, "import", "csv", "--mapping", str(MAPPING), *centre, str(BANK))
    events = position(database, folder, *centre)
    measured.add("import_bank", engine, events, done, database.raw_seconds("ledger"))


def counted(printed: str, name: str) -> int:
    return int(re.search(rf"^{name} +(\d+)", printed, re.M).group(1))


def queue_log(measured: Measured, engine, folder: Path, database) -> None:
    log, centre, none = folder / "queue_log", folder / "centre.toml", folder / "none.csv"
    generate = ["cargo", "run", "--quiet", "--locked", "--release", "--package", "sangdam-tests", "--example", "queue_log"]
    with log.open("wb") as out:
        subprocess.run([*generate, "--", str(QUEUE_LOG_LINES), "1"], check=True, stdout=out, cwd=ROOT)
    centre.write_text(CENTRE)
    none.write_text("id,at,end\n1,2022-01-01 00:00:00,none\n")
    run(database, folder, "import", "csv", "--mapping", str(centre), str(none))
    done = run(database, folder, "import", "queue-log", str(log))
    again = run(database, folder, "import", "queue-log", str(log))
    read, rejected = counted(done[2], "read"), counted(done[2], "rejected")
    if (read, rejected, counted(again[2], "accepted")) != (QUEUE_LOG_LINES, 0, 0):
        sys.exit(f"the queue_log was not imported as it should be:\n{done[2]}\n{again[2]}")
    more = {"lines_per_second": round(QUEUE_LOG_LINES / done[0]), "seconds_again": round(again[0], 2)}
    events = counted(done[2], "position")
    measured.add("import_queue_log", engine, events, done, database.raw_seconds("ledger"), **more)


def measure(_with_peers: bool) -> list[Row]:
    works = [demo, queue_log]
    if BANK.exists():
        works.append(bank)
    else:
        print(f"without import_bank: {BANK.name} is not there", file=sys.stderr)
    measured = Measured()
    for work in works:
        for _ in range(ROUNDS_LONG):
            for engine in engines():
                with tempfile.TemporaryDirectory(prefix="bench") as temporary:
                    database = engine(Path(temporary))
                    work(measured, engine, Path(temporary), database)
                    database.drop()
    return list(measured.rows.values())
