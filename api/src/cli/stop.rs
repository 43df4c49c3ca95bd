//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Comes when the process is told to stop, by SIGTERM or SIGINT; from now on neither ends it at once.
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
