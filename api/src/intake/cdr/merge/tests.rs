use super::*;
use sangdam_records::cdr::parse;

fn row(line: u64, more: [&str; 8]) -> NumberedRow {
    let [src, dst, channel, dst_channel, seconds, answered, disposition, ids] = more;
    let answer = if answered.is_empty() { String::new() } else { format!("\"2024-01-02 {answered}\"") };
    let text = format!(
        r#""","{src}","{dst}","c","","{channel}","{dst_channel}","Queue","","2024-01-02 09:00:00",{answer},"2024-01-02 09:0{seconds}",60,0,"{disposition}","DOCUMENTATION",{ids}"#
    );
    NumberedRow::new(line, parse(&text).unwrap(), &TimeZone::get("Asia/Seoul").unwrap()).unwrap()
}

const CALLER: &str = "01000001234";

#[test]
fn a_queue_that_rang_at_two_agents_is_one_call_answered_by_the_one_who_did() {
    let ids = r#""1704153600.1","","1704153600.1",1"#;
    let missed = row(1, [CALLER, "8000", "SIP/t-1", "SIP/201-2", "0:20", "", "NO ANSWER", ids]);
    let taken = row(2, [CALLER, "8000", "SIP/t-1", "SIP/202-3", "2:00", "09:00:20", "ANSWERED", ids]);
    let merged = Rows(vec![missed, taken]).merge(&[]).unwrap();
    assert_eq!(merged.direction, Direction::Inbound);
    assert_eq!(merged.number.as_ref().map(PhoneNumber::as_str), Some("+821000001234"));
    assert_eq!(merged.start, "2024-01-02T00:00:00Z".parse().unwrap());
    assert_eq!(merged.end, "2024-01-02T00:02:00Z".parse().unwrap());
    let (at, channel) = merged.answered.unwrap();
    assert_eq!(at, "2024-01-02T00:00:20Z".parse().unwrap());
    assert_eq!(agent_of(&channel), "SIP/202");
}

#[test]
fn an_announcement_answers_nothing() {
    let ids = r#""1704153600.1""#;
    let played = row(1, [CALLER, "8000", "SIP/t-1", "", "0:30", "09:00:01", "ANSWERED", ids]);
    let merged = Rows(vec![played]).merge(&[]).unwrap();
    assert!(merged.answered.is_none() && merged.failure.is_none());
}

#[test]
fn which_way_a_call_went_is_told_by_its_numbers() {
    let ids = r#""1704153600.1""#;
    let way = |src, dst, own: &[PhoneNumber]| {
        let row = row(1, [src, dst, "SIP/201-1", "SIP/t-2", "1:00", "", "BUSY", ids]);
        Rows(vec![row]).merge(own).map(|merged| (merged.direction, merged.number.is_some()))
    };
    assert_eq!(way("201", CALLER, &[]), Some((Direction::Outbound, true)));
    assert_eq!(way("201", "202", &[]), None, "within the house");
    assert_eq!(way("anonymous", "8000", &[]), Some((Direction::Inbound, false)));
    let own = [PhoneNumber::parse("0335600000").unwrap()];
    assert_eq!(way("0335600000", CALLER, &own), Some((Direction::Outbound, true)));
    assert_eq!(way(CALLER, "0335600000", &own), Some((Direction::Inbound, true)));
}

#[test]
fn calls_are_taken_when_no_more_rows_are_to_be_expected() {
    let mut gathering = Gathering::default();
    let ids = r#""1704153600.1""#;
    let mut late = row(2, [CALLER, "8000", "SIP/t-1", "", "1:00", "", "BUSY", ids]);
    gathering.add("a".to_owned(), row(1, [CALLER, "8000", "SIP/t-1", "", "1:00", "", "BUSY", ids]));
    assert!(gathering.take_done().is_empty());
    late.end = late.end.plus_seconds(3601);
    gathering.add("b".to_owned(), late);
    let done: Vec<String> = gathering.take_done().into_iter().map(|(key, _)| key).collect();
    assert_eq!(done, ["a"]);
    assert_eq!(gathering.take_all().len(), 1);
}
