//! Contracts, tanks, boil-off, coordinated releases and stockpile pacts
//! against hand calculation, through the scenario language.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod ran;

use shortfall::engine::{Entry, Journal, Model, Record, Variant, Worker};
use shortfall::scenario;
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

fn model(text: &str) -> Model {
    let loaded = scenario::load_embedded("case", &[("case.toml", text)], &[])
        .unwrap_or_else(|report| panic!("{}", report.render()));
    Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

fn traced(text: &str) -> (Journal, Record) {
    let (journal, record) = Worker::new(&model(text)).trace(7, 0, Variant::Shocked);
    (journal, record.unwrap_or_else(|error| panic!("{error}")))
}

/// A sells to B and to nobody else; rigid use, summer from May to October.
fn shipped(commodity: &str, demand: &str, rest: &str) -> String {
    format!(
        r#"
[scenario]
title = "one seller, one buyer"
start = 2025-05-01
horizon = "400 days"
short_above = 0
focus = ["gas @ B"]

[countries]
A = "Seller"
B = "Buyer"

[commodities.gas]
unit = "t"
price = "100 USD/t"
elasticity = {{ short = 0 }}
stock_elasticity = 0
minimum_cover = "0 days"
{commodity}

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"

[[demand]]
of = "gas"
in = "B"
rate = "100 t/d"
{demand}

{rest}
"#
    )
}

const SEASON: &str = "season = [1.5, 1.5, 1.5, 1.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.5, 1.5]";
/// Use on a winter day: the mean over the days of a year is one.
const WINTER: f64 = 150.0 / (1.5 * 181.25 + 0.5 * 184.0) * 365.25;

fn tank(capacity: &str, more: &str) -> String {
    format!("[[tanks]]\nof = \"gas\"\nin = \"B\"\ncapacity = \"{capacity}\"\n{more}\n")
}

#[test]
fn a_seasonal_buyer_stores_what_fits_and_no_more() {
    let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = \"gas\"\n\
               effective = 2025-12-01\n";
    let flows = "pipeline = true\non_change = true\ntransit = \"0 days\"\ncover = \"60 days\"";
    // Until the ban it lives on imports; then on 1,800 t.
    for (capacity, heel) in [("20 days", "heel = \"10 %\""), ("2000 t", "heel = \"200 t\"")] {
        let text = shipped(flows, SEASON, &(tank(capacity, heel) + ban));
        let outcome = run_threads(&text, 1, 1);
        let survived = outcome.focus[0].shocked.column(Metric::TimeToSurvive)[0];
        close(survived, 214.0 + 1800.0 / WINTER, 1e-3);
    }
    let outcome = run_threads(&shipped(flows, SEASON, ban), 1, 1);
    let survived = outcome.focus[0].shocked.column(Metric::TimeToSurvive)[0];
    assert!(survived > 214.0 + 6000.0 / WINTER, "{survived} without a tank");
}

#[test]
fn no_stock_is_ever_above_what_there_is_room_for() {
    let sails = "cargo = \"700 t\"\ncover = \"25 days\"\n\
                 transit = { lognormal = { mean = \"20 days\", sd = \"8 days\" } }";
    let text = shipped(sails, SEASON, &tank("2000 t", ""));
    let (tanked, free) = (model(&text), model(&shipped(sails, SEASON, "")));
    let highest = |model: &Model| {
        let mut worker = Worker::new(model);
        let mut most = 0.0_f64;
        for trial in 0..30 {
            let record = worker.run(7, trial, Variant::Shocked).unwrap();
            // The cover at the end of a month, in days of the next one's use.
            for (bin, cover) in record.cover.iter().enumerate() {
                let summer = ((bin + 1) % 12) < 6;
                let rate = if summer { WINTER / 3.0 } else { WINTER };
                most = most.max(cover * rate);
            }
        }
        most
    };
    assert!(highest(&tanked) <= 2000.0 + 1e-6, "{}", highest(&tanked));
    assert!(highest(&free) > 4000.0, "{}", highest(&free));
    // Orders see to it that little has to wait.
    let (journal, _) = traced(&text);
    let waits = journal.entries().iter().filter_map(|(_, entry)| match entry {
        Entry::Waiting { volume, .. } => Some(*volume),
        _ => None,
    });
    let most = waits.fold(0.0, f64::max);
    assert!(most > 0.0 && most < 1500.0, "{most} waited");
}

#[test]
fn a_long_voyage_boils_off_what_it_takes_beyond_the_usual() {
    let sails = "boil_off = \"1 %/day\"\nrestocking = 0\ncover = \"90 days\"\n\
                 transit = { discrete = { values = [\"10 days\", \"30 days\"], probabilities = [0.5, 0.5] } }";
    let model = model(&shipped(sails, "", ""));
    let mut worker = Worker::new(&model);
    let trials = 100;
    let mut received = 0.0;
    for trial in 0..trials {
        let record = worker.run(7, trial, Variant::Shocked).unwrap();
        received += record.origins.iter().sum::<f64>();
    }
    // Half the parcels take ten days more than the mean of twenty.
    let share = received / (f64::from(trials as u32) * 100.0 * 400.0);
    close(share, 0.95, 0.003);
}

#[test]
fn what_waits_for_room_boils_off() {
    let rate = 1e-4;
    let sails = "boil_off = \"0.01 %/day\"\ncargo = \"3000 t\"\ncover = \"10 days\"\ntransit = \"20 days\"";
    let (journal, _) = traced(&shipped(sails, "", &tank("2000 t", "")));
    let (mut wanted, mut got) = (0.0, 0.0);
    let mut arrived = None;
    for (at, entry) in journal.entries() {
        match entry {
            Entry::Arrival { .. } => arrived = Some(*at),
            // It goes in as it is used, 100 t a day.
            Entry::Waiting { volume, .. } if arrived == Some(*at) => {
                wanted += rate * volume * volume / 200.0;
                arrived = None;
            }
            Entry::BoiledOff { volume, waiting, .. } => {
                assert!(waiting, "all voyages are as usual");
                got += volume;
            }
            _ => {}
        }
    }
    assert!(wanted > 1.0, "{wanted} waited too little");
    close(got, wanted, 0.02 * wanted);
}
