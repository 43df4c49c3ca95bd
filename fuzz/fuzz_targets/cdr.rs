//! Any bytes, as the rows of a `cdr-csv`: each is read or refused, and its ids are channels' ids.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sangdam_records::cdr::{is_channel_id, parse};
use sangdam_records::lines::{Line, Lines};
use sangdam_records::number::Sender;

fuzz_target!(|bytes: &[u8]| {
    let mut lines = Lines::new(bytes, true);
    while let Ok(Some(line)) = lines.next_line() {
        let Line::Text(text) = line else { continue };
        let Ok(row) = parse(text) else { continue };
        assert!(row.unique_id.iter().chain(&row.linked_id).all(|id| is_channel_id(id)));
        let _ = (Sender::read(&row.src), Sender::read(&row.clid));
    }
});
