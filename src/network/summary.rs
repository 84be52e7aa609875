//! What `check` prints about a network.

use std::fmt;

use super::Network;
use crate::units::{Date, format_quantity};

/// The network in numbers.
#[derive(Clone, Debug)]
pub struct Summary {
    /// First and last day.
    pub period: (Date, Date),
    /// Number of countries and blocs.
    pub countries: usize,
    /// Number of sites.
    pub sites: usize,
    /// Number of final demands.
    pub demands: usize,
    /// Number of numbers drawn once a trial.
    pub parameters: usize,
    /// Markets, upstream first.
    pub markets: Vec<MarketBalance>,
}

/// A market's base \[units per year\].
#[derive(Clone, Debug)]
pub struct MarketBalance {
    /// Key of the commodity.
    pub commodity: String,
    /// Unit of volumes.
    pub unit: String,
    /// Recipe steps from a source.
    pub stage: u8,
    /// Number of sellers and buyers.
    pub shape: (usize, usize),
    /// What sites make.
    pub supply: f64,
    /// What plants draw.
    pub draws: f64,
    /// What final users use.
    pub finals: f64,
    /// What crosses borders.
    pub traded: f64,
    /// Factor that closes the gap.
    pub factor: f64,
}

impl Network {
    /// The network in numbers.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            period: (self.calendar.start(), self.calendar.date_of(self.horizon)),
            countries: self.countries.len(),
            sites: self.sites.len(),
            demands: self
                .demands
                .iter()
                .filter(|d| d.user == super::User::Final)
                .count(),
            parameters: self.parameters.len(),
            markets: (0..self.markets.len())
                .map(|m| self.market_balance(m))
                .collect(),
        }
    }

    fn market_balance(&self, index: usize) -> MarketBalance {
        let (m, balance) = (&self.markets[index], &self.base.balances[index]);
        let abroad = m.pairs.clone().filter(|p| !self.pairs[*p].domestic);
        let traded: f64 = abroad.map(|p| self.base.flow[p]).sum();
        MarketBalance {
            commodity: m.key.clone(),
            unit: m.unit.clone(),
            stage: m.stage,
            shape: m.shape(),
            supply: balance.supply * 365.25,
            draws: balance.draws * 365.25,
            finals: balance.finals * 365.25,
            traded: traded * 365.25,
            factor: balance.factor,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} to {}: {} countries, {} sites, {} final demands, {} uncertain numbers",
            self.period.0, self.period.1, self.countries, self.sites, self.demands, self.parameters
        )?;
        writeln!(
            f,
            "{:<18} {:>5} {:>9} {:>16} {:>16} {:>16} {:>16} {:>7}",
            "commodity",
            "stage",
            "sell×buy",
            "supply/yr",
            "plants/yr",
            "final/yr",
            "traded/yr",
            "scaled"
        )?;
        for m in &self.markets {
            let amount = |x: f64| format_quantity(x, &m.unit);
            writeln!(
                f,
                "{:<18} {:>5} {:>9} {:>16} {:>16} {:>16} {:>16} {:>7.3}",
                m.commodity,
                m.stage,
                format!("{}×{}", m.shape.0, m.shape.1),
                amount(m.supply),
                amount(m.draws),
                amount(m.finals),
                amount(m.traded),
                m.factor
            )?;
        }
        Ok(())
    }
}
