//! Calls as a telephone system tells of them.

mod any_order;
mod callbacks;
mod messages;
mod served;
mod world;
