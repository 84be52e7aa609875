//! One side of the market: all sellers, or all buyers.
//!
//! Written in z = −π for sellers and z = λ for buyers, the two sides obey the
//! same law. Trade is w·e^{θ(z_i + z_j − Δc)}, and each party's *room* is
//! r(z) = min(most, volume·e^{−elasticity·z}) − given. The convex potential
//! whose minimum is the equilibrium has the gradient Σf − r(z).

use super::Problem;
use crate::engine::market::LOWEST_PRICE;
use crate::maths::exp;

/// Structure of arrays over the parties of one side.
#[derive(Debug, Clone, Default)]
pub(super) struct Side {
    /// z: −π of a seller, λ of a buyer, in p0.
    pub(super) level: Vec<f64>,
    /// Bounds of z.
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
    /// Volume at z = 0: offer or nomination.
    pub(super) volume: Vec<f64>,
    pub(super) elasticity: Vec<f64>,
    /// Upper limit of the elastic volume.
    pub(super) most: Vec<f64>,
    /// Volume already served by contracts.
    pub(super) given: Vec<f64>,
    /// e^{θz}.
    pub(super) factor: Vec<f64>,
    /// r(z).
    pub(super) room: Vec<f64>,
    /// −r′(z)/θ.
    pub(super) own_slope: Vec<f64>,
    /// Σf over partners.
    pub(super) flow: Vec<f64>,
    /// Σf over partners whose pair is below its cap.
    pub(super) free_flow: Vec<f64>,
    /// Σf − r(z).
    pub(super) gradient: Vec<f64>,
    /// At a bound that the gradient pushes against.
    pub(super) held: Vec<bool>,
    /// Newton step in z, and the point and gradient it starts from.
    pub(super) step: Vec<f64>,
    pub(super) start: Vec<f64>,
    pub(super) start_gradient: Vec<f64>,
    /// Diagonal of the Newton system.
    pub(super) diagonal: Vec<f64>,
}

impl Side {
    pub(super) fn new(most_parties: usize) -> Self {
        let mut side = Self::default();
        for array in side.arrays() {
            array.reserve_exact(most_parties);
        }
        side.held.reserve_exact(most_parties);
        side
    }

    fn arrays(&mut self) -> [&mut Vec<f64>; 17] {
        [
            &mut self.level,
            &mut self.low,
            &mut self.high,
            &mut self.volume,
            &mut self.elasticity,
            &mut self.most,
            &mut self.given,
            &mut self.factor,
            &mut self.room,
            &mut self.own_slope,
            &mut self.flow,
            &mut self.free_flow,
            &mut self.gradient,
            &mut self.step,
            &mut self.start,
            &mut self.start_gradient,
            &mut self.diagonal,
        ]
    }

    fn resize(&mut self, parties: usize) {
        for array in self.arrays() {
            array.resize(parties, 0.0);
        }
        self.held.resize(parties, false);
    }

    pub(super) fn len(&self) -> usize {
        self.level.len()
    }

    /// Becomes the sellers of `problem`, at prices π.
    pub(super) fn load_sellers(&mut self, problem: &Problem, price: &[f64]) {
        self.resize(problem.sellers());
        self.elasticity.copy_from_slice(problem.supply_elasticity);
        self.most.copy_from_slice(problem.offer_max);
        self.given.fill(0.0);
        for (i, price) in price.iter().enumerate() {
            self.volume[i] = problem.on_offer(i);
            let (low, high) = seller_bounds(problem, i);
            (self.low[i], self.high[i]) = (low, high);
            self.level[i] = (-price).clamp(low, high);
        }
    }

    /// Becomes the buyers of `problem`, at prices λ.
    pub(super) fn load_buyers(&mut self, problem: &Problem, price: &[f64]) {
        self.resize(problem.buyers());
        self.elasticity.copy_from_slice(problem.elasticity);
        self.most.fill(f64::INFINITY);
        for (j, price) in price.iter().enumerate() {
            self.volume[j] = problem.nomination[j].max(0.0);
            self.given[j] = problem.contracted[j].max(0.0);
            let (low, high) = buyer_bounds(problem, j);
            (self.low[j], self.high[j]) = (low, high);
            self.level[j] = price.clamp(low, high);
        }
    }

    /// Brings `factor`, `room` and `own_slope` up to date with `level`;
    /// returns the largest |θz|.
    pub(super) fn respond(&mut self, theta: f64) -> f64 {
        let mut largest: f64 = 0.0;
        for k in 0..self.len() {
            let exponent = theta * self.level[k];
            largest = largest.max(exponent.abs());
            self.factor[k] = exp(exponent);
            let volume = self.elastic_volume(k, self.level[k]);
            self.room[k] = volume.min(self.most[k]) - self.given[k];
            let responds = volume < self.most[k];
            self.own_slope[k] = if responds {
                self.elasticity[k] * volume / theta
            } else {
                0.0
            };
        }
        largest
    }

    fn elastic_volume(&self, k: usize, level: f64) -> f64 {
        if self.elasticity[k] == 0.0 {
            self.volume[k]
        } else {
            self.volume[k] * exp((-self.elasticity[k] * level).min(MAX_RESPONSE))
        }
    }

    /// r(z) of party `k` at z = `level`.
    pub(super) fn room_at(&self, k: usize, level: f64) -> f64 {
        self.elastic_volume(k, level).min(self.most[k]) - self.given[k]
    }

    /// Brings `gradient` and `held` up to date; returns the largest imbalance
    /// of a party that is not held, relative to its scale.
    pub(super) fn settle(&mut self) -> f64 {
        let mut worst: f64 = 0.0;
        for k in 0..self.len() {
            let gradient = self.flow[k] - self.room[k];
            self.gradient[k] = gradient;
            self.held[k] = (gradient >= 0.0 && self.level[k] <= self.low[k])
                || (gradient <= 0.0 && self.level[k] >= self.high[k]);
            if !self.held[k] {
                let imbalance = gradient.abs() / self.scale(k);
                worst = worst.max(if imbalance.is_nan() {
                    f64::INFINITY
                } else {
                    imbalance
                });
            }
        }
        worst
    }

    /// The volume that an imbalance of party `k` is measured by: what it would
    /// trade at z = 0, or what it does trade, which for one who responds
    /// sharply may be much more.
    pub(super) fn scale(&self, k: usize) -> f64 {
        self.volume[k].max(self.given[k]).max(self.flow[k])
    }

    /// Moves each party to where it balances if no cap comes to bind or ceases
    /// to, and partners stay.
    pub(super) fn balance(&mut self, theta: f64) {
        for k in (0..self.len()).filter(|&k| self.free_flow[k] > 0.0) {
            let capped = self.flow[k] - self.free_flow[k];
            let ratio = (self.room[k] - capped) / self.free_flow[k];
            let ratio = ratio.clamp(LEAST_RATIO, 1.0 / LEAST_RATIO);
            let change = libm::log(ratio) / (theta + self.elasticity[k]);
            self.level[k] = (self.level[k] + change).clamp(self.low[k], self.high[k]);
        }
    }

    /// Remembers where a step starts.
    pub(super) fn mark(&mut self) {
        self.start.copy_from_slice(&self.level);
        self.start_gradient.copy_from_slice(&self.gradient);
    }

    /// Moves to the projection of start + t·step.
    pub(super) fn displace(&mut self, t: f64) {
        for k in 0..self.len() {
            let target = self.start[k] + t * self.step[k];
            self.level[k] = target.clamp(self.low[k], self.high[k]);
        }
    }

    /// `gradient` · displacement from the start.
    pub(super) fn along(&self, gradient: &[f64]) -> f64 {
        let displacement = self
            .level
            .iter()
            .zip(&self.start)
            .map(|(here, start)| here - start);
        displacement.zip(gradient).map(|(d, g)| d * g).sum()
    }
}

/// Largest exponent of a volume's response to price.
const MAX_RESPONSE: f64 = 200.0;
/// Smallest factor on free flow by which a party is balanced.
const LEAST_RATIO: f64 = 1e-3;

/// −π lies between minus a price no seller can get, since there even choke
/// prices leave him goods, and the deepest discount. A seller without goods
/// has no price: zero.
fn seller_bounds(problem: &Problem, i: usize) -> (f64, f64) {
    let offer = problem.on_offer(i);
    if offer <= 0.0 {
        return (0.0, 0.0);
    }
    let row = i * problem.buyers()..(i + 1) * problem.buyers();
    let customary: f64 = problem.prior[row.clone()].iter().map(|w| w.max(0.0)).sum();
    let cheapest = problem.cost[row]
        .iter()
        .fold(0.0, |low: f64, &c| low.min(c));
    let premium = libm::log((customary / offer).max(1.0)) / problem.dispersion;
    let discount = problem.discount[i].max(0.0);
    (
        -(problem.choke.max(0.0) - cheapest + premium + 1.0),
        discount,
    )
}

/// λ lies between [`LOWEST_PRICE`] and the choke price. A buyer who wants
/// nothing has no price: zero, or the lowest if contracts bring him goods.
fn buyer_bounds(problem: &Problem, j: usize) -> (f64, f64) {
    match (problem.nomination[j] > 0.0, problem.contracted[j] > 0.0) {
        (true, _) => (LOWEST_PRICE, problem.choke.max(LOWEST_PRICE)),
        (false, true) => (LOWEST_PRICE, LOWEST_PRICE),
        (false, false) => (0.0, 0.0),
    }
}
