//! The real server on port 0, over SQLite in a directory of its own.

use std::path::Path;
use std::sync::Arc;

use futures::{SinkExt, StreamExt};
use sangdam::graphql::App;
use sangdam_domain::log::LogId;
use sangdam_eventstore::{Kek, Location, Store, StoreConfig, SystemClock, SystemEntropy};
use sangdam_projections::ReadModels;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub struct Server {
    pub address: String,
    pub client: reqwest::Client,
    pub app: App,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<std::io::Result<()>>>,
    _dir: TempDir,
}

impl Server {
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, models) = open(dir.path()).await;
        let app = App::new(store, models, LogId::main("jeongseon").unwrap());
        app.follow_all().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let serving =
            tokio::spawn(sangdam::http::serve(listener, app.clone(), Default::default(), async move {
                let _ = stopped.await;
            }));
        let client = sangdam::tls::client().build().unwrap();
        Self { address, client, app, stop: Some(stop), serving: Some(serving), _dir: dir }
    }

    /// Tells the server to stop, and waits until it has.
    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.take().unwrap().await.unwrap().unwrap();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn post(&self) -> reqwest::RequestBuilder {
        self.client.post(self.url("/graphql"))
    }

    /// The whole answer to a query.
    pub async fn answer(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        self.post().json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// The data of a query that is answered without errors.
    #[track_caller]
    pub fn data(&self, query: &str, variables: Value) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        let answer = self.answer(query, variables);
        async move {
            let mut answer = answer.await;
            if answer.get("errors").is_some() {
                let health = self.client.get(self.url("/readyz")).send().await.unwrap().text().await.unwrap();
                panic!("{caller}: {answer:#}\n{health}");
            }
            answer["data"].take()
        }
    }

    /// The code of the first error.
    pub async fn code(&self, query: &str, variables: Value) -> String {
        code_of(&self.answer(query, variables).await)
    }

    /// Registers the centre, and answers with the position.
    pub async fn register_centre(&self) -> u64 {
        let data = self
            .data(
                r#"mutation { registerCentre(input: { name: "정선군 상담센터", openedOn: "2019-08-01",
                timeZone: "Asia/Seoul", recordsCompleteFrom: "2022-01-01" }) { position userErrors { code message } } }"#,
                Value::Null,
            )
            .await;
        position(&data["registerCentre"])
    }

    /// A caller's call, answered by nobody in particular, and the consultation that it opens: its global id.
    pub async fn open_consultation(&self, phone: &str) -> (String, u64) {
        let offered = self
            .data(
                "mutation($from: String!) { offerCall(input: { from: $from }) { call { id } position userErrors { message } } }",
                json!({ "from": phone }),
            )
            .await;
        position(&offered["offerCall"]);
        let call = offered["offerCall"]["call"]["id"].clone();
        let answered = self
            .data(
                "mutation($call: ID!) { answerCall(input: { call: $call }) { position userErrors { message } } }",
                json!({ "call": call }),
            )
            .await;
        position(&answered["answerCall"]);
        let opened = self
            .data(
                "mutation($call: ID!) { openConsultation(input: { call: $call }) {
                    consultation { id } position userErrors { message } } }",
                json!({ "call": call }),
            )
            .await;
        let opened = &opened["openConsultation"];
        (opened["consultation"]["id"].as_str().unwrap().to_owned(), position(opened))
    }

    /// A WebSocket that has been acknowledged.
    pub async fn socket(&self) -> Socket {
        let mut socket = self.upgrade(&[]).await.unwrap();
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket
    }

    /// A WebSocket that nothing was said on yet; the headers are set beside those of the protocol.
    pub async fn upgrade(&self, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
        let mut request = format!("ws://{}/graphql/ws", self.address).into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        tokio_tungstenite::connect_async(request).await.map(|(socket, _)| Socket(socket))
    }
}

pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// The next message of the protocol above.
    pub async fn next(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(std::time::Duration::from_secs(20), self.0.next()).await;
            match message.expect("a message in time").expect("an open connection").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => return json!({ "closed": frame.map(|frame| u16::from(frame.code)) }),
                _ => {}
            }
        }
    }
}

pub fn code_of(answer: &Value) -> String {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

/// The position of a payload whose command was carried out.
#[track_caller]
pub fn position(payload: &Value) -> u64 {
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
    payload["position"].as_u64().unwrap()
}

async fn open(dir: &Path) -> (Store, ReadModels) {
    let location = Location::Sqlite { dir: dir.to_owned() };
    let config = StoreConfig {
        location: location.clone(),
        kek: Kek::from_bytes([7; 32]),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        ledger: None,
    };
    (Store::open(config).await.unwrap(), ReadModels::open(location).await.unwrap())
}
