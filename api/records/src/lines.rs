//! A text file, line by line, with bounded memory: one row is one line. A damaged line is told and the next one read.

use std::io::{BufRead, Read};

/// The longest line, in bytes. What is longer is no row of a call.
pub const LINE_BYTES_MAX: usize = 65_536;

/// One line, without its line break.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Text.
    Text(&'a str),
    /// Something is wrong with it.
    Bad(String),
}

/// Reads a file's lines. Lines end with `\n` or `\r\n`.
pub struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The number of the line read last: 1, 2, 3, …
    pub number: u64,
    /// The bytes read so far.
    pub bytes: u64,
    final_break_needed: bool,
}

impl<R: BufRead> Lines<R> {
    /// With `final_break_needed`, a last line without a line break is taken for cut off.
    pub fn new(reader: R, final_break_needed: bool) -> Self {
        Self { reader, buffer: Vec::with_capacity(1024), number: 0, bytes: 0, final_break_needed }
    }

    /// The next line, or `None` at the end of the file.
    pub fn next_line(&mut self) -> std::io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let limit = LINE_BYTES_MAX as u64 + 2;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.bytes += read as u64;
        let broken = self.buffer.last() == Some(&b'\n');
        if !broken && read as u64 == limit {
            self.bytes += skip_line(&mut self.reader)?;
            return Ok(Some(Line::Bad(format!(
                "is longer than {LINE_BYTES_MAX} bytes; is it one row a line, with `\\n` or `\\r\\n` at the end?"
            ))));
        }
        let mut line = self.buffer.as_slice();
        if broken {
            line = &line[..line.len() - 1];
            line = line.strip_suffix(b"\r").unwrap_or(line);
        }
        if self.number == 1 {
            if line.starts_with(&[0xFF, 0xFE]) || line.starts_with(&[0xFE, 0xFF]) {
                return Ok(Some(Line::Bad("the file is UTF-16; save it as UTF-8".to_owned())));
            }
            line = line.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(line);
        }
        if !broken && self.final_break_needed {
            return Ok(Some(Line::Bad(
                "the file is cut off here: its last line has no line break (if the file is whole, add one)"
                    .to_owned(),
            )));
        }
        Ok(Some(decode(line)))
    }
}

/// A line's bytes as text, without the line break.
pub fn decode(line: &[u8]) -> Line<'_> {
    match std::str::from_utf8(line) {
        Ok(text) => Line::Text(text),
        Err(error) => Line::Bad(format!(
            "is not UTF-8: byte {} of the line is 0x{:02X}; save the file as UTF-8",
            error.valid_up_to() + 1,
            line[error.valid_up_to()]
        )),
    }
}

/// Skips the rest of a line; how many bytes that was.
fn skip_line(reader: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let available = reader.fill_buf()?;
        if available.is_empty() {
            return Ok(skipped);
        }
        let (used, done) = match available.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (available.len(), false),
        };
        reader.consume(used);
        skipped += used as u64;
        if done {
            return Ok(skipped);
        }
    }
}

/// Cuts a line into its fields. With `quotes`, a field in `"` may hold delimiters, and `""` for a quote.
pub fn split_fields(line: &str, delimiter: u8, quotes: bool) -> Result<Vec<String>, String> {
    let delimiter = char::from(delimiter);
    if !quotes || !line.contains('"') {
        return Ok(line.split(delimiter).map(str::to_owned).collect());
    }
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let after = if let Some(quoted) = rest.strip_prefix('"') {
            let (field, after) = quoted_field(quoted).ok_or_else(|| {
                format!("a quote is opened in field {} and not closed on the same line", fields.len() + 1)
            })?;
            fields.push(field);
            after
        } else {
            let end = rest.find(delimiter).unwrap_or(rest.len());
            fields.push(rest[..end].to_owned());
            &rest[end..]
        };
        match after.chars().next() {
            None => return Ok(fields),
            Some(next) if next == delimiter => rest = &after[delimiter.len_utf8()..],
            Some(next) => {
                return Err(format!("`{next}` follows the closing quote of field {}", fields.len()));
            }
        }
    }
}

/// The field whose opening quote has been read, and what follows its closing quote.
fn quoted_field(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Some((field, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8], final_break_needed: bool) -> Vec<Result<String, String>> {
        let mut lines = Lines::new(bytes, final_break_needed);
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push(match line {
                Line::Text(text) => Ok(text.to_owned()),
                Line::Bad(problem) => Err(problem),
            });
        }
        assert_eq!(lines.bytes, bytes.len() as u64);
        all
    }

    #[test]
    fn a_damaged_line_leaves_its_neighbours() {
        let long = "x".repeat(LINE_BYTES_MAX + 100);
        let file = [b"\xEF\xBB\xBFa\r\nb\xFFc\n".as_slice(), long.as_bytes(), b"\nd"].concat();
        let lines = read_all(&file, true);
        assert_eq!(lines[0], Ok("a".to_owned()));
        assert!(lines[1].as_ref().unwrap_err().contains("byte 2 of the line is 0xFF"), "{lines:?}");
        assert!(lines[2].as_ref().unwrap_err().contains("longer than"), "{lines:?}");
        assert!(lines[3].as_ref().unwrap_err().contains("cut off"), "{lines:?}");
        assert_eq!(lines.len(), 4);
        assert_eq!(read_all(b"a\nb", false), [Ok("a".to_owned()), Ok("b".to_owned())]);
    }

    #[test]
    fn fields_are_cut_with_and_without_quotes() {
        let cut = |line| split_fields(line, b',', true);
        assert_eq!(cut(r#"a,"b,""c""",,d"#).unwrap(), ["a", r#"b,"c""#, "", "d"]);
        assert_eq!(cut("").unwrap(), [""]);
        assert_eq!(cut(r#"a,"""#).unwrap(), ["a", ""]);
        assert!(cut(r#"a,"b"#).unwrap_err().contains("field 2"));
        assert!(cut(r#""a"b,c"#).unwrap_err().contains("`b` follows"));
        assert_eq!(split_fields("a\t\"b", b'\t', false).unwrap(), ["a", "\"b"]);
    }
}
