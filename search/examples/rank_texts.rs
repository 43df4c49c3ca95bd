//! Ranks texts for questions with the index itself, for `tests/search/measure.py`.
//!
//! Reads `{"texts": ["…"], "questions": ["…"]}` from standard input; writes, for each question, the numbers of the texts found
//! as a JSON list on a line of its own, the nearest first.

use std::error::Error;
use std::io::{self, BufWriter, Write};

use sangdam_domain::log::LogId;
use sangdam_search::texts::Texts;

#[derive(serde::Deserialize)]
struct Input {
    texts: Vec<String>,
    questions: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let input: Input = serde_json::from_reader(io::stdin().lock())?;
    let folder = tempfile::tempdir()?;
    let index = Texts::index(folder.path(), &LogId::main("measure")?, &input.texts)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for question in &input.questions {
        let numbers: Vec<u64> = index.nearest(question)?.into_iter().map(|(number, _)| number).collect();
        serde_json::to_writer(&mut out, &numbers)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
