//! Progress bars, on standard error; nothing is drawn where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over a number of bytes.
pub(super) fn bytes(label: &str) -> ProgressBar {
    bar(label, "{prefix} {wide_bar} {bytes}/{total_bytes} {eta}")
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
