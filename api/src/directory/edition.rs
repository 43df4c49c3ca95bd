//! An edition of the directory, with everything that is printed of it.

use std::collections::HashMap;

use jiff::civil::Date;
use sangdam_domain::aggregate::{Centre, DirectoryEditions, DirectoryEntry, Happened};
use sangdam_domain::calendar::{self, Zone};
use sangdam_domain::event::{DirectoryEditionPublished, DirectoryListing, EditionEntry};
use sangdam_domain::id::DirectoryEntryId;
use sangdam_domain::log::Position;
use sangdam_domain::value::Code;
use sangdam_eventstore::StoreError;

use crate::ledger::{Ledger, LoadError};

/// An edition, with everything that is printed of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Edition {
    /// 1, 2, 3, …
    pub number: u32,
    /// The centre's name.
    pub centre: String,
    /// The day on which it was published, on the centre's calendar.
    pub published_on: Date,
    /// The first day of the period ranked.
    pub from: Date,
    /// The last day of the period ranked.
    pub to: Date,
    /// The position at which the numbers were counted.
    pub counted_at: Position,
    /// The root of the ledger at that position.
    pub root: [u8; 32],
    /// What people need, the most often asked first; entries with the same need stand together.
    pub needs: Vec<Need>,
}

/// A need, and the numbers that serve it.
#[derive(Clone, PartialEq, Debug)]
pub struct Need {
    /// The name of the category, in Korean; `None` for entries without one.
    pub name: Option<String>,
    /// The most often given first.
    pub lines: Vec<Line>,
}

/// An entry as it was published.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// 1 for the one most often given.
    pub rank: u32,
    /// The entry.
    pub entry: DirectoryEntryId,
    /// Its version as printed.
    pub entry_version: u32,
    /// How often it was given in the period.
    pub count: u64,
    /// What it said then.
    pub listing: DirectoryListing,
}

/// An edition that was published, in short.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// 1, 2, 3, …
    pub number: u32,
    /// The day on which it was published, on the centre's calendar.
    pub published_on: Date,
    /// The first day of the period ranked.
    pub from: Date,
    /// The last day of the period ranked.
    pub to: Date,
    /// How many numbers it has.
    pub entries: usize,
    /// The position at which they were counted.
    pub counted_at: Position,
}

/// An edition that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// There is no such edition.
    #[error("there is no edition {number}: {}", there_are(*latest))]
    NoSuchEdition {
        /// Which one was asked for.
        number: u32,
        /// The latest that there is; 0 where there is none.
        latest: u32,
    },
    /// Its centre was never registered, so nothing says by whose calendar it was published.
    #[error("the centre is not registered: `registerCentre` says its name and time zone")]
    NoCentre,
    /// It names a version of an entry that the ledger does not have.
    #[error(
        "edition {number} names version {entry_version} of entry {entry}, which the ledger does not have: `sangdam verify` tells what else is wrong"
    )]
    NoSuchEntry {
        /// The edition.
        number: u32,
        /// The entry.
        entry: DirectoryEntryId,
        /// The version.
        entry_version: u32,
    },
    /// The ledger cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn there_are(latest: u32) -> String {
    match latest {
        0 => "none was published yet; `publishDirectoryEdition` does".to_owned(),
        1 => "only edition 1 was published".to_owned(),
        latest => format!("editions 1 to {latest} were published"),
    }
}

/// All editions that were published, the first first.
pub async fn published(ledger: &Ledger) -> Result<Vec<Published>, DirectoryError> {
    let Some(editions) = ledger.load::<DirectoryEditions>(()).await? else { return Ok(Vec::new()) };
    let (_, zone) = centre(ledger).await?;
    let told = |edition: &Happened<DirectoryEditionPublished>| Published {
        number: edition.what.edition,
        published_on: zone.local(edition.at).date,
        from: edition.what.from,
        to: edition.what.to,
        entries: edition.what.entries.len(),
        counted_at: edition.what.as_of,
    };
    Ok(editions.editions.iter().map(told).collect())
}

impl Edition {
    /// An edition as it was published: whatever its entries and categories have become since, it says what it said.
    pub async fn load(ledger: &Ledger, number: u32) -> Result<Self, DirectoryError> {
        let editions = ledger.load::<DirectoryEditions>(()).await?.map(|of| of.editions).unwrap_or_default();
        let latest = editions.last().map_or(0, |edition| edition.what.edition);
        let missing = DirectoryError::NoSuchEdition { number, latest };
        let published = editions.into_iter().find(|edition| edition.what.edition == number).ok_or(missing)?;
        let (centre, zone) = centre(ledger).await?;
        let DirectoryEditionPublished { from, to, entries, as_of, .. } = published.what;
        let lines = lines(ledger, number, entries).await?;
        Ok(Self {
            number,
            centre: centre.registered.map(|of| of.what.name.as_str().to_owned()).unwrap_or_default(),
            published_on: zone.local(published.at).date,
            from,
            to,
            counted_at: as_of,
            root: ledger.store().head_at(ledger.log(), as_of).await?.root,
            needs: needs(lines, &names(ledger, as_of).await?),
        })
    }

    /// How many numbers it has.
    pub fn numbers(&self) -> usize {
        self.needs.iter().map(|need| need.lines.len()).sum()
    }
}

async fn centre(ledger: &Ledger) -> Result<(Centre, Zone), DirectoryError> {
    let centre = ledger.load::<Centre>(()).await?.ok_or(DirectoryError::NoCentre)?;
    let registered = centre.registered.as_ref().ok_or(DirectoryError::NoCentre)?;
    let zone = calendar::zone(registered.what.time_zone.as_str()).ok_or(DirectoryError::NoCentre)?;
    Ok((centre, zone))
}

/// The categories' names, in Korean, as they were called then.
async fn names(ledger: &Ledger, then: Position) -> Result<HashMap<Code, String>, DirectoryError> {
    let centre = ledger.load_many_until::<Centre>(&[()], then).await?.pop().flatten();
    let taxonomies = centre.map(|centre| centre.taxonomies).unwrap_or_default();
    let categories = taxonomies.into_iter().flat_map(|taxonomy| taxonomy.what.categories);
    Ok(categories.map(|category| (category.code, category.name_ko.as_str().to_owned())).collect())
}

async fn lines(
    ledger: &Ledger,
    number: u32,
    entries: Vec<EditionEntry>,
) -> Result<Vec<Line>, DirectoryError> {
    let ids: Vec<DirectoryEntryId> = entries.iter().map(|line| line.entry).collect();
    let states = ledger.load_many::<DirectoryEntry>(&ids).await?;
    let line = |((rank, EditionEntry { entry, entry_version, count }), state): ((u32, EditionEntry), _)| {
        let state: Option<DirectoryEntry> = state;
        let listing = state.as_ref().and_then(|state| state.listing_at(entry_version)).cloned();
        let listing = listing.ok_or(DirectoryError::NoSuchEntry { number, entry, entry_version })?;
        Ok(Line { rank, entry, entry_version, count, listing })
    };
    (1..).zip(entries).zip(states).map(line).collect()
}

/// Entries by need: the need of the number most often given comes first.
fn needs(lines: Vec<Line>, names: &HashMap<Code, String>) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for line in lines {
        let code = line.listing.category.as_ref();
        let name = code.map(|code| names.get(code).cloned().unwrap_or_else(|| code.as_str().to_owned()));
        match needs.iter_mut().find(|need| need.name == name) {
            Some(need) => need.lines.push(line),
            None => needs.push(Need { name, lines: vec![line] }),
        }
    }
    needs
}

#[cfg(test)]
pub(super) mod testing {
    use jiff::civil::date;
    use sangdam_domain::value::{DialledNumber, DisplayText};
    use uuid::Uuid;

    use super::*;

    /// An edition with as many entries under each need.
    pub(in crate::directory) fn edition(sizes: &[u32]) -> Edition {
        let text = |text: &str| DisplayText::parse(text).unwrap();
        let mut rank = 0;
        let mut line = |need: usize| {
            rank += 1;
            let listing = DirectoryListing {
                organisation: text("정선군청"),
                department: text("민원과 <여권> & 민원팀"),
                duties: text(
                    "여권, 인감증명, 주민등록 등·초본; 가족관계등록, 개명, 가족관계증명서 발급과 정정",
                ),
                phone: DialledNumber::parse("033-110-2101").unwrap(),
                hours: Some(text("평일 09:00–18:00")),
                category: Some(Code::parse(&format!("need-{need}")).unwrap()),
            };
            let entry = DirectoryEntryId::from_uuid(Uuid::from_u128(rank.into()));
            Line { rank, entry, entry_version: 2, count: 1_000 - u64::from(rank), listing }
        };
        let needs = sizes.iter().enumerate().map(|(need, size)| Need {
            name: Some(format!("민원 {need}")),
            lines: (0..*size).map(|_| line(need)).collect(),
        });
        Edition {
            number: 3,
            centre: "정선군 콜센터".to_owned(),
            published_on: date(2024, 12, 31),
            from: date(2024, 1, 1),
            to: date(2024, 12, 31),
            counted_at: Position::new(967_548).unwrap(),
            root: [0xab; 32],
            needs: needs.collect(),
        }
    }

    #[test]
    fn the_need_most_often_asked_comes_first() {
        let mut lines: Vec<Line> =
            edition(&[1, 1, 1]).needs.into_iter().flat_map(|need| need.lines).collect();
        lines[2].listing.category = lines[0].listing.category.clone();
        lines[1].listing.category = None;
        let names = HashMap::from([(Code::parse("need-0").unwrap(), "민원서류".to_owned())]);
        let needs = needs(lines, &names);
        let told: Vec<(Option<&str>, Vec<u32>)> = needs
            .iter()
            .map(|need| (need.name.as_deref(), need.lines.iter().map(|line| line.rank).collect()))
            .collect();
        assert_eq!(told, [(Some("민원서류"), vec![1, 3]), (None, vec![2])]);
    }
}
