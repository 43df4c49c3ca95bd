//! Simple charts as SVG, to stand in a page that is printed: no script, no font but the page's.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::document::ChartKind;
use super::html::escaped;
use super::shown::grouped;

/// What is drawn.
pub(super) struct Plot {
    pub kind: ChartKind,
    /// What is compared.
    pub categories: Vec<String>,
    /// Name and values; `None` is not drawn.
    pub series: Vec<(String, Vec<Option<f64>>)>,
}

const WIDTH: f64 = 720.0;
/// The plot's own height, where it stands upright.
const HEIGHT: f64 = 220.0;
/// How high a bar and its gap are, where it lies.
const BAR: f64 = 24.0;
const LEGEND: f64 = 26.0;
/// How wide half a Hangul syllable is in the charts' letters.
const LETTER: f64 = 5.8;
const TICKS: u32 = 4;

/// Dark to light, so that they differ in grey, too; more series than these begin anew.
const COLOURS: [&str; 7] = ["#1f4e79", "#d97706", "#5b8fbe", "#7c2d12", "#94a3b8", "#15803d", "#c084fc"];

impl Plot {
    /// The chart; empty where there is nothing to draw.
    pub(super) fn svg(&self) -> String {
        if self.categories.is_empty() || self.series.is_empty() {
            return String::new();
        }
        let top = if self.series.len() > 1 { LEGEND } else { 8.0 };
        match self.kind {
            ChartKind::Bars => self.lying(top),
            ChartKind::Columns | ChartKind::Lines => self.upright(top),
        }
    }

    fn upright(&self, top: f64) -> String {
        let axis = Axis::of(self.largest());
        let left = axis.width();
        let (plot, bottom) = (WIDTH - left - 8.0, top + HEIGHT);
        let mut svg = self.open(bottom + 24.0);
        for (label, part) in axis.marks() {
            let y = bottom - part * HEIGHT;
            line(&mut svg, left, y, WIDTH - 8.0, y);
            text(&mut svg, left - 6.0, y + 4.0, "end", &label);
        }
        let step = plot / count(self.categories.len());
        let shown_each = (self.label_width() / step).ceil().max(1.0);
        for (index, category) in self.categories.iter().enumerate() {
            if count(index) % shown_each == 0.0 {
                text(&mut svg, left + (count(index) + 0.5) * step, bottom + 16.0, "middle", category);
            }
        }
        for (number, (_, values)) in self.series.iter().enumerate() {
            let heights = values.iter().map(|value| value.map(|value| value / axis.end * HEIGHT));
            if self.kind == ChartKind::Lines {
                let points = heights.enumerate().filter_map(|(index, height)| {
                    Some(format!("{:.1},{:.1}", left + (count(index) + 0.5) * step, bottom - height?))
                });
                let points = points.collect::<Vec<_>>().join(" ");
                let _ = writeln!(
                    svg,
                    "<polyline points=\"{points}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>",
                    colour(number)
                );
                continue;
            }
            let wide = step * 0.72 / count(self.series.len());
            for (index, height) in heights.enumerate() {
                let x = left + count(index) * step + step * 0.14 + wide * count(number);
                let height = height.unwrap_or(0.0);
                bar(&mut svg, x, bottom - height, wide, height, number);
            }
        }
        self.close(svg)
    }

    fn lying(&self, top: f64) -> String {
        let axis = Axis::of(self.largest());
        let left = self.label_width().min(WIDTH * 0.4) + 8.0;
        let plot = WIDTH - left - 64.0;
        let mut svg = self.open(top + BAR * count(self.categories.len()) + 8.0);
        for (index, category) in self.categories.iter().enumerate() {
            let y = top + BAR * count(index);
            text(&mut svg, left - 6.0, y + 15.0, "end", &cut(category, (left - 8.0) / LETTER));
            let high = BAR * 0.7 / count(self.series.len());
            for (number, (_, values)) in self.series.iter().enumerate() {
                let Some(value) = values.get(index).copied().flatten() else { continue };
                let long = value / axis.end * plot;
                bar(&mut svg, left, y + 3.0 + high * count(number), long, high, number);
                if self.series.len() == 1 {
                    text(&mut svg, left + long + 5.0, y + 15.0, "start", &grouped(&format!("{value:.0}")));
                }
            }
        }
        self.close(svg)
    }

    fn open(&self, height: f64) -> String {
        let class = if self.kind == ChartKind::Bars { " class=\"bars\"" } else { "" };
        let mut svg = format!(
            "<svg{class} viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n"
        );
        if self.series.len() > 1 {
            let mut x = 8.0;
            for (number, (name, _)) in self.series.iter().enumerate() {
                bar(&mut svg, x, 4.0, 10.0, 10.0, number);
                text(&mut svg, x + 14.0, 13.0, "start", name);
                x += 30.0 + count(name.width()) * LETTER;
            }
        }
        svg
    }

    fn close(&self, mut svg: String) -> String {
        svg.push_str("</svg>\n");
        svg
    }

    fn largest(&self) -> f64 {
        self.series.iter().flat_map(|(_, values)| values).flatten().copied().fold(0.0, f64::max)
    }

    /// How wide the widest category is.
    fn label_width(&self) -> f64 {
        count(self.categories.iter().map(|category| category.width()).max().unwrap_or(0)) * LETTER + 8.0
    }
}

/// From 0 to a round number.
struct Axis {
    end: f64,
}

impl Axis {
    /// An axis that reaches as far as the largest value, in [`TICKS`] round steps.
    fn of(largest: f64) -> Self {
        let step = (largest / f64::from(TICKS)).max(f64::MIN_POSITIVE);
        let power = 10_f64.powf(step.log10().floor());
        let round =
            [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|round| round * power >= step).unwrap_or(10.0);
        let end = if largest > 0.0 { round * power * f64::from(TICKS) } else { 1.0 };
        Self { end }
    }

    /// The labels, and where they stand: 0 at the foot, 1 at the end.
    fn marks(&self) -> impl Iterator<Item = (String, f64)> {
        (0..=TICKS).map(|tick| {
            let part = f64::from(tick) / f64::from(TICKS);
            let value = self.end * part;
            let digits = if self.end < 10.0 { 2 } else { 0 };
            (grouped(&format!("{value:.digits$}")), part)
        })
    }

    fn width(&self) -> f64 {
        count(self.marks().map(|(label, _)| label.len()).max().unwrap_or(0)) * LETTER + 14.0
    }
}

fn colour(number: usize) -> &'static str {
    COLOURS[number % COLOURS.len()]
}

fn bar(svg: &mut String, x: f64, y: f64, width: f64, height: f64, number: usize) {
    let fill = colour(number);
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>"
    );
}

fn line(svg: &mut String, x1: f64, y1: f64, x2: f64, y2: f64) {
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#d4d8dd\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ =
        writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escaped(text));
}

/// The beginning of a text that is wider than so many letters.
fn cut(text: &str, letters: f64) -> String {
    if count(text.width()) <= letters {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if count(kept.width()) + 3.0 > letters {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}

#[expect(clippy::cast_precision_loss, reason = "a chart has few things in it")]
fn count(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(kind: ChartKind) -> Plot {
        Plot {
            kind,
            categories: vec!["<민원>".into(), "도로".into()],
            series: vec![("상담".into(), vec![Some(39_685.0), None])],
        }
    }

    #[test]
    fn axes_are_round_and_reach_the_largest_value() {
        let ends = [0.0, 0.7, 1.0, 99.0, 100.0, 39_685.0].map(|largest| Axis::of(largest).end);
        assert_eq!(ends.map(|end| format!("{end}")), ["1", "0.8", "1", "100", "100", "40000"]);
    }

    #[test]
    fn every_kind_is_drawn_and_what_is_said_is_escaped() {
        for kind in [ChartKind::Columns, ChartKind::Bars, ChartKind::Lines] {
            let svg = plot(kind).svg();
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"), "{svg}");
            assert!(svg.contains("&lt;민원&gt;") && !svg.contains("<민원>"), "{svg}");
            assert!(!svg.contains("NaN"), "{svg}");
        }
        assert_eq!(Plot { categories: vec![], ..plot(ChartKind::Bars) }.svg(), "");
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(cut("정선군청", 8.0), "정선군청");
        assert_eq!(cut("정선군청 민원과", 8.0), "정선군…");
    }
}
