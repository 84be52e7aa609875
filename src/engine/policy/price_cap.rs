//! Price cap: buyers of some goods pay no more than a price.
//!
//! ```text
//! Δc_ij = max(0, λ_j − cap)
//! ```
//!
//! in reference prices, with the buyer's price λ_j of the last clearing: so a
//! capped buyer outbids nobody above the cap, `f_ij = w_ij e^(θ(cap − π_i))`
//! once prices rest, and what it takes is paid at the cap at most.

use super::{Act, Bound, listed};
use crate::engine::gates::Gates;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::scenario as written;

#[derive(Clone, Debug)]
pub(super) struct PriceCap {
    bound: Vec<Bound>,
    /// USD per unit, one a good.
    at: Vec<Num>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::PriceCap) -> PriceCap {
    let of_good = |compiler: &Compiler, good: &written::CommodityId| {
        let n = compiler.network();
        Bound::whose(compiler, compiler.market(*good), |p| {
            let seller = &n.sellers[p.seller as usize];
            let to = n.buyers[p.buyer as usize].country;
            let capped = w.from.iter().any(|c| c.0 == seller.country)
                || w.companies.contains(&seller.company);
            !p.domestic && capped && w.by.iter().any(|c| c.0 == to)
        })
    };
    PriceCap {
        bound: w.on.iter().map(|good| of_good(compiler, good)).collect(),
        at: listed(compiler, &w.on, &w.at),
    }
}

impl Act for PriceCap {
    fn markets(&self) -> Vec<usize> {
        self.bound.iter().map(|b| b.market).collect()
    }

    fn gate(&self, trial: &Trial, _me: usize, market: usize, _window: f64, gates: &mut Gates) {
        for (b, at) in self.bound.iter().zip(&self.at) {
            if b.market != market {
                continue;
            }
            let cap = at.get(trial.drawn) / trial.base.terms[market].price - 1.0;
            for pair in &b.pairs {
                let (pair, k) = (*pair as usize, *pair as usize - b.first);
                let bids = trial.s.buyers[trial.n.pairs[pair].buyer as usize].price;
                gates.cost[k] += (bids - cap).max(0.0);
                gates.limit_price(k, cap);
            }
        }
    }
}
