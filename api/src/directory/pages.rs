//! Which entries stand on which page of the booklet. A page holds what is sure to fit on it: lines are counted as they break at
//! words, and somewhat too many rather than too few.

use unicode_width::UnicodeWidthStr;

use super::edition::{Edition, Line, Need};

/// What stands on a page: parts of needs, in order.
pub(super) type Page<'a> = Vec<Part<'a>>;

/// A need, or what of it stands on one page.
pub(super) struct Part<'a> {
    pub need: &'a Need,
    pub lines: &'a [Line],
    /// Whether it began on a page before.
    pub goes_on: bool,
}

/// Heights in millimetres, as booklet.css sets them.
const PAGE: usize = 176;
const HEADING: usize = 24;
const ENTRY: usize = 31;
const OFFICE_LINE: usize = 8;
const DUTIES_LINE: usize = 7;
/// How wide a line is, in columns of half a letter of Hangul: less than what fits, since lines break at words.
const OFFICE_COLUMNS: usize = 34;
const DUTIES_COLUMNS: usize = 38;

/// Every entry on its page. A need is not torn apart where it fits on a page of its own.
pub(super) fn pages(edition: &Edition) -> Vec<Page<'_>> {
    let mut pages: Vec<Page<'_>> = Vec::new();
    let mut left = 0;
    for need in &edition.needs {
        let whole = HEADING + need.lines.iter().map(height).sum::<usize>();
        let mut rest = need.lines.as_slice();
        let mut goes_on = false;
        if whole > left && whole <= PAGE {
            pages.push(Vec::new());
            left = PAGE;
        }
        while !rest.is_empty() {
            let fitting = fitting(rest, left.saturating_sub(HEADING));
            if fitting == 0 && left < PAGE {
                pages.push(Vec::new());
                left = PAGE;
                continue;
            }
            let (lines, behind) = rest.split_at(fitting.max(1));
            left = left.saturating_sub(HEADING + lines.iter().map(height).sum::<usize>());
            if let Some(page) = pages.last_mut() {
                page.push(Part { need, lines, goes_on });
            }
            (rest, goes_on) = (behind, true);
        }
    }
    pages
}

/// How many of the entries fit.
fn fitting(lines: &[Line], mut left: usize) -> usize {
    let fits = |line: &&Line| {
        let rest = left.checked_sub(height(line));
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    lines.iter().take_while(fits).count()
}

fn height(line: &Line) -> usize {
    let listing = &line.listing;
    let office = format!("{} {}", listing.organisation.as_str(), listing.department.as_str());
    let hours = usize::from(listing.hours.is_some());
    ENTRY
        + OFFICE_LINE * (rows(&office, OFFICE_COLUMNS) - 1)
        + DUTIES_LINE * (rows(listing.duties.as_str(), DUTIES_COLUMNS) - 1 + hours)
}

fn rows(text: &str, columns: usize) -> usize {
    text.width().div_ceil(columns).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::edition::testing::edition;

    #[test]
    fn every_entry_stands_on_one_page_and_none_is_overfull() {
        for sizes in [&[3, 1, 4][..], &[1], &[40], &[4, 4, 4, 4, 4], &[2, 17, 1]] {
            let edition = edition(sizes);
            let pages = pages(&edition);
            let printed: Vec<u32> =
                pages.iter().flatten().flat_map(|part| part.lines.iter().map(|line| line.rank)).collect();
            let all: Vec<u32> = (1..=sizes.iter().sum()).collect();
            assert_eq!(printed, all, "{sizes:?}");
            for page in &pages {
                let height: usize =
                    page.iter().map(|part| HEADING + part.lines.iter().map(height).sum::<usize>()).sum();
                assert!(!page.is_empty() && height <= PAGE, "{sizes:?}: {height} mm");
            }
        }
    }

    #[test]
    fn a_need_is_torn_apart_only_where_it_must_be() {
        let edition = edition(&[2, 2, 30]);
        let pages = pages(&edition);
        let torn: Vec<bool> = pages.iter().flatten().map(|part| part.goes_on).collect();
        assert_eq!(torn[..3], [false, false, false]);
        assert!(torn[3..].iter().all(|goes_on| *goes_on), "{torn:?}");
    }
}
