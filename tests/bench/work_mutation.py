"""`recordNote` under load: as fast as 64 connections go, beside UmaDB's bare appends by 64 writers; then at half that rate, to see
how long one takes and how far the read models lag behind."""

import json
import subprocess
import tempfile

import cores
import peers
import questions
from county import COUNTIES
from engines import ROOT
from results import Row, Runs, middle
from settings import ROUNDS, SECONDS
from wrk import load

CONNECTIONS = 64
NOTES = (
    "recordNote over HTTP with deciding, sealing and folding, read models and search index following, at 64 connections from one process of wrk on a "
    "core that the server uses too; the peer's are bare conditional appends by 64 writers over gRPC; in the order of the rounds, {cores}."
)
NOTES_PACED = (
    "recordNote at half the rate of mutation_64, sent at fixed times over 64 connections whether or not earlier ones were answered, and timed from "
    "when each was to be sent; lag is how long after its answer a note is in the read models, found to 5 ms."
)


def paced(url: str, bodies: list[dict], rate: float, seconds: float) -> dict:
    """Sends at a rate; gives percentiles."""
    build = ["cargo", "run", "--quiet", "--release", "--locked", "--package", "sangdam-tests", "--example", "paced"]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(body, ensure_ascii=False) + "\n" for body in bodies)
        file.flush()
        command = [*build, "--", url, file.name, f"{rate:.0f}", f"{seconds}"]
        return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def measure(with_peers: bool) -> list[Row]:
    counties = COUNTIES.all()
    bodies = {county.engine.name: questions.notes(county.served) for county in counties}
    uma = peers.UmaDb() if with_peers else None
    runs = {name: Runs() for name in bodies}
    of_peer = Runs()
    apart = []
    # The first round only warms up.
    for round_ in range(ROUNDS + 1):
        if round_:
            apart.append(cores.apart())
        for county in counties:
            name = county.engine.name
            found = load(county.served.url, bodies[name], CONNECTIONS, SECONDS)
            if round_:
                runs[name].add(*found)
        if uma:
            found = uma.client.measure("append_64", SECONDS)
            if round_:
                of_peer.add(found["per_second"], found["p50_ms"], found["p99_ms"])
    if uma:
        uma.close()
    notes, more = NOTES.format(cores=cores.told(apart)), {"cores_apart_ns": apart}
    peer_name = peers.UmaDb.NAME
    rows = [Row("mutation_64", name, "notes/s", runs[name], peer=of_peer, peer_name=peer_name, notes=notes, more=more) for name in bodies]
    return rows + [latency(county, bodies[county.engine.name], runs[county.engine.name].median / 2) for county in counties]


def latency(county, bodies: list[dict], rate: float) -> Row:
    """At half the greatest rate, from when what was recorded before is in read models and search index."""
    found = []
    for _ in range(ROUNDS):
        county.served.settle()
        found.append(paced(county.served.url, bodies, rate, max(5.0, SECONDS)))
    row = Row("mutation_half_rate_p99", county.engine.name, "ms", Runs(), notes=NOTES_PACED)
    for run in found:
        row.ours.add(run["p99_ms"], run["p50_ms"], run["p99_ms"])
    row.more = {
        "rate": round(rate),
        "p999_ms": middle([run["p999_ms"] for run in found]),
        "lag_p50_ms": middle([run["lag_p50_ms"] for run in found]),
        "lag_p99_ms": middle([run["lag_p99_ms"] for run in found]),
    }
    row.notes += "".join(
        f" {name}: {row.more[name]:.3g}." for name in ("rate", "p999_ms", "lag_p50_ms", "lag_p99_ms") if row.more[name] is not None
    )
    return row
