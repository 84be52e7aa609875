//! Many trials of one model: the shocked and the baseline variant on the same
//! random numbers, gathered in trial order.

pub mod backtest;
mod collect;
mod columns;
mod outcome;
mod rows;
#[cfg(test)]
pub(crate) mod sample;
pub mod selftest;
pub mod sweep;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use thiserror::Error;

use crate::engine::{METRICS, Model, Record, Worker};
use collect::{Collector, Pair};

pub use crate::engine::Variant as Which;
pub use columns::*;
pub use outcome::*;
pub use rows::{Measures, Paired, Row, SUBJECTS, Side, measures, rows};

/// Trials a worker runs before it hands over its records; the unit of order.
const CHUNK: u64 = 16;
/// Chunks gathered at once.
const CHUNKS_AT_ONCE: u64 = 32;

const _: () = assert!(METRICS == Metric::ALL.len());

/// How much to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number of trials.
    pub trials: u64,
    /// Master seed.
    pub seed: u64,
    /// Number of threads, at least one.
    pub threads: usize,
}

/// Is told how far a study has come.
pub trait Progress: Sync {
    /// So many trials are about to run.
    fn begin(&self, trials: u64);
    /// So many more are done.
    fn advance(&self, trials: u64);
    /// No more will come.
    fn end(&self);
}

/// Nobody listens.
impl Progress for () {
    fn begin(&self, _trials: u64) {}
    fn advance(&self, _trials: u64) {}
    fn end(&self) {}
}

/// Why a study could not be made.
#[derive(Debug, Error)]
pub enum StudyError {
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// Not one trial could be finished.
    #[error("every trial failed; first, trial {trial}: {reason}")]
    AllFailed {
        /// The first to fail.
        trial: u64,
        /// Why.
        reason: String,
    },
    /// The values of a trial could not be kept.
    #[error("{0}")]
    Sink(Cause),
}

/// Runs a study: each trial shocked and as baseline, with the same random
/// numbers. The values of each finished trial go to `sink` as soon as those of
/// all earlier trials have. Neither they nor the outcome depend on the number
/// of threads.
///
/// When `stop` becomes true the trials under way are finished and the outcome
/// holds what is complete.
///
/// # Errors
///
/// If no thread can be started, `sink` fails or no trial finishes; a trial that
/// fails is otherwise only counted.
pub fn run(
    model: &Model,
    about: &About,
    plan: &Plan,
    sink: &mut dyn Sink,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Outcome, StudyError> {
    let mut collector = Collector::new(model);
    progress.begin(plan.trials);
    let gathered = gather(model, plan, &mut collector, sink, progress, stop);
    progress.end();
    let outcome = collector.finish(about, gathered? < plan.trials);
    match outcome.failures.first() {
        Some(first) if outcome.completed == 0 => Err(StudyError::AllFailed {
            trial: first.trial,
            reason: first.reason.clone(),
        }),
        _ => Ok(outcome),
    }
}

/// The outcome of no trial: all that is known before the first.
#[must_use]
pub fn outline(model: &Model, about: &About) -> Outcome {
    Collector::new(model).finish(about, false)
}

/// Runs trials in chunks and gathers them in order; returns how many.
fn gather(
    model: &Model,
    plan: &Plan,
    collector: &mut Collector<'_>,
    sink: &mut dyn Sink,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<u64, StudyError> {
    let pool = pool(plan.threads)?;
    let workers = Mutex::new(Vec::new());
    let mut next = 0;
    while next < plan.trials && !stop.load(Ordering::Relaxed) {
        let end = plan.trials.min(next + CHUNK * CHUNKS_AT_ONCE);
        let starts: Vec<u64> = (next..end).step_by(CHUNK as usize).collect();
        let chunks: Vec<Option<Vec<Pair>>> = pool.install(|| {
            let run = |start: &u64| {
                let trials = *start..end.min(start + CHUNK);
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                let pairs = run_chunk(model, plan.seed, trials.clone(), &workers);
                progress.advance(trials.end - trials.start);
                Some(pairs)
            };
            starts.par_iter().map(run).collect()
        });
        // Stopped, what counts is complete up to the first chunk not begun.
        for pair in chunks.into_iter().map_while(|chunk| chunk).flatten() {
            next = pair.trial + 1;
            collector.add(pair, sink).map_err(StudyError::Sink)?;
        }
    }
    Ok(next)
}

fn pool(threads: usize) -> Result<ThreadPool, StudyError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| StudyError::Threads {
        threads,
        reason: error.to_string(),
    })
}

/// Runs consecutive trials with a worker taken from the idle ones.
fn run_chunk<'m>(
    model: &'m Model,
    seed: u64,
    trials: std::ops::Range<u64>,
    idle: &Mutex<Vec<Worker<'m>>>,
) -> Vec<Pair> {
    let taken = idle.lock().ok().and_then(|mut workers| workers.pop());
    let mut worker = taken.unwrap_or_else(|| Worker::new(model));
    let pairs = trials
        .map(|trial| run_pair(&mut worker, seed, trial))
        .collect();
    if let Ok(mut workers) = idle.lock() {
        workers.push(worker);
    }
    pairs
}

/// One trial, shocked and as baseline.
fn run_pair(worker: &mut Worker, seed: u64, trial: u64) -> Pair {
    let mut both = || -> Result<(Record, Record), String> {
        let shocked = worker.run(seed, trial, Which::Shocked).cloned();
        let shocked = shocked.map_err(|error| error.to_string())?;
        let baseline = worker.run(seed, trial, Which::Baseline).cloned();
        Ok((
            shocked,
            baseline.map_err(|error| format!("baseline: {error}"))?,
        ))
    };
    let result = both();
    Pair {
        trial,
        drawn: worker.drawn().to_vec(),
        result,
    }
}
