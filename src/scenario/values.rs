//! Values of the file: texts, dates, lists and the like.

use std::marker::PhantomData;
use std::ops::Deref;

use serde_json::{Value as Json, json};

use super::problem::Problem;
use super::source::{Sources, Span};
use super::table::{Field, Read, Reader, notes, reference};
use super::tree::{Entry, Node, Value, inside};
use crate::units::Date;

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

/// A date and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub date: Date,
    pub span: Span,
}

/// A whole number between two bounds, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole<const LOW: i64 = { i64::MIN }, const HIGH: i64 = { i64::MAX }> {
    pub value: i64,
    pub span: Span,
}

/// A text in a certain form.
#[derive(Clone, Debug)]
pub(super) struct Spelt<F>(Word, PhantomData<F>);

/// How a text must be spelt. Whether it is, shows where the text is used.
pub(super) trait Spelling {
    fn schema() -> Json;
}

/// One of two; which, shows where it is used.
#[derive(Clone, Debug)]
pub(super) struct Either<A, B>(pub Node, PhantomData<(A, B)>);

/// One, or a list of several.
#[derive(Clone, Debug)]
pub(super) struct OneOrMany<T> {
    pub items: Vec<T>,
    pub span: Span,
}

/// A table with keys of the user's choice, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Map<T>(pub Vec<(Word, T)>);

/// The same with one key at least.
#[derive(Clone, Debug)]
pub(super) struct Filled<T>(pub Map<T>);

/// JSON Schema of texts, of dates and of the keys that every table may have.
pub(super) fn definitions() -> [(String, Json); 4] {
    let text = |said: &str| json!({ "type": "string", "pattern": "\\S", "description": said });
    let date = json!({
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "description": "A date of TOML, or the same as a text.",
    });
    let source =
        "Where the figures of the table come from: a key of `scenario.sources`, or several words.";
    [
        ("text", text("A text that is not blank.")),
        ("date", date),
        ("source", text(source)),
        (
            "judgement",
            text("Why the figures of the table were chosen."),
        ),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
}

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
        reference("text")
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
        String::schema()
    }
}

impl<F> Deref for Spelt<F> {
    type Target = Word;

    fn deref(&self) -> &Word {
        &self.0
    }
}

impl<F: Spelling> Read for Spelt<F> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        Word::read(node, reader).map(|word| Spelt(word, PhantomData))
    }

    fn schema() -> Json {
        let mut schema = F::schema();
        schema["type"] = json!("string");
        schema
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

impl<const LOW: i64, const HIGH: i64> Read for Whole<LOW, HIGH> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Integer(value) = node.value else {
            reader.wrong_kind(node, "a whole number");
            return None;
        };
        let span = node.span;
        if (LOW..=HIGH).contains(&value) {
            return Some(Whole { value, span });
        }
        let limits = if HIGH == i64::MAX {
            format!("must be at least {LOW}")
        } else {
            format!("must lie between {LOW} and {HIGH}")
        };
        reader.report(Problem::new(span, format!("{value} is out of range")).label(limits));
        None
    }

    fn schema() -> Json {
        let mut schema = json!({ "type": "integer" });
        if LOW != i64::MIN {
            schema["minimum"] = json!(LOW);
        }
        if HIGH != i64::MAX {
            schema["maximum"] = json!(HIGH);
        }
        schema
    }
}

/// A date as it is written: 2025-04-04 and in no other way.
pub(super) fn date(node: &Node) -> Option<Date> {
    match &node.value {
        Value::Date(date) => *date,
        Value::Text(text) => text
            .parse()
            .ok()
            .filter(|date: &Date| date.to_string() == *text),
        _ => None,
    }
}

impl Read for Day {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let date = date(node);
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
        reference("date")
    }

    fn said() -> String {
        "a date, such as 2025-04-04".to_owned()
    }
}

impl<A: Read, B: Read> Read for Either<A, B> {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Either(node.clone(), PhantomData))
    }

    fn schema() -> Json {
        json!({ "anyOf": [A::schema(), B::schema()] })
    }

    fn said() -> String {
        format!("{}; or {}", A::said(), B::said())
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

    fn said() -> String {
        T::said()
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

    fn said() -> String {
        T::said()
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
        let list = json!({ "type": "array", "items": T::schema(), "minItems": 1 });
        json!({ "anyOf": [T::schema(), list] })
    }

    fn said() -> String {
        T::said()
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
        json!({
            "type": "object",
            "properties": notes(),
            "additionalProperties": T::schema(),
        })
    }

    fn said() -> String {
        T::said()
    }
}

impl<T: Read> Read for Filled<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let map = Map::read(node, reader)?;
        if reader.entries(node, "a table")?.is_empty() {
            reader.report(Problem::new(node.span, "this table is empty"));
            return None;
        }
        Some(Filled(map))
    }

    fn schema() -> Json {
        let mut schema = Map::<T>::schema();
        schema["minProperties"] = json!(1);
        schema
    }

    fn said() -> String {
        T::said()
    }
}
