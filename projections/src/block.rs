//! Positions by blocks of 512: what is noted of a block is small beside what is noted of an event, and near enough to find
//! the events by.

use sangdam_domain::log::Position;

/// How many positions a block has, as a power of 2. Migrations tell of it; it never changes.
const BITS: u32 = 9;

/// The block of a position (1, 2, …).
pub(crate) fn block_of(position: Position) -> i64 {
    (position.as_i64() - 1) >> BITS
}

/// The last position of a block.
pub(crate) fn last_of(block: i64) -> Position {
    Position::new(((block + 1) << BITS).unsigned_abs()).unwrap_or(Position::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_side_by_side() {
        let position = |position| Position::new(position).unwrap();
        assert_eq!([1, 512, 513, 1_024, 1_025].map(|at| block_of(position(at))), [0, 0, 1, 1, 2]);
        assert_eq!([-1, 0, 1].map(last_of), [0, 512, 1_024].map(position));
    }
}
