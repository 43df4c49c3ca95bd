//! Asterisk's `cdr-csv`: one call from as many rows as the telephone system wrote about it.
//!
//! Rows of one call are put together by the id of the channel with which it began ([`merge`]), and carried out as one
//! command ([`import`]). A call that the ledger knows, from these rows or from the `queue_log` of the same system, is
//! left as it is: a queue log says more of it. No row counts as a consultation.

mod carry;
mod import;
mod merge;

pub use import::{Settings, import_cdr_csv};
