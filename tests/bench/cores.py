"""How far apart the machine's cores are: a host moves those of a virtual machine, and a server that works on several is slower
while they share no cache."""

import subprocess

from engines import ROOT

NOTES = "a cache line took {} ns from core to core and back, measured before each"


def apart() -> float:
    """Nanoseconds from one core to another and back."""
    build = ["cargo", "run", "--quiet", "--release", "--locked", "--package", "sangdam-tests", "--example", "cores"]
    return float(subprocess.run(build, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def told(nanoseconds: list[float]) -> str:
    """In the order of the runs."""
    return NOTES.format(", ".join(f"{one:.0f}" for one in nanoseconds))
