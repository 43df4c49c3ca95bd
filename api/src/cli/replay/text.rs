//! A step as people read it.

use std::fmt::Write;

use sangdam_domain::actor::ActorKind;
use sangdam_domain::calendar::Zone;
use sangdam_domain::log::LogId;
use sangdam_domain::time::Timestamp;
use serde_json::{Value, json};

use super::words::{field_ko, type_ko};
use crate::replay::{Change, Step};
use crate::table::Language;

/// The most characters of a value that a line shows; the full state and JSON have the rest.
const VALUE_CHARS_MAX: usize = 300;

/// In which language, and by which clock.
pub(super) struct Text {
    pub(super) language: Language,
    pub(super) zone: Zone,
    pub(super) log: LogId,
}

impl Text {
    pub(super) fn new(language: Language, zone: Zone, log: LogId) -> Self {
        Self { language, zone, log }
    }

    /// One of two, by language.
    pub(super) fn pick<'a>(&self, ko: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Ko => ko,
            Language::En => en,
        }
    }

    /// What is said where there is nothing to replay.
    pub(super) fn nothing(&self) -> &'static str {
        self.pick("이 범위에는 그런 기록이 없습니다.", "Nothing of the kind was recorded in this range.")
    }

    /// A step as a block of lines, an empty one behind it.
    pub(super) fn block(&self, step: &Step) -> String {
        let mut block = format!("{}\n", self.heading(step));
        let _ = writeln!(block, "    {}", self.circumstances(step));
        for line in self.lines(step) {
            let _ = writeln!(block, "  {line}");
        }
        block
    }

    /// The position, when the ledger learnt it, and what it was.
    pub(super) fn heading(&self, step: &Step) -> String {
        let event = &step.event;
        let (recorded, name) = (self.moment(event.recorded_at), &event.event_type);
        match self.language {
            Language::Ko => format!("#{}  {recorded}  {} ({name})", event.position, type_ko(name)),
            Language::En => format!("#{}  {recorded}  {name}", event.position),
        }
    }

    /// The stream, who did it, and when it happened, where that is not when it was recorded.
    pub(super) fn circumstances(&self, step: &Step) -> String {
        let event = &step.event;
        let mut text = format!("{} v{}", event.stream, event.version);
        let _ = write!(text, "  {} {}", self.pick("행위자", "by"), self.actor(step));
        let (occurred, recorded) = (self.moment(event.occurred_at), self.moment(event.recorded_at));
        if occurred != recorded {
            let _ = write!(text, "  {} {occurred}", self.pick("발생", "happened"));
        }
        text
    }

    fn actor(&self, step: &Step) -> String {
        let actor = step.actor();
        let kind = match actor.kind {
            ActorKind::Agent => self.pick("상담사", "agent"),
            ActorKind::Staff => self.pick("직원", "staff"),
            ActorKind::System => self.pick("시스템", "system"),
            ActorKind::Import => self.pick("가져오기", "import"),
            ActorKind::Demo => self.pick("데모", "demo"),
            ActorKind::Open => self.pick("미확인", "open"),
        };
        if actor.id == "-" { kind.to_owned() } else { format!("{kind} {}", plain(&actor.id)) }
    }

    /// To the second, on the centre's clock.
    fn moment(&self, at: Timestamp) -> String {
        let local = self.zone.local(at);
        format!("{} {}", local.date, local.time.strftime("%H:%M:%S"))
    }

    /// What changed, a value a line: `+` came, `-` went, `~` is another one now. What repeats the heading is left out.
    pub(super) fn lines(&self, step: &Step) -> Vec<String> {
        let changes = step.changes.iter().filter(|change| change.path != "/version");
        changes.flat_map(|change| self.lines_of(step, change)).collect()
    }

    fn lines_of(&self, step: &Step, change: &Change) -> Vec<String> {
        let something = |value: &Option<Value>| value.clone().filter(|value| !value.is_null());
        let each = |sign: char, value: &Value| {
            let mut leaves = Vec::new();
            spread(step, &change.path, value, &mut leaves);
            let line =
                |(path, leaf): &(String, Value)| format!("{sign} {}: {}", self.path(path), self.value(leaf));
            leaves.iter().map(line).collect()
        };
        match (something(&change.before), something(&change.after)) {
            (None, Some(after)) => each('+', &after),
            (Some(before), None) => each('-', &before),
            (Some(before), Some(after)) => {
                vec![format!(
                    "~ {}: {} → {}",
                    self.path(&change.path),
                    self.value(&before),
                    self.value(&after)
                )]
            }
            (None, None) => Vec::new(),
        }
    }

    /// A JSON pointer; in Korean the words that its parts stand for.
    fn path(&self, pointer: &str) -> String {
        if self.language == Language::En {
            return pointer.to_owned();
        }
        let (mut path, mut within) = (String::new(), "");
        for part in pointer.split('/').skip(1) {
            // What happened stands beside when and by whom, which the heading says.
            if part == "what" {
                continue;
            }
            match part.parse::<u64>() {
                Ok(index) if !path.is_empty() && index < 1_000 => {
                    let _ = write!(path, " {}", index + 1);
                }
                _ => {
                    path.push_str(if path.is_empty() { "" } else { " › " });
                    path.push_str(field_ko(within, part).unwrap_or(part));
                    within = part;
                }
            }
        }
        path
    }

    fn value(&self, value: &Value) -> String {
        if is_erased(value) {
            return self.pick("(삭제됨)", "(erased)").to_owned();
        }
        // Moments stand in states as in leaves; here they are told by the same clock as everything else.
        if let Some(moment) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok())
            && *value == json!(moment)
        {
            return self.moment(moment);
        }
        let text = plain(&value.to_string());
        let count = text.chars().count();
        if count <= VALUE_CHARS_MAX {
            return text;
        }
        let shown: String = text.chars().take(VALUE_CHARS_MAX).collect();
        match self.language {
            Language::Ko => format!("{shown}… (전체 {count}자)"),
            Language::En => format!("{shown}… ({count} characters)"),
        }
    }
}

fn is_erased(value: &Value) -> bool {
    *value == json!({ "erased": true })
}

/// The leaves of a value that came or went as a whole, without those that only say when, by whom and at which version of the
/// stream this event happened.
fn spread(step: &Step, path: &str, value: &Value, leaves: &mut Vec<(String, Value)>) {
    match value {
        Value::Null => {}
        Value::Object(fields) if !is_erased(value) => {
            for (name, field) in fields {
                if !repeats(step, name, field) {
                    spread(step, &format!("{path}/{name}"), field, leaves);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                spread(step, &format!("{path}/{index}"), item, leaves);
            }
        }
        leaf => leaves.push((path.to_owned(), leaf.clone())),
    }
}

fn repeats(step: &Step, name: &str, value: &Value) -> bool {
    match name {
        "at" | "since" | "settled_at" => *value == json!(step.event.occurred_at),
        "by" => serde_json::to_value(step.actor()).is_ok_and(|actor| actor == *value),
        "version" | "text_version" => *value == json!(step.event.version),
        _ => false,
    }
}

/// A text that cannot do anything to a terminal: what is invisible, or turns the direction of writing, is spelt out.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = c.is_control()
            || matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        if hidden {
            let _ = write!(plain, "\\u{{{:04x}}}", c as u32);
        } else {
            plain.push(c);
        }
    }
    plain
}
