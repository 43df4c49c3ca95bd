//! What Korean grammar hangs onto a word: particles behind nouns, endings behind verbs and adjectives.
//!
//! These are closed classes, a page of any grammar, not a dictionary: no noun and no stem is listed. Cutting them off
//! makes `여권을`, `여권은` and `여권` one word.

use std::collections::HashSet;
use std::sync::LazyLock;

/// How many syllables must be left of a word.
const STEM_SYLLABLES_MIN: usize = 2;

/// Endings (어미) of the verbs and adjectives by which things are asked and answered, 하다 and 되다 above all.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "하는", "하고", "하여", "해서", "하면", "한", "할", "하기", "하며", "하나요", "합니다", "하십시오", "하세요", "하려면", "하려고",
    "하지", "했는데", "했습니다", "해야", "해", "하는데", "하였", "하게", "한다", "하는지", "하나", "할까요", "한지", "하는가", "하면서",
    "하거나", "하도록", "하였습니다", "한다면", "합니까", "함",
    "되는", "되고", "되어", "되면", "된", "될", "되나요", "됩니다", "되지", "됐", "되었", "되는가", "되는지", "되나", "된다", "됨", "됩니까",
    "있는", "있나요", "있습니다", "있어요", "인데", "입니까", "습니다", "습니까", "나요", "는지", "는데", "는가", "는가요", "던",
    "시키는", "받는", "받을", "싶은", "싶습니다", "싶어요", "싶은데", "주세요",
];

/// Particles (조사), and what turns a noun into a predicate.
#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "은", "는", "이", "가", "을", "를", "의", "에", "에서", "에게", "에게서", "께", "께서", "으로", "로", "으로서", "로서", "으로써", "로써",
    "와", "과", "랑", "이랑", "하고", "도", "만", "부터", "까지", "마다", "보다", "처럼", "같이", "이나", "나", "이란", "란", "이라는",
    "라는", "이며", "며", "이고", "고", "인", "인가", "인가요", "인지", "이면", "입니다", "이다", "대로", "밖에", "조차", "마저", "한테", "및",
    "등", "들", "들은", "들이", "들의", "들을", "에는", "에서는", "으로는", "로는", "에도", "에의", "까지의", "부터는", "이나요", "나요",
    "이에요", "예요", "이라", "라", "요", "여부",
];

static ENDING: LazyLock<Tails> = LazyLock::new(|| Tails::of(ENDINGS));
static PARTICLE: LazyLock<Tails> = LazyLock::new(|| Tails::of(PARTICLES));

/// A word of Hangul syllables without the longest ending that it has, or else without the longest particle.
pub(super) fn stem(word: &[char]) -> &[char] {
    let cut = ENDING.longest(word).or_else(|| PARTICLE.longest(word)).unwrap_or(0);
    &word[..word.len() - cut]
}

/// What words end with, looked up by their last syllables.
struct Tails {
    all: HashSet<Vec<char>>,
    syllables_max: usize,
}

impl Tails {
    fn of(tails: &[&str]) -> Self {
        let all: HashSet<Vec<char>> = tails.iter().map(|tail| tail.chars().collect()).collect();
        Self { syllables_max: all.iter().map(Vec::len).max().unwrap_or(0), all }
    }

    /// How many syllables the longest of these takes from the word's end, leaving enough of it.
    fn longest(&self, word: &[char]) -> Option<usize> {
        let room = word.len().checked_sub(STEM_SYLLABLES_MIN)?;
        let lengths = 1..=room.min(self.syllables_max);
        lengths.rev().find(|length| self.all.contains(&word[word.len() - length..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn stems(word: &str, stemmed: &str) {
        let word: Vec<char> = word.chars().collect();
        assert_eq!(stem(&word).iter().collect::<String>(), stemmed);
    }

    #[test]
    fn particles_and_endings_go() {
        stems("여권을", "여권");
        stems("여권에서는", "여권");
        stems("신청하려면", "신청");
        stems("재발급되나요", "재발급");
        stems("접수하였습니다", "접수");
    }

    #[test]
    fn the_longest_that_leaves_enough_goes() {
        stems("서류들의", "서류");
        stems("우리들의", "우리");
        stems("교육하도록", "교육");
        stems("물에서는", "물에서");
    }

    #[test]
    fn two_syllables_are_left() {
        stems("나무가", "나무");
        stems("도로", "도로");
        stems("물이", "물이");
    }
}
