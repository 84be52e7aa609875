//! What is known of a sweep before its first trial.

use serde::{Deserialize, Serialize};

use super::{Response, SweepFocus};
use crate::scenario::MOST_TRIALS;
use crate::scenario::sweep::{Design, Factor, Level};
use crate::study::Stamp;

/// What is known of a sweep before its first trial: what it is, and what it
/// rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// Where the numbers come from.
    pub stamp: Stamp,
    /// Title of the sweep.
    pub title: String,
    /// The question it answers.
    pub question: Option<String>,
    /// Title of the scenario that is varied.
    pub scenario: String,
    /// Every file that was read.
    pub files: Vec<SourceFile>,
    /// How points were chosen.
    pub design: Design,
    /// Seed of the design, where chance has a part in it.
    pub design_seed: Option<u64>,
    /// Conditions that points fulfil, as written.
    pub filters: Vec<String>,
    /// How many points they took away.
    pub dropped: usize,
    /// What is varied.
    pub factors: Vec<Factor>,
    /// What is reported on.
    pub focus: Vec<SweepFocus>,
    /// What pictures show.
    pub responses: Vec<Response>,
    /// Share of demand above which a trial counts as short, at base values.
    pub short_above: f64,
    /// Length of the scenario at base values \[days\].
    pub horizon: f64,
    /// The level of each factor, point by point.
    pub points: Vec<Vec<Level>>,
}

/// A file that a sweep rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its name in messages.
    pub name: String,
    /// Hash of its contents.
    pub hash: String,
}

impl Outline {
    /// What keeps results under `earlier` from being put together with those
    /// under this outline, a sentence each; none if they are of one sweep.
    #[must_use]
    pub fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let (now, then) = (&self.stamp, &earlier.stamp);
        let mut changes = Vec::new();
        let mut told = |what: &str, then: &str, now: &str| {
            if then != now {
                changes.push(format!("{what} was {then} and is {now} now"));
            }
        };
        told("the version of the program", &then.version, &now.version);
        told("the name of the sweep", &then.scenario, &now.scenario);
        told(
            "the number of trials a point",
            &then.trials.to_string(),
            &now.trials.to_string(),
        );
        told("the seed", &then.seed.to_string(), &now.seed.to_string());
        told(
            "the number of points",
            &earlier.points.len().to_string(),
            &self.points.len().to_string(),
        );
        changes.extend(self.changed_files(earlier));
        if changes.is_empty() && !self.is_same_sweep(earlier) {
            changes.push("it is of another sweep".to_owned());
        }
        changes
    }

    /// Whether a sweep can be so: files that were changed may say anything.
    pub(super) fn is_sound(&self) -> bool {
        let finite = |level: &Level| !matches!(level, Level::Number(x) if !x.is_finite());
        let between = |(least, most): (f64, f64)| least.is_finite() && most.is_finite();
        let mut factors = self.factors.iter();
        let mut levels = self.points.iter();
        let units = self.focus.iter().map(|focus| focus.price_unit.times);
        (1..=MOST_TRIALS.unsigned_abs()).contains(&self.stamp.trials)
            && (self.horizon > 0.0 && self.short_above >= 0.0)
            && units
                .chain([self.horizon, self.short_above])
                .all(f64::is_finite)
            && factors.all(|factor| {
                factor.levels.iter().all(finite) && factor.between.is_none_or(between)
            })
            && levels.all(|levels| levels.len() == self.factors.len() && levels.iter().all(finite))
    }

    fn changed_files(&self, earlier: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        let pairs = self.files.iter().zip(&earlier.files);
        for (now, then) in pairs.filter(|(now, then)| now.hash != then.hash) {
            changes.push(match now.name == then.name {
                true => format!("{} has other contents", now.name),
                false => format!("{} was read, now {} is", then.name, now.name),
            });
        }
        let (now, then) = (self.files.len(), earlier.files.len());
        if now != then {
            changes.push(format!("{then} files were read and {now} are now"));
        }
        changes
    }

    /// Whether nothing differs but how files are called.
    fn is_same_sweep(&self, other: &Self) -> bool {
        let renamed = Self {
            files: self.files.clone(),
            ..other.clone()
        };
        *self == renamed
    }
}
