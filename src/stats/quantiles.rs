use super::Estimate;

/// Half the width of a 95 % interval in standard errors.
const NORMAL_95: f64 = 1.96;

/// The `p`-quantile, `p` in [0, 1], of values sorted in ascending order, by
/// linear interpolation of the order statistics around rank (n − 1) p + 1
/// (type 7 of Hyndman & Fan, The American Statistician 50, 1996). Not a
/// number if there are no values.
///
/// The standard error is distribution-free: a 95 % interval for the rank
/// comes from the binomial law, and the order statistics at its ends stand
/// 2 · 1.96 standard errors apart (an interval that reaches beyond the sample
/// is cut there and scaled up). It is infinite if the upper one is.
pub fn quantile(sorted: &[f64], p: f64) -> Estimate {
    let deviation = (p * (1.0 - p) / sorted.len() as f64).sqrt();
    let lower = (p - NORMAL_95 * deviation).max(0.0);
    let upper = (p + NORMAL_95 * deviation).min(1.0);
    let (from, to) = (interpolate(sorted, lower), interpolate(sorted, upper));
    let se = if to > from {
        (to - from) / (upper - lower) * deviation
    } else {
        0.0
    };
    Estimate {
        value: interpolate(sorted, p),
        se,
    }
}

fn interpolate(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let position = p * last as f64;
    let rank = (position as usize).min(last);
    let (below, above) = (sorted[rank], sorted[(rank + 1).min(last)]);
    let part = position - rank as f64;
    // Infinite neighbours have no distance that could be divided.
    if part > 0.0 && above > below {
        below + part * (above - below)
    } else {
        below
    }
}
