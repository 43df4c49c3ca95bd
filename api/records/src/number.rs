//! Who calls, as telephone systems write it.

use sangdam_domain::value::{DialledNumber, PhoneNumber};

/// What stands where a number would.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sender {
    /// The number was withheld, or is not known.
    Withheld,
    /// A number of the telephone network.
    Number(PhoneNumber),
    /// Anything else: an extension, a name.
    Other,
}

/// Words that systems and networks put in place of a number, in lower case.
const WITHHELD: [&str; 13] = [
    "anonymous",
    "asterisk",
    "blocked",
    "none",
    "null",
    "o",
    "p",
    "private",
    "restricted",
    "unavailable",
    "unknown",
    "withheld",
    "발신번호표시제한",
];

impl Sender {
    /// Reads a number, also one with a name in front and with what SIP puts around it:
    /// `"Kim" <sip:0331234567@pbx.example;user=phone>`. Foreign ones may come without the plus, or with 00 in its place.
    pub fn read(text: &str) -> Self {
        let number = bare(text);
        if number.is_empty() || WITHHELD.contains(&number.to_lowercase().as_str()) {
            return Self::Withheld;
        }
        PhoneNumber::parse(number).ok().or_else(|| foreign(number)).map_or(Self::Other, Self::Number)
    }

    /// The number, if there is one.
    pub fn number(self) -> Option<PhoneNumber> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }
}

/// A number of the centre that was dialled; it may be a short one.
pub fn dialled(text: &str) -> Option<DialledNumber> {
    DialledNumber::parse(bare(text)).ok()
}

fn foreign(text: &str) -> Option<PhoneNumber> {
    let digits = text.strip_prefix("00").unwrap_or(text);
    let is_international = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_international && !digits.starts_with('0')).then(|| PhoneNumber::parse(&format!("+{digits}")).ok())?
}

/// Without a name, and without what SIP puts around a number.
fn bare(text: &str) -> &str {
    let inside = text.rsplit_once('<').map_or(text, |(_, inside)| inside.trim_end().trim_end_matches('>'));
    let inside = inside.trim();
    let unschemed = ["sip:", "sips:", "tel:"].into_iter().find_map(|scheme| {
        let head = inside.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &inside[scheme.len()..])
    });
    unschemed.unwrap_or(inside).split(['@', ';']).next().unwrap_or(inside).trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<String> {
        Sender::read(text).number().map(|number| number.as_str().to_owned())
    }

    #[test]
    fn numbers_are_told_from_what_stands_in_their_place() {
        assert_eq!(number("0100000 1234").as_deref(), Some("+821000001234"));
        assert_eq!(number("\"Kim <a>\" <01000001234>").as_deref(), Some("+821000001234"));
        for withheld in ["", "Anonymous", "anonymous <anonymous>", "<unknown>", "\"\" <>", "\"Asterisk\" <>"]
        {
            assert_eq!(Sender::read(withheld), Sender::Withheld, "{withheld}");
        }
        for other in ["201", "s", "Kim", "<", ">", "<>>"] {
            assert_ne!(Sender::read(other).number(), Some(PhoneNumber::parse("01000001234").unwrap()));
        }
        assert_eq!(Sender::read("201"), Sender::Other);
    }

    #[test]
    fn is_read_in_every_spelling_that_was_seen() {
        for told in [
            "033-222-3333",
            "+82332223333",
            "+82 33-222-3333",
            "82332223333",
            "0082 33 222 3333",
            "sip:0332223333@10.0.0.5:5060",
            "SIP:+82332223333@pbx.example;user=phone",
            "\"Kim\" <sip:0332223333@pbx.example>",
            "tel:+82-33-222-3333",
        ] {
            assert_eq!(number(told).as_deref(), Some("+82332223333"), "{told}");
        }
        for (told, expected) in [("02-120", None), ("493055571600", Some("+493055571600"))] {
            assert_eq!(number(told).as_deref(), expected, "{told}");
        }
        assert_eq!(number("00493055571600").unwrap(), "+493055571600");
        assert_eq!(number("02-123-4567").unwrap(), "+8221234567");
    }

    #[test]
    fn a_withheld_number_and_an_extension_are_none() {
        for told in [
            "",
            "anonymous",
            "Anonymous",
            "unknown",
            "restricted",
            "private",
            "42",
            "<>",
            "sip:anonymous@x",
            "***",
            "@",
            "<",
        ] {
            assert_eq!(number(told), None, "{told}");
        }
    }

    #[test]
    fn what_was_dialled_may_be_short() {
        assert_eq!(dialled("sip:120@pbx").unwrap().as_str(), "120");
        assert_eq!(dialled("+82 33 560 1234").unwrap().as_str(), "0335601234");
        assert_eq!(dialled("anonymous"), None);
    }
}
