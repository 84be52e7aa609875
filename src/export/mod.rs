//! What a study found, as files and as a table for the terminal.
//!
//! [`rows`] summarises every metric once; [`summary_json`], [`summary_csv`]
//! and [`table`] print those rows. All three return bytes or text: only
//! [`Folder`] touches the disk, and it never leaves a file half written.

mod atomic;
mod number;
mod rows;
#[cfg(test)]
mod sample;
mod summary_csv;
mod summary_json;
mod table;
mod trace;

pub use atomic::{Folder, WriteError, write_whole};
pub use number::count;
pub use rows::{Measures, Row, Side, rows};
pub use summary_csv::summary_csv;
pub use summary_json::summary_json;
pub use table::table;
pub use trace::{Detail, Traced, trace_csv, trace_log};

/// A summary that could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// In `summary.json`.
    #[error("cannot render summary.json: {0}")]
    Json(#[from] serde_json::Error),
    /// In `summary.csv`, or the CSV of a trial.
    #[error("cannot render CSV: {0}")]
    Csv(#[from] csv::Error),
}
