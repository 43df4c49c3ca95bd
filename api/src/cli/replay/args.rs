//! What `sangdam replay` can be told.

use std::io::IsTerminal;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use sangdam_domain::event::Event;
use sangdam_domain::id::{AgentId, CallerId, InvalidId};
use sangdam_domain::log::{InvalidStream, LogId, StreamId, StreamKind};

use super::super::{CliError, Common};
use super::when::When;
use crate::table::Language;

/// `sangdam replay`
///
/// Each step is an event with the state of its aggregate before and after it, and what changed. Personal data is shown as
/// far as it has not been erased.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A TIME is a moment like 2024-03-04T00:12:00Z, or a day or time of day on the centre's clock like 2024-03-04 \
    or 2024-03-04T09:12. It is compared with when the ledger learnt of an event, not with when that happened.\n\n\
    Examples:\n  \
    sangdam replay --stream consultation/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b\n  \
    sangdam replay --caller 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b --interactive\n  \
    sangdam replay --type ConsultationVoided --type ConsultationCorrected --from 2024-01-01 --to 2024-03-31\n  \
    sangdam replay --backwards --limit 20 --language en\n  \
    sangdam replay --stream centre --format json | jq .changes"
)]
pub struct Args {
    /// Only this stream, by kind and UUID as in call/0190a1b2-…; centre, directory-editions and log need no UUID
    #[arg(long, value_name = "STREAM", group = "scope")]
    pub(super) stream: Option<StreamName>,

    /// Only what this caller had to do with the centre, aliases included: calls, consultations, callbacks
    #[arg(long, value_name = "ID", group = "scope", value_parser = caller)]
    caller: Option<CallerId>,

    /// Only what this agent did, and the calls, consultations and callbacks that are theirs
    #[arg(long, value_name = "ID", group = "scope", value_parser = agent)]
    agent: Option<AgentId>,

    /// Only events of this type, as in NoteRecorded; can be given several times
    #[arg(long = "type", value_name = "TYPE", hide_possible_values = true,
        value_parser = PossibleValuesParser::new(Event::TYPES))]
    types: Vec<String>,

    /// The first position, or a time
    #[arg(long, value_name = "POSITION|TIME")]
    pub(super) from: Option<When>,

    /// The last position, or a time; a day is meant to its end
    #[arg(long, value_name = "POSITION|TIME")]
    pub(super) to: Option<When>,

    /// Begins with the newest
    #[arg(long)]
    pub(super) backwards: bool,

    /// At most so many steps
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) limit: Option<u64>,

    /// `text` for people, `json` (JSON Lines: one step a line) for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,

    /// The language of the text
    #[arg(long, value_enum, default_value_t = Language::Ko)]
    pub(super) language: Language,

    /// Walks from step to step by keys, in a terminal
    #[arg(long, short, conflicts_with_all = ["format", "limit"])]
    pub(super) interactive: bool,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text for people
    Text,
    /// JSON Lines for programs
    Json,
}

/// What is replayed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    Log,
    Stream(StreamName),
    Caller(CallerId),
    Agent(AgentId),
}

impl Scope {
    pub(super) fn needs_read_models(self) -> bool {
        matches!(self, Self::Caller(_) | Self::Agent(_))
    }
}

impl Args {
    pub(super) fn scope(&self) -> Scope {
        match (self.stream, self.caller, self.agent) {
            (Some(stream), ..) => Scope::Stream(stream),
            (_, Some(caller), _) => Scope::Caller(caller),
            (.., Some(agent)) => Scope::Agent(agent),
            (None, None, None) => Scope::Log,
        }
    }

    pub(super) fn types(&self) -> Vec<&'static str> {
        let asked = |name: &&&'static str| self.types.iter().any(|given| given == **name);
        Event::TYPES.iter().filter(asked).copied().collect()
    }

    pub(super) fn check_terminal(&self) -> Result<(), CliError> {
        if self.interactive && !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            let message =
                "--interactive needs a terminal to read keys from and to draw on; leave it out here";
            return Err(CliError::Usage(message.to_owned()));
        }
        Ok(())
    }
}

/// A stream by its name; one of which a log has only one, by its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StreamName {
    Only(StreamKind),
    One(StreamId),
}

impl StreamName {
    pub(super) fn of(self, log: &LogId) -> StreamId {
        match self {
            Self::Only(kind) => StreamId::singleton(kind, log),
            Self::One(stream) => stream,
        }
    }
}

impl FromStr for StreamName {
    type Err = InvalidStream;

    fn from_str(text: &str) -> Result<Self, InvalidStream> {
        match sangdam_domain::aggregate::SINGLETONS.iter().find(|kind| kind.as_str() == text) {
            Some(kind) => Ok(Self::Only(*kind)),
            None => text.parse().map(Self::One),
        }
    }
}

fn caller(text: &str) -> Result<CallerId, InvalidId> {
    text.strip_prefix("caller/").unwrap_or(text).parse()
}

fn agent(text: &str) -> Result<AgentId, InvalidId> {
    text.strip_prefix("agent/").unwrap_or(text).parse()
}
