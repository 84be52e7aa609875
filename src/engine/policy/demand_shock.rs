//! Demand shock: reference demand itself changes.
//!
//! While it is in force, mean demand is `D0 · (1 + change · r(t))`, with r
//! rising from 0 to 1 over the ramp, in monthly steps. Shocks that strike the
//! same demand multiply. Everything that goes by demand follows: shortfall,
//! target stock, orders and what policies call reference trade. With one
//! buyer of fixed supply the price is `λ = ln(1 + change)/ε`.

use super::Act;
use super::ramp::Ramp;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num, User};
use crate::scenario as written;

/// Memory: what it makes of demand \[share\], and how often it has come into
/// force: alarms of an earlier time are of no account.
const FACTOR: usize = 0;
const TIMES: usize = 1;

#[derive(Clone, Debug)]
pub(super) struct DemandShock {
    /// Demands struck, and their buyers, each once.
    demands: Vec<usize>,
    buyers: Vec<usize>,
    change: Num,
    ramp: Ramp,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::DemandShock) -> DemandShock {
    let change = compiler.num(&w.change);
    let ramp = Ramp::new(compiler.num(&w.ramp));
    let n = compiler.network();
    let buyers = super::buyers(compiler, &[w.of], &w.countries);
    let all = buyers.iter().flat_map(|b| n.buyers[*b].demands.clone());
    let struck = |d: &usize| {
        let demand = &n.demands[*d];
        demand.user == User::Final && (w.tiers.is_empty() || w.tiers.contains(&demand.name))
    };
    DemandShock {
        demands: all.filter(struck).collect(),
        buyers,
        change,
        ramp,
    }
}

impl DemandShock {
    fn cell<'t>(&self, trial: &'t mut Trial, me: usize, cell: usize) -> &'t mut f64 {
        &mut trial.s.memory[trial.policies[me].memory.start + cell]
    }

    /// Has demand follow the ramp, and sees to its next step. What changes
    /// step by step is ordered when the market next clears, a `jump` at once.
    fn step(&self, trial: &mut Trial, me: usize, jump: bool) {
        let policy = trial.s.policies[me];
        let (share, next) = match policy.in_force {
            true => self.ramp.at(trial, policy.since),
            false => (0.0, None),
        };
        let factor = (1.0 + self.change.get(trial.drawn) * share).max(0.0);
        if let Some(at) = next {
            let times = *self.cell(trial, me, TIMES) as u32;
            trial.set_alarm(me, at, times);
        }
        if factor != std::mem::replace(self.cell(trial, me, FACTOR), factor) {
            trial.note(|_| Entry::Demand { policy: me, factor });
            self.strike(trial, jump && next.is_none());
        }
    }

    fn strike(&self, trial: &mut Trial, at_once: bool) {
        for buyer in &self.buyers {
            trial.settle_buyer(*buyer);
        }
        for demand in &self.demands {
            trial.s.demands[*demand].scale = trial.scale_of(*demand);
        }
        for buyer in &self.buyers {
            trial.needs_changed(*buyer);
            if at_once {
                trial.order_anew(*buyer);
            }
        }
    }
}

impl Act for DemandShock {
    fn memory(&self) -> usize {
        2
    }

    fn begin(&self, trial: &mut Trial, me: usize) {
        *self.cell(trial, me, FACTOR) = 1.0;
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        *self.cell(trial, me, TIMES) += 1.0;
        self.step(trial, me, true);
    }

    fn woken(&self, trial: &mut Trial, me: usize, code: u32) {
        if f64::from(code) == *self.cell(trial, me, TIMES) {
            self.step(trial, me, false);
        }
    }
}

impl Trial<'_> {
    /// What all demand shocks together make of a demand \[share\].
    fn scale_of(&self, demand: usize) -> f64 {
        let mut scale = 1.0;
        for (index, p) in self.policies.iter().enumerate() {
            if let super::Instrument::DemandShock(shock) = &p.instrument
                && self.s.policies[index].enabled
                && shock.demands.contains(&demand)
            {
                scale *= self.s.memory[p.memory.start + FACTOR];
            }
        }
        scale
    }
}
