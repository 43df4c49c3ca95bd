//! Random commands of callers, agents, the directory and the centre.

use jiff::civil::Date;
use rand::Rng;
use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{
    Agent, AgentCommand, Caller, CallerCommand, Centre, CentreCommand, DirectoryEditions,
    DirectoryEditionsCommand, DirectoryEntry, DirectoryEntryCommand, KnowledgeArticle,
    KnowledgeArticleCommand,
};
use sangdam_domain::event::{
    Article, Category, DirectoryListing, EditionEntry, Holiday, LegacyBalance, OpenHours,
};
use sangdam_domain::id::{AgentId, CallerId, DirectoryEntryId, KnowledgeArticleId};
use sangdam_domain::value::{
    AgentState, ArticleText, CallerKind, Code, CountingRule, DialledNumber, DisplayText, LegalBasis,
    PersonName, PhoneNumber, Weekday,
};

use super::world::{Outcome, World};

fn text(text: &str) -> DisplayText {
    DisplayText::parse(text).expect("a text")
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

impl World {
    pub(super) fn agent_id(&mut self) -> AgentId {
        self.id("agent", (5, 4), AgentId::from_uuid)
    }

    pub(super) fn caller_id(&mut self) -> CallerId {
        self.id("caller", (7, 9), CallerId::from_uuid)
    }

    /// A second caller, remembered apart from the first, so that a merged pair can be parted again.
    fn other_caller_id(&mut self) -> CallerId {
        self.id("other caller", (7, 9), CallerId::from_uuid)
    }

    pub(super) fn entry_id(&mut self) -> DirectoryEntryId {
        self.id("directory-entry", (6, 6), DirectoryEntryId::from_uuid)
    }

    pub(super) fn phone(&mut self) -> PhoneNumber {
        let number = self.random.random_range(0..8);
        PhoneNumber::parse(&format!("010-0000-000{number}")).expect("a number")
    }

    pub(super) fn category(&mut self) -> Code {
        Code::parse(self.one_of(&["tax", "water", "travel"])).expect("a code")
    }

    /// What nearly every history begins with; here as well, so that the rest has a calendar and categories.
    pub(super) async fn found(&mut self) {
        let name = text("정선군 민원콜센터");
        let register = CentreCommand::Register {
            name,
            opened_on: date("2019-08-01"),
            time_zone: text("Asia/Seoul"),
            records_complete_from: date("2022-01-01"),
        };
        for command in [register, self.calendar(1), self.taxonomy(1)] {
            let meta = self.meta();
            self.ledger.execute::<Centre>(&meta, (), command).await.expect("the centre is founded");
        }
        for _ in 0..8 {
            let (meta, id, name) =
                (self.meta(), self.agent_id(), PersonName::parse("이아리").expect("a name"));
            let command = AgentCommand::Register { name, extension: None };
            // The same agent may come twice.
            let _ = self.ledger.execute::<Agent>(&meta, id, command).await;
            let (meta, id) = (self.meta(), self.caller_id());
            let command = self.register_caller();
            let _ = self.ledger.execute::<Caller>(&meta, id, command).await;
        }
    }

    fn calendar(&mut self, calendar_version: u32) -> CentreCommand {
        let opens = self.one_of(&["08:30", "09:00"]).parse().expect("a time");
        let closes = "18:30".parse().expect("a time");
        let weekly_hours =
            Weekday::ALL[..5].iter().map(|weekday| OpenHours { weekday: *weekday, opens, closes });
        CentreCommand::PublishOperatingCalendar {
            calendar_version,
            valid_from: date("2019-08-01")
                .saturating_add(jiff::Span::new().days(calendar_version.cast_signed() * 760)),
            time_zone: text("Asia/Seoul"),
            weekly_hours: weekly_hours.collect(),
            holidays: vec![Holiday { date: date("2023-09-29"), name: text("추석") }],
        }
    }

    fn taxonomy(&mut self, taxonomy_version: u32) -> CentreCommand {
        let codes = ["tax", "water", "travel"];
        let categories = codes[..self.random.random_range(1..=3)].iter().map(|code| Category {
            code: Code::parse(code).expect("a code"),
            name_ko: text("분류"),
            name_en: text("category"),
        });
        CentreCommand::PublishCategoryTaxonomy { taxonomy_version, categories: categories.collect() }
    }

    pub(super) async fn centre(&mut self) -> Outcome {
        let meta = self.meta();
        let command = match self.random.random_range(0..5) {
            0 => self.calendar(2),
            1 => self.taxonomy(2),
            2 | 3 => CentreCommand::DeclareLegacyBalance {
                year: self.random.random_range(2018..2023),
                balance: self
                    .one_of(&[LegacyBalance::Unknown, LegacyBalance::Known { consultations: 1_000 }]),
                source: text("군정백서"),
            },
            _ => CentreCommand::PublishCountingDefinition {
                counting_version: 1,
                rule: CountingRule::OpenedNotVoided,
                description: text("무효가 아닌 상담 한 건이 한 건"),
            },
        };
        Ok(self.ledger.execute::<Centre>(&meta, (), command).await?.appended)
    }

    pub(super) async fn agent(&mut self) -> Outcome {
        let meta = self.meta();
        let id = self.agent_id();
        let command = match self.random.random_range(0..12) {
            0..4 => AgentCommand::Register {
                name: PersonName::parse("이아리").expect("a name"),
                extension: None,
            },
            4..7 => AgentCommand::StartShift,
            7..10 => AgentCommand::ChangeState { state: self.one_of(AgentState::ALL) },
            10 => AgentCommand::EndShift,
            _ => AgentCommand::Retire,
        };
        Ok(self.ledger.execute::<Agent>(&meta, id, command).await?.appended)
    }

    pub(super) async fn directory(&mut self) -> Outcome {
        let meta = self.meta();
        let entry = self.entry_id();
        let listing = DirectoryListing {
            organisation: text("정선군청"),
            department: text(self.one_of(&["민원과", "세무과"])),
            duties: text("여권"),
            phone: DialledNumber::parse("033-100-0001").expect("a number"),
            hours: None,
            category: self.maybe(Self::category),
        };
        let command = match self.random.random_range(0..8) {
            0..4 => DirectoryEntryCommand::Add { listing },
            4 | 5 => DirectoryEntryCommand::Change { listing },
            6 => DirectoryEntryCommand::Retire,
            _ => {
                let command = DirectoryEditionsCommand::Publish {
                    edition: None,
                    from: date("2023-01-01"),
                    to: date("2023-12-31"),
                    entries: vec![EditionEntry { entry, entry_version: 1, count: 3 }],
                    as_of: self.head().await.0,
                };
                return Ok(self.ledger.execute::<DirectoryEditions>(&meta, (), command).await?.appended);
            }
        };
        Ok(self.ledger.execute::<DirectoryEntry>(&meta, entry, command).await?.appended)
    }

    pub(super) async fn article(&mut self) -> Outcome {
        let meta = self.meta();
        let id = self.id("article", (12, 3), KnowledgeArticleId::from_uuid);
        if self.random.random_ratio(1, 6) {
            let retire = KnowledgeArticleCommand::Retire;
            return Ok(self.ledger.execute::<KnowledgeArticle>(&meta, id, retire).await?.appended);
        }
        let source = self.consultation_id();
        let sources = vec![(source, self.ledger.consultation_status(source).await?)];
        let article = Article {
            title: text("여권 재발급"),
            body: ArticleText::parse(self.one_of(&["신분증 지참", "신분증과 사진 지참"])).expect("a text"),
            category: self.maybe(Self::category),
            written_from: vec![source],
        };
        let publish = KnowledgeArticleCommand::Publish { article, sources };
        Ok(self.ledger.execute::<KnowledgeArticle>(&meta, id, publish).await?.appended)
    }

    fn register_caller(&mut self) -> CallerCommand {
        CallerCommand::Register {
            phone: self.maybe(Self::phone),
            name: self.maybe(|_| PersonName::parse("박강릉").expect("a name")),
            kind: self.one_of(CallerKind::ALL),
            external_reference: None,
        }
    }

    pub(super) async fn caller(&mut self) -> Outcome {
        let meta = self.meta();
        let (id, other) = (self.caller_id(), self.other_caller_id());
        let command = match self.random.random_range(0..30) {
            0..5 => self.register_caller(),
            5..9 => {
                let subject = match self.random.random_bool(0.5) {
                    true => Subject::Call(self.call_id()),
                    false => Subject::Consultation(self.consultation_id()),
                };
                return Ok(self.ledger.identify_caller(&meta, id, subject).await?.appended);
            }
            9 => CallerCommand::AddPhone { phone: self.phone() },
            10 | 11 => {
                let phone = self.phone();
                return Ok(self.ledger.move_phone(&meta, phone, id, other).await?.appended);
            }
            12 => CallerCommand::Name { name: PersonName::parse("최북평").expect("a name") },
            13..15 => return Ok(self.ledger.merge_callers(&meta, id, other).await?.appended),
            15..18 => return Ok(self.ledger.unmerge_callers(&meta, id, other).await?.appended),
            18..21 => CallerCommand::RequestErasure,
            21..24 => CallerCommand::ApproveErasure,
            24 | 25 => CallerCommand::RefuseErasure { legal_basis: self.one_of(LegalBasis::ALL) },
            _ => return Ok(self.ledger.erase_caller(&meta, id).await?.appended),
        };
        Ok(self.ledger.execute::<Caller>(&meta, id, command).await?.appended)
    }
}
