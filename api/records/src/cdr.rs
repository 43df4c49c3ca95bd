//! Asterisk's `cdr-csv/Master.csv`: one call detail record a line, without a header, 16 to 21 columns.
//!
//! The columns are those of `cdr_csv.c`: accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata,
//! start, answer, end, duration, billsec, disposition, amaflags; then uniqueid (`loguniqueid`), userfield
//! (`loguserfield`), and peeraccount, linkedid, sequence (`newcdrcolumns`), each only where `cdr.conf` asks for it. Times
//! are local, without a zone.

use jiff::civil::DateTime;

use crate::lines::split_fields;
use crate::shown;

/// The columns that every row has.
const ALWAYS: usize = 16;
/// The columns that a row has where everything is switched on.
const AT_MOST: usize = 21;

/// One row. Times are in the telephone system's own zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CdrRow {
    /// The caller's number.
    pub src: String,
    /// What was dialled.
    pub dst: String,
    /// Name and number of the caller: `"Kim" <0331234567>`.
    pub clid: String,
    /// The caller's channel.
    pub channel: String,
    /// The channel that was called; empty where none was, as while an announcement is played.
    pub dst_channel: String,
    /// When it began.
    pub start: DateTime,
    /// When it was answered, by a person or by the system itself.
    pub answer: Option<DateTime>,
    /// When it ended.
    pub end: Option<DateTime>,
    /// From the start to the end.
    pub duration_seconds: u32,
    /// From the answer to the end.
    pub billable_seconds: u32,
    /// How it ended.
    pub disposition: Disposition,
    /// The channel's id, if it is logged.
    pub unique_id: Option<String>,
    /// The id of the channel with which the whole call began, if it is logged.
    pub linked_id: Option<String>,
}

/// How a row ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// Somebody or something answered.
    Answered,
    /// Nobody did.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// It could not be carried out.
    Failed,
    /// There was no free line.
    Congestion,
}

/// Reads a row, without its line break. The error says which column is wrong, and how.
pub fn parse(line: &str) -> Result<CdrRow, String> {
    let fields = split_fields(line, b',', true)?;
    if !(ALWAYS..=AT_MOST).contains(&fields.len()) {
        return Err(format!(
            "has {} columns; {ALWAYS} to {AT_MOST} were expected (is it Asterisk's cdr-csv, one row a line?)",
            fields.len()
        ));
    }
    let [_account, src, dst, _context, clid, channel, dst_channel, _app, _data, rest @ ..] =
        fields.as_slice()
    else {
        return Err("lacks columns".to_owned());
    };
    let [start, answer, end, duration, billable, disposition, _flags, more @ ..] = rest else {
        return Err("lacks columns".to_owned());
    };
    let (unique_id, linked_id) = ids(more);
    Ok(CdrRow {
        src: src.clone(),
        dst: dst.clone(),
        clid: clid.clone(),
        channel: channel.clone(),
        dst_channel: dst_channel.clone(),
        start: time("start", 10, start)?.ok_or("column 10 (start): is empty")?,
        answer: time("answer", 11, answer)?,
        end: time("end", 12, end)?,
        duration_seconds: seconds("duration", 13, duration)?,
        billable_seconds: seconds("billsec", 14, billable)?,
        disposition: how(disposition)?,
        unique_id,
        linked_id,
    })
}

/// Which of the columns that need not be there hold the ids. Some systems write them in another order than
/// `cdr_csv.c`: an id is known by its looks.
fn ids(more: &[String]) -> (Option<String>, Option<String>) {
    let (own, linked) = if more.len() >= 3 { more.split_at(more.len() - 3) } else { (more, [].as_slice()) };
    let id = |columns: &[String]| columns.iter().find(|field| is_channel_id(field)).cloned();
    (id(own), id(linked))
}

/// `1366720340.303267`, or `pbx1-1366720340.303267` where the system has a name.
pub fn is_channel_id(text: &str) -> bool {
    channel_epoch(text).is_some()
}

/// The second since 1970 in which a channel with this id was made.
pub fn channel_epoch(id: &str) -> Option<i64> {
    let plain = id.rsplit_once('-').map_or(id, |(_, plain)| plain);
    let (seconds, number) = plain.split_once('.')?;
    let digits =
        |text: &str| !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(seconds) || !digits(number) {
        return None;
    }
    seconds.parse().ok()
}

fn time(name: &str, column: usize, text: &str) -> Result<Option<DateTime>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    DateTime::strptime("%Y-%m-%d %H:%M:%S", text).map(Some).map_err(|_| {
        format!(
            "column {column} ({name}): `{}` is no time; expected one like 2024-01-02 09:00:00",
            shown(text)
        )
    })
}

fn seconds(name: &str, column: usize, text: &str) -> Result<u32, String> {
    let number: Option<i64> = text.trim().parse().ok();
    number.and_then(|number| u32::try_from(number.max(0)).ok()).ok_or_else(|| {
        format!("column {column} ({name}): `{}` is no number of seconds; expected 0, 1, 2, …", shown(text))
    })
}

fn how(text: &str) -> Result<Disposition, String> {
    Ok(match text.trim() {
        "ANSWERED" => Disposition::Answered,
        "NO ANSWER" | "NOANSWER" => Disposition::NoAnswer,
        "BUSY" => Disposition::Busy,
        "FAILED" => Disposition::Failed,
        "CONGESTION" => Disposition::Congestion,
        _ => {
            return Err(format!(
                "column 15 (disposition): `{}` is none of ANSWERED, NO ANSWER, BUSY, FAILED and CONGESTION",
                shown(text)
            ));
        }
    })
}

#[cfg(test)]
mod tests;
