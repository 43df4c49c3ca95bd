//! Values of their own kind: numbers, moments and texts that are parsed at the edge.

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};
use sangdam_domain::log;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value;

/// A place in a log: 1, 2, 3, … without gaps, in the order in which the ledger learnt things. A JSON number from 0 to
/// 2^53 − 1; 0 stands before the first event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position(pub log::Position);

/// A moment in UTC as RFC 3339 writes it, with six decimals: `2024-01-02T03:04:05.000000Z`. Any zone is read; one must be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateTime(pub Timestamp);

/// A day on the centre's clock: `2024-01-02`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Date(pub jiff::civil::Date);

/// A time of day on the centre's clock: `08:30`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeOfDay(pub jiff::civil::Time);

/// A telephone number. Read in any spelling common in Korea (`033-560-2114`, `010 0000 1234`) or international form; written
/// in E.164 (`+82335602114`). Personal data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhoneNumber(pub value::PhoneNumber);

#[Scalar]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::Number(number) = &value else { return Err(InputValueError::expected_type(value)) };
        number.as_u64().and_then(log::Position::new).map(Self).ok_or_else(|| {
            InputValueError::custom("expected a whole number from 0 to 9007199254740991 (2^53 − 1)")
        })
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0.get()))
    }
}

macro_rules! text_scalars {
    ($($name:ident, $expected:literal, $parse:expr, $write:expr;)*) => {$(
        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
                let parse: fn(&str) -> Result<Self, String> = $parse;
                parse(text).map_err(|problem| InputValueError::custom(format!("{problem}; expected {}", $expected)))
            }

            fn to_value(&self) -> Value {
                let write: fn(&Self) -> String = $write;
                Value::String(write(self))
            }
        }
    )*};
}

text_scalars! {
    DateTime, "RFC 3339 with a zone, like 2024-01-02T03:04:05Z",
        |text| text.parse().map(Self).map_err(|_| "this is not a moment in time".to_owned()),
        |moment| moment.0.to_string();
    Date, "a day like 2024-01-02",
        |text| text.parse().map(Self).map_err(|_| "this is not a day".to_owned()),
        |date| date.0.to_string();
    TimeOfDay, "a time of day like 08:30",
        |text| text.parse().map(Self).map_err(|_| "this is not a time of day".to_owned()),
        |time| time.0.strftime("%H:%M").to_string();
    PhoneNumber, "a number like 033-560-2114 or +82335602114",
        |text| value::PhoneNumber::parse(text).map(Self).map_err(|problem| problem.to_string()),
        |phone| phone.0.as_str().to_owned();
}

impl From<log::Position> for Position {
    fn from(position: log::Position) -> Self {
        Self(position)
    }
}

impl From<Timestamp> for DateTime {
    fn from(moment: Timestamp) -> Self {
        Self(moment)
    }
}

impl From<jiff::civil::Date> for Date {
    fn from(date: jiff::civil::Date) -> Self {
        Self(date)
    }
}

/// A count as GraphQL's `Int` holds it: 32 bits. No count of people or calls comes near its end.
pub fn int(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A stream's version as GraphQL's `Int`.
pub fn version(version: log::Version) -> i32 {
    int(version.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_goes_up_to_what_a_json_number_holds() {
        let parse = |n: u64| Position::parse(Value::Number(n.into()));
        assert!(parse((1 << 53) - 1).is_ok());
        assert!(parse(1 << 53).is_err());
        assert!(Position::parse(Value::Number(Number::from(-1))).is_err());
        assert!(Position::parse(Value::String("1".into())).is_err());
    }

    #[test]
    fn a_bad_number_is_told_without_repeating_it() {
        let error = PhoneNumber::parse(Value::String("033-abc-9999".into())).unwrap_err();
        let message = format!("{error:?}");
        assert!(!message.contains("9999"), "{message}");
    }
}
