"""The questions that are asked under load, to Sangdam and to its peer: the same rows and the same columns of them."""

import base64
import random
import uuid

from engines import Served
from peers import PostGraphile

CALLERS = (
    "SELECT caller FROM consultations WHERE caller IS NOT NULL AND status <> 'voided' GROUP BY caller HAVING count(*) >= 20"
)
CONSULTATIONS = "SELECT id FROM consultations WHERE status <> 'voided'"
CHOSEN = 2_000
# So many that none gets many notes, and becomes slower by them.
CHOSEN_FOR_NOTES = 20_000
FIELDS = "id status openedAt channel contactReason category { code } agent { id }"
PEER_FIELDS = "id status openedAt channel contactReason category agentId"
YEARLY = "{ ledger { yearlyCounts { year consultations offered answered uniqueCallers } } }"
PEER_YEARLY = "{ allYearlyCounts(orderBy: YEAR_ASC) { nodes { year consultations offered answered uniqueCallers } } }"
CALLER = f"""query ($id: ID!) {{
  ledger {{ caller(id: $id) {{ id kind registeredAt consultations(first: 20) {{ nodes {{ {FIELDS} }} }} }} }}
}}"""
PEER_CALLER = f"""query ($id: UUID!) {{
  callerByCallerId(callerId: $id) {{ id kind registeredAt
    consultationsByCallerId(first: 20, orderBy: [OPENED_AT_DESC, CONSULTATION_ID_DESC]) {{ nodes {{ {PEER_FIELDS} }} }} }}
}}"""
PAGE = f"""query ($after: String) {{
  ledger {{ consultations(first: 50, after: $after) {{ nodes {{ {FIELDS} }} pageInfo {{ endCursor hasNextPage }} }} }}
}}"""
PEER_PAGE = f"""query ($after: Cursor) {{
  allConsultations(first: 50, after: $after, orderBy: [OPENED_AT_DESC, CONSULTATION_ID_DESC]) {{
    nodes {{ {PEER_FIELDS} }} pageInfo {{ endCursor hasNextPage }} }}
}}"""
NOTE = """mutation ($input: RecordNoteInput!) {
  recordNote(input: $input) { position userErrors { code message } consultation { id version } }
}"""
TEXT = "여권 재발급에 필요한 서류와 수수료, 처리 기간을 물어보심. 사진 규격도 안내함."


def global_id(kind: str, hexadecimal: str) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{uuid.UUID(hexadecimal)}".encode()).decode().rstrip("=")


def bodies(query: str, name: str, values: list) -> list[dict]:
    return [{"query": query, "variables": {name: value}} for value in values]


def chosen(rows: list[tuple], most: int = CHOSEN) -> list[str]:
    """Some, at random, the same in every run."""
    values = sorted(value for (value,) in rows)
    return random.Random(7).sample(values, min(most, len(values)))


def cursors(ask, query: str, connection) -> list[str]:
    """Cursors all over the list, by walking it."""
    found, after = [], None
    while True:
        page = connection(ask(query, after=after))["pageInfo"]
        if not page["hasNextPage"]:
            return random.Random(7).sample(found, min(CHOSEN, len(found)))
        after = page["endCursor"]
        found.append(after)


def of_sangdam(served: Served) -> dict[str, list[dict]]:
    """The requests of each work."""
    callers = [global_id("Caller", caller) for caller in chosen(served.database.read_models(CALLERS))]
    pages = cursors(served.ask, PAGE, lambda data: data["ledger"]["consultations"])
    return {
        "caller_20": bodies(CALLER, "id", callers),
        "yearly_counts": [{"query": YEARLY}],
        "page_50": bodies(PAGE, "after", pages),
    }


def of_peer(peer: PostGraphile, callers: list[str]) -> dict[str, list[dict]]:
    """The same of the peer."""
    pages = cursors(peer.ask, PEER_PAGE, lambda data: data["allConsultations"])
    return {
        "caller_20": bodies(PEER_CALLER, "id", [str(uuid.UUID(caller)) for caller in callers]),
        "yearly_counts": [{"query": PEER_YEARLY}],
        "page_50": bodies(PEER_PAGE, "after", pages),
    }


def notes(served: Served) -> list[dict]:
    """Notes to random consultations, each with a command id of its own."""
    command = "@UUID@"
    found = chosen(served.database.read_models(CONSULTATIONS), CHOSEN_FOR_NOTES)
    consultations = [global_id("Consultation", id_) for id_ in found]
    input_ = {"kind": "ANSWER", "text": TEXT, "commandId": command}
    return bodies(NOTE, "input", [input_ | {"consultation": consultation} for consultation in consultations])
