//! Extraterritorial rule: controls on goods made abroad with one's own.
//!
//! A seller abroad is bound when the content of its good, the value of the
//! goods of the rule's origin in a unit of it, exceeds a share of its value:
//!
//! ```text
//! v_i = p0                                    a content good from the origin
//! v_i = Σ_m a_m · Σ_k b_km v_k / Σ_k b_km     else, over inputs m from sellers k
//! bound:  v_i / p0 > threshold
//! ```
//!
//! with recipes a and base trade b of the trial. A seller that makes nothing yet
//! is taken to run its planned sites full, and a buyer that uses nothing yet to
//! buy of all sellers in proportion to their output. Of a plant with several
//! products each bears content by its value. Then exports may be
//! `u_ij = (1 − refused_j) · reference trade`; trade at home is not bound.

use super::{Act, Bound, bound, buyers_of, in_market, per_country};
use crate::engine::gates::Gates;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num};
use crate::scenario as written;

#[derive(Clone, Debug)]
pub(super) struct ExtraterritorialRule {
    by: usize,
    /// Markets of the goods that are content.
    content: Vec<usize>,
    threshold: Num,
    refused: Vec<Num>,
    bound: Vec<Bound>,
    /// Numbers it remembers.
    cells: usize,
    /// Sellers that it may bind.
    sellers: Vec<u32>,
}

/// Memory: content of each seller's good, then of what each buyer takes
/// \[USD per unit\].
pub(super) fn compile(
    compiler: &mut Compiler,
    w: &written::ExtraterritorialRule,
) -> ExtraterritorialRule {
    let (by, n) = (w.by.0, compiler.network());
    let abroad = |market: usize| {
        Bound::whose(compiler, market, |p| {
            let from = n.sellers[p.seller as usize].country;
            let to = n.buyers[p.buyer as usize].country;
            !p.domestic && from != by && w.to.iter().any(|c| c.0 == to)
        })
    };
    let bound: Vec<Bound> =
        w.on.iter()
            .map(|good| abroad(compiler.market(*good)))
            .collect();
    let pairs = bound.iter().flat_map(|b| &b.pairs);
    let mut sellers: Vec<u32> = pairs.map(|p| n.pairs[*p as usize].seller).collect();
    sellers.sort_unstable();
    sellers.dedup();
    let cells = n.sellers.len() + n.buyers.len();
    ExtraterritorialRule {
        by,
        content: w
            .content
            .iter()
            .map(|good| compiler.market(*good))
            .collect(),
        threshold: compiler.num(&w.threshold),
        refused: per_country(compiler, &w.refused),
        bound,
        cells,
        sellers,
    }
}

impl ExtraterritorialRule {
    /// Content of a seller's good \[USD per unit\].
    fn content(trial: &Trial, me: usize, seller: usize) -> f64 {
        trial.s.memory[trial.policies[me].memory.start + seller]
    }

    /// Content of what a buyer takes \[USD per unit\].
    fn bought(trial: &Trial, me: usize, buyer: usize) -> f64 {
        Self::content(trial, me, trial.n.sellers.len() + buyer)
    }

    /// Works out the content of every good, upstream first.
    fn trace(&self, trial: &mut Trial, me: usize) {
        let start = trial.policies[me].memory.start;
        let n = trial.n;
        for (market, m) in n.markets.iter().enumerate() {
            for seller in m.sellers.clone() {
                let own = n.sellers[seller].country == self.by && self.content.contains(&market);
                trial.s.memory[start + seller] = if own {
                    trial.base.terms[market].price
                } else {
                    Self::made(trial, me, seller)
                };
            }
            for buyer in m.buyers.clone() {
                let content = Self::taken(trial, me, market, buyer);
                trial.s.memory[start + n.sellers.len() + buyer] = content;
            }
        }
    }

    /// Content that goes into a unit of what a seller makes, its sites weighted
    /// by output, or by capacity where it makes nothing yet.
    fn made(trial: &Trial, me: usize, seller: usize) -> f64 {
        let (mut made, mut content) = (0.0, 0.0);
        for o in &trial.n.sellers[seller].outputs {
            let (o, site) = (*o as usize, trial.n.outputs[*o as usize].site as usize);
            let runs = if trial.base.output[seller] > 0.0 {
                trial.base.runs[site]
            } else {
                trial.n.sites[site].capacity.get(trial.drawn)
            };
            made += runs * trial.base.output_per_run[o];
            content += runs * Self::of_run(trial, me, site) * Self::part(trial, site, o);
        }
        content / made.max(f64::MIN_POSITIVE)
    }

    /// Content that goes into a run of a site \[USD\].
    fn of_run(trial: &Trial, me: usize, site: usize) -> f64 {
        let inputs = trial.n.sites[site].inputs.clone();
        let content = inputs.map(|i| {
            let demand = trial.n.inputs[i].demand as usize;
            let buyer = trial.n.demands[demand].buyer as usize;
            trial.base.input_per_run[i] * Self::bought(trial, me, buyer)
        });
        content.sum()
    }

    /// Part of the value of a site's products that one of them makes up.
    fn part(trial: &Trial, site: usize, output: usize) -> f64 {
        let value = |o: usize| {
            let market = trial.n.sellers[trial.n.outputs[o].seller as usize].market;
            trial.base.output_per_run[o] * trial.base.terms[market].price
        };
        let all: f64 = trial.n.sites[site].outputs.clone().map(value).sum();
        value(output) / all.max(f64::MIN_POSITIVE)
    }

    /// Content of a unit of what a buyer takes in base trade, or of all that is
    /// made where it takes nothing yet.
    fn taken(trial: &Trial, me: usize, market: usize, buyer: usize) -> f64 {
        let m = &trial.n.markets[market];
        let (mut volume, mut content) = (0.0, 0.0);
        for (i, seller) in m.sellers.clone().enumerate() {
            let pair = m.pairs.start + i * m.buyers.len() + buyer - m.buyers.start;
            let taken = if trial.base.use_rate[buyer] > 0.0 {
                trial.base.flow[pair]
            } else {
                trial.base.output[seller]
            };
            volume += taken;
            content += taken * Self::content(trial, me, seller);
        }
        content / volume.max(f64::MIN_POSITIVE)
    }

    /// Content of a seller's good as a share of its value.
    fn share(trial: &Trial, me: usize, seller: usize) -> f64 {
        let price = trial.base.terms[trial.n.sellers[seller].market].price;
        Self::content(trial, me, seller) / price.max(f64::MIN_POSITIVE)
    }

    fn binds(&self, trial: &Trial, me: usize, seller: usize) -> bool {
        Self::share(trial, me, seller) > self.threshold.get(trial.drawn)
    }
}

impl Act for ExtraterritorialRule {
    fn memory(&self) -> usize {
        self.cells
    }

    fn buyers(&self, network: &Network) -> Vec<usize> {
        buyers_of(network, &self.bound)
    }

    fn markets(&self) -> Vec<usize> {
        bound::markets(&self.bound)
    }

    fn begin(&self, trial: &mut Trial, me: usize) {
        self.trace(trial, me);
        for seller in &self.sellers {
            let seller = *seller as usize;
            trial.note(|t| Entry::Content {
                policy: me,
                seller,
                share: Self::share(t, me, seller),
                bound: self.binds(t, me, seller),
            });
        }
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let share = |pair: usize| {
            let p = &trial.n.pairs[pair];
            let to = trial.n.buyers[p.buyer as usize].country;
            if self.binds(trial, me, p.seller as usize) {
                1.0 - self.refused[to].get(trial.drawn).clamp(0.0, 1.0)
            } else {
                1.0
            }
        };
        for (_, b) in in_market(&self.bound, market) {
            b.limit(trial, me, window, gates, share);
        }
    }
}
