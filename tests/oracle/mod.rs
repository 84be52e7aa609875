//! Ways to clear a market, or to judge its clearing, that share no code with
//! the engine.

pub(crate) mod conditions;
pub(crate) mod cones;
pub(crate) mod linear;

use crate::market::Market;

impl Market {
    /// The largest party, or 1 if all are smaller.
    pub(crate) fn size(&self) -> f64 {
        let parties = self.offer.iter().chain(&self.nomination);
        parties.copied().fold(1.0, f64::max)
    }

    pub(crate) fn seller(&self, k: usize) -> usize {
        k / self.buyers()
    }

    pub(crate) fn buyer(&self, k: usize) -> usize {
        k % self.buyers()
    }

    /// Whether pair `k` may have trade at some price.
    pub(crate) fn may_trade(&self, k: usize) -> bool {
        self.prior[k] > 0.0
            && self.cap[k] > 0.0
            && self.offer[self.seller(k)] > 0.0
            && self.nomination[self.buyer(k)] > 0.0
    }

    /// Sales of seller `i`.
    pub(crate) fn sold(&self, flow: &[f64], i: usize) -> f64 {
        flow[i * self.buyers()..(i + 1) * self.buyers()]
            .iter()
            .sum()
    }

    /// Purchases of buyer `j`.
    pub(crate) fn bought(&self, flow: &[f64], j: usize) -> f64 {
        flow.iter().skip(j).step_by(self.buyers()).sum()
    }

    /// S(π) of seller `i`.
    pub(crate) fn supply(&self, i: usize, price: f64) -> f64 {
        let supply = self.offer[i] * f64::exp(self.supply_elasticity[i] * price);
        supply.min(self.offer_max[i])
    }

    /// N·e^{−ελ} of buyer `j`.
    pub(crate) fn wanted(&self, j: usize, price: f64) -> f64 {
        self.nomination[j] * f64::exp(-self.elasticity[j] * price)
    }
}
