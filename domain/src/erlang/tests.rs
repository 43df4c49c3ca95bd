//! Published values, sums without the recursion, and what holds for every load.

use proptest::prelude::*;

use super::*;

/// So many erlangs, of calls of three minutes.
fn erlangs(erlangs: f64) -> Load {
    Load::of(erlangs * 20.0, 180.0).unwrap()
}

fn target(share: f64, within_seconds: u32) -> Target {
    Target::of(share, within_seconds).unwrap()
}

#[track_caller]
fn assert_near(actual: f64, published: f64, tolerance: f64) {
    assert!((actual - published).abs() <= tolerance, "{actual}, not {published}");
}

/// a^n ÷ n! over the sum of a^k ÷ k!, as Erlang wrote it.
fn blocked_by_sums(lines: u32, erlangs: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for line in 1..=lines {
        term *= erlangs / f64::from(line);
        sum += term;
    }
    term / sum
}

#[test]
fn erlang_b_is_that_of_the_tables() {
    // Lines, and the erlangs that they carry where one call in a hundred, or in a thousand, is lost.
    let tables = [
        (1, 0.0101, 0.01),
        (5, 1.361, 0.01),
        (10, 4.461, 0.01),
        (15, 8.108, 0.01),
        (20, 12.03, 0.01),
        (50, 37.90, 0.01),
        (100, 84.06, 0.01),
        (10, 3.092, 0.001),
        (20, 9.412, 0.001),
    ];
    for (lines, load, blocked) in tables {
        assert_near(erlangs(load).blocked(lines), blocked, blocked / 100.0);
    }
}

#[test]
fn erlang_c_is_that_of_the_textbooks() {
    // Whole fractions, as they are worked out for small numbers of servers.
    for (agents, load, waits) in [(1, 0.5, 0.5), (2, 1.0, 1.0 / 3.0), (3, 2.0, 4.0 / 9.0)] {
        assert_near(erlangs(load).waits(agents), waits, 1e-12);
    }
}

#[test]
fn the_worked_example_of_a_call_centre_comes_out() {
    // 200 calls an hour of three minutes, 80 % within 20 seconds: 14 agents; of the calls 17.4 % wait, 88.8 % are
    // answered within 20 seconds, after 7.8 seconds on average; agents are busy for 71.4 % of their time.
    let load = Load::of(200.0, 180.0).unwrap();
    assert_near(load.erlangs(), 10.0, 1e-12);
    assert_eq!(load.agents_needed(target(0.8, 20)), 14);
    assert_near(load.waits(14), 0.1741, 0.00005);
    assert_near(load.answered_within(14, 20), 0.8884, 0.00005);
    assert_near(load.average_wait_seconds(14).unwrap(), 7.8, 0.05);
    assert_near(load.occupancy(14).unwrap(), 0.714, 0.0005);
    // With one agent more than erlangs.
    assert_near(load.waits(11), 0.6821, 0.00005);
    assert_near(load.answered_within(11, 20), 0.3896, 0.00005);
}

#[test]
fn a_queue_that_grows_without_end_has_no_average() {
    let load = erlangs(4.0);
    for agents in [0, 3, 4] {
        assert_eq!((load.waits(agents), load.answered_within(agents, 600)), (1.0, 0.0));
        assert_eq!((load.average_wait_seconds(agents), load.occupancy(agents)), (None, None));
    }
    assert!(load.average_wait_seconds(5).is_some());
}

#[test]
fn nobody_is_needed_where_nobody_calls() {
    let load = erlangs(0.0);
    assert_eq!(load.agents_needed(target(0.99, 0)), 0);
    assert_eq!((load.blocked(1), load.waits(1), load.answered_within(1, 0)), (0.0, 0.0, 1.0));
    assert_eq!((load.average_wait_seconds(1), load.occupancy(1)), (Some(0.0), Some(0.0)));
}

#[test]
fn the_largest_load_takes_no_time() {
    let load = erlangs(Load::ERLANGS_MAX);
    assert_eq!(load.blocked(u32::MAX), 0.0);
    let needed = load.agents_needed(target(0.8, 20));
    assert!((100_000..100_500).contains(&needed), "{needed}");
}

#[test]
fn what_is_no_load_or_no_target_is_refused() {
    for (calls, seconds) in [
        (-1.0, 180.0),
        (f64::NAN, 180.0),
        (f64::INFINITY, 180.0),
        (10.0, 0.0),
        (10.0, -1.0),
        (10.0, f64::NAN),
        (0.0, f64::INFINITY),
        (1e9, 180.0),
    ] {
        assert!(Load::of(calls, seconds).is_err(), "{calls} {seconds}");
    }
    let message = Load::of(-1.0, 180.0).unwrap_err().to_string();
    assert!(message.starts_with("-1 calls an hour of 180 seconds each are no load"), "{message}");
    for share in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
        assert!(Target::of(share, 20).is_err(), "{share}");
    }
}

proptest! {
    #[test]
    fn the_recursion_gives_the_sums(lines in 0u32..=60, load in 0.0f64..40.0) {
        let (recursive, direct) = (erlangs(load).blocked(lines), blocked_by_sums(lines, erlangs(load).erlangs()));
        prop_assert!((recursive - direct).abs() <= 1e-12, "{recursive} {direct}");
    }

    #[test]
    fn more_agents_never_make_anything_worse(agents in 0u32..400, load in 0.0f64..300.0, seconds in 0u32..600) {
        let load = erlangs(load);
        prop_assert!(load.blocked(agents + 1) <= load.blocked(agents));
        prop_assert!(load.waits(agents + 1) <= load.waits(agents));
        prop_assert!(load.answered_within(agents + 1, seconds) >= load.answered_within(agents, seconds));
        let (fewer, more) = (load.average_wait_seconds(agents), load.average_wait_seconds(agents + 1));
        prop_assert!(fewer.is_none_or(|fewer| more.is_some_and(|more| more <= fewer)));
    }

    #[test]
    fn more_calls_never_make_anything_better(agents in 1u32..400, load in 0.0f64..300.0, more in 0.0f64..50.0) {
        let (load, more) = (erlangs(load), erlangs(load + more));
        prop_assert!(more.blocked(agents) >= load.blocked(agents));
        prop_assert!(more.waits(agents) >= load.waits(agents) - 1e-12);
        prop_assert!(more.agents_needed(target(0.8, 20)) >= load.agents_needed(target(0.8, 20)));
    }

    #[test]
    fn shares_are_shares(agents in 0u32..400, load in 0.0f64..300.0, seconds in 0u32..600) {
        let load = erlangs(load);
        let answered = load.answered_within(agents, seconds);
        for share in [load.blocked(agents), load.waits(agents), answered] {
            prop_assert!((0.0..=1.0).contains(&share), "{share}");
        }
        // Whoever would be lost waits, and some of those who would get through wait behind others.
        prop_assert!(load.waits(agents) >= load.blocked(agents) * (1.0 - 1e-12));
        prop_assert!(load.answered_within(agents, seconds + 1) >= answered);
        if f64::from(agents) > load.erlangs() {
            prop_assert!((load.answered_within(agents, 0) - (1.0 - load.waits(agents))).abs() <= 1e-12);
        }
    }

    #[test]
    fn the_agents_needed_are_the_fewest(load in 0.001f64..300.0, percent in 1u8..=99, seconds in 0u32..600) {
        let (load, share) = (erlangs(load), f64::from(percent) / 100.0);
        let needed = load.agents_needed(target(share, seconds));
        prop_assert!(f64::from(needed) > load.erlangs());
        prop_assert!(load.answered_within(needed, seconds) >= share);
        prop_assert!(load.answered_within(needed - 1, seconds) < share);
    }
}
