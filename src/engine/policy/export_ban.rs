//! Export ban: a share of reference trade may not leave.
//!
//! `u_ij = (1 − share) · reference trade`, share 1 being a full ban, less
//! what has been sent while it was in force in the current window.

use super::{Act, Bound, buyers_of, per_commodity};
use crate::engine::clearing::remainder;
use crate::engine::journal::Entry;
use crate::engine::state::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num};
use crate::scenario::{self as written, RegimeId};

#[derive(Clone, Debug)]
pub(super) struct ExportBan {
    bound: Vec<Bound>,
    /// Share forbidden, one a good.
    share: Vec<Num>,
    in_regime: Vec<(RegimeId, Vec<Num>)>,
    /// Where each good's memory begins.
    memory: Vec<usize>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::ExportBan) -> ExportBan {
    let bound: Vec<Bound> = w
        .scope
        .on
        .iter()
        .map(|c| Bound::of(compiler, &w.scope, *c))
        .collect();
    let share = per_commodity(compiler, &w.scope, &w.share);
    let in_regime = w
        .in_regime
        .iter()
        .map(|(regime, share)| (*regime, per_commodity(compiler, &w.scope, share)))
        .collect();
    ExportBan {
        memory: places(&bound),
        bound,
        share,
        in_regime,
    }
}

impl ExportBan {
    /// Notes what is forbidden from now on.
    fn note_shares(&self, trial: &mut Trial, me: usize) {
        if !trial.s.policies[me].in_force {
            return;
        }
        let shares = trial.terms_now(&self.share, &self.in_regime);
        for (b, share) in self.bound.iter().zip(shares) {
            trial.note(|t| Entry::Share {
                policy: me,
                market: b.market,
                share: share.get(t.drawn).clamp(0.0, 1.0),
            });
        }
    }
}

/// Where each good's pairs begin when they lie one after another.
fn places(bound: &[Bound]) -> Vec<usize> {
    let ends = bound.iter().scan(0, |end, b| {
        let first = *end;
        *end += b.pairs.len();
        Some(first)
    });
    ends.collect()
}

/// Memory: of each pair what the current window had sent when the ban came
/// into force.
impl Act for ExportBan {
    fn memory(&self) -> usize {
        self.bound.iter().map(|b| b.pairs.len()).sum()
    }

    fn before_clearing(&self, trial: &mut Trial, me: usize, market: usize) {
        let now = trial.s.now;
        let (since, opened) = (trial.s.policies[me].since, trial.window_opened(market));
        if now != since && now != opened {
            return;
        }
        let start = trial.policies[me].memory.start;
        for (b, first) in self
            .bound
            .iter()
            .zip(&self.memory)
            .filter(|(b, _)| b.market == market)
        {
            for (place, pair) in b.pairs.iter().enumerate() {
                trial.s.memory[start + first + place] = trial.s.pairs[*pair as usize].sent;
            }
        }
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        self.note_shares(trial, me);
    }

    fn regime_entered(&self, trial: &mut Trial, me: usize, _regime: RegimeId) {
        self.note_shares(trial, me);
    }

    fn buyers(&self, network: &Network) -> Vec<usize> {
        buyers_of(network, &self.bound)
    }

    fn markets(&self) -> Vec<usize> {
        self.bound.iter().map(|b| b.market).collect()
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let shares = trial.terms_now(&self.share, &self.in_regime);
        for (good, (b, share)) in self.bound.iter().zip(shares).enumerate() {
            let share = share.get(trial.drawn).clamp(0.0, 1.0);
            if share == 0.0 || b.market != market {
                continue;
            }
            for (place, pair) in b.pairs.iter().enumerate() {
                let allowed = if share < 1.0 {
                    let cell = trial.policies[me].memory.start + self.memory[good] + place;
                    let days = trial.days_bound(me, market, window, *pair as usize);
                    let sent = trial.s.pairs[*pair as usize].sent - trial.s.memory[cell];
                    let whole = (1.0 - share) * trial.reference_trade(*pair as usize, days);
                    // Below zero where what is sent may have to be taken back.
                    if sent <= whole {
                        remainder(whole, sent)
                    } else {
                        whole - sent
                    }
                } else {
                    0.0
                };
                gates.limit(*pair as usize - b.first, allowed, me);
            }
        }
    }
}

impl Trial<'_> {
    /// Days of the current window for which a policy binds a pair: what is
    /// left of it through a pipeline, by parcels all since it is in force.
    fn days_bound(&self, me: usize, market: usize, left: f64, pair: usize) -> f64 {
        if self.n.pairs[pair].pipeline {
            return left;
        }
        let from = self.s.policies[me].since.max(self.window_opened(market));
        left + self.since(from.min(self.s.now))
    }
}
