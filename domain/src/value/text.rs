//! Bounded texts.

use serde::{Deserialize, Serialize};

use super::{Invalid, mobile, resident};

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $what:literal, $max:literal characters, $check:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values) it may have.
            pub const CHARS_MAX: usize = $max;

            /// Trims white space at both ends; refuses what is then empty, too long, or holds control characters (or
            /// what its kind of text must not hold).
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                let text = parse($what, text, Self::CHARS_MAX)?;
                $check($what, &text)?;
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

texts! {
    /// What a note or a brief says. Personal data. Holds no resident registration number.
    NoteText: "note", 10_000 characters, without_resident_number;
    /// What an article says. Public: holds no mobile number and no resident registration number.
    ArticleText: "article", 10_000 characters, without_a_persons_number;
    /// A person's name. Personal data.
    PersonName: "name", 100 characters, anything;
    /// Why something was done, in free text. Personal data. Holds no resident registration number.
    ReasonText: "reason", 1_000 characters, without_resident_number;
    /// A call's or customer's id in another system. Personal data.
    ExternalReference: "external reference", 200 characters, anything;
    /// A record of a telephone system, as it stands. Personal data.
    RecordText: "record", 8_192 characters, anything;
    /// A public name or description: of a department, an organisation, a centre. Not personal data.
    DisplayText: "text", 500 characters, anything;
}

fn parse(what: &'static str, text: &str, chars_max: usize) -> Result<String, Invalid> {
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 {
        return Err(Invalid { what, problem: "is empty".to_owned() });
    }
    if count > chars_max {
        return Err(Invalid {
            what,
            problem: format!("has {count} characters; at most {chars_max} are allowed"),
        });
    }
    if let Some(bad) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Invalid { what, problem: format!("holds the control character U+{:04X}", bad as u32) });
    }
    Ok(text.to_owned())
}

fn anything(_what: &'static str, _text: &str) -> Result<(), Invalid> {
    Ok(())
}

fn without_resident_number(what: &'static str, text: &str) -> Result<(), Invalid> {
    match resident::find(text) {
        None => Ok(()),
        Some(at) => {
            let problem = format!(
                "holds what looks like a resident registration number (주민등록번호) at character {at}; leave it out"
            );
            Err(Invalid { what, problem })
        }
    }
}

fn without_a_persons_number(what: &'static str, text: &str) -> Result<(), Invalid> {
    without_resident_number(what, text)?;
    match mobile::find(text) {
        None => Ok(()),
        Some(at) => {
            let problem = format!(
                "holds what looks like a mobile number at character {at}; articles are public, so name an office's number"
            );
            Err(Invalid { what, problem })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_trimmed_and_bounded() {
        assert_eq!(NoteText::parse("  여권 재발급\n문의 ").unwrap().as_str(), "여권 재발급\n문의");
        assert!(NoteText::parse(&"가".repeat(10_000)).is_ok());
        let problem = |text: &str| NoteText::parse(text).unwrap_err().to_string();
        assert_eq!(problem(" \n "), "note: is empty");
        assert_eq!(problem(&"가".repeat(10_001)), "note: has 10001 characters; at most 10000 are allowed");
        assert_eq!(problem("a\0b"), "note: holds the control character U+0000");
    }

    #[test]
    fn notes_and_reasons_hold_no_resident_registration_number() {
        let text = "본인 확인: 900101-1234567";
        let error = NoteText::parse(text).unwrap_err();
        assert!(
            error.problem.contains("resident registration number") && error.problem.contains("character 8"),
            "{error}"
        );
        assert!(!error.to_string().contains("900101"), "{error}");
        assert!(ReasonText::parse(text).is_err());
        assert!(ExternalReference::parse("9001011234567").is_ok());
    }

    #[test]
    fn articles_hold_nobodys_number() {
        assert!(ArticleText::parse("문의 033-560-2101").is_ok());
        let error = ArticleText::parse("문의 010-1234-5678").unwrap_err();
        assert!(error.problem.contains("mobile number") && !error.to_string().contains("1234"), "{error}");
        assert!(ArticleText::parse("900101-1234567").is_err());
    }

    #[test]
    fn what_is_stored_is_read_as_it_is() {
        let stored: NoteText = serde_json::from_str("\"900101-1234567\"").unwrap();
        assert_eq!(stored.as_str(), "900101-1234567");
    }
}
