"""What was measured: rows of a table, as Markdown and as JSON."""

import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Runs:
    """The figures of one side of one work, in the order of the rounds."""

    values: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    def add(self, value: float, p50_ms: float | None = None, p99_ms: float | None = None) -> None:
        self.values.append(value)
        if p50_ms is not None:
            self.p50_ms.append(p50_ms)
        if p99_ms is not None:
            self.p99_ms.append(p99_ms)

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    @property
    def spread(self) -> list[float] | None:
        """The least and the most."""
        return [min(self.values), max(self.values)] if self.values else None


def middle(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def ratio(of: float | None, to: float | None) -> float | None:
    return of / to if of and to else None


@dataclass
class Row:
    """One work on one engine: ours, the raw limit, a peer. Where `unit` is a time or a size, less is better, and ratios are
    turned."""

    id: str
    engine: str
    unit: str
    ours: Runs
    limit: Runs = field(default_factory=Runs)
    peer: Runs = field(default_factory=Runs)
    peer_name: str | None = None
    notes: str = ""
    more: dict = field(default_factory=dict)

    def as_json(self) -> dict:
        ours, limit, peer = self.ours.median, self.limit.median, self.peer.median
        less_is_better = self.unit in ("ms", "MiB")
        to = (lambda other: ratio(other, ours)) if less_is_better else (lambda other: ratio(ours, other))
        return {
            "id": self.id,
            "engine": self.engine,
            "ours": ours,
            "unit": self.unit,
            "limit": limit,
            "peer": peer,
            "peer_name": self.peer_name if peer else None,
            "ratio_limit": to(limit),
            "ratio_peer": to(peer),
            "runs": len(self.ours.values),
            "spread": self.ours.spread,
            "limit_spread": self.limit.spread,
            "peer_spread": self.peer.spread,
            "p50_ms": middle(self.ours.p50_ms),
            "p99_ms": middle(self.ours.p99_ms),
            "peer_p50_ms": middle(self.peer.p50_ms),
            "peer_p99_ms": middle(self.peer.p99_ms),
            "notes": self.notes,
        } | self.more


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def markdown(rows: list[Row]) -> str:
    """One table; a row's ratios are those of medians."""
    lines = [
        "| work | engine | ours | least–most | p50 / p99 ms | raw limit | of it | peer | peer's p99 ms | × peer | runs |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        of = row.as_json()
        spread = "–".join(number(value) for value in of["spread"] or [])
        waits = f"{number(of['p50_ms'])} / {number(of['p99_ms'])}" if of["p99_ms"] else ""
        limit = f"{100 * of['ratio_limit']:.0f} %" if of["ratio_limit"] else ""
        peer = f"{number(of['peer'])} {row.peer_name}" if of["peer"] else ""
        times = f"{of['ratio_peer']:.2f}" if of["ratio_peer"] else ""
        lines.append(
            f"| {row.id} | {row.engine} | {number(of['ours'])} {row.unit} | {spread} | {waits} | {number(of['limit'])} "
            f"| {limit} | {peer} | {number(of['peer_p99_ms'])} | {times} | {of['runs']} |"
        )
    notes = dict.fromkeys((row.id, row.notes) for row in rows if row.notes)
    return "\n".join([*lines, "", *(f"- {name}: {text}" for name, text in notes)])


def write(rows: list[Row], path: Path) -> None:
    """The rows as JSON. Those of works that were not measured this time stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = [row.as_json() for row in rows]
    measured = {(row["id"], row["engine"]) for row in new}
    old = json.loads(path.read_text()) if path.exists() else []
    kept = [row for row in old if (row["id"], row["engine"]) not in measured]
    path.write_text(json.dumps(kept + new, indent=1, ensure_ascii=False) + "\n")
