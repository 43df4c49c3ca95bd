//! `sangdam import queue-log`.

use sangdam_tests::{Database, QueueLog, both_engines};
use serde_json::{Value, json};

use super::{Desk, refused};

/// One call's way through the queue, over the years 2010 and 2024.
const CALLS: &str = "\
1277000000|QUEUESTART|NONE|NONE|QUEUESTART|
1277000000|1277000000.12|main|NONE|ENTERQUEUE||01000001234
1277000004|1277000000.12|main|SIP/201|RINGNOANSWER|4000
1277000009|1277000000.12|main|SIP/202|CONNECT|9|1277000004.13|5
1277000129|1277000000.12|main|SIP/202|TRANSFER|205|from-internal|9|120
1704153600|pbx1-1704153600.1|NONE|NONE|DID|0335600000
1704153601|pbx1-1704153600.1|민원 접수|NONE|ENTERQUEUE||anonymous|1
1704153605|pbx1-1704153600.1|민원 접수|김상담|CONNECT|4|pbx1-1704153601.2|3
1704153665|pbx1-1704153600.1|민원 접수|김상담|COMPLETECALLER|4|60|1
1704153670|pbx1-1704153670.3|main|NONE|ENTERQUEUE||01000001234|1
1704153690|pbx1-1704153670.3|main|NONE|ABANDON|1|1|20
";

fn of_type<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["type"] == name).collect()
}

async fn a_file_becomes_calls_and_the_second_time_nothing(database: Database) {
    let desk = Desk::new(database);
    let file = desk.file("queue_log", CALLS);
    let first = desk.import("queue-log", &file, &["--queue", "민원 접수=minwon"]);
    assert_eq!(first.parts(), (11, 9, 0, 2, 0), "{}", first.told);
    let again = desk.import("queue-log", &file, &["--queue", "민원 접수=minwon"]);
    assert_eq!(again.parts(), (11, 0, 9, 2, 0));
    assert!(again.told.contains("was imported in this way before"), "{}", again.told);
    assert_eq!(again.position, first.position);

    let events = desk.events();
    let offers = of_type(&events, "CallOffered");
    assert_eq!(offers.len(), 3);
    assert_eq!(offers[0]["body"]["evidence"], "imported");
    assert_eq!(
        (&offers[1]["body"]["queue"], &offers[1]["body"]["dialled"]),
        (&json!("minwon"), &json!("0335600000"))
    );
    assert!(offers[1]["body"].get("from").is_none(), "withheld");
    assert_eq!(
        offers[0]["body"]["caller"], offers[2]["body"]["caller"],
        "the same number is the same caller"
    );
    assert_eq!(of_type(&events, "CallerRegistered").len(), 1);
    assert_eq!(of_type(&events, "AgentRegistered").len(), 3);
    assert_eq!(of_type(&events, "CallRangUnanswered")[0]["body"]["ring_milliseconds"], 4000);
    let answers = of_type(&events, "CallAnswered");
    assert_eq!((answers.len(), &answers[1]["body"]["wait_seconds"]), (2, &json!(4)));
    let ends = of_type(&events, "CallEnded");
    assert_eq!(
        (&ends[0]["body"]["cause"], &ends[0]["body"]["talk_seconds"]),
        (&json!("transfer"), &json!(120))
    );
    assert_eq!(ends[1]["body"]["by"], "caller");
    assert_eq!(of_type(&events, "CallAbandoned")[0]["body"]["wait_seconds"], 20);
    assert_eq!(of_type(&events, "TelephoneRecordKept").len(), 1, "where it was transferred to");
    assert!(of_type(&events, "ConsultationOpened").is_empty(), "agents open consultations");
    desk.verify();
}

both_engines!(a_file_becomes_calls_and_the_second_time_nothing);

async fn a_call_may_lie_across_files_and_a_line_in_both(database: Database) {
    let desk = Desk::new(database);
    let lines: Vec<&str> = CALLS.lines().collect();
    let rotated = desk.file("queue_log.1", &format!("{}\n", lines[..8].join("\n")));
    let current = desk.file("queue_log", &format!("{}\n", lines[6..].join("\n")));
    assert_eq!(desk.import("queue-log", &rotated, &[]).parts(), (8, 6, 0, 2, 0));
    assert_eq!(desk.import("queue-log", &current, &[]).parts(), (5, 3, 2, 0, 0));
    let counted = desk.counted();
    assert_eq!((counted["CallOffered"], counted["CallAnswered"], counted["CallEnded"]), (3, 2, 2));
}

both_engines!(a_call_may_lie_across_files_and_a_line_in_both);

async fn a_calls_later_lines_infer_what_came_before(database: Database) {
    let desk = Desk::new(database);
    let lines = "1704153605|1704153600.1|main|Kim|CONNECT|5|x|3\n1704153700|1704153500.1|main|Kim|COMPLETEAGENT|5|60|1\n";
    let file = desk.file("queue_log", lines);
    assert_eq!(desk.import("queue-log", &file, &[]).accepted, 2);
    let events = desk.events();
    let told: Vec<(&str, &str, &str)> = events
        .iter()
        .filter(|event| event["type"].as_str().unwrap().starts_with("Call"))
        .map(|event| {
            let text =
                |value: &'_ Value| -> &'static str { Box::leak(value.as_str().unwrap().to_owned().into()) };
            (text(&event["type"]), text(&event["occurred_at"]), text(&event["body"]["evidence"]))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("CallOffered", "2024-01-02T00:00:00.000000Z", "inferred"),
            ("CallAnswered", "2024-01-02T00:00:05.000000Z", "imported"),
            ("CallOffered", "2024-01-02T00:00:35.000000Z", "inferred"),
            ("CallAnswered", "2024-01-02T00:00:40.000000Z", "inferred"),
            ("CallEnded", "2024-01-02T00:01:40.000000Z", "imported"),
        ]
    );
    // The offer itself comes with an older file: nothing of it is lost.
    let older = desk.file("queue_log.1", "1704153600|1704153600.1|main|NONE|ENTERQUEUE||01000001234|1\n");
    assert_eq!(desk.import("queue-log", &older, &[]).accepted, 1);
    assert_eq!(desk.counted()["TelephoneRecordKept"], 1);
}

both_engines!(a_calls_later_lines_infer_what_came_before);

async fn bad_lines_are_told_and_stop_nothing(database: Database) {
    let desk = Desk::new(database);
    let text = [
        b"1704153600|1704153600.1|main|NONE|ENTERQUEUE||01000001234|1\n".as_slice(),
        b"yesterday|1704153600.1|main|Kim|CONNECT|5\n",
        b"1704153605|1704153600.1|main|Kim|CONNECT|five\n",
        b"1704153605|1704153600.1|main\n\n",
        b"1704153605|1704153600.1|main|\xB1\xE8|CONNECT|5\n",
        b"33039999999|1704153600.1|main|Kim|CONNECT|5\n",
        b"1704153605|1704153600.1|main|Kim|CONNECT|5|x|3\n",
        b"1704153605|1704153600.1|main|Kim|COMPLETEAG",
    ]
    .concat();
    let path = desk.path("queue_log");
    std::fs::write(&path, text).unwrap();
    let bad = desk.path("bad.txt");
    let numbers = desk.import("queue-log", path.to_str().unwrap(), &["--rejected", bad.to_str().unwrap()]);
    assert_eq!(numbers.parts(), (8, 2, 0, 0, 6), "{}", numbers.told);
    let bad = std::fs::read_to_string(bad).unwrap();
    let told: Vec<&str> = bad.lines().collect();
    for (line, words) in told.iter().zip([
        "line 2: field 1: `yesterday` is no moment",
        "line 3: field 6: `five` is no hold time",
        "line 4: has 3 fields",
        "line 6: is not UTF-8",
        "line 7: 3016-12-",
        "line 9: the file is cut off here",
    ]) {
        assert!(line.starts_with(words), "{line}: {words}");
    }
}

both_engines!(bad_lines_are_told_and_stop_nothing);

async fn agents_are_seen_and_what_changes_nothing_is_kept(database: Database) {
    let desk = Desk::new(database);
    let lines = "\
        1704153600|NONE|main|Kim|ADDMEMBER|\n\
        1704153600|NONE|other|Kim|ADDMEMBER|\n\
        1704157200|NONE|NONE|Kim|PAUSEALL|lunch\n\
        1704160800|NONE|NONE|Kim|UNPAUSEALL|\n\
        1704160801|NONE|main|NONE|RULE|anything\n\
        1704186000|MANAGER|main|Kim|REMOVEMEMBER|\n";
    let file = desk.file("queue_log", lines);
    assert_eq!(desk.import("queue-log", &file, &[]).parts(), (6, 6, 0, 0, 0));
    let counted = desk.counted();
    let states = ["ShiftStarted", "AgentStateChanged", "ShiftEnded", "TelephoneRecordKept"];
    assert_eq!(states.map(|name| counted[name]), [1, 2, 1, 2]);
    assert_eq!(desk.import("queue-log", &file, &[]).parts(), (6, 0, 6, 0, 0));
    assert_eq!(desk.counted(), counted);
}

both_engines!(agents_are_seen_and_what_changes_nothing_is_kept);

async fn each_answered_call_may_be_taken_for_a_consultation(database: Database) {
    let desk = Desk::new(database);
    let file = desk.file("queue_log", CALLS);
    assert_eq!(desk.import("queue-log", &file, &["--consultations"]).accepted, 9);
    let counted = desk.counted();
    assert_eq!((counted["ConsultationOpened"], counted["ConsultationResolved"]), (2, 2));
    assert_eq!(desk.import("queue-log", &file, &["--consultations"]).parts(), (11, 0, 9, 2, 0));
    assert_eq!(desk.counted(), counted);
}

both_engines!(each_answered_call_may_be_taken_for_a_consultation);

async fn a_long_file_comes_to_what_it_says(database: Database) {
    let desk = Desk::new(database);
    let log = QueueLog::new(4, 6_000);
    let file = desk.file("queue_log", &log.text());
    let numbers = desk.import("queue-log", &file, &[]);
    let expected = log.expected();
    assert_eq!(numbers.parts(), (6_000, 6_000 - expected["skipped"], 0, expected["skipped"], 0));
    let counted = desk.counted();
    for (name, count) in expected.iter().filter(|(name, _)| **name != "skipped") {
        assert_eq!(counted[*name], *count, "{name}");
    }
    assert_eq!(desk.import("queue-log", &file, &[]).position, numbers.position);
    desk.verify();
}

both_engines!(a_long_file_comes_to_what_it_says);

async fn what_is_wrong_with_the_arguments_is_told(database: Database) {
    refused(
        &database,
        &["import", "queue-log", "--source", "Wrong Name", "x"],
        &["--source Wrong Name: expected 1 to 40 of a-z"],
    );
    let empty = database.folder().join("queue_log");
    std::fs::write(&empty, "").unwrap();
    refused(
        &database,
        &["import", "queue-log", empty.to_str().unwrap()],
        &["knows no centre `jeongseon`", "registerCentre"],
    );
    refused(
        &database,
        &["import", "queue-log", "--queue", "main", "x"],
        &["`main` is no pair of a queue and its code"],
    );
}

both_engines!(what_is_wrong_with_the_arguments_is_told);
