//! The pictures a person looks at: a page of findings in words and charts,
//! each chart on its own, and an appendix on what the figures rest on.

mod appendix;
mod axis;
mod backtest;
mod bars;
mod canvas;
mod caption;
mod card;
mod chart;
mod column;
mod digest;
mod exceedance;
mod fan;
mod finding;
mod font;
mod histogram;
mod market;
mod notice;
mod number;
mod origins;
mod overview;
mod page;
mod panel;
mod paragraph;
mod policies;
mod price;
mod raster;
mod sheet;
mod svg;
mod sweep;
mod tail;
mod theme;
mod timeline;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use plotters::drawing::DrawingAreaErrorKind;
use rayon::prelude::*;
use thiserror::Error;

use crate::study::{ColumnError, Columns, FocusOutcome, Outcome, Stamp};
use chart::Chart;
use digest::Digest;
use market::{Market, MarketChart};
use sheet::Sheet;

pub use backtest::render_backtest;
pub use sweep::{SWEEP_PAGE, render_sweep, shown_points};

/// Name of the page, but for how names of its format end.
pub const PAGE: &str = "report";
/// Name of the first page of the appendix, likewise.
pub const APPENDIX: &str = "appendix";
/// Folder of the charts that stand on their own.
pub const CHARTS: &str = "charts";

/// Why a report could not be made.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A shape or a text could not be drawn.
    #[error("cannot draw the report: {0}")]
    Draw(String),
    /// The fonts inside the program could not be read.
    #[error("cannot read the built-in font")]
    Font,
    /// A picture without extent.
    #[error("cannot draw a picture of no size")]
    Empty,
    /// The pixels could not be turned into a PNG.
    #[error("cannot encode the report")]
    Encode(#[from] png::EncodingError),
    /// The same, row by row.
    #[error("cannot encode the report")]
    Rows(#[from] std::io::Error),
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

/// How pictures are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Pixels, two to a unit of length each way.
    #[default]
    Png,
    /// Shapes. Text is outlines, so no font is needed.
    Svg,
}

impl Format {
    /// All formats, by the ends of their files' names.
    pub const NAMES: [&str; 2] = ["png", "svg"];

    /// How names of its files end.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }

    /// Whether [`render`] or [`render_sweep`] may have written a file, by its path below the folder
    /// of the results. So may somebody else: see [`is_ours`](Self::is_ours).
    #[must_use]
    pub fn owns(self, path: &str) -> bool {
        let stem = path.strip_suffix(self.name());
        match stem.and_then(|stem| stem.strip_suffix('.')) {
            Some(PAGE | APPENDIX) => true,
            Some(stem) => {
                is_focus_page(stem) || is_later_page(stem) || is_chart(stem) || sweep::owns(stem)
            }
            None => false,
        }
    }

    /// Whether a file that begins with these bytes is a picture of ours: it says
    /// where its numbers come from.
    #[must_use]
    pub fn is_ours(self, head: &[u8]) -> bool {
        let mark: &[u8] = match self {
            Self::Png => b"tEXtscenario\0",
            Self::Svg => b"<metadata>scenario=",
        };
        head.windows(mark.len()).any(|bytes| bytes == mark)
    }

    fn encode(self, sheet: &Sheet, stamp: &Stamp) -> Drawn<Vec<u8>> {
        match self {
            Self::Png => raster::png(sheet, stamp),
            Self::Svg => Ok(svg::svg(sheet, stamp)),
        }
    }
}

fn focus_page(focus: &FocusOutcome) -> String {
    format!("{PAGE}-{}.{}", focus.commodity, focus.country)
}

/// Whether a name may be that of the page of a focus.
fn is_focus_page(stem: &str) -> bool {
    let focus = stem
        .strip_prefix(PAGE)
        .and_then(|rest| rest.strip_prefix('-')?.split_once('.'));
    focus.is_some_and(|(good, country)| is_key(good) && is_key(country))
}

/// Whether a text may be the key of a commodity or the code of a country.
fn is_key(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !text.is_empty() && text.chars().all(fits)
}

/// Whether a name is that of a page of the appendix after the first.
fn is_later_page(stem: &str) -> bool {
    let number = stem.strip_prefix(APPENDIX);
    let number = number.and_then(|rest| rest.strip_prefix('-')?.parse::<u64>().ok());
    number.is_some_and(|number| later_page(number) == stem)
}

fn later_page(number: u64) -> String {
    format!("{APPENDIX}-{number}")
}

/// Whether a path is that of a chart: `charts/COMMODITY.COUNTRY.CHART` or
/// `charts/COMMODITY.CHART`.
fn is_chart(stem: &str) -> bool {
    let name = stem.strip_prefix(CHARTS);
    let name = name.and_then(|rest| rest.strip_prefix('/')?.rsplit_once('.'));
    name.is_some_and(|(about, chart)| match about.contains('.') {
        true => Chart::ALL.iter().any(|known| known.name() == chart),
        false => MarketChart::ALL.iter().any(|known| known.name() == chart),
    })
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = [Self::Png, Self::Svg].into_iter();
        let mut found = known.filter(|format| format.name() == name);
        found.next().ok_or_else(|| "expected png or svg".to_owned())
    }
}

/// The pictures of an outcome, as names and bytes:
///
/// - `report`, a page with the findings and charts of the only focus, or else an
///   overview of all foci;
/// - with an overview `report-COMMODITY.COUNTRY`, such a page for each focus;
/// - `appendix`, and `appendix-2` and so on where one page does not hold what
///   the figures rest on;
/// - `charts/COMMODITY.COUNTRY.CHART`, each chart of each focus on its own;
/// - `charts/COMMODITY.CHART`, likewise those of a commodity that have something
///   to show.
///
/// Each file says where its numbers come from: scenario, hash, seed, trials
/// and version. The same outcome gives the same bytes.
///
/// # Errors
///
/// If a column cannot be read, or a font or the encoder fails; no content of an
/// outcome leads there.
pub fn render(
    outcome: &Outcome,
    columns: &dyn Columns,
    format: Format,
) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    let pictures = pictures(outcome, columns)?;
    let encoded = pictures.par_iter().map(|(name, sheet)| {
        let bytes = format.encode(sheet, &outcome.stamp)?;
        Ok((format!("{name}.{}", format.name()), bytes))
    });
    encoded.collect()
}

/// Every picture by name, the page first.
fn pictures(outcome: &Outcome, columns: &dyn Columns) -> Drawn<Vec<(String, Sheet)>> {
    font::check()?;
    let foci = outcome.focus.iter().enumerate();
    let digests = foci.map(|focus| Digest::new(outcome, focus, columns));
    let digests = digests.collect::<Result<Vec<_>, _>>()?;
    let markets = market::markets(outcome, &digests);
    let mut pictures = pages(outcome, &markets)?;
    for (page, sheet) in appendix::draw(outcome)?.into_iter().enumerate() {
        let name = match page {
            0 => APPENDIX.to_owned(),
            page => later_page(page as u64 + 1),
        };
        pictures.push((name, sheet));
    }
    for digest in &digests {
        for chart in Chart::ALL {
            let (good, country) = (&digest.focus.commodity, &digest.focus.country);
            let name = format!("{CHARTS}/{good}.{country}.{}", chart.name());
            pictures.push((name, chart.alone(outcome, digest)?));
        }
    }
    for market in &markets {
        for chart in market.charts() {
            let name = format!("{CHARTS}/{}.{}", market.key, chart.name());
            pictures.push((name, chart.alone(outcome, market)?));
        }
    }
    Ok(pictures)
}

/// One page where there is one focus; otherwise an overview, and a page a focus.
fn pages(outcome: &Outcome, markets: &[Market<'_>]) -> Drawn<Vec<(String, Sheet)>> {
    let subjects = markets.iter();
    let subjects =
        subjects.flat_map(|market| market.foci.iter().map(move |focus| (*focus, market)));
    let subjects: Vec<_> = subjects.collect();
    if subjects.len() < 2 {
        let only = page::draw(outcome, subjects.first().copied(), true)?;
        return Ok(vec![(PAGE.to_owned(), only)]);
    }
    let mut pages = vec![(PAGE.to_owned(), overview::draw(outcome, markets)?)];
    for subject in subjects {
        let page = page::draw(outcome, Some(subject), false)?;
        pages.push((focus_page(subject.0.focus), page));
    }
    Ok(pages)
}

/// Where numbers come from, as keys and values for the files.
fn origin(stamp: &Stamp) -> [(&'static str, String); 5] {
    [
        ("scenario", stamp.scenario.clone()),
        ("hash", stamp.hash.clone()),
        ("seed", stamp.seed.to_string()),
        ("trials", stamp.trials.to_string()),
        ("version", stamp.version.clone()),
    ]
}
