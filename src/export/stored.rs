use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::months::read_months;
use super::summary_json::Document;
use super::{MONTHS_PARQUET, ReadError, SUMMARY_JSON, TRIALS_PARQUET, Trials};
use crate::study::Outcome;

/// Reads what a run has written into a folder: `summary.json`,
/// `months.parquet` and `trials.parquet`.
///
/// # Errors
/// When one of them is missing or damaged, was written by another version, or
/// they are not of the same run.
pub fn read_run(folder: &Path) -> Result<(Outcome, Trials), ReadError> {
    let mut outcome = read_summary(&folder.join(SUMMARY_JSON))?;
    read_months(&folder.join(MONTHS_PARQUET), &mut outcome)?;
    let trials = Trials::open(&folder.join(TRIALS_PARQUET), &outcome)?;
    Ok((outcome, trials))
}

/// The one entry that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: String,
}

fn read_summary(path: &Path) -> Result<Outcome, ReadError> {
    let bytes = fs::read(path).map_err(|error| ReadError::io(path, &error))?;
    let wrong = |error: serde_json::Error| {
        ReadError::new(path, format!("it is no summary of a run ({error})"))
    };
    let Versioned { version } = serde_json::from_slice(&bytes).map_err(wrong)?;
    let ours = env!("CARGO_PKG_VERSION");
    if version != ours {
        let reason = format!("it was written by version {version}, and this is {ours}");
        return Err(ReadError::new(path, reason));
    }
    let document: Document<'_> = serde_json::from_slice(&bytes).map_err(wrong)?;
    let outcome = document.outcome();
    outcome.map_err(|reason| ReadError::new(path, reason))
}
