//! Contracts, tanks, boil-off, coordinated releases and stockpile pacts
//! against hand calculation, through the scenario language.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod ran;

use shortfall::study::Metric;

use ran::{Outcome, run_threads};

#[track_caller]
fn close(got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "got {got}, wanted {wanted} ± {tolerance}"
    );
}

/// A sells gas to B and D through pipelines without delay. Nothing is elastic
/// and nobody restocks: who wants so much orders so much.
fn piped(made: u32, uses: [u32; 2], rest: &str) -> String {
    let [b, d] = uses;
    format!(
        r#"
[scenario]
title = "one seller, two buyers"
start = 2025-01-01
horizon = "400 days"
short_above = 0
focus = ["gas @ B", "gas @ D"]

[countries]
A = "Seller"
B = "Buyer"
D = "Another"

[commodities.gas]
unit = "t"
price = "100 USD/t"
transit = "0 days"
pipeline = true
restocking = 0
new_pairs = 0
stock_elasticity = 0
elasticity = {{ short = 0 }}
minimum_cover = "0 days"
balance = "as-given"
cover = "0 days"
clearing = "5 days"

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "{made} t/d"

[[demand]]
of = "gas"
in = "B"
rate = "{b} t/d"

[[demand]]
of = "gas"
in = "D"
rate = "{d} t/d"

{rest}
"#
    )
}

fn contract(to: &str, volume: u32, more: &str) -> String {
    format!(
        "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"{to}\"\nvolume = \"{volume} t/d\"\n{more}\n"
    )
}

/// The one value of each focus, a day.
fn daily(outcome: &Outcome, metric: Metric) -> [f64; 2] {
    [0, 1].map(|f| outcome.focus[f].shocked.column(metric)[0] / 400.0)
}

/// What B pays a day for 60 t/d of use under a contract over 80 t/d with A,
/// which makes so much; and what D, which uses 40 t/d, is short of.
fn paid_and_short(made: u32, more: &str) -> (f64, f64) {
    let text = piped(made, [60, 40], &contract("B", 80, more));
    let outcome = run_threads(&text, 1, 1);
    let bill = daily(&outcome, Metric::ImportBill)[0];
    (bill, daily(&outcome, Metric::Shortfall)[1])
}

#[test]
fn a_buyer_takes_what_it_needs_within_the_tolerance() {
    for (more, taken) in [
        ("", 80.0),
        ("tolerance = { down = 0.1, up = 0.1 }", 72.0),
        ("tolerance = { down = 0.5 }", 60.0),
        ("destination = \"free\"", 60.0),
    ] {
        let (bill, short) = paid_and_short(100, more);
        close(bill, 100.0 * taken, 1e-6);
        close(short, taken - 60.0, 1e-6);
    }
}

#[test]
fn a_buyer_takes_more_while_its_price_is_above_the_contract() {
    // Half price: 1.2 · 50 under contract at 50 USD/t, the rest at 100 USD/t.
    for (price, bill) in [(50, 60.0 * 50.0 + 4000.0), (150, 50.0 * 150.0 + 5000.0)] {
        let more = format!("tolerance = {{ up = 0.2 }}\nprice = \"{price} USD/t\"");
        let text = piped(100, [100, 0], &contract("B", 50, &more));
        let got = daily(&run_threads(&text, 1, 1), Metric::ImportBill)[0];
        close(got, bill, 1e-6);
    }
}

#[test]
fn what_is_left_below_take_or_pay_is_paid_for_if_the_seller_had_it() {
    let free = "destination = \"free\"\ntake_or_pay = 0.9";
    let (bill, short) = paid_and_short(100, free);
    close(bill, 100.0 * 72.0, 1e-6);
    close(short, 0.0, 1e-6);
    // A makes 65 t/d, of which B takes 60: 5 of the 12 t/d were there.
    close(paid_and_short(65, free).0, 100.0 * 65.0, 1e-6);
    // What B takes all the same costs no more.
    close(paid_and_short(100, "take_or_pay = 1").0, 8000.0, 1e-6);
}

#[test]
fn lower_priorities_come_first_and_equal_ones_in_proportion() {
    for (first, second, short) in [(1, 1, [15.0, 15.0]), (1, 2, [0.0, 30.0]), (5, 2, [30.0, 0.0])] {
        let of = |to, n| contract(to, 40, &format!("priority = {n}"));
        let text = piped(50, [40, 40], &(of("B", first) + &of("D", second)));
        let got = daily(&run_threads(&text, 1, 1), Metric::Shortfall);
        close(got[0], short[0], 1e-6);
        close(got[1], short[1], 1e-6);
    }
}

#[test]
fn a_contract_rises_over_its_ramp() {
    // At twice the price, over ten months from 30 days on: five months' worth
    // of it is not yet there.
    let more = "start = 2025-01-31\nramp = \"10 months\"\nprice = \"200 USD/t\"";
    let text = piped(100, [100, 0], &contract("B", 50, more));
    let bill = 400.0 * daily(&run_threads(&text, 1, 1), Metric::ImportBill)[0];
    let days = 400.0 - 30.0 - 5.0 * 365.25 / 12.0;
    // Each of ten steps may come up to five days late.
    let late = 100.0 * 50.0 * 5.0;
    let ramped = 100.0 * 100.0 * 400.0 + 100.0 * 50.0 * days;
    assert!((ramped - late..=ramped + 1.0).contains(&bill), "{bill}, not {ramped}");
}

#[test]
fn a_contract_that_says_what_goes_without_saying_changes_no_bit() {
    let usual = "tolerance = { down = 0, up = 0 }\ntake_or_pay = 0\npriority = 7\ndestination = \"fixed\"";
    let run = |more| run_threads(&piped(70, [60, 40], &contract("B", 50, more)), 1, 1);
    let (plain, said) = (run(""), run(usual));
    for f in 0..2 {
        assert_eq!(plain.focus[f].shocked.columns, said.focus[f].shocked.columns);
    }
}
