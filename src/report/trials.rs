//! The values of trials that the page is drawn from.

use std::ops::Deref;

use crate::study::{ColumnError, Columns, FocusOutcome, Metric, Which};

/// The metrics that are drawn.
const DRAWN: [Metric; 4] = [
    Metric::Shortfall,
    Metric::ShortfallShare,
    Metric::RationedByPrice,
    Metric::Unserved,
];

/// A focus with the values of its trials, as long as they are needed.
pub struct Focus<'o> {
    about: &'o FocusOutcome,
    pub(super) with: Trials,
    pub(super) without: Trials,
}

/// One variant of it, trial by trial.
pub(super) struct Trials([Vec<f64>; DRAWN.len()]);

impl<'o> Focus<'o> {
    /// Reads the columns of the focus at `index`, which `about` describes.
    ///
    /// # Errors
    /// When a column cannot be read.
    pub fn read(
        about: &'o FocusOutcome,
        index: usize,
        columns: &dyn Columns,
    ) -> Result<Self, ColumnError> {
        Ok(Self {
            about,
            with: Trials::read(index, Which::Shocked, columns)?,
            without: Trials::read(index, Which::Baseline, columns)?,
        })
    }
}

impl Deref for Focus<'_> {
    type Target = FocusOutcome;

    fn deref(&self) -> &FocusOutcome {
        self.about
    }
}

impl Trials {
    fn read(index: usize, which: Which, columns: &dyn Columns) -> Result<Self, ColumnError> {
        let [a, b, c, d] = DRAWN.map(|metric| columns.metric(index, which, metric));
        Ok(Self([a?, b?, c?, d?]))
    }

    /// The column of a metric that is drawn.
    pub(super) fn column(&self, metric: Metric) -> &[f64] {
        let place = DRAWN.iter().position(|drawn| *drawn == metric);
        place.map_or(&[], |place| self.0[place].as_slice())
    }
}
