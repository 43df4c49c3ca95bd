//! The search index: it follows, it can be lost, it finds, and it forgets.

mod articles;
mod as_of;
mod forgetting;
mod graphql;
mod keeping;
mod words;
mod world;
