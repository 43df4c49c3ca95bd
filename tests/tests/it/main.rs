//! The integration tests: one program, one suite, both engines.

mod rules;
