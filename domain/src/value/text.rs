//! Bounded texts.

use serde::{Deserialize, Serialize};

use super::Invalid;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $what:literal, $max:literal characters;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values) it may have.
            pub const CHARS_MAX: usize = $max;

            /// Trims white space at both ends; refuses what is then empty, too long or holds control characters.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                parse($what, text, Self::CHARS_MAX).map(Self)
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
    NoteText: "note", 10_000 characters;
    /// A person's name. Personal data.
    PersonName: "name", 100 characters;
    /// Why something was done, in free text. Personal data.
    ReasonText: "reason", 1_000 characters;
    /// A call's or customer's id in another system. Personal data.
    ExternalReference: "external reference", 200 characters;
    /// A public name or description: of a department, an organisation, a centre. Not personal data.
    DisplayText: "text", 500 characters;
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
