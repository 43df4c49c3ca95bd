//! Resident registration numbers (주민등록번호): found, so that no note holds one.
//!
//! Six digits of a birth date and seven more, of which the first tells the century and sex. The check digit proves
//! nothing since October 2020, so only the shape and the birth date decide.

use std::ops::Range;

use jiff::civil::Date;

use super::spelling::narrow;

/// The most characters between the two halves: a hyphen and a space on either side of it.
const GAP_MAX: usize = 3;

/// The first character (counted from 1) of the first resident registration number in a text.
pub(super) fn find(text: &str) -> Option<usize> {
    let characters: Vec<char> = text.chars().map(narrow).collect();
    let runs = digit_runs(&characters);
    let digits = |run: &Range<usize>| characters[run.clone()].iter().collect::<String>();
    runs.iter().enumerate().find_map(|(index, run)| {
        let whole = match run.len() {
            13 => digits(run),
            6 => {
                let next = runs.get(index + 1).filter(|next| next.len() == 7)?;
                let gap = &characters[run.end..next.start];
                let joined = gap.len() <= GAP_MAX && gap.iter().all(|c| matches!(c, ' ' | '-' | '.' | '_'));
                if !joined {
                    return None;
                }
                digits(run) + &digits(next)
            }
            _ => return None,
        };
        is_plausible(&whole).then_some(run.start + 1)
    })
}

fn digit_runs(characters: &[char]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, _) in characters.iter().enumerate().filter(|(_, c)| c.is_ascii_digit()) {
        match runs.last_mut() {
            Some(run) if run.end == index => run.end = index + 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}

/// Whether 13 digits begin with the birth date of somebody who may be alive (born 1880 to 2049).
fn is_plausible(digits: &str) -> bool {
    let number = |range: Range<usize>| digits.get(range).and_then(|part| part.parse::<i16>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0..2), number(2..4), number(4..6)) else {
        return false;
    };
    let year = match digits.as_bytes().get(6) {
        Some(b'9' | b'0') if year >= 80 => 1800 + year,
        Some(b'1' | b'2' | b'5' | b'6') => 1900 + year,
        Some(b'3' | b'4' | b'7' | b'8') if year < 50 => 2000 + year,
        _ => return false,
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return false };
    Date::new(year, month, day).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_them_in_every_spelling() {
        for holding in [
            "900101-1234567",
            "주민번호는 900101-2234567입니다",
            "900101 1234567",
            "900101 - 1234567",
            "9001011234567",
            "９００１０１－１２３４５６７",
            "040229-3123456",
            "850315–6123456",
            "991231-9123456",
            "첫 줄\n둘째 줄 051231-4123456",
        ] {
            assert!(find(holding).is_some(), "{holding}");
        }
        assert_eq!(find("번호 900101-1234567"), Some(4));
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for other in [
            "",
            "033-123-4567",
            "010-0000-1234",
            "접수번호 20240229-1234567",
            "1900101-1234567",
            "900101-12345678",
            "901301-1234567",
            "900230-1234567",
            "030229-3123456",
            "950101-3123456",
            "900101\n1234567",
            "900101 1 234567",
            "계좌 900101-123456",
            "900101, 1234567",
        ] {
            assert_eq!(find(other), None, "{other}");
        }
    }
}
