//! `publishDirectoryEdition`: the numbers most often given in a period, frozen for print.

use sangdam_tests::{Database, both_engines};
use serde_json::{Value, json};

use super::api::Api;

const DAY: &str = "2024-01-02";
const LINES: &str = "edition { edition from to countedAt entries { entry { id } entryVersion count } }";

/// A registered centre.
async fn centre(database: Database) -> Api {
    let api = Api::new(database).await;
    let centre = json!({ "name": "정선군 콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul",
        "recordsCompleteFrom": "2022-01-01" });
    api.done("registerCentre", centre, "").await;
    api
}

fn listing(department: &str) -> Value {
    json!({ "organisation": "정선군청", "department": department, "duties": "민원", "phone": "033-560-2331" })
}

async fn entry(api: &Api, department: &str) -> Value {
    api.id_of("addDirectoryEntry", json!({ "listing": listing(department) }), "entry").await
}

async fn give(api: &Api, matter: &Value, entry: &Value, times: usize) {
    for _ in 0..times {
        api.done("giveNumber", json!({ "consultation": matter, "entry": entry }), "").await;
    }
    api.catch_up().await;
}

fn line(entry: &Value, entry_version: u32, count: u32) -> Value {
    json!({ "entry": { "id": entry }, "entryVersion": entry_version, "count": count })
}

async fn the_numbers_most_often_given_come_first(database: Database) {
    let api = centre(database).await;
    let (seldom, often) = (entry(&api, "관광과").await, entry(&api, "환경과").await);
    let never = entry(&api, "농업과").await;
    let matter = api.consultation().await;
    give(&api, &matter, &seldom, 1).await;
    give(&api, &matter, &often, 3).await;
    let changed = json!({ "entry": often, "listing": listing("자원순환과") });
    let counted = api.done("changeDirectoryEntry", changed, "").await["position"].clone();
    api.catch_up().await;

    let period = json!({ "from": DAY, "to": DAY });
    let published = api.done("publishDirectoryEdition", period, LINES).await;
    let expected = json!({ "edition": 1, "from": DAY, "to": DAY, "countedAt": counted,
        "entries": [line(&often, 2, 3), line(&seldom, 1, 1)] });
    assert_eq!(published["edition"], expected);
    assert!(!published.to_string().contains(never.as_str().unwrap()));

    let top = json!({ "from": "2024-01-01", "to": "2024-01-31", "top": 1 });
    let second = api.done("publishDirectoryEdition", top, LINES).await;
    assert_eq!(second["edition"]["edition"], 2);
    assert_eq!(second["edition"]["entries"], json!([line(&often, 2, 3)]));
}

async fn a_published_edition_stays_as_it_is(database: Database) {
    let api = centre(database).await;
    let entry = entry(&api, "관광과").await;
    let matter = api.consultation().await;
    give(&api, &matter, &entry, 1).await;
    let input = json!({ "from": DAY, "to": DAY, "commandId": "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b" });
    let first = api.done("publishDirectoryEdition", input.clone(), LINES).await;

    give(&api, &matter, &entry, 4).await;
    api.done("changeDirectoryEntry", json!({ "entry": entry, "listing": listing("문화과") }), "").await;
    api.catch_up().await;
    // A retry gets the first answer again, though other counts would be published now.
    assert_eq!(api.done("publishDirectoryEdition", input, LINES).await, first);
    api.done("publishDirectoryEdition", json!({ "from": DAY, "to": DAY }), LINES).await;
    let query = "{ ledger { directoryEditions { edition entries { entry { id } entryVersion count } } } }";
    let editions = api.ask(query).await["ledger"]["directoryEditions"].take();
    assert_eq!(
        editions,
        json!([{ "edition": 1, "entries": [line(&entry, 1, 1)] }, { "edition": 2, "entries": [line(&entry, 2, 5)] }])
    );
}

async fn a_rank_shows_what_stands_behind_it(database: Database) {
    let api = centre(database).await;
    let (given, asked) = (entry(&api, "관광과").await, entry(&api, "환경과").await);
    let (first, second) = (api.consultation().await, api.consultation().await);
    give(&api, &first, &given, 2).await;
    for matter in [&first, &second, &second] {
        api.done("recordNumberAskedFor", json!({ "consultation": matter, "entry": asked }), "").await;
    }
    api.catch_up().await;
    let ranked = async |by: &str| {
        let fields = "rank given askedFor entry { id } \
            evidence(first: 2) { edges { node { consultation { id } entryVersion } } pageInfo { hasNextPage } }";
        let query = format!("{{ ledger {{ directoryRanking(by: {by}) {{ {fields} }} }} }}");
        api.ask(&query).await["ledger"]["directoryRanking"].take()
    };
    let behind = |matter: &Value| json!({ "node": { "consultation": { "id": matter }, "entryVersion": 1 } });
    let evidence = |matters: [&Value; 2], more: bool| json!({ "edges": matters.map(behind), "pageInfo": { "hasNextPage": more } });
    assert_eq!(
        ranked("GIVEN").await,
        json!([{ "rank": 1, "given": 2, "askedFor": 0, "entry": { "id": given },
            "evidence": evidence([&first, &first], false) }])
    );
    assert_eq!(
        ranked("ASKED_FOR").await,
        json!([{ "rank": 1, "given": 0, "askedFor": 3, "entry": { "id": asked },
            "evidence": evidence([&second, &second], true) }])
    );
}

async fn an_edition_that_cannot_be_is_refused(database: Database) {
    let api = centre(database).await;
    let entry = entry(&api, "관광과").await;
    let matter = api.consultation().await;
    give(&api, &matter, &entry, 1).await;
    for (input, code, field) in [
        (json!({ "from": DAY, "to": "2024-01-01" }), "EDITION_PERIOD_REVERSED", "to"),
        (json!({ "from": "2023-12-01", "to": "2024-01-01" }), "EDITION_ENTRIES_INVALID", "from"),
        (json!({ "from": DAY, "to": DAY, "edition": 2 }), "VERSION_OUT_OF_ORDER", "edition"),
        (json!({ "from": DAY, "to": DAY, "top": 0 }), "INVALID", "top"),
        (json!({ "from": DAY, "to": DAY, "top": 501 }), "INVALID", "top"),
    ] {
        let (refused, named) = api.refused("publishDirectoryEdition", input.clone()).await;
        assert_eq!((refused.as_str(), named), (code, json!(field)), "{input}");
    }
}

both_engines!(
    the_numbers_most_often_given_come_first,
    a_published_edition_stays_as_it_is,
    a_rank_shows_what_stands_behind_it,
    an_edition_that_cannot_be_is_refused,
);
