use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};

use anyhow::{Context, anyhow};

use super::progress::{Count, SweepBar};
use super::store::{Bucket, Mirror, Place};
use super::{Failure, SweepArgs, builtin, estimate, model, output, publish, signals};
use crate::engine::Model;
use crate::export::{self, SUMMARY_JSON, WriteError, count};
use crate::scenario::sweep::Sweep;
use crate::study::sweep::{
    Log, LogError, Logs, Opened, Outline, Prepared, Response, Shard, SourceFile, SweepFocus, Units,
    Work, run,
};
use crate::study::{self, About, Stamp, StudyError};

/// Name of the log of a sweep that one machine does.
const LOG: &str = "sweep.log";
/// Most mistakes in points that are told.
const TOLD: usize = 20;

/// A sweep with nothing left to be decided.
pub(super) struct SweepPlan {
    sweep: Sweep,
    outline: Outline,
    shard: Shard,
    units: Units,
    threads: usize,
}

/// Runs a sweep, or one shard of it, and writes what was found.
///
/// # Errors
/// When the sweep has mistakes, its log is of another sweep or cannot be
/// written, and when it was interrupted.
pub fn sweep(args: &SweepArgs) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    let plan = SweepPlan::resolve(args)?;
    if args.dry_run {
        plan.check(args.quiet)?;
        return plan.tell();
    }
    match &args.out {
        Some(Place::Store(address)) if args.shard.is_some() => plan.shard_in_store(address, args),
        Some(Place::Store(address)) => Err(Failure::Argument(format!(
            "{address} takes only shards: `--shard 1/1` makes one of the whole sweep, and \
             `shortfall merge {address}` writes the results to a folder"
        ))),
        Some(Place::Folder(folder)) => plan.in_folder(folder, args),
        None => plan.in_folder(&Path::new("results").join(&plan.sweep.name), args),
    }
}

impl SweepPlan {
    fn resolve(args: &SweepArgs) -> Result<Self, Failure> {
        let sweep = builtin::sweep(&args.sweep)?;
        let reference = model::compile(sweep.reference())?;
        if !args.quiet {
            model::warn(sweep.reference());
        }
        let trials = args.trials.unwrap_or(sweep.trials);
        let outline = outline(&sweep, &reference, trials)?;
        let shard = args.shard.unwrap_or(Shard::WHOLE);
        let threads = args
            .threads
            .and_then(|threads| usize::try_from(threads).ok());
        Ok(Self {
            units: Units::new(sweep.points.len(), trials, shard),
            threads: threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)),
            sweep,
            outline,
            shard,
        })
    }

    /// Runs the sweep, or a shard, in a folder of this machine.
    fn in_folder(&self, folder: &Path, args: &SweepArgs) -> Result<(), Failure> {
        if args.resume && args.shard.is_none() && self.is_complete(folder) {
            let folder = folder.display();
            output::message(&format!("{folder} holds the results of this sweep already"));
            return Ok(());
        }
        let path = folder.join(log_name(args.shard.map(|_| self.shard)));
        if !path.exists() {
            self.check(args.quiet)?;
        }
        fs::create_dir_all(folder).map_err(|cause| WriteError {
            path: folder.to_owned(),
            cause,
        })?;
        let log = Log::open(&path, &self.outline, self.shard, args.resume).map_err(explain)?;
        let told = path.display().to_string();
        let stop = signals::stop_on_signal(None)?;
        self.run(log, &told, args.quiet, &stop)?;
        if args.shard.is_some() {
            self.tell_done(&told, args.quiet);
            return Ok(());
        }
        let logs = Logs::open(std::slice::from_ref(&path));
        let logs = logs.map_err(|problems| Failure::Other(anyhow!(lines(&problems))))?;
        publish::publish(&logs, folder, args.format, args.quiet)?;
        let removed = fs::remove_file(&path);
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
        Ok(())
    }

    /// Runs a shard whose log is kept in object storage.
    fn shard_in_store(&self, address: &str, args: &SweepArgs) -> Result<(), Failure> {
        let bucket = Bucket::open(address).map_err(Failure::Input)?;
        let mut mirror = Mirror::fetch(bucket, log_name(Some(self.shard)))?;
        let path = mirror.path();
        if !path.exists() {
            self.check(args.quiet)?;
        }
        let log = Log::open(&path, &self.outline, self.shard, args.resume);
        let log = log.map_err(|error| mirror.told(explain(error)))?;
        let told = mirror.address();
        let stop = signals::stop_on_signal(None)?;
        mirror.keep_up(&stop, || self.run(log, &told, args.quiet, &stop))?;
        self.tell_done(&told, args.quiet);
        Ok(())
    }

    fn tell_done(&self, told: &str, quiet: bool) {
        if !quiet {
            let Shard { index, of } = self.shard;
            output::message(&format!("shard {index} of {of} is done: {told}"));
        }
    }

    /// The scenario of a point, ready to run.
    fn prepare(&self, point: usize) -> Result<Prepared, Failure> {
        let model = self.model(point)?;
        Ok(Prepared::new(model, self.outline.stamp.seed))
    }

    /// The scenario of a point, compiled.
    fn model(&self, point: usize) -> Result<Model, Failure> {
        let model = model::compile(&self.sweep.scenario(point)?)?;
        if foci(&model) != self.outline.focus {
            return Err(Failure::Scenario(format!(
                "error: point {point} reports on another focus, or in another unit, than the \
                 scenario: a factor may change neither"
            )));
        }
        Ok(model)
    }

    /// Makes sure that the scenario of every point can be run.
    fn check(&self, quiet: bool) -> Result<(), Failure> {
        let points = self.units.points();
        let next = AtomicUsize::new(points.start);
        let mistakes = Mutex::new(Vec::<(usize, String)>::new());
        let bar = Count::new(!quiet, points.len() as u64, "points checked");
        thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    loop {
                        let point = next.fetch_add(1, Ordering::Relaxed);
                        if point >= points.end {
                            return;
                        }
                        let mistake = self.model(point).err().map(|error| error.to_string());
                        bar.advance();
                        let Ok(mut mistakes) = mistakes.lock() else {
                            return;
                        };
                        // A scenario tells its mistakes with an empty line between them,
                        // and points share most of theirs.
                        for mistake in mistake.iter().flat_map(|text| text.split("\n\n")) {
                            let mistake = mistake.trim_end();
                            let is_known = mistakes.iter().any(|(_, other)| other == mistake);
                            if mistakes.len() < 4 * TOLD && !is_known {
                                mistakes.push((point, mistake.to_owned()));
                            }
                        }
                    }
                });
            }
        });
        drop(bar);
        let mut mistakes = mistakes.into_inner().unwrap_or_default();
        mistakes.sort();
        let told: Vec<String> = mistakes
            .into_iter()
            .take(TOLD)
            .map(|(_, mistake)| mistake.trim_end().to_owned())
            .collect();
        match told.is_empty() {
            true => Ok(()),
            false => Err(Failure::Scenario(told.join("\n\n"))),
        }
    }

    /// Lists the points, and says how long they will take.
    fn tell(&self) -> Result<(), Failure> {
        output::print(&export::points_table(&self.outline, self.units.points()))?;
        let prepare = |point| self.prepare(point);
        let taken = estimate::per_trial(self.units.points(), &prepare)?;
        output::message(&estimate::in_words(taken, &self.units, self.threads));
        Ok(())
    }

    /// Whether the folder holds what this sweep would write.
    fn is_complete(&self, folder: &Path) -> bool {
        let summary = fs::read(folder.join(SUMMARY_JSON)).unwrap_or_default();
        let Ok(summary) = serde_json::from_slice::<serde_json::Value>(&summary) else {
            return false;
        };
        let stamp = &self.outline.stamp;
        let said = |key: &str, value: serde_json::Value| summary.get(key) == Some(&value);
        !folder.join(LOG).exists()
            && said("sweep", stamp.scenario.clone().into())
            && said("hash", stamp.hash.clone().into())
            && said("seed", stamp.seed.into())
            && said("trials", stamp.trials.into())
            && said("version", stamp.version.clone().into())
    }

    /// Does what is left, into the log, which is told of as `told`.
    fn run(
        &self,
        opened: Opened,
        told: &str,
        quiet: bool,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        let Opened {
            mut log,
            done,
            dropped,
        } = opened;
        if dropped > 0 && !quiet {
            let dropped = count(dropped);
            output::message(&format!(
                "{told}: the last {dropped} bytes were not finished and are done again"
            ));
        }
        let prepare = |point| self.prepare(point).map_err(|error| error.to_string());
        let work = Work {
            units: self.units,
            prepare: &prepare,
            done: &done,
            threads: self.threads,
        };
        let (before, all) = (done.points(&self.units), self.units.points().len());
        let bar = SweepBar::new(!quiet, before as u64, all as u64);
        let finished = run(&work, &mut log, &bar, stop).map_err(broken)?;
        if finished {
            return Ok(());
        }
        let (done, all) = (count(bar.done()), count(all as u64));
        output::message(&format!(
            "{done} of {all} points are in {told}; go on with --resume"
        ));
        Err(Failure::Interrupted)
    }
}

/// The name of the log of a shard, or of the whole.
pub(super) fn log_name(shard: Option<Shard>) -> String {
    match shard {
        Some(Shard { index, of }) => format!("shard-{index:04}-of-{of:04}.log"),
        None => LOG.to_owned(),
    }
}

/// Whether a file has the name of a log.
pub(super) fn is_log(name: &str) -> bool {
    let shard = name
        .strip_prefix("shard-")
        .and_then(|rest| rest.strip_suffix(".log"));
    name == LOG || shard.is_some_and(|rest| rest.contains("-of-"))
}

/// What is wrong, a line each.
pub(super) fn lines<E: std::fmt::Display>(problems: &[E]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\nerror: ")
}

/// Who is at fault: the disk, or whoever chose the folder.
pub(super) fn explain(error: LogError) -> Failure {
    match error {
        LogError::Io { path, cause } => Failure::Other(WriteError { path, cause }.into()),
        error => Failure::Input(error.into()),
    }
}

/// Why the rest could not be done.
fn broken(error: StudyError) -> Failure {
    match error {
        StudyError::Sink(cause) => match cause.downcast::<LogError>() {
            Ok(error) => explain(*error),
            Err(cause) => Failure::Other(anyhow!(cause)),
        },
        error => Failure::Other(error.into()),
    }
}

fn outline(sweep: &Sweep, reference: &Model, trials: u64) -> Result<Outline, Failure> {
    let loaded = sweep.reference();
    let responses = sweep.show.iter().map(|words| {
        let [metric, side, statistic] = *words;
        let response = Response::named((metric, side, statistic));
        response.ok_or_else(|| anyhow!("the response {words:?} has no meaning"))
    });
    let file = |(name, hash): &(String, String)| SourceFile {
        name: name.clone(),
        hash: hash.clone(),
    };
    Ok(Outline {
        stamp: Stamp {
            scenario: sweep.name.clone(),
            hash: sweep.hash().to_owned(),
            seed: sweep.seed,
            trials,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        title: sweep.title.clone(),
        question: sweep.question.clone(),
        scenario: loaded.scenario.title.clone(),
        files: sweep.files().iter().map(file).collect(),
        design: sweep.design,
        design_seed: sweep.design_seed,
        filters: sweep.filters.clone(),
        dropped: sweep.dropped,
        factors: sweep.factors.clone(),
        focus: foci(reference),
        responses: responses.collect::<Result<_, _>>()?,
        short_above: loaded.scenario.short_above,
        horizon: loaded.scenario.horizon,
        points: sweep.points.clone(),
    })
}

/// What a model reports on.
fn foci(model: &Model) -> Vec<SweepFocus> {
    let outcome = study::outline(model, &About::default());
    let foci = outcome.focus.into_iter();
    foci.map(SweepFocus::from).collect()
}
