use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{ColumnError, Columns, FocusOutcome, Metric, Outcome, Which};
use crate::stats::{self, Estimate};

/// Which values of a metric a row summarises, one a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// With every policy.
    Shocked,
    /// Background policies only, same random numbers.
    Baseline,
    /// Shocked less baseline, trial by trial. Of a time to survive, only the
    /// trials short in both have one.
    Difference,
}

impl Side {
    /// All three, in the order of the files.
    pub const ALL: [Self; 3] = [Self::Shocked, Self::Baseline, Self::Difference];

    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shocked => "shocked",
            Self::Baseline => "baseline",
            Self::Difference => "difference",
        }
    }
}

/// One metric of one focus on one side.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Of which commodity and country.
    pub focus: &'a FocusOutcome,
    /// What is measured.
    pub metric: Metric,
    /// With the shocks, without, or the difference.
    pub side: Side,
    /// What the trials say.
    pub measures: Measures,
}

/// What is said about the values of a row. NaN where there is nothing to say
/// it from, infinite where a time to survive is: never.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Number of values.
    pub values: usize,
    /// Mean; of a time to survive, over the trials that were ever short.
    pub mean: f64,
    /// Standard deviation, over the same trials.
    pub sd: f64,
    /// Standard error of the mean.
    pub se: f64,
    /// Share of trials in which there is any: a shortfall (in units, days or
    /// as a share) above the scenario's `short_above`, a time to survive that
    /// ends, any other value above zero. Of a difference, the share of trials
    /// in which the difference is above that mark (of a time to survive:
    /// above zero).
    pub p_any: Estimate,
    /// Share of trials never short; only of a time to survive.
    pub share_never: Option<f64>,
    /// Quantiles at [`Measures::LEVELS`].
    pub quantiles: [Estimate; 6],
    /// Means of the upper tails beyond [`Measures::TAILS`].
    pub cvar: [Estimate; 3],
}

impl Measures {
    /// Levels of the quantiles.
    pub const LEVELS: [f64; 6] = [0.05, 0.1, 0.5, 0.9, 0.95, 0.99];
    /// Their names.
    pub const QUANTILES: [&'static str; 6] = ["p05", "p10", "p50", "p90", "p95", "p99"];
    /// Levels beyond which tails are averaged.
    pub const TAILS: [f64; 3] = [0.9, 0.95, 0.99];
    /// Their names.
    pub const CVARS: [&'static str; 3] = ["p90", "p95", "p99"];

    /// Of finite values.
    fn finite(values: &[f64], p_any: Estimate, sorted: &mut Vec<f64>) -> Self {
        stats::summarise(values, 0.0, sorted).map_or(Self::nothing(values, p_any), |found| Self {
            mean: found.mean,
            sd: found.sd,
            se: found.se,
            ..Self::nothing(values, p_any).with_order(sorted)
        })
    }

    /// Of times, some of which are infinite.
    fn censored(values: &[f64], p_any: Estimate, sorted: &mut Vec<f64>) -> Self {
        let found = stats::summarise_censored(values, sorted);
        found.map_or(Self::nothing(values, p_any), |found| Self {
            mean: found.mean,
            sd: found.sd,
            se: found.se,
            share_never: Some(found.never.value),
            ..Self::nothing(values, p_any).with_order(sorted)
        })
    }

    /// Of no values: where nothing was found.
    #[must_use]
    pub fn none() -> Self {
        let unknown = Estimate {
            value: f64::NAN,
            se: f64::NAN,
        };
        Self::nothing(&[], unknown)
    }

    fn nothing(values: &[f64], p_any: Estimate) -> Self {
        let unknown = Estimate {
            value: f64::NAN,
            se: f64::NAN,
        };
        Self {
            values: values.len(),
            mean: f64::NAN,
            sd: f64::NAN,
            se: f64::NAN,
            p_any,
            share_never: None,
            quantiles: [unknown; 6],
            cvar: [unknown; 3],
        }
    }

    fn with_order(self, sorted: &[f64]) -> Self {
        Self {
            quantiles: Self::LEVELS.map(|level| stats::quantile(sorted, level)),
            cvar: Self::TAILS.map(|level| stats::cvar(sorted, level)),
            ..self
        }
    }
}

/// Every metric of every focus on every side, in that order.
///
/// # Errors
/// When a column cannot be read.
pub fn rows<'a>(outcome: &'a Outcome, columns: &dyn Columns) -> Result<Vec<Row<'a>>, ColumnError> {
    let mut rows = Vec::with_capacity(outcome.focus.len() * SUBJECTS);
    for (index, focus) in outcome.focus.iter().enumerate() {
        let measures = measures(columns, index, outcome.short_above)?;
        let subjects = Metric::ALL.into_iter();
        let subjects = subjects.flat_map(|metric| Side::ALL.map(|side| (metric, side)));
        rows.extend(
            subjects
                .zip(measures)
                .map(|((metric, side), measures)| Row {
                    focus,
                    metric,
                    side,
                    measures,
                }),
        );
    }
    Ok(rows)
}

/// How many metrics on how many sides are measured of a focus.
pub const SUBJECTS: usize = Metric::ALL.len() * Side::ALL.len();

/// Every metric of the focus at `index` on every side, in that order; a trial
/// counts as short above the share `short_above` of demand.
///
/// # Errors
/// When a column cannot be read.
pub fn measures(
    columns: &dyn Columns,
    index: usize,
    short_above: f64,
) -> Result<Vec<Measures>, ColumnError> {
    let mut sorted = Vec::new();
    let mut found = Vec::with_capacity(SUBJECTS);
    let shares = Paired::read(columns, index, Metric::ShortfallShare)?;
    for metric in Metric::ALL {
        let values = Paired::read(columns, index, metric)?;
        for side in Side::ALL {
            let p_any = match metric {
                Metric::Shortfall | Metric::ShortfallShare | Metric::ShortfallDays => {
                    share(&shares.on(side), |share| share > short_above)
                }
                _ => values.p_any(side),
            };
            found.push(values.measures(side, p_any, &mut sorted));
        }
    }
    Ok(found)
}

/// The values of a metric, one a trial, in both variants.
pub struct Paired {
    metric: Metric,
    shocked: Vec<f64>,
    baseline: Vec<f64>,
}

impl Paired {
    /// Reads the two columns of a metric of the focus at `index`.
    pub fn read(columns: &dyn Columns, index: usize, metric: Metric) -> Result<Self, ColumnError> {
        Ok(Self {
            metric,
            shocked: columns.metric(index, Which::Shocked, metric)?,
            baseline: columns.metric(index, Which::Baseline, metric)?,
        })
    }

    /// The values on one side.
    pub fn on(&self, side: Side) -> Cow<'_, [f64]> {
        let pairs = self.shocked.iter().zip(&self.baseline);
        let differences = pairs.map(|(with, without)| with - without);
        match side {
            Side::Shocked => Cow::Borrowed(&self.shocked),
            Side::Baseline => Cow::Borrowed(&self.baseline),
            Side::Difference if self.metric == Metric::TimeToSurvive => {
                differences.filter(|days| days.is_finite()).collect()
            }
            Side::Difference => differences.collect(),
        }
    }

    /// Whether some of the values on a side may be infinite.
    fn is_censored(&self, side: Side) -> bool {
        self.metric == Metric::TimeToSurvive && side != Side::Difference
    }

    fn p_any(&self, side: Side) -> Estimate {
        let values = self.on(side);
        match self.is_censored(side) {
            true => share(&values, f64::is_finite),
            false => share(&values, |value| value > 0.0),
        }
    }

    fn measures(&self, side: Side, p_any: Estimate, sorted: &mut Vec<f64>) -> Measures {
        let values = self.on(side);
        match self.is_censored(side) {
            true => Measures::censored(&values, p_any, sorted),
            false => Measures::finite(&values, p_any, sorted),
        }
    }
}

fn share(values: &[f64], holds: impl Fn(f64) -> bool) -> Estimate {
    let happened = values.iter().filter(|&&value| holds(value)).count();
    Estimate::share(happened, values.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::sample;

    fn row(metric: Metric, side: Side) -> Measures {
        let (outcome, columns) = (sample::outcome(), sample::columns());
        let rows = rows(&outcome, &columns).unwrap();
        let row = rows
            .iter()
            .find(|row| row.metric == metric && row.side == side);
        row.unwrap().measures
    }

    #[test]
    fn there_is_a_row_for_every_metric_and_side() {
        let rows = rows(&sample::outcome(), &sample::columns()).map(|rows| rows.len());
        assert_eq!(rows.unwrap(), 15 * 3);
    }

    #[test]
    fn differences_are_taken_trial_by_trial() {
        let (shocked, baseline) = (
            row(Metric::Shortfall, Side::Shocked),
            row(Metric::Shortfall, Side::Baseline),
        );
        let difference = row(Metric::Shortfall, Side::Difference);
        assert!((difference.mean - (shocked.mean - baseline.mean)).abs() < 1e-9);
        assert!(difference.sd < shocked.sd);
    }

    #[test]
    fn a_shortfall_counts_above_the_mark_of_the_scenario() {
        assert_eq!(row(Metric::Shortfall, Side::Shocked).p_any.value, 0.5);
        assert_eq!(row(Metric::ShortfallShare, Side::Shocked).p_any.value, 0.5);
        assert_eq!(row(Metric::Unserved, Side::Shocked).p_any.value, 0.75);
        assert_eq!(row(Metric::Shortfall, Side::Baseline).p_any.value, 0.0);
        assert_eq!(row(Metric::Shortfall, Side::Difference).p_any.value, 0.5);
    }

    #[test]
    fn never_short_is_not_averaged_in() {
        let shocked = row(Metric::TimeToSurvive, Side::Shocked);
        assert_eq!(
            (shocked.p_any.value, shocked.share_never),
            (0.75, Some(0.25))
        );
        assert_eq!(shocked.mean, 100.0);
        assert_eq!(shocked.quantiles[3].value, f64::INFINITY);
        let baseline = row(Metric::TimeToSurvive, Side::Baseline);
        assert_eq!(
            (baseline.p_any.value, baseline.share_never),
            (0.0, Some(1.0))
        );
        let difference = row(Metric::TimeToSurvive, Side::Difference);
        assert_eq!((difference.values, difference.share_never), (0, None));
        assert!(difference.mean.is_nan());
    }
}
