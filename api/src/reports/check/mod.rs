//! Checking a report that was handed on: whether it follows from this ledger, whether the file is as it was written, what
//! the answer is today, and which later events can have changed it.

mod changes;
mod later;
mod told;

use std::fs::File;

use sangdam_domain::calendar::Zone;
use sangdam_domain::id::LedgerId;
use sangdam_domain::log::Position;
use sangdam_eventstore::Hash;

pub use changes::{Changes, RowChange};
pub use later::{Later, LaterEvent};
pub use told::{json, text};

use super::error::ReportError;
use super::moment::{AsOf, position_of};
use super::receipt::{Claim, InvalidClaim, MADE_BY, NAMES};
use super::render::{Progress, Sources, Taken, take};
use crate::table::{Comparison, FindError, Found, compare, find};

/// What a file turned out to be.
#[derive(Clone, Debug)]
pub struct Checked {
    /// In which format and language it is.
    pub found: Found,
    /// What it says of itself.
    pub claim: Claim,
    /// Whether it was taken from this ledger.
    pub source: Source,
    /// What follows; `None` where it was not.
    pub verdict: Option<Verdict>,
}

/// Whether a report was taken from this ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The receipt's root is this ledger's at that position.
    Ours,
    /// The receipt names another ledger.
    OtherLedger {
        /// The one that is here.
        here: LedgerId,
    },
    /// This ledger does not reach so far.
    Beyond {
        /// How far it reaches.
        head: Position,
    },
    /// This ledger has another root at that position: the report is another ledger's, or one of the two was changed.
    OtherRoot {
        /// The one that is here.
        here: Hash,
    },
}

/// What was found of a report that was taken from this ledger.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What the report's SHA-256 is, taken again as of its position.
    pub sha256: Hash,
    /// Whether that is what the receipt says: the report still follows from the ledger.
    pub follows: bool,
    /// How the file stands to the report as it is written from the ledger.
    pub file: Comparison,
    /// The release that wrote the file, where it says so and it is not this one: it may have written the same report in
    /// other bytes.
    pub other_release: Option<String>,
    /// The position of today's answer.
    pub today: Position,
    /// Its root.
    pub root: Hash,
    /// Its SHA-256.
    pub sha256_today: Hash,
    /// Which rows differ today.
    pub changes: Changes,
    /// The later events that can have changed it.
    pub later: Later,
    /// The clock that people read moments on.
    pub zone: Zone,
}

impl Checked {
    /// Whether the report follows from this ledger and the file is as it was written, whatever is so today.
    pub fn is_good(&self) -> bool {
        let whole = |verdict: &Verdict| !matches!(verdict.file, Comparison::Changed(_));
        self.verdict.as_ref().is_some_and(|verdict| verdict.follows && whole(verdict))
    }
}

/// A file that cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Nothing is found in it.
    #[error(transparent)]
    Find(#[from] FindError),
    /// What is found is no receipt.
    #[error(transparent)]
    Claim(#[from] InvalidClaim),
    /// The report could not be taken again.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The files could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What a file says of itself.
///
/// # Errors
/// Where it says nothing, or no receipt.
pub fn read(file: File) -> Result<(Found, Claim), CheckError> {
    let found = find(file, &NAMES)?;
    let claim = Claim::read(&found.stamp)?;
    Ok((found, claim))
}

/// Checks a file that says this of itself.
///
/// # Errors
/// Where the ledger cannot be read or the file cannot be compared.
pub async fn check(
    sources: &Sources,
    file: File,
    found: Found,
    claim: Claim,
    progress: &Progress,
) -> Result<Checked, CheckError> {
    let source = source(sources, &claim).await?;
    let verdict = match source {
        Source::Ours => Some(verdict(sources, file, &found, &claim, progress).await?),
        _ => None,
    };
    Ok(Checked { found, claim, source, verdict })
}

async fn source(sources: &Sources, claim: &Claim) -> Result<Source, ReportError> {
    let Sources { store, log, .. } = sources;
    let here = store.ledger();
    if claim.ledger.is_some_and(|ledger| ledger != here) {
        return Ok(Source::OtherLedger { here });
    }
    let head = store.head(log).await?.position;
    if claim.position > head || claim.position == Position::ZERO {
        return Ok(Source::Beyond { head });
    }
    let here = store.head_at(log, claim.position).await?.root;
    Ok(if here == claim.root { Source::Ours } else { Source::OtherRoot { here } })
}

async fn verdict(
    sources: &Sources,
    file: File,
    found: &Found,
    claim: &Claim,
    progress: &Progress,
) -> Result<Verdict, CheckError> {
    let today = position_of(sources, AsOf::Now, progress).await?;
    let published = take(sources, &claim.report, claim.position, progress).await?;
    let file = compared(&published, file, found, claim, progress).await?;
    let now = take(sources, &claim.report, today, progress).await?;
    let sha256 = published.receipt.sha256;
    Ok(Verdict {
        sha256,
        follows: sha256 == claim.sha256,
        file,
        other_release: claim.made_by.clone().filter(|made_by| made_by != MADE_BY),
        today,
        root: now.receipt.root,
        sha256_today: now.receipt.sha256,
        changes: changes::between(&published, &now)?,
        zone: published.zone(),
        later: later::later(sources, &claim.report, claim.position, today, progress).await?,
    })
}

/// Writes the report once more as the file was written, and compares the two.
async fn compared(
    published: &Taken,
    file: File,
    found: &Found,
    claim: &Claim,
    progress: &Progress,
) -> Result<Comparison, CheckError> {
    let written = tempfile::tempfile()?;
    let made_by = claim.made_by.as_deref().unwrap_or(MADE_BY);
    published.write(found.format, found.language, made_by, written.try_clone()?, progress).await?;
    let format = found.format;
    let comparing = tokio::task::spawn_blocking(move || compare(format, written, file));
    Ok(comparing.await.map_err(std::io::Error::other)??)
}
