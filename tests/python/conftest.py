"""A fresh database for each test on either engine, and the real program on it (the tests' harness, once more in Python)."""

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
POSTGRES_URL = "SANGDAM_TEST_POSTGRES_URL"
READY_SECONDS_MAX = 60


def program() -> str:
    """What SANGDAM_BIN names, or the debug build."""
    if path := os.environ.get("SANGDAM_BIN"):
        return path
    return subprocess.run([ROOT / "scripts/binary", "debug"], check=True, capture_output=True, text=True).stdout.strip()


class Ledger:
    """One database of one engine: commands are run on it, a server can be started on it."""

    def __init__(self, engine: str, folder: Path):
        self.engine = engine
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("SANGDAM_")}
        # The key-encryption key lies in the user's configuration folder.
        self.environment["XDG_CONFIG_HOME"] = str(folder / "config")
        if engine == "postgres":
            self.environment["SANGDAM_DATABASE"] = create_postgres_database()
        else:
            self.environment["SANGDAM_DATA_DIR"] = str(folder / "data")

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Runs the program to its end; the caller looks at its exit code."""
        return subprocess.run(
            [program(), *arguments], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )

    def succeed(self, *arguments: str) -> str:
        """Runs the program, which must succeed, and returns what it printed to standard output."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"sangdam {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}"
        return done.stdout

    def lines(self, *arguments: str) -> Iterator[bytes]:
        """The lines that the program prints, one by one; it must succeed."""
        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(
                [program(), *arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            ) as process,
        ):
            yield from process.stdout
            code = process.wait()
            errors.seek(0)
            assert code == 0, f"sangdam {' '.join(arguments)}: exit code {code}\n{errors.read().decode()}"


def create_postgres_database() -> str:
    cluster = os.environ[POSTGRES_URL]
    name = f"test_{uuid.uuid4().hex}"
    folder = subprocess.run([ROOT / "scripts/postgres-bin"], check=True, capture_output=True, text=True).stdout.strip()
    psql = next((path for path in (Path(folder) / "psql", Path("/usr/bin/psql")) if path.exists()), "psql")
    subprocess.run([psql, cluster, "--quiet", "--command", f"CREATE DATABASE {name}"], check=True)
    return f"{cluster.rsplit('/', 1)[0]}/{name}"


class Server:
    """`sangdam serve --open` on a free port, or another command that comes to it."""

    def __init__(self, ledger: Ledger, *command: str | Path, ready_seconds_max: float = READY_SECONDS_MAX):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.log = ledger.folder / "server.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command or [program(), "serve", "--open"],
                env=ledger.environment | {"SANGDAM_LISTEN": self.address},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready(ready_seconds_max)
        except BaseException:
            self.process.kill()
            raise

    def _wait_until_ready(self, seconds_max: float) -> None:
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the server ended:\n{self.log.read_text()}"
            try:
                urllib.request.urlopen(f"http://{self.address}/readyz", timeout=5).close()
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError(f"the server is not ready:\n{self.log.read_text()}")

    @property
    def http_url(self) -> str:
        return f"http://{self.address}/graphql"

    @property
    def websocket_url(self) -> str:
        return f"ws://{self.address}/graphql/ws"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, f"the server did not end well:\n{self.log.read_text()}"


def shared_data(name: str) -> Path:
    """Real data beside the repository, of which it is no part; the test is skipped without it."""
    path = ROOT.parent / "shared/data" / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def engines() -> list:
    """Both, or a skip that says how PostgreSQL could be tested."""
    absent = POSTGRES_URL not in os.environ
    if absent and "CI" in os.environ:
        raise pytest.UsageError(f"{POSTGRES_URL} is not set")
    why = f"{POSTGRES_URL} is not set (use scripts/with-postgres, or make test)"
    return ["sqlite", pytest.param("postgres", marks=pytest.mark.skipif(absent, reason=why))]


@pytest.fixture(scope="module", params=engines())
def ledger(request, tmp_path_factory) -> Ledger:
    """An empty ledger for a module's tests."""
    return Ledger(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def server(ledger):
    """A server for a module's tests; it must end well."""
    server = Server(ledger)
    yield server
    server.stop()
