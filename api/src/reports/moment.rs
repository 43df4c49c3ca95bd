//! As of when a report is taken. Reports are always as of a position, also those of now: an answer as of a position does
//! not move while it is taken.

use std::str::FromStr;

use sangdam_domain::calendar::{self, Zone};
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::Head;
use sangdam_projections::{At, centre, counts, runner};

use super::error::ReportError;
use super::question::Period;
use super::render::{Progress, Sources, Step};

/// As of when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AsOf {
    /// As it stands.
    #[default]
    Now,
    /// After the event at a position.
    Position(Position),
    /// After the last event that was recorded at or before a moment.
    Time(Timestamp),
}

/// The text given is neither a position nor a moment.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is neither a position (like 120000) nor a moment (like 2024-12-31T18:30:00+09:00)")]
pub struct InvalidAsOf(String);

impl FromStr for AsOf {
    type Err = InvalidAsOf;

    fn from_str(text: &str) -> Result<Self, InvalidAsOf> {
        let position = text.parse().ok().and_then(Position::new).map(Self::Position);
        let time = || text.parse().ok().map(Self::Time);
        position.or_else(time).ok_or_else(|| InvalidAsOf(text.chars().take(80).collect()))
    }
}

/// The position that is meant, once the read models know of it.
///
/// # Errors
/// Where the log does not have it, or the read models cannot come so far.
pub async fn position_of(
    sources: &Sources,
    as_of: AsOf,
    progress: &Progress,
) -> Result<Position, ReportError> {
    let Sources { store, models, log } = sources;
    let Head { position: head, recorded_at, .. } = store.head(log).await?;
    let position = match as_of {
        AsOf::Now => head,
        AsOf::Position(position) if position == Position::ZERO || position > head => {
            return Err(ReportError::NoSuchPosition { log: log.clone(), position, head });
        }
        AsOf::Position(position) => position,
        AsOf::Time(time) if time > recorded_at.max(store.clock().now()) => {
            return Err(ReportError::NotYet(time));
        }
        AsOf::Time(time) => match store.position_at(log, time).await? {
            Position::ZERO => return Err(ReportError::BeforeTheBeginning { log: log.clone(), time }),
            position => position,
        },
    };
    if models.applied(log).await? < position {
        let tell = |at: runner::Progress| progress(Step::CatchingUp { applied: at.applied, head: at.head });
        runner::catch_up(store, models, log, tell).await?;
    }
    Ok(position)
}

/// The days that a report is about where none are named: the last year of which there are records and which was over
/// while this position was the last one; where no such year was over, the last one that there is.
pub async fn last_full_year(sources: &Sources, position: Position) -> Result<Period, ReportError> {
    let at = sources.models.as_of(&sources.store, &sources.log, position).await?;
    let today = zone(sources, &at).await?.local(known_until(sources, position).await?).date;
    let years = counts::yearly_counts(&sources.models, &at).await?;
    let over = years.iter().rev().find(|row| row.year < today.year());
    let year = over.or(years.last()).map_or(today.year() - 1, |row| row.year);
    Ok(Period::of_year(year))
}

/// The moment until which a position was the last one: that of the next event, or now.
async fn known_until(sources: &Sources, position: Position) -> Result<Timestamp, ReportError> {
    let next = sources.store.read_at(&sources.log, &[position.next()]).await?;
    Ok(next.first().map_or_else(|| sources.store.clock().now(), |event| event.recorded_at))
}

/// The centre's clock; UTC before the centre is registered.
async fn zone(sources: &Sources, at: &At) -> Result<Zone, ReportError> {
    let facts = centre::facts(&sources.models, at).await?;
    Ok(facts.and_then(|facts| calendar::zone(&facts.time_zone)).unwrap_or(Zone::UTC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_as_a_position_or_a_time() {
        let time = "2024-12-31T09:30:00Z".parse().unwrap();
        assert_eq!("2024-12-31T18:30:00+09:00".parse(), Ok(AsOf::Time(time)));
        assert_eq!("120000".parse(), Ok(AsOf::Position(Position::new(120_000).unwrap())));
        for bad in ["", "-1", "2024-12-31", "yesterday", "9007199254740992"] {
            assert!(bad.parse::<AsOf>().is_err(), "{bad}");
        }
    }
}
