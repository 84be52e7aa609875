//! Trials of small scenarios against results known in closed form.
//!
//! Each [`Case`] is a scenario in the language of scenario files, so that what
//! is tested is what a user has: reading, layout, events and statistics.

mod cases;
mod texts;

use rayon::prelude::*;
use thiserror::Error;

use super::Metric;
use crate::engine::{Model, Record, TrialError, Variant, Worker};
use crate::scenario::{self, Report};
use crate::stats::{Estimate, Moments, StatsError};

pub use cases::CASES;

/// Standard errors by which a statistical result may miss.
pub const TOLERANCE: f64 = 4.0;

/// A result known in closed form, and what trials give.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What it is, with its unit.
    pub quantity: &'static str,
    /// By theory.
    pub expected: f64,
    /// By trials; the standard error is zero where chance plays no part.
    pub got: Estimate,
    /// By how much it may miss for other reasons than chance.
    pub slack: f64,
}

impl Check {
    /// Whether trials and theory agree.
    #[must_use]
    pub fn passes(&self) -> bool {
        (self.got.value - self.expected).abs() <= TOLERANCE * self.got.se + self.slack
    }

    fn new(quantity: &'static str, expected: f64, got: Estimate) -> Self {
        Self {
            quantity,
            expected,
            got,
            slack: 0.0,
        }
    }

    /// Of a number without chance, which may miss by `slack`.
    fn exact(quantity: &'static str, expected: f64, got: f64, slack: f64) -> Self {
        let got = Estimate {
            value: got,
            se: 0.0,
        };
        Self::new(quantity, expected, got).within(slack)
    }

    fn within(self, slack: f64) -> Self {
        Self { slack, ..self }
    }
}

/// A scenario and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What it is.
    pub title: &'static str,
    checks: fn(&Lab) -> Result<Vec<Check>, SelfTestError>,
}

impl Case {
    /// Runs its trials and compares.
    ///
    /// # Errors
    /// When the scenario cannot be read or a trial not be finished.
    pub fn run(&self, seed: u64) -> Result<Vec<Check>, SelfTestError> {
        (self.checks)(&Lab { seed })
    }
}

/// Why a case came to no result.
#[derive(Debug, Error)]
pub enum SelfTestError {
    /// Its scenario has mistakes.
    #[error("its scenario is not understood\n{0}")]
    Scenario(#[from] Box<Report>),
    /// Its scenario does not hang together.
    #[error("its scenario cannot be laid out: {0}")]
    Model(String),
    /// A trial could not be finished.
    #[error("a trial came to no end: {0}")]
    Trial(#[from] TrialError),
    /// The trials gave no numbers.
    #[error(transparent)]
    Stats(#[from] StatsError),
}

/// Where trials are made.
#[derive(Debug)]
struct Lab {
    seed: u64,
}

impl Lab {
    /// Runs trials with every policy, on all cores, and measures each.
    fn sample<T: Send>(
        &self,
        text: &str,
        trials: u64,
        measure: impl Fn(&Record) -> T + Sync,
    ) -> Result<Vec<T>, SelfTestError> {
        let model = model(text)?;
        let numbers = (0..trials).into_par_iter();
        let numbers = numbers.map_init(
            || Worker::new(&model),
            |worker, trial| Ok(measure(worker.run(self.seed, trial, Variant::Shocked)?)),
        );
        numbers.collect()
    }

    /// A metric of the first focus in each trial.
    fn column(&self, text: &str, trials: u64, wanted: Metric) -> Result<Vec<f64>, SelfTestError> {
        self.sample(text, trials, |record| metric(record, wanted))
    }

    /// The same of a scenario without chance.
    fn only(&self, text: &str, metric: Metric) -> Result<f64, SelfTestError> {
        let values = self.column(text, 1, metric)?;
        values.first().copied().ok_or(StatsError::Empty.into())
    }
}

fn model(text: &str) -> Result<Model, SelfTestError> {
    let loaded = scenario::load_embedded("case", &[("case.toml", text)], &[]);
    let model = Model::new(&loaded.map_err(Box::new)?.scenario);
    model.map_err(|complaints| {
        let said = complaints.iter().map(|complaint| complaint.message.clone());
        SelfTestError::Model(said.collect::<Vec<_>>().join("; "))
    })
}

/// A metric of the first focus.
fn metric(record: &Record, metric: Metric) -> f64 {
    let mut named = Metric::ALL.iter().zip(&record.metrics);
    let found = named.find(|(known, _)| **known == metric);
    found.map_or(f64::NAN, |(_, value)| *value)
}

fn mean(values: &[f64]) -> Estimate {
    let moments = Moments::of(values);
    Estimate {
        value: moments.mean(),
        se: moments.se(),
    }
}

/// Standard deviation, with the standard error that the fourth moment gives:
/// `√((m₄ − s⁴) / (4 s² n))`.
fn deviation(values: &[f64]) -> Estimate {
    let moments = Moments::of(values);
    let (mean, sd) = (moments.mean(), moments.sd());
    let fourth = values.iter().map(|x| (x - mean).powi(4)).sum::<f64>() / values.len() as f64;
    let se = ((fourth - sd.powi(4)) / (4.0 * sd * sd * values.len() as f64)).sqrt();
    Estimate { value: sd, se }
}

/// The share of values that are so.
fn share(values: &[f64], is_so: impl Fn(f64) -> bool) -> Estimate {
    let so = values.iter().filter(|value| is_so(**value)).count();
    Estimate::share(so, values.len())
}
