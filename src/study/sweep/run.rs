//! Runs the units of a sweep, several at once.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};

use super::block::Baselines;
use super::log::{Done, Log};
use super::units::Unit;
use super::{BLOCK, Block, Measured, Outline, Prepared, Units};
use crate::study::StudyError;

/// What is finished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// A point: what its trials come to, or why they come to nothing.
    Point {
        /// Its index.
        point: usize,
        /// What was found.
        found: Result<Measured, String>,
    },
    /// A block of a point of which other shards do the rest.
    Part {
        /// Index of the point.
        point: usize,
        /// Index of the block.
        block: u64,
        /// Its trials.
        trials: Result<Block, String>,
    },
}

impl Entry {
    /// Whether it is of the sweep: files that were changed may say anything.
    pub(super) fn is_sound(&self, outline: &Outline) -> bool {
        let (all, foci) = (outline.stamp.trials, outline.focus.len());
        match self {
            Self::Point { point, found } => {
                *point < outline.points.len()
                    && found
                        .as_ref()
                        .map_or(true, |found| found.is_sound(all, foci))
            }
            Self::Part {
                point,
                block,
                trials,
            } => {
                *point < outline.points.len()
                    && *block < all.div_ceil(BLOCK)
                    && trials.as_ref().map_or(true, |block| block.is_sound(foci))
            }
        }
    }
}

/// What is to be done.
pub struct Work<'a> {
    /// The shard's part.
    pub units: Units,
    /// Makes the scenario of a point ready, or says why it cannot be.
    pub prepare: &'a (dyn Fn(usize) -> Result<Prepared, String> + Sync),
    /// What of it is done already.
    pub done: &'a Done,
    /// Number of threads, at least one.
    pub threads: usize,
}

/// Is told how far a sweep has come.
pub trait Watch: Sync {
    /// So many trials are done, and so many will be in the end.
    fn begin(&self, done: u64, trials: u64);
    /// So many more trials are done.
    fn advance(&self, trials: u64);
    /// So many more points are in the log.
    fn points(&self, points: u64);
    /// No more will come.
    fn end(&self);
}

/// Nobody listens.
impl Watch for () {
    fn begin(&self, _done: u64, _trials: u64) {}
    fn advance(&self, _trials: u64) {}
    fn points(&self, _points: u64) {}
    fn end(&self) {}
}

/// Runs what is left of a shard and appends it to the log, point by point as
/// they are finished; returns whether all of it is done. The entries do not
/// depend on the number of threads; their order does.
///
/// When `stop` becomes true, what is under way is given up.
///
/// # Errors
/// If no thread can be started, or the log cannot be written.
pub fn run(
    work: &Work<'_>,
    log: &mut Log,
    watch: &dyn Watch,
    stop: &AtomicBool,
) -> Result<bool, StudyError> {
    watch.begin(work.done.trials(&work.units), work.units.trials());
    let finished = work_off(work, log, watch, stop);
    watch.end();
    finished
}

fn work_off(
    work: &Work<'_>,
    log: &mut Log,
    watch: &dyn Watch,
    stop: &AtomicBool,
) -> Result<bool, StudyError> {
    let desk = Desk {
        work,
        watch,
        stop,
        halt: AtomicBool::new(false),
        given_up: AtomicBool::new(false),
        next: AtomicU64::new(work.units.range().start),
        points: Mutex::default(),
        baselines: Baselines::default(),
    };
    let (sender, entries) = sync_channel(2 * work.threads);
    thread::scope(|scope| {
        for _ in 0..work.threads {
            let (desk, sender) = (&desk, sender.clone());
            let spawned = thread::Builder::new().spawn_scoped(scope, move || desk.run(&sender));
            if let Err(error) = spawned {
                // Those that have started find nobody to send to.
                desk.halt.store(true, Ordering::Relaxed);
                return Err(StudyError::Threads {
                    threads: work.threads,
                    reason: error.to_string(),
                });
            }
        }
        drop(sender);
        let kept = keep(&entries, log, watch);
        // Whoever waits to send finds nobody there.
        drop(entries);
        desk.halt.store(true, Ordering::Relaxed);
        kept
    })?;
    Ok(!desk.given_up.load(Ordering::Relaxed))
}

/// Writes entries as they come, those that have piled up together.
fn keep(entries: &Receiver<Entry>, log: &mut Log, watch: &dyn Watch) -> Result<(), StudyError> {
    while let Ok(first) = entries.recv() {
        let batch: Vec<Entry> = std::iter::once(first).chain(entries.try_iter()).collect();
        let appended = log.append(&batch);
        appended.map_err(|error| StudyError::Sink(error.into()))?;
        let points = batch
            .iter()
            .filter(|entry| matches!(entry, Entry::Point { .. }));
        watch.points(points.count() as u64);
    }
    Ok(())
}

/// What threads share.
struct Desk<'a> {
    work: &'a Work<'a>,
    watch: &'a dyn Watch,
    stop: &'a AtomicBool,
    /// Becomes true when no more entries are wanted.
    halt: AtomicBool,
    /// Becomes true when a unit is left undone.
    given_up: AtomicBool,
    /// Number of the next unit.
    next: AtomicU64,
    /// Points under way.
    points: Mutex<BTreeMap<usize, Arc<Underway>>>,
    baselines: Baselines,
}

/// A point under way.
#[derive(Default)]
struct Underway {
    prepared: OnceLock<Result<Prepared, String>>,
    blocks: Mutex<BTreeMap<u64, Result<Block, String>>>,
}

impl Desk<'_> {
    /// Does units until there are no more.
    fn run(&self, entries: &SyncSender<Entry>) {
        while let Some(unit) = self.take() {
            let Some(found) = self.run_unit(unit) else {
                return self.given_up.store(true, Ordering::Relaxed);
            };
            if let Some(entry) = self.file(unit, found)
                && entries.send(entry).is_err()
            {
                return;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.halt.load(Ordering::Relaxed)
    }

    /// The next unit that is not done.
    fn take(&self) -> Option<Unit> {
        let end = self.work.units.range().end;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= end {
                return None;
            }
            let unit = self.work.units.at(number);
            if self.work.done.has(unit.point, unit.block) {
                continue;
            }
            if self.is_over() {
                self.given_up.store(true, Ordering::Relaxed);
                return None;
            }
            return Some(unit);
        }
    }

    /// The trials of a unit, or why there are none; nothing if they were given up.
    fn run_unit(&self, Unit { point, block }: Unit) -> Option<Result<Block, String>> {
        let underway = self.underway(point);
        let trials = self.work.units.trials_of(block);
        let count = trials.end - trials.start;
        let run = || {
            let prepared = underway.prepared.get_or_init(|| (self.work.prepare)(point));
            match prepared {
                Ok(prepared) => Block::run(prepared, trials, &self.baselines, self.stop).map(Ok),
                Err(reason) => Some(Err(reason.clone())),
            }
        };
        // What is shared stays sound: a point's model is not there or whole.
        let found = catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|_| Some(Err("the program failed; see its messages".to_owned())))?;
        self.watch.advance(count);
        Some(found)
    }

    fn underway(&self, point: usize) -> Arc<Underway> {
        Arc::clone(unpoisoned(&self.points).entry(point).or_default())
    }

    /// The entry that is finished with a unit, if any: the block itself where
    /// other shards do the rest of the point, else the point with its last block.
    fn file(&self, unit: Unit, trials: Result<Block, String>) -> Option<Entry> {
        let Unit { point, block } = unit;
        if !self.work.units.is_whole(point) {
            return Some(Entry::Part {
                point,
                block,
                trials,
            });
        }
        let underway = self.underway(point);
        let mut blocks = unpoisoned(&underway.blocks);
        blocks.insert(block, trials);
        if (blocks.len() as u64) < self.work.units.blocks() {
            return None;
        }
        let blocks = std::mem::take(&mut *blocks);
        unpoisoned(&self.points).remove(&point);
        let found = measure(blocks.into_values());
        Some(Entry::Point { point, found })
    }
}

/// What the blocks of a point come to.
pub(super) fn measure(
    blocks: impl Iterator<Item = Result<Block, String>>,
) -> Result<Measured, String> {
    let blocks: Vec<Block> = blocks.collect::<Result<_, _>>()?;
    Block::joined(blocks).measure()
}

/// What a mutex holds; no code that holds one of these can fail.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
