//! What a request wants to see of the rows of a list: where the read models' rows hold it all, no stream is read for them.

use async_graphql::{Context, SelectionField};

/// Whether all fields that are asked for below the one being resolved meet a condition.
pub fn all_fields(ctx: &Context<'_>, meets: impl Fn(SelectionField<'_>) -> bool) -> bool {
    ctx.field().selection_set().all(meets)
}

/// Whether all fields that are asked for of a connection's nodes meet a condition.
pub fn all_of_nodes(ctx: &Context<'_>, meets: impl Fn(SelectionField<'_>) -> bool) -> bool {
    let all = |of: SelectionField<'_>| of.selection_set().all(&meets);
    ctx.field().selection_set().all(|field| match field.name() {
        "nodes" => all(field),
        "edges" => field.selection_set().all(|of| of.name() != "node" || all(of)),
        _ => true,
    })
}
