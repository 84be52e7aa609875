//! What is drawn and said of one focus: numbers of a fixed count, however many
//! trials there are.

use super::column::Column;
use super::histogram::{self, BINS};
use super::origins::{Origin, origins};
use super::policies::Shocks;
use super::tail::Tail;
use super::timeline::Timeline;
use crate::study::{ColumnError, Columns, FocusOutcome, Metric, Outcome, Which};

/// One focus, ready to be drawn.
pub(super) struct Digest<'o> {
    /// Names, units, monthly fans.
    pub(super) focus: &'o FocusOutcome,
    /// The country as it stands within a sentence: `the United States`.
    pub(super) country: String,
    /// Reference price, in the unit in which prices are told.
    pub(super) price: f64,
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
    /// How many those are.
    pub(super) trials_short: usize,
    /// Their shortfalls [units].
    pub(super) short: Spread,
    /// The share of all trials that is short and in each bin of the axis of
    /// shortfalls.
    pub(super) bins: [f64; BINS],
    /// Shortfall over demand.
    pub(super) share: Spread,
    /// Shortfall in days of use, mean over trials.
    pub(super) days: f64,
    /// Means over trials of what is given up because of price, and of what
    /// goes unserved [units].
    pub(super) priced: f64,
    pub(super) unserved: f64,
    /// Price of arrivals, in the unit in which prices are told.
    pub(super) paid: Spread,
    /// Marginal price, likewise.
    pub(super) spot: Spread,
    /// What imports cost, mean over trials [USD].
    pub(super) bill: f64,
    /// Volume drawn from the state reserve [units].
    pub(super) drawn: Spread,
}

/// How values spread over trials; all zero if there are none.
pub(super) struct Spread {
    /// Mean.
    pub(super) mean: f64,
    /// Largest.
    pub(super) most: f64,
    /// Outer band: 5th and 95th percentile.
    pub(super) outer: [f64; 2],
    /// Inner band: 25th and 75th percentile.
    pub(super) inner: [f64; 2],
}

impl Spread {
    fn new(column: &Column) -> Self {
        Self {
            mean: column.mean(),
            most: column.most(),
            outer: [0.05, 0.95].map(|p| column.quantile(p)),
            inner: [0.25, 0.75].map(|p| column.quantile(p)),
        }
    }

    /// In a unit of which there are so many in one of this.
    fn times(self, factor: f64) -> Self {
        Self {
            mean: self.mean * factor,
            most: self.most * factor,
            outer: self.outer.map(|value| value * factor),
            inner: self.inner.map(|value| value * factor),
        }
    }
}

/// The columns of one focus, read when they are needed.
pub(super) struct Trials<'c> {
    columns: &'c dyn Columns,
    focus: usize,
}

impl Trials<'_> {
    /// The values of a metric, in the order of the trials.
    fn values(&self, which: Which, metric: Metric) -> Result<Vec<f64>, ColumnError> {
        self.columns.metric(self.focus, which, metric)
    }

    /// The values of a metric, sorted.
    pub(super) fn column(&self, which: Which, metric: Metric) -> Result<Column, ColumnError> {
        Ok(Column::new(self.values(which, metric)?))
    }

    /// Shortfalls of the trials that count as short, sorted [units].
    fn short(&self, which: Which, short_above: f64) -> Result<Column, ColumnError> {
        let mut volumes = self.values(which, Metric::Shortfall)?;
        let mut shares = self.values(which, Metric::ShortfallShare)?.into_iter();
        volumes.retain(|_| shares.next().is_some_and(|share| share > short_above));
        Ok(Column::new(volumes))
    }
}

impl<'o> Digest<'o> {
    /// Reads the focus of an index.
    pub(super) fn new(
        outcome: &'o Outcome,
        (index, focus): (usize, &'o FocusOutcome),
        columns: &dyn Columns,
    ) -> Result<Self, ColumnError> {
        let trials = Trials {
            columns,
            focus: index,
        };
        let tail = Tail::new(outcome, focus, &trials)?;
        let times = focus.price_unit.times;
        let side = |which| Side::new(&trials, which, outcome.short_above, (&tail, times));
        Ok(Self {
            focus,
            country: with_article(&focus.country_name),
            price: focus.price * times,
            short_above: outcome.short_above,
            shocked: side(Which::Shocked)?,
            baseline: side(Which::Baseline)?,
            tail,
            origins: origins(focus),
            timeline: Timeline::new(outcome),
            shocks: Shocks::new(outcome, index),
        })
    }

    /// Trials that were finished.
    pub(super) fn trials(&self) -> usize {
        self.tail.shocked.trials
    }

    /// Size of the state reserve, if there is one [units].
    pub(super) fn reserve(&self) -> Option<f64> {
        self.focus.reserve.filter(|size| *size > 0.0)
    }

    /// What it is about: `NdFeB magnets, Japan`.
    pub(super) fn name(&self) -> String {
        format!("{}, {}", self.focus.commodity_name, self.focus.country_name)
    }
}

impl Side {
    fn new(
        trials: &Trials<'_>,
        which: Which,
        short_above: f64,
        (tail, times): (&Tail, f64),
    ) -> Result<Self, ColumnError> {
        let column = |metric| trials.column(which, metric);
        let spread = |metric| Ok::<_, ColumnError>(Spread::new(&column(metric)?));
        let price = |metric| Ok::<_, ColumnError>(spread(metric)?.times(times));
        let short = trials.short(which, short_above)?;
        let share = column(Metric::ShortfallShare)?;
        Ok(Self {
            share_short: share.share_above(short_above),
            trials_short: short.len(),
            short: Spread::new(&short),
            bins: histogram::bins(&short, tail),
            share: Spread::new(&share),
            days: column(Metric::ShortfallDays)?.mean(),
            priced: column(Metric::RationedByPrice)?.mean(),
            unserved: column(Metric::Unserved)?.mean(),
            paid: price(Metric::PricePaid)?,
            spot: price(Metric::PriceSpot)?,
            bill: column(Metric::ImportBill)?.mean(),
            drawn: spread(Metric::ReserveDrawn)?,
        })
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
