//! A factor as an axis: its levels in order, where each stands, what it is
//! called.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::super::number::{figures, signed};
use super::super::theme::Face;
use super::scale::{Scale, extremes};
use crate::scenario::sweep::{Factor, Level};
use crate::study::sweep::SweepOutcome;
use crate::units::Date;

/// Space that does not break a line.
const TIE: char = '\u{a0}';
/// So many levels are known by name; more are a continuum.
const STEPS: usize = 12;
/// Ratio of the greatest to the least level from which their spacing may be
/// that of a logarithmic scale.
const WIDE: f64 = 10.0;

/// A factor that is varied.
pub(super) struct Track<'o> {
    /// The factor.
    pub(super) factor: &'o Factor,
    /// Its place among the factors.
    pub(super) index: usize,
    /// Its different levels, numbers and dates ascending, others as in the file.
    levels: Vec<&'o Level>,
    /// Which of them each point has.
    pub(super) of: Vec<usize>,
    /// What numbers stand on; not for texts.
    line: Option<Line>,
    labels: Vec<String>,
}

/// A scale of numbers, of days, or of logarithms of numbers.
struct Line {
    values: Vec<f64>,
    low: f64,
    high: f64,
    spread: Spread,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spread {
    Even,
    Log,
    Days,
}

impl<'o> Track<'o> {
    /// The factors of which points have different levels.
    pub(super) fn varied(outcome: &'o SweepOutcome) -> Vec<Self> {
        let all = (0..outcome.outline.factors.len()).filter_map(|index| Self::new(outcome, index));
        all.filter(|track| track.count() > 1).collect()
    }

    /// The factor of an index, if every point has a level of it.
    pub(super) fn new(outcome: &'o SweepOutcome, index: usize) -> Option<Self> {
        let factor = outcome.outline.factors.get(index)?;
        let points = outcome.points.iter().map(|point| point.levels.get(index));
        let points: Vec<&Level> = points.collect::<Option<_>>()?;
        let order = Order::of(factor, &points);
        let mut levels = points.clone();
        levels.sort_by(|a, b| order.compare(a, b));
        levels.dedup_by(|a, b| order.compare(a, b) == Ordering::Equal);
        let of = points.iter().map(|level| {
            let found = levels.binary_search_by(|known| order.compare(known, level));
            found.unwrap_or_else(|near| near.min(levels.len().saturating_sub(1)))
        });
        let of = of.collect();
        let line = Line::new(&levels, factor.between);
        let labels = labels(&levels, if factor.levels.is_empty() { 3 } else { 12 });
        Some(Self {
            factor,
            index,
            levels,
            of,
            line,
            labels,
        })
    }

    /// How many different levels there are.
    pub(super) fn count(&self) -> usize {
        self.levels.len()
    }

    /// Whether its levels are neither numbers nor days.
    pub(super) fn is_words(&self) -> bool {
        self.line.is_none()
    }

    /// The level that the scenario sets itself, where that is neither a number
    /// nor a day.
    pub(super) fn base(&self) -> Option<usize> {
        self.levels.iter().position(|level| **level == Level::Base)
    }

    /// Whether all levels but that one are numbers or days: they have a low and
    /// a high end, and rise.
    pub(super) fn is_ranked(&self) -> bool {
        let written = self.levels.iter().filter(|level| ***level != Level::Base);
        let written: Vec<&Level> = written.copied().collect();
        written.len() > 1 && Line::new(&written, None).is_some()
    }

    /// Whether its levels are few, or given one by one: each has its place and
    /// its label.
    pub(super) fn is_stepped(&self) -> bool {
        self.is_words() || !self.factor.levels.is_empty() || self.count() <= STEPS
    }

    /// The same, where a reader can still tell one level from the next.
    pub(super) fn is_coarse(&self) -> bool {
        self.is_words() || self.count() <= STEPS
    }

    /// Where a level stands by its value, from 0 at the least to 1 at the
    /// greatest; words stand evenly spaced.
    pub(super) fn place(&self, level: usize) -> f64 {
        match &self.line {
            Some(line) => line.place(level),
            None => even(level, self.count()),
        }
    }

    /// A level as it stands at an axis with the unit in its title.
    pub(super) fn label(&self, level: usize) -> String {
        self.labels.get(level).cloned().unwrap_or_default()
    }

    /// A level with its unit: `20 %`.
    pub(super) fn said(&self, level: usize) -> String {
        let label = self.label(level);
        match self.levels.get(level) {
            Some(Level::Number(_)) if !self.factor.unit.is_empty() => {
                let unit = match (label.as_str(), self.factor.unit.strip_suffix('s')) {
                    ("1", Some(one @ ("hour" | "day" | "week" | "month" | "year"))) => one,
                    _ => &self.factor.unit,
                };
                format!("{label}{TIE}{unit}")
            }
            _ => label,
        }
    }

    /// A level with the factor's name: `approval 20 %`.
    pub(super) fn named(&self, level: usize) -> String {
        format!("{}{TIE}{}", self.name(), self.said(level))
    }

    /// The factor in a sentence: by its title, if it has one.
    pub(super) fn titled(&self) -> String {
        let title = self.own_title().map(|title| format!("“{title}”"));
        title.unwrap_or_else(|| self.name())
    }

    /// The factor's title, where that is not its key.
    pub(super) fn own_title(&self) -> Option<&str> {
        let (title, key) = (&self.factor.title, &self.factor.key);
        (title != key && *title != self.name()).then_some(title)
    }

    /// The factor's short name: its key in words.
    pub(super) fn name(&self) -> String {
        self.factor.key.replace(['-', '_'], " ")
    }

    /// The unit of its labels behind a title, if they have one: ` [days]`.
    fn unit(&self) -> String {
        let has_numbers = self.levels.iter().any(|l| matches!(l, Level::Number(_)));
        match self.factor.unit.as_str() {
            unit if has_numbers && !unit.is_empty() => format!("{TIE}[{unit}]"),
            _ => String::new(),
        }
    }

    /// The factor's title with the unit of its labels, no wider than `width`:
    /// a long title loses its end, not its unit.
    pub(super) fn title(&self, face: Face, width: f64) -> String {
        let unit = self.unit();
        let title = face.fit(&self.factor.title, width - face.width(&unit));
        format!("{title}{unit}")
    }

    /// The same in at most so many lines; in short if the title is too long.
    pub(super) fn titles(&self, face: Face, width: f64, most: usize) -> Vec<String> {
        let unit = self.unit().replace(TIE, " ");
        let fits = |text: &String| {
            let lines = face.wrap_all(text, width);
            lines.len() <= most && text.split(' ').all(|word| face.width(word) <= width)
        };
        let long = format!("{}{unit}", self.factor.title);
        let names = [long, format!("{}{unit}", self.name())];
        let name = names.iter().find(|name| fits(name)).unwrap_or(&names[1]);
        face.wrap(name, width, most)
    }

    /// A level with the factor's name, no wider than `width`: a long name loses
    /// its end, not the level.
    pub(super) fn named_within(&self, level: usize, face: Face, width: f64) -> String {
        let said = format!("{TIE}{}", self.said(level));
        let name = face.fit(&self.name(), (width - face.width(&said)).max(width * 0.3));
        face.fit(&format!("{name}{said}"), width)
    }

    /// Places and labels along an axis of values, about `count` of them.
    pub(super) fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        match &self.line {
            Some(line) if !self.is_coarse() => line.ticks(count),
            _ => (0..self.count())
                .map(|level| (self.place(level), self.label(level)))
                .collect(),
        }
    }
}

/// The middle of a step of so many, from 0 at the first to 1 at the last.
pub(super) fn even(step: usize, count: usize) -> f64 {
    match count {
        0 | 1 => 0.5,
        _ => step as f64 / (count - 1) as f64,
    }
}

/// How levels are put in order.
enum Order<'o> {
    /// All are numbers, or all dates.
    Value,
    /// As they stand in the file; others after them, by their text.
    File(&'o [Level]),
}

impl<'o> Order<'o> {
    fn of(factor: &'o Factor, levels: &[&Level]) -> Self {
        let numbers = levels.iter().all(|level| matches!(level, Level::Number(_)));
        let dates = levels.iter().all(|level| matches!(level, Level::Date(_)));
        match numbers || dates {
            true => Self::Value,
            false => Self::File(&factor.levels),
        }
    }

    fn compare(&self, a: &Level, b: &Level) -> Ordering {
        let by_value = || rank(a).cmp(&rank(b)).then_with(|| compare(a, b));
        match self {
            Self::Value => by_value(),
            Self::File(levels) => {
                let place = |level| levels.iter().position(|known| known == level);
                let (first, second) = (place(a), place(b));
                let last = |place: Option<usize>| place.unwrap_or(levels.len());
                last(first).cmp(&last(second)).then_with(by_value)
            }
        }
    }
}

const fn rank(level: &Level) -> u8 {
    match level {
        Level::Base => 0,
        Level::Number(_) => 1,
        Level::Date(_) => 2,
        Level::Text(_) => 3,
    }
}

/// Compares levels of one kind.
fn compare(a: &Level, b: &Level) -> Ordering {
    match (a, b) {
        (Level::Number(a), Level::Number(b)) => a.total_cmp(b),
        (Level::Date(a), Level::Date(b)) => a.cmp(b),
        (Level::Text(a), Level::Text(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

impl Line {
    /// A scale for numbers or days; none for anything else.
    fn new(levels: &[&Level], between: Option<(f64, f64)>) -> Option<Self> {
        let number = |level: &&Level| match level {
            Level::Number(value) if value.is_finite() => Some(*value),
            _ => None,
        };
        let day = |level: &&Level| match level {
            Level::Date(date) => Some(days(*date)),
            _ => None,
        };
        let numbers: Option<Vec<f64>> = levels.iter().map(number).collect();
        let dates = || levels.iter().map(day).collect::<Option<Vec<f64>>>();
        let (values, spread) = match numbers {
            Some(values) if is_logarithmic(&values) => (values, Spread::Log),
            Some(values) => (values, Spread::Even),
            None => (dates()?, Spread::Days),
        };
        let (low, high) = extremes(values.iter().copied());
        let (low, high) = match between {
            // What could be sampled, if that is in the same unit.
            Some((least, most)) if spread != Spread::Days && least <= low && most >= high => {
                (least, most)
            }
            _ => (low, high),
        };
        Some(Self {
            values,
            low,
            high,
            spread,
        })
    }

    fn place(&self, level: usize) -> f64 {
        self.values.get(level).map_or(0.5, |&value| self.at(value))
    }

    fn at(&self, value: f64) -> f64 {
        let of = |value: f64| match self.spread {
            Spread::Log => libm::log(value),
            Spread::Even | Spread::Days => value,
        };
        let place = (of(value) - of(self.low)) / (of(self.high) - of(self.low));
        if place.is_finite() {
            place.clamp(0.0, 1.0)
        } else {
            0.5
        }
    }

    fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        let values = match self.spread {
            Spread::Even => {
                let scale = Scale::within([self.low, self.high], count);
                let tick = |&tick: &f64| (self.at(tick), number(tick, 6));
                return scale.ticks.iter().map(tick).collect();
            }
            Spread::Log => round_numbers(self.low, self.high),
            Spread::Days => {
                let part = |i: usize| i as f64 / count.max(1) as f64;
                let days = (0..=count).map(|i| self.low + part(i) * (self.high - self.low));
                days.map(f64::round).collect()
            }
        };
        let label = |value: f64| match self.spread {
            Spread::Days => day(value),
            _ => number(value, 6),
        };
        let ticks = values
            .into_iter()
            .map(|value| (self.at(value), label(value)));
        ticks.collect()
    }
}

/// Whether positive numbers lie as on a logarithmic scale: over at least a
/// power of ten, their median nearer to the geometric than to the arithmetic
/// middle of the ends.
fn is_logarithmic(ascending: &[f64]) -> bool {
    let (Some(&low), Some(&high)) = (ascending.first(), ascending.last()) else {
        return false;
    };
    let median = ascending[ascending.len() / 2];
    let logarithmic = (libm::log(median / low) / libm::log(high / low) - 0.5).abs();
    let even = ((median - low) / (high - low) - 0.5).abs();
    low > 0.0 && high / low >= WIDE && ascending.len() > 2 && logarithmic < even
}

/// Powers of ten between two numbers, or 1, 2 and 5 times such where those are
/// few.
fn round_numbers(low: f64, high: f64) -> Vec<f64> {
    let power = |value: f64| libm::floor(libm::log10(value)) as i32;
    let powers: Vec<i32> = (power(low)..=power(high)).collect();
    let times: &[f64] = if powers.len() > 4 {
        &[1.0]
    } else {
        &[1.0, 2.0, 5.0]
    };
    let all = powers
        .iter()
        .flat_map(|&exponent| times.iter().map(move |times| times * 10f64.powi(exponent)));
    let fits = |value: &f64| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value);
    all.filter(fits).collect()
}

/// Days since the first of January 2000.
fn days(date: Date) -> f64 {
    let span = date.since(Date::constant(2000, 1, 1));
    span.map_or(0.0, |span| f64::from(span.get_days()))
}

/// A day of so many since the first of January 2000.
fn day(days: f64) -> String {
    let seconds = (days.clamp(-5e6, 5e6) as i64).saturating_mul(86_400);
    let since = jiff::SignedDuration::from_secs(seconds);
    date_text(Date::constant(2000, 1, 1).saturating_add(since))
}

fn date_text(date: Date) -> String {
    date.strftime("%-d\u{a0}%b\u{a0}%Y").to_string()
}

/// Labels of levels, numbers with as many figures as tell them apart, at most
/// so many.
fn labels(levels: &[&Level], most: usize) -> Vec<String> {
    let written = |figures: usize| -> Vec<String> {
        let label = |level: &&Level| match level {
            Level::Number(value) => number(*value, figures),
            Level::Date(date) => date_text(*date),
            Level::Text(text) => text.clone(),
            Level::Base => "as it stands".to_owned(),
        };
        levels.iter().map(label).collect()
    };
    let apart = |labels: &[String]| {
        let different: BTreeMap<&String, ()> = labels.iter().map(|label| (label, ())).collect();
        different.len() == labels.len()
    };
    let tries = (3..=most).map(written);
    let mut tries = tries.skip_while(|labels| !apart(labels));
    tries.next().unwrap_or_else(|| written(most))
}

/// A number to so many significant figures; whole numbers in full.
fn number(value: f64, most: usize) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-6..1e6).contains(&size) {
        return figures(value);
    }
    if size >= 1000.0 && (value - value.round()).abs() < 1e-6 {
        let text = signed(value, 0);
        // Years are written without a comma.
        return if size < 10_000.0 {
            text.replace(',', "")
        } else {
            text
        };
    }
    let above = libm::floor(libm::log10(size)) as i32 + 1;
    let decimals = (most as i32 - above).clamp(0, 15) as usize;
    let text = signed(value, decimals);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
