//! How long a sweep will take, from a few of its trials.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::Failure;
use crate::export::count;
use crate::study::Which;
use crate::study::sweep::{Prepared, Units};

/// Points that are tried: the first, the last and some between.
const TRIED: usize = 5;
/// How long each is tried, and in how many trials at most.
const PATIENCE: Duration = Duration::from_millis(400);
const TRIALS: u64 = 64;

/// Time of a trial, on average over some of the points, and of making a point
/// ready. Where all of them share their baselines, those cost nothing.
#[allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]
pub(super) fn per_trial(
    points: Range<usize>,
    prepare: &dyn Fn(usize) -> Result<Prepared, Failure>,
) -> Result<(Duration, Duration), Failure> {
    let tried = points.len().min(TRIED);
    let (mut fresh, mut shared) = (Vec::new(), Vec::new());
    let (mut baselines, mut ready) = (BTreeSet::new(), Duration::ZERO);
    for step in 0..tried {
        let point = points.start + step * (points.len() - 1) / (tried - 1).max(1);
        let start = Instant::now();
        let prepared = prepare(point)?;
        ready += start.elapsed();
        let is_fresh = baselines.insert(prepared.fingerprint());
        let which: &[Which] = match is_fresh {
            true => &[Which::Shocked, Which::Baseline],
            false => &[Which::Shocked],
        };
        let start = Instant::now();
        let more = |trials| trials == 0 || trials < TRIALS && start.elapsed() < PATIENCE;
        let trials = prepared.try_out(which, more);
        let taken = start.elapsed() / u32::try_from(trials).unwrap_or(1).max(1);
        if is_fresh { &mut fresh } else { &mut shared }.push(taken);
    }
    // The one that all share counts for nothing among many.
    let taken = match (fresh.len(), shared.len()) {
        (1, 1..) => shared,
        _ => [fresh, shared].concat(),
    };
    let mean = |sum: Duration, of: usize| sum / u32::try_from(of).unwrap_or(1).max(1);
    let trial = mean(taken.iter().sum(), taken.len());
    Ok((trial, mean(ready, tried)))
}

/// What that comes to for all of a shard.
pub(super) fn in_words(
    (trial, ready): (Duration, Duration),
    units: &Units,
    threads: usize,
) -> String {
    let (points, trials) = (units.points().len(), units.trials());
    let work = trial.as_secs_f64() * trials as f64 + 2.0 * ready.as_secs_f64() * points as f64;
    format!(
        "{} points, {} trials in all: about {} on {threads} {}",
        count(points as u64),
        count(trials),
        time(work / threads as f64),
        if threads == 1 { "thread" } else { "threads" },
    )
}

/// A time for people.
fn time(seconds: f64) -> String {
    let rounded = |value: f64, unit: &str| format!("{} {unit}", count(value.ceil() as u64));
    match seconds {
        ..100.0 => rounded(seconds, "s"),
        ..6_000.0 => rounded(seconds / 60.0, "min"),
        _ => rounded(seconds / 3_600.0, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_told_in_a_unit_that_fits() {
        let told = [0.2, 99.0, 100.0, 5_999.0, 6_000.0, 1e7].map(time);
        assert_eq!(told, ["1 s", "99 s", "2 min", "100 min", "2 h", "2,778 h"]);
    }
}
