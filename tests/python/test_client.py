"""Sangdam at work as its clients meet it, with a GraphQL client of another language on the real server."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import Api
from conftest import ROOT
from graphql import build_schema, lexicographic_sort_schema, print_schema

CALLER = """query($phone: PhoneNumber!, $position: Position) { ledger(minPosition: $position) {
    caller(phone: $phone) {
        id kind name { value }
        phones { phone }
        history(first: 10) { nodes {
            __typename
            ... on Call { id was: status }
            ... on Consultation { id status notes { kind text } transfers { department status brief { value } } }
        } }
    }
} }"""

CONSULTATIONS = """query($filter: ConsultationFilter, $after: String, $position: Position) { ledger(minPosition: $position) {
    consultations(filter: $filter, first: 3, after: $after) {
        totalCount edges { node { id } } pageInfo { hasNextPage endCursor }
    }
} }"""

HISTORY = """query($phone: PhoneNumber!, $after: String, $position: Position) { ledger(minPosition: $position) {
    caller(phone: $phone) {
        history(first: 4, after: $after) {
            edges { node { ... on Call { id } ... on Consultation { id } } } pageInfo { hasNextPage endCursor }
        }
    }
} }"""

EVENTS = """query($after: String) { ledger { events(first: 50, after: $after) {
    edges { node { id position type } } pageInfo { hasNextPage endCursor }
} } }"""

APPLIED = "query($position: Position) { ledger(minPosition: $position) { position } }"

EVENTS_PUSHED = "subscription($after: Position) { events(after: $after) { id position type } }"


@pytest.fixture(scope="module")
def api(server) -> Api:
    """A centre that has just been registered."""
    api = Api(server)
    centre = {
        "name": "정선군 콜센터",
        "openedOn": "2019-08-01",
        "timeZone": "Asia/Seoul",
        "recordsCompleteFrom": "2022-01-01",
    }
    api.done("registerCentre", centre)
    return api


def test_the_server_tells_its_whole_schema(api):
    api.head()
    committed = build_schema((ROOT / "api/schema.graphql").read_text())
    assert printed(api.client.schema) == printed(committed)


def printed(schema) -> str:
    return print_schema(lexicographic_sort_schema(schema))


def test_a_matter_goes_from_the_call_to_its_end_and_into_the_callers_history(api):
    agent = api.done("registerAgent", {"name": "박상담"}, "agent { id }")["agent"]["id"]
    registered = {"phone": "010-0000-1001", "name": "김정선", "kind": "RESIDENT"}
    caller = api.done("registerCaller", registered, "caller { id }")["caller"]["id"]

    call = api.answered_call("+82 10 0000 1001", "2024-03-04T09:00:00+09:00", agent)
    opening = {"call": call, "agent": agent, "contactReason": "OFFICER_UNAVAILABLE"}
    opened = api.done("openConsultation", opening, "consultation { id status caller { id } agent { id } }")
    consultation = opened["consultation"]["id"]
    assert opened["consultation"] == {
        "id": consultation,
        "status": "OPEN",
        "caller": {"id": caller},
        "agent": {"id": agent},
    }

    inquiry = "아리랑 시장은 언제 열리나요?"
    api.done("recordNote", {"consultation": consultation, "kind": "INQUIRY", "text": inquiry})
    transfer = {"consultation": consultation, "kind": "WARM", "department": "관광과", "brief": "장날 문의"}
    requested = api.done("requestTransfer", transfer, "consultation { transfers { id status } }")
    (transfer,) = requested["consultation"]["transfers"]
    assert transfer["status"] == "REQUESTED"
    api.done("acceptTransfer", {"consultation": consultation, "transfer": transfer["id"]})
    resolution = {"consultation": consultation, "by": "OFFICER", "outcome": "TRANSFERRED"}
    api.done("resolveConsultation", resolution)
    end = api.done("endCall", {"call": call, "by": "CALLER"})

    # The same number in another spelling.
    assert api.ask(CALLER, phone="010 0000 1001", position=end["position"])["caller"] == {
        "id": caller,
        "kind": "RESIDENT",
        "name": {"value": "김정선"},
        "phones": [{"phone": "+821000001001"}],
        "history": {
            "nodes": [
                {
                    "__typename": "Consultation",
                    "id": consultation,
                    "status": "RESOLVED",
                    "notes": [{"kind": "INQUIRY", "text": inquiry}],
                    "transfers": [{"department": "관광과", "status": "ACCEPTED", "brief": {"value": "장날 문의"}}],
                },
                {"__typename": "Call", "id": call, "was": "ENDED"},
            ]
        },
    }


def test_a_number_that_never_called_has_no_caller(api):
    assert api.ask(CALLER, phone="010-0000-9999")["caller"] is None


def test_a_retry_is_answered_alike_and_adds_nothing(api):
    command = {"phone": "010-0000-1002", "commandId": str(uuid.uuid4())}
    fields = "caller { id version phones { phone } }"
    first = api.done("registerCaller", command, fields)
    head = api.head()
    assert api.done("registerCaller", command, fields) == first
    # What happened since does not change what the first attempt left.
    api.done("nameCaller", {"caller": first["caller"]["id"], "name": "최정선"})
    assert api.done("registerCaller", command, fields) == first
    assert (head["position"], api.head()["position"]) == (first["position"], first["position"] + 1)


def test_a_command_id_is_good_for_one_content_only(api):
    command = {"name": "이상담", "commandId": str(uuid.uuid4())}
    api.done("registerAgent", command)
    head = api.head()
    error = api.refused("registerAgent", command | {"name": "정상담"})
    assert (error["code"], error["field"]) == ("COMMAND_REUSED", "commandId")
    assert api.head() == head


def test_who_saw_an_older_version_is_refused(api):
    consultation = api.opened("010-0000-1003", "2024-03-05T09:00:00+09:00")
    note = {"consultation": consultation, "kind": "INQUIRY", "text": "여권은 어디서 만드나요?", "expectedVersion": 1}
    noted = api.done("recordNote", note, "consultation { version }")
    assert noted["consultation"]["version"] == 2
    head = api.head()
    error = api.refused("recordNote", note)
    assert (error["code"], error["field"]) == ("VERSION_CONFLICT", "expectedVersion")
    assert api.head() == head


def test_everybody_reads_their_own_write(api):
    for number in range(20):
        phone = f"010-0000-12{number:02}"
        written = api.done("registerCaller", {"phone": phone}, "caller { id }")
        found = api.ask(CALLER, phone=phone, position=written["position"])
        assert found["caller"]["id"] == written["caller"]["id"]


@pytest.mark.parametrize(
    ("mutation", "given", "code", "field"),
    [
        ("registerCaller", {"phone": "전화 없음"}, "INVALID", "phone"),
        ("registerCaller", {"name": " "}, "INVALID", "name"),
        ("registerCaller", {"commandId": "1"}, "INVALID", "commandId"),
        ("registerAgent", {"name": "김", "centre": "정선"}, "INVALID", "centre"),
        ("registerAgent", {"name": "김", "centre": "taebaek"}, "NOT_FOUND", "centre"),
        ("registerAgent", {"name": "김", "occurredAt": "2999-01-01T00:00:00Z"}, "OCCURRED_IN_FUTURE", "occurredAt"),
        ("offerCall", {"from": "010"}, "INVALID", "from"),
        ("endCall", {"call": "abc"}, "INVALID", "call"),
        ("endCall", {"call": str(uuid.uuid4())}, "NOT_FOUND", "call"),
        ("openConsultation", {}, "INVALID", "call"),
        ("declareLegacyBalance", {"year": 2020, "source": "기록 없음"}, "INVALID", "consultations"),
    ],
)
def test_what_is_wrong_is_named(api, mutation, given, code, field):
    head = api.head()
    error = api.refused(mutation, given)
    assert (error["code"], error["field"]) == (code, field)
    assert api.head() == head


def test_a_resident_registration_number_is_not_taken_down(api):
    consultation = api.opened("010-0000-1004", "2024-03-06T09:00:00+09:00")
    note = {"consultation": consultation, "kind": "INQUIRY", "text": "주민번호는 900101-1234567입니다"}
    error = api.refused("recordNote", note)
    assert (error["code"], error["field"]) == ("INVALID", "text")


def test_pages_lead_through_every_consultation_once(api):
    agent = api.done("registerAgent", {"name": "한상담"}, "agent { id }")["agent"]["id"]
    opened = [
        api.opened(f"010-0000-13{number:02}", f"2024-04-01T10:{number:02}:00+09:00", agent) for number in range(7)
    ]
    position = api.head()["position"]
    pages = api.pages(CONSULTATIONS, "consultations", filter={"agent": agent}, position=position)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [node["id"] for page in pages for node in page] == opened[::-1]  # newest first


def test_pages_lead_through_a_callers_whole_history(api):
    phone = "010-0000-1401"
    api.done("registerCaller", {"phone": phone})
    contacts = []
    for minute in range(10, 15):
        call = api.answered_call(phone, f"2024-04-02T10:{minute}:00+09:00")
        opening = {"call": call, "occurredAt": f"2024-04-02T10:{minute}:30+09:00"}
        opened = api.done("openConsultation", opening, "consultation { id }")
        contacts += [call, opened["consultation"]["id"]]
    pages = api.pages(HISTORY, "caller", "history", phone=phone, position=opened["position"])
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [node["id"] for page in pages for node in page] == contacts[::-1]  # newest first


def test_pages_lead_through_all_events(api):
    last = api.done("registerCaller", {})["position"]
    pages = api.pages(EVENTS, "events")
    assert [event["position"] for page in pages for event in page] == list(range(1, last + 1))
    assert pages[0][0]["type"] == "LogOpened"


def test_a_subscription_that_is_cut_off_goes_on_without_loss_or_repeat_while_others_write(api, server):
    start = api.head()["position"]
    enough = threading.Event()

    def write() -> int:
        writer = Api(server)
        while not enough.is_set():
            writer.done("registerCaller", {})
        return writer.done("registerCaller", {})["position"]

    def go_on(events: int, hang_up: bool) -> None:
        after = seen[-1]["position"] if seen else start
        pushed = api.subscribed(EVENTS_PUSHED, lambda pushed: len(pushed) == events, hang_up, after=after)
        seen.extend(one["events"] for one in pushed)

    seen = []
    with ThreadPoolExecutor(1) as executor:
        writing = executor.submit(write)
        try:
            for number in range(6):
                go_on(5, hang_up=number % 2 == 1)
        finally:
            enough.set()
        last = writing.result()
    go_on(last - seen[-1]["position"], hang_up=True)

    assert [event["position"] for event in seen] == list(range(start + 1, last + 1))
    recorded = [event for page in api.pages(EVENTS, "events") for event in page]
    assert seen == recorded[start:]


def test_a_subscription_without_a_position_begins_now(api, server):
    """What came before is not pushed: the first event is one that was written after the subscription began."""
    before = api.head()["position"]
    enough = threading.Event()

    def write() -> None:
        writer = Api(server)
        while not enough.is_set():
            writer.done("registerCaller", {})

    with ThreadPoolExecutor(1) as executor:
        writing = executor.submit(write)
        try:
            (pushed,) = api.subscribed(EVENTS_PUSHED, len)
        finally:
            enough.set()
        writing.result()
    assert pushed["events"]["position"] > before


def test_a_changed_consultation_is_pushed_with_what_became_of_it(api):
    consultation = api.opened("010-0000-1005", "2024-03-07T09:00:00+09:00")
    after = api.head()["position"]
    other = api.opened("010-0000-1006", "2024-03-07T09:00:00+09:00")
    api.done("recordNote", {"consultation": other, "kind": "ANSWER", "text": "내일 다시 전화하신다고 함"})
    resolution = {"consultation": consultation, "outcome": "ANSWERED"}
    position = api.done("resolveConsultation", resolution)["position"]
    document = """subscription($id: ID!, $after: Position!) {
        consultationChanged(id: $id, after: $after) { position event { type } consultation { id status } }
    }"""
    (change,) = api.subscribed(document, len, id=consultation, after=after)
    assert change["consultationChanged"] == {
        "position": position,
        "event": {"type": "ConsultationResolved"},
        "consultation": {"id": consultation, "status": "RESOLVED"},
    }


def test_a_milestone_is_pushed_when_it_is_reached(api):
    latest = api.opened("010-0000-1007", "2024-03-08T09:00:00+09:00")
    head = api.head()["position"]
    counted = "query($position: Position) { ledger(minPosition: $position) { cumulative { consultations } } }"
    threshold = api.ask(counted, position=head)["cumulative"]["consultations"]
    document = """subscription($thresholds: [Int!], $after: Position!) {
        milestoneReached(thresholds: $thresholds, after: $after) {
            threshold status position basis { kind } consultation { id }
        }
    }"""
    pushed = api.subscribed(document, lambda pushed: len(pushed) == 2, thresholds=[threshold], after=head - 1)
    milestones = {one["milestoneReached"]["basis"]["kind"]: one["milestoneReached"] for one in pushed}
    for basis, status in (("SINCE_RECORDS", "REACHED"), ("SINCE_OPENING", "REACHED_NO_LATER_THAN")):
        assert milestones[basis] == {
            "threshold": threshold,
            "status": status,
            "position": head,
            "basis": {"kind": basis},
            "consultation": {"id": latest},
        }


def test_the_wallboard_shows_a_call_as_soon_as_it_waits(api):
    offered = api.done("offerCall", {"from": "010-0000-1008"}, "call { id }")
    document = "subscription { wallboard { position callsWaiting calls { id status } } }"
    pictures = api.subscribed(document, lambda pushed: pushed[-1]["wallboard"]["position"] >= offered["position"])
    shown = pictures[-1]["wallboard"]
    assert shown["callsWaiting"] == 1
    assert {"id": offered["call"]["id"], "status": "WAITING"} in shown["calls"]


def test_an_edition_of_the_directory_freezes_the_numbers_most_often_given(api):
    def add(department: str, phone: str) -> str:
        listing = {"organisation": "정선군청", "department": department, "duties": "안내", "phone": phone}
        return api.done("addDirectoryEntry", {"listing": listing}, "entry { id }")["entry"]["id"]

    def give(entry: str, times: int) -> int:
        for _ in range(times):
            given = api.done("giveNumber", {"consultation": consultation, "entry": entry, "occurredAt": at})
        return given["position"]

    def publish(**command) -> dict:
        fields = "edition { edition from to countedAt entries { count entryVersion entry { id } } }"
        return api.done("publishDirectoryEdition", period | command, fields)

    at, period = "2024-05-07T10:00:00+09:00", {"from": "2024-05-01", "to": "2024-05-31", "top": 2}
    consultation = api.opened("010-0000-1009", at)
    tourism, water, roads = (
        add("관광과", "033-100-0001"),
        add("상하수도사업소", "033-100-0002"),
        add("건설과", "033-100-0003"),
    )
    give(tourism, 2)
    give(roads, 1)
    counted = give(water, 3)
    api.ask(APPLIED, position=counted)

    once = {"commandId": str(uuid.uuid4())}
    published = publish(**once)
    assert published["edition"] == {
        "edition": 1,
        "from": "2024-05-01",
        "to": "2024-05-31",
        "countedAt": counted,
        "entries": [
            {"count": 3, "entryVersion": 1, "entry": {"id": water}},
            {"count": 2, "entryVersion": 1, "entry": {"id": tourism}},
        ],
    }
    assert published["position"] == counted + 1

    # Numbers that are given later are of the next edition.
    recounted = give(tourism, 2)
    api.ask(APPLIED, position=recounted)
    assert publish(**once) == published
    second = publish()
    assert [(line["count"], line["entry"]["id"]) for line in second["edition"]["entries"]] == [(4, tourism), (3, water)]

    kept = """query($position: Position) { ledger(minPosition: $position) {
        directoryEditions { edition entries { count } }
    } }"""
    editions = api.ask(kept, position=second["position"])["directoryEditions"]
    counts = {edition["edition"]: [line["count"] for line in edition["entries"]] for edition in editions}
    assert counts == {1: [3, 2], 2: [4, 3]}

    error = api.refused("publishDirectoryEdition", period | {"top": 0})
    assert (error["code"], error["field"]) == ("INVALID", "top")
