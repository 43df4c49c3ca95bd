//! The committed schema is the one that is served.

#[test]
fn the_committed_schema_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let served = sangdam::graphql::sdl();
    let differs = committed.lines().zip(served.lines()).position(|(a, b)| a != b);
    assert!(
        committed == served,
        "api/schema.graphql is not what is served (first difference at line {:?}): run `cargo run -p sangdam -- schema > \
         api/schema.graphql`, and look at what clients will meet",
        differs.map(|line| line + 1)
    );
}
