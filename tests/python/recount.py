"""Counts again what Sangdam reports, from nothing but exported events. Shares no code with Sangdam."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

KOREA = timezone(timedelta(hours=9))  # no summer time since 1988
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def moment(text: str) -> datetime:
    """A moment in Korea's time."""
    return datetime.fromisoformat(text).astimezone(KOREA)


class MerkleTree:
    """RFC 6962, one leaf at a time: keeps the roots of the full subtrees only."""

    def __init__(self):
        self.subtrees = []  # (height, hash), highest first

    def add(self, leaf: bytes) -> None:
        height, node = 0, hashlib.sha256(b"\x00" + leaf).digest()
        while self.subtrees and self.subtrees[-1][0] == height:
            _, left = self.subtrees.pop()
            height, node = height + 1, hashlib.sha256(b"\x01" + left + node).digest()
        self.subtrees.append((height, node))

    def root(self) -> str:
        if not self.subtrees:
            return hashlib.sha256(b"").hexdigest()
        _, node = self.subtrees[-1]
        for _, left in reversed(self.subtrees[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()


@dataclass
class Call:
    """One inbound call, as far as counting goes."""

    offered: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    abandoned: bool = False
    agent: str | None = None


@dataclass
class Recount:
    """Everything that is counted, after a whole log was read."""

    consultations: dict = field(default_factory=dict)  # stream → its opening event, the voided ones taken out
    callers: dict = field(default_factory=dict)  # consultation's stream → caller
    calls: dict = field(default_factory=dict)  # stream → Call, inbound only
    outbound: dict = field(default_factory=dict)
    calendars: list = field(default_factory=list)
    survivors: dict = field(default_factory=dict)  # merged caller → who goes on
    agents: set = field(default_factory=set)
    kinds: Counter = field(default_factory=Counter)
    last: int = 0

    def read(self, events) -> "Recount":
        """`events` are envelopes in log order."""
        for event in events:
            assert event["position"] == self.last + 1, f"after position {self.last} comes {event['position']}"
            self.last = event["position"]
            self.kinds[event["type"]] += 1
            handler = getattr(self, f"on_{event['type']}", None)
            if handler:
                handler(event, event["body"], moment(event["occurred_at"]))
        return self

    def on_ConsultationOpened(self, event, body, at):
        self.consultations[event["stream"]] = event
        self.callers[event["stream"]] = body.get("caller")

    def on_ConsultationVoided(self, event, body, at):
        self.consultations.pop(event["stream"], None)

    def on_CallerIdentified(self, event, body, at):
        if event["stream"].startswith("consultation/"):
            self.callers[event["stream"]] = body["caller"]

    def on_CallersMerged(self, event, body, at):
        self.survivors[body["absorbed"]] = body["survivor"]

    def on_CallersUnmerged(self, event, body, at):
        self.survivors.pop(body["absorbed"], None)

    def on_CallOffered(self, event, body, at):
        (self.calls if body["direction"] == "inbound" else self.outbound)[event["stream"]] = Call(at)

    def on_CallAnswered(self, event, body, at):
        call = self._call(event)
        call.answered, call.agent = at, body.get("agent")

    def on_CallAbandoned(self, event, body, at):
        self._call(event).abandoned = True

    def on_CallEnded(self, event, body, at):
        self._call(event).ended = at

    def on_OperatingCalendarPublished(self, event, body, at):
        self.calendars.append(body)

    def on_AgentRegistered(self, event, body, at):
        self.agents.add(event["stream"].split("/")[1])

    def _call(self, event) -> Call:
        return self.calls.get(event["stream"]) or self.outbound[event["stream"]]

    def by_year(self) -> dict:
        """Consultations of each year."""
        return dict(Counter(moment(event["occurred_at"]).year for event in self.consultations.values()))

    def unique_callers(self, year: int) -> int:
        """Distinct known callers of a year's consultations, merged ones as one."""
        found = set()
        for stream, event in self.consultations.items():
            caller = self.callers[stream]
            if caller and moment(event["occurred_at"]).year == year:
                while caller in self.survivors:
                    caller = self.survivors[caller]
                found.add(caller)
        return len(found)

    def milestone(self, threshold: int) -> dict:
        """The consultation whose event made the count cross the threshold (histories without voids near it)."""
        in_log_order = sorted(self.consultations.values(), key=lambda event: event["position"])
        return in_log_order[threshold - 1]

    def ordinal_in_its_year(self, milestone: dict) -> int:
        """The how many-th consultation of its year it is, in log order."""
        year = moment(milestone["occurred_at"]).year
        return sum(
            1
            for event in self.consultations.values()
            if moment(event["occurred_at"]).year == year and event["position"] <= milestone["position"]
        )

    def calendar(self, day: date) -> dict:
        """The calendar in force on a day: the latest that begins by then."""
        in_force = [calendar for calendar in self.calendars if date.fromisoformat(calendar["valid_from"]) <= day]
        return max(in_force, key=lambda calendar: calendar["valid_from"])

    def is_open(self, at: datetime) -> bool:
        """Whether the centre is open at this moment."""
        calendar = self.calendar(at.date())
        if any(holiday["date"] == at.date().isoformat() for holiday in calendar["holidays"]):
            return False
        return any(
            WEEKDAYS[at.weekday()] == hours["weekday"]
            and time.fromisoformat(hours["opens"]) <= at.time() < time.fromisoformat(hours["closes"])
            for hours in calendar["weekly_hours"]
        )

    def service_level(self, year: int) -> dict:
        """Offered, answered and abandoned inbound calls of a year, and the answer rate within opening hours."""
        calls = [call for call in self.calls.values() if call.offered.year == year]
        within = [call for call in calls if self.is_open(call.offered)]
        return {
            "offered": len(calls),
            "answered": sum(call.answered is not None for call in calls),
            "abandoned": sum(call.abandoned for call in calls),
            "answer_rate": sum(call.answered is not None for call in within) / len(within),
        }

    def overlaps(self) -> list:
        """Pairs of calls in which one agent talks to two callers at once."""
        talks = defaultdict(list)
        for call in [*self.calls.values(), *self.outbound.values()]:
            if call.answered and call.agent:
                talks[call.agent].append((call.answered, call.ended))
        found = []
        for agent, spans in talks.items():
            spans.sort()
            for (_, ended), (answered, _) in zip(spans, spans[1:]):
                if ended is None or ended > answered:
                    found.append((agent, ended, answered))
        return found
