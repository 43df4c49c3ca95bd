//! Many rows out of PostgreSQL at once: `COPY … TO STDOUT` costs a fraction of what rows cost that are answered one by one.

use futures::TryStreamExt;

use super::copied::Decoder;
use super::{Arg, Db, Lending, Row, retried};

impl Db {
    /// The rows of a query that only reads and may have many, each made into what is wanted of it. PostgreSQL copies them
    /// out, which knows no arguments: the numbers are written where the statement has `$1`, `$2`, …. Where a connection
    /// turns out to be lost, it is asked again on another.
    pub(crate) async fn fetch_many<T: Send>(
        &self,
        sql: &str,
        numbers: &[i64],
        make: impl Fn(Row) -> Result<T, sqlx::Error> + Send + Sync,
    ) -> Result<Vec<T>, sqlx::Error> {
        let Self::Postgres(lending) = self else {
            let args = numbers.iter().map(|number| Arg::from(*number)).collect();
            return self.fetch_all(sql, args).await?.into_iter().map(make).collect();
        };
        let copy = format!("COPY ({}) TO STDOUT (FORMAT binary)", written_out(sql, numbers));
        retried(lending, || copy_out(lending, &copy, &make)).await
    }
}

/// The last first, since `$1` begins `$10` as well.
fn written_out(sql: &str, numbers: &[i64]) -> String {
    let numbers = (1..).zip(numbers).collect::<Vec<(usize, _)>>().into_iter().rev();
    numbers.fold(sql.to_owned(), |sql, (n, number)| sql.replace(&format!("${n}"), &number.to_string()))
}

async fn copy_out<T: Send>(
    lending: &Lending,
    copy: &str,
    make: &(impl Fn(Row) -> Result<T, sqlx::Error> + Sync),
) -> Result<Vec<T>, sqlx::Error> {
    // Where nobody waits for the end, or it fails, it is closed: it would answer the next statement with what is left of this one.
    let mut lent = lending.lend().await?;
    let (mut decoder, mut made) = (Decoder::default(), Vec::new());
    let mut chunks = lent.copy_out_raw(copy).await?;
    while let Some(chunk) = chunks.try_next().await? {
        decoder.push(chunk);
        while let Some(row) = decoder.row()? {
            made.push(make(Row::Copied(row))?);
        }
    }
    drop(chunks);
    decoder.end()?;
    lent.give_back();
    Ok(made)
}
