//! Ten copies of one matter are one answer, with a count.

use std::cmp::Ordering;
use std::collections::HashMap;

use sangdam_domain::id::ConsultationId;

use crate::document::Facts;
use crate::matter::Signature;
use crate::rank::Hit;

/// Hits that score less than this share of the best are not similar.
pub(crate) const SCORE_SHARE_MIN: f32 = 0.4;
/// How many matters are told apart for each that is asked for, the best ones: further ones could not rank among those asked for.
const MATTERS_FOR_EACH: usize = 4;
/// How many matters are told apart at least, and at most.
const MATTERS: std::ops::RangeInclusive<usize> = 20..=256;
/// How many consultations of a matter are named.
const EVIDENCE_MAX: usize = 5;
/// How much higher ranks what was settled at the first contact, than what never was.
const FIRST_CONTACT_BONUS: f32 = 0.15;

/// Consultations about one matter.
#[derive(Clone, PartialEq, Debug)]
pub struct Matter {
    /// How near it is to what was asked, the most at the first place. It says nothing across questions.
    pub score: f32,
    /// How many similar consultations there are about it.
    pub consultations: u32,
    /// Of them, those settled by the agent, in the first call, with no transfer requested.
    pub at_first_contact: u32,
    /// The best of them, best first.
    pub evidence: Vec<ConsultationId>,
    signature: Signature,
    category: u64,
}

impl Matter {
    /// Whether a consultation is about this matter.
    pub(crate) fn is_about(&self, facts: &Facts) -> bool {
        self.category == facts.category && self.signature.is_near(facts.signature)
    }
}

/// Gathers hits by what they are about; the best matters first, at most `first` of them.
pub(crate) fn grouped(mut hits: Vec<Hit>, by_words: bool, first: usize) -> Vec<Matter> {
    hits.iter_mut().for_each(|hit| hit.score *= bonus(f32::from(u8::from(hit.facts.at_first_contact))));
    hits.sort_unstable_by(best_first);
    // Without words all hits are alike, and the most frequent matter may come late.
    let matters_max = if by_words { first.saturating_mul(MATTERS_FOR_EACH) } else { usize::MAX };
    let matters_max = matters_max.clamp(*MATTERS.start(), *MATTERS.end());
    let mut matters: Vec<Matter> = Vec::new();
    let mut known: HashMap<(u64, Signature), usize> = HashMap::new();
    for hit in &hits {
        let exactly = (hit.facts.category, hit.facts.signature);
        let of = known.get(&exactly).copied();
        let of = of.or_else(|| matters.iter().position(|matter| matter.is_about(&hit.facts)));
        let of = match of {
            Some(of) => of,
            None if matters.len() < matters_max => {
                matters.push(Matter::begun_by(hit));
                matters.len() - 1
            }
            None => continue,
        };
        known.insert(exactly, of);
        matters[of].add(hit);
    }
    for matter in &mut matters {
        matter.settle(by_words);
    }
    matters.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.evidence.cmp(&b.evidence)));
    matters.truncate(first);
    matters
}

/// The best first; of those as good, the newest.
fn best_first(a: &Hit, b: &Hit) -> Ordering {
    b.score.total_cmp(&a.score).then_with(|| b.facts.opened.cmp(&a.facts.opened))
}

fn bonus(share: f32) -> f32 {
    1.0 + FIRST_CONTACT_BONUS * share
}

impl Matter {
    fn begun_by(hit: &Hit) -> Self {
        Self {
            // Without what being settled at the first contact adds: the matter's share of that comes at the end.
            score: 0.0,
            consultations: 0,
            at_first_contact: 0,
            evidence: Vec::new(),
            signature: hit.facts.signature,
            category: hit.facts.category,
        }
    }

    fn add(&mut self, hit: &Hit) {
        self.score = self.score.max(hit.score / bonus(f32::from(u8::from(hit.facts.at_first_contact))));
        self.consultations += 1;
        self.at_first_contact += u32::from(hit.facts.at_first_contact);
        if self.evidence.len() < EVIDENCE_MAX {
            self.evidence.push(hit.id);
        }
    }

    /// The matter's own score. Where there were no words to be near to, how often it comes up counts.
    fn settle(&mut self, by_words: bool) {
        let share = self.at_first_contact as f32 / self.consultations.max(1) as f32;
        let nearness = if by_words { self.score } else { (self.consultations as f32).ln_1p() };
        self.score = nearness * bonus(share);
    }
}

#[cfg(test)]
mod tests {
    use sangdam_domain::log::Position;
    use uuid::Uuid;

    use super::*;
    use crate::analysis::Text;

    fn hit(id: u128, score: f32, text: &str, at_first_contact: bool) -> Hit {
        let signature = Signature::of(&Text::new(text).all_terms());
        let opened = Position::new(u64::try_from(id).unwrap()).unwrap();
        let facts = Facts { opened, signature, at_first_contact, counts: true, ..Facts::default() };
        Hit { id: ConsultationId::from_uuid(Uuid::from_u128(id)), score, facts }
    }

    #[test]
    fn copies_of_a_matter_are_one_with_a_count() {
        let copies = (1..=10).map(|id| hit(id, 5.0, "여권 재발급 준비물 문의", id % 2 == 0));
        let other = hit(11, 4.0, "대형폐기물 스티커 파는 곳 문의", true);
        let matters = grouped(copies.chain([other]).collect(), true, 5);
        assert_eq!(matters.len(), 2);
        assert_eq!((matters[0].consultations, matters[0].at_first_contact), (10, 5));
        assert_eq!(matters[0].evidence.len(), EVIDENCE_MAX);
        // Settled at the first contact, and the newest of those.
        assert_eq!(matters[0].evidence[0], hit(10, 0.0, "", true).id);
    }

    #[test]
    fn what_was_settled_at_the_first_contact_ranks_higher() {
        let slow = hit(1, 5.0, "지방세 납부 방법 문의", false);
        let quick = hit(2, 4.9, "자동차세 연납 신청 문의", true);
        let matters = grouped(vec![slow, quick], true, 5);
        assert_eq!(matters[0].evidence, [quick.id]);
    }

    #[test]
    fn without_words_what_comes_up_most_is_first() {
        let often = (1..=5).map(|id| hit(id, 1.0, "여권 재발급 준비물 문의", false));
        let matters = grouped(often.chain([hit(9, 1.0, "가로등 고장 신고", false)]).collect(), false, 1);
        assert_eq!((matters.len(), matters[0].consultations), (1, 5));
    }
}
