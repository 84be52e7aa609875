//! The pairs a policy binds, and what they have sent since it does.

use crate::engine::clearing::remainder;
use crate::engine::gates::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Pair};
use crate::scenario as written;
use crate::units::Tick;

/// The pairs a policy binds in one market.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub market: usize,
    pub pairs: Vec<u32>,
    /// First pair of the market.
    pub first: usize,
}

impl Bound {
    /// Those of an export control.
    pub(super) fn of(
        compiler: &Compiler,
        scope: &written::Scope,
        on: written::CommodityId,
    ) -> Self {
        let market = compiler.market(on);
        Self {
            market,
            pairs: compiler.pairs(on, scope.by, &scope.to),
            first: compiler.network().markets[market].pairs.start,
        }
    }

    /// Those of a market that are as wanted.
    pub(super) fn whose(
        compiler: &Compiler,
        market: usize,
        wanted: impl Fn(&Pair) -> bool,
    ) -> Self {
        let n = compiler.network();
        let all = n.markets[market].pairs.clone();
        Self {
            market,
            first: all.start,
            pairs: all
                .filter(|p| wanted(&n.pairs[*p]))
                .map(|p| p as u32)
                .collect(),
        }
    }
}

/// Pairs that may ship a share of reference trade. Its memory: of each pair
/// what the current window had sent when the terms came to bind.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    /// One a good.
    pub bound: Vec<Bound>,
    /// Where each good's memory begins, in that of the policy, and all ends.
    starts: Vec<usize>,
    pub end: usize,
}

impl Counted {
    /// Memory from the policy's cell `first` on.
    pub(super) fn new(bound: Vec<Bound>, first: usize) -> Self {
        let mut end = first;
        let starts = bound.iter().map(|b| {
            let start = end;
            end += b.pairs.len();
            start
        });
        Self {
            starts: starts.collect(),
            bound,
            end,
        }
    }

    pub(super) fn markets(&self) -> Vec<usize> {
        self.bound.iter().map(|b| b.market).collect()
    }

    fn in_market(&self, market: usize) -> impl Iterator<Item = (usize, &Bound)> {
        let goods = self.bound.iter().enumerate();
        goods.filter(move |(_, b)| b.market == market)
    }

    /// Notes what has been sent where the terms of a pair came to bind now,
    /// or the window is new.
    pub(super) fn note_sent(
        &self,
        trial: &mut Trial,
        me: usize,
        market: usize,
        since: impl Fn(&Trial, usize) -> Tick,
    ) {
        let (now, opened) = (trial.s.now, trial.window_opened(market));
        for (good, b) in self.in_market(market) {
            let first = trial.policies[me].memory.start + self.starts[good];
            for (place, pair) in b.pairs.iter().enumerate() {
                let pair = *pair as usize;
                if now == opened || now == since(trial, pair) {
                    trial.s.memory[first + place] = trial.sent_usually(pair);
                }
            }
        }
    }

    /// Lets each pair ship a share of its reference trade since its terms bind,
    /// less what it has sent: `terms` gives share and instant by good and pair.
    pub(super) fn limit(
        &self,
        trial: &Trial,
        me: usize,
        (market, window): (usize, f64),
        gates: &mut Gates,
        terms: impl Fn(usize, usize) -> (f64, Tick),
    ) {
        for (good, b) in self.in_market(market) {
            let first = trial.policies[me].memory.start + self.starts[good];
            for (place, pair) in b.pairs.iter().enumerate() {
                let pair = *pair as usize;
                let (share, since) = terms(good, pair);
                if share >= 1.0 {
                    continue;
                }
                let allowed = if share > 0.0 {
                    let days = trial.days_bound(market, window, pair, since);
                    let sent = trial.sent_usually(pair) - trial.s.memory[first + place];
                    left_of(share * trial.reference_trade(pair, days), sent)
                } else {
                    0.0
                };
                gates.limit(pair - b.first, allowed, me);
            }
        }
    }
}

/// What is left of a whole; below zero where what is sent may have to be
/// taken back.
fn left_of(whole: f64, sent: f64) -> f64 {
    if sent <= whole {
        remainder(whole, sent)
    } else {
        whole - sent
    }
}

impl Trial<'_> {
    /// Days of the current window for which terms bind a pair: what is left of
    /// it through a pipeline, by parcels all since they do.
    pub(super) fn days_bound(&self, market: usize, left: f64, pair: usize, since: Tick) -> f64 {
        if self.n.pairs[pair].pipeline {
            return left;
        }
        let from = since.max(self.window_opened(market));
        left + self.since(from.min(self.s.now))
    }
}
