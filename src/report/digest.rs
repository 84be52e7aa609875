//! What is drawn and said of one focus, read from an outcome once.

use super::column::Column;
use super::origins::{Origin, origins};
use super::policies::Shocks;
use super::tail::Tail;
use super::timeline::Timeline;
use crate::study::{FocusOutcome, Metric, Outcome, Variant};

/// One focus, ready to be drawn.
pub(super) struct Digest<'o> {
    /// Names, units, monthly fans.
    pub(super) focus: &'o FocusOutcome,
    /// The country as it stands within a sentence: `the United States`.
    pub(super) country: String,
    /// A trial counts as short above this share of demand.
    pub(super) short_above: f64,
    /// With every policy.
    pub(super) shocked: Side,
    /// Background policies only.
    pub(super) baseline: Side,
    /// Shortfalls of both.
    pub(super) tail: Tail,
    /// Supply by origin, largest first.
    pub(super) origins: Vec<Origin>,
    /// Months.
    pub(super) timeline: Timeline,
    /// The shocks that can strike it.
    pub(super) shocks: Shocks<'o>,
}

/// One variant.
pub(super) struct Side {
    /// Share of trials that count as short.
    pub(super) share_short: f64,
    /// Shortfalls of these trials [units].
    pub(super) short: Column,
    /// Shortfall over demand, mean over trials.
    pub(super) mean_share: f64,
    /// Means over trials of what is given up because of price, and of what
    /// goes unserved [units].
    pub(super) priced: f64,
    pub(super) unserved: f64,
    /// Price of arrivals [USD per unit].
    pub(super) paid: Column,
    /// Marginal price [USD per unit].
    pub(super) spot: Column,
}

impl<'o> Digest<'o> {
    /// Reads the focus of an index.
    pub(super) fn new(outcome: &'o Outcome, index: usize, focus: &'o FocusOutcome) -> Self {
        let side = |variant| Side::new(variant, outcome.short_above);
        Self {
            focus,
            country: with_article(&focus.country_name),
            short_above: outcome.short_above,
            shocked: side(&focus.shocked),
            baseline: side(&focus.baseline),
            tail: Tail::new(outcome, focus),
            origins: origins(focus),
            timeline: Timeline::new(outcome),
            shocks: Shocks::new(outcome, index),
        }
    }

    /// Trials that were finished.
    pub(super) fn trials(&self) -> usize {
        self.tail.shocked.len()
    }

    /// What it is about: `NdFeB magnets, Japan`.
    pub(super) fn name(&self) -> String {
        format!("{}, {}", self.focus.commodity_name, self.focus.country_name)
    }
}

impl Side {
    fn new(variant: &Variant, short_above: f64) -> Self {
        let column = |metric| Column::new(variant.column(metric));
        let shares = variant.column(Metric::ShortfallShare);
        let volumes = variant.column(Metric::Shortfall).iter().zip(shares);
        let short = volumes.filter(|(_, share)| **share > short_above);
        let short: Vec<f64> = short.map(|(volume, _)| *volume).collect();
        let share = column(Metric::ShortfallShare);
        Self {
            share_short: share.share_above(short_above),
            short: Column::new(&short),
            mean_share: share.mean(),
            priced: column(Metric::RationedByPrice).mean(),
            unserved: column(Metric::Unserved).mean(),
            paid: column(Metric::PricePaid),
            spot: column(Metric::PriceSpot),
        }
    }
}

/// A country's name as it stands within a sentence: `the United States`.
pub(super) fn with_article(name: &str) -> String {
    let words = [
        "Republic", "Union", "Islands", "Emirates", "Kingdom", "States",
    ];
    let plain = [
        "Bahamas",
        "Gambia",
        "Maldives",
        "Netherlands",
        "Philippines",
    ];
    let short = ["EU", "UAE", "UK", "US", "USA"];
    let takes = name.split(' ').any(|word| words.contains(&word))
        || plain.contains(&name)
        || short.contains(&name)
        || name == "Rest of the world";
    match name.strip_prefix("Rest of ") {
        Some(rest) if takes => format!("the rest of {rest}"),
        _ if takes && !name.starts_with("the ") => format!("the {name}"),
        _ => name.to_owned(),
    }
}
