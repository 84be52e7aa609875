use proptest::prelude::*;

use super::*;

/// A problem that owns its arrays.
#[derive(Debug, Clone)]
struct Market {
    prior: Vec<f64>,
    offer: Vec<f64>,
    offer_max: Vec<f64>,
    supply_elasticity: Vec<f64>,
    discount: Vec<f64>,
    nomination: Vec<f64>,
    contracted: Vec<f64>,
    elasticity: Vec<f64>,
    cost: Vec<f64>,
    cap: Vec<f64>,
    domestic: Vec<bool>,
    dispersion: f64,
}

const CHOKE: f64 = 9.0;

impl Market {
    fn new(prior: &[f64], offer: &[f64], nomination: &[f64]) -> Self {
        Self {
            prior: prior.to_vec(),
            offer: offer.to_vec(),
            offer_max: offer.to_vec(),
            supply_elasticity: vec![0.0; offer.len()],
            discount: vec![0.5; offer.len()],
            nomination: nomination.to_vec(),
            contracted: vec![0.0; nomination.len()],
            elasticity: vec![0.25; nomination.len()],
            cost: vec![0.0; prior.len()],
            cap: vec![f64::INFINITY; prior.len()],
            domestic: vec![false; prior.len()],
            dispersion: 10.0,
        }
    }

    fn problem(&self) -> Problem<'_> {
        Problem {
            prior: &self.prior,
            offer: &self.offer,
            offer_max: &self.offer_max,
            supply_elasticity: &self.supply_elasticity,
            discount: &self.discount,
            nomination: &self.nomination,
            contracted: &self.contracted,
            elasticity: &self.elasticity,
            cost: &self.cost,
            cap: &self.cap,
            domestic: &self.domestic,
            dispersion: self.dispersion,
            choke: CHOKE,
        }
    }

    fn clear(&self, rule: Rule) -> Solution {
        let (sellers, buyers) = (self.offer.len(), self.nomination.len());
        let mut solution = Solution::new(sellers, buyers);
        let mut clearing = Clearing::new(sellers, buyers);
        clearing
            .clear(rule, &self.problem(), &mut solution)
            .unwrap();
        solution
    }

    fn column(&self, flow: &[f64], j: usize) -> f64 {
        flow.iter().skip(j).step_by(self.nomination.len()).sum()
    }

    fn row(&self, flow: &[f64], i: usize) -> f64 {
        let buyers = self.nomination.len();
        flow[i * buyers..(i + 1) * buyers].iter().sum()
    }

    /// Contracts and spot, by buyer.
    fn served(&self, solution: &Solution) -> Vec<f64> {
        let buyers = 0..self.nomination.len();
        buyers
            .map(|j| self.contracted[j] + self.column(&solution.flow, j))
            .collect()
    }
}

fn assert_close(left: f64, right: f64, tolerance: f64) {
    assert!((left - right).abs() <= tolerance, "{left} is not {right}");
}

fn assert_all_close(left: &[f64], right: &[f64], tolerance: f64) {
    assert_eq!(left.len(), right.len());
    let close = left
        .iter()
        .zip(right)
        .all(|(l, r)| (l - r).abs() <= tolerance);
    assert!(close, "{left:?} is not {right:?}");
}

#[test]
fn rules_are_named_in_kebab_case() {
    for rule in Rule::ALL {
        assert_eq!(rule.to_string().parse(), Ok(rule));
    }
    assert_eq!(Rule::ProRata.to_string(), "pro-rata");
    let unknown = "prorata".parse::<Rule>().unwrap_err();
    assert_eq!(unknown.to_string(), "unknown clearing rule `prorata`");
}

#[test]
fn wrong_shapes_are_errors() {
    let market = Market::new(&[1.0, 1.0], &[2.0], &[1.0, 1.0]);
    let shape = Err(ClearingError::Shape {
        sellers: 1,
        buyers: 2,
    });
    let mut solution = Solution::new(1, 2);
    let mut small = Clearing::new(1, 1);
    assert_eq!(
        small.clear(Rule::ProRata, &market.problem(), &mut solution),
        shape
    );
    let mut clearing = Clearing::new(1, 2);
    let mut problem = market.problem();
    problem.cap = &[1.0];
    assert_eq!(
        clearing.clear(Rule::ProRata, &problem, &mut solution),
        shape
    );
    assert_eq!(
        clearing.clear(Rule::ProRata, &market.problem(), &mut Solution::new(2, 2)),
        shape
    );
}

#[test]
fn dispersion_must_be_positive() {
    let mut market = Market::new(&[1.0], &[1.0], &[1.0]);
    market.dispersion = 0.0;
    let outcome = Clearing::new(1, 1).clear(
        Rule::Equilibrium,
        &market.problem(),
        &mut Solution::new(1, 1),
    );
    assert_eq!(outcome, Err(ClearingError::Dispersion(0.0)));
}

#[test]
fn an_undisturbed_market_stays_as_it_is() {
    let prior = [0.1, 0.7, 0.0, 1.3, 0.2, 5.0];
    let market = Market::new(&prior, &[0.8, 6.5], &[1.4, 0.9, 5.0]);
    let solution = market.clear(Rule::Equilibrium);
    assert_eq!(solution.flow, prior);
    assert_eq!(solution.buyer_price, [0.0; 3]);
    assert_eq!(solution.seller_price, [0.0; 2]);
    assert_eq!(solution.iterations, 0);
}

/// λ = −ln(1 − L)/ε.
#[test]
fn a_loss_raises_the_price_by_its_logarithm_over_the_elasticity() {
    for (loss, elasticity) in [(0.05, 0.25), (0.3, 0.1), (0.3, 0.5)] {
        let mut market = Market::new(&[1.0 - loss], &[1.0 - loss], &[1.0]);
        market.elasticity[0] = elasticity;
        let solution = market.clear(Rule::Equilibrium);
        assert_close(
            solution.buyer_price[0],
            -f64::ln(1.0 - loss) / elasticity,
            1e-8,
        );
    }
}

/// The price answers to the whole shortage, not to the spot part of it.
#[test]
fn contracts_do_not_magnify_the_price() {
    let mut market = Market::new(&[0.2], &[0.15], &[1.0]);
    market.contracted[0] = 0.8;
    let solution = market.clear(Rule::Equilibrium);
    assert_close(solution.buyer_price[0], -f64::ln(0.95) / 0.25, 1e-8);
    assert_close(solution.buyer_price[0], 0.205, 5e-4);
}

#[test]
fn vertical_demand_pays_the_choke_price_and_goes_without() {
    let mut market = Market::new(&[1.0], &[0.7], &[1.0]);
    market.elasticity[0] = 0.0;
    let solution = market.clear(Rule::Equilibrium);
    assert_eq!(solution.buyer_price, [CHOKE]);
    assert_close(solution.unmet[0], 0.3, 1e-9);
}

#[test]
fn a_banned_buyer_pays_the_choke_price_and_a_banned_seller_floats_his_goods() {
    let mut market = Market::new(&[1.0, 1.0, 1.0, 1.0], &[2.0, 2.0], &[2.0, 2.0]);
    market.cap = vec![0.0, f64::INFINITY, 0.0, 0.0];
    let solution = market.clear(Rule::Equilibrium);
    assert_eq!(solution.buyer_price[0], CHOKE);
    assert_close(solution.unmet[0], 2.0 * f64::exp(-0.25 * CHOKE), 1e-12);
    assert_eq!(solution.seller_price[1], -0.5);
    assert_eq!(solution.flow[2..], [0.0, 0.0]);
}

#[test]
fn contracts_beyond_demand_go_to_stock_at_the_lowest_price() {
    let mut market = Market::new(&[1.0, 1.0], &[2.0], &[1.0, 1.0]);
    market.contracted[0] = 5.0;
    let solution = market.clear(Rule::Equilibrium);
    assert_eq!(solution.buyer_price[0], LOWEST_PRICE);
    assert_eq!(solution.unmet, [0.0, 0.0]);
}

#[test]
fn offers_follow_price_up_to_their_maximum() {
    let mut market = Market::new(&[1.0], &[0.5], &[1.0]);
    market.supply_elasticity[0] = 0.25;
    market.offer_max[0] = 10.0;
    let solution = market.clear(Rule::Equilibrium);
    let theta = 10.0;
    let (buyer, seller) = (solution.buyer_price[0], solution.seller_price[0]);
    assert_close(solution.flow[0], f64::exp(-0.25 * buyer), 1e-9);
    assert_close(solution.flow[0], 0.5 * f64::exp(0.25 * seller), 1e-9);
    assert_close(solution.flow[0], f64::exp(theta * (buyer - seller)), 1e-8);
    market.offer_max[0] = 0.6;
    assert_close(market.clear(Rule::Equilibrium).flow[0], 0.6, 1e-9);
}

/// Vertical demand for exactly what is offered leaves the price level open.
#[test]
fn where_prices_are_not_unique_the_smallest_are_taken() {
    let mut market = Market::new(&[0.5, 0.5, 0.5, 0.5], &[0.8, 1.2], &[1.0, 1.0]);
    market.elasticity = vec![0.0; 2];
    let solution = market.clear(Rule::Equilibrium);
    let lowest_seller = solution
        .seller_price
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    assert_close(lowest_seller, -0.5, 1e-9);
    assert_all_close(&solution.flow, &[0.4, 0.4, 0.6, 0.6], 1e-9);
    let mut quota = Market::new(&[1.0], &[0.6], &[1.0]);
    quota.cap[0] = 0.6;
    assert_eq!(quota.clear(Rule::Equilibrium).seller_price, [-0.5]);
}

#[test]
fn nothing_to_trade_is_not_an_error() {
    let mut market = Market::new(&[1.0; 4], &[0.0, 0.0], &[0.0, 0.0]);
    for rule in Rule::ALL {
        assert_eq!(market.clear(rule).flow, [0.0; 4]);
    }
    market.cap = vec![0.0; 4];
    (market.offer, market.offer_max) = (vec![1.0; 2], vec![1.0; 2]);
    market.nomination = vec![2.0, 0.0];
    for rule in Rule::ALL {
        assert_eq!(market.clear(rule).flow, [0.0; 4]);
    }
    let none = Market::new(&[], &[], &[]);
    for rule in Rule::ALL {
        assert!(none.clear(rule).flow.is_empty());
    }
}

#[test]
fn a_sharp_market_clears() {
    let mut market = Market::new(&[1.0, 2.0, 3.0, 0.5], &[1.0, 5.0], &[4.0, 1.0]);
    market.dispersion = 2_000.0;
    market.cost = vec![0.1, 0.4, 0.3, 0.2];
    market.elasticity = vec![0.0; 2];
    let solution = market.clear(Rule::Equilibrium);
    assert_all_close(&solution.flow, &[1.0, 0.0, 3.0, 1.0], 1e-6);
}

/// Capped pairs beside tiny free flows: Newton steps alone creep.
#[test]
fn prices_settle_where_almost_all_trade_is_capped() {
    let mut one = Market::new(&[1.0, 144.9], &[6.36], &[1.0, 0.446]);
    one.discount = vec![0.605];
    one.contracted = vec![0.0, 0.3];
    one.elasticity = vec![0.93, 0.0];
    one.cost = vec![0.0, 0.486];
    one.cap = vec![f64::INFINITY, 1.2];
    one.dispersion = 28.8;
    assert!(violation(&one, &one.clear(Rule::Equilibrium)) <= 1e-8);
    let mut two = Market::new(&[0.0, 0.0, 0.142, 1.0], &[0.0, 0.00974], &[1.0, 0.00784]);
    two.discount = vec![0.0; 2];
    two.supply_elasticity = vec![0.0, 0.241];
    two.offer_max = vec![0.0, 0.01235];
    two.elasticity = vec![0.0, 0.276];
    two.cap = vec![0.0, 0.0, 0.0213, 6.25];
    two.dispersion = 6.67;
    assert!(violation(&two, &two.clear(Rule::Equilibrium)) <= 1e-8);
}

#[test]
fn pro_rata_serves_every_buyer_the_same_share() {
    let market = Market::new(&[0.0; 3], &[60.0], &[50.0, 30.0, 20.0]);
    let solution = market.clear(Rule::ProRata);
    assert_all_close(&solution.flow, &[30.0, 18.0, 12.0], 1e-12);
    assert_all_close(&solution.unmet, &[20.0, 12.0, 8.0], 1e-12);
}

#[test]
fn contract_first_serves_historic_customers_before_others() {
    let mut market = Market::new(&[6.0, 2.0, 0.0], &[10.0], &[5.0, 6.0, 4.0]);
    let solution = market.clear(Rule::ContractFirst);
    assert_all_close(&solution.flow, &[5.0, 5.0, 0.0], 1e-12);
    market.offer[0] = 4.0;
    assert_all_close(
        &market.clear(Rule::ContractFirst).flow,
        &[3.0, 1.0, 0.0],
        1e-12,
    );
}

#[test]
fn domestic_first_serves_the_country_before_others() {
    let mut market = Market::new(&[1.0; 4], &[10.0, 4.0], &[8.0, 8.0]);
    market.domestic = vec![true, false, false, true];
    let solution = market.clear(Rule::DomesticFirst);
    assert_all_close(&solution.flow, &[8.0, 2.0, 0.0, 4.0], 1e-12);
}

#[test]
fn cooperative_makes_the_largest_unmet_share_smallest() {
    let prior = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0];
    let market = Market::new(&prior, &[30.0, 40.0], &[50.0, 30.0, 20.0]);
    let solution = market.clear(Rule::Cooperative);
    assert_all_close(&market.served(&solution), &[30.0, 24.0, 16.0], 1e-12);
}

#[test]
fn cooperative_counts_contracts_as_served() {
    let mut market = Market::new(&[1.0, 1.0], &[30.0], &[50.0, 50.0]);
    market.contracted = vec![40.0, 0.0];
    let solution = market.clear(Rule::Cooperative);
    assert_all_close(&solution.flow, &[0.0, 30.0], 1e-12);
    market.contracted = vec![20.0, 0.0];
    let solution = market.clear(Rule::Cooperative);
    assert_all_close(&solution.flow, &[5.0, 25.0], 1e-12);
}

/// Volumes, often zero.
fn volume() -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(0.0), 4 => (-7.0..5.0).prop_map(f64::exp)]
}

fn cap() -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(0.0), 2 => (-4.0..2.0).prop_map(f64::exp), 5 => Just(f64::INFINITY)]
}

fn vectors<S: Strategy<Value = f64>>(
    strategy: S,
    length: usize,
) -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(strategy, length)
}

prop_compose! {
    fn sellers(count: usize)(
        offer in vectors(volume(), count),
        spare in vectors(1.0..2.0, count),
        elasticity in vectors(prop_oneof![Just(0.0), 0.0..1.0], count),
        discount in vectors(0.0..0.9, count),
    ) -> [Vec<f64>; 4] {
        let most = offer.iter().zip(&spare).map(|(s, m)| s * m).collect();
        [offer, most, elasticity, discount]
    }
}

prop_compose! {
    fn buyers(count: usize)(
        nomination in vectors(volume(), count),
        share in vectors(prop_oneof![2 => Just(0.0), 1 => 0.0..1.2], count),
        elasticity in vectors(prop_oneof![1 => Just(0.0), 4 => 0.01..1.0], count),
    ) -> [Vec<f64>; 3] {
        let contracted = nomination.iter().zip(&share).map(|(n, c)| n * c).collect();
        [nomination, contracted, elasticity]
    }
}

prop_compose! {
    fn market()(shape in (1..8_usize, 1..8_usize))(
        sellers in sellers(shape.0),
        buyers in buyers(shape.1),
        prior in vectors(volume(), shape.0 * shape.1),
        cost in vectors(prop_oneof![2 => Just(0.0), 1 => -0.3..1.0], shape.0 * shape.1),
        cap in vectors(cap(), shape.0 * shape.1),
        domestic in proptest::collection::vec(any::<bool>(), shape.0 * shape.1),
        dispersion in 2.0..40.0,
    ) -> Market {
        let [offer, offer_max, supply_elasticity, discount] = sellers;
        let [nomination, contracted, elasticity] = buyers;
        Market {
            prior, offer, offer_max, supply_elasticity, discount, nomination, contracted,
            elasticity, cost, cap, domestic, dispersion,
        }
    }
}

/// Largest violation of the equilibrium conditions, relative to the party.
fn violation(market: &Market, solution: &Solution) -> f64 {
    let sellers = (0..market.offer.len()).map(|i| seller_violation(market, solution, i));
    let buyers = (0..market.nomination.len()).map(|j| buyer_violation(market, solution, j));
    let pairs = (0..market.prior.len()).map(|k| pair_violation(market, solution, k));
    sellers.chain(buyers).chain(pairs).fold(0.0, f64::max)
}

fn seller_violation(market: &Market, solution: &Solution, i: usize) -> f64 {
    let price = solution.seller_price[i];
    let offer = market.offer[i] * f64::exp(market.supply_elasticity[i] * price);
    let spare = offer.min(market.offer_max[i]) - market.row(&solution.flow, i);
    let scale = market.offer[i].max(f64::MIN_POSITIVE);
    if price <= -market.discount[i] || market.offer[i] == 0.0 {
        (-spare / scale).max(-market.discount[i] - price)
    } else {
        spare.abs() / scale
    }
}

fn buyer_violation(market: &Market, solution: &Solution, j: usize) -> f64 {
    let (price, nomination) = (solution.buyer_price[j], market.nomination[j]);
    let wanted = nomination * f64::exp(-market.elasticity[j] * price) - market.contracted[j];
    let excess = market.column(&solution.flow, j) + solution.unmet[j] - wanted;
    let scale = nomination.max(market.contracted[j]).max(f64::MIN_POSITIVE);
    if nomination == 0.0 {
        market.column(&solution.flow, j)
    } else if price <= LOWEST_PRICE {
        -excess / scale
    } else if price < CHOKE {
        excess.abs().max(solution.unmet[j]) / scale
    } else {
        excess.abs() / scale
    }
}

fn pair_violation(market: &Market, solution: &Solution, k: usize) -> f64 {
    let buyers = market.nomination.len();
    let (i, j) = (k / buyers, k % buyers);
    if market.offer[i] == 0.0 || market.nomination[j] == 0.0 {
        return solution.flow[k];
    }
    let margin = solution.buyer_price[j] - solution.seller_price[i] - market.cost[k];
    let desired = market.prior[k] * f64::exp(market.dispersion * margin);
    (solution.flow[k] - desired.min(market.cap[k])).abs() / market.offer[i]
}

/// How much more the pairs could move under the conditions all rules share.
fn room_left(market: &Market, solution: &Solution) -> f64 {
    let problem = market.problem();
    let caps: Vec<f64> = Pairs::of(&problem).caps().collect();
    let buyers = market.nomination.len();
    let room = |k: usize| {
        let left = market.offer[k / buyers] - market.row(&solution.flow, k / buyers);
        (caps[k] - solution.flow[k])
            .min(left)
            .min(solution.unmet[k % buyers])
    };
    (0..market.prior.len()).map(room).fold(0.0, f64::max)
}

fn assert_feasible(market: &Market, solution: &Solution) {
    let problem = market.problem();
    let caps: Vec<f64> = Pairs::of(&problem).caps().collect();
    for (k, &flow) in solution.flow.iter().enumerate() {
        assert!(flow >= 0.0 && flow <= caps[k] * (1.0 + 1e-12));
    }
    for i in 0..market.offer.len() {
        assert!(market.row(&solution.flow, i) <= market.offer[i] * (1.0 + 1e-12));
    }
    for (j, served) in market.served(solution).into_iter().enumerate() {
        let nomination = market.nomination[j].max(market.contracted[j]);
        assert!(served <= nomination * (1.0 + 1e-12));
        assert_close(
            served + solution.unmet[j],
            nomination,
            1e-11 * nomination.max(1.0),
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn equilibrium_meets_its_conditions(market in market()) {
        let solution = market.clear(Rule::Equilibrium);
        let violation = violation(&market, &solution);
        prop_assert!(violation <= 1e-8, "violation {violation}");
        for i in 0..market.offer.len() {
            let price = solution.seller_price[i];
            let response = libm::exp(market.supply_elasticity[i] * price);
            let offer = (market.offer[i] * response).min(market.offer_max[i]);
            prop_assert!(market.row(&solution.flow, i) <= offer * (1.0 + 1e-11));
        }
    }

    #[test]
    fn a_warm_start_leads_to_the_same_flows(market in market(), change in 0.7..1.3) {
        let mut before = market.clone();
        before.nomination.iter_mut().for_each(|n| *n *= change);
        let mut solution = before.clear(Rule::Equilibrium);
        let mut clearing = Clearing::new(8, 8);
        clearing.clear(Rule::Equilibrium, &market.problem(), &mut solution).unwrap();
        let cold = market.clear(Rule::Equilibrium);
        let scale: f64 = market.offer.iter().sum();
        assert_all_close(&solution.flow, &cold.flow, 1e-9 * scale);
    }

    #[test]
    fn no_finite_input_panics(
        numbers in proptest::collection::vec(
            prop_oneof![any::<f64>().prop_filter("finite", |x| x.is_finite()), -2.0..2.0], 40),
        rule in proptest::sample::select(&Rule::ALL[..]),
    ) {
        let problem = Problem {
            prior: &numbers[..6],
            offer: &numbers[6..8],
            offer_max: &numbers[8..10],
            supply_elasticity: &numbers[10..12],
            discount: &numbers[12..14],
            nomination: &numbers[14..17],
            contracted: &numbers[17..20],
            elasticity: &numbers[20..23],
            cost: &numbers[23..29],
            cap: &numbers[29..35],
            domestic: &[false, true, false, true, false, false],
            dispersion: numbers[35],
            choke: numbers[36],
        };
        let mut solution = Solution::new(2, 3);
        solution.buyer_price.copy_from_slice(&numbers[37..]);
        let _ = Clearing::new(2, 3).clear(rule, &problem, &mut solution);
    }

    #[test]
    fn sharing_rules_are_feasible_and_leave_nothing_to_move(market in market()) {
        for rule in &Rule::ALL[1..] {
            let solution = market.clear(*rule);
            assert_feasible(&market, &solution);
            let total: f64 = market.offer.iter().chain(&market.nomination).sum();
            prop_assert!(room_left(&market, &solution) <= 1e-12 * total.max(1.0));
        }
    }

    #[test]
    fn no_rule_serves_the_worst_off_better_than_cooperation(market in market()) {
        let worst = |solution: &Solution| {
            let unmet = solution.unmet.iter().zip(&market.nomination);
            unmet.filter(|(_, n)| **n > 0.0).map(|(v, n)| v / n).fold(0.0, f64::max)
        };
        let best = worst(&market.clear(Rule::Cooperative));
        for rule in [Rule::ProRata, Rule::ContractFirst, Rule::DomesticFirst] {
            prop_assert!(best <= worst(&market.clear(rule)) + 1e-9);
        }
    }
}
