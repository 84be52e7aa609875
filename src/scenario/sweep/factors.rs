//! What is varied, and the levels it is given.

use super::read::{Raw, change, changes};
use super::{Design, Factor, Level};
use crate::random::Law;
use crate::scenario::files::{Files, TABLE_LIMIT};
use crate::scenario::measure::Measure;
use crate::scenario::overrides::Change;
use crate::scenario::problem::Problem;
use crate::scenario::source::Span;
use crate::scenario::table::{Reader, choice, table};
use crate::scenario::tree::{Node, Value};
use crate::scenario::values::{Map, OneOrMany, Whole, Word};
use crate::units::{Calendar, Date, Unit, number_and_unit};

use super::points::Pick;

/// Names of the other columns of the table of a sweep, which no factor may have.
pub const COLUMNS: [&str; 6] = ["point", "commodity", "country", "metric", "unit", "variant"];

/// Significant digits of a number that is worked out: what is recorded is what
/// is run.
const DIGITS: usize = 6;

table! {
    /// What is varied: values by one of `values`, `range`, `law` and `levels`.
    struct Listed {
        /// Name in reports; the key unless given.
        title: Option<String>,
        /// Path of what is varied, as for `--set`, or a list of paths that all have the same value.
        paths as "path": Option<OneOrMany<Word>>,
        /// Values, as they would be written in the scenario.
        values: Option<Raw>,
        /// Values between two bounds.
        range: Option<Range>,
        /// The law of a value that is sampled.
        law: Option<Raw>,
        /// Levels that set several things each.
        levels: Option<Vec<Named>>,
        /// The level of the reference point of one-at-a-time; what the scenario says, unless given.
        reference: Option<Raw>,
    }
}

table! {
    /// Values between two bounds.
    struct Range {
        /// Least value: a number with its unit, or a date.
        low: Raw,
        /// Greatest value.
        high: Raw,
        /// Number of values, both bounds among them; a sample takes any value between them if it is not given.
        steps: Option<Whole<2, 1000>>,
        /// Whether steps are alike in size or in ratio.
        scale: Scale = "linear",
    }
}

table! {
    /// A level that sets several things.
    struct Named {
        /// Its name.
        name: String,
        /// What it sets, by path.
        set: Raw,
    }
}

/// How values are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    Log,
}

choice!(Scale {
    "linear" => Scale::Linear,
    "log" => Scale::Log,
});

/// A factor and what its levels set.
#[derive(Debug)]
pub(super) struct Varied {
    pub factor: Factor,
    /// Where it stands.
    pub at: Span,
    /// Its unit as read.
    pub unit: Unit,
    /// Its levels, as [`Factor::levels`] has them.
    settings: Vec<Setting>,
    /// The level at a reference point, and what it sets, if anything.
    reference: Setting,
    /// How values are sampled, where they are.
    sampler: Option<Sampler>,
    /// Changes to numbers that are worked out, of some value.
    targets: Vec<Change>,
    /// Where what is worked out stands.
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
    /// How many levels there are to choose from.
    pub(super) fn levels(&self) -> usize {
        self.settings.len()
    }

    /// The level of a pick.
    pub(super) fn level(&self, pick: Pick) -> Level {
        match pick {
            Pick::Level(index) => self.setting(index).level.clone(),
            Pick::Reference => self.reference.level.clone(),
            Pick::Sampled(u) => self.sampled(u),
        }
    }

    /// What a pick sets.
    pub(super) fn changes(&self, pick: Pick) -> Vec<Change> {
        match pick {
            Pick::Level(index) => self.setting(index).changes.clone(),
            Pick::Reference => self.reference.changes.clone(),
            Pick::Sampled(u) => {
                let node = written(&self.sampled(u), &self.factor.unit, self.span);
                self.targets
                    .iter()
                    .map(|target| target.to(node.clone()))
                    .collect()
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
        match &self.sampler {
            Some(Sampler::Numbers { low, high, scale }) => {
                Level::Number(between(*low, *high, *scale, u))
            }
            Some(Sampler::Dates { first, days }) => later(*first, (days * u).round() as i32),
            Some(Sampler::Law(law)) => {
                // Laws are inverted inside the open interval.
                let u = u.clamp(1e-9, 1.0 - 1e-9);
                Level::Number(rounded(law.quantile(u) / self.unit.factor))
            }
            None => Level::Base,
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

/// A value at a share of the way between two.
fn between(low: f64, high: f64, scale: Scale, u: f64) -> f64 {
    let value = match scale {
        Scale::Linear => low + (high - low) * u,
        Scale::Log => low * libm::pow(high / low, u),
    };
    rounded(value.clamp(low, high))
}

/// To six significant digits.
fn rounded(value: f64) -> f64 {
    let text = format!("{value:.*e}", DIGITS - 1);
    text.parse().unwrap_or(value)
}

fn later(first: Date, days: i32) -> Level {
    let later = first.checked_add(jiff::Span::new().days(days));
    Level::Date(later.unwrap_or(first))
}

/// A level as a value of the scenario.
fn written(level: &Level, unit: &str, span: Span) -> Node {
    let value = match level {
        Level::Number(number) if unit.is_empty() => Value::Float(*number),
        Level::Number(number) => Value::Text(format!("{number} {unit}")),
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

/// All factors, those that can be read.
pub(super) fn resolve(
    listed: &Map<Listed>,
    design: Design,
    scenario: Option<&Node>,
    reader: &mut Reader<'_>,
) -> Vec<Varied> {
    let mut varied = Vec::new();
    for (key, listed) in &listed.0 {
        check_key(key, reader);
        varied.extend(listed.resolve(key, design, scenario, reader));
    }
    varied
}

fn check_key(key: &Word, reader: &mut Reader<'_>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !key.text.chars().all(fits) {
        let said = format!("`{}` is no key of a factor", key.text);
        reader.report(Problem::new(key.span, said).help("use letters, digits, - and _"));
    }
    if is_column(&key.text) {
        let said = format!("no factor may be called `{}`", key.text);
        let problem = Problem::new(key.span, said);
        reader.report(problem.help("the table of results has a column of that name"));
    }
}

/// Whether the table of results has another column of that name.
fn is_column(key: &str) -> bool {
    let stamp = ["scenario", "hash", "seed", "trials", "version"];
    let measured = ["mean", "sd", "se", "p_any", "values", "share_never"];
    let estimate = key.strip_suffix("_se").unwrap_or(key);
    let quantile = estimate.strip_prefix("cvar_").unwrap_or(estimate);
    COLUMNS.contains(&key)
        || stamp.contains(&key)
        || measured.contains(&estimate)
        || ["p05", "p10", "p50", "p90", "p95", "p99"].contains(&quantile)
}

/// A way in which a factor is given its values.
enum Way<'a> {
    Values(&'a Node),
    Range(&'a Range),
    Law(&'a Node),
    Levels(&'a [Named]),
}

impl Listed {
    fn resolve(
        &self,
        key: &Word,
        design: Design,
        scenario: Option<&Node>,
        reader: &mut Reader<'_>,
    ) -> Option<Varied> {
        let way = self.way(key, reader)?;
        let targets = self.targets(&way, key, reader)?;
        let mut varied = Varied {
            factor: Factor {
                key: key.text.clone(),
                title: self.title.clone().unwrap_or_else(|| key.text.clone()),
                unit: String::new(),
                paths: targets.iter().map(Change::path).collect(),
                levels: Vec::new(),
                between: None,
            },
            at: key.span,
            unit: Unit::ONE,
            settings: Vec::new(),
            reference: Setting {
                level: Level::Base,
                changes: Vec::new(),
            },
            sampler: None,
            targets,
            span: key.span,
        };
        match way {
            Way::Values(node) => varied.values(node, reader)?,
            Way::Range(range) => varied.range(range, design, reader)?,
            Way::Law(node) => varied.law(node, design, reader)?,
            Way::Levels(levels) => varied.named(levels, key, reader)?,
        }
        varied.factor.levels = varied.settings.iter().map(|s| s.level.clone()).collect();
        if let Some(Raw(node)) = &self.reference {
            varied.refer_to(node, design, reader);
        } else if let Some(scenario) = scenario {
            varied.refer_to_scenario(scenario);
        }
        Some(varied)
    }

    /// The one way in which values are given.
    fn way<'a>(&'a self, key: &Word, reader: &mut Reader<'_>) -> Option<Way<'a>> {
        let ways = [
            self.values.as_ref().map(|Raw(node)| Way::Values(node)),
            self.range.as_ref().map(Way::Range),
            self.law.as_ref().map(|Raw(node)| Way::Law(node)),
            self.levels.as_deref().map(Way::Levels),
        ];
        let mut ways: Vec<Way<'a>> = ways.into_iter().flatten().collect();
        if ways.len() == 1 {
            return ways.pop();
        }
        let said = match ways.len() {
            0 => format!("`factors.{}` has no values", key.text),
            _ => format!("`factors.{}` has values in two ways", key.text),
        };
        let help = "give one of `values`, `range`, `law` and `levels`";
        reader.report(Problem::new(key.span, said).help(help));
        None
    }

    /// What is set: by its path, or by its levels.
    fn targets(&self, way: &Way<'_>, key: &Word, reader: &mut Reader<'_>) -> Option<Vec<Change>> {
        match (&self.paths, way) {
            (None, Way::Levels(levels)) => {
                let mut targets: Vec<Change> = Vec::new();
                for named in *levels {
                    for change in changes(&named.set.0, reader) {
                        if targets.iter().all(|known| known.path() != change.path()) {
                            targets.push(change);
                        }
                    }
                }
                Some(targets)
            }
            (Some(paths), Way::Levels(_)) => {
                let said = "a factor with `levels` has no `path`";
                let problem = Problem::new(paths.span, said);
                reader.report(problem.help("each level says itself what it sets"));
                None
            }
            (None, _) => {
                let said = format!("`factors.{}` has no `path`", key.text);
                reader.report(
                    Problem::new(key.span, said)
                        .label("`path` is missing")
                        .help("`path`: what is varied, as for `--set`"),
                );
                None
            }
            (Some(paths), _) => {
                let node = written(&Level::Base, "", key.span);
                let targets: Vec<Option<Change>> = paths
                    .items
                    .iter()
                    .map(|path| change(path, node.clone(), reader))
                    .collect();
                targets.into_iter().collect()
            }
        }
    }
}

impl Varied {
    fn setting_of(&self, level: Level, node: &Node) -> Setting {
        let to = |target: &Change| target.to(node.clone());
        Setting {
            level,
            changes: self.targets.iter().map(to).collect(),
        }
    }

    fn values(&mut self, node: &Node, reader: &mut Reader<'_>) -> Option<()> {
        let Value::Array(items) = &node.value else {
            reader.wrong_kind(node, "a list of values");
            return None;
        };
        if items.is_empty() {
            reader.report(Problem::new(node.span, "this list is empty"));
            return None;
        }
        self.take_unit(items);
        for (index, item) in items.iter().enumerate() {
            let level = self.level_of(item, reader);
            let earlier = self.settings.iter().position(|s| s.level == level);
            if let Some(earlier) = earlier {
                let problem = Problem::new(item.span, "this value is there twice");
                reader.report(problem.also(items[earlier.min(index)].span, "first here"));
            }
            let setting = self.setting_of(level, item);
            self.settings.push(setting);
        }
        Some(())
    }

    /// Takes the unit of the first number, if all are numbers of its dimension.
    fn take_unit(&mut self, items: &[Node]) {
        let read: Option<Vec<(f64, String, Unit)>> = items.iter().map(number).collect();
        if let Some([(_, written, unit), ..]) = read.as_deref()
            && read
                .iter()
                .flatten()
                .all(|(_, _, other)| other.dimension == unit.dimension)
        {
            self.factor.unit.clone_from(written);
            self.unit = *unit;
        }
    }

    /// What a value is as a level.
    fn level_of(&self, node: &Node, reader: &Reader<'_>) -> Level {
        match (&node.value, number(node)) {
            (_, Some((value, written, unit))) if unit.dimension == self.unit.dimension => {
                if written == self.factor.unit {
                    return Level::Number(value);
                }
                Level::Number(rounded(value * unit.factor / self.unit.factor))
            }
            (Value::Date(Some(date)), _) => Level::Date(*date),
            (Value::Text(text), _) => Level::Text(text.clone()),
            (Value::Bool(truth), _) => Level::Text(truth.to_string()),
            _ => Level::Text(one_line(reader.sources.excerpt(node.span))),
        }
    }

    fn range(&mut self, range: &Range, design: Design, reader: &mut Reader<'_>) -> Option<()> {
        self.span = range.at;
        let sampler = match (day(&range.low.0), day(&range.high.0)) {
            (Some(first), Some(last)) => dates(range, first, last, reader)?,
            _ => self.numbers(range, reader)?,
        };
        self.sampler = Some(sampler);
        self.factor.between = match self.sampler {
            Some(Sampler::Numbers { low, high, .. }) => Some((low, high)),
            _ => None,
        };
        let Some(steps) = &range.steps else {
            return sampled_only(design, range.at, "a range without `steps`", reader);
        };
        let steps = steps.value as usize;
        for step in 0..steps {
            let level = self.sampled(step as f64 / (steps - 1) as f64);
            let node = written(&level, &self.factor.unit, range.at);
            let setting = self.setting_of(level, &node);
            self.settings.push(setting);
        }
        let twice = self
            .settings
            .windows(2)
            .any(|pair| pair[0].level == pair[1].level);
        if twice {
            let said = format!("this range has no {steps} different values");
            reader.report(Problem::new(range.at, said));
        }
        Some(())
    }

    /// A range of numbers, in the unit of the first.
    fn numbers(&mut self, range: &Range, reader: &mut Reader<'_>) -> Option<Sampler> {
        let mut bound = |node: &Node| {
            let read = number(node);
            if read.is_none() {
                reader.wrong_kind(node, "a number with its unit, or a date");
            }
            read
        };
        let (low, high) = (bound(&range.low.0), bound(&range.high.0));
        let ((low, written, unit), (high, _, other)) = (low?, high?);
        if unit.dimension != other.dimension {
            let said = format!("expected {}, found {}", unit.dimension, other.dimension);
            let problem = Problem::new(range.high.0.span, said);
            reader.report(problem.also(range.low.0.span, "as here"));
            return None;
        }
        let high = match range.high.0.text().is_some() && unit.factor != other.factor {
            true => rounded(high * other.factor / unit.factor),
            false => high,
        };
        if low >= high {
            let problem = Problem::new(range.high.0.span, "the high end is not above the low one");
            reader.report(problem.also(range.low.0.span, "the low one"));
            return None;
        }
        if range.scale == Scale::Log && low <= 0.0 {
            let problem = Problem::new(range.low.0.span, "a scale of ratios begins above zero");
            reader.report(problem);
            return None;
        }
        self.factor.unit = written;
        self.unit = unit;
        Some(Sampler::Numbers {
            low,
            high,
            scale: range.scale,
        })
    }

    fn law(&mut self, node: &Node, design: Design, reader: &mut Reader<'_>) -> Option<()> {
        self.span = node.span;
        sampled_only(design, node.span, "a law", reader)?;
        let dimension = Reader::dimension_of(node).unwrap_or(Unit::ONE.dimension);
        let law = reader.law_table(node, &Measure::any(dimension))?;
        if let Some((written, unit)) = first_unit(node) {
            (self.factor.unit, self.unit) = (written, unit);
        }
        let (low, high) = law.support();
        let bounds = (low / self.unit.factor, high / self.unit.factor);
        self.factor.between = (low.is_finite() && high.is_finite()).then_some(bounds);
        self.sampler = Some(Sampler::Law(law));
        Some(())
    }

    fn named(&mut self, levels: &[Named], key: &Word, reader: &mut Reader<'_>) -> Option<()> {
        if levels.is_empty() {
            let said = format!("`factors.{}` has no levels", key.text);
            reader.report(Problem::new(key.span, said));
            return None;
        }
        for named in levels {
            let level = Level::Text(named.name.clone());
            if self.settings.iter().any(|setting| setting.level == level) {
                let said = format!("the level `{}` is there twice", named.name);
                reader.report(Problem::new(named.at, said));
            }
            let changes = changes(&named.set.0, reader);
            self.settings.push(Setting { level, changes });
        }
        Some(())
    }

    fn refer_to(&mut self, node: &Node, design: Design, reader: &mut Reader<'_>) {
        if design != Design::OneAtATime {
            let said = format!("`reference` does not go with the design {}", design.name());
            let problem = Problem::new(node.span, said);
            return reader.report(problem.help("it goes with one-at-a-time"));
        }
        let level = self.level_of(node, reader);
        if self.targets.is_empty() || !matches!(level, Level::Text(_)) {
            let setting = self.setting_of(level, node);
            self.reference = setting;
            return;
        }
        let known = self.settings.iter().find(|setting| setting.level == level);
        self.reference = known
            .cloned()
            .unwrap_or_else(|| self.setting_of(level, node));
    }

    /// The reference is what the scenario says, where that is a plain value.
    fn refer_to_scenario(&mut self, scenario: &Node) {
        let mut found = self.targets.iter().map(|target| target.find(scenario));
        let Some(Some(first)) = found.next() else {
            return;
        };
        let level = match (&first.value, number(first)) {
            (_, Some((value, written, unit))) if unit.dimension == self.unit.dimension => {
                match written == self.factor.unit {
                    true => Level::Number(value),
                    false => Level::Number(rounded(value * unit.factor / self.unit.factor)),
                }
            }
            (Value::Date(Some(date)), _) => Level::Date(*date),
            (Value::Text(text), None) => Level::Text(text.clone()),
            _ => return,
        };
        if !self
            .settings
            .iter()
            .any(|setting| matches!(setting.level, Level::Text(_)))
        {
            self.reference.level = level;
        }
    }
}

/// A date as it is written.
fn day(node: &Node) -> Option<Date> {
    crate::scenario::values::date(node)
}

fn dates(range: &Range, first: Date, last: Date, reader: &mut Reader<'_>) -> Option<Sampler> {
    let days = Calendar::new(first).days_between(first, last) as f64;
    if days <= 0.0 {
        let problem = Problem::new(range.high.0.span, "the last day is not after the first");
        reader.report(problem.also(range.low.0.span, "the first"));
        return None;
    }
    if range.scale == Scale::Log {
        reader.report(Problem::new(range.at, "dates have no scale of ratios"));
        return None;
    }
    Some(Sampler::Dates { first, days })
}

/// What is sampled goes with a sampled design only.
fn sampled_only(design: Design, at: Span, what: &str, reader: &mut Reader<'_>) -> Option<()> {
    if matches!(
        design,
        Design::LatinHypercube | Design::Sobol | Design::Morris { .. }
    ) {
        return Some(());
    }
    let said = format!("{what} does not go with the design {}", design.name());
    let help = "give `values` or a `range` with `steps`, or sample with lhs, sobol or morris";
    reader.report(Problem::new(at, said).help(help));
    None
}

/// A number, its unit as written, and that as read.
fn number(node: &Node) -> Option<(f64, String, Unit)> {
    match &node.value {
        Value::Integer(value) => Some((*value as f64, String::new(), Unit::ONE)),
        Value::Float(value) => Some((*value, String::new(), Unit::ONE)),
        Value::Text(text) => {
            let (value, written, unit) = number_and_unit(text)?;
            Some((value, written.to_owned(), unit))
        }
        _ => None,
    }
}

/// The unit of the first quantity in a law.
fn first_unit(node: &Node) -> Option<(String, Unit)> {
    let texts = node.texts().into_iter();
    let mut units = texts.filter_map(number_and_unit);
    units
        .next()
        .map(|(_, written, unit)| (written.to_owned(), unit))
}

/// A piece of the file without its line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
