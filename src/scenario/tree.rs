//! A TOML file as a tree in which everything knows its place.

use std::ops::Range;

use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::problem::{Problem, Problems};
use super::source::{FileId, Sources, Span};
use crate::units::Date;

/// Deepest nesting that a scenario can need, with room to spare.
const DEPTH: usize = 16;
/// Longest key \[bytes\].
const KEY_LENGTH: usize = 100;

/// A value, where it stands, and the path that leads to it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub value: Value,
    pub span: Span,
    pub path: String,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A local date; `None` for a time, or a date with one.
    Date(Option<Date>),
    Array(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key of a table and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub node: Node,
}

impl Value {
    /// What it is, with an article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::Date(_) => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The entries of a table; none if it is not one.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none if it is not one.
    pub(super) fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The value of a key of a table.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.entries().iter().find(|entry| entry.key == key)?;
        Some(&entry.node)
    }

    /// Its text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Every text at or below it, in the order of the file.
    pub(super) fn texts(&self) -> Vec<&str> {
        let below = self.entries().iter().map(|entry| &entry.node);
        let below = below.chain(self.items()).flat_map(Self::texts);
        self.text().into_iter().chain(below).collect()
    }

    /// It as it is written; or as it would be, where it was worked out from what
    /// stands at its place.
    pub(super) fn shown(&self, sources: &Sources) -> String {
        let written = sources.excerpt(self.span);
        match &self.value {
            _ if !written.starts_with(['{', '[']) => written.to_owned(),
            Value::Text(text) => format!("\"{text}\""),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Date(Some(date)) => date.to_string(),
            _ => written.to_owned(),
        }
    }

    /// The place of some bytes of its text.
    pub(super) fn inside(&self, sources: &Sources, at: Range<usize>) -> Span {
        inside(self.span, self.text().unwrap_or_default(), at, sources)
    }

    /// Gives this node and all below it their paths.
    pub(super) fn locate(&mut self, path: String) {
        match &mut self.value {
            Value::Table(entries) => {
                for entry in entries {
                    entry.node.locate(join(&path, &entry.key));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let step = item.name().map_or_else(|| index.to_string(), str::to_owned);
                    item.locate(join(&path, &step));
                }
            }
            _ => {}
        }
        self.path = path;
    }

    /// The name that an entry of an array of tables goes by, if it has one.
    pub(super) fn name(&self) -> Option<&str> {
        self.get("name").and_then(Node::text)
    }

    /// Tells the sources where everything stands.
    pub(super) fn record(&self, sources: &mut Sources) {
        for entry in self.entries() {
            let tables = |item: &Node| matches!(item.value, Value::Table(_));
            let has_lines = tables(&entry.node) || entry.node.items().iter().any(tables);
            let span = match has_lines {
                true => entry.key_span,
                false => entry.node.span,
            };
            sources.place(&entry.node.path, span);
            entry.node.record(sources);
        }
        for item in self.items() {
            sources.place(&item.path, item.span);
            item.record(sources);
        }
    }
}

/// The place of some bytes of a text: exact if it stands in the file as it
/// is, else the place of the whole text.
pub(super) fn inside(span: Span, text: &str, at: Range<usize>, sources: &Sources) -> Span {
    let written = sources.excerpt(span);
    match written.find(text) {
        Some(offset) if written.len() <= text.len() + 2 && at.end > at.start => Span {
            start: span.start + offset + at.start,
            end: span.start + offset + at.end,
            ..span
        },
        _ => span,
    }
}

/// A path and one step more.
pub(super) fn join(path: &str, step: &str) -> String {
    if path.is_empty() {
        step.to_owned()
    } else {
        format!("{path}.{step}")
    }
}

/// Reads a whole file; what is not TOML becomes problems.
pub(super) fn parse(text: &str, file: FileId, problems: &mut Problems) -> Node {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        problems.push(syntax_problem(&error, file, text.len()));
    }
    let mut builder = Builder {
        file,
        offset: 0,
        problems,
    };
    let span = Span {
        file,
        start: 0,
        end: 0,
    };
    let value = builder.table(table.get_ref(), 0);
    Node {
        value,
        span,
        path: String::new(),
    }
}

/// Reads one value that begins at byte `offset` of a file.
pub(super) fn parse_value(
    text: &str,
    file: FileId,
    offset: usize,
    problems: &mut Problems,
) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    let mut builder = Builder {
        file,
        offset,
        problems,
    };
    Some(builder.node(value.get_ref(), value.span(), 0))
}

fn syntax_problem(error: &toml::de::Error, file: FileId, length: usize) -> Problem {
    let at = error.span().unwrap_or(length..length);
    let span = Span {
        file,
        start: at.start,
        end: at.end,
    };
    let (said, expected) = match error.message().split_once(", expected ") {
        Some((said, expected)) => (said, Some(expected)),
        None => (error.message(), None),
    };
    let problem = Problem::new(span, format!("not TOML: {said}"));
    match expected {
        Some("nothing") => problem.label("nothing may stand here"),
        Some("literal string") => problem.label("put it in quotes"),
        Some(expected) => problem.label(format!("expected {expected}")),
        None => problem,
    }
}

/// Turns parsed TOML into nodes.
struct Builder<'a> {
    file: FileId,
    offset: usize,
    problems: &'a mut Problems,
}

impl Builder<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span {
            file: self.file,
            start: self.offset + range.start,
            end: self.offset + range.end,
        }
    }

    fn node(&mut self, value: &DeValue<'_>, range: Range<usize>, depth: usize) -> Node {
        let span = self.span(range);
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(integer) => self.integer(integer, span),
            DeValue::Float(float) => Value::Float(parse_float(float)),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Datetime(moment) => Value::Date(
                moment
                    .date
                    .filter(|_| moment.time.is_none())
                    .and_then(|day| {
                        let [month, dom] =
                            [day.month, day.day].map(|part| i8::try_from(part).unwrap_or(0));
                        Date::new(i16::try_from(day.year).ok()?, month, dom).ok()
                    }),
            ),
            DeValue::Array(_) | DeValue::Table(_) if depth >= DEPTH => self.too_deep(span),
            DeValue::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.node(item.get_ref(), item.span(), depth + 1))
                    .collect(),
            ),
            DeValue::Table(table) => self.table(table, depth + 1),
        };
        Node {
            value,
            span,
            path: String::new(),
        }
    }

    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Value {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key_span = self.span(key.span());
            if key.get_ref().len() > KEY_LENGTH {
                let said = format!("a key is longer than {KEY_LENGTH} bytes");
                self.problems.push(Problem::new(key_span, said));
                continue;
            }
            let node = self.node(value.get_ref(), value.span(), depth);
            entries.push(Entry {
                key: key.get_ref().to_string(),
                key_span,
                node,
            });
        }
        Value::Table(entries)
    }

    fn integer(&mut self, integer: &DeInteger<'_>, span: Span) -> Value {
        let digits = integer.as_str().replace('_', "");
        i64::from_str_radix(&digits, integer.radix()).map_or_else(
            |_| {
                self.problems
                    .push(Problem::new(span, "this integer is too large"));
                Value::Integer(0)
            },
            Value::Integer,
        )
    }

    fn too_deep(&mut self, span: Span) -> Value {
        self.problems
            .push(Problem::new(span, "nested too deep").label(format!("more than {DEPTH} levels")));
        Value::Bool(false)
    }
}

/// Infinite where the number is too large, and not a number where it is none.
fn parse_float(float: &DeFloat<'_>) -> f64 {
    float.as_str().replace('_', "").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> (Node, Sources, Problems) {
        let mut sources = Sources::default();
        let mut problems = Problems::default();
        let file = sources.add("a.toml", text);
        let mut node = parse(text, file, &mut problems);
        node.locate(String::new());
        node.record(&mut sources);
        (node, sources, problems)
    }

    #[test]
    fn paths_lead_to_places() {
        let text = "[a.b]\nc = 1\n[[s]]\nname = \"x\"\nq = { u = [1, \"zw\"] }\n[[s]]\nk = 1\n";
        let (_, sources, _) = tree(text);
        let at = |path: &str| {
            sources
                .span_of(path)
                .map(|span| sources.excerpt(span).to_owned())
        };
        assert_eq!(at("a.b.c").as_deref(), Some("1"));
        assert_eq!(at("a.b").as_deref(), Some("b"));
        assert_eq!(at("s.x.q.u.1").as_deref(), Some("\"zw\""));
        assert_eq!(at("s.x").as_deref(), Some("[[s]]"));
        assert_eq!(at("s.1.k").as_deref(), Some("1"));
        assert_eq!(at("s.2"), None);
    }

    #[test]
    fn deep_nesting_and_large_numbers_are_problems() {
        let deep = format!("a = {}{}", "[".repeat(40), "]".repeat(40));
        assert_eq!(tree(&deep).2.len(), 1);
        assert_eq!(tree("a = 99999999999999999999").2.len(), 1);
        assert!(!tree(&format!("a = {}", "[".repeat(100_000))).2.is_empty());
    }

    #[test]
    fn several_syntax_errors_are_found() {
        let (.., problems) = tree("a = \nb = 1 2\nc = 'x\n");
        assert!(problems.len() >= 3);
    }
}
