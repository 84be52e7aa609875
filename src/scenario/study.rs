//! `[scenario]`: what is studied, from when and for how long.

use std::collections::BTreeMap;

use super::kinds::{Duration, Fixed, Share};
use super::measure::Measure;
use super::model::Focus;
use super::problem::Problem;
use super::source::Span;
use super::table::{Read, Reader, table};
use super::tree::{Node, Value};
use super::values::{Day, Either, OneOrMany, Spelling, Spelt, Whole, Word, date};
use crate::units::{Calendar, Date, whole_months};

/// Longest horizon \[days\]: fifty years, thirteen of them leap years.
const LONGEST: f64 = 50.0 * 365.0 + 13.0;
/// Most trials of a run, and of a point of a sweep.
pub(crate) const MOST_TRIALS: i64 = 10_000_000;

table! {
    /// What is studied, from when and for how long.
    struct Study {
        /// Short name, of a-z, 0-9 and -; the file's stem unless given.
        name: Option<Spelt<Plain>>,
        /// One line for the top of a report.
        title: String,
        /// The question the scenario answers.
        question: Option<String>,
        /// First day.
        start: Day,
        /// Length, as "24 months", counted by the calendar, or the date on which it ends.
        horizon: Either<Day, Fixed<Duration>>,
        /// Trials of a full run.
        trials: Whole<1, MOST_TRIALS> = "1_000",
        /// Seed of the draws.
        seed: Whole<0> = "1",
        /// Pairs the study reports on, as "ndfeb-magnet @ JP".
        focus: OneOrMany<Spelt<Pair>>,
        /// Share of demand that must be short for a trial to count as short.
        short_above: Fixed<Share> = "0.5 %",
        /// Citations by key.
        sources: Option<Citations>,
    }
}

/// Lower-case words with hyphens between them.
#[derive(Clone, Debug)]
pub(super) struct Plain;

impl Spelling for Plain {
    fn schema() -> serde_json::Value {
        serde_json::json!({ "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" })
    }
}

/// A commodity and a country.
#[derive(Clone, Debug)]
pub(super) struct Pair;

impl Spelling for Pair {
    fn schema() -> serde_json::Value {
        let name = "\\s*[A-Za-z0-9_-]+\\s*";
        serde_json::json!({ "pattern": format!("^{name}@{name}$"), "examples": ["ndfeb-magnet @ JP"] })
    }
}

/// Citations by key.
#[derive(Clone, Debug)]
pub(super) struct Citations(pub BTreeMap<String, String>);

impl Read for Citations {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if !matches!(node.value, Value::Table(_)) {
            reader.wrong_kind(node, "a table of citations");
            return None;
        }
        let citation = |entry: &super::tree::Entry| {
            Some((entry.key.clone(), String::read(&entry.node, reader)?))
        };
        Some(Citations(
            node.entries().iter().filter_map(citation).collect(),
        ))
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({ "type": "object", "additionalProperties": String::schema() })
    }
}

/// The scenario's first day and length, against which dates are checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub start: Date,
    /// \[days\]
    pub horizon: f64,
    /// Where the horizon is written.
    pub span: Span,
}

impl Period {
    /// Days from the start to a date, negative before it.
    pub(super) fn days_to(&self, date: Date) -> f64 {
        Calendar::new(self.start).days_between(self.start, date) as f64
    }

    /// Warns of what only begins after the end: it has no effect.
    pub(super) fn check_before_end(&self, day: Day, reader: &mut Reader<'_>) {
        if self.days_to(day.date) >= self.horizon {
            reader.warn(
                Problem::new(
                    day.span,
                    format!("{} is after the end of the scenario", day.date),
                )
                .also(self.span, "the scenario ends here"),
            );
        }
    }
}

/// What `[scenario]` says, resolved.
#[derive(Debug)]
pub(super) struct Resolved {
    pub name: String,
    pub trials: u64,
    pub seed: u64,
    pub short_above: f64,
    pub focus: Vec<(Focus, Span)>,
}

impl Study {
    pub(super) fn period(&self, reader: &mut Reader<'_>) -> Option<Period> {
        let node = &self.horizon.0;
        let end = if matches!(node.value, Value::Date(_)) || date(node).is_some() {
            Some(Day::read(node, reader)?.date)
        } else {
            self.end_of_months()
        };
        let horizon = match end {
            Some(end) => Calendar::new(self.start.date).days_between(self.start.date, end) as f64,
            None => {
                let any = Measure::duration().at_least(f64::NEG_INFINITY);
                reader.fixed_at(node, &any)?
            }
        };
        self.check_horizon(horizon, reader)?;
        Some(Period {
            start: self.start.date,
            horizon,
            span: node.span,
        })
    }

    /// Where a horizon in whole months or years ends by the calendar.
    fn end_of_months(&self) -> Option<Date> {
        let months = whole_months(self.horizon.0.text()?)?;
        Calendar::new(self.start.date).after_months(months)
    }

    fn check_horizon(&self, horizon: f64, reader: &mut Reader<'_>) -> Option<()> {
        let problem = Problem::new(self.horizon.0.span, "the scenario has no length")
            .label("the horizon must be after the start")
            .also(self.start.span, "it starts here");
        if horizon <= 0.0 {
            reader.report(problem);
            return None;
        }
        if horizon > LONGEST {
            let said = Problem::new(self.horizon.0.span, "the horizon is too far away");
            reader.report(said.label("at most 50 years"));
            return None;
        }
        Some(())
    }

    pub(super) fn resolve(&self, stem: &str, reader: &mut Reader<'_>) -> Option<Resolved> {
        let name = self.checked_name(stem, reader);
        let short_above = reader.fixed(&self.short_above, &Measure::share());
        let focus = self
            .focus
            .items
            .iter()
            .map(|word| focus(word, reader))
            .collect::<Vec<_>>();
        Some(Resolved {
            name: name?,
            trials: self.trials.value.unsigned_abs(),
            seed: self.seed.value.unsigned_abs(),
            short_above: short_above?,
            focus: focus.into_iter().collect::<Option<_>>()?,
        })
    }

    fn checked_name(&self, stem: &str, reader: &mut Reader<'_>) -> Option<String> {
        match &self.name {
            Some(word) => short_name(word, reader),
            None => Some(simplified(stem)),
        }
    }
}

/// A name that is made of a-z, 0-9 and -.
pub(super) fn short_name(word: &Word, reader: &mut Reader<'_>) -> Option<String> {
    let name = simplified(&word.text);
    if name == word.text {
        return Some(name);
    }
    let said = "a name is made of a-z, 0-9 and -";
    let help = format!("for example \"{name}\"");
    reader.report(Problem::new(word.span, said).help(help));
    None
}

/// A name in lower case with hyphens for all that is no letter or digit.
pub(super) fn simplified(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "scenario".to_owned()
    } else {
        name.to_owned()
    }
}

/// Reads `commodity @ country`.
fn focus(word: &Word, reader: &mut Reader<'_>) -> Option<(Focus, Span)> {
    let Some(sign) = word.text.find('@') else {
        let said = "expected a commodity and a country";
        reader.report(Problem::new(word.span, said).help("write it as \"ndfeb-magnet @ JP\""));
        return None;
    };
    let commodity = word.part(0..sign, reader.sources);
    let country = word.part(sign + 1..word.text.len(), reader.sources);
    let (commodity, country) = (reader.commodity(&commodity), reader.country(&country));
    Some((
        Focus {
            commodity: commodity?,
            country: country?,
        },
        word.span,
    ))
}

#[cfg(test)]
mod tests {
    use super::simplified;

    #[test]
    fn stems_become_names() {
        assert_eq!(simplified("Rare Earths_2025"), "rare-earths-2025");
        assert_eq!(simplified("…"), "scenario");
    }
}
