//! The scenarios in README.md are sound.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod texts;

use std::fs;

use shortfall::engine::Model;
use shortfall::scenario::{self, sweep::load_sweep};

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

/// Sweeps stand beside the first scenario, as `magnets.toml`.
#[test]
fn every_sweep_loads() {
    let folder = tempfile::tempdir().unwrap();
    let first = blocks().find(|(_, text)| text.starts_with("[scenario]"));
    fs::write(folder.path().join("magnets.toml"), first.unwrap().1).unwrap();
    let sweeps = blocks().filter(|(kind, _)| *kind == "toml sweep");
    let mut points = Vec::new();
    for (_, text) in sweeps {
        let path = folder.path().join("example.toml");
        fs::write(&path, text).unwrap();
        let sweep = load_sweep(&path, &[]).unwrap_or_else(|report| panic!("{}", report.render()));
        texts::keep_sweep(text, None);
        for point in 0..sweep.points.len() {
            let loaded = sweep.scenario(point);
            let loaded = loaded.unwrap_or_else(|report| panic!("{}", report.render()));
            assert!(Model::new(&loaded.scenario).is_ok(), "point {point}");
        }
        points.push(sweep.points.len());
    }
    assert_eq!(points, [24, 50]);
}

/// A number of the table of scores: three digits, or whole.
fn rounded(cell: &str) -> String {
    let value: f64 = cell.parse().unwrap();
    if value < 99.95 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    match digits.len() {
        3 => digits,
        n => format!("{},{}", &digits[..n - 3], &digits[n - 3..]),
    }
}

/// The README shows the scores of the backtests as they are stored.
#[test]
fn scores_are_shown_as_they_are() {
    let mut table = csv::Reader::from_path("tests/scores.csv").unwrap();
    let header = table.headers().unwrap().clone();
    let mut shown = 0;
    for row in table.records() {
        let row = row.unwrap();
        let cell = |name| &row[header.iter().position(|column| column == name).unwrap()];
        let numbers = [
            "rmse",
            "rmse_no_effect",
            "rmse_last_month",
            "crps",
            "crps_no_effect",
            "crps_last_month",
        ];
        let numbers = numbers.map(|name| rounded(cell(name))).join(" | ");
        let line = format!(
            "| {} | {} | {} | {numbers} | {} | {} |\n",
            cell("series"),
            cell("months"),
            cell("unit"),
            cell("within_50"),
            cell("within_90")
        );
        assert!(README.contains(&line), "README.md does not have\n{line}");
        shown += 1;
    }
    assert!(shown > 5);
}
