//! A position or a time, as people type it.

use std::str::FromStr;

use jiff::civil;
use sangdam_domain::calendar::Zone;
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;

use super::super::CliError;
use crate::replay::End;

/// A position, a moment, or a day or moment on the centre's clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum When {
    Position(Position),
    Moment(Timestamp),
    Local(civil::DateTime),
    Day(civil::Date),
}

/// A text that is none of these.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is neither a position nor a time: expected a number like 1200, a day like 2024-03-04, a time like 2024-03-04T09:12 \
    on the centre's clock, or one with a zone like 2024-03-04T00:12:00Z"
)]
pub(super) struct NotWhen(String);

impl FromStr for When {
    type Err = NotWhen;

    fn from_str(text: &str) -> Result<Self, NotWhen> {
        let text = text.trim();
        let position = || text.parse().ok().and_then(Position::new).map(Self::Position);
        let day = || text.parse().ok().map(Self::Day);
        let moment = || text.parse().ok().map(Self::Moment);
        let local = || text.parse().ok().map(Self::Local);
        let found = if text.chars().all(|c| c.is_ascii_digit()) {
            position()
        } else if text.contains(['T', 't', ' ']) {
            moment().or_else(local)
        } else {
            day()
        };
        found.ok_or_else(|| NotWhen(text.chars().take(80).collect()))
    }
}

impl When {
    /// As the beginning of a range: a day from its first moment on.
    pub(super) fn first(self, zone: &Zone) -> Result<End, CliError> {
        let moment = match self {
            Self::Position(position) => return Ok(End::Position(position)),
            Self::Moment(moment) => Some(moment),
            Self::Local(local) => zone.moment(local.date(), local.time()),
            Self::Day(day) => zone.start_of(day),
        };
        moment.map(End::Time).ok_or_else(outside)
    }

    /// As the end of a range: a day to its last moment.
    pub(super) fn last(self, zone: &Zone) -> Result<End, CliError> {
        let Self::Day(day) = self else { return self.first(zone) };
        let next = day.tomorrow().ok().and_then(|next| zone.start_of(next));
        let last = next.and_then(|next| Timestamp::from_micros(next.micros() - 1));
        last.map(End::Time).ok_or_else(outside)
    }
}

fn outside() -> CliError {
    CliError::Usage("this time cannot be told: the ledger knows those from 1970 to 9999".to_owned())
}

#[cfg(test)]
mod tests {
    use sangdam_domain::calendar::zone;

    use super::*;

    fn time(text: &str) -> End {
        End::Time(text.parse().unwrap())
    }

    #[test]
    fn a_position_or_a_time_in_the_centres_zone_is_read() {
        let seoul = zone("Asia/Seoul").unwrap();
        let first = |text: &str| text.parse::<When>().unwrap().first(&seoul).unwrap();
        let last = |text: &str| text.parse::<When>().unwrap().last(&seoul).unwrap();
        assert_eq!(first("1200"), End::Position(Position::new(1200).unwrap()));
        assert_eq!(first("2024-03-04T00:12:00Z"), time("2024-03-04T00:12:00Z"));
        assert_eq!(first("2024-03-04T09:12+09:00"), time("2024-03-04T00:12:00Z"));
        assert_eq!(first("2024-03-04T09:12"), time("2024-03-04T00:12:00Z"));
        assert_eq!(first("2024-03-04 09:12:30"), time("2024-03-04T00:12:30Z"));
        assert_eq!(first("2024-03-04"), time("2024-03-03T15:00:00Z"));
        assert_eq!(last("2024-03-04"), time("2024-03-04T14:59:59.999999Z"));
        assert_eq!(last("2024-03-04T09:12"), time("2024-03-04T00:12:00Z"));
    }

    #[test]
    fn anything_else_is_told() {
        for text in
            ["", "-1", "yesterday", "2024-13-01", "2024-03-04T25:00", "9007199254740992", "1.5", "3월"]
        {
            let told = text.parse::<When>().unwrap_err().to_string();
            assert!(told.contains("neither a position nor a time"), "{told}");
        }
        let before = "1969-12-31".parse::<When>().unwrap();
        assert!(before.first(&Zone::UTC).is_err());
    }
}
