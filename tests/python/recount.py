"""Counts again what Sangdam reports, from nothing but exported events. Shares no code with Sangdam."""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

import rfc8785

KOREA = timezone(timedelta(hours=9))  # no summer time since 1988
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MIDNIGHT = time(0, 0)

DATA = b',"data":'
CHECKED_EVERY = 500  # canonical JSON in Python takes its time


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


def leaf_of(line: bytes) -> bytes:
    """The leaf in a line of an export, byte for byte as it was hashed."""
    return line[line.index(DATA) + len(DATA) : line.rindex(b"}")]


def check(line: bytes, leaf: bytes, event: dict) -> None:
    """A line is a CloudEvent, its leaf is canonical, and they say the same."""
    cloud_event = json.loads(line)
    assert cloud_event == {
        "specversion": "1.0",
        "id": event["event"],
        "source": f"/ledgers/{event['ledger']}/logs/{event['log']}",
        "type": event["type"],
        "time": event["occurred_at"],
        "subject": event["stream"],
        "sequence": f"{event['position']:016}",
        "datacontenttype": "application/json",
        "data": event,
    }
    assert rfc8785.dumps(event) == leaf


@dataclass
class Call:
    """One call, as far as counting goes."""

    offered: datetime
    caller: str | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    abandoned: bool = False
    agent: str | None = None


def is_within(at: time, opens: str, closes: str) -> bool:
    """Closing at midnight is the end of the day."""
    end = time.fromisoformat(closes)
    return time.fromisoformat(opens) <= at and (end == MIDNIGHT or at < end)


@dataclass
class Recount:
    """Everything that is counted, after a whole log was read."""

    zone: timezone = KOREA
    tree: MerkleTree = field(default_factory=MerkleTree)
    consultations: dict = field(default_factory=dict)  # stream → its opening event, the voided ones taken out
    callers: dict = field(default_factory=dict)  # consultation's stream → caller
    count_changes: list = field(default_factory=list)  # (opening event, 1 or -1), in log order
    calls: dict = field(default_factory=dict)  # stream → Call, inbound only
    outbound: dict = field(default_factory=dict)
    calendars: list = field(default_factory=list)
    agents: set = field(default_factory=set)
    kinds: Counter = field(default_factory=Counter)
    last: int = 0

    def read(self, lines) -> "Recount":
        """`lines` are those of an export of a whole log."""
        for line in lines:
            leaf = leaf_of(line)
            event = json.loads(leaf)
            assert event["position"] == self.last + 1, f"after position {self.last} comes {event['position']}"
            if event["type"] not in self.kinds or event["position"] % CHECKED_EVERY == 0:
                check(line, leaf, event)
            self.last = event["position"]
            self.tree.add(leaf)
            self.kinds[event["type"]] += 1
            handler = getattr(self, f"on_{event['type']}", None)
            if handler:
                handler(event, event["body"], self.moment(event["occurred_at"]))
        return self

    def moment(self, text: str) -> datetime:
        """A moment in the centre's time."""
        return datetime.fromisoformat(text).astimezone(self.zone)

    def on_ConsultationOpened(self, event, body, at):
        self.consultations[event["stream"]] = event
        self.callers[event["stream"]] = body.get("caller")
        self.count_changes.append((event, 1))

    def on_ConsultationVoided(self, event, body, at):
        self.count_changes.append((self.consultations.pop(event["stream"]), -1))

    def on_CallerIdentified(self, event, body, at):
        if event["stream"].startswith("consultation/"):
            self.callers[event["stream"]] = body["caller"]

    def on_CallOffered(self, event, body, at):
        calls = self.calls if body["direction"] == "inbound" else self.outbound
        calls[event["stream"]] = Call(at, body.get("caller"))

    def on_CallAnswered(self, event, body, at):
        call = self._call(event)
        call.answered, call.agent = at, body.get("agent")

    def on_CallAbandoned(self, event, body, at):
        self._call(event).abandoned = True

    def on_CallEnded(self, event, body, at):
        self._call(event).ended = at

    def on_OperatingCalendarPublished(self, event, body, at):
        self.calendars.append(body | {"holidays": {holiday["date"]: holiday["name"] for holiday in body["holidays"]}})

    def on_AgentRegistered(self, event, body, at):
        self.agents.add(event["stream"].split("/")[1])

    def _call(self, event) -> Call:
        return self.calls.get(event["stream"]) or self.outbound[event["stream"]]

    def opened(self, event: dict) -> datetime:
        return self.moment(event["occurred_at"])

    def by_year(self) -> dict:
        """Consultations of each year."""
        return dict(Counter(self.opened(event).year for event in self.consultations.values()))

    def unique_callers(self, year: int) -> int:
        """Distinct known callers of a year's consultations. Callers that were merged later count as recorded."""
        of_year = (stream for stream, event in self.consultations.items() if self.opened(event).year == year)
        return len({self.callers[stream] for stream in of_year} - {None})

    def milestone(self, threshold: int) -> tuple:
        """The opening that made the count cross the threshold, and the how many-th of its year it was then."""
        count, of_years, crossed = 0, Counter(), None
        for event, change in self.count_changes:
            year = self.opened(event).year
            count += change
            of_years[year] += change
            if change > 0 and count == threshold:
                crossed = event, of_years[year]
        assert count >= threshold, f"only {count} consultations"
        return crossed

    def calendar(self, day: date) -> dict:
        """The calendar in force on a day: the latest that begins by then."""
        in_force = [calendar for calendar in self.calendars if date.fromisoformat(calendar["valid_from"]) <= day]
        return max(in_force, key=lambda calendar: calendar["valid_from"])

    def is_open(self, at: datetime) -> bool:
        """Whether the centre is open at this moment."""
        calendar = self.calendar(at.date())
        if at.date().isoformat() in calendar["holidays"]:
            return False
        return any(
            WEEKDAYS[at.weekday()] == hours["weekday"] and is_within(at.time(), hours["opens"], hours["closes"])
            for hours in calendar["weekly_hours"]
        )

    def service_level(self, year: int) -> dict:
        """Offered, answered and abandoned inbound calls of a year, and the answer rate within opening hours."""
        calls = [call for call in self.calls.values() if call.offered.year == year]
        within = [call for call in calls if self.is_open(call.offered)]
        answered_within = sum(call.answered is not None for call in within)
        return {
            "offered": len(calls),
            "answered": sum(call.answered is not None for call in calls),
            "abandoned": sum(call.abandoned for call in calls),
            "answer_rate": round(100 * answered_within / len(within), 1),
            "offered_in_hours": len(within),
            "answered_in_hours": answered_within,
        }

    def overlaps(self) -> list:
        """Pairs of calls in which one agent talks to two callers at once."""
        talks = defaultdict(list)
        for call in [*self.calls.values(), *self.outbound.values()]:
            if call.answered and call.agent:
                talks[call.agent].append((call.answered, call.ended))
        found = []
        for agent, spans in talks.items():
            spans.sort(key=lambda span: span[0])
            for (_, ended), (answered, _) in zip(spans, spans[1:]):
                if ended is None or ended > answered:
                    found.append((agent, ended, answered))
        return found

    def years(self) -> list:
        """The years of which there are records, as the yearly report tells them."""
        return [
            {"year": year, "consultations": consultations, "unique_callers": self.unique_callers(year)}
            | self.service_level(year)
            for year, consultations in sorted(self.by_year().items())
        ]
