//! Trials against results known in closed form, through the scenario language.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod lane;
mod ran;

use shortfall::engine::Model;
use shortfall::scenario;
use shortfall::stats::{Summary, summarise};
use shortfall::study::Metric;

use lane::{close, one_lane, only};
use ran::{Outcome, run_threads};

/// Standard errors by which a statistical result may miss.
const TOLERANCE: f64 = 4.0;

/// Runs a scenario given as text.
fn run(text: &str, trials: u64) -> Outcome {
    run_threads(text, trials, 2)
}

fn column(outcome: &Outcome, metric: Metric) -> &[f64] {
    outcome.focus[0].shocked.column(metric)
}

fn summary(outcome: &Outcome, metric: Metric) -> Summary {
    summarise(column(outcome, metric), 0.0, &mut Vec::new()).unwrap()
}

/// One seller, one buyer, a pipeline between them, nothing elastic: cover,
/// demand and the rest are filled in by the case.
fn pipe(horizon: &str, commodity: &str, demand: &str, rest: &str) -> String {
    let flow = if commodity.contains("pipeline") {
        ""
    } else {
        "pipeline = true\non_change = true"
    };
    let commodity = format!("{INERT}\n{flow}\n{commodity}");
    one_lane(horizon, &commodity, "", demand, rest)
}

/// Nothing under way, nothing restocked, nothing kept.
const INERT: &str = "transit = \"0 days\"\nrestocking = 0\nstock_elasticity = 0\n\
                     minimum_cover = \"0 days\"";

const RIGID: &str = "elasticity = { short = 0 }";

#[test]
fn check_03_cut_of_known_length_against_stock() {
    for (lasts, stock) in [(50, 30), (50, 45), (50, 50), (20, 30), (70, 0)] {
        let cut = format!(
            "[policies.cut.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
             at = \"20 days\"\nlasts = \"{lasts} days\"\nloses = 1\n"
        );
        let cover = format!("cover = \"{stock} days\"");
        let outcome = run(&pipe("300 days", RIGID, &cover, &cut), 1);
        let wanted = f64::from((lasts - stock).max(0)) * 100.0;
        close(only(&outcome, Metric::Shortfall), wanted, 1e-6);
        close(only(&outcome, Metric::Unserved), wanted, 1e-6);
        close(only(&outcome, Metric::RationedByPrice), 0.0, 1e-9);
        if lasts > stock {
            close(
                only(&outcome, Metric::TimeToSurvive),
                f64::from(20 + stock),
                2.0 / 86_400.0,
            );
            close(
                only(&outcome, Metric::TimeToRecover),
                f64::from(lasts - stock),
                2.0 / 86_400.0,
            );
        }
    }
}

fn exponential_cut(commodity: &str) -> Outcome {
    let cut = r#"
[policies.cut.disruption]
role = "shock"
sites = ["field"]
at = "0 days"
lasts = { exponential = { mean = "90 days" } }
loses = 0.8
"#;
    let commodity = format!("{RIGID}\nrelease = \"0 days\"\n{commodity}");
    run(
        &pipe("4000 days", &commodity, "cover = \"30 days\"", cut),
        20_000,
    )
}

#[test]
fn check_04_weekly_cargoes_cost_more() {
    let s = summary(
        &exponential_cut("pipeline = false\noffer = \"on-hand\"\n"),
        Metric::Shortfall,
    );
    let (low, high) = (4_922.0 - TOLERANCE * s.se, 5_017.0 + TOLERANCE * s.se);
    assert!((low..high).contains(&s.mean), "mean {} ± {}", s.mean, s.se);
}

/// Three stages, joint products, lanes of several lengths, observed trade
/// that does not quite fit its margins.
fn chain(rest: &str) -> String {
    format!(
        r#"
[scenario]
title = "a chain of three stages"
start = 2025-01-01
horizon = "2 years"
focus = ["magnet @ C", "oxide @ B", "magnet @ A"]

[countries]
A = "Miner"
B = "Maker"
C = "User"

[commodities.ore]
unit = "t"
price = "10 USD/t"
transit = "20 days"
cover = "20 days"

[commodities.oxide]
unit = "t"
price = "1000 USD/t"
transit = "12 days"
cover = "30 days"

[commodities.heavy]
unit = "t"
price = "9000 USD/t"
transit = "33 days"
cover = "40 days"

[commodities.magnet]
unit = "t"
price = "20000 USD/t"
transit = "25 days"
cover = "30 days"

[trade.magnet]
flows = {{ B = {{ C = "900 t/yr", A = "130 t/yr" }}, C = {{ A = "40 t/yr" }} }}

[[sites]]
name = "mine-a"
country = "A"
makes = "ore"
capacity = "10 kt/yr"
utilisation = 0.9

[[sites]]
name = "mine-b"
country = "B"
makes = "ore"
capacity = "11 kt/yr"

[[sites]]
name = "separation"
country = "B"
recipe = {{ inputs = {{ ore = 1 }}, outputs = {{ oxide = 0.1, heavy = 0.005 }} }}
capacity = "20 kt/yr"

[[sites]]
name = "magnets-b"
country = "B"
recipe = {{ inputs = {{ oxide = 1.2, heavy = 0.04 }}, outputs = {{ magnet = 1 }} }}
capacity = "1500 t/yr"

[[sites]]
name = "magnets-c"
country = "C"
recipe = {{ inputs = {{ oxide = 1.1 }}, outputs = {{ magnet = 1 }} }}
capacity = "100 t/yr"

[[demand]]
of = "oxide"
in = "C"
rate = "95 t/yr"

[[demand]]
of = "heavy"
in = "C"
rate = "41 t/yr"

[[demand]]
of = "magnet"
in = "A"
tier = "industry"
rate = "170 t/yr"
value_at_risk = "100 kUSD/t"

[[demand]]
of = "magnet"
in = "B"
rate = "440 t/yr"

[[demand]]
of = "magnet"
in = "C"
tier = "cars"
rate = "600 t/yr"
value_at_risk = "2 MUSD/t"

[[demand]]
of = "magnet"
in = "C"
tier = "other"
rate = "380 t/yr"
backlog = 0.5

{rest}
"#
    )
}

#[test]
fn check_02_nothing_happens_without_a_shock() {
    let outcome = run(&chain(""), 1);
    for focus in &outcome.focus {
        for variant in [&focus.shocked, &focus.baseline] {
            close(variant.column(Metric::ShortfallShare)[0], 0.0, 1e-9);
            close(
                variant.column(Metric::PriceSpot)[0] / focus.price,
                1.0,
                1e-9,
            );
            let arrivals: f64 = variant.origins.iter().map(|o| o.2).sum();
            // Cargoes under way at the end are replaced by those at the start.
            close(arrivals / focus.use_per_day, 1.0, 0.02);
        }
    }
}

/// A hard case for the engine: outages, a ban, a quota, a licence, regimes.
const TROUBLE: &str = r#"
[[reserves]]
of = "magnet"
in = "C"
size = "20 days"
release = { cover_below = "15 days", at_most = "20 %/week" }
refill = { cover_above = "25 days", at_most = "10 %/week" }

[regimes.quarrel]
start = "calm"
states.calm = { lasts = { exponential = { mean = "60 days" } }, then = { control = 0.7, embargo = 0.3 } }
states.control = { lasts = "90 days", then = { calm = 1 }, leaves = { embargo = "1/yr" } }
states.embargo = { lasts = { lognormal = { median = "40 days", p90 = "120 days" } }, then = { calm = 0.5, control = 0.5 } }

[policies.embargo.export-ban]
role = "shock"
by = "B"
on = ["magnet", "oxide"]
to = ["C"]
share = { uniform = { low = 0.5, high = 1 } }
when = ["embargo"]

[policies.desk.export-licence]
role = "shock"
by = "B"
on = ["magnet", "heavy"]
share = { magnet = 0.6 }
effective = 2025-03-01
review = { lognormal = { mean = "50 days", sd = "30 days" } }
approval = { default = 0.6, C = 0.4 }
holds_uncontrolled = 0.3
reapply = "30 days"
throughput = "3/day"
when = ["control", "embargo"]
in_regime.control = { approval = 0.8, clears_backlog = 0.5, general = 0.2 }

[policies.quota.export-quota]
role = "shock"
by = "A"
on = ["ore"]
volume = "7 kt"
period = "1 year"

[policies.stoppages.disruption]
role = "background"
by = "B"
on = ["magnet"]
rate = "3/yr"
lasts = { lognormal = { mean = "20 days", sd = "20 days" } }
loses = { beta = { mean = 0.4, sd = 0.2 } }
"#;

#[test]
fn check_01_mass_balance_in_every_trial() {
    // A trial whose books do not balance to 1e-9 fails; `run` allows none.
    let outcome = run(&chain(TROUBLE), 500);
    let s = summary(&outcome, Metric::Shortfall);
    assert!(
        s.mean > 0.0 && s.sd > 0.0,
        "the trouble must trouble somebody"
    );
    for focus in &outcome.focus {
        for k in 0..500 {
            let of = |m| focus.shocked.column(m)[k];
            close(
                of(Metric::RationedByPrice) + of(Metric::Unserved),
                of(Metric::Shortfall),
                1e-9 * (1.0 + of(Metric::Shortfall)),
            );
            assert!((0.0..=1.0).contains(&of(Metric::ShortfallShare)));
        }
    }
}

fn columns(outcome: &Outcome) -> Vec<Vec<u64>> {
    let variants = outcome.focus.iter().flat_map(|f| [&f.shocked, &f.baseline]);
    variants
        .flat_map(|v| v.columns.iter())
        .map(|c| c.iter().map(|x| x.to_bits()).collect())
        .collect()
}

#[test]
fn check_11_threads_and_single_trials() {
    let text = chain(TROUBLE);
    let (one, two) = (run_threads(&text, 100, 1), run_threads(&text, 100, 2));
    assert_eq!(columns(&one), columns(&two));
    assert_eq!(
        one.focus[0].shocked.shortfall.p95,
        two.focus[0].shocked.shortfall.p95
    );

    let files = [("case.toml", text.as_str())];
    let loaded = scenario::load_embedded("case", &files, &[]).unwrap();
    let model = Model::new(&loaded.scenario).unwrap();
    let alone = shortfall::engine::Worker::new(&model)
        .run(7, 73, shortfall::engine::Variant::Shocked)
        .unwrap()
        .metrics
        .clone();
    let metrics = Metric::ALL.map(|m| one.focus[0].shocked.column(m)[73].to_bits());
    let alone: Vec<u64> = alone[..metrics.len()].iter().map(|x| x.to_bits()).collect();
    assert_eq!(alone, metrics);
}

#[test]
fn check_12_what_binds_nothing_changes_no_bit() {
    let base = run(&chain(TROUBLE), 60);
    let idle_policy = format!(
        "{TROUBLE}\n[policies.idle.export-quota]\nrole = \"shock\"\nby = \"B\"\n\
         on = [\"oxide\"]\nvolume = \"900 kt\"\n"
    );
    assert_eq!(columns(&base), columns(&run(&chain(&idle_policy), 60)));
    let unused = chain(TROUBLE).replace("A = \"Miner\"", "Z = \"Nobody\"\nA = \"Miner\"");
    assert_eq!(columns(&base), columns(&run(&unused, 60)));
}

#[test]
fn check_12_a_harsher_shock_never_lowers_unserved_volume() {
    let cut = |loses: f64| {
        let cut = format!(
            "[policies.cut.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
             rate = \"4/yr\"\nlasts = {{ exponential = {{ mean = \"50 days\" }} }}\nloses = {loses}\n"
        );
        let outcome = run(&pipe("2 years", RIGID, "cover = \"20 days\"", &cut), 200);
        column(&outcome, Metric::Unserved).to_vec()
    };
    let mut milder = cut(0.2);
    for loses in [0.4, 0.6, 0.8, 1.0] {
        let harsher = cut(loses);
        for (a, b) in milder.iter().zip(&harsher) {
            assert!(
                a <= &(b + 1e-6),
                "unserved fell from {a} to {b} at loss {loses}"
            );
        }
        milder = harsher;
    }
}
