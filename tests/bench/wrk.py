"""Load by `wrk`: a process of its own on one core, keeping connections alive. The servers may use both cores, that one too."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).parent / "post.lua"
CORE = "1"
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def load(url: str, bodies: list[dict], connections: int, seconds: float) -> tuple[float, float, float]:
    """Posts random ones of the bodies; gives the answers a second, and the p50 and p99 in milliseconds. In a body, `@UUID@` becomes
    a UUID v7 of its own in each request."""
    program = shutil.which("wrk") or sys.exit("wrk is missing: apt-get install wrk")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(body, ensure_ascii=False) + "\n" for body in bodies)
        file.flush()
        length = f"{max(1, round(seconds))}s"
        command = ["taskset", "--cpu-list", CORE, program, "--threads", "1", "--connections", str(connections)]
        command += ["--duration", length, "--latency", "--script", str(SCRIPT), url, "--", file.name]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failed = re.search(r"Non-2xx.*|Socket errors.*", printed)
    if failed:
        sys.exit(f"{url}: {failed.group()}")
    found = re.search(r"Requests/sec: +([\d.]+)", printed)
    return float(found.group(1)), waited(printed, 50), waited(printed, 99)


def waited(printed: str, percent: int) -> float:
    value, unit = re.search(rf"^ +{percent}% +([\d.]+)(us|ms|s|m)$", printed, re.M).groups()
    return float(value) * MILLISECONDS[unit]
