//! Trials a second, on one thread and on two, and where their time goes by
//! kind of event: `cargo bench --bench trials`.

#![allow(
    clippy::disallowed_methods,
    reason = "a measurement looks at the clock"
)]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement, not a product"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::Instant;

use shortfall::engine::calendar::Event;
use shortfall::engine::{Model, Variant, Worker};
use shortfall::scenario;

/// Scenarios, and trials for which each is timed.
const SCENARIOS: [(&str, u64); 2] = [
    ("benches/r1/r1.toml", 2_000),
    ("scenarios/rare-earths-2025.toml", 200),
];
const SEED: u64 = 1;

fn main() {
    for (path, trials) in SCENARIOS {
        let model = model(path);
        println!("{path}");
        let one = speed(&model, trials, 1);
        let two = speed(&model, trials, 2);
        println!(
            "  {one:.1} trials/s on one thread, {two:.1} on two: {:.2} x",
            two / one
        );
        profile(&model, trials / 4);
    }
}

fn model(path: &str) -> Model {
    let loaded =
        scenario::load(Path::new(path), &[]).unwrap_or_else(|report| panic!("{}", report.render()));
    Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

/// Trials of the shocked variant a second, shared among threads.
fn speed(model: &Model, trials: u64, threads: u64) -> f64 {
    let run = |from: u64| {
        let mut worker = Worker::new(model);
        for trial in (from..trials).step_by(threads as usize) {
            worker.run(SEED, trial, Variant::Shocked).unwrap();
        }
    };
    run(trials - threads);
    let began = Instant::now();
    thread::scope(|scope| {
        for from in 0..threads {
            scope.spawn(move || run(from));
        }
    });
    trials as f64 / began.elapsed().as_secs_f64()
}

/// Prints, for each kind of event, how many a trial has and what they take.
/// Reading the clock adds some 25 ns to each.
fn profile(model: &Model, trials: u64) {
    let mut worker = Worker::new(model);
    let mut kinds: BTreeMap<&'static str, (u64, u128)> = BTreeMap::new();
    let mut events = 0;
    for trial in 0..trials {
        let mut since = (Instant::now(), "start of a trial");
        let watch = |event: Option<Event>| {
            let now = Instant::now();
            let (count, time) = kinds.entry(since.1).or_default();
            *count += 1;
            *time += (now - since.0).as_nanos();
            since = (Instant::now(), event.map_or("end", kind));
        };
        let record = worker
            .run_watched(SEED, trial, Variant::Shocked, watch)
            .unwrap();
        events += record.events;
    }
    let all: u128 = kinds.values().map(|(_, time)| time).sum();
    println!("  {:.0} events a trial", events as f64 / trials as f64);
    println!(
        "  {:<20} {:>10} {:>10} {:>7}",
        "on the calendar", "a trial", "ns each", "share"
    );
    for (kind, (count, time)) in &kinds {
        println!(
            "  {kind:<20} {:>10.1} {:>10.0} {:>5.1} %",
            *count as f64 / trials as f64,
            *time as f64 / *count as f64,
            *time as f64 / all as f64 * 100.0,
        );
    }
}

fn kind(event: Event) -> &'static str {
    match event {
        Event::Arrival(_) => "arrival",
        Event::Inflow(_) => "inflow of a pipeline",
        Event::Clearing(_) => "clearing",
        Event::StockOut(_) => "stock-out",
        Event::SellerDry(_) => "seller dry",
        Event::Month(_) => "month",
        Event::PolicyDate(_) => "date of a policy",
        Event::Wake(..) => "alarm of a policy",
        Event::Regime(_) => "regime",
        Event::ContractDate(_) => "date of a contract",
        Event::Sample(_) => "sample",
    }
}
