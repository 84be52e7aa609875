//! Values of the file: texts, dates, lists and the like.

use serde_json::{Value as Json, json};

use super::problem::Problem;
use super::source::{Sources, Span};
use super::table::{Field, Read, Reader};
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
