use std::sync::atomic::AtomicBool;

use anyhow::Context;

use super::progress::Bar;
use super::{Failure, RunPlan, output};
use crate::export::{self, Folder, count};
use crate::report::report_png;
use crate::study::{self, Outcome};

/// Files of a run, in the order they are written.
const FILES: [&str; 3] = ["summary.json", "summary.csv", "report.png"];

/// Runs the trials, writes the files and prints the table.
///
/// # Errors
/// When the folder cannot be written to (found before the first trial), when
/// no trial could be finished, and when the run was interrupted (after what
/// was done has been written).
pub fn run(plan: &RunPlan) -> Result<(), Failure> {
    let folder = Folder::claim(&plan.folder, &FILES).map_err(anyhow::Error::from)?;
    let outcome = study(plan)?;
    warn_of_failed_trials(&outcome);
    let rows = export::rows(&outcome);
    let files = render(&outcome, &rows)?;
    folder.write(&files).map_err(anyhow::Error::from)?;
    output::print(&export::table(&outcome, &rows))?;
    if !plan.quiet {
        output::message(&format!(
            "wrote {} to {}",
            FILES.join(", "),
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
    let stop = AtomicBool::new(false);
    let outcome = study::run(&plan.model, &plan.about, &plan.study, &bar, &stop);
    Ok(outcome.map_err(anyhow::Error::from)?)
}

fn render(
    outcome: &Outcome,
    rows: &[export::Row<'_>],
) -> Result<[(&'static str, Vec<u8>); 3], anyhow::Error> {
    let [json, csv, png] = FILES;
    Ok([
        (json, export::summary_json(outcome, rows)?),
        (csv, export::summary_csv(outcome, rows)?),
        (png, report_png(outcome).context("cannot draw report.png")?),
    ])
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
