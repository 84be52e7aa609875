//! Coordinate descent: slow, but it lowers the potential from anywhere.

use super::Equilibrium;

/// Halvings of a price interval: enough to reach the spacing of doubles.
const HALVINGS: u32 = 60;

impl Equilibrium {
    /// Brings each party in turn into balance, all others staying; returns the
    /// largest relative imbalance afterwards.
    pub(super) fn sweep(&mut self, theta: f64) -> f64 {
        for i in 0..self.rows.len() {
            self.rows.level[i] = self.row_balance(i, theta);
        }
        for j in 0..self.columns.len() {
            self.columns.level[j] = self.column_balance(j, theta);
        }
        self.evaluate(theta)
    }

    fn row_balance(&self, i: usize, theta: f64) -> f64 {
        let m = self.columns.len();
        bisect(self.rows.low[i], self.rows.high[i], |level| {
            let sold = self.columns.level.iter().enumerate();
            let sold: f64 = sold
                .map(|(j, z)| self.capped(i * m + j, theta * (level + z)))
                .sum();
            sold - self.rows.room_at(i, level)
        })
    }

    fn column_balance(&self, j: usize, theta: f64) -> f64 {
        let m = self.columns.len();
        bisect(self.columns.low[j], self.columns.high[j], |level| {
            let sold = self.rows.level.iter().enumerate();
            let sold: f64 = sold
                .map(|(i, z)| self.capped(i * m + j, theta * (level + z)))
                .sum();
            sold - self.columns.room_at(j, level)
        })
    }

    fn capped(&self, at: usize, exponent: f64) -> f64 {
        self.matrix.raised(at, exponent).min(self.matrix.cap[at])
    }
}

/// Where the increasing function `excess` crosses zero within the bounds, or
/// the bound nearest to it.
fn bisect(mut low: f64, mut high: f64, excess: impl Fn(f64) -> f64) -> f64 {
    if excess(low) >= 0.0 {
        return low;
    }
    if excess(high) <= 0.0 {
        return high;
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}
