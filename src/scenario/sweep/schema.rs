//! The JSON Schema of sweep files: what the declarations of their tables leave open.

use serde_json::{Value as Json, json};

use super::factors::{COLUMNS, ESTIMATES, JOINS, MOST_FACTORS, QUANTILES};
use super::read::{self, SAMPLED};
use super::shown::MOST_SHOWN;
use super::tried::Form;
use crate::scenario::kinds;
use crate::scenario::table::{notes, reference};

/// The JSON Schema of sweep files, for editors.
#[must_use]
pub fn schema() -> Json {
    let mut schema = read::schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$id"] = "urn:shortfall:sweep".into();
    schema["title"] = "Sweep of shortfall".into();
    schema["$defs"] = kinds::loose_definitions();
    schema
}

/// Declares forms of values.
macro_rules! forms {
    ($($(#[doc = $about:literal])* $name:ident => $schema:expr;)*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(super) struct $name;

        impl Form for $name {
            fn schema() -> Json {
                $schema
            }
        }
    )*};
}

forms! {
    /// Whatever may stand in a scenario.
    Any => json!({});
    /// A list of such, none of them twice.
    Values => json!({ "type": "array", "minItems": 1, "uniqueItems": true });
    /// A number with its unit, or a date.
    Bound => json!({ "anyOf": [reference("number"), reference("date")] });
    /// A law of any numbers.
    Law => reference("law");
    /// Values by their paths. A table under a key without dots would be a path
    /// without quotes.
    Settings => json!({
        "type": "object",
        "properties": notes(),
        "patternProperties": { "^[^.\"']*$": { "not": { "type": "object" } } },
        "additionalProperties": {},
    });
}

/// Keys that go with these designs only.
pub(super) fn only_with(keys: &[(&str, &[&str])]) -> Json {
    let rule = |(key, designs): &(&str, &[&str])| json!({ "anyOf": [designed(designs), { "not": { "required": [key] } }] });
    json!({ "allOf": keys.iter().map(rule).collect::<Vec<_>>() })
}

/// These designs need a key.
pub(super) fn needs(designs: &[&str], key: &str) -> Json {
    json!({ "if": designed(designs), "then": { "required": [key] } })
}

/// The table `[sweep]` has one of these designs.
fn designed(designs: &[&str]) -> Json {
    json!({ "properties": { "design": { "enum": designs } }, "required": ["design"] })
}

/// Morris's method has an even number of levels and no filters, and there is an
/// end to responses.
pub(super) fn limits() -> Json {
    json!({
        "properties": { "levels": { "multipleOf": 2 }, "show": { "maxItems": MOST_SHOWN } },
        "if": designed(&["morris"]),
        "then": { "properties": { "filters": { "maxItems": 0 } } },
    })
}

/// What factors may be called, and how many there may be.
pub(super) fn keys_of_factors() -> Json {
    let measures = format!(
        "^(({})|(cvar_)?({}))(_se)?$",
        ESTIMATES.join("|"),
        QUANTILES.join("|")
    );
    let taken = [&COLUMNS[..], &JOINS].concat();
    let keys = json!({
        "pattern": "^[A-Za-z0-9_-]+$",
        "not": { "anyOf": [{ "enum": taken }, { "pattern": measures }] },
    });
    json!({ "properties": { "factors": { "propertyNames": keys, "maxProperties": MOST_FACTORS } } })
}

/// What is sampled goes with a sampled design, and a reference with
/// one-at-a-time.
pub(super) fn factors_of_designs() -> Json {
    let sweep = |designs| json!({ "properties": { "sweep": designed(designs) } });
    let all =
        |factor: Json| json!({ "properties": { "factors": { "additionalProperties": factor } } });
    let listed = json!({ "properties": { "law": false, "range": { "required": ["steps"] } } });
    let plain = json!({ "properties": { "reference": false } });
    json!({ "allOf": [
        { "if": sweep(SAMPLED), "else": all(listed) },
        { "if": sweep(&["one-at-a-time"]), "else": all(plain) },
    ] })
}
