use std::io;

use terminal_size::{Width, terminal_size_of};

use super::{Failure, builtin, output};
use crate::export::{count, lines};
use crate::scenario::sweep::Sweep;
use crate::scenario::{Focus, Observed, Scenario};
use crate::units::Date;

const HEADS: [&str; 4] = ["name", "question", "focus", "horizon"];
const SWEEP_HEADS: [&str; 4] = ["sweep", "question", "varied", "scenario"];
const BACKTEST_HEADS: [&str; 4] = ["backtest", "observed", "values", "months"];
/// White space between columns.
const GAP: usize = 3;
/// Least and largest width of a question.
const QUESTION: (usize, usize) = (24, 80);
/// Days in a month, on average.
const MONTH: f64 = 365.25 / 12.0;

/// Prints a table of the built-in scenarios, one of their sweeps and one of
/// their backtests, as wide as the terminal; away from one, a line each with
/// tabs between the columns.
///
/// # Errors
/// When it cannot be written.
pub fn scenarios() -> Result<(), Failure> {
    let rows = builtin::names().map(|name| Ok(row(name, &builtin::load(name, &[])?.scenario)));
    let sweeps = builtin::sweeps().map(|name| Ok(sweep_row(&builtin::load_sweep(name)?)));
    let backtests =
        builtin::episodes().map(|name| Ok(backtest_row(name, &builtin::episode(name, &[])?.1)));
    let tables = [
        (HEADS, rows.collect::<Result<Vec<Row>, Failure>>()?),
        (SWEEP_HEADS, sweeps.collect::<Result<_, Failure>>()?),
        (BACKTEST_HEADS, backtests.collect::<Result<_, Failure>>()?),
    ];
    let width = terminal_size_of(io::stdout()).map(|(Width(width), _)| width.into());
    let tables = tables.iter().map(|(heads, rows)| match width {
        Some(width) => table(heads, rows, width),
        None => plain(heads, rows),
    });
    output::print(&tables.collect::<Vec<_>>().join("\n"))
}

/// The columns of a backtest: what was observed stands in place of a question.
fn backtest_row(name: &str, observed: &Observed) -> Row {
    let titles: Vec<&str> = observed.series.iter().map(|s| s.title.as_str()).collect();
    let months = observed.series.iter().flat_map(|s| &s.months);
    let months: Vec<Date> = months.map(|observation| observation.month).collect();
    let ends = [("from", months.iter().min()), ("to", months.iter().max())];
    let ends = ends.map(|(word, date)| Some(format!("{word} {}", date?.strftime("%Y-%m"))));
    Row {
        name: name.to_owned(),
        question: titles.join("; "),
        focus: vec![count(months.len() as u64)],
        horizon: ends.into_iter().flatten().collect(),
    }
}

/// The columns of a sweep: what it varies stands in place of the focus.
fn sweep_row(sweep: &Sweep) -> Row {
    let points = count(sweep.points.len() as u64);
    Row {
        name: sweep.name.clone(),
        question: sweep.question.as_ref().unwrap_or(&sweep.title).clone(),
        focus: sweep.factors.iter().map(|f| f.title.clone()).collect(),
        horizon: vec![
            sweep.reference().scenario.name.clone(),
            format!("{points} points"),
        ],
    }
}

/// The columns of a scenario; the focus and the horizon in lines that stay whole.
struct Row {
    name: String,
    question: String,
    focus: Vec<String>,
    horizon: Vec<String>,
}

fn row(name: &str, scenario: &Scenario) -> Row {
    let months = (scenario.horizon / MONTH).round();
    let length = match months as u64 {
        0 => format!("{} days", scenario.horizon),
        1 => "1 month".to_owned(),
        months => format!("{months} months"),
    };
    Row {
        name: name.to_owned(),
        question: scenario
            .question
            .as_ref()
            .unwrap_or(&scenario.title)
            .clone(),
        focus: scenario
            .focus
            .iter()
            .map(|focus| pair(scenario, *focus))
            .collect(),
        horizon: vec![length, format!("from {}", scenario.start)],
    }
}

/// As it is written in a scenario: `magnet @ JP`.
fn pair(scenario: &Scenario, focus: Focus) -> String {
    let good = &scenario.commodities[focus.commodity.0].key;
    format!("{good} @ {}", scenario.countries[focus.country.0].code)
}

fn plain(heads: &[&str; 4], rows: &[Row]) -> String {
    let line = |row: &Row| {
        let (focus, horizon) = (row.focus.join(", "), row.horizon.join(" "));
        [&row.name, &row.question, &focus, &horizon]
            .map(String::as_str)
            .join("\t")
    };
    let lines = [heads.join("\t")].into_iter().chain(rows.iter().map(line));
    lines.map(|line| line + "\n").collect()
}

fn table(heads: &[&str; 4], rows: &[Row], width: usize) -> String {
    let rest: [Vec<&str>; 3] = [
        rows.iter().map(|row| row.name.as_str()).collect(),
        rows.iter()
            .flat_map(|row| row.focus.iter().map(String::as_str))
            .collect(),
        rows.iter()
            .flat_map(|row| row.horizon.iter().map(String::as_str))
            .collect(),
    ];
    let [name, focus, horizon] = rest.map(|cells| widest(&cells));
    let question = width.saturating_sub(name + focus + horizon + 3 * GAP);
    let widths = [name, question.clamp(QUESTION.0, QUESTION.1), focus, horizon];
    let heads = heads.map(|head| vec![head.to_owned()]);
    let rows = rows.iter().map(|row| {
        let question = lines(&row.question, widths[1]);
        [
            vec![row.name.clone()],
            question,
            row.focus.clone(),
            row.horizon.clone(),
        ]
    });
    let blocks = [heads]
        .into_iter()
        .chain(rows)
        .map(|cells| block(&cells, widths));
    blocks.collect::<Vec<_>>().join("\n")
}

fn widest(cells: &[&str]) -> usize {
    let widths = cells.iter().map(|cell| cell.chars().count());
    widths.max().unwrap_or(0)
}

/// Cells side by side, each in its lines.
fn block(cells: &[Vec<String>; 4], widths: [usize; 4]) -> String {
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let parts = cells.iter().zip(widths).map(|(cell, width)| {
            let part = cell.get(at).map_or("", String::as_str);
            format!("{part:<width$}")
        });
        let line = parts.collect::<Vec<_>>().join(&" ".repeat(GAP));
        line.trim_end().to_owned() + "\n"
    };
    (0..height).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn rows() -> [Row; 2] {
        let row = |name: &str, question: &str, focus: &[&str]| Row {
            name: name.to_owned(),
            question: question.to_owned(),
            focus: focus.iter().map(|pair| (*pair).to_owned()).collect(),
            horizon: vec!["18 months".to_owned(), "from 2026-02-01".to_owned()],
        };
        [
            row(
                "hormuz",
                "How much crude oil and LNG do Japan and Korea go without if the strait closes?",
                &["crude @ JP", "crude @ KR", "lng @ JP"],
            ),
            row(
                "magnets-2025",
                "How short of magnets does Japan run?",
                &["magnet @ JP"],
            ),
        ]
    }

    #[test]
    fn a_table_is_as_wide_as_the_terminal() {
        assert_snapshot!(table(&HEADS, &rows(), 80), @"
        name           question                            focus         horizon

        hormuz         How much crude oil and LNG do       crude @ JP    18 months
                       Japan and Korea go without if the   crude @ KR    from 2026-02-01
                       strait closes?                      lng @ JP

        magnets-2025   How short of magnets does Japan     magnet @ JP   18 months
                       run?                                              from 2026-02-01
        ");
        assert!(
            table(&HEADS, &rows(), 80)
                .lines()
                .all(|line| line.chars().count() <= 80)
        );
    }

    #[test]
    fn a_narrow_terminal_has_narrow_questions() {
        assert_snapshot!(table(&HEADS, &rows()[1..], 20), @"
        name           question                   focus         horizon

        magnets-2025   How short of magnets       magnet @ JP   18 months
                       does Japan run?                          from 2026-02-01
        ");
    }

    #[test]
    fn away_from_a_terminal_a_scenario_is_a_line() {
        assert_snapshot!(plain(&HEADS, &rows()).replace('\t', " | "), @"
        name | question | focus | horizon
        hormuz | How much crude oil and LNG do Japan and Korea go without if the strait closes? | crude @ JP, crude @ KR, lng @ JP | 18 months from 2026-02-01
        magnets-2025 | How short of magnets does Japan run? | magnet @ JP | 18 months from 2026-02-01
        ");
    }
}
