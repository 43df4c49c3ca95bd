//! An aggregate that is loaded when it is first looked at.

use std::sync::Arc;

use async_graphql::Context;
use sangdam_projections::At;
use tokio::sync::OnceCell;

use crate::graphql::error::ApiError;
use crate::graphql::loader::Loaders;
use crate::ledger::Kept;

/// An aggregate of a log as of a moment: its id, and its state once somebody has looked.
pub struct Lazy<A: Kept> {
    at: At,
    id: A::Id,
    state: OnceCell<Arc<A>>,
}

impl<A: Kept> Lazy<A> {
    /// The aggregate with this id, not loaded yet.
    pub fn of_id(at: &At, id: A::Id) -> Self {
        Self { at: at.clone(), id, state: OnceCell::new() }
    }

    /// The aggregate as it stands.
    pub fn from_state(at: &At, id: A::Id, state: impl Into<Arc<A>>) -> Self {
        Self { at: at.clone(), id, state: OnceCell::new_with(Some(state.into())) }
    }

    /// The log that it belongs to, and as of when.
    pub fn at(&self) -> &At {
        &self.at
    }

    /// Its id.
    pub fn id(&self) -> A::Id {
        self.id
    }

    /// Its state; where nothing has happened to it yet, the state before anything happened.
    pub async fn get(&self, ctx: &Context<'_>) -> Result<&Arc<A>, ApiError> {
        self.state
            .get_or_try_init(|| async {
                let loaded = loaders(ctx)?.load::<A>(&self.at, self.id).await?;
                Ok(loaded.unwrap_or_else(|| Arc::new(A::new(self.id))))
            })
            .await
    }
}

/// The request's loaders.
pub fn loaders<'a>(ctx: &Context<'a>) -> Result<&'a Loaders, ApiError> {
    ctx.data::<Loaders>().map_err(|error| ApiError::internal(&error.message))
}

/// Declares an object that shows an aggregate: made from a state, or from an id and loaded when asked; with the type of a read model's
/// row, also from such a row.
macro_rules! lazy_object {
    ($(#[$doc:meta])* $name:ident, $aggregate:ty, $id:ty $(, $row:ty)?) => {
        $(#[$doc])*
        pub struct $name(
            pub(in crate::graphql) $crate::graphql::model::lazy::Lazy<$aggregate>,
            $(Option<Box<$row>>)?
        );

        impl $name {
            /// As it stands.
            pub fn from_state(
                at: &sangdam_projections::At,
                state: impl Into<std::sync::Arc<$aggregate>>,
            ) -> Self {
                let state = state.into();
                Self($crate::graphql::model::lazy::Lazy::from_state(at, state.id, state), $(None::<Box<$row>>)?)
            }

            /// With this id; loaded when a field asks for more.
            pub fn of_id(at: &sangdam_projections::At, id: $id) -> Self {
                Self($crate::graphql::model::lazy::Lazy::of_id(at, id), $(None::<Box<$row>>)?)
            }
        }

        $(impl $name {
            /// As its row tells it: to be asked for nothing but what that holds.
            pub(in crate::graphql) fn from_row(at: &sangdam_projections::At, id: $id, row: $row) -> Self {
                Self($crate::graphql::model::lazy::Lazy::of_id(at, id), Some(Box::new(row)))
            }
        })?
    };
}

pub(super) use lazy_object;
