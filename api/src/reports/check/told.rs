//! What was found, for programs and for people.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::changes::RowChange;
use super::{Checked, Comparison, Later, LaterEvent, Source, Verdict};
use crate::table::{Cell, Column, Difference, Language, Words, cell_json, grouped, shown};
use sangdam_domain::calendar::Zone;

/// What was found, for programs.
pub fn json(checked: &Checked) -> Value {
    let Checked { found, claim, source, verdict } = checked;
    let mut told = json!({
        "good": checked.is_good(),
        "format": found.format.as_str(),
        "receipt": {
            "report": claim.report.to_string(),
            "position": claim.position,
            "root": hex::encode(claim.root),
            "definition": claim.definition,
            "sha256": hex::encode(claim.sha256),
        },
        "source": source_json(source),
    });
    if let (Some(verdict), Some(told)) = (verdict, told.as_object_mut()) {
        told.insert("follows".into(), verdict.follows.into());
        told.insert("sha256".into(), hex::encode(verdict.sha256).into());
        told.insert("file".into(), file_json(&verdict.file));
        told.insert("other_release".into(), verdict.other_release.clone().into());
        told.insert("today".into(), today_json(verdict));
        told.insert("events".into(), later_json(&verdict.later));
    }
    told
}

fn source_json(source: &Source) -> Value {
    match source {
        Source::Ours => json!({"status": "this_ledger"}),
        Source::OtherLedger { here } => json!({"status": "other_ledger", "ledger_here": here.to_string()}),
        Source::Beyond { head } => json!({"status": "beyond_the_head", "head_here": head}),
        Source::OtherRoot { here } => json!({"status": "other_root", "root_here": hex::encode(here)}),
    }
}

fn file_json(file: &Comparison) -> Value {
    match file {
        Comparison::Same => json!({"status": "same"}),
        Comparison::SameCells => json!({"status": "same_cells"}),
        Comparison::Changed(difference) => {
            let mut told = match difference {
                Difference::Line { line, written, found } => {
                    json!({"line": line, "written": written, "found": found})
                }
                Difference::Cell { sheet, cell, written, found } => {
                    json!({"sheet": sheet, "cell": cell, "written": written, "found": found})
                }
                Difference::Sheet(sheet) => json!({"sheet": sheet}),
                Difference::Row { row, written, found } => {
                    json!({"row": row, "written": written, "found": found})
                }
                Difference::Byte(byte) => json!({"byte": byte}),
            };
            told["status"] = "changed".into();
            told
        }
    }
}

fn today_json(verdict: &Verdict) -> Value {
    let rows: Vec<Value> = verdict.changes.first.iter().map(change_json).collect();
    json!({
        "position": verdict.today,
        "root": hex::encode(verdict.root),
        "sha256": hex::encode(verdict.sha256_today),
        "rows_that_differ": verdict.changes.count,
        "rows": rows,
    })
}

fn change_json(change: &RowChange) -> Value {
    let object = |cells: &mut dyn Iterator<Item = (&'static Column, Option<&Cell>)>| -> Map<String, Value> {
        let pair = |(column, cell): (&'static Column, Option<&Cell>)| {
            (column.key.to_owned(), cell.map_or(Value::Null, |cell| cell_json(cell, column.kind)))
        };
        cells.map(pair).collect()
    };
    let key = object(&mut change.key().map(|(column, cell)| (column, Some(cell))));
    let mut published = change.differing().map(|(column, published, _)| (column, published));
    let mut today = change.differing().map(|(column, _, today)| (column, today));
    json!({
        "table": change.table,
        "key": key,
        "published": change.published.as_ref().map(|_| object(&mut published)),
        "today": change.today.as_ref().map(|_| object(&mut today)),
    })
}

fn later_json(later: &Later) -> Value {
    let event = |event: &LaterEvent| {
        json!({
            "position": event.position,
            "type": event.event_type,
            "stream": event.stream.to_string(),
            "occurred_at": event.occurred_at,
            "recorded_at": event.recorded_at,
            "day": event.day.map(|day| day.to_string()),
        })
    };
    let first: Vec<Value> = later.first.iter().map(event).collect();
    json!({"count": later.count, "by_type": later.by_type, "first": first})
}

/// What was found, for people.
pub fn text(checked: &Checked, language: Language) -> String {
    let mut told = Told { text: String::new(), language };
    let claim = &checked.claim;
    told.say(Words::new("보고서", "Report"), format_args!("{}", claim.report));
    told.source(&checked.source, claim.position.get());
    if let Some(verdict) = &checked.verdict {
        told.follows(verdict.follows);
        told.file(&verdict.file);
        told.release(verdict);
        told.changes(verdict);
        told.later(verdict);
    }
    told.text
}

struct Told {
    text: String,
    language: Language,
}

impl Told {
    fn pick(&self, ko: &'static str, en: &'static str) -> &'static str {
        Words::new(ko, en).pick(self.language)
    }

    fn say(&mut self, term: Words, what: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.text, "{}: {what}", term.pick(self.language));
    }

    fn source(&mut self, source: &Source, position: u64) {
        let term = Words::new("원장", "Ledger");
        match (source, self.language) {
            (Source::Ours, Language::Ko) => {
                self.say(term, format_args!("위치 {position}의 루트가 이 원장과 같습니다."));
            }
            (Source::Ours, Language::En) => {
                self.say(term, format_args!("the root at position {position} is this ledger's."));
            }
            (Source::OtherLedger { here }, Language::Ko) => {
                self.say(term, format_args!("다른 원장의 보고서입니다. 이 원장은 {here}입니다."));
            }
            (Source::OtherLedger { here }, Language::En) => {
                self.say(term, format_args!("it is a report of another ledger; this one is {here}."));
            }
            (Source::Beyond { head }, Language::Ko) => {
                self.say(term, format_args!("이 원장에는 위치 {position}이(가) 없습니다. 마지막 위치는 {head}입니다."));
            }
            (Source::Beyond { head }, Language::En) => {
                self.say(term, format_args!("this ledger has no position {position}; it ends at {head}."));
            }
            (Source::OtherRoot { here }, Language::Ko) => self.say(
                term,
                format_args!(
                    "위치 {position}의 루트가 이 원장과 다릅니다({}). 다른 원장의 보고서이거나 영수증 또는 원장이 바뀌었습니다.",
                    hex::encode(here)
                ),
            ),
            (Source::OtherRoot { here }, Language::En) => self.say(
                term,
                format_args!(
                    "the root at position {position} is not this ledger's ({}): it is a report of another ledger, or the \
                     receipt or the ledger was changed.",
                    hex::encode(here)
                ),
            ),
        }
    }

    fn follows(&mut self, follows: bool) {
        let what = if follows {
            self.pick(
                "그 위치에서 다시 계산한 SHA-256이 같습니다. 보고서는 원장에서 나온 그대로입니다.",
                "taken again as of that position it has the same SHA-256: it still follows from the ledger.",
            )
        } else {
            self.pick(
                "그 위치에서 다시 계산한 SHA-256이 다릅니다. 이 보고서는 원장에서 나오지 않습니다.",
                "taken again as of that position it has another SHA-256: it does not follow from the ledger.",
            )
        };
        self.say(Words::new("내용", "Content"), format_args!("{what}"));
    }

    fn file(&mut self, file: &Comparison) {
        let term = Words::new("파일", "File");
        let nothing = self.pick("(없음)", "(nothing)");
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| nothing.to_owned());
        let changed = self.pick("작성된 뒤 바뀌었습니다", "it was changed after it was written");
        let between = |written: &Option<String>, found: &Option<String>| {
            format!("{} → {}", or_nothing(written), or_nothing(found))
        };
        let place = match file {
            Comparison::Same => {
                let what = self.pick("작성된 그대로입니다.", "it is as it was written.");
                return self.say(term, format_args!("{what}"));
            }
            Comparison::SameCells => {
                let what = self.pick(
                    "다른 프로그램에서 다시 저장되었으나 모든 칸의 값이 그대로입니다.",
                    "another program saved it again, but every cell has the value that was written.",
                );
                return self.say(term, format_args!("{what}"));
            }
            Comparison::Changed(Difference::Line { line, written, found }) => {
                format!("{} {line}: {}", self.pick("줄", "line"), between(written, found))
            }
            Comparison::Changed(Difference::Cell { sheet, cell, written, found }) => {
                format!("{sheet}!{cell}: {}", between(written, found))
            }
            Comparison::Changed(Difference::Sheet(sheet)) => {
                format!("{} {sheet}: {nothing}", self.pick("시트", "sheet"))
            }
            Comparison::Changed(Difference::Row { row, written, found }) => {
                format!("{} {row}: {}", self.pick("행", "row"), between(written, found))
            }
            Comparison::Changed(Difference::Byte(byte)) => {
                format!("{} {byte}", self.pick("바이트", "byte"))
            }
        };
        self.say(term, format_args!("{changed}. {place}"));
    }

    /// Another release may write the same report in other bytes.
    fn release(&mut self, verdict: &Verdict) {
        let Some(release) = &verdict.other_release else { return };
        if matches!(verdict.file, Comparison::Changed(_)) {
            let what = self.pick(
                "이 파일을 작성한 프로그램입니다. 판이 다르면 같은 보고서도 다르게 쓸 수 있습니다.",
                "wrote the file; another release may write the same report in other bytes.",
            );
            self.say(Words::new("작성", "Made by"), format_args!("{release} — {what}"));
        }
    }

    fn changes(&mut self, verdict: &Verdict) {
        let (today, count) = (verdict.today, grouped(&verdict.changes.count.to_string()));
        let term = Words::new("오늘", "Today");
        match (verdict.changes.count, self.language) {
            (0, Language::Ko) => self.say(term, format_args!("위치 {today} 기준으로도 같습니다.")),
            (0, Language::En) => {
                self.say(term, format_args!("as of position {today} the answer is the same."))
            }
            (_, Language::Ko) => {
                self.say(term, format_args!("위치 {today} 기준으로 {count}개 행이 다릅니다."))
            }
            (_, Language::En) => self.say(term, format_args!("as of position {today} {count} rows differ.")),
        }
        for change in &verdict.changes.first {
            let line = self.change(change, &verdict.zone);
            let _ = writeln!(self.text, "  {line}");
        }
        self.and_more(verdict.changes.count, verdict.changes.first.len());
    }

    /// `years year 2024: consultations 30,180 → 30,179`
    fn change(&self, change: &RowChange, zone: &Zone) -> String {
        let say = |cell: &Cell, column: &Column| shown(cell, column, self.language, zone).into_owned();
        let mut line = change.table.to_owned();
        for (column, cell) in change.key().filter(|(column, _)| column.is_for(Some(self.language))) {
            let _ = write!(line, " {} {}", column.words.pick(self.language), say(cell, column));
        }
        match (&change.published, &change.today) {
            (Some(_), None) => return line + self.pick(": 없어짐", ": gone"),
            (None, _) => line.push_str(self.pick(": 새로 생김", ": new")),
            _ => line.push(':'),
        }
        let cells = change.differing().filter(|(column, ..)| column.is_for(Some(self.language)));
        for (index, (column, published, today)) in cells.enumerate() {
            let separator = if index == 0 { "" } else { "," };
            let _ = write!(line, "{separator} {} ", column.words.pick(self.language));
            let today = today.map_or_else(|| "-".to_owned(), |cell| say(cell, column));
            let _ = match published {
                Some(published) => write!(line, "{} → {today}", say(published, column)),
                None => write!(line, "{today}"),
            };
        }
        line
    }

    fn later(&mut self, verdict: &Verdict) {
        let later = &verdict.later;
        let kinds: Vec<String> = later
            .by_type
            .iter()
            .map(|(kind, count)| format!("{kind} {}", grouped(&count.to_string())))
            .collect();
        let kinds = kinds.join(", ");
        let term = Words::new("까닭", "Why");
        match (later.count, self.language) {
            (0, Language::Ko) if verdict.changes.count > 0 => self.say(
                term,
                format_args!("그 뒤로 이 보고서에 드는 사건은 없고, 기한이 지났거나 168시간이 지나 바뀐 수치입니다."),
            ),
            (0, Language::En) if verdict.changes.count > 0 => self.say(
                term,
                format_args!("no later event touches this report: what changed has come due, or its 168 hours are over."),
            ),
            (0, Language::Ko) => self.say(term, format_args!("그 뒤로 이 보고서에 드는 사건이 없습니다.")),
            (0, Language::En) => self.say(term, format_args!("no later event touches this report.")),
            (count, Language::Ko) => {
                self.say(
                    term,
                    format_args!("그 뒤에 기록된 사건 {}건 ({kinds})", grouped(&count.to_string())),
                );
            }
            (count, Language::En) => {
                self.say(term, format_args!("{} later events ({kinds})", grouped(&count.to_string())));
            }
        }
        for event in &later.first {
            let LaterEvent { position, event_type, stream, recorded_at, day, .. } = event;
            let day = day.map_or_else(|| self.pick("모든 날", "every day").to_owned(), |day| day.to_string());
            let (recorded, counts) = (self.pick("기록", "recorded"), self.pick("집계일", "counts on"));
            let _ = writeln!(
                self.text,
                "  #{position} {event_type} {stream}  {recorded} {recorded_at}  {counts} {day}"
            );
        }
        self.and_more(later.count, later.first.len());
    }

    fn and_more(&mut self, count: u64, told: usize) {
        let more = count.saturating_sub(told as u64);
        if more > 0 {
            let _ = match self.language {
                Language::Ko => writeln!(self.text, "  … 그 밖에 {}개", grouped(&more.to_string())),
                Language::En => writeln!(self.text, "  … and {} more", grouped(&more.to_string())),
            };
        }
    }
}
