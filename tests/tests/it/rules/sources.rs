//! Rules about the text of the sources.

use std::path::PathBuf;

use sangdam_tests::repository::{files, relative, text};

/// More lines than this are two files.
const LINES_MAX: usize = 500;

fn rust_files() -> Vec<PathBuf> {
    let found = files(".", &["rs"]);
    assert!(found.len() > 50, "only {} Rust files found: is the walk broken?", found.len());
    found
}

/// A source without its `#[cfg(test)]` module, which stands last in a file.
pub(super) fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod ").next().unwrap_or(source)
}

fn report(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn no_file_is_too_long_to_read() {
    let broken: Vec<_> = rust_files()
        .iter()
        .map(|path| (text(path).lines().count(), relative(path)))
        .filter(|(lines, _)| *lines > LINES_MAX)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    report(&broken, &format!("at most {LINES_MAX} lines in a Rust file"));
}

#[test]
fn time_comes_from_a_clock_in_sql_too() {
    let forbidden =
        ["current_timestamp", "now()", "strftime(", "datetime('now", "random()", "gen_random_uuid"];
    let broken: Vec<_> = files("migrations", &["sql"])
        .iter()
        .flat_map(|path| {
            let sql = text(path).to_lowercase();
            let lines: Vec<_> = sql
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim_start().starts_with("--"))
                .filter(|(_, line)| forbidden.iter().any(|word| line.contains(word)))
                .map(|(index, line)| format!("{}:{}: {}", relative(path), index + 1, line.trim()))
                .collect();
            lines
        })
        .collect();
    report(&broken, "no clock and no randomness of the database's own");
}
