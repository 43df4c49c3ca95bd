use super::*;

/// What a line says happened.
#[track_caller]
fn event(line: &str) -> QueueEvent<'_> {
    parse(line).unwrap_or_else(|problem| panic!("{line}: {problem}")).event
}

#[track_caller]
fn refused(line: &str, words: &str) {
    let problem = parse(line).unwrap_err();
    assert!(problem.contains(words), "{line}: {problem}");
}

#[test]
fn a_line_has_its_five_fields_in_front() {
    let line = parse("1366720340|1366720340.303267|MYQUEUE|SIP/8007|RINGNOANSWER|1000").unwrap();
    assert_eq!(line.at, "2013-04-23T12:32:20Z".parse().unwrap());
    assert_eq!(line.call, Some("1366720340.303267"));
    assert_eq!((line.queue, line.agent, line.name), (Some("MYQUEUE"), Some("SIP/8007"), "RINGNOANSWER"));
    let ring = QueueEvent::RangUnanswered { ring_milliseconds: 1000, end: RingEnd::NoAnswer };
    assert_eq!(line.event, ring);
    let newer = parse("1366720340.303267|NONE|NONE|NONE|CONFIGRELOAD|").unwrap();
    assert_eq!(newer.at, "2013-04-23T12:32:20.303267Z".parse().unwrap());
    assert_eq!((newer.call, newer.queue, newer.agent), (None, None, None));
    assert_eq!(newer.event, QueueEvent::Housekeeping("configuration_reloaded"));
}

#[test]
fn a_calls_way_is_read_in_both_generations() {
    assert_eq!(
        event("1277000000|1277000000.12|q|NONE|ENTERQUEUE||0100000 1234"),
        QueueEvent::Entered { caller: "0100000 1234" }
    );
    assert_eq!(
        event("1700000000|pbx1-1700000000.12|q|NONE|ENTERQUEUE|http://x|01000001234|1"),
        QueueEvent::Entered { caller: "01000001234" }
    );
    assert_eq!(event("1|2.3|q|SIP/1|CONNECT|4"), QueueEvent::Connected { hold_seconds: Some(4) });
    assert_eq!(event("1|2.3|q|Kim|CONNECT|4|5.6|3"), QueueEvent::Connected { hold_seconds: Some(4) });
    let completed = |by| QueueEvent::Completed { by, hold_seconds: Some(4), talk_seconds: Some(120) };
    assert_eq!(event("1|2.3|q|Kim|COMPLETEAGENT|4|120|1"), completed(EndedBy::Agent));
    assert_eq!(event("1|2.3|q|Kim|COMPLETECALLER|4|120"), completed(EndedBy::Caller));
    assert_eq!(event("1|2.3|q|NONE|ABANDON|2|3|41"), QueueEvent::Abandoned { wait_seconds: Some(41) });
    assert_eq!(event("1|2.3|q|NONE|ABANDON"), QueueEvent::Abandoned { wait_seconds: None });
    assert_eq!(event("1|2.3|q|NONE|EXITWITHKEY|9|1|1|30"), QueueEvent::Left(QueueExit::KeyPressed));
    assert_eq!(event("1|2.3|q|NONE|EXITWITHTIMEOUT|1|1|60"), QueueEvent::Left(QueueExit::Timeout));
    assert_eq!(event("1|2.3|q|NONE|EXITEMPTY|1|1|0"), QueueEvent::Left(QueueExit::NoAgents));
    assert_eq!(event("1|2.3|q|Kim|AGENTDUMP|"), QueueEvent::AgentDumped);
    assert_eq!(event("1|2.3|q|Kim|SYSCOMPAT|"), QueueEvent::Incompatible);
    assert_eq!(event("1|2.3|NONE|NONE|DID|0335600000"), QueueEvent::Dialled("0335600000"));
}

#[test]
fn transfers_of_every_generation_tell_the_same_times() {
    for (line, kind) in [
        ("1|2.3|q|Kim|TRANSFER|201|from-internal|4|120", TransferKind::Unsaid),
        ("1|2.3|q|Kim|TRANSFER|201|from-internal|4|120|1", TransferKind::Unsaid),
        ("1|2.3|q|Kim|BLINDTRANSFER|201|from-internal|4|120|1", TransferKind::Blind),
        ("1|2.3|q|Kim|ATTENDEDTRANSFER|BRIDGE|8f3c-11e3|4|120|1", TransferKind::Attended),
        ("1|2.3|q|Kim|ATTENDEDTRANSFER|APP|Playback|4|120|1", TransferKind::Attended),
        ("1|2.3|q|Kim|ATTENDEDTRANSFER|LINK|Local/1@a-1;1|Local/1@a-1;2|4|120|1", TransferKind::Attended),
    ] {
        let expected = QueueEvent::Transferred { kind, hold_seconds: Some(4), talk_seconds: Some(120) };
        assert_eq!(event(line), expected, "{line}");
    }
    let untold =
        QueueEvent::Transferred { kind: TransferKind::Unsaid, hold_seconds: None, talk_seconds: None };
    assert_eq!(event("1|2.3|q|Kim|TRANSFER|201,from-internal"), untold);
}

#[test]
fn agents_come_go_and_pause() {
    let seen = |line| match event(line) {
        QueueEvent::AgentSeen(state) => state,
        other => panic!("{line}: {other:?}"),
    };
    for line in [
        "1|NONE|q|Kim|UNPAUSE|",
        "1|NONE|NONE|Kim|UNPAUSEALL|",
        "1|MANAGER|q|Kim|ADDMEMBER|",
        "1|2.3|NONE|Agent/3001|AGENTLOGIN|SIP/1-1",
        "1|2.3|NONE|Agent/3001|AGENTCALLBACKLOGIN|1002@main",
    ] {
        assert_eq!(seen(line), Some(AgentState::Available), "{line}");
    }
    for line in ["1|NONE|q|Kim|PAUSE|점심", "1|NONE|NONE|Kim|PAUSEALL|", "1|CLI|q|Kim|ADDMEMBER|PAUSED"] {
        assert_eq!(seen(line), Some(AgentState::Break), "{line}");
    }
    for line in [
        "1|MANAGER|q|Kim|REMOVEMEMBER|",
        "1|2.3|NONE|Agent/3001|AGENTLOGOFF|SIP/1-1|3600",
        "1|NONE|NONE|Agent/3001|AGENTCALLBACKLOGOFF|1002@main|43|CommandLogoff",
    ] {
        assert_eq!(seen(line), None, "{line}");
    }
    assert_eq!(event("1|REALTIME|q|SIP/1|ADDMEMBER|"), QueueEvent::Housekeeping("realtime_member"));
}

#[test]
fn what_is_not_known_is_no_error() {
    assert_eq!(event("1|2.3|q|NONE|INFO|anything|at|all"), QueueEvent::Unknown);
    assert_eq!(event("1|NONE|q|Kim|PENALTY|2"), QueueEvent::Unknown);
    assert_eq!(event("1|NONE|q|Kim|CONNECT|4"), QueueEvent::Unknown, "an answer of no call");
    assert_eq!(event("1|2.3|q|Kim|COMPLETEAGENT|-1|120|1"), event("1|2.3|q|Kim|COMPLETEAGENT|0|120|1"));
    assert_eq!(event("1|2.3|q|Kim|ATTENDEDTRANSFER"), event("1|2.3|q|Kim|ATTENDEDTRANSFER|"));
}

#[test]
fn what_is_wrong_is_told_with_its_field() {
    refused("", "has 1 fields");
    refused("1366720340|1366720340.3|q", "has 3 fields");
    refused("2024-01-02 03:04:05|2.3|q|Kim|CONNECT|4", "field 1: `2024-01-02 03:04:05`");
    refused("|2.3|q|Kim|CONNECT|4", "field 1");
    refused("-5|2.3|q|Kim|CONNECT|4", "field 1");
    refused("1e9|2.3|q|Kim|CONNECT|4", "field 1");
    refused("99999999999999999999|2.3|q|Kim|CONNECT|4", "field 1");
    refused("9999999999999|2.3|q|Kim|CONNECT|4", "field 1");
    refused("1|2.3|q|Kim||4", "field 5");
    refused("1|2.3|q|Kim|CONNECT|four", "field 6: `four` is no hold time");
    refused("1|2.3|q|Kim|COMPLETEAGENT|4|4294967296", "field 7");
    refused("1|2.3|q|Kim|RINGNOANSWER|1.5", "field 6");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(line in "\\PC*|[0-9.]{0,12}\\|[A-Z0-9.|]{0,40}") {
        if let Ok(read) = parse(&line) {
            assert!(line.contains(read.name));
        }
    }
}
