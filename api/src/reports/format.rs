//! A yearly report as JSON, as CSV, and as a table for people, in Korean or English.

use std::fmt::Write;

use super::yearly::{YearRow, YearlyReport};

/// The language of what people read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

impl Language {
    const fn pick<'a>(self, ko: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ko => ko,
            Self::En => en,
        }
    }
}

/// JSON, indented, with a line break at the end.
pub fn json(report: &YearlyReport) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}

/// CSV (RFC 4180, UTF-8 with a byte order mark, so that Excel reads it): one row a year, each with the definition, the
/// position and the root that it was taken at. What is unknown is empty. The header holds the keys of the JSON report,
/// or words in the language asked for.
pub fn csv(report: &YearlyReport, language: Option<Language>) -> String {
    const KEYS: [&str; 11] = [
        "year",
        "consultations",
        "offered",
        "answered",
        "abandoned",
        "answer_rate",
        "unique_callers",
        "basis",
        "definition",
        "position",
        "root",
    ];
    let mut header: Vec<String> = KEYS.iter().map(|key| (*key).to_owned()).collect();
    if let Some(language) = language {
        header.splice(0..8, headings(language));
        header.splice(
            8..11,
            ["집계 기준", "위치", "루트"]
                .iter()
                .zip(&KEYS[8..])
                .map(|(ko, en)| language.pick(ko, en).to_owned()),
        );
    }
    let mut text = String::from("\u{FEFF}");
    push_record(&mut text, &header);
    for year in &report.years {
        let mut fields = vec![year.year.to_string()];
        fields.extend(
            [year.consultations, year.offered, year.answered, year.abandoned].map(|n| shown(n, false)),
        );
        fields.push(year.answer_rate.map_or_else(String::new, |rate| format!("{rate:.1}")));
        fields.push(shown(year.unique_callers, false));
        fields.extend([
            year.basis.clone(),
            report.definition.clone(),
            report.position.to_string(),
            report.root.clone(),
        ]);
        push_record(&mut text, &fields);
    }
    text
}

/// A table for people.
pub fn table(report: &YearlyReport, language: Language) -> String {
    let mut rows = vec![headings(language).to_vec()];
    rows.extend(report.years.iter().map(|year| cells(year, language)));
    let mut text = String::new();
    push_columns(&mut text, &rows, |column| column == 7);
    let cumulative = &report.cumulative;
    let since = cumulative.since.as_deref().unwrap_or("-");
    let count = thousands(cumulative.consultations);
    let _ = match language {
        Language::Ko => writeln!(text, "\n누적 상담  {count}건 ({since}부터)"),
        Language::En => writeln!(text, "\nCumulative  {count} consultations (since {since})"),
    };
    for milestone in &report.milestones {
        let threshold = thousands(milestone.threshold);
        let status = status_words(&milestone.status, language);
        let _ = write!(text, "{threshold}: {status} [{}]", milestone.basis);
        if let (Some(consultation), Some(at), Some(position)) =
            (&milestone.consultation, &milestone.occurred_at, milestone.position)
        {
            let _ = write!(text, "  {at}  consultation/{consultation}  #{position}");
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "\n{} {}  {} {}  {} {}",
        language.pick("집계 기준", "definition"),
        report.definition,
        language.pick("위치", "position"),
        report.position,
        language.pick("루트", "root"),
        report.root,
    );
    text
}

fn headings(language: Language) -> [String; 8] {
    let pick = |ko, en| language.pick(ko, en).to_owned();
    [
        pick("연도", "year"),
        pick("상담", "consultations"),
        pick("인입", "offered"),
        pick("응답", "answered"),
        pick("포기", "abandoned"),
        pick("응답률(%)", "answer rate (%)"),
        pick("상담 인원", "unique callers"),
        pick("근거", "basis"),
    ]
}

fn cells(year: &YearRow, language: Language) -> Vec<String> {
    let unknown = language.pick("알 수 없음", "unknown");
    let number = |n: Option<u64>| if n.is_some() { shown(n, true) } else { unknown.to_owned() };
    vec![
        year.year.to_string(),
        number(year.consultations),
        number(year.offered),
        number(year.answered),
        number(year.abandoned),
        year.answer_rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}")),
        number(year.unique_callers),
        year.basis.clone(),
    ]
}

fn status_words(status: &str, language: Language) -> &str {
    match status {
        "REACHED" => language.pick("달성", "reached"),
        "REACHED_NO_LATER_THAN" => language.pick("늦어도 이때 달성", "reached no later than"),
        "NOT_REACHED" => language.pick("미달성", "not reached"),
        "UNDETERMINABLE" => language.pick("판단할 수 없음", "undeterminable"),
        other => other,
    }
}

fn shown(number: Option<u64>, grouped: bool) -> String {
    number.map_or_else(String::new, |n| if grouped { thousands(n) } else { n.to_string() })
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn push_record(text: &mut String, fields: &[String]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if field.contains(['"', ',', '\r', '\n']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(field);
        }
    }
    text.push_str("\r\n");
}

fn push_columns(text: &mut String, rows: &[Vec<String>], to_the_left: impl Fn(usize) -> bool) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column].saturating_sub(width(cell)));
            let gap = if column == 0 { "" } else { "  " };
            let _ = if to_the_left(column) {
                write!(line, "{gap}{cell}{padding}")
            } else {
                write!(line, "{gap}{padding}{cell}")
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// How many columns of a terminal a text takes: Hangul takes two each.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3000}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF00}'..='\u{FF60}') { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::yearly::{Cumulative, MilestoneRow};

    fn report() -> YearlyReport {
        let unknown = YearRow {
            year: 2021,
            consultations: None,
            offered: None,
            answered: None,
            abandoned: None,
            answer_rate: None,
            unique_callers: None,
            basis: "unknown".into(),
        };
        let known = YearRow {
            year: 2022,
            consultations: Some(39_685),
            offered: Some(40_001),
            answered: Some(39_921),
            abandoned: Some(80),
            answer_rate: Some(99.8),
            unique_callers: Some(9_000),
            basis: "recorded".into(),
        };
        YearlyReport {
            years: vec![unknown, known],
            cumulative: Cumulative { consultations: 39_685, since: Some("2022-01-01".into()) },
            milestones: vec![MilestoneRow {
                threshold: 100_000,
                basis: "since opening, 2021 unknown".into(),
                status: "UNDETERMINABLE".into(),
                consultation: None,
                occurred_at: None,
                position: None,
            }],
            definition: "v1".into(),
            position: 7,
            root: "ab".into(),
        }
    }

    #[test]
    fn csv_keeps_the_unknown_empty_and_starts_with_a_mark() {
        assert_eq!(
            csv(&report(), None),
            "\u{FEFF}year,consultations,offered,answered,abandoned,answer_rate,unique_callers,basis,definition,position,root\r\n\
             2021,,,,,,,unknown,v1,7,ab\r\n\
             2022,39685,40001,39921,80,99.8,9000,recorded,v1,7,ab\r\n"
        );
        assert!(csv(&report(), Some(Language::Ko)).starts_with(
            "\u{FEFF}연도,상담,인입,응답,포기,응답률(%),상담 인원,근거,집계 기준,위치,루트\r\n"
        ));
    }

    #[test]
    fn the_table_lines_up_and_says_unknown() {
        let text = table(&report(), Language::Ko);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].contains("알 수 없음"), "{text}");
        assert!(lines[2].contains("39,685") && lines[2].ends_with("recorded"), "{text}");
        let end_of_counts = |line: &str| width(&line[..line.rfind("  ").unwrap()]);
        assert_eq!(end_of_counts(lines[0]), end_of_counts(lines[2]), "{text}");
        assert!(text.contains("누적 상담  39,685건 (2022-01-01부터)"), "{text}");
        assert!(text.contains("100,000: 판단할 수 없음 [since opening, 2021 unknown]"), "{text}");
        assert!(table(&report(), Language::En).contains("unknown"));
    }
}
