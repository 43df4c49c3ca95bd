//! Telephone numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Invalid;

/// A telephone number in E.164 (`+82331234567`). Personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number in any spelling that is common in Korea, or in international form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let number = phonenumber::parse(Some(phonenumber::country::Id::KR), text)
            .map_err(|e| Invalid { what: "phone number", problem: e.to_string() })?;
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
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
    /// Keeps the digits (and a leading `+`); refuses what has fewer than 2 or more than 15 of them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let what = "public number";
        let kept: String =
            text.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        let digits = kept.strip_prefix('+').unwrap_or(&kept);
        if !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(Invalid { what, problem: "holds something else than digits".to_owned() });
        }
        if !(2..=15).contains(&digits.len()) {
            return Err(Invalid {
                what,
                problem: format!("has {} digits; 2 to 15 were expected", digits.len()),
            });
        }
        Ok(Self(kept))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
