//! The JSON Schemas of scenario files and of sweeps.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use serde_json::{Value, json};
use shortfall::scenario::{self, sweep};

/// Keywords whose schemas are about the same value.
const SAME_VALUE: [&str; 3] = ["allOf", "anyOf", "oneOf"];

#[test]
fn the_files_are_what_the_program_prints() {
    let kept = include_str!("../scenarios/schema.json");
    let printed = serde_json::to_string_pretty(&scenario::schema()).unwrap() + "\n";
    assert!(
        kept == printed,
        "scenarios/schema.json is out of date; renew it with\n\
         cargo run -- schema > scenarios/schema.json"
    );
    let kept = include_str!("../scenarios/sweep-schema.json");
    let printed = serde_json::to_string_pretty(&sweep::schema()).unwrap() + "\n";
    assert!(
        kept == printed,
        "scenarios/sweep-schema.json is out of date; renew it with\n\
         cargo run -- schema --sweep > scenarios/sweep-schema.json"
    );
}

#[test]
fn every_key_of_a_table_is_described() {
    for (schema, least) in [(scenario::schema(), 200), (sweep::schema(), 30)] {
        let mut keys = 0;
        each_table(&schema, &mut |table| {
            for (key, property) in table["properties"].as_object().into_iter().flatten() {
                let said = described(&schema, property);
                assert!(!said.is_empty(), "{key} of {}", table["description"]);
                keys += 1;
            }
        });
        assert!(keys > least, "only {keys} keys were found");
    }
}

#[test]
fn no_table_of_the_language_takes_unknown_keys() {
    for schema in [scenario::schema(), sweep::schema()] {
        each_table(&schema, &mut |table| {
            assert!(!table["additionalProperties"].is_null(), "{table}");
        });
    }
}

#[test]
fn every_reference_leads_somewhere() {
    for schema in [scenario::schema(), sweep::schema()] {
        let text = schema.to_string();
        let mut parts = text.split("\"$ref\":\"#").skip(1);
        assert!(parts.all(|part| schema.pointer(part.split('"').next().unwrap()).is_some()));
    }
}

#[test]
fn what_is_defined_for_sweeps_is_used() {
    let schema = sweep::schema();
    let text = schema.to_string();
    for name in schema["$defs"].as_object().unwrap().keys() {
        let reference = format!("\"$ref\":\"#/$defs/{name}\"");
        assert!(text.contains(&reference), "{name}");
    }
}

#[test]
fn a_key_of_a_sweep_says_its_meaning_and_its_default() {
    let schema = sweep::schema();
    assert_eq!(
        schema["properties"]["sweep"]["properties"]["design"],
        json!({
            "description": "How points are chosen. Default: grid.",
            "default": "grid",
            "enum": ["grid", "zip", "one-at-a-time", "lhs", "sobol", "morris"],
        })
    );
    assert_eq!(schema["required"], json!(["sweep", "factors"]));
}

#[test]
fn a_key_says_its_meaning_its_form_and_its_default() {
    let schema = scenario::schema();
    let good = &schema["properties"]["commodities"]["additionalProperties"]["properties"];
    assert_eq!(
        good["cover"],
        json!({
            "description": "Target cover of buyers. Write a duration, such as \"30 days\" or \"2 years\", or a law. Default: 30 days.",
            "default": "30 days",
            "allOf": [{ "$ref": "#/$defs/duration" }],
        })
    );
    assert_eq!(good["on_change"]["default"], json!(false));
    let country = &schema["properties"]["countries"]["additionalProperties"];
    assert_eq!(country["anyOf"][0], json!({ "$ref": "#/$defs/text" }));
    let policy = &schema["properties"]["policies"]["additionalProperties"];
    let kinds = policy["properties"].as_object().unwrap().keys();
    let kinds: Vec<_> = kinds
        .filter(|key| !["source", "judgement"].contains(&key.as_str()))
        .collect();
    assert!(kinds.len() > 3 && policy["allOf"].as_array().unwrap().len() == 1);
    for kind in &kinds {
        let one_of = policy["allOf"][0]["oneOf"].as_array().unwrap();
        assert!(one_of.contains(&json!({ "required": [kind] })), "{kind}");
        assert_eq!(one_of.len(), kinds.len());
    }
    assert_eq!(schema["required"], json!(["scenario"]));
}

/// The description of a key, its own or that of what it refers to.
fn described<'a>(schema: &'a Value, property: &'a Value) -> &'a str {
    let target = property["$ref"]
        .as_str()
        .and_then(|to| schema.pointer(&to[1..]));
    let said = &target.unwrap_or(property)["description"];
    said.as_str().unwrap_or_default()
}

/// Visits every part of the schema that describes a table with keys of the
/// language; forms of laws and conditions are left out.
fn each_table(schema: &Value, visit: &mut impl FnMut(&Value)) {
    if !schema.is_object() {
        return;
    }
    if schema["type"] == "object" {
        visit(schema);
    }
    for property in schema["properties"].as_object().into_iter().flatten() {
        each_table(property.1, visit);
    }
    for within in ["items", "additionalProperties"] {
        each_table(&schema[within], visit);
    }
    for keyword in SAME_VALUE {
        for part in schema[keyword].as_array().into_iter().flatten() {
            each_table(part, visit);
        }
    }
}
