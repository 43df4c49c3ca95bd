//! The real program: one command to its end, or a server on a port of its own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::Child;

use crate::Database;
use crate::repository;

/// How long a server may take until it is ready.
const READY_SECONDS_MAX: u64 = 60;

/// The `sangdam` program.
pub struct Program;

impl Program {
    /// Where it is: what `SANGDAM_BIN` names, or else built now, so that no test runs yesterday's program.
    pub fn path() -> &'static Path {
        static PATH: OnceLock<PathBuf> = OnceLock::new();
        PATH.get_or_init(|| match std::env::var_os("SANGDAM_BIN") {
            Some(path) => PathBuf::from(path),
            None => build(),
        })
    }

    /// Runs it to its end with these arguments on this database.
    pub fn run(database: &Database, arguments: &[&str]) -> Output {
        Command::new(Self::path())
            .args(arguments)
            .envs(database.environment())
            .stdin(Stdio::null())
            .output()
            .expect("the program starts")
    }

    /// The same, and it must succeed. Returns what it printed to standard output.
    pub fn succeed(database: &Database, arguments: &[&str]) -> String {
        let output = Self::run(database, arguments);
        assert!(
            output.status.success(),
            "sangdam {} on {:?}: {}\n{}",
            arguments.join(" "),
            database.engine(),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

fn build() -> PathBuf {
    let root = repository::root();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--package", "sangdam", "--bin", "sangdam"])
        .current_dir(&root)
        .status()
        .expect("cargo starts");
    assert!(built.success(), "the program could not be built");
    let printed =
        Command::new(root.join("scripts/binary")).arg("debug").output().expect("scripts/binary runs");
    PathBuf::from(String::from_utf8(printed.stdout).expect("UTF-8").trim_end())
}

/// `sangdam serve --open`, killed when dropped.
pub struct Server {
    child: Child,
    address: String,
    client: reqwest::Client,
}

impl Server {
    /// Starts it on this database and waits until it is ready.
    pub async fn start(database: &Database) -> Self {
        Self::start_with(database, &[], &[]).await
    }

    /// The same, with more arguments, and more in its environment.
    pub async fn start_with(database: &Database, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        for _ in 0..5 {
            if let Some(server) = Self::try_start(database, arguments, environment).await {
                return server;
            }
        }
        panic!("the server did not become ready; its log is in {}", log_file(database).display());
    }

    /// `None` if it ended early: the free port may have been taken in between.
    async fn try_start(
        database: &Database,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        let address = free_address();
        let log =
            std::fs::File::options().create(true).append(true).open(log_file(database)).expect("a log file");
        let child = tokio::process::Command::new(Program::path())
            .args(["serve", "--open", "--listen", &address])
            .args(arguments)
            .envs(database.environment())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut server = Self { child, address, client: client() };
        server.until_ready().await.then_some(server)
    }

    async fn until_ready(&mut self) -> bool {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(READY_SECONDS_MAX) {
            if self.child.try_wait().expect("the child can be asked").is_some() {
                return false;
            }
            if self.get("/readyz").await.is_some_and(|answer| answer.status().is_success()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// `http://127.0.0.1:PORT` with a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `None` if there was no answer.
    pub async fn get(&self, path: &str) -> Option<reqwest::Response> {
        self.client.get(self.url(path)).send().await.ok()
    }

    /// Asks GraphQL; the whole answer, or an error if the connection broke before it was there.
    pub async fn try_ask(&self, query: &str, variables: Value) -> Result<Value, reqwest::Error> {
        let body = json!({"query": query, "variables": variables});
        self.client.post(self.url("/graphql")).json(&body).send().await?.json().await
    }

    /// Asks GraphQL; the whole answer, which must come.
    pub async fn ask_raw(&self, query: &str, variables: Value) -> Value {
        self.try_ask(query, variables).await.expect("an answer")
    }

    /// Asks GraphQL; the `data` of an answer without errors.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask_raw(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
        answer["data"].take()
    }

    /// Ends it at once, as a power cut would: SIGKILL.
    pub fn kill_now(&self) {
        self.signal("-KILL");
    }

    /// Waits until a killed server is gone.
    pub async fn wait_for_death(mut self) {
        let status = self.child.wait().await.expect("the child can be waited for");
        assert!(!status.success(), "the server ended well before it was killed");
    }

    /// Asks it to end and waits until it has.
    pub async fn stop(mut self) {
        self.signal("-TERM");
        let status = self.child.wait().await.expect("the child can be waited for");
        assert!(status.success(), "the server ended with {status} after SIGTERM");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().expect("the child runs").to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().expect("kill runs");
        assert!(sent.success(), "{signal} could not be sent");
    }
}

fn log_file(database: &Database) -> PathBuf {
    database.folder().join("server.log")
}

fn client() -> reqwest::Client {
    sangdam::tls::client().build().expect("an HTTP client")
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound socket has an address").to_string()
}
