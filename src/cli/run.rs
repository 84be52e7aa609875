use anyhow::Context;
use rayon::ThreadPoolBuilder;

use super::progress::Bar;
use super::{Failure, RunPlan, output, pictures, signals};
use crate::export::{
    self, Folder, MONTHS_PARQUET, SUMMARY_CSV, SUMMARY_JSON, TRIALS_PARQUET, Trials, TrialsWriter,
    count,
};
use crate::report;
use crate::study::{self, Outcome};

/// Files of a run beside its pictures, in the order they are written.
const FILES: [&str; 4] = [TRIALS_PARQUET, MONTHS_PARQUET, SUMMARY_JSON, SUMMARY_CSV];

/// Runs the trials, writes the files and prints the table.
///
/// # Errors
/// When the folder cannot be written to (found before the first trial), when
/// no trial could be finished, and when the run was interrupted (after what
/// was done has been written).
pub fn run(plan: &RunPlan) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    let mut folder = claim(plan)?;
    let Some((outcome, trials)) = study(plan, &mut folder)? else {
        return Err(Failure::Interrupted);
    };
    warn_of_failed_trials(&outcome);
    let files = draw(plan, &outcome, &trials)?;
    let table = write(folder, plan, (&outcome, &trials), &files)?;
    output::print(&table)?;
    if !plan.quiet {
        let (tables, files) = (FILES.join(", "), pictures::in_words(&files));
        output::message(&format!(
            "wrote {tables}, {files} to {}",
            plan.folder.display()
        ));
    }
    if outcome.interrupted {
        Err(Failure::Interrupted)
    } else {
        Ok(())
    }
}

fn claim(plan: &RunPlan) -> Result<Folder, anyhow::Error> {
    Ok(pictures::claim(&plan.folder, &FILES, plan.format)?)
}

/// Runs the trials into a file; nothing, if it was interrupted before the
/// first was done.
fn study(plan: &RunPlan, folder: &mut Folder) -> Result<Option<(Outcome, Trials)>, anyhow::Error> {
    let RunPlan { model, about, .. } = plan;
    let file = folder.create(TRIALS_PARQUET)?;
    let mut trials = TrialsWriter::new(file, &study::outline(model, about))?;
    let bar = Bar::new(!plan.quiet);
    let stop = signals::stop_on_signal(Some(folder.staging()))?;
    let outcome = study::run(model, about, &plan.study, &mut trials, &bar, &stop)?;
    if outcome.interrupted && outcome.completed == 0 {
        return Ok(None);
    }
    let trials = trials.finish(&outcome)?;
    Ok(Some((outcome, trials)))
}

/// Draws every picture, on as many threads as the trials ran on.
fn draw(
    plan: &RunPlan,
    outcome: &Outcome,
    trials: &Trials,
) -> Result<Vec<(String, Vec<u8>)>, anyhow::Error> {
    let threads = ThreadPoolBuilder::new().num_threads(plan.study.threads);
    let threads = threads
        .build()
        .context("cannot start threads to draw with")?;
    let files = threads.install(|| report::render(outcome, trials, plan.format));
    files.context("cannot draw the report")
}

/// Writes all other files and returns the table.
fn write(
    mut folder: Folder,
    plan: &RunPlan,
    (outcome, trials): (&Outcome, &Trials),
    files: &[(String, Vec<u8>)],
) -> Result<String, anyhow::Error> {
    let rows = study::rows(outcome, trials)?;
    folder.put(MONTHS_PARQUET, &export::months_parquet(outcome)?)?;
    folder.put(SUMMARY_JSON, &export::summary_json(outcome, &rows)?)?;
    folder.put(SUMMARY_CSV, &export::summary_csv(outcome, &rows)?)?;
    pictures::put(&mut folder, files, plan.format)?;
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
