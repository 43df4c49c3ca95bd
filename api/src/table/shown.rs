//! Cells as people read them.

use std::borrow::Cow;

use jiff::civil::Date;
use sangdam_domain::calendar::Zone;
use sangdam_domain::time::Timestamp;

use super::cell::{Cell, decimal, month};
use super::column::{Column, Kind};
use super::words::{Language, Words};

const UNKNOWN: Words = Words::new("알 수 없음", "unknown");
const YES: Words = Words::new("예", "yes");
const NO: Words = Words::new("아니요", "no");

/// A cell as people read it: numbers grouped, codes in words, moments on the centre's clock.
pub fn shown<'a>(cell: &'a Cell, column: &Column, language: Language, zone: &Zone) -> Cow<'a, str> {
    match (cell, column.kind) {
        (Cell::Empty, _) if column.is_unknown_where_empty => Cow::Borrowed(UNKNOWN.pick(language)),
        (Cell::Empty, _) => Cow::Borrowed("-"),
        (Cell::Text(code), Kind::Code(wording)) => wording(code, language),
        (Cell::Text(text), _) => one_line(text),
        (Cell::Int(number), Kind::Count) => Cow::Owned(grouped(&number.to_string())),
        (Cell::Int(scaled), Kind::Decimal(digits)) => Cow::Owned(grouped(&decimal(*scaled, digits))),
        (Cell::Int(number), _) => Cow::Owned(number.to_string()),
        (Cell::Date(day), Kind::Month) => Cow::Owned(month(*day)),
        (Cell::Date(day), _) => Cow::Owned(day.to_string()),
        (Cell::Time(at), _) => Cow::Owned(local(*at, zone)),
        (Cell::Flag(flag), _) => Cow::Borrowed(if *flag { YES } else { NO }.pick(language)),
    }
}

/// Whether people read the column's cells from the right: numbers.
pub fn is_to_the_right(column: &Column) -> bool {
    matches!(column.kind, Kind::Count | Kind::Number | Kind::Decimal(_))
}

/// The moment on a clock, to the second: `2024-01-31 12:04:05`.
pub fn local(at: Timestamp, zone: &Zone) -> String {
    let shown = zone.local(at);
    let (day, time): (Date, _) = (shown.date, shown.time);
    format!("{day} {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// With a comma before every third digit from the point: `-1,234.5`.
pub fn grouped(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(rest);
    text
}

/// What would break a line of a table stands as a blank.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, " "))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_from_the_point() {
        let shown = ["0", "999", "1000", "1234567.8", "-1234.5", "-999"].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567.8", "-1,234.5", "-999"]);
    }

    #[test]
    fn people_read_what_is_unknown_and_the_time_on_their_clock() {
        let zone = sangdam_domain::calendar::zone("Asia/Seoul").unwrap();
        let count = Column::count("count", "수", "count");
        let show = |cell: &Cell, column: &Column| shown(cell, column, Language::Ko, &zone).into_owned();
        assert_eq!(show(&Cell::Empty, &count.unknown_where_empty()), "알 수 없음");
        assert_eq!(show(&Cell::Empty, &count), "-");
        let moment = Column::new(Kind::Time, "at", "시각", "at");
        let at = Cell::Time("2024-01-31T23:04:05.9Z".parse().unwrap());
        assert_eq!(show(&at, &moment), "2024-02-01 08:04:05");
        assert_eq!(show(&Cell::text("두\n줄"), &Column::text("t", "글", "t")), "두 줄");
    }
}
