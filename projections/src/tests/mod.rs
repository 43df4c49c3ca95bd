//! Given events, expect rows: each read model, and the runner, on every engine that is here.

mod agents_and_hours;
mod built_anew;
mod changes;
mod directory_and_people;
mod event_types;
mod harness;
mod keeping_up;
mod lists;
mod long_lists;
mod numbers;
mod quality;
mod then;

use harness::{Engine, History};

/// Runs a test on SQLite, and on PostgreSQL where there is one.
macro_rules! on_every_engine {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::super::run($crate::tests::Engine::Sqlite, super::$name).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::super::run($crate::tests::Engine::Postgres, super::$name).await;
            }
        }
    )+};
}
use on_every_engine;

async fn run<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(History) -> F) {
    if let Some(history) = History::begin(engine).await {
        test(history).await;
    }
}
