//! What a mapping must keep to, beyond its shape.

use std::collections::BTreeMap;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use sangdam_domain::event::OpenHours;
use sangdam_domain::value::{Code, DisplayText, Weekday};

use super::{CentreSpec, Condition, Hours, Mapping, MappingError, MomentSpec, OutcomeSpec, QueueSpec};

pub(super) fn wrong(field: impl Into<String>, problem: impl Into<String>) -> MappingError {
    MappingError::Field { field: field.into(), problem: problem.into() }
}

impl Mapping {
    pub(super) fn check(&self) -> Result<(), MappingError> {
        if self.version != 1 {
            return Err(wrong("version", format!("is {}; this release reads version 1", self.version)));
        }
        parse_again("source", &self.source)?;
        self.delimiter()?;
        self.zone()?;
        if self.key.columns.is_empty() {
            return Err(wrong("key.columns", "names no column; rows need a key of their own"));
        }
        self.call.offered.check("call.offered", true)?;
        for (field, moments) in [
            ("answered.at", &self.answered.at),
            ("abandoned.at", &self.abandoned.at),
            ("ended.at", &self.ended.at),
        ] {
            moments.iter().try_for_each(|moment| moment.check(field, false))?;
        }
        for (field, moments) in [("answered.at", &self.answered.at), ("abandoned.at", &self.abandoned.at)] {
            if moments.is_empty() {
                return Err(wrong(field, "is empty; at least one moment is needed"));
            }
        }
        if let Some(queue) = &self.call.queue {
            queue.check()?;
        }
        self.outcome.check()?;
        if let Some(centre) = &self.centre {
            centre.check()?;
        }
        Ok(())
    }
}

impl MomentSpec {
    fn check(&self, field: &str, is_offer: bool) -> Result<(), MappingError> {
        let ways = [self.datetime.is_some(), self.time.is_some(), self.seconds_after_offer.is_some()]
            .iter()
            .filter(|w| **w)
            .count();
        if ways != 1 || (self.date.is_some() && self.time.is_none()) {
            return Err(wrong(
                field,
                "expected one of `datetime`, `time`, `date` with `time`, and `seconds_after_offer`",
            ));
        }
        if is_offer && (self.seconds_after_offer.is_some() || (self.time.is_some() && self.date.is_none())) {
            return Err(wrong(field, "the offer needs a `datetime`, or a `date` with a `time`"));
        }
        if is_offer && !(self.when.is_empty() && self.unless.is_empty()) {
            return Err(wrong(field, "the offer cannot depend on `when` or `unless`"));
        }
        self.when.iter().chain(&self.unless).try_for_each(|condition| condition.check(field))
    }
}

impl Condition {
    fn check(&self, field: &str) -> Result<(), MappingError> {
        match (&self.is, &self.is_not, self.above) {
            (Some(_), None, None) | (None, Some(_), None) | (None, None, Some(_)) => Ok(()),
            _ => Err(wrong(
                field,
                format!("the condition on `{}` needs one of `is`, `is_not` and `above`", self.column),
            )),
        }
    }
}

impl QueueSpec {
    fn check(&self) -> Result<(), MappingError> {
        match (&self.code, &self.column) {
            (Some(code), None) if self.codes.is_empty() => parse_again("call.queue.code", code)?,
            (None, Some(_)) if !self.codes.is_empty() => {
                self.codes.values().try_for_each(|code| parse_again("call.queue.codes", code))?;
            }
            _ => return Err(wrong("call.queue", "expected a `code`, or a `column` with its `codes`")),
        }
        self.when.iter().try_for_each(|condition| condition.check("call.queue.when"))
    }
}

impl OutcomeSpec {
    fn check(&self) -> Result<(), MappingError> {
        let mut seen = BTreeMap::new();
        let skip: Vec<String> = self.skip.keys().cloned().collect();
        for (field, values) in [("answered", &self.answered), ("abandoned", &self.abandoned), ("skip", &skip)]
        {
            for value in values {
                if let Some(other) = seen.insert(value.clone(), field) {
                    return Err(wrong(
                        format!("outcome.{field}"),
                        format!("`{value}` stands under `{other}` already"),
                    ));
                }
            }
        }
        self.skip.values().try_for_each(|code| parse_again("outcome.skip", code))
    }
}

impl CentreSpec {
    fn check(&self) -> Result<(), MappingError> {
        DisplayText::parse(&self.name).map_err(|e| wrong("centre.name", e.problem))?;
        zone("centre.time_zone", &self.time_zone)?;
        if self.records_complete_from < self.opened_on {
            return Err(wrong("centre.records_complete_from", "lies before `opened_on`"));
        }
        self.weekly_hours().map(drop)
    }

    /// The opening hours, day by day.
    pub fn weekly_hours(&self) -> Result<Vec<OpenHours>, MappingError> {
        match &self.hours {
            Hours::Word(word) if word == "around the clock" => Ok(Weekday::ALL
                .iter()
                .map(|weekday| OpenHours {
                    weekday: *weekday,
                    opens: Time::midnight(),
                    closes: Time::midnight(),
                })
                .collect()),
            Hours::Word(word) => Err(wrong(
                "centre.hours",
                format!(
                    "`{word}` is neither `around the clock` nor a table of days like monday = [\"08:30-18:30\"]"
                ),
            )),
            Hours::Weekly(days) => days
                .iter()
                .flat_map(|(day, spans)| spans.iter().map(move |span| open_hours(day, span)))
                .collect(),
        }
    }
}

fn open_hours(day: &str, span: &str) -> Result<OpenHours, MappingError> {
    let weekday = Weekday::from_code(day)
        .ok_or_else(|| wrong("centre.hours", format!("`{day}` is no day of the week like `monday`")))?;
    span.split_once('-')
        .and_then(|(opens, closes)| {
            let opens = Time::strptime("%H:%M", opens.trim()).ok()?;
            let closes = Time::strptime("%H:%M", closes.trim()).ok()?;
            Some(OpenHours { weekday, opens, closes })
        })
        .filter(|hours| hours.closes == Time::midnight() || hours.opens < hours.closes)
        .ok_or_else(|| wrong("centre.hours", format!("`{span}` on {day}: expected hours like `08:30-18:30`")))
}

pub(super) fn zone(field: &str, name: &str) -> Result<TimeZone, MappingError> {
    // Of the database that is built in: a file must come to the same moments on every machine.
    sangdam_domain::calendar::zone(name).map(|zone| zone.jiff().clone()).ok_or_else(|| {
        wrong(field, format!("`{name}` is no time zone; expected an IANA name like `Asia/Seoul`"))
    })
}

fn parse_again(field: &str, code: &Code) -> Result<(), MappingError> {
    Code::parse(code.as_str())
        .map(drop)
        .map_err(|e| wrong(field, format!("`{}`: {}", code.as_str(), e.problem)))
}
