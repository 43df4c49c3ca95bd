"""The demo county, counted again from its exported events: what Sangdam reports can be recomputed by anybody."""

import csv
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import time as clock

import pytest
from conftest import POSTGRES_URL, ROOT, Ledger, Server, engines, program, shared_data
from job import run_job
from recount import Recount

YEARS = {2022: 39_685, 2023: 32_453, 2024: 30_180}
CUMULATIVE = 102_318
FILLED_SECONDS_MAX = 600


@dataclass
class County:
    """The demo county on one engine: what is reported of it, and what is counted from its events."""

    ledger: Ledger
    report: dict
    recount: Recount


def make_run(ledger: Ledger) -> None:
    """`make run`, on the program at hand: a first that is interrupted, a second that fills the folder anew and serves it,
    and a third that finds it full."""
    ledger.environment["SANGDAM_BIN"] = program()
    command = ROOT / "scripts/run-demo"
    files = ledger.folder / "data"
    first = subprocess.Popen([command], env=ledger.environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while not (files / "read.db").exists():
            assert first.poll() is None
            time.sleep(0.1)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert (ledger.folder / "data.filling").exists()
    Server(ledger, command, ready_seconds_max=FILLED_SECONDS_MAX).stop()
    again = Server(ledger, command)
    again.stop()
    assert again.log.read_text().count("Filling ") == 1
    assert {path.name for path in ledger.folder.glob("data*")} == {"data"}
    assert stat.S_IMODE(files.stat().st_mode) == 0o700


@pytest.fixture(scope="module")
def counties(tmp_path_factory):
    """Three years on each engine. They take their time, so they are lived through side by side; on SQLite by what
    `make run` runs, on the program at hand."""

    def live_through(engine: str) -> County:
        ledger = Ledger(engine, tmp_path_factory.mktemp(engine))
        if engine == "sqlite":
            make_run(ledger)
        else:
            ledger.succeed("demo")
        recount = Recount().read(ledger.lines("export", "events"))
        return County(ledger, report(ledger), recount)

    present = ["sqlite", "postgres"] if POSTGRES_URL in os.environ else ["sqlite"]
    with ThreadPoolExecutor() as executor:
        counties = dict(zip(present, executor.map(live_through, present)))
    yield counties
    for county in counties.values():
        shutil.rmtree(county.ledger.folder)  # half a gigabyte


@pytest.fixture(params=engines())
def county(request, counties) -> County:
    return counties[request.param]


def report(ledger: Ledger) -> dict:
    return json.loads(ledger.succeed("report", "yearly", "--format", "json"))


def test_the_years_are_those_of_the_county(county):
    assert county.recount.by_year() == YEARS
    recorded = [year for year in county.report["years"] if year["basis"] == "recorded"]
    assert {year["year"]: year["consultations"] for year in recorded} == YEARS


def test_every_reported_number_of_a_year_can_be_counted_again(county):
    recorded = [year for year in county.report["years"] if year["basis"] == "recorded"]
    assert recorded == [year | {"basis": "recorded"} for year in county.recount.years()]
    assert [year["answer_rate"] for year in recorded] == [99.8, 99.8, 99.8]


def test_years_without_records_are_unknown_and_not_zero(county):
    unknown = [year for year in county.report["years"] if year["basis"] == "unknown"]
    assert [year["year"] for year in unknown] == [2019, 2020, 2021]
    for year in unknown:
        assert {value for key, value in year.items() if key not in ("year", "basis")} == {None}


def test_the_cumulative_count_is_the_sum(county):
    assert len(county.recount.consultations) == CUMULATIVE
    assert county.report["cumulative"] == {"consultations": CUMULATIVE, "since": "2022-01-01"}


def test_the_milestone_is_found_in_the_events(county):
    opening, of_its_year = county.recount.milestone(100_000)
    assert (county.recount.opened(opening).year, of_its_year) == (2024, 27_862)
    found = {
        "threshold": 100_000,
        "consultation": opening["stream"].removeprefix("consultation/"),
        "occurred_at": opening["occurred_at"],
        "position": opening["position"],
    }
    assert county.report["milestones"] == [
        found | {"basis": "since 2022-01-01", "status": "REACHED"},
        found | {"basis": "since opening, 2019–2021 unknown", "status": "REACHED_NO_LATER_THAN"},
    ]


def test_the_root_is_that_of_the_exported_leaves(county):
    assert (county.report["position"], county.report["root"]) == (county.recount.last, county.recount.tree.root())


def test_both_engines_give_the_same_root(counties):
    if len(counties) < 2:
        pytest.skip(f"{POSTGRES_URL} is not set, so there is one engine only")
    assert len({(county.recount.last, county.recount.tree.root()) for county in counties.values()}) == 1


def test_calls_come_while_the_centre_is_open(county):
    for call in county.recount.calls.values():
        assert county.recount.is_open(call.offered), call
        assert call.offered.weekday() < 5 and clock(8, 30) <= call.offered.time() < clock(18, 30), call


def test_the_calendar_knows_every_public_holiday(county):
    with shared_data("kr-public-holidays-2019-2027.csv").open(encoding="utf-8", newline="") as file:
        holidays = {row["date"]: row["name"] for row in csv.DictReader(file)}
    (calendar,) = county.recount.calendars
    assert calendar["holidays"] == holidays
    called_on = {call.offered.date().isoformat() for call in county.recount.calls.values()}
    assert called_on.isdisjoint(holidays)


def test_four_agents_talk_to_one_caller_at_a_time(county):
    calls = [*county.recount.calls.values(), *county.recount.outbound.values()]
    talks = [call for call in calls if call.answered]
    assert len(county.recount.agents) == 4
    assert {call.agent for call in talks} == county.recount.agents
    assert all(call.ended for call in talks)
    assert county.recount.overlaps() == []


def test_a_county_is_not_filled_twice(county):
    again = county.ledger.run("demo")
    assert again.returncode == 1
    assert "is not empty" in again.stderr
    assert report(county.ledger) == county.report


def ask(server: Server, question: str) -> str:
    request = urllib.request.Request(server.http_url, question.encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def test_the_documents_show_the_real_answers(county):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    asked = re.search(r"<<'JSON'\n(.*?)\nJSON\n", readme, re.DOTALL).group(1)
    shown = re.search(r"```json\n(.*?)\n```", readme, re.DOTALL).group(1)
    two_times = (ROOT / "docs/two-times.md").read_text(encoding="utf-8")
    then_asked, then_shown = re.findall(r"```json\n(.*?)\n```", two_times, re.DOTALL)
    server = Server(county.ledger)
    try:
        assert ask(server, asked) == shown
        assert ask(server, then_asked) == then_shown
    finally:
        server.stop()


def test_the_milestone_is_reached_at_its_consultation(county):
    """As of the position before the 27,862nd consultation of 2024 it is not, as of its position it is."""
    since_records, _ = county.report["milestones"]
    server = Server(county.ledger)
    query = "{ ledger(asOf: { position: %d }) { milestones { status consultation { uuid } } } }"
    try:
        for position, statuses in [
            (since_records["position"] - 1, ["NOT_REACHED", "UNDETERMINABLE"]),
            (since_records["position"], ["REACHED", "REACHED_NO_LATER_THAN"]),
        ]:
            answer = json.loads(ask(server, json.dumps({"query": query % position})))
            milestones = answer["data"]["ledger"]["milestones"]
            assert [milestone["status"] for milestone in milestones] == statuses
        assert {milestone["consultation"]["uuid"] for milestone in milestones} == {since_records["consultation"]}
    finally:
        server.stop()


def test_a_reporting_job_has_the_same_numbers(county, tmp_path):
    run = run_job(county.ledger, tmp_path / "copy.duckdb")
    recorded = [year for year in county.report["years"] if year["basis"] == "recorded"]
    assert run.years == {year["year"]: (year["consultations"], year["unique_callers"]) for year in recorded}
    assert run.printed in (ROOT / "docs/reporting.md").read_text(encoding="utf-8")
    opened = [change for _, change in county.recount.count_changes if change > 0]
    assert (run.position, run.changed) == (county.recount.last, len(opened))


def peak_mib(ledger: Ledger, *arguments: str) -> float:
    """The most memory that the program held while it ran."""
    process = subprocess.Popen([program(), *arguments], env=ledger.environment, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments
    return usage.ru_maxrss / 1024


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_all_consultations_leave_with_flat_memory(county, form, tmp_path):
    export = ["export", "consultations", "--format", form, "--output", str(tmp_path / "consultations")]
    few = peak_mib(county.ledger, *export, "--since", str(county.recount.last - 100_000))
    whole = peak_mib(county.ledger, *export)
    assert whole < few + 64, f"{few:.0f} MiB for a tenth, {whole:.0f} MiB for all"


@pytest.mark.parametrize("form", ["table", "csv", "json", "xlsx", "parquet", "html"])
def test_a_report_of_all_consultations_is_written_with_flat_memory(county, form, tmp_path):
    report = ["report", "consultations", "--to", "2024-12-31", "--format", form, "--output", str(tmp_path / "report")]
    few = peak_mib(county.ledger, *report, "--from", "2024-01-01")
    whole = peak_mib(county.ledger, *report, "--from", "2022-01-01")
    assert whole < few + 64, f"{few:.0f} MiB for 30,000 rows, {whole:.0f} MiB for 102,000"
