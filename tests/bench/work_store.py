"""The store in process: appends by 1 to 256 callers, in batches, and reading everything; beside the raw limit and UmaDB.

`tests/benches/store` measures ours and the raw limit, one line in and one line out for each run; the driver interleaves.
"""

import json
import subprocess
import sys

import cores
import peers
from engines import ROOT, engines
from results import Row, Runs
from settings import ROUNDS, SECONDS

WORKS = ["append_1", "append_16", "append_64", "append_256", "append_batch_1000", "append_batch_1000_2", "read_all"]
NOTES = {
    "append_1": "one writer, one event an append; the raw limit is one durable transaction for each",
    "append_16": "the raw limit writes 256 appends a transaction",
    "append_64": "the raw limit writes 256 appends a transaction",
    "append_256": "the raw limit writes 256 appends a transaction",
    "append_batch_1000": "one writer, 1,000 events an append; so has the raw limit",
    "append_batch_1000_2": "the same with two appends on their way, on UmaDB's side as well",
    "read_all": "all events in order; the raw limit is the engine's own reading of the same columns in pages",
}
# Of each side, before each round.
WARM_UP_SECONDS = 0.3


class Lines:
    """A program that measures what a line says, and answers with a line of JSON."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = command[0]

    def measure(self, *words) -> dict:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        return json.loads(line) if line else sys.exit(f"{self.name} ended at: {' '.join(map(str, words))}")

    def close(self) -> None:
        """At its end it verifies what it wrote; that must have gone well."""
        self.process.stdin.close()
        if self.process.wait() != 0:
            sys.exit(f"{self.name} failed")


def executable() -> str:
    """Builds the program that measures the store."""
    build = ["cargo", "bench", "--locked", "--package", "sangdam-tests", "--bench", "store", "--no-run"]
    built = subprocess.run([*build, "--message-format=json"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    artifacts = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    found = [artifact.get("executable") for artifact in artifacts if artifact.get("target", {}).get("name") == "store"]
    return next(path for path in found if path)


def measure(with_peers: bool) -> list[Row]:
    program = executable()
    names = [engine.name for engine in engines()]
    runs = {(side, name, work): Runs() for side in ("ours", "raw") for name in names for work in WORKS}
    of_peer = {work: Runs() for work in WORKS}
    apart: dict[str, list[float]] = {work: [] for work in WORKS}
    sides = [(side, name) for name in names for side in ("ours", "raw")]
    for _ in range(ROUNDS):
        # Databases of its own: what those before have written, and the system keeps in memory, does not slow down those behind.
        store = Lines([program])
        uma = peers.UmaDb() if with_peers else None
        for side, name in sides:
            store.measure(name, side, WORKS[0], WARM_UP_SECONDS)
        if uma:
            uma.client.measure(WORKS[0], WARM_UP_SECONDS)
        for work in WORKS:
            apart[work].append(cores.apart())
            for side, name in sides:
                found = store.measure(name, side, work, SECONDS)
                runs[side, name, work].add(found["per_second"], found.get("p50_ms"), found.get("p99_ms"))
            if uma:
                found = uma.client.measure(work, SECONDS)
                of_peer[work].add(found["per_second"], found["p50_ms"], found["p99_ms"])
        store.close()
        if uma:
            uma.close()
    rows = []
    for work in WORKS:
        notes, more = f"{NOTES[work]}; in the order of the rounds, {cores.told(apart[work])}.", {"cores_apart_ns": apart[work]}
        for name in names:
            ours, limit = runs["ours", name, work], runs["raw", name, work]
            rows.append(Row(work, name, "events/s", ours, limit, of_peer[work], peers.UmaDb.NAME, notes, more))
    return rows
