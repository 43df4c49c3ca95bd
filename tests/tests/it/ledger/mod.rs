//! The ledger's promises: retries, races, claims, erasure, bulk.

mod bulk;
mod callbacks;
mod callers;
mod erasure;
mod retries;
mod versions;
mod world;
