//! What a user reads when a scenario is wrong, and that a right one is read.

use std::path::Path;

use shortfall::scenario::{self, Scenario};

const FULL: &str = include_str!("fixtures/full.toml");

fn full() -> Scenario {
    match scenario::load(Path::new("tests/fixtures/full.toml"), &[]) {
        Ok(loaded) => loaded.scenario,
        Err(report) => panic!("{}", report.render()),
    }
}

#[test]
fn a_full_file_is_read() {
    let scenario = full();
    assert_eq!(scenario.name, "full");
    assert!(!FULL.is_empty());
}
