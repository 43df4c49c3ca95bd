//! The sangdam binary.
fn main() {}
