//! What is in a report's file, read in pieces by as many as want to.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, stream};

/// How much is read at once, in bytes.
const PIECE: usize = 256 * 1024;

/// The content of a file that nobody writes any more. Cheap to clone; each reader has a place of its own.
#[derive(Clone, Debug)]
pub struct Content {
    file: Arc<File>,
    bytes: u64,
}

impl Content {
    /// All of a file.
    pub fn new(file: File) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), bytes })
    }

    /// How long it is, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The piece that begins at an offset; empty at the end.
    pub fn piece(&self, offset: u64) -> io::Result<Bytes> {
        let left = usize::try_from(self.bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut piece = vec![0; left.min(PIECE)];
        self.file.read_exact_at(&mut piece, offset)?;
        Ok(piece.into())
    }

    /// All of it, piece by piece. The pieces are read where blocking is allowed.
    pub fn pieces(&self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let content = self.clone();
        stream::try_unfold(0, move |offset| {
            let content = content.clone();
            async move {
                let piece = tokio::task::spawn_blocking(move || content.piece(offset));
                let piece = piece.await.map_err(io::Error::other)??;
                Ok((!piece.is_empty()).then(|| (piece.clone(), offset + piece.len() as u64)))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;
    use std::io::Write;

    #[tokio::test]
    async fn is_read_whole_by_each_reader() {
        let mut file = tempfile::tempfile().unwrap();
        let written: Vec<u8> = (0..PIECE * 2 + 7).map(|n| (n % 251) as u8).collect();
        file.write_all(&written).unwrap();
        let content = Content::new(file).unwrap();
        let (one, other) = (content.pieces(), content.pieces());
        let (one, other) = tokio::join!(one.try_collect::<Vec<_>>(), other.try_collect::<Vec<_>>());
        assert_eq!(one.unwrap().concat(), written);
        assert_eq!(other.unwrap().concat(), written);
        let empty = Content::new(tempfile::tempfile().unwrap()).unwrap();
        assert_eq!(empty.pieces().try_collect::<Vec<_>>().await.unwrap().len(), 0);
    }
}
