//! The pairs a policy binds.

use crate::engine::gates::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Pair};
use crate::scenario as written;

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

impl Bound {
    /// Lets each pair ship a share of its reference trade over the window.
    pub(super) fn limit(
        &self,
        trial: &Trial,
        me: usize,
        window: f64,
        gates: &mut Gates,
        share: impl Fn(usize) -> f64,
    ) {
        for pair in &self.pairs {
            let pair = *pair as usize;
            let share = share(pair);
            if share < 1.0 {
                let allowed = share.max(0.0) * trial.reference_trade(pair, window);
                gates.limit(pair - self.first, allowed, me);
            }
        }
    }
}

/// The places of goods in one market, and the pairs bound there.
pub(super) fn in_market(bound: &[Bound], market: usize) -> impl Iterator<Item = (usize, &Bound)> {
    let goods = bound.iter().enumerate();
    goods.filter(move |(_, b)| b.market == market)
}

/// The markets of bound pairs.
pub(super) fn markets(bound: &[Bound]) -> Vec<usize> {
    bound.iter().map(|b| b.market).collect()
}
