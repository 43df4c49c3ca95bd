//! A line of a feed: a CloudEvent 1.0 in JSON, with the extension `sequence`.
//!
//! `source` names the feed and `sequence` the position in it: 16 digits, zeros first, so that the order of texts is the order
//! of positions, as the extension wants it. Read as a number it is what a feed goes on behind.

use std::io::{self, Write};

use sangdam_domain::id::LedgerId;
use sangdam_domain::log::{LogId, Position};
use serde::{Deserialize, Serialize};

/// What every line begins with.
pub(super) const BEGINNING: &str = r#"{"specversion":"1.0","id":""#;

/// A line. Its `data` comes last, so that who needs its very bytes finds them between `"data":` and the last bracket.
#[derive(Serialize)]
pub struct CloudEvent<'a, D> {
    specversion: &'static str,
    id: String,
    source: &'a str,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    subject: String,
    sequence: String,
    datacontenttype: &'static str,
    data: D,
}

/// What a CloudEvent says of itself.
pub(super) struct About<'a> {
    /// Unique in its source.
    pub id: String,
    /// The feed.
    pub source: &'a str,
    /// What happened.
    pub r#type: &'a str,
    /// When it happened, where one moment can be told.
    pub time: Option<String>,
    /// To what it happened.
    pub subject: String,
    /// Its place in the feed.
    pub position: Position,
}

/// Writes a line.
pub(super) fn write_line(about: About<'_>, data: impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let line = CloudEvent {
        specversion: "1.0",
        id: about.id,
        source: about.source,
        r#type: about.r#type,
        time: about.time,
        subject: about.subject,
        sequence: format!("{:016}", about.position.get()),
        datacontenttype: "application/json",
        data,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// The `source` of a log's events.
pub fn source_of_log(ledger: LedgerId, log: &LogId) -> String {
    format!("/ledgers/{ledger}/logs/{log}")
}

/// Which feed a line is of, and where in it it stands.
#[derive(Deserialize)]
struct Place {
    source: String,
    sequence: String,
}

/// The feed that a line is of, and its position there. `None` where it is no line of a feed.
pub(super) fn place_of(line: &[u8]) -> Option<(String, Position)> {
    let place: Place = serde_json::from_slice(line).ok()?;
    let position = place.sequence.parse().ok().and_then(Position::new)?;
    Some((place.source, position))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(position: u64) -> Vec<u8> {
        let position = Position::new(position).unwrap();
        let about =
            About { id: "1".into(), source: "/s", r#type: "T", time: None, subject: "x/1".into(), position };
        let mut line = Vec::new();
        write_line(about, serde_json::json!({"b": 1}), &mut line).unwrap();
        line
    }

    #[test]
    fn a_line_begins_as_all_do_and_ends_in_its_data() {
        let line = String::from_utf8(line(7)).unwrap();
        assert!(line.starts_with(BEGINNING) && line.ends_with(",\"data\":{\"b\":1}}\n"), "{line}");
    }

    #[test]
    fn the_order_of_sequences_as_texts_is_that_of_positions() {
        let places = [9, 10, Position::MAX.get()].map(|position| place_of(&line(position)).unwrap());
        assert_eq!(places.each_ref().map(|(_, position)| position.get()), [9, 10, Position::MAX.get()]);
        let lines = [9, 10, Position::MAX.get()].map(line);
        assert!(lines.is_sorted(), "{lines:?}");
    }

    #[test]
    fn what_is_no_line_has_no_place() {
        for other in ["", "{}", r#"{"source":"/s","sequence":"x"}"#, r#"{"source":"/s","sequence":7}"#] {
            assert!(place_of(other.as_bytes()).is_none(), "{other}");
        }
    }
}
