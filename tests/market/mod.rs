//! Markets to test clearing on, with arrays that own their numbers.

use shortfall::engine::market::{Clearing, ClearingError, Problem, Rule, Solution};
use shortfall::network::balance::{fill_missing, ras};

/// A [`Problem`] that owns its arrays.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    pub(crate) prior: Vec<f64>,
    pub(crate) offer: Vec<f64>,
    pub(crate) offer_max: Vec<f64>,
    pub(crate) supply_elasticity: Vec<f64>,
    pub(crate) discount: Vec<f64>,
    pub(crate) nomination: Vec<f64>,
    pub(crate) contracted: Vec<f64>,
    pub(crate) elasticity: Vec<f64>,
    pub(crate) cost: Vec<f64>,
    pub(crate) cap: Vec<f64>,
    pub(crate) domestic: Vec<bool>,
    pub(crate) dispersion: f64,
    pub(crate) choke: f64,
}

impl Market {
    /// No costs, caps, contracts or supply response; θ = 10, ε = 0.25,
    /// φ = 0.5, λ_max = 9.
    pub(crate) fn new(prior: Vec<f64>, offer: Vec<f64>, nomination: Vec<f64>) -> Self {
        let (sellers, buyers) = (offer.len(), nomination.len());
        Self {
            offer_max: offer.clone(),
            supply_elasticity: vec![0.0; sellers],
            discount: vec![0.5; sellers],
            contracted: vec![0.0; buyers],
            elasticity: vec![0.25; buyers],
            cost: vec![0.0; sellers * buyers],
            cap: vec![f64::INFINITY; sellers * buyers],
            domestic: vec![false; sellers * buyers],
            dispersion: 10.0,
            choke: 9.0,
            prior,
            offer,
            nomination,
        }
    }

    pub(crate) fn problem(&self) -> Problem<'_> {
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
            choke: self.choke,
        }
    }

    pub(crate) fn sellers(&self) -> usize {
        self.offer.len()
    }

    pub(crate) fn buyers(&self) -> usize {
        self.nomination.len()
    }

    /// Clears from a cold start.
    pub(crate) fn clear(&self, rule: Rule) -> Result<Solution, ClearingError> {
        let mut solution = Solution::new(self.sellers(), self.buyers());
        self.clear_from(rule, &mut solution)?;
        Ok(solution)
    }

    /// Clears from the prices of an earlier solution.
    pub(crate) fn clear_from(
        &self,
        rule: Rule,
        solution: &mut Solution,
    ) -> Result<(), ClearingError> {
        Clearing::new(self.sellers(), self.buyers()).clear(rule, &self.problem(), solution)
    }
}

/// World crude trade in 2024, mb/d, missing pairs filled and balanced.
#[derive(Debug, Clone)]
pub(crate) struct Crude {
    pub(crate) exporters: Vec<String>,
    pub(crate) importers: Vec<String>,
    pub(crate) market: Market,
}

impl Crude {
    pub(crate) fn load() -> Self {
        let text = include_str!("../fixtures/crude-matrix.csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names = |record: &csv::StringRecord| record.iter().skip(1).map(str::to_owned).collect();
        let importers: Vec<String> = names(reader.headers().unwrap());
        let (mut exporters, mut matrix) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = record.unwrap();
            exporters.push(record[0].to_owned());
            matrix.extend(
                record
                    .iter()
                    .skip(1)
                    .map(|cell| cell.parse::<f64>().unwrap()),
            );
        }
        let market = balanced(matrix, exporters.len(), importers.len());
        Self {
            exporters,
            importers,
            market,
        }
    }

    pub(crate) fn exporter(&self, name: &str) -> usize {
        self.exporters.iter().position(|n| n == name).unwrap()
    }

    pub(crate) fn importer(&self, name: &str) -> usize {
        self.importers.iter().position(|n| n == name).unwrap()
    }
}

/// At least 2 % of proportional trade in every pair, as the reference has it.
fn balanced(mut matrix: Vec<f64>, sellers: usize, buyers: usize) -> Market {
    let (rows, columns) = margins(&matrix, sellers, buyers);
    let total: f64 = rows.iter().sum();
    for (pair, cell) in matrix.iter_mut().enumerate() {
        *cell = cell.max(0.02 * rows[pair / buyers] * columns[pair % buyers] / total);
    }
    fill_missing(
        &mut matrix,
        &rows,
        &columns,
        0.02,
        &vec![false; sellers * buyers],
    );
    ras(&mut matrix, &rows, &columns).unwrap();
    let (rows, columns) = margins(&matrix, sellers, buyers);
    Market::new(matrix, rows, columns)
}

/// Row and column sums.
pub(crate) fn margins(matrix: &[f64], sellers: usize, buyers: usize) -> (Vec<f64>, Vec<f64>) {
    let rows = (0..sellers).map(|i| matrix[i * buyers..(i + 1) * buyers].iter().sum());
    let columns = (0..buyers).map(|j| matrix.iter().skip(j).step_by(buyers).sum());
    (rows.collect(), columns.collect())
}

/// SplitMix64: random markets that are the same everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53)
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub(crate) fn pick(&mut self, from: &[f64]) -> f64 {
        from[(self.unit() * from.len() as f64) as usize]
    }

    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + (self.unit() * (high - low + 1) as f64) as usize
    }

    /// Log-normal with median 1 and σ = 1.5.
    fn volume(&mut self) -> f64 {
        let (u, v) = (1.0 - self.unit(), self.unit());
        (1.5 * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()).exp()
    }

    /// A market with bans, quotas, discounts, contracts, sellers without
    /// goods and sometimes two halves that never trade.
    pub(crate) fn market(&mut self, most_parties: usize) -> Market {
        let (sellers, buyers) = (self.between(2, most_parties), self.between(2, most_parties));
        let split = self.chance(0.2);
        let prior: Vec<f64> = (0..sellers * buyers)
            .map(|k| {
                let apart = split && (k / buyers < sellers / 2) != (k % buyers < buyers / 2);
                if self.chance(0.3) || apart {
                    0.0
                } else {
                    self.volume()
                }
            })
            .collect();
        let (rows, columns) = margins(&prior, sellers, buyers);
        let offer = rows
            .iter()
            .map(|s| s * self.pick(&[0.0, 0.05, 0.5, 1.0, 1.5]))
            .collect();
        let nomination: Vec<f64> = columns
            .iter()
            .map(|n| (n + 0.1) * self.pick(&[0.5, 1.0, 1.3]))
            .collect();
        let mut market = Market::new(prior, offer, nomination);
        self.disturb(&mut market);
        market
    }

    fn disturb(&mut self, market: &mut Market) {
        market.dispersion = self.pick(&[5.0, 10.0, 30.0]);
        for pair in 0..market.prior.len() {
            market.cost[pair] = self.pick(&[0.0, 0.0, 0.2, 1.0]);
            market.cap[pair] = match self.unit() {
                u if u < 0.15 => 0.0,
                u if u < 0.35 => 0.5 * market.prior[pair],
                _ => f64::INFINITY,
            };
            market.domestic[pair] = self.chance(0.1);
        }
        for i in 0..market.sellers() {
            market.discount[i] = self.pick(&[0.0, 0.5, 0.5, 0.8]);
            market.supply_elasticity[i] = self.pick(&[0.0, 0.0, 0.1, 0.5]);
            market.offer_max[i] = market.offer[i] * self.pick(&[1.0, 1.1, 1.5]);
        }
        for j in 0..market.buyers() {
            market.elasticity[j] = self.pick(&[0.02, 0.1, 0.3]);
            market.contracted[j] =
                market.nomination[j] * self.pick(&[0.0, 0.0, 0.0, 0.4, 0.8, 1.1]);
        }
    }
}
