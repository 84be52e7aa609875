//! A trial allocates nothing: a worker's memory is that of the trials before.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use shortfall::engine::{Model, Variant, Worker};
use shortfall::scenario;

/// Trials after which every array has grown to what any trial needs.
const FIRST: u64 = 60;
const THEN: u64 = 40;

fn model(path: &str) -> Model {
    let loaded =
        scenario::load(Path::new(path), &[]).unwrap_or_else(|report| panic!("{}", report.render()));
    Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

fn run(worker: &mut Worker, trials: std::ops::Range<u64>) {
    for trial in trials {
        for variant in [Variant::Shocked, Variant::Baseline] {
            worker.run(3, trial, variant).unwrap();
        }
    }
}

#[track_caller]
fn allocates_nothing(path: &str) {
    let model = model(path);
    let mut worker = Worker::new(&model);
    let warming = allocation_counter::measure(|| run(&mut worker, 0..FIRST));
    assert!(warming.count_total > 0, "the counter does not count");
    let counted = allocation_counter::measure(|| run(&mut worker, FIRST..FIRST + THEN));
    assert_eq!(counted.count_total, 0, "{path}");
}

#[test]
fn the_built_in_scenario() {
    allocates_nothing("scenarios/rare-earths-2025.toml");
}

#[test]
fn the_speed_reference() {
    allocates_nothing("benches/r1/r1.toml");
}

#[test]
fn supply_demand_and_politics_that_change() {
    allocates_nothing("tests/fixtures/supply.toml");
}

#[test]
fn a_small_chain_under_export_controls() {
    allocates_nothing("tests/fixtures/trace.toml");
}

#[test]
fn closures_sanctions_and_ways_around_them() {
    allocates_nothing("tests/fixtures/ways.toml");
}
