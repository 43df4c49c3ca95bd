//! What the documents tell a reader to type must work.

use std::process::Command;

use sangdam_tests::Program;
use sangdam_tests::repository::{files, relative, root, text};

/// The lines `sangdam …` of the fenced blocks of a document, with `\` continuations joined.
fn commands(document: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    let joined = document.replace("\\\n", " ");
    for line in joined.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            let line = line.strip_prefix("$ ").unwrap_or(line);
            if line.starts_with("sangdam ") {
                found.push(line.to_owned());
            }
        }
    }
    found
}

/// The help of the subcommand that a command line names (one or two words), or `None` if there is no such one.
fn help(words: &[&str]) -> Option<String> {
    let deepest = [&words[..words.len().min(2)], &words[..words.len().min(1)]];
    deepest.iter().find_map(|path| {
        let output =
            Command::new(Program::path()).args(*path).arg("--help").output().expect("the program starts");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    })
}

#[test]
fn every_command_in_the_documents_exists_with_its_flags() {
    let documents = files(".", &["md"]);
    let mut checked = 0;
    for path in documents {
        for command in commands(&text(&path)) {
            let words: Vec<&str> = command.split_whitespace().skip(1).collect();
            let place = format!("{}: `{command}`", relative(&path));
            let plain: Vec<&str> = words.iter().copied().take_while(|word| !word.starts_with('-')).collect();
            let help = help(&plain).unwrap_or_else(|| panic!("{place}: no such subcommand"));
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                let flag = flag.split('=').next().unwrap_or(flag);
                assert!(help.contains(flag), "{place}: no flag {flag}");
            }
            checked += 1;
        }
    }
    assert!(checked >= 3, "only {checked} commands found in the documents: is the search broken?");
}

#[test]
fn every_make_target_in_the_readme_exists() {
    let makefile = text(&root().join("Makefile"));
    let readme = text(&root().join("README.md"));
    let targets: Vec<&str> = readme
        .split("make ")
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase()).next())
        .collect();
    for target in ["run", "test"] {
        assert!(targets.contains(&target), "the README does not tell of `make {target}`");
    }
    for line in readme.lines().filter_map(|line| line.trim().strip_prefix("make ")) {
        let target = line.split_whitespace().next().unwrap_or_default();
        assert!(
            makefile.contains(&format!("\n{target}:")),
            "the README tells of `make {target}`; there is none"
        );
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for path in files(".", &["md"]) {
        let document = text(&path);
        let folder = path.parent().expect("a file has a folder");
        for target in document.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            let outside = target.contains("://") || target.starts_with("mailto:") || target.is_empty();
            if !outside && !folder.join(target).exists() {
                broken.push(format!("{} → {target}", relative(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
