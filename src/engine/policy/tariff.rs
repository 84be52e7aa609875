//! Tariff: imports cost a share of their price more.
//!
//! `Δc_ij = rate · (1 + π_i)` in reference prices, with the price π_i that the
//! seller got at the last clearing.

use super::{Act, Bound, buyers_of, listed};
use crate::engine::gates::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num};
use crate::scenario as written;

#[derive(Clone, Debug)]
pub(super) struct Tariff {
    bound: Vec<Bound>,
    /// One a good.
    rate: Vec<Num>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Tariff) -> Tariff {
    let of_good = |compiler: &Compiler, good: &written::CommodityId| {
        let n = compiler.network();
        Bound::whose(compiler, compiler.market(*good), |p| {
            let from = n.sellers[p.seller as usize].country;
            let to = n.buyers[p.buyer as usize].country;
            !p.domestic && w.from.iter().any(|c| c.0 == from) && w.by.iter().any(|c| c.0 == to)
        })
    };
    Tariff {
        bound: w.on.iter().map(|good| of_good(compiler, good)).collect(),
        rate: listed(compiler, &w.on, &w.rate),
    }
}

impl Act for Tariff {
    fn buyers(&self, network: &Network) -> Vec<usize> {
        buyers_of(network, &self.bound)
    }

    fn markets(&self) -> Vec<usize> {
        self.bound.iter().map(|b| b.market).collect()
    }

    fn gate(&self, trial: &Trial, _me: usize, market: usize, _window: f64, gates: &mut Gates) {
        for (b, rate) in self.bound.iter().zip(&self.rate) {
            if b.market != market {
                continue;
            }
            for pair in &b.pairs {
                let seller = trial.n.pairs[*pair as usize].seller as usize;
                let price = 1.0 + trial.s.sellers[seller].price;
                gates.cost[*pair as usize - b.first] += rate.get(trial.drawn) * price;
            }
        }
    }
}
