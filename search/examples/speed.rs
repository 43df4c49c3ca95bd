//! How fast the index of a ledger is built, and how fast it answers: `speed DATA_DIR KEK_FILE`, for `scripts/bench-search`.
//!
//! The questions are the first words of inquiries that the ledger holds, as an agent types them. Beside the figures stands what
//! the same ledger takes to be read in order and unsealed, with no index: nothing that follows it can be faster.

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sangdam_domain::event::Event;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::value::NoteKind;
use sangdam_eventstore::{Kek, Location, Store, StoreConfig, SystemClock, SystemEntropy};
use sangdam_projections::fact_opened;
use sangdam_search::{Ask, Search, catch_up};

const EVENTS_A_READ: usize = 4_000;
const QUESTIONS: usize = 2_000;
/// How much of an inquiry an agent has typed, in characters.
const TYPED: usize = 30;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1).map(PathBuf::from);
    let (Some(dir), Some(kek)) = (arguments.next(), arguments.next()) else {
        return Err("speed DATA_DIR KEK_FILE".into());
    };
    let store = Store::open(StoreConfig {
        location: Location::Sqlite { dir },
        kek: Kek::from_env_or_file(&kek)?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        ledger: None,
    })
    .await?;
    let log = LogId::main("jeongseon")?;
    let (inquiries, consultations, read) = read_all(&store, &log).await?;
    per_second("reading and unsealing alone", consultations, read);

    let folder = tempfile::tempdir()?;
    let started = Instant::now();
    let position = catch_up(&store, &log, folder.path(), |_| {}).await?;
    per_second("indexing", consultations, started.elapsed());
    let bytes = size_of(folder.path())?;
    println!("index: {:.1} MB, {} bytes a consultation", bytes as f64 / 1e6, bytes / consultations.max(1));

    let search = Search::spawn(store.clone(), log, folder.path().to_owned());
    search.wait_for(position, Duration::from_secs(60)).await?;
    ask(&search, &inquiries, "as things stand", None).await?;
    let halfway = Position::new(position.get() / 2);
    ask(&search, &inquiries, "as of half-way", halfway).await?;
    search.shutdown().await;
    store.close().await;
    Ok(())
}

/// Inquiries, spread over the whole log; how many consultations it holds; and how long it took to look.
async fn read_all(store: &Store, log: &LogId) -> Result<(Vec<String>, u64, Duration), Box<dyn Error>> {
    let started = Instant::now();
    let (mut inquiries, mut consultations, mut after) = (Vec::new(), 0, Position::ZERO);
    loop {
        let events = store.read(log, after, EVENTS_A_READ).await?;
        let Some(last) = events.last() else { break };
        after = last.position;
        consultations +=
            events.iter().filter(|event| event.event_type == "ConsultationOpened").count() as u64;
        let notes: Vec<_> = events.iter().filter(|event| event.event_type == "NoteRecorded").collect();
        let positions: Vec<Position> = notes.iter().map(|event| event.position).collect();
        let mut sealed = store.sealed(log, &positions).await?;
        let (mut held, mut parts) = (Vec::new(), Vec::new());
        for event in notes {
            if let Some(part) = sealed.remove(&event.position) {
                held.push(event);
                parts.push((event.event_id, part));
            }
        }
        for (event, opened) in held.iter().zip(store.vault().open_many(log, &parts).await?) {
            if let Event::NoteRecorded(note) = fact_opened(event, opened)?.event
                && let (NoteKind::Inquiry, Some(text)) = (note.kind, note.text.known())
            {
                inquiries.push(text.as_str().chars().take(TYPED).collect());
            }
        }
    }
    let step = (inquiries.len() / QUESTIONS).max(1);
    let spread = inquiries.into_iter().step_by(step).take(QUESTIONS).collect();
    Ok((spread, consultations, started.elapsed()))
}

async fn ask(
    search: &Search,
    questions: &[String],
    when: &str,
    until: Option<Position>,
) -> Result<(), Box<dyn Error>> {
    let mut took = Vec::with_capacity(questions.len());
    let mut found = 0;
    for text in questions {
        let ask = Ask { text: text.clone(), first: 5, until, category: None };
        let started = Instant::now();
        found += search.similar(&ask).await?.len();
        took.push(started.elapsed());
    }
    took.sort_unstable();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "{} questions {when}: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms; {:.1} matters each",
        took.len(),
        at(50),
        at(99),
        at(100),
        found as f64 / took.len() as f64
    );
    Ok(())
}

fn per_second(what: &str, consultations: u64, took: Duration) {
    let seconds = took.as_secs_f64();
    println!(
        "{what}: {consultations} consultations in {seconds:.1} s, {:.0} a second",
        consultations as f64 / seconds
    );
}

fn size_of(folder: &std::path::Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size_of(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
