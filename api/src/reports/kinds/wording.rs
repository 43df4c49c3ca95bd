//! Codes in words, and the words that several reports share.

use std::borrow::Cow;

use crate::table::{Language, Words};

/// A code in words; as it is where the list does not have it.
pub fn of_list<'a>(code: &'a str, language: Language, list: &[(&str, Words)]) -> Cow<'a, str> {
    match list.iter().find(|(known, _)| *known == code) {
        Some((_, words)) => Cow::Borrowed(words.pick(language)),
        None => Cow::Borrowed(code),
    }
}

/// On what a number stands. `recorded since DATE` and `declared: DOCUMENT` are said in words with what follows.
pub fn basis(code: &str, language: Language) -> Cow<'_, str> {
    const WHOLE: [(&str, Words); 3] = [
        ("recorded", Words::new("기록", "recorded")),
        ("recorded in part", Words::new("일부만 기록", "recorded in part")),
        ("unknown", Words::new("알 수 없음", "unknown")),
    ];
    const BEGUN: [(&str, Words); 2] = [
        ("recorded since ", Words::new("기록 시작일: ", "recorded since ")),
        ("declared: ", Words::new("신고: ", "declared: ")),
    ];
    for (begin, words) in BEGUN {
        if let Some(rest) = code.strip_prefix(begin) {
            return Cow::Owned(format!("{}{rest}", words.pick(language)));
        }
    }
    of_list(code, language, &WHOLE)
}

/// Counting definition, in words for the notes of a report.
pub const CONSULTATION: (Words, Words) = (
    Words::new("상담", "Consultation"),
    Words::new(
        "무효 처리되지 않은 상담 개시(ConsultationOpened) 1건을 1건으로 세며, 상담센터 시간대의 개시 일시에 속하는 날에 집계합니다.",
        "One ConsultationOpened that was not voided; it counts on the day of its occurrence on the centre's own clock.",
    ),
);

/// What inbound calls are, in words.
pub const CALLS: (Words, Words) = (
    Words::new("인입·응답·포기", "Offered, answered, abandoned"),
    Words::new(
        "걸려 온 전화 전부와, 그중 상담원이 받은 전화, 받기 전에 끊긴 전화입니다. 인입된 날에 집계합니다.",
        "All inbound calls; those that an agent answered; those that hung up before. They count on the day of the offer.",
    ),
);

/// What the answer rate is, in words.
pub const ANSWER_RATE: (Words, Words) = (
    Words::new("응답률", "Answer rate"),
    Words::new(
        "운영 시간 내 응답 ÷ 운영 시간 내 인입 × 100. 운영 시간은 인입 당시 시행 중인 운영 달력을 따릅니다.",
        "Answered ÷ offered × 100, of calls offered within the opening hours of the calendar in force then.",
    ),
);

/// What an empty number is, in words.
pub const UNKNOWN: (Words, Words) = (
    Words::new("알 수 없음", "Unknown"),
    Words::new(
        "원장에 기록이 없는 기간의 수치이며 0을 뜻하지 않습니다.",
        "A number of days of which the ledger has no records. It is not 0.",
    ),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basis_is_said_in_words() {
        let korean = |code| basis(code, Language::Ko).into_owned();
        assert_eq!(korean("unknown"), "알 수 없음");
        assert_eq!(korean("recorded since 2022-03-01"), "기록 시작일: 2022-03-01");
        assert_eq!(korean("declared: 연보"), "신고: 연보");
        assert_eq!(korean("something else"), "something else");
        assert_eq!(basis("recorded", Language::En), "recorded");
    }
}
