//! Changes of the scenario that a sweep asks for, and where two ask for the same.

use super::levels::Varied;
use crate::scenario::overrides::{self, Change};
use crate::scenario::problem::Problem;
use crate::scenario::source::Span;
use crate::scenario::table::Reader;
use crate::scenario::tree::{Entry, Node, Value};
use crate::scenario::values::Word;

/// What a sweep says itself, and a change cannot.
const RESERVED: [(&str, &str); 4] = [
    ("trials", "every point has the trials of `sweep.trials`"),
    (
        "seed",
        "every point has the same seed, `sweep.seed`, so that points differ by their factors alone",
    ),
    ("focus", "every point reports on the same focus"),
    (
        "name",
        "the results have the name of the sweep, `sweep.name`",
    ),
];

/// A change of the scenario.
pub(super) fn change(path: &Word, value: Node, reader: &mut Reader<'_>) -> Option<Change> {
    let change = Change::new(path, value, reader)?;
    let (said, why) = match change.steps().collect::<Vec<_>>()[..] {
        ["scenario"] => (
            "`scenario` cannot be changed as a whole".to_owned(),
            "change its keys one by one",
        ),
        ["scenario", key, ..] => match RESERVED.iter().find(|(reserved, _)| *reserved == key) {
            Some((_, why)) => (
                format!("`scenario.{key}` cannot be changed in a sweep"),
                *why,
            ),
            None => return Some(change),
        },
        _ => return Some(change),
    };
    reader.report(Problem::new(path.span, said).help(why));
    None
}

/// The changes of a table whose keys are paths.
pub(super) fn changes(node: &Node, reader: &mut Reader<'_>) -> Vec<Change> {
    let entries = reader.entries(node, "a table of paths and values");
    let mut changes = Vec::new();
    for entry in entries.into_iter().flatten() {
        let path = Word {
            text: entry.key.clone(),
            span: entry.key_span,
        };
        if is_unquoted(entry) {
            reader.report(unquoted(entry));
        } else {
            changes.extend(change(&path, entry.node.clone(), reader));
        }
    }
    changes
}

/// Whether TOML took the dots of a path for those of its own tables: no whole
/// part of a scenario is set by a table.
fn is_unquoted(entry: &Entry) -> bool {
    !entry.key.contains(['.', '"', '\'']) && matches!(entry.node.value, Value::Table(_))
}

fn unquoted(entry: &Entry) -> Problem {
    let mut path = entry.key.clone();
    let mut node = &entry.node;
    while let [only] = node.entries() {
        path = format!("{path}.{}", only.key);
        node = &only.node;
    }
    let said = format!("this would take the place of all `{}`", entry.key);
    let problem = Problem::new(entry.key_span, said);
    match path == entry.key {
        true => problem.help("a path stands in quotes"),
        false => problem.help(format!("a path stands in quotes: \"{path}\"")),
    }
}

/// Makes those changes at all points that can be made.
pub(super) fn made(root: &Node, set: &[Change], reader: &mut Reader<'_>) -> Node {
    let mut made = root.clone();
    overrides::apply(&mut made, set, &mut reader.problems);
    made.locate(String::new());
    made
}

/// Something that changes the scenario: `[sweep.set]`, or a factor.
struct Claim {
    keys: Vec<String>,
    path: String,
    by: Option<usize>,
    at: Span,
}

/// Refuses what two factors, or one twice, or a factor and `[sweep.set]` both
/// change. A factor may change a part of what is set.
pub(super) fn refuse_twice(
    base: &Node,
    set: &[Change],
    varied: &[Varied],
    reader: &mut Reader<'_>,
) {
    let set = set.iter().map(|change| (None, change));
    let factors = varied.iter().enumerate();
    let factors =
        factors.flat_map(|(by, varied)| varied.targets().iter().map(move |one| (Some(by), one)));
    let mut claims: Vec<Claim> = Vec::new();
    for (by, change) in set.chain(factors) {
        let new = Claim {
            keys: change.keys(base),
            path: change.path(),
            by,
            at: change.at(),
        };
        let named = by.is_some_and(|by| varied[by].is_named());
        let old = claims.iter().find(|old| old.contradicts(&new, named));
        if let Some(old) = old {
            reader.report(twice(old, &new));
        }
        claims.push(new);
    }
}

fn twice(old: &Claim, new: &Claim) -> Problem {
    let here = match old.by {
        None => "here for all points",
        Some(_) => "here, too",
    };
    let label = match old.path == new.path {
        true => here.to_owned(),
        false => format!("{here}, by way of `{}`", old.path),
    };
    Problem::new(new.at, format!("`{}` is set twice", new.path)).also(old.at, label)
}

impl Claim {
    /// Whether one of the two is lost. Levels of one factor may set the same.
    fn contradicts(&self, new: &Self, named: bool) -> bool {
        let within = self.keys.starts_with(&new.keys);
        let around = new.keys.starts_with(&self.keys);
        match self.by {
            None => within,
            by => (within || around) && !(named && by == new.by),
        }
    }
}
