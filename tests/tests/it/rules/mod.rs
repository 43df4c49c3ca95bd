//! What holds for the repository as a whole, and what no compiler checks.

mod documents;
mod layers;
mod migrations;
mod sources;
