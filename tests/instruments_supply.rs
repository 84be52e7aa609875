//! What changes supply, demand and expectations, one small scenario each,
//! through the scenario language and against hand calculation.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod ran;

use shortfall::study::Metric;

use ran::{Outcome, Variant};

/// Seconds to which events are predicted, in days.
const TICKS: f64 = 3.0 / 86_400.0;

fn run(text: &str, trials: u64) -> Outcome {
    ran::run_threads(text, trials, 2)
}

/// The one value of a metric in a scenario without chance.
fn only(outcome: &Outcome, metric: Metric) -> f64 {
    outcome.focus[0].shocked.column(metric)[0]
}

#[track_caller]
fn close(got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "got {got}, wanted {wanted} ± {tolerance}"
    );
}

/// Every number of every trial is the same.
#[track_caller]
fn same_bits(one: &Variant, other: &Variant) {
    for (a, b) in one.columns.iter().zip(&other.columns) {
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(a), bits(b));
    }
}

/// A: a field of 100 t/d; B: uses them. What the case needs is added to the
/// commodity, the site, the demand and the end.
fn one_lane(horizon: &str, commodity: &str, site: &str, demand: &str, rest: &str) -> String {
    format!(
        r#"
[scenario]
title = "one seller, one buyer"
start = 2025-01-01
horizon = "{horizon}"
short_above = 0
focus = ["gas @ B"]

[countries]
A = "Seller"
B = "Buyer"

[commodities.gas]
unit = "t"
price = "100 USD/t"
new_pairs = 0
{commodity}

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"
{site}

[[demand]]
of = "gas"
in = "B"
rate = "100 t/d"
{demand}

{rest}
"#
    )
}

/// A pipeline on which nothing waits, with use that answers to price.
const FLOW: &str = "pipeline = true\ntransit = \"0 days\"\non_change = true\nrestocking = 0\n\
                    stock_elasticity = 0\nminimum_cover = \"0 days\"\nrelease = \"0 days\"\n\
                    elasticity = { short = 0.25 }";

/// The same without prices and with all that anybody could want on offer;
/// gaps in stocks are closed within a week.
const AMPLE: &str = "pipeline = true\ntransit = \"0 days\"\non_change = true\nrestocking = 1\n\
                     rule = \"pro-rata\"\nminimum_cover = \"0 days\"\nrelease = \"0 days\"";
const STORE: &str = "initial = \"1 Mt\"";

/// Sells all it has to a buyer 20 days away.
const SHIPS: &str = "rule = \"pro-rata\"\ntransit = \"20 days\"\noffer = \"on-hand\"\n\
                     minimum_cover = \"0 days\"";

#[test]
fn a_tenth_more_demand_on_the_same_supply() {
    let shock = "[policies.more.demand-shock]\nrole = \"shock\"\nof = \"gas\"\nin = \"B\"\n\
                 change = 0.1\n";
    let outcome = run(&one_lane("400 days", FLOW, "", "", shock), 1);
    let price = 1.1_f64.ln() / 0.25;
    close(
        only(&outcome, Metric::PriceSpot),
        100.0 * (1.0 + price),
        1e-6,
    );
    close(
        only(&outcome, Metric::ShortfallShare),
        1.0 - 1.0 / 1.1,
        1e-9,
    );
    close(
        outcome.focus[0].baseline.column(Metric::Shortfall)[0],
        0.0,
        1e-6,
    );
}

/// In monthly steps, the same integral as a straight line. It strikes between
/// two clearings and is felt at once.
#[test]
fn demand_rises_along_a_ramp() {
    let shock = "[policies.more.demand-shock]\nrole = \"shock\"\nof = \"gas\"\nin = \"B\"\n\
                 change = \"20 %\"\nramp = \"12 months\"\neffective = 2025-04-12\n";
    let outcome = run(&one_lane("800 days", FLOW, "", "", shock), 1);
    let wanted = 20.0 * (365.25 / 2.0 + 800.0 - 101.0 - 365.25);
    close(
        only(&outcome, Metric::Shortfall),
        wanted,
        20.0 * TICKS * 12.0,
    );
}

#[test]
fn shocks_on_one_tier_multiply_and_end() {
    let tiers = "tier = \"power\"\n\n[[demand]]\nof = \"gas\"\nin = \"B\"\ntier = \"heat\"\n\
                 rate = \"100 t/d\"\n";
    let shock = |name: &str, change: &str| {
        format!(
            "[policies.{name}.demand-shock]\nrole = \"shock\"\nof = \"gas\"\nin = \"B\"\n\
             tiers = [\"heat\"]\nchange = {change}\neffective = 2025-02-01\nends = 2025-03-01\n"
        )
    };
    let rest = shock("more", "0.5") + &shock("less", "\"-20 %\"");
    let text = one_lane("100 days", FLOW, "", tiers, &rest);
    let text = text.replace("capacity = \"100 t/d\"", "capacity = \"200 t/d\"");
    let outcome = run(&text, 1);
    // 100 t/d of power and 120 t/d of heat on 200 t/d, for 28 days.
    close(only(&outcome, Metric::Shortfall), 20.0 * 28.0, 20.0 * TICKS);
}

#[test]
fn a_shock_that_changes_nothing_changes_no_bit() {
    let shock = "[policies.none.demand-shock]\nrole = \"shock\"\nof = \"gas\"\nin = \"B\"\n\
                 change = 0\neffective = 2025-03-05\n\n\
                 [policies.calm.hoarding]\nrole = \"shock\"\non = \"gas\"\nin = \"B\"\n\
                 cover = \"0 days\"\neffective = 2025-03-05\n";
    let outages =
        "outages = { every = \"20 days\", lasts = { exponential = { mean = \"5 days\" } } }";
    let outcome = run(
        &one_lane("400 days", "transit = \"9 days\"", outages, "", shock),
        20,
    );
    same_bits(&outcome.focus[0].shocked, &outcome.focus[0].baseline);
}

#[test]
fn hoarding_raises_stock_by_the_days_given() {
    let hoarding = "[policies.fear.hoarding]\nrole = \"shock\"\non = \"gas\"\nin = \"B\"\n\
                    cover = \"15 days\"\neffective = 2025-04-10\n";
    let outcome = run(
        &one_lane("700 days", SHIPS, STORE, "cover = \"30 days\"", hoarding),
        1,
    );
    let focus = &outcome.focus[0];
    let (feared, calm) = (&focus.shocked.cover.mean, &focus.baseline.cover.mean);
    close(feared[2], calm[2], 1e-9);
    close(feared[22] - calm[22], 15.0, 1e-3);
    close(only(&outcome, Metric::Shortfall), 0.0, 1e-6);
}

/// A total ban of 60 days, known 100 days ahead.
fn ban(more: &str) -> String {
    format!(
        "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = \"gas\"\n\
         effective = 2025-07-20\nends = 2025-09-18\n{more}\n"
    )
}

#[test]
fn who_stores_ahead_of_a_ban_is_short_later() {
    let lane = |policy: &str| one_lane("400 days", AMPLE, STORE, "cover = \"15 days\"", policy);
    let unaware = run(&lane(&ban("")), 1);
    let aware = run(
        &lane(&ban("announced = 2025-04-11\nfront_loading = \"20 days\"")),
        1,
    );
    close(
        only(&unaware, Metric::Shortfall),
        100.0 * (60.0 - 15.0),
        0.1,
    );
    close(
        only(&aware, Metric::Shortfall),
        100.0 * (60.0 - 15.0 - 20.0),
        0.1,
    );
    let (before, after) = (
        &unaware.focus[0].shocked.cover.mean,
        &aware.focus[0].shocked.cover.mean,
    );
    close(before[5], 15.0, 1e-6);
    close(after[5], 35.0, 1e-6);
    // Refilled after the ban, to the usual target.
    close(after[12], 15.0, 1e-6);
}

#[test]
fn buyers_store_ahead_of_every_export_control() {
    let controls = [
        ("export-ban", ""),
        ("export-quota", "volume = \"9 kt\""),
        ("export-licence", "review = \"30 days\"\napproval = 0.5"),
    ];
    for (kind, more) in controls {
        let policy = format!(
            "[policies.p.{kind}]\nrole = \"shock\"\nby = \"A\"\non = \"gas\"\n{more}\n\
             announced = 2025-03-01\neffective = 2025-07-20\nfront_loading = \"8 days\"\n"
        );
        let text = one_lane("400 days", AMPLE, STORE, "cover = \"15 days\"", &policy);
        let cover = &run(&text, 1).focus[0].shocked.cover.mean;
        close(cover[1], 15.0, 1e-6);
        close(cover[5], 23.0, 1e-6);
    }
}
