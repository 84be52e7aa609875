//! What trials foretold of trade, beside what was observed, as tables.

use std::fmt::Write;

use super::ExportError;
use super::number::plain;
use super::summary_csv::{STAMP, origin};
use crate::study::backtest::{Backtest, Foretold, Scores};

/// Columns that say which series it is.
const SERIES: [&str; 2] = ["series", "unit"];
/// Columns of a month.
const MONTH: [&str; 13] = [
    "month",
    "observed",
    "mean",
    "baseline",
    "p05",
    "p25",
    "p50",
    "p75",
    "p95",
    "crps",
    "pit",
    "no_effect",
    "last_month",
];
/// Columns of the scores of a series.
const SCORES: [&str; 9] = [
    "months",
    "crps",
    "crps_no_effect",
    "crps_last_month",
    "rmse",
    "rmse_no_effect",
    "rmse_last_month",
    "within_50",
    "within_90",
];

/// `months.csv`: each observed month of each series, with what was foretold.
///
/// # Errors
/// None that are known: writing to memory does not fail.
pub fn backtest_months(backtests: &[Backtest]) -> Result<Vec<u8>, ExportError> {
    let rows = all(backtests).flat_map(|(stamp, series)| {
        let months = series.scored.iter().map(move |month| {
            let [p05, p25, p50, p75, p95] = month.quantiles;
            let numbers = [
                month.observed,
                month.mean,
                month.baseline,
                p05,
                p25,
                p50,
                p75,
                p95,
                month.crps,
                month.pit,
                month.no_effect,
                month.last_month,
            ];
            let date = month.month.strftime("%Y-%m").to_string();
            std::iter::once(date).chain(numbers.map(|v| v.to_string()))
        });
        months.map(move |cells| named(&stamp, series).chain(cells))
    });
    written(&MONTH, rows)
}

/// `scores.csv`: the scores of each series.
///
/// # Errors
/// None that are known: writing to memory does not fail.
pub fn backtest_scores(backtests: &[Backtest]) -> Result<Vec<u8>, ExportError> {
    let rows = all(backtests).map(|(stamp, series)| {
        let s: &Scores = &series.scores;
        let means = [
            s.crps,
            s.crps_no_effect,
            s.crps_last_month,
            s.rmse,
            s.rmse_no_effect,
            s.rmse_last_month,
        ];
        let means = means.map(|value| value.to_string());
        let within = [s.within_50, s.within_90].map(|n| n.to_string());
        let months = std::iter::once(series.scored.len().to_string());
        named(&stamp, series)
            .chain(months)
            .chain(means)
            .chain(within)
    });
    written(&SCORES, rows)
}

type Origin = [String; STAMP.len()];

fn all(backtests: &[Backtest]) -> impl Iterator<Item = (Origin, &Foretold)> {
    backtests.iter().flat_map(|backtest| {
        let stamp = origin(&backtest.outcome.stamp);
        let series = backtest.series.iter();
        series.map(move |series| (stamp.clone(), series))
    })
}

fn named(stamp: &Origin, series: &Foretold) -> impl Iterator<Item = String> + use<> {
    let subject = [series.title.clone(), series.unit.clone()];
    stamp.clone().into_iter().chain(subject)
}

fn written(
    columns: &[&str],
    rows: impl Iterator<Item = impl Iterator<Item = String>>,
) -> Result<Vec<u8>, ExportError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(STAMP.iter().chain(&SERIES).chain(columns))?;
    for row in rows {
        table.write_record(row)?;
    }
    let bytes = table.into_inner();
    bytes.map_err(|failed| csv::Error::from(failed.into_error()).into())
}

/// The scores as a table for the terminal.
#[must_use]
pub fn backtest_table(backtests: &[Backtest]) -> String {
    let header = [
        "",
        "months",
        "unit",
        "CRPS",
        "no effect",
        "month before",
        "RMSE",
        "no effect",
        "month before",
        "in 50 %",
        "in 90 %",
    ];
    let mut text = String::new();
    for backtest in backtests {
        let stamp = &backtest.outcome.stamp;
        let mut rows = vec![header.map(str::to_owned)];
        rows.extend(backtest.series.iter().map(row));
        let _ = writeln!(text, "{}\n", backtest.outcome.title);
        let widths: Vec<usize> = (0..header.len())
            .map(|i| {
                rows.iter()
                    .map(|row| row[i].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        for row in &rows {
            let mut line = format!("{:<w$}", row[0], w = widths[0]);
            for (cell, width) in row.iter().zip(&widths).skip(1) {
                let _ = write!(line, "  {cell:>width$}");
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let _ = writeln!(
            text,
            "\n{} · {} trials · seed {} · hash {}\n",
            stamp.scenario, stamp.trials, stamp.seed, stamp.hash
        );
    }
    let _ = writeln!(
        text,
        "CRPS: continuous ranked probability score of the trials; of a single forecast, its mean \
         distance.\nRMSE: root of the mean squared error of the mean over trials. Both in the \
         unit, the less the better.\nin 50 %, in 90 %: months within the middle half, and the \
         middle nine tenths, of the trials."
    );
    text
}

fn row(series: &Foretold) -> [String; 11] {
    let s = &series.scores;
    let unit = match series.is_rate {
        true => series.unit.clone(),
        false => format!("{}/month", series.unit),
    };
    [
        series.title.clone(),
        series.scored.len().to_string(),
        unit,
        plain(s.crps),
        plain(s.crps_no_effect),
        plain(s.crps_last_month),
        plain(s.rmse),
        plain(s.rmse_no_effect),
        plain(s.rmse_last_month),
        s.within_50.to_string(),
        s.within_90.to_string(),
    ]
}
