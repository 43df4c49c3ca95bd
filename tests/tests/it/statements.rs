//! What a question costs in statements: as many for a page of many rows as for one of few. Counted where they arrive, in the
//! log of PostgreSQL's server.

use std::path::{Path, PathBuf};

use sangdam_eventstore::Location;
use sangdam_tests::database::POSTGRES_URL;
use sangdam_tests::{Database, Engine, Server};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

/// How often a question is asked: what the server does by itself meanwhile can only add to a count.
const TIMES: usize = 5;
const ROWS: usize = 20;
const LISTED: &str =
    "id status openedAt channel contactReason category { code nameKo } agent { id } caller { id }";

struct World {
    server: Server,
    /// Begins every line of this database's statements in the log.
    database: String,
    log: PathBuf,
}

impl World {
    /// A server whose statements are logged; `None` where there is no PostgreSQL, or its log lies elsewhere.
    async fn start(database: &Database) -> Option<Self> {
        let Location::Postgres { url } = database.location() else { return None };
        let name = url.rsplit('/').next().unwrap().to_owned();
        let cluster = std::env::var(POSTGRES_URL).unwrap();
        let mut admin = PgConnection::connect(&cluster).await.unwrap();
        let folder: String = sqlx::query_scalar("SHOW data_directory").fetch_one(&mut admin).await.unwrap();
        let log = Path::new(&folder).with_file_name("server.log");
        if !log.exists() {
            eprintln!("skipped: the log of PostgreSQL's server is not at {}", log.display());
            return None;
        }
        admin.execute(format!("ALTER DATABASE {name} SET log_statement = 'all'").as_str()).await.unwrap();
        admin.execute("ALTER SYSTEM SET log_line_prefix = '%d '").await.unwrap();
        admin.execute("SELECT pg_reload_conf()").await.unwrap();
        Some(Self { server: Server::start(database).await, database: name, log })
    }

    /// The statements that the log tells of, but for those by which the server notices what others wrote.
    fn statements(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned();
        let own = format!("{} LOG:  execute ", self.database);
        text.lines().filter(|line| line.starts_with(&own)).map(str::to_owned).collect()
    }

    fn logged(&self) -> usize {
        self.statements().len()
    }

    /// How many statements a question takes.
    async fn count(&self, query: &str, variables: &Value) -> usize {
        let mut least = usize::MAX;
        for _ in 0..TIMES {
            let before = self.logged();
            self.server.ask(query, variables.clone()).await;
            least = least.min(self.logged() - before);
        }
        least
    }

    async fn carry_out(&self, field: &str, selection: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let query =
            format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} position }} }}");
        let mut answer = self.server.ask(&query, json!({ "input": input })).await;
        answer[field].take()
    }

    /// Consultations of one caller, each with a note; the caller's id, and the last position.
    async fn fill(&self) -> (String, Value) {
        let centre = json!({ "name": "정선군 민원콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul",
            "recordsCompleteFrom": "2022-01-01" });
        self.carry_out("registerCentre", "", centre).await;
        let caller = json!({ "phone": "033-123-4567" });
        let caller = self.carry_out("registerCaller", "caller { id }", caller).await["caller"]["id"].clone();
        let mut position = Value::Null;
        for _ in 0..ROWS {
            let offered = self.carry_out("offerCall", "call { id }", json!({ "from": "033-123-4567" })).await;
            let call = &offered["call"]["id"];
            self.carry_out("answerCall", "", json!({ "call": call })).await;
            let opened =
                self.carry_out("openConsultation", "consultation { id }", json!({ "call": call })).await;
            let note = json!({ "consultation": opened["consultation"]["id"], "kind": "INQUIRY", "text": "여권 재발급 문의" });
            position = self.carry_out("recordNote", "", note).await["position"].clone();
        }
        (caller.as_str().unwrap().to_owned(), position)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_takes_as_many_statements_as_a_row() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let database = Database::fresh(Engine::Postgres).await;
    let Some(world) = World::start(&database).await else { return };
    let (caller, position) = world.fill().await;
    let wait = "query($p: Position!) { ledger(minPosition: $p) { position } }";
    world.server.ask(wait, json!({ "p": position })).await;
    let count =
        async |first: usize, query: &str| world.count(query, &json!({ "id": caller, "first": first })).await;

    let list = format!(
        "query($first: Int) {{ ledger {{ consultations(first: $first) {{ nodes {{ {LISTED} }} }} }} }}"
    );
    let plain = list.replace(" nameKo", "");
    assert_eq!(count(ROWS, &plain).await, 1, "a list is one statement");
    let with_version = || world.statements().iter().any(|sql| sql.contains(", version FROM consultations"));
    assert!(!with_version(), "a version is read that nobody asked for");
    assert_eq!(
        count(ROWS, &plain.replace("status", "status version")).await,
        1,
        "nor does it take more with them"
    );
    assert!(with_version());
    assert_eq!(count(2, &list).await, count(ROWS, &list).await, "categories are not looked up row by row");

    let history = "query($id: ID!, $first: Int) { ledger { caller(id: $id) { id kind registeredAt
        consultations(first: $first) { nodes { id status openedAt category { code } agent { id } } } } } }";
    assert_eq!(count(ROWS, history).await, 2, "the caller with their aliases, and their consultations");

    let years = "query { ledger { yearlyCounts { year consultations offered answered uniqueCallers } } }";
    assert!(world.count(years, &Value::Null).await <= 2, "yearly counts are rows of two tables");

    let notes =
        "query($first: Int) { ledger { consultations(first: $first) { nodes { id notes { text } } } } }";
    let (few, many) = (count(2, notes).await, count(ROWS, notes).await);
    assert!(
        many <= few,
        "notes are read and unsealed together: {few} statements for 2 rows, {many} for {ROWS}"
    );
}
