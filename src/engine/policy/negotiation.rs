//! Negotiation: on set dates an outcome is drawn and its regime entered.
//!
//! On each date, if the policy is in force and the process in one of the
//! regimes from which it negotiates, one of the outcomes is drawn with its
//! probability. The process enters that regime as it would by itself, with a
//! time to last of its own; where it is in it already, it stays as it was.
//! Draws are keyed by policy and date: another date moves none of them.

use super::Act;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::random::Stream;
use crate::scenario as written;
use crate::units::Tick;

#[derive(Clone, Debug)]
pub(super) struct Negotiation {
    process: usize,
    dates: Vec<Tick>,
    /// States from which; all if empty.
    from: Vec<usize>,
    /// State and probability of each outcome.
    outcomes: Vec<(usize, Num)>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Negotiation) -> Negotiation {
    let outcomes = w.outcomes.iter();
    Negotiation {
        process: w.process,
        dates: w.on.iter().map(|day| compiler.tick(*day)).collect(),
        from: w.from.clone(),
        outcomes: outcomes
            .map(|(state, n)| (*state, compiler.num(n)))
            .collect(),
    }
}

impl Negotiation {
    /// The outcome of now.
    fn outcome(&self, trial: &Trial, me: usize) -> Option<usize> {
        let occurrence = trial.s.now.0;
        let mut stream = Stream::open(trial.s.key, trial.policies[me].key, occurrence);
        trial.draw_way(&self.outcomes, &mut stream)
    }
}

impl Act for Negotiation {
    fn begin(&self, trial: &mut Trial, me: usize) {
        for date in &self.dates {
            trial.set_alarm(me, *date, 0);
        }
    }

    fn woken(&self, trial: &mut Trial, me: usize, _code: u32) {
        let state = trial.s.regimes[self.process].state;
        if !trial.is_due(me) || !(self.from.is_empty() || self.from.contains(&state)) {
            return;
        }
        let Some(to) = self.outcome(trial, me) else {
            return;
        };
        trial.note(|_| Entry::Negotiated {
            policy: me,
            process: self.process,
            outcome: to,
            stays: to == state,
        });
        if to != state {
            trial.enter_regime(self.process, to);
        }
    }
}
