"""The demo county on every engine, filled once for all works that ask it."""

import tempfile
from pathlib import Path

from engines import Served, engines, run


class County:
    """A demo county on one engine, served."""

    def __init__(self, engine, *demo: str):
        self.temporary = tempfile.TemporaryDirectory(prefix="county")
        self.folder = Path(self.temporary.name)
        self.database = engine(self.folder)
        self.engine = engine
        self.filled = run(self.database, self.folder, "demo", *demo)
        self.serve()

    def serve(self) -> None:
        self.served = Served(self.database, self.folder)
        self.served.settle()

    def serve_anew(self) -> None:
        """By a server that has built nothing."""
        self.served.stop()
        self.serve()

    def close(self) -> None:
        self.served.stop()
        self.database.drop()
        self.temporary.cleanup()


class Counties:
    """Filled when first asked for."""

    def __init__(self):
        self.filled: list[County] = []

    def all(self) -> list[County]:
        if not self.filled:
            self.filled = [County(engine) for engine in engines()]
        return self.filled

    def close(self) -> None:
        for county in self.filled:
            county.close()


COUNTIES = Counties()
