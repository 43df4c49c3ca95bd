//! How many nanoseconds a cache line takes from one core to another and back. Two cores that share a cache are some tens of ns apart
//! there and back, two that do not several hundred; a virtual machine's cores are moved from the one to the other by its host,
//! and whoever hands work from core to core is slower then.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

/// The middle one of so many parts counts: in some, somebody else has a core.
const PARTS: u32 = 25;
const ROUNDS: u32 = 8_000;

/// Kept away from what lies beside it.
#[repr(align(128))]
struct Line(AtomicU32);

impl Line {
    /// Waits until the other side has come to here, and goes one further.
    fn step(&self, from: u32) {
        while self.0.load(Ordering::Acquire) != from {
            spin_loop();
        }
        self.0.store(from + 1, Ordering::Release);
    }
}

fn main() {
    let line = Line(AtomicU32::new(0));
    // Both are always at work, so that each has a core of its own.
    let mut nanoseconds: Vec<f64> = thread::scope(|scope| {
        scope.spawn(|| (0..PARTS * ROUNDS).for_each(|round| line.step(2 * round + 1)));
        let part = |part: u32| {
            let begun = Instant::now();
            (part * ROUNDS..(part + 1) * ROUNDS).for_each(|round| line.step(2 * round));
            begun.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
        };
        (0..PARTS).map(part).collect()
    });
    nanoseconds.sort_by(f64::total_cmp);
    println!("{:.0}", nanoseconds[nanoseconds.len() / 2]);
}
