//! What is told about an Asterisk telephone system, by every command that reads its files.

use sangdam_domain::value::Code;

use super::CliError;
use crate::intake::ids::TELEPHONE_SYSTEM;
use crate::intake::queue_log::{QueueCodes, Settings};

/// What is told about an Asterisk telephone system.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct AsteriskArgs {
    /// The telephone system's name. Its files belong together by it, and nothing counts twice, as long as it stays the same
    #[arg(long, value_name = "NAME", default_value = TELEPHONE_SYSTEM)]
    pub(super) source: String,

    /// What a queue is called in the ledger, as in 민원=main; may be given more than once. Others keep their name in lower
    /// case
    #[arg(long, value_name = "QUEUE=CODE")]
    pub(super) queue: Vec<String>,
}

impl AsteriskArgs {
    /// The same, checked.
    pub(super) fn settings(&self, consultations: bool) -> Result<Settings, CliError> {
        let wrong = |problem: String| CliError::Usage(problem);
        Ok(Settings {
            source: Code::parse(&self.source)
                .map_err(|e| wrong(format!("--source {}: {}", self.source, e.problem)))?,
            queues: QueueCodes::parse(&self.queue).map_err(|e| wrong(format!("--queue {e}")))?,
            consultations,
        })
    }
}
