use std::iter::once;

use super::ExportError;
use crate::stats::Estimate;
use crate::study::{Measures, Outcome, Row, Stamp};

/// `summary.csv`: the rows of `summary.json`, one a line, each with its stamp.
///
/// A cell is empty where `summary.json` has `null`, and `share_never` where
/// nothing is censored.
///
/// # Errors
/// None that are known: writing to memory does not fail.
pub fn summary_csv(outcome: &Outcome, rows: &[Row<'_>]) -> Result<Vec<u8>, ExportError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(header())?;
    for row in rows {
        table.write_record(record(&outcome.stamp, row))?;
    }
    let bytes = table.into_inner();
    bytes.map_err(|failed| csv::Error::from(failed.into_error()).into())
}

/// Columns that say where numbers come from.
pub(super) const STAMP: [&str; 5] = ["scenario", "hash", "seed", "trials", "version"];
/// Columns that say what is measured.
pub(super) const SUBJECT: [&str; 5] = ["commodity", "country", "metric", "unit", "variant"];

fn header() -> impl Iterator<Item = String> {
    let subject = STAMP.into_iter().chain(SUBJECT).map(str::to_owned);
    subject.chain(measured())
}

/// Columns of what is said about the values of a row.
pub(super) fn measured() -> impl Iterator<Item = String> {
    let moments = ["mean", "sd", "se", "p_any"];
    let quantiles = Measures::QUANTILES.map(str::to_owned);
    let cvars = Measures::CVARS.map(|name| format!("cvar_{name}"));
    let estimates: Vec<_> = quantiles.into_iter().chain(cvars).collect();
    let errors = ["p_any"]
        .map(str::to_owned)
        .into_iter()
        .chain(estimates.clone());
    let errors: Vec<_> = errors.map(|name| format!("{name}_se")).collect();
    let last = ["values", "share_never"].map(str::to_owned);
    let moments = moments.into_iter().map(str::to_owned);
    moments.chain(estimates).chain(errors).chain(last)
}

/// Where numbers come from, as [`STAMP`] has it.
pub(super) fn origin(stamp: &Stamp) -> [String; 5] {
    [
        stamp.scenario.clone(),
        stamp.hash.clone(),
        stamp.seed.to_string(),
        stamp.trials.to_string(),
        stamp.version.clone(),
    ]
}

fn record(stamp: &Stamp, row: &Row<'_>) -> impl Iterator<Item = String> {
    let measures = row.measures;
    let subject = [
        row.focus.commodity.clone(),
        row.focus.country.clone(),
        row.metric.name().to_owned(),
        row.metric.unit(&row.focus.unit),
        row.side.name().to_owned(),
    ];
    let origin = origin(stamp).into_iter();
    origin.chain(subject).chain(cells(&measures))
}

/// What is said about the values of a row, as [`measured`] has it.
pub(super) fn cells(measures: &Measures) -> impl Iterator<Item = String> + use<> {
    let share_never = measures.share_never.map_or_else(String::new, cell);
    let last = once(measures.values.to_string()).chain(once(share_never));
    numbers(measures).map(cell).chain(last)
}

/// Its numbers: all but the count of values and the share never short.
pub(super) fn numbers(measures: &Measures) -> impl Iterator<Item = f64> + use<> {
    let measures = *measures;
    let moments = [
        measures.mean,
        measures.sd,
        measures.se,
        measures.p_any.value,
    ];
    let estimates = move |part: fn(Estimate) -> f64| {
        measures
            .quantiles
            .into_iter()
            .chain(measures.cvar)
            .map(part)
    };
    moments
        .into_iter()
        .chain(estimates(|estimate| estimate.value))
        .chain([measures.p_any.se])
        .chain(estimates(|estimate| estimate.se))
}

/// The shortest decimal that reads back as the same number.
pub(super) fn cell(number: f64) -> String {
    if number.is_finite() {
        format!("{number:?}")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{rows, sample};

    fn lines() -> Vec<String> {
        let outcome = sample::outcome();
        let rows = rows(&outcome, &sample::columns()).unwrap();
        let bytes = summary_csv(&outcome, &rows).unwrap();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_row_carries_its_stamp() {
        let lines = lines();
        assert_eq!(lines.len(), 1 + 15 * 3);
        let start = "magnets,3f2a,20250404,5,0.1.0,ndfeb-magnet,JP,";
        assert!(lines[1..].iter().all(|line| line.starts_with(start)));
    }

    #[test]
    fn the_header_names_every_column() {
        insta::assert_snapshot!(lines()[0], @"scenario,hash,seed,trials,version,commodity,country,metric,unit,variant,mean,sd,se,p_any,p05,p10,p50,p90,p95,p99,cvar_p90,cvar_p95,cvar_p99,p_any_se,p05_se,p10_se,p50_se,p90_se,p95_se,p99_se,cvar_p90_se,cvar_p95_se,cvar_p99_se,values,share_never");
    }

    #[test]
    fn every_row_has_all_columns() {
        let columns = lines()[0].split(',').count();
        assert!(
            lines()
                .iter()
                .all(|line| line.split(',').count() == columns)
        );
    }

    #[test]
    fn never_is_an_empty_cell() {
        let lines = lines();
        let survival = lines
            .iter()
            .find(|line| line.contains("time_to_survive,days,shocked"));
        assert!(survival.unwrap().contains(",130.0,,,"), "{survival:?}");
    }
}
