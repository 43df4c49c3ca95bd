//! Threads for what can wait. Where both cores are busy, a question or a note that is being recorded goes first, and the
//! index is later by that much.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

use crate::error::SearchError;

/// How far the system puts these threads behind others, by `nice`: at 10, they get a tenth where all are busy.
const NICE: i32 = 10;
/// How many work at once; those that tantivy starts from there are behind as well.
const THREADS_MAX: usize = 2;

static THREADS: LazyLock<Result<Runtime, String>> = LazyLock::new(|| {
    let threads = Builder::new_current_thread()
        .max_blocking_threads(THREADS_MAX)
        .thread_name("sangdam-search")
        .on_thread_start(step_back)
        .build();
    threads.map_err(|error| error.to_string())
});

/// Puts this thread behind others. Elsewhere than on Linux it would be the whole process.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "the threads of the search index go with all others");
    }
}

/// Works on a thread that is behind others.
///
/// # Errors
/// Those of the work, and where it panicked.
pub(crate) async fn behind<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    let threads = THREADS.as_ref().map_err(|error| SearchError::Ended(error.clone()))?;
    threads.spawn_blocking(work).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn such_a_thread_and_those_that_it_starts_are_behind() {
        let nice = || rustix::process::nice(0).map_err(|error| SearchError::Ended(error.to_string()));
        let here = nice().unwrap();
        let started = move || std::thread::spawn(nice).join().unwrap();
        let there = behind(move || Ok((nice()?, started()?))).await.unwrap();
        let behind_here = (here + NICE).min(19);
        assert_eq!(there, (behind_here, behind_here));
        assert_eq!(nice().unwrap(), here);
    }
}
