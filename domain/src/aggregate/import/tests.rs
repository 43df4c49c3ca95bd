use super::*;
use crate::aggregate::testing::*;

fn started(digest: u8) -> ImportStarted {
    let code = |text| Code::parse(text).unwrap();
    ImportStarted {
        format: code("csv"),
        source: code("anonymous-bank"),
        file_sha256: Sha256Hex::of([digest; 32]),
        mapping_sha256: None,
    }
}

fn start(digest: u8) -> ImportCommand {
    let ImportStarted { format, source, file_sha256, mapping_sha256 } = started(digest);
    ImportCommand::Start { format, source, file_sha256, mapping_sha256 }
}

fn completed(read: u64) -> ImportCompleted {
    let skipped = vec![SkippedRows { reason: Code::parse("phantom").unwrap(), rows: 2 }];
    ImportCompleted { read, accepted: 5, already_present: 1, skipped, rejected: 2 }
}

fn complete(read: u64) -> ImportCommand {
    let ImportCompleted { read, accepted, already_present, skipped, rejected } = completed(read);
    ImportCommand::Complete { read, accepted, already_present, skipped, rejected }
}

fn import(events: impl IntoIterator<Item = Event>) -> Given<Import> {
    given(IMPORT, events)
}

#[test]
fn starts_once_with_one_file() {
    import([]).when(start(1)).then(started(1));
    import([started(1).into()]).when(start(1)).then_nothing();
    import([started(1).into()]).when(start(2)).rejected(Rejection::ImportAlreadyStarted);
}

#[test]
fn completes_once_with_every_row_accounted_for() {
    import([started(1).into()]).when(complete(10)).then(completed(10));
    import([started(1).into(), completed(10).into()]).when(complete(10)).then_nothing();
    import([started(1).into(), completed(10).into()])
        .when(complete(11))
        .rejected(Rejection::ImportAlreadyCompleted);
    import([started(1).into()])
        .when(complete(11))
        .rejected(Rejection::ImportNumbersDisagree { read: 11, accounted: 10 });
    import([]).when(complete(10)).rejected(Rejection::ImportNotStarted);
}

#[test]
fn stands_as_its_facts_say_and_holds_nothing_personal() {
    assert_eq!(import([]).state.status(), ImportStatus::None);
    assert_eq!(import([started(1).into()]).state.status(), ImportStatus::Started);
    let done = import([started(1).into(), completed(10).into()]).state;
    assert_eq!((done.status(), done.subject()), (ImportStatus::Completed, None));
}
