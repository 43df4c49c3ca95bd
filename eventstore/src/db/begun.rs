//! A transaction on PostgreSQL, and rows copied in.

use std::ops::{Deref, DerefMut};

use sqlx::{Executor, PgConnection};

use super::{Arg, Lending, Lent};

/// A transaction. A connection on which one was neither committed nor rolled back is closed, which undoes it: what was abandoned
/// in the middle of a copy would have the connection answer the next statement with what is left of that one.
#[derive(Debug)]
pub struct Begun {
    connection: Lent,
    /// A copy has begun, and its end was not heard of.
    copying: bool,
}

impl Begun {
    pub(super) async fn on(lending: &Lending) -> Result<Self, sqlx::Error> {
        let mut begun = Self { connection: lending.lend().await?, copying: false };
        begun.connection.execute("BEGIN").await?;
        Ok(begun)
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        self.end("COMMIT").await
    }

    pub(super) async fn rollback(self) -> Result<(), sqlx::Error> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, how: &str) -> Result<(), sqlx::Error> {
        if self.copying {
            return Err(sqlx::Error::Protocol("a copy was given up: the transaction is undone".to_owned()));
        }
        self.connection.execute(how).await?;
        self.connection.give_back();
        Ok(())
    }

    /// Adds rows, all of these columns: as text, whatever the columns' types are.
    pub(super) async fn copy_in(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Arg>],
    ) -> Result<(), sqlx::Error> {
        let mut text = Vec::new();
        rows.iter().for_each(|row| line(&mut text, row));
        let sql = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
        self.copying = true;
        let mut copy = self.connection.copy_in_raw(&sql).await?;
        copy.send(text).await?;
        let done = copy.finish().await;
        self.copying = false;
        done.map(drop)
    }
}

impl Deref for Begun {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Begun {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// Writes a row in the text format of `COPY` (PostgreSQL 15, documentation of COPY, "Text Format").
fn line(text: &mut Vec<u8>, row: &[Arg]) {
    for (n, arg) in row.iter().enumerate() {
        if n > 0 {
            text.push(b'\t');
        }
        match arg {
            Arg::Int(Some(number)) => text.extend_from_slice(number.to_string().as_bytes()),
            Arg::Text(Some(words)) => words.bytes().for_each(|byte| match byte {
                b'\\' => text.extend_from_slice(b"\\\\"),
                b'\t' => text.extend_from_slice(b"\\t"),
                b'\n' => text.extend_from_slice(b"\\n"),
                b'\r' => text.extend_from_slice(b"\\r"),
                _ => text.push(byte),
            }),
            Arg::Bytes(Some(bytes)) => {
                text.extend_from_slice(b"\\\\x");
                text.extend_from_slice(hex::encode(bytes).as_bytes());
            }
            Arg::Int(None) | Arg::Text(None) | Arg::Bytes(None) => text.extend_from_slice(b"\\N"),
        }
    }
    text.push(b'\n');
}
