//! What the numbers of the file measure, as far as their declaration says:
//! for the JSON Schema. What a commodity is counted in is known only later,
//! where a [`Measure`](super::measure::Measure) is made.

use std::marker::PhantomData;

use serde_json::{Map, Value as Json, json};

use super::laws;
use super::table::{Read, Reader, reference};
use super::tree::Node;
use super::values::{self, Spelling};
use crate::units::{Dimension, pattern};

/// What goods are counted in.
pub(super) const GOODS: [Dimension; 3] = [Dimension::MASS, Dimension::VOLUME, Dimension::ENERGY];

/// A number of the file: plain, with a unit, or a law.
#[derive(Clone, Debug)]
pub(super) struct Amount<K>(pub Node, PhantomData<K>);

/// A number, or numbers by country or by commodity.
#[derive(Clone, Debug)]
pub(super) struct Amounts<K>(pub Node, PhantomData<K>);

/// A number that cannot be a law.
#[derive(Clone, Debug)]
pub(super) struct Fixed<K>(pub Node, PhantomData<K>);

/// The name of a unit that numbers of a kind are counted in.
#[derive(Clone, Debug)]
pub(super) struct UnitOf<K>(PhantomData<K>);

/// How numbers of a kind are written.
pub(super) struct Form {
    /// Its key in the schema's definitions.
    name: &'static str,
    said: &'static str,
    examples: &'static [&'static str],
    /// What must stand above the line, one of these; anything if empty.
    above: &'static [Dimension],
    /// The same below it.
    below: &'static [Dimension],
    /// Least and most that a bare number may be.
    least: i64,
    most: Option<f64>,
}

/// What a number measures.
pub(super) trait Kind {
    const FORM: Form;
}

/// Declares the kinds, and the list of all.
macro_rules! kinds {
    ($($kind:ident: $name:literal, $said:literal, [$($example:literal),*], $above:expr, $below:expr, $most:expr $(, at_least $least:expr)?;)*) => {
        $(
            #[doc = $said]
            #[derive(Clone, Copy, Debug)]
            pub(super) struct $kind;

            impl Kind for $kind {
                const FORM: Form = Form {
                    name: $name,
                    said: $said,
                    examples: &[$($example),*],
                    above: &$above,
                    below: &$below,
                    least: kinds!(@least $($least)?),
                    most: $most,
                };
            }
        )*

        const FORMS: &[Form] = &[$($kind::FORM),*];
    };
    (@least $least:expr) => { $least };
    (@least) => { 0 };
}

const ANY: [Dimension; 5] = [
    GOODS[0],
    GOODS[1],
    GOODS[2],
    Dimension::MONEY,
    Dimension::TIME,
];
const TIME: [Dimension; 1] = [Dimension::TIME];
const MONEY: [Dimension; 1] = [Dimension::MONEY];

kinds! {
    Number: "number", "plain number", ["1.5"], [], [], None;
    Share: "share", "share", ["0.25", "25 %"], [], [], Some(1.0);
    Change: "change", "relative change", ["0.1", "-20 %"], [], [], None, at_least -1;
    Duration: "duration", "duration", ["30 days", "2 years"], TIME, [], None;
    Frequency: "frequency", "number per time", ["0.5/yr"], [], TIME, None;
    ShareRate: "share-rate", "share per time", ["5 %/week"], [], TIME, None;
    Volume: "volume", "volume", ["1200 t", "2 mmbbl"], GOODS, [], None;
    Rate: "rate", "volume per time", ["5.5 Mt/yr", "2.3 mb/d"], GOODS, TIME, None;
    Price: "price", "money per unit", ["62 USD/kg"], MONEY, GOODS, None;
}

impl Form {
    fn is_plain(&self) -> bool {
        self.above.is_empty() && self.below.is_empty()
    }

    /// A single number.
    fn fixed(&self) -> Json {
        if !self.is_plain() {
            return json!({ "type": "string", "allOf": self.parts(), "examples": self.examples });
        }
        let mut bare = json!({ "type": "number", "minimum": self.least });
        if let Some(most) = self.most {
            bare["maximum"] = json!(most);
        }
        let ratio = json!({ "allOf": RATIO.parts() });
        let text = json!({ "type": "string", "anyOf": [has(&pattern::plain()), ratio] });
        json!({ "anyOf": [bare, text], "examples": self.examples })
    }

    /// A number with a unit that stands for what is above the line and below.
    fn parts(&self) -> Vec<Json> {
        let any = std::iter::once(reference("quantity"));
        any.chain(self.unit_parts()).collect()
    }

    fn unit_parts(&self) -> impl Iterator<Item = Json> {
        let above = (!self.above.is_empty()).then(|| has(&pattern::above(self.above)));
        let below = (!self.below.is_empty()).then(|| has(&pattern::below(self.below)));
        above.into_iter().chain(below)
    }

    /// A single number, or a law.
    fn amount(&self) -> Json {
        let spread = if self.is_plain() { "number" } else { self.name };
        let law = laws::schema(
            &reference(&fixed(self.name)),
            &reference(&fixed(spread)),
            self.is_plain(),
        );
        json!({ "anyOf": [reference(&fixed(self.name)), law] })
    }
}

/// What cancels, as in `0.3 kg/t`.
const RATIO: Form = Form {
    name: "ratio",
    said: "ratio",
    examples: &[],
    above: &ANY,
    below: &ANY,
    least: 0,
    most: None,
};

fn has(pattern: &str) -> Json {
    json!({ "pattern": pattern })
}

fn fixed(name: &str) -> String {
    format!("fixed-{name}")
}

/// The definitions that other parts of the schema refer to.
pub(super) fn definitions() -> Json {
    let mut all = Map::from_iter([("quantity".to_owned(), any_quantity())]);
    all.extend(values::definitions());
    for form in FORMS {
        all.insert(form.name.to_owned(), form.amount());
        all.insert(fixed(form.name), form.fixed());
    }
    Json::Object(all)
}

/// The definitions of files that do not say what their numbers measure.
pub(super) fn loose_definitions() -> Json {
    let number = json!({
        "anyOf": [{ "type": "number" }, reference("quantity")],
        "description": "A plain number, or one with its unit.",
    });
    let law = laws::schema(&reference("number"), &reference("number"), true);
    let mut all = Map::from_iter([
        ("quantity".to_owned(), any_quantity()),
        ("number".to_owned(), number),
        ("law".to_owned(), law),
    ]);
    all.extend(values::definitions());
    for form in [Number::FORM, Share::FORM] {
        all.insert(fixed(form.name), form.fixed());
    }
    Json::Object(all)
}

fn any_quantity() -> Json {
    json!({
        "type": "string",
        "description": "A number with its unit.",
        "pattern": pattern::quantity(),
        "examples": ["5.5 Mt/yr", "30 days", "62 USD/kg", "25 %"],
    })
}

/// What to write, in words and by example.
fn said(form: &Form) -> String {
    let quoted = |text: &&str| match text.parse::<f64>() {
        Ok(_) => (*text).to_owned(),
        Err(_) => format!("\"{text}\""),
    };
    let examples: Vec<String> = form.examples.iter().map(quoted).collect();
    format!("a {}, such as {}", form.said, examples.join(" or "))
}

impl<K: Kind> Spelling for UnitOf<K> {
    fn schema() -> Json {
        let any = std::iter::once(has(&pattern::unit()));
        let parts: Vec<Json> = any.chain(K::FORM.unit_parts()).collect();
        json!({ "allOf": parts })
    }
}

impl<K: Kind> Read for Fixed<K> {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self(node.clone(), PhantomData))
    }

    fn schema() -> Json {
        reference(&fixed(K::FORM.name))
    }

    fn said() -> String {
        format!("{}; no law", said(&K::FORM))
    }
}

impl<K: Kind> Read for Amount<K> {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self(node.clone(), PhantomData))
    }

    fn schema() -> Json {
        reference(K::FORM.name)
    }

    fn said() -> String {
        format!("{}, or a law", said(&K::FORM))
    }
}

impl<K: Kind> Read for Amounts<K> {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self(node.clone(), PhantomData))
    }

    fn schema() -> Json {
        let mut by_name = values::Map::<Amount<K>>::schema();
        by_name["propertyNames"] = json!({ "not": { "enum": laws::law_names() } });
        json!({ "anyOf": [reference(K::FORM.name), by_name] })
    }

    fn said() -> String {
        format!("{}, or a law; or a table of them by name", said(&K::FORM))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Quantity;
    use regex::Regex;

    #[test]
    fn examples_are_what_they_stand_for() {
        let holds = |pattern: String, text: &str| Regex::new(&pattern).unwrap().is_match(text);
        for form in FORMS {
            for text in form.examples {
                assert!(Quantity::parse(text).is_ok(), "{text}");
                assert!(
                    form.above.is_empty() || holds(pattern::above(form.above), text),
                    "{text}"
                );
                assert!(
                    form.below.is_empty() || holds(pattern::below(form.below), text),
                    "{text}"
                );
            }
        }
    }
}
