//! Why a call is over, as telephone systems say it: Zammad's seven words, and the names of Q.850 that FreeSWITCH and Asterisk
//! put in their place.

use sangdam_domain::value::{Code, QueueExit};

/// What a cause says of how a call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// Somebody hung up.
    HungUp,
    /// The line failed.
    LineFailed,
    /// Nobody took it in time.
    NobodyAnswered,
    /// Nobody was free to take it.
    NobodyFree,
    /// It went somewhere else.
    WentElsewhere,
    /// There is no such number.
    NoSuchNumber,
}

impl Cause {
    /// What a telephone system's word says. What is not known is a hang-up, like what is not said.
    pub fn of(told: Option<&str>) -> Self {
        let word: String = told
            .unwrap_or_default()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        match word.as_str() {
            "noanswer" | "nouserresponse" | "allottedtimeout" | "timeout" | "18" | "19" => {
                Self::NobodyAnswered
            }
            "busy" | "userbusy" | "17" => Self::NobodyFree,
            "congestion"
            | "normalcircuitcongestion"
            | "switchcongestion"
            | "networkoutoforder"
            | "normaltemporaryfailure"
            | "destinationoutoforder"
            | "recoveryontimerexpire"
            | "mediatimeout"
            | "linedropped"
            | "failed"
            | "failure"
            | "27"
            | "34"
            | "38"
            | "41"
            | "42"
            | "102" => Self::LineFailed,
            "forwarded" | "answeredelsewhere" | "losrace" | "loserace" | "pickedoff" | "attendedtransfer"
            | "blindtransfer" | "26" => Self::WentElsewhere,
            "notfound"
            | "unallocatednumber"
            | "noroutedestination"
            | "invalidnumberformat"
            | "1"
            | "3"
            | "28" => Self::NoSuchNumber,
            _ => Self::HungUp,
        }
    }

    /// How a call that nobody answered left its queue by it, if it did.
    pub fn queue_exit(self) -> Option<QueueExit> {
        match self {
            Self::NobodyAnswered => Some(QueueExit::Timeout),
            Self::NobodyFree | Self::LineFailed => Some(QueueExit::Full),
            Self::WentElsewhere => Some(QueueExit::Redirected),
            Self::HungUp | Self::NoSuchNumber => None,
        }
    }
}

/// The word as a code: `normalClearing` and `NORMAL_CLEARING` are `normal_clearing`.
pub fn code(told: &str) -> Option<Code> {
    let mut code = String::with_capacity(told.len() + 4);
    let mut after_lower = false;
    for letter in told.chars() {
        if letter.is_ascii_uppercase() && after_lower {
            code.push('_');
        }
        after_lower = letter.is_ascii_lowercase();
        code.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    }
    let code = code.trim_matches('_');
    Code::parse(code.get(..40).unwrap_or(code)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_systems_say_the_same() {
        for (told, expected) in [
            (None, Cause::HungUp),
            (Some("normalClearing"), Cause::HungUp),
            (Some("ORIGINATOR_CANCEL"), Cause::HungUp),
            (Some("cancel"), Cause::HungUp),
            (Some("noAnswer"), Cause::NobodyAnswered),
            (Some("NO_ANSWER"), Cause::NobodyAnswered),
            (Some("USER_BUSY"), Cause::NobodyFree),
            (Some("congestion"), Cause::LineFailed),
            (Some("forwarded"), Cause::WentElsewhere),
            (Some("notFound"), Cause::NoSuchNumber),
            (Some("뭔가"), Cause::HungUp),
        ] {
            assert_eq!(Cause::of(told), expected, "{told:?}");
        }
    }

    #[test]
    fn a_word_becomes_a_code() {
        let text = |told| code(told).map(|code| code.as_str().to_owned());
        assert_eq!(text("normalClearing").as_deref(), Some("normal_clearing"));
        assert_eq!(text("NORMAL_CLEARING").as_deref(), Some("normal_clearing"));
        assert_eq!(text("뭔가"), None);
        assert_eq!(text(&"x".repeat(90)).map(|code| code.len()), Some(40));
    }
}
