//! Claims as they stand under the head's lock, and as a batch changes them.

use std::collections::{BTreeMap, HashMap};

use sangdam_domain::log::StreamId;

use super::Unit;
use super::rows::ClaimRow;
use crate::contract::{AppendError, ClaimChange, Hash};
use crate::db::{Arg, Row, Tx, in_chunks, placeholders};

type Key = (String, Hash);

/// Who has what: as read, and as the batch leaves it.
#[derive(Default)]
pub(super) struct Claims {
    before: HashMap<Key, StreamId>,
    /// What the batch changes; `None` is given up. The name as a constant is what goes into the row.
    changed: BTreeMap<Key, Option<(&'static str, StreamId)>>,
}

impl Claims {
    /// Reads all claims that the units speak of.
    pub(super) async fn read(tx: &Tx, units: &[Unit]) -> Result<Self, sqlx::Error> {
        let (mut keys, mut owners) = (Vec::new(), Vec::new());
        for change in changes(units) {
            match change {
                ClaimChange::Take(claim) | ClaimChange::Release(claim) => {
                    keys.push((claim.namespace, claim.hmac))
                }
                ClaimChange::ReleaseAll(owner) => owners.push(*owner),
            }
        }
        let mut claims = Self::default();
        for chunk in in_chunks(&keys) {
            let values: Vec<String> = (0..chunk.len()).map(|n| placeholders(n * 2 + 1, 2)).collect();
            let sql = format!(
                "SELECT namespace, hmac, owner FROM claims WHERE (namespace, hmac) IN (VALUES {})",
                values.join(",")
            );
            let args = chunk.iter().flat_map(|(name, hmac)| [Arg::from(*name), Arg::from(hmac)]).collect();
            claims.take_in(tx.fetch_all(&sql, args).await?)?;
        }
        for chunk in in_chunks(&owners) {
            let list = placeholders(1, chunk.len());
            let sql = format!("SELECT namespace, hmac, owner FROM claims WHERE owner IN {list}");
            let args = chunk.iter().map(|owner| Arg::from(*owner)).collect();
            claims.take_in(tx.fetch_all(&sql, args).await?)?;
        }
        Ok(claims)
    }

    fn take_in(&mut self, rows: Vec<Row>) -> Result<(), sqlx::Error> {
        for row in rows {
            self.before.insert((row.text(0)?.to_owned(), row.array(1)?), row.stream(2)?);
        }
        Ok(())
    }

    /// Makes the unit's changes, all or none.
    pub(super) fn apply(&mut self, unit: &Unit) -> Result<(), AppendError> {
        let mut changes = unit.appends.iter().flat_map(|append| &append.claims).peekable();
        if changes.peek().is_none() {
            return Ok(());
        }
        let undo = self.changed.clone();
        let done = changes.try_for_each(|change| self.apply_one(change));
        if done.is_err() {
            self.changed = undo;
        }
        done
    }

    fn apply_one(&mut self, change: &ClaimChange) -> Result<(), AppendError> {
        match change {
            ClaimChange::Take(claim) => {
                let key = (claim.namespace.to_owned(), claim.hmac);
                match self.owner(&key) {
                    Some(owner) if owner != claim.owner => {
                        return Err(AppendError::ClaimTaken { namespace: key.0, owner });
                    }
                    Some(_) => {}
                    None => {
                        self.changed.insert(key, Some((claim.namespace, claim.owner)));
                    }
                }
            }
            ClaimChange::Release(claim) => {
                let key = (claim.namespace.to_owned(), claim.hmac);
                if self.owner(&key) == Some(claim.owner) {
                    self.changed.insert(key, None);
                }
            }
            ClaimChange::ReleaseAll(owner) => {
                let known: Vec<Key> = self.before.keys().chain(self.changed.keys()).cloned().collect();
                for key in known {
                    if self.owner(&key) == Some(*owner) {
                        self.changed.insert(key, None);
                    }
                }
            }
        }
        Ok(())
    }

    fn owner(&self, key: &Key) -> Option<StreamId> {
        match self.changed.get(key) {
            Some(changed) => changed.map(|(_, owner)| owner),
            None => self.before.get(key).copied(),
        }
    }

    /// Deletes what was given up, and gives what is to be inserted.
    pub(super) async fn write(self, tx: &Tx) -> Result<Vec<ClaimRow>, sqlx::Error> {
        let mut taken = Vec::new();
        for (key, now) in self.changed {
            let before = self.before.get(&key).copied();
            if before == now.map(|(_, owner)| owner) {
                continue;
            }
            if before.is_some() {
                let sql = "DELETE FROM claims WHERE namespace = $1 AND hmac = $2";
                tx.execute(sql, vec![Arg::from(key.0), Arg::from(key.1)]).await?;
            }
            if let Some((namespace, owner)) = now {
                taken.push(ClaimRow { namespace, hmac: key.1, owner: owner.to_bytes(), turn: taken.len() });
            }
        }
        Ok(taken)
    }
}

fn changes(units: &[Unit]) -> impl Iterator<Item = &ClaimChange> {
    units.iter().flat_map(|unit| &unit.appends).flat_map(|append| &append.claims)
}
