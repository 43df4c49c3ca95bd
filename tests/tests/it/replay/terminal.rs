//! `sangdam replay`.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use sangdam_tests::{Database, Program, both_engines};
use serde_json::{Value, json};

use super::desk::{Desk, NAME, PHONE};

/// A caller's matter, with a note that is corrected. The UUIDs of caller, call and consultation.
async fn matter(desk: &Desk) -> (String, String, String) {
    let caller = desk
        .makes("registerCaller", json!({ "phone": PHONE, "name": NAME, "kind": "RESIDENT" }), "caller")
        .await;
    let (call, _) = desk.answers(PHONE).await;
    let consultation = desk.opens(&call, "waste").await;
    desk.notes(&consultation, "폐기물\n스티커").await;
    let correction = json!({ "consultation": consultation, "note": { "note": 3, "text": "스티커 가격" },
        "why": "잘못 들음" });
    desk.does("correctConsultation", correction, "").await;
    desk.resolves(&consultation).await;
    (caller, call, consultation)
}

fn lines(database: &Database, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["replay", "--format", "json"], arguments].concat();
    let text = Program::succeed(database, &arguments);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of(steps: &[Value], field: &str) -> Vec<String> {
    steps
        .iter()
        .map(|step| step[field].as_str().map_or_else(|| step[field].to_string(), str::to_owned))
        .collect()
}

async fn a_matter_is_replayed_for_programs(database: Database) {
    let desk = Desk::open(&database).await;
    let (caller, call, consultation) = matter(&desk).await;
    let agent = desk.agent.clone();
    desk.answers("010-0000-0001").await;
    desk.server.stop().await;

    let stream = format!("consultation/{consultation}");
    let steps = lines(&database, &["--stream", &stream]);
    let types = [
        "ConsultationOpened",
        "ConsultationCategorised",
        "NoteRecorded",
        "ConsultationCorrected",
        "ConsultationResolved",
    ];
    assert_eq!(of(&steps, "type"), types);
    assert_eq!(of(&steps, "version"), ["1", "2", "3", "4", "5"]);
    assert_eq!(steps[0]["before"]["status"], "none");
    for pair in steps.windows(2) {
        assert_eq!(pair[0]["after"], pair[1]["before"]);
    }
    let noted = &steps[2];
    assert_eq!(noted["stream"], stream.as_str());
    assert_eq!(noted["actor"], json!({ "id": "-", "kind": "open" }));
    assert_eq!(noted["changes"][0]["path"], "/notes/0");
    assert_eq!(noted["changes"][0]["after"]["text"], "폐기물\n스티커");
    assert!(noted["changes"][0].get("before").is_none());
    let corrected = steps[3]["changes"].as_array().unwrap();
    let expected = json!({ "path": "/notes/0/text", "before": "폐기물\n스티커", "after": "스티커 가격" });
    assert!(corrected.contains(&expected), "{corrected:#?}");

    let mut back = lines(&database, &["--stream", &stream, "--backwards"]);
    assert_eq!(lines(&database, &["--stream", &stream, "--backwards", "--limit", "2"]), back[..2]);
    back.reverse();
    assert_eq!(back, steps);

    let all = lines(&database, &[]);
    let positions: Vec<u64> = all.iter().map(|step| step["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=all.len() as u64).collect::<Vec<_>>());
    let some = lines(&database, &["--type", "NoteRecorded", "--type", "CallAnswered"]);
    assert_eq!(of(&some, "type"), ["CallAnswered", "NoteRecorded", "CallAnswered"]);
    assert_eq!(lines(&database, &["--from", "3", "--to", "5"]), all[2..5]);
    let moment = all[4]["recorded_at"].as_str().unwrap();
    let since = lines(&database, &["--from", moment]);
    assert!(since.iter().all(|step| step["recorded_at"].as_str().unwrap() >= moment), "{moment}");
    assert_eq!(since.last(), all.last());

    let streams = |steps: &[Value]| of(steps, "stream").into_iter().collect::<BTreeSet<_>>();
    let theirs = [format!("call/{call}"), format!("caller/{caller}"), stream];
    assert_eq!(streams(&lines(&database, &["--caller", &caller])), theirs.iter().cloned().collect());
    let of_agent = streams(&lines(&database, &["--agent", &format!("agent/{agent}")]));
    assert!(of_agent.contains(&format!("agent/{agent}")) && of_agent.contains(&theirs[0]), "{of_agent:?}");
    assert!(of_agent.contains(&theirs[2]) && !of_agent.contains(&theirs[1]), "{of_agent:?}");
    let centre = lines(&database, &["--stream", "centre"]);
    assert_eq!(of(&centre, "type"), ["CentreRegistered", "CategoryTaxonomyPublished"]);
}

async fn a_matter_is_replayed_for_people(database: Database) {
    let desk = Desk::open(&database).await;
    let (_, _, consultation) = matter(&desk).await;
    desk.server.stop().await;
    let stream = format!("consultation/{consultation}");
    let korean = Program::succeed(&database, &["replay", "--stream", &stream]);
    for told in [
        "메모 기록 (NoteRecorded)",
        "+ 메모 1 › 내용: \"폐기물\\n스티커\"",
        "~ 상태: \"open\" → \"resolved\"",
        "~ 메모 1 › 내용: \"폐기물\\n스티커\" → \"스티커 가격\"",
        "행위자",
    ] {
        assert!(korean.contains(told), "{told}:\n{korean}");
    }
    let english = Program::succeed(&database, &["replay", "--stream", &stream, "--language", "en"]);
    for told in [
        "NoteRecorded",
        "+ /notes/0/text: \"폐기물\\n스티커\"",
        "~ /status: \"open\" → \"resolved\"",
        "by open",
    ] {
        assert!(english.contains(told), "{told}:\n{english}");
    }
    assert_eq!(korean.lines().filter(|line| line.starts_with('#')).count(), 5, "{korean}");
    let none = Program::run(&database, &["replay", "--type", "CallersMerged"]);
    assert!(none.status.success() && none.stdout.is_empty(), "{none:?}");
    assert!(String::from_utf8_lossy(&none.stderr).contains("그런 기록이 없습니다"), "{none:?}");
}

async fn what_cannot_be_replayed_is_told(database: Database) {
    let desk = Desk::open(&database).await;
    desk.server.stop().await;
    let nobody = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    let unknown = format!("consultation/{nobody}");
    for (arguments, code, told) in [
        (["--stream", unknown.as_str()].as_slice(), 1, "has no stream consultation/0190a1b2"),
        (&["--caller", nobody], 1, "has no caller 0190a1b2"),
        (&["--agent", nobody], 1, "has no agent 0190a1b2"),
        (&["--stream", "call/7"], 2, "`call/7` is not a stream"),
        (&["--type", "NoteRecored"], 2, "a similar value exists: 'NoteRecorded'"),
        (&["--from", "5000"], 2, "has positions 1 to 4, not 5000"),
        (&["--to", "0"], 2, "has positions 1 to 4, not 0"),
        (&["--from", "3", "--to", "2"], 2, "begin at position 3 and end at 2"),
        (&["--from", "2099-01-01"], 2, "`from`: jeongseon/main was written from"),
        (&["--to", "1999-01-01"], 2, "`to`: jeongseon/main was written from"),
        (&["--from", "2099-01-02", "--to", "2099-01-01"], 2, "`from`"),
        (&["--from", "soon"], 2, "neither a position nor a time"),
        (&["--interactive"], 2, "needs a terminal"),
        (&["--centre", "taebaek"], 1, "no log `taebaek/main`"),
    ] {
        let output = Program::run(&database, &[&["replay"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// With keys typed into a terminal of its own.
async fn a_matter_is_walked_through_by_keys(database: Database) {
    let desk = Desk::open(&database).await;
    let (_, _, consultation) = matter(&desk).await;
    desk.server.stop().await;
    let walk = format!(
        "stty rows 24 cols 100; exec {} replay --interactive --stream consultation/{consultation}",
        Program::path().display()
    );
    let mut child = Command::new("timeout")
        .args(["60", "script", "--quiet", "--return", "--command", &walk, "/dev/null"])
        .envs(database.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`timeout` and `script` are on every Debian machine");
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    // What is typed before the first screen is read by the line, as in any shell.
    let mut drawn = Vec::new();
    while !String::from_utf8_lossy(&drawn).contains("q 끝내기") {
        let mut some = [0; 4096];
        let count = screen.read(&mut some).unwrap();
        assert!(count > 0, "it ended early: {}", String::from_utf8_lossy(&drawn));
        drawn.extend_from_slice(&some[..count]);
    }
    // Forwards twice, back once, to the last, beyond it, to what there is not, the whole state, and away.
    keys.write_all("nnp\u{1b}[Fng999\rsq".as_bytes()).unwrap();
    screen.read_to_end(&mut drawn).unwrap();
    let status = child.wait().unwrap();
    drop(keys);
    let drawn = String::from_utf8(drawn).unwrap();
    assert!(status.success(), "{status}: {drawn:?}");
    for told in [
        "상담 시작 (ConsultationOpened)",
        "메모 기록 (NoteRecorded)",
        "상담 해결 (ConsultationResolved)",
        "+ 해결 › 결과: \"answered\"",
        "더 이상 없습니다.",
        "거기부터는 기록이 없습니다: 999",
        "── 이전",
        "n/→ 다음",
    ] {
        assert!(drawn.contains(told), "{told}: {drawn:?}");
    }
    assert!(drawn.ends_with("\u{1b}[?25h"), "the cursor is shown again: {drawn:?}");
}

both_engines!(
    a_matter_is_walked_through_by_keys,
    a_matter_is_replayed_for_programs,
    a_matter_is_replayed_for_people,
    what_cannot_be_replayed_is_told,
);
