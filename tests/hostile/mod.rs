//! What the program does with bytes from anywhere: it takes them or refuses
//! them in words, and a trial of what it takes keeps its books.
//!
//! The fuzzers in `tests/fuzz` look for bytes with which it does not; those that
//! they found, and many others, are kept in `tests/fuzz/corpus`.

#[path = "../compositions/mod.rs"]
mod compositions;
mod stored;

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use compositions::checks::{SEED, VARIANTS, all_numbers, makes_sense, read, record, same};
use compositions::{Builder, Dice};
use shortfall::engine::{Model, Worker};
use shortfall::export::{backtest_months, backtest_scores, backtest_table};
use shortfall::report::{Format, render_backtest};
use shortfall::scenario::sweep::load_sweep;
use shortfall::scenario::{self, Loaded, Observed, Report, Scenario};
use shortfall::study::backtest::Comparison;
use shortfall::study::{About, Plan};
pub(crate) use stored::stored;
use tempfile::TempDir;

/// A target: its name, and what it does with bytes.
type Target = (&'static str, fn(&[u8]));

/// All of them.
#[allow(dead_code, reason = "a fuzzer needs one of them")]
pub(crate) const TARGETS: [Target; 5] = [
    ("scenario", scenario),
    ("table", table),
    ("sweep", sweep),
    ("stored", stored),
    ("composition", composition),
];

/// Points of a sweep and pairs of a network beyond which it is only read.
const MOST_POINTS: usize = 20;
const MOST_PAIRS: usize = 64;
/// Days beyond which no trial is run.
const MOST_DAYS: f64 = 1000.0;

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Writes a file into a folder of this thread.
fn written(name: &str, bytes: &[u8]) -> PathBuf {
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().unwrap());
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    })
}

/// The text of a scenario.
pub(crate) fn scenario(bytes: &[u8]) {
    let path = written("case.toml", bytes);
    match scenario::load(&path, &[]) {
        Ok(loaded) => run(&loaded),
        Err(report) => told(&report),
    }
}

/// What is wrong is shown, plain and in colours.
fn told(report: &Report) {
    assert!(!report.problems().is_empty());
    assert!(!report.render().is_empty() && !report.render_coloured().is_empty());
}

/// Runs a trial of a scenario that is small.
fn run(loaded: &Loaded) {
    if let Some(odd) = loaded.warnings() {
        told(&odd);
    }
    let model = match Model::new(&loaded.scenario) {
        Ok(model) => model,
        Err(complaints) => return assert!(complaints.iter().all(|c| !c.message.is_empty())),
    };
    let n = &model.network;
    if n.pairs.len() > MOST_PAIRS || n.horizon.days() > MOST_DAYS {
        return;
    }
    let mut worker = Worker::new(&model);
    for variant in VARIANTS {
        // What cannot be finished is told.
        if let Ok(record) = worker.run(SEED, 0, variant) {
            let numbers = record.metrics.iter().chain(&record.shortfall);
            for number in numbers {
                assert!(!number.is_nan());
            }
        }
    }
}

/// A scenario whose trade, lanes and observations are in tables.
const TABLED: &str = r#"
[scenario]
title = "tables"
start = 2025-01-01
horizon = "90 days"
focus = ["gas @ JP"]

[countries]
CN = "China"
JP = "Japan"
RoW = { name = "Rest", rest = true }

[commodities.gas]
unit = "t"
price = "100 USD/t"
balance = "as-given"

TABLES

[[sites]]
name = "field"
country = "CN"
makes = "gas"
capacity = "100 t/d"

[[sites]]
name = "other"
country = "RoW"
makes = "gas"
capacity = "10 t/d"

[[demand]]
of = "gas"
in = "JP"
rate = "90 t/d"

[[demand]]
of = "gas"
in = "RoW"
rate = "20 t/d"
"#;

/// Bytes as each of the tables that there are: of trade in two layouts, of lanes,
/// and of what was observed.
pub(crate) fn table(bytes: &[u8]) {
    let table = written("table.csv", bytes);
    let tables = [
        "[trade.gas]\nflows = \"table.csv\"\nunit = \"t/d\"\n",
        "[trade.gas]\nbaci = \"table.csv\"\ncodes = [\"2711\"]\nyear = 2024\n",
        "[[lanes]]\nfile = \"table.csv\"\n",
    ];
    for named in tables {
        scenario(TABLED.replace("TABLES", named).as_bytes());
    }
    let path = written("case.toml", TABLED.replace("TABLES", "").as_bytes());
    let loaded = scenario::load(&path, &[]).unwrap();
    match scenario::load_observed(&table, &loaded.scenario) {
        Ok(observed) => compare(&loaded.scenario, &observed),
        Err(report) => told(&report),
    }
}

/// A scenario and what was observed of it, which may have nothing in common.
fn compare(scenario: &Scenario, observed: &Observed) {
    let model = Model::new(scenario).unwrap();
    let plan = Plan {
        trials: 2,
        seed: SEED,
        threads: 1,
    };
    let never = AtomicBool::new(false);
    let compared = Comparison::new(scenario, model, observed, plan.trials)
        .and_then(|comparison| comparison.run((&About::default(), &plan), &(), &never));
    match compared {
        Ok(done) => {
            let done = [done];
            assert!(!backtest_months(&done).unwrap().is_empty());
            assert!(!backtest_scores(&done).unwrap().is_empty());
            assert!(!backtest_table(&done).is_empty());
            assert!(!render_backtest(&done[0], Format::Svg).unwrap().is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A sweep over that scenario.
pub(crate) fn sweep(bytes: &[u8]) {
    written("gas.toml", TABLED.replace("TABLES", "").as_bytes());
    let path = written("sweep.toml", bytes);
    match load_sweep(&path, &[]) {
        Ok(sweep) => {
            for point in 0..sweep.points.len().min(MOST_POINTS) {
                match sweep.scenario(point) {
                    Ok(loaded) => drop(Model::new(&loaded.scenario)),
                    Err(report) => told(&report),
                }
            }
        }
        Err(report) => told(&report),
    }
}

/// Choices from which a valid scenario is put together.
pub(crate) fn composition(bytes: &[u8]) {
    let choices = bytes.to_vec();
    let case = Builder::new(Dice::Bytes(choices.into_iter()), false).case();
    let checked = makes_sense(&case).and_then(|()| {
        let model = read(&case.text())?;
        let first = all_numbers(&model, &record(&model, 0, VARIANTS[0])?);
        let mut worker = Worker::new(&model);
        for trial in [1, 0] {
            let run = worker.run(SEED, trial, VARIANTS[0]);
            run.map_err(|error| error.to_string())?;
        }
        let again = worker
            .run(SEED, 0, VARIANTS[0])
            .map_err(|e| e.to_string())?;
        same("at first and again", &first, &all_numbers(&model, again))
    });
    if let Err(trouble) = checked {
        panic!("{}\n{trouble}", case.text());
    }
}
