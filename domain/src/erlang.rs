//! How many agents a load of calls takes: Erlang's formulas for a queue of one kind of call.
//!
//! Calls come independently of each other (Poisson), are handled for exponentially distributed times, by agents each
//! of whom takes any call; nobody gives up waiting. Real callers do give up, so that Erlang C errs on the side of more
//! waiting and more agents; where calls are lost instead of waiting (lines, trunks), Erlang B applies.
//!
//! Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic
//! telephone exchanges", Elektroteknikeren 13 (1917), for both formulas. N. Gans, G. Koole, A. Mandelbaum, "Telephone
//! call centers: tutorial, review, and research prospects", Manufacturing & Service Operations Management 5 (2003),
//! section 3, for the distribution of waits and its use in staffing.
//!
//! These are estimates: unlike everything that is counted they are binary fractions, to be rounded where they are shown.

/// A load of calls: how many come, and how long one is handled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Load {
    calls_per_hour: f64,
    handling_seconds: f64,
}

/// The load given is none.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
#[error(
    "{calls_per_hour} calls an hour of {handling_seconds} seconds each are no load: expected 0 calls or more, a handling \
     time above 0, and no more than {} erlangs together",
    Load::ERLANGS_MAX
)]
pub struct InvalidLoad {
    /// Calls an hour, as given.
    pub calls_per_hour: f64,
    /// Seconds a call, as given.
    pub handling_seconds: f64,
}

/// What is asked of the waits: a share of the calls is answered within so many seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Target {
    share: f64,
    within_seconds: u32,
}

/// The share given cannot be asked for.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
#[error("a share of {0} of the calls cannot be asked for: expected more than 0 and less than 1, like 0.8")]
pub struct InvalidTarget(pub f64);

impl Target {
    /// A share of the calls, above 0 and below 1, and the seconds within which it is to be answered.
    ///
    /// # Errors
    /// Where the share is none: no number of agents answers every call in time with certainty.
    pub fn of(share: f64, within_seconds: u32) -> Result<Self, InvalidTarget> {
        if share > 0.0 && share < 1.0 {
            Ok(Self { share, within_seconds })
        } else {
            Err(InvalidTarget(share))
        }
    }

    /// The share of the calls.
    pub fn share(self) -> f64 {
        self.share
    }

    /// The seconds within which it is to be answered.
    pub fn within_seconds(self) -> u32 {
        self.within_seconds
    }
}

impl Load {
    /// More than any centre has, and few enough for the recursion to take no time.
    pub const ERLANGS_MAX: f64 = 100_000.0;

    /// How many calls come in an hour, and how many seconds one is handled on average: talked on, and worked on after.
    ///
    /// # Errors
    /// Where one of them is no such number, or their product is above [`Self::ERLANGS_MAX`].
    pub fn of(calls_per_hour: f64, handling_seconds: f64) -> Result<Self, InvalidLoad> {
        let load = Self { calls_per_hour, handling_seconds };
        let sound = calls_per_hour >= 0.0 && handling_seconds > 0.0 && load.erlangs() <= Self::ERLANGS_MAX;
        if sound { Ok(load) } else { Err(InvalidLoad { calls_per_hour, handling_seconds }) }
    }

    /// Calls an hour.
    pub fn calls_per_hour(self) -> f64 {
        self.calls_per_hour
    }

    /// Seconds a call.
    pub fn handling_seconds(self) -> f64 {
        self.handling_seconds
    }

    /// The load in erlangs: how many agents would be busy on average if there were enough of them.
    pub fn erlangs(self) -> f64 {
        self.calls_per_hour * (self.handling_seconds / 3_600.0)
    }

    /// Erlang B: which share of the calls finds all lines busy and is lost. 1 without a line.
    pub fn blocked(self, lines: u32) -> f64 {
        let mut blocked = 1.0;
        for line in 1..=lines {
            blocked = self.blocked_by_one_more(blocked, line);
            if blocked == 0.0 {
                break;
            }
        }
        blocked
    }

    /// B(n) = a·B(n−1) ÷ (n + a·B(n−1)): sums of positive numbers alone, and no powers or factorials that overflow.
    fn blocked_by_one_more(self, blocked: f64, line: u32) -> f64 {
        let still = self.erlangs() * blocked;
        still / (f64::from(line) + still)
    }

    /// Erlang C: which share of the calls waits at all. 1 where there are not more agents than erlangs: the queue then
    /// grows without end.
    pub fn waits(self, agents: u32) -> f64 {
        self.waits_if_blocked(agents, self.blocked(agents))
    }

    /// C(n) = n·B(n) ÷ (n − a·(1 − B(n))).
    fn waits_if_blocked(self, agents: u32, blocked: f64) -> f64 {
        let (all, busy) = (f64::from(agents), self.erlangs());
        if all <= busy { 1.0 } else { (all * blocked / (all - busy * (1.0 - blocked))).min(1.0) }
    }

    /// Which share of the calls is answered within so many seconds: 1 − C·exp(−(n − a)·t ÷ h). 0 where there are not
    /// more agents than erlangs.
    pub fn answered_within(self, agents: u32, seconds: u32) -> f64 {
        self.answered_if_waiting(agents, self.waits(agents), seconds)
    }

    fn answered_if_waiting(self, agents: u32, waits: f64, seconds: u32) -> f64 {
        let spare = f64::from(agents) - self.erlangs();
        if spare <= 0.0 {
            return 0.0;
        }
        1.0 - waits * (-spare * f64::from(seconds) / self.handling_seconds).exp()
    }

    /// How long a call waits on average, those that do not wait included, in seconds (the average speed of answer):
    /// C·h ÷ (n − a). `None` where the queue grows without end.
    pub fn average_wait_seconds(self, agents: u32) -> Option<f64> {
        let spare = f64::from(agents) - self.erlangs();
        (spare > 0.0).then(|| self.waits(agents) * self.handling_seconds / spare)
    }

    /// Which share of their time agents are busy: a ÷ n. `None` where the queue grows without end.
    pub fn occupancy(self, agents: u32) -> Option<f64> {
        let all = f64::from(agents);
        (all > self.erlangs()).then(|| self.erlangs() / all)
    }

    /// The smallest number of agents that meets the target; 0 where nobody calls.
    pub fn agents_needed(self, target: Target) -> u32 {
        if self.erlangs() == 0.0 {
            return 0;
        }
        let (mut agents, mut blocked) = (0, 1.0);
        loop {
            agents += 1;
            blocked = self.blocked_by_one_more(blocked, agents);
            let waits = self.waits_if_blocked(agents, blocked);
            // Ends: with every agent fewer calls wait, and the share asked for is below 1.
            if self.answered_if_waiting(agents, waits, target.within_seconds) >= target.share {
                return agents;
            }
        }
    }
}

#[cfg(test)]
mod tests;
