//! The integration tests: one program, one suite, both engines.

mod crash;
mod histories;
mod rules;
