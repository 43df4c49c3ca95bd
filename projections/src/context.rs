//! What the centre's own events say of every other event: on which of its days it happened, and whether it was open.

use sangdam_domain::aggregate::{Aggregate, Centre};
use sangdam_domain::calendar::{OperatingCalendar, Zone, zone};
use sangdam_domain::event::{Event, Fact, LegacyBalance};
use sangdam_domain::log::{LogId, Position, StreamId, Version};
use sangdam_domain::time::Timestamp;
use sangdam_eventstore::{Store, StoredEvent};

use crate::day::day_number;
use crate::error::{CatchUpError, FactError};
use crate::fact::fact;

/// A fact as projections take it: with what the centre's events before it say of it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The stream that this copy of the event stands in.
    pub stream: StreamId,
    /// The fact.
    pub fact: Fact,
    /// Its day on the centre's clock, `yyyymmdd`.
    pub day: i64,
    /// Its hour on the centre's clock.
    pub hour: i64,
    /// Whether it happened in the opening hours of the calendar in force then.
    pub in_hours: bool,
    /// The first day of the centre's complete records, `yyyymmdd`; 0 before it is known.
    pub complete_from: i64,
    /// By how much it changes the known legacy balance.
    pub legacy_delta: i64,
}

/// The centre's events folded as far as the reader has come.
pub(crate) struct Context {
    centre: Centre,
    calendar: OperatingCalendar,
    zone: Zone,
    complete_from: i64,
}

impl Context {
    /// As the centre stood at a position: its own few events up to there.
    pub(crate) async fn at(store: &Store, log: &LogId, position: Position) -> Result<Self, CatchUpError> {
        let mut context = Self {
            centre: Centre::new(()),
            calendar: OperatingCalendar::default(),
            zone: Zone::UTC,
            complete_from: 0,
        };
        if position == Position::ZERO {
            return Ok(context);
        }
        for stored in store.read_stream(Centre::stream((), log), Version::ZERO).await? {
            if stored.position > position {
                break;
            }
            match fact(&stored) {
                Ok(fact) => context.learn(&fact),
                // The projections stand behind it, so it was read once: the release was taken back.
                Err(error) => return Err(stopped(log, &error)),
            }
        }
        Ok(context)
    }

    /// Decodes the next event of the log.
    pub(crate) fn see(&mut self, stored: &StoredEvent) -> Result<Seen, FactError> {
        let fact = fact(stored)?;
        let legacy_delta = self.legacy_delta(&fact.event);
        self.learn(&fact);
        let local = self.zone.local(fact.occurred_at);
        Ok(Seen {
            stream: stored.stream,
            day: day_number(local.date),
            hour: local.hour().into(),
            in_hours: self.in_hours(&fact.event, fact.occurred_at),
            complete_from: self.complete_from,
            legacy_delta,
            fact,
        })
    }

    /// Asked of offers alone; the others' hours matter to nobody.
    fn in_hours(&self, event: &Event, at: Timestamp) -> bool {
        matches!(event, Event::CallOffered(_)) && self.calendar.is_open(at)
    }

    fn legacy_delta(&self, event: &Event) -> i64 {
        let Event::LegacyBalanceDeclared(declared) = event else { return 0 };
        let known = |balance: LegacyBalance| match balance {
            LegacyBalance::Known { consultations } => i64::try_from(consultations).unwrap_or(i64::MAX),
            LegacyBalance::Unknown => 0,
        };
        let before =
            self.centre.legacy_balances.get(&declared.year).map_or(0, |before| known(before.what.balance));
        known(declared.balance) - before
    }

    fn learn(&mut self, fact: &Fact) {
        match &fact.event {
            Event::CentreRegistered(centre) => {
                self.zone = zone(centre.time_zone.as_str()).unwrap_or(Zone::UTC);
                self.complete_from = day_number(centre.records_complete_from);
            }
            Event::OperatingCalendarPublished(published) => self.calendar.publish(published),
            Event::LegacyBalanceDeclared(_) => {}
            _ => return,
        }
        self.centre.evolve(fact);
    }
}

fn stopped(log: &LogId, error: &FactError) -> CatchUpError {
    CatchUpError::Stopped {
        projection: "centre".to_owned(),
        log: log.clone(),
        position: error.position(),
        problem: error.to_string(),
    }
}
