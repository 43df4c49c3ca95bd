use super::*;

/// Two rows of four fields, of which some are NULL or empty, as PostgreSQL sends them.
fn sent() -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend([0; 4]);
    bytes.extend([0, 0, 0, 3, 7, 7, 7]);
    for (number, leaf) in [(1_i64 << 40, Some(&b"{\"a\":1}"[..])), (-2, None)] {
        bytes.extend(4_i16.to_be_bytes());
        field(&mut bytes, Some(&number.to_be_bytes()));
        field(&mut bytes, leaf);
        field(&mut bytes, Some("통화".as_bytes()));
        field(&mut bytes, Some(b""));
    }
    bytes.extend((-1_i16).to_be_bytes());
    bytes
}

fn field(bytes: &mut Vec<u8>, field: Option<&[u8]>) {
    bytes.extend(field.map_or(-1, |field| i32::try_from(field.len()).unwrap()).to_be_bytes());
    bytes.extend(field.unwrap_or_default());
}

fn rows<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<CopiedRow>, sqlx::Error> {
    let (mut decoder, mut rows) = (Decoder::default(), Vec::new());
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        while let Some(row) = decoder.row()? {
            rows.push(row);
        }
    }
    decoder.end()?;
    Ok(rows)
}

#[track_caller]
fn both_are_read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) {
    let rows = rows(chunks).unwrap();
    let [first, second] = &rows[..] else { panic!("{} rows", rows.len()) };
    assert_eq!((first.get::<i64>(0).unwrap(), second.get::<i64>(0).unwrap()), (1 << 40, -2));
    assert_eq!(first.shared(1).unwrap(), "{\"a\":1}");
    assert_eq!(first.get::<Option<&[u8]>>(1).unwrap(), Some(&b"{\"a\":1}"[..]));
    assert_eq!(second.get::<Option<Vec<u8>>>(1).unwrap(), None);
    assert_eq!(second.get::<Option<i64>>(1).unwrap(), None);
    for row in &rows {
        assert_eq!(row.get::<&str>(2).unwrap(), "통화");
        assert_eq!(row.get::<Vec<u8>>(3).unwrap(), [0; 0]);
    }
}

#[track_caller]
fn refused<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, problem: &str) {
    let told = rows(chunks).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(told.contains(problem), "`{told}` is not about: {problem}");
}

#[test]
fn rows_are_whole_wherever_what_arrives_is_cut() {
    let sent = sent();
    both_are_read([&sent[..]]);
    both_are_read(sent.chunks(1));
    for cut in 0..=sent.len() {
        let (before, behind) = sent.split_at(cut);
        both_are_read([before, behind]);
        both_are_read([before, &[], behind]);
    }
}

#[test]
fn what_ends_too_early_is_refused() {
    let sent = sent();
    for end in 0..sent.len() {
        refused([&sent[..end]], "its end is missing");
        refused(sent[..end].chunks(1), "its end is missing");
    }
}

#[test]
fn what_goes_on_behind_its_end_is_refused() {
    let sent = [&sent()[..], &[0]].concat();
    refused([&sent[..]], "it goes on behind its end");
    refused(sent.chunks(1), "it goes on behind its end");
}

#[test]
fn another_signature_is_refused_at_its_first_byte() {
    for at in 0..SIGNATURE.len() {
        let mut sent = sent();
        sent[at] ^= 1;
        refused([&sent[..]], "signature");
        refused([&sent[..=at]], "signature");
    }
}

#[test]
fn an_unknown_flag_is_refused_where_it_changes_the_format() {
    let mut sent = sent();
    sent[SIGNATURE.len() + 3] = 1;
    both_are_read([&sent[..]]);
    sent[SIGNATURE.len() + 1] = 1;
    refused([&sent[..]], "a flag that is not known");
}

#[test]
fn impossible_numbers_are_refused() {
    let header = &[SIGNATURE, &[0; 8]].concat()[..];
    refused([SIGNATURE, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]], "its header has a negative length");
    for count in [i16::MIN, -2, 11, i16::MAX] {
        refused([header, &count.to_be_bytes()], "a row has not its number of fields");
    }
    refused([header, &[0, 1], &(-2_i32).to_be_bytes()], "a field has a negative length");
    refused([header, &[0, 1], &i32::MAX.to_be_bytes(), &[0; 100]], "its end is missing");
}

#[test]
fn a_field_that_is_something_else_cannot_be_read() {
    let sent = sent();
    let rows = rows([&sent[..]]).unwrap();
    assert!(rows[0].get::<i64>(1).is_err(), "seven bytes are no number");
    assert!(rows[1].get::<Vec<u8>>(1).is_err() && rows[1].shared(1).is_err(), "NULL is no bytes");
    assert!(rows[0].get::<&str>(0).is_ok() && rows[1].get::<&str>(0).is_err(), "0xFF is in no text");
    assert!(matches!(rows[0].get::<i64>(4), Err(sqlx::Error::ColumnIndexOutOfBounds { index: 4, len: 4 })));
}

#[test]
fn a_number_is_read_in_either_width() {
    assert_eq!(i64::of(Some(&(-5_i64).to_be_bytes())), Some(-5));
    assert_eq!(i64::of(Some(&(-5_i32).to_be_bytes())), Some(-5));
    assert_eq!(i64::of(Some(&(-5_i16).to_be_bytes())), None, "no column has it");
}
