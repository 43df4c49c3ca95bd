//! What stands on the screen while somebody walks through history.

use serde_json::Value;
use unicode_width::UnicodeWidthChar;

use super::text::{Text, plain};
use crate::replay::{Span, Step};

/// What the person who walks has chosen.
#[derive(Clone, Default, Debug)]
pub(super) struct View {
    /// Whether both states are shown in full, in place of what changed.
    pub(super) full: bool,
    /// How many lines of the body are above the screen.
    pub(super) scroll: usize,
    /// What was typed so far of where to jump.
    pub(super) prompt: Option<String>,
    /// What is to be told about the last key.
    pub(super) message: Option<String>,
}

/// The lines of a screen of so many columns and rows.
pub(super) fn screen(
    text: &Text,
    span: Span,
    step: &Step,
    view: &mut View,
    (columns, rows): (usize, usize),
) -> Vec<String> {
    let heading = format!("{}  {} – {}", text.log, span.first, span.last);
    let mut lines = vec![cut(&heading, columns)];
    for line in [text.heading(step), text.circumstances(step)] {
        lines.extend(wrap(&line, columns));
    }
    lines.push("─".repeat(columns));
    lines.truncate(rows.saturating_sub(1));
    let space = rows.saturating_sub(lines.len() + 1);
    let body: Vec<String> = body(text, step, view.full).iter().flat_map(|line| wrap(line, columns)).collect();
    view.scroll = view.scroll.min(body.len().saturating_sub(space));
    lines.extend(body.into_iter().skip(view.scroll).take(space));
    lines.resize(rows.saturating_sub(1), String::new());
    lines.push(cut(&footer(text, view), columns));
    lines
}

fn body(text: &Text, step: &Step, full: bool) -> Vec<String> {
    if !full {
        let lines = text.lines(step);
        let nothing = text.pick("(바뀐 내용 없음)", "(nothing changed)");
        return if lines.is_empty() { vec![nothing.to_owned()] } else { lines };
    }
    let mut lines = vec![text.pick("── 이전", "── before").to_owned()];
    lines.extend(pretty(&step.before));
    lines.push(text.pick("── 이후", "── after").to_owned());
    lines.extend(pretty(&step.after));
    lines
}

fn pretty(state: &Value) -> Vec<String> {
    format!("{state:#}").lines().map(plain).collect()
}

fn footer(text: &Text, view: &View) -> String {
    if let Some(typed) = &view.prompt {
        let asked = text.pick(
            "위치 또는 시각(Enter 이동, Esc 취소): ",
            "position or time (Enter to jump, Esc to leave): ",
        );
        return format!("{asked}{typed}_");
    }
    if let Some(message) = &view.message {
        return message.clone();
    }
    text.pick(
        "n/→ 다음  p/← 이전  Home/End 처음/끝  g 이동  s 전체 상태  ↑↓ 스크롤  q 끝내기",
        "n/→ next  p/← previous  Home/End first/last  g jump  s full state  ↑↓ scroll  q quit",
    )
    .to_owned()
}

/// The part of a line that fits.
fn cut(line: &str, columns: usize) -> String {
    wrap(line, columns).into_iter().next().unwrap_or_default()
}

/// A line as lines that fit; Hangul takes two columns.
fn wrap(line: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut part, mut width) = (String::new(), 0);
    for c in line.chars() {
        let wide = c.width().unwrap_or(0);
        if width + wide > columns && !part.is_empty() {
            lines.push(std::mem::take(&mut part));
            width = 0;
        }
        part.push(c);
        width += wide;
    }
    lines.push(part);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_by_columns_and_hangul_takes_two() {
        assert_eq!(wrap("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(wrap("상담 시작", 5), ["상담 ", "시작"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("가나", 1), ["가", "나"]);
        assert_eq!(cut("상담 시작", 5), "상담 ");
    }
}
