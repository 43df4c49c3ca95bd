//! Mobile numbers: found, so that nothing public holds one. Numbers of offices are public; a mobile number is somebody's.

use super::spelling::narrow;

/// How many digits a mobile number has: `01X`, then seven or eight.
const DIGITS: std::ops::RangeInclusive<usize> = 10..=11;
/// The most characters between two digits: a hyphen and a space on either side of it.
const GAP_MAX: usize = 3;

/// The first character (counted from 1) of the first mobile number in a text.
pub(super) fn find(text: &str) -> Option<usize> {
    let characters: Vec<char> = text.chars().map(narrow).collect();
    let begins = |at: usize| at == 0 || !characters[at - 1].is_ascii_digit();
    (0..characters.len())
        .filter(|at| characters[*at] == '0' && begins(*at))
        .find(|at| is_mobile(&digits(&characters[*at..])))
        .map(|at| at + 1)
}

/// The digits of a number that begins here, however they are set apart.
fn digits(characters: &[char]) -> String {
    let (mut digits, mut gap) = (String::new(), 0);
    for c in characters {
        if c.is_ascii_digit() {
            digits.push(*c);
            gap = 0;
        } else if gap < GAP_MAX && matches!(c, ' ' | '-' | '.' | '_' | ')' | '/') {
            gap += 1;
        } else {
            break;
        }
    }
    digits
}

fn is_mobile(digits: &str) -> bool {
    let prefix = digits.starts_with("01") && digits[2..].starts_with(['0', '1', '6', '7', '8', '9']);
    prefix && DIGITS.contains(&digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobile_numbers_are_found_however_they_are_written() {
        assert_eq!(find("담당 010-1234-5678"), Some(4));
        assert_eq!(find("０１０ １２３４ ５６７８"), Some(1));
        assert_eq!(find("0161234567"), Some(1));
        assert_eq!(find("010)1234.5678로"), Some(1));
    }

    #[test]
    fn numbers_of_offices_and_other_digits_are_not() {
        for text in ["033-560-2101", "1588-0000", "접수 번호 2010-1234-5678", "2024. 01. 02.", "01012", ""]
        {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
