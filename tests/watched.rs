//! Buyers that nobody watches, brought up to date when next touched, against
//! the same buyers with every parcel and every floor on the calendar.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use shortfall::engine::{Entry, Model, Record, Variant, Worker};
use shortfall::scenario;
use shortfall::study::Metric;

fn model(text: &str, watched: bool) -> Model {
    let files = [("case.toml", text)];
    let loaded = scenario::load_embedded("case", &files, &[])
        .unwrap_or_else(|report| panic!("{}", report.render()));
    let mut model =
        Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"));
    if watched {
        for buyer in &mut model.network.buyers {
            buyer.parcels_to_final_use = false;
        }
    }
    model
}

fn records(text: &str, watched: bool, trials: u64) -> Vec<Record> {
    let model = model(text, watched);
    let mut worker = Worker::new(&model);
    let mut all = Vec::new();
    for trial in 0..trials {
        for variant in [Variant::Shocked, Variant::Baseline] {
            all.push(worker.run(7, trial, variant).unwrap().clone());
        }
    }
    all
}

/// One good, three sellers, three buyers of final users, chosen by a seed.
fn market(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut pick = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut text = format!(
        "[scenario]\ntitle = \"random\"\nstart = 2025-03-15\nhorizon = \"{} days\"\nshort_above = {}\n\
         focus = [\"g @ X\", \"g @ Y\", \"g @ Z\"]\n\
         [countries]\nA = \"a\"\nB = \"b\"\nC = \"c\"\nX = \"x\"\nY = \"y\"\nZ = \"z\"\n",
        [70, 150, 700][pick(3) as usize],
        ["0", "0.005", "0.3"][pick(3) as usize],
    );
    text += &format!(
        "[commodities.g]\nunit = \"t\"\nprice = \"50 USD/t\"\nrule = \"{}\"\ntransit = {}\n{}clearing = \"{} days\"\n\
         on_change = {}\ncover = \"{} days\"\nminimum_cover = \"{} days\"\nration = \"{}\"\noffer = \"{}\"\n\
         elasticity = {{ short = {}, long = 0.4 }}\nrestocking = {}\nstart = \"{}\"\nbacklog_time = \"{} days\"\nbalance = \"as-given\"\n",
        [
            "equilibrium",
            "pro-rata",
            "contract-first",
            "domestic-first",
            "cooperative"
        ][pick(5) as usize],
        [
            "\"0 days\"",
            "\"5 days\"",
            "\"40 days\"",
            "{ exponential = { mean = \"20 days\" } }",
            "{ lognormal = { median = \"10 days\", p90 = \"40 days\" } }",
            "\"3 years\"",
        ][pick(6) as usize],
        [
            "",
            "cargo = \"150 t\"\n",
            "cargo = \"3 t\"\n",
            "parcel = \"40 t\"\n",
            "cargo = \"20 t\"\n"
        ][pick(5) as usize],
        [1, 7, 30, 90][pick(4) as usize],
        pick(2) == 0,
        [0, 3, 15, 40][pick(4) as usize],
        [0, 0, 3, 10, 40][pick(5) as usize],
        ["value", "pro-rata"][pick(2) as usize],
        ["usual", "on-hand"][pick(2) as usize],
        ["0", "0.1", "0.4"][pick(3) as usize],
        ["0", "0.25", "1"][pick(3) as usize],
        ["steady", "empty"][(pick(4) == 0) as usize],
        [2, 20, 90][pick(3) as usize],
    );
    let season = "season = [2, 2, 1, 1, 0.5, 0, 0, 0.5, 1, 1, 1, 2]\n";
    for country in ["A", "B", "C"] {
        text += &format!(
            "[[sites]]\nname = \"mine-{country}\"\ncountry = \"{country}\"\nmakes = \"g\"\ncapacity = \"{} t/d\"\n{}\
             outages = {{ every = {{ exponential = {{ mean = \"40 days\" }} }}, lasts = {{ exponential = {{ mean = \"{} days\" }} }}, loses = 0.9 }}\n",
            [5, 40][pick(2) as usize],
            if pick(3) == 0 { season } else { "" },
            [5, 30][pick(2) as usize],
        );
    }
    for country in ["X", "Y", "Z"] {
        for tier in 0..=pick(3) {
            text += &format!(
                "[[demand]]\nof = \"g\"\nin = \"{country}\"\ntier = \"t{tier}\"\nrate = \"{} t/d\"\nvalue_at_risk = \"{} USD/t\"\nbacklog = {}\n{}",
                [1, 10, 20][pick(3) as usize],
                pick(500),
                ["0", "0.6", "1"][pick(3) as usize],
                if pick(3) == 0 { season } else { "" },
            );
        }
    }
    text += r#"
[policies.ban.export-ban]
role = "shock"
by = "A"
on = ["g"]
share = { uniform = { low = 0.2, high = 1 } }
effective = 2025-03-25
ends = 2025-05-15

[policies.storms.disruption]
role = "shock"
by = "B"
on = ["g"]
rate = "12/yr"
lasts = { exponential = { mean = "30 days" } }
loses = { uniform = { low = 0, high = 1 } }
"#;
    text
}

/// Largest relative difference of a metric.
fn difference(lazy: &[Record], watched: &[Record]) -> f64 {
    let metrics = |records: &[Record]| -> Vec<f64> {
        let all = records.iter().flat_map(|record| &record.metrics);
        all.copied().collect()
    };
    let pairs = metrics(lazy).into_iter().zip(metrics(watched));
    pairs.fold(0.0, |most, (a, b)| match a == b {
        true => most,
        false => f64::max(most, (a - b).abs() / a.abs().max(b.abs()).max(1e-3)),
    })
}

/// Not all markets agree: where two things happen in the same second the order
/// is another, and a last bit may decide whether a cargo leaves.
#[test]
fn whether_a_buyer_is_watched_makes_no_difference() {
    let agree = (0..100).filter(|seed| {
        let text = market(*seed);
        let (lazy, watched) = (records(&text, false, 2), records(&text, true, 2));
        assert_ne!(lazy[0].events, watched[0].events, "nobody went unwatched");
        difference(&lazy, &watched) < 1e-6
    });
    let agree = agree.count();
    assert!(agree >= 90, "{agree} of 100 markets");
}

/// Whatever ran before in the same memory, and whether or not what happens is
/// noted.
#[test]
fn a_trial_alone_is_the_same_bit_for_bit() {
    for seed in 0..20 {
        let model = model(&market(seed), false);
        let mut used = Worker::new(&model);
        for trial in 0..3 {
            used.run(7, trial, Variant::Shocked).unwrap();
        }
        let again = used.run(7, 1, Variant::Shocked).unwrap();
        let alone = Worker::new(&model).trace(7, 1, Variant::Shocked).1;
        let bits = |r: &Record| r.metrics.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(again), bits(&alone.unwrap()), "market {seed}");
    }
}

/// A: sells 10 t/d to B until April, then nothing to anyone.
fn cut_off(commodity: &str, demand: &str) -> String {
    format!(
        r#"
[scenario]
title = "one seller, one buyer"
start = 2025-01-01
horizon = "200 days"
focus = ["g @ B"]
[countries]
A = "a"
B = "b"
[commodities.g]
unit = "t"
price = "50 USD/t"
balance = "as-given"
elasticity = {{ short = 0 }}
minimum_cover = "0 days"
{commodity}
[[sites]]
name = "mine"
country = "A"
makes = "g"
capacity = "10 t/d"
[[demand]]
of = "g"
in = "B"
rate = "10 t/d"
{demand}
[policies.ban.export-ban]
role = "shock"
by = "A"
on = ["g"]
effective = 2025-04-01
"#
    )
}

fn only(text: &str, watched: bool, metric: Metric) -> f64 {
    records(text, watched, 1)[0].metrics[metric as usize]
}

#[test]
fn a_buyer_without_stock_is_short_from_the_first_second() {
    let text = cut_off(
        "transit = \"20 days\"\nstart = \"empty\"",
        "initial = \"0 t\"",
    );
    for watched in [false, true] {
        assert_eq!(only(&text, watched, Metric::TimeToSurvive), 0.0);
    }
}

#[test]
fn a_stock_that_runs_out_is_noted_once() {
    let text = cut_off("transit = \"5 days\"", "");
    let model = model(&text, false);
    let (journal, _) = Worker::new(&model).trace(7, 0, Variant::Shocked);
    let out = |(_, entry): &&(_, Entry)| matches!(entry, Entry::StockOut { .. });
    assert_eq!(journal.entries().iter().filter(out).count(), 1);
}

/// A backlog that waits for goods while nothing is due is no shortage.
#[test]
fn nobody_is_short_of_nothing() {
    let season = "season = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]\nbacklog = 1";
    let text = cut_off("transit = \"5 days\"\ncover = \"10 days\"", season);
    let days = |watched, metric| only(&text, watched, metric);
    let last =
        |watched| days(watched, Metric::TimeToSurvive) + days(watched, Metric::TimeToRecover);
    assert!((last(true) - 120.0).abs() < 1e-9, "{}", last(true));
    assert_eq!(last(false), last(true));
}
