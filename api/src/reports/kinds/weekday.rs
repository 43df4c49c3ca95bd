//! Days of the week, as several reports have them: a number for programs (Monday is 1, as ISO 8601 counts), a name for
//! people.

use std::borrow::Cow;

use super::wording::of_list;
use crate::table::{Column, Kind, Language, Words};

/// The number.
pub const NUMBER: Column = Column::number("weekday", "요일 번호", "weekday number").for_programs();
/// The name.
pub const NAME: Column = Column::new(Kind::Code(in_words), "weekday_name", "요일", "weekday");

fn in_words(code: &str, language: Language) -> Cow<'_, str> {
    const LIST: [(&str, Words); 7] = [
        ("monday", Words::new("월", "Monday")),
        ("tuesday", Words::new("화", "Tuesday")),
        ("wednesday", Words::new("수", "Wednesday")),
        ("thursday", Words::new("목", "Thursday")),
        ("friday", Words::new("금", "Friday")),
        ("saturday", Words::new("토", "Saturday")),
        ("sunday", Words::new("일", "Sunday")),
    ];
    of_list(code, language, &LIST)
}

/// What a day's numbers are divided by, in words.
pub const DAYS: (Words, Words) = (
    Words::new("일수", "Days"),
    Words::new(
        "기간 중 그 요일에 상담센터가 운영한 날의 수입니다. 운영한 날이 없으면 그 요일의 모든 날을 셉니다.",
        "How often that day of the week came in the period with the centre open; where it never was, all such days.",
    ),
);
