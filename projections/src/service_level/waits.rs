//! Waits, in buckets: exact where it matters, coarse where nobody asks.

/// The longest wait of the bucket that a wait falls into, in seconds: the wait itself up to two minutes, then to the
/// next ten seconds up to ten minutes, then to the next minute.
pub(crate) fn bucket_of(seconds: u32) -> i64 {
    let seconds = i64::from(seconds);
    match seconds {
        0..=120 => seconds,
        121..=600 => (seconds + 9) / 10 * 10,
        _ => (seconds + 59) / 60 * 60,
    }
}

#[cfg(test)]
mod tests {
    use super::bucket_of;

    #[test]
    fn buckets_never_understate_a_wait() {
        assert_eq!([0, 1, 120, 121, 130, 600, 601, 660].map(bucket_of), [0, 1, 120, 130, 130, 600, 660, 660]);
        assert_eq!(bucket_of(u32::MAX), 4_294_967_340);
    }
}
