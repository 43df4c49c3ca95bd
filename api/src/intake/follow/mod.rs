//! Following a `queue_log` as it grows: what is written is in the ledger a moment later.
//!
//! The file is asked a few times a second whether it grew. Being told by the kernel would save next to nothing, and would
//! miss what happens on network file systems and in containers' mounts, and between two watches.
//!
//! Lines are known by what they say ([`super::queue_log`]), so that reading one twice is harmless. All care is therefore
//! given to reading each at least once: across rotation by renaming and by copying ([`tail`]), and across restarts
//! ([`state`]). How far a file was read is written down only after the ledger has it.

mod file;
mod siblings;
pub mod state;
pub mod tail;

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use futures::FutureExt;
use sangdam_domain::actor::{Actor, ActorKind};
use sangdam_domain::value::Evidence;

use self::state::State;
use self::tail::{News, Tail};
use super::csv::IntakeError;
use super::queue_log::{Carrier, Outcome, RawLine, Settings};
use crate::ledger::Ledger;

/// How often the file is looked at.
const LOOK_MILLIS: u64 = 200;
/// How many lines are carried out at once.
const BATCH_LINES: usize = 1024;
/// How long is waited after a failure, at first and at most.
const WAIT_SECONDS: std::ops::RangeInclusive<u64> = 1..=30;

/// Why a file cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Its folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// How far it was read cannot be written down or read.
    #[error("{}: {problem}", path.display())]
    State {
        /// The state file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The ledger cannot take anything.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

/// What is told while following.
#[derive(Debug)]
pub enum Said {
    /// Something about the files.
    News(News),
    /// A line is wrong: where it stands, and why.
    Rejected {
        /// The file.
        path: PathBuf,
        /// The byte at which the line begins, from 0.
        at: u64,
        /// What is wrong.
        reason: String,
    },
    /// The ledger cannot be reached: it is tried again after so many seconds.
    Failed {
        /// Why.
        problem: String,
        /// When it is tried again.
        seconds: u64,
    },
}

/// What came of following.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Lines read.
    pub read: u64,
    /// Lines that became events.
    pub accepted: u64,
    /// Lines that the ledger had.
    pub already_present: u64,
    /// Lines left out on purpose.
    pub skipped: u64,
    /// Lines with errors.
    pub rejected: u64,
}

impl std::fmt::Display for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { read, accepted, already_present, skipped, rejected } = self;
        write!(
            f,
            "read {read} = accepted {accepted} + already present {already_present} + skipped {skipped} + rejected \
             {rejected}"
        )
    }
}

/// Follows a `queue_log` until `stop` comes. `state_file` says how far it was read, and `said` hears what is worth telling.
///
/// # Errors
/// What makes following impossible from the start. A ledger that fails later is tried again for ever.
pub async fn follow_queue_log(
    ledger: &Ledger,
    settings: Settings,
    path: &Path,
    state_file: &Path,
    stop: impl Future<Output = ()>,
    mut said: impl FnMut(Said),
) -> Result<Followed, FollowError> {
    let actor = Actor::of(ActorKind::System);
    let mut carrier = Carrier::new(ledger, settings, actor, Evidence::Observed).await?;
    let state = State::read(state_file)?.filter(|state| state.fits(path));
    let head = ledger.store().head(ledger.log()).await.map_err(IntakeError::from)?.position;
    // A ledger that is shorter than it was has been restored: what was read since must be read again.
    let state = state.map(|state| if state.position > head { state.at_its_beginning() } else { state });
    let mut tail = Tail::open(path, state, ledger.now())?;
    tail.save(state_file, head)?;
    let mut stop = pin!(stop.fuse());
    let mut followed = Followed::default();
    'following: loop {
        let pulled = tail.pull()?;
        tail.take_news().into_iter().for_each(|news| said(Said::News(news)));
        if pulled.lines.is_empty() {
            carrier.forget();
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)) => continue,
            }
        }
        for part in pulled.lines.chunks(BATCH_LINES) {
            let lines: Vec<RawLine> =
                part.iter().map(|line| RawLine { number: line.at, text: line.text.clone() }).collect();
            let mut seconds = *WAIT_SECONDS.start();
            let outcomes = loop {
                match carrier.carry_out(&lines).await {
                    Ok(outcomes) => break outcomes,
                    Err(error) => said(Said::Failed { problem: error.to_string(), seconds }),
                }
                carrier.forget();
                tokio::select! {
                    () = &mut stop => break 'following,
                    () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                }
                seconds = (seconds * 2).min(*WAIT_SECONDS.end());
            };
            for (line, outcome) in part.iter().zip(outcomes) {
                followed.read += 1;
                match outcome {
                    Outcome::Accepted(_) => followed.accepted += 1,
                    Outcome::Already(_) => followed.already_present += 1,
                    Outcome::Skipped(_) => followed.skipped += 1,
                    Outcome::Rejected(reason) => {
                        followed.rejected += 1;
                        said(Said::Rejected { path: line.path.to_path_buf(), at: line.at, reason });
                    }
                }
            }
        }
        tail.advance(&pulled);
        let head = ledger.store().head(ledger.log()).await.map_err(IntakeError::from)?.position;
        tail.save(state_file, head)?;
        if (&mut stop).now_or_never().is_some() {
            break;
        }
    }
    Ok(followed)
}
