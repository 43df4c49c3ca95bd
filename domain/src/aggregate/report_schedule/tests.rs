use super::*;
use crate::aggregate::testing::*;

fn defined(definition: u32, cron: &str) -> ReportScheduleDefined {
    ReportScheduleDefined {
        schedule: Code::parse("daily").unwrap(),
        definition,
        cron: DisplayText::parse(cron).unwrap(),
        report: DisplayText::parse("yearly?threshold=100000").unwrap(),
        format: Code::parse("csv").unwrap(),
        language: None,
    }
}

fn define(cron: &str) -> ReportScheduleCommand {
    let ReportScheduleDefined { schedule, cron, report, format, language, .. } = defined(0, cron);
    ReportScheduleCommand::Define { schedule, cron, report, format, language }
}

fn skipped(due_until: Timestamp) -> ReportRunsSkipped {
    ReportRunsSkipped { schedule: Code::parse("daily").unwrap(), due_until }
}

fn schedule(events: impl IntoIterator<Item = Event>) -> Given<ReportSchedule> {
    given(REPORT_SCHEDULE, events)
}

#[test]
fn is_defined_anew_only_where_it_changes() {
    schedule([]).when(define("0 8 * * *")).then(defined(1, "0 8 * * *"));
    schedule([defined(1, "0 8 * * *").into()]).when(define("0 8 * * *")).then_nothing();
    schedule([defined(1, "0 8 * * *").into()]).when(define("0 9 * * *")).then(defined(2, "0 9 * * *"));
    let there_and_back = [defined(1, "0 8 * * *").into(), defined(2, "0 9 * * *").into()];
    schedule(there_and_back).when(define("0 8 * * *")).then(defined(3, "0 8 * * *"));
}

#[test]
fn skips_what_was_due_and_only_forwards() {
    let skip = |due_until| ReportScheduleCommand::SkipRuns { due_until };
    let daily: Event = defined(1, "0 8 * * *").into();
    schedule([daily.clone()]).when(skip(noon())).then(skipped(noon()));
    schedule([daily.clone(), skipped(noon()).into()]).when(skip(noon())).then_nothing();
    schedule([daily.clone(), skipped(noon()).into()]).when(skip(later())).then(skipped(later()));
    let ahead = later().plus_seconds(1);
    schedule([daily]).when(skip(ahead)).rejected(Rejection::ReportRunNotDue { due: ahead });
    schedule([]).when(skip(noon())).rejected(Rejection::NotFound { kind: "report schedule" });
}

#[test]
fn a_name_has_one_id_in_a_centre() {
    let id = |centre, name| ReportSchedule::id(&LogId::main(centre).unwrap(), &Code::parse(name).unwrap());
    assert_eq!(id("jeongseon", "daily"), id("jeongseon", "daily"));
    assert_ne!(id("jeongseon", "daily"), id("jeongseon", "weekly"));
    assert_ne!(id("jeongseon", "daily"), id("taebaek", "daily"));
    // What was derived once is derived for ever: it is how a run is found again.
    assert_eq!(id("jeongseon", "daily").to_string(), "dff90ad1-f9ae-8fa2-8cdf-46673cf1ea4c");
}
