//! What a reader must know of the numbers: where they are from, and whether
//! any are missing.

use super::number::count;
use crate::study::Outcome;

/// Where the numbers come from, in a line.
pub(super) fn stamp(outcome: &Outcome) -> String {
    let stamp = &outcome.stamp;
    let trials = match stamp.trials {
        1 => "1 trial".to_owned(),
        n => format!("{} trials", count(n)),
    };
    format!(
        "Scenario {} · hash {} · seed {} · {trials} · shortfall {}",
        stamp.scenario, stamp.hash, stamp.seed, stamp.version
    )
}

/// That a study was stopped, if it was.
pub(super) fn interruption(outcome: &Outcome) -> Option<String> {
    let done = outcome.completed + outcome.failures.len() as u64;
    let asked = count(outcome.stamp.trials);
    outcome
        .interrupted
        .then(|| format!("Stopped early: {} of {asked} trials done.", count(done)))
}

/// That trials failed, if any did.
pub(super) fn failures(outcome: &Outcome) -> Option<String> {
    let first = outcome.failures.first()?;
    let (failed, asked) = (outcome.failures.len() as u64, outcome.stamp.trials);
    let are = if failed == 1 { "is" } else { "are" };
    Some(format!(
        "{} of {} trials failed and {are} left out; the first, trial {}: {}",
        count(failed),
        count(asked),
        first.trial,
        first.reason
    ))
}
