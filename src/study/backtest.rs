//! Trials of a scenario against what was observed.
//!
//! Of each month that was observed the trials give a predictive distribution of
//! the trade that customs count. It is scored beside two forecasts that know
//! nothing of the model: that the shocks have no effect, and that a month is as
//! the last one observed before it.

use std::sync::atomic::AtomicBool;

use thiserror::Error;

use super::{About, Cause, Fan, Outcome, Plan, Progress, Sink, StudyError, TrialRow, run};
use crate::engine::Model;
use crate::network::{Counted, Network, Watch};
use crate::scenario::{Counting, CountryId, Observation, Observed, Scenario, Series};
use crate::stats::{crps, pit, quantile};
use crate::units::Date;

/// Most numbers that are kept at a time: half a gigabyte.
const MOST_KEPT: u64 = 1 << 26;

/// What trials foretold, and how it compares to what was observed.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// The trials themselves.
    pub outcome: Outcome,
    /// One entry a series of observations, in their order.
    pub series: Vec<Foretold>,
}

/// Monthly trade of one kind, foretold and observed, in its unit.
#[derive(Clone, Debug)]
pub struct Foretold {
    /// Its name.
    pub title: String,
    /// Its unit, as the observations have it.
    pub unit: String,
    /// Whether that is a volume per time, else one a month.
    pub is_rate: bool,
    /// First days of the whole months of the scenario.
    pub months: Vec<Date>,
    /// What the trials foretell of each.
    pub fan: Fan,
    /// The mean without the shocks.
    pub baseline: Vec<f64>,
    /// What was observed before those months.
    pub before: Vec<(Date, f64)>,
    /// The months that were observed, in order.
    pub scored: Vec<Scored>,
    /// The scores over them.
    pub scores: Scores,
}

/// A month that was observed, in the unit of its series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Its first day.
    pub month: Date,
    /// What was observed.
    pub observed: f64,
    /// Mean over trials.
    pub mean: f64,
    /// The same without the shocks.
    pub baseline: f64,
    /// Quantiles over trials: of 5, 25, 50, 75 and 95 %.
    pub quantiles: [f64; 5],
    /// Continuous ranked probability score.
    pub crps: f64,
    /// Share of trials below what was observed.
    pub pit: f64,
    /// What would have been expected without the shocks: as stated with the
    /// observations, else the mean of the baseline.
    pub no_effect: f64,
    /// What was last observed before it; without that, as without the shocks.
    pub last_month: f64,
}

/// Scores of a series: means over its observed months, in its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Continuous ranked probability score.
    pub crps: f64,
    /// Mean distance of what was expected without the shocks, which is the
    /// same score of that forecast.
    pub crps_no_effect: f64,
    /// Mean distance of the month before, likewise.
    pub crps_last_month: f64,
    /// Root of the mean squared error of the mean over trials.
    pub rmse: f64,
    /// The same of what was expected without the shocks.
    pub rmse_no_effect: f64,
    /// The same of the month before.
    pub rmse_last_month: f64,
    /// Months within the middle half of the trials.
    pub within_50: usize,
    /// Months within the middle nine tenths.
    pub within_90: usize,
}

/// Why a scenario cannot be compared to observations.
#[derive(Debug, Error)]
pub enum BacktestError {
    /// They have nothing in common.
    #[error(
        "no month that was observed lies wholly within the scenario, which runs from {from} to {to}"
    )]
    NoMonth {
        /// First day of the scenario.
        from: Date,
        /// The day after its last.
        to: Date,
    },
    /// Nobody trades so.
    #[error("the scenario has no trade of “{title}”: in {commodity} from {from} to {to}")]
    NoTrade {
        /// Name of the series.
        title: String,
        /// Key of the commodity.
        commodity: String,
        /// Codes, or `all`.
        from: String,
        /// Codes, or `all`.
        to: String,
    },
    /// It would not fit into memory.
    #[error(
        "{trials} trials of {cells} monthly values are too many to keep: at most {most} trials"
    )]
    TooMany {
        /// Trials asked for.
        trials: u64,
        /// Monthly values in each.
        cells: u64,
        /// Trials there is room for.
        most: u64,
    },
    /// The trials could not be run.
    #[error(transparent)]
    Study(#[from] StudyError),
}

/// A scenario that can be compared with observations.
#[derive(Debug)]
pub struct Comparison<'o> {
    model: Model,
    observed: &'o Observed,
    /// Month bins that are whole months, and their first days.
    months: Vec<(usize, Date)>,
}

impl<'o> Comparison<'o> {
    /// Finds in a scenario the trade that was observed.
    ///
    /// # Errors
    ///
    /// If it has no month or no trade that was observed, or the trials would
    /// not fit into memory.
    pub fn new(
        scenario: &Scenario,
        mut model: Model,
        observed: &'o Observed,
        trials: u64,
    ) -> Result<Self, BacktestError> {
        let n = &model.network;
        let watches = observed
            .series
            .iter()
            .map(|series| watch(n, scenario, series));
        let watches = watches.collect::<Result<_, _>>()?;
        model.network.watch(watches);
        let n = &model.network;
        let months = whole_months(n);
        let is_known = |o: &Observation| months.iter().any(|(_, date)| *date == o.month);
        if !observed
            .series
            .iter()
            .any(|s| s.months.iter().any(is_known))
        {
            return Err(BacktestError::NoMonth {
                from: scenario.start,
                to: n.calendar.date_of(n.horizon),
            });
        }
        Kept::new(n, observed.series.len(), trials)?;
        Ok(Self {
            model,
            observed,
            months,
        })
    }

    /// Runs the trials and scores them.
    ///
    /// # Errors
    ///
    /// If the trials do not fit into memory, or none can be run.
    pub fn run(
        &self,
        (about, plan): (&About, &Plan),
        progress: &dyn Progress,
        stop: &AtomicBool,
    ) -> Result<Backtest, BacktestError> {
        let (n, observed) = (&self.model.network, self.observed);
        let mut kept = Kept::new(n, observed.series.len(), plan.trials)?;
        let outcome = run(&self.model, about, plan, &mut kept, progress, stop)?;
        let series = observed.series.iter().enumerate();
        let series = series.map(|(at, series)| foretell(series, &self.months, n, &kept.of(at)));
        Ok(Backtest {
            series: series.collect(),
            outcome,
        })
    }
}

/// The pairs of a series; those within a country are no trade.
fn watch(n: &Network, scenario: &Scenario, series: &Series) -> Result<Watch, BacktestError> {
    let codes = |ids: &[CountryId]| -> Vec<String> {
        let codes = ids.iter().map(|id| scenario.countries[id.0].code.clone());
        codes.collect()
    };
    let (from, to) = (codes(&series.from), codes(&series.to));
    let is_of = |country: usize, codes: &[String]| {
        codes.is_empty() || codes.contains(&n.countries[country].0)
    };
    let commodity = &scenario.commodities[series.commodity.0].key;
    let market = n.markets.iter().find(|market| market.key == *commodity);
    let pairs = market.map_or(0..0, |market| market.pairs.clone());
    let pairs = pairs.filter(|pair| {
        let pair = &n.pairs[*pair];
        let seller = n.sellers[pair.seller as usize].country;
        let buyer = n.buyers[pair.buyer as usize].country;
        seller != buyer && is_of(seller, &from) && is_of(buyer, &to)
    });
    let pairs: Vec<u32> = pairs.map(|pair| pair as u32).collect();
    if pairs.is_empty() {
        let said = |codes: Vec<String>| match codes.is_empty() {
            true => "all".to_owned(),
            false => codes.join(" and "),
        };
        return Err(BacktestError::NoTrade {
            title: series.title.clone(),
            commodity: commodity.clone(),
            from: said(from),
            to: said(to),
        });
    }
    let counted = match series.counted {
        Counting::Exports => Counted::Exports,
        Counting::Imports => Counted::Imports,
    };
    Ok(Watch { pairs, counted })
}

/// The month bins that are whole months, and their first days.
fn whole_months(n: &Network) -> Vec<(usize, Date)> {
    let edges = std::iter::once(n.calendar.start())
        .chain(n.months.iter().map(|tick| n.calendar.date_of(*tick)))
        .chain([n.calendar.date_of(n.horizon)]);
    let edges: Vec<Date> = edges.collect();
    let bins = edges.windows(2).enumerate();
    let whole = bins.filter(|(_, edge)| edge[0].day() == 1 && edge[1].day() == 1);
    whole.map(|(bin, edge)| (bin, edge[0])).collect()
}

/// Watched trade of all trials.
struct Kept {
    bins: usize,
    /// Values of a trial.
    cells: usize,
    shocked: Vec<f64>,
    baseline: Vec<f64>,
}

/// That of one series.
struct KeptSeries<'k> {
    kept: &'k Kept,
    first: usize,
}

impl Kept {
    fn new(n: &Network, series: usize, trials: u64) -> Result<Self, BacktestError> {
        let cells = series * n.bins();
        if trials.saturating_mul(2 * cells as u64) > MOST_KEPT {
            return Err(BacktestError::TooMany {
                trials,
                cells: cells as u64,
                most: MOST_KEPT / (2 * cells as u64).max(1),
            });
        }
        Ok(Self {
            bins: n.bins(),
            cells,
            shocked: Vec::new(),
            baseline: Vec::new(),
        })
    }

    fn of(&self, series: usize) -> KeptSeries<'_> {
        KeptSeries {
            kept: self,
            first: series * self.bins,
        }
    }
}

impl Sink for Kept {
    fn put(&mut self, row: &TrialRow<'_>) -> Result<(), Cause> {
        self.shocked.extend_from_slice(row.trade);
        self.baseline.extend_from_slice(row.baseline_trade);
        Ok(())
    }
}

impl KeptSeries<'_> {
    /// The values of a month bin, in ascending order.
    fn sorted(&self, values: &[f64], bin: usize) -> Vec<f64> {
        let rows = values.chunks_exact(self.kept.cells);
        let mut values: Vec<f64> = rows.map(|row| row[self.first + bin]).collect();
        values.sort_by(f64::total_cmp);
        values
    }
}

/// What the trials foretell of a series, and its scores.
fn foretell(
    series: &Series,
    months: &[(usize, Date)],
    n: &Network,
    kept: &KeptSeries<'_>,
) -> Foretold {
    let mut told = Foretold {
        title: series.title.clone(),
        unit: series.unit.clone(),
        is_rate: series.is_rate,
        months: Vec::new(),
        fan: Fan::default(),
        baseline: Vec::new(),
        before: Vec::new(),
        scored: Vec::new(),
        scores: Scores::default(),
    };
    let first = months.first().map(|(_, date)| *date);
    let earlier = series.months.iter().filter(|o| Some(o.month) < first);
    told.before = earlier.map(|o| (o.month, o.value)).collect();
    let mut last = told.before.last().map(|(_, value)| *value);
    for (bin, month) in months {
        let days = if series.is_rate {
            n.bin_days(*bin)
        } else {
            1.0
        };
        let in_unit = |values: Vec<f64>| -> Vec<f64> {
            let scaled = values.into_iter().map(|v| v / series.factor / days);
            scaled.collect()
        };
        let sorted = in_unit(kept.sorted(&kept.kept.shocked, *bin));
        let baseline = mean(&in_unit(kept.sorted(&kept.kept.baseline, *bin)));
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| quantile(&sorted, p).value);
        let mean = mean(&sorted);
        told.months.push(*month);
        told.baseline.push(baseline);
        told.fan.push(quantiles, mean);
        let Some(o) = series.months.iter().find(|o| o.month == *month) else {
            continue;
        };
        let no_effect = o.no_effect.unwrap_or(baseline);
        told.scored.push(Scored {
            month: *month,
            observed: o.value,
            mean,
            baseline,
            quantiles,
            crps: crps(&sorted, o.value),
            pit: pit(&sorted, o.value),
            no_effect,
            last_month: last.unwrap_or(no_effect),
        });
        last = Some(o.value);
    }
    told.scores = Scores::of(&told.scored);
    told
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Fan {
    fn push(&mut self, [p5, p25, p50, p75, p95]: [f64; 5], mean: f64) {
        self.p5.push(p5);
        self.p25.push(p25);
        self.p50.push(p50);
        self.p75.push(p75);
        self.p95.push(p95);
        self.mean.push(mean);
    }
}

impl Scores {
    /// Of months that were observed; all zero if there are none.
    fn of(scored: &[Scored]) -> Self {
        if scored.is_empty() {
            return Self::default();
        }
        let mean = |of: fn(&Scored) -> f64| {
            let values: Vec<f64> = scored.iter().map(of).collect();
            self::mean(&values)
        };
        let within = |low: usize, high: usize| {
            let inside = scored.iter().filter(|month| {
                (month.quantiles[low]..=month.quantiles[high]).contains(&month.observed)
            });
            inside.count()
        };
        Self {
            crps: mean(|m| m.crps),
            crps_no_effect: mean(|m| (m.no_effect - m.observed).abs()),
            crps_last_month: mean(|m| (m.last_month - m.observed).abs()),
            rmse: mean(|m| (m.mean - m.observed).powi(2)).sqrt(),
            rmse_no_effect: mean(|m| (m.no_effect - m.observed).powi(2)).sqrt(),
            rmse_last_month: mean(|m| (m.last_month - m.observed).powi(2)).sqrt(),
            within_50: within(1, 3),
            within_90: within(0, 4),
        }
    }
}
