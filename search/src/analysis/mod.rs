//! From a text to the terms under which it is found: Korean without a dictionary, English by its stems.
//!
//! A Korean word (어절) loses its particle or ending, and what is left becomes its pairs of syllables: compounds are found by
//! their parts, however they are spaced and whatever is misspelt in one place. The first pair counts once more as the
//! beginning of a word, which tells `등록` in `등록 기준지` from that in `주민등록`. The pairs and their weights were chosen on one half of
//! a public collection and measured on the other: `docs/search.md`.

mod grammar;
mod mask;

use std::ops::Range;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

/// What marks a term as the beginning of a word.
const BEGINS: char = '^';
/// The longest word that is looked into, in characters: what is longer is nobody's language.
const WORD_CHARS_MAX: usize = 60;

static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));

/// A text as it is analysed: in compatibility composition (NFKC), long runs of digits masked.
pub struct Text(Vec<char>);

/// What a word is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Hangul,
    /// Chinese characters and kana, which have no spaces either, and no particles that could be cut off.
    Ideographs,
    Letters,
    Digits,
}

impl Text {
    /// Normalises and masks.
    pub fn new(text: &str) -> Self {
        let mut chars: Vec<char> = text.nfkc().collect();
        mask::mask(&mut chars);
        Self(chars)
    }

    /// The characters: what the ranges of terms count.
    pub fn chars(&self) -> &[char] {
        &self.0
    }

    /// Tells each term with the characters that it stands for, in the order of the text.
    pub fn terms(&self, mut tell: impl FnMut(&str, Range<usize>)) {
        let mut term = String::new();
        let mut tell = |chars: &mut dyn Iterator<Item = char>, range: Range<usize>| {
            term.clear();
            term.extend(chars);
            tell(&term, range);
        };
        for (script, word) in words(&self.0) {
            match script {
                Script::Hangul => {
                    let stem = grammar::stem(&self.0[word.clone()]);
                    pairs(stem, word.start, &mut tell);
                }
                Script::Ideographs => pairs(&self.0[word.clone()], word.start, &mut tell),
                Script::Letters => {
                    let lower: String = self.0[word.clone()].iter().flat_map(|c| c.to_lowercase()).collect();
                    whole(&ENGLISH.stem(&lower), word, &mut tell);
                }
                Script::Digits => {
                    let digits: String = self.0[word.clone()].iter().collect();
                    whole(&digits, word, &mut tell);
                }
            }
        }
    }

    /// All terms, in the order of the text.
    pub fn all_terms(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.terms(|term, _| all.push(term.to_owned()));
        all
    }
}

type Tell<'a> = dyn FnMut(&mut dyn Iterator<Item = char>, Range<usize>) + 'a;

/// A word's pairs of neighbouring characters, and its first once more as a beginning.
fn pairs(word: &[char], start: usize, tell: &mut Tell<'_>) {
    let size = word.len().min(2);
    for (offset, pair) in word.windows(size.max(1)).enumerate() {
        tell(&mut pair.iter().copied(), start + offset..start + offset + size);
    }
    let first = word[..size].iter().copied();
    tell(&mut std::iter::once(BEGINS).chain(first), start..start + size);
}

fn whole(word: &str, range: Range<usize>, tell: &mut Tell<'_>) {
    tell(&mut word.chars(), range.clone());
    tell(&mut std::iter::once(BEGINS).chain(word.chars()), range);
}

/// The words: runs of one script.
fn words(chars: &[char]) -> impl Iterator<Item = (Script, Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + chars[at..].iter().position(|c| script(*c).is_some())?;
        let of = script(chars[start])?;
        let length =
            chars[start..].iter().take(WORD_CHARS_MAX).take_while(|c| script(**c) == Some(of)).count();
        at = start + length;
        Some((of, start..at))
    })
}

fn script(c: char) -> Option<Script> {
    match c {
        '가'..='힣' => Some(Script::Hangul),
        '0'..='9' => Some(Script::Digits),
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => Some(Script::Ideographs),
        // Letters of Hangul that form no syllable are laughter and typing errors.
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' => None,
        c if c.is_alphabetic() => Some(Script::Letters),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn terms(text: &str, expected: &[&str]) {
        assert_eq!(Text::new(text).all_terms(), expected);
    }

    #[test]
    fn korean_words_become_pairs_without_their_particles() {
        terms("여권을", &["여권", "^여권"]);
        terms("재발급 신청하려면", &["재발", "발급", "^재발", "신청", "^신청"]);
        terms("물", &["물", "^물"]);
    }

    #[test]
    fn spacing_changes_little() {
        let (apart, together) = (Text::new("여권 재발급").all_terms(), Text::new("여권재발급").all_terms());
        assert!(["여권", "재발", "발급"].iter().all(|pair| together.contains(&(*pair).to_owned())));
        assert_eq!(apart.len(), 5);
    }

    #[test]
    fn english_is_stemmed_and_digits_are_kept() {
        terms("Passports 2종", &["passport", "^passport", "2", "^2", "종", "^종"]);
        terms("ＡＢＣ", &["abc", "^abc"]);
        terms("戶籍謄本", &["戶籍", "籍謄", "謄本", "^戶籍"]);
    }

    #[test]
    fn decomposed_and_full_width_texts_are_the_same() {
        assert_eq!(Text::new("\u{110b}\u{1167}\u{1100}\u{116f}\u{11ab}").all_terms(), ["여권", "^여권"]);
        terms("０１０－１２３４－５６７８", &[]);
        terms("010-1234-5678 통화", &["통화", "^통화"]);
    }

    #[test]
    fn ranges_say_which_characters() {
        let text = Text::new("예, 여권을");
        let mut found = Vec::new();
        text.terms(|term, range| found.push((term.to_owned(), range)));
        assert_eq!(found[2], ("여권".to_owned(), 3..5));
    }
}
