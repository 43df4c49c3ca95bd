//! What `COPY … TO STDOUT (FORMAT binary)` sends, taken apart into rows.
//!
//! The format is PostgreSQL's (manual, `COPY`, "Binary Format"), all numbers with the highest byte first: a signature of 11
//! bytes, flags and the length of what else is in the header (32 bits each) and that; then row by row the number of fields
//! (16 bits) and of each field its length (32 bits; -1 is NULL) and its bytes. -1 instead of a number of fields ends it.

use bytes::{Buf, Bytes, BytesMut};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags, and the length of the header's extension.
const HEADER_BYTES: usize = SIGNATURE.len() + 8;
/// The flags that a reader must know. None is known here: the only one there ever was says that rows have OIDs.
const CRITICAL_FLAGS: u32 = 0xFFFF_0000;
/// How many fields a row has at most.
const FIELDS_MAX: usize = 10;

/// Takes rows out of what arrives, wherever that is cut.
#[derive(Default)]
pub(super) struct Decoder {
    /// What has arrived and is not taken yet.
    rest: Bytes,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Header,
    Rows,
    End,
}

impl Decoder {
    /// What has arrived next.
    pub(super) fn push(&mut self, chunk: Bytes) {
        if self.rest.is_empty() {
            self.rest = chunk;
        } else {
            let mut joined = BytesMut::from(std::mem::take(&mut self.rest));
            joined.extend_from_slice(&chunk);
            self.rest = joined.freeze();
        }
    }

    /// The next row, where it has arrived as a whole.
    ///
    /// # Errors
    /// Where it is not of this format.
    pub(super) fn row(&mut self) -> Result<Option<CopiedRow>, sqlx::Error> {
        if self.at == At::Header && !self.header()? {
            return Ok(None);
        }
        if self.at == At::End {
            return if self.rest.is_empty() { Ok(None) } else { Err(malformed("it goes on behind its end")) };
        }
        let Some(count) = number(&self.rest, 0).map(i16::from_be_bytes) else { return Ok(None) };
        if count == -1 {
            self.rest.advance(2);
            self.at = At::End;
            return self.row();
        }
        let count = usize::try_from(count).ok().filter(|count| *count <= FIELDS_MAX);
        let count = count.ok_or_else(|| malformed("a row has not its number of fields"))?;
        let mut fields = [None; FIELDS_MAX];
        let mut end = 2;
        for field in &mut fields[..count] {
            let Some(length) = number(&self.rest, end).map(i32::from_be_bytes) else { return Ok(None) };
            end += 4;
            if length == -1 {
                continue;
            }
            let length = usize::try_from(length).map_err(|_| malformed("a field has a negative length"))?;
            *field = Some((end, end + length));
            end += length;
        }
        if self.rest.len() < end {
            return Ok(None);
        }
        Ok(Some(CopiedRow { bytes: self.rest.split_to(end), fields, count }))
    }

    /// Nothing more arrives.
    ///
    /// # Errors
    /// Where something is missing.
    pub(super) fn end(&self) -> Result<(), sqlx::Error> {
        if self.at == At::End && self.rest.is_empty() { Ok(()) } else { Err(malformed("its end is missing")) }
    }

    /// Whether the header has arrived as a whole, which is passed over then.
    fn header(&mut self) -> Result<bool, sqlx::Error> {
        let signature = &self.rest[..self.rest.len().min(SIGNATURE.len())];
        if !SIGNATURE.starts_with(signature) {
            return Err(malformed("it has not the signature of the binary format"));
        }
        let flags = number(&self.rest, SIGNATURE.len()).map(u32::from_be_bytes);
        let extension = number(&self.rest, SIGNATURE.len() + 4).map(i32::from_be_bytes);
        let (Some(flags), Some(extension)) = (flags, extension) else { return Ok(false) };
        if flags & CRITICAL_FLAGS != 0 {
            return Err(malformed("it has a flag that is not known"));
        }
        let extension =
            usize::try_from(extension).map_err(|_| malformed("its header has a negative length"))?;
        let whole = self.rest.len() >= HEADER_BYTES + extension;
        if whole {
            self.rest.advance(HEADER_BYTES + extension);
            self.at = At::Rows;
        }
        Ok(whole)
    }
}

/// The bytes of a number, where they have arrived.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn malformed(problem: &str) -> sqlx::Error {
    sqlx::Error::Protocol(format!("what PostgreSQL copied out cannot be read: {problem}"))
}

/// A row, as it was sent. Whoever holds a field of it holds what arrived together with it.
pub struct CopiedRow {
    bytes: Bytes,
    /// From where to where, of those that are not NULL.
    fields: [Option<(usize, usize)>; FIELDS_MAX],
    count: usize,
}

impl CopiedRow {
    /// A field as what it is read as; columns are counted from 0.
    pub(super) fn get<'a, T: OfField<'a>>(&'a self, column: usize) -> Result<T, sqlx::Error> {
        let field = self.field(column)?.map(|(from, to)| &self.bytes[from..to]);
        T::of(field).ok_or_else(|| unreadable::<T>(column))
    }

    /// The bytes of a field, which are not copied.
    pub(super) fn shared(&self, column: usize) -> Result<Bytes, sqlx::Error> {
        let field = self.field(column)?.map(|(from, to)| self.bytes.slice(from..to));
        field.ok_or_else(|| unreadable::<Bytes>(column))
    }

    fn field(&self, column: usize) -> Result<Option<(usize, usize)>, sqlx::Error> {
        let field = self.fields[..self.count].get(column);
        field.copied().ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: column, len: self.count })
    }
}

pub(super) fn unreadable<T>(column: usize) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_string(),
        source: format!("not a {}", std::any::type_name::<T>()).into(),
    }
}

/// What a field may be read as, of the binary format; `None` is NULL.
pub(super) trait OfField<'a>: Sized {
    fn of(field: Option<&'a [u8]>) -> Option<Self>;
}

impl OfField<'_> for i64 {
    fn of(field: Option<&[u8]>) -> Option<Self> {
        let field = field?;
        let narrow = || field.try_into().ok().map(i32::from_be_bytes).map(Self::from);
        field.try_into().ok().map(Self::from_be_bytes).or_else(narrow)
    }
}

impl<'a> OfField<'a> for &'a [u8] {
    fn of(field: Option<&'a [u8]>) -> Option<Self> {
        field
    }
}

impl OfField<'_> for Vec<u8> {
    fn of(field: Option<&[u8]>) -> Option<Self> {
        field.map(<[u8]>::to_vec)
    }
}

impl<'a> OfField<'a> for &'a str {
    fn of(field: Option<&'a [u8]>) -> Option<Self> {
        std::str::from_utf8(field?).ok()
    }
}

impl<'a, T: OfField<'a>> OfField<'a> for Option<T> {
    fn of(field: Option<&'a [u8]>) -> Option<Self> {
        if field.is_none() { Some(None) } else { T::of(field).map(Some) }
    }
}

#[cfg(test)]
#[path = "copied_tests.rs"]
mod tests;
