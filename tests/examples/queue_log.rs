//! Prints a `queue_log` of a telephone system that never was: `queue_log LINES [SEED]`.
#![expect(clippy::expect_used, reason = "an example that cannot run ends, saying why")]

use std::io::Write;

use sangdam_tests::QueueLog;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let lines = arguments.next().expect("how many lines");
    let seed = arguments.next().unwrap_or(1);
    let log = QueueLog::new(seed, usize::try_from(lines).expect("a number of lines"));
    std::io::stdout().write_all(log.text().as_bytes()).expect("standard output takes it");
}
