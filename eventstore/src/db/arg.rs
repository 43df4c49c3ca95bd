//! What goes into a statement and what comes out of it.

use bytes::Bytes;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use sangdam_domain::log::{Position, StreamId, Version};
use sangdam_domain::time::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres, Row as _, ValueRef as _};

use super::copied::{CopiedRow, OfField, unreadable};

/// An argument of a statement. `None` is NULL of that type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Arg {
    /// BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BYTEA, or a blob.
    Bytes(Option<Vec<u8>>),
}

macro_rules! arg_from {
    ($($from:ty => |$value:ident| $make:expr;)*) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self { $make }
        }
    )*};
}

arg_from! {
    i64 => |v| Self::Int(Some(v));
    i32 => |v| Self::Int(Some(v.into()));
    u32 => |v| Self::Int(Some(v.into()));
    u8 => |v| Self::Int(Some(v.into()));
    bool => |v| Self::Int(Some(v.into()));
    Position => |v| Self::Int(Some(v.as_i64()));
    Version => |v| Self::Int(Some(v.as_i64()));
    Timestamp => |v| Self::Int(Some(v.micros()));
    Option<i64> => |v| Self::Int(v);
    Option<Position> => |v| Self::Int(v.map(Position::as_i64));
    Option<Timestamp> => |v| Self::Int(v.map(Timestamp::micros));
    &str => |v| Self::Text(Some(v.to_owned()));
    String => |v| Self::Text(Some(v));
    &String => |v| Self::Text(Some(v.clone()));
    Option<String> => |v| Self::Text(v);
    Option<&str> => |v| Self::Text(v.map(str::to_owned));
    &[u8] => |v| Self::Bytes(Some(v.to_owned()));
    Vec<u8> => |v| Self::Bytes(Some(v));
    Option<Vec<u8>> => |v| Self::Bytes(v);
    StreamId => |v| Self::Bytes(Some(v.to_bytes().to_vec()));
    Option<StreamId> => |v| Self::Bytes(v.map(|v| v.to_bytes().to_vec()));
    uuid::Uuid => |v| Self::Bytes(Some(v.as_bytes().to_vec()));
    Option<uuid::Uuid> => |v| Self::Bytes(v.map(|v| v.as_bytes().to_vec()));
}

impl Arg {
    /// The number, where it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => *value,
            Self::Text(_) | Self::Bytes(_) => None,
        }
    }
}

impl<const N: usize> From<[u8; N]> for Arg {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl<const N: usize> From<&[u8; N]> for Arg {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

pub(super) fn postgres(sql: &str, args: Vec<Arg>) -> Query<'_, Postgres, PgArguments> {
    args.into_iter().fold(sqlx::query(sql), |query, arg| match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
        Arg::Bytes(value) => query.bind(value),
    })
}

/// For statements that go to SQLite directly.
impl rusqlite::ToSql for Arg {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(value) => value.map(ValueRef::Integer),
            Self::Text(value) => value.as_ref().map(|text| ValueRef::Text(text.as_bytes())),
            Self::Bytes(value) => value.as_ref().map(|bytes| ValueRef::Blob(bytes)),
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

/// A row of an answer. Columns are counted from 0.
pub enum Row {
    /// From SQLite.
    Sqlite(Vec<Value>),
    /// From PostgreSQL.
    Postgres(PgRow),
    /// From PostgreSQL, copied out.
    Copied(CopiedRow),
}

macro_rules! row_getters {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, column: usize) -> Result<$type, sqlx::Error> {
            match self {
                Self::Sqlite(values) => of_column(values, column),
                Self::Postgres(row) => of_sent(row, column),
                Self::Copied(row) => row.get(column),
            }
        }
    )*};
}

/// What a column of SQLite may be read as.
trait OfValue<'a>: Sized {
    fn of(value: &'a Value) -> Option<Self>;
}

impl OfValue<'_> for i64 {
    fn of(value: &Value) -> Option<Self> {
        if let Value::Integer(value) = value { Some(*value) } else { None }
    }
}

impl<'a> OfValue<'a> for &'a str {
    fn of(value: &'a Value) -> Option<Self> {
        if let Value::Text(value) = value { Some(value) } else { None }
    }
}

impl<'a> OfValue<'a> for &'a [u8] {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes),
            Value::Text(text) => Some(text.as_bytes()),
            Value::Null | Value::Integer(_) | Value::Real(_) => None,
        }
    }
}

impl OfValue<'_> for Vec<u8> {
    fn of(value: &Value) -> Option<Self> {
        <&[u8] as OfValue>::of(value).map(<[u8]>::to_vec)
    }
}

impl<'a, T: OfValue<'a>> OfValue<'a> for Option<T> {
    fn of(value: &'a Value) -> Option<Self> {
        if matches!(value, Value::Null) { Some(None) } else { T::of(value).map(Some) }
    }
}

fn of_column<'a, T: OfValue<'a>>(values: &'a [Value], column: usize) -> Result<T, sqlx::Error> {
    let value =
        values.get(column).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: column, len: values.len() })?;
    T::of(value).ok_or_else(|| sqlx::Error::ColumnDecode {
        index: column.to_string(),
        source: format!("{:?} is not a {}", value.data_type(), std::any::type_name::<T>()).into(),
    })
}

/// A column that PostgreSQL sent. Statements with arguments are answered in the binary format: what a column is read as is told by
/// its length, without asking about its type.
fn of_sent<'a, T: OfField<'a>>(row: &'a PgRow, column: usize) -> Result<T, sqlx::Error> {
    let sent = row.try_get_raw(column)?;
    let field = if sent.is_null() { None } else { Some(sent.as_bytes().map_err(sqlx::Error::Decode)?) };
    T::of(field).ok_or_else(|| unreadable::<T>(column))
}

impl Row {
    row_getters! {
        /// A BIGINT or an INTEGER.
        int -> i64;
        /// A BIGINT or an INTEGER, or NULL.
        opt_int -> Option<i64>;
        /// A TEXT.
        text -> &str;
        /// A TEXT, or NULL.
        opt_text -> Option<&str>;
        /// Bytes.
        bytes -> Vec<u8>;
        /// Bytes, or NULL.
        opt_bytes -> Option<Vec<u8>>;
    }

    fn borrowed(&self, column: usize) -> Result<&[u8], sqlx::Error> {
        let null = || sqlx::Error::ColumnDecode { index: column.to_string(), source: "it is NULL".into() };
        self.opt_borrowed(column)?.ok_or_else(null)
    }

    fn opt_borrowed(&self, column: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        match self {
            Self::Sqlite(values) => of_column(values, column),
            Self::Postgres(row) => of_sent(row, column),
            Self::Copied(row) => row.get(column),
        }
    }

    /// Bytes that may be many: they are copied only where they must be.
    pub(crate) fn shared(&self, column: usize) -> Result<Bytes, sqlx::Error> {
        match self {
            Self::Copied(row) => row.shared(column),
            Self::Sqlite(_) | Self::Postgres(_) => self.bytes(column).map(Bytes::from),
        }
    }

    pub(super) fn of_sqlite(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let count = row.as_ref().column_count();
        (0..count).map(|column| row.get(column)).collect::<Result<_, _>>().map(Self::Sqlite)
    }

    /// A count or a version: a BIGINT that is never negative.
    pub fn count(&self, column: usize) -> Result<u64, sqlx::Error> {
        self.convert(column, self.int(column)?, |value| u64::try_from(value).ok())
    }

    /// A flag: a BIGINT, 0 or 1.
    pub fn flag(&self, column: usize) -> Result<bool, sqlx::Error> {
        Ok(self.int(column)? != 0)
    }

    /// A position.
    pub fn position(&self, column: usize) -> Result<Position, sqlx::Error> {
        self.convert(column, self.count(column)?, Position::new)
    }

    /// A version.
    pub fn version(&self, column: usize) -> Result<Version, sqlx::Error> {
        self.convert(column, self.count(column)?, Version::new)
    }

    /// A moment: microseconds.
    pub fn time(&self, column: usize) -> Result<Timestamp, sqlx::Error> {
        self.convert(column, self.int(column)?, Timestamp::from_micros)
    }

    /// A moment, or NULL.
    pub fn opt_time(&self, column: usize) -> Result<Option<Timestamp>, sqlx::Error> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(value) => self.convert(column, value, Timestamp::from_micros).map(Some),
        }
    }

    /// A UUID: 16 bytes.
    pub fn uuid(&self, column: usize) -> Result<uuid::Uuid, sqlx::Error> {
        self.convert(column, self.borrowed(column)?, |bytes| uuid::Uuid::from_slice(bytes).ok())
    }

    /// A UUID, or NULL.
    pub fn opt_uuid(&self, column: usize) -> Result<Option<uuid::Uuid>, sqlx::Error> {
        match self.opt_borrowed(column)? {
            None => Ok(None),
            Some(value) => self.convert(column, value, |bytes| uuid::Uuid::from_slice(bytes).ok()).map(Some),
        }
    }

    /// A stream: 17 bytes.
    pub fn stream(&self, column: usize) -> Result<StreamId, sqlx::Error> {
        self.convert(column, self.borrowed(column)?, StreamId::from_bytes)
    }

    /// A stream, or NULL.
    pub fn opt_stream(&self, column: usize) -> Result<Option<StreamId>, sqlx::Error> {
        match self.opt_borrowed(column)? {
            None => Ok(None),
            Some(value) => self.convert(column, value, StreamId::from_bytes).map(Some),
        }
    }

    /// Bytes of a known length: a hash, a key.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], sqlx::Error> {
        self.convert(column, self.borrowed(column)?, |bytes| <[u8; N]>::try_from(bytes).ok())
    }

    fn convert<F, T>(
        &self,
        column: usize,
        value: F,
        to: impl FnOnce(F) -> Option<T>,
    ) -> Result<T, sqlx::Error> {
        to(value).ok_or_else(|| sqlx::Error::ColumnDecode {
            index: column.to_string(),
            source: format!("not a {}", std::any::type_name::<T>()).into(),
        })
    }
}
