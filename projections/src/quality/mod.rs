//! How well callers were served: transfers, callbacks that were kept, callers who had to call again, matters that were
//! settled at the first contact. Each rate with its denominator, as of any moment.

mod callbacks;
mod first_contact;
mod inbound;
mod repeats;
mod transfers;

pub use callbacks::{CallbacksKept, callbacks_kept};
pub use first_contact::{AgentResolved, FirstContact, NoRepeatCall, first_contact};
pub use repeats::{RepeatCallers, repeat_callers};
pub use transfers::{Transfers, transfers};

/// Within how many seconds a further call is one about the same matter, as far as one can tell from calls alone: seven
/// times 24 hours, whatever clocks did in between.
pub const AGAIN_SECONDS: i64 = 168 * 3_600;
