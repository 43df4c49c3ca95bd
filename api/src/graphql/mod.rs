//! The GraphQL API: the only way in for the console and other systems. Queries read the read models, and fold streams
//! for details; mutations go through [`crate::ledger`]; nothing here speaks SQL.

pub mod code;
mod documents;
pub mod error;
pub mod execute;
pub mod limits;
mod loader;
pub mod model;
pub mod mutation;
pub mod node;
mod order;
mod page;
mod query;
pub mod scalar;
mod shown;
mod state;
mod subscription;
mod together;

use async_graphql::{Context, Schema};

pub use loader::Loaders;
pub use mutation::Mutation;
pub use query::Query;
pub use state::{App, Principal, search_folder};
pub use subscription::Subscription;

use error::ApiError;

/// The whole schema.
pub type ApiSchema = Schema<Query, Mutation, Subscription>;

/// The schema, over a running server's state.
pub fn schema(app: App) -> ApiSchema {
    builder().data(app).finish()
}

/// The schema's text, as it is committed in `api/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation::default(), Subscription).disable_suggestions()
}

/// The running server's state.
pub fn app<'a>(ctx: &Context<'a>) -> Result<&'a App, ApiError> {
    ctx.data::<App>().map_err(|error| ApiError::internal(&error.message))
}
