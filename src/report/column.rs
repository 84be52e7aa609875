//! One value a trial, sorted.

use crate::stats;

/// The finite values of a column in ascending order, none below zero.
pub(super) struct Column(Vec<f64>);

impl Column {
    /// Sorts a column; values that are not finite are left out.
    pub(super) fn new(mut values: Vec<f64>) -> Self {
        values.retain(|value| value.is_finite());
        values.iter_mut().for_each(|value| *value = value.max(0.0));
        values.sort_unstable_by(f64::total_cmp);
        Self(values)
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The values, ascending.
    pub(super) fn values(&self) -> &[f64] {
        &self.0
    }

    /// Largest value, zero if there is none.
    pub(super) fn most(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    /// Mean, zero if there is no value.
    pub(super) fn mean(&self) -> f64 {
        mean(&self.0)
    }

    /// Quantile, zero if there is no value.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        or_zero(stats::quantile(&self.0, p).value)
    }

    /// Conditional value at risk: what the worst 1 − `p` of trials come to
    /// on average, zero if there is no value.
    pub(super) fn tail_mean(&self, p: f64) -> f64 {
        or_zero(stats::cvar(&self.0, p).value)
    }

    /// Quantile of the values above zero.
    pub(super) fn quantile_above_zero(&self, p: f64) -> f64 {
        let from = self.0.partition_point(|&value| value <= 0.0);
        or_zero(stats::quantile(&self.0[from..], p).value)
    }

    /// Share of values above `x`.
    pub(super) fn share_above(&self, x: f64) -> f64 {
        let above = self.0.len() - self.0.partition_point(|&value| value <= x);
        above as f64 / self.0.len().max(1) as f64
    }
}

fn mean(values: &[f64]) -> f64 {
    let count = values.len().max(1) as f64;
    values.iter().map(|value| value / count).sum()
}

fn or_zero(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_of_one_to_a_hundred() {
        let column = Column::new((0..=100).rev().map(f64::from).collect());
        assert_eq!(column.quantile(0.9), 90.0);
        assert!((column.tail_mean(0.95) - 97.970_3).abs() < 1e-3);
        assert_eq!(column.quantile_above_zero(0.0), 1.0);
        assert_eq!(column.mean().round(), 50.0);
        assert_eq!(column.share_above(99.0), 1.0 / 101.0);
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        let column = Column::new(vec![f64::NAN, f64::INFINITY, -1.0]);
        assert_eq!(
            (column.most(), column.quantile(0.9), column.tail_mean(0.95)),
            (0.0, 0.0, 0.0)
        );
        let empty = Column::new(Vec::new());
        assert_eq!(
            (empty.mean(), empty.quantile(0.5), empty.share_above(0.0)),
            (0.0, 0.0, 0.0)
        );
    }
}
