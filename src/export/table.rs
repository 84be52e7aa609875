use std::fmt::Write;

use super::lines::lines;
use super::number::{self, count, percent, plain};
use crate::stats::{Moments, quantile};
use crate::study::{
    ColumnError, Columns, FocusOutcome, Measures, Metric, Outcome, Paired, Row, Side,
};

const HEADER: [&str; 7] = [
    "",
    "shocked",
    "± se",
    "% of demand",
    "baseline",
    "difference",
    "± se",
];

/// Columns of the terminal a table takes.
const WIDTH: usize = 86;

/// Demand from which on volumes are told in millions.
const WIDEST: f64 = 1e8;

/// Days in a year, for rates.
const YEAR: f64 = 365.25;

/// The main results as text, one block a focus, 86 columns wide.
///
/// Shortfalls are in the commodity's unit or millions of it, ± one Monte Carlo standard error.
/// Quantiles and tail means in the column "difference" are those of the
/// per-trial differences, not differences of quantiles; the difference of a
/// probability is the probability added.
///
/// # Errors
/// When a column cannot be read.
pub fn table(
    outcome: &Outcome,
    columns: &dyn Columns,
    rows: &[Row<'_>],
) -> Result<String, ColumnError> {
    let mut text = heading(outcome);
    for (index, focus) in outcome.focus.iter().enumerate() {
        let _ = writeln!(
            text,
            "\n{}\n{}",
            subject(focus, outcome.horizon),
            line(&HEADER.map(str::to_owned))
        );
        let scale = scale(focus, outcome.horizon).0;
        let of_focus = Rows { focus, rows, scale };
        let shares = Paired::read(columns, index, Metric::ShortfallShare)?;
        let survived = Paired::read(columns, index, Metric::TimeToSurvive)?;
        let bill = Paired::read(columns, index, Metric::ImportBill)?;
        for cells in of_focus
            .shortfall(&shares, outcome.short_above)
            .chain(survival(&survived))
            .chain(import_bill(&bill))
        {
            let _ = writeln!(text, "{}", line(&cells));
        }
    }
    text.push('\n');
    for line in notes(outcome.short_above) {
        let _ = writeln!(text, "{line}");
    }
    Ok(text)
}

/// What has to be known to read the table.
fn notes(short_above: f64) -> Vec<String> {
    let above = percent(short_above);
    let said = format!(
        "shocked: every policy; baseline: background policies only, same random numbers.\n\
         P(any shortfall): trials short by more than {above} of demand over the whole horizon. \
         never short: trials without a day short by more than {above} of the day's demand. A \
         trial with a few short days but little short in all counts in neither row."
    );
    said.split('\n')
        .flat_map(|text| lines(text, WIDTH))
        .collect()
}

fn heading(outcome: &Outcome) -> String {
    let question = outcome.question.as_deref();
    let question = question.map(|text| lines(text, WIDTH).join("\n") + "\n");
    format!(
        "{}\n{}{}, seed {}, {} days from {}\n",
        outcome.title,
        question.unwrap_or_default(),
        match outcome.completed {
            1 => "1 trial".to_owned(),
            trials => format!("{} trials", count(trials)),
        },
        outcome.stamp.seed,
        outcome.horizon,
        outcome.start,
    )
}

fn subject(focus: &FocusOutcome, horizon: f64) -> String {
    let FocusOutcome {
        commodity_name,
        country_name,
        unit,
        ..
    } = focus;
    let (scale, word) = scale(focus, horizon);
    let (yearly, all) = (focus.use_per_day * YEAR, focus.use_per_day * horizon);
    let (yearly, all) = (plain(yearly / scale), plain(all / scale));
    format!("{commodity_name}, {country_name} ({word}{unit}; demand {yearly} a year, {all} in all)")
}

/// What volumes of a focus are divided by so that columns hold them, and the
/// word for it.
fn scale(focus: &FocusOutcome, horizon: f64) -> (f64, &'static str) {
    if focus.use_per_day * horizon < WIDEST {
        (1.0, "")
    } else {
        (1e6, "million ")
    }
}

fn line(cells: &[String; 7]) -> String {
    let [label, shocked, error, share, baseline, difference, paired] = cells;
    let line = format!(
        "{label:<21}{shocked:>11}{error:>9}{share:>13}{baseline:>11}{difference:>12}{paired:>9}"
    );
    line.trim_end().to_owned()
}

/// The rows of one focus.
struct Rows<'a> {
    focus: &'a FocusOutcome,
    rows: &'a [Row<'a>],
    /// What volumes are divided by.
    scale: f64,
}

impl Rows<'_> {
    fn shortfall(&self, shares: &Paired, above: f64) -> impl Iterator<Item = [String; 7]> {
        let any = probability("P(any shortfall)", shares, |share| share > above);
        let [mean, rest @ ..] = Estimate::ALL;
        let causes = [
            ("  given up for price", Metric::RationedByPrice),
            ("  unserved", Metric::Unserved),
        ];
        let causes = causes.map(|(label, metric)| self.cause(label, metric));
        let rest = rest.map(|estimate| self.volume(estimate));
        [any, self.volume(mean)]
            .into_iter()
            .chain(causes)
            .chain(rest)
    }

    /// The mean of a part of the shortfall.
    fn cause(&self, label: &str, metric: Metric) -> [String; 7] {
        let (shocked, error) = self.estimate(Estimate::Mean, metric, Side::Shocked);
        let (baseline, _) = self.estimate(Estimate::Mean, metric, Side::Baseline);
        let (difference, paired) = self.estimate(Estimate::Mean, metric, Side::Difference);
        [
            label.to_owned(),
            plain(shocked),
            number::error(error),
            String::new(),
            plain(baseline),
            plain(difference),
            number::error(paired),
        ]
    }

    fn volume(&self, estimate: Estimate) -> [String; 7] {
        let (shocked, error) = self.estimate(estimate, Metric::Shortfall, Side::Shocked);
        let (share, _) = self.estimate(estimate, Metric::ShortfallShare, Side::Shocked);
        let (baseline, _) = self.estimate(estimate, Metric::Shortfall, Side::Baseline);
        let (difference, paired) = self.estimate(estimate, Metric::Shortfall, Side::Difference);
        [
            estimate.label().to_owned(),
            plain(shocked),
            number::error(error),
            percent(share),
            plain(baseline),
            plain(difference),
            number::error(paired),
        ]
    }

    fn estimate(&self, estimate: Estimate, metric: Metric, side: Side) -> (f64, f64) {
        let is_it = |row: &&Row<'_>| {
            std::ptr::eq(row.focus, self.focus) && row.metric == metric && row.side == side
        };
        let row = self.rows.iter().find(is_it);
        let (value, error) = row.map_or((f64::NAN, f64::NAN), |row| estimate.of(&row.measures));
        let scale = match metric {
            Metric::ShortfallShare => 1.0,
            _ => self.scale,
        };
        (value / scale, error / scale)
    }
}

fn survival(days: &Paired) -> impl Iterator<Item = [String; 7]> {
    let never = probability("never short", days, f64::is_infinite);
    let levels = [("days to short, p10", 0.1), ("days to short, p50", 0.5)];
    let levels = levels.map(|(label, level)| days_to_short(label, days, level));
    std::iter::once(never).chain(levels)
}

/// What imports cost over the horizon; nothing where there are none.
fn import_bill(bill: &Paired) -> Vec<[String; 7]> {
    let sides = [Side::Shocked, Side::Baseline, Side::Difference];
    let all = sides.map(|side| bill.on(side));
    let most = all.iter().flat_map(|values| values.iter().copied());
    let most = most.fold(0.0, f64::max);
    if most <= 0.0 {
        return Vec::new();
    }
    let (scale, unit) = if most < 1e9 {
        (1e6, "million")
    } else {
        (1e9, "billion")
    };
    let row = |label: &str, of: &dyn Fn(&[f64]) -> (f64, f64)| {
        let [shocked, baseline, difference] = all.each_ref().map(|values| of(values));
        let told = |value: f64| plain(value / scale);
        let error = |value: f64| number::error(value / scale);
        [
            label.to_owned(),
            told(shocked.0),
            error(shocked.1),
            String::new(),
            told(baseline.0),
            told(difference.0),
            error(difference.1),
        ]
    };
    let at = |level: f64| {
        move |values: &[f64]| {
            let mut sorted = values.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            let found = quantile(&sorted, level);
            (found.value, found.se)
        }
    };
    let mut head: [String; 7] = Default::default();
    head[0] = format!("imports, {unit} USD");
    vec![
        head,
        row("  mean", &mean_and_error),
        row("  p5", &at(0.05)),
        row("  p50", &at(0.5)),
        row("  p95", &at(0.95)),
    ]
}

/// How often `holds` is true of a metric.
fn probability(label: &str, values: &Paired, holds: impl Fn(f64) -> bool) -> [String; 7] {
    let indicator = |side| -> Vec<f64> {
        let values = values.on(side);
        let held = values.iter().map(|&value| f64::from(holds(value)));
        held.collect()
    };
    let (with, without) = (indicator(Side::Shocked), indicator(Side::Baseline));
    let added: Vec<_> = with
        .iter()
        .zip(&without)
        .map(|(with, without)| with - without)
        .collect();
    let (shocked, error) = mean_and_error(&with);
    let (difference, paired) = mean_and_error(&added);
    [
        label.to_owned(),
        percent(shocked),
        percent(error),
        String::new(),
        percent(mean_and_error(&without).0),
        percent(difference),
        percent(paired),
    ]
}

fn days_to_short(label: &str, days: &Paired, level: f64) -> [String; 7] {
    let day = |side| {
        let mut days = days.on(side).into_owned();
        days.sort_unstable_by(f64::total_cmp);
        let day = quantile(&days, level).value;
        if day.is_infinite() {
            "never".to_owned()
        } else {
            plain(day)
        }
    };
    let mut cells: [String; 7] = Default::default();
    cells[0] = label.to_owned();
    cells[1] = day(Side::Shocked);
    cells[4] = day(Side::Baseline);
    cells
}

/// What a line of the table says about the shortfall.
#[derive(Clone, Copy)]
enum Estimate {
    Mean,
    Quantile(usize),
    Tail(usize),
}

impl Estimate {
    const ALL: [Self; 6] = [
        Self::Mean,
        Self::Quantile(2),
        Self::Quantile(3),
        Self::Quantile(4),
        Self::Quantile(5),
        Self::Tail(1),
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Quantile(index) => Measures::QUANTILES[index],
            Self::Tail(_) => "CVaR95",
        }
    }

    /// With its standard error.
    fn of(self, measures: &Measures) -> (f64, f64) {
        let estimate = match self {
            Self::Mean => return (measures.mean, measures.se),
            Self::Quantile(index) => measures.quantiles[index],
            Self::Tail(index) => measures.cvar[index],
        };
        (estimate.value, estimate.se)
    }
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let moments = Moments::of(values);
    (moments.mean(), moments.se())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{rows, sample};

    #[test]
    fn a_focus_reads_as_one_block() {
        let (outcome, columns) = (sample::outcome(), sample::columns());
        let rows = rows(&outcome, &columns).unwrap();
        insta::assert_snapshot!(table(&outcome, &columns, &rows).unwrap(), @"
        A licence on magnets
        How short does Japan run?
        4 trials, seed 20250404, 730.5 days from 2025-04-01

        NdFeB magnets, Japan (t; demand 14,500 a year, 29,000 in all)
                                 shocked     ± se  % of demand   baseline  difference     ± se
        P(any shortfall)          50.0 %   28.9 %                     0 %      50.0 %   28.9 %
        mean                       1,820    1,369        6.3 %       3.62       1,816    1,366
          given up for price         182      137                   0.362         182      137
          unserved                 1,820    1,369                    3.62       1,816    1,366
        p50                          740    1,446        2.6 %          0         740    1,442
        p90                        4,495    1,755       15.5 %       10.2       4,485    1,749
        p95                        5,147    1,422       17.8 %       12.3       5,135    1,417
        p99                        5,669      649       19.6 %       14.1       5,655      647
        CVaR95                     5,800        0       20.0 %       14.5       5,786        0
        never short               25.0 %   25.0 %                 100.0 %     −75.0 %   25.0 %
        days to short, p10          46.0                            never
        days to short, p50           130                            never
        imports, million USD
          mean                  0.000182  0.00014                 3.62e-7    0.000182  0.00014
          p5                     4.35e-7   9.5e-7                       0     4.35e-7   9.5e-7
          p50                    7.40e-5  0.00014                       0     7.40e-5  0.00014
          p95                   0.000515  0.00014                 1.23e-6    0.000514  0.00014

        shocked: every policy; baseline: background policies only, same random numbers.
        P(any shortfall): trials short by more than 0.50 % of demand over the whole horizon.
        never short: trials without a day short by more than 0.50 % of the day's demand. A
        trial with a few short days but little short in all counts in neither row.
        ");
    }

    #[test]
    fn large_volumes_are_told_in_millions() {
        let mut outcome = sample::outcome();
        outcome.focus[0].use_per_day = 2e6;
        let columns = sample::columns();
        let table = table(&outcome, &columns, &rows(&outcome, &columns).unwrap()).unwrap();
        assert!(table.contains("(million t; demand 730 a year, 1,461 in all)"));
        let mean = table.lines().find(|line| line.starts_with("mean")).unwrap();
        assert!(mean.contains("0.00182"), "{mean}");
    }

    #[test]
    fn lines_fit_in_a_terminal() {
        let mut outcome = sample::outcome();
        outcome.question = Some("How short does Japan run? ".repeat(9));
        let columns = sample::columns();
        let table = table(&outcome, &columns, &rows(&outcome, &columns).unwrap()).unwrap();
        assert!(table.lines().all(|line| line.chars().count() <= WIDTH));
    }
}
