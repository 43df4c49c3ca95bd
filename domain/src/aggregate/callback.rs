//! A promise to call somebody back: promised, attempted, and completed or cancelled.

use serde::Serialize;

use super::{Aggregate, CallStanding, ConsultationStatus, Happened, nothing, one};
use crate::actor::Subject;
use crate::event::{CallbackAttempted, CallbackCancelled, CallbackCompleted, CallbackPromised, Event, Fact};
use crate::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId};
use crate::log::{LogId, StreamId, StreamKind, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::{AttemptResult, CallbackFor, CancelReason};

/// A promise to call somebody back.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Callback {
    /// Which one.
    pub id: CallbackId,
    /// How many events its stream has.
    pub version: Version,
    /// How it stands.
    pub status: CallbackStatus,
    /// The promise.
    pub promised: Option<Happened<CallbackPromised>>,
    /// The attempts, in order.
    pub attempts: Vec<Happened<CallbackAttempted>>,
    /// The call that kept it.
    pub completed: Option<Happened<CallbackCompleted>>,
    /// Why it will not be made.
    pub cancelled: Option<Happened<CallbackCancelled>>,
}

/// How a callback stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackStatus {
    /// Nothing was promised.
    None,
    /// It is to be made.
    Promised,
    /// It was made.
    Completed,
    /// It will not be made.
    Cancelled,
}

/// What a callback is promised for, and how that stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields say which one, and how it stands")]
pub enum PromiseFor {
    /// A consultation that goes on.
    Consultation { consultation: ConsultationId, status: ConsultationStatus },
    /// A call that nobody answered.
    MissedCall { call: CallId, standing: CallStanding },
}

/// What can be asked of a callback.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of the events of the same names")]
pub enum CallbackCommand {
    /// Promise it.
    Promise { due: Timestamp, promised_for: PromiseFor, caller: Option<CallerId>, agent: Option<AgentId> },
    /// Somebody tried, in vain.
    Attempt { result: AttemptResult, call: Option<CallId> },
    /// The promise was kept, by this answered call.
    Complete { call: CallId, standing: CallStanding },
    /// It will not be made.
    Cancel { reason: CancelReason },
}

/// What others need to know of a callback.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallbackStanding {
    /// There is no such callback.
    Unknown,
    /// It is still to be made, or was cancelled.
    NotCompleted,
    /// It was made.
    Completed {
        /// By which call.
        call: CallId,
        /// For what.
        promised_for: CallbackFor,
    },
}

impl Callback {
    /// What others need to know.
    pub fn standing(&self) -> CallbackStanding {
        match (&self.promised, &self.completed) {
            (None, _) => CallbackStanding::Unknown,
            (Some(_), None) => CallbackStanding::NotCompleted,
            (Some(promised), Some(completed)) => CallbackStanding::Completed {
                call: completed.what.call,
                promised_for: promised.what.promised_for,
            },
        }
    }

    fn must_be_promised(&self) -> Result<(), Rejection> {
        match self.status {
            CallbackStatus::None => Err(Rejection::NotFound { kind: CallbackId::KIND }),
            CallbackStatus::Promised => Ok(()),
            CallbackStatus::Completed => Err(Rejection::CallbackAlreadyCompleted),
            CallbackStatus::Cancelled => Err(Rejection::CallbackAlreadyCancelled),
        }
    }
}

impl PromiseFor {
    fn checked(self) -> Result<CallbackFor, Rejection> {
        match self {
            Self::Consultation { consultation, status } => match status {
                ConsultationStatus::None => Err(Rejection::NotFound { kind: ConsultationId::KIND }),
                ConsultationStatus::Resolved => Err(Rejection::ConsultationAlreadyResolved),
                ConsultationStatus::Voided => Err(Rejection::ConsultationVoided),
                ConsultationStatus::Open => Ok(CallbackFor::Consultation { consultation }),
            },
            Self::MissedCall { call, standing } => match standing {
                CallStanding::Unknown => Err(Rejection::NotFound { kind: CallId::KIND }),
                CallStanding::Waiting | CallStanding::Answered => Err(Rejection::CallNotMissed),
                CallStanding::Abandoned | CallStanding::Unanswered => Ok(CallbackFor::MissedCall { call }),
            },
        }
    }
}

impl Aggregate for Callback {
    type Id = CallbackId;
    type Command = CallbackCommand;

    fn new(id: CallbackId) -> Self {
        Self {
            id,
            version: Version::ZERO,
            status: CallbackStatus::None,
            promised: None,
            attempts: Vec::new(),
            completed: None,
            cancelled: None,
        }
    }

    fn stream(id: CallbackId, _log: &LogId) -> StreamId {
        StreamId::new(StreamKind::Callback, id.uuid())
    }

    fn decide(&self, command: CallbackCommand, at: Timestamp) -> Result<Vec<Event>, Rejection> {
        match command {
            CallbackCommand::Promise { due, promised_for, caller, agent } => {
                if self.promised.is_some() {
                    return Err(Rejection::CallbackAlreadyPromised);
                }
                let promised_for = promised_for.checked()?;
                if due <= at {
                    return Err(Rejection::CallbackDueInThePast);
                }
                one(CallbackPromised { due, promised_for, caller, agent })
            }
            CallbackCommand::Attempt { result, call } => {
                self.must_be_promised()?;
                one(CallbackAttempted { result, call })
            }
            CallbackCommand::Complete { call, standing } => {
                if let Some(completed) = &self.completed {
                    let same = completed.what.call == call;
                    return if same { nothing() } else { Err(Rejection::CallbackKeptByOtherCall) };
                }
                self.must_be_promised()?;
                standing.must_be_answered()?;
                one(CallbackCompleted { call })
            }
            CallbackCommand::Cancel { reason } => {
                if self.cancelled.as_ref().is_some_and(|cancelled| cancelled.what.reason == reason) {
                    return nothing();
                }
                self.must_be_promised()?;
                one(CallbackCancelled { reason })
            }
        }
    }

    fn evolve(&mut self, fact: &Fact) {
        self.version = fact.version;
        match &fact.event {
            Event::CallbackPromised(promise) => {
                self.status = CallbackStatus::Promised;
                self.promised = Some(Happened::new(fact, promise.clone()));
            }
            Event::CallbackAttempted(attempt) => self.attempts.push(Happened::new(fact, attempt.clone())),
            Event::CallbackCompleted(completed) => {
                self.status = CallbackStatus::Completed;
                self.completed = Some(Happened::new(fact, completed.clone()));
            }
            Event::CallbackCancelled(cancelled) => {
                self.status = CallbackStatus::Cancelled;
                self.cancelled = Some(Happened::new(fact, cancelled.clone()));
            }
            _ => {}
        }
    }

    fn subject(&self) -> Option<Subject> {
        None
    }
}

#[cfg(test)]
mod tests;
