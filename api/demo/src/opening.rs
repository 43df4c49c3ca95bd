//! Before the first call: the log, the centre and its rules, the agents, the directory.

use jiff::civil::{Date, Time, date};
use sangdam_domain::aggregate::{AgentCommand, CentreCommand, DirectoryEntryCommand};
use sangdam_domain::event::{Category, Holiday, LegacyBalance, OpenHours};
use sangdam_domain::id::{AgentId, DirectoryEntryId};
use sangdam_domain::value::{Code, CountingRule, DisplayText, PersonName, Weekday};

use crate::calendar::{Calendar, at};
use crate::directory::{self, Listed};
use crate::error::DemoError;
use crate::people;
use crate::rng::Rng;
use crate::stage::{Cue, Played, Stage};

/// The version of the taxonomy that the county uses.
pub(crate) const TAXONOMY: u32 = 1;

const CATEGORIES: &[(&str, &str, &str)] = &[
    ("civil-documents", "민원서류", "Civil documents"),
    ("tax", "지방세", "Local taxes"),
    ("welfare", "복지", "Welfare"),
    ("family", "보육·가족", "Child care and families"),
    ("health", "보건·의료", "Health"),
    ("agriculture", "농업·축산", "Farming and livestock"),
    ("forest", "산림·산불", "Forests and wildfires"),
    ("environment", "환경·청소", "Environment and waste"),
    ("water", "상하수도", "Water and sewage"),
    ("roads", "도로·제설·재난", "Roads, snow and disasters"),
    ("transport", "교통·차량", "Transport and vehicles"),
    ("housing", "건축·토지·주택", "Building, land and housing"),
    ("tourism", "관광", "Tourism"),
    ("culture", "문화·체육·교육", "Culture, sports and learning"),
    ("economy", "경제·일자리", "Economy and jobs"),
    ("general", "일반 행정", "General administration"),
];

/// Whom the rest of the script speaks of.
pub(crate) struct Cast {
    pub(crate) agents: Vec<AgentId>,
    pub(crate) offices: Vec<(Listed, DirectoryEntryId)>,
}

impl Cast {
    /// The place of an office in the directory, by its key.
    pub(crate) fn office(&self, key: &str) -> Result<usize, DemoError> {
        let found = self.offices.iter().position(|(listed, _)| listed.key == key);
        found.ok_or_else(|| DemoError::NoOffice(key.to_owned()))
    }
}

/// Plays it, in the last week of 2021, with so many times four agents.
pub(crate) fn play(
    stage: &mut Stage,
    calendar: &Calendar,
    rng: &mut Rng,
    scale: u32,
) -> Result<Cast, DemoError> {
    let day = date(2021, 12, 27);
    let mut second = 9 * 3600;
    let mut cue = || {
        second += 40;
        Cue { at: at(day, second), by: None }
    };
    stage.open_log(cue());
    centre(stage, calendar, &mut cue)?;
    let mut agents = Vec::new();
    let four = [true, true, false, true];
    for (number, woman) in four.into_iter().cycle().take(four.len() * scale as usize).enumerate() {
        let cue = cue();
        let agent = AgentId::from_uuid(stage.id(cue.at));
        let name = PersonName::parse(&people::name(rng, woman, true))?;
        let extension = Some(Code::parse(&format!("{}", 2101 + number))?);
        stage.agent(cue, agent, AgentCommand::Register { name, extension })?;
        agents.push(agent);
    }
    let mut offices = Vec::new();
    for listed in directory::read()? {
        let cue = cue();
        let entry = DirectoryEntryId::from_uuid(stage.id(cue.at));
        stage.entry(cue, entry, DirectoryEntryCommand::Add { listing: listed.listing.clone() })?;
        offices.push((listed, entry));
    }
    Ok(Cast { agents, offices })
}

fn centre(stage: &mut Stage, calendar: &Calendar, cue: &mut impl FnMut() -> Cue) -> Played {
    let zone = DisplayText::parse("Asia/Seoul")?;
    let opened_on = date(2019, 8, 1);
    let register = CentreCommand::Register {
        name: DisplayText::parse("정선군 민원콜센터")?,
        opened_on,
        time_zone: zone.clone(),
        records_complete_from: date(2022, 1, 1),
    };
    stage.centre(cue(), register)?;
    for year in 2019..=2021 {
        let source = DisplayText::parse("2021년 이전 상담 실적 자료 없음")?;
        let balance = LegacyBalance::Unknown;
        stage.centre(cue(), CentreCommand::DeclareLegacyBalance { year, balance, source })?;
    }
    let counting = CentreCommand::PublishCountingDefinition {
        counting_version: 1,
        rule: CountingRule::OpenedNotVoided,
        description: DisplayText::parse(
            "개설되고 무효 처리되지 않은 상담 1건을 1건으로 센다. 시점은 상담이 개설된 때(한국 시간)이다.",
        )?,
    };
    stage.centre(cue(), counting)?;
    stage.centre(cue(), operating_calendar(calendar, opened_on, zone)?)?;
    let categories: Result<Vec<Category>, DemoError> = CATEGORIES
        .iter()
        .map(|(code, korean, english)| {
            let (name_ko, name_en) = (DisplayText::parse(korean)?, DisplayText::parse(english)?);
            Ok(Category { code: Code::parse(code)?, name_ko, name_en })
        })
        .collect();
    let taxonomy =
        CentreCommand::PublishCategoryTaxonomy { taxonomy_version: TAXONOMY, categories: categories? };
    stage.centre(cue(), taxonomy)
}

fn operating_calendar(
    calendar: &Calendar,
    valid_from: Date,
    zone: DisplayText,
) -> Result<CentreCommand, DemoError> {
    let (opens, closes) = (Time::constant(8, 30, 0, 0), Time::constant(18, 30, 0, 0));
    let weekdays =
        [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let mut holidays = Vec::new();
    for (date, name) in calendar.holidays() {
        holidays.push(Holiday { date: *date, name: DisplayText::parse(name)? });
    }
    Ok(CentreCommand::PublishOperatingCalendar {
        calendar_version: 1,
        valid_from,
        time_zone: zone,
        weekly_hours: weekdays.map(|weekday| OpenHours { weekday, opens, closes }).into(),
        holidays,
    })
}
