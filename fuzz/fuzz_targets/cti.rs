//! Any bytes, as the body of a message: it is read or refused, and its numbers are read or none. The first byte says as which
//! content type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sangdam_records::cti::cause::{Cause, code};
use sangdam_records::cti::{CALL_ID_CHARS_MAX, parse};
use sangdam_records::number::{Sender, dialled};

const TYPES: [Option<&str>; 4] =
    [Some("application/json"), Some("application/x-www-form-urlencoded"), Some("text/plain"), None];

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, body)) = bytes.split_first() else { return };
    let Ok(push) = parse(TYPES[usize::from(*kind) % TYPES.len()], body) else { return };
    assert!((1..=CALL_ID_CHARS_MAX).contains(&push.call_id.chars().count()));
    for text in push.from.iter().chain(&push.to).chain(&push.cause) {
        if let Some(number) = Sender::read(text).number() {
            assert_eq!(Sender::read(number.as_str()).number(), Some(number));
        }
        let _ = (dialled(text), code(text), Cause::of(Some(text)));
    }
});
