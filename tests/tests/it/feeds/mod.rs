//! `export … --follow` and its like, with the real program.

mod refused;
mod resumed;

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use sangdam_tests::{Database, Program};

const SOON: Duration = Duration::from_secs(60);

/// Waits for what comes soon.
async fn until(mut reached: impl FnMut() -> bool) {
    let started = Instant::now();
    while !reached() {
        assert!(started.elapsed() < SOON, "it does not come to its end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A command that goes on until it is told to stop; killed when dropped.
struct Running(Child);

impl Running {
    fn start(database: &Database, arguments: &[&str]) -> Self {
        let child = Command::new(Program::path())
            .args(arguments)
            .envs(database.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn();
        Self(child.expect("the program starts"))
    }

    /// As a power cut would.
    fn kill(mut self) {
        self.0.kill().expect("it can be killed");
        self.0.wait().expect("it can be waited for");
    }

    fn signal(&self, signal: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }

    fn ended(&mut self) -> ExitStatus {
        self.0.wait().expect("it can be waited for")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
