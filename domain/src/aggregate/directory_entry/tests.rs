use super::*;
use crate::aggregate::testing::*;
use crate::value::{DialledNumber, DisplayText};

fn listing(duties: &str) -> DirectoryListing {
    let text = |text| DisplayText::parse(text).unwrap();
    DirectoryListing {
        organisation: text("정선군"),
        department: text("민원과"),
        duties: text(duties),
        phone: DialledNumber::parse("033-123-4567").unwrap(),
        hours: None,
        category: None,
    }
}

fn added() -> Event {
    DirectoryEntryAdded { listing: listing("여권") }.into()
}

fn retired() -> Event {
    DirectoryEntryRetired {}.into()
}

fn entry(events: impl IntoIterator<Item = Event>) -> Given<DirectoryEntry> {
    given(ENTRY, events)
}

#[test]
fn is_added_once() {
    let add = || DirectoryEntryCommand::Add { listing: listing("여권") };
    entry([]).when(add()).then(added());
    entry([added()]).when(add()).rejected(Rejection::DirectoryEntryAlreadyAdded);
}

#[test]
fn changes_make_versions() {
    let change = |duties| DirectoryEntryCommand::Change { listing: listing(duties) };
    let second = DirectoryEntryChanged { listing: listing("여권, 인감"), entry_version: 2 };
    entry([added()]).when(change("여권, 인감")).then(second.clone());
    entry([added()]).when(change("여권")).then_nothing();
    entry([]).when(change("여권")).rejected(Rejection::NotFound { kind: "directory-entry" });
    entry([added(), retired()]).when(change("인감")).rejected(Rejection::DirectoryEntryRetired);

    let changed = entry([added(), second.into()]).state;
    assert_eq!(changed.entry_version(), 2);
    assert_eq!(changed.listing(), Some(&listing("여권, 인감")));
    assert_eq!(changed.listing_at(1), Some(&listing("여권")));
    assert_eq!((changed.listing_at(0), changed.listing_at(3)), (None, None));
}

#[test]
fn is_retired_once() {
    entry([added()]).when(DirectoryEntryCommand::Retire).then(retired());
    entry([added(), retired()]).when(DirectoryEntryCommand::Retire).then_nothing();
    entry([]).when(DirectoryEntryCommand::Retire).rejected(Rejection::NotFound { kind: "directory-entry" });
}

#[test]
fn stands_as_its_facts_say_and_holds_nothing_personal() {
    assert_eq!(entry([]).state.standing(), EntryStanding::Unknown);
    assert_eq!(entry([added()]).state.standing(), EntryStanding::Listed { latest: 1 });
    assert_eq!(entry([added(), retired()]).state.standing(), EntryStanding::Retired);
    assert_eq!(entry([added()]).state.subject(), None);
}
