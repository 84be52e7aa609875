//! Changes to a scenario: from the command line, `--set key.path=value`, and at
//! the points of a sweep.

use super::names::nearest;
use super::problem::{Problem, Problems};
use super::source::{ContentHash, FileId, Sources, Span};
use super::table::Reader;
use super::tree::{Entry, Node, Value, inside, join, parse, parse_value};
use super::values::Word;

/// One `key.path=value`. The value is TOML, or a bare text such as `30 days`;
/// an entry of an array of tables is named by its `name` or its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override(pub String);

impl From<&str> for Override {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// One step of a path, and where it is written.
#[derive(Clone, Debug)]
struct Step {
    key: String,
    span: Span,
}

/// A value and the path of what it takes the place of.
#[derive(Clone, Debug)]
pub(super) struct Change {
    steps: Vec<Step>,
    value: Node,
}

impl Change {
    /// Sets what a path, written as for `--set`, leads to.
    pub(super) fn new(path: &Word, value: Node, reader: &mut Reader<'_>) -> Option<Self> {
        let mut found = Problems::default();
        let steps = read_path(&path.text, path.span.file, &mut found);
        for mut problem in found.sorted() {
            problem.primary.0 = path.span;
            reader.report(problem);
        }
        let placed = |step: Step| {
            let at = step.span.start..step.span.end;
            let span = inside(path.span, &path.text, at, reader.sources);
            Step { span, ..step }
        };
        Some(Self {
            steps: steps?.into_iter().map(placed).collect(),
            value,
        })
    }

    /// The same of another value.
    pub(super) fn to(&self, value: Node) -> Self {
        Self {
            steps: self.steps.clone(),
            value,
        }
    }

    /// Its path, written as for `--set`.
    pub(super) fn path(&self) -> String {
        let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let keys = self.steps.iter().map(|step| match step.key.as_str() {
            key if !key.is_empty() && key.chars().all(bare) => key.to_owned(),
            key => format!("{key:?}"),
        });
        keys.collect::<Vec<_>>().join(".")
    }

    /// The keys of its path, as they are written.
    pub(super) fn steps(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| step.key.as_str())
    }

    /// Where its path stands.
    pub(super) fn at(&self) -> Span {
        match (self.steps.first(), self.steps.last()) {
            (Some(first), Some(last)) => Span {
                end: last.span.end,
                ..first.span
            },
            _ => self.value.span,
        }
    }

    /// What it sets.
    pub(super) fn value(&self) -> &Node {
        &self.value
    }

    /// What it takes the place of, if that is there.
    pub(super) fn find<'a>(&self, root: &'a Node) -> Option<&'a Node> {
        self.steps.iter().try_fold(root, |node, step| {
            let index = position(node, &step.key)?;
            match &node.value {
                Value::Table(entries) => entries.get(index).map(|entry| &entry.node),
                Value::Array(items) => items.get(index),
                _ => None,
            }
        })
    }

    /// Its keys, an entry of an array of tables always by its name, if it has
    /// one: two changes of the same thing have the same.
    pub(super) fn keys(&self, root: &Node) -> Vec<String> {
        let mut node = Some(root);
        let key = |step: &Step| {
            let inside = node.and_then(|node| Some((node, position(node, &step.key)?)));
            let (key, next) = match inside.map(|(node, index)| (&node.value, index)) {
                Some((Value::Array(items), index)) => {
                    let name = items[index].name();
                    let key = name.map_or_else(|| index.to_string(), str::to_owned);
                    (key, Some(&items[index]))
                }
                Some((Value::Table(entries), index)) => {
                    (step.key.clone(), Some(&entries[index].node))
                }
                _ => (step.key.clone(), None),
            };
            node = next;
            key
        };
        self.steps.iter().map(key).collect()
    }

    /// Adds all that makes it another change.
    pub(super) fn add_to(&self, hash: &mut ContentHash) {
        for step in &self.steps {
            hash.add(step.key.as_bytes());
        }
        add_node(&self.value, hash);
    }
}

/// Adds a value to a hash: of what kind it is, and what it holds.
fn add_node(node: &Node, hash: &mut ContentHash) {
    hash.add(node.value.kind().as_bytes());
    match &node.value {
        Value::Text(text) => hash.add(text.as_bytes()),
        Value::Integer(number) => hash.add(&number.to_le_bytes()),
        Value::Float(number) => hash.add(&number.to_le_bytes()),
        Value::Bool(truth) => hash.add(&[u8::from(*truth)]),
        Value::Date(date) => {
            let date = date.map(|date| date.to_string());
            hash.add(date.unwrap_or_default().as_bytes());
        }
        Value::Array(items) => {
            hash.add(&(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| add_node(item, hash));
        }
        Value::Table(entries) => {
            hash.add(&(entries.len() as u64).to_le_bytes());
            for entry in entries {
                hash.add(entry.key.as_bytes());
                add_node(&entry.node, hash);
            }
        }
    }
}

/// Reads changes from the command line.
pub(super) fn read_all(
    overrides: &[Override],
    sources: &mut Sources,
    problems: &mut Problems,
) -> Vec<Change> {
    let one = |Override(text): &Override| {
        let file = sources.add("--set", text.clone());
        let (steps, value) = read(text, file, problems)?;
        Some(Change { steps, value })
    };
    overrides.iter().filter_map(one).collect()
}

/// Applies changes in their order.
pub(super) fn apply<'c>(
    root: &mut Node,
    changes: impl IntoIterator<Item = &'c Change>,
    problems: &mut Problems,
) {
    for Change { steps, value } in changes {
        if let Err(problem) = set(root, steps, value.clone()) {
            problems.push(problem);
        }
    }
}

fn read(text: &str, file: FileId, problems: &mut Problems) -> Option<(Vec<Step>, Node)> {
    let Some(equals) = unquoted_equals(text) else {
        let span = Span {
            file,
            start: 0,
            end: text.len(),
        };
        problems.push(
            Problem::new(span, "an override without `=`")
                .help("write it as `--set sites.lynas-kuantan.capacity=\"20 kt/yr\"`"),
        );
        return None;
    };
    let steps = read_path(&text[..equals], file, problems)?;
    let value = read_value(&text[equals + 1..], file, equals + 1, problems)?;
    Some((steps, value))
}

/// The first `=` outside quotes.
fn unquoted_equals(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Reads a path as TOML reads a dotted key.
fn read_path(path: &str, file: FileId, problems: &mut Problems) -> Option<Vec<Step>> {
    let mut found = Problems::default();
    let tree = parse(&format!("{path}=0"), file, &mut found);
    let mut steps = Vec::new();
    let mut node = &tree;
    while let [entry] = node.entries() {
        steps.push(Step {
            key: entry.key.clone(),
            span: entry.key_span,
        });
        node = &entry.node;
    }
    let plain = !path.contains('\n') && unquoted_equals(path).is_none();
    if found.is_empty() && !steps.is_empty() && plain {
        return Some(steps);
    }
    let span = Span {
        file,
        start: 0,
        end: path.len(),
    };
    problems.push(Problem::new(span, "not a path of keys").help(
        "keys are separated by dots; quote a key that holds anything but letters, digits, - and _",
    ));
    None
}

/// Reads a value: TOML, or else a bare text.
fn read_value(text: &str, file: FileId, offset: usize, problems: &mut Problems) -> Option<Node> {
    let start = offset + text.len() - text.trim_start().len();
    let text = text.trim();
    let end = start + text.len();
    let span = Span { file, start, end };
    if let Some(node) = parse_value(text, file, start, problems) {
        return Some(node);
    }
    if text.starts_with(['[', '{', '"', '\'']) {
        problems.push(Problem::new(span, "not a TOML value"));
        return None;
    }
    let (value, path) = (Value::Text(text.to_owned()), String::new());
    Some(Node { value, span, path })
}

fn set(root: &mut Node, steps: &[Step], value: Node) -> Result<(), Problem> {
    let mut node = root;
    let mut path = String::new();
    let (last, parents) = steps
        .split_last()
        .ok_or_else(|| Problem::new(value.span, "no path"))?;
    for step in parents {
        node = child(node, step, &path)?;
        path = join(&path, &step.key);
    }
    put(node, last, &path, value)
}

/// The value or entry that a step leads to.
fn child<'a>(node: &'a mut Node, step: &Step, path: &str) -> Result<&'a mut Node, Problem> {
    let found = position(node, &step.key);
    let problem = unknown(node, step, path);
    match (&mut node.value, found) {
        (Value::Table(entries), Some(index)) => Ok(&mut entries[index].node),
        (Value::Array(items), Some(index)) => Ok(&mut items[index]),
        _ => Err(problem),
    }
}

fn position(node: &Node, key: &str) -> Option<usize> {
    match &node.value {
        Value::Table(entries) => entries.iter().position(|entry| entry.key == key),
        Value::Array(items) => items
            .iter()
            .position(|item| item.name() == Some(key))
            .or_else(|| key.parse().ok().filter(|&index| index < items.len())),
        _ => None,
    }
}

fn put(node: &mut Node, step: &Step, path: &str, value: Node) -> Result<(), Problem> {
    let found = position(node, &step.key);
    let problem = unknown(node, step, path);
    match (&mut node.value, found) {
        (Value::Table(entries), Some(index)) => entries[index].node = value,
        (Value::Array(items), Some(index)) => items[index] = value,
        (Value::Table(entries), None) => entries.push(Entry {
            key: step.key.clone(),
            key_span: step.span,
            node: value,
        }),
        _ => return Err(problem),
    }
    Ok(())
}

fn unknown(node: &Node, step: &Step, path: &str) -> Problem {
    let within = if path.is_empty() {
        "the scenario".to_owned()
    } else {
        format!("`{path}`")
    };
    let known: Vec<&str> = match &node.value {
        Value::Table(entries) => entries.iter().map(|entry| entry.key.as_str()).collect(),
        Value::Array(items) => items.iter().filter_map(Node::name).collect(),
        other => {
            let said = format!("{within} is {}, nothing can be set inside it", other.kind());
            return Problem::new(step.span, said);
        }
    };
    let problem = Problem::new(step.span, format!("{within} has no `{}`", step.key));
    match nearest(&step.key, known.iter().copied()) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None if known.is_empty() => problem.help("count its entries from 0"),
        None => problem.help(format!("it has {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, set: &str) -> (Node, Problems) {
        let mut sources = Sources::default();
        let mut problems = Problems::default();
        let file = sources.add("a.toml", text);
        let mut root = parse(text, file, &mut problems);
        let changes = read_all(&[set.into()], &mut sources, &mut problems);
        apply(&mut root, &changes, &mut problems);
        (root, problems)
    }

    const TEXT: &str = "[a]\nb = 1\n[[s]]\nname = \"x y\"\nc = 1\n[[s]]\nd = [1, 2]\n";

    #[test]
    fn values_are_replaced_and_added() {
        for set in [
            "a.b=2",
            "a.new=30 days",
            "s.\"x y\".c=[1]",
            "s.1.d.0={ x = 1 }",
            "a = { z = 1 }",
        ] {
            let (_, problems) = applied(TEXT, set);
            assert!(problems.is_empty(), "{set}: {problems:?}");
        }
        let (root, _) = applied(TEXT, "a.new=30 days");
        assert_eq!(
            root.get("a")
                .and_then(|a| a.get("new"))
                .and_then(Node::text),
            Some("30 days")
        );
        assert!(applied(TEXT, "a.b=2025-04-04").0.get("a").is_some());
    }

    #[test]
    fn mistakes_are_problems() {
        for set in [
            "", "=1", "a.b", "b.c=1", "a..b=1", "s.2.c=1", "a.b.c=1", "a.b=[1", "s.9=1", "a b=1",
        ] {
            assert_eq!(applied(TEXT, set).1.len(), 1, "{set}");
        }
    }
}
