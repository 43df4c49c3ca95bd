//! domain ← eventstore ← projections ← api: what each crate may know.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use sangdam_tests::repository::{files, relative, root, text};
use serde_json::Value;

use super::sources::without_tests;

/// Each crate's normal dependencies, from `cargo metadata`.
struct Dependencies(BTreeMap<String, BTreeSet<String>>);

impl Dependencies {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--locked", "--offline", "--format-version", "1"])
            .current_dir(root())
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let names: BTreeMap<&str, &str> = list(&metadata["packages"])
            .map(|package| (str(&package["id"]), str(&package["name"])))
            .collect();
        let nodes = list(&metadata["resolve"]["nodes"]).map(|node| {
            let normal = list(&node["deps"])
                .filter(|dep| list(&dep["dep_kinds"]).any(|kind| kind["kind"].is_null()))
                .map(|dep| names[str(&dep["pkg"])].to_owned())
                .collect();
            (names[str(&node["id"])].to_owned(), normal)
        });
        // Two versions of one package share a name here: what either needs counts.
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, dependencies) in nodes {
            let dependencies: BTreeSet<String> = dependencies;
            all.entry(name).or_default().extend(dependencies);
        }
        Self(all)
    }

    fn direct(&self, package: &str) -> &BTreeSet<String> {
        &self.0[package]
    }

    /// All that a package needs, however far.
    fn all(&self, package: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![package.to_owned()];
        while let Some(name) = open.pop() {
            for next in self.direct(&name) {
                if found.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        found
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn str(value: &Value) -> &str {
    value.as_str().expect("a string")
}

#[track_caller]
fn knows_nothing_of(package: &str, known: &BTreeSet<String>, forbidden: &[&str]) {
    let broken: Vec<_> = forbidden.iter().filter(|name| known.contains(**name)).collect();
    assert!(broken.is_empty(), "{package} must not depend on {broken:?}");
}

#[test]
fn dependencies_point_one_way() {
    let dependencies = Dependencies::read();
    let web = ["axum", "async-graphql", "hyper", "clap"];

    let domain = dependencies.all("sangdam-domain");
    knows_nothing_of("domain", &domain, &web);
    knows_nothing_of("domain", &domain, &["tokio", "futures", "sqlx", "sqlx-core"]);
    knows_nothing_of("domain", &domain, &["sangdam-eventstore", "sangdam-projections", "sangdam"]);

    let eventstore = dependencies.all("sangdam-eventstore");
    knows_nothing_of("eventstore", &eventstore, &web);
    knows_nothing_of("eventstore", &eventstore, &["sangdam-projections", "sangdam"]);

    let projections = dependencies.all("sangdam-projections");
    knows_nothing_of("projections", &projections, &web);
    knows_nothing_of("projections", &projections, &["sangdam"]);

    knows_nothing_of("api", dependencies.direct("sangdam"), &["sqlx"]);
}

/// The crate's sources must not hold any of these words, comments and tests apart.
#[track_caller]
fn never_says(folder: &str, forbidden: &[&str], why: &str) {
    let mut broken = Vec::new();
    for path in files(folder, &["rs"]) {
        let source = text(&path);
        for (index, line) in without_tests(&source).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(word) = forbidden.iter().find(|word| code.contains(**word)) {
                broken.push(format!("{}:{}: {word}", relative(&path), index + 1));
            }
        }
    }
    assert!(broken.is_empty(), "{why}:\n  {}", broken.join("\n  "));
}

#[test]
fn projections_never_write_the_ledger() {
    let writes = [".append_all(", ".append_bulk(", ".create_log(", ".delete_sealed(", "Append {", "vault().seal"];
    never_says("projections/src", &writes, "a projection reads the ledger");
}

#[test]
fn only_the_ledger_room_appends() {
    let writes = [".append_all(", ".append_bulk(", ".create_log(", ".delete_sealed("];
    let broken: Vec<_> = files("api/src", &["rs"])
        .into_iter()
        .filter(|path| !relative(path).starts_with("api/src/ledger"))
        .filter(|path| {
            let source = text(path);
            writes.iter().any(|word| without_tests(&source).contains(word))
        })
        .map(|path| relative(&path))
        .collect();
    assert!(broken.is_empty(), "whatever writes goes through api/src/ledger: {broken:?}");
}

#[test]
fn the_domain_has_no_clock_and_no_tables() {
    let forbidden = ["async fn", "SystemTime", "Instant::now", "SELECT ", "INSERT ", "std::fs", "std::env"];
    never_says("domain/src", &forbidden, "the domain is pure functions");
}

#[test]
fn the_store_knows_no_events_meaning() {
    let forbidden = ["ConsultationOpened", "CallOffered", "CallerRegistered", "sangdam_domain::event::"];
    never_says("eventstore/src", &forbidden, "the store knows no event's meaning");
}

#[test]
fn nothing_but_stores_speaks_sql() {
    let forbidden = ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE ", "CREATE TABLE"];
    never_says("api/src", &forbidden, "api holds no SQL");
}
