//! Which part of a text answers to a question, and which words of it do. The text comes from the ledger: the index has none.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::analysis::Text;

/// How long a fragment is at most, in characters.
const FRAGMENT_CHARS: usize = 120;

/// A part of a text with the words that answer to a question. Long runs of digits are masked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fragment {
    /// The part, in compatibility composition (NFKC).
    pub text: String,
    /// The words in it: first character and the one behind the last, counted in Unicode scalar values.
    pub marks: Vec<Range<usize>>,
}

/// The part of a text in which most different terms of a question stand; its beginning where none does.
pub fn highlight(text: &str, question: &str) -> Fragment {
    let text = Text::new(text);
    let mut wanted = BTreeSet::new();
    Text::new(question).terms(|term, _| {
        wanted.insert(term.to_owned());
    });
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    text.terms(|term, range| {
        if wanted.contains(term) {
            found.push((term.to_owned(), range));
        }
    });
    let begin = best_begin(&found, text.chars().len());
    let end = (begin + FRAGMENT_CHARS).min(text.chars().len());
    let inside =
        found.into_iter().map(|(_, range)| range).filter(|range| begin <= range.start && range.end <= end);
    Fragment {
        text: text.chars()[begin..end].iter().collect(),
        marks: joined(inside).map(|mark| mark.start - begin..mark.end - begin).collect(),
    }
}

/// Where the fragment with the most different terms begins; the first of those.
fn best_begin(found: &[(String, Range<usize>)], chars: usize) -> usize {
    let Some((_, last)) = found.last() else { return 0 };
    if chars <= FRAGMENT_CHARS || last.end <= FRAGMENT_CHARS {
        return 0;
    }
    let different_from = |first: usize| {
        let begin = found[first].1.start;
        let inside = found[first..].iter().take_while(|(_, range)| range.end <= begin + FRAGMENT_CHARS);
        inside.map(|(term, _)| term).collect::<BTreeSet<_>>().len()
    };
    let best = (0..found.len()).max_by_key(|first| (different_from(*first), std::cmp::Reverse(*first)));
    let begin = best.map_or(0, |first| found[first].1.start);
    begin.min(chars.saturating_sub(FRAGMENT_CHARS))
}

/// Ranges that touch or overlap, joined. They come in the order of their beginnings, apart from first pairs.
fn joined(ranges: impl Iterator<Item = Range<usize>>) -> impl Iterator<Item = Range<usize>> {
    let mut sorted: Vec<Range<usize>> = ranges.collect();
    sorted.sort_unstable_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(fragment: &Fragment) -> Vec<String> {
        let chars: Vec<char> = fragment.text.chars().collect();
        fragment.marks.iter().map(|mark| chars[mark.clone()].iter().collect()).collect()
    }

    #[test]
    fn words_are_marked_whatever_hangs_on_them() {
        let fragment = highlight("잃어버린 여권을 재발급하려 하심", "여권 재발급");
        assert_eq!(marked(&fragment), ["여권", "재발급"]);
    }

    #[test]
    fn the_part_that_answers_is_shown_of_a_long_text() {
        let text = format!("{} 여권 재발급 준비물 안내", "다른 이야기가 길게 이어짐. ".repeat(30));
        let fragment = highlight(&text, "여권 재발급");
        assert!(fragment.text.chars().count() <= FRAGMENT_CHARS);
        assert_eq!(marked(&fragment), ["여권", "재발급"]);
    }

    #[test]
    fn telephone_numbers_are_not_shown() {
        let fragment = highlight("회신 번호 010-1234-5678", "번호");
        assert_eq!(fragment.text, "회신 번호 •••••••••••••");
        assert_eq!(marked(&fragment), ["번호"]);
        assert!(highlight("", "번호").text.is_empty());
    }
}
