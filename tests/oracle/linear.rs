//! Clearings that are linear programs, for a simplex method.

use microlp::{
    ComparisonOp, LinearExpr, OptimizationDirection, Problem, Solution, SolveOutcome, Variable,
};
use shortfall::engine::market::LOWEST_PRICE;

use crate::market::Market;

/// What an outcome without elasticities costs: transport, nomination left
/// unmet, contracts in excess of it, and goods that sellers would rather have
/// sold at their deepest discount.
pub(crate) fn cost(market: &Market, flow: &[f64]) -> f64 {
    let trade = (0..flow.len()).map(|k| flow[k] * cost_of_pair(market, k));
    let lack = (0..market.buyers()).map(|j| {
        let unmet = market.nomination[j] - market.contracted[j] - market.bought(flow, j);
        (market.choke * unmet).max(LOWEST_PRICE * unmet)
    });
    trade.chain(lack).sum()
}

fn cost_of_pair(market: &Market, k: usize) -> f64 {
    market.cost[k] - market.discount[market.seller(k)]
}

/// Flows for which [`cost`] is least.
pub(crate) fn cheapest(market: &Market) -> Vec<f64> {
    let mut program = Problem::new(OptimizationDirection::Minimize);
    let flow = add_trade(&mut program, market, |k| cost_of_pair(market, k));
    for j in 0..market.buyers() {
        let unmet = program.add_var(market.choke, (0.0, f64::INFINITY));
        let excess = program.add_var(-LOWEST_PRICE, (0.0, f64::INFINITY));
        let mut served = purchases(market, &flow, j);
        served.add(unmet, 1.0);
        served.add(excess, -1.0);
        let open = market.nomination[j] - market.contracted[j];
        program.add_constraint(served, ComparisonOp::Eq, open);
    }
    let solution = solve(&program);
    flow.iter().map(|&f| solution.var_value(f)).collect()
}

/// The share of its nomination that each buyer gets, contracts included, where
/// the smallest share is as large as can be, then the next, and so on.
pub(crate) fn fairest_shares(market: &Market) -> Vec<f64> {
    let served = |j: usize| market.contracted[j] >= market.nomination[j];
    let mut fixed: Vec<Option<f64>> = (0..market.buyers())
        .map(|j| served(j).then_some(1.0))
        .collect();
    while let Some(first) = fixed.iter().position(Option::is_none) {
        let least = largest_share(market, &fixed, None);
        let stuck = |j: &usize| {
            fixed[*j].is_none() && largest_share(market, &fixed, Some((*j, least))) <= least + SLACK
        };
        let mut stuck: Vec<usize> = (first..market.buyers()).filter(stuck).collect();
        assert!(!stuck.is_empty(), "some buyer must hold the others back");
        stuck.drain(..).for_each(|j| fixed[j] = Some(least));
    }
    fixed.into_iter().map(Option::unwrap).collect()
}

/// Shares closer than this are one.
const SLACK: f64 = 1e-7;

/// The largest share that all open buyers can have, or that one can have while
/// all others have another one.
fn largest_share(market: &Market, fixed: &[Option<f64>], alone: Option<(usize, f64)>) -> f64 {
    let mut program = Problem::new(OptimizationDirection::Maximize);
    let share = program.add_var(1.0, (0.0, 1.0));
    let flow = add_trade(&mut program, market, |_| 0.0);
    for (j, fixed) in fixed.iter().enumerate() {
        let (nomination, contracted) = (market.nomination[j], market.contracted[j]);
        let mut served = purchases(market, &flow, j);
        let least = match (fixed, alone) {
            (Some(share), _) => *share,
            (None, Some((one, share))) if one != j => share,
            _ => {
                served.add(share, -nomination);
                0.0
            }
        };
        let least = least * nomination * (1.0 - 0.01 * SLACK) - contracted;
        program.add_constraint(served, ComparisonOp::Ge, least);
    }
    solve(&program).objective()
}

/// Trade within gates and offers.
fn add_trade(program: &mut Problem, market: &Market, cost: impl Fn(usize) -> f64) -> Vec<Variable> {
    let most = |k: usize| {
        if market.may_trade(k) {
            market.cap[k]
        } else {
            0.0
        }
    };
    let flow: Vec<Variable> = (0..market.prior.len())
        .map(|k| program.add_var(cost(k), (0.0, most(k))))
        .collect();
    for (sales, &offer) in flow.chunks_exact(market.buyers()).zip(&market.offer) {
        let sales = sales.iter().map(|&f| (f, 1.0));
        program.add_constraint(sales, ComparisonOp::Le, offer);
    }
    flow
}

fn purchases(market: &Market, flow: &[Variable], j: usize) -> LinearExpr {
    let mut sum = LinearExpr::empty();
    let column = flow.iter().skip(j).step_by(market.buyers());
    column.for_each(|&f| sum.add(f, 1.0));
    sum
}

fn solve(program: &Problem) -> Solution {
    match program.solve().unwrap() {
        SolveOutcome::Solution(solution) => solution,
        SolveOutcome::Interrupted(_) => panic!("no limit was set"),
    }
}
