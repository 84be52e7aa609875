//! Trials of a point, and what they come to.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::Tails;
use crate::engine::{METRICS, Model, Worker};
use crate::stats::exceedance_in;
use crate::study::{
    ColumnError, Columns, Failure, InMemory, Measures, Metric, SUBJECTS, Sink, TrialRow, Which,
    measures,
};

/// Most points of an exceedance curve that is kept of each point of a sweep.
const CURVE_POINTS: usize = 100;
/// Memory for metrics of baselines that other points may share \[bytes\].
const BASELINE_BYTES: usize = 48 << 20;

/// A point's scenario, ready to run.
#[derive(Debug)]
pub struct Prepared {
    model: Model,
    seed: u64,
    fingerprint: u64,
}

impl Prepared {
    /// Of a compiled scenario, to be run with a master seed.
    #[must_use]
    pub fn new(model: Model, seed: u64) -> Self {
        Self {
            fingerprint: model.baseline_fingerprint(),
            model,
            seed,
        }
    }

    /// A trial counts as short above this share of demand.
    #[must_use]
    pub fn short_above(&self) -> f64 {
        self.model.network.short_above
    }

    /// A number that points share whose trials have the same baselines; see
    /// [`Model::baseline_fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Runs trials as long as `more` says so of their number so far, for nothing but
    /// the time they take; returns how many.
    pub fn try_out(&self, which: &[Which], mut more: impl FnMut(u64) -> bool) -> u64 {
        let mut worker = Worker::new(&self.model);
        let mut trials = 0;
        while more(trials) {
            for which in which {
                let _ = worker.run(self.seed, trials, *which);
            }
            trials += 1;
        }
        trials
    }

    /// How many commodities and countries it reports on.
    #[must_use]
    pub fn foci(&self) -> usize {
        self.model.network.focus.len()
    }
}

/// The metrics of consecutive trials of a point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Columns of the trials that were finished, without drawn numbers.
    pub columns: InMemory,
    /// Those that were not.
    pub failures: Vec<Failure>,
    /// How many foci the columns are of.
    pub foci: usize,
    /// A trial counts as short above this share of demand.
    pub short_above: f64,
}

impl Block {
    /// Runs trials; nothing, if `stop` became true before all were done.
    pub(super) fn run(
        point: &Prepared,
        trials: Range<u64>,
        baselines: &Baselines,
        stop: &AtomicBool,
    ) -> Option<Self> {
        let mut worker = Worker::new(&point.model);
        let key = (point.fingerprint, point.seed, trials.start, trials.end);
        let known = baselines.find(key);
        let mut fresh = Vec::new();
        let mut block = Self {
            foci: point.foci(),
            short_above: point.short_above(),
            ..Self::default()
        };
        for (row, trial) in trials.enumerate() {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let mut metrics = |which| {
                let record = worker.run(point.seed, trial, which);
                let record = record.map_err(|error| error.to_string())?;
                Ok(record.metrics.clone())
            };
            let shocked = metrics(Which::Shocked);
            let baseline = match &known {
                Some(known) => known.get(row).cloned(),
                None => {
                    let baseline: Metrics = metrics(Which::Baseline);
                    fresh.push(baseline.clone());
                    Some(baseline)
                }
            };
            block.add(trial, shocked, baseline?);
        }
        if known.is_none() {
            baselines.keep(key, fresh);
        }
        Some(block)
    }

    fn add(&mut self, trial: u64, shocked: Metrics, baseline: Metrics) {
        let baseline = baseline.map_err(|reason| format!("baseline: {reason}"));
        match (shocked, baseline) {
            (Ok(shocked), Ok(baseline)) => {
                let row = TrialRow {
                    trial,
                    shocked: &shocked,
                    baseline: &baseline,
                    drawn: &[],
                    trade: &[],
                    baseline_trade: &[],
                };
                // Memory takes every row.
                let _ = self.columns.put(&row);
            }
            (Err(reason), _) | (_, Err(reason)) => self.failures.push(Failure { trial, reason }),
        }
    }

    /// All trials of a point from its blocks, in their order.
    #[must_use]
    pub fn joined(blocks: impl IntoIterator<Item = Self>) -> Self {
        let mut blocks = blocks.into_iter();
        let mut all = blocks.next().unwrap_or_default();
        for block in blocks {
            all.columns.append(block.columns);
            all.failures.extend(block.failures);
        }
        all
    }

    /// Whether it is of so many foci, and all its columns of as many trials.
    pub(super) fn is_sound(&self, foci: usize) -> bool {
        let columns = || self.columns.shocked.iter().chain(&self.columns.baseline);
        let trials = columns().next().map_or(0, Vec::len);
        let whole = |side: &[Vec<f64>]| [0, foci * METRICS].contains(&side.len());
        self.foci == foci
            && whole(&self.columns.shocked)
            && self.columns.shocked.len() == self.columns.baseline.len()
            && columns().all(|column| column.len() == trials)
    }

    /// What the trials come to, or why they come to nothing.
    ///
    /// # Errors
    /// When no trial was finished.
    pub fn measure(&self) -> Result<Measured, String> {
        let completed = self.columns.shocked.first().map_or(0, Vec::len);
        if let (0, Some(first)) = (completed, self.failures.first()) {
            return Err(format!(
                "every trial failed; first, trial {}: {}",
                first.trial, first.reason
            ));
        }
        let focus = (0..self.foci).map(|focus| self.measure_focus(focus));
        Ok(Measured {
            completed: completed as u64,
            failed: self.failures.len() as u64,
            first_failure: self.failures.first().cloned(),
            focus: focus
                .collect::<Result<_, _>>()
                .map_err(|error| error.to_string())?,
        })
    }

    fn measure_focus(&self, focus: usize) -> Result<MeasuredFocus, ColumnError> {
        let tail = |which| {
            let shares = self.columns.metric(focus, which, Metric::ShortfallShare);
            let points = exceedance_in(&shares?, CURVE_POINTS);
            Ok(points.unwrap_or_default())
        };
        Ok(MeasuredFocus {
            measures: measures(&self.columns, focus, self.short_above)?,
            tails: Tails {
                shocked: tail(Which::Shocked)?,
                baseline: tail(Which::Baseline)?,
            },
        })
    }
}

/// What the trials of a point come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Trials that were finished.
    pub completed: u64,
    /// Trials that were not.
    pub failed: u64,
    /// The first of these.
    pub first_failure: Option<Failure>,
    /// What was found of each focus.
    pub focus: Vec<MeasuredFocus>,
}

impl Measured {
    /// Whether it is of so many trials and foci, each with every metric on every side.
    pub(super) fn is_sound(&self, trials: u64, foci: usize) -> bool {
        let mut focus = self.focus.iter();
        self.completed.checked_add(self.failed) == Some(trials)
            && self.focus.len() == foci
            && focus.all(|focus| focus.measures.len() == SUBJECTS)
    }
}

/// What the trials of a point come to, of one focus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredFocus {
    /// Every metric on every side, as [`measures`] orders them.
    pub measures: Vec<Measures>,
    /// Its exceedance curves.
    pub tails: Tails,
}

/// Metrics of a trial, or why it was not finished.
type Metrics = Result<Vec<f64>, String>;

/// Fingerprint, seed, and first and last trial.
type Key = (u64, u64, u64, u64);

/// What blocks of baselines came to, for points that differ from an earlier one
/// only in what baselines do not read. The oldest go when memory is full.
#[derive(Debug, Default)]
pub(super) struct Baselines(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    blocks: VecDeque<(Key, Arc<Vec<Metrics>>)>,
    bytes: usize,
}

impl Baselines {
    fn find(&self, key: Key) -> Option<Arc<Vec<Metrics>>> {
        let known = self.0.lock().ok()?;
        let mut blocks = known.blocks.iter().rev();
        let (_, found) = blocks.find(|(other, _)| *other == key)?;
        Some(Arc::clone(found))
    }

    fn keep(&self, key: Key, trials: Vec<Metrics>) {
        let Ok(mut known) = self.0.lock() else {
            return;
        };
        known.bytes += size(&trials);
        known.blocks.push_back((key, Arc::new(trials)));
        while known.bytes > BASELINE_BYTES
            && let Some((_, oldest)) = known.blocks.pop_front()
        {
            known.bytes -= size(&oldest);
        }
    }
}

fn size(trials: &[Metrics]) -> usize {
    let of =
        |metrics: &Metrics| size_of::<Metrics>() + metrics.as_ref().map_or(64, |m| 8 * m.len());
    trials.iter().map(of).sum()
}
