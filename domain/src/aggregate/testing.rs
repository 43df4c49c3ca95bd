//! given what happened, when a command is made, then these events or this rejection.

use uuid::Uuid;

use super::{Aggregate, fold};
use crate::actor::{Actor, ActorKind};
use crate::event::{Event, Fact};
use crate::id::EventId;
use crate::log::{Position, Version};
use crate::rejection::Rejection;
use crate::time::Timestamp;

/// When tests begin: a Tuesday at noon in Seoul. The n-th fact given happens n seconds later.
pub(crate) fn noon() -> Timestamp {
    "2024-01-02T03:00:00Z".parse().unwrap()
}

/// When commands are made: a minute later.
pub(crate) fn later() -> Timestamp {
    noon().plus_seconds(60)
}

/// The `n`th fact of a stream: 1, 2, 3, …
pub(crate) fn fact(n: u64, event: Event) -> Fact {
    let occurred_at = noon().plus_seconds(i64::try_from(n).unwrap());
    Fact {
        event_id: EventId::from_uuid(Uuid::from_u128(u128::from(n))),
        position: Position::new(n).unwrap(),
        version: Version::new(n).unwrap(),
        occurred_at,
        recorded_at: occurred_at,
        actor: Actor::of(ActorKind::System),
        event,
    }
}

/// The aggregate after these events.
pub(crate) fn given<A: Aggregate>(id: A::Id, events: impl IntoIterator<Item = Event>) -> Given<A> {
    let facts: Vec<Fact> = events.into_iter().zip(1..).map(|(event, n)| fact(n, event)).collect();
    Given { state: fold(id, &facts) }
}

pub(crate) struct Given<A> {
    pub(crate) state: A,
}

impl<A: Aggregate> Given<A> {
    pub(crate) fn when(&self, command: A::Command) -> When {
        When(self.state.decide(command, later()))
    }
}

pub(crate) struct When(Result<Vec<Event>, Rejection>);

impl When {
    #[track_caller]
    pub(crate) fn then<E: Into<Event>>(self, event: E) {
        assert_eq!(self.0, Ok(vec![event.into()]));
    }

    #[track_caller]
    pub(crate) fn then_all<const N: usize>(self, events: [Event; N]) {
        assert_eq!(self.0, Ok(events.to_vec()));
    }

    #[track_caller]
    pub(crate) fn then_nothing(self) {
        assert_eq!(self.0, Ok(Vec::new()));
    }

    #[track_caller]
    pub(crate) fn rejected(self, rejection: Rejection) {
        assert_eq!(self.0, Err(rejection));
    }
}

macro_rules! test_ids {
    ($($name:ident: $type:ident = $n:literal;)+) => {
        $(pub(crate) const $name: crate::id::$type = crate::id::$type::from_uuid(Uuid::from_u128($n));)+
    };
}

test_ids! {
    AGENT: AgentId = 1;
    OTHER_AGENT: AgentId = 2;
    CALL: CallId = 11;
    OTHER_CALL: CallId = 12;
    CALLBACK: CallbackId = 21;
    CALLER: CallerId = 31;
    OTHER_CALLER: CallerId = 32;
    THIRD_CALLER: CallerId = 33;
    CONSULTATION: ConsultationId = 41;
    OTHER_CONSULTATION: ConsultationId = 42;
    ENTRY: DirectoryEntryId = 51;
    OTHER_ENTRY: DirectoryEntryId = 52;
    IMPORT: ImportId = 61;
    TRANSFER: TransferId = 71;
    OTHER_TRANSFER: TransferId = 72;
    REPORT_RUN: ReportRunId = 81;
    REPORT_SCHEDULE: ReportScheduleId = 82;
}
