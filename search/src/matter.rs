//! When two consultations are about the same matter: signatures that are near where texts share most of their terms.

use crate::hash::{hash, rehash};

/// How many of the 128 bits may differ between two texts of one matter. Texts that share nothing differ in 64 ± 6 bits, those that
/// share half of their terms in 43 ± 6, and those that share three quarters in 29 ± 5.
const BITS_APART_MAX: u32 = 36;

/// A SimHash (Charikar 2002) of 128 bits over the different terms of a text: each bit is what most terms' hashes say. The
/// angle between two texts' terms is the share of bits in which they differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Signature(pub(crate) [u64; 2]);

impl Signature {
    /// Of a text's terms, in any order.
    pub(crate) fn of(terms: &[String]) -> Self {
        let mut different: Vec<&str> = terms.iter().map(String::as_str).collect();
        different.sort_unstable();
        different.dedup();
        let mut votes = [0_i32; 128];
        for term in different {
            let low = hash(term);
            let bits = u128::from(low) | u128::from(rehash(low)) << 64;
            for (bit, vote) in votes.iter_mut().enumerate() {
                *vote += if bits >> bit & 1 == 1 { 1 } else { -1 };
            }
        }
        let word = |votes: &[i32]| {
            votes.iter().enumerate().fold(0, |word, (bit, vote)| word | u64::from(*vote > 0) << bit)
        };
        Self([word(&votes[..64]), word(&votes[64..])])
    }

    /// In how many bits they differ.
    pub(crate) fn apart(self, other: Self) -> u32 {
        (self.0[0] ^ other.0[0]).count_ones() + (self.0[1] ^ other.0[1]).count_ones()
    }

    /// Whether texts with these signatures are about one matter.
    pub(crate) fn is_near(self, other: Self) -> bool {
        self.apart(other) <= BITS_APART_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Text;

    fn signature(text: &str) -> Signature {
        Signature::of(&Text::new(text).all_terms())
    }

    #[test]
    fn the_same_matter_in_other_words_is_near() {
        let first = signature(
            "가족여행을 앞두고 10년 복수여권 신규 발급 신청 방법과 준비물 문의. 출국은 5월이라고 함.",
        );
        let again = signature(
            "해외 출장을 앞두고 10년 복수여권 신규 발급 신청 방법과 준비물 문의. 출국은 7월이라고 함.",
        );
        let other =
            signature("마을회관 옆 음식물 쓰레기가 사흘째 수거되지 않아 지저분하다 하심. 위치는 북평면.");
        assert!(first.is_near(again), "{}", first.apart(again));
        assert!(!first.is_near(other), "{}", first.apart(other));
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        assert_eq!(signature("여권 재발급 여권"), signature("재발급 여권"));
    }
}
