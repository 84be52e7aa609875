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
use shortfall::stats::{Estimate, Summary, summarise};
use shortfall::study::Metric;

use lane::{close, one_lane, only};
use ran::{FocusOutcome, Outcome, run_threads};

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

#[track_caller]
fn agrees(got: Estimate, wanted: f64) {
    close(got.value, wanted, TOLERANCE * got.se);
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
fn check_04_exponential_cut() {
    let outcome = exponential_cut("");
    let s = summary(&outcome, Metric::Shortfall);
    agrees(
        Estimate::share(s.n - (s.p_any.value * s.n as f64).round() as usize, s.n),
        0.340_759,
    );
    agrees(
        Estimate {
            value: s.mean,
            se: s.se,
        },
        4_746.53,
    );
    close(s.sd, 6_769.08, TOLERANCE * 80.0);
    agrees(s.quantiles.p50, 1_990.66);
    agrees(s.quantiles.p90, 13_578.61);
    agrees(s.quantiles.p95, 18_569.27);
    agrees(s.cvar.p95, 25_769.27);
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

/// A loss of 5 % from the first day, elasticity ε = 0.25.
fn lossy_market(contracts: &str) -> Outcome {
    let rest = format!(
        "[policies.loss.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
         at = \"0 days\"\nlasts = \"9 years\"\nloses = 0.05\n{contracts}"
    );
    let elastic = "elasticity = { short = 0.25 }\nrelease = \"0 days\"";
    run(&pipe("100 days", elastic, "cover = \"0 days\"", &rest), 1)
}

#[test]
fn check_05_single_market_price() {
    let outcome = lossy_market("");
    let deviation = -0.95_f64.ln() / 0.25;
    close(
        only(&outcome, Metric::PriceSpot),
        100.0 * (1.0 + deviation),
        1e-6,
    );
    close(only(&outcome, Metric::ShortfallShare), 0.05, 1e-9);
    close(only(&outcome, Metric::RationedByPrice), 500.0, 1e-5);
    close(only(&outcome, Metric::Unserved), 0.0, 1e-5);
}

#[test]
fn check_05_contracts_do_not_concentrate_the_loss_on_spot() {
    let contract = "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"B\"\nvolume = \"76 t/d\"\n";
    let outcome = lossy_market(contract);
    let deviation = -0.95_f64.ln() / 0.25;
    close(
        only(&outcome, Metric::PriceSpot),
        100.0 * (1.0 + deviation),
        1e-6,
    );
    let paid = (76.0 * 1.0 + 19.0 * (1.0 + deviation)) / 95.0;
    close(only(&outcome, Metric::PricePaid), 100.0 * paid, 1e-6);
}

/// Shortfalls under applications for 10 t/d, Erlang-2 review of mean 60 d,
/// certain approval.
fn licence_queue(days: u32) -> Vec<f64> {
    let rest = r#"
[policies.desk.export-licence]
role = "shock"
by = "A"
on = ["gas"]
review = { erlang = { shape = 2, mean = "60 days" } }
approval = 1
applications = 40
"#;
    let text = pipe(&format!("{days} days"), "", "cover = \"0 days\"", rest)
        .replace("100 t/d", "10 t/d")
        .replace(
            "[commodities.gas]",
            "[commodities.gas]\nclearing = \"1 day\"\nrelease = \"0 days\"",
        )
        .replace(
            "stock_elasticity = 0",
            "stock_elasticity = 0\nelasticity = { short = 0 }",
        );
    column(&run(&text, 200), Metric::Shortfall).to_vec()
}

fn mean_of(values: &[f64]) -> Estimate {
    let s = summarise(values, 0.0, &mut Vec::new()).unwrap();
    Estimate {
        value: s.mean,
        se: s.se,
    }
}

#[test]
fn check_06_licence_queue_gap() {
    let erlang = |t: f64| 1.0 - (-t / 30.0_f64).exp() * (1.0 + t / 30.0);
    for (days, gap) in [(30, 268.9), (60, 437.6), (90, 525.3)] {
        // Goods ship over the day after the decision: half a day on average.
        let late = 0.5 * 10.0 * erlang(f64::from(days));
        let got = mean_of(&licence_queue(days));
        close(got.value, gap + late, TOLERANCE * got.se + 1.5);
    }
}

#[test]
fn check_06_licence_queue_rate() {
    for (days, rate) in [(30, 2.642), (60, 5.940), (90, 8.009), (120, 9.084)] {
        // What is shipped in the day that begins then, applied for and
        // shipped half a day late: the rate at its beginning.
        let (before, after) = (licence_queue(days), licence_queue(days + 1));
        let shipped: Vec<f64> = before
            .iter()
            .zip(&after)
            .map(|(b, a)| 10.0 - (a - b))
            .collect();
        let got = mean_of(&shipped);
        close(got.value, rate, TOLERANCE * got.se + 0.02);
    }
}

/// Three fields in as many countries feed one market.
fn pooled(lost: Option<usize>) -> Outcome {
    let fields: String = [30, 45, 60]
        .iter()
        .enumerate()
        .map(|(k, capacity)| {
            format!(
                "[[sites]]\nname = \"field-{k}\"\ncountry = \"A{k}\"\nmakes = \"gas\"\n\
                 capacity = \"{capacity} t/d\"\n"
            )
        })
        .collect();
    let cut = lost.map_or(String::new(), |k| {
        format!(
            "[policies.cut.disruption]\nrole = \"shock\"\nsites = [\"field-{k}\"]\n\
             at = \"0 days\"\nlasts = \"9 years\"\n"
        )
    });
    let text = pipe(
        "30 days",
        RIGID,
        "initial = \"45 t\"",
        &format!("{fields}{cut}"),
    )
    .replace(
        "A = \"Seller\"",
        "A0 = \"First\"\nA1 = \"Second\"\nA2 = \"Third\"",
    )
    .replace(
        "[commodities.gas]",
        "[commodities.gas]\nrelease = \"99 years\"\nbalance = \"as-given\"\ncover = \"0 days\"",
    )
    .replace(
        "[[sites]]\nname = \"field\"\ncountry = \"A\"\nmakes = \"gas\"\ncapacity = \"100 t/d\"\n",
        "",
    )
    .replace("rate = \"100 t/d\"", "rate = \"125 t/d\"");
    run(&text, 1)
}

#[test]
fn check_10_time_to_survive_in_a_pooled_market() {
    let days = |lost| only(&pooled(lost), Metric::TimeToSurvive);
    assert_eq!(days(None), f64::INFINITY);
    for (lost, wanted) in [(0, 2.25), (1, 45.0 / 35.0), (2, 0.9)] {
        close(days(Some(lost)), wanted, 2.0 / 86_400.0);
    }
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

/// A market of three sellers and three buyers under a sharing rule, after the
/// loss of supply that leaves the offers given.
fn shared(rule: &str, cut: &str) -> Vec<f64> {
    let text = format!(
        r#"
[scenario]
title = "sharing"
start = 2025-01-01
horizon = "70 days"
focus = ["gas @ X", "gas @ Y", "gas @ Z"]

[countries]
A = "a"
B = "b"
X = "x"
Y = "y"
Z = "z"

[commodities.gas]
unit = "t"
price = "100 USD/t"
rule = "{rule}"
transit = "0 days"
pipeline = true
on_change = true
restocking = 0
new_pairs = 0
elasticity = {{ short = 0 }}
minimum_cover = "0 days"
cover = "0 days"
balance = "as-given"

[[demand]]
of = "gas"
in = "X"
rate = "50 t/d"

[[demand]]
of = "gas"
in = "Y"
rate = "30 t/d"

[[demand]]
of = "gas"
in = "Z"
rate = "20 t/d"

{cut}
"#
    );
    let outcome = run(&text, 1);
    let served = |f: &FocusOutcome| f.use_per_day - f.shocked.column(Metric::Shortfall)[0] / 70.0;
    outcome.focus.iter().map(served).collect()
}

#[test]
fn check_07_pro_rata() {
    let one = "[[sites]]\nname = \"a\"\ncountry = \"A\"\nmakes = \"gas\"\ncapacity = \"60 t/d\"\n";
    for (got, wanted) in shared("pro-rata", one).iter().zip([30.0, 18.0, 12.0]) {
        close(*got, wanted, 1e-9);
    }
}

#[test]
fn check_07_cooperative() {
    let two = r#"
[[sites]]
name = "a"
country = "A"
makes = "gas"
capacity = "30 t/d"

[[sites]]
name = "b"
country = "B"
makes = "gas"
capacity = "40 t/d"

[policies.a.export-ban]
role = "shock"
by = "A"
on = ["gas"]
to = ["Z"]

[policies.b.export-ban]
role = "shock"
by = "B"
on = ["gas"]
to = ["X"]
"#;
    for (got, wanted) in shared("cooperative", two).iter().zip([30.0, 24.0, 16.0]) {
        close(*got, wanted, 1e-9);
    }
}
