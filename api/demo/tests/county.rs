//! The county lives its three years once; what must hold of them is checked on what it handed out.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::sync::OnceLock;

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::Offset;
use sangdam_demo::{Demo, Item, YEARS};
use sangdam_domain::event::{Event, OperatingCalendarPublished};
use sangdam_domain::id::{AgentId, CallId, CallerId};
use sangdam_domain::log::{LogId, StreamId, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{AttachReason, Direction, OpenedBy};
use sha2::{Digest, Sha256};

/// What a read of all items tells.
#[derive(Default)]
struct County {
    items: u64,
    events: HashMap<&'static str, u64>,
    /// By year: consultations that count, inbound calls offered and answered.
    years: HashMap<i16, [u32; 3]>,
    outside_hours: Vec<String>,
    overlaps: Vec<String>,
    repeated_nearby: Vec<String>,
    repeated_by_caller: Vec<String>,
    disorder: Vec<String>,
    phones: HashSet<String>,
    phones_twice: Vec<String>,
    entries: u64,
    attached: HashMap<AttachReason, u64>,
    briefs: u64,
    /// The order in the log of what is kept or broken of the promises.
    promises: HashMap<StreamId, bool>,
    first_call_after: u64,
    first_thousand: String,
    whole: String,
    milestone: Option<(Timestamp, u32)>,
}

/// What is remembered while reading.
#[derive(Default)]
struct Memory {
    inbound: HashSet<StreamId>,
    answered_by: HashMap<StreamId, AgentId>,
    talking: HashMap<AgentId, StreamId>,
    versions: HashMap<StreamId, Version>,
    opened_in: HashMap<StreamId, (i16, Option<CallerId>)>,
    window: VecDeque<(StreamId, Vec<String>)>,
    told: HashMap<CallerId, HashSet<u64>>,
    latest: Option<Timestamp>,
    calendar: Option<OperatingCalendarPublished>,
    first_thousand: Sha256,
    whole: Sha256,
    cumulative: u32,
}

fn county() -> &'static County {
    static COUNTY: OnceLock<County> = OnceLock::new();
    COUNTY.get_or_init(|| {
        let (mut county, mut memory) = (County::default(), Memory::default());
        for item in Demo::new(&LogId::main("jeongseon").unwrap(), 1).unwrap() {
            county.read(item.unwrap(), &mut memory);
        }
        county.first_thousand = hex(memory.first_thousand);
        county.whole = hex(memory.whole);
        county
    })
}

impl County {
    fn read(&mut self, item: Item, memory: &mut Memory) {
        if memory.latest.is_some_and(|latest| latest > item.at) {
            self.disorder.push(format!("{} after {:?}", item.at, memory.latest));
        }
        memory.latest = Some(item.at);
        self.items += 1;
        memory.whole.update(item.command_id.uuid());
        memory.whole.update(item.at.micros().to_be_bytes());
        if self.items <= 1000 {
            memory.first_thousand.update(format!("{} {} {}", item.command_id, item.at, item.actor.id));
            for part in &item.parts {
                memory.first_thousand.update(format!("{} {}", part.stream, part.before));
                for staged in &part.events {
                    memory.first_thousand.update(staged.event.event_type());
                    memory.first_thousand.update(serde_json::to_vec(&staged.event.body()).unwrap());
                }
            }
        }
        for part in &item.parts {
            let version = memory.versions.entry(part.stream).or_insert(Version::ZERO);
            if *version != part.before {
                self.disorder.push(format!("{} expected {:?}, is {version:?}", part.stream, part.before));
            }
            *version = version.plus(part.events.len() as u64);
            for staged in &part.events {
                *self.events.entry(staged.event.event_type()).or_default() += 1;
                self.event(item.at, part.stream, &staged.event, memory);
            }
        }
    }

    fn event(&mut self, at: Timestamp, stream: StreamId, event: &Event, memory: &mut Memory) {
        if event.event_type().starts_with("Call") && !event.event_type().starts_with("Caller") {
            self.check_hours(at, stream, event, memory);
        }
        match event {
            Event::OperatingCalendarPublished(calendar) => memory.calendar = Some(calendar.clone()),
            Event::DirectoryEntryAdded(_) => self.entries += 1,
            Event::CallerRegistered(registered) => {
                let phone = registered.phone.as_ref().and_then(|phone| phone.known());
                self.phone(phone.map(|phone| phone.as_str()));
            }
            Event::CallerPhoneAdded(added) => self.phone(added.phone.known().map(|phone| phone.as_str())),
            Event::CallOffered(offered) if offered.direction == Direction::Inbound => {
                if self.first_call_after == 0 {
                    self.first_call_after = self.items;
                }
                memory.inbound.insert(stream);
                self.years.entry(local(at).year()).or_default()[1] += 1;
            }
            Event::CallAnswered(answered) => {
                let agent = answered.agent.unwrap();
                if memory.inbound.contains(&stream) {
                    self.years.entry(local(at).year()).or_default()[2] += 1;
                }
                memory.answered_by.insert(stream, agent);
                if let Some(other) = memory.talking.insert(agent, stream) {
                    self.overlaps.push(format!("{agent} answers {stream} at {at} while talking on {other}"));
                }
            }
            Event::CallEnded(_) => {
                if let Some(agent) = memory.answered_by.remove(&stream) {
                    memory.talking.remove(&agent);
                }
            }
            Event::ConsultationOpened(opened) => {
                let year = local(at).year();
                self.years.entry(year).or_default()[0] += 1;
                memory.opened_in.insert(stream, (year, opened.caller));
                memory.window.push_back((stream, Vec::new()));
                if memory.window.len() > 800 {
                    memory.window.pop_front();
                }
                let (OpenedBy::Call { call } | OpenedBy::Callback { call, .. }) = opened.opened_by;
                self.check_open(at, stream, call, memory);
                memory.cumulative += 1;
                if memory.cumulative == 100_000 {
                    self.milestone = Some((at, self.years[&2024][0]));
                }
            }
            Event::ConsultationVoided(_) => {
                let (year, _) = memory.opened_in[&stream];
                self.years.entry(year).or_default()[0] -= 1;
                memory.cumulative -= 1;
            }
            Event::CallAttached(attached) => *self.attached.entry(attached.reason).or_default() += 1,
            Event::TransferRequested(request) => self.briefs += u64::from(request.brief.is_some()),
            Event::CallbackPromised(_) => {
                self.promises.insert(stream, false);
            }
            Event::CallbackCompleted(_) => {
                self.promises.insert(stream, true);
            }
            Event::NoteRecorded(note) => self.note(stream, note.text.known().unwrap().as_str(), memory),
            _ => {}
        }
    }

    fn phone(&mut self, phone: Option<&str>) {
        let phone = phone.unwrap();
        assert!(phone.starts_with("+821000") || phone.starts_with("+82331"), "{phone} is not fictitious");
        if !self.phones.insert(phone.to_owned()) {
            self.phones_twice.push(phone.to_owned());
        }
    }

    fn check_open(&mut self, at: Timestamp, stream: StreamId, call: CallId, memory: &Memory) {
        let answering = memory.answered_by.keys().any(|answered| answered.uuid == call.uuid());
        if !answering {
            self.disorder.push(format!("{stream} is opened at {at} by a call that nobody answers"));
        }
    }

    fn check_hours(&mut self, at: Timestamp, stream: StreamId, event: &Event, memory: &Memory) {
        let moment = local(at);
        let holidays = &memory.calendar.as_ref().expect("a calendar before the first call").holidays;
        let weekend = matches!(moment.weekday(), Weekday::Saturday | Weekday::Sunday);
        let holiday = holidays.iter().any(|holiday| holiday.date == moment.date());
        let open = Time::constant(8, 30, 0, 0)..Time::constant(18, 30, 0, 0);
        if weekend || holiday || !open.contains(&moment.time()) {
            self.outside_hours.push(format!("{} of {stream} at {moment}", event.event_type()));
        }
    }

    fn note(&mut self, stream: StreamId, text: &str, memory: &mut Memory) {
        assert!(!text.contains(['{', '}', '<', '>', '[', ']', '|']), "{text}");
        let Some(place) = memory.window.iter().position(|(known, _)| *known == stream) else {
            return;
        };
        let near = place.saturating_sub(50)..(place + 50).min(memory.window.len());
        for (other, texts) in memory.window.range(near) {
            if texts.iter().any(|known| known == text) {
                self.repeated_nearby.push(format!("{other} and {stream}: {text}"));
            }
        }
        memory.whole.update(text);
        memory.window[place].1.push(text.to_owned());
        if let (_, Some(caller)) = memory.opened_in[&stream] {
            let digest = Sha256::digest(text);
            let mut first = [0; 8];
            first.copy_from_slice(&digest[..8]);
            if !memory.told.entry(caller).or_default().insert(u64::from_be_bytes(first)) {
                self.repeated_by_caller.push(text.to_owned());
            }
        }
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn local(at: Timestamp) -> DateTime {
    Offset::constant(9).to_datetime(at.jiff())
}

#[test]
fn every_year_has_its_number_and_its_answer_rate() {
    for (year, consultations) in YEARS {
        let [counted, offered, answered] = county().years[&year];
        assert_eq!(counted, consultations, "{year}");
        let rate = f64::from(answered) / f64::from(offered) * 100.0;
        assert_eq!(format!("{rate:.1}"), "99.8", "{year}: {answered} of {offered}");
    }
    assert_eq!(county().years.len(), YEARS.len());
}

#[test]
fn the_milestone_is_where_the_county_reached_it() {
    let (at, of_year) = county().milestone.unwrap();
    assert_eq!(of_year, 27_862, "{at}");
}

#[test]
fn calls_come_within_opening_hours() {
    assert_eq!(county().outside_hours, Vec::<String>::new());
}

#[test]
fn nobody_talks_to_two_callers_at_once() {
    assert_eq!(county().overlaps, Vec::<String>::new());
}

#[test]
fn no_text_repeats_nearby_or_with_one_caller() {
    assert_eq!(county().repeated_nearby, Vec::<String>::new());
    assert_eq!(county().repeated_by_caller, Vec::<String>::new());
}

#[test]
fn items_come_in_order_and_streams_without_gaps() {
    assert_eq!(county().disorder, Vec::<String>::new());
}

#[test]
fn numbers_are_fictitious_and_each_has_one_caller() {
    assert_eq!(county().phones_twice, Vec::<String>::new());
    assert!(county().phones.len() > 15_000, "{}", county().phones.len());
}

#[test]
fn everything_that_a_call_centre_meets_happens() {
    let county = county();
    assert!(county.entries >= 60);
    assert!(county.first_call_after > 80, "the first call is item {}", county.first_call_after);
    let rare = [
        "CategoryTaxonomyPublished",
        "CentreRegistered",
        "CountingDefinitionPublished",
        "LogOpened",
        "OperatingCalendarPublished",
    ];
    for (event, least) in [
        ("AgentStateChanged", 2_000),
        ("CallAbandoned", 100),
        ("CallDropped", 1_000),
        ("CallbackAttempted", 100),
        ("CallerIdentified", 500),
        ("CallerNamed", 5_000),
        ("CallerPhoneAdded", 50),
        ("CallersMerged", 50),
        ("ConsultationCorrected", 200),
        ("ConsultationLinked", 2_000),
        ("ConsultationReassigned", 300),
        ("ConsultationReopened", 200),
        ("ConsultationVoided", 80),
        ("TransferDeclined", 200),
        ("TransferReturned", 200),
        ("TransferUnanswered", 2_000),
    ] {
        let happened = county.events.get(event).copied().unwrap_or(0);
        assert!(happened >= least, "{event}: {happened}");
    }
    assert!(rare.iter().all(|event| county.events[event] == 1));
    assert_eq!(county.events["LegacyBalanceDeclared"], 3);
    for reason in AttachReason::ALL {
        assert!(county.attached[reason] > 100, "{reason:?}");
    }
    assert!(county.briefs > 8_000);
    let broken = county.promises.values().filter(|kept| !**kept).count();
    assert!(broken <= 5, "{broken} of {} promises were not kept", county.promises.len());
}

#[test]
fn the_county_never_changes() {
    let (first_thousand, whole) = (&county().first_thousand, &county().whole);
    assert_eq!(
        first_thousand, "46742235777f67220f0552ecf61957bd9e0eff42a39e34655ff49ba3c96d1dff",
        "the first 1,000 items"
    );
    assert_eq!(
        whole, "927f8d8ba242c70cd7f281b0cf935de50384671f93c759e0d79fe70e4b60c9b9",
        "ids, times and notes of all items"
    );
}
