//! Pages of lists in the order of time, by keyset: a page begins behind a row, not at a count of rows.

use sangdam_domain::time::Timestamp;
use uuid::Uuid;

/// Where a row stands in a list in the order of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cursor {
    /// When it happened.
    pub at: Timestamp,
    /// Its id, which orders what happened at the same moment.
    pub id: Uuid,
}

/// In which direction a list is walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// From the earliest on.
    OldestFirst,
    /// From the latest back.
    #[default]
    NewestFirst,
}

impl Order {
    /// The other way round: the page *before* a row is the page after it in this order, turned.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::OldestFirst => Self::NewestFirst,
            Self::NewestFirst => Self::OldestFirst,
        }
    }

    pub(crate) fn compare(self) -> &'static str {
        match self {
            Self::OldestFirst => ">",
            Self::NewestFirst => "<",
        }
    }

    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::OldestFirst => "ASC",
            Self::NewestFirst => "DESC",
        }
    }
}

/// Which page is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// At most so many rows.
    pub size: usize,
    /// Behind this row (exclusive), in the direction of `order`; `None` begins the list.
    pub after: Option<Cursor>,
    /// The direction.
    pub order: Order,
}

impl Page {
    /// The first page, newest first.
    pub fn first(size: usize) -> Self {
        Self { size, after: None, order: Order::NewestFirst }
    }
}

/// A page of rows, in the order asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paged<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether the list goes on behind the last row.
    pub more: bool,
}

impl<T> Paged<T> {
    /// A list of nothing.
    pub(crate) fn empty() -> Self {
        Self { rows: Vec::new(), more: false }
    }

    /// From the rows in no particular order, one more than was asked for. `place` says where in the list a row stands.
    pub(crate) fn sorted(mut rows: Vec<T>, page: &Page, place: impl Fn(&T) -> Cursor) -> Self {
        rows.sort_by(|one, next| match page.order {
            Order::OldestFirst => place(one).cmp(&place(next)),
            Order::NewestFirst => place(next).cmp(&place(one)),
        });
        Self::cut(rows, page.size)
    }

    /// From one row more than was asked for, which tells whether there are more.
    pub(crate) fn cut(mut rows: Vec<T>, size: usize) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        Self { rows, more }
    }
}
