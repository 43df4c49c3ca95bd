"""The program from end to end, on SQLite and PostgreSQL: what it takes, its peak memory, and the events a second.

Beside each figure stands the raw limit of the same run: how long the engine itself takes to copy the rows that the
program left (the ledger's for a demo or an import, the read models' for a rebuild) into empty tables with the same
columns and indexes, by INSERT … SELECT.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench_engines import ROOT, engines, run

BANK = ROOT.parent / "shared/data/anonymous-bank-1999-02.tsv"


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
    print("\n## From end to end\n")
    print("| engine | task | seconds | peak MiB | events/s | raw copy, seconds | of the raw limit |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for engine in engines():
        measure(engine, "demo", [], "demo")
        if BANK.exists():
            centre = ["--centre", "anonymous-bank"]
            mapping = str(ROOT / "docs/imports/anonymous-bank.toml")
            measure(engine, "import", centre, "import", "csv", "--mapping", mapping, *centre, str(BANK))
    if not BANK.exists():
        print(f"without imports: {BANK.name} is not there", file=sys.stderr)


main()
