//! Going through history: in a terminal, by GraphQL, and past an erasure.

mod desk;
mod erasure;
mod known;
mod long;
mod pages;
mod terminal;
