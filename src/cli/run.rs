use anyhow::Context;

use super::progress::Bar;
use super::{Failure, RunPlan, output, signals};
use crate::export::{
    self, Folder, MONTHS_PARQUET, SUMMARY_CSV, SUMMARY_JSON, TRIALS_PARQUET, Trials, TrialsWriter,
    count,
};
use crate::report::report_png;
use crate::study::{self, Outcome};

/// Name of the picture.
pub(super) const REPORT_PNG: &str = "report.png";

/// Files of a run, in the order they are written.
const FILES: [&str; 5] = [
    TRIALS_PARQUET,
    MONTHS_PARQUET,
    SUMMARY_JSON,
    SUMMARY_CSV,
    REPORT_PNG,
];

/// Runs the trials, writes the files and prints the table.
///
/// # Errors
/// When the folder cannot be written to (found before the first trial), when
/// no trial could be finished, and when the run was interrupted (after what
/// was done has been written).
pub fn run(plan: &RunPlan) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    let mut folder = Folder::claim(&plan.folder, &FILES).map_err(anyhow::Error::from)?;
    let Some((outcome, trials)) = study(plan, &mut folder)? else {
        return Err(Failure::Interrupted);
    };
    warn_of_failed_trials(&outcome);
    let table = write(folder, &outcome, &trials)?;
    output::print(&table)?;
    if !plan.quiet {
        let (files, folder) = (FILES.join(", "), plan.folder.display());
        output::message(&format!("wrote {files} to {folder}"));
    }
    if outcome.interrupted {
        Err(Failure::Interrupted)
    } else {
        Ok(())
    }
}

/// Runs the trials into a file; nothing, if it was interrupted before the
/// first was done.
fn study(plan: &RunPlan, folder: &mut Folder) -> Result<Option<(Outcome, Trials)>, anyhow::Error> {
    let RunPlan { model, about, .. } = plan;
    let file = folder.create(TRIALS_PARQUET)?;
    let mut trials = TrialsWriter::new(file, &study::outline(model, about))?;
    let bar = Bar::new(!plan.quiet);
    let stop = signals::stop_on_signal(folder.staging())?;
    let outcome = study::run(model, about, &plan.study, &mut trials, &bar, &stop)?;
    if outcome.interrupted && outcome.completed == 0 {
        return Ok(None);
    }
    let trials = trials.finish(&outcome)?;
    Ok(Some((outcome, trials)))
}

/// Writes all other files and returns the table.
fn write(mut folder: Folder, outcome: &Outcome, trials: &Trials) -> Result<String, anyhow::Error> {
    let rows = export::rows(outcome, trials)?;
    folder.put(MONTHS_PARQUET, &export::months_parquet(outcome)?)?;
    folder.put(SUMMARY_JSON, &export::summary_json(outcome, &rows)?)?;
    folder.put(SUMMARY_CSV, &export::summary_csv(outcome, &rows)?)?;
    let png = report_png(outcome, trials).context("cannot draw report.png")?;
    folder.put(REPORT_PNG, &png)?;
    let table = export::table(outcome, trials, &rows)?;
    folder.publish()?;
    Ok(table)
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
