//! Reading tables as declared: `table!` says once which keys a table has,
//! what each holds and means, and what stands in for it when absent.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::files::Files;
use super::model::{DefaultUsed, Note};
use super::names::{Names, nearest};
use super::problem::{Problem, Problems};
use super::source::{ContentHash, Sources, Span};
use super::tree::{Entry, Node, Value, join, parse_value};
use super::written;

/// Keys that every table may have.
pub(super) const NOTES: [&str; 2] = ["source", "judgement"];

/// JSON Schema of the keys that every table may have.
pub(super) fn notes() -> serde_json::Map<String, Json> {
    let note = |key: &str| (key.to_owned(), reference(key));
    NOTES.into_iter().map(note).collect()
}

/// What is defined once, under this name.
pub(super) fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// What is needed to read a scenario, and what turns up on the way.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub sources: &'a mut Sources,
    pub files: &'a dyn Files,
    pub hash: &'a mut ContentHash,
    pub problems: Problems,
    /// What is odd, though it can be run.
    pub warnings: Problems,
    pub names: Rc<Names>,
    pub notes: Vec<Note>,
    /// Defaults that hold, and in how many tables, by path.
    defaults: BTreeMap<String, (&'static str, usize)>,
    /// Units of the numbers that are drawn once per trial, by path.
    pub uncertain: BTreeMap<String, String>,
    /// Paths of the numbers that are fixed.
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
    /// How it is written, if that has to be said.
    pub said: fn() -> String,
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

    /// What may stand in for it where there was a problem.
    fn placeholder() -> Option<Self> {
        None
    }

    /// Its JSON Schema.
    fn schema() -> Json;

    /// How it is written, where the schema's reader has to be told.
    fn said() -> String {
        String::new()
    }
}

/// A table with declared keys.
pub(super) trait Table: Sized {
    /// Its keys, in the order of declaration.
    fn fields() -> Vec<Field>;
    /// What it is for.
    const ABOUT: &'static str;
    /// JSON Schemas that say which keys go together.
    fn rules() -> Vec<Json>;

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
        properties.extend(notes());
        let mut schema = json!({
            "type": "object",
            "description": T::ABOUT.trim(),
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        let rules = T::rules();
        if !rules.is_empty() {
            schema["allOf"] = json!(rules);
        }
        schema
    }
}

/// A table has all keys of one of these sets, and of no other.
pub(super) fn one_of(sets: &[&[&str]]) -> Json {
    json!({ "oneOf": required(sets) })
}

/// A table has all keys of at least one of these sets.
pub(super) fn any_of(sets: &[&[&str]]) -> Json {
    json!({ "anyOf": required(sets) })
}

/// Two keys of which a table has at most one.
pub(super) fn not_both(one: &str, other: &str) -> Json {
    json!({ "not": { "required": [one, other] } })
}

/// What else a table must have that has a key.
pub(super) fn with(key: &str, others: &[&str]) -> Json {
    json!({ "dependentRequired": { key: others } })
}

fn required(sets: &[&[&str]]) -> Vec<Json> {
    sets.iter()
        .map(|keys| json!({ "required": keys }))
        .collect()
}

impl Field {
    fn described(&self) -> Json {
        let mut schema = (self.schema)();
        if schema.get("$ref").is_some() {
            // Some editors leave out what stands beside a reference.
            schema = json!({ "allOf": [schema] });
        }
        schema["description"] = json!(self.description());
        if let Some(written) = self.default {
            schema["default"] = parsed(written);
        }
        schema
    }

    /// Meaning, form and default.
    fn description(&self) -> String {
        let mut parts = vec![self.doc.trim().to_owned()];
        let said = (self.said)();
        if !said.is_empty() {
            parts.push(format!("Write {said}."));
        }
        if let Some(written) = self.default {
            parts.push(format!("Default: {written}."));
        }
        parts.join(" ")
    }

    /// Reads this key of a table.
    pub(super) fn read<T: Read>(&self, table: &Node, reader: &mut Reader<'_>) -> Option<T> {
        match (table.get(self.key), self.default) {
            (Some(node), _) => {
                let read = T::read(node, reader);
                read.or_else(|| self.after_problem(node, table, reader))
            }
            (None, Some(written)) => {
                reader.count_default(&join(&table.path, self.key), written);
                T::read(&stand_in(table, self.key, written), reader)
            }
            (None, None) => T::absent(table, self, reader).or_else(T::placeholder),
        }
    }

    /// What stands in for a value with a problem, so that what else is wrong
    /// with its table shows too.
    fn after_problem<T: Read>(
        &self,
        node: &Node,
        table: &Node,
        reader: &mut Reader<'_>,
    ) -> Option<T> {
        let many = matches!(node.value, Value::Table(_) | Value::Array(_));
        match self.default {
            Some(written) => T::read(&stand_in(table, self.key, written), reader),
            None if many && !self.required => T::absent(table, self, reader),
            None => T::placeholder(),
        }
    }
}

/// A default as JSON: a number, true or false, an empty table, or a text.
fn parsed(written: &str) -> Json {
    serde_json::from_str(&written.replace('_', "")).unwrap_or_else(|_| json!(written))
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
/// keys of another table. Behind `where` stand the rules of which keys go
/// together; they are for the schema, and checked where the table is used.
macro_rules! table {
    ($(#[doc = $about:literal])* struct $name:ident {
        $(..$part:ident : $part_type:ty,)*
        $($(#[doc = $doc:literal])* $field:ident $(as $key:literal)? : $type:ty $(= $default:literal)?),* $(,)?
    } $(where $($rule:expr),+ $(,)?)?) => {
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
                    said: <$type as $crate::scenario::table::Read>::said,
                    required: table!(@required $type $(, $default)?),
                }),*];
                $(fields.extend(<$part_type as $crate::scenario::table::Table>::fields());)*
                fields
            }

            fn rules() -> Vec<serde_json::Value> {
                #[allow(unused_mut)]
                let mut rules: Vec<serde_json::Value> = vec![$($($rule),+)?];
                $(rules.extend(<$part_type as $crate::scenario::table::Table>::rules());)*
                rules
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

            fn placeholder() -> Option<Self> {
                [$($value),*].into_iter().next()
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
            warnings: Problems::default(),
            names: Rc::default(),
            notes: Vec::new(),
            defaults: BTreeMap::new(),
            uncertain: BTreeMap::new(),
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

    /// Adds something that is odd, though it can be run.
    pub(super) fn warn(&mut self, warning: Problem) {
        self.warnings.push(warning);
    }

    /// Adds a problem at a place, if the place is known.
    pub(super) fn report_at(&mut self, span: Option<Span>, problem: impl FnOnce(Span) -> Problem) {
        if let Some(span) = span {
            self.report(problem(span));
        }
    }

    /// Whether the table of this path has the key, but written otherwise.
    pub(super) fn is_misspelt(&self, table: &str, key: &str) -> bool {
        self.misspelt.contains(&join(table, key))
    }

    pub(super) fn missing(&mut self, table: &Node, key: &str, doc: &str) {
        if self.is_misspelt(&table.path, key) {
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
            self.notes.push(Note {
                path: node.path.clone(),
                subject: written::subject(node),
                figures: written::figures(node, self.sources),
                source,
                judgement,
            });
        }
    }

    /// What has been noted, in the order of the file, a table once.
    pub(super) fn notes_in_order(&self) -> Vec<Note> {
        let mut notes = self.notes.clone();
        notes.sort_by_key(|note| self.sources.span_of(&note.path));
        notes.dedup_by(|a, b| a.path == b.path);
        notes
    }

    /// Counts a default that holds, if it is a figure other than zero.
    fn count_default(&mut self, path: &str, written: &'static str) {
        if written.contains(|c: char| ('1'..='9').contains(&c)) {
            let steps = path.split('.').enumerate();
            let kind = steps.map(|(i, step)| if i == 1 { "*" } else { step });
            let path = kind.collect::<Vec<_>>().join(".");
            self.defaults.entry(path).or_insert((written, 0)).1 += 1;
        }
    }

    /// The defaults that hold.
    pub(super) fn defaults_used(&self) -> Vec<DefaultUsed> {
        let used = self
            .defaults
            .iter()
            .map(|(path, (value, tables))| DefaultUsed {
                path: path.clone(),
                value: value.trim_matches('"').to_owned(),
                tables: *tables,
            });
        used.collect()
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
