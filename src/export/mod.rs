//! What a study found, as files and as a table for the terminal.
//!
//! [`TrialsWriter`] takes the values of trials while a study runs, and gives
//! them back by column. [`rows`](crate::study::rows) summarises every metric once; [`summary_json`],
//! [`summary_csv`] and [`table`] print those rows. [`read_run`] reads a run back
//! from its files. Only [`Folder`] gives a file its name, and it never leaves
//! one half written.

mod atomic;
mod backtest;
mod columnar;
mod lines;
mod months;
mod number;
mod read_error;
mod stored;
mod summary_csv;
mod summary_json;
mod sweep;
mod table;
mod trace;
mod trials;

use crate::study::{Side, Which};

pub use atomic::{Folder, NewFile, WriteError, abandon, complete};
pub use backtest::{backtest_months, backtest_scores, backtest_table};
pub use lines::lines;
pub use months::months_parquet;
pub use number::count;
pub use read_error::ReadError;
pub use stored::read_run;
pub use summary_csv::summary_csv;
pub use summary_json::summary_json;
pub use sweep::{SweepTable, points_table, sweep_json, sweep_table};
pub use table::table;
pub use trace::{Detail, Traced, trace_csv, trace_log};
pub use trials::{Trials, TrialsWriter};

/// Name of the file of [`summary_json`].
pub const SUMMARY_JSON: &str = "summary.json";
/// Name of the file of [`summary_csv`].
pub const SUMMARY_CSV: &str = "summary.csv";
/// Name of the file of [`months_parquet`].
pub const MONTHS_PARQUET: &str = "months.parquet";
/// Name of the file of [`backtest_scores`].
pub const SCORES_CSV: &str = "scores.csv";
/// Name of the file of [`backtest_months`].
pub const MONTHS_CSV: &str = "months.csv";
/// Name of the Parquet file of [`SweepTable`].
pub const SWEEP_PARQUET: &str = "sweep.parquet";
/// Name of its CSV file.
pub const SWEEP_CSV: &str = "sweep.csv";
/// Name of the file of [`TrialsWriter`].
pub const TRIALS_PARQUET: &str = "trials.parquet";

/// A file that could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// `summary.json`.
    #[error("cannot render summary.json: {0}")]
    Json(#[from] serde_json::Error),
    /// In `summary.csv`, or the CSV of a trial.
    #[error("cannot render CSV: {0}")]
    Csv(#[from] csv::Error),
    /// `months.parquet`.
    #[error("cannot render months.parquet: {0}")]
    Months(std::io::Error),
}

/// Name of a variant in files.
const fn variant_name(which: Which) -> &'static str {
    match which {
        Which::Shocked => Side::Shocked.name(),
        Which::Baseline => Side::Baseline.name(),
    }
}
