//! `[regimes.PROCESS]`: political processes, each a chain of regimes.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::kinds::{Amount, Duration, Frequency, Share};
use super::measure::Measure;
use super::model::{Ends, Num, Process, State};
use super::names::Index;
use super::problem::Problem;
use super::source::Span;
use super::study::Period;
use super::table::{Reader, any_of, not_both, table, with};
use super::values::{Day, Map, Word};
use crate::units::Date;

/// How far the probabilities of what follows may be from adding up to one.
const ROUNDING: f64 = 1e-9;

table! {
    /// A political process.
    struct Listed {
        /// The regime at the start of the scenario.
        start: Option<Word>,
        /// Its regimes.
        states: Map<Regime>,
        /// The path that every trial follows.
        path_ as "path": Option<Vec<Step>>,
    } where
        any_of(&[&["start"], &["path"]]),
        any_of(&[&["states"], &["path"]]),
}

table! {
    /// A regime.
    struct Regime {
        /// How long it lasts.
        lasts: Option<Amount<Duration>>,
        /// The date on which it ends.
        until: Option<Day>,
        /// The probability of each regime that follows when it ends.
        then: Map<Amount<Share>>,
        /// Ways out at any time, as rates.
        leaves: Map<Amount<Frequency>>,
    } where
        not_both("lasts", "until"),
        with("lasts", &["then"]),
        with("until", &["then"]),
}

table! {
    /// A step of a fixed path.
    struct Step {
        /// First day.
        from: Day,
        /// The regime from then on.
        state: Word,
    }
}

/// The processes, in the order of the file.
pub(super) fn resolve(
    regimes: &Map<Listed>,
    period: Period,
    reader: &mut Reader<'_>,
) -> Vec<Process> {
    let names = Rc::clone(&reader.names);
    for (name, first, second) in &names.twice {
        reader.report(
            Problem::new(*second, format!("two processes have a regime `{name}`"))
                .also(*first, "the first"),
        );
    }
    let process = |(name, listed): &(Word, Listed)| {
        let own = names.processes.get(&name.text)?;
        listed.resolve(name, own, period, reader)
    };
    regimes.0.iter().filter_map(process).collect()
}

impl Listed {
    fn resolve(
        &self,
        name: &Word,
        own: &Index,
        period: Period,
        reader: &mut Reader<'_>,
    ) -> Option<Process> {
        if own.len() == 0 {
            let said = format!("process `{}` has no states", name.text);
            reader.report(Problem::new(name.span, said).help("give it `states` or a `path`"));
            return None;
        }
        let path = match &self.path_ {
            Some(steps) => resolve_path(steps, self.at, own, period, reader).map(Some),
            None => Some(None),
        };
        let start = self.start(own, path.as_ref().and_then(Option::as_ref), period, reader);
        let states = self.states(own, period, reader);
        Some(Process {
            name: name.text.clone(),
            states: states?,
            start: start?,
            path: path?,
        })
    }

    /// The state at the start: as given, or that of the path.
    fn start(
        &self,
        own: &Index,
        path: Option<&Vec<(Date, usize)>>,
        period: Period,
        reader: &mut Reader<'_>,
    ) -> Option<usize> {
        let begun = path.and_then(|path| path.iter().rev().find(|(from, _)| *from <= period.start));
        if let Some(word) = &self.start {
            let start = reader.find(own, "regime", &word.text, word.span, [])?;
            if begun.is_some_and(|(_, state)| *state != start) {
                let said = "the path has another regime at the start of the scenario";
                reader.report(Problem::new(word.span, said).help("leave out `start`"));
            }
            return Some(start);
        }
        if begun.is_none() {
            reader.report(
                Problem::new(self.at, format!("`{}` has no `start`", self.path))
                    .label("`start` is missing")
                    .help("`start`: the regime at the start of the scenario"),
            );
        }
        begun.map(|(_, state)| *state)
    }

    /// The states in the order of their numbers; those that only a path
    /// names have no way out of their own.
    fn states(&self, own: &Index, period: Period, reader: &mut Reader<'_>) -> Option<Vec<State>> {
        let described: BTreeMap<&str, &Regime> = self
            .states
            .0
            .iter()
            .map(|(word, regime)| (word.text.as_str(), regime))
            .collect();
        let state = |name: &str| match described.get(name) {
            Some(regime) => regime.resolve(name, own, period, reader),
            None => Some(State {
                name: name.to_owned(),
                ends: None,
                then: Vec::new(),
                leaves: Vec::new(),
            }),
        };
        let states: Vec<_> = own.names().map(state).collect();
        states.into_iter().collect()
    }
}

fn resolve_path(
    steps: &[Step],
    at: Span,
    own: &Index,
    period: Period,
    reader: &mut Reader<'_>,
) -> Option<Vec<(Date, usize)>> {
    if steps.is_empty() {
        reader.report(Problem::new(at, "the path of this process has no steps"));
        return None;
    }
    for pair in steps.windows(2) {
        if pair[1].from.date <= pair[0].from.date {
            reader.report(
                Problem::new(
                    pair[1].from.span,
                    "the steps of a path must be in the order of time",
                )
                .also(pair[0].from.span, "this comes before it"),
            );
        }
    }
    let step = |step: &Step| {
        period.check_before_end(step.from, reader);
        let state = &step.state;
        let id = reader.find(own, "regime", &state.text, state.span, [])?;
        Some((step.from.date, id))
    };
    let steps: Vec<_> = steps.iter().map(step).collect();
    steps.into_iter().collect()
}

impl Regime {
    fn resolve(
        &self,
        name: &str,
        own: &Index,
        period: Period,
        reader: &mut Reader<'_>,
    ) -> Option<State> {
        let ends = self.ends(period, reader);
        let then = ways(&self.then, &Measure::share(), own, reader);
        let leaves = ways(&self.leaves, &Measure::frequency(), own, reader);
        self.check_then(then.as_deref(), reader);
        Some(State {
            name: name.to_owned(),
            ends: ends?,
            then: then?,
            leaves: leaves?,
        })
    }

    fn ends(&self, period: Period, reader: &mut Reader<'_>) -> Option<Option<Ends>> {
        match (&self.lasts, self.until) {
            (Some(lasts), None) => {
                let law = reader.law(lasts, &Measure::duration().positive())?;
                Some(Some(Ends::After(law)))
            }
            (None, Some(until)) => {
                if until.date <= period.start {
                    let said = "this regime ends before the scenario starts";
                    reader.report(Problem::new(until.span, said));
                }
                Some(Some(Ends::On(until.date)))
            }
            (None, None) => Some(None),
            (Some(lasts), Some(until)) => {
                reader.report(
                    Problem::new(until.span, "give `lasts` or `until`, not both")
                        .also(lasts.0.span, "how long it lasts"),
                );
                None
            }
        }
    }

    /// What ends must go on, with probabilities that make a whole.
    fn check_then(&self, then: Option<&[(usize, Num)]>, reader: &mut Reader<'_>) {
        let ends = self.lasts.is_some() || self.until.is_some();
        match (ends, self.then.0.as_slice()) {
            (true, []) => {
                let said = format!("`{}` ends, but nothing follows", self.path);
                let help = "add then = { talks = 0.8, escalation = 0.2 }";
                reader.report(Problem::new(self.at, said).help(help));
            }
            (false, [(first, _), ..]) => {
                let said = format!(
                    "`{}` never ends by itself, so nothing can follow",
                    self.path
                );
                let help = "add `lasts` or `until`, or use `leaves`";
                reader.report(Problem::new(first.span, said).help(help));
            }
            _ => {}
        }
        let Some(then) = then.filter(|then| !then.is_empty()) else {
            return;
        };
        check_sum(&self.then, then, reader);
    }
}

/// Probabilities, if all are fixed, must add up to one.
pub(super) fn check_sum<K>(map: &Map<Amount<K>>, ways: &[(usize, Num)], reader: &mut Reader<'_>) {
    let fixed = ways.iter().all(|(_, num)| num.law.is_constant());
    let sum: f64 = ways.iter().map(|(_, num)| num.law.mean()).sum();
    if fixed && (sum - 1.0).abs() > ROUNDING {
        report_sum(map, sum, reader);
    }
}

fn report_sum<K>(map: &Map<Amount<K>>, sum: f64, reader: &mut Reader<'_>) {
    let Some(((first, _), (_, last))) = map.0.first().zip(map.0.last()) else {
        return;
    };
    let span = Span {
        end: last.0.span.end.max(first.span.end),
        ..first.span
    };
    let span = if last.0.span.file == first.span.file {
        span
    } else {
        first.span
    };
    let rounded = (sum * 1e9).round() / 1e9;
    reader.report(
        Problem::new(
            span,
            format!("these probabilities add up to {rounded}, not 1"),
        )
        .label(format!("they add up to {rounded}")),
    );
}

/// Regimes of the same process, each with a number.
pub(super) fn ways<K>(
    map: &Map<Amount<K>>,
    measure: &Measure,
    own: &Index,
    reader: &mut Reader<'_>,
) -> Option<Vec<(usize, Num)>> {
    let way = |(word, amount): &(Word, Amount<K>)| {
        let state = reader.find(own, "regime", &word.text, word.span, []);
        let num = reader.num(amount, measure);
        Some((state?, num?))
    };
    let ways: Vec<_> = map.0.iter().map(way).collect();
    ways.into_iter().collect()
}
