use super::*;
use crate::aggregate::testing::*;

const LEASE_SECONDS: u32 = 300;

fn name() -> Code {
    Code::parse("daily").unwrap()
}

/// Started at noon and a second.
fn started() -> ReportRunStarted {
    ReportRunStarted {
        schedule: name(),
        definition: 1,
        due: noon(),
        report: DisplayText::parse("yearly").unwrap(),
        format: Code::parse("csv").unwrap(),
        language: None,
        as_of: Position::new(7).unwrap(),
        lease_until: noon().plus_seconds(30),
    }
}

fn start(due: Timestamp) -> ReportRunCommand {
    let ReportRunStarted { schedule, definition, report, format, language, as_of, .. } = started();
    let lease_seconds = LEASE_SECONDS;
    ReportRunCommand::Start { schedule, definition, due, report, format, language, as_of, lease_seconds }
}

fn retried(attempt: u32, lease_until: Timestamp) -> ReportRunRetried {
    ReportRunRetried { schedule: name(), due: noon(), attempt, lease_until }
}

fn failed(attempt: u32, retry_at: Option<Timestamp>) -> ReportRunFailed {
    ReportRunFailed {
        schedule: name(),
        due: noon(),
        attempt,
        reason: RunFailure::WebhookUnreachable,
        retry_at,
    }
}

fn fail(attempt: u32, retry_at: Option<Timestamp>) -> ReportRunCommand {
    ReportRunCommand::Fail { attempt, reason: RunFailure::WebhookUnreachable, retry_at }
}

fn completed(attempt: u32) -> ReportRunCompleted {
    ReportRunCompleted {
        schedule: name(),
        due: noon(),
        attempt,
        as_of: Position::new(7).unwrap(),
        root: Sha256Hex::of([1; 32]),
        content_sha256: Sha256Hex::of([2; 32]),
        file_sha256: Sha256Hex::of([3; 32]),
        bytes: 4711,
        delivered: vec![DeliveryKind::Folder],
    }
}

fn complete(attempt: u32) -> ReportRunCommand {
    let ReportRunCompleted { root, content_sha256, file_sha256, bytes, delivered, .. } = completed(attempt);
    ReportRunCommand::Complete { attempt, root, content_sha256, file_sha256, bytes, delivered }
}

fn run(events: impl IntoIterator<Item = Event>) -> Given<ReportRun> {
    given(REPORT_RUN, events)
}

const RETRY: ReportRunCommand = ReportRunCommand::Retry { lease_seconds: LEASE_SECONDS };

fn leased() -> Timestamp {
    later().plus_seconds(i64::from(LEASE_SECONDS))
}

#[test]
fn starts_once_and_not_before_it_is_due() {
    run([]).when(start(noon())).then(ReportRunStarted { lease_until: leased(), ..started() });
    run([]).when(start(later())).then(ReportRunStarted { due: later(), lease_until: leased(), ..started() });
    let early = later().plus_seconds(1);
    run([]).when(start(early)).rejected(Rejection::ReportRunNotDue { due: early });
    run([started().into()]).when(start(noon())).rejected(Rejection::ReportRunAlreadyStarted);
    run([started().into(), completed(1).into()])
        .when(start(noon()))
        .rejected(Rejection::ReportRunAlreadyStarted);
}

#[test]
fn is_retried_once_its_lease_is_over_or_it_failed() {
    let lease_until = later().plus_seconds(1);
    let mine = ReportRunStarted { lease_until, ..started() };
    run([mine.clone().into()]).when(RETRY).rejected(Rejection::ReportRunUnderWay { lease_until });
    let over = ReportRunStarted { lease_until: later(), ..started() };
    run([over.into()]).when(RETRY).then(retried(2, leased()));
    run([mine.into(), failed(1, None).into()]).when(RETRY).then(retried(2, leased()));
    let again = [started().into(), retried(2, leased()).into()];
    run(again).when(RETRY).rejected(Rejection::ReportRunUnderWay { lease_until: leased() });
    run([]).when(RETRY).rejected(Rejection::ReportRunNotStarted);
    run([started().into(), completed(1).into()]).when(RETRY).rejected(Rejection::ReportRunAlreadyCompleted);
}

#[test]
fn completes_once_by_its_latest_attempt() {
    // The lease was over and nobody had taken the run over: it is done all the same.
    run([started().into()]).when(complete(1)).then(completed(1));
    run([started().into(), retried(2, leased()).into()]).when(complete(2)).then(completed(2));
    run([started().into(), retried(2, leased()).into()])
        .when(complete(1))
        .rejected(Rejection::ReportRunAttemptOver { attempt: 1, latest: 2 });
    run([started().into(), failed(1, None).into()])
        .when(complete(1))
        .rejected(Rejection::ReportRunAttemptOver { attempt: 1, latest: 1 });
    run([started().into(), completed(1).into()])
        .when(complete(1))
        .rejected(Rejection::ReportRunAlreadyCompleted);
    run([]).when(complete(1)).rejected(Rejection::ReportRunNotStarted);
}

#[test]
fn fails_once_an_attempt() {
    run([started().into()]).when(fail(1, Some(leased()))).then(failed(1, Some(leased())));
    run([started().into(), failed(1, None).into()])
        .when(fail(1, None))
        .rejected(Rejection::ReportRunAttemptOver { attempt: 1, latest: 1 });
    run([started().into(), failed(1, None).into(), retried(2, leased()).into()])
        .when(fail(2, None))
        .then(failed(2, None));
    run([started().into(), completed(1).into()])
        .when(fail(1, None))
        .rejected(Rejection::ReportRunAlreadyCompleted);
}

#[test]
fn stands_as_its_facts_say() {
    let status = |events: &[Event], at| run(events.to_vec()).state.status(at);
    let lease_until = started().lease_until;
    assert_eq!(status(&[], noon()), ReportRunStatus::NotStarted);
    assert_eq!(status(&[started().into()], noon()), ReportRunStatus::UnderWay { lease_until });
    assert_eq!(status(&[started().into()], lease_until), ReportRunStatus::Unheard);
    let retry_at = Some(later());
    let facts = [started().into(), failed(1, retry_at).into()];
    assert_eq!(status(&facts, noon()), ReportRunStatus::Failed { retry_at });
    let facts = [started().into(), completed(1).into()];
    assert_eq!(status(&facts, later()), ReportRunStatus::Completed);
    assert_eq!(run(facts).state.subject(), None);
}

#[test]
fn counts_the_attempts_that_were_not_heard_of_again() {
    let unheard = |events: &[Event]| run(events.to_vec()).state.unheard;
    let lost = [started().into(), retried(2, noon()).into(), retried(3, noon()).into()];
    assert_eq!(unheard(&lost), 2);
    assert_eq!(unheard(&[started().into(), failed(1, None).into(), retried(2, noon()).into()]), 0);
}

#[test]
fn a_due_time_has_one_id_that_begins_with_it() {
    let log = LogId::main("jeongseon").unwrap();
    let id = |due| ReportRun::id(&log, &name(), due).uuid();
    assert_eq!(id(noon()), id(noon()));
    assert_ne!(id(noon()), id(noon().plus_seconds(1)));
    assert_ne!(id(noon()), ReportRun::id(&log, &Code::parse("weekly").unwrap(), noon()).uuid());
    assert_eq!(id(noon()).as_u128() >> 80, 1_704_164_400_000);
    assert_eq!((id(noon()).get_version_num(), id(noon()).get_variant()), (8, uuid::Variant::RFC4122));
    // What was derived once is derived for ever: it is what makes a run start once.
    assert_eq!(id(noon()).to_string(), "018cc81d-1b80-8e0d-a808-169a893b30dc");
}
