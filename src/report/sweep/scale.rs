//! Scales between two values, neither of which need be zero.

use super::super::axis::{decimals, round_step};
use super::super::number::{magnitude, signed};

/// Beyond these, numbers are drawn at the end of a scale.
const LARGEST: f64 = 1e300;

/// A scale from a lower to an upper value, with round ticks.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    /// Its lower end.
    pub(super) low: f64,
    /// Its upper end.
    pub(super) high: f64,
    /// Where it is labelled, ascending.
    pub(super) ticks: Vec<f64>,
    divisor: f64,
    decimals: usize,
    word: String,
}

impl Scale {
    /// A scale that begins and ends at ticks, at most `count` steps of 1, 2,
    /// 2.5 or 5 times a power of ten apart.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, count: usize) -> Self {
        let (low, high) = wide(extremes(values));
        let step = round_step((high - low) / count as f64);
        let low = (low / step + 1e-9).floor() * step;
        let steps = ((high - low) / step - 1e-9).ceil().max(1.0);
        Self::new((low, low + steps * step), step)
    }

    /// The same from zero where that wastes no more than half the scale.
    pub(super) fn grounded(values: impl IntoIterator<Item = f64>, count: usize) -> Self {
        let (low, high) = extremes(values);
        let far = low.abs().min(high.abs()) > 0.5 * low.abs().max(high.abs());
        let zero = if far { low } else { 0.0 };
        Self::around([low, high, zero], count)
    }

    /// A scale that ends at the least and greatest of some values.
    pub(super) fn within(values: impl IntoIterator<Item = f64>, count: usize) -> Self {
        let (low, high) = wide(extremes(values));
        Self::new((low, high), round_step((high - low) / count as f64))
    }

    fn new((low, high): (f64, f64), step: f64) -> Self {
        let first = (low / step - 1e-6).ceil();
        let steps = (high / step + 1e-6).floor() - first;
        let (divisor, word) = magnitude(low.abs().max(high.abs()));
        let tick = |i: usize| (first + i as f64) * step;
        Self {
            low,
            high,
            ticks: (0..=steps.max(0.0) as usize).map(tick).collect(),
            divisor,
            decimals: decimals(step / divisor),
            word,
        }
    }

    /// Where a value stands, from 0 at the lower end to 1 at the upper.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = (value - self.low) / (self.high - self.low);
        if place.is_nan() {
            return 0.0;
        }
        place.clamp(0.0, 1.0)
    }

    /// The number at a tick, without its unit.
    pub(super) fn label(&self, tick: f64) -> String {
        signed(tick / self.divisor, self.decimals)
    }

    /// A value between ticks, with a decimal more where that tells it from its
    /// neighbours.
    pub(super) fn finely(&self, value: f64) -> String {
        let step = decimals(round_step((self.high - self.low) / 100.0) / self.divisor);
        let step = step.min(self.decimals + 1);
        let least = 10f64.powi(-(step as i32));
        match value / self.divisor {
            part if part > 0.0 && part < least / 2.0 => format!("<{}", signed(least, step)),
            part => signed(part, step),
        }
    }

    /// The unit of the numbers at the ticks: `million t`.
    pub(super) fn unit(&self, unit: &str) -> String {
        format!("{} {unit}", self.word).trim_start().to_owned()
    }
}

/// The least and the greatest finite value; zero and zero if there is none.
pub(super) fn extremes(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|value| value.is_finite());
    let bounded = finite.map(|value| value.clamp(-LARGEST, LARGEST));
    let ends = bounded.fold(None, |ends: Option<(f64, f64)>, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    });
    ends.unwrap_or((0.0, 0.0))
}

/// A range of some width around one that may have none.
fn wide((low, high): (f64, f64)) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if high - low > size * 1e-9 && high - low > 1e-12 {
        return (low, high);
    }
    match size {
        ..=1e-12 => (0.0, 1.0),
        _ if low < 0.0 => (low - size * 0.1, high + size * 0.1),
        _ => ((low - size * 0.1).max(0.0), high + size * 0.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> String {
        let ticks: Vec<_> = scale.ticks.iter().map(|&tick| scale.label(tick)).collect();
        format!("{} {}", ticks.join(" "), scale.unit("t"))
    }

    #[test]
    fn ticks_are_round_whatever_the_ends() {
        let around = |low, high| labels(&Scale::around([low, high], 5));
        assert_eq!(around(9.3, 24.1), "5 10 15 20 25 t");
        assert_eq!(around(-12.0, 31.0), "−20 −10 0 10 20 30 40 t");
        assert_eq!(
            around(62_000.0, 68_100.0),
            "62,000 64,000 66,000 68,000 70,000 t"
        );
        assert_eq!(around(2.1e6, 2.9e6), "2.0 2.2 2.4 2.6 2.8 3.0 million t");
        assert_eq!(around(7.0, 7.0), "6.0 6.5 7.0 7.5 8.0 t");
        assert_eq!(around(0.0, 0.0), "0.0 0.2 0.4 0.6 0.8 1.0 t");
        assert_eq!(around(f64::NAN, f64::INFINITY), around(0.0, 0.0));
        let within = |low, high| labels(&Scale::within([low, high], 5));
        assert_eq!(within(9.3, 24.1), "10 15 20 t");
    }

    #[test]
    fn zero_is_shown_where_it_is_near() {
        let grounded = |low, high| Scale::grounded([low, high], 5).low;
        assert_eq!(grounded(9.0, 24.0), 0.0);
        assert_eq!(grounded(62_000.0, 68_000.0), 62_000.0);
        assert_eq!(grounded(-3.0, 24.0), -10.0);
        assert_eq!(Scale::grounded([-24.0, -9.0], 5).high, 0.0);
    }

    #[test]
    fn places_stay_on_the_scale() {
        let scale = Scale::within([10.0, 20.0], 5);
        assert_eq!(
            [5.0, 10.0, 15.0, 99.0].map(|v| scale.place(v)),
            [0.0, 0.0, 0.5, 1.0]
        );
        assert_eq!(scale.place(f64::NAN), 0.0);
        assert_eq!(Scale::within([3.0], 5).place(3.0), 0.5);
    }
}
