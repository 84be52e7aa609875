//! Axes that start at zero.

use super::number::{magnitude, signed};

/// An axis from zero to a round number.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Its far end.
    pub(super) end: f64,
    /// Where it is labelled, from zero to the end.
    pub(super) ticks: Vec<f64>,
    divisor: f64,
    decimals: usize,
    word: String,
}

impl Axis {
    /// An axis that reaches at least `most`, in about `count` steps of 1, 2
    /// or 5 times a power of ten.
    pub(super) fn to(most: f64, count: usize) -> Self {
        let most = if most > 1e-12 { most.min(1e300) } else { 1.0 };
        let step = round_step(most / count as f64);
        let steps = (most / step - 1e-9).ceil().max(1.0) as usize;
        let end = steps as f64 * step;
        let (divisor, word) = magnitude(end);
        let decimals = (-(step / divisor).log10() - 1e-9).ceil().clamp(0.0, 9.0) as usize;
        let ticks = (0..=steps).map(|i| i as f64 * step).collect();
        Self { end, ticks, divisor, decimals, word }
    }

    /// The number at a tick, without its unit.
    pub(super) fn label(&self, tick: f64) -> String {
        signed(tick / self.divisor, self.decimals)
    }

    /// The unit of the numbers at the ticks: `million t`.
    pub(super) fn unit(&self, unit: &str) -> String {
        format!("{} {unit}", self.word).trim_start().to_owned()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powi(least.log10().floor() as i32);
    let steps = [1.0, 2.0, 5.0, 10.0];
    let fits = |step: &f64| step * power >= least * (1.0 - 1e-9);
    steps.into_iter().find(fits).unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(most: f64) -> String {
        let axis = Axis::to(most, 5);
        let ticks: Vec<String> = axis.ticks.iter().map(|&tick| axis.label(tick)).collect();
        format!("{} {}", ticks.join(" "), axis.unit("t"))
    }

    #[test]
    fn ticks_are_round_and_carry_their_magnitude() {
        assert_eq!(labels(1380.0), "0 500 1,000 1,500 t");
        assert_eq!(labels(2_400_000.0), "0.0 0.5 1.0 1.5 2.0 2.5 million t");
        assert_eq!(labels(0.07), "0.00 0.02 0.04 0.06 0.08 t");
        assert_eq!(labels(3e-6), "0 1 2 3 10⁻⁶ t");
        assert_eq!(labels(0.0), "0.0 0.2 0.4 0.6 0.8 1.0 t");
        assert_eq!(labels(f64::NAN), labels(0.0));
        assert_eq!(labels(4e20), "0 100 200 300 400 10¹⁸ t");
    }
}
