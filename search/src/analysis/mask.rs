//! Long runs of digits are no words: telephone numbers, accounts, registration numbers. They are masked before anything is
//! indexed or shown.

/// How many digits make a run too long to be kept. `2024년`, `15,000원` and `119` stay; `562-1234` goes.
const DIGITS_MIN: usize = 6;
/// How many other characters may stand between two digits of one run: `02) 123-4567`.
const BETWEEN_MAX: usize = 2;
/// What stands in place of each character of a run.
const MASK: char = '•';

/// Masks long runs of digits, also those written with hyphens, dots, slashes, brackets or spaces between. The number of
/// characters stays.
pub(super) fn mask(chars: &mut [char]) {
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (end, digits) = run(chars, at);
        if digits >= DIGITS_MIN {
            chars[at..end].fill(MASK);
        }
        at = end;
    }
}

/// Where the run of digits that begins here ends, and how many digits it has.
fn run(chars: &[char], begin: usize) -> (usize, usize) {
    let (mut end, mut digits, mut between) = (begin, 0, 0);
    for (offset, c) in chars[begin..].iter().enumerate() {
        if c.is_ascii_digit() {
            (end, digits, between) = (begin + offset + 1, digits + 1, 0);
        } else if between < BETWEEN_MAX && is_between(*c) {
            between += 1;
        } else {
            break;
        }
    }
    (end, digits)
}

fn is_between(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '–' | '—' | '−' | '.' | '·' | '/' | '(' | ')' | '_' | ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn masked(text: &str, expected: &str) {
        let mut chars: Vec<char> = text.chars().collect();
        mask(&mut chars);
        assert_eq!(chars.into_iter().collect::<String>(), expected);
    }

    #[test]
    fn telephone_numbers_go_however_they_are_written() {
        masked("번호 010-1234-5678로", "번호 •••••••••••••로");
        masked("01012345678", "•••••••••••");
        masked("(02) 123 4567번", "(••••••••••••번");
        masked("562-1234", "••••••••");
    }

    #[test]
    fn amounts_years_and_short_numbers_stay() {
        for text in ["2024년 3월 15일", "1,500,000원", "119에 신고", "우편번호 26110", "3층 12호"]
        {
            masked(text, text);
        }
    }
}
