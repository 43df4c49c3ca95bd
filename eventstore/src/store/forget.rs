//! Deleting what is sealed for a data subject.

use sangdam_domain::actor::Subject;

use super::Store;
use crate::contract::StoreError;
use crate::db::{Arg, in_chunks, placeholders};

impl Store {
    /// Deletes everything that is sealed for the subjects, in every log. The events stay, and every proof with them.
    /// It looks through the whole table, which has no index by subject (appending would pay for it): this is for
    /// erasures, which are rare.
    pub async fn delete_sealed_of(&self, subjects: &[Subject]) -> Result<(), StoreError> {
        let tx = self.0.db.begin().await?;
        for chunk in in_chunks(subjects) {
            let sql = format!("DELETE FROM sealed WHERE subject IN {}", placeholders(1, chunk.len()));
            tx.execute(&sql, chunk.iter().map(|subject| Arg::from(subject.to_bytes().to_vec())).collect())
                .await?;
        }
        tx.commit().await?;
        // Claims that were given up by the erasure lie about as well.
        self.0.db.sweep(&["sealed", "claims"]).await;
        Ok(())
    }
}
