//! What GraphQL shows: one file a type. An object of a stream of its own is a [`Lazy`] around the folded aggregate, loaded
//! (batched, personal data opened) when a field first asks for it; a mutation makes it from the state it has at hand.

mod actor;
mod agent;
mod call;
mod callback;
mod caller;
mod centre;
mod consultation;
mod consultation_parts;
mod counts;
mod directory;
mod event;
mod import;
mod lazy;
mod milestone;
mod personal;

pub use actor::{Actor, ActorKind};
pub use agent::Agent;
pub use call::{Call, CallStatus};
pub use callback::{Callback, CallbackAttempt, CallbackStatus};
pub use caller::{Caller, CallerPhone, Contact, Erasure, ErasureState};
pub use centre::Centre;
pub use consultation::{Consultation, ConsultationStatus};
pub use consultation_parts::{AttachedCall, Note, NumberGiven, Transfer, TransferStatus};
pub use counts::*;
pub use directory::{DirectoryEdition, DirectoryEntry, DirectoryListing, DirectoryRank};
pub use event::{Event, EventConnection, asked, page, timeline};
pub use import::Import;
pub use lazy::{Lazy, loaders};
pub use milestone::{Milestone, MilestoneStatus};
pub use personal::PersonalText;
