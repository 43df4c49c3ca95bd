//! The printed directory (생활 안내 전화번호부): an edition as it was published, as a booklet to print, as a table, and as cards for
//! telephones.

mod booklet;
mod cards;
mod edition;
mod pages;
mod pdf;
mod sheet;

pub use booklet::booklet;
pub use cards::cards;
pub use edition::{DirectoryError, Edition, Line, Need, Published, published};
pub use pdf::{CannotPrint, pdf};
pub use sheet::sheet;
