//! The `sangdam` binary's insides: the ledger's commands, GraphQL, HTTP, imports, replays, reports, feeds, the command line.

pub mod cli;
pub mod config;
pub mod directory;
pub mod feeds;
pub mod graphql;
pub mod http;
pub mod intake;
pub mod ledger;
pub mod replay;
pub mod reports;
pub mod schedule;
pub mod table;
pub mod telemetry;
pub mod tls;
pub mod whole_file;
