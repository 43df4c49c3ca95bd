use jiff::civil::{date, time};

use super::*;
use crate::aggregate::testing::*;
use crate::value::Weekday;

fn text(text: &str) -> DisplayText {
    DisplayText::parse(text).unwrap()
}

fn registered(zone: &str, complete_from: Date) -> CentreRegistered {
    CentreRegistered {
        name: text("정선군 콜센터"),
        opened_on: date(2019, 8, 1),
        time_zone: text(zone),
        records_complete_from: complete_from,
    }
}

fn jeongseon() -> Event {
    registered("Asia/Seoul", date(2022, 1, 1)).into()
}

fn register(zone: &str, complete_from: Date) -> CentreCommand {
    let CentreRegistered { name, opened_on, time_zone, records_complete_from } =
        registered(zone, complete_from);
    CentreCommand::Register { name, opened_on, time_zone, records_complete_from }
}

fn declared(year: i16, balance: LegacyBalance) -> LegacyBalanceDeclared {
    LegacyBalanceDeclared { year, balance, source: text("none found") }
}

fn declare(year: i16, balance: LegacyBalance) -> CentreCommand {
    CentreCommand::DeclareLegacyBalance { year, balance, source: text("none found") }
}

fn calendar(calendar_version: u32, valid_from: Date) -> OperatingCalendarPublished {
    let hours = OpenHours { weekday: Weekday::Monday, opens: time(8, 30, 0, 0), closes: time(18, 30, 0, 0) };
    OperatingCalendarPublished {
        calendar_version,
        valid_from,
        time_zone: text("Asia/Seoul"),
        weekly_hours: vec![hours],
        holidays: vec![Holiday { date: date(2024, 1, 1), name: text("신정") }],
    }
}

fn publish(calendar: OperatingCalendarPublished) -> CentreCommand {
    let OperatingCalendarPublished { calendar_version, valid_from, time_zone, weekly_hours, holidays } =
        calendar;
    CentreCommand::PublishOperatingCalendar {
        calendar_version,
        valid_from,
        time_zone,
        weekly_hours,
        holidays,
    }
}

fn first_calendar() -> Event {
    calendar(1, date(2019, 8, 1)).into()
}

fn category(code: &str) -> Category {
    Category { code: Code::parse(code).unwrap(), name_ko: text("여권"), name_en: text("Passports") }
}

fn taxonomy(taxonomy_version: u32, codes: &[&str]) -> CategoryTaxonomyPublished {
    CategoryTaxonomyPublished {
        taxonomy_version,
        categories: codes.iter().map(|code| category(code)).collect(),
    }
}

fn publish_taxonomy(taxonomy_version: u32, codes: &[&str]) -> CentreCommand {
    let CategoryTaxonomyPublished { taxonomy_version, categories } = taxonomy(taxonomy_version, codes);
    CentreCommand::PublishCategoryTaxonomy { taxonomy_version, categories }
}

fn centre(events: impl IntoIterator<Item = Event>) -> Given<Centre> {
    given((), events)
}

#[test]
fn is_registered_once_in_a_zone_that_exists() {
    let seoul = || register("Asia/Seoul", date(2022, 1, 1));
    centre([]).when(seoul()).then(jeongseon());
    centre([jeongseon()]).when(seoul()).then_nothing();
    centre([jeongseon()])
        .when(register("Asia/Seoul", date(2023, 1, 1)))
        .rejected(Rejection::CentreAlreadyRegistered);
    centre([])
        .when(register("Asia/Jeongseon", date(2022, 1, 1)))
        .rejected(Rejection::TimeZoneUnknown { given: "Asia/Jeongseon".into() });
    centre([]).when(register("Asia/Seoul", date(2019, 7, 31))).rejected(Rejection::RecordsBeforeOpening);
}

#[test]
fn nothing_is_published_before_it_is_registered() {
    let refused = |command| centre([]).when(command).rejected(Rejection::CentreNotRegistered);
    refused(declare(2019, LegacyBalance::Unknown));
    refused(publish(calendar(1, date(2019, 8, 1))));
    refused(publish_taxonomy(1, &["passport"]));
}

#[test]
fn a_legacy_year_lies_between_the_opening_and_the_records() {
    let unknown = LegacyBalance::Unknown;
    let outside = || Rejection::LegacyYearOutside { first: 2019, last: 2021 };
    centre([jeongseon()]).when(declare(2019, unknown)).then(declared(2019, unknown));
    centre([jeongseon()]).when(declare(2021, unknown)).then(declared(2021, unknown));
    centre([jeongseon()]).when(declare(2018, unknown)).rejected(outside());
    centre([jeongseon()]).when(declare(2022, unknown)).rejected(outside());
    let from_spring = Event::from(registered("Asia/Seoul", date(2022, 3, 1)));
    centre([from_spring]).when(declare(2022, unknown)).then(declared(2022, unknown));
}

#[test]
fn an_unknown_balance_may_become_known_and_a_known_one_stays() {
    let (unknown, known) = (LegacyBalance::Unknown, LegacyBalance::Known { consultations: 30_000 });
    let with = |balance| centre([jeongseon(), declared(2020, balance).into()]);
    with(unknown).when(declare(2020, unknown)).then_nothing();
    with(unknown).when(declare(2020, known)).then(declared(2020, known));
    with(known).when(declare(2020, known)).then_nothing();
    with(known).when(declare(2020, unknown)).rejected(Rejection::LegacyBalanceAlreadyDeclared);
    assert_eq!(with(known).state.legacy_balances[&2020].what.balance, known);
}

#[test]
fn calendars_follow_one_another() {
    let (first, second) = (date(2019, 8, 1), date(2025, 1, 1));
    centre([jeongseon()]).when(publish(calendar(1, first))).then(first_calendar());
    let published = || centre([jeongseon(), first_calendar()]);
    published().when(publish(calendar(1, first))).then_nothing();
    published().when(publish(calendar(2, second))).then(calendar(2, second));
    published().when(publish(calendar(2, first))).rejected(Rejection::CalendarNotLater);
    let out_of_order =
        |given| Rejection::VersionOutOfOrder { kind: "operating calendar", expected: 2, given };
    published().when(publish(calendar(3, second))).rejected(out_of_order(3));
    published().when(publish(calendar(1, second))).rejected(out_of_order(1));
    assert_eq!(published().state.calendar().closed_by(noon()), Some(1));
}

#[test]
fn a_calendar_does_not_contradict_itself() {
    let good = calendar(1, date(2019, 8, 1));
    let refused = |calendar, rejection| centre([jeongseon()]).when(publish(calendar)).rejected(rejection);
    let twice = vec![good.holidays[0].clone(); 2];
    refused(
        OperatingCalendarPublished { holidays: twice, ..good.clone() },
        Rejection::CalendarInvalid { problem: "names one holiday twice" },
    );
    refused(
        OperatingCalendarPublished { weekly_hours: vec![good.weekly_hours[0]; 2], ..good.clone() },
        Rejection::CalendarInvalid { problem: "has hours that overlap on a day" },
    );
    refused(
        OperatingCalendarPublished { time_zone: text("서울"), ..good },
        Rejection::TimeZoneUnknown { given: "서울".into() },
    );
}

#[test]
fn counting_definitions_are_numbered_one_by_one() {
    let (rule, description) = (CountingRule::OpenedNotVoided, text("each consultation that was not voided"));
    let definition = |counting_version| CountingDefinitionPublished {
        counting_version,
        rule,
        description: description.clone(),
    };
    let publish = |counting_version| CentreCommand::PublishCountingDefinition {
        counting_version,
        rule,
        description: description.clone(),
    };
    centre([]).when(publish(1)).rejected(Rejection::CentreNotRegistered);
    centre([jeongseon()]).when(publish(1)).then(definition(1));
    let published = || centre([jeongseon(), definition(1).into()]);
    published().when(publish(1)).then_nothing();
    published().when(publish(2)).then(definition(2));
    let rejection = Rejection::VersionOutOfOrder { kind: "counting definition", expected: 2, given: 4 };
    published().when(publish(4)).rejected(rejection);
}

#[test]
fn taxonomies_are_numbered_one_by_one_and_name_each_category_once() {
    centre([jeongseon()]).when(publish_taxonomy(1, &["passport"])).then(taxonomy(1, &["passport"]));
    let published = || centre([jeongseon(), taxonomy(1, &["passport"]).into()]);
    published().when(publish_taxonomy(1, &["passport"])).then_nothing();
    published().when(publish_taxonomy(2, &["tax"])).then(taxonomy(2, &["tax"]));
    let rejection = Rejection::VersionOutOfOrder { kind: "category taxonomy", expected: 2, given: 1 };
    published().when(publish_taxonomy(1, &["tax"])).rejected(rejection);
    let invalid = |problem| Rejection::TaxonomyInvalid { problem };
    published().when(publish_taxonomy(2, &[])).rejected(invalid("has no categories"));
    published().when(publish_taxonomy(2, &["tax", "tax"])).rejected(invalid("names one code twice"));

    let state = published().state;
    assert_eq!(state.taxonomy_version(), 1);
    assert!(state.has_category(1, &category("passport").code));
    assert!(
        !state.has_category(1, &category("tax").code) && !state.has_category(2, &category("passport").code)
    );
}
