//! What the numbers mean: counting definition v1, milestones and the answer rate. Whole numbers only.
//!
//! Counting definition v1: one consultation is one `ConsultationOpened` that was not voided; it counts in the year,
//! month and day of its `occurred_at` in the centre's own zone (see [`crate::calendar::Zone::local`]).

use std::fmt;

/// Whether a count has reached a threshold, on a basis that may begin with a period of which nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MilestoneStatus {
    /// It has.
    Reached,
    /// It has, and perhaps earlier than the known count says.
    ReachedNoLaterThan,
    /// It has not.
    NotReached,
    /// The known count has not; with the unknown period it may have.
    Undeterminable,
}

impl MilestoneStatus {
    /// How a count of `known` consultations, besides an unknown period or none, stands to a threshold.
    pub const fn of(known: u64, threshold: u64, unknown_period: bool) -> Self {
        match (known >= threshold, unknown_period) {
            (true, false) => Self::Reached,
            (true, true) => Self::ReachedNoLaterThan,
            (false, false) => Self::NotReached,
            (false, true) => Self::Undeterminable,
        }
    }

    /// The status as reports and the API write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "REACHED",
            Self::ReachedNoLaterThan => "REACHED_NO_LATER_THAN",
            Self::NotReached => "NOT_REACHED",
            Self::Undeterminable => "UNDETERMINABLE",
        }
    }
}

impl fmt::Display for MilestoneStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Answered ÷ offered, of inbound calls within the opening hours, as two whole numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct AnswerRate {
    /// Calls offered.
    pub offered: u64,
    /// Those of them that were answered.
    pub answered: u64,
}

impl AnswerRate {
    /// In tenths of a percent, half a tenth rounded up: 998 is 99.8 %. `None` where nothing was offered.
    pub fn per_mille(self) -> Option<u32> {
        Share::from(self).per_mille()
    }
}

/// In percent with one decimal, without the sign: `99.8`; `-` where nothing was offered.
impl fmt::Display for AnswerRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Share::from(*self).fmt(f)
    }
}

/// A part of a whole, as two whole numbers: so every rate keeps its denominator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Share {
    /// How many of them.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl From<AnswerRate> for Share {
    fn from(rate: AnswerRate) -> Self {
        Self { part: rate.answered, whole: rate.offered }
    }
}

impl Share {
    /// In tenths of a percent, half a tenth rounded up: 998 is 99.8 %. `None` where the whole is nothing.
    pub fn per_mille(self) -> Option<u32> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        let rounded = (part * 2_000 + whole).checked_div(whole * 2)?;
        u32::try_from(rounded).ok()
    }
}

/// In percent with one decimal, without the sign: `99.8`; `-` where the whole is nothing.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.per_mille() {
            Some(tenths) => write!(f, "{}.{}", tenths / 10, tenths % 10),
            None => f.write_str("-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_milestone_has_four_answers() {
        let answers = [(100_000, false), (100_000, true), (99_999, false), (99_999, true)]
            .map(|(known, unknown)| MilestoneStatus::of(known, 100_000, unknown).as_str());
        assert_eq!(answers, ["REACHED", "REACHED_NO_LATER_THAN", "NOT_REACHED", "UNDETERMINABLE"]);
    }

    #[test]
    fn the_rate_is_rounded_half_up_and_never_divides_by_nothing() {
        let rate = |answered, offered| AnswerRate { offered, answered }.to_string();
        assert_eq!(rate(998, 1_000), "99.8");
        assert_eq!(rate(1_995, 2_000), "99.8");
        assert_eq!(rate(1_994, 2_000), "99.7");
        assert_eq!(rate(5, 5), "100.0");
        assert_eq!(rate(0, 5), "0.0");
        assert_eq!(rate(0, 0), "-");
        assert_eq!(rate(u64::MAX, u64::MAX), "100.0");
    }
}
