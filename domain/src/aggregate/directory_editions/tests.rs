use jiff::civil::date;

use super::*;
use crate::aggregate::testing::*;
use crate::id::DirectoryEntryId;

fn line(entry: DirectoryEntryId, count: u64) -> EditionEntry {
    EditionEntry { entry, entry_version: 1, count }
}

fn published(edition: u32) -> DirectoryEditionPublished {
    DirectoryEditionPublished {
        edition,
        from: date(2024, 1, 1),
        to: date(2024, 6, 30),
        entries: vec![line(ENTRY, 9), line(OTHER_ENTRY, 9)],
        as_of: Position::new(5).unwrap(),
    }
}

fn publish(edition: Option<u32>, to: Date, entries: Vec<EditionEntry>) -> DirectoryEditionsCommand {
    DirectoryEditionsCommand::Publish {
        edition,
        from: date(2024, 1, 1),
        to,
        entries,
        as_of: Position::new(5).unwrap(),
    }
}

fn editions(published_before: u32) -> Given<DirectoryEditions> {
    given((), (1..=published_before).map(|edition| published(edition).into()))
}

#[test]
fn are_numbered_one_by_one() {
    let next = |edition| publish(edition, date(2024, 6, 30), published(1).entries);
    editions(0).when(next(None)).then(published(1));
    editions(2).when(next(None)).then(published(3));
    editions(2).when(next(Some(3))).then(published(3));
    let refused = |given| {
        let rejection = Rejection::VersionOutOfOrder { kind: "directory edition", expected: 3, given };
        editions(2).when(next(Some(given))).rejected(rejection);
    };
    refused(2);
    refused(4);
    assert_eq!(editions(2).state.subject(), None);
}

#[test]
fn rank_each_entry_once_over_a_period() {
    let end = date(2024, 6, 30);
    editions(0)
        .when(publish(None, date(2023, 12, 31), published(1).entries))
        .rejected(Rejection::EditionPeriodReversed);
    let refused = |entries, problem| {
        editions(0).when(publish(None, end, entries)).rejected(Rejection::EditionEntriesInvalid { problem });
    };
    refused(vec![], "are missing: nothing was given in this period");
    refused(vec![line(ENTRY, 9), line(ENTRY, 8)], "name one entry twice");
    refused(
        vec![line(ENTRY, 8), line(OTHER_ENTRY, 9)],
        "are not in the order of their counts, the most often given first",
    );
}
