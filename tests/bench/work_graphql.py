"""GraphQL queries under load: 32 connections, on the demo county; beside a server with static data, and PostGraphile."""

import subprocess

import cores
import questions
from county import COUNTIES
from engines import ROOT, ask
from peers import PostGraphile
from results import Row, Runs
from settings import ROUNDS, SECONDS
from wrk import CORE, load

WORKS = ["caller_20", "yearly_counts", "page_50"]
CONNECTIONS = 32
NOTES = (
    "32 connections kept alive; the load comes from one process of wrk on core {core}, which the servers may use as well, as both do "
    "here; the raw limit is axum with async-graphql answering the same queries from data in memory; in the order of the rounds, {cores}."
)


class Static:
    """An axum and async-graphql server that answers the same questions from data in memory."""

    def __init__(self):
        build = ["cargo", "run", "--quiet", "--release", "--locked", "--package", "sangdam-tests", "--example"]
        self.process = subprocess.Popen([*build, "static_graphql"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


def check(url: str, bodies: list[dict]) -> None:
    """What is measured must be answers: one that is an error ends the run."""
    for body in bodies[:: max(1, len(bodies) // 20)]:
        ask(url, body["query"], **body.get("variables", {}))


def measure(with_peers: bool) -> list[Row]:
    counties = COUNTIES.all()
    static = Static()
    sides = {("ours", county.engine.name): (county.served.url, questions.of_sangdam(county.served)) for county in counties}
    sides["limit", ""] = (static.url, sides["ours", counties[0].engine.name][1])
    peer = None
    if with_peers and len(counties) > 1:
        peer = PostGraphile(counties[-1].database)
        callers = questions.chosen(counties[-1].database.read_models(questions.CALLERS))
        sides["peer", ""] = (peer.url, questions.of_peer(peer, callers))
    runs = {(side, work): Runs() for side in sides for work in WORKS}
    apart: dict[str, list[float]] = {work: [] for work in WORKS}
    for url, works in sides.values():
        for work in WORKS:
            check(url, works[work])
    # The first round only warms up.
    for round_ in range(ROUNDS + 1):
        for work in WORKS:
            if round_:
                apart[work].append(cores.apart())
            for side, (url, works) in sides.items():
                found = load(url, works[work], CONNECTIONS, SECONDS)
                if round_:
                    runs[side, work].add(*found)
    static.close()
    if peer:
        peer.close()
    rows = []
    for work in WORKS:
        for county in counties:
            name = county.engine.name
            of_peer = runs.get((("peer", ""), work), Runs())
            notes = NOTES.format(core=CORE, cores=cores.told(apart[work]))
            ours, limit = runs[("ours", name), work], runs[("limit", ""), work]
            more = {"cores_apart_ns": apart[work]}
            rows.append(Row(work, name, "answers/s", ours, limit, of_peer, PostGraphile.NAME, notes, more))
    return rows
