//! Export quota: so much may leave in a period, all destinations together.
//!
//! What is left of the quota is offered to the destinations in proportion to
//! reference trade, first come first served over the period; where the next
//! period begins within the window, at the rate at which it lasts until then:
//! `u_ij = left · max(1, window / days to the next period) · w_ij / Σ_j w_ij`.
//! Destinations without reference trade get none of it, but while more is left
//! than there is to ship nobody is bound.

use super::{Act, Bound, buyers_of, per_commodity};
use crate::engine::gates::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num};
use crate::scenario as written;
use crate::units::{Tick, Ticks};

#[derive(Clone, Debug)]
pub(super) struct ExportQuota {
    bound: Vec<Bound>,
    /// Volume a period, one a good.
    volume: Vec<Num>,
    period: Ticks,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::ExportQuota) -> ExportQuota {
    ExportQuota {
        bound: w
            .scope
            .on
            .iter()
            .map(|c| Bound::of(compiler, &w.scope, *c))
            .collect(),
        volume: per_commodity(compiler, &w.scope, &w.volume),
        period: Ticks::from_days(w.period),
    }
}

impl ExportQuota {
    /// All that the sellers bound could ship over the window.
    fn most_shipped(trial: &Trial, bound: &Bound, window: f64) -> f64 {
        let sellers = bound
            .pairs
            .iter()
            .map(|p| trial.n.pairs[*p as usize].seller);
        let mut last = None;
        let once = sellers.filter(|seller| last.replace(*seller) != Some(*seller));
        once.map(|seller| trial.most_shipped(seller as usize, window))
            .sum()
    }

    /// What has been allocated under the last period's quota for days of the
    /// new one is taken from the new quota; where the market clears again, it
    /// gives that back.
    fn charge_rest(&self, trial: &mut Trial, me: usize) {
        let first = trial.policies[me].memory.start;
        for (good, b) in self.bound.iter().enumerate() {
            let last = trial.s.markets[b.market].cleared_at;
            if trial.counted(me, last) {
                let pairs = b.pairs.iter().map(|pair| *pair as usize);
                let rest = pairs.map(|pair| trial.usual_rest(b.market, pair, last));
                trial.s.memory[first + LEFT + good] -= rest.sum::<f64>();
            }
        }
    }
}

/// Memory: when the next period begins \[s\].
const NEXT: usize = 0;
/// Then what is left of each good's quota.
const LEFT: usize = 1;

impl Act for ExportQuota {
    fn memory(&self) -> usize {
        LEFT + self.bound.len()
    }

    fn buyers(&self, network: &Network) -> Vec<usize> {
        buyers_of(network, &self.bound)
    }

    fn markets(&self) -> Vec<usize> {
        self.bound.iter().map(|b| b.market).collect()
    }

    fn begin(&self, trial: &mut Trial, me: usize) {
        let effective = trial.policies[me].effective;
        trial.set_alarm(me, effective, 0);
    }

    /// A period begins.
    fn woken(&self, trial: &mut Trial, me: usize, _code: u32) {
        let next = trial.s.now + self.period;
        trial.with_gates_watched(|trial| {
            let first = trial.policies[me].memory.start;
            trial.s.memory[first + NEXT] = next.0 as f64;
            for (k, volume) in self.volume.iter().enumerate() {
                trial.s.memory[first + LEFT + k] = volume.get(trial.drawn);
            }
        });
        self.charge_rest(trial, me);
        trial.set_alarm(me, next, 0);
    }

    fn counts(&self) -> bool {
        true
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let first = trial.policies[me].memory.start;
        let next = Tick(trial.s.memory[first + NEXT] as u64);
        let days = (next.max(trial.s.now) - trial.s.now).days();
        let lasts = if days > 0.0 {
            (window / days).max(1.0)
        } else {
            1.0
        };
        for (good, b) in self
            .bound
            .iter()
            .enumerate()
            .filter(|(_, b)| b.market == market)
        {
            let left = trial.s.memory[first + LEFT + good].max(0.0) * lasts;
            let all: f64 = b.pairs.iter().map(|p| trial.s.flows[*p as usize]).sum();
            let plenty = left > Self::most_shipped(trial, b, window);
            for pair in &b.pairs {
                let share = trial.s.flows[*pair as usize] / all.max(f64::MIN_POSITIVE);
                if share == 0.0 && plenty {
                    continue;
                }
                gates.limit(*pair as usize - b.first, left * share, me);
            }
        }
    }

    fn shipped(&self, trial: &mut Trial, me: usize, pair: usize, volume: f64) {
        let first = trial.policies[me].memory.start;
        for (good, b) in self.bound.iter().enumerate() {
            if volume != 0.0 && b.pairs.contains(&(pair as u32)) {
                trial.s.memory[first + LEFT + good] -= volume;
            }
        }
    }
}
