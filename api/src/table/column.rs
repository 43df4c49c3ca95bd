//! What the columns of a table are called and what their cells hold.

use std::borrow::Cow;

use super::words::{Language, Words};

/// How a code is said to people; a code that it does not know it says as it is.
pub type Wording = fn(&str, Language) -> Cow<'_, str>;

/// What the cells of a column hold. Any cell can be empty.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text, as it is.
    Text,
    /// A code, which people read in words and programs as it is.
    Code(Wording),
    /// A count: a whole number, grouped by thousands where people read it.
    Count,
    /// A whole number that is no count: a year, an hour, a position. Never grouped.
    Number,
    /// A number with so many digits behind the point, at most 9.
    Decimal(u8),
    /// A day.
    Date,
    /// A month, by its first day; written `2024-01`.
    Month,
    /// A moment. Programs get it in UTC, people on the centre's clock.
    Time,
    /// Yes or no.
    Flag,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What programs call it: `snake_case`, and never changed once released.
    pub key: &'static str,
    /// What people call it.
    pub words: Words,
    /// What its cells hold.
    pub kind: Kind,
    /// An empty cell means that nobody knows, rather than that there is nothing to tell.
    pub is_unknown_where_empty: bool,
    /// Who sees it.
    pub readers: Readers,
}

/// Who sees a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Readers {
    /// Everybody.
    All,
    /// Programs, and who reads this language: it says what another column says in the other one.
    Of(Language),
    /// Programs alone.
    Programs,
}

impl Column {
    /// A column of a kind.
    pub const fn new(kind: Kind, key: &'static str, ko: &'static str, en: &'static str) -> Self {
        Self { key, words: Words::new(ko, en), kind, is_unknown_where_empty: false, readers: Readers::All }
    }

    /// Text, as it is.
    pub const fn text(key: &'static str, ko: &'static str, en: &'static str) -> Self {
        Self::new(Kind::Text, key, ko, en)
    }

    /// A count.
    pub const fn count(key: &'static str, ko: &'static str, en: &'static str) -> Self {
        Self::new(Kind::Count, key, ko, en)
    }

    /// A whole number that is no count.
    pub const fn number(key: &'static str, ko: &'static str, en: &'static str) -> Self {
        Self::new(Kind::Number, key, ko, en)
    }

    /// A number with one digit behind the point, as rates in percent have.
    pub const fn tenths(key: &'static str, ko: &'static str, en: &'static str) -> Self {
        Self::new(Kind::Decimal(1), key, ko, en)
    }

    /// The same column, whose empty cells nobody knows.
    #[must_use]
    pub const fn unknown_where_empty(mut self) -> Self {
        self.is_unknown_where_empty = true;
        self
    }

    /// The same column, for readers of one language.
    #[must_use]
    pub const fn only(mut self, language: Language) -> Self {
        self.readers = Readers::Of(language);
        self
    }

    /// The same column, for programs alone.
    #[must_use]
    pub const fn for_programs(mut self) -> Self {
        self.readers = Readers::Programs;
        self
    }

    /// Whether readers of this language see it; programs (`None`) see all.
    pub fn is_for(&self, language: Option<Language>) -> bool {
        match (language, self.readers) {
            (None, _) | (_, Readers::All) => true,
            (Some(language), Readers::Of(only)) => language == only,
            (Some(_), Readers::Programs) => false,
        }
    }

    /// What it is called in a language, or by programs.
    pub const fn heading(&self, language: Option<Language>) -> &'static str {
        match language {
            None => self.key,
            Some(language) => self.words.pick(language),
        }
    }
}
