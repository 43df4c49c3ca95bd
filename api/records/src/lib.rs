//! What telephone systems say, in files line by line and in messages: pure functions from text to what it says, or to what is wrong
//! with it. What becomes of that is the business of `api/src/intake/`. Each parser here has a fuzz target in `fuzz/`.

pub mod cdr;
pub mod cti;
pub mod lines;
pub mod number;
pub mod queue_log;

/// A field's value, short enough for a message.
pub fn shown(value: &str) -> String {
    let mut text: String =
        value.chars().take(60).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if value.chars().nth(60).is_some() {
        text.push('…');
    }
    text
}
