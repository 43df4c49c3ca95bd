//! Who calls, as telephone systems write it.

use sangdam_domain::value::PhoneNumber;

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
    /// Reads a number, also one with a name in front: `"Kim" <0331234567>`.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        let inner = match (text.rfind('<'), text.ends_with('>')) {
            (Some(at), true) => &text[at + 1..text.len() - 1],
            _ => text,
        };
        let number = inner.trim().trim_matches('"');
        if number.is_empty() || WITHHELD.contains(&number.to_lowercase().as_str()) {
            return Self::Withheld;
        }
        PhoneNumber::parse(number).map_or(Self::Other, Self::Number)
    }

    /// The number, if there is one.
    pub fn number(self) -> Option<PhoneNumber> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_what_stands_in_their_place() {
        let number = |text| Sender::read(text).number().map(|number| number.as_str().to_owned());
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
}
