//! The positions over which a row changed, as nodes of a tree, so that the rows that were about to change at a position are
//! found by an index: the relational interval tree of Kriegel, Pötke and Seidl, "Managing Intervals Efficiently in
//! Object-Relational Databases", VLDB 2000.
//!
//! The tree is the binary tree over all positions whose node `n` with `k` trailing zero bits stands over the positions
//! between `n - 2^k` and `n + 2^k`. An interval belongs to the highest node within it; an interval around a position then
//! belongs to that position's own node or to one above it.

/// Bits of a position; the domain's positions end below 2^53.
const BITS: u32 = 53;

/// The node of the positions from `since` up to before `held_from`; `None` where there are none.
pub(crate) fn fork(since: i64, held_from: i64) -> Option<i64> {
    let last = held_from - 1;
    if last < since {
        return None;
    }
    let bits_in_common_above = 64 - (since ^ last).leading_zeros();
    Some(match bits_in_common_above.checked_sub(1) {
        None => last,
        Some(highest_difference) => last >> highest_difference << highest_difference,
    })
}

/// The nodes at and above the position that is named in SQL, as a list of expressions.
pub(crate) fn around(position: &str) -> String {
    let node = |bit: u32| format!("((({position} >> {bit}) | 1) << {bit})");
    (0..BITS).map(node).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{BITS, fork};

    #[test]
    fn every_position_of_an_interval_has_its_node_above_it() {
        for since in 1..80 {
            for held_from in since + 1..100 {
                let node = fork(since, held_from).unwrap();
                assert!((since..held_from).contains(&node), "{since}..{held_from}: {node}");
                for position in since..held_from {
                    let above = (0..BITS).any(|bit| ((position >> bit) | 1) << bit == node);
                    assert!(above, "{since}..{held_from}: {node} at {position}");
                }
            }
        }
    }

    #[test]
    fn what_never_changed_has_no_node() {
        assert_eq!(fork(7, 7), None);
    }
}
