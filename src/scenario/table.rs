//! Reading tables as declared: `table!` says once which keys a table has,
//! what each holds and means, and what stands in for it when absent.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::files::Files;
use super::model::Note;
use super::names::{Names, nearest};
use super::problem::{Problem, Problems};
use super::source::{ContentHash, Sources, Span};
use super::tree::{Entry, Node, Value, inside, join, parse_value};
use crate::units::Date;

/// Keys that every table may have.
pub(super) const NOTES: [&str; 2] = ["source", "judgement"];

/// What is needed to read a scenario, and what turns up on the way.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub sources: &'a mut Sources,
    pub files: &'a dyn Files,
    pub hash: &'a mut ContentHash,
    pub problems: Problems,
    pub names: Rc<Names>,
    pub notes: Vec<Note>,
    /// Paths of the numbers that are drawn once per trial, and of those that
    /// are fixed.
    pub uncertain: BTreeSet<String>,
    pub fixed: BTreeSet<String>,
    /// Keys that were written otherwise, by their paths.
    misspelt: BTreeSet<String>,
}

/// A key of a declared table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub key: &'static str,
    pub doc: &'static str,
    /// What stands in for it, as it would be written.
    pub default: Option<&'static str>,
    pub schema: fn() -> Json,
    pub required: bool,
}

/// What can be read from a value of the file.
pub(super) trait Read: Sized {
    /// Whether a table must have it.
    const REQUIRED: bool = true;

    /// Reads it; `None` if there was a problem.
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;

    /// What it is where the table does not have it.
    fn absent(table: &Node, field: &Field, reader: &mut Reader<'_>) -> Option<Self> {
        reader.missing(table, field.key, field.doc);
        None
    }

    /// Its JSON Schema.
    fn schema() -> Json;
}

/// A table with declared keys.
pub(super) trait Table: Sized {
    /// Its keys, in the order of declaration.
    fn fields() -> Vec<Field>;
    /// What it is for.
    const ABOUT: &'static str;

    /// Reads the declared keys of a table and leaves the others alone.
    fn take(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;
}

impl<T: Table> Read for T {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let keys: Vec<&str> = T::fields().iter().map(|field| field.key).collect();
        reader.table(node, &keys)?;
        T::take(node, reader)
    }

    fn schema() -> Json {
        let fields = T::fields();
        let required: Vec<&str> = fields
            .iter()
            .filter(|f| f.required)
            .map(|f| f.key)
            .collect();
        let mut properties: serde_json::Map<String, Json> = fields
            .iter()
            .map(|field| (field.key.to_owned(), field.described()))
            .collect();
        for note in NOTES {
            properties.insert(note.to_owned(), json!({ "type": "string" }));
        }
        json!({
            "type": "object",
            "description": T::ABOUT.trim(),
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

impl Field {
    fn described(&self) -> Json {
        let mut schema = (self.schema)();
        if let Some(object) = schema.as_object_mut() {
            object.insert("description".to_owned(), json!(self.doc.trim()));
            if let Some(default) = self.default {
                object.insert("default".to_owned(), json!(default));
            }
        }
        schema
    }

    /// Reads this key of a table.
    pub(super) fn read<T: Read>(&self, table: &Node, reader: &mut Reader<'_>) -> Option<T> {
        match (table.get(self.key), self.default) {
            (Some(node), _) => T::read(node, reader),
            (None, Some(written)) => T::read(&stand_in(table, self.key, written), reader),
            (None, None) => T::absent(table, self, reader),
        }
    }
}

/// What an absent key would be if its default were written out.
fn stand_in(table: &Node, key: &str, written: &str) -> Node {
    let text = || Node {
        value: Value::Text(written.to_owned()),
        span: table.span,
        path: String::new(),
    };
    let parsed = parse_value(written, table.span.file, 0, &mut Problems::default());
    let mut node = parsed.unwrap_or_else(text);
    node.span = table.span;
    node.locate(join(&table.path, key));
    node
}

/// Declares a table of the file: a struct of what is read from it, a field a
/// key. `key: Type` must be there (unless the type may be absent), `= "…"`
/// gives what stands in for an absent key, as it would be written in a file;
/// `as "…"` gives a key that is no Rust name; `..part: Type` takes in the
/// keys of another table.
macro_rules! table {
    ($(#[doc = $about:literal])* struct $name:ident {
        $(..$part:ident : $part_type:ty,)*
        $($(#[doc = $doc:literal])* $field:ident $(as $key:literal)? : $type:ty $(= $default:literal)?),* $(,)?
    }) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(in crate::scenario) struct $name {
            /// Where the table stands.
            #[allow(dead_code)]
            pub at: $crate::scenario::source::Span,
            /// The path that leads to it.
            #[allow(dead_code)]
            pub path: String,
            $(pub $part: $part_type,)*
            $($(#[doc = $doc])* pub $field: $type),*
        }

        impl $crate::scenario::table::Table for $name {
            const ABOUT: &'static str = concat!($($about),*);

            fn fields() -> Vec<$crate::scenario::table::Field> {
                #[allow(unused_mut)]
                let mut fields = vec![$($crate::scenario::table::Field {
                    key: table!(@key $field $($key)?),
                    doc: concat!($($doc),*),
                    default: table!(@default $($default)?),
                    schema: <$type as $crate::scenario::table::Read>::schema,
                    required: table!(@required $type $(, $default)?),
                }),*];
                $(fields.extend(<$part_type as $crate::scenario::table::Table>::fields());)*
                fields
            }

            fn take(
                node: &$crate::scenario::tree::Node,
                reader: &mut $crate::scenario::table::Reader<'_>,
            ) -> Option<Self> {
                $(let $part = <$part_type as $crate::scenario::table::Table>::take(node, reader);)*
                let fields = Self::fields();
                #[allow(unused_mut, unused_variables)]
                let mut fields = fields.iter();
                $(let $field = fields.next().and_then(|field| field.read(node, reader));)*
                Some(Self {
                    at: node.span,
                    path: node.path.clone(),
                    $($part: $part?,)*
                    $($field: $field?),*
                })
            }
        }
    };
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
    (@default $default:literal) => { Some($default) };
    (@default) => { None };
    (@required $type:ty, $default:literal) => { false };
    (@required $type:ty) => { <$type as $crate::scenario::table::Read>::REQUIRED };
}
pub(super) use table;

/// Declares which words of the file stand for which values of an enum.
macro_rules! choice {
    ($type:ty { $($word:literal => $value:expr),* $(,)? }) => {
        impl $crate::scenario::table::Read for $type {
            fn read(
                node: &$crate::scenario::tree::Node,
                reader: &mut $crate::scenario::table::Reader<'_>,
            ) -> Option<Self> {
                let words = [$($word),*];
                let word = reader.one_of(node, &words)?;
                let values = [$($value),*];
                words.iter().zip(values).find(|(w, _)| **w == word).map(|(_, value)| value)
            }

            fn schema() -> serde_json::Value {
                serde_json::json!({ "enum": [$($word),*] })
            }
        }
    };
}
pub(super) use choice;

impl<'a> Reader<'a> {
    /// A reader that has read nothing yet.
    pub(super) fn new(
        sources: &'a mut Sources,
        files: &'a dyn Files,
        hash: &'a mut ContentHash,
    ) -> Self {
        Self {
            sources,
            files,
            hash,
            problems: Problems::default(),
            names: Rc::default(),
            notes: Vec::new(),
            uncertain: BTreeSet::new(),
            fixed: BTreeSet::new(),
            misspelt: BTreeSet::new(),
        }
    }
}

impl Reader<'_> {
    /// Adds a problem.
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds a problem at a place, if the place is known.
    pub(super) fn report_at(&mut self, span: Option<Span>, problem: impl FnOnce(Span) -> Problem) {
        if let Some(span) = span {
            self.report(problem(span));
        }
    }

    pub(super) fn missing(&mut self, table: &Node, key: &str, doc: &str) {
        if self.misspelt.contains(&join(&table.path, key)) {
            return;
        }
        let within = if table.path.is_empty() {
            "the file".to_owned()
        } else {
            format!("`{}`", table.path)
        };
        let first = doc.trim().split(['.', ';']).next().unwrap_or_default();
        self.report(
            Problem::new(table.span, format!("{within} has no `{key}`"))
                .label(format!("`{key}` is missing"))
                .help(format!("`{key}`: {}", lower_first(first))),
        );
    }

    /// Says that a value is of another kind than it must be.
    pub(super) fn wrong_kind(&mut self, node: &Node, expected: &str) {
        let label = format!("this is {}", node.value.kind());
        self.report(Problem::new(node.span, format!("expected {expected}")).label(label));
    }

    /// Makes sure that a value is a table with these keys and no others.
    pub(super) fn table(&mut self, node: &Node, keys: &[&str]) -> Option<()> {
        for entry in self.entries(node, "a table")? {
            if !keys.contains(&entry.key.as_str()) {
                self.unknown_key(node, entry, keys);
            }
        }
        Some(())
    }

    fn unknown_key(&mut self, table: &Node, entry: &Entry, keys: &[&str]) {
        let within = if table.path.is_empty() {
            String::new()
        } else {
            format!(" in `{}`", table.path)
        };
        let problem = Problem::new(
            entry.key_span,
            format!("unknown key `{}`{within}", entry.key),
        );
        let problem = match nearest(&entry.key, keys.iter().copied()) {
            Some(key) => {
                self.misspelt.insert(join(&table.path, key));
                problem.label(format!("did you mean `{key}`?"))
            }
            None => problem.help(format!("the keys here are {}", keys.join(", "))),
        };
        self.report(problem);
    }

    /// The entries of a table; its source and judgement are noted.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> Option<Vec<&'n Entry>> {
        let Value::Table(entries) = &node.value else {
            self.wrong_kind(node, expected);
            return None;
        };
        self.note(node);
        Some(
            entries
                .iter()
                .filter(|entry| !NOTES.contains(&entry.key.as_str()))
                .collect(),
        )
    }

    /// Notes where the figures of a table come from.
    fn note(&mut self, node: &Node) {
        let source = node.get("source").and_then(|source| self.citation(source));
        let judgement = node
            .get("judgement")
            .and_then(|why| String::read(why, self));
        if source.is_some() || judgement.is_some() {
            let path = node.path.clone();
            self.notes.push(Note {
                path,
                source,
                judgement,
            });
        }
    }

    /// A key of the sources, or a text of several words.
    fn citation(&mut self, node: &Node) -> Option<String> {
        let text = String::read(node, self)?;
        if text.trim().contains(char::is_whitespace) || self.names.sources.find(&text).is_some() {
            return Some(text);
        }
        let known: Vec<&str> = self.names.sources.names().collect();
        let problem = Problem::new(node.span, format!("unknown source `{text}`"));
        let help = "add it to `scenario.sources`, or cite in several words";
        let problem = match nearest(&text, known) {
            Some(key) => problem.label(format!("did you mean `{key}`?")).help(help),
            None => problem.help(help),
        };
        self.report(problem);
        None
    }

    /// One of a few words.
    pub(super) fn one_of(&mut self, node: &Node, words: &[&'static str]) -> Option<&'static str> {
        let list = words
            .iter()
            .map(|word| format!("\"{word}\""))
            .collect::<Vec<_>>()
            .join(", ");
        let Some(text) = node.text() else {
            self.wrong_kind(node, &format!("one of {list}"));
            return None;
        };
        let found = words.iter().find(|word| **word == text);
        if found.is_none() {
            let problem = Problem::new(node.span, format!("`{text}` is not one of {list}"));
            self.report(match nearest(text, words.iter().copied()) {
                Some(word) => problem.label(format!("did you mean \"{word}\"?")),
                None => problem,
            });
        }
        found.copied()
    }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_lowercase().chain(rest).collect(),
        None => String::new(),
    }
}

/// A text and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub text: String,
    pub span: Span,
}

impl Word {
    /// A part of it, without the blanks around.
    pub(super) fn part(&self, at: std::ops::Range<usize>, sources: &Sources) -> Word {
        let part = self.text.get(at.clone()).unwrap_or_default();
        let start = at.start + part.len() - part.trim_start().len();
        let text = part.trim().to_owned();
        let span = inside(self.span, &self.text, start..start + text.len(), sources);
        Word { text, span }
    }
}

/// A number of the file: plain, with a unit, or a law. What it measures is
/// known only where it is used.
#[derive(Clone, Debug)]
pub(super) struct Amount(pub Node);

/// A number, or numbers by country or by commodity.
#[derive(Clone, Debug)]
pub(super) struct Amounts(pub Node);

/// A date and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub date: Date,
    pub span: Span,
}

/// A whole number and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    pub value: i64,
    pub span: Span,
}

/// One, or a list of several.
#[derive(Clone, Debug)]
pub(super) struct OneOrMany<T> {
    pub items: Vec<T>,
    pub span: Span,
}

/// A table with keys of the user's choice, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Map<T>(pub Vec<(Word, T)>);

impl Read for String {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let text = node.text().map(str::to_owned);
        match text {
            Some(text) if !text.trim().is_empty() => return Some(text),
            Some(_) => reader.report(Problem::new(node.span, "this text is empty")),
            None => reader.wrong_kind(node, "a text in quotes"),
        }
        None
    }

    fn schema() -> Json {
        json!({ "type": "string" })
    }
}

impl Read for Word {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        String::read(node, reader).map(|text| Word {
            text,
            span: node.span,
        })
    }

    fn schema() -> Json {
        json!({ "type": "string" })
    }
}

impl Read for bool {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Bool(truth) = node.value {
            return Some(truth);
        }
        reader.wrong_kind(node, "true or false");
        None
    }

    fn schema() -> Json {
        json!({ "type": "boolean" })
    }
}

impl Read for Whole {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::Integer(value) = node.value {
            return Some(Whole {
                value,
                span: node.span,
            });
        }
        reader.wrong_kind(node, "a whole number");
        None
    }

    fn schema() -> Json {
        json!({ "type": "integer" })
    }
}

impl Read for Day {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let date = match &node.value {
            Value::Date(date) => *date,
            Value::Text(text) => text.parse().ok(),
            _ => None,
        };
        if date.is_none() {
            reader
                .report(Problem::new(node.span, "expected a date").help("write it as 2025-04-04"));
        }
        date.map(|date| Day {
            date,
            span: node.span,
        })
    }

    fn schema() -> Json {
        json!({ "type": "string", "format": "date" })
    }
}

impl Read for Node {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(node.clone())
    }

    fn schema() -> Json {
        json!({})
    }
}

impl Read for Amount {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Amount(node.clone()))
    }

    fn schema() -> Json {
        json!({ "$ref": "#/$defs/amount" })
    }
}

impl Read for Amounts {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Amounts(node.clone()))
    }

    fn schema() -> Json {
        json!({ "type": ["number", "string", "object"] })
    }
}

impl<T: Read> Read for Option<T> {
    const REQUIRED: bool = false;

    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        T::read(node, reader).map(Some)
    }

    fn absent(_: &Node, _: &Field, _: &mut Reader<'_>) -> Option<Self> {
        Some(None)
    }

    fn schema() -> Json {
        T::schema()
    }
}

/// A list; empty if absent. What cannot be read is left out, and is a problem.
impl<T: Read> Read for Vec<T> {
    const REQUIRED: bool = false;

    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Array(items) = &node.value else {
            reader.wrong_kind(node, "a list");
            return None;
        };
        Some(
            items
                .iter()
                .filter_map(|item| T::read(item, reader))
                .collect(),
        )
    }

    fn absent(_: &Node, _: &Field, _: &mut Reader<'_>) -> Option<Self> {
        Some(Vec::new())
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }
}

impl<T: Read> Read for OneOrMany<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let items = match &node.value {
            Value::Array(items) if items.is_empty() => {
                reader.report(Problem::new(node.span, "this list is empty"));
                return None;
            }
            Value::Array(_) => Vec::read(node, reader)?,
            _ => vec![T::read(node, reader)?],
        };
        Some(OneOrMany {
            items,
            span: node.span,
        })
    }

    fn schema() -> Json {
        json!({ "anyOf": [T::schema(), { "type": "array", "items": T::schema() }] })
    }
}

/// Empty if absent. What cannot be read is left out, and is a problem.
impl<T: Read> Read for Map<T> {
    const REQUIRED: bool = false;

    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let entries = reader.entries(node, "a table")?;
        let pair = |entry: &Entry| {
            let word = Word {
                text: entry.key.clone(),
                span: entry.key_span,
            };
            Some((word, T::read(&entry.node, reader)?))
        };
        Some(Map(entries.into_iter().filter_map(pair).collect()))
    }

    fn absent(_: &Node, _: &Field, _: &mut Reader<'_>) -> Option<Self> {
        Some(Map(Vec::new()))
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }
}
