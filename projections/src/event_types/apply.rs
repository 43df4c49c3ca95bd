//! Notes the blocks in which each type occurs.

use std::collections::BTreeMap;

use futures::FutureExt;
use futures::future::BoxFuture;
use sangdam_domain::log::Position;

use super::queries::TABLE;
use crate::block::block_of;
use crate::context::Seen;
use crate::projection::{Applied, Batch, Projection};
use crate::table::Table;

/// The blocks of positions in which events of each type stand.
pub(crate) struct EventTypes;

impl EventTypes {
    pub(crate) const NAME: &'static str = "event_types";
}

impl Projection for EventTypes {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[TABLE]
    }

    fn apply<'a>(
        &'a self,
        batch: &'a mut Batch<'_>,
        facts: &'a [Seen],
    ) -> BoxFuture<'a, Result<Applied, sqlx::Error>> {
        apply(batch, facts).boxed()
    }
}

async fn apply(batch: &mut Batch<'_>, facts: &[Seen]) -> Result<Applied, sqlx::Error> {
    let mut first: BTreeMap<(&str, i64), Position> = BTreeMap::new();
    for Seen { fact, .. } in facts {
        first.entry((fact.event.event_type(), block_of(fact.position))).or_insert(fact.position);
    }
    let rows = first.into_iter().map(|((event_type, block), position)| {
        vec![batch.log_no.into(), event_type.into(), block.into(), position.into()]
    });
    // An earlier batch may have been there: its rows stay.
    batch.write(&TABLE, rows.collect()).await?;
    Ok(Applied::All)
}
