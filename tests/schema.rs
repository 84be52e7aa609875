//! The JSON Schema of scenario files.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use serde_json::{Value, json};
use shortfall::scenario;

/// Keywords whose schemas are about the same value.
const SAME_VALUE: [&str; 3] = ["allOf", "anyOf", "oneOf"];

#[test]
fn the_file_is_what_the_program_prints() {
    let kept = include_str!("../scenarios/schema.json");
    let printed = serde_json::to_string_pretty(&scenario::schema()).unwrap() + "\n";
    assert!(
        kept == printed,
        "scenarios/schema.json is out of date; renew it with\n\
         cargo run -- schema > scenarios/schema.json"
    );
}

#[test]
fn every_key_of_a_table_is_described() {
    let schema = scenario::schema();
    let mut keys = 0;
    each_table(&schema, &mut |table| {
        for (key, property) in table["properties"].as_object().into_iter().flatten() {
            let said = described(&schema, property);
            assert!(!said.is_empty(), "{key} of {}", table["description"]);
            keys += 1;
        }
    });
    assert!(keys > 200, "only {keys} keys were found");
}

#[test]
fn no_table_of_the_language_takes_unknown_keys() {
    each_table(&scenario::schema(), &mut |table| {
        assert!(!table["additionalProperties"].is_null(), "{table}");
    });
}

#[test]
fn every_reference_leads_somewhere() {
    let schema = scenario::schema();
    let text = schema.to_string();
    let mut parts = text.split("\"$ref\":\"#").skip(1);
    assert!(parts.all(|part| schema.pointer(part.split('"').next().unwrap()).is_some()));
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
    let kinds = [
        "export-ban",
        "export-quota",
        "export-licence",
        "disruption",
        "coordinated-release",
        "stockpile-pact",
    ];
    let tags = kinds.map(|kind| json!({ "required": [kind] }));
    assert_eq!(policy["allOf"], json!([{ "oneOf": tags }]));
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
