//! From where to where: positions, or moments at which the ledger learnt things.

use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;

use super::ReplayError;
use crate::ledger::Ledger;

/// One end of a range, included in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// This position.
    Position(Position),
    /// What was recorded at this moment. Backdated events count when they were recorded, not when they happened.
    Time(Timestamp),
}

/// The positions of a replay, both included. It is empty where the first is after the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first.
    pub first: Position,
    /// The last.
    pub last: Position,
}

impl Span {
    /// How many positions it has.
    pub fn positions(self) -> u64 {
        self.last.get().saturating_sub(self.first.previous().get())
    }

    /// From one end to the other; an open end takes all that there is up to `head`.
    ///
    /// # Errors
    /// Where an end is outside the log, or the first is after the last.
    pub async fn find(
        ledger: &Ledger,
        head: Position,
        from: Option<End>,
        to: Option<End>,
    ) -> Result<Self, ReplayError> {
        if head == Position::ZERO {
            return Err(ReplayError::Empty(ledger.log().clone()));
        }
        let first = match from {
            None => Position::ZERO.next(),
            Some(End::Position(given)) => within(ledger, "from", given, head)?,
            Some(End::Time(given)) => {
                let first = first_at(ledger, given).await?;
                if first > head {
                    return Err(nothing_recorded(ledger, "from", given, head).await?);
                }
                first
            }
        };
        let last = match to {
            None => head,
            Some(End::Position(given)) => within(ledger, "to", given, head)?,
            Some(End::Time(given)) => {
                let last = ledger.store().position_at(ledger.log(), given).await?.min(head);
                if last == Position::ZERO {
                    return Err(nothing_recorded(ledger, "to", given, head).await?);
                }
                last
            }
        };
        let nothing_between =
            matches!((from, to), (Some(End::Time(from)), Some(End::Time(to))) if from <= to);
        if first > last && !nothing_between {
            return Err(ReplayError::Reversed { first, last });
        }
        Ok(Self { first, last })
    }
}

/// The first position recorded at or after a moment; the one past the head where there is none.
pub(super) async fn first_at(ledger: &Ledger, moment: Timestamp) -> Result<Position, ReplayError> {
    let Some(before) = Timestamp::from_micros(moment.micros() - 1) else { return Ok(Position::ZERO.next()) };
    Ok(ledger.store().position_at(ledger.log(), before).await?.next())
}

fn within(
    ledger: &Ledger,
    end: &'static str,
    given: Position,
    head: Position,
) -> Result<Position, ReplayError> {
    if given == Position::ZERO || given > head {
        return Err(ReplayError::NoSuchPosition { end, log: ledger.log().clone(), given, head });
    }
    Ok(given)
}

async fn nothing_recorded(
    ledger: &Ledger,
    end: &'static str,
    given: Timestamp,
    head: Position,
) -> Result<ReplayError, ReplayError> {
    let events = ledger.store().read_at(ledger.log(), &[Position::ZERO.next(), head]).await?;
    let recorded = |event: Option<&sangdam_eventstore::StoredEvent>| {
        event.map_or(Timestamp::MIN, |event| event.recorded_at)
    };
    let (first, last) = (recorded(events.first()), recorded(events.last()));
    Ok(ReplayError::NothingRecorded { end, log: ledger.log().clone(), given, first, last })
}
