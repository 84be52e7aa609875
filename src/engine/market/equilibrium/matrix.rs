//! The pairs of a market and what they trade at given prices.

use super::Problem;
use super::side::Side;
use crate::maths::exp;

/// Exponents up to here may be factored: the product of three such powers
/// stays finite.
const MAX_FACTORED: f64 = 200.0;
/// Bound of an exponent taken whole.
const MAX_EXPONENT: f64 = 600.0;

/// Pair arrays, row-major, rows × columns of the solver.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    /// Whether buyers are in the rows.
    pub(super) transposed: bool,
    /// −θΔc.
    bias: Vec<f64>,
    /// w, zero where the pair cannot trade.
    prior: Vec<f64>,
    /// w·e^{−θΔc}.
    base: Vec<f64>,
    pub(super) cap: Vec<f64>,
    pub(super) flow: Vec<f64>,
    /// The flow where it is below its cap, else zero.
    pub(super) free: Vec<f64>,
    largest_bias: f64,
}

impl Matrix {
    pub(super) fn new(pairs: usize) -> Self {
        let array = || Vec::with_capacity(pairs);
        Self {
            transposed: false,
            bias: array(),
            prior: array(),
            base: array(),
            cap: array(),
            flow: array(),
            free: array(),
            largest_bias: 0.0,
        }
    }

    pub(super) fn load(&mut self, problem: &Problem, transposed: bool) {
        self.transposed = transposed;
        self.largest_bias = 0.0;
        self.resize(problem.prior.len());
        let (sellers, buyers) = (problem.sellers(), problem.buyers());
        for i in 0..sellers {
            for j in 0..buyers {
                let at = if transposed {
                    j * sellers + i
                } else {
                    i * buyers + j
                };
                self.load_pair(problem, i, j, at);
            }
        }
    }

    fn resize(&mut self, pairs: usize) {
        let Self {
            bias,
            prior,
            base,
            cap,
            flow,
            free,
            ..
        } = self;
        for array in [bias, prior, base, cap, flow, free] {
            array.resize(pairs, 0.0);
        }
    }

    fn load_pair(&mut self, problem: &Problem, i: usize, j: usize, at: usize) {
        let pair = i * problem.buyers() + j;
        let trades = problem.cap[pair] > 0.0
            && problem.prior[pair] > 0.0
            && problem.on_offer(i) > 0.0
            && problem.nomination[j] > 0.0;
        let bias = if trades {
            -problem.dispersion * problem.cost[pair]
        } else {
            0.0
        };
        self.largest_bias = self.largest_bias.max(bias.abs());
        self.bias[at] = bias;
        self.prior[at] = if trades { problem.prior[pair] } else { 0.0 };
        self.base[at] = self.prior[at];
        if bias != 0.0 {
            self.base[at] *= exp(bias);
        }
        self.cap[at] = problem.cap[pair].max(0.0);
    }

    /// Copies the flows out, sellers × buyers.
    pub(super) fn unload(&self, flow: &mut [f64], buyers: usize) {
        if !self.transposed {
            flow.copy_from_slice(&self.flow);
            return;
        }
        let sellers = flow.len() / buyers.max(1);
        for (pair, flow) in flow.iter_mut().enumerate() {
            *flow = self.flow[pair % buyers * sellers + pair / buyers];
        }
    }

    /// Flows at the present levels, and their sums over rows and columns.
    /// `exponent` is the largest |θz|.
    pub(super) fn trade(&mut self, theta: f64, exponent: f64, rows: &mut Side, columns: &mut Side) {
        columns.flow.fill(0.0);
        columns.free_flow.fill(0.0);
        let factored = exponent.max(self.largest_bias) <= MAX_FACTORED;
        for i in 0..rows.len() {
            if factored {
                self.scale_row(i, rows.factor[i], &columns.factor);
            } else {
                self.raise_row(i, theta, rows.level[i], &columns.level);
            }
            self.add_row(i, rows, columns);
        }
    }

    /// Uncapped flows of row `i`, from factors: no exponential per pair.
    fn scale_row(&mut self, i: usize, factor: f64, columns: &[f64]) {
        let row = i * columns.len()..(i + 1) * columns.len();
        let pairs = self.free[row.clone()].iter_mut().zip(&self.base[row]);
        for ((free, base), column) in pairs.zip(columns) {
            *free = base * (factor * column);
        }
    }

    /// Uncapped flows of row `i`, by one exponential a pair.
    fn raise_row(&mut self, i: usize, theta: f64, level: f64, columns: &[f64]) {
        for (j, column) in columns.iter().enumerate() {
            let at = i * columns.len() + j;
            self.free[at] = self.raised(at, theta * (level + column));
        }
    }

    /// Uncapped flow of pair `at` where the parties' levels sum to
    /// `exponent`/θ.
    pub(super) fn raised(&self, at: usize, exponent: f64) -> f64 {
        let exponent = (exponent + self.bias[at]).clamp(-MAX_EXPONENT, MAX_EXPONENT);
        self.prior[at] * exp(exponent)
    }

    /// Caps row `i` and adds it to the sums.
    fn add_row(&mut self, i: usize, rows: &mut Side, columns: &mut Side) {
        let m = columns.len();
        let row = i * m..(i + 1) * m;
        let (free, flow, cap) = (
            &mut self.free[row.clone()],
            &mut self.flow[row.clone()],
            &self.cap[row],
        );
        let (column_flow, column_free) = (&mut columns.flow[..m], &mut columns.free_flow[..m]);
        for j in 0..m {
            flow[j] = free[j].min(cap[j]);
            free[j] = if free[j] < cap[j] { free[j] } else { 0.0 };
            column_flow[j] += flow[j];
            column_free[j] += free[j];
        }
        rows.flow[i] = flow.iter().sum();
        rows.free_flow[i] = free.iter().sum();
    }
}
