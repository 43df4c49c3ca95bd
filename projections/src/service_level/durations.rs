//! How long things took: how many of them took how many seconds.

/// How many things took how long, to the second.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Durations(Vec<(u32, u64)>);

impl Durations {
    /// From (seconds, how many), shortest first and each length once.
    pub(crate) fn of(counted: Vec<(u32, u64)>) -> Self {
        Self(counted)
    }

    /// (seconds, how many took so long), shortest first.
    pub fn counted(&self) -> &[(u32, u64)] {
        &self.0
    }

    /// How many things.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// How long they took altogether, in seconds.
    pub fn sum_seconds(&self) -> u64 {
        self.0.iter().map(|(seconds, count)| u64::from(*seconds) * count).sum()
    }

    /// How long one took on average, in whole seconds; `None` where there is none.
    pub fn average_seconds(&self) -> Option<u64> {
        self.sum_seconds().checked_div(self.count())
    }

    /// So many percent of them took at most so long, in seconds, by the nearest rank: it is the length of one of them.
    /// `None` where there is none.
    pub fn percentile_seconds(&self, percent: u8) -> Option<u32> {
        percentile(&self.0, percent)
    }
}

/// The shortest length that so many percent do not exceed.
pub(super) fn percentile(counted: &[(u32, u64)], percent: u8) -> Option<u32> {
    let all: u64 = counted.iter().map(|(_, count)| count).sum();
    let wanted = (all * u64::from(percent.min(100))).div_ceil(100).max(1);
    let mut so_far = 0;
    counted.iter().find_map(|(seconds, count)| {
        so_far += count;
        (so_far >= wanted).then_some(*seconds)
    })
}

#[cfg(test)]
mod tests {
    use super::Durations;

    #[test]
    fn percentiles_are_lengths_that_were_there() {
        let durations = Durations::of(vec![(10, 1), (20, 2), (90, 1)]);
        assert_eq!((durations.count(), durations.sum_seconds()), (4, 140));
        assert_eq!(durations.average_seconds(), Some(35));
        let percentiles = [0, 25, 26, 50, 75, 76, 90, 100, 255].map(|p| durations.percentile_seconds(p));
        assert_eq!(percentiles, [10, 10, 20, 20, 20, 90, 90, 90, 90].map(Some));
        let none = Durations::default();
        assert_eq!((none.average_seconds(), none.percentile_seconds(50)), (None, None));
    }
}
