use super::*;

const ALWAYS_16: &str = r#""","01000001234","8000","from-trunk","""Kim"" <01000001234>","SIP/trunk-0000001a","SIP/201-0000001b","Queue","main,t,,,60","2024-01-02 09:00:00","2024-01-02 09:00:05","2024-01-02 09:02:00",120,115,"ANSWERED","DOCUMENTATION""#;

fn with(more: &str) -> CdrRow {
    parse(&format!("{ALWAYS_16}{more}")).unwrap_or_else(|problem| panic!("{more}: {problem}"))
}

#[track_caller]
fn refused(line: &str, words: &str) {
    let problem = parse(line).unwrap_err();
    assert!(problem.contains(words), "{problem}");
}

#[test]
fn a_row_of_16_columns_is_read() {
    let row = with("");
    assert_eq!((row.src.as_str(), row.dst.as_str()), ("01000001234", "8000"));
    assert_eq!(row.clid, "\"Kim\" <01000001234>");
    assert_eq!(row.start.to_string(), "2024-01-02T09:00:00");
    assert_eq!(row.answer.map(|at| at.to_string()).as_deref(), Some("2024-01-02T09:00:05"));
    assert_eq!((row.duration_seconds, row.billable_seconds), (120, 115));
    assert_eq!((row.disposition, row.unique_id, row.linked_id), (Disposition::Answered, None, None));
}

#[test]
fn the_ids_are_found_in_every_width() {
    let ids = |more| {
        let row = with(more);
        (row.unique_id, row.linked_id)
    };
    let one = Some("1704153600.12".to_owned());
    let two = Some("1704153599.11".to_owned());
    assert_eq!(ids(r#","1704153600.12""#), (one.clone(), None));
    assert_eq!(ids(r#","a note""#), (None, None));
    assert_eq!(ids(r#","1704153600.12","a note""#), (one.clone(), None));
    assert_eq!(ids(r#","a note","1704153600.12""#), (one.clone(), None));
    assert_eq!(ids(r#","","1704153599.11",7"#), (None, two.clone()));
    assert_eq!(ids(r#","1704153600.12","","1704153599.11",7"#), (one.clone(), two.clone()));
    assert_eq!(ids(r#","1704153600.12","","","1704153599.11",7"#), (one, two));
}

#[test]
fn a_row_nobody_answered_lacks_the_answer() {
    let row = parse(
        &ALWAYS_16
            .replace(r#""2024-01-02 09:00:05""#, "")
            .replace("ANSWERED", "NO ANSWER")
            .replace("115", "0"),
    );
    let row = row.unwrap();
    assert_eq!((row.answer, row.disposition), (None, Disposition::NoAnswer));
}

#[test]
fn a_channels_id_tells_its_second() {
    assert_eq!(channel_epoch("1366720340.303267"), Some(1_366_720_340));
    assert_eq!(channel_epoch("pbx-1-1366720340.3"), Some(1_366_720_340));
    for other in ["", ".", "1.", ".1", "a.b", "1366720340", "SIP/1-0000001a", "9999999999999999.1"] {
        assert_eq!(channel_epoch(other), None, "{other}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_column() {
    refused("", "has 1 columns");
    refused(&format!("{ALWAYS_16},1,2,3,4,5,6"), "has 22 columns");
    refused(&ALWAYS_16.replace("2024-01-02 09:00:00", "02.01.2024"), "column 10 (start): `02.01.2024`");
    refused(&ALWAYS_16.replace("\"2024-01-02 09:00:00\"", ""), "column 10 (start): is empty");
    refused(&ALWAYS_16.replace("2024-01-02 09:02:00", "2024-02-30 09:02:00"), "column 12 (end)");
    refused(&ALWAYS_16.replace(",120,", ",two,"), "column 13 (duration)");
    refused(&ALWAYS_16.replace("ANSWERED", "MAYBE"), "column 15 (disposition): `MAYBE`");
    refused(&ALWAYS_16.replace("\"DOCUMENTATION\"", "\"DOC"), "not closed");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(line in "\\PC*", more in "[0-9,\".a ]{0,30}") {
        let _ = parse(&line);
        let _ = parse(&format!("{ALWAYS_16}{more}"));
    }
}
