//! The values of single trials: where a study puts them, and where whoever
//! needs a column reads it. A study holds none of them itself, so that its
//! memory does not grow with the number of trials.

use std::error::Error;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Metric;
use crate::engine::{METRICS, Variant as Which};

/// What went wrong in a place that a study knows nothing of.
pub type Cause = Box<dyn Error + Send + Sync>;

/// The values of one finished trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialRow<'a> {
    /// Its index.
    pub trial: u64,
    /// Metrics with every policy: [`Metric::ALL`] for each focus in turn.
    pub shocked: &'a [f64],
    /// The same for the baseline.
    pub baseline: &'a [f64],
    /// Drawn parameters, in the order of [`Outcome::parameters`](super::Outcome::parameters).
    pub drawn: &'a [f64],
    /// Watched trade with every policy, month bin by month bin for each
    /// [`Watch`](crate::network::Watch) in turn \[units\].
    pub trade: &'a [f64],
    /// The same for the baseline.
    pub baseline_trade: &'a [f64],
}

/// Takes the finished trials of a study.
pub trait Sink {
    /// Takes one, in the order of their indices; failed trials leave gaps.
    ///
    /// # Errors
    /// When it cannot be kept, which ends the study.
    fn put(&mut self, row: &TrialRow<'_>) -> Result<(), Cause>;
}

/// Gives the values of finished trials by column, one value a trial, in the
/// order of their indices.
pub trait Columns {
    /// A metric of a focus, in the unit of [`Metric::unit`].
    ///
    /// # Errors
    /// When there is no such column, or it cannot be read.
    fn metric(&self, focus: usize, which: Which, metric: Metric) -> Result<Vec<f64>, ColumnError>;

    /// A drawn parameter, by its place in
    /// [`Outcome::parameters`](super::Outcome::parameters).
    ///
    /// # Errors
    /// When there is no such column, or it cannot be read.
    fn parameter(&self, index: usize) -> Result<Vec<f64>, ColumnError>;
}

/// A column that could not be read.
#[derive(Debug, Error)]
#[error("column {column}: {cause}")]
pub struct ColumnError {
    /// Which.
    pub column: String,
    /// Why.
    pub cause: Cause,
}

/// Every value of every trial in memory, for small studies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InMemory {
    /// Columns with every policy: [`Metric::ALL`] for each focus in turn.
    pub shocked: Vec<Vec<f64>>,
    /// The same for the baseline.
    pub baseline: Vec<Vec<f64>>,
    /// Columns of drawn parameters.
    pub parameters: Vec<Vec<f64>>,
}

impl InMemory {
    /// The column of a metric, empty if there is none.
    #[must_use]
    pub fn column(&self, focus: usize, which: Which, metric: Metric) -> &[f64] {
        let columns = match which {
            Which::Shocked => &self.shocked,
            Which::Baseline => &self.baseline,
        };
        let column = columns.get(focus * METRICS + metric as usize);
        column.map_or(&[], Vec::as_slice)
    }
}

impl InMemory {
    /// Takes over the trials of `later`, behind its own.
    pub fn append(&mut self, later: Self) {
        append(&mut self.shocked, later.shocked);
        append(&mut self.baseline, later.baseline);
        append(&mut self.parameters, later.parameters);
    }
}

fn append(columns: &mut Vec<Vec<f64>>, later: Vec<Vec<f64>>) {
    columns.resize_with(columns.len().max(later.len()), Vec::new);
    for (column, values) in columns.iter_mut().zip(later) {
        column.extend(values);
    }
}

impl Sink for InMemory {
    fn put(&mut self, row: &TrialRow<'_>) -> Result<(), Cause> {
        push(&mut self.shocked, row.shocked);
        push(&mut self.baseline, row.baseline);
        push(&mut self.parameters, row.drawn);
        Ok(())
    }
}

fn push(columns: &mut Vec<Vec<f64>>, values: &[f64]) {
    columns.resize_with(values.len(), Vec::new);
    for (column, value) in columns.iter_mut().zip(values) {
        column.push(*value);
    }
}

impl Columns for InMemory {
    fn metric(&self, focus: usize, which: Which, metric: Metric) -> Result<Vec<f64>, ColumnError> {
        Ok(self.column(focus, which, metric).to_vec())
    }

    fn parameter(&self, index: usize) -> Result<Vec<f64>, ColumnError> {
        Ok(self.parameters.get(index).cloned().unwrap_or_default())
    }
}
