"""A month of a bank's calls, imported and counted again: from the file itself, and from the exported events."""

import csv
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import ROOT, Ledger, shared_data
from recount import Recount

ISRAEL = timezone(timedelta(hours=2))  # February is winter
MAPPING = ROOT / "docs/imports/anonymous-bank.toml"
NUMBERS = {
    "read": 33_344,
    "accepted": 33_066,
    "already_present": 0,
    "skipped": [{"reason": "phantom", "rows": 278}],
    "rejected": 0,
}


@dataclass
class Bank:
    """The bank's centre on one engine: what the import said, what is reported, and what is counted from the events."""

    ledger: Ledger
    file: Path
    told: dict
    report: dict
    exported: bytes
    recount: Recount

    def events(self, kind: str) -> list:
        """The exported events of a type."""
        lines = (line for line in self.exported.splitlines() if f'"type":"{kind}"'.encode() in line)
        return [json.loads(line)["data"] for line in lines]


@pytest.fixture(scope="module")
def bank(ledger) -> Bank:
    file = shared_data("anonymous-bank-1999-02.tsv")
    ledger.environment["SANGDAM_CENTRE"] = "anonymous-bank"
    told = imported(ledger, file)
    ledger.succeed("export", "events", "--output", str(ledger.folder / "events.jsonl"))
    exported = (ledger.folder / "events.jsonl").read_bytes()
    return Bank(ledger, file, told, report(ledger), exported, Recount(ISRAEL).read(exported.splitlines()))


def imported(ledger: Ledger, file: Path) -> dict:
    """What an import prints: names and values."""
    lines = ledger.succeed("import", "csv", "--mapping", str(MAPPING), str(file)).splitlines()
    return dict(line.rsplit(maxsplit=1) for line in lines)


def report(ledger: Ledger) -> dict:
    return json.loads(ledger.succeed("report", "yearly", "--format", "json"))


@pytest.fixture(scope="module")
def rows() -> list:
    """The file's rows, the PHANTOM ones left out."""
    with shared_data("anonymous-bank-1999-02.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if row["outcome"] != "PHANTOM"]


def offered_at(row: dict) -> datetime:
    return datetime.strptime(f"{row['date']} {row['vru_entry']}", "%y%m%d %H:%M:%S").replace(tzinfo=ISRAEL)


def left_at(row: dict) -> datetime:
    """When the waiting ended: in the queue if there was one, else in the voice response unit."""
    return later(row, row["q_exit"] if int(row["q_time"]) > 0 else row["vru_exit"])


def answered_at(row: dict) -> datetime:
    """When the service began, or when the waiting ended if that is not recorded."""
    recorded = row["ser_start"] != "0:00:00" or int(row["ser_time"]) > 0
    return later(row, row["ser_start"]) if recorded else left_at(row)


def later(row: dict, clock: str) -> datetime:
    """A time of day after the offer: on the next day, if it is earlier by more than an hour."""
    offered = offered_at(row)
    at = datetime.combine(offered, datetime.strptime(clock, "%H:%M:%S").time(), ISRAEL)
    return at + timedelta(days=1) if offered - at > timedelta(hours=1) else at


def test_the_import_tells_what_became_of_every_row(bank):
    told = {
        "read": "33344",
        "accepted": "33066",
        "already present": "0",
        "skipped": "278",
        "  phantom": "278",
        "rejected": "0",
        "position": str(bank.recount.last),
        "root": bank.recount.tree.root(),
    }
    assert bank.told == told
    # The same numbers stand in the ledger.
    (completed,) = bank.events("ImportCompleted")
    assert completed["body"] == NUMBERS
    (started,) = bank.events("ImportStarted")
    assert started["body"] == {
        "format": "csv",
        "source": "anonymous-bank",
        "file_sha256": hashlib.sha256(bank.file.read_bytes()).hexdigest(),
        "mapping_sha256": hashlib.sha256(MAPPING.read_bytes()).hexdigest(),
    }


def test_the_calls_are_counted(bank):
    counted = {
        "year": 1999,
        "consultations": 27_162,
        "offered": 33_066,
        "answered": 27_162,
        "abandoned": 5_904,
        "answer_rate": 82.1,
        "offered_in_hours": 33_066,
        "answered_in_hours": 27_162,
        "unique_callers": 3_803,
    }
    assert bank.recount.years() == [counted]
    assert bank.report["years"] == [counted | {"basis": "recorded"}]
    assert bank.report["cumulative"] == {"consultations": 27_162, "since": "1999-02-01"}
    months = Counter(f"{bank.recount.opened(event):%Y-%m}" for event in bank.recount.consultations.values())
    assert months == {"1999-02": 27_162}


def test_the_callers_are_known(bank):
    calls = [call for call in bank.recount.calls.values() if call.caller]
    served = [call for call in calls if call.answered]
    assert (len(calls), len({call.caller for call in calls})) == (13_564, 4_021)
    assert (len(served), len({call.caller for call in served})) == (11_725, 3_803)
    assert bank.recount.kinds["CallerRegistered"] == 4_021


def test_the_agents_are_known(bank):
    served = [call for call in bank.recount.calls.values() if call.answered]
    assert len(bank.recount.agents) == 24
    assert {call.agent for call in served} - {None} == bank.recount.agents
    assert sum(call.agent is None for call in served) == 491
    # What the source says of one agent overlaps, and is a fact all the same.
    assert bank.recount.overlaps()


def test_every_call_of_the_file_is_there_at_its_time(bank, rows):
    calls = bank.recount.calls.values()
    assert Counter(call.offered for call in calls) == Counter(map(offered_at, rows))
    served = [row for row in rows if row["outcome"] == "AGENT"]
    answers = Counter(map(answered_at, served))
    assert Counter(call.answered for call in calls if call.answered) == answers
    assert Counter(map(bank.recount.opened, bank.recount.consultations.values())) == answers
    ended = [bank.recount.moment(event["occurred_at"]) for event in bank.events("CallAbandoned")]
    assert Counter(ended) == Counter(left_at(row) for row in rows if row["outcome"] == "HANG")


def test_every_callers_and_every_agents_calls_are_those_of_the_file(bank, rows):
    """Who they are is sealed, so they are known by their calls."""
    assert calls_of(rows, "customer_id", "0") == sorted(
        Counter(call.caller for call in bank.recount.calls.values() if call.caller).values()
    )
    served = [row for row in rows if row["outcome"] == "AGENT"]
    assert calls_of(served, "server", "NO_SERVER") == sorted(
        Counter(call.agent for call in bank.recount.calls.values() if call.agent).values()
    )


def calls_of(rows: list, column: str, none: str) -> list:
    return sorted(Counter(row[column] for row in rows if row[column] != none).values())


def test_what_the_source_calls_people_is_nowhere_in_the_events(bank, rows):
    for server in {row["server"] for row in rows} - {"NO_SERVER"}:
        assert f'"{server}"'.encode() not in bank.exported


def test_the_same_file_again_adds_no_event(bank):
    again = imported(bank.ledger, bank.file)
    assert again.pop("this file was imported with this mapping") == "before"
    assert again == bank.told | {"accepted": "0", "already present": "33066"}
    assert report(bank.ledger) == bank.report


def test_the_ledger_is_sound(bank):
    found = bank.ledger.succeed("verify")
    assert "sound" in found.split()
    assert bank.told["root"] in found.split()
