"""The reporting job of the documents, run as anybody would run it."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT, Ledger, program

JOB = ROOT / "docs/examples/duckdb_job.py"


@dataclass
class Run:
    """What a run of the job printed: of each year, consultations and known callers."""

    changed: int
    position: int
    years: dict[int, tuple[int, int]]
    printed: str


def start_job(ledger: Ledger, copy: Path, folder: Path) -> subprocess.CompletedProcess:
    """With the `sangdam` of a folder."""
    path = f"{folder}{os.pathsep}{ledger.environment['PATH']}"
    return subprocess.run(
        [sys.executable, JOB, copy], env=ledger.environment | {"PATH": path}, capture_output=True, text=True
    )


def run_job(ledger: Ledger, copy: Path) -> Run:
    done = start_job(ledger, copy, Path(program()).parent)
    assert done.returncode == 0, done.stderr
    head, *years = done.stdout.splitlines()
    changed, position = re.fullmatch(r"(\d+) consultations taken over; as of position (\d+)", head).groups()
    counted = {}
    for line in years:
        numbers = re.fullmatch(r"(\d+): (\d+) consultations of (\d+) known callers", line).groups()
        year, consultations, callers = map(int, numbers)
        counted[year] = (consultations, callers)
    return Run(int(changed), int(position), counted, done.stdout)
