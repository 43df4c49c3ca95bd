"""Sends a day of calls to a server and checks that every call is accounted for, while a screen shows who is calling.

By hand, against a release build on a machine that does nothing else, for the whole minute:

    SANGDAM_BIN=$(scripts/binary release) scripts/with-postgres .venv/bin/python tests/python/load_cti.py --seconds 60
"""

import argparse
import asyncio
import base64
import json
import os
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from client import Api
from conftest import POSTGRES_URL, Ledger, Server
from cti_day import Placed, day, percentile
from gql import GraphQLRequest

TOKEN = "load-test-token-0123456789"
CENTRE = {
    "name": "정선군 민원콜센터",
    "openedOn": "2019-08-01",
    "timeZone": "Asia/Seoul",
    "recordsCompleteFrom": "2022-01-01",
}
SCREEN = """subscription { incomingCall {
  moment position
  call { uuid externalReference { value } from { value } }
  caller { id name { value } phones { phone }
    consultations(first: 5) { edges { node { id status } } } openCallbacks { id due } }
  takeUp { id } } }"""
OFFERED = """query($first: Int, $after: String) { ledger {
  events(types: ["CallOffered"], first: $first, after: $after) {
    edges { node { stream } } pageInfo { hasNextPage endCursor } } } }"""
UNACCOUNTED = """query($first: Int, $after: String) { ledger {
  unaccountedCalls(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }"""
SECONDS_MAX = 300
ALIASES_MAX = 30


class Load:
    """One run: what was sent and when, and what the screen showed."""

    def __init__(self, server: Server, calls: list[Placed]):
        self.server, self.calls = server, calls
        self.sent: dict[tuple[str, str], float] = {}
        self.shown: dict[tuple[str, str], list[float]] = {}
        self.statuses: Counter = Counter()
        self.answer_seconds: list[float] = []

    async def run(self) -> float:
        timeout = aiohttp.ClientTimeout(total=SECONDS_MAX)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=64)) as session:
            async with session.ws_connect(self.server.websocket_url, protocols=["graphql-transport-ws"]) as screen:
                await self.subscribe(screen)
                watching = asyncio.create_task(self.watch(screen))
                seconds = await self.send(session)
                await self.until_quiet()
                watching.cancel()
        return seconds

    async def subscribe(self, screen) -> None:
        await screen.send_json({"type": "connection_init"})
        assert (await screen.receive_json())["type"] == "connection_ack"
        await screen.send_json({"id": "1", "type": "subscribe", "payload": {"query": SCREEN}})
        await asyncio.sleep(0.3)

    async def watch(self, screen) -> None:
        async for message in screen:
            now = time.monotonic()
            told = json.loads(message.data)
            if told["type"] == "ping":
                await screen.send_json({"type": "pong"})
                continue
            assert told["type"] == "next" and not told["payload"].get("errors"), told
            call = told["payload"]["data"]["incomingCall"]
            reference = call["call"]["externalReference"]["value"]
            self.shown.setdefault((reference, call["moment"]), []).append(now)

    async def send(self, session) -> float:
        messages = sorted(((at, message) for call in self.calls for at, message in call.messages), key=lambda m: m[0])
        began = time.monotonic()
        posts = []
        for at, message in messages:
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            posts.append(asyncio.create_task(self.post(session, message)))
        await asyncio.gather(*posts)
        return time.monotonic() - began

    async def post(self, session, message: dict) -> None:
        began = time.monotonic()
        self.sent.setdefault((message["callId"], message["event"]), began)
        form = aiohttp.FormData()
        for name, value in message.items():
            for one in value if isinstance(value, list) else [value]:
                form.add_field(name, one)
        async with session.post(f"http://{self.server.address}/cti/{TOKEN}", data=form()) as answer:
            await answer.read()
            self.statuses[answer.status] += 1
        self.answer_seconds.append(time.monotonic() - began)

    async def until_quiet(self) -> None:
        shown = -1
        while shown != len(self.shown):
            shown = len(self.shown)
            await asyncio.sleep(1.0)

    def pop_seconds(self) -> list[float]:
        """From the message that first told of it to the screen: an answer that comes before its offer tells of both."""
        waits = []
        for call in self.calls:
            told = {event: self.sent[(call.id, event)] for event in ("newCall", "answer", "hangup") if (call.id, event) in self.sent}
            ringing, answered = self.shown.get((call.id, "RINGING")), self.shown.get((call.id, "ANSWERED"))
            if ringing:
                waits.append(ringing[0] - min(told.values()))
            if answered:
                waits.append(answered[0] - told["answer"])
        return waits


def recorded(api: Api) -> Counter:
    """How often each call is in the ledger, with how it stands."""
    streams = [node["stream"] for page in api.pages(OFFERED, "events", first=100) for node in page]
    found: Counter = Counter()
    for start in range(0, len(streams), ALIASES_MAX):
        fields = " ".join(
            f'c{n}: node(id: "{global_id(stream)}") {{ ... on Call {{ status externalReference {{ value }} }} }}'
            for n, stream in enumerate(streams[start : start + ALIASES_MAX])
        )
        for call in api.client.execute(GraphQLRequest(f"{{ {fields} }}")).values():
            found[(call["externalReference"]["value"], call["status"])] += 1
    return found


def global_id(stream: str) -> str:
    kind, uuid = stream.split("/")
    return base64.urlsafe_b64encode(f"{kind.capitalize()}:{uuid}".encode()).decode().rstrip("=")


def counted(api: Api) -> Counter:
    """What the ledger counts: all of it, whichever day it is by now."""
    ask = """query($at: Position) { ledger(minPosition: $at) { yearlyCounts { offered answered } } }"""
    years = api.client.execute(GraphQLRequest(ask, variable_values={"at": api.head()["position"]}))["ledger"]["yearlyCounts"]
    days = """{ ledger { counts(by: DAY, from: "%s", to: "%s") { abandoned } } }"""
    today = datetime.now(UTC).date()
    near = days % (today - timedelta(days=2), today + timedelta(days=2))
    by_day = api.client.execute(GraphQLRequest(near))["ledger"]["counts"]
    return Counter(
        offered=sum(year["offered"] or 0 for year in years),
        answered=sum(year["answered"] or 0 for year in years),
        abandoned=sum(day["abandoned"] for day in by_day),
    )


def accounted_for(api: Api, calls: list[Placed]) -> dict:
    """Checks that the ledger holds what was sent, each call once; returns the figures."""
    assert recorded(api) == Counter((call.id, call.status) for call in calls)
    figures = counted(api)
    sent = Counter(
        offered=len(calls),
        answered=sum(call.answered for call in calls),
        abandoned=sum(call.status == "ABANDONED" for call in calls),
    )
    assert figures == sent, f"counted {figures}, sent {sent}"
    missed = {call.number for call in calls if call.number and call.over and not call.answered}
    promised = api.ask("{ ledger { openCallbacks(first: 100) { id due } } }")["openCallbacks"]
    assert len(promised) == min(len(missed), 100)
    assert [one["due"] for one in promised] == sorted(one["due"] for one in promised)
    unaccounted = api.pages(UNACCOUNTED, "unaccountedCalls", first=100)
    assert sum(len(page) for page in unaccounted) == sent["answered"], "nobody opened a consultation"
    return dict(sent)


def run(server: Server, seconds: float, calls_per_second: int = 50, seed: int = 20_240_102) -> dict:
    """Sends a day of calls, checks it, and returns the figures."""
    api = Api(server)
    api.done("registerCentre", CENTRE)
    calls = day(seed, calls_per_second, seconds)
    load = Load(server, calls)
    took = asyncio.run(load.run())
    assert set(load.statuses) == {200}, load.statuses
    figures = accounted_for(api, calls)
    pops, messages = load.pop_seconds(), sum(load.statuses.values())
    ringing = sum(1 for call in calls if (call.id, "RINGING") in load.shown)
    assert ringing == len(calls), f"{len(calls) - ringing} calls were never shown"
    assert all(len(times) == 1 for times in load.shown.values()), "a call was shown twice"
    return figures | {
        "messages": messages,
        "seconds": round(took, 1),
        "messages_a_second": round(messages / took),
        "doubled": sum(call.doubled for call in calls),
        "lost": sum(call.lost for call in calls),
        "disordered": sum(call.disordered for call in calls),
        "anonymous": sum(call.number is None for call in calls),
        "answer_ms_p99": round(1000 * percentile(load.answer_seconds, 0.99), 1),
        "pop_ms_p50": round(1000 * percentile(pops, 0.5), 1),
        "pop_ms_p99": round(1000 * percentile(pops, 0.99), 1),
        "pop_ms_max": round(1000 * max(pops), 1),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--calls-per-second", type=int, default=50)
    arguments.add_argument("--pop-ms-max", type=float, default=200, help="how soon 99 of 100 are on the screen")
    given = arguments.parse_args()
    late = False
    for engine in ["sqlite"] + (["postgres"] if POSTGRES_URL in os.environ else []):
        with tempfile.TemporaryDirectory() as folder:
            ledger = Ledger(engine, Path(folder))
            ledger.environment["SANGDAM_CTI_TOKEN"] = TOKEN
            server = Server(ledger)
            try:
                figures = run(server, given.seconds, given.calls_per_second)
            finally:
                server.stop()
        print(json.dumps({"engine": engine} | figures), flush=True)
        late = late or figures["pop_ms_p99"] > given.pop_ms_max
    if late:
        raise SystemExit(f"99 of 100 calls were not on the screen within {given.pop_ms_max} ms")


if __name__ == "__main__":
    main()
