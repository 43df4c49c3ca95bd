//! Where an event stands: its log, its position there, its stream and its version in the stream.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A log's name, `{centre}/{name}`: `jeongseon/main` holds a centre's events, `jeongseon/access` who read personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogId(String);

/// The text given is not a log's name, or not a centre's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a centre's name: expected 1 to 40 of a-z, 0-9 and -, starting with a letter, like `jeongseon`"
)]
pub struct InvalidCentre(pub String);

impl LogId {
    /// The log of a centre's calls and consultations.
    pub fn main(centre: &str) -> Result<Self, InvalidCentre> {
        Self::of(centre, "main")
    }

    /// The log of who read personal data of a centre.
    pub fn access(centre: &str) -> Result<Self, InvalidCentre> {
        Self::of(centre, "access")
    }

    fn of(centre: &str, name: &str) -> Result<Self, InvalidCentre> {
        let good = |part: &str| {
            (1..=40).contains(&part.len())
                && part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if good(centre) && good(name) {
            Ok(Self(format!("{centre}/{name}")))
        } else {
            Err(InvalidCentre(centre.chars().take(80).collect()))
        }
    }

    /// Whether it holds a centre's calls and consultations.
    pub fn is_main(&self) -> bool {
        self.0.ends_with("/main")
    }

    /// The centre whose log this is.
    pub fn centre(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(centre, _)| centre)
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogId {
    type Err = InvalidCentre;

    fn from_str(text: &str) -> Result<Self, InvalidCentre> {
        match text.split_once('/') {
            Some((centre, name)) => Self::of(centre, name),
            None => Err(InvalidCentre(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for LogId {
    type Error = InvalidCentre;

    fn try_from(text: String) -> Result<Self, InvalidCentre> {
        text.parse()
    }
}

impl From<LogId> for String {
    fn from(log: LogId) -> Self {
        log.0
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// Before the first.
            pub const ZERO: Self = Self(0);
            /// The largest that a JSON number holds exactly: 2^53 − 1.
            pub const MAX: Self = Self((1 << 53) - 1);

            /// `None` above [`Self::MAX`].
            pub const fn new(value: u64) -> Option<Self> {
                if value <= Self::MAX.0 { Some(Self(value)) } else { None }
            }

            /// The number itself.
            pub const fn get(self) -> u64 { self.0 }

            /// The number as databases keep it.
            pub const fn as_i64(self) -> i64 { self.0.cast_signed() }

            /// The `n`th after this one.
            #[must_use]
            pub const fn plus(self, n: u64) -> Self { Self(self.0 + n) }

            /// The one after this one.
            #[must_use]
            pub const fn next(self) -> Self { self.plus(1) }

            /// The one before this one; there is none before [`Self::ZERO`].
            #[must_use]
            pub const fn previous(self) -> Self { Self(self.0.saturating_sub(1)) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )*};
}

counters! {
    /// An event's place in its log: 1, 2, 3, … without gaps, in commit order. 0 stands before the first.
    Position,
    /// An event's place in its stream: 1, 2, 3, … 0 stands before the first.
    Version
}

macro_rules! stream_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal);* $(;)?) => {
        /// What kind of aggregate a stream belongs to. Codes and texts are stored: they never change.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum StreamKind { $($(#[$doc])* $name = $code),* }

        impl StreamKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name as it stands in leaves.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }

            /// The code as it stands in index columns.
            pub const fn code(self) -> u8 { self as u8 }

            /// The kind with this code.
            pub const fn from_code(code: u8) -> Option<Self> { match code { $($code => Some(Self::$name),)* _ => None } }
        }
    };
}

stream_kinds! {
    /// The log itself: `LogOpened`.
    Log = 0, "log";
    /// One telephone leg.
    Call = 1, "call";
    /// One matter of one caller.
    Consultation = 2, "consultation";
    /// A promise to call back.
    Callback = 3, "callback";
    /// A caller.
    Caller = 4, "caller";
    /// An agent.
    Agent = 5, "agent";
    /// An entry of the telephone directory.
    DirectoryEntry = 6, "directory-entry";
    /// The printed editions of the directory.
    DirectoryEditions = 7, "directory-editions";
    /// The call centre itself: its calendar, its counting definition, its taxonomy.
    Centre = 8, "centre";
    /// One run of an import.
    Import = 9, "import";
    /// One person's sign-ins and reads, in the access log.
    Access = 10, "access";
    /// When a report is due.
    ReportSchedule = 11, "report-schedule";
    /// One run of a scheduled report.
    ReportRun = 12, "report-run";
    /// An article of what is known.
    KnowledgeArticle = 13, "knowledge-article";
    /// One record of a telephone system, kept as it stands.
    TelephoneRecord = 14, "telephone-record";
}

/// One aggregate's stream: `consultation/0190a1b2-…`. The UUID alone is unique over all logs of a ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// What kind of aggregate.
    pub kind: StreamKind,
    /// Which one.
    pub uuid: Uuid,
}

/// The text given is not a stream's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a stream: expected a kind and a UUID, like call/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")]
pub struct InvalidStream(pub String);

impl StreamId {
    /// The stream of one aggregate.
    pub const fn new(kind: StreamKind, uuid: Uuid) -> Self {
        Self { kind, uuid }
    }

    /// The one stream of its kind in a log (the log itself, the centre, the directory's editions). Its UUID is made
    /// from the log's name and the kind (UUIDv8 of SHA-256), so that the streams of two centres differ.
    pub fn singleton(kind: StreamKind, log: &LogId) -> Self {
        use sha2::{Digest, Sha256};
        let hash = Sha256::digest(format!("{}\0{}", log.as_str(), kind.as_str()));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self { kind, uuid: uuid::Builder::from_custom_bytes(bytes).into_uuid() }
    }

    /// The 17 bytes that index columns hold: the kind's code, then the UUID.
    pub fn to_bytes(self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[0] = self.kind.code();
        bytes[1..].copy_from_slice(self.uuid.as_bytes());
        bytes
    }

    /// From the bytes of an index column.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (code, uuid) = bytes.split_first()?;
        Some(Self { kind: StreamKind::from_code(*code)?, uuid: Uuid::from_slice(uuid).ok()? })
    }
}

impl FromStr for StreamId {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, InvalidStream> {
        text.split_once('/')
            .and_then(|(kind, uuid)| {
                let kind = *StreamKind::ALL.iter().find(|k| k.as_str() == kind)?;
                Some(Self { kind, uuid: Uuid::try_parse(uuid).ok()? })
            })
            .ok_or_else(|| InvalidStream(text.chars().take(80).collect()))
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.as_str(), self.uuid)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_survives_its_text_and_its_bytes() {
        let log = LogId::main("jeongseon").unwrap();
        let stream = StreamId::singleton(StreamKind::Centre, &log);
        assert_eq!(stream.to_string().parse::<StreamId>().unwrap(), stream);
        assert_eq!(StreamId::from_bytes(&stream.to_bytes()).unwrap(), stream);
    }

    #[test]
    fn a_centre_is_lower_case_ascii() {
        for bad in ["", "정선", "Jeongseon", "a/b", "-a", "9a", &"a".repeat(41)] {
            assert!(LogId::main(bad).is_err(), "{bad}");
        }
        assert_eq!(LogId::main("anonymous-bank").unwrap().centre(), "anonymous-bank");
    }
}
