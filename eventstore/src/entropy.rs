//! Randomness, as a parameter.

use std::sync::atomic::{AtomicU64, Ordering};

use rand::rngs::OsRng;
use rand::{RngCore, TryRngCore};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Clock;

/// Gives random bytes. Nothing else in the program makes any.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`, with what ids are made of. They must not repeat, and need not keep a secret: the system's source asks
    /// a generator that it seeds (ChaCha12) instead of the operating system each time.
    fn fill(&self, bytes: &mut [u8]);

    /// 32 bytes for one purpose. The system's source ignores the label; a seeded one gives the same bytes for the same
    /// label, whatever was asked before, so that what is sealed does not depend on order or batching.
    fn derive(&self, label: &[u8]) -> [u8; 32];
}

/// The operating system's source. A process that cannot get randomness cannot keep a secret: it stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the process's own generator is asked"
        )]
        rand::rng().fill_bytes(bytes);
    }

    fn derive(&self, _label: &[u8]) -> [u8; 32] {
        let mut bytes = [0; 32];
        OsRng.unwrap_err().fill_bytes(&mut bytes);
        bytes
    }
}

/// The same bytes on every run: for the demo county and for tests, never for real personal data.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: [u8; 32],
    filled: AtomicU64,
}

impl SeededEntropy {
    /// A source that is wholly determined by `seed`.
    pub fn new(seed: &[u8]) -> Self {
        Self { seed: Sha256::digest(seed).into(), filled: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let count = self.filled.fetch_add(1, Ordering::Relaxed);
            let block =
                Sha256::new().chain_update(self.seed).chain_update(b"fill").chain_update(count.to_be_bytes());
            chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
        }
    }

    fn derive(&self, label: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(self.seed).chain_update(b"derive").chain_update(label).finalize().into()
    }
}

/// A UUIDv7: the clock's milliseconds, then random bits.
pub fn new_uuid_v7(clock: &dyn Clock, entropy: &dyn Entropy) -> Uuid {
    let millis = u64::try_from(clock.now().micros() / 1000).unwrap_or(0);
    let mut random = [0; 10];
    entropy.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_determines_everything_and_a_label_is_independent_of_order() {
        let (a, b) = (SeededEntropy::new(b"x"), SeededEntropy::new(b"x"));
        let first = a.derive(b"one");
        b.derive(b"two");
        assert_eq!(first, b.derive(b"one"));
        assert_ne!(first, b.derive(b"two"));
        let (mut left, mut right) = ([0; 40], [0; 40]);
        a.fill(&mut left);
        b.fill(&mut right);
        assert_eq!(left, right);
        b.fill(&mut right);
        assert_ne!(left, right);
    }

    #[test]
    fn the_system_never_repeats_itself() {
        assert_ne!(SystemEntropy.derive(b"a"), SystemEntropy.derive(b"a"));
    }
}
