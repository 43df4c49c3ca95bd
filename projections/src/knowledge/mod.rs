//! Articles written from good answers, and which consultations they were written from. What they say stands in their streams.

mod apply;
mod queries;
mod row;

pub(crate) use apply::Knowledge;
pub use queries::articles;
pub use row::ArticleRow;
