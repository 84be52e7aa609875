//! What a sweep found.

use serde::{Deserialize, Serialize};

use super::Outline;
use crate::scenario::sweep::Level;
use crate::stats::{Estimate, Point};
use crate::study::{FocusOutcome, Metric, Side};
use crate::units::PriceUnit;

/// What a sweep found: with the table of all measures, enough to write every
/// output.
#[derive(Clone, Debug)]
pub struct SweepOutcome {
    /// What the sweep is; its stamp has the hash of its file and of all that its
    /// scenario reads, and trials a point.
    pub outline: Outline,
    /// The points, in the order of the design.
    pub points: Vec<SweepPoint>,
}

/// A commodity and a country that a sweep reports on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepFocus {
    /// Key of the commodity.
    pub commodity: String,
    /// Its name.
    pub commodity_name: String,
    /// Code of the country.
    pub country: String,
    /// Its name.
    pub country_name: String,
    /// Unit of volumes.
    pub unit: String,
    /// The unit in which reports tell prices.
    pub price_unit: PriceUnit,
}

impl From<FocusOutcome> for SweepFocus {
    fn from(focus: FocusOutcome) -> Self {
        Self {
            commodity: focus.commodity,
            commodity_name: focus.commodity_name,
            country: focus.country,
            country_name: focus.country_name,
            unit: focus.unit,
            price_unit: focus.price_unit,
        }
    }
}

/// One point of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepPoint {
    /// The level of each factor.
    pub levels: Vec<Level>,
    /// What was found there, or why nothing was.
    pub found: Result<Found, String>,
}

/// What was found at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Trials that were finished.
    pub completed: u64,
    /// Trials that failed.
    pub failed: u64,
    /// The responses: those of the first focus, then those of the next.
    pub shown: Vec<Shown>,
}

/// A response at a point: a statistic of a metric over the trials, and how the
/// metric itself is spread over them. In the unit of [`Metric::unit`]; of the
/// statistic [`Statistic::Any`], `at` is a share. Times to survive may be
/// infinite, which is never; NaN is what there was nothing to compute from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// The statistic, with its Monte Carlo standard error.
    pub at: Estimate,
    /// 5th percentile of the metric over trials.
    pub p05: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// What is smaller, in any unit, comes from sums in another order.
const ROUNDING: f64 = 1e-9;

impl Shown {
    /// The same with nothing in place of what only rounding has left.
    #[must_use]
    pub fn without_rounding(&self) -> Self {
        let plain = |value: f64| if value.abs() < ROUNDING { 0.0 } else { value };
        Self {
            at: Estimate {
                value: plain(self.at.value),
                se: plain(self.at.se),
            },
            p05: plain(self.p05),
            p50: plain(self.p50),
            p95: plain(self.p95),
        }
    }
}

/// What a picture shows of every point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// What is measured in each trial.
    pub metric: Metric,
    /// With the shocks, without, or the difference.
    pub side: Side,
    /// What is said of the trials.
    pub statistic: Statistic,
}

/// A statistic of the trials of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Statistic {
    /// Their mean.
    Mean,
    /// The share of trials in which there is any, as in
    /// [`Measures::p_any`](crate::study::Measures::p_any).
    Any,
    /// Median.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    P95,
    /// Mean of the worst twentieth of trials.
    CvarP95,
}

impl Response {
    /// The response of these names: of a metric, a side and a statistic.
    #[must_use]
    pub fn named((metric, side, statistic): (&str, &str, &str)) -> Option<Self> {
        let mut metrics = Metric::ALL.into_iter();
        let mut sides = Side::ALL.into_iter();
        let mut statistics = Statistic::ALL.into_iter();
        Some(Self {
            metric: metrics.find(|known| known.name() == metric)?,
            side: sides.find(|known| known.name() == side)?,
            statistic: statistics.find(|known| known.name() == statistic)?,
        })
    }
}

impl Statistic {
    /// All of them, in the order of their names in files.
    pub const ALL: [Self; 6] = [
        Self::Mean,
        Self::Any,
        Self::P50,
        Self::P90,
        Self::P95,
        Self::CvarP95,
    ];

    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Any => "p_any",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::CvarP95 => "cvar_p95",
        }
    }
}

/// The exceedance curves of a point: of the share of demand that is short, with
/// every policy and in the baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct PointCurves {
    /// Index of the point.
    pub point: usize,
    /// A pair of curves a focus.
    pub focus: Vec<Tails>,
}

/// Exceedance curves of the shortfall as a share of demand over the horizon.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tails {
    /// With every policy.
    pub shocked: Vec<Point>,
    /// Background policies only.
    pub baseline: Vec<Point>,
}
