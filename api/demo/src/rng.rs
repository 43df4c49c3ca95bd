//! Seeded randomness. Everything is built on `next_u64` of ChaCha8, whose output is fixed by its specification, so that
//! no release of a library changes the demo county.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// One stream of numbers. Streams of different purposes don't disturb each other.
pub(crate) struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream of a purpose.
    pub(crate) fn new(seed: [u8; 32], purpose: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(seed);
        rng.set_stream(purpose);
        Self(rng)
    }

    /// Any number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let scaled = (u128::from(self.next()) * u128::from(n)) >> 64;
        u64::try_from(scaled).unwrap_or(0)
    }

    /// An index below `n`; 0 where `n` is 0.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).unwrap_or(0)
    }

    /// A number from `low` to `high`, both possible.
    pub(crate) fn range(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).saturating_add(1);
        low + self.below(u64::try_from(width).unwrap_or(0)).cast_signed()
    }

    /// True in so many of 1,000 cases.
    pub(crate) fn permille(&mut self, chance: u64) -> bool {
        self.below(1000) < chance
    }

    /// One of the items, each as likely. There must be one.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// The index of one of the weights, as likely as it is heavy; 0 where none weighs anything.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    /// A number of a skewed distribution given by its values at 0 %, 10 %, … 100 %; straight lines in between.
    pub(crate) fn deciles(&mut self, values: &[i64; 11]) -> i64 {
        let step = self.index(10);
        self.range(values[step], values[step + 1])
    }

    /// Random bytes for ids.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}
