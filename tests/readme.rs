//! The scenarios in README.md are sound.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod texts;

use shortfall::engine::Model;
use shortfall::scenario;

const README: &str = include_str!("../README.md");

/// The fenced blocks of the README: what stands behind the fence, and the text.
fn blocks() -> impl Iterator<Item = (&'static str, &'static str)> {
    let fenced = README.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n'))
}

/// Examples in TOML: whole scenarios, and parts that fit behind the first.
fn examples() -> Vec<String> {
    let toml: Vec<&str> = blocks()
        .filter(|(kind, _)| *kind == "toml")
        .map(|(_, text)| text)
        .collect();
    let whole = |text: &&str| text.starts_with("[scenario]");
    let first = toml.iter().copied().find(whole).unwrap_or_default();
    let complete = |text: &&str| {
        if whole(text) {
            (*text).to_owned()
        } else {
            format!("{first}\n{text}")
        }
    };
    toml.iter().map(complete).collect()
}

#[test]
fn every_example_loads() {
    let examples = examples();
    assert!(
        examples.len() > 10,
        "only {} examples were found",
        examples.len()
    );
    for text in &examples {
        let tables = blocks().filter_map(|(kind, text)| Some((kind.strip_prefix("csv ")?, text)));
        let files: Vec<(&str, &str)> = tables.chain([("example.toml", text.as_str())]).collect();
        let loaded = scenario::load_embedded("example", &files, &[])
            .unwrap_or_else(|report| panic!("{}\n{text}", report.render()));
        texts::keep(text, None);
        if let Err(complaints) = Model::new(&loaded.scenario) {
            panic!("{complaints:?}\n{text}");
        }
    }
}
