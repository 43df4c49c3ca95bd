//! What docs/telephone-records.md says of events is so.

use sangdam_records::queue_log::{QueueEvent, parse};
use sangdam_tests::repository::{root, text};

#[test]
fn every_event_in_the_table_is_known() {
    let document = text(&root().join("docs/telephone-records.md"));
    let mut told = 0;
    for row in document.lines().filter(|line| line.starts_with("| `")) {
        let first = row.split('|').nth(1).unwrap_or_default();
        for name in
            first.split('`').filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase()))
        {
            let line = format!("1704153600|1704153600.1|main|Kim|{name}|");
            let event = parse(&line).unwrap().event;
            assert_ne!(event, QueueEvent::Unknown, "{name}");
            told += 1;
        }
    }
    assert!(told >= 25, "only {told} events found: is the table there?");
}
