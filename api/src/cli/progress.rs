//! Progress bars, on standard error; nothing is drawn where that is no terminal.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use crate::reports::{Progress, Step};

/// A bar over a number of bytes.
pub(super) fn bytes(label: &str) -> ProgressBar {
    bar(label, "{prefix} {wide_bar} {bytes}/{total_bytes} {eta}")
}

/// A bar for a report, and what moves it.
pub(super) fn of_report() -> (ProgressBar, Progress) {
    let bar = bar("", "{prefix} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
    let moved = bar.clone();
    let heard = move |step| {
        let (label, at, of) = match step {
            Step::CatchingUp { applied, head } => ("catching up", applied.get(), head.get()),
            Step::Taking { rows, of } => ("reading", rows, of),
            Step::Writing { rows, of } => ("writing", rows, of),
        };
        if moved.prefix() != label {
            moved.set_prefix(label);
        }
        moved.set_length(of);
        moved.set_position(at);
    };
    (bar, Arc::new(heard))
}

/// A bar over a number of events.
pub(super) fn events(label: &str, total: u64) -> ProgressBar {
    let bar = bar(label, "{prefix} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
    bar.set_length(total);
    bar
}

fn bar(label: &str, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_prefix(label.to_owned())
}
