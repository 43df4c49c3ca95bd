//! Which rows of a report differ between two positions. Both are gone through once, row by row.

use std::cmp::Ordering;
use std::io;

use crate::reports::render::Taken;
use crate::table::{Cell, Column, Row};

/// At most so many rows are told.
pub const TOLD_MAX: usize = 50;

/// The rows that differ.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// How many.
    pub count: u64,
    /// The first of them, at most [`TOLD_MAX`].
    pub first: Vec<RowChange>,
}

/// A row that differs.
#[derive(Clone, Debug)]
pub struct RowChange {
    /// The table, by key.
    pub table: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// How many of them, the first ones, tell rows apart.
    pub keys: usize,
    /// As published; `None` where there was no such row.
    pub published: Option<Row>,
    /// As it is today; `None` where there is none any more.
    pub today: Option<Row>,
}

impl PartialEq for RowChange {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table && self.published == other.published && self.today == other.today
    }
}

impl RowChange {
    /// The cells that tell which row it is, with their columns.
    pub fn key(&self) -> impl Iterator<Item = (&'static Column, &Cell)> {
        let row = self.published.as_ref().or(self.today.as_ref()).map_or(&[][..], Vec::as_slice);
        self.columns.iter().zip(row).take(self.keys)
    }

    /// The cells that differ: column, published, today. All of them, where one of the rows is missing.
    pub fn differing(&self) -> impl Iterator<Item = (&'static Column, Option<&Cell>, Option<&Cell>)> {
        self.columns.iter().enumerate().skip(self.keys).filter_map(|(index, column)| {
            let published = self.published.as_ref().and_then(|row| row.get(index));
            let today = self.today.as_ref().and_then(|row| row.get(index));
            (published != today).then_some((column, published, today))
        })
    }
}

/// Which rows differ between a report as published and as it is today.
pub(super) fn between(published: &Taken, today: &Taken) -> io::Result<Changes> {
    let mut changes = Changes::default();
    let main = Table { key: published.name().key, columns: published.rows.columns(), keys: published.keys() };
    merge(main, published.rows.rows(), today.rows.rows(), &mut changes)?;
    for (before, now) in published.asides.iter().zip(&today.asides) {
        let table = Table { key: before.name.key, columns: before.columns, keys: before.keys };
        let (before, now) = (before.rows.iter().cloned().map(Ok), now.rows.iter().cloned().map(Ok));
        merge(table, before, now, &mut changes)?;
    }
    Ok(changes)
}

#[derive(Clone, Copy)]
struct Table {
    key: &'static str,
    columns: &'static [Column],
    keys: usize,
}

/// Both lists come in the order of their keys.
fn merge(
    table: Table,
    published: impl Iterator<Item = io::Result<Row>>,
    today: impl Iterator<Item = io::Result<Row>>,
    changes: &mut Changes,
) -> io::Result<()> {
    let (mut published, mut today) = (published.peekable(), today.peekable());
    loop {
        let order = match (published.peek(), today.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(Ok(before)), Some(Ok(now))) => before[..table.keys].cmp(&now[..table.keys]),
            // The error is met below.
            _ => Ordering::Equal,
        };
        let before = if order.is_le() { published.next().transpose()? } else { None };
        let now = if order.is_ge() { today.next().transpose()? } else { None };
        if before == now {
            continue;
        }
        changes.count += 1;
        if changes.first.len() < TOLD_MAX {
            let Table { key, columns, keys } = table;
            changes.first.push(RowChange { table: key, columns, keys, published: before, today: now });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column::number("year", "연도", "year"), Column::count("n", "수", "n")];

    fn rows(rows: &[(i64, i64)]) -> Vec<Row> {
        rows.iter().map(|(year, n)| vec![Cell::Int(*year), Cell::Int(*n)]).collect()
    }

    #[test]
    fn rows_are_told_apart_by_their_keys() {
        let (before, now) =
            (rows(&[(2021, 1), (2022, 2), (2023, 3)]), rows(&[(2022, 2), (2023, 4), (2024, 5)]));
        let mut changes = Changes::default();
        let table = Table { key: "years", columns: COLUMNS, keys: 1 };
        let (published, today) = (before.iter().cloned().map(Ok), now.iter().cloned().map(Ok));
        merge(table, published, today, &mut changes).unwrap();
        let told: Vec<_> =
            changes.first.iter().map(|change| (change.published.clone(), change.today.clone())).collect();
        let expected = [
            (Some(before[0].clone()), None),
            (Some(before[2].clone()), Some(now[1].clone())),
            (None, Some(now[2].clone())),
        ];
        assert_eq!((changes.count, told), (3, expected.to_vec()));
        let differing: Vec<_> = changes.first[1].differing().map(|(column, ..)| column.key).collect();
        assert_eq!(differing, ["n"]);
        assert_eq!(changes.first[2].key().map(|(column, _)| column.key).collect::<Vec<_>>(), ["year"]);
    }
}
