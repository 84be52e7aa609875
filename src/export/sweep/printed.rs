//! A sweep for the terminal.

use std::fmt::Write;
use std::ops::Range;

use crate::export::number::{count, error, percent, plain};
use crate::export::summary_csv::cell;
use crate::scenario::sweep::{Factor, Level};
use crate::study::sweep::{Outline, Response, Shown, Statistic, SweepFocus, SweepOutcome};
use crate::study::{Metric, Side};

/// Points that are all listed; of more, only those at both ends are.
const ALL_LISTED: usize = 40;
/// How many at either end.
const AT_AN_END: usize = 10;

/// The points of a sweep and their levels, a line each, with tabs between the
/// columns.
#[must_use]
pub fn points_table(outline: &Outline, points: Range<usize>) -> String {
    let head = outline.factors.iter().map(heading);
    let head = std::iter::once("point".to_owned()).chain(head);
    let mut text = head.collect::<Vec<_>>().join("\t") + "\n";
    for point in points {
        let levels = outline.points.get(point).map_or(&[][..], Vec::as_slice);
        let cells = levels.iter().map(level);
        let cells = std::iter::once(point.to_string()).chain(cells);
        text += &(cells.collect::<Vec<_>>().join("\t") + "\n");
    }
    text
}

/// What a sweep found, a block a focus: its responses point by point, or, of
/// many points, at those where the first response is least and greatest.
#[must_use]
pub fn sweep_table(outcome: &SweepOutcome) -> String {
    let mut text = format!("{}\n", outcome.outline.title);
    if let Some(question) = &outcome.outline.question {
        let _ = writeln!(text, "{question}");
    }
    let _ = writeln!(
        text,
        "{} {} ({}), {} trials each, seed {}",
        count(outcome.points.len() as u64),
        if outcome.points.len() == 1 {
            "point"
        } else {
            "points"
        },
        outcome.outline.design.name(),
        count(outcome.outline.stamp.trials),
        outcome.outline.stamp.seed,
    );
    let (kept, dropped) = (outcome.points.len(), outcome.outline.dropped);
    if dropped > 0 {
        let _ = writeln!(
            text,
            "filters left these of {}: {}",
            count((kept + dropped) as u64),
            outcome.outline.filters.join("; ")
        );
    }
    for focus in 0..outcome.outline.focus.len() {
        let SweepFocus {
            commodity_name,
            country_name,
            ..
        } = &outcome.outline.focus[focus];
        let _ = writeln!(text, "\n{commodity_name}, {country_name}");
        text += &block(outcome, focus);
    }
    text
}

fn block(outcome: &SweepOutcome, focus: usize) -> String {
    let factors = outcome.outline.factors.iter().map(heading);
    let told = &outcome.outline.focus[focus];
    let responses = outcome.outline.responses.iter();
    let responses = responses.flat_map(|response| [name(response, told), "± se".to_owned()]);
    let head = std::iter::once("point".to_owned()).chain(factors);
    let mut rows = vec![head.chain(responses).collect::<Vec<_>>()];
    let order = order(outcome, focus);
    let listed = match order.len() > ALL_LISTED {
        true => AT_AN_END,
        false => order.len(),
    };
    let row = |point: &usize| row(outcome, focus, *point);
    rows.extend(order.iter().take(listed).map(row));
    if order.len() > listed {
        let left = order.len() - 2 * AT_AN_END;
        rows.push(vec![format!("… {} more …", count(left as u64))]);
        rows.extend(order[order.len() - AT_AN_END..].iter().map(row));
    }
    aligned(&rows)
}

/// The points as they are listed: in their own order, or, if there are many, by
/// the first response.
fn order(outcome: &SweepOutcome, focus: usize) -> Vec<usize> {
    let mut points: Vec<usize> = (0..outcome.points.len()).collect();
    if points.len() > ALL_LISTED {
        let value = |point: usize| shown(outcome, focus, point, 0).map_or(f64::NAN, |s| s.at.value);
        points.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
    }
    points
}

fn shown(outcome: &SweepOutcome, focus: usize, point: usize, response: usize) -> Option<Shown> {
    let found = outcome.points.get(point)?.found.as_ref().ok()?;
    let index = focus * outcome.outline.responses.len() + response;
    found.shown.get(index).map(Shown::without_rounding)
}

fn row(outcome: &SweepOutcome, focus: usize, point: usize) -> Vec<String> {
    let levels = outcome.points[point].levels.iter().map(level);
    let cells = std::iter::once(point.to_string()).chain(levels);
    let found = outcome.points[point].found.is_ok();
    let responses = outcome.outline.responses.iter().enumerate();
    let responses = responses.flat_map(|(index, response)| {
        let times = match is_price(response) {
            true => outcome.outline.focus[focus].price_unit.times,
            false => 1.0,
        };
        let shown = shown(outcome, focus, point, index);
        shown.map_or_else(
            || [String::new(), String::new()],
            |shown| {
                [
                    value(response, times * shown.at.value),
                    uncertainty(response, times * shown.at.se),
                ]
            },
        )
    });
    match found {
        true => cells.chain(responses).collect(),
        false => cells.chain(["failed".to_owned()]).collect(),
    }
}

fn is_share(response: &Response) -> bool {
    response.statistic == Statistic::Any
        || matches!(response.metric, Metric::ShortfallShare | Metric::PeakRate)
}

/// Whether it is told in the unit in which the commodity's prices are.
fn is_price(response: &Response) -> bool {
    response.statistic != Statistic::Any
        && matches!(response.metric, Metric::PricePaid | Metric::PriceSpot)
}

fn value(response: &Response, value: f64) -> String {
    match is_share(response) {
        true => percent(value),
        false if response.metric == Metric::TimeToSurvive && value.is_infinite() => {
            "never".to_owned()
        }
        false => plain(value),
    }
}

fn uncertainty(response: &Response, se: f64) -> String {
    match is_share(response) {
        true if se.is_finite() => error(100.0 * se),
        true => "–".to_owned(),
        false => error(se),
    }
}

/// What a response is called, with its unit.
fn name(response: &Response, focus: &SweepFocus) -> String {
    let mut words = vec![response.metric.name()];
    if response.side != Side::Shocked {
        words.push(response.side.name());
    }
    if response.statistic != Statistic::Mean {
        words.push(response.statistic.name());
    }
    let unit = match is_share(response) {
        true => "%".to_owned(),
        false if is_price(response) => focus.price_unit.name.clone(),
        false => response.metric.unit(&focus.unit),
    };
    format!("{} [{unit}]", words.join(" "))
}

fn heading(factor: &Factor) -> String {
    match factor.unit.is_empty() {
        true => factor.key.clone(),
        false => format!("{} [{}]", factor.key, factor.unit),
    }
}

fn level(level: &Level) -> String {
    match level {
        Level::Number(number) => {
            let text = cell(*number);
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        Level::Date(date) => date.to_string(),
        Level::Text(text) => text.clone(),
        Level::Base => "as it stands".to_owned(),
    }
}

/// Columns as wide as their widest cell, to the right but for the last of a
/// short row.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter(|row| row.len() == columns);
        let cells = cells.filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, &width)| format!("{cell:>width$}"))
            .collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}
