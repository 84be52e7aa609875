use std::fmt::Write;

use super::{Detail, Row, Traced, rows};
use crate::engine::Variant;
use crate::units::{DAY, Tick};

/// Widest column of subjects; longer ones push their sentence to the right.
const SUBJECT: usize = 32;

/// The log of a trial: a heading, then a line for each thing told, with its
/// date, whom it is about, and what happened.
///
/// The time of day is given where every event is.
#[must_use]
pub fn trace_log(traced: &Traced<'_>, detail: &Detail) -> String {
    let rows = rows(traced, detail);
    let widths = rows.iter().map(|row| row.subject.chars().count());
    let width = widths.max().unwrap_or(0).min(SUBJECT);
    let mut text = heading(traced);
    for row in &rows {
        let _ = writeln!(text, "{}", line(traced, detail, row, width));
    }
    text
}

fn heading(traced: &Traced<'_>) -> String {
    format!(
        "{}\ntrial {} of seed {}, {}\n\n",
        traced.scenario.title,
        traced.trial,
        traced.seed,
        match traced.variant {
            Variant::Shocked => "shocked: every policy",
            Variant::Baseline => "baseline: background policies only",
        },
    )
}

fn line(traced: &Traced<'_>, detail: &Detail, row: &Row, width: usize) -> String {
    let date = traced.model.network.calendar.date_of(row.at);
    let time = if detail.all {
        clock(row.at)
    } else {
        String::new()
    };
    format!("{date}{time}  {:<width$}  {}", row.subject, row.text)
}

/// ` 07:30`.
fn clock(at: Tick) -> String {
    let minutes = at.0 % DAY / 60;
    format!(" {:02}:{:02}", minutes / 60, minutes % 60)
}
