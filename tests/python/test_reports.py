"""Reports opened by other programs: a spreadsheet library, an analytical database, an office suite; and their receipts
computed by somebody else."""

import datetime
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import openpyxl
import pytest
import rfc8785
from client import Api
from conftest import Ledger, Server, engines

YEAR = ("--from", "2023-01-01", "--to", "2023-12-31")
KINDS = {
    "yearly": (),
    "monthly": YEAR,
    "hours": YEAR,
    "categories": YEAR,
    "agents": YEAR,
    "service-level": YEAR,
    "staffing": YEAR,
    "directory": YEAR,
    "consultations": YEAR,
}

MONTHS = """query($position: Position) { ledger(minPosition: $position) {
    counts(by: MONTH, from: "2023-01-01", to: "2023-12-31") { key consultations offered answered abandoned }
    categories: counts(by: CATEGORY, from: "2023-01-01", to: "2023-12-31") { key consultations }
    serviceLevel(from: "2023-01-01", to: "2023-12-31") {
        answerRate { offered answered percent } all { offered answered abandoned }
    }
    yearlyCounts { year consultations offered answered abandoned uniqueCallers }
    consultations(filter: { from: "2023-01-01", to: "2023-12-31" }) { totalCount }
} }"""


class Centre:
    """A centre that some people called, what GraphQL says of it, and reports in files."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        server = Server(ledger)
        api = Api(server)
        live_through(api)
        self.told = api.ask(MONTHS, position=api.head()["position"])
        server.stop()

    def report(self, kind: str, file_format: str, *options: str) -> Path:
        path = self.ledger.folder / f"{kind}.{file_format}"
        self.ledger.succeed("report", kind, *KINDS[kind], "--format", file_format, "--output", str(path), *options)
        return path

    def check(self, path: Path) -> dict:
        done = self.ledger.run("report", "--check", str(path), "--format", "json")
        told = json.loads(done.stdout)
        assert (done.returncode == 0) == told["good"], done.stderr
        return told

    def total(self, column: str) -> int:
        """What GraphQL counts in 2023."""
        return sum(month[column] for month in self.told["counts"])


def live_through(api: Api) -> None:
    """Consultations in every month of 2023, one of them voided, and calls that nobody answered; some in other years."""
    centre = {
        "name": "정선군 콜센터",
        "openedOn": "2019-08-01",
        "timeZone": "Asia/Seoul",
        "recordsCompleteFrom": "2022-01-01",
    }
    api.done("registerCentre", centre)
    categories = [{"code": "waste", "nameKo": "쓰레기", "nameEn": "Waste"}]
    api.done("publishCategoryTaxonomy", {"categories": categories})
    agent = api.done("registerAgent", {"name": "박상담", "extension": "2101"}, "agent { id }")["agent"]["id"]
    opened = []
    for month in range(1, 13):
        for day in range(1, 2 + month % 3):
            at = f"2023-{month:02}-{day:02}T0{day}:15:00Z"
            opened.append(api.opened(f"033-560-00{month:02}", at, agent))
    for consultation in opened[::2]:
        api.done("categoriseConsultation", {"consultation": consultation, "code": "waste", "taxonomyVersion": 1})
    api.done("voidConsultation", {"consultation": opened[3], "reason": "TEST"})
    for at in ("2023-06-07T02:00:00Z", "2023-06-08T02:00:00Z"):
        call = api.done("offerCall", {"from": "033-560-0099", "occurredAt": at}, "call { id }")["call"]["id"]
        api.done("abandonCall", {"call": call, "waitSeconds": 31, "occurredAt": at})
    api.opened("033-560-0001", "2022-12-31T14:59:59Z")  # the last second of 2022 in Seoul
    api.opened("033-560-0001", "2023-12-31T15:00:00Z")  # the first of 2024


@pytest.fixture(scope="module", params=engines())
def centre(request, tmp_path_factory) -> Centre:
    return Centre(Ledger(request.param, tmp_path_factory.mktemp(request.param)))


def columns(sheet) -> dict[str, list]:
    """The cells under each heading."""
    header, *rows = sheet.iter_rows(values_only=True)
    return {heading: [row[place] for row in rows] for place, heading in enumerate(header)}


def test_a_workbook_has_numbers_dates_a_chart_and_a_receipt(centre):
    workbook = openpyxl.load_workbook(centre.report("monthly", "xlsx"))
    months = columns(workbook["월별"])
    for heading, column in [("상담", "consultations"), ("인입", "offered"), ("응답", "answered"), ("포기", "abandoned")]:
        assert sum(months[heading]) == centre.total(column) > 0, heading
    assert months["월"] == [datetime.datetime(2023, month, 1) for month in range(1, 13)]
    assert workbook["월별"]["A2"].number_format == "yyyy-mm"
    assert workbook["월별"].freeze_panes == "A2"
    (chart,) = workbook["월별"]._charts
    assert len(chart.series) == 2
    notes = {row[2]: row[1] for row in workbook["설명"].iter_rows(values_only=True) if row[2]}
    assert notes["report"] == "monthly?from=2023-01-01&to=2023-12-31"
    assert all(cell.data_type != "f" for sheet in workbook for row in sheet.iter_rows() for cell in row)


def test_a_workbook_that_a_program_saved_again_is_still_whole_and_one_that_was_changed_is_not(centre):
    path = centre.report("consultations", "xlsx")
    workbook = openpyxl.load_workbook(path)
    workbook.save(path)
    told = centre.check(path)
    assert (told["good"], told["file"]) == (True, {"status": "same_cells"})
    workbook["상담"]["E3"] = "무효였음"
    workbook.save(path)
    told = centre.check(path)
    assert (told["good"], told["follows"], told["file"]["status"]) == (False, True, "changed")
    assert (told["file"]["sheet"], told["file"]["cell"], told["file"]["found"]) == ("상담", "E3", "무효였음")


def test_parquet_is_typed_and_adds_up(centre):
    path = centre.report("monthly", "parquet")
    row = duckdb.sql(f"SELECT sum(consultations), sum(offered), sum(answered), sum(abandoned) FROM '{path}'").fetchall()
    assert row == [tuple(centre.total(column) for column in ("consultations", "offered", "answered", "abandoned"))]
    types = dict(row[:2] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall())
    assert (types["month"], types["consultations"], types["answer_rate"]) == ("DATE", "BIGINT", "DECIMAL(18,1)")
    metadata = dict(duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall())
    assert metadata[b"sangdam.report"] == b"monthly?from=2023-01-01&to=2023-12-31"


def test_rows_of_consultations_are_those_that_count(centre):
    path = centre.report("consultations", "parquet")
    counted = duckdb.sql(f"SELECT count(*) FILTER (status <> 'voided'), count(*), min(day), max(day) FROM '{path}'")
    total = centre.told["consultations"]["totalCount"]
    days = datetime.date(2023, 1, 1), datetime.date(2023, 12, 1)
    assert counted.fetchall() == [(centre.total("consultations"), total, *days)]
    types = dict(row[:2] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall())
    assert types["occurred_at"] == "TIMESTAMP WITH TIME ZONE"


def test_csv_is_read_without_being_told_how(centre):
    path = centre.report("monthly", "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    months = duckdb.read_csv(str(path))
    assert months.columns[:3] == ["month", "consultations", "offered"]
    assert months.columns[-5:] == ["definition", "position", "root", "report", "sha256"]
    totals = months.aggregate("sum(consultations), sum(answered)").fetchall()
    assert totals == [(centre.total("consultations"), centre.total("answered"))]
    categories = duckdb.read_csv(str(centre.report("categories", "csv")))
    counted = {row[0] or "": row[1] for row in categories.project("category, consultations").fetchall()}
    assert counted == {row["key"]: row["consultations"] for row in centre.told["categories"]}


def test_the_figures_are_those_of_graphql(centre):
    figures = json.loads(centre.report("service-level", "json").read_text())["figures"]
    (rate,) = [figure for figure in figures if figure["figure"] == "answer_rate"]
    level = centre.told["serviceLevel"]["answerRate"]
    assert (rate["value"], rate["numerator"], rate["denominator"]) == (
        level["percent"],
        level["answered"],
        level["offered"],
    )
    years = json.loads(centre.report("yearly", "json").read_text())["years"]
    told = {year["year"]: year for year in centre.told["yearlyCounts"]}
    keys = {"consultations": "consultations", "offered": "offered", "unique_callers": "uniqueCallers"}
    for year in years:
        if year["basis"] == "recorded":
            assert all(year[key] == told[year["year"]][column] for key, column in keys.items())
    assert [year["basis"] for year in years] == ["unknown"] * 3 + ["recorded"] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_anybody_can_compute_a_receipts_sha256(centre, kind):
    report = json.loads(centre.report(kind, "json").read_text())
    receipt = report["receipt"]
    asides = {"yearly": ["cumulative", "milestones"], "hours": ["week"], "staffing": ["handling"]}
    main = {"yearly": "years", "monthly": "months", "service-level": "figures", "directory": "numbers"}
    content = [{key: receipt[key] for key in ("definition", "position", "report", "root")} | {"v": 1}]
    for table in [main.get(kind, kind), *asides.get(kind, [])]:
        rows = report[table] if isinstance(report[table], list) else [report[table]]
        names = COLUMNS[table] if not rows else list(rows[0])
        content.append({"columns": names, "table": table})
        content.extend(list(row.values()) for row in rows)
    lines = b"".join(rfc8785.dumps(line) + b"\n" for line in content)
    assert hashlib.sha256(lines).hexdigest() == receipt["sha256"]


# Of tables that are empty here.
COLUMNS = {"numbers": ["rank", "organisation", "department", "duties", "phone", "given", "entry"]}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_office_suite_reads_workbooks_and_csv(centre, language):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip("LibreOffice is not installed (on Debian: libreoffice-calc-nogui)")
    heading = {"ko": "상담", "en": "consultations"}[language]
    folder = centre.ledger.folder / f"office-{language}"
    workbook = centre.report("monthly", "xlsx", "--language", language)
    utf_8 = "csv:Text - txt - csv (StarCalc):44,34,76"
    months = duckdb.read_csv(str(convert(office, workbook, utf_8, folder)))
    assert months.aggregate(f'sum("{heading}")').fetchall() == [(centre.total("consultations"),)]
    assert centre.check(convert(office, workbook, "xlsx", folder))["file"] == {"status": "same_cells"}
    csv = centre.report("monthly", "csv", "--language", language)
    sheet = openpyxl.load_workbook(convert(office, csv, "xlsx", folder / "csv", "--infilter=CSV:44,34,76")).worksheets[0]
    assert sum(columns(sheet)[heading]) == centre.total("consultations")


def convert(office: str, path: Path, to: str, folder: Path, *options: str) -> Path:
    """What LibreOffice makes of a file, with a profile of its own."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office, profile, "--headless", *options, "--convert-to", to, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{to.split(':')[0]}"
