//! Trials against results known in closed form: those that `shortfall selftest`
//! shows, and how it shows them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use assert_cmd::Command;
use shortfall::study::selftest::{CASES, Check};

#[test]
fn trials_agree_with_theory() {
    let mut wrong = Vec::new();
    for case in CASES {
        let checks = case
            .run(7)
            .unwrap_or_else(|error| panic!("{}: {error}", case.title));
        assert!(!checks.is_empty());
        let missed = checks.into_iter().filter(|check| !check.passes());
        wrong.extend(missed.map(
            |Check {
                 quantity,
                 expected,
                 got,
                 ..
             }| {
                let (title, value, se) = (case.title, got.value, got.se);
                format!("{title}: {quantity} is {value} ± {se} and should be {expected}")
            },
        ));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_seed_that_is_none_is_refused() {
    let mut command = Command::cargo_bin("shortfall").unwrap();
    let output = command.args(["selftest", "--seed", "-1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
