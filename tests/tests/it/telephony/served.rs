//! The way in: who may tell of calls, and what is answered.

use reqwest::StatusCode;
use sangdam_tests::{Database, Program, Server, both_engines};
use serde_json::{Value, json};

const TOKEN: &str = "0123456789abcdef-one";
const NEXT: &str = "0123456789abcdef-two";

struct Telephone {
    client: reqwest::Client,
    server: Server,
}

impl Telephone {
    async fn new(database: &Database, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let client = sangdam::tls::client().build().unwrap();
        Self { client, server: Server::start_with(database, arguments, environment).await }
    }

    async fn posts(&self, token: &str, body: &str, headers: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut request = self.client.post(self.server.url(&format!("/cti/{token}"))).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or_default())
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const NEW: &str = "event=newCall&from=0332223333&to=0335601234&direction=in&callId=1";

async fn tokens_let_in_and_what_is_unreadable_is_told(database: Database) {
    let both = format!("{TOKEN},{NEXT}");
    let telephone = Telephone::new(&database, &[], &[("SANGDAM_CTI_TOKEN", &both)]).await;
    assert_eq!(
        telephone.posts(TOKEN, NEW, &[FORM]).await.0,
        StatusCode::SERVICE_UNAVAILABLE,
        "no centre yet"
    );
    let register = "mutation($input: RegisterCentreInput!) { registerCentre(input: $input) { position } }";
    let centre = json!({
        "name": "정선군 민원콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul",
        "recordsCompleteFrom": "2022-01-01"
    });
    telephone.server.ask(register, json!({ "input": centre })).await;
    let good = (StatusCode::OK, json!({}));
    assert_eq!(telephone.posts(TOKEN, NEW, &[FORM]).await, good);
    let answer = r#"{"event":"answer","direction":"in","callId":"1","user":["김상담"]}"#;
    assert_eq!(telephone.posts(NEXT, answer, &[JSON]).await, good);
    // A telephone system knows the server by whatever name.
    assert_eq!(telephone.posts(TOKEN, NEW, &[FORM, ("host", "pbx-gateway.example")]).await, good);

    let (status, told) = telephone.posts("0123456789abcdef-bad", NEW, &[FORM]).await;
    assert_eq!((status, told["error"].is_string()), (StatusCode::UNAUTHORIZED, true));
    let (status, told) = telephone.posts(TOKEN, "event=newCall", &[FORM]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told["error"].as_str().unwrap().contains("callId"), "{told}");
    let (status, _) = telephone.posts(TOKEN, NEW, &[FORM, ("origin", "http://127.0.0.1")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let long = format!("{NEW}&x={}", "x".repeat(20_000));
    assert_eq!(telephone.posts(TOKEN, &long, &[FORM]).await.0, StatusCode::PAYLOAD_TOO_LARGE);

    let calls = "{ ledger { events(types: [\"CallAnswered\"], first: 1) { edges { node { id } } } } }";
    assert_eq!(
        telephone.server.ask(calls, json!({})).await["ledger"]["events"]["edges"].as_array().unwrap().len(),
        1
    );
    let log = std::fs::read_to_string(database.folder().join("server.log")).unwrap();
    assert!(!log.contains("0123456789abcdef") && !log.contains("222333"), "{log}");
}

async fn without_a_token_there_is_no_way_in(database: Database) {
    let telephone = Telephone::new(&database, &[], &[]).await;
    assert_eq!(telephone.posts(TOKEN, NEW, &[FORM]).await.0, StatusCode::NOT_FOUND);
    let refused = Program::run(&database, &["serve", "--open", "--cti-token", "sesame"]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("openssl rand") && !told.contains("sesame"), "{told}");
}

both_engines!(tokens_let_in_and_what_is_unreadable_is_told, without_a_token_there_is_no_way_in);
