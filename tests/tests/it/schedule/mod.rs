//! Reports that are made at set times: once each, as of when they were due, whole, and where they are to be.

mod command_line;
mod failures;
mod once;
mod processes;
mod receiver;
mod s3;
mod webhook;
mod world;
