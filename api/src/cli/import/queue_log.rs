//! `sangdam import queue-log`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{CliError, FileArgs};
use crate::cli::asterisk::AsteriskArgs;
use crate::intake::queue_log::import_queue_log;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sangdam import queue-log /var/log/asterisk/queue_log.1\n  sangdam import queue-log \
    --queue 민원=main --rejected bad-lines.txt queue_log\n\nRotated files are imported oldest first. What becomes of each \
    event is described in docs/telephone-records.md. Running the same file again adds nothing."
)]
pub(super) struct Args {
    #[command(flatten)]
    asterisk: AsteriskArgs,

    /// Takes each answered call for one consultation, opened by its answer and resolved at its end: for the years before
    /// agents opened them. A call whose consultation was opened otherwise gets no second one
    #[arg(long)]
    consultations: bool,

    /// The queue_log
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    of_file: FileArgs,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = args.asterisk.settings(args.consultations)?;
    let mut opened = args.of_file.open(&args.file).await?;
    let (ledger, progress) = (opened.ledger.clone(), opened.progress());
    let result = import_queue_log(&ledger, settings, &args.file, opened.rejected(), progress).await;
    opened.tell(result, "this file was imported in this way before").await
}
