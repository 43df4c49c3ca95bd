//! When a schedule was due: by each of its definitions for as long as that was in force.

use sangdam_domain::aggregate::ReportSchedule;
use sangdam_domain::calendar::Zone;
use sangdam_domain::event::ReportScheduleDefined;
use sangdam_domain::time::Timestamp;

use super::cron::Cron;

/// A moment at which a schedule was due, and by which definition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Due<'a> {
    /// The moment.
    pub at: Timestamp,
    /// What was in force then.
    pub definition: &'a ReportScheduleDefined,
}

/// The latest moments, `count` of them at most, at which a schedule was due: after one moment, and up to another. The
/// earliest comes first.
pub fn latest<'a>(
    schedule: &'a ReportSchedule,
    zone: &Zone,
    after: Timestamp,
    until: Timestamp,
    count: usize,
) -> Vec<Due<'a>> {
    let mut found = Vec::new();
    let mut until = until;
    for defined in schedule.definitions.iter().rev() {
        let from = defined.at.max(after);
        // What an earlier release took for an expression and this one does not is due no more.
        if let Ok(cron) = Cron::parse(defined.what.cron.as_str()) {
            let times = cron.back_from(zone, until).take_while(|at| *at > from);
            found.extend(times.map(|at| Due { at, definition: &defined.what }).take(count - found.len()));
        }
        until = until.min(defined.at);
        if found.len() == count || until <= after {
            break;
        }
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use sangdam_domain::actor::{Actor, ActorKind};
    use sangdam_domain::aggregate::fold;
    use sangdam_domain::calendar::zone;
    use sangdam_domain::event::Fact;
    use sangdam_domain::id::EventId;
    use sangdam_domain::log::{LogId, Position, Version};
    use sangdam_domain::value::{Code, DisplayText};

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A schedule that was defined so at these moments.
    fn schedule(definitions: &[(&str, &str)]) -> ReportSchedule {
        let fact = |(n, (at, cron)): (u64, &(&str, &str))| Fact {
            event_id: EventId::from_uuid(uuid::Uuid::from_u128(n.into())),
            position: Position::new(n).unwrap(),
            version: Version::new(n).unwrap(),
            occurred_at: moment(at),
            recorded_at: moment(at),
            actor: Actor::of(ActorKind::System),
            event: ReportScheduleDefined {
                schedule: Code::parse("daily").unwrap(),
                definition: u32::try_from(n).unwrap(),
                cron: DisplayText::parse(cron).unwrap(),
                report: DisplayText::parse("yearly").unwrap(),
                format: Code::parse("csv").unwrap(),
                language: None,
            }
            .into(),
        };
        let facts: Vec<Fact> = (1..).zip(definitions).map(fact).collect();
        let id = ReportSchedule::id(&LogId::main("jeongseon").unwrap(), &Code::parse("daily").unwrap());
        fold(id, &facts)
    }

    fn due(schedule: &ReportSchedule, after: &str, until: &str, count: usize) -> Vec<(String, u32)> {
        let zone = zone("Asia/Seoul").unwrap();
        let found = latest(schedule, &zone, moment(after), moment(until), count);
        let shown = |due: Due<'_>| {
            due.at.jiff().to_zoned_datetime(zone.jiff().clone()).strftime("%d %H:%M").to_string()
        };
        found.into_iter().map(|due| (shown(due), due.definition.definition)).collect()
    }

    const LONG_AGO: &str = "2000-01-01T00:00:00Z";

    #[test]
    fn a_schedule_is_due_from_its_first_definition_on() {
        let daily = schedule(&[("2026-08-01T12:00:00+09:00", "0 8 * * *")]);
        let all = due(&daily, LONG_AGO, "2026-08-04T08:00:00+09:00", 10);
        assert_eq!(all, [("02 08:00".into(), 1), ("03 08:00".into(), 1), ("04 08:00".into(), 1)]);
        let latest = due(&daily, LONG_AGO, "2026-08-04T07:59:59+09:00", 1);
        assert_eq!(latest, [("03 08:00".into(), 1)]);
        let later = due(&daily, "2026-08-03T08:00:00+09:00", "2026-08-04T12:00:00+09:00", 10);
        assert_eq!(later, [("04 08:00".into(), 1)]);
        assert_eq!(due(&schedule(&[]), LONG_AGO, "2026-08-04T08:00:00+09:00", 10), []);
    }

    #[test]
    fn each_definition_says_when_for_as_long_as_it_is_in_force() {
        let moved = schedule(&[
            ("2026-08-01T12:00:00+09:00", "0 8 * * *"),
            ("2026-08-03T10:00:00+09:00", "0 9 * * *"),
            ("2026-08-05T08:30:00+09:00", "0 8 * * *"),
        ]);
        let all = due(&moved, LONG_AGO, "2026-08-06T12:00:00+09:00", 10);
        assert_eq!(
            all,
            [("02 08:00".into(), 1), ("03 08:00".into(), 1), ("04 09:00".into(), 2), ("06 08:00".into(), 3)]
        );
        assert_eq!(due(&moved, LONG_AGO, "2026-08-06T12:00:00+09:00", 3), all[1..]);
    }

    #[test]
    fn an_expression_that_is_none_any_more_is_never_due() {
        let odd =
            schedule(&[("2026-08-01T12:00:00+09:00", "0 8 * * *"), ("2026-08-03T10:00:00+09:00", "@tea")]);
        assert_eq!(
            due(&odd, LONG_AGO, "2026-08-06T12:00:00+09:00", 10),
            [("02 08:00".into(), 1), ("03 08:00".into(), 1)]
        );
    }
}
