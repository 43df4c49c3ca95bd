//! The schema over a ledger of its own, and its mutations by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Request, Variables};
use sangdam::graphql::{ApiSchema, App, Loaders, schema};
use sangdam::ledger::Ledger;
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::{FixedClock, Kek, SeededEntropy, Store, StoreConfig};
use sangdam_projections::{ReadModels, runner};
use sangdam_tests::Database;
use serde_json::{Value, json};

pub(super) struct Api {
    pub(super) clock: Arc<FixedClock>,
    schema: ApiSchema,
    store: Store,
    models: ReadModels,
    log: LogId,
    _database: Database,
}

impl Api {
    pub(super) async fn new(database: Database) -> Self {
        let clock = Arc::new(FixedClock::new("2024-01-02T00:00:00Z".parse().unwrap()));
        let store = Store::open(StoreConfig {
            location: database.location(),
            kek: Kek::from_bytes([7; 32]),
            clock: Arc::<FixedClock>::clone(&clock),
            entropy: Arc::new(SeededEntropy::new(b"mutations")),
            ledger: None,
        })
        .await
        .unwrap();
        let log = LogId::main("jeongseon").unwrap();
        Ledger::new(store.clone(), log.clone()).open_log().await.unwrap();
        let models = ReadModels::open(database.location()).await.unwrap();
        Self {
            clock,
            schema: schema(App::new(store.clone(), models.clone(), log.clone())),
            store,
            models,
            log,
            _database: database,
        }
    }

    /// Runs one mutation and gives its payload back, or the request's errors.
    pub(super) async fn run(&self, name: &str, input: Value, fields: &str) -> Result<Value, Value> {
        let mut type_name = name.to_owned();
        type_name[..1].make_ascii_uppercase();
        let query = format!(
            "mutation($input: {type_name}Input!) {{ answer: {name}(input: $input) \
             {{ position userErrors {{ code message field }} {fields} }} }}"
        );
        self.execute(&query, json!({ "input": input })).await.map(|mut data| data["answer"].take())
    }

    /// The answer to any query, or the request's errors.
    async fn execute(&self, query: &str, variables: Value) -> Result<Value, Value> {
        let request = Request::new(query)
            .variables(Variables::from_json(variables))
            .data(Loaders::new(self.store.clone(), self.models.clone()));
        let response = self.schema.execute(request).await;
        if response.errors.is_empty() {
            Ok(response.data.into_json().unwrap())
        } else {
            Err(serde_json::to_value(&response.errors).unwrap())
        }
    }

    /// The answer to a query that can be answered, from read models that know of everything.
    pub(super) async fn ask(&self, query: &str) -> Value {
        self.catch_up().await;
        self.execute(query, json!({})).await.unwrap_or_else(|errors| panic!("{query}: {errors}"))
    }

    /// Lets the read models apply everything.
    pub(super) async fn catch_up(&self) {
        runner::catch_up(&self.store, &self.models, &self.log, |_| {}).await.unwrap();
    }

    /// The names of the events that the ledger holds. It verifies.
    pub(super) async fn event_types(&self) -> BTreeSet<String> {
        let verified = self.store.verify(&self.log, |_| {}).await.unwrap();
        assert!(verified.is_sound(), "{:#?}", verified.problems);
        let events = self.store.read(&self.log, Position::ZERO, usize::MAX >> 1).await.unwrap();
        events.into_iter().map(|event| event.event_type.to_string()).collect()
    }

    /// Runs one mutation that must be carried out.
    pub(super) async fn done(&self, name: &str, input: Value, fields: &str) -> Value {
        let answer = self.run(name, input, fields).await.unwrap_or_else(|errors| panic!("{name}: {errors}"));
        assert_eq!(answer["userErrors"], json!([]), "{name}");
        answer
    }

    /// Runs one mutation that must be refused: the code and the field.
    pub(super) async fn refused(&self, name: &str, input: Value) -> (String, Value) {
        let answer = self.run(name, input, "").await.unwrap_or_else(|errors| panic!("{name}: {errors}"));
        assert_eq!(answer["position"], Value::Null, "{name}");
        let error = &answer["userErrors"][0];
        assert!(error["message"].as_str().is_some_and(|message| message.len() > 5), "{answer}");
        (error["code"].as_str().unwrap().to_owned(), error["field"].clone())
    }

    /// Runs one mutation that must be carried out, and tells the id of what it is about.
    pub(super) async fn id_of(&self, name: &str, input: Value, object: &str) -> Value {
        self.done(name, input, &format!("{object} {{ id }}")).await[object]["id"].take()
    }

    pub(super) async fn answered_call(&self) -> Value {
        let call = self.id_of("offerCall", json!({ "from": "010-0000-1234" }), "call").await;
        self.done("answerCall", json!({ "call": call }), "").await;
        call
    }

    pub(super) async fn consultation(&self) -> Value {
        let call = self.answered_call().await;
        let input = json!({ "call": call, "contactReason": "UNKNOWN_CONTACT" });
        self.id_of("openConsultation", input, "consultation").await
    }
}
