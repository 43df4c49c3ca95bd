"""The reporting job of the documents, as anybody would run it, against a ledger that changes between its runs."""

from pathlib import Path

import duckdb
import pytest
from client import Api
from job import run_job, start_job

COUNTS = """query($asOf: AsOfInput) { ledger(asOf: $asOf) {
    yearlyCounts { year consultations uniqueCallers } consultations { totalCount }
} }"""

CENTRE = {
    "name": "정선군 콜센터",
    "openedOn": "2019-08-01",
    "timeZone": "Asia/Seoul",
    "recordsCompleteFrom": "2022-01-01",
}


def counts(api: Api, position: int) -> tuple[dict, int]:
    """What GraphQL counts as of a position: by year, and all consultations, voided ones too."""
    answer = api.ask(COUNTS, asOf={"position": position})
    years = {
        year["year"]: (year["consultations"], year["uniqueCallers"])
        for year in answer["yearlyCounts"]
        if year["consultations"]
    }
    return years, answer["consultations"]["totalCount"]


def rows(copy: Path) -> list:
    with duckdb.connect(str(copy), read_only=True) as copy:
        return copy.execute("FROM consultations ORDER BY id").fetchall()


@pytest.fixture(scope="module")
def api(server) -> Api:
    """A centre with some consultations of two years."""
    api = Api(server)
    api.done("registerCentre", CENTRE)
    for n in range(30):
        year = 2023 if n < 18 else 2024
        phone = f"010-0000-{1000 + n % 7}"
        if n < 5:
            api.done("registerCaller", {"phone": phone})
        api.opened(phone, f"{year}-03-{1 + n % 18:02}T10:00:00+09:00")
    return api


def test_the_job_takes_over_what_changed(ledger, api, tmp_path):
    copy = tmp_path / "copy.duckdb"
    first = run_job(ledger, copy)
    assert first.changed == 30
    assert (first.years, len(rows(copy))) == counts(api, first.position)
    assert {year: numbers[0] for year, numbers in first.years.items()} == {2023: 18, 2024: 12}

    # One of last year is voided, one is recorded late, one is somebody's by now, one is in a category, and two are new.
    api.done("voidConsultation", {"consultation": ids(api)[0], "reason": "DUPLICATE"})
    api.opened("010-0000-1003", "2023-12-29T16:00:00+09:00")
    caller = api.done("registerCaller", {"phone": "010-0000-9999"}, "caller { id }")["caller"]["id"]
    unknown = api.opened("010-0000-7777", "2024-04-01T10:00:00+09:00")
    api.done("identifyCaller", {"caller": caller, "consultation": unknown})
    api.opened("010-0000-1001", "2024-04-02T10:00:00+09:00")
    second = run_job(ledger, copy)
    assert second.changed == 4
    assert (second.years, len(rows(copy))) == counts(api, second.position)
    assert {year: numbers[0] for year, numbers in second.years.items()} == {2023: 18, 2024: 14}

    # Nothing new comes; and what was taken over in parts is what comes at once.
    third = run_job(ledger, copy)
    assert (third.changed, third.years) == (0, second.years)
    anew = tmp_path / "anew.duckdb"
    assert run_job(ledger, anew).changed == 33
    assert rows(anew) == rows(copy)


def ids(api: Api) -> list[str]:
    """All consultations, the one that was opened first first."""
    query = """query($after: String) { ledger { consultations(first: 100, after: $after) {
        edges { node { id } } pageInfo { hasNextPage endCursor }
    } } }"""
    pages = api.pages(query, "consultations")
    return [node["id"] for page in pages for node in page][::-1]


def test_a_run_that_breaks_off_changes_nothing(ledger, api, tmp_path):
    copy = tmp_path / "copy.duckdb"
    run_job(ledger, copy)
    before = rows(copy)
    api.opened("010-0000-1002", "2024-05-02T10:00:00+09:00")
    broken = tmp_path / "sangdam"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert start_job(ledger, copy, tmp_path).returncode != 0
    assert rows(copy) == before
    assert run_job(ledger, copy).changed == 1


def test_formats_say_the_same(ledger, api, tmp_path):
    """Lines, CSV and Parquet, read by another program."""
    for form in ("csv", "parquet", "jsonl"):
        ledger.succeed("export", "consultations", "--format", form, "--output", str(tmp_path / f"all.{form}"))
    columns = "id, last_position, day, status, caller, occurred_at::TIMESTAMPTZ, notes"
    read = {
        form: duckdb.sql(f"SELECT {columns} FROM {source} ORDER BY id").fetchall()
        for form, source in {
            "csv": f"read_csv('{tmp_path}/all.csv')",
            "parquet": f"read_parquet('{tmp_path}/all.parquet')",
            "jsonl": f"(SELECT unnest(data) FROM read_json('{tmp_path}/all.jsonl'))",
        }.items()
    }
    texts = {form: [[str(cell) for cell in row] for row in found] for form, found in read.items()}
    assert len(texts["parquet"]) >= 30
    assert texts["csv"] == texts["parquet"] == texts["jsonl"]
