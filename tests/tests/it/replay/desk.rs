//! A served centre with one agent, and what is done there in these tests.

use sangdam_tests::{Database, Server};
use serde_json::{Value, json};

/// What everybody calls from.
pub(super) const PHONE: &str = "010-0000-7777";
/// What the caller is called.
pub(super) const NAME: &str = "홍정선";

pub(super) struct Desk {
    pub(super) server: Server,
    pub(super) agent: String,
}

impl Desk {
    /// A centre with a taxonomy, and an agent.
    pub(super) async fn open(database: &Database) -> Self {
        let mut desk = Self { server: Server::start(database).await, agent: String::new() };
        let centre = json!({ "name": "정선군 민원콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul",
            "recordsCompleteFrom": "2022-01-01" });
        desk.does("registerCentre", centre, "").await;
        let categories = json!([{ "code": "waste", "nameKo": "쓰레기", "nameEn": "Waste" },
            { "code": "tax", "nameKo": "세금", "nameEn": "Tax" }]);
        desk.does("publishCategoryTaxonomy", json!({ "categories": categories }), "").await;
        desk.agent = desk.makes("registerAgent", json!({ "name": "박상담" }), "agent").await;
        desk
    }

    /// Carries a mutation out; its payload.
    pub(super) async fn does(&self, name: &str, input: Value, fields: &str) -> Value {
        let mut type_name = name.to_owned();
        type_name[..1].make_ascii_uppercase();
        let query = format!(
            "mutation($input: {type_name}Input!) {{ answer: {name}(input: $input) \
             {{ position userErrors {{ code message field }} {fields} }} }}"
        );
        let answer = self.server.ask(&query, json!({ "input": input })).await["answer"].take();
        assert_eq!(answer["userErrors"], json!([]), "{name}");
        answer
    }

    /// The UUID of what a mutation is about.
    pub(super) async fn makes(&self, name: &str, input: Value, object: &str) -> String {
        let answer = self.does(name, input, &format!("{object} {{ uuid }}")).await;
        answer[object]["uuid"].as_str().unwrap().to_owned()
    }

    /// The position of what a mutation did.
    pub(super) async fn position(&self, name: &str, input: Value) -> u64 {
        self.does(name, input, "").await["position"].as_u64().unwrap()
    }

    /// A call from a number, answered by the agent: its UUID, and the position of the answer.
    pub(super) async fn answers(&self, phone: &str) -> (String, u64) {
        let call = self.makes("offerCall", json!({ "from": phone }), "call").await;
        let answered = self.position("answerCall", json!({ "call": call, "agent": self.agent })).await;
        (call, answered)
    }

    /// A consultation that a call opens, in a category: its UUID.
    pub(super) async fn opens(&self, call: &str, category: &str) -> String {
        let opened = json!({ "call": call, "agent": self.agent });
        let id = self.makes("openConsultation", opened, "consultation").await;
        self.does("categoriseConsultation", json!({ "consultation": id, "code": category }), "").await;
        id
    }

    pub(super) async fn notes(&self, consultation: &str, text: &str) {
        let note = json!({ "consultation": consultation, "kind": "INQUIRY", "text": text });
        self.does("recordNote", note, "").await;
    }

    pub(super) async fn resolves(&self, consultation: &str) -> u64 {
        self.position("resolveConsultation", json!({ "consultation": consultation, "outcome": "ANSWERED" }))
            .await
    }

    /// The answer to a question to the ledger, once its read models know of everything.
    pub(super) async fn ledger(&self, fields: &str) -> Value {
        let head = self.server.ask("{ ledger { checkpoint { position } } }", Value::Null).await;
        let head = &head["ledger"]["checkpoint"]["position"];
        let query = format!("{{ ledger(minPosition: {head}) {{ {fields} }} }}");
        self.server.ask(&query, Value::Null).await["ledger"].take()
    }
}
