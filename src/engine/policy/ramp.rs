//! What comes about bit by bit: a straight line, in steps of at most a month.

use crate::engine::trial::Trial;
use crate::network::Num;
use crate::units::{Tick, Ticks};

/// Days of a month.
pub(super) const MONTH: f64 = 365.25 / 12.0;

/// A rise from nothing to all, in equal steps of at most a month; on each it
/// is what the line is halfway, so that the integral is that of the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    lasts: Num,
}

impl Ramp {
    pub(super) fn new(lasts: Num) -> Self {
        Self { lasts }
    }

    /// Share that has come about, having begun at an instant, and when the
    /// next step begins, if one does.
    pub(super) fn at(self, trial: &Trial, begun: Tick) -> (f64, Option<Tick>) {
        let days = self.lasts.get(trial.drawn);
        let steps = (days / MONTH).ceil();
        if steps < 1.0 {
            return (1.0, None);
        }
        let begins = |step: f64| begun + Ticks::from_days(step * days / steps);
        // Ticks are whole: a step has begun if its tick has come.
        let mut step = (trial.since(begun) / days * steps).floor();
        if begins(step + 1.0) <= trial.s.now {
            step += 1.0;
        }
        if step >= steps {
            return (1.0, None);
        }
        ((step + 0.5) / steps, Some(begins(step + 1.0)))
    }
}
