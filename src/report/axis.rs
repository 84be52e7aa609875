//! Axes that begin at zero.

use super::number::{magnitude, signed};

/// An axis that begins at zero.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Its far end.
    pub(super) end: f64,
    /// Where it is labelled, zero first.
    pub(super) ticks: Vec<f64>,
    divisor: f64,
    decimals: usize,
    word: String,
}

impl Axis {
    /// An axis that ends at the first tick not below `most`, in at most
    /// `count` steps of 1, 2, 2.5 or 5 times a power of ten.
    pub(super) fn to(most: f64, count: usize) -> Self {
        let most = if most > 1e-12 { most.min(1e300) } else { 1.0 };
        let step = round_step(most / count as f64);
        let steps = (most / step - 1e-9).ceil().max(1.0) as usize;
        Self::new(steps as f64 * step, step)
    }

    /// An axis that ends just after `most`, not at a tick.
    pub(super) fn past(most: f64, count: usize) -> Self {
        let most = if most > 1e-12 { most.min(1e300) } else { 1.0 };
        Self::new(most * 1.02, round_step(most / count as f64))
    }

    fn new(end: f64, step: f64) -> Self {
        let steps = (end / step + 1e-9).floor() as usize;
        let (divisor, word) = magnitude(end);
        let decimals = decimals(step / divisor);
        let ticks = (0..=steps).map(|i| i as f64 * step).collect();
        Self {
            end,
            ticks,
            divisor,
            decimals,
            word,
        }
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

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`.
pub(super) fn round_step(least: f64) -> f64 {
    let power = 10f64.powi(least.log10().floor() as i32);
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    let fits = |step: &f64| step * power >= least * (1.0 - 1e-9);
    steps.into_iter().find(fits).unwrap_or(10.0) * power
}

/// Decimals that a step needs to be written in full.
pub(super) fn decimals(step: f64) -> usize {
    let whole = |&d: &usize| {
        let scaled = step * 10f64.powi(d as i32);
        (scaled - scaled.round()).abs() < 1e-6
    };
    (0..9).find(whole).unwrap_or(9)
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
