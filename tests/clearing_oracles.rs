//! Clearing against solvers that know nothing of it: an interior-point method
//! on exponential cones, a linear program, and the numbers of the reference.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(dead_code, reason = "the markets are shared with other tests")]

mod market;

mod oracle;

use std::collections::BTreeMap;

use market::{Crude, Dice, Market};
use oracle::{conditions, cones, linear};
use rayon::prelude::*;
use shortfall::engine::market::{LOWEST_PRICE, Rule, Solution};

/// Agreement of volumes, relative to the largest party of the market.
const AGREEMENT: f64 = 1e-6;

/// A random market with every feature there is: two to eight parties a side,
/// beside those of [`Dice::market`] quotas of any size, shares of the flow
/// that would be among them, low choke prices, vertical demand, parties that
/// want nothing and costs that fell.
fn any_market(seed: u64) -> Market {
    let mut dice = Dice(seed);
    let mut market = dice.market(8);
    market.choke = dice.pick(&[9.0, 9.0, 2.0, 0.6]);
    for j in 0..market.buyers() {
        if dice.chance(0.1) {
            market.elasticity[j] = 0.0;
        }
        if dice.chance(0.05) {
            (market.nomination[j], market.contracted[j]) = (0.0, 0.0);
        }
    }
    for k in 0..market.prior.len() {
        if dice.chance(0.1) {
            market.cost[k] = -0.3 * dice.unit();
        }
    }
    let open = Market {
        cap: vec![f64::INFINITY; market.prior.len()],
        ..market.clone()
    };
    let usual = match dice.chance(0.5) {
        true => open.clear(Rule::Equilibrium).unwrap().flow,
        false => market.prior.clone(),
    };
    for (cap, usual) in market.cap.iter_mut().zip(&usual) {
        if *cap > 0.0 && cap.is_finite() {
            *cap = dice.unit() * usual;
        }
    }
    market
}

/// Which features matter to the clearing of a market.
fn features(market: &Market, solution: &Solution) -> [(&'static str, bool); 14] {
    let tiny = AGREEMENT * market.size();
    let mut sellers = 0..market.sellers();
    let mut buyers = (0..market.buyers()).filter(|&j| market.nomination[j] > 0.0);
    let pairs = || (0..market.prior.len()).filter(|&k| market.may_trade(k));
    let flow = |k: usize| solution.flow[k];
    let sold = |i: usize| market.sold(&solution.flow, i);
    let bought = |j: usize| market.bought(&solution.flow, j);
    let supply = |i: usize| market.supply(i, solution.seller_price[i]);
    let banned = |k: usize| market.cap[k] == 0.0 && market.prior[k] > tiny;
    let capped = |k: usize| conditions::desired(market, solution, k) > market.cap[k] + tiny;
    let keeps = |i: usize| supply(i) > sold(i) + tiny && sold(i) > tiny;
    let discounts = |i: usize| solution.seller_price[i] < -1e-3 && sold(i) > tiny;
    let lacks = |j: usize| solution.unmet[j] > tiny && bought(j) > tiny;
    let empty = |i: usize| market.offer[i] == 0.0 && market.sold(&market.prior, i) > tiny;
    let contracted = |j: usize| market.contracted[j] > tiny && bought(j) > tiny;
    let glutted = |j: usize| solution.buyer_price[j] <= LOWEST_PRICE;
    let responds = |i: usize| (supply(i) - market.offer[i]).abs() > tiny;
    let at_most = |i: usize| responds(i) && supply(i) == market.offer_max[i];
    let vertical = |j: usize| market.elasticity[j] == 0.0 && bought(j) > tiny;
    [
        ("ban", (0..market.prior.len()).any(banned)),
        ("quota that binds", pairs().any(capped)),
        (
            "dearer lane",
            pairs().any(|k| market.cost[k] > 0.0 && flow(k) > tiny),
        ),
        (
            "cheaper lane",
            pairs().any(|k| market.cost[k] < 0.0 && flow(k) > tiny),
        ),
        ("goods kept at the floor", sellers.clone().any(keeps)),
        ("discount", sellers.clone().any(discounts)),
        ("seller without goods", sellers.clone().any(empty)),
        ("supply that responds", sellers.clone().any(responds)),
        ("supply at its most", sellers.any(at_most)),
        ("unmet demand at choke", buyers.clone().any(lacks)),
        ("contract beside spot", buyers.clone().any(contracted)),
        ("contracts in excess", buyers.clone().any(glutted)),
        ("vertical demand", buyers.any(vertical)),
        ("parts that do not trade", parts(market) > 1),
    ]
}

/// Groups of two parties or more that trade with each other but with nobody
/// else.
fn parts(market: &Market) -> usize {
    let mut group: Vec<usize> = (0..market.sellers() + market.buyers()).collect();
    let pairs = || (0..market.prior.len()).filter(|&k| market.may_trade(k));
    let ends = |k: usize| (market.seller(k), market.sellers() + market.buyer(k));
    for (seller, buyer) in pairs().map(ends) {
        let (from, to) = (group[seller], group[buyer]);
        group
            .iter_mut()
            .filter(|g| **g == from)
            .for_each(|g| *g = to);
    }
    let mut trading: Vec<usize> = pairs().map(|k| group[ends(k).0]).collect();
    trading.sort_unstable();
    trading.dedup();
    trading.len()
}

/// Largest difference of two lists of volumes.
fn distance(left: &[f64], right: &[f64]) -> f64 {
    let gaps = left.iter().zip(right).map(|(l, r)| (l - r).abs());
    gaps.fold(0.0, f64::max)
}

/// The conditions are those of the optimum of a convex program, so that they
/// prove all thousand; the interior-point method, which knows neither prices
/// nor conditions, must come to the same volumes.
#[test]
fn a_thousand_markets_clear_as_an_interior_point_method_has_it() {
    let outcomes: Vec<_> = (0..1_000).into_par_iter().map(compare).collect();
    let mut coverage = BTreeMap::new();
    let (mut solved, mut farthest) = (0, 0.0_f64);
    for (seed, (market, solution, distance)) in outcomes.iter().enumerate() {
        for (feature, matters) in features(market, solution) {
            *coverage.entry(feature).or_insert(0) += usize::from(matters);
        }
        let violation = conditions::violation(market, solution);
        assert!(
            violation <= 1e-9,
            "market {seed} violates its conditions by {violation:.1e}"
        );
        if let Some(distance) = distance {
            assert!(
                *distance <= AGREEMENT,
                "market {seed} is off by {distance:.1e}"
            );
            (solved, farthest) = (solved + 1, farthest.max(*distance));
        }
    }
    println!("{solved} solved, at most {farthest:.1e} apart; {coverage:?}");
    assert!(solved >= 995, "the solver gave up on all but {solved}");
    assert!(coverage.values().all(|&n| n >= 150), "{coverage:?}");
}

/// A market, its clearing, and how far that is from the oracle's, relative to
/// the largest party; none if the oracle gave up.
fn compare(seed: u64) -> (Market, Solution, Option<f64>) {
    let market = any_market(seed);
    let solution = market.clear(Rule::Equilibrium).unwrap();
    let found = cones::clear(&market).ok();
    let apart = found.map(|found| {
        let flows = distance(&found.flow, &solution.flow);
        flows.max(distance(&found.unmet, &solution.unmet)) / market.size()
    });
    (market, solution, apart)
}

/// With neither elasticities nor, in the limit θ → ∞, dispersion, the clearing is
/// a transport problem. What dispersion costs at a finite θ is bounded by the
/// entropies of the two outcomes: Σ (h(f*) − h(f))/θ, h(f) = f (ln(f/w) − 1).
#[test]
fn without_elasticities_sharp_choice_costs_least() {
    let outcomes: Vec<_> = (0..500).into_par_iter().map(sharp).collect();
    let (mut gated, mut unmet, mut kept) = (0, 0, 0);
    for (seed, (market, flow, cheapest)) in outcomes.iter().enumerate() {
        let (cost, least) = (linear::cost(market, flow), linear::cost(market, cheapest));
        let entropy = |flow: &[f64]| -> f64 {
            let traded = flow.iter().zip(&market.prior).filter(|(f, _)| **f > 0.0);
            traded.map(|(f, w)| f * (f64::ln(f / w) - 1.0)).sum()
        };
        let bound = (entropy(cheapest) - entropy(flow)) / market.dispersion;
        let rounding = 1e-7 * market.size();
        assert!(
            (-rounding..=bound + rounding).contains(&(cost - least)),
            "market {seed} costs {cost}, at least {least}, at most {bound:.1e} more"
        );
        assert!(bound <= 2e-3 * market.size(), "market {seed}: {bound:.1e}");
        let tiny = AGREEMENT * market.size();
        let binds = |k: usize| market.cap[k] > 0.0 && flow[k] > market.cap[k] - tiny;
        gated += usize::from((0..flow.len()).any(binds));
        let lacks = |j| market.contracted[j] + market.bought(flow, j) < market.nomination[j] - tiny;
        unmet += usize::from((0..market.buyers()).any(lacks));
        let keeps = |i: usize| market.sold(flow, i) < market.offer[i] - tiny;
        kept += usize::from((0..market.sellers()).any(keeps));
    }
    println!("{gated} with a quota that binds, {unmet} with unmet demand, {kept} with goods kept");
    assert!(gated.min(unmet).min(kept) >= 150, "{gated} {unmet} {kept}");
}

/// From the mildest choice to one that no market has.
#[test]
fn markets_clear_however_sharp_the_choice() {
    let violations = (0..600_u64).into_par_iter().map(|seed| {
        let mut market = any_market(seed);
        market.dispersion = [1.0, 100.0, 200.0, 1_000.0, 5_000.0, 20_000.0][(seed % 6) as usize];
        let solution = market.clear(Rule::Equilibrium);
        solution.map(|solution| conditions::violation(&market, &solution))
    });
    let violations: Vec<_> = violations.collect();
    for (seed, violation) in violations.into_iter().enumerate() {
        assert!(violation.is_ok_and(|v| v <= 1e-8), "market {seed}");
    }
}

/// A market at its sharpest, its flows, and those that cost least.
fn sharp(seed: u64) -> (Market, Vec<f64>, Vec<f64>) {
    let mut market = any_market(seed);
    market.elasticity.fill(0.0);
    market.supply_elasticity.fill(0.0);
    market.dispersion = 5_000.0;
    let mut dice = Dice(seed);
    market.cost.iter_mut().for_each(|c| *c += 0.2 * dice.unit());
    let flow = market.clear(Rule::Equilibrium).unwrap().flow;
    let cheapest = linear::cheapest(&market);
    (market, flow, cheapest)
}

/// The shares of nominations that are served are the fairest there are.
#[test]
fn cooperation_serves_the_shares_of_a_linear_program() {
    let outcomes: Vec<_> = (0..300)
        .into_par_iter()
        .map(|seed| {
            let market = any_market(seed);
            let solution = market.clear(Rule::Cooperative).unwrap();
            let fairest = linear::fairest_shares(&market);
            (market, solution, fairest)
        })
        .collect();
    let mut levels = Vec::new();
    for (seed, (market, solution, fairest)) in outcomes.iter().enumerate() {
        for (j, fairest) in fairest.iter().enumerate() {
            let served = market.contracted[j] + market.bought(&solution.flow, j);
            let share = match market.nomination[j] {
                nomination if nomination > 0.0 => (served / nomination).min(1.0),
                _ => 1.0,
            };
            assert!(
                (share - fairest).abs() <= 1e-6,
                "market {seed} serves buyer {j} {share}, and can {fairest}"
            );
        }
        let mut shares: Vec<i64> = fairest.iter().map(|s| (s * 1e5) as i64).collect();
        shares.sort_unstable();
        shares.dedup();
        levels.push(shares.len());
    }
    let several = levels.iter().filter(|levels| **levels >= 3).count();
    assert!(
        several >= 100,
        "only {several} markets serve three shares or more"
    );
}

/// With no gates, every seller's offer is shared out by what buyers want: all of
/// it, or no more than they want.
#[test]
fn pro_rata_without_gates_is_proportional() {
    for seed in 0..500 {
        let mut market = any_market(seed);
        market.cap.fill(f64::INFINITY);
        market.prior.fill(1.0);
        let wanted = open_nominations(&market);
        let offered: f64 = market.offer.iter().sum();
        let larger = wanted
            .iter()
            .sum::<f64>()
            .max(offered)
            .max(f64::MIN_POSITIVE);
        let share = |k| market.offer[market.seller(k)] * wanted[market.buyer(k)] / larger;
        let expected: Vec<f64> = (0..market.prior.len()).map(share).collect();
        let flow = market.clear(Rule::ProRata).unwrap().flow;
        let apart = distance(&flow, &expected) / market.size();
        assert!(apart <= 1e-12, "market {seed} is off by {apart:.1e}");
    }
}

/// One seller with gates serves all buyers the same share of what they want, or
/// up to their gates; one buyer takes the same share of what each may sell him.
#[test]
fn pro_rata_of_one_seller_or_one_buyer_fills_up_to_the_gates() {
    let (mut capped, mut short) = (0, 0);
    for seed in 0..500 {
        let market = any_market(seed);
        let (sold, bought) = (only_seller(&market, 0), only_buyer(&market, 0));
        let wanted = open_nominations(&sold);
        let expected = level(&wanted, &gates(&sold), sold.offer[0]);
        let flow = sold.clear(Rule::ProRata).unwrap().flow;
        let apart = distance(&flow, &expected) / sold.size();
        assert!(apart <= 1e-9, "the seller of {seed} is off by {apart:.1e}");
        let at_gate =
            |k: &usize| flow[*k] > 0.0 && flow[*k] < wanted[*k] && flow[*k] >= sold.cap[*k];
        capped += usize::from((0..flow.len()).any(|k| at_gate(&k)));
        short += usize::from(flow.iter().sum::<f64>() < wanted.iter().sum::<f64>() * 0.999);

        let limits: Vec<f64> = gates(&bought)
            .iter()
            .zip(&bought.offer)
            .map(|(g, s)| g.min(*s))
            .collect();
        let want = open_nominations(&bought)[0];
        let share = (want / limits.iter().sum::<f64>().max(f64::MIN_POSITIVE)).min(1.0);
        let expected: Vec<f64> = limits.iter().map(|limit| limit * share).collect();
        let flow = bought.clear(Rule::ProRata).unwrap().flow;
        let apart = distance(&flow, &expected) / bought.size();
        assert!(apart <= 1e-9, "the buyer of {seed} is off by {apart:.1e}");
    }
    assert!(capped.min(short) >= 100, "{capped} at gates, {short} short");
}

fn open_nominations(market: &Market) -> Vec<f64> {
    let open = market.nomination.iter().zip(&market.contracted);
    open.map(|(n, c)| (n - c).max(0.0)).collect()
}

/// The most each pair may trade: nothing if it never does, unless none does.
fn gates(market: &Market) -> Vec<f64> {
    let any = market.prior.iter().any(|&w| w > 0.0);
    let pairs = market.prior.iter().zip(&market.cap);
    pairs
        .map(|(w, cap)| if any && *w <= 0.0 { 0.0 } else { *cap })
        .collect()
}

/// The largest t ≤ 1, and min(limit, t · want) for it, that add up to no more
/// than `offer`.
fn level(want: &[f64], limit: &[f64], offer: f64) -> Vec<f64> {
    let at = |t: f64| want.iter().zip(limit).map(move |(n, u)| u.min(t * n));
    let (mut low, mut high) = (0.0, 1.0);
    if at(high).sum::<f64>() <= offer {
        return at(high).collect();
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if at(middle).sum::<f64>() <= offer {
            low = middle;
        } else {
            high = middle;
        }
    }
    at(low).collect()
}

fn only_seller(market: &Market, i: usize) -> Market {
    let buyers = market.buyers();
    let row = |pairs: &[f64]| pairs[i * buyers..(i + 1) * buyers].to_vec();
    let mut alone = Market::new(
        row(&market.prior),
        vec![market.offer[i]],
        market.nomination.clone(),
    );
    alone.cap = row(&market.cap);
    alone.contracted.clone_from(&market.contracted);
    alone
}

fn only_buyer(market: &Market, j: usize) -> Market {
    let column = |pairs: &[f64]| {
        pairs
            .iter()
            .copied()
            .skip(j)
            .step_by(market.buyers())
            .collect()
    };
    let mut alone = Market::new(
        column(&market.prior),
        market.offer.clone(),
        vec![market.nomination[j]],
    );
    alone.cap = column(&market.cap);
    alone.contracted = vec![market.contracted[j]];
    alone
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
