//! A booklet as PDF, by a Chromium that is installed: no library sets Korean type so well.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// What it is called, on Linux and elsewhere.
const PROGRAMS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// More than it takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A booklet that could not be made into a PDF.
#[derive(Debug, thiserror::Error)]
pub enum CannotPrint {
    /// There is no Chromium.
    #[error(
        "no Chromium is installed ({}): install one (Debian: `apt-get install chromium fonts-noto-cjk`), or make the booklet with \
         --format html and print it from any browser, A5, without margins", PROGRAMS.join(", ")
    )]
    NoChromium,
    /// It failed.
    #[error("{program} did not print the booklet: {told}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it said.
        told: String,
    },
    /// A file that it needs could not be written or read.
    #[error("the booklet could not be printed: {0}")]
    Io(#[from] io::Error),
}

/// The PDF of a page.
pub async fn pdf(html: &str) -> Result<Vec<u8>, CannotPrint> {
    let folder = tempfile::Builder::new().prefix("sangdam-").tempdir()?;
    let (page, printed) = (folder.path().join("booklet.html"), folder.path().join("booklet.pdf"));
    tokio::fs::write(&page, html).await?;
    for program in PROGRAMS {
        let mut command = chromium(program, folder.path(), &page, &printed);
        let output = match timeout(PATIENCE, command.output()).await {
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => continue,
            Ok(output) => output?,
            Err(_) => {
                let told = format!("it took over {} seconds", PATIENCE.as_secs());
                return Err(CannotPrint::Failed { program, told });
            }
        };
        return match tokio::fs::read(&printed).await {
            Ok(pdf) if output.status.success() => Ok(pdf),
            _ => {
                let told = String::from_utf8_lossy(&output.stderr);
                let told = told.lines().last().unwrap_or("it said nothing").to_owned();
                Err(CannotPrint::Failed { program, told })
            }
        };
    }
    Err(CannotPrint::NoChromium)
}

fn chromium(program: &str, folder: &Path, page: &Path, printed: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-pdf-header-footer"])
        // Nothing is asked of the network.
        .args([
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        // The page is ours, and asks for nothing; as root its sandbox cannot be had.
        .arg("--no-sandbox")
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--print-to-pdf={}", printed.display()))
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}
