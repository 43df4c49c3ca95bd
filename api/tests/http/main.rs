//! The server over HTTP, as clients meet it.

mod guard;
mod limits;
mod queries;
mod subscriptions;
mod support;
