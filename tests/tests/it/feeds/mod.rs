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

    /// Sends a signal to the program once it listens for those that stop it; before that they would end it at once.
    async fn signal(&self, signal: &str) {
        until(|| self.listens()).await;
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }

    /// Whether it catches SIGINT (2) and SIGTERM (15); taken for granted where the system does not tell (Linux does, proc(5)).
    fn listens(&self) -> bool {
        let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())) else {
            return true;
        };
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("what it catches");
        let caught = u64::from_str_radix(caught.trim(), 16).expect("a mask in hexadecimal");
        [2, 15].iter().all(|signal| caught & (1 << (signal - 1)) != 0)
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
