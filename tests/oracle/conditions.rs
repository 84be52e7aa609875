//! What an equilibrium must meet, written down a second time.

use shortfall::engine::market::{LOWEST_PRICE, Solution};

use crate::market::Market;

/// Largest violation of the conditions of an equilibrium: volumes relative to
/// the largest party, prices in p0.
///
/// The clearing is a convex program, and these are its first-order conditions,
/// so that what meets them is its optimum.
pub(crate) fn violation(market: &Market, solution: &Solution) -> f64 {
    let sellers = (0..market.sellers()).map(|i| of_seller(market, solution, i));
    let buyers = (0..market.buyers()).map(|j| of_buyer(market, solution, j));
    let pairs = (0..market.prior.len()).map(|k| of_pair(market, solution, k));
    // A maximum that passes NaN over would accept it.
    let worst = |worst: f64, next: f64| {
        if next > worst || next.is_nan() {
            next
        } else {
            worst
        }
    };
    sellers.chain(buyers).chain(pairs).fold(0.0, worst)
}

/// π ≥ −φ; all is sold that is offered at π, or less at π = −φ.
fn of_seller(market: &Market, solution: &Solution, i: usize) -> f64 {
    if market.offer[i] <= 0.0 {
        return market.sold(&solution.flow, i) / market.size();
    }
    let (price, floor) = (solution.seller_price[i], -market.discount[i]);
    let excess = (market.sold(&solution.flow, i) - market.supply(i, price)) / market.size();
    let imbalance = if price > floor { excess.abs() } else { excess };
    imbalance.max(floor - price)
}

/// λ_min ≤ λ ≤ λ_max; what is wanted at λ is served, or less at λ_max, or more
/// at λ_min.
fn of_buyer(market: &Market, solution: &Solution, j: usize) -> f64 {
    let (price, unmet) = (solution.buyer_price[j], solution.unmet[j]);
    let bought = market.bought(&solution.flow, j);
    if market.nomination[j] <= 0.0 {
        return bought / market.size();
    }
    let served = market.contracted[j] + bought + unmet;
    let excess = (served - market.wanted(j, price)) / market.size();
    let imbalance = if price > LOWEST_PRICE {
        excess.abs()
    } else {
        -excess
    };
    let outside = (LOWEST_PRICE - price).max(price - market.choke);
    let unmet = if price < market.choke {
        unmet.abs()
    } else {
        -unmet
    };
    imbalance.max(outside).max(unmet / market.size())
}

/// f = min(u, w·e^{θ(λ − π − Δc)}).
fn of_pair(market: &Market, solution: &Solution, k: usize) -> f64 {
    let due = if market.may_trade(k) {
        desired(market, solution, k).min(market.cap[k])
    } else {
        0.0
    };
    (solution.flow[k] - due).abs() / market.size()
}

/// What pair `k` would trade without its cap.
pub(crate) fn desired(market: &Market, solution: &Solution, k: usize) -> f64 {
    let price = solution.buyer_price[market.buyer(k)] - solution.seller_price[market.seller(k)];
    market.prior[k] * f64::exp(market.dispersion * (price - market.cost[k]))
}
