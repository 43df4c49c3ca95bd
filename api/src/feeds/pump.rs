//! Moves a feed to where it goes, whole lines at a time.

use std::io;
use std::pin::pin;

use sangdam_domain::log::Position;

use super::FeedError;

/// Whole lines in the order of their positions.
pub struct Batch {
    /// The lines, each with its line break; there may be none.
    pub lines: Vec<u8>,
    /// Everything up to this position is in them or before them.
    pub position: Position,
}

/// Goes on from a position, batch by batch.
pub trait Feed {
    /// What comes next: at once, or when it happens. `None` at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Batch>, FeedError>> + Send;
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The feed has ended.
    OfFeed,
    /// It was told to stop.
    Stopped,
}

/// Hands each batch over as it comes, until the feed ends or `stop` comes. A batch that has come is written to its end first.
pub async fn pump(
    feed: &mut impl Feed,
    mut write: impl FnMut(&Batch) -> io::Result<()>,
    stop: impl Future<Output = ()>,
) -> Result<End, FeedError> {
    let mut stop = pin!(stop);
    loop {
        let batch = tokio::select! {
            // Looked at first: a feed that has much to tell is stopped as well.
            biased;
            () = &mut stop => return Ok(End::Stopped),
            batch = feed.next() => batch?,
        };
        match batch {
            Some(batch) => write(&batch)?,
            None => return Ok(End::OfFeed),
        }
    }
}
