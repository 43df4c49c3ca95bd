"""The peers: installed into target/bench/peers, run there, and their durability."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
from pathlib import Path

from engines import ROOT, ask, psql
from settings import FOLDER

SOURCES = ROOT / "tests/peers"
# BENCH_PEERS names another folder for what is installed.
INSTALLED = Path(os.environ.get("BENCH_PEERS", FOLDER / "peers"))
UMADB_VERSION = "0.7.8"
DURABILITY = f"""Durability: Sangdam and its raw limits on SQLite commit with `synchronous=FULL` in WAL mode, on PostgreSQL with
`fsync=on` and `synchronous_commit=on`; UmaDB {UMADB_VERSION} calls fdatasync at each of its commits, which is its only way.
UmaDB is asked over gRPC by a process of its own, Sangdam's store in its caller's process (`append_*`, `read_all`) or over HTTP
(`mutation_64`). PostGraphile reads the PostgreSQL cluster that Sangdam reads, from tables with the same rows."""


def run(*command, **more) -> None:
    if subprocess.run([str(part) for part in command], **more).returncode != 0:
        sys.exit(f"could not install a peer: {' '.join(map(str, command))} failed")


def install() -> None:
    """Installs what is not there yet."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    building = os.environ | {"CARGO_TARGET_DIR": str(INSTALLED / "target")}
    if not (INSTALLED / "bin/umadb").exists():
        run("cargo", "install", "umadb", "--version", UMADB_VERSION, "--locked", "--root", INSTALLED, env=building)
    manifest = SOURCES / "Cargo.toml"
    run("cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", manifest, env=building)
    place = INSTALLED / "postgraphile"
    wanted = (SOURCES / "postgraphile/package.json").read_text()
    place.mkdir(exist_ok=True)
    if not (place / "package.json").exists() or (place / "package.json").read_text() != wanted:
        (place / "package.json").write_text(wanted)
        (place / "node_modules").exists() and shutil.rmtree(place / "node_modules")
    if not (place / "node_modules").exists():
        run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error", cwd=place)
    shutil.copy(SOURCES / "postgraphile/server.mjs", place)


class UmaDb:
    """An UmaDB server on an empty database, and a client that measures it."""

    NAME = f"UmaDB {UMADB_VERSION}"

    def __init__(self, port: int = 50_551):
        from work_store import Lines

        self.folder = tempfile.TemporaryDirectory(prefix="bench-uma")
        where = ["--listen", f"127.0.0.1:{port}", "--db-path", f"{self.folder.name}/uma.db"]
        # As it comes: its page cache and its pipelined writer are off unless asked for.
        command = [INSTALLED / "bin/umadb", *where]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        self.client = Lines([str(INSTALLED / "target/release/peer-umadb"), f"http://127.0.0.1:{port}"])

    def close(self) -> None:
        self.client.close()
        self.server.terminate()
        self.server.wait()
        self.folder.cleanup()


class PostGraphile:
    """PostGraphile over tables of a county's database, in two processes."""

    NAME = "PostGraphile 5 (2 processes)"

    def __init__(self, database, port: int = 50_552):
        psql(database.url, file=SOURCES / "postgraphile/tables.sql")
        place = INSTALLED / "postgraphile"
        node = place / "node_modules/node/bin/node"
        command = [str(node), "server.mjs", str(port), database.url, "2"]
        environment = os.environ | {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
        self.process = subprocess.Popen(command, cwd=place, env=environment)
        self.url = f"http://127.0.0.1:{port}/graphql"
        for _ in range(100):
            try:
                ask(self.url, "{ __typename }")
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        sys.exit("PostGraphile did not start")

    def ask(self, query: str, **variables):
        return ask(self.url, query, **variables)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
