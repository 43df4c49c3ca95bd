//! Lines, once or for ever: what all exports have in common.

use std::path::PathBuf;

use sangdam_domain::log::Position;
use sangdam_eventstore::Store;

use super::output::{Output, is_enough};
use crate::cli::{CliError, Common, Settings, progress};
use crate::feeds::file::FeedFile;
use crate::feeds::{End, Feed, FeedError, check_since, pump};

/// From where on, how long and where to.
#[derive(Debug, clap::Args)]
pub(super) struct FeedArgs {
    /// Only what happened behind this position; 0 is from the beginning
    #[arg(long, value_name = "POSITION", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=Position::MAX.get()))]
    since: u64,

    /// Goes on for ever: what is there first, then what happens, as it happens. Ends at SIGINT or SIGTERM
    #[arg(long)]
    pub(super) follow: bool,

    /// Writes to a file, which appears when it is whole; without it to standard output. With --follow the file grows, and one
    /// that is there already is gone on with behind its last line
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) common: Common,
}

impl FeedArgs {
    /// Only what happened behind this position.
    pub(super) fn since(&self) -> Position {
        Position::new(self.since).unwrap_or(Position::MAX)
    }

    /// Where lines go, and from where on: behind `since`, or behind the last line of a file that is gone on with. Nothing is
    /// written where that cannot be.
    pub(super) async fn begin(
        &self,
        settings: &Settings,
        store: &Store,
        source: &str,
    ) -> Result<(Output, Position), FeedError> {
        let head = check_since(store, &settings.log, self.since()).await?;
        match &self.output {
            Some(path) if self.follow => {
                let file = FeedFile::open(path, source)?;
                let since = file.goes_on_behind(self.since(), head)?;
                Ok((Output::Followed(file), since))
            }
            path => Ok((Output::once(path.as_deref())?, self.since())),
        }
    }
}

/// Writes lines until the feed ends or it is told to stop, and shows how far of `head` it is.
pub(super) async fn write(
    feed: &mut impl Feed,
    mut output: Output,
    (since, head): (Position, Position),
    follow: bool,
    stop: impl Future<Output = ()>,
) -> Result<(), CliError> {
    let mut at = since;
    let bar = progress::events("export", head.get());
    let ended = pump(
        feed,
        |batch| {
            output.write(&batch.lines)?;
            at = batch.position;
            bar.set_position(at.get());
            Ok(())
        },
        stop,
    )
    .await;
    bar.finish_and_clear();
    match ended {
        Ok(End::Stopped) if !follow => Err(stopped(at)),
        Ok(_) => output.finish().map_err(CliError::failed),
        Err(error) if is_enough(&error) => Ok(()),
        Err(error) => Err(CliError::failed(error)),
    }
}

/// It was told to stop before it was through.
pub(super) fn stopped(at: Position) -> CliError {
    CliError::Failed(format!("stopped behind position {at}, before the end"))
}
