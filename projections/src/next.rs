//! Tables that are built beside the serving ones: at first with as few indexes as can be, then with all, then in the place of the
//! serving ones.

use futures::{StreamExt, TryStreamExt, stream};
use sangdam_eventstore::{Db, Row, Tx, args};

use crate::table::NEXT_PREFIX;

/// Indexes that a table has while it is built, beside its key: rows are looked up by them while events are applied. Others are
/// made when all rows are there, which sorts them once.
pub(crate) const NEEDED: [(&str, &str); 2] =
    [("cumulative_steps", "(log_no, basis, position)"), ("numbers_given", "(log_no, consultation)")];

/// How many indexes are made at once, where several can write.
const MADE_AT_ONCE: usize = 2;

/// Names of indexes are unique in a database, so that those of the next table have others.
const ALTERNATE: &str = "_b";

/// An index of a table, or its key.
pub(crate) struct Index {
    pub name: String,
    /// From its columns on.
    pub body: String,
    is_key: bool,
}

/// Makes an empty copy of a serving table, with the indexes that are needed to fill it.
pub(crate) async fn make(tx: &Tx, table: &str) -> Result<(), sqlx::Error> {
    tx.execute(&format!("DROP TABLE IF EXISTS {NEXT_PREFIX}{table}"), args![]).await?;
    if tx.is_postgres() {
        let sql = "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = to_regclass($1) AND reloptions IS NOT NULL";
        let parameters = tx.fetch_optional(sql, args![table]).await?;
        // `LIKE` leaves them out.
        let with = parameters.map(|row| row.text(0).map(|text| format!("WITH ({text})"))).transpose()?;
        let with = with.unwrap_or_default();
        let like = format!("(LIKE {table} INCLUDING ALL EXCLUDING INDEXES)");
        tx.execute(&format!("CREATE TABLE {NEXT_PREFIX}{table} {like} {with}"), args![]).await?;
    } else {
        // SQLite keeps the text that made each table; the name before the first bracket is put anew.
        let sql = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1";
        let made = tx.fetch_optional(sql, args![table]).await?;
        let text = made.as_ref().map(|row| row.text(0)).transpose()?.unwrap_or_default();
        let body = text.find('(').map_or("", |at| &text[at..]);
        tx.execute(&format!("CREATE TABLE {NEXT_PREFIX}{table} {body}"), args![]).await?;
    }
    for index in missing(tx, table).await? {
        // What rows were is only added to, so that not even its key is looked at.
        let is_needed = match NEEDED.iter().find(|(of, _)| *of == table) {
            Some((_, body)) if !index.is_key => *body == index.body,
            _ => index.is_key && !table.ends_with("_past"),
        };
        if is_needed {
            tx.execute(&index.made_for(table), args![]).await?;
        }
    }
    Ok(())
}

/// Makes the indexes that the next tables lack, each in a transaction of its own: others write in between.
pub(crate) async fn complete(db: &Db, tables: Vec<String>) -> Result<(), sqlx::Error> {
    let at_once = if db.is_postgres() { MADE_AT_ONCE } else { 1 };
    let each = stream::iter(tables).map(|table| async move { complete_one(db, &table).await });
    each.buffer_unordered(at_once).try_collect().await
}

async fn complete_one(db: &Db, table: &str) -> Result<(), sqlx::Error> {
    loop {
        let tx = db.begin().await?;
        // Another process had it take over already.
        if !is_there(&tx, table).await? {
            return tx.rollback().await;
        }
        if tx.is_postgres() {
            // Another process may be at it. Nobody else is kept waiting: the serving tables are others.
            let lock = format!("LOCK TABLE {NEXT_PREFIX}{table} IN SHARE ROW EXCLUSIVE MODE");
            tx.execute(&lock, args![]).await?;
        }
        let Some(index) = missing(&tx, table).await?.pop() else { return tx.rollback().await };
        tx.execute(&index.made_for(table), args![]).await?;
        tx.commit().await?;
    }
}

/// Makes the next tables as quick to ask as they are going to be.
pub(crate) async fn vacuum(db: &Db, tables: Vec<String>) -> Result<(), sqlx::Error> {
    let each = stream::iter(tables);
    let each = each.map(|table| async move { db.vacuum(&format!("{NEXT_PREFIX}{table}")).await });
    each.buffer_unordered(MADE_AT_ONCE).try_collect().await
}

async fn is_there(tx: &Tx, table: &str) -> Result<bool, sqlx::Error> {
    let sql = if tx.is_postgres() {
        "SELECT 1 WHERE to_regclass($1) IS NOT NULL"
    } else {
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1"
    };
    Ok(tx.fetch_optional(sql, args![format!("{NEXT_PREFIX}{table}")]).await?.is_some())
}

/// The serving table's indexes that the next one lacks, whatever their names.
pub(crate) async fn missing(tx: &Tx, table: &str) -> Result<Vec<Index>, sqlx::Error> {
    let there = indexes(tx, &format!("{NEXT_PREFIX}{table}")).await?;
    let mut wanted = indexes(tx, table).await?;
    wanted.retain(|index| {
        !there.iter().any(|there| (there.is_key, &there.body) == (index.is_key, &index.body))
    });
    Ok(wanted)
}

/// Drops the serving table, and gives the next one its name.
pub(crate) async fn take_over(tx: &Tx, table: &str) -> Result<(), sqlx::Error> {
    tx.execute(&format!("DROP TABLE {table}"), args![]).await?;
    tx.execute(&format!("ALTER TABLE {NEXT_PREFIX}{table} RENAME TO {table}"), args![]).await?;
    if tx.is_postgres() {
        for index in indexes(tx, table).await? {
            if let Some(name) = index.name.strip_suffix(ALTERNATE) {
                let rename = format!("ALTER INDEX {} RENAME TO {name}", index.name);
                tx.execute(&rename, args![]).await?;
            }
        }
    }
    Ok(())
}

pub(crate) async fn indexes(tx: &Tx, table: &str) -> Result<Vec<Index>, sqlx::Error> {
    let sql = if tx.is_postgres() {
        "SELECT c.relname::TEXT, pg_get_indexdef(c.oid), i.indisprimary::INT::BIGINT FROM pg_index i \
         JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) ORDER BY c.relname"
    } else {
        "SELECT name, sql, 0 FROM sqlite_master \
         WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL ORDER BY name"
    };
    let rows = tx.fetch_all(sql, args![table]).await?;
    let index = |row: &Row| {
        let (name, text, is_key) = (row.text(0)?, row.text(1)?, row.flag(2)?);
        // PostgreSQL quotes names that are words of SQL, too; none of ours needs it.
        let body = text.find('(').map_or("", |at| &text[at..]).replace('"', "");
        Ok(Index { name: name.to_owned(), body, is_key })
    };
    rows.iter().map(index).collect()
}

impl Index {
    /// The statement that makes the same for the next table.
    fn made_for(&self, table: &str) -> String {
        let (name, body) = (other_name(&self.name), &self.body);
        if self.is_key {
            return format!("ALTER TABLE {NEXT_PREFIX}{table} ADD CONSTRAINT {name} PRIMARY KEY {body}");
        }
        format!("CREATE INDEX {name} ON {NEXT_PREFIX}{table} {body}")
    }
}

/// An index of SQLite's keeps its name when its table takes over: so they alternate.
fn other_name(index: &str) -> String {
    match index.strip_suffix(ALTERNATE) {
        Some(name) => name.to_owned(),
        None => format!("{index}{ALTERNATE}"),
    }
}
