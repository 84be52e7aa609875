//! The clearing as a conic program, for a general interior-point method.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT,
};
use shortfall::engine::market::LOWEST_PRICE;

use crate::market::Market;

/// What a clearing decides, beside prices.
#[derive(Debug)]
pub(crate) struct Volumes {
    /// Trade, sellers × buyers.
    pub(crate) flow: Vec<f64>,
    /// Nomination that found nothing, by buyer.
    pub(crate) unmet: Vec<f64>,
}

/// Tolerances of the solver, relative: of its gap, which flows depend on by the
/// root, and of its constraints.
const TOLERANCES: [f64; 3] = [1e-13, 1e-12, 1e-11];

/// Ways to solve: volume of the largest party, largest part of a step to the
/// boundary, regularization of the linear systems.
const WAYS: [(f64, f64, f64); 3] = [(100.0, 0.8, 1e-11), (100.0, 0.6, 1e-13), (1.0, 0.8, 1e-11)];

/// Volumes by cone programming, or why the solver gave up: to the sharpest
/// tolerance that it reaches in some way.
///
/// What is asked of it is near what rounding allows, so that in each way it
/// gets stuck at about one market of eight, but seldom at the same one.
pub(crate) fn clear(market: &Market) -> Result<Volumes, SolverStatus> {
    let tries = TOLERANCES.iter().flat_map(|t| WAYS.map(|way| (*t, way)));
    let mut outcomes = tries.map(|(tolerance, way)| clear_by(market, tolerance, way));
    let solved = outcomes.by_ref().find(Result::is_ok);
    solved.unwrap_or(Err(SolverStatus::InsufficientProgress))
}

/// Minimise the divergences of trade from its prior, of supply from offers and of
/// use from nominations, Σ_ij D(f_ij, w_ij)/θ + Σ_i D(s_i, S_i)/σ_i +
/// Σ_j D(q_j, N_j)/ε_j, where D(x, a) = x ln(x/a) − x + a, and the costs
/// Σ_ij Δc_ij f_ij + Σ_j (λ_max v_j − λ_min d_j) + Σ_i φ_i b_i of trade and of
/// what is unmet v, in excess d and kept back b, none below zero; so that
/// f ≤ u, s ≤ S̄, q_j = C_j + Σ_i f_ij + v_j − d_j and s_i = Σ_j f_ij + b_i.
/// Without elasticity s = S and q = N.
fn clear_by(
    market: &Market,
    tolerance: f64,
    (largest, step, regularization): (f64, f64, f64),
) -> Result<Volumes, SolverStatus> {
    let unit = market.size() / largest;
    let mut program = Program::default();
    let mut rows: Vec<_> = (0..market.sellers())
        .map(|i| add_seller(&mut program, market, i, unit))
        .collect();
    let (mut columns, unmet): (Vec<_>, Vec<_>) = (0..market.buyers())
        .map(|j| add_buyer(&mut program, market, j, unit))
        .unzip();
    let mut flow = vec![None; market.prior.len()];
    for k in (0..flow.len()).filter(|&k| market.may_trade(k)) {
        let trade = add_pair(&mut program, market, k, unit);
        rows[market.seller(k)].1.push((trade, -1.0));
        columns[market.buyer(k)].1.push((trade, 1.0));
        flow[k] = Some(trade);
    }
    for (constant, terms) in rows.iter().chain(&columns) {
        program.is_zero(*constant, terms);
    }
    let solution = program.solve(tolerance, step, regularization)?;
    let volumes = |variables: Vec<Option<usize>>| -> Vec<f64> {
        let volume = |x: Option<usize>| x.map_or(0.0, |x| unit * solution[x]);
        variables.into_iter().map(volume).collect()
    };
    Ok(Volumes {
        flow: volumes(flow),
        unmet: volumes(unmet),
    })
}

/// A sum that must be zero: a constant, and variables with coefficients.
type Balance = (f64, Vec<(usize, f64)>);

/// s − b, from which sales are to be taken.
fn add_seller(program: &mut Program, market: &Market, i: usize, unit: f64) -> Balance {
    let (offer, elasticity) = (market.offer[i] / unit, market.supply_elasticity[i]);
    if offer <= 0.0 {
        return (0.0, Vec::new());
    }
    let kept = program.at_least_zero(market.discount[i]);
    if elasticity <= 0.0 {
        return (offer, vec![(kept, -1.0)]);
    }
    let supply = program.near(offer, 1.0 / elasticity, 0.0);
    program.is_positive(market.offer_max[i] / unit, &[(supply, -1.0)]);
    (0.0, vec![(supply, 1.0), (kept, -1.0)])
}

/// C + v − d − q, to which purchases are to be added; and v.
fn add_buyer(
    program: &mut Program,
    market: &Market,
    j: usize,
    unit: f64,
) -> (Balance, Option<usize>) {
    let (nomination, elasticity) = (market.nomination[j] / unit, market.elasticity[j]);
    if nomination <= 0.0 {
        return ((0.0, Vec::new()), None);
    }
    let contracted = market.contracted[j] / unit;
    let unmet = program.at_least_zero(market.choke);
    let excess = program.at_least_zero(-LOWEST_PRICE);
    let mut terms = vec![(unmet, 1.0), (excess, -1.0)];
    if elasticity <= 0.0 {
        return ((contracted - nomination, terms), Some(unmet));
    }
    let used = program.near(nomination, 1.0 / elasticity, 0.0);
    terms.push((used, -1.0));
    ((contracted, terms), Some(unmet))
}

/// Trade of a pair.
fn add_pair(program: &mut Program, market: &Market, k: usize, unit: f64) -> usize {
    let weight = 1.0 / market.dispersion;
    let trade = program.near(market.prior[k] / unit, weight, market.cost[k]);
    if market.cap[k].is_finite() {
        program.is_positive(market.cap[k] / unit, &[(trade, -1.0)]);
    }
    trade
}

/// Minimise a cost over variables held in cones.
#[derive(Debug, Default)]
struct Program {
    cost: Vec<f64>,
    /// (row, variable, coefficient) and right-hand side of A·x + s = b.
    entries: Vec<(usize, usize, f64)>,
    bounds: Vec<f64>,
    cones: Vec<SupportedConeT<f64>>,
}

impl Program {
    fn variable(&mut self, cost: f64) -> usize {
        self.cost.push(cost);
        self.cost.len() - 1
    }

    fn row(&mut self, constant: f64, terms: &[(usize, f64)]) {
        let row = self.bounds.len();
        self.bounds.push(constant);
        let entries = terms.iter().map(|&(variable, c)| (row, variable, -c));
        self.entries.extend(entries);
    }

    fn is_zero(&mut self, constant: f64, terms: &[(usize, f64)]) {
        if !terms.is_empty() {
            self.row(constant, terms);
            self.cones.push(SupportedConeT::ZeroConeT(1));
        }
    }

    fn is_positive(&mut self, constant: f64, terms: &[(usize, f64)]) {
        self.row(constant, terms);
        self.cones.push(SupportedConeT::NonnegativeConeT(1));
    }

    fn at_least_zero(&mut self, cost: f64) -> usize {
        let variable = self.variable(cost);
        self.is_positive(0.0, &[(variable, 1.0)]);
        variable
    }

    /// A variable x ≥ 0 that costs cost · x + weight · d, with d its divergence
    /// from a, by the cone x e^{(a − x − d)/x} ≤ a.
    fn near(&mut self, a: f64, weight: f64, cost: f64) -> usize {
        let (x, d) = (self.variable(cost), self.variable(weight));
        self.row(a, &[(x, -1.0), (d, -1.0)]);
        self.row(0.0, &[(x, 1.0)]);
        self.row(a, &[]);
        self.cones.push(SupportedConeT::ExponentialConeT());
        x
    }

    fn solve(
        &self,
        tolerance: f64,
        step: f64,
        regularization: f64,
    ) -> Result<Vec<f64>, SolverStatus> {
        let settings = DefaultSettingsBuilder::default()
            .verbose(false)
            .tol_gap_abs(tolerance)
            .tol_gap_rel(tolerance)
            .tol_feas(tolerance)
            .max_step_fraction(step)
            .static_regularization_constant(regularization)
            .iterative_refinement_reltol(1e-16)
            .iterative_refinement_abstol(1e-16)
            .iterative_refinement_max_iter(50)
            .max_iter(500)
            .build()
            .unwrap();
        let (cost, matrix) = (&self.cost, self.matrix());
        let none = CscMatrix::zeros((cost.len(), cost.len()));
        let mut solver =
            DefaultSolver::new(&none, cost, &matrix, &self.bounds, &self.cones, settings).unwrap();
        solver.solve();
        match solver.solution.status {
            SolverStatus::Solved => Ok(solver.solution.x),
            status => Err(status),
        }
    }

    fn matrix(&self) -> CscMatrix<f64> {
        let pick =
            |part: fn(&(usize, usize, f64)) -> usize| self.entries.iter().map(part).collect();
        let values = self.entries.iter().map(|e| e.2).collect();
        let (rows, columns) = (self.bounds.len(), self.cost.len());
        CscMatrix::new_from_triplets(rows, columns, pick(|e| e.0), pick(|e| e.1), values)
    }
}
