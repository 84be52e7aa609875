//! Market clearing: who gets how much, at what price.
//!
//! A [`Problem`] is one commodity over one window: what each seller offers,
//! what each buyer nominates, and the gates and costs between them. A [`Rule`]
//! says how it clears; [`Clearing`] holds the memory that clearing needs, so
//! that a trial allocates nothing.

mod contract_first;
mod cooperative;
mod domestic_first;
mod equilibrium;
mod pro_rata;

use cooperative::Cooperative;
use equilibrium::Equilibrium;
use pro_rata::Rationing;

pub use crate::scenario::Rule;

/// The lowest price deviation of a buyer, in units of the reference price p0:
/// a price stays above zero.
pub const LOWEST_PRICE: f64 = -0.95;

/// One market to clear over one window.
///
/// With I sellers and J buyers. Volumes are in the commodity's unit over the
/// window, prices are deviations from reference in units of p0. Pair arrays
/// are row-major, sellers × buyers. Volumes below zero count as zero.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// w, I×J, at least 0: the trade expected at reference prices. 0 is a
    /// structural zero, a pair that never trades.
    pub prior: &'a [f64],
    /// S_i, I: what a seller offers at π = 0, contracts already taken out.
    pub offer: &'a [f64],
    /// S̄_i, I, at least S_i: the most a seller can offer at any price.
    pub offer_max: &'a [f64],
    /// σ_i, I, at least 0: price elasticity of the offer.
    pub supply_elasticity: &'a [f64],
    /// φ_i, I, at least 0: the deepest discount a seller gives before it
    /// keeps its goods.
    pub discount: &'a [f64],
    /// N_j, J: what a buyer wants in total at λ = 0, contracts included.
    pub nomination: &'a [f64],
    /// C_j, J: what contracts already bring a buyer.
    pub contracted: &'a [f64],
    /// ε_j, J, at least 0: price elasticity of demand. 0 is vertical demand.
    pub elasticity: &'a [f64],
    /// Δc, I×J: change of delivered cost from the base, in p0.
    pub cost: &'a [f64],
    /// u_ij, I×J: the most a pair may trade. Infinity is no limit, 0 a ban.
    pub cap: &'a [f64],
    /// I×J: seller and buyer are in the same country.
    pub domestic: &'a [bool],
    /// θ, above 0: how sharply trade follows prices, per p0.
    pub dispersion: f64,
    /// λ_max, at least 0: the price deviation at which a buyer goes without.
    pub choke: f64,
}

impl Problem<'_> {
    /// I, the number of sellers.
    #[must_use]
    pub fn sellers(&self) -> usize {
        self.offer.len()
    }

    /// J, the number of buyers.
    #[must_use]
    pub fn buyers(&self) -> usize {
        self.nomination.len()
    }

    /// Whether every array has the length that I and J demand.
    fn is_well_formed(&self) -> bool {
        let (i, j) = (self.sellers(), self.buyers());
        let per_seller = [self.offer_max, self.supply_elasticity, self.discount];
        let per_buyer = [self.contracted, self.elasticity];
        let per_pair = [self.prior, self.cost, self.cap];
        per_seller.iter().all(|a| a.len() == i)
            && per_buyer.iter().all(|a| a.len() == j)
            && per_pair.iter().all(|a| a.len() == i * j)
            && self.domestic.len() == i * j
    }

    /// What seller `i` has for sale at π = 0.
    fn on_offer(&self, i: usize) -> f64 {
        self.offer[i].min(self.offer_max[i]).max(0.0)
    }

    /// What buyer `j` still wants at λ = 0 once contracts are served.
    fn open_nomination(&self, j: usize) -> f64 {
        (self.nomination[j] - self.contracted[j].max(0.0)).max(0.0)
    }
}

/// The outcome of a clearing; before it, the warm start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Solution {
    /// Spot trade, I×J, row-major sellers × buyers. Contracts are apart.
    pub flow: Vec<f64>,
    /// λ, J: price deviation each buyer faces, in p0. In: the last clearing's.
    pub buyer_price: Vec<f64>,
    /// π, I: price deviation each seller gets, in p0. In: the last clearing's.
    pub seller_price: Vec<f64>,
    /// v, J: nomination that found nothing, in the commodity's unit.
    pub unmet: Vec<f64>,
    /// Newton steps taken; rounds of sharing for the rules without prices.
    pub iterations: u32,
    /// The largest imbalance of a seller or buyer, relative to its own
    /// volume; 0 for the rules without prices.
    pub residual: f64,
}

impl Solution {
    /// A cold start for a market of this size: all zero.
    #[must_use]
    pub fn new(sellers: usize, buyers: usize) -> Self {
        Self {
            flow: vec![0.0; sellers * buyers],
            buyer_price: vec![0.0; buyers],
            seller_price: vec![0.0; sellers],
            unmet: vec![0.0; buyers],
            iterations: 0,
            residual: 0.0,
        }
    }

    fn fits(&self, sellers: usize, buyers: usize) -> bool {
        self.flow.len() == sellers * buyers
            && self.buyer_price.len() == buyers
            && self.unmet.len() == buyers
            && self.seller_price.len() == sellers
    }
}

/// Why a market did not clear.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClearingError {
    /// Prices did not settle.
    #[error("market did not clear: relative residual {residual:.1e}")]
    NotConverged {
        /// What was left, relative to the volume of the worst seller or buyer.
        residual: f64,
    },
    /// An array of the problem or solution has the wrong length, or the market
    /// is larger than the memory set aside for it.
    #[error("market of {sellers} sellers and {buyers} buyers does not fit its arrays")]
    Shape {
        /// I.
        sellers: usize,
        /// J.
        buyers: usize,
    },
    /// θ is not a positive number.
    #[error("dispersion must be positive, not {0}")]
    Dispersion(f64),
}

/// Clears markets of up to a given size without allocating.
#[derive(Debug, Clone)]
pub struct Clearing {
    max_sellers: usize,
    max_buyers: usize,
    equilibrium: Equilibrium,
    rationing: Rationing,
    cooperative: Cooperative,
}

impl Clearing {
    /// Memory for markets of at most this many sellers and buyers.
    #[must_use]
    pub fn new(max_sellers: usize, max_buyers: usize) -> Self {
        Self {
            max_sellers,
            max_buyers,
            equilibrium: Equilibrium::new(max_sellers, max_buyers),
            rationing: Rationing::new(max_sellers, max_buyers),
            cooperative: Cooperative::new(max_sellers, max_buyers),
        }
    }

    /// Clears `problem` by `rule`, from the prices in `solution` into
    /// `solution`.
    ///
    /// # Errors
    ///
    /// [`ClearingError::Shape`] if arrays disagree in length or exceed what
    /// [`Clearing::new`] was told; [`ClearingError::Dispersion`] and
    /// [`ClearingError::NotConverged`] under [`Rule::Equilibrium`] only. Flows
    /// and prices then stay as they were.
    pub fn clear(
        &mut self,
        rule: Rule,
        problem: &Problem,
        solution: &mut Solution,
    ) -> Result<(), ClearingError> {
        self.check(problem, solution)?;
        match rule {
            Rule::Equilibrium => return self.equilibrium.clear(problem, solution),
            Rule::ProRata => pro_rata::clear(&mut self.rationing, problem, solution),
            Rule::ContractFirst => contract_first::clear(&mut self.rationing, problem, solution),
            Rule::DomesticFirst => domestic_first::clear(&mut self.rationing, problem, solution),
            Rule::Cooperative => self.cooperative.clear(problem, solution),
        }
        without_prices(problem, solution);
        Ok(())
    }

    fn check(&self, problem: &Problem, solution: &Solution) -> Result<(), ClearingError> {
        let (sellers, buyers) = (problem.sellers(), problem.buyers());
        let has_room = sellers <= self.max_sellers && buyers <= self.max_buyers;
        if has_room && problem.is_well_formed() && solution.fits(sellers, buyers) {
            Ok(())
        } else {
            Err(ClearingError::Shape { sellers, buyers })
        }
    }
}

/// Completes the outcome of a rule that only shares out volumes.
fn without_prices(problem: &Problem, solution: &mut Solution) {
    solution.buyer_price.fill(0.0);
    solution.seller_price.fill(0.0);
    solution.residual = 0.0;
    for (j, unmet) in solution.unmet.iter_mut().enumerate() {
        *unmet = problem.open_nomination(j);
    }
    for row in solution.flow.chunks_exact(problem.buyers().max(1)) {
        for (unmet, flow) in solution.unmet.iter_mut().zip(row) {
            *unmet = (*unmet - flow).max(0.0);
        }
    }
}

/// Which pairs may trade under the rules without prices: not banned, and
/// neither a structural zero, unless the prior is zero throughout.
#[derive(Debug, Clone, Copy)]
struct Pairs<'a> {
    prior: &'a [f64],
    cap: &'a [f64],
    any_prior: bool,
}

impl<'a> Pairs<'a> {
    fn of(problem: &Problem<'a>) -> Self {
        Self {
            prior: problem.prior,
            cap: problem.cap,
            any_prior: problem.prior.iter().any(|&w| w > 0.0),
        }
    }

    /// The most each pair may trade, in order.
    fn caps(self) -> impl Iterator<Item = f64> + Clone {
        let pairs = self.prior.iter().zip(self.cap);
        pairs.map(move |(prior, cap)| {
            if (self.any_prior && *prior <= 0.0) || *cap < 0.0 {
                0.0
            } else {
                *cap
            }
        })
    }
}

#[cfg(test)]
mod tests;
