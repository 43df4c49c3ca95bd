"""Questions as of random moments of the demo county, beside the same questions as things stand: one after the other over one connection."""

import http.client
import json
import random
import sys
import time

from county import COUNTIES
from results import Row, Runs
from settings import ROUNDS

QUESTIONS_A_ROUND = 200
LIST = "nodes { id status openedAt caller { id } agent { id } category { code } }"
QUESTIONS = {
    "as_of_yearly_counts": "yearlyCounts { year consultations offered answered uniqueCallers }",
    "as_of_history": 'caller(id: "%(caller)s") { history(first: 20) { edges { node { __typename '
    "... on Call { id status } ... on Consultation { id status } ... on Callback { id status } } } } }",
    "as_of_page_50": f"consultations(first: 50) {{ {LIST} }}",
    "as_of_ranking": 'directoryRanking(from: "2023-01-01", to: "2023-12-31") { rank given entry { id } }',
    "as_of_service_level": 'serviceLevel(from: "2023-01-01", to: "2023-12-31") '
    "{ all { offered answered abandoned } answerRate { percent } waits { secondsAtMost calls } }",
}
NOTES = (
    "the p99 of 200 questions as of random positions a round, asked one at a time; in the column of the limit, that of the same questions as things "
    "stand; p50 / p99 are those as of."
)


class Asked:
    """One connection to a server."""

    def __init__(self, url: str):
        self.connection = http.client.HTTPConnection(url.split("/")[2])

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


def percentile(times: list[float], percent: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * percent / 100))]


def frequent_callers(asked: Asked) -> list[str]:
    """Callers of the latest consultations: who calls often is among them often."""
    _, answer = asked.ask("consultations(first: 100) { nodes { caller { id } } }")
    return [node["caller"]["id"] for node in answer["consultations"]["nodes"] if node["caller"]]


def round_of(asked: Asked, selection: str, chance: random.Random, head: int, callers: list[str]) -> tuple[list[float], list[float]]:
    now, then = [], []
    for _ in range(QUESTIONS_A_ROUND):
        selected = selection % {"caller": chance.choice(callers)} if "%(" in selection else selection
        now.append(asked.ask(selected)[0])
        then.append(asked.ask(selected, chance.randint(1, head))[0])
    return now, then


def measure(_with_peers: bool) -> list[Row]:
    chance = random.Random(7)
    rows = []
    for name, selection in QUESTIONS.items():
        for county in COUNTIES.all():
            asked = Asked(county.served.url)
            head, callers = asked.ask("position")[1]["position"], frequent_callers(asked)
            row = Row(name, county.engine.name, "ms", Runs(), notes=NOTES)
            for _ in range(ROUNDS):
                now, then = round_of(asked, selection, chance, head, callers)
                row.ours.add(percentile(then, 99), percentile(then, 50), percentile(then, 99))
                row.limit.add(percentile(now, 99), percentile(now, 50), percentile(now, 99))
            rows.append(row)
    return rows
