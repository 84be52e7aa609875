use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use super::progress::Bar;
use super::{Failure, RunPlan, exit, output};
use crate::export::{self, Folder, count};
use crate::report::report_png;
use crate::study::{self, Columns, InMemory, Outcome};

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
    let mut columns = InMemory::default();
    let outcome = study(plan, &mut columns)?;
    if outcome.interrupted && outcome.completed == 0 {
        return Err(Failure::Interrupted);
    }
    warn_of_failed_trials(&outcome);
    let rows = export::rows(&outcome, &columns).map_err(anyhow::Error::from)?;
    let files = render(&outcome, &columns, &rows)?;
    folder.write(&files).map_err(anyhow::Error::from)?;
    let table = export::table(&outcome, &columns, &rows).map_err(anyhow::Error::from)?;
    output::print(&table)?;
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

fn study(plan: &RunPlan, sink: &mut InMemory) -> Result<Outcome, Failure> {
    let bar = Bar::new(!plan.quiet);
    let stop = stop_on_signal()?;
    let outcome = study::run(&plan.model, &plan.about, &plan.study, sink, &bar, &stop);
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

fn render(
    outcome: &Outcome,
    columns: &dyn Columns,
    rows: &[export::Row<'_>],
) -> Result<[(&'static str, Vec<u8>); 3], anyhow::Error> {
    let [json, csv, png] = FILES;
    Ok([
        (json, export::summary_json(outcome, rows)?),
        (csv, export::summary_csv(outcome, rows)?),
        (
            png,
            report_png(outcome, columns).context("cannot draw report.png")?,
        ),
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
