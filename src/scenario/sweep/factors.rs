//! `[factors.KEY]`: what is varied, and the ways to say how.

use super::changes::{change, changes};
use super::levels::{Scale, Varied, sampled_only, written};
use super::schema::{Any, Bound, Law, Settings, Values};
use super::tried::{Raw, Tried};
use super::{Design, Level};
use crate::scenario::overrides::Change;
use crate::scenario::problem::Problem;
use crate::scenario::table::{Reader, choice, not_both, one_of, table, with};
use crate::scenario::tree::Node;
use crate::scenario::values::{Map, OneOrMany, Whole, Word};

/// Most factors of a sweep.
pub(super) const MOST_FACTORS: usize = 64;
/// Names of the other columns of the table of a sweep, which no factor may have.
pub(super) const COLUMNS: [&str; 11] = [
    "scenario",
    "hash",
    "seed",
    "trials",
    "version",
    "point",
    "commodity",
    "country",
    "metric",
    "unit",
    "variant",
];
/// Those of what is said about values, each with its error or without.
pub(super) const ESTIMATES: [&str; 6] = ["mean", "sd", "se", "p_any", "values", "share_never"];
/// The same of quantiles, and of the means beyond them.
pub(super) const QUANTILES: [&str; 6] = ["p05", "p10", "p50", "p90", "p95", "p99"];
/// Words of filters, which no factor may be called either.
pub(super) const JOINS: [&str; 2] = ["and", "or"];

table! {
    /// What is varied: values by one of `values`, `range`, `law` and `levels`.
    struct Listed {
        /// Name in reports; the key unless given.
        title: Tried<Option<String>>,
        /// Path of what is varied, as for `--set`, or a list of paths that all have the same value.
        paths as "path": Tried<Option<OneOrMany<Word>>>,
        /// Values, as they would be written in the scenario.
        values: Option<Raw<Values>>,
        /// Values between two bounds.
        range: Tried<Option<Range>>,
        /// The law of a value that is sampled.
        law: Option<Raw<Law>>,
        /// Levels that set several things each.
        levels: Tried<Option<Vec<Tried<Named>>>>,
        /// The level of the reference point of one-at-a-time; what the scenario says, unless given.
        reference: Option<Raw<Any>>,
    } where
        one_of(&[&["path", "values"], &["path", "range"], &["path", "law"], &["levels"]]),
        not_both("path", "levels"),
        with("values", &["path"]),
        with("range", &["path"]),
        with("law", &["path"]),
}

table! {
    /// Values between two bounds.
    struct Range {
        /// Least value: a number with its unit, or a date.
        low: Raw<Bound>,
        /// Greatest value.
        high: Raw<Bound>,
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
        set: Raw<Settings>,
    }
}

choice!(Scale {
    "linear" => Scale::Linear,
    "log" => Scale::Log,
});

/// A factor by its key; `None` where it could not be read.
pub(super) type Keyed<'a> = (&'a str, Option<Varied>);

/// All factors. Of an unknown design, or one that could not be read, nothing is
/// asked.
pub(super) fn resolve<'a>(
    listed: &'a Map<Tried<Listed>>,
    design: Option<Design>,
    reader: &mut Reader<'_>,
) -> Vec<Keyed<'a>> {
    if let Some((key, _)) = listed.0.get(MOST_FACTORS) {
        let said = format!("a sweep has at most {MOST_FACTORS} factors");
        let label = format!("this is one of {}", listed.0.len());
        reader.report(Problem::new(key.span, said).label(label));
    }
    let one = |(key, Tried(listed)): &'a (Word, Tried<Listed>)| {
        check_key(key, reader);
        let listed = listed.as_ref();
        let varied = listed.and_then(|listed| listed.resolve(key, design, reader));
        (key.text.as_str(), varied)
    };
    listed.0.iter().map(one).collect()
}

fn check_key(key: &Word, reader: &mut Reader<'_>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let text = key.text.as_str();
    if !text.chars().all(fits) || text.is_empty() {
        let said = format!("`{text}` is no key of a factor");
        reader.report(Problem::new(key.span, said).help("use letters, digits, - and _"));
    } else if is_column(text) || JOINS.contains(&text) {
        let why = match JOINS.contains(&text) {
            true => "filters have a word of that name",
            false => "the table of results has a column of that name",
        };
        let said = format!("no factor may be called `{text}`");
        reader.report(Problem::new(key.span, said).help(why));
    }
}

/// Whether the table of results has another column of that name.
fn is_column(key: &str) -> bool {
    let estimate = key.strip_suffix("_se").unwrap_or(key);
    let quantile = estimate.strip_prefix("cvar_").unwrap_or(estimate);
    COLUMNS.contains(&key) || ESTIMATES.contains(&estimate) || QUANTILES.contains(&quantile)
}

/// A way in which a factor is given its values.
enum Way<'a> {
    Values(&'a Node),
    Range(&'a Range),
    Law(&'a Node),
    /// Those that could be read, and whether all could.
    Levels(Vec<&'a Named>, bool),
}

impl Listed {
    fn resolve(
        &self,
        key: &Word,
        design: Option<Design>,
        reader: &mut Reader<'_>,
    ) -> Option<Varied> {
        let way = self.way(key, reader);
        let targets = self.targets(way.as_ref(), key, reader);
        if let (Some(Raw(node, _)), Some(design)) = (&self.reference, design)
            && design != Design::OneAtATime
        {
            let said = format!("`reference` does not go with the design {}", design.name());
            let problem = Problem::new(node.span, said);
            reader.report(problem.help("it goes with one-at-a-time"));
        }
        let title = self.title.given().unwrap_or(&key.text).clone();
        let mut varied = Varied::new(key, title, targets.clone().unwrap_or_default());
        match way? {
            Way::Values(node) => varied.values(node, reader)?,
            Way::Range(range) => range.resolve(&mut varied, design, reader)?,
            Way::Law(node) => varied.law(node, design, reader)?,
            Way::Levels(levels, whole) => {
                let levels = levels.iter().map(|named| {
                    let changes = changes(&named.set.0, reader);
                    (named.name.clone(), named.at, changes)
                });
                let levels = levels.collect();
                varied.named(levels, reader)?;
                whole.then_some(())?;
            }
        }
        if let Some(Raw(node, _)) = &self.reference {
            varied.refer_to(node, reader)?;
        }
        targets.map(|_| varied)
    }

    /// The one way in which values are given.
    fn way(&self, key: &Word, reader: &mut Reader<'_>) -> Option<Way<'_>> {
        let given = [
            ("values", self.values.is_some()),
            ("range", !self.range.is_absent()),
            ("law", self.law.is_some()),
            ("levels", !self.levels.is_absent()),
        ];
        let names: Vec<String> = given
            .iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if names.len() == 1 {
            return self.only_way();
        }
        let mut keys = given.iter().map(|(name, _)| name);
        if names.is_empty() && keys.any(|name| reader.is_misspelt(&self.path, name)) {
            return None;
        }
        let said = match names.is_empty() {
            true => format!("`{}` has no values", self.path),
            false => format!("`{}` has {}", self.path, names.join(" and ")),
        };
        let help = "give one of `values`, `range`, `law` and `levels`";
        reader.report(Problem::new(key.span, said).help(help));
        None
    }

    fn only_way(&self) -> Option<Way<'_>> {
        let range = self.range.given().map(Way::Range);
        let levels = || {
            let levels = self.levels.given()?;
            let read: Vec<&Named> = levels.iter().filter_map(|one| one.0.as_ref()).collect();
            let whole = read.len() == levels.len();
            Some(Way::Levels(read, whole))
        };
        let values = self.values.as_ref().map(|Raw(node, _)| Way::Values(node));
        let law = self.law.as_ref().map(|Raw(node, _)| Way::Law(node));
        values.or(range).or(law).or_else(levels)
    }

    /// What is set by its paths; nothing yet, where levels say what they set.
    fn targets(
        &self,
        way: Option<&Way<'_>>,
        key: &Word,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<Change>> {
        let named = !self.levels.is_absent();
        match (self.paths.given(), named) {
            (Some(paths), true) if matches!(way, Some(Way::Levels(..))) => {
                let problem = Problem::new(paths.span, "a factor with `levels` has no `path`");
                reader.report(problem.help("each level says itself what it sets"));
                None
            }
            (Some(paths), _) => {
                let node = written(&Level::Base, "", key.span);
                let targets = paths.items.iter();
                let targets: Vec<Option<Change>> = targets
                    .map(|path| change(path, node.clone(), reader))
                    .collect();
                targets.into_iter().collect()
            }
            (None, true) => Some(Vec::new()),
            (None, false) => {
                if self.paths.is_absent() && !reader.is_misspelt(&self.path, "path") {
                    let said = format!("`{}` has no `path`", self.path);
                    let problem = Problem::new(key.span, said).label("`path` is missing");
                    reader.report(problem.help("`path`: what is varied, as for `--set`"));
                }
                None
            }
        }
    }
}

impl Range {
    fn resolve(
        &self,
        varied: &mut Varied,
        design: Option<Design>,
        reader: &mut Reader<'_>,
    ) -> Option<()> {
        let (Raw(low, _), Raw(high, _)) = (&self.low, &self.high);
        varied.between(low, high, (self.scale, self.at), reader)?;
        match &self.steps {
            Some(steps) => varied.steps(steps.value.unsigned_abs() as usize, self.at, reader),
            None => {
                sampled_only(design, self.at, "a range without `steps`", reader)?;
            }
        }
        Some(())
    }
}
