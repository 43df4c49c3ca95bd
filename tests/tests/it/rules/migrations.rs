//! Migrations: the same on both engines, and never changed once landed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sangdam_tests::repository::{files, relative, root, text};
use sha2::{Digest, Sha256};

/// The digest of every landed migration, as `sha256sum` writes it.
const SUMS: &str = "migrations/SHA256SUMS";

fn names(engine: &str) -> BTreeSet<PathBuf> {
    let folder = root().join("migrations").join(engine);
    let found: BTreeSet<_> = files(&format!("migrations/{engine}"), &["sql"])
        .iter()
        .map(|path| path.strip_prefix(&folder).expect("below the folder").to_owned())
        .collect();
    assert!(!found.is_empty(), "no migrations for {engine}");
    found
}

#[test]
fn both_engines_have_the_same_migrations() {
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn landed_migrations_never_change() {
    let landed: BTreeMap<String, String> = text(&root().join(SUMS))
        .lines()
        .map(|line| line.split_once("  ").expect("digest, two spaces, path"))
        .map(|(digest, path)| (path.to_owned(), digest.to_owned()))
        .collect();
    let now: BTreeMap<String, String> = files("migrations", &["sql"])
        .iter()
        .map(|path| (relative(path), hex::encode(Sha256::digest(text(path)))))
        .collect();
    for (path, digest) in &landed {
        assert_eq!(
            now.get(path),
            Some(digest),
            "{path} has landed: add a new migration instead of changing it"
        );
    }
    let new: Vec<_> = now.iter().filter(|(path, _)| !landed.contains_key(*path)).collect();
    assert!(new.is_empty(), "new migrations: run `sha256sum {}` at the root and add its lines to {SUMS}", {
        new.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(" ")
    });
}
