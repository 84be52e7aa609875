//! Bypass: a capacity that carries goods past a closed chokepoint.
//!
//! It grows in a line from nothing over `ramp`, and is shared among the pairs
//! of its sellers in proportion to what the closure stops.

use super::{Act, Channel, Instrument};
use crate::engine::gates::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::scenario::{self as written, Capacity};

#[derive(Clone, Debug)]
pub(super) struct Bypass {
    chokepoint: u32,
    market: usize,
    /// Capacities, each with the countries whose sellers share it.
    capacities: Vec<(Vec<usize>, Num)>,
    ramp: Num,
    delay: Num,
    cost: Num,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Bypass) -> Bypass {
    let capacities = match &w.capacity {
        Capacity::Together(rate) => {
            let by = w.by.iter().map(|country| country.0).collect();
            vec![(by, compiler.num(rate))]
        }
        Capacity::ByCountry(rates) => rates
            .iter()
            .map(|(country, rate)| (vec![country.0], compiler.num(rate)))
            .collect(),
    };
    Bypass {
        chokepoint: compiler.chokepoint(&w.around),
        market: compiler.market(w.on),
        capacities,
        ramp: compiler.num(&w.ramp),
        delay: compiler.num(&w.delay),
        cost: compiler.num(&w.cost),
    }
}

impl Bypass {
    /// Whether a policy closes the chokepoint.
    fn goes_round(&self, trial: &Trial, policy: u32) -> bool {
        let instrument = &trial.policies[policy as usize].instrument;
        matches!(instrument, Instrument::Closure(c) if c.chokepoint == self.chokepoint)
    }
}

impl Act for Bypass {
    fn markets(&self) -> Vec<usize> {
        vec![self.market]
    }

    fn open(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let ramp = self.ramp.get(trial.drawn);
        let built = if ramp > 0.0 {
            (trial.since(trial.s.policies[me].since) / ramp).min(1.0)
        } else {
            1.0
        };
        for (countries, rate) in &self.capacities {
            let channel = Channel {
                rate: rate.get(trial.drawn) * built,
                delay: self.delay.get(trial.drawn),
                cost: self.cost.get(trial.drawn),
            };
            let stopped = |pair: usize, binding: u32, trial: &Trial| {
                let seller = trial.n.pairs[pair].seller as usize;
                self.goes_round(trial, binding)
                    && countries.contains(&trial.n.sellers[seller].country)
            };
            trial.open_channel(me, (market, window), gates, channel, stopped);
        }
    }
}
