use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

use anyhow::{Context, anyhow};

use super::plan::about;
use super::progress::Bar;
use super::{BacktestArgs, Failure, builtin, model, output, signals};
use crate::export::{
    Folder, MONTHS_CSV, SCORES_CSV, backtest_months, backtest_scores, backtest_table, count,
};
use crate::report::render_backtest;
use crate::scenario::{self, Loaded, Observed};
use crate::study::Plan;
use crate::study::backtest::{Backtest, Comparison};

/// Compares what scenarios foretell with what was observed.
///
/// # Errors
/// When a scenario or the observations have mistakes, do not belong together,
/// or the results cannot be written; when it was interrupted.
pub fn backtest(args: &BacktestArgs) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    let episodes = episodes(args)?;
    let mut comparisons = Vec::new();
    for (loaded, observed) in &episodes {
        let model = model::compile(loaded)?;
        let found = Comparison::new(&loaded.scenario, model, observed, args.trials);
        comparisons.push(found.map_err(|error| Failure::Input(anyhow!(error)))?);
    }
    let pictures = episodes.iter().map(|(loaded, _)| {
        let name = &loaded.scenario.name;
        format!("{name}.{}", args.format.name())
    });
    let pictures: Vec<String> = pictures.collect();
    let names = pictures.iter().map(String::as_str);
    let names: Vec<&str> = names.chain([SCORES_CSV, MONTHS_CSV]).collect();
    let mut folder = Folder::claim(&args.out, &names)?;
    let stop = signals::stop_on_signal(Some(folder.staging()))?;
    let mut backtests = Vec::new();
    for ((loaded, observed), comparison) in episodes.iter().zip(&comparisons) {
        let plan = plan(args, loaded);
        let about = about(loaded, &plan);
        let done = comparison.run((&about, &plan), &Bar::new(!args.quiet), &stop);
        let done = done.map_err(anyhow::Error::from)?;
        if done.outcome.interrupted {
            return Err(Failure::Interrupted);
        }
        warn(&done, observed, args.quiet);
        backtests.push(done);
    }
    for (name, done) in pictures.iter().zip(&backtests) {
        let picture = render_backtest(done, args.format).context("cannot draw the report")?;
        folder.put(name, &picture)?;
    }
    let tables = [
        (SCORES_CSV, backtest_scores(&backtests)),
        (MONTHS_CSV, backtest_months(&backtests)),
    ];
    for (name, table) in tables {
        folder.put(name, &table.map_err(anyhow::Error::from)?)?;
    }
    folder.publish()?;
    output::print(&backtest_table(&backtests))?;
    if !args.quiet {
        let (pictures, out) = (pictures.join(", "), args.out.display());
        output::message(&format!(
            "wrote {SCORES_CSV}, {MONTHS_CSV}, {pictures} to {out}"
        ));
    }
    Ok(())
}

/// Scenarios, and what was observed of each.
fn episodes(args: &BacktestArgs) -> Result<Vec<(Loaded, Observed)>, Failure> {
    let Some(path) = &args.scenario else {
        let all = builtin::episodes();
        return all.map(|name| builtin::episode(name, &[])).collect();
    };
    if let Some(observed) = &args.observed {
        let loaded = model::load(Some(path), &args.set)?;
        let observed = scenario::load_observed(observed, &loaded.scenario)?;
        return Ok(vec![(loaded, observed)]);
    }
    let name = path.to_str().filter(|_| !path.is_file());
    match name.and_then(|name| builtin::episodes().find(|known| *known == name)) {
        Some(name) => Ok(vec![builtin::episode(name, &args.set)?]),
        None => Err(Failure::Argument(unknown(path))),
    }
}

/// That there is nothing to compare a scenario with.
fn unknown(path: &Path) -> String {
    let known = builtin::episodes().collect::<Vec<_>>().join(", ");
    let path = path.display();
    format!(
        "`{path}` is no built-in backtest; those are {known}\nhelp: to compare a scenario of your \
         own, say what was observed: `shortfall backtest {path} --observed FILE.csv`"
    )
}

fn plan(args: &BacktestArgs, loaded: &Loaded) -> Plan {
    let threads = args
        .threads
        .and_then(|threads| usize::try_from(threads).ok());
    let cores = || available_parallelism().map_or(1, NonZeroUsize::get);
    Plan {
        trials: args.trials,
        seed: args.seed.unwrap_or(loaded.scenario.seed),
        threads: threads.unwrap_or_else(cores),
    }
}

/// Warns of failed trials, and of months that were observed but not foretold.
fn warn(done: &Backtest, observed: &Observed, quiet: bool) {
    let name = &done.outcome.stamp.scenario;
    if let Some(first) = done.outcome.failures.first() {
        output::message(&format!(
            "warning: {name}: {} of {} trials failed; first: trial {}: {}",
            count(done.outcome.failures.len() as u64),
            count(done.outcome.stamp.trials),
            first.trial,
            first.reason,
        ));
    }
    let all: usize = observed.series.iter().map(|s| s.months.len()).sum();
    let used = done.series.iter().map(|s| s.scored.len() + s.before.len());
    let unused = all - used.sum::<usize>();
    if unused > 0 && !quiet {
        output::message(&format!(
            "warning: {name}: {unused} of {all} observations are of months that the scenario does \
             not cover wholly, and are left out"
        ));
    }
}
