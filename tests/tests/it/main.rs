//! The integration tests: one program, one suite, both engines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it fails, saying why"
)]

mod command_line;
mod crash;
mod directory;
mod feeds;
mod histories;
mod ledger;
mod mutations;
mod replay;
mod reports;
mod rules;
mod schedule;
mod search;
mod statements;
mod telephone_files;
mod telephony;
