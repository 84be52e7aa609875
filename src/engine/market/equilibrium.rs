//! Dispersed spatial price equilibrium.
//!
//! Trade follows f = min(u, w·e^{θ(λ − π − Δc)}); a seller discounts down to
//! −φ and then keeps his goods; a buyer pays up to the choke price and then
//! goes without; everybody else balances (P. T. Harker, Dispersed spatial
//! price equilibrium, Environment and Planning A 20, 1988). The prices are the
//! minimum of a convex potential over a box, found by projected Newton steps;
//! the flows are unique, and where prices are not, the smallest are taken.

mod faces;
mod matrix;
mod newton;
mod side;
mod sweep;

use matrix::Matrix;
use side::Side;

use super::{ClearingError, Problem, Solution};

/// Relative imbalance at which prices have settled.
const TOLERANCE: f64 = 1e-10;
/// Relative imbalance that will do where rounding allows no better.
const ACCEPTABLE: f64 = 1e-7;
/// Relative imbalance at which an undisturbed market is left alone.
const UNDISTURBED: f64 = 1e-12;
/// Newton steps before giving up.
const MAX_STEPS: u32 = 200;
/// Steps in which the imbalance is expected to halve.
const PATIENCE: u32 = 12;
/// θ at which any market settles.
const MILD: f64 = 50.0;
/// θ up to which a market is helped to settle.
const SHARPEST: f64 = 1e6;
/// Factor from one θ to the next sharper one.
const SHARPER: f64 = 1.5;
/// Trial points along one Newton step.
const MAX_CUTS: u32 = 6;
/// Share of the initial descent by which a step may overshoot.
const OVERSHOOT: f64 = 0.25;
/// Share of the promised descent that a mended step must keep.
const LEAST_PROGRESS: f64 = 0.1;

/// Memory of the solver. The longer side of the market is in the rows.
#[derive(Debug, Clone)]
pub(super) struct Equilibrium {
    matrix: Matrix,
    rows: Side,
    columns: Side,
    /// Newton system reduced to the columns.
    reduced: Vec<f64>,
    component: Vec<bool>,
}

impl Equilibrium {
    pub(super) fn new(max_sellers: usize, max_buyers: usize) -> Self {
        let (long, short) = (max_sellers.max(max_buyers), max_sellers.min(max_buyers));
        Self {
            matrix: Matrix::new(max_sellers * max_buyers),
            rows: Side::new(long),
            columns: Side::new(short),
            reduced: Vec::with_capacity(short * short),
            component: Vec::with_capacity(long + short),
        }
    }

    pub(super) fn clear(
        &mut self,
        problem: &Problem,
        solution: &mut Solution,
    ) -> Result<(), ClearingError> {
        let theta = problem.dispersion;
        if !(theta > 0.0 && theta.is_finite()) {
            return Err(ClearingError::Dispersion(theta));
        }
        self.load(problem, solution);
        solution.iterations = 0;
        match self.settle(theta, solution) {
            Err(_) if (MILD..=SHARPEST).contains(&theta) => self.approach(problem, solution)?,
            settled => settled?,
        }
        if !(solution.residual <= UNDISTURBED && self.is_at_reference()) {
            self.take_smallest_prices(theta);
        }
        self.unload(problem, solution);
        Ok(())
    }

    /// Settles the market at a mild θ and then at ever sharper ones, each from
    /// the prices of the one before: for sharp markets that do not settle at
    /// once.
    fn approach(
        &mut self,
        problem: &Problem,
        solution: &mut Solution,
    ) -> Result<(), ClearingError> {
        let mut milder = Problem {
            dispersion: MILD,
            ..*problem
        };
        self.load(&milder, solution);
        self.settle(milder.dispersion, solution)?;
        while milder.dispersion < problem.dispersion {
            milder.dispersion = (SHARPER * milder.dispersion).min(problem.dispersion);
            self.matrix.load(&milder, self.matrix.transposed);
            self.settle(milder.dispersion, solution)?;
        }
        Ok(())
    }

    /// Moves prices until every party is in balance or at a bound: by Newton
    /// steps, and by a sweep whenever these creep.
    fn settle(&mut self, theta: f64, solution: &mut Solution) -> Result<(), ClearingError> {
        let mut residual = self.evaluate(theta);
        let (mut milestone, mut reached, mut steps) = (residual, 0, 0);
        while residual > TOLERANCE && steps < MAX_STEPS {
            let creeps = steps - reached >= PATIENCE;
            residual = if creeps {
                self.sweep(theta)
            } else {
                self.step(theta)
            };
            steps += 1;
            if creeps || residual <= 0.5 * milestone {
                (milestone, reached) = (residual, steps);
            }
        }
        solution.iterations += steps;
        solution.residual = residual;
        if residual <= ACCEPTABLE {
            Ok(())
        } else {
            Err(ClearingError::NotConverged { residual })
        }
    }

    /// One Newton step, or a sweep where that fails.
    fn step(&mut self, theta: f64) -> f64 {
        self.aim(theta);
        self.rows.mark();
        self.columns.mark();
        self.search(theta).unwrap_or_else(|| {
            self.rows.displace(0.0);
            self.columns.displace(0.0);
            self.sweep(theta)
        })
    }

    /// Tries ever shorter parts of the step, mending each that overshoots.
    fn search(&mut self, theta: f64) -> Option<f64> {
        let mut t = 1.0;
        for _ in 0..MAX_CUTS {
            self.rows.displace(t);
            self.columns.displace(t);
            let mut residual = self.evaluate(theta);
            let promise = self.descent();
            if !self.has_descended(promise) {
                t *= self.cut();
                residual = self.mend(theta);
            }
            if self.has_descended(promise) || residual <= TOLERANCE {
                return Some(residual);
            }
        }
        None
    }

    /// Whether the potential must have fallen, by an amount comparable to the
    /// `promise` of the gradient at the start. It is convex, so its change is
    /// at most gradient · displacement here; a little above zero will do.
    fn has_descended(&self, promise: f64) -> bool {
        let descent = self.descent();
        descent < 0.0
            && descent <= LEAST_PROGRESS * promise
            && self.derivative() <= -OVERSHOOT * descent
    }

    /// By how much to shorten a step that overshoots: to where the derivative
    /// along it would vanish, were it linear.
    fn cut(&self) -> f64 {
        let descent = self.descent();
        let root = descent / (descent - self.derivative());
        if root > 0.0 {
            root.clamp(0.1, 0.5)
        } else {
            0.25
        }
    }

    /// Gradient · displacement, with the gradient at the start of the step.
    fn descent(&self) -> f64 {
        let descent = |side: &Side| side.along(&side.start_gradient);
        descent(&self.rows) + descent(&self.columns)
    }

    /// Gradient · displacement, with the gradient here.
    fn derivative(&self) -> f64 {
        let derivative = |side: &Side| side.along(&side.gradient);
        derivative(&self.rows) + derivative(&self.columns)
    }

    /// Takes back an overshoot party by party, in closed form.
    fn mend(&mut self, theta: f64) -> f64 {
        self.rows.balance(theta);
        self.evaluate(theta);
        self.columns.balance(theta);
        self.evaluate(theta)
    }

    /// Flows, gradient and curvature at the present prices; returns the
    /// largest relative imbalance.
    fn evaluate(&mut self, theta: f64) -> f64 {
        let exponent = self.rows.respond(theta).max(self.columns.respond(theta));
        self.matrix
            .trade(theta, exponent, &mut self.rows, &mut self.columns);
        self.rows.settle().max(self.columns.settle())
    }

    fn is_at_reference(&self) -> bool {
        self.rows
            .level
            .iter()
            .chain(&self.columns.level)
            .all(|&z| z == 0.0)
    }

    fn load(&mut self, problem: &Problem, start: &Solution) {
        let transposed = problem.sellers() < problem.buyers();
        let (sellers, buyers) = if transposed {
            (&mut self.columns, &mut self.rows)
        } else {
            (&mut self.rows, &mut self.columns)
        };
        sellers.load_sellers(problem, &start.seller_price);
        buyers.load_buyers(problem, &start.buyer_price);
        self.matrix.load(problem, transposed);
    }

    fn unload(&self, problem: &Problem, solution: &mut Solution) {
        let (sellers, buyers) = if self.matrix.transposed {
            (&self.columns, &self.rows)
        } else {
            (&self.rows, &self.columns)
        };
        self.matrix.unload(&mut solution.flow, problem.buyers());
        for (i, price) in solution.seller_price.iter_mut().enumerate() {
            // 0 − z rather than −z: a price of zero has no sign.
            *price = 0.0 - sellers.level[i];
        }
        solution.buyer_price.copy_from_slice(&buyers.level);
        keep_within_offers(&mut solution.flow, &sellers.room, problem.buyers());
        for (j, unmet) in solution.unmet.iter_mut().enumerate() {
            let chokes = buyers.level[j] >= buyers.high[j] && problem.nomination[j] > 0.0;
            *unmet = if chokes {
                (-buyers.gradient[j]).max(0.0)
            } else {
                0.0
            };
        }
    }
}

/// Scales down the rows that exceed their offer by a rounding error.
fn keep_within_offers(flow: &mut [f64], offer: &[f64], buyers: usize) {
    for (row, &offer) in flow.chunks_exact_mut(buyers.max(1)).zip(offer) {
        let sold: f64 = row.iter().sum();
        if sold > offer * (1.0 + UNDISTURBED) {
            row.iter_mut().for_each(|f| *f *= offer / sold);
        }
    }
}
