use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use rayon::ThreadPoolBuilder;

use super::progress::Bar;
use super::{Failure, RunPlan, exit, output};
use crate::export::{self, Folder, WriteError, count};
use crate::report::{self, CHARTS};
use crate::study::{self, Outcome};

/// Files of a run beside its pictures.
const SUMMARIES: [&str; 2] = ["summary.json", "summary.csv"];

/// Runs the trials, writes the files and prints the table.
///
/// # Errors
/// When the folder cannot be written to (found before the first trial), when
/// no trial could be finished, and when the run was interrupted (after what
/// was done has been written).
pub fn run(plan: &RunPlan) -> Result<(), Failure> {
    let folder = claim(plan).map_err(anyhow::Error::from)?;
    let outcome = study(plan)?;
    if outcome.interrupted && outcome.completed() == 0 {
        return Err(Failure::Interrupted);
    }
    warn_of_failed_trials(&outcome);
    let rows = export::rows(&outcome);
    let files = render(plan, &outcome, &rows)?;
    folder.write(&files).map_err(anyhow::Error::from)?;
    let stale = stale(plan, &files);
    folder.remove(stale).map_err(anyhow::Error::from)?;
    output::print(&export::table(&outcome, &rows))?;
    if !plan.quiet {
        output::message(&format!(
            "wrote {} to {}",
            in_words(&files),
            folder.path().display()
        ));
    }
    if outcome.interrupted {
        Err(Failure::Interrupted)
    } else {
        Ok(())
    }
}

fn study(plan: &RunPlan) -> Result<Outcome, Failure> {
    let bar = Bar::new(!plan.quiet);
    let stop = stop_on_signal()?;
    let outcome = study::run(&plan.model, &plan.about, &plan.study, &bar, &stop);
    Ok(outcome.map_err(anyhow::Error::from)?)
}

/// Becomes true on Ctrl-C or SIGTERM; a second one ends the program at once.
fn stop_on_signal() -> Result<Arc<AtomicBool>, anyhow::Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(exit::INTERRUPTED.into());
        }
        output::message("stopping: finishing the trials under way");
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(stop)
}

/// The folder of the results, with one for the charts in it.
fn claim(plan: &RunPlan) -> Result<Folder, WriteError> {
    let pictures = ["report", "appendix"].map(|name| format!("{name}.{}", plan.format.name()));
    let pictures = pictures.iter().map(String::as_str);
    let names: Vec<&str> = SUMMARIES.into_iter().chain(pictures).collect();
    let folder = Folder::claim(&plan.folder, &names)?;
    Folder::claim(plan.folder.join(CHARTS), &[])?;
    Ok(folder)
}

/// Every file of a run, in the order they are written.
fn render(
    plan: &RunPlan,
    outcome: &Outcome,
    rows: &[export::Row<'_>],
) -> Result<Vec<(String, Vec<u8>)>, anyhow::Error> {
    let [json, csv] = SUMMARIES.map(str::to_owned);
    let mut files = vec![
        (json, export::summary_json(outcome, rows)?),
        (csv, export::summary_csv(outcome, rows)?),
    ];
    let threads = ThreadPoolBuilder::new().num_threads(plan.study.threads);
    let threads = threads
        .build()
        .context("cannot start threads to draw with")?;
    let pictures = threads.install(|| report::render(outcome, plan.format));
    files.extend(pictures.context("cannot draw the report")?);
    Ok(files)
}

/// Names of further pages that a longer appendix of an earlier run may have.
fn stale(plan: &RunPlan, files: &[(String, Vec<u8>)]) -> impl Iterator<Item = String> {
    let pages = files
        .iter()
        .filter(|(name, _)| name.starts_with("appendix"));
    let (end, next) = (plan.format.name(), pages.count() + 1);
    (next..).map(move |page| format!("appendix-{page}.{end}"))
}

/// What has been written: names, and how many charts.
fn in_words(files: &[(String, Vec<u8>)]) -> String {
    let (charts, others): (Vec<_>, Vec<_>) = files
        .iter()
        .map(|(name, _)| name.as_str())
        .partition(|name| name.starts_with(CHARTS));
    format!("{} and {} charts", others.join(", "), charts.len())
}

fn warn_of_failed_trials(outcome: &Outcome) {
    if let Some(first) = outcome.failures.first() {
        output::message(&format!(
            "warning: {} of {} trials failed; first: trial {}: {}",
            count(outcome.failures.len() as u64),
            count(outcome.stamp.trials),
            first.trial,
            first.reason,
        ));
    }
}
