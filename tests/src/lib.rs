//! The harness of the integration tests: a fresh database for each test on either engine, and the real program started
//! on it. What only one test needs stands with that test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a harness that cannot do its work ends the test, saying why"
)]

pub mod database;
pub mod program;
pub mod queue_log;
pub mod repository;

pub use database::{Database, Engine};
pub use program::{Program, Server};
pub use queue_log::QueueLog;

/// Makes one async test function into a test on each engine: `both_engines!(name_of_the_function);`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            $(#[$attribute])*
            async fn sqlite() {
                super::$name($crate::Database::fresh($crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            $(#[$attribute])*
            async fn postgres() {
                if $crate::Engine::Postgres.is_here() {
                    super::$name($crate::Database::fresh($crate::Engine::Postgres).await).await;
                }
            }
        }
    )+};
}
