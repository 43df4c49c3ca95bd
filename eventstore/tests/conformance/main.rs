//! What every engine must hold: one suite, run on SQLite and PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where something is not as it must be"
)]

mod harness;

mod append;
mod claims;
mod concurrency;
mod leaves;
mod lending;
mod many_rows;
mod reading;
mod tampering;
mod together;
mod vault;
