//! Asterisk's `queue_log`, imported ([`import`]) or followed as it grows ([`super::follow`]).
//!
//! A line is a command of its own, known by all that it says, so that it counts once whichever file brings it, and
//! whether it is seen as it is written or years later. Lines of one call find each other by the id of the caller's
//! channel. What becomes events of calls and agents stands in [`decide`]; what becomes none, because it is not known here
//! or says nothing new, is kept as it stands: no line that can be read leaves the ledger without a trace, except those
//! that are counted as left out.

mod carrier;
mod decide;
mod import;
mod item;
mod load;
mod settings;
mod told;

pub use carrier::{Carrier, Outcome, RawLine};
pub use import::import_queue_log;
pub use settings::{QueueCodes, Settings, WrongQueue};
pub(super) use told::call_ids;
