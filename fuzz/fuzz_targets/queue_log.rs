//! Any bytes, as the lines of a `queue_log`: each is read or refused, and what is read stands in the line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sangdam_records::lines::{Line, Lines};
use sangdam_records::number::Sender;
use sangdam_records::queue_log::{QueueEvent, parse};

fuzz_target!(|bytes: &[u8]| {
    let mut lines = Lines::new(bytes, true);
    while let Ok(Some(line)) = lines.next_line() {
        let Line::Text(text) = line else { continue };
        let Ok(read) = parse(text) else { continue };
        for part in [read.call, read.queue, read.agent, Some(read.name)].into_iter().flatten() {
            assert!(!part.is_empty() && text.contains(part));
        }
        if let QueueEvent::Entered { caller } = read.event
            && let Some(number) = Sender::read(caller).number()
        {
            assert_eq!(Sender::read(number.as_str()).number(), Some(number));
        }
    }
});
