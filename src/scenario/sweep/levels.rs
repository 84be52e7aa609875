//! The levels a factor is given, listed or sampled.

use std::borrow::Cow;

use super::points::Pick;
use super::{Design, Factor, Level};
use crate::random::Law;
use crate::scenario::files::{Files, TABLE_LIMIT};
use crate::scenario::measure::Measure;
use crate::scenario::overrides::{self, Change};
use crate::scenario::problem::Problem;
use crate::scenario::source::{Sources, Span};
use crate::scenario::table::Reader;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values::{Word, date};
use crate::units::{Calendar, Date, Unit, number_and_unit};

/// Significant digits of a number that is worked out: what is recorded is what
/// is run.
const DIGITS: usize = 6;
/// Laws are inverted no nearer to 0 and 1.
const MARGIN: f64 = 1e-9;
/// Whole numbers up to here are written as such.
const WHOLE: f64 = 1e15;

/// What the levels of a factor are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Numbers, in this unit.
    Number(Unit),
    Date,
    /// Words, or what can only be told as it is written.
    Word,
}

/// How values are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) enum Scale {
    Linear,
    Log,
}

/// A factor and what its levels set.
#[derive(Debug)]
pub(super) struct Varied {
    pub factor: Factor,
    /// Where its key stands.
    pub at: Span,
    pub kind: Kind,
    /// Its levels, as [`Factor::levels`] has them.
    settings: Vec<Setting>,
    /// The level at a reference point, and what it sets, if anything.
    reference: Setting,
    /// How values are sampled, where they are.
    sampler: Option<Sampler>,
    /// Changes of some value to each of its paths.
    targets: Vec<Change>,
    /// Whether each level says itself what it sets.
    named: bool,
    /// Where numbers that are worked out come from.
    span: Span,
}

/// A level and what it sets.
#[derive(Clone, Debug)]
struct Setting {
    level: Level,
    changes: Vec<Change>,
}

/// How a value comes of a number between 0 and 1.
#[derive(Debug)]
enum Sampler {
    /// In the unit of the factor.
    Numbers {
        low: f64,
        high: f64,
        scale: Scale,
    },
    Dates {
        first: Date,
        days: f64,
    },
    /// A law of base units.
    Law(Law),
}

impl Varied {
    /// A factor without any levels yet.
    pub(super) fn new(key: &Word, title: String, targets: Vec<Change>) -> Self {
        Self {
            factor: Factor {
                key: key.text.clone(),
                title,
                unit: String::new(),
                paths: targets.iter().map(Change::path).collect(),
                levels: Vec::new(),
                between: None,
            },
            at: key.span,
            kind: Kind::Word,
            settings: Vec::new(),
            reference: Setting {
                level: Level::Base,
                changes: Vec::new(),
            },
            sampler: None,
            targets,
            named: false,
            span: key.span,
        }
    }

    /// How many levels there are to choose from.
    pub(super) fn levels(&self) -> usize {
        self.settings.len()
    }

    /// The paths of all it sets, each with some value.
    pub(super) fn targets(&self) -> &[Change] {
        &self.targets
    }

    /// Whether each level says itself what it sets.
    pub(super) fn is_named(&self) -> bool {
        self.named
    }

    /// The level of a pick.
    pub(super) fn level(&self, pick: Pick) -> Cow<'_, Level> {
        match pick {
            Pick::Level(index) => Cow::Borrowed(&self.setting(index).level),
            Pick::Reference => Cow::Borrowed(&self.reference.level),
            Pick::Sampled(u) => Cow::Owned(self.sampled(u)),
        }
    }

    /// What a pick sets.
    pub(super) fn changes(&self, pick: Pick) -> Cow<'_, [Change]> {
        match pick {
            Pick::Level(index) => Cow::Borrowed(&self.setting(index).changes),
            Pick::Reference => Cow::Borrowed(&self.reference.changes),
            Pick::Sampled(u) => {
                let node = written(&self.sampled(u), &self.factor.unit, self.span);
                let to = |target: &Change| target.to(node.clone());
                Cow::Owned(self.targets.iter().map(to).collect())
            }
        }
    }

    fn setting(&self, index: usize) -> &Setting {
        self.settings.get(index).unwrap_or(&self.reference)
    }

    /// What a design's number between 0 and 1 picks.
    pub(super) fn pick(&self, u: f64) -> Pick {
        match self.settings.len() {
            0 => Pick::Sampled(u),
            levels => Pick::Level(((u * levels as f64) as usize).min(levels - 1)),
        }
    }

    /// Whether values beyond all bounds can be sampled at 0 or 1.
    pub(super) fn is_unbounded(&self) -> bool {
        match &self.sampler {
            Some(Sampler::Law(law)) => {
                let (low, high) = law.support();
                !(low.is_finite() && high.is_finite())
            }
            _ => false,
        }
    }

    fn sampled(&self, u: f64) -> Level {
        match (&self.sampler, self.kind) {
            (Some(Sampler::Numbers { low, high, scale }), _) => {
                Level::Number(between(*low, *high, *scale, u))
            }
            (Some(Sampler::Dates { first, days }), _) => {
                let later = jiff::Span::new().try_days((days * u).round() as i64);
                let date = later.and_then(|later| first.checked_add(later));
                Level::Date(date.unwrap_or(*first))
            }
            (Some(Sampler::Law(law)), Kind::Number(unit)) => {
                let value = law.quantile(u.clamp(MARGIN, 1.0 - MARGIN));
                Level::Number(rounded(value / unit.factor))
            }
            _ => Level::Base,
        }
    }

    fn setting_of(&self, level: Level, node: &Node) -> Setting {
        let to = |target: &Change| target.to(node.clone());
        Setting {
            level,
            changes: self.targets.iter().map(to).collect(),
        }
    }

    fn add(&mut self, setting: Setting) {
        self.factor.levels.push(setting.level.clone());
        self.settings.push(setting);
    }

    /// Takes levels from a list of values.
    pub(super) fn values(&mut self, node: &Node, reader: &mut Reader<'_>) -> Option<()> {
        let Value::Array(items) = &node.value else {
            reader.wrong_kind(node, "a list of values");
            return None;
        };
        if items.is_empty() {
            reader.report(Problem::new(node.span, "this list is empty"));
            return None;
        }
        self.take_kind(items);
        for (index, item) in items.iter().enumerate() {
            let level = self.level_of(item, reader.sources);
            let level = level.unwrap_or_else(|| as_written(item, reader.sources));
            let known = self.settings.iter().position(|known| known.level == level);
            if let Some(known) = known.filter(|known| *known < index) {
                let problem = Problem::new(item.span, "this value is there twice");
                reader.report(problem.also(items[known].span, "first here"));
            }
            self.add(self.setting_of(level, item));
        }
        Some(())
    }

    /// Numbers of one dimension, in the unit of the first; dates; or words.
    fn take_kind(&mut self, items: &[Node]) {
        let numbers: Option<Vec<(f64, String, Unit)>> = items.iter().map(number).collect();
        if items.iter().all(|item| date(item).is_some()) {
            self.kind = Kind::Date;
        } else if let Some([(_, written, unit), ..]) = numbers.as_deref()
            && let mut all = numbers.iter().flatten()
            && all.all(|(_, _, other)| other.dimension == unit.dimension)
        {
            self.factor.unit = plural(written);
            self.kind = Kind::Number(*unit);
        }
    }

    /// What a value is as a level; `None` if it is of another kind.
    fn level_of(&self, node: &Node, sources: &Sources) -> Option<Level> {
        match self.kind {
            Kind::Number(own) => {
                let (value, written, unit) = number(node)?;
                if unit.dimension != own.dimension {
                    return None;
                }
                Some(Level::Number(match written == self.factor.unit {
                    true => value,
                    false => rounded(value * unit.factor / own.factor),
                }))
            }
            Kind::Date => date(node).map(Level::Date),
            Kind::Word => Some(as_written(node, sources)),
        }
    }

    /// Takes values between two bounds, both of them numbers of one dimension, or
    /// both dates.
    pub(super) fn between(
        &mut self,
        low: &Node,
        high: &Node,
        (scale, at): (Scale, Span),
        reader: &mut Reader<'_>,
    ) -> Option<()> {
        self.span = at;
        if let (Some(first), Some(last)) = (date(low), date(high)) {
            let days = Calendar::new(first).days_between(first, last) as f64;
            if days <= 0.0 {
                let problem = Problem::new(high.span, "the last day is not after the first");
                reader.report(problem.also(low.span, "the first"));
                return None;
            }
            if scale == Scale::Log {
                reader.report(Problem::new(at, "dates have no scale of ratios"));
                return None;
            }
            self.kind = Kind::Date;
            self.sampler = Some(Sampler::Dates { first, days });
            return Some(());
        }
        let (low, high) = self.bounds(low, high, scale, reader)?;
        self.factor.between = Some((low, high));
        self.sampler = Some(Sampler::Numbers { low, high, scale });
        Some(())
    }

    /// Two numbers, in the unit of the first.
    fn bounds(
        &mut self,
        low: &Node,
        high: &Node,
        scale: Scale,
        reader: &mut Reader<'_>,
    ) -> Option<(f64, f64)> {
        let bounds = (bound(low, reader), bound(high, reader));
        let ((least, written, unit), (most, _, other)) = (bounds.0?, bounds.1?);
        if unit.dimension != other.dimension {
            let said = format!("expected {}, found {}", unit.dimension, other.dimension);
            let problem = Problem::new(high.span, said);
            reader.report(problem.also(low.span, "as here"));
            return None;
        }
        let most = match unit.factor == other.factor {
            true => most,
            false => rounded(most * other.factor / unit.factor),
        };
        if least >= most {
            let problem = Problem::new(high.span, "the high end is not above the low one");
            reader.report(problem.also(low.span, "the low one"));
            return None;
        }
        if scale == Scale::Log && least <= 0.0 {
            let problem =
                Problem::new(low.span, "a range with `scale = \"log\"` begins above zero");
            reader.report(problem.help("give a number above 0, or leave out `scale`"));
            return None;
        }
        self.factor.unit = plural(&written);
        self.kind = Kind::Number(unit);
        Some((least, most))
    }

    /// Takes so many levels of what is between two bounds, these among them.
    pub(super) fn steps(&mut self, steps: usize, at: Span, reader: &mut Reader<'_>) {
        for step in 0..steps {
            let level = self.sampled(step as f64 / (steps - 1) as f64);
            let node = written(&level, &self.factor.unit, at);
            self.add(self.setting_of(level, &node));
        }
        if self.factor.levels.windows(2).any(|pair| pair[0] == pair[1]) {
            let said = format!("this range has no {steps} different values");
            reader.report(Problem::new(at, said));
        }
    }

    /// Takes values from a law.
    pub(super) fn law(
        &mut self,
        node: &Node,
        design: Option<Design>,
        reader: &mut Reader<'_>,
    ) -> Option<()> {
        self.span = node.span;
        let fits = sampled_only(design, node.span, "a law", reader);
        let (written, unit) = first_unit(node).unwrap_or((String::new(), Unit::ONE));
        let law = reader.law_table(node, &Measure::any(unit.dimension))?;
        let (low, high) = law.support();
        let bound = |value: f64| rounded(value / unit.factor);
        self.factor.between =
            (low.is_finite() && high.is_finite()).then(|| (bound(low), bound(high)));
        self.factor.unit = plural(&written);
        self.kind = Kind::Number(unit);
        self.sampler = Some(Sampler::Law(law));
        fits
    }

    /// Takes levels that each have a name, a place and what they set.
    pub(super) fn named(
        &mut self,
        levels: Vec<(String, Span, Vec<Change>)>,
        reader: &mut Reader<'_>,
    ) -> Option<()> {
        self.named = true;
        if levels.is_empty() {
            let said = format!("`factors.{}` has no levels", self.factor.key);
            reader.report(Problem::new(self.at, said));
            return None;
        }
        let mut places: Vec<Span> = Vec::new();
        for (name, at, changes) in levels {
            let level = Level::Text(name);
            let known = self.factor.levels.iter().position(|known| *known == level);
            if let Some(known) = known {
                let problem = Problem::new(at, "two levels have the same name");
                reader.report(problem.also(places[known], "the first"));
            }
            for change in &changes {
                let path = change.path();
                if !self.factor.paths.contains(&path) {
                    self.factor.paths.push(path);
                    self.targets.push(change.clone());
                }
            }
            places.push(at);
            self.add(Setting { level, changes });
        }
        Some(())
    }

    /// Takes a value as the level of the reference point.
    pub(super) fn refer_to(&mut self, node: &Node, reader: &mut Reader<'_>) -> Option<()> {
        let Some(level) = self.level_of(node, reader.sources) else {
            let said = match self.kind {
                Kind::Number(unit) => format!("expected {}, as the values are", unit.dimension),
                Kind::Date | Kind::Word => "expected a date, as the values are".to_owned(),
            };
            let label = format!("this is {}", node.value.kind());
            reader.report(Problem::new(node.span, said).label(label));
            return None;
        };
        let known = self.settings.iter().find(|known| known.level == level);
        self.reference = match known.cloned() {
            Some(known) => known,
            None if self.named => {
                let names = self.factor.levels.iter().filter_map(|level| match level {
                    Level::Text(name) => Some(name.as_str()),
                    _ => None,
                });
                let names = names.collect::<Vec<_>>().join(", ");
                let said = format!("`factors.{}` has no such level", self.factor.key);
                let problem = Problem::new(node.span, said);
                reader.report(problem.help(format!("its levels are {names}")));
                return None;
            }
            None => self.setting_of(level, node),
        };
        Some(())
    }

    /// Takes what the scenario says as the level of the reference point, unless
    /// that is set: if all its paths lead to the same number, date or word.
    pub(super) fn refer_to_scenario(&mut self, base: &Node, sources: &Sources) {
        if self.named || self.reference.level != Level::Base {
            return;
        }
        let level = |target: &Change| {
            let node = target.find(base)?;
            match node.value {
                Value::Table(_) | Value::Array(_) => None,
                _ => self.level_of(node, sources),
            }
        };
        let mut levels = self.targets.iter().map(level);
        if let Some(Some(first)) = levels.next()
            && levels.all(|other| other.as_ref() == Some(&first))
        {
            self.reference.level = first;
        }
    }

    /// Makes sure that its paths lead somewhere in the scenario.
    pub(super) fn check_paths(&self, base: &Node, reader: &mut Reader<'_>) {
        let levels = self.settings.iter().filter(|_| self.named);
        let mut all: Vec<&[Change]> = levels.map(|level| &level.changes[..]).collect();
        if !self.named {
            all.push(&self.targets);
        }
        for changes in all {
            overrides::apply(&mut base.clone(), changes, &mut reader.problems);
        }
    }

    /// Reads the tables that its values name, so that they count among the files.
    pub(super) fn read_tables(&self, files: &dyn Files) {
        let settings = self.settings.iter().chain([&self.reference]);
        let changes = settings.flat_map(|setting| &setting.changes);
        for text in changes.flat_map(|change| change.value().texts()) {
            if text.ends_with(".csv") {
                // What cannot be read is a mistake of the points that read it.
                let _ = files.read(text, TABLE_LIMIT);
            }
        }
    }
}

/// What is sampled goes with a sampled design only; an unknown one may be any.
pub(super) fn sampled_only(
    design: Option<Design>,
    at: Span,
    what: &str,
    reader: &mut Reader<'_>,
) -> Option<()> {
    let design = match design {
        Some(design @ (Design::Grid | Design::Zip | Design::OneAtATime)) => design,
        _ => return Some(()),
    };
    let said = format!("{what} does not go with the design {}", design.name());
    let help = "give `values` or a `range` with `steps`, or sample with lhs, sobol or morris";
    reader.report(Problem::new(at, said).help(help));
    None
}

/// A value at a share of the way between two.
fn between(low: f64, high: f64, scale: Scale, u: f64) -> f64 {
    if u <= 0.0 || u >= 1.0 {
        return if u <= 0.0 { low } else { high };
    }
    let value = match scale {
        Scale::Linear => low + (high - low) * u,
        Scale::Log => low * libm::pow(high / low, u),
    };
    rounded(value).clamp(low, high)
}

/// To six significant digits.
fn rounded(value: f64) -> f64 {
    let text = format!("{value:.*e}", DIGITS - 1);
    text.parse().unwrap_or(value)
}

/// A level as a value of the scenario.
pub(super) fn written(level: &Level, unit: &str, span: Span) -> Node {
    let value = match level {
        Level::Number(number) if !unit.is_empty() => Value::Text(format!("{number} {unit}")),
        Level::Number(number) if number.fract() == 0.0 && number.abs() < WHOLE => {
            Value::Integer(*number as i64)
        }
        Level::Number(number) => Value::Float(*number),
        Level::Date(date) => Value::Date(Some(*date)),
        Level::Text(text) => Value::Text(text.clone()),
        Level::Base => Value::Bool(false),
    };
    Node {
        value,
        span,
        path: String::new(),
    }
}

/// A bound of a range: a number, its unit as written, and that as read.
fn bound(node: &Node, reader: &mut Reader<'_>) -> Option<(f64, String, Unit)> {
    let read = number(node);
    if read.is_none() {
        match node.value {
            Value::Float(_) => {
                reader.report(Problem::new(node.span, "expected a finite number"));
            }
            _ => reader.wrong_kind(node, "a number with its unit; or two dates"),
        }
    }
    read
}

/// A finite number, its unit as written, and that as read.
fn number(node: &Node) -> Option<(f64, String, Unit)> {
    let read = match &node.value {
        Value::Integer(value) => (*value as f64, String::new(), Unit::ONE),
        Value::Float(value) => (*value, String::new(), Unit::ONE),
        Value::Text(text) => {
            let (value, written, unit) = number_and_unit(text)?;
            (value, written.to_owned(), unit)
        }
        _ => return None,
    };
    read.0.is_finite().then_some(read)
}

/// A unit of time as one says it of several.
fn plural(unit: &str) -> String {
    match unit {
        "hour" | "day" | "week" | "month" | "year" => format!("{unit}s"),
        _ => unit.to_owned(),
    }
}

/// The unit of the first quantity in a law.
fn first_unit(node: &Node) -> Option<(String, Unit)> {
    if let Some((_, written, unit)) = node.text().and_then(number_and_unit) {
        return Some((written.to_owned(), unit));
    }
    let entries = node.entries().iter();
    let entries = entries.filter(|entry| entry.key != "probabilities");
    let below = entries.map(|entry| &entry.node).chain(node.items());
    below.into_iter().find_map(first_unit)
}

/// A word, or the piece of the file without its line breaks.
fn as_written(node: &Node, sources: &Sources) -> Level {
    let text = match &node.value {
        Value::Text(text) => text.as_str(),
        _ => sources.excerpt(node.span),
    };
    Level::Text(text.split_whitespace().collect::<Vec<_>>().join(" "))
}
