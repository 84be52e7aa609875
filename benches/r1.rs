//! R1, the speed reference: the same network through the scenario language
//! and written by hand, in one run: `cargo bench --bench r1`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a measurement, not a product"
)]

#[path = "r1/twin.rs"]
mod twin;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use shortfall::engine::{METRICS, Model, Variant, Worker};
use shortfall::scenario;

/// Shortfall over demand, its mean over trials.
const TRUTH: f64 = 0.0859;
/// Standard deviation of one trial.
const SPREAD: f64 = 0.0153;
/// Trials over which the means are compared.
const TRIALS: u64 = 4000;

fn model() -> Model {
    let files = [("r1.toml", include_str!("r1/r1.toml"))];
    let loaded = scenario::load_embedded("r1", &files, &[])
        .unwrap_or_else(|report| panic!("{}", report.render()));
    Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

/// Shortfall over demand of one trial, all consumers, and its events.
fn share(worker: &mut Worker, trial: u64) -> (f64, u64) {
    let record = worker.run(1, trial, Variant::Shocked).unwrap();
    let shares = record.metrics.iter().skip(1).step_by(METRICS);
    (shares.sum::<f64>() / 10.0, record.events)
}

fn mean_agrees(name: &str, trial: &mut dyn FnMut(u64) -> (f64, u64)) {
    let (mut sum, mut events) = (0.0, 0);
    for k in 0..TRIALS {
        let (share, handled) = trial(k);
        sum += share;
        events += handled;
    }
    let mean = sum / TRIALS as f64;
    let error = SPREAD / (TRIALS as f64).sqrt();
    eprintln!(
        "{name}: mean shortfall {mean:.5} (truth {TRUTH} ± {error:.5}), {:.0} events a trial",
        events as f64 / TRIALS as f64
    );
    assert!((mean - TRUTH).abs() < 4.0 * error);
}

fn r1(c: &mut Criterion) {
    let model = model();
    let mut worker = Worker::new(&model);
    let mut twin = twin::Twin::default();
    mean_agrees("scenario", &mut |k| share(&mut worker, k));
    mean_agrees("twin", &mut |k| (twin.run(k), twin.events));
    let mut group = c.benchmark_group("r1");
    let mut k = 0;
    group.bench_function("twin", |b| {
        b.iter(|| {
            k += 1;
            black_box(twin.run(k))
        });
    });
    group.bench_function("scenario", |b| {
        b.iter(|| {
            k += 1;
            black_box(share(&mut worker, k))
        });
    });
    group.finish();
}

criterion_group!(benches, r1);
criterion_main!(benches);
