//! Clearing against solvers that know nothing of it: an interior-point method
//! on exponential cones, a linear program, and the numbers of the reference.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(dead_code, reason = "the markets are shared with other tests")]

mod market;

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT,
};
use market::{Crude, Dice, Market};
use microlp::{ComparisonOp, OptimizationDirection, Problem as LinearProgram, SolveOutcome};
use shortfall::engine::market::{LOWEST_PRICE, Rule, Solution};

/// The dual of a clearing, as a cone program.
///
/// Minimise over prices the potential
/// Σ_ij F_ij(λ_j − π_i − Δc_ij) + Σ_i ∫S_i(π_i) + Σ_j (N_j e^{−ε_j λ_j}/ε_j + C_j λ_j).
/// Each exponential t ≥ e^y is a cone (y, 1, t). Where a flow is capped, the
/// argument is lowered by s ≥ 0 at the cost u·s; where an offer is, likewise.
/// The flow of a pair is θ times minus the multiplier of its argument, which
/// holds the balances of the market to the solver's feasibility tolerance.
#[derive(Debug, Default)]
struct ConeProgram {
    cost: Vec<f64>,
    /// (row, variable, coefficient) and right-hand side of A·x + s = b.
    entries: Vec<(usize, usize, f64)>,
    bounds: Vec<f64>,
    cones: Vec<SupportedConeT<f64>>,
}

/// constant + Σ coefficient · variable.
type Affine<'a> = (f64, &'a [(usize, f64)]);

impl ConeProgram {
    fn variable(&mut self, cost: f64) -> usize {
        self.cost.push(cost);
        self.cost.len() - 1
    }

    fn row(&mut self, (constant, terms): Affine) {
        let row = self.bounds.len();
        self.bounds.push(constant);
        self.entries
            .extend(terms.iter().map(|&(variable, c)| (row, variable, -c)));
    }

    fn at_least_zero(&mut self, affine: Affine) {
        self.row(affine);
        self.cones.push(SupportedConeT::NonnegativeConeT(1));
    }

    /// Adds weight · e^{exponent} to the objective; returns the row of the
    /// exponent.
    fn exponential(&mut self, weight: f64, exponent: Affine) -> usize {
        let power = self.variable(weight);
        let row = self.bounds.len();
        self.row(exponent);
        self.row((1.0, &[]));
        self.row((0.0, &[(power, 1.0)]));
        self.cones.push(SupportedConeT::ExponentialConeT());
        row
    }

    /// The multipliers of the rows; none if the solver gives up.
    fn solve(self) -> Option<Vec<f64>> {
        let (rows, columns) = (self.bounds.len(), self.cost.len());
        let rest =
            |pick: fn(&(usize, usize, f64)) -> usize| self.entries.iter().map(pick).collect();
        let values = self.entries.iter().map(|e| e.2).collect();
        let a = CscMatrix::new_from_triplets(rows, columns, rest(|e| e.0), rest(|e| e.1), values);
        let settings = DefaultSettingsBuilder::default()
            .verbose(false)
            .tol_gap_abs(1e-12)
            .tol_gap_rel(1e-12)
            .tol_feas(1e-12)
            .max_iter(300)
            .build()
            .unwrap();
        let none = CscMatrix::zeros((columns, columns));
        let mut solver =
            DefaultSolver::new(&none, &self.cost, &a, &self.bounds, &self.cones, settings).unwrap();
        solver.solve();
        (solver.solution.status == SolverStatus::Solved).then_some(solver.solution.z)
    }
}

/// Flows by cone programming; none if the solver gives up.
fn flows_by_cones(market: &Market) -> Option<Vec<f64>> {
    let mut program = ConeProgram::default();
    let sellers: Vec<usize> = (0..market.sellers())
        .map(|i| add_seller(&mut program, market, i))
        .collect();
    let buyers: Vec<usize> = (0..market.buyers())
        .map(|j| add_buyer(&mut program, market, j))
        .collect();
    let rows: Vec<Option<usize>> = (0..market.prior.len())
        .map(|k| {
            let (i, j) = (k / market.buyers(), k % market.buyers());
            add_pair(&mut program, market, k, sellers[i], buyers[j])
        })
        .collect();
    let multipliers = program.solve()?;
    let flow = |row: &Option<usize>| row.map_or(0.0, |row| -market.dispersion * multipliers[row]);
    Some(rows.iter().map(flow).collect())
}

fn add_seller(program: &mut ConeProgram, market: &Market, i: usize) -> usize {
    let (offer, most) = (market.offer[i], market.offer_max[i]);
    let elasticity = market.supply_elasticity[i];
    let price = program.variable(if elasticity > 0.0 { 0.0 } else { offer });
    program.at_least_zero((market.discount[i], &[(price, 1.0)]));
    if elasticity > 0.0 {
        let excess = program.variable(most);
        program.at_least_zero((0.0, &[(excess, 1.0)]));
        if offer > 0.0 {
            let exponent = [(price, elasticity), (excess, -elasticity)];
            program.exponential(offer / elasticity, (0.0, &exponent));
        }
    }
    // Without goods the price has no bound of its own.
    program.at_least_zero((50.0, &[(price, -1.0)]));
    price
}

fn add_buyer(program: &mut ConeProgram, market: &Market, j: usize) -> usize {
    let (nomination, elasticity) = (market.nomination[j], market.elasticity[j]);
    let price = program.variable(market.contracted[j]);
    program.at_least_zero((-LOWEST_PRICE, &[(price, 1.0)]));
    program.at_least_zero((market.choke, &[(price, -1.0)]));
    if elasticity > 0.0 {
        program.exponential(nomination / elasticity, (0.0, &[(price, -elasticity)]));
    } else {
        program.cost[price] -= nomination;
    }
    price
}

/// Row of the exponent of a pair's flow; none if it cannot trade.
fn add_pair(
    program: &mut ConeProgram,
    market: &Market,
    k: usize,
    seller: usize,
    buyer: usize,
) -> Option<usize> {
    let i = k / market.buyers();
    let (theta, cap) = (market.dispersion, market.cap[k]);
    if market.prior[k] <= 0.0 || cap <= 0.0 || market.offer[i] <= 0.0 {
        return None;
    }
    let mut exponent = vec![(buyer, theta), (seller, -theta)];
    if cap.is_finite() {
        let excess = program.variable(cap);
        program.at_least_zero((0.0, &[(excess, 1.0)]));
        exponent.push((excess, -theta));
    }
    Some(program.exponential(
        market.prior[k] / theta,
        (-theta * market.cost[k], &exponent),
    ))
}

#[test]
fn flows_are_those_of_an_interior_point_method() {
    let mut dice = Dice(3);
    let (mut compared, mut worst) = (0, 0.0_f64);
    for _ in 0..300 {
        let market = dice.market(8);
        let Some(expected) = flows_by_cones(&market) else {
            continue;
        };
        let solution = market.clear(Rule::Equilibrium).unwrap();
        let scale = market
            .offer
            .iter()
            .chain(&market.nomination)
            .copied()
            .fold(1.0, f64::max);
        let gaps = solution
            .flow
            .iter()
            .zip(&expected)
            .map(|(f, e)| (f - e).abs() / scale);
        worst = gaps.fold(worst, f64::max);
        compared += 1;
    }
    assert!(
        compared >= 200,
        "the cone solver gave up on all but {compared}"
    );
    assert!(
        worst <= 1e-6,
        "flows differ by {worst:.1e} of the largest party"
    );
}

/// Least cost of carrying the nominations.
fn cost_by_linear_program(market: &Market) -> f64 {
    let mut program = LinearProgram::new(OptimizationDirection::Minimize);
    let buyers = market.buyers();
    let flow: Vec<_> = market
        .cost
        .iter()
        .map(|&c| program.add_var(c, (0.0, f64::INFINITY)))
        .collect();
    for (i, &offer) in market.offer.iter().enumerate() {
        let row = (0..buyers).map(|j| (flow[i * buyers + j], 1.0));
        program.add_constraint(row, ComparisonOp::Le, offer);
    }
    for (j, &nomination) in market.nomination.iter().enumerate() {
        let column = (0..market.sellers()).map(|i| (flow[i * buyers + j], 1.0));
        program.add_constraint(column, ComparisonOp::Eq, nomination);
    }
    match program.solve().unwrap() {
        SolveOutcome::Solution(solution) => solution.objective(),
        SolveOutcome::Interrupted(_) => panic!("no limit was set"),
    }
}

#[test]
fn with_demand_fixed_and_sharp_choice_transport_costs_least() {
    let mut dice = Dice(5);
    for _ in 0..40 {
        let (sellers, buyers) = (dice.between(2, 8), dice.between(2, 8));
        let nomination: Vec<f64> = (0..buyers).map(|_| 0.2 + dice.unit()).collect();
        let total: f64 = nomination.iter().sum();
        let offer: Vec<f64> = (0..sellers)
            .map(|_| (0.6 + dice.unit()) * 1.8 * total / sellers as f64)
            .collect();
        let mut market = Market::new(vec![1.0; sellers * buyers], offer, nomination);
        market.offer_max.clone_from(&market.offer);
        market.elasticity = vec![0.0; buyers];
        market.discount = vec![0.0; sellers];
        market.dispersion = 5_000.0;
        market.cost = (0..sellers * buyers).map(|_| dice.unit()).collect();
        let solution = market.clear(Rule::Equilibrium).unwrap();
        let cost: f64 = solution
            .flow
            .iter()
            .zip(&market.cost)
            .map(|(f, c)| f * c)
            .sum();
        let least = cost_by_linear_program(&market);
        let served: f64 = solution.flow.iter().sum();
        assert!(
            (served - total).abs() <= 1e-8 * total,
            "{served} of {total} served"
        );
        assert!(
            (cost - least).abs() <= 2e-3 * least,
            "cost {cost}, least {least}"
        );
    }
}

fn two_decimals(values: &[f64]) -> Vec<f64> {
    values.iter().map(|x| (x * 100.0).round() / 100.0).collect()
}

/// Half of what one exporter offers, with its prior, for each of these.
fn halve(crude: &mut Crude, exporters: &[&str]) {
    let buyers = crude.importers.len();
    for name in exporters {
        let i = crude.exporter(name);
        crude.market.offer[i] *= 0.5;
        crude.market.offer_max[i] *= 0.5;
        crude.market.prior[i * buyers..(i + 1) * buyers]
            .iter_mut()
            .for_each(|w| *w *= 0.5);
    }
}

#[test]
fn undisturbed_crude_trade_is_the_balanced_matrix() {
    let market = Crude::load().market;
    let solution = market.clear(Rule::Equilibrium).unwrap();
    assert_eq!(solution.flow, market.prior);
    assert!(
        solution
            .buyer_price
            .iter()
            .chain(&solution.seller_price)
            .all(|&p| p == 0.0)
    );
}

#[test]
fn half_the_gulf_lost() {
    let mut crude = Crude::load();
    halve(&mut crude, &["SAU", "ARE", "KWT", "IRQ", "QAT"]);
    let solution = crude.market.clear(Rule::Equilibrium).unwrap();
    let expected = [
        0.73, 0.74, 0.8, 0.76, 0.75, 0.71, 0.69, 0.72, 0.74, 0.76, 0.74, 0.72,
    ];
    assert_eq!(two_decimals(&solution.buyer_price), expected);
    let rents = ["SAU", "NOR", "IRN"].map(|name| solution.seller_price[crude.exporter(name)]);
    assert_eq!(two_decimals(&rents), [0.75, 0.71, 0.73]);
    assert!(solution.iterations <= 5, "{} steps", solution.iterations);
}

#[test]
fn a_risk_premium_on_russian_sales_becomes_a_discount() {
    let mut crude = Crude::load();
    let (russia, china) = (crude.exporter("RUS"), crude.importer("CHN"));
    let buyers = crude.importers.len();
    crude.market.cost[russia * buyers..(russia + 1) * buyers].fill(0.3);
    crude.market.cost[russia * buyers + china] = 0.05;
    let solution = crude.market.clear(Rule::Equilibrium).unwrap();
    assert!((solution.seller_price[russia] + 0.143).abs() < 5e-4);
    let sold = |name| solution.flow[russia * buyers + crude.importer(name)];
    assert_eq!(
        two_decimals(&["CHN", "IND", "TUR"].map(sold)),
        [4.06, 0.52, 0.12]
    );
    assert!(solution.iterations <= 5, "{} steps", solution.iterations);
}

#[test]
fn a_ban_on_all_sales_to_japan() {
    let mut crude = Crude::load();
    let (japan, buyers) = (crude.importer("JPN"), crude.importers.len());
    crude
        .market
        .cap
        .iter_mut()
        .skip(japan)
        .step_by(buyers)
        .for_each(|cap| *cap = 0.0);
    let solution = crude.market.clear(Rule::Equilibrium).unwrap();
    assert!((solution.buyer_price[japan] - 9.0).abs() < 1e-12);
    let others = [solution.buyer_price[0], solution.buyer_price[1]];
    assert!((others[0] + 0.219).abs() < 5e-4 && (others[1] + 0.220).abs() < 5e-4);
}

#[test]
fn four_fifths_contracted_and_a_twentieth_lost() {
    let mut market = Crude::load().market;
    let buyers = market.buyers();
    let contracts: Vec<f64> = market.prior.iter().map(|w| 0.8 * 0.95 * w).collect();
    let (sold, bought) = market::margins(&contracts, market.sellers(), buyers);
    for (offer, sold) in market.offer.iter_mut().zip(&sold) {
        *offer = 0.95 * *offer - sold;
    }
    market.offer_max.clone_from(&market.offer);
    market.prior.iter_mut().for_each(|w| *w *= 0.2);
    market.contracted = bought;
    let solution = market.clear(Rule::Equilibrium).unwrap();
    for price in solution.buyer_price {
        assert!((price + f64::ln(0.95) / 0.25).abs() < 1e-6, "{price}");
    }
}

#[test]
fn the_same_market_clears_to_the_same_bits() {
    let market = Dice(11).market(12);
    let clear = || market.clear(Rule::Equilibrium).unwrap();
    assert_eq!(clear(), clear());
    let mut warm: Solution = clear();
    market.clear_from(Rule::Equilibrium, &mut warm).unwrap();
    assert_eq!(warm.iterations, 0);
}
