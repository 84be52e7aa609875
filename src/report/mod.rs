//! The page a person looks at: findings in words, charts, and where the
//! numbers come from.

mod axis;
mod canvas;
mod column;
mod encode;
mod exceedance;
mod fan;
mod finding;
mod histogram;
mod number;
mod origins;
mod page;
mod panel;
mod policies;
mod tail;
mod theme;
mod timeline;
mod trials;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use plotters::drawing::DrawingAreaErrorKind;
use thiserror::Error;

use crate::study::{ColumnError, Columns, Outcome};

pub use finding::finding;
pub use trials::Focus;

/// Why a report could not be made.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A shape or a text could not be drawn.
    #[error("cannot draw the report: {0}")]
    Draw(String),
    /// The fonts inside the program could not be read.
    #[error("cannot read the built-in font")]
    Font,
    /// The pixels could not be turned into a PNG.
    #[error("cannot encode the report")]
    Encode(#[from] png::EncodingError),
    /// The values of trials could not be read.
    #[error(transparent)]
    Column(#[from] ColumnError),
}

impl<E> From<DrawingAreaErrorKind<E>> for ReportError
where
    E: std::error::Error + Send + Sync,
{
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self::Draw(error.to_string())
    }
}

/// For rates a year, on average over leap years.
const DAYS_PER_YEAR: f64 = 365.25;

/// What drawing returns.
type Drawn<T = ()> = Result<T, ReportError>;

/// One page with the findings and charts of the first three foci, as the
/// bytes of a PNG 2400 pixels wide. Its text chunks name the scenario, hash,
/// seed, trials and version. The same outcome gives the same bytes.
///
/// # Errors
///
/// If a column cannot be read, or a font or the encoder fails; no content of an
/// outcome leads there.
pub fn report_png(outcome: &Outcome, columns: &dyn Columns) -> Result<Vec<u8>, ReportError> {
    theme::register_fonts()?;
    let page = page::draw(outcome, columns)?;
    encode::png(&page, &outcome.stamp)
}
