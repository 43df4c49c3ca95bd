//! The mutations as a client meets them: what they answer, what they refuse, and how.

mod api;
mod day;
mod editions;

use sangdam_tests::{Database, both_engines};
use serde_json::json;

use api::Api;

async fn a_matter_goes_from_the_call_to_its_end(database: Database) {
    let api = Api::new(database).await;
    let caller = api.done("registerCaller", json!({ "phone": "010-0000-1234" }), "caller { id }").await;
    let id = api.consultation().await;
    let note = json!({ "consultation": id, "kind": "INQUIRY", "text": "아리랑 시장은 언제 열리나요?" });
    api.done("recordNote", note, "").await;
    let transfer =
        json!({ "consultation": id, "kind": "WARM", "department": "관광과", "brief": "시장 문의" });
    let asked = api.done("requestTransfer", transfer, "consultation { transfers { id } }").await;
    let transfer = &asked["consultation"]["transfers"][0]["id"];
    api.done("acceptTransfer", json!({ "consultation": id, "transfer": transfer }), "").await;
    let end = json!({ "consultation": id, "by": "OFFICER", "outcome": "TRANSFERRED" });
    let ended = api.done("resolveConsultation", end, "consultation { status caller { id } }").await;
    assert_eq!(ended["consultation"]["status"], "RESOLVED");
    assert_eq!(ended["consultation"]["caller"]["id"], caller["caller"]["id"]);
    assert!(ended["position"].as_u64().unwrap() > 5);
}

async fn a_retry_is_answered_alike_and_a_reused_id_is_told(database: Database) {
    let api = Api::new(database).await;
    let id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    let input = |name: &str| json!({ "name": name, "commandId": id });
    let fields = "agent { id version }";
    let first = api.done("registerAgent", input("박상담"), fields).await;
    assert_eq!(api.done("registerAgent", input("박상담"), fields).await, first);
    let (code, field) = api.refused("registerAgent", input("이상담")).await;
    assert_eq!((code.as_str(), field), ("COMMAND_REUSED", json!("commandId")));
}

async fn a_version_that_has_passed_is_a_user_error(database: Database) {
    let api = Api::new(database).await;
    let id = api.consultation().await;
    let note =
        |version| json!({ "consultation": id, "kind": "ANSWER", "text": "네", "expectedVersion": version });
    api.done("recordNote", note(1), "").await;
    let (code, field) = api.refused("recordNote", note(1)).await;
    assert_eq!((code.as_str(), field), ("VERSION_CONFLICT", json!("expectedVersion")));
}

async fn a_field_that_does_not_fit_is_named(database: Database) {
    let api = Api::new(database).await;
    let id = api.consultation().await;
    let number_in_note =
        json!({ "consultation": id, "kind": "INQUIRY", "text": "저는 900101-1234567 입니다" });
    for (mutation, input, wrong) in [
        ("registerCaller", json!({ "phone": "전화 없음" }), "phone"),
        ("registerCaller", json!({ "name": "" }), "name"),
        ("registerAgent", json!({ "name": "김", "commandId": "1" }), "commandId"),
        ("registerAgent", json!({ "name": "김", "centre": "정선" }), "centre"),
        ("endCall", json!({ "call": "abc" }), "call"),
        ("endCall", json!({ "call": id }), "call"),
        ("recordNote", number_in_note, "text"),
        ("openConsultation", json!({}), "call"),
        ("declareLegacyBalance", json!({ "year": 2020, "source": "없음" }), "consultations"),
    ] {
        let (code, field) = api.refused(mutation, input).await;
        assert_eq!((code.as_str(), &field), ("INVALID", &json!(wrong)), "{mutation}");
    }
}

async fn what_the_domain_forbids_is_a_user_error(database: Database) {
    let api = Api::new(database).await;
    let id = api.consultation().await;
    let unknown = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    for (mutation, input, code, field) in [
        ("endCall", json!({ "call": unknown }), "NOT_FOUND", json!("call")),
        ("answerCall", json!({ "agent": unknown }), "NOT_FOUND", json!("agent")),
        ("retireDirectoryEntry", json!({ "entry": unknown }), "NOT_FOUND", json!("entry")),
        ("startShift", json!({ "agent": unknown }), "NOT_FOUND", json!("agent")),
        (
            "reopenConsultation",
            json!({ "consultation": id, "reason": "MISTAKE" }),
            "CONSULTATION_NOT_RESOLVED",
            json!("consultation"),
        ),
        (
            "recordNote",
            json!({ "consultation": id, "kind": "ANSWER", "text": "네", "occurredAt": "2024-01-02T00:06:00Z" }),
            "OCCURRED_IN_FUTURE",
            json!("occurredAt"),
        ),
        ("registerAgent", json!({ "name": "김", "centre": "taebaek" }), "NOT_FOUND", json!("centre")),
    ] {
        assert_eq!(api.refused(mutation, input).await, (code.to_owned(), field), "{mutation}");
    }
}

async fn a_refusal_names_no_field_that_the_input_does_not_have(database: Database) {
    let api = Api::new(database).await;
    let unknown = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    let caller = api.id_of("registerCaller", json!({ "phone": "010-0000-1234" }), "caller").await;
    let id = api.consultation().await;
    let transfer = json!({ "consultation": id, "kind": "COLD", "department": "관광과" });
    api.done("requestTransfer", transfer.clone(), "").await;
    let resolve = json!({ "consultation": id, "outcome": "ANSWERED" });
    let pair = json!({ "survivor": caller, "absorbed": unknown });
    let moved = json!({ "phone": "010-0000-1234", "from": unknown, "to": caller });
    let itself = json!({ "survivor": caller, "absorbed": caller });
    let settled = json!({ "consultation": id, "transfer": unknown });
    for (mutation, input, code, field) in [
        ("requestTransfer", transfer, "TRANSFER_PENDING", json!(null)),
        ("resolveConsultation", resolve, "TRANSFER_PENDING", json!(null)),
        ("acceptTransfer", settled, "TRANSFER_NOT_REQUESTED", json!("transfer")),
        ("mergeCallers", pair.clone(), "NOT_FOUND", json!("absorbed")),
        ("unmergeCallers", pair, "NOT_FOUND", json!("absorbed")),
        ("moveCallerPhone", moved, "NOT_FOUND", json!("from")),
        ("mergeCallers", itself, "CALLER_MERGED_WITH_ITSELF", json!("absorbed")),
    ] {
        assert_eq!(api.refused(mutation, input).await, (code.to_owned(), field), "{mutation}");
    }
    for step in ["requestErasure", "approveErasure", "eraseCaller"] {
        api.done(step, json!({ "caller": caller }), "").await;
    }
    let note = json!({ "consultation": id, "kind": "ANSWER", "text": "네" });
    assert_eq!(api.refused("recordNote", note).await, ("CALLER_ERASED".to_owned(), json!(null)));
}

async fn a_bad_scalar_or_an_unknown_mutation_is_an_error_of_the_request(database: Database) {
    let api = Api::new(database).await;
    let due = json!({ "call": "x", "due": "yesterday" });
    let errors = api.run("promiseCallback", due, "").await.unwrap_err();
    assert!(errors[0]["message"].as_str().unwrap().contains("RFC 3339"), "{errors}");
    assert!(api.run("deleteEverything", json!({}), "").await.is_err());
}

async fn a_centre_is_registered_into_a_ledger_of_its_own(database: Database) {
    let api = Api::new(database).await;
    let centre = json!({ "centre": "taebaek", "name": "태백시 콜센터", "openedOn": "2020-01-01",
        "timeZone": "Asia/Seoul", "recordsCompleteFrom": "2022-01-01" });
    let done = api.done("registerCentre", centre, "").await;
    assert_eq!(done["position"], 2);
    let balance = json!({ "centre": "taebaek", "year": 2021, "unknown": true, "source": "기록 없음" });
    api.done("declareLegacyBalance", balance, "").await;
    let hours = json!({ "centre": "taebaek", "validFrom": "2020-01-01", "timeZone": "Asia/Seoul", "holidays": [],
        "weeklyHours": [{ "weekday": "MONDAY", "opens": "08:30", "closes": "18:30" }] });
    api.done("publishOperatingCalendar", hours.clone(), "").await;
    let (code, _) = api.refused("publishOperatingCalendar", hours).await;
    assert_eq!(code, "CALENDAR_NOT_LATER");
    let (code, _) = api
        .refused(
            "publishOperatingCalendar",
            json!({ "validFrom": "2020-01-01", "timeZone": "Asia/Seoul",
        "holidays": [], "weeklyHours": [] }),
        )
        .await;
    assert_eq!(code, "CENTRE_NOT_REGISTERED");
}

async fn an_erased_caller_shows_nothing_any_more(database: Database) {
    let api = Api::new(database).await;
    let input = json!({ "phone": "010-0000-1234", "name": "김정선" });
    let id = api.done("registerCaller", input, "caller { id }").await["caller"]["id"].clone();
    let (code, _) = api.refused("eraseCaller", json!({ "caller": id })).await;
    assert_eq!(code, "ERASURE_NOT_APPROVED");
    for step in ["requestErasure", "approveErasure", "eraseCaller"] {
        api.done(step, json!({ "caller": id }), "caller { id }").await;
    }
    let (code, field) = api.refused("nameCaller", json!({ "caller": id, "name": "이정선" })).await;
    assert_eq!((code.as_str(), field), ("CALLER_ERASED", json!("caller")));
}

both_engines!(
    a_refusal_names_no_field_that_the_input_does_not_have,
    a_matter_goes_from_the_call_to_its_end,
    a_retry_is_answered_alike_and_a_reused_id_is_told,
    a_version_that_has_passed_is_a_user_error,
    a_field_that_does_not_fit_is_named,
    what_the_domain_forbids_is_a_user_error,
    a_bad_scalar_or_an_unknown_mutation_is_an_error_of_the_request,
    a_centre_is_registered_into_a_ledger_of_its_own,
    an_erased_caller_shows_nothing_any_more,
);
