//! Time, as a parameter.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sangdam_domain::time::Timestamp;

/// Tells the time. Nothing else in the program reads a clock.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
        let now = SystemTime::now();
        let micros = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
        i64::try_from(micros).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MIN)
    }
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `moment`.
    pub fn new(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.micros()))
    }

    /// Sets it, forwards or backwards.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.micros(), Ordering::Relaxed);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed)).unwrap_or(Timestamp::MIN)
    }
}
