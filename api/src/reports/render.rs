//! Taking a report as of a position and writing it in a format: [`render`] does both.

use std::fs::File;
use std::sync::Arc;

use sangdam_domain::calendar::{self, Zone};
use sangdam_domain::log::{LogId, Position};
use sangdam_eventstore::Store;
use sangdam_projections::centre::CentreFacts;
use sangdam_projections::{ReadModels, centre};
use sha2::{Digest, Sha256};

use super::error::ReportError;
use super::kinds::{self, Ask, Sketch};
use super::question::{Question, Target};
use super::receipt::{MADE_BY, Receipt, heading, opening};
use crate::table::{
    Aside, Document, Format, Language, Name, Note, Spool, Spooling, Words, WriteError, local, write_canonical,
};

/// What reports are taken from. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    /// The ledger's store.
    pub store: Store,
    /// The read models.
    pub models: ReadModels,
    /// The centre's main log.
    pub log: LogId,
}

/// How far a report is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The read models catch up with the log.
    CatchingUp {
        /// Where they are.
        applied: Position,
        /// Where they should be.
        head: Position,
    },
    /// Rows are read.
    Taking {
        /// So many so far.
        rows: u64,
        /// Of so many.
        of: u64,
    },
    /// Rows are written.
    Writing {
        /// So many so far.
        rows: u64,
        /// Of so many.
        of: u64,
    },
}

/// Hears how far a report is.
pub type Progress = Arc<dyn Fn(Step) + Send + Sync>;

/// Nobody listens.
pub fn unheard() -> Progress {
    Arc::new(|_| ())
}

/// Takes a report as of a position and writes it to `out` in a format, from where `out` stands. Gives its receipt,
/// which the file holds as well.
///
/// Memory stays flat: rows are kept in a temporary file meanwhile. `out` is not synchronised with the disk.
///
/// # Errors
/// Where the log has no such position or the read models do not know it yet (see [`super::moment::position_of`]), and
/// where the file cannot be written; what it holds is of no use then.
pub async fn render(
    sources: &Sources,
    question: &Question,
    position: Position,
    format: Format,
    language: Option<Language>,
    out: File,
    progress: &Progress,
) -> Result<Receipt, ReportError> {
    let taken = take(sources, question, position, progress).await?;
    taken.write(format, language, MADE_BY, out, progress).await?;
    Ok(taken.receipt)
}

/// A report that was taken, to be written in any format.
pub(super) struct Taken {
    pub(super) receipt: Receipt,
    pub(super) rows: Arc<Spool>,
    pub(super) asides: Vec<Aside>,
    sketch: &'static Sketch,
    facts: Option<CentreFacts>,
}

/// Takes a report as of a position.
pub(super) async fn take(
    sources: &Sources,
    question: &Question,
    position: Position,
    progress: &Progress,
) -> Result<Taken, ReportError> {
    let Sources { store, models, log } = sources;
    let at = models.as_of(store, log, position).await?;
    let head = store.head_at(log, position).await?;
    let facts = centre::facts(models, &at).await?;
    let definition = definition(models, &at).await?;
    let sketch = kinds::sketch(question.kind());

    let mut hash = Sha256::new_with_prefix(opening(question, &head, &definition));
    hash.update(heading(&sketch.name, sketch.columns));
    let mut rows = Spooling::begin(sketch.columns, hash)?;
    let ask = Ask { models, at: &at, facts: facts.as_ref(), moment: head.recorded_at, progress };
    let asides = kinds::fill(question, &ask, &mut rows).await?;
    let (rows, mut hash) = rows.end()?;
    for aside in &asides {
        hash_aside(aside, &mut hash)?;
    }
    let receipt = Receipt {
        report: question.clone(),
        log: log.clone(),
        ledger: head.ledger,
        position,
        root: head.root,
        recorded_at: head.recorded_at,
        definition,
        made_by: MADE_BY.to_owned(),
        rows: rows.len(),
        sha256: hash.finalize().into(),
    };
    Ok(Taken { receipt, rows: Arc::new(rows), asides, sketch, facts })
}

/// The counting definition in force: `v1`, also before one is published.
async fn definition(models: &ReadModels, at: &sangdam_projections::At) -> Result<String, ReportError> {
    let published = centre::counting_definitions(models, at).await?;
    Ok(format!("v{}", published.last().map_or(1, |definition| definition.counting_version)))
}

/// The centre's clock; UTC before the centre is registered.
fn zone_of(facts: Option<&CentreFacts>) -> Zone {
    facts.and_then(|facts| calendar::zone(&facts.time_zone)).unwrap_or(Zone::UTC)
}

fn hash_aside(aside: &Aside, hash: &mut Sha256) -> Result<(), std::io::Error> {
    hash.update(heading(&aside.name, aside.columns));
    let mut line = Vec::new();
    for row in &aside.rows {
        line.clear();
        write_canonical(row, aside.columns, &mut line)?;
        line.push(b'\n');
        hash.update(&line);
    }
    Ok(())
}

const AS_OF: Words = Words::new("까지 기록된 내용 기준", "what was recorded until");
const PERIOD: Words = Words::new("기간", "Period");

impl Taken {
    /// What its table of many rows is called.
    pub(super) fn name(&self) -> Name {
        self.sketch.name
    }

    /// How many of that table's columns tell its rows apart.
    pub(super) fn keys(&self) -> usize {
        self.sketch.keys
    }

    /// The centre's clock as of then.
    pub(super) fn zone(&self) -> Zone {
        zone_of(self.facts.as_ref())
    }

    /// Writes it in a format, as made by a release of the program.
    pub(super) async fn write(
        &self,
        format: Format,
        language: Option<Language>,
        made_by: &str,
        out: File,
        progress: &Progress,
    ) -> Result<(), ReportError> {
        let (document, progress) = (self.document(language, made_by), Arc::clone(progress));
        let of = document.rows.len();
        let written = move |rows| progress(Step::Writing { rows, of });
        let failed = |problem: String| ReportError::Format { format: format.as_str(), problem };
        // Compressing takes its time, and would keep the other tasks of a server waiting.
        let task = tokio::task::spawn_blocking(move || format.write(&document, out, written));
        match task.await.map_err(|panic| failed(panic.to_string()))? {
            Err(WriteError::Io(error)) => Err(error.into()),
            Err(WriteError::Library(problem)) => Err(failed(problem)),
            Ok(()) => Ok(()),
        }
    }

    fn document(&self, language: Option<Language>, made_by: &str) -> Document {
        let reader = language.unwrap_or(Language::Ko);
        let zone = self.zone();
        let zone_name = self.facts.as_ref().map_or("UTC", |facts| facts.time_zone.as_str()).to_owned();
        let receipt = Receipt { made_by: made_by.to_owned(), ..self.receipt.clone() };
        let notes = (self.sketch.notes)().into_iter().map(|(term, meaning)| Note {
            term: term.pick(reader).to_owned(),
            meaning: meaning.pick(reader).to_owned(),
        });
        Document {
            language,
            title: self.sketch.title.pick(reader).to_owned(),
            lines: self.lines(reader, &zone, &zone_name),
            zone,
            zone_name,
            name: self.sketch.name,
            rows: Arc::clone(&self.rows),
            asides: self.asides.clone(),
            chart: self.sketch.chart,
            notes: notes.collect(),
            stamp: receipt.stamp(),
        }
    }

    /// What stands beneath the title: whose numbers, of which days, as of when.
    fn lines(&self, language: Language, zone: &Zone, zone_name: &str) -> Vec<String> {
        let centre = self.facts.as_ref().map_or(self.receipt.log.centre(), |facts| facts.name.as_str());
        let moment = local(self.receipt.recorded_at, zone);
        let period = self.receipt.report.period();
        let as_of = AS_OF.pick(language);
        let mut lines = vec![centre.to_owned()];
        lines.extend(period.map(|period| format!("{} {period}", PERIOD.pick(language))));
        if let Question::Staffing { target: Target { percent, seconds }, .. } = self.receipt.report {
            lines.push(match language {
                Language::Ko => format!("목표: 전화의 {percent}%를 {seconds}초 안에 응답"),
                Language::En => format!("Target: {percent} % of the calls answered within {seconds} s"),
            });
        }
        lines.push(match language {
            Language::Ko => format!("{moment} ({zone_name}){as_of}"),
            Language::En => format!("{as_of} {moment} ({zone_name})"),
        });
        lines
    }
}
