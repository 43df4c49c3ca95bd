//! Moments, to the microsecond, in UTC.

use std::fmt;
use std::str::FromStr;

use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, in whole microseconds; written as `2024-01-02T03:04:05.000000Z`, always with six decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// The text given is not a moment in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a moment in time: expected RFC 3339 with a zone, like 2024-01-02T03:04:05Z")]
pub struct InvalidTimestamp(pub String);

impl Timestamp {
    /// The earliest moment that can be told; the `recorded_at` of an empty log.
    pub const MIN: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// From microseconds since 1970-01-01T00:00:00Z. `None` outside the years that RFC 3339 can write.
    pub fn from_micros(micros: i64) -> Option<Self> {
        let moment = jiff::Timestamp::from_microsecond(micros).ok()?;
        (moment >= Self::MIN.0).then_some(Self(moment))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The library's own type, for arithmetic and zones.
    pub fn jiff(self) -> jiff::Timestamp {
        self.0
    }

    /// This moment and `seconds` more (or fewer); stays within what can be told.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let micros = self.micros().saturating_add(seconds.saturating_mul(1_000_000));
        Self::from_micros(micros).unwrap_or(self)
    }

    /// Whole seconds from `earlier` to this moment; 0 where `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> u32 {
        let seconds = (self.micros() - earlier.micros()) / 1_000_000;
        u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Drops what is finer than a microsecond; what is before 1970 becomes [`Timestamp::MIN`].
    fn from(moment: jiff::Timestamp) -> Self {
        Self::from_micros(moment.as_microsecond()).unwrap_or(Self::MIN)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
        PRINTER.print_timestamp(&self.0, StdFmtWrite(f)).map_err(|_| fmt::Error)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let parsed: jiff::Timestamp =
            text.parse().map_err(|_| InvalidTimestamp(text.chars().take(80).collect()))?;
        Self::from_micros(parsed.as_microsecond()).ok_or_else(|| InvalidTimestamp(text.to_owned()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_with_six_decimals_and_read_back() {
        let moment: Timestamp = "2024-01-02T12:04:05.5+09:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2024-01-02T03:04:05.500000Z");
        assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
    }

    #[test]
    fn refuses_what_has_no_zone() {
        assert!("2024-01-02T03:04:05".parse::<Timestamp>().is_err());
    }
}
