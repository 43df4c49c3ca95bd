//! Reports and their receipts, as somebody at the command line meets them.

mod check;
mod usage;
pub(crate) mod world;
