//! A telephone system that never was: a `queue_log` made from a seed, as Asterisk would write it.
//!
//! Calls come by day, wait, ring at agents who are away, are answered, handed over in the ways of both generations, given
//! up or sent on; between them agents take breaks, and dialplans write events of their own. Numbers are fictitious
//! (010-0000-XXXX).

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// 2023-01-02, a Monday, at nine o'clock in Seoul.
const BEGIN: i64 = 1_672_617_600;
const DAY_SECONDS: i64 = 86_400;
/// How long a day's calls go on.
const OPEN_SECONDS: i64 = 9 * 3600;
const AGENTS: [&str; 4] = ["SIP/201", "PJSIP/202", "Agent/3003", "상담원 4"];

/// Lines in the order in which they were written.
pub struct QueueLog {
    /// The lines, without line breaks.
    pub lines: Vec<String>,
}

impl QueueLog {
    /// So many lines, the same for the same seed.
    pub fn new(seed: u64, lines: usize) -> Self {
        let mut maker = Maker { random: StdRng::seed_from_u64(seed), lines: Vec::new(), paused: [false; 4] };
        maker.agents_come();
        let mut at = BEGIN;
        let mut call = 0;
        while maker.lines.len() < lines + lines / 10 + 100 {
            at += maker.random.random_range(5..70);
            if (at - BEGIN) % DAY_SECONDS > OPEN_SECONDS {
                at += DAY_SECONDS - (at - BEGIN) % DAY_SECONDS;
            }
            call += 1;
            maker.call(at, call);
            if maker.random.random_bool(0.05) {
                maker.between_calls(at);
            }
        }
        maker.lines.sort_by_key(|(at, _)| *at);
        Self { lines: maker.lines.into_iter().take(lines).map(|(at, line)| format!("{at}|{line}")).collect() }
    }

    /// The whole file.
    pub fn text(&self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }

    /// How many events of each type the lines come to, and how many lines are left out (under `skipped`).
    pub fn expected(&self) -> BTreeMap<&'static str, u64> {
        let mut expected = BTreeMap::new();
        for line in &self.lines {
            for what in becomes(line.split('|').nth(4).unwrap_or_default()) {
                *expected.entry(*what).or_default() += 1;
            }
        }
        expected
    }
}

/// What a line becomes, by its event.
fn becomes(event: &str) -> &'static [&'static str] {
    match event {
        "ENTERQUEUE" => &["CallOffered"],
        "CONNECT" => &["CallAnswered"],
        "COMPLETEAGENT" | "COMPLETECALLER" => &["CallEnded"],
        "TRANSFER" | "BLINDTRANSFER" | "ATTENDEDTRANSFER" => &["CallEnded", "TelephoneRecordKept"],
        "ABANDON" => &["CallAbandoned"],
        "EXITWITHTIMEOUT" | "EXITWITHKEY" | "EXITEMPTY" => &["CallLeftQueue"],
        "RINGNOANSWER" | "RINGCANCELED" => &["CallRangUnanswered"],
        "ADDMEMBER" => &["ShiftStarted"],
        "PAUSE" | "UNPAUSE" => &["AgentStateChanged"],
        "DID" | "CONFIGRELOAD" => &["skipped"],
        _ => &["TelephoneRecordKept"],
    }
}

struct Maker {
    random: StdRng,
    lines: Vec<(i64, String)>,
    paused: [bool; 4],
}

impl Maker {
    fn agents_come(&mut self) {
        for agent in AGENTS {
            self.lines.push((BEGIN, format!("MANAGER|main|{agent}|ADDMEMBER|")));
        }
    }

    fn between_calls(&mut self, at: i64) {
        let agent = self.random.random_range(0..AGENTS.len());
        self.paused[agent] = !self.paused[agent];
        let event = if self.paused[agent] { "PAUSE|점심" } else { "UNPAUSE|" };
        self.lines.push((at, format!("NONE|main|{}|{event}", AGENTS[agent])));
        if self.random.random_bool(0.02) {
            self.lines.push((at, "NONE|NONE|NONE|CONFIGRELOAD|".to_owned()));
        }
    }

    fn call(&mut self, came: i64, number: u64) {
        let id = format!("{came}.{number}");
        if self.random.random_bool(0.2) {
            self.lines.push((came, format!("{id}|NONE|NONE|DID|0335600000")));
        }
        let entered = came + self.random.random_range(0..4);
        let caller = match self.random.random_range(0..20) {
            0 => "anonymous".to_owned(),
            _ => format!("0100000{:04}", self.random.random_range(0..10_000)),
        };
        self.lines.push((entered, format!("{id}|main|NONE|ENTERQUEUE||{caller}|1")));
        if self.random.random_bool(0.03) {
            self.lines.push((entered + 1, format!("{id}|main|NONE|INFO|IVR|{number}")));
        }
        let mut at = entered;
        while self.random.random_bool(0.3) {
            let agent = AGENTS[self.random.random_range(0..AGENTS.len())];
            at += 15;
            self.lines.push((at, format!("{id}|main|{agent}|RINGNOANSWER|15000")));
        }
        match self.random.random_range(0..100) {
            0..4 => {
                at += self.random.random_range(1..60);
                self.lines.push((at, format!("{id}|main|NONE|ABANDON|1|1|{}", at - entered)));
            }
            4 => self.lines.push((at + 60, format!("{id}|main|NONE|EXITWITHTIMEOUT|1|1|60"))),
            5 => self.lines.push((at + 9, format!("{id}|main|NONE|EXITWITHKEY|9|1|1|9"))),
            _ => self.talk(&id, entered, at),
        }
    }

    fn talk(&mut self, id: &str, entered: i64, rang: i64) {
        let agent = AGENTS[self.random.random_range(0..AGENTS.len())];
        let ring = self.random.random_range(1..12);
        let answered = rang + ring;
        let hold = answered - entered;
        self.lines.push((answered, format!("{id}|main|{agent}|CONNECT|{hold}|{id}1|{ring}")));
        let talk = self.random.random_range(20..400);
        let end = match self.random.random_range(0..20) {
            0 => format!("BLINDTRANSFER|201|from-internal|{hold}|{talk}|1"),
            1 => format!("ATTENDEDTRANSFER|BRIDGE|8f3c11e3|{hold}|{talk}|1"),
            2 => format!("TRANSFER|201|from-internal|{hold}|{talk}"),
            3..8 => format!("COMPLETEAGENT|{hold}|{talk}|1"),
            _ => format!("COMPLETECALLER|{hold}|{talk}|1"),
        };
        self.lines.push((answered + talk, format!("{id}|main|{agent}|{end}")));
    }
}
