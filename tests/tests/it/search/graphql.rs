//! `similarConsultations`: the ledger says what the index found.

use async_graphql::{Request, Variables};
use sangdam::graphql::{ApiSchema, App, Loaders, schema};
use sangdam::ledger::CommandMeta;
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::aggregate::{ConsultationCommand, DirectoryEntry, DirectoryEntryCommand, EntryStanding};
use sangdam_domain::event::DirectoryListing;
use sangdam_domain::id::{DirectoryEntryId, TransferId};
use sangdam_domain::value::{DialledNumber, DisplayText, TransferKind};
use sangdam_projections::ReadModels;
use sangdam_projections::runner::catch_up;
use sangdam_tests::{Database, both_engines};
use serde_json::{Value, json};

use super::world::World;

pub(super) struct Asked {
    pub(super) world: World,
    models: ReadModels,
    schema: ApiSchema,
}

impl Asked {
    pub(super) async fn new(database: Database) -> Self {
        let world = World::new(database).await;
        let models = ReadModels::open(world.database.location()).await.unwrap();
        let (store, log) = (world.ledger.store().clone(), world.ledger.log().clone());
        let app = App::searching_in(store, models.clone(), log, world.folder("search"));
        Self { schema: schema(app), models, world }
    }

    pub(super) async fn ask(&self, ledger: &str, arguments: &str, fields: &str) -> Value {
        catch_up(self.world.ledger.store(), &self.models, self.world.ledger.log(), |_| {}).await.unwrap();
        let query = format!("{{ ledger{ledger} {{ similarConsultations({arguments}) {{ {fields} }} }} }}");
        let loaders = Loaders::new(self.world.ledger.store().clone(), self.models.clone());
        let answer = self.schema.execute(Request::new(query).data(loaders)).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.data.into_json().unwrap()["ledger"]["similarConsultations"].take()
    }
}

impl Asked {
    /// Runs one mutation that must be carried out.
    pub(super) async fn mutate(&self, name: &str, input: Value, fields: &str) -> Value {
        let answer = self.run(name, input, fields).await;
        assert_eq!(answer["userErrors"], json!([]), "{name}");
        answer
    }

    /// Runs one mutation that must be refused: the code and the field.
    pub(super) async fn refused(&self, name: &str, input: Value) -> (Value, Value) {
        let mut answer = self.run(name, input, "").await;
        let error = &mut answer["userErrors"][0];
        (error["code"].take(), error["field"].take())
    }

    async fn run(&self, name: &str, input: Value, fields: &str) -> Value {
        let mut type_name = name.to_owned();
        type_name[..1].make_ascii_uppercase();
        let query = format!(
            "mutation($input: {type_name}Input!) {{ answer: {name}(input: $input) \
             {{ position userErrors {{ code message field }} {fields} }} }}"
        );
        let loaders = Loaders::new(self.world.ledger.store().clone(), self.models.clone());
        let variables = Variables::from_json(json!({ "input": input }));
        let answer = self.schema.execute(Request::new(query).variables(variables).data(loaders)).await;
        assert!(answer.errors.is_empty(), "{name}: {:?}", answer.errors);
        answer.data.into_json().unwrap()["answer"].take()
    }
}

fn text(text: &str) -> DisplayText {
    DisplayText::parse(text).unwrap()
}

async fn an_entry(world: &World) -> DirectoryEntryId {
    let id = DirectoryEntryId::from_uuid(world.ledger.new_uuid());
    let listing = DirectoryListing {
        organisation: text("정선군청"),
        department: text("민원과 민원팀"),
        duties: text("여권"),
        phone: DialledNumber::parse("033-110-2101").unwrap(),
        hours: None,
        category: None,
    };
    let meta = CommandMeta::new(Actor::of(ActorKind::Open), "entry");
    world.ledger.execute::<DirectoryEntry>(&meta, id, DirectoryEntryCommand::Add { listing }).await.unwrap();
    id
}

async fn what_was_said_given_and_asked_is_shown(database: Database) {
    let asked = Asked::new(database).await;
    let world = &asked.world;
    let entry = an_entry(world).await;
    let call_back = "여권을 잃어버려 재발급 문의, 회신 010-1234-5678";
    for _ in 0..3 {
        let id =
            world.consultation(None, call_back, Some("여권은 민원과에서 재발급, 신분증 지참 안내")).await;
        let standing = EntryStanding::Listed { latest: 1 };
        world.does(id, ConsultationCommand::GiveNumber { entry, entry_version: None, standing }).await;
    }
    let first = world.head().await;
    let moved = world.consultation(None, "가로등 고장 신고", None).await;
    let transfer = ConsultationCommand::RequestTransfer {
        transfer: TransferId::from_uuid(world.ledger.new_uuid()),
        kind: TransferKind::Warm,
        department: text("안전과"),
        officer: None,
        brief: None,
    };
    world.does(moved, transfer).await;

    let fields = "count resolvedAtFirstContact score resolution { outcome } transfers { department count } \
                  highlights { kind text marks { start end } } evidence { uuid } \
                  numbersGiven { entryVersion count entry { uuid } listing { department } }";
    let answer = asked.ask("", "text: \"여권재발급\"", fields).await;
    let matter = &answer[0];
    assert_eq!((&matter["count"], &matter["resolvedAtFirstContact"]), (&json!(3), &json!(3)));
    assert_eq!(matter["evidence"].as_array().unwrap().len(), 3);
    assert_eq!(matter["resolution"]["outcome"], "ANSWERED");
    let inquiry = &matter["highlights"][0];
    assert_eq!(inquiry["text"], "여권을 잃어버려 재발급 문의, 회신 •••••••••••••");
    assert_eq!(inquiry["marks"], json!([{ "start": 0, "end": 2 }, { "start": 9, "end": 12 }]));
    let number = &matter["numbersGiven"][0];
    assert_eq!((&number["count"], &number["entryVersion"]), (&json!(3), &json!(1)));
    assert_eq!(number["listing"]["department"], "민원과 민원팀");

    let answer = asked.ask("", "text: \"가로등\"", fields).await;
    assert_eq!(answer[0]["transfers"], json!([{ "department": "안전과", "count": 1 }]));
    assert_eq!(answer[0]["resolution"], Value::Null);
    // As of before it was opened there was none.
    let then = format!("(asOf: {{ position: {first} }})");
    assert_eq!(asked.ask(&then, "text: \"가로등\"", fields).await, json!([]));
    assert_eq!(asked.ask(&then, "text: \"여권\"", "count").await, json!([{ "count": 3 }]));
}

both_engines!(what_was_said_given_and_asked_is_shown);

async fn what_was_corrected_is_shown_as_it_was_then(database: Database) {
    use sangdam_domain::log::Version;
    use sangdam_domain::value::NoteText;

    let asked = Asked::new(database).await;
    let world = &asked.world;
    let id = world.consultation(None, "재산세 납부 문의", Some("위택스 안내")).await;
    let before = world.head().await;
    let text = NoteText::parse("주민세 감면 문의").unwrap();
    let correct = ConsultationCommand::CorrectNote { note: Version::ZERO.plus(2), text, why: None };
    world.does(id, correct).await;
    let fields = "highlights { text }";
    let then = format!("(asOf: {{ position: {before} }})");
    let inquiry = |answer: Value| answer[0]["highlights"][0]["text"].clone();
    assert_eq!(inquiry(asked.ask(&then, "text: \"재산세\"", fields).await), "재산세 납부 문의");
    assert_eq!(inquiry(asked.ask("", "text: \"주민세\"", fields).await), "주민세 감면 문의");
    assert_eq!(asked.ask("", "text: \"재산세\"", fields).await, json!([]));
    assert_eq!(asked.ask(&then, "text: \"주민세 감면\"", fields).await, json!([]));
}

both_engines!(what_was_corrected_is_shown_as_it_was_then);
