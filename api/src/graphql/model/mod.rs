//! What GraphQL shows: one file a type. An object of a stream of its own is a [`Lazy`] around the folded aggregate, loaded
//! (batched, personal data opened) when a field first asks for it; a mutation makes it from the state it has at hand.

mod actor;
mod agent;
mod call;
mod call_list;
mod callback;
mod caller;
mod centre;
mod consultation;
mod consultation_list;
mod consultation_parts;
mod consultation_plain;
mod counts;
mod directory;
mod event;
mod import;
mod knowledge;
mod lazy;
mod milestone;
mod personal;
mod replay;
mod similar;
mod transfer;

pub use actor::*;
pub use agent::*;
pub use call::*;
pub use call_list::*;
pub use callback::*;
pub use caller::*;
pub use centre::*;
pub use consultation::*;
pub use consultation_list::*;
pub use consultation_parts::*;
pub use counts::*;
pub use directory::*;
pub use event::*;
pub use import::*;
pub use knowledge::*;
pub use lazy::{Lazy, loaders};
pub use milestone::*;
pub use personal::*;
pub use replay::*;
pub use similar::*;
pub use transfer::*;
