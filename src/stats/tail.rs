use serde::{Deserialize, Serialize};

use super::summary::sort_into;
use super::{Estimate, StatsError};

/// The most points of an exceedance curve.
const CURVE_POINTS: usize = 500;

/// Conditional value at risk: the mean of the worst (greatest) n (1 − `p`) of
/// values sorted in ascending order, the last of them counted in part, for
/// `p` in [0, 1). That is q + Σ (xᵢ − q)⁺ / n / (1 − p) with q the ⌈n p⌉-th
/// value (Rockafellar & Uryasev, Journal of Risk 2, 2000). Values are finite;
/// not a number if there are none.
///
/// The standard error is that of the mean of q + (xᵢ − q)⁺ / (1 − p), the
/// influence function; that q is itself estimated does not matter to first
/// order. It is not a number for a single value.
pub fn cvar(sorted: &[f64], p: f64) -> Estimate {
    let n = sorted.len() as f64;
    let rank = libm::ceil(n * p).max(1.0) as usize;
    let Some(&q) = sorted.get(rank - 1) else {
        return Estimate {
            value: f64::NAN,
            se: f64::NAN,
        };
    };
    let excesses = || sorted[rank..].iter().map(|x| x - q);
    let mean = excesses().sum::<f64>() / n;
    let variance = excesses().map(|excess| excess * excess).sum::<f64>() / n - mean * mean;
    let se = if n > 1.0 {
        (variance.max(0.0) / (n - 1.0)).sqrt()
    } else {
        f64::NAN
    };
    Estimate {
        value: q + mean / (1.0 - p),
        se: se / (1.0 - p),
    }
}

/// A point of an exceedance curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// A value that occurred, in the unit of the column.
    pub x: f64,
    /// The share of trials with a greater value.
    pub exceeded: f64,
}

/// The exceedance curve of a column: rising x, falling P(X > x). Infinite
/// values count as greater than any and are not points themselves.
///
/// At most 500 points are kept, as [`exceedance_in`] chooses them.
///
/// # Errors
/// An empty column, or a value that is not a number.
pub fn exceedance(values: &[f64]) -> Result<Vec<Point>, StatsError> {
    exceedance_in(values, CURVE_POINTS)
}

/// The same curve in at most so many points (at least two), first and last
/// among them, ever closer together towards the tail: every one of the largest
/// values, then ranks from the top in a geometric sequence.
///
/// # Errors
/// An empty column, or a value that is not a number.
pub fn exceedance_in(values: &[f64], most: usize) -> Result<Vec<Point>, StatsError> {
    let mut sorted = Vec::new();
    sort_into(&mut sorted, values)?;
    let n = sorted.len();
    let mut points: Vec<Point> = Vec::new();
    for (rank, &x) in sorted.iter().enumerate().filter(|(_, x)| x.is_finite()) {
        points.pop_if(|point| point.x == x);
        points.push(Point {
            x,
            exceeded: (n - rank - 1) as f64 / n as f64,
        });
    }
    Ok(thin(&points, most.max(2)))
}

fn thin(points: &[Point], most: usize) -> Vec<Point> {
    if points.len() <= most {
        return points.to_vec();
    }
    let growth = libm::log(points.len() as f64) / (most - 1) as f64;
    let from_top = |step: usize| libm::round(libm::exp(growth * step as f64)) as usize;
    let mut ranks: Vec<usize> = (0..most).map(from_top).collect();
    ranks.dedup();
    ranks
        .iter()
        .rev()
        .filter_map(|rank| points.get(points.len().wrapping_sub(*rank)))
        .copied()
        .collect()
}
