"""How long and how often is measured."""

import os

from engines import ROOT

# How often each work is repeated; works of more than 20 seconds three times, unless BENCH_ROUNDS says otherwise.
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
ROUNDS_LONG = int(os.environ.get("BENCH_ROUNDS", "3"))
# How long one run of a work is that can be as long as one likes.
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
# Where results and peers are kept.
FOLDER = ROOT / "target/bench"
