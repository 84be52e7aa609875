//! The Newton step of the potential.
//!
//! Curvature is [R F; Fᵀ C] with F the uncapped flows and R, C diagonal. The
//! rows are eliminated; what remains is as large as the shorter side of the
//! market and is solved by symmetric elimination. Parties held at a bound stay.

use super::Equilibrium;
use super::side::Side;

/// Relative addition to the diagonal, for prices that are not unique.
const RIDGE: f64 = 1e-12;
/// Longest step of a price, in p0.
const MAX_STEP: f64 = 2.0;

impl Equilibrium {
    /// Writes the step from the present point into both sides.
    pub(super) fn aim(&mut self, theta: f64) {
        prepare(&mut self.rows, theta);
        prepare(&mut self.columns, theta);
        self.reduce();
        self.hold_columns();
        solve(&mut self.reduced, &mut self.columns.step);
        self.follow();
        limit(&mut self.rows);
        limit(&mut self.columns);
    }

    /// Schur complement of the rows, upper triangle, and its right-hand side.
    fn reduce(&mut self) {
        let m = self.columns.len();
        self.reduced.clear();
        self.reduced.resize(m * m, 0.0);
        for j in 0..m {
            self.reduced[j * m + j] = self.columns.diagonal[j];
        }
        for i in (0..self.rows.len()).filter(|&i| !self.rows.held[i]) {
            let free = &self.matrix.free[i * m..(i + 1) * m];
            let inverse = 1.0 / self.rows.diagonal[i];
            for (j, &f) in free.iter().enumerate() {
                subtract(&mut self.reduced[j * m + j..(j + 1) * m], f * inverse, &free[j..]);
            }
            subtract(&mut self.columns.step, self.rows.step[i] * inverse, free);
        }
    }

    /// Takes held columns out of the reduced system.
    fn hold_columns(&mut self) {
        let m = self.columns.len();
        for j in (0..m).filter(|&j| self.columns.held[j]) {
            for k in 0..j {
                self.reduced[k * m + j] = 0.0;
            }
            self.reduced[j * m..(j + 1) * m].fill(0.0);
            self.reduced[j * m + j] = 1.0;
            self.columns.step[j] = 0.0;
        }
    }

    /// Steps of the rows, given those of the columns.
    fn follow(&mut self) {
        let m = self.columns.len();
        for i in 0..self.rows.len() {
            let free = &self.matrix.free[i * m..(i + 1) * m];
            let coupled: f64 = free.iter().zip(&self.columns.step).map(|(f, s)| f * s).sum();
            let step = (self.rows.step[i] - coupled) / self.rows.diagonal[i];
            self.rows.step[i] = if self.rows.held[i] { 0.0 } else { step };
        }
    }
}

/// Diagonal and right-hand side of one side, both divided by θ.
fn prepare(side: &mut Side, theta: f64) {
    for k in 0..side.len() {
        let curvature = side.free_flow[k] + side.own_slope[k];
        let pull = side.gradient[k] / theta;
        let least = (pull.abs() / MAX_STEP).max(f64::MIN_POSITIVE);
        side.diagonal[k] = (curvature * (1.0 + RIDGE)).max(least);
        side.step[k] = -pull;
    }
}

/// Solves A·x = b for symmetric positive definite A, given by its upper
/// triangle (row-major, overwritten); x replaces b.
fn solve(a: &mut [f64], b: &mut [f64]) {
    let m = b.len();
    for k in 0..m {
        let (above, below) = a.split_at_mut((k + 1) * m);
        let pivot_row = &mut above[k * m..];
        pivot_row[k] = pivot_row[k].max(f64::MIN_POSITIVE);
        for i in k + 1..m {
            let ratio = pivot_row[i] / pivot_row[k];
            let at = (i - k - 1) * m;
            subtract(&mut below[at + i..at + m], ratio, &pivot_row[i..]);
            b[i] -= ratio * b[k];
        }
    }
    for k in (0..m).rev() {
        let row = &a[k * m..(k + 1) * m];
        let known: f64 = row[k + 1..].iter().zip(&b[k + 1..]).map(|(a, x)| a * x).sum();
        b[k] = (b[k] - known) / row[k];
    }
}

/// target −= factor · source.
fn subtract(target: &mut [f64], factor: f64, source: &[f64]) {
    for (target, source) in target.iter_mut().zip(source) {
        *target -= factor * source;
    }
}

fn limit(side: &mut Side) {
    for step in &mut side.step {
        *step = step.clamp(-MAX_STEP, MAX_STEP);
    }
}
