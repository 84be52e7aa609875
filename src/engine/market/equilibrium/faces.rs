//! The smallest prices where prices are not unique.
//!
//! Parties joined by pairs below their caps share one price level. If none of
//! them responds to price, that level may fall until a party meets its bound
//! or a full pair is about to leave its cap; flows do not change.

use super::side::Side;
use super::{Equilibrium, TOLERANCE};

/// Prices closer than this count as equal, in p0.
const RESOLUTION: f64 = 1e-9;

impl Equilibrium {
    pub(super) fn take_smallest_prices(&mut self, theta: f64) {
        let parties = self.rows.len() + self.columns.len();
        let mut seed = 0;
        let mut rounds = 0;
        while seed < parties && rounds < parties {
            if self.may_fall(seed) && self.lower(seed, theta) {
                self.evaluate(theta);
                (seed, rounds) = (0, rounds + 1);
            } else {
                seed += 1;
            }
        }
    }

    /// Whether a component is to be grown from this party: every buyer, and
    /// any seller without a free pair, that neither responds nor is at a bound.
    fn may_fall(&self, party: usize) -> bool {
        let (side, k) = self.side(party);
        let alone = side.free_flow[k] == 0.0;
        (alone || !self.is_seller(party)) && self.headroom(party) > RESOLUTION
    }

    /// Lowers the prices of the component of `seed`; false if they are stuck.
    fn lower(&mut self, seed: usize, theta: f64) -> bool {
        self.grow(seed, theta);
        let fall = self.fall(theta);
        if !(fall > RESOLUTION && fall.is_finite()) {
            return false;
        }
        for party in 0..self.component.len() {
            if self.component[party] {
                self.shift(party, fall);
            }
        }
        true
    }

    /// Marks all parties whose prices move with that of `seed`.
    fn grow(&mut self, seed: usize, theta: f64) {
        self.component.clear();
        self.component
            .resize(self.rows.len() + self.columns.len(), false);
        self.component[seed] = true;
        while self.grow_by_pairs(theta) {}
    }

    fn grow_by_pairs(&mut self, theta: f64) -> bool {
        let mut grown = false;
        for pair in 0..self.matrix.flow.len() {
            let (seller, buyer) = self.parties(pair);
            let joined = match (self.component[seller], self.component[buyer]) {
                (true, false) => self.matrix.free[pair] > 0.0,
                (false, true) => self.slack(pair, theta) <= RESOLUTION,
                _ => false,
            };
            if joined {
                (self.component[seller], self.component[buyer]) = (true, true);
                grown = true;
            }
        }
        grown
    }

    /// How far the marked component can fall.
    fn fall(&self, theta: f64) -> f64 {
        let parties = (0..self.component.len()).filter(|&k| self.component[k]);
        let within = parties
            .map(|k| self.headroom(k))
            .fold(f64::INFINITY, f64::min);
        let crossing = (0..self.matrix.flow.len()).filter(|&pair| {
            let (seller, buyer) = self.parties(pair);
            self.component[buyer] && !self.component[seller]
        });
        crossing
            .map(|pair| self.slack(pair, theta))
            .fold(within, f64::min)
    }

    /// How far the price of a party alone may fall without imbalance.
    fn headroom(&self, party: usize) -> f64 {
        let (side, k) = self.side(party);
        let responds = side.own_slope[k] > 0.0;
        let balanced = side.gradient[k].abs() <= TOLERANCE * side.scale(k);
        match (responds || !balanced, self.is_seller(party)) {
            (true, _) => 0.0,
            (false, true) => side.high[k] - side.level[k],
            (false, false) => side.level[k] - side.low[k],
        }
    }

    /// How far the buyer's price may fall before the flow of `pair` does.
    fn slack(&self, pair: usize, theta: f64) -> f64 {
        if self.matrix.free[pair] > 0.0 {
            return 0.0;
        }
        if self.matrix.flow[pair] == 0.0 {
            return f64::INFINITY;
        }
        let m = self.columns.len();
        let level = self.rows.level[pair / m] + self.columns.level[pair % m];
        let uncapped = self.matrix.raised(pair, theta * level);
        (libm::log(uncapped / self.matrix.cap[pair]) / theta).max(0.0)
    }

    fn shift(&mut self, party: usize, fall: f64) {
        let change = if self.is_seller(party) { fall } else { -fall };
        let rows = self.rows.len();
        let (side, k) = match party.checked_sub(rows) {
            Some(column) => (&mut self.columns, column),
            None => (&mut self.rows, party),
        };
        side.level[k] = (side.level[k] + change).clamp(side.low[k], side.high[k]);
    }

    /// Parties are numbered rows first, then columns.
    fn side(&self, party: usize) -> (&Side, usize) {
        match party.checked_sub(self.rows.len()) {
            Some(column) => (&self.columns, column),
            None => (&self.rows, party),
        }
    }

    fn is_seller(&self, party: usize) -> bool {
        (party < self.rows.len()) != self.matrix.transposed
    }

    /// Seller and buyer of a pair.
    fn parties(&self, pair: usize) -> (usize, usize) {
        let m = self.columns.len();
        let (row, column) = (pair / m, self.rows.len() + pair % m);
        if self.matrix.transposed {
            (column, row)
        } else {
            (row, column)
        }
    }
}
