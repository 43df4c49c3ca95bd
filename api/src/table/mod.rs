//! Tables on their way out: rows that are spooled to disk in their canonical form ([`Spool`]), and one file for each
//! format that a [`Document`] can be written in. The room knows nothing of what the numbers mean.
//!
//! Programs call a column by its key, which never changes; people read words in Korean or English. Every format carries
//! what the document says of itself ([`Stamp`]); [`find`] finds it again, and [`compare`] says where
//! a file is not what was written.

pub mod csv;
pub mod html;
pub mod json;
pub mod parquet;
pub mod text;
pub mod xlsx;

mod cell;
mod column;
mod compare;
mod document;
mod format;
mod found;
mod shown;
mod spool;
mod svg;
mod words;

#[cfg(test)]
mod testing;

pub use cell::{Cell, Row, cell_json, read_canonical, write_canonical};
pub use column::{Column, Kind, Readers, Wording};
pub use compare::{Comparison, Difference, compare};
pub use document::{Aside, Chart, ChartKind, Document, Name, Note, Stamp, StampField, StampName, StampValue};
pub use format::{Format, WriteError};
pub use found::{FindError, Found, find};
pub(crate) use html::escaped;
pub use shown::{grouped, local, shown};
pub use spool::{Rows, Spool, Spooling};
pub use words::{Language, Words};
