use super::{Estimate, Moments, StatsError, cvar, quantile};

/// What a column of finite values looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many trials there are.
    pub n: usize,
    /// Mean, in the unit of the column.
    pub mean: f64,
    /// Standard deviation over trials; not a number for a single trial.
    pub sd: f64,
    /// Standard error of the mean; not a number for a single trial.
    pub se: f64,
    /// The share of trials above the threshold.
    pub p_any: Estimate,
    /// Quantiles, which are also the value at risk.
    pub quantiles: Quantiles,
    /// Conditional value at risk: means of the worst trials.
    pub cvar: TailMeans,
}

/// Quantiles of a column, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles {
    /// Median.
    pub p50: Estimate,
    /// Exceeded in one trial of 10.
    pub p90: Estimate,
    /// Exceeded in one trial of 20.
    pub p95: Estimate,
    /// Exceeded in one trial of 100.
    pub p99: Estimate,
}

/// Means of the worst (greatest) values of a column, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TailMeans {
    /// Of the worst 10 %.
    pub p90: Estimate,
    /// Of the worst 5 %.
    pub p95: Estimate,
    /// Of the worst 1 %.
    pub p99: Estimate,
}

/// What a column looks like in which some trials have no value, only the
/// knowledge that it lies beyond the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CensoredSummary {
    /// How many trials there are.
    pub n: usize,
    /// The share of trials without a value.
    pub never: Estimate,
    /// Mean of the values there are; it says nothing of the other trials, and
    /// is not a number if there are none.
    pub mean: f64,
    /// Standard deviation of the values there are; not a number if fewer than
    /// two.
    pub sd: f64,
    /// Standard error of their mean; not a number if fewer than two.
    pub se: f64,
    /// Quantiles over all trials.
    pub quantiles: CensoredQuantiles,
}

/// Quantiles over all trials, with and without a value; `None` where they
/// fall among those without. A standard error is infinite where the upper
/// end of its interval does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CensoredQuantiles {
    /// Not reached in one trial of 20.
    pub p05: Option<Estimate>,
    /// Not reached in one trial of 10.
    pub p10: Option<Estimate>,
    /// Median.
    pub p50: Option<Estimate>,
    /// Exceeded in one trial of 10.
    pub p90: Option<Estimate>,
    /// Exceeded in one trial of 20.
    pub p95: Option<Estimate>,
}

/// Summarises a column of finite values; a trial counts for
/// [`p_any`](Summary::p_any) if its value is greater than `threshold`.
/// `scratch` is overwritten with the sorted column.
///
/// # Errors
/// An empty column, or a value that is not finite.
pub fn summarise(
    values: &[f64],
    threshold: f64,
    scratch: &mut Vec<f64>,
) -> Result<Summary, StatsError> {
    sort_into(scratch, values)?;
    if let Some(index) = values.iter().position(|x| x.is_infinite()) {
        return Err(StatsError::Infinite { index });
    }
    let (sorted, n) = (&scratch[..], values.len());
    let moments = Moments::of(values);
    Ok(Summary {
        n,
        mean: moments.mean(),
        sd: moments.sd(),
        se: moments.se(),
        p_any: Estimate::share(n - sorted.partition_point(|&x| x <= threshold), n),
        quantiles: Quantiles {
            p50: quantile(sorted, 0.5),
            p90: quantile(sorted, 0.9),
            p95: quantile(sorted, 0.95),
            p99: quantile(sorted, 0.99),
        },
        cvar: TailMeans {
            p90: cvar(sorted, 0.9),
            p95: cvar(sorted, 0.95),
            p99: cvar(sorted, 0.99),
        },
    })
}

/// Summarises a column in which `f64::INFINITY` stands for "never", such as
/// the time to survive of a trial that is never short. `scratch` is
/// overwritten with the sorted column.
///
/// # Errors
/// An empty column, a value that is not a number, or −∞.
pub fn summarise_censored(
    values: &[f64],
    scratch: &mut Vec<f64>,
) -> Result<CensoredSummary, StatsError> {
    sort_into(scratch, values)?;
    if let Some(index) = values.iter().position(|&x| x == f64::NEG_INFINITY) {
        return Err(StatsError::Infinite { index });
    }
    let (sorted, n) = (&scratch[..], values.len());
    let mut moments = Moments::default();
    values
        .iter()
        .filter(|x| x.is_finite())
        .for_each(|&x| moments.push(x));
    let reached = |p| Some(quantile(sorted, p)).filter(|estimate| estimate.value.is_finite());
    Ok(CensoredSummary {
        n,
        never: Estimate::share(n - moments.count(), n),
        mean: moments.mean(),
        sd: moments.sd(),
        se: moments.se(),
        quantiles: CensoredQuantiles {
            p05: reached(0.05),
            p10: reached(0.1),
            p50: reached(0.5),
            p90: reached(0.9),
            p95: reached(0.95),
        },
    })
}

/// Replaces what is in `sorted` by the values in ascending order.
pub(super) fn sort_into(sorted: &mut Vec<f64>, values: &[f64]) -> Result<(), StatsError> {
    if values.is_empty() {
        return Err(StatsError::Empty);
    }
    if let Some(index) = values.iter().position(|x| x.is_nan()) {
        return Err(StatsError::NotANumber { index });
    }
    sorted.clear();
    sorted.extend_from_slice(values);
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(())
}
