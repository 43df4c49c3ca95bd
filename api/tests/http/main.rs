//! The server over HTTP, as clients meet it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod as_of;
mod guard;
mod limits;
mod queries;
mod subscriptions;
mod support;
