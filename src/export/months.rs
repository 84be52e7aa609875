use std::path::Path;

use parquet::errors::ParquetError;

use super::columnar::{self, Field, Kind, Parquet, Table};
use super::{ExportError, ReadError, variant_name};
use crate::study::{Fan, Outcome, Variant, Which};
use crate::units::Date;

/// What a fan is of, and its unit.
const QUANTITIES: [(&str, &str); 2] = [("shortfall", "share"), ("cover", "days")];
/// Columns of numbers; [`lines`] gives them in this order.
const STATISTICS: [&str; 6] = ["mean", "p5", "p25", "p50", "p75", "p95"];
const TEXTS: [&str; 5] = ["commodity", "country", "variant", "quantity", "unit"];

/// `months.parquet`: a row for each focus, variant, quantity and month, with
/// its mean and quantiles over the trials.
///
/// `month` is the first day of the month bin, as a date. The quantity
/// `shortfall` is over the bin, as a share of its demand; `cover` is the
/// commercial stock at its end, in days of use.
///
/// # Errors
/// None that are known: writing to memory does not fail.
pub fn months_parquet(outcome: &Outcome) -> Result<Vec<u8>, ExportError> {
    Ok(write(outcome)?)
}

fn write(outcome: &Outcome) -> Parquet<Vec<u8>> {
    let mut writer = columnar::writer(Vec::new(), &fields(), &outcome.stamp)?;
    let keys = keys(outcome);
    let mut group = columnar::RowGroup::begin(&mut writer)?;
    for text in 0..TEXTS.len() {
        let values: Vec<_> = keys.iter().map(|key| key.texts[text]).collect();
        group.texts(&values)?;
    }
    group.dates(&keys.iter().map(|key| key.month).collect::<Vec<_>>())?;
    for statistic in 0..STATISTICS.len() {
        let fans = sides(outcome).flat_map(|(_, _, _, variant)| fans(variant));
        let values: Vec<f64> = fans.flat_map(|fan| lines(fan)[statistic].clone()).collect();
        group.numbers(&values)?;
    }
    group.end()?;
    writer.into_inner()
}

/// Reads the fans of the run that `outcome` is of.
///
/// # Errors
/// When the file cannot be read, or is not of that run.
pub(super) fn read_months(path: &Path, outcome: &mut Outcome) -> Result<(), ReadError> {
    let table = Table::open(path)?;
    let keys = keys(outcome);
    table.expect(&outcome.stamp, &fields(), keys.len() as u64)?;
    for text in 0..TEXTS.len() {
        let found = table.texts(text)?;
        if !keys.iter().map(|key| key.texts[text]).eq(&found) {
            return Err(other_rows(&table));
        }
    }
    if !table
        .dates(TEXTS.len())?
        .iter()
        .eq(keys.iter().map(|key| &key.month))
    {
        return Err(other_rows(&table));
    }
    let months = outcome.months.len().max(1);
    for statistic in 0..STATISTICS.len() {
        let values = table.numbers(TEXTS.len() + 1 + statistic)?;
        let mut values = values.chunks(months);
        for focus in &mut outcome.focus {
            for variant in [&mut focus.shocked, &mut focus.baseline] {
                for fan in [&mut variant.shortfall, &mut variant.cover] {
                    *lines_mut(fan)[statistic] = values.next().unwrap_or_default().to_vec();
                }
            }
        }
    }
    Ok(())
}

fn other_rows(table: &Table) -> ReadError {
    table.wrong("its rows are not those that summary.json tells of")
}

fn fields() -> Vec<Field> {
    let texts = TEXTS.map(|name| Field::new(name, Kind::Text)).into_iter();
    let numbers = STATISTICS.map(|name| Field::new(name, Kind::Number));
    let month = Field::new("month", Kind::Date);
    texts.chain([month]).chain(numbers).collect()
}

/// What a row is about.
struct Key<'o> {
    texts: [&'o str; 5],
    month: Date,
}

fn keys(outcome: &Outcome) -> Vec<Key<'_>> {
    let mut keys = Vec::new();
    for (commodity, country, which, _) in sides(outcome) {
        for (quantity, unit) in QUANTITIES {
            let texts = [commodity, country, variant_name(which), quantity, unit];
            keys.extend(outcome.months.iter().map(|&month| Key { texts, month }));
        }
    }
    keys
}

/// Each variant of each focus: commodity, country, which it is, and what was
/// found.
fn sides(outcome: &Outcome) -> impl Iterator<Item = (&str, &str, Which, &Variant)> {
    outcome.focus.iter().flat_map(|focus| {
        let (commodity, country) = (focus.commodity.as_str(), focus.country.as_str());
        let both = [
            (Which::Shocked, &focus.shocked),
            (Which::Baseline, &focus.baseline),
        ];
        both.map(|(which, variant)| (commodity, country, which, variant))
    })
}

fn fans(variant: &Variant) -> [&Fan; 2] {
    [&variant.shortfall, &variant.cover]
}

fn lines(fan: &Fan) -> [&Vec<f64>; 6] {
    [&fan.mean, &fan.p5, &fan.p25, &fan.p50, &fan.p75, &fan.p95]
}

fn lines_mut(fan: &mut Fan) -> [&mut Vec<f64>; 6] {
    let Fan {
        p5,
        p25,
        p50,
        p75,
        p95,
        mean,
    } = fan;
    [mean, p5, p25, p50, p75, p95]
}

impl From<ParquetError> for ExportError {
    fn from(error: ParquetError) -> Self {
        Self::Months(columnar::io_error(error))
    }
}
