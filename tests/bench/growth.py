"""How speed, memory and disk change as the county grows: the demo county once and ten times as large (BENCH_SCALES, separated by
commas, names others), on both engines.

For each: the rate of appends while it was filled, the bytes of an event on disk, the server's memory behind building its search index,
and begun anew, with nothing of its files in memory: how soon it serves, p50 and p99 of each question asked one at a time, of the same
asked again, and its memory then. That is done BENCH_ROUNDS times, the sizes in turns: the median of each, and the least and the most p99.
Beside what is asked from disk stand the raw limit, one page of these files read from disk, and how much was read for one question.
"""

import http.client
import json
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import cores
import questions
from county import County
from engines import engines
from settings import FOLDER, ROUNDS

SCALES = [int(scale) for scale in os.environ.get("BENCH_SCALES", "1,10").split(",")]
ASKED = 2_000
WARM_UP = 200
PAGE_BYTES = 8_192
PAGES_READ = 500
# What a scale takes of disk at most, by engine; and what there is beside it, however large it is: PostgreSQL's own log.
GIB_A_SCALE = {"sqlite": 1.17, "postgres": 1.7}
GIB_BESIDE = 5


def asked(url: str, bodies: list[dict]) -> tuple[float, float]:
    """Asks one after the other over one connection; gives p50 and p99 in milliseconds."""
    connection = http.client.HTTPConnection(url.split("/")[2])
    times = []
    for n in range(ASKED + WARM_UP):
        body = json.dumps(bodies[(n * 7919) % len(bodies)])
        begun = time.perf_counter()
        connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        answer = connection.getresponse().read()
        if n >= WARM_UP:
            times.append((time.perf_counter() - begun) * 1000)
        if b'"errors"' in answer:
            sys.exit(f"{body}: {answer[:500]}")
    return p50_and_p99(times)


def p50_and_p99(times: list[float]) -> tuple[float, float]:
    times.sort()
    return times[len(times) // 2], times[len(times) * 99 // 100]


def forget(folder: Path) -> None:
    """Has the system keep nothing of these files in memory. What PostgreSQL keeps itself it goes on keeping."""
    # The filling left gigabytes that are still to be written.
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def page_from_disk(folder: Path) -> tuple[float, float]:
    """Reads single pages from all over these files, of which nothing is in memory; gives p50 and p99 in milliseconds."""
    files = [(path, path.stat().st_size // PAGE_BYTES) for path in folder.rglob("*") if path.is_file()]
    times = []
    for path, pages in random.choices(files, [pages for _, pages in files], k=PAGES_READ):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            place = random.randrange(pages) * PAGE_BYTES
            begun = time.perf_counter()
            os.pread(file.fileno(), PAGE_BYTES, place)
            times.append((time.perf_counter() - begun) * 1000)
    return p50_and_p99(times)


def read_from_disk() -> int:
    """How many KiB this machine has read from its disks, what the system read ahead among it."""
    return int(re.search(r"^pgpgin (\d+)$", Path("/proc/vmstat").read_text(), re.MULTILINE).group(1))


class Size(NamedTuple):
    """A county that nobody serves, what it is going to be asked, and what was found out about it."""

    county: County
    bodies: dict[str, list[dict]]
    found: dict


def filled(engine, scale: int) -> Size:
    """Fills a county, and has its search index built."""
    county = County(engine, "--scale", str(scale))
    seconds, peak, _ = county.filled
    events = county.served.ask("{ ledger { position } }")["ledger"]["position"]
    disk, leaves = county.database.ledger_bytes()
    found = {
        "engine": engine.name,
        "scale": scale,
        "consultations": len(county.database.read_models("SELECT id FROM consultations WHERE status <> 'voided'")),
        "events": events,
        "appends_per_second": events / seconds,
        "fill_peak_mib": peak,
        "bytes_per_event": disk / events,
        "bytes_to_leaf_and_sealed": disk / leaves,
    }
    found["index_built_own_mib"], found["index_built_mapped_mib"] = county.served.memory_mib()
    bodies = questions.of_sangdam(county.served)
    county.served.stop()
    return Size(county, bodies, found)


def asked_anew(county: County, bodies_of: dict[str, list[dict]]) -> dict[str, float]:
    """Of a server that has just begun. The first time, all must be read from the disk, however small the county is."""
    files = county.database.files()
    forget(files)
    found = {"core_to_core_ns": cores.apart()}
    found["page_from_disk_p50_ms"], found["page_from_disk_p99_ms"] = page_from_disk(files)
    forget(files)
    begun = time.monotonic()
    county.serve()
    found["serving_after_seconds"] = time.monotonic() - begun
    for time_asked in ("", "_again"):
        for name, bodies in bodies_of.items():
            before = read_from_disk()
            found[f"{name}{time_asked}_p50_ms"], found[f"{name}{time_asked}_p99_ms"] = asked(county.served.url, bodies)
            found[f"{name}{time_asked}_read_kib"] = (read_from_disk() - before) / (ASKED + WARM_UP)
    found["serve_own_mib"], found["serve_mapped_mib"] = county.served.memory_mib()
    county.served.stop()
    return found


def grown(engine) -> list[dict]:
    """All scales of an engine that the disk holds beside each other."""
    sizes = []
    for scale in SCALES:
        free = shutil.disk_usage(tempfile.gettempdir()).free / 2**30
        needed = GIB_A_SCALE[engine.name] * scale + GIB_BESIDE
        if free < needed:
            print(f"without scale {scale} on {engine.title}: {free:.0f} GiB are free, {needed:.0f} are needed", file=sys.stderr)
            continue
        sizes.append(filled(engine, scale))
        print(json.dumps(sizes[-1].found), file=sys.stderr, flush=True)
    # In turns, so that a slow moment of the machine is not taken for a county's size.
    rounds = [[asked_anew(size.county, size.bodies) for size in sizes] for _ in range(ROUNDS)]
    for size, *each in zip(sizes, *rounds):
        for name in each[0]:
            values = [one[name] for one in each]
            size.found[name] = statistics.median(values)
            if name.endswith("_p99_ms"):
                size.found[f"{name}_least"], size.found[f"{name}_most"] = min(values), max(values)
        size.found["core_to_core_ns"] = [round(one["core_to_core_ns"]) for one in each]
        size.county.close()
    return [size.found for size in sizes]


def told(value: float | list[int]) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def main() -> None:
    rows = [row for engine in engines() for row in grown(engine)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "growth.json").write_text(json.dumps(rows, indent=1) + "\n")
    print("\n## As the county grows\n")
    print("| | " + " | ".join(f"{row['engine']} × {row['scale']}" for row in rows) + " |\n| --- |" + " ---: |" * len(rows))
    for name in list(rows[0])[2:]:
        print(f"| {name} | " + " | ".join(told(row[name]) for row in rows) + " |")


if __name__ == "__main__":
    main()
