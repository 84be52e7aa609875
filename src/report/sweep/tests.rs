use super::fixture::{Plan, Shape, curves, steps, words};
use super::*;
use crate::scenario::sweep::Design;
use crate::study::sweep::SweepOutcome;

/// Sweeps with their names: the usual ones and the ends of what can happen.
fn cases() -> Vec<(&'static str, SweepOutcome)> {
    let two = || vec![steps("%", 20.0, 80.0, 4), steps("days", 20.0, 120.0, 6)];
    vec![("grid", Plan::new(Design::Grid, two(), 0).outcome())]
}

/// Writes every fixture to the directory named by `SHORTFALL_REPORTS`.
#[test]
#[ignore = "for looking at"]
fn draw_all() {
    let folder = std::env::var("SHORTFALL_REPORTS").unwrap();
    for (name, outcome) in cases() {
        for (picture, bytes) in render_sweep(&outcome, &curves(&outcome), Format::Png).unwrap() {
            let path = format!("{folder}/{name}/{picture}");
            std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}
