"""All that is measured, as one table: Markdown on standard output, and JSON in target/bench/results.json.

`make bench` builds what is needed and starts this with a PostgreSQL cluster; `make bench-peers` measures the peers in the same run.
BENCH_ROUNDS (5; 3 for what takes long) says how often, BENCH_SECONDS (2) how long one run is.
"""

import argparse
import sys

import peers
import results
import work_as_of
import work_graphql
import work_mutation
import work_past
import work_program
import work_store
from county import COUNTIES
from settings import FOLDER, ROUNDS, ROUNDS_LONG, SECONDS

# In this order: notes change the county that is asked before.
WORKS = {
    "store": work_store.measure,
    "program": work_program.measure,
    "graphql": work_graphql.measure,
    "as-of": work_as_of.measure,
    "past": work_past.measure,
    "mutation": work_mutation.measure,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--peers", action="store_true", help="measure the peers too, installing them first")
    arguments.add_argument("--install-peers", action="store_true", help="install the peers and end")
    arguments.add_argument("--only", default=",".join(WORKS), help="which, of " + ",".join(WORKS))
    arguments = arguments.parse_args()
    if arguments.peers or arguments.install_peers:
        peers.install()
    if arguments.install_peers:
        return
    rows = []
    try:
        for name in arguments.only.split(","):
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            rows += WORKS[name](arguments.peers)
            results.write(rows, FOLDER / "results.json")
    finally:
        COUNTIES.close()
    print("\n## What Sangdam does in a second\n")
    print(
        f"Medians of {ROUNDS} interleaved runs of {SECONDS:g} s each behind a warm-up; of {ROUNDS_LONG} where a run has an end of its own "
        "(demo, rebuild, verify, imports). Each limit and each peer was measured in the same run.\n"
    )
    print(results.markdown(rows))
    if arguments.peers:
        print(f"\n{peers.DURABILITY}")


if __name__ == "__main__":
    main()
