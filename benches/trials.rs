//! Scratch.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]
use shortfall::engine::{Model, Variant, Worker};
use shortfall::scenario;
#[path = "r1/twin.rs"]
mod twin;
fn main() {
    let n: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(20);
    let files = [("r1.toml", include_str!("r1/r1.toml"))];
    let loaded = scenario::load_embedded("r1", &files, &[]).unwrap_or_else(|r| panic!("{}", r.render()));
    let model = Model::new(&loaded.scenario).unwrap();
    if std::env::args().any(|a| a == "twin") {
        let mut t = twin::Twin::default();
        for k in 0..n { std::hint::black_box(t.run(k)); }
        return;
    }
    let mut worker = Worker::new(&model);
    let mut e = 0;
    for k in 0..n { e += worker.run(1, k, Variant::Shocked).unwrap().events; }
    eprintln!("{e}");
}
