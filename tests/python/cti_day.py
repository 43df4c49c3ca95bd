"""A day of calls as a telephone system tells of them: in any order, twice, or not at all."""

import random
from dataclasses import dataclass, field

AGENTS = ["김상담", "이상담", "박상담", "최상담"]
UNANSWERED = {"normalClearing": "ABANDONED", "cancel": "ABANDONED", "noAnswer": "UNANSWERED", "busy": "UNANSWERED"}


@dataclass
class Placed:
    """A call as the telephone system knows it, and what the ledger is to make of it."""

    id: str
    number: str | None
    answered: bool
    over: bool
    status: str
    doubled: int = 0
    lost: int = 0
    disordered: bool = False
    messages: list[tuple[float, dict]] = field(default_factory=list)


def place(rng: random.Random, number: int, begins: float) -> Placed:
    """The call that begins at a moment, and its messages with when each arrives."""
    known = rng.random() > 0.1
    phone = f"010{30_000_000 + number:08d}" if known else rng.choice(["anonymous", "", "unknown", "restricted"])
    common = {"from": phone, "to": "0335601234", "direction": "in", "callId": f"day-{number}"}
    answered = rng.random() < 0.8
    cause = "normalClearing" if answered else rng.choice(list(UNANSWERED))
    steps = [(0.0, {"event": "newCall", **common, "user[]": AGENTS, "queue": "civil"})]
    if answered:
        steps.append((0.4, {"event": "answer", **common, "user": rng.choice(AGENTS)}))
    steps.append((0.9, {"event": "hangup", **common, "cause": cause}))
    call = Placed(common["callId"], phone if known else None, answered, True, "")
    # A gap: the first or the last message never arrives.
    if rng.random() < 0.05:
        lost = rng.choice([0, len(steps) - 1])
        call.lost, call.over = 1, lost == 0
        del steps[lost]
    if rng.random() < 0.15:
        moments = [at for at, _ in steps]
        rng.shuffle(moments)
        call.disordered = moments != sorted(moments)
        steps = [(at, message) for at, (_, message) in zip(moments, steps)]
    for at, message in steps:
        call.messages.append((begins + at, message))
        while rng.random() < 0.15:
            call.doubled += 1
            call.messages.append((begins + at + rng.random(), message))
    if answered:
        call.status = "ENDED" if call.over else "ANSWERED"
    else:
        call.status = UNANSWERED[cause] if call.over else "WAITING"
    return call


def day(seed: int, calls_per_second: int, seconds: float) -> list[Placed]:
    """All calls of the day."""
    rng = random.Random(seed)
    return [place(rng, number, number / calls_per_second) for number in range(int(calls_per_second * seconds))]


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
