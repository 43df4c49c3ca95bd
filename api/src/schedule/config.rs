//! `reports.toml`: which reports are made when, and where they go. `docs/scheduled-reports.md` describes it.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use sangdam_domain::value::Code;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::cron::Cron;
use super::deliver::{Bucket, BucketSpec, Environment, Folder, Target, Unusable, Webhook, WebhookSpec};
use super::render::{format_of, language_of};
use super::template::Template;
use crate::table::{Format, Language};

/// How many missed runs are made up, unless the file says otherwise.
const CATCH_UP: u32 = 31;
/// The most missed runs that can be made up: they are looked through at once.
const CATCH_UP_MAX: u32 = 1_000;
/// How long an attempt has a run to itself, in seconds, unless the file says otherwise.
const LEASE_SECONDS: u32 = 300;

/// The reports that are made at set times, ready for use.
#[derive(Debug)]
pub struct Reports {
    /// How long an attempt has a run to itself, in seconds.
    pub lease_seconds: u32,
    /// The schedules, in the order of the file.
    pub schedules: Vec<Schedule>,
}

/// One schedule.
#[derive(Debug)]
pub struct Schedule {
    /// Its name, which no other has.
    pub name: Code,
    /// When it is due, on the centre's clock.
    pub cron: Cron,
    /// What it asks for.
    pub report: Template,
    /// In which format.
    pub format: Format,
    /// In which language, where it matters.
    pub language: Option<Language>,
    /// How many missed runs are made up at most.
    pub catch_up: u32,
    /// Where its reports go: at least one place.
    pub targets: Vec<Target>,
}

/// A file that says something that cannot be done. Nothing is made then.
#[derive(Debug, thiserror::Error)]
pub enum ReportsFileError {
    /// It cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not understood.
    #[error("{} is not understood: {source}", path.display())]
    NotUnderstood {
        /// The file.
        path: PathBuf,
        /// What, with its line, its column and its key.
        source: Box<toml::de::Error>,
    },
    /// It is understood, and cannot be done.
    #[error("{}, line {line}: schedule `{schedule}`: {problem}", path.display())]
    Impossible {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The schedule's name.
        schedule: String,
        /// What, with its key.
        problem: String,
    },
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileSpec {
    #[serde(default = "lease", deserialize_with = "lease_of")]
    lease: u32,
    #[serde(default)]
    schedule: Vec<ScheduleSpec>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ScheduleSpec {
    #[serde(deserialize_with = "name_of")]
    name: Spanned<Code>,
    cron: Cron,
    report: Template,
    #[serde(deserialize_with = "format_of")]
    format: Format,
    #[serde(default, deserialize_with = "language_of")]
    language: Option<Language>,
    #[serde(default = "catch_up", deserialize_with = "catch_up_of")]
    catch_up: u32,
    #[serde(default)]
    deliver: Vec<Spanned<TargetSpec>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TargetSpec {
    Folder(PathBuf),
    S3(BucketSpec),
    Webhook(WebhookSpec),
}

impl Reports {
    /// Reads a file, and makes sure of every place that reports go to: folders can be written to, secrets are there.
    /// Paths are seen from the file's folder.
    ///
    /// # Errors
    /// Where anything in it cannot be done, with the line and the key.
    pub fn read(path: &Path, environment: Environment<'_>) -> Result<Self, ReportsFileError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ReportsFileError::Unreadable { path: path.to_owned(), source })?;
        Reader { path, text: &text, environment }.read()
    }

    /// The schedule of a name.
    pub fn schedule(&self, name: &str) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| schedule.name.as_str() == name)
    }
}

/// What the process's environment holds.
pub fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    environment: Environment<'a>,
}

impl Reader<'_> {
    fn read(&self) -> Result<Reports, ReportsFileError> {
        let file: FileSpec = toml::from_str(self.text).map_err(|source| ReportsFileError::NotUnderstood {
            path: self.path.to_owned(),
            source: Box::new(source),
        })?;
        let mut schedules: Vec<Schedule> = Vec::with_capacity(file.schedule.len());
        for spec in file.schedule {
            let (at, name) = (spec.name.span().start, spec.name.get_ref());
            if schedules.iter().any(|schedule| schedule.name == *name) {
                return Err(self.impossible(at, name, "`name`: another schedule has it already"));
            }
            if spec.deliver.is_empty() {
                let problem = "`deliver`: expected at least one place, like `[[schedule.deliver]]` with \
                    `folder = \"/srv/reports\"`";
                return Err(self.impossible(at, name, problem));
            }
            schedules.push(self.schedule(spec)?);
        }
        Ok(Reports { lease_seconds: file.lease, schedules })
    }

    fn schedule(&self, spec: ScheduleSpec) -> Result<Schedule, ReportsFileError> {
        let ScheduleSpec { name, cron, report, format, language, catch_up, deliver } = spec;
        let name = name.into_inner();
        let open = |target: &Spanned<TargetSpec>| {
            let opened = self.open(target.get_ref());
            opened.map_err(|problem| self.impossible(target.span().start, &name, &problem.to_string()))
        };
        let targets = deliver.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Schedule { name, cron, report, format, language, catch_up, targets })
    }

    fn open(&self, spec: &TargetSpec) -> Result<Target, Unusable> {
        Ok(match spec {
            TargetSpec::Folder(folder) => {
                let base = self.path.parent().unwrap_or(Path::new(""));
                Target::Folder(Folder::open(&base.join(folder))?)
            }
            TargetSpec::S3(bucket) => Target::Bucket(Bucket::open(bucket, self.environment)?),
            TargetSpec::Webhook(webhook) => Target::Webhook(Webhook::open(webhook, self.environment)?),
        })
    }

    fn impossible(&self, at: usize, schedule: &Code, problem: &str) -> ReportsFileError {
        let before = self.text.get(..at).unwrap_or_default();
        ReportsFileError::Impossible {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            schedule: schedule.as_str().to_owned(),
            problem: problem.to_owned(),
        }
    }
}

fn lease() -> u32 {
    LEASE_SECONDS
}

fn catch_up() -> u32 {
    CATCH_UP
}

fn name_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<Code>, D::Error> {
    let text = Spanned::<String>::deserialize(deserializer)?;
    let code = Code::parse(text.get_ref()).map_err(serde::de::Error::custom)?;
    // Files are called by it.
    if code.as_str().starts_with(['.', '-']) {
        return Err(serde::de::Error::custom("a schedule's name begins with a letter or a digit"));
    }
    Ok(Spanned::new(text.span(), code))
}

fn lease_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let text = String::deserialize(deserializer)?;
    let seconds = text.parse::<SignedDuration>().ok().and_then(|told| u32::try_from(told.as_secs()).ok());
    seconds.filter(|seconds| (1..=86_400).contains(seconds)).ok_or_else(|| {
        serde::de::Error::custom(format!("`{text}` is not a duration from `1s` to `24h`, like `5m`"))
    })
}

fn catch_up_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let runs = u32::deserialize(deserializer)?;
    if runs <= CATCH_UP_MAX {
        return Ok(runs);
    }
    Err(serde::de::Error::custom(format!("at most {CATCH_UP_MAX} missed runs can be made up, not {runs}")))
}

#[cfg(test)]
mod tests;
