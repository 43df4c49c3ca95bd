//! The floor: four desks, the queue in front of them, and the agenda that drives everything in the order of time.

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;
use sangdam_domain::aggregate::AgentCommand;
use sangdam_domain::id::AgentId;
use sangdam_domain::value::AgentState;

use crate::calendar::{Calendar, at};
use crate::error::DemoError;
use crate::opening::Cast;
use crate::people::People;
use crate::plan::{self, Day};
use crate::rng::Rng;
use crate::script::{Incoming, Outgoing, What};
use crate::stage::{Cue, Played, Stage};
use crate::words::Words;

/// A move that is due at its moment.
pub(crate) type Step = Box<dyn FnOnce(&mut Stage) -> Played + Send>;

/// What the agenda holds.
pub(crate) enum Task {
    Step(Step),
    /// Somebody calls.
    Call(Incoming),
    /// Somebody is to be called back.
    Return(Outgoing),
    /// A desk has finished with its call.
    Free(usize),
    /// A break of so many seconds is due.
    Break(usize, i64),
    Back(usize),
    /// The shift is over.
    Leave(usize),
}

/// An agent's desk.
pub(crate) struct Desk {
    pub(crate) agent: AgentId,
    pub(crate) doing: Doing,
    /// Since when it does so, or until when it is busy.
    pub(crate) since: i64,
    break_due: Option<i64>,
}

/// What happens at a desk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Idle,
    /// Until [`Desk::since`].
    Busy,
    Resting,
}

/// Everything that the county is at a moment.
pub(crate) struct Floor {
    pub(crate) calendar: Calendar,
    pub(crate) cast: Cast,
    pub(crate) stage: Stage,
    pub(crate) people: People,
    pub(crate) words: Words,
    pub(crate) rng: Rng,
    pub(crate) desks: Vec<Desk>,
    waiting: VecDeque<Incoming>,
    agenda: BTreeMap<(i64, u64), Task>,
    entries: u64,
    days: VecDeque<Day>,
    /// The last open day: nothing is put off beyond it.
    pub(crate) last_day: Date,
}

/// How far into the agenda the moment is that begins a day.
const MORNING: i64 = 8 * 3600;

/// Behind everything that a day holds.
const EVENING: i64 = 20 * 3600;

impl Floor {
    pub(crate) fn new(
        (calendar, cast, stage): (Calendar, Cast, Stage),
        (people, words, rng): (People, Words, Rng),
        days: Vec<Day>,
    ) -> Self {
        let desk = |agent: &AgentId| Desk { agent: *agent, doing: Doing::Resting, since: 0, break_due: None };
        let desks = cast.agents.iter().map(desk).collect();
        let last_day = days.last().map_or(Date::MIN, |day| day.date);
        Self {
            calendar,
            cast,
            stage,
            people,
            words,
            rng,
            desks,
            waiting: VecDeque::new(),
            agenda: BTreeMap::new(),
            entries: 0,
            days: days.into(),
            last_day,
        }
    }

    /// Does what is due next. False where nothing is left to do.
    pub(crate) fn advance(&mut self) -> Result<bool, DemoError> {
        let next_day = self.days.front().map(|day| at(day.date, MORNING));
        let due = self.agenda.first_key_value().map(|((moment, _), _)| *moment);
        if next_day.is_some_and(|morning| due.is_none_or(|due| morning <= due)) {
            if let Some(day) = self.days.pop_front() {
                self.begin(&day);
            }
            return Ok(true);
        }
        let Some(((now, _), task)) = self.agenda.pop_first() else { return Ok(false) };
        match task {
            Task::Step(step) => step(&mut self.stage)?,
            Task::Call(incoming) => self.offered(incoming, now)?,
            Task::Return(outgoing) => self.return_call(outgoing, now)?,
            Task::Free(desk) => {
                self.desks[desk].doing = Doing::Idle;
                self.desks[desk].since = now;
                match self.desks[desk].break_due.take() {
                    Some(seconds) => self.rest(desk, seconds, now)?,
                    None => self.serve(now)?,
                }
            }
            Task::Break(desk, seconds) if self.desks[desk].doing == Doing::Idle => {
                self.rest(desk, seconds, now)?
            }
            Task::Break(desk, seconds) => self.desks[desk].break_due = Some(seconds),
            Task::Leave(desk) => self.desks[desk].doing = Doing::Resting,
            Task::Back(desk) => {
                self.desks[desk].doing = Doing::Idle;
                self.desks[desk].since = now;
                self.agent_is(desk, AgentState::Available, now)?;
                self.serve(now)?;
            }
        }
        Ok(true)
    }

    /// The three years are over: the directory goes to print.
    pub(crate) fn close(&mut self) -> Played {
        let cue = Cue { at: at(self.last_day, EVENING), by: None };
        self.stage.print(cue, self.cast.offices.iter().map(|(_, entry)| *entry))
    }

    /// Puts something on the agenda.
    pub(crate) fn schedule(&mut self, moment: i64, task: Task) {
        self.entries += 1;
        self.agenda.insert((moment, self.entries), task);
    }

    /// Puts a move on the agenda.
    pub(crate) fn step(
        &mut self,
        moment: i64,
        by: Option<AgentId>,
        step: impl FnOnce(&mut Stage, Cue) -> Played + Send + 'static,
    ) {
        let cue = Cue { at: moment, by };
        self.schedule(moment, Task::Step(Box::new(move |stage| step(stage, cue))));
    }

    /// Shifts, breaks and calls of a day.
    fn begin(&mut self, day: &Day) {
        let moment = |second: i64| at(day.date, second);
        for desk in 0..self.desks.len() {
            let agent = self.desks[desk].agent;
            let (starts, ends) = (self.rng.range(500, 508), self.rng.range(1111, 1119));
            let (starts, ends) = (starts * 60 + self.rng.range(0, 50), ends * 60 + self.rng.range(0, 50));
            self.step(moment(starts), Some(agent), move |stage, cue| {
                stage.agent(cue, agent, AgentCommand::StartShift)
            });
            self.schedule(moment(starts) + 1, Task::Free(desk));
            self.step(moment(ends), Some(agent), move |stage, cue| {
                stage.agent(cue, agent, AgentCommand::EndShift)
            });
            self.schedule(moment(ends), Task::Leave(desk));
            self.breaks(desk, day.date);
        }
        let ordinary = day.consultations - day.missed;
        for _ in 0..ordinary {
            self.somebody(day.date, What::Matter);
        }
        for _ in 0..day.voided {
            self.somebody(day.date, What::Mistake);
        }
        for n in 0..day.missed + day.abandoned {
            let second = self.rng.range(9 * 3600, 15 * 3600 + 1800);
            let given_up = What::GivenUp { returned: n < day.missed, tries: 0 };
            self.schedule(at(day.date, second), Task::Call(Incoming::of(given_up)));
        }
    }

    fn somebody(&mut self, date: Date, what: What) {
        let moment = at(date, plan::moment(&mut self.rng)) + self.rng.range(0, 999_999);
        self.schedule(moment, Task::Call(Incoming::of(what)));
    }

    /// Lunch in two turns of two, and a short break one after the other, in an order that changes every day.
    fn breaks(&mut self, desk: usize, date: Date) {
        let turn = (desk as i64 + i64::from(date.day_of_year())) % 4;
        let lunch = if turn < 2 { 11 * 3600 + 2400 } else { 12 * 3600 + 2500 };
        let lunch = lunch + self.rng.range(0, 300);
        let short = 14 * 3600 + turn * 2100 + self.rng.range(0, 600);
        self.schedule(at(date, lunch), Task::Break(desk, 3600));
        self.schedule(at(date, short), Task::Break(desk, 900));
    }

    fn rest(&mut self, desk: usize, seconds: i64, now: i64) -> Result<(), DemoError> {
        self.desks[desk].doing = Doing::Resting;
        self.agent_is(desk, AgentState::Break, now)?;
        self.schedule(now + seconds * 1_000_000, Task::Back(desk));
        Ok(())
    }

    fn agent_is(&mut self, desk: usize, state: AgentState, now: i64) -> Played {
        let agent = self.desks[desk].agent;
        self.stage.agent(Cue { at: now, by: Some(agent) }, agent, AgentCommand::ChangeState { state })
    }

    /// A call waits for a desk.
    pub(crate) fn queue(&mut self, incoming: Incoming, now: i64) -> Result<(), DemoError> {
        self.waiting.push_back(incoming);
        self.serve(now)
    }

    /// Whether calls wait.
    pub(crate) fn is_anybody_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Gives waiting calls to idle desks.
    fn serve(&mut self, now: i64) -> Result<(), DemoError> {
        while let Some(desk) = self.idle_desk() {
            let Some(incoming) = self.waiting.pop_front() else { return Ok(()) };
            self.take(desk, incoming, now)?;
        }
        Ok(())
    }

    /// The desk that has been idle for longest.
    pub(crate) fn idle_desk(&self) -> Option<usize> {
        let idle = (0..self.desks.len()).filter(|desk| self.desks[*desk].doing == Doing::Idle);
        idle.min_by_key(|desk| (self.desks[*desk].since, *desk))
    }

    /// When the first busy desk will be free.
    pub(crate) fn first_free(&self) -> Option<i64> {
        let busy = self.desks.iter().filter(|desk| desk.doing == Doing::Busy);
        busy.map(|desk| desk.since).min()
    }

    /// The desk is busy until then.
    pub(crate) fn occupy(&mut self, desk: usize, until: i64) {
        self.desks[desk].doing = Doing::Busy;
        self.desks[desk].since = until;
        self.schedule(until, Task::Free(desk));
    }
}
