//! Figures as they stand in the file, for whoever checks them.

use super::laws::law_names;
use super::source::Sources;
use super::table::NOTES;
use super::tree::{Entry, Node, Value, join};
use crate::units::Quantity;

/// Keys that say what a table is about, in the order they are said.
const SUBJECT: [&str; 8] = ["makes", "of", "on", "by", "country", "from", "to", "in"];

/// What a table is about, where its path does not say: `ndfeb-magnet JP cars`.
pub(super) fn subject(node: &Node) -> String {
    let words = SUBJECT.iter().chain(&["tier"]);
    let said: Vec<String> = words.filter_map(|key| node.get(key)).map(names).collect();
    said.join(" ").trim().to_owned()
}

/// A name, or several.
fn names(node: &Node) -> String {
    let several = node.items().iter().filter_map(Node::text);
    match node.text() {
        Some(text) => text.to_owned(),
        None => several.collect::<Vec<_>>().join(", "),
    }
}

/// The figures of a table: keys within it, and values as written. What names
/// something is no figure, and tables with a note of their own are left out.
/// A law is one figure without a key.
pub(super) fn figures(node: &Node, sources: &Sources) -> Vec<(String, String)> {
    let mut found = Vec::new();
    gather(node, "", sources, &mut found);
    found
}

fn gather(node: &Node, key: &str, sources: &Sources, found: &mut Vec<(String, String)>) {
    if let Some(law) = law(node, sources) {
        found.push((key.to_owned(), law));
    } else if let Value::Table(entries) = &node.value {
        let below = entries.iter().filter(|entry| !noted(entry));
        below.for_each(|entry| gather(&entry.node, &join(key, &entry.key), sources, found));
    } else if is_figure(node) {
        found.push((key.to_owned(), literal(node, sources)));
    }
}

/// Whether an entry is a note, or a table that has one.
fn noted(entry: &Entry) -> bool {
    NOTES.contains(&entry.key.as_str()) || NOTES.iter().any(|note| entry.node.get(note).is_some())
}

/// A probability law: `triangular(low 0.1, mode 0.2, high 0.4)`.
fn law(node: &Node, sources: &Sources) -> Option<String> {
    let names = law_names();
    let mut entries = node.entries().iter();
    let law = entries.find(|entry| names.contains(entry.key.as_str()))?;
    Some(format!("{}({})", law.key, literal(&law.node, sources)))
}

fn is_figure(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => text.ends_with(".csv") || Quantity::parse(text).is_ok(),
        Value::Array(items) => items.iter().any(is_figure),
        _ => true,
    }
}

/// A value without quotes and braces.
fn literal(node: &Node, sources: &Sources) -> String {
    let each = |items: Vec<String>| items.join(", ");
    match &node.value {
        Value::Text(text) => text.clone(),
        Value::Array(items) => each(items.iter().map(|item| literal(item, sources)).collect()),
        Value::Table(entries) => {
            let member = |entry: &Entry| format!("{} {}", entry.key, literal(&entry.node, sources));
            each(entries.iter().map(member).collect())
        }
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        _ => sources.excerpt(node.span).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Loaded, load_embedded};

    const FILE: &str = r#"
[scenario]
title = "t"
start = 2025-01-01
horizon = "1 year"
focus = ["ore @ JP"]

[countries]
CN = "China"
JP = "Japan"

[commodities.ore]
unit = "t"
price = "5 USD/kg"
stock_elasticity = { triangular = { low = 0.1, mode = 0.2, high = 0.4 } }
judgement = "as oil"
source = "a book of 2024"
[commodities.ore.elasticity]
short = { uniform = { low = 0.1, high = 0.3 } }
judgement = "brackets what is known"

[[sites]]
name = "mine"
country = "CN"
makes = "ore"
capacity = "365 t/yr"

[[demand]]
of = "ore"
in = "JP"
rate = "365 t/yr"
season = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
judgement = "a guess"
"#;

    fn loaded() -> Loaded {
        let loaded = load_embedded("a", &[("a.toml", FILE)], &[]);
        loaded.map_err(|report| report.render()).unwrap()
    }

    #[test]
    fn a_note_has_the_figures_of_its_table_as_written() {
        let notes = loaded().scenario.notes;
        let lines = notes.iter().map(|note| {
            let figures: Vec<_> = note
                .figures
                .iter()
                .map(|(k, v)| format!("{k} = {v}"))
                .collect();
            format!("{} [{}] {}\n", note.path, note.subject, figures.join("; "))
        });
        insta::assert_snapshot!(lines.collect::<String>(), @"
        commodities.ore [] price = 5 USD/kg; stock_elasticity = triangular(low 0.1, mode 0.2, high 0.4)
        commodities.ore.elasticity [] short = uniform(low 0.1, high 0.3)
        demand.0 [ore JP] rate = 365 t/yr; season = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
        ");
    }

    #[test]
    fn defaults_are_told_once_a_kind_of_table() {
        let defaults = loaded().scenario.defaults;
        let found = |path: &str| {
            let one = defaults.iter().find(|default| default.path == path);
            one.map(|default| (default.value.as_str(), default.tables))
        };
        assert_eq!(found("commodities.*.dispersion"), Some(("10", 1)));
        assert_eq!(
            found("commodities.*.elasticity.adjust"),
            Some(("3 years", 1))
        );
        assert_eq!(
            found("commodities.*.stock_elasticity"),
            None,
            "it is stated"
        );
        assert_eq!(
            found("sites.*.value_at_risk"),
            None,
            "nothing is no assumption"
        );
    }
}
