use crate::stats;
use crate::study::{FocusOutcome, Metric, Outcome};

/// Which values of a metric a row summarises, one a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq)]
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
    pub p_any: f64,
    /// Share of trials never short; only of a time to survive.
    pub share_never: Option<f64>,
    /// Quantiles at [`Measures::QUANTILES`].
    pub quantiles: [stats::Estimate; 4],
    /// Means of the upper tails beyond [`Measures::TAILS`].
    pub cvar: [stats::Estimate; 3],
}

impl Measures {
    /// Names of the quantiles.
    pub const QUANTILES: [&'static str; 4] = ["p50", "p90", "p95", "p99"];
    /// Names of the tail means.
    pub const TAILS: [&'static str; 3] = ["p90", "p95", "p99"];

    fn new(values: &[f64], p_any: f64, share_never: Option<f64>, scratch: &mut Vec<f64>) -> Self {
        let none = stats::Estimate { value: f64::NAN, se: f64::NAN };
        let measures = Self {
            values: values.len(),
            mean: f64::NAN,
            sd: f64::NAN,
            se: f64::NAN,
            p_any,
            share_never,
            quantiles: [none; 4],
            cvar: [none; 3],
        };
        stats::summarise(values, scratch).map_or(measures, |found| Self {
            mean: found.mean,
            sd: found.sd,
            se: found.se,
            quantiles: found.quantiles,
            cvar: found.cvar,
            ..measures
        })
    }
}

/// Every metric of every focus on every side, in that order.
#[must_use]
pub fn rows(outcome: &Outcome) -> Vec<Row<'_>> {
    let mut scratch = Vec::new();
    let mut rows = Vec::with_capacity(outcome.focus.len() * Metric::ALL.len() * Side::ALL.len());
    for focus in &outcome.focus {
        for metric in Metric::ALL {
            for side in Side::ALL {
                let measures = measure(outcome, focus, metric, side, &mut scratch);
                rows.push(Row { focus, metric, side, measures });
            }
        }
    }
    rows
}

fn measure(
    outcome: &Outcome,
    focus: &FocusOutcome,
    metric: Metric,
    side: Side,
    scratch: &mut Vec<f64>,
) -> Measures {
    let values = values(focus, metric, side);
    let p_any = match metric {
        Metric::Shortfall | Metric::ShortfallDays => {
            let shares = self::values(focus, Metric::ShortfallShare, side);
            share(&shares, |share| share > outcome.short_above)
        }
        Metric::ShortfallShare => share(&values, |share| share > outcome.short_above),
        Metric::TimeToSurvive if side != Side::Difference => share(&values, f64::is_finite),
        _ => share(&values, |value| value > 0.0),
    };
    let censored = metric == Metric::TimeToSurvive && side != Side::Difference;
    let share_never = censored.then(|| share(&values, f64::is_infinite));
    Measures::new(&values, p_any, share_never, scratch)
}

/// The values of a metric on one side.
pub(super) fn values(focus: &FocusOutcome, metric: Metric, side: Side) -> Vec<f64> {
    let (shocked, baseline) = (focus.shocked.column(metric), focus.baseline.column(metric));
    let differences = shocked.iter().zip(baseline).map(|(with, without)| with - without);
    match side {
        Side::Shocked => shocked.to_vec(),
        Side::Baseline => baseline.to_vec(),
        Side::Difference if metric == Metric::TimeToSurvive => {
            differences.filter(|days| days.is_finite()).collect()
        }
        Side::Difference => differences.collect(),
    }
}

fn share(values: &[f64], holds: impl Fn(f64) -> bool) -> f64 {
    let count = values.iter().filter(|&&value| holds(value)).count();
    count as f64 / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;

    fn row(metric: Metric, side: Side) -> Measures {
        let outcome = sample::outcome();
        let rows = rows(&outcome);
        let row = rows.iter().find(|row| row.metric == metric && row.side == side);
        row.unwrap().measures
    }

    #[test]
    fn there_is_a_row_for_every_metric_and_side() {
        assert_eq!(rows(&sample::outcome()).len(), 15 * 3);
    }

    #[test]
    fn differences_are_taken_trial_by_trial() {
        let (shocked, baseline) = (row(Metric::Shortfall, Side::Shocked), row(Metric::Shortfall, Side::Baseline));
        let difference = row(Metric::Shortfall, Side::Difference);
        assert!((difference.mean - (shocked.mean - baseline.mean)).abs() < 1e-9);
        assert!(difference.sd < shocked.sd);
    }

    #[test]
    fn a_shortfall_counts_above_the_mark_of_the_scenario() {
        assert_eq!(row(Metric::Shortfall, Side::Shocked).p_any, 0.5);
        assert_eq!(row(Metric::ShortfallShare, Side::Shocked).p_any, 0.5);
        assert_eq!(row(Metric::Unserved, Side::Shocked).p_any, 0.75);
        assert_eq!(row(Metric::Shortfall, Side::Baseline).p_any, 0.0);
        assert_eq!(row(Metric::Shortfall, Side::Difference).p_any, 0.5);
    }

    #[test]
    fn never_short_is_not_averaged_in() {
        let shocked = row(Metric::TimeToSurvive, Side::Shocked);
        assert_eq!((shocked.p_any, shocked.share_never), (0.75, Some(0.25)));
        assert_eq!(shocked.mean, 100.0);
        assert_eq!(shocked.quantiles[3].value, f64::INFINITY);
        let baseline = row(Metric::TimeToSurvive, Side::Baseline);
        assert_eq!((baseline.p_any, baseline.share_never), (0.0, Some(1.0)));
        let difference = row(Metric::TimeToSurvive, Side::Difference);
        assert_eq!((difference.values, difference.share_never), (0, None));
        assert!(difference.mean.is_nan());
    }
}
