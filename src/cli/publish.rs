use std::path::Path;

use anyhow::anyhow;

use super::{Failure, output, pictures};
use crate::export::{
    self, Folder, SUMMARY_JSON, SWEEP_CSV, SWEEP_PARQUET, SweepTable, WriteError, count, sweep_json,
};
use crate::report::{Format, render_sweep, shown_points};
use crate::study::sweep::{LogError, Logs, SweepOutcome};

/// Files of a sweep beside its pictures, in the order they are written.
const FILES: [&str; 3] = [SWEEP_PARQUET, SWEEP_CSV, SUMMARY_JSON];

/// Writes the files of a sweep from its logs, and prints its table.
pub(super) fn publish(
    logs: &Logs,
    path: &Path,
    format: Format,
    quiet: bool,
) -> Result<(), Failure> {
    let mut folder = pictures::claim(path, &FILES, format)?;
    let outcome = write_table(logs, &mut folder)?;
    let curves = logs.curves(&shown_points(&outcome));
    let curves = curves.map_err(anyhow::Error::from)?;
    let files = render_sweep(&outcome, &curves, format);
    let files = files.map_err(|error| anyhow!(error).context("cannot draw the report"))?;
    let summary = sweep_json(&outcome).map_err(anyhow::Error::from)?;
    folder.put(SUMMARY_JSON, &summary)?;
    pictures::put(&mut folder, &files, format)?;
    folder.publish()?;
    warn_of_failures(&outcome);
    output::print(&export::sweep_table(&outcome))?;
    if !quiet {
        let (tables, files) = (FILES.join(", "), pictures::in_words(&files));
        output::message(&format!("wrote {tables}, {files} to {}", path.display()));
    }
    match outcome.points.iter().any(|point| point.found.is_ok()) {
        true => Ok(()),
        false => Err(Failure::Other(anyhow!("every point failed"))),
    }
}

/// Why the table could not be written.
#[derive(Debug, thiserror::Error)]
enum TableError {
    #[error(transparent)]
    Read(#[from] LogError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn write_table(logs: &Logs, folder: &mut Folder) -> Result<SweepOutcome, anyhow::Error> {
    let (csv, parquet) = (folder.create(SWEEP_CSV)?, folder.create(SWEEP_PARQUET)?);
    let mut table = SweepTable::new(logs.outline(), csv, parquet)?;
    let outcome = logs.outcome(|index, point| {
        table.put(index, point)?;
        Ok::<(), TableError>(())
    })?;
    table.finish()?;
    Ok(outcome)
}

fn warn_of_failures(outcome: &SweepOutcome) {
    let points = outcome.points.iter().enumerate();
    let failed = points.filter_map(|(index, point)| Some((index, point.found.as_ref().err()?)));
    let failed: Vec<_> = failed.collect();
    if let Some((index, reason)) = failed.first() {
        output::message(&format!(
            "warning: {} of {} points failed; first: point {index}: {}",
            count(failed.len() as u64),
            count(outcome.points.len() as u64),
            reason.trim_end(),
        ));
    }
    let found = outcome
        .points
        .iter()
        .filter_map(|point| point.found.as_ref().ok());
    let trials: u64 = found.map(|found| found.failed).sum();
    if trials > 0 {
        output::message(&format!("warning: {} trials failed", count(trials)));
    }
}
