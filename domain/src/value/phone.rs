//! Telephone numbers.
//!
//! Korean numbers are read by the numbering plan of Korea (telephone numbers are given out by the Ministry of Science
//! and ICT: 전기통신번호관리세칙), as to area code and length only, so that fictitious subscriber numbers pass. Foreign
//! ones need a leading `+` and a country code that exists.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::spelling::narrow;

/// A telephone number in E.164 (`+82331234567`). Personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

const WHAT: &str = "phone number";

/// The most digits of a number in E.164, its country code included.
const DIGITS_MAX: usize = 15;

impl PhoneNumber {
    /// Reads a number in any spelling that is common in Korea (`033-123-4567`, `(02) 123 4567`, `+82 (0)10.1234.5678`,
    /// `１５８８－１２３４`), or a foreign one in international form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let dialled = Dialled::read(WHAT, text)?;
        match dialled.korean() {
            Some(national) => {
                check_korean(national)?;
                Ok(Self(format!("+82{national}")))
            }
            None if dialled.international => foreign(&dialled.digits),
            None => Err(not_korean(&dialled.digits)),
        }
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as it is written in Korea (`033-123-4567`); a foreign one in E.164.
    pub fn to_spelling(&self) -> String {
        match self.0.strip_prefix("+82") {
            Some(national) => hyphenated(national),
            None => self.0.clone(),
        }
    }
}

/// Never shows the number, so that no log line can.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// A public number: what was dialled, or an entry of the directory. Short codes (110, 1330) are numbers too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DialledNumber(String);

impl DialledNumber {
    /// Keeps the digits as they are dialled in Korea (`+82 33 …` becomes `033…`), and the `+` of a foreign number;
    /// refuses what has fewer than 2 or more than 15 of them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let what = "public number";
        let dialled = Dialled::read(what, text)?;
        let count = dialled.digits.len();
        if !(2..=DIGITS_MAX).contains(&count) {
            return Err(Invalid {
                what,
                problem: format!("has {count} digits; 2 to {DIGITS_MAX} were expected"),
            });
        }
        Ok(Self(match dialled.korean() {
            Some(national) if check_korean(national).is_ok() => in_korea(national),
            _ if dialled.international => format!("+{}", dialled.digits),
            _ => dialled.digits,
        }))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as it is written in Korea (`033-123-4567`); short codes and foreign numbers as they are.
    pub fn to_spelling(&self) -> String {
        match self.0.strip_prefix('0') {
            Some(national) if check_korean(national).is_ok() => hyphenated(national),
            None if is_representative(&self.0) => hyphenated(&self.0),
            _ => self.0.clone(),
        }
    }
}

/// What was written, without what people put between digits.
struct Dialled {
    digits: String,
    international: bool,
}

impl Dialled {
    fn read(what: &'static str, text: &str) -> Result<Self, Invalid> {
        let narrow: String = text.trim().chars().map(narrow).collect();
        let unprefixed = narrow.strip_prefix("tel:").unwrap_or(&narrow).trim_start();
        let international = unprefixed.starts_with('+');
        let mut digits = String::with_capacity(unprefixed.len());
        for character in unprefixed.strip_prefix('+').unwrap_or(unprefixed).chars() {
            match character {
                '0'..='9' => digits.push(character),
                '-' | ' ' | '.' | '(' | ')' => {}
                _ => {
                    let problem =
                        "holds something else than digits, spaces, hyphens, dots and brackets".to_owned();
                    return Err(Invalid { what, problem });
                }
            }
        }
        if digits.is_empty() {
            return Err(Invalid { what, problem: "has no digits".to_owned() });
        }
        Ok(Self { digits, international })
    }

    /// The national significant number (without the 0 in front), if the number is a Korean one.
    fn korean(&self) -> Option<&str> {
        let digits = self.digits.as_str();
        let after_country =
            |rest: &'_ str| -> usize { digits.len() - rest.strip_prefix('0').unwrap_or(rest).len() };
        if self.international {
            return digits.strip_prefix("82").map(|rest| &digits[after_country(rest)..]);
        }
        if let Some(rest) = digits.strip_prefix("0082") {
            return Some(&digits[after_country(rest)..]);
        }
        // Telephone systems write 82 without the plus; nothing in Korea begins so and is that long.
        if let Some(rest) = digits.strip_prefix("82").filter(|rest| rest.len() >= 8) {
            return Some(&digits[after_country(rest)..]);
        }
        match digits.strip_prefix('0') {
            Some(rest) if !rest.starts_with('0') => Some(rest),
            Some(_) => None,
            // 1588-1234; and 10-1234-5678, which a spreadsheet made of 010-1234-5678.
            None => (is_representative(digits) || (digits.starts_with("10") && digits.len() == 10))
                .then_some(digits),
        }
    }
}

/// 15xx-xxxx, 16xx-xxxx, 18xx-xxxx: a company's or office's number for the whole country, dialled without a 0.
fn is_representative(national: &str) -> bool {
    national.len() == 8 && matches!(national.as_bytes(), [b'1', b'5' | b'6' | b'8', ..])
}

/// The digits of the area or service code of a national significant number, and how many must follow.
fn plan(national: &str) -> Option<(usize, std::ops::RangeInclusive<usize>)> {
    Some(match national.as_bytes() {
        [b'2', ..] => (1, 7..=8),
        [b'3', b'1'..=b'3', ..]
        | [b'4', b'1'..=b'4', ..]
        | [b'5', b'1'..=b'5', ..]
        | [b'6', b'1'..=b'4', ..] => (2, 7..=8),
        [b'1', b'0', ..] | [b'7', b'0', ..] => (2, 8..=8),
        [b'1', b'1' | b'6'..=b'9', ..] | [b'6' | b'8', b'0', ..] => (2, 7..=8),
        [b'5', b'0', _, ..] | [b'3', b'0', _, ..] => (3, 7..=8),
        _ => return None,
    })
}

fn check_korean(national: &str) -> Result<(), Invalid> {
    if is_representative(national) {
        return Ok(());
    }
    let Some((code, follow)) = plan(national) else {
        let problem =
            "does not begin with an area or service code of Korea (02, 033, 010, 070, 050x, 15xx, …)";
        return Err(Invalid { what: WHAT, problem: problem.to_owned() });
    };
    let given = national.len() - code;
    if follow.contains(&given) {
        return Ok(());
    }
    let (low, high) = follow.into_inner();
    let expected = if low == high { format!("{low}") } else { format!("{low} or {high}") };
    Err(Invalid {
        what: WHAT,
        problem: format!("has {given} digits after its area or service code; {expected} were expected"),
    })
}

fn not_korean(digits: &str) -> Invalid {
    let problem = if digits.starts_with("00") {
        "begins with 00; write a foreign number with + and its country code"
    } else if digits.len() < 7 {
        "has too few digits; expected an area code and a number, like 033-123-4567"
    } else {
        "has no area code; expected one like 033-123-4567 or 010-1234-5678, or + and a country code"
    };
    Invalid { what: WHAT, problem: problem.to_owned() }
}

fn foreign(digits: &str) -> Result<PhoneNumber, Invalid> {
    let problem = "is no international number: expected + and a country code, like +1 650 555 0100";
    let invalid = || Invalid { what: WHAT, problem: problem.to_owned() };
    if digits.len() > DIGITS_MAX + 1 {
        return Err(invalid());
    }
    let number = international(digits).ok_or_else(invalid)?;
    // Parsing takes one trunk 0 away; a number with more of them would be another one each time it is read.
    let stable = international(number.trim_start_matches('+')).as_deref() == Some(&number);
    if stable && number.len() <= 1 + DIGITS_MAX { Ok(PhoneNumber(number)) } else { Err(invalid()) }
}

fn international(digits: &str) -> Option<String> {
    let parsed = phonenumber::parse(None, format!("+{digits}")).ok()?;
    Some(parsed.format().mode(phonenumber::Mode::E164).to_string())
}

/// As it is dialled within Korea.
fn in_korea(national: &str) -> String {
    if is_representative(national) { national.to_owned() } else { format!("0{national}") }
}

fn hyphenated(national: &str) -> String {
    let dialled = in_korea(national);
    let (head, last) = dialled.split_at(dialled.len() - 4);
    if is_representative(national) {
        return format!("{head}-{last}");
    }
    let code = plan(national).map_or(0, |(code, _)| code + 1);
    let (area, middle) = head.split_at(code.min(head.len()));
    format!("{area}-{middle}-{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn reads(spellings: &[&str], e164: &str) {
        for spelling in spellings {
            assert_eq!(
                PhoneNumber::parse(spelling).map(|n| n.as_str().to_owned()),
                Ok(e164.to_owned()),
                "{spelling}"
            );
        }
    }

    #[track_caller]
    fn refuses(text: &str, why: &str) {
        let error = PhoneNumber::parse(text).unwrap_err();
        assert!(error.problem.contains(why), "{error}");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        assert!(digits.len() < 5 || !error.to_string().contains(&digits), "{error}");
    }

    #[test]
    fn reads_every_common_spelling_of_a_korean_number() {
        reads(
            &[
                "033-123-4567",
                "033.123.4567",
                "033 123 4567",
                "(033) 123-4567",
                "0331234567",
                "+82-33-123-4567",
                "+82 (0)33-123-4567",
                "+82331234567",
                "82331234567",
                "0082 33 123 4567",
                "tel:+82-33-123-4567",
                "０３３－１２３－４５６７",
                "＋８２　３３　１２３　４５６７",
                " 033–123–4567 ",
            ],
            "+82331234567",
        );
        reads(
            &["010-0000-1234", "+82 (0)10 0000 1234", "01000001234", "10-0000-1234", "821000001234"],
            "+821000001234",
        );
        reads(&["02-123-4567", "02)123-4567"], "+8221234567");
        reads(&["02-1234-5678"], "+82212345678");
        reads(&["070-1234-5678"], "+827012345678");
        reads(&["0505-123-4567"], "+825051234567");
        reads(&["0507-1234-5678"], "+8250712345678");
        reads(&["080-123-4567"], "+82801234567");
        reads(&["1588-1234", "+82 1588 1234", "１５８８－１２３４"], "+8215881234");
        reads(&["1600-1234"], "+8216001234");
        reads(&["1899-1234"], "+8218991234");
        reads(&["011-123-4567"], "+82111234567");
    }

    #[test]
    fn reads_foreign_numbers_in_international_form() {
        reads(&["+1 650-555-0100"], "+16505550100");
        reads(&["+81 (0)3-1234-5678"], "+81312345678");
    }

    #[test]
    fn refuses_what_cannot_be_dialled_and_never_repeats_it() {
        refuses("", "no digits");
        refuses("발신번호표시제한", "something else than digits");
        refuses("010-****-1234", "something else than digits");
        refuses("033-123-4567 내선 5", "something else than digits");
        refuses("123-4567", "no area code");
        refuses("110", "too few digits");
        refuses("033-12-4567", "7 or 8 were expected");
        refuses("010-123-4567", "8 were expected");
        refuses("010-1234-56789", "8 were expected");
        refuses("099-123-4567", "area or service code");
        refuses("001-1-650-555-0100", "begins with 00");
        refuses("+999 1234 5678", "international number");
        refuses("+82", "area or service code");
        refuses(&"1".repeat(400), "no area code");
        refuses(&format!("+{}", "1".repeat(400)), "international number");
    }

    #[test]
    fn is_written_as_in_korea() {
        for spelling in
            ["033-123-4567", "02-1234-5678", "010-0000-1234", "0507-1234-5678", "1588-1234", "+16505550100"]
        {
            assert_eq!(PhoneNumber::parse(spelling).unwrap().to_spelling(), spelling);
            assert_eq!(DialledNumber::parse(spelling).unwrap().to_spelling(), spelling);
        }
        assert_eq!(DialledNumber::parse("1330").unwrap().to_spelling(), "1330");
    }

    #[test]
    fn a_public_number_may_be_short_and_is_one_in_all_its_spellings() {
        let read = |text| DialledNumber::parse(text).map(|number| number.as_str().to_owned());
        assert_eq!(read("110").unwrap(), "110");
        assert_eq!(read("033-1330").unwrap(), "0331330");
        assert_eq!(read("+82 33 123 4567"), read("033-123-4567"));
        assert_eq!(read("+1 650 555 0100").unwrap(), "+16505550100");
        for bad in ["", "1", "call me", &"1".repeat(16)] {
            assert!(DialledNumber::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_stored_is_read_as_it_is() {
        let odd: PhoneNumber = serde_json::from_str(r#""+820001""#).unwrap();
        assert_eq!(odd.as_str(), "+820001");
        assert_eq!(format!("{odd:?}"), "PhoneNumber(…)");
    }

    proptest! {
        #[test]
        fn a_number_read_is_read_again_as_itself(text in r"\+?[0-9() .-]{0,24}|0(2|33|10|70|505)[ -]?[0-9]{3,4}-?[0-9]{4}|\+[1-9][0-9]{5,14}|\PC{0,30}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(&PhoneNumber::parse(number.as_str()).unwrap(), &number);
                prop_assert_eq!(&PhoneNumber::parse(&number.to_spelling()).unwrap(), &number);
            }
            if let Ok(number) = DialledNumber::parse(&text) {
                prop_assert_eq!(&DialledNumber::parse(number.as_str()).unwrap(), &number);
                prop_assert_eq!(&DialledNumber::parse(&number.to_spelling()).unwrap(), &number);
            }
        }
    }
}
