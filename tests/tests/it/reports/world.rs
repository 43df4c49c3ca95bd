//! A small centre, and reports of it in files.

use std::path::PathBuf;
use std::process::Output;

use sangdam_tests::{Database, Program, Server};
use serde_json::{Value, json};

/// Every format.
pub(crate) const FORMATS: [&str; 6] = ["table", "csv", "json", "xlsx", "parquet", "html"];

/// A centre with a server that writes its ledger.
pub(crate) struct Centre {
    pub(crate) database: Database,
    server: Server,
}

/// A consultation, and the position of the event that opened it.
pub(crate) struct Opened {
    pub(crate) id: String,
    pub(crate) position: u64,
}

impl Centre {
    /// Open since 2019, with records since 2022.
    pub(crate) async fn new(database: Database) -> Self {
        let server = Server::start(&database).await;
        let centre = Self { database, server };
        let input = json!({ "name": "정선군 콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul",
            "recordsCompleteFrom": "2022-01-01" });
        centre.done("registerCentre", input, "").await;
        centre
    }

    pub(crate) async fn done(&self, mutation: &str, input: Value, fields: &str) -> Value {
        let mut type_name = mutation.to_owned();
        type_name[..1].make_ascii_uppercase();
        let query = format!(
            "mutation($input: {type_name}Input!) {{ done: {mutation}(input: $input) \
             {{ position userErrors {{ code message }} {fields} }} }}"
        );
        let done = self.server.ask(&query, json!({ "input": input })).await["done"].take();
        assert_eq!(done["userErrors"], json!([]), "{mutation}");
        done
    }

    /// A consultation that somebody called about then.
    pub(crate) async fn opened(&self, at: &str) -> Opened {
        let offer = json!({ "from": "033-560-0001", "occurredAt": at });
        let call = self.done("offerCall", offer, "call { id }").await["call"]["id"].take();
        self.done("answerCall", json!({ "call": call, "occurredAt": at }), "").await;
        let open = json!({ "call": call, "occurredAt": at });
        let opened = self.done("openConsultation", open, "consultation { id }").await;
        Opened {
            id: opened["consultation"]["id"].as_str().unwrap().to_owned(),
            position: opened["position"].as_u64().unwrap(),
        }
    }

    /// The position of the event that voided it.
    pub(crate) async fn voided(&self, consultation: &Opened) -> u64 {
        let input = json!({ "consultation": consultation.id, "reason": "DUPLICATE" });
        self.done("voidConsultation", input, "").await["position"].as_u64().unwrap()
    }

    /// Waits until the read models know of everything up to a position.
    pub(crate) async fn has_come_to(&self, position: &Value) {
        let query = format!("{{ ledger(minPosition: {position}) {{ position }} }}");
        self.server.ask(&query, json!({})).await;
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.database.folder().join(name)
    }

    /// Writes a report to a file of this name.
    pub(crate) fn report(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let path = self.file(name);
        let output = ["--output", path.to_str().unwrap()];
        Program::succeed(&self.database, &[&["report"], arguments, &output].concat());
        path
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        Program::run(&self.database, arguments)
    }

    /// What `--check` says of a file, and its exit code.
    pub(crate) fn check(&self, path: &std::path::Path) -> (i32, Value) {
        let output = self.run(&["report", "--check", path.to_str().unwrap(), "--format", "json"]);
        let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code().unwrap(), told)
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }
}
