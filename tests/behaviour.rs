//! What markets, plants, contracts and controls do, one small scenario each,
//! through the scenario language and against hand calculation.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod lane;
mod ran;

use shortfall::engine::{self, Model, Worker};
use shortfall::scenario;
use shortfall::study::Metric;

use lane::{close, only};
use ran::{FocusOutcome, Outcome, Variant};

/// Seconds to which events are predicted, in days.
const TICKS: f64 = 3.0 / 86_400.0;

/// Runs a scenario given as text; some trials may fail.
fn attempt(text: &str, trials: u64) -> Outcome {
    ran::attempt(text, trials, 2)
}

fn run(text: &str, trials: u64) -> Outcome {
    ran::run_threads(text, trials, 2)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[track_caller]
fn is_quiet(variant: &Variant, price: f64) {
    close(variant.column(Metric::ShortfallShare)[0], 0.0, 1e-9);
    close(variant.column(Metric::PriceSpot)[0] / price, 1.0, 1e-9);
}

/// One seller and one buyer, and what the case adds.
fn one_lane(horizon: &str, commodity: &str, demand: &str, rest: &str) -> String {
    lane::one_lane(horizon, commodity, "", demand, rest)
}

/// A pipeline without price response, restocking or floors.
const RIGID: &str = "pipeline = true\ntransit = \"0 days\"\non_change = true\nrestocking = 0\n\
                     stock_elasticity = 0\nminimum_cover = \"0 days\"\nelasticity = { short = 0 }\n\
                     release = \"0 days\"";

/// A total loss of the field between two days.
fn cut(from: u32, lasts: u32) -> String {
    format!(
        "[policies.cut.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
         at = \"{from} days\"\nlasts = \"{lasts} days\"\n"
    )
}

#[test]
fn a_cut_arrives_at_the_end_of_a_pipeline_when_its_goods_have_passed() {
    let commodity = RIGID.replace("\"0 days\"\non", "\"10 days\"\non");
    let outcome = run(
        &one_lane("300 days", &commodity, "cover = \"15 days\"", &cut(20, 50)),
        1,
    );
    close(
        only(&outcome, Metric::TimeToSurvive),
        20.0 + 10.0 + 15.0,
        TICKS,
    );
    close(
        only(&outcome, Metric::Shortfall),
        100.0 * (50.0 - 15.0),
        0.1,
    );
    is_quiet(&outcome.focus[0].baseline, 100.0);
}

/// Orders that forgot what is in the pipe would be repeated until it came.
#[test]
fn orders_count_what_a_long_pipeline_holds() {
    let commodity = "pipeline = true\ntransit = \"90 days\"\nrelease = \"1 day\"\n\
                     elasticity = { short = 0.2 }";
    let outcome = run(
        &one_lane("5 years", commodity, "cover = \"40 days\"", &cut(20, 10)),
        1,
    );
    let cover = &outcome.focus[0].shocked.cover.p50;
    let late = &cover[30..];
    let (least, most) = (
        late.iter().copied().fold(f64::MAX, f64::min),
        late.iter().copied().fold(0.0, f64::max),
    );
    assert!(
        most - least < 1.0 && most < 41.0,
        "cover swings from {least} to {most} days"
    );
}

/// Lanes that are empty at first fill, and then stocks are what they would be otherwise.
#[test]
fn a_market_that_starts_empty_comes_to_its_target_stock() {
    let cover = |start: &str| {
        let commodity = format!(
            "start = \"{start}\"\ntransit = \"20 days\"\nrelease = \"7 days\"\n\
             stock_elasticity = 0\nelasticity = {{ short = 0 }}"
        );
        let (site, demand) = ("initial = \"9000 t\"", "cover = \"40 days\"");
        let text = lane::one_lane("3 years", &commodity, site, demand, "");
        mean(&run(&text, 1).focus[0].shocked.cover.p50[24..])
    };
    close(cover("steady"), 40.0, 3.5);
    close(cover("empty"), cover("steady"), 0.5);
}

#[test]
fn goods_from_a_pipeline_cost_what_was_agreed_when_they_left() {
    let loss = "[policies.loss.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
                at = \"0 days\"\nlasts = \"9 years\"\nloses = 0.05\n";
    let commodity = "pipeline = true\ntransit = \"10 days\"\nrestocking = 0\nstock_elasticity = 0\n\
                     minimum_cover = \"0 days\"\nelasticity = { short = 0.25 }\nrelease = \"0 days\"";
    let outcome = run(
        &one_lane("100 days", commodity, "cover = \"0 days\"", loss),
        1,
    );
    let dear = 100.0 * (1.0 - 0.95_f64.ln() / 0.25);
    // Ten days of 100 t under way at the start came at the usual price.
    let paid = (1_000.0 * 100.0 + 90.0 * 95.0 * dear) / (1_000.0 + 90.0 * 95.0);
    close(only(&outcome, Metric::PricePaid), paid, 1e-3);
}

#[test]
fn a_reserve_that_covers_twenty_days_of_a_cut() {
    let reserve = "[[reserves]]\nof = \"gas\"\nin = \"B\"\nsize = \"20 days\"\n\
                   release = { cover_below = \"1 day\", at_most = \"100 %/day\" }\n";
    // Decided at clearings: one a day, so that the stock of a day bridges.
    let commodity = format!("{RIGID}\nclearing = \"1 day\"");
    let rest = format!("{reserve}{}", cut(30, 50));
    let outcome = run(
        &one_lane("300 days", &commodity, "cover = \"2 days\"", &rest),
        1,
    );
    close(only(&outcome, Metric::ReserveDrawn), 2_000.0, 1e-6);
    close(
        only(&outcome, Metric::Shortfall),
        100.0 * (50.0 - 20.0 - 2.0),
        0.1,
    );
}

#[test]
fn refilling_a_reserve_never_takes_more_than_there_is() {
    let reserve = "[[reserves]]\nof = \"gas\"\nin = \"B\"\nsize = \"20 days\"\n\
                   release = { cover_below = \"1 day\", at_most = \"100 %/week\" }\n\
                   refill = { cover_above = \"2 days\", at_most = \"100 %/week\" }\n";
    let rest = format!(
        "{reserve}{}{}",
        cut(30, 20),
        cut(70, 40).replace("cut", "again")
    );
    let outcome = run(&one_lane("200 days", RIGID, "cover = \"8 days\"", &rest), 1);
    let focus = &outcome.focus[0];
    assert!(focus.shocked.cover.p50.iter().all(|c| *c >= 0.0));
    // Nothing is made up out of nothing: what is short is what was cut less
    // what stock and reserve could give.
    let short = only(&outcome, Metric::Shortfall);
    assert!(
        short >= 6_000.0 - 800.0 - 2_000.0 - 1e-6,
        "short of {short} t only"
    );
}

/// The last release of a week leaves a little less than nothing by rounding.
#[test]
fn a_reserve_that_is_empty_but_for_rounding_takes_nothing_back() {
    let commodity = "transit = \"1 day\"\nminimum_cover = \"0 days\"\nelasticity = { short = 0 }";
    let short = |reserve: &str| {
        let rest = format!("{}{reserve}", cut(20, 999));
        let text = one_lane("300 days", commodity, "cover = \"5 days\"", &rest);
        only(&run(&text, 1), Metric::Shortfall)
    };
    let reserve = "[[reserves]]\nof = \"gas\"\nin = \"B\"\nsize = \"566 t\"\n\
                   release = { cover_below = \"2 days\", at_most = \"30 %/week\" }\n";
    close(short(""), short(reserve) + 566.0, 1e-6);
}

/// LNG: 76 kt a cargo, some three cargoes a fortnight, no shock.
#[test]
fn ten_years_of_whole_cargoes_without_a_shock() {
    let text = r#"
[scenario]
title = "cargoes of 76 kt"
start = 2025-01-01
horizon = "10 years"
short_above = "0.5 %"
focus = ["lng @ JP", "lng @ KR"]

[countries]
QA = "Qatar"
AU = "Australia"
JP = "Japan"
KR = "Korea"

[commodities.lng]
unit = "t"
price = "600 USD/t"
cargo = "76 kt"
transit = { triangular = { low = "14 days", mode = "18 days", high = "26 days" } }
cover = "20 days"

[[sites]]
name = "qatar"
country = "QA"
makes = "lng"
capacity = "9 Mt/yr"

[[sites]]
name = "australia"
country = "AU"
makes = "lng"
capacity = "7 Mt/yr"

[[demand]]
of = "lng"
in = "JP"
rate = "11 Mt/yr"

[[demand]]
of = "lng"
in = "KR"
rate = "5 Mt/yr"
"#;
    for focus in &run(text, 8).focus {
        let (first, last) = (
            &focus.shocked.cover.mean[6..18],
            &focus.shocked.cover.mean[108..120],
        );
        close(mean(first), mean(last), 1.5);
        close(mean(last), 20.0, 4.0);
        close(
            mean(focus.shocked.column(Metric::ShortfallShare)),
            0.0,
            5e-3,
        );
        close(
            mean(focus.shocked.column(Metric::PriceSpot)) / focus.price,
            1.0,
            0.03,
        );
    }
}

/// A: two mines. B: a plant that needs both goods, and a second user of ore.
fn two_inputs(rest: &str) -> String {
    format!(
        r#"
[scenario]
title = "a plant with two inputs"
start = 2025-01-01
horizon = "400 days"
short_above = 0
focus = ["magnet @ B", "ore @ B", "salt @ B"]

[countries]
A = "Miner"
B = "Maker"

[commodities.ore]
unit = "t"
price = "10 USD/t"
transit = "0 days"
cover = "10 days"
{RIGID}

[commodities.salt]
unit = "t"
price = "10 USD/t"
transit = "0 days"
cover = "30 days"
{RIGID}

[commodities.magnet]
unit = "t"
price = "100 USD/t"
{RIGID}

[[sites]]
name = "ore-mine"
country = "A"
makes = "ore"
capacity = "30 t/d"

[[sites]]
name = "field"
country = "A"
makes = "salt"
capacity = "10 t/d"

[[sites]]
name = "plant"
country = "B"
recipe = {{ inputs = {{ ore = 2, salt = 1 }}, outputs = {{ magnet = 1 }} }}
capacity = "10 t/d"

[[demand]]
of = "ore"
in = "B"
rate = "10 t/d"
cover = "10 days"

[[demand]]
of = "magnet"
in = "B"
rate = "10 t/d"
cover = "5 days"

{rest}
"#
    )
    .replace("transit = \"0 days\"\ncover", "cover")
}

#[test]
fn a_plant_idled_by_one_input_is_not_short_of_the_other_and_recovers() {
    let outcome = run(&two_inputs(&cut(50, 60)), 1);
    let short = |f: &FocusOutcome| f.shocked.column(Metric::Shortfall)[0];
    let [magnet, ore, salt] = outcome.focus.as_slice() else {
        panic!("three in focus")
    };
    // Salt lasts 30 days more, magnets another 5.
    close(short(salt), 10.0 * (60.0 - 30.0), 0.01);
    close(short(magnet), 10.0 * (60.0 - 30.0 - 5.0), 0.01);
    close(short(ore), 0.0, 1e-6);
    close(
        magnet.shocked.column(Metric::TimeToSurvive)[0],
        85.0,
        2.0 * TICKS,
    );
    close(
        magnet.shocked.column(Metric::TimeToRecover)[0],
        25.0,
        2.0 * TICKS,
    );
}

#[test]
fn a_contract_binds_until_it_ends() {
    // B pays twice the price for 40 t/d up to and with the 100th day.
    let contract = "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"B\"\nvolume = \"40 t/d\"\n\
                    price = \"200 USD/t\"\nend = 2025-04-10\n";
    let outcome = run(&one_lane("200 days", RIGID, "", contract), 1);
    let paid = (100.0 * (40.0 * 200.0 + 60.0 * 100.0) + 100.0 * 100.0 * 100.0) / 20_000.0;
    close(only(&outcome, Metric::PricePaid), paid, 1e-6);
    close(only(&outcome, Metric::Shortfall), 0.0, 1e-9);
}

/// A makes 60 t/d, after a loss, for 50 at home, 30 in X and 20 in Y.
fn rationed(rule: &str, rest: &str) -> Vec<f64> {
    let text = format!(
        r#"
[scenario]
title = "a market that shares"
start = 2025-01-01
horizon = "70 days"
focus = ["gas @ A", "gas @ X", "gas @ Y"]

[countries]
A = "a"
X = "x"
Y = "y"

[commodities.gas]
unit = "t"
price = "100 USD/t"
rule = "{rule}"
cover = "0 days"
{RIGID}

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"

[[demand]]
of = "gas"
in = "A"
rate = "50 t/d"

[[demand]]
of = "gas"
in = "X"
rate = "30 t/d"

[[demand]]
of = "gas"
in = "Y"
rate = "20 t/d"

[policies.loss.disruption]
role = "shock"
sites = ["field"]
at = "0 days"
lasts = "9 years"
loses = 0.4

{rest}
"#
    );
    let served = |f: &FocusOutcome| f.use_per_day - f.shocked.column(Metric::Shortfall)[0] / 70.0;
    run(&text, 1).focus.iter().map(served).collect()
}

#[track_caller]
fn all_close(got: &[f64], wanted: &[f64]) {
    got.iter()
        .zip(wanted)
        .for_each(|(g, w)| close(*g, *w, 1e-6));
}

#[test]
fn domestic_buyers_first() {
    all_close(&rationed("domestic-first", ""), &[50.0, 6.0, 4.0]);
}

#[test]
fn contracts_first_then_historic_customers() {
    let contract = "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"Y\"\nvolume = \"20 t/d\"\n";
    // 40 t/d are left for customers of 50 and 30 t/d.
    all_close(&rationed("contract-first", contract), &[25.0, 15.0, 20.0]);
}

#[test]
fn a_fixed_path_switches_a_ban_on_and_off() {
    let ban = r#"
[regimes.quarrel]
start = "calm"
states.calm = {}
states.embargo = {}
path = [
  { from = 2025-01-01, state = "calm" },
  { from = 2025-02-20, state = "embargo" },
  { from = 2025-03-12, state = "calm" },
  { from = 2025-07-20, state = "embargo" },
  { from = 2025-08-09, state = "calm" },
]

[policies.embargo.export-ban]
role = "shock"
by = "A"
on = ["gas"]
when = ["embargo"]
"#;
    // Days 50 to 70 and 200 to 220, against a stock of 5 days that the goods
    // held back in the meantime refill.
    let outcome = run(&one_lane("365 days", RIGID, "cover = \"5 days\"", ban), 1);
    close(only(&outcome, Metric::TimeToSurvive), 55.0, TICKS);
    let short = only(&outcome, Metric::Shortfall);
    let refilled = 100.0 * (15.0 + 15.0);
    let empty = 100.0 * (15.0 + 20.0);
    assert!(
        (refilled - 0.1..=empty + 0.1).contains(&short),
        "short of {short} t"
    );
    let active = &outcome.policies[0].active;
    let steps: Vec<_> = active.iter().map(|step| (step.day, step.share)).collect();
    assert_eq!(steps, [(50, 1.0), (70, 0.0), (200, 1.0), (220, 0.0)]);
}

#[test]
fn a_quota_is_renewed_each_period() {
    let quota = "[policies.quota.export-quota]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
                 volume = \"6 kt\"\nperiod = \"100 days\"\n";
    let outcome = run(&one_lane("200 days", RIGID, "cover = \"0 days\"", quota), 1);
    close(
        only(&outcome, Metric::Shortfall),
        2.0 * (10_000.0 - 6_000.0),
        1.0,
    );
    close(only(&outcome, Metric::TimeToSurvive), 60.0, 7.0);
}

/// One application a day, decided at once when its turn comes.
fn desk(throughput: &str, rest: &str) -> Outcome {
    let policy = format!(
        "[policies.desk.export-licence]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
         review = \"0 days\"\nthroughput = \"{throughput}\"\n{rest}"
    );
    let commodity = format!("{RIGID}\nclearing = \"1 day\"");
    run(
        &one_lane("100 days", &commodity, "cover = \"0 days\"", &policy),
        20,
    )
}

#[test]
fn the_queue_of_an_overburdened_desk_grows() {
    // 0.8 of one application a day: 20 t/d pile up.
    let outcome = desk("0.8/day", "approval = 1\n");
    close(
        only(&outcome, Metric::Shortfall),
        0.2 * 100.0 * 100.0,
        0.02 * 10_000.0,
    );
}

/// What is refused is filed again weeks later; the desk is not kept waiting.
#[test]
fn a_desk_with_time_to_spare_serves_who_has_come() {
    let outcome = desk("100/day", "approval = 0.5\nreapply = \"30 days\"\n");
    // Half passes at once, half of the rest after 30, 60, 90 days.
    let wanted: f64 = (0..100).map(|day| 100.0 * 0.5_f64.powi(day / 30 + 1)).sum();
    close(
        mean(outcome.focus[0].shocked.column(Metric::Shortfall)),
        wanted,
        0.1 * wanted,
    );
}

/// Half as many are decided as are filed, until talks decide a share of those that
/// wait: who stands behind them in the queue moves up, and the desk has work all the time.
#[test]
fn a_queue_closes_ranks_where_talks_have_cleared_it() {
    for (share, short) in [("1", 2_500.0), ("0.5", 3_750.0)] {
        let terms = format!(
            "approval = 1\nin_regime.talks = {{ clears_backlog = {share} }}\n\
             [regimes.relations]\npath = [{{ from = 2025-01-01, state = \"dispute\" }}, \
             {{ from = 2025-02-20, state = \"talks\" }}]\n"
        );
        let outcome = desk("0.5/day", &terms);
        let got = mean(outcome.focus[0].shocked.column(Metric::Shortfall));
        close(got, short, 250.0);
    }
}

/// One application every twenty days, in their middle, which would wait for ever:
/// talks decide it if it has been filed, and not if it is yet to be.
#[test]
fn talks_decide_what_has_been_filed() {
    for (day, short) in [(6, 4_000.0), (16, 2_000.0)] {
        let policy = format!(
            "[policies.desk.export-licence]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
             review = \"900 days\"\napproval = 1\napplications = 1\n\
             in_regime.talks = {{ clears_backlog = 1 }}\n\
             [regimes.relations]\npath = [{{ from = 2025-01-01, state = \"dispute\" }}, \
             {{ from = 2025-01-{day:02}, state = \"talks\" }}]\n"
        );
        let commodity = format!("{RIGID}\nclearing = \"20 days\"");
        let text = one_lane("40 days", &commodity, "cover = \"0 days\"", &policy);
        close(only(&run(&text, 1), Metric::Shortfall), short, 1.0);
    }
}

/// Output answers to the price and a contract does not: once demand has fallen, a field
/// makes less than it has contracted. What flows can be no more than it makes.
#[test]
fn a_pipeline_carries_no_more_than_is_made() {
    let commodity =
        "pipeline = true\ntransit = \"0 days\"\nelasticity = { short = 0 }\nrestocking = 0";
    let rest = "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"B\"\nvolume = \"95 t/d\"\n\
                [policies.slump.demand-shock]\nrole = \"shock\"\nof = \"gas\"\nin = [\"B\"]\n\
                change = -0.4\n";
    let text = lane::one_lane("1000 days", commodity, "supply_elasticity = 1", "", rest);
    let loaded = scenario::load_embedded("case", &[("case.toml", &text)], &[]);
    let model = Model::new(&loaded.unwrap().scenario).unwrap();
    let mut worker = Worker::new(&model);
    let record = worker.run(7, 0, engine::Variant::Shocked).unwrap();
    let (came, price) = (record.origins[0], record.seller_price[0]);
    let made = 100.0 * price.exp() * 1000.0;
    assert!(came < 1.03 * made, "{came} t came of {made} t");
}

/// Half is lost, and what is left answers prices: 50 e^{σπ} = 100 e^{−ελ}
/// with θ(λ − π) = σπ, since the pair trades more than it is used to.
#[test]
fn supply_answers_the_price_once() {
    let text = r#"
[scenario]
title = "spare capacity"
start = 2025-01-01
horizon = "1000 days"
focus = ["gas @ B"]

[countries]
A = "Lost"
C = "Spare"
B = "Buyer"

[commodities.gas]
unit = "t"
price = "100 USD/t"
cover = "0 days"
FLOW

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "50 t/d"

[[sites]]
name = "spare"
country = "C"
makes = "gas"
capacity = "100 t/d"
utilisation = 0.5
supply_elasticity = 0.4

[[demand]]
of = "gas"
in = "B"
rate = "100 t/d"
elasticity = { short = 0.6 }

[policies.loss.disruption]
role = "shock"
sites = ["field"]
at = "0 days"
lasts = "9 years"
"#;
    let outcome = run(&text.replace("FLOW", RIGID), 1);
    let dear = 2.0_f64.ln() / (0.4 / (1.0 + 0.4 / 10.0) + 0.6);
    close(
        only(&outcome, Metric::PriceSpot),
        100.0 * (1.0 + dear),
        1e-3,
    );
    close(
        only(&outcome, Metric::ShortfallShare),
        1.0 - (-0.6 * dear).exp(),
        1e-6,
    );
}

/// Losses that come to nothing keep no place from those that do not.
#[test]
fn losses_that_come_to_nothing_end_no_others() {
    let losses = |loses: &str, rate: &str| {
        let policy = format!(
            "[policies.storms.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
             rate = \"{rate}\"\nlasts = \"60 days\"\nloses = {loses}\n"
        );
        let outcome = run(
            &one_lane("2 years", RIGID, "cover = \"0 days\"", &policy),
            400,
        );
        mean(outcome.focus[0].shocked.column(Metric::ShortfallShare))
    };
    // M/G/∞: the share of time with a total loss under way.
    let wanted = 1.0 - (-1.5_f64 * 60.0 / 365.25).exp();
    close(losses("1", "1.5/yr"), wanted, 0.02);
    close(losses("{ bernoulli = { p = 0.1 } }", "15/yr"), wanted, 0.02);
}

/// Numbers drawn too far apart leave no steady state.
#[test]
fn a_trial_that_cannot_be_run_is_counted_and_the_rest_go_on() {
    // Three in ten reach two regimes that end on a day gone by and follow
    // each other.
    let circle = r#"
[regimes.quarrel]
start = "calm"
states.calm = { lasts = "10 days", then = { peace = 0.7, tit = 0.3 } }
states.peace = {}
states.tit = { until = 2025-01-02, then = { tat = 1 } }
states.tat = { until = 2025-01-02, then = { tit = 1 } }
"#;
    let outcome = attempt(&one_lane("30 days", "", "", circle), 100);
    assert_eq!(outcome.completed + outcome.failures.len() as u64, 100);
    let failed = outcome.failures.len();
    assert!((15..45).contains(&failed), "{failed} failed");
    let reason = &outcome.failures[0].reason;
    assert!(reason.contains("regimes of quarrel"), "{reason}");
}

#[test]
fn a_trial_settles_whatever_capacity_is_drawn() {
    let text = one_lane("30 days", "", "", "").replace(
        "capacity = \"100 t/d\"",
        "capacity = { uniform = { low = \"80 t/d\", high = \"120 t/d\" } }",
    );
    let outcome = attempt(&text, 50);
    assert_eq!(outcome.failures, []);
    for share in outcome.focus[0].baseline.column(Metric::ShortfallShare) {
        close(*share, 0.0, 1e-9);
    }
}

/// What one market's clearing takes back is its own, though a parcel of
/// another market lies where one of its own has been.
#[test]
fn a_market_takes_back_only_its_own_parcels() {
    let text = |extra: &str| {
        format!(
            r#"
[scenario]
title = "two markets"
start = 2025-01-01
horizon = "2 years"
focus = ["oil @ B"]

[countries]
A = "a"
B = "b"

[commodities.gas]
unit = "t"
price = "100 USD/t"
cargo = "10 t"
transit = "1 day"
clearing = "7 days"

[commodities.oil]
unit = "t"
price = "100 USD/t"
cargo = "10 t"
transit = "20 days"
clearing = "3 days"
cover = "4 days"

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"

[[sites]]
name = "well"
country = "A"
makes = "oil"
capacity = "100 t/d"

[[demand]]
of = "gas"
in = "B"
rate = "100 t/d"

[[demand]]
of = "oil"
in = "B"
rate = "100 t/d"

{extra}
"#
        )
    };
    let quarrel = "[regimes.quarrel]\nstart = \"calm\"\n\
         states.calm = { lasts = \"5 days\", then = { control = 1 } }\n\
         states.control = { lasts = \"3 days\", then = { calm = 1 } }\n\
         [policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\nshare = 0.3\nwhen = [\"control\"]\n";
    let outcome = run(&text(quarrel), 1);
    let focus = &outcome.focus[0];
    for metric in [Metric::Shortfall, Metric::MinimumCover, Metric::PriceSpot] {
        assert_eq!(
            focus.shocked.column(metric),
            focus.baseline.column(metric),
            "{metric:?}"
        );
    }
}

/// A sells by ship to X and Y; a ban on Y comes and goes every few days, so
/// that the market clears again in mid-window, often.
fn interrupted(rest: &str, flicker: bool) -> Outcome {
    let quarrel = "[regimes.quarrel]\nstart = \"calm\"\n\
         states.calm = { lasts = \"2 days\", then = { control = 1 } }\n\
         states.control = { lasts = \"2 days\", then = { calm = 1 } }\n\
         [policies.flicker.export-ban]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
         to = [\"Y\"]\nshare = 0.2\nwhen = [\"control\"]\n";
    let quarrel = if flicker { quarrel } else { "" };
    let text = format!(
        r#"
[scenario]
title = "clearings in mid-window"
start = 2025-01-01
horizon = "2 years"
focus = ["gas @ X"]

[countries]
A = "a"
C = "c"
X = "x"
Y = "y"

[commodities.gas]
unit = "t"
price = "100 USD/t"
transit = "10 days"
cover = "60 days"

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"

[[sites]]
name = "other"
country = "C"
makes = "gas"
capacity = "100 t/d"

[[demand]]
of = "gas"
in = "X"
rate = "80 t/d"

[[demand]]
of = "gas"
in = "Y"
rate = "120 t/d"

{rest}
{quarrel}
"#
    );
    run(&text, 1)
}

#[test]
fn a_contract_is_served_once_however_often_the_market_clears() {
    let contract = "[[contracts]]\nof = \"gas\"\nfrom = \"A\"\nto = \"X\"\nvolume = \"20 t/d\"\n\
                    price = \"1000 USD/t\"\n";
    let paid = |flicker| only(&interrupted(contract, flicker), Metric::PricePaid);
    // A quarter of what X buys comes at 1,000 USD/t instead of 100.
    close(paid(false), 325.0, 15.0);
    close(paid(true), paid(false), 15.0);
}

#[test]
fn half_a_ban_is_half_a_ban_however_often_the_market_clears() {
    let ban = "[policies.half.export-ban]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
               to = [\"X\"]\nshare = 0.5\n";
    let from_a = |flicker| {
        let outcome = interrupted(ban, flicker);
        let origins = &outcome.focus[0].shocked.origins;
        origins.iter().find(|o| o.0 == "A").map_or(0.0, |o| o.2)
    };
    // Half of 40 t/d, and what was under way at the start.
    close(from_a(false), 20.0 + 10.0 * 20.0 / 730.5, 0.3);
    close(from_a(true), from_a(false), 0.3);
}

/// A chain of three stages with numbers, lanes, rules and troubles of all
/// kinds, chosen by a seed.
fn random_chain(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut pick = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut text = String::from(
        "[scenario]\ntitle = \"random\"\nstart = 2025-03-15\nhorizon = \"500 days\"\n\
         focus = [\"c @ X\", \"b @ Y\", \"a @ X\"]\n[countries]\nX = \"x\"\nY = \"y\"\nZ = \"z\"\n",
    );
    let rules = [
        "equilibrium",
        "pro-rata",
        "contract-first",
        "domestic-first",
        "cooperative",
    ];
    let transits = [
        "\"0 days\"",
        "\"5 days\"",
        "\"40 days\"",
        "{ exponential = { mean = \"20 days\" } }",
        "{ lognormal = { median = \"10 days\", p90 = \"40 days\" } }",
        "\"3 years\"",
    ];
    for good in ["a", "b", "c"] {
        let rule = rules[pick(5) as usize];
        let pipeline = pick(3) == 0;
        let transit = if pipeline {
            transits[pick(3) as usize]
        } else {
            transits[pick(6) as usize]
        };
        let lumps = [
            "",
            "cargo = \"150 t\"\n",
            "cargo = \"3 t\"\n",
            "parcel = \"40 t\"\n",
        ][pick(4) as usize];
        text += &format!(
            "[commodities.{good}]\nunit = \"t\"\nprice = \"50 USD/t\"\nrule = \"{rule}\"\npipeline = {pipeline}\n\
             transit = {transit}\n{}clearing = \"{} days\"\non_change = {}\ncover = \"{} days\"\n\
             minimum_cover = \"{} days\"\nration = \"{}\"\noffer = \"{}\"\nnew_pairs = {}\nbalance = \"as-given\"\n\
             elasticity = {{ short = {}, long = 0.4 }}\nrestocking = {}\nstart = \"{}\"\nrelease = \"{} days\"\n",
            if pipeline { "" } else { lumps },
            [1, 7, 30, 900][pick(4) as usize],
            pick(2) == 0,
            [0, 3, 40][pick(3) as usize],
            [0, 3, 20][pick(3) as usize],
            ["value", "pro-rata"][pick(2) as usize],
            ["usual", "on-hand"][pick(2) as usize],
            ["0", "0.02"][pick(2) as usize],
            ["0", "0.1", "0.4"][pick(3) as usize],
            ["0", "0.25", "1"][pick(3) as usize],
            ["steady", "empty"][(pick(6) == 0) as usize],
            [0, 1, 60][pick(3) as usize],
        );
    }
    let season = "season = [2, 2, 1, 1, 0.5, 0, 0, 0.5, 1, 1, 1, 2]\n";
    for (k, country) in ["X", "Y", "Z", "Z"].iter().enumerate() {
        text += &format!(
            "[[sites]]\nname = \"mine-{k}\"\ncountry = \"{country}\"\ncompany = \"m{k}\"\nmakes = \"a\"\n\
             capacity = \"{} t/d\"\nutilisation = {}\nsupply_elasticity = {}\n{}",
            [1, 40, 90][pick(3) as usize],
            ["1", "0.6"][pick(2) as usize],
            ["0", "0.3"][pick(2) as usize],
            if pick(3) == 0 { season } else { "" },
        );
        if pick(2) == 0 {
            text += "outages = { every = { exponential = { mean = \"50 days\" } }, lasts = { exponential = { mean = \"9 days\" } }, loses = 0.7 }\n";
        }
    }
    for (k, country) in ["X", "Y"].iter().enumerate() {
        text += &format!(
            "[[sites]]\nname = \"refinery-{k}\"\ncountry = \"{country}\"\n\
             recipe = {{ inputs = {{ a = 1 }}, outputs = {{ b = 0.5, c = 0.1 }} }}\ncapacity = \"{} t/d\"\n",
            [20, 60][pick(2) as usize],
        );
        text += &format!(
            "[[sites]]\nname = \"works-{k}\"\ncountry = \"{country}\"\nsupply_elasticity = 0.2\nutilisation = 0.8\n\
             recipe = {{ inputs = {{ a = 0.5, b = 1 }}, outputs = {{ c = 1 }} }}\ncapacity = \"{} t/d\"\n",
            [10, 20][pick(2) as usize],
        );
    }
    for good in ["a", "b", "c"] {
        for country in ["X", "Y", "Z"] {
            text += &format!(
                "[[demand]]\nof = \"{good}\"\nin = \"{country}\"\nrate = \"{} t/d\"\nvalue_at_risk = \"{} USD/t\"\nbacklog = {}\n{}",
                [1, 10, 30][pick(3) as usize],
                pick(500),
                ["0", "0.6"][pick(2) as usize],
                if pick(4) == 0 { season } else { "" },
            );
        }
    }
    text += &format!(
        "[[contracts]]\nof = \"a\"\nfrom = \"Z\"\nto = \"X\"\nvolume = \"{} t/d\"\nstart = 2025-05-03\nend = 2025-11-11\n\
         [[reserves]]\nof = \"a\"\nin = \"X\"\nsize = \"{} days\"\nrelease = {{ cover_below = \"5 days\", at_most = \"50 %/week\" }}\n\
         refill = {{ cover_above = \"{} days\", at_most = \"30 %/week\" }}\n",
        [5, 30][pick(2) as usize],
        [1, 30][pick(2) as usize],
        [5, 20][pick(2) as usize],
    );
    text + r#"
[regimes.quarrel]
start = "calm"
states.calm = { lasts = { exponential = { mean = "40 days" } }, then = { calm = 0.3, control = 0.7 } }
states.control = { until = 2025-09-01, then = { calm = 1 }, leaves = { calm = "4/yr" } }

[policies.ban.export-ban]
role = "shock"
by = "Y"
on = ["b", "c"]
share = { uniform = { low = 0.2, high = 1 } }
when = ["control"]

[policies.desk.export-licence]
role = "shock"
by = "X"
on = ["b", "c"]
share = 0.6
effective = 2025-04-04
review = { lognormal = { mean = "30 days", sd = "30 days" } }
approval = 0.5
general = 0.1
holds_uncontrolled = 0.4
applications = 3
reapply = "10 days"
throughput = "2/day"
in_regime.control = { approval = 0.1, clears_backlog = 0.5 }

[policies.quota.export-quota]
role = "shock"
by = "Z"
on = ["a"]
volume = "900 t"
period = "60 days"

[policies.storms.disruption]
role = "shock"
by = "Z"
on = ["a"]
rate = "6/yr"
lasts = { exponential = { mean = "30 days" } }
loses = { uniform = { low = 0, high = 1 } }
"#
}

/// Times beyond all clocks are as good as never.
#[test]
fn endless_times_are_run_as_they_are() {
    for endless in [
        "clearing = \"1e15 years\"\nminimum_cover = \"60 days\"",
        "transit = \"1e15 years\"",
        "transit = { lognormal = { median = \"1 day\", p90 = \"1e3 days\" } }",
    ] {
        let outcome = attempt(&one_lane("100 days", endless, "", &cut(10, 20)), 2);
        let values = outcome.focus[0].shocked.column(Metric::Shortfall);
        assert!(values.iter().all(|v| v.is_finite()), "{endless}");
    }
}

/// Books balance (a trial fails where they do not), and every number is one.
#[test]
fn random_chains_keep_their_books() {
    for seed in 0..12 {
        let outcome = attempt(&random_chain(seed), 3);
        assert!(
            outcome.failures.is_empty(),
            "seed {seed}: {}",
            random_chain(seed)
        );
        for focus in &outcome.focus {
            for variant in [&focus.shocked, &focus.baseline] {
                for metric in Metric::ALL {
                    for value in variant.column(metric) {
                        let censored = metric == Metric::TimeToSurvive && *value == f64::INFINITY;
                        let fine = censored || (value.is_finite() && *value >= -1e-9);
                        assert!(
                            fine,
                            "seed {seed}: {metric:?} of {} is {value}",
                            focus.country
                        );
                    }
                }
                assert!(
                    variant.cover.mean.iter().all(|c| *c >= -1e-9),
                    "seed {seed}"
                );
                assert!(variant.origins.iter().all(|o| o.2 >= 0.0), "seed {seed}");
            }
        }
    }
}

/// Parcels under way for a random time, restocking and prices at work.
const RANDOM_LANE: &str = "transit = { lognormal = { mean = \"40 days\", sd = \"15 days\" } }\n\
                           cover = \"60 days\"";

#[test]
fn a_baseline_is_quiet_whatever_is_under_way_at_the_start() {
    let outcome = run(&one_lane("2 years", RANDOM_LANE, "", ""), 200);
    let variant = &outcome.focus[0].baseline;
    for (share, price) in variant
        .column(Metric::ShortfallShare)
        .iter()
        .zip(variant.column(Metric::PriceSpot))
    {
        close(*share, 0.0, 1e-9);
        close(*price, 100.0, 1e-6);
    }
    let covers = variant.column(Metric::MinimumCover);
    assert!(covers.iter().any(|c| *c != covers[0]), "stocks do move");
}

#[test]
fn a_licence_that_holds_nothing_up_changes_no_bit() {
    let licence = |share: f64| {
        format!(
            "[policies.desk.export-licence]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
             effective = 2025-04-04\nshare = {share}\nreview = \"60 days\"\napproval = 0.5\n"
        )
    };
    let shortfall = |rest: &str| {
        let outcome = run(&one_lane("1 year", RANDOM_LANE, "", rest), 20);
        outcome.focus[0].shocked.columns.clone()
    };
    assert_eq!(shortfall(""), shortfall(&licence(0.0)));
    assert_ne!(shortfall(""), shortfall(&licence(0.5)));
}

#[test]
fn stock_carries_the_season() {
    let season = "season = [1.2, 1.2, 1.1, 0.9, 0.8, 0.8, 0.9, 1, 0.9, 0.9, 1.1, 1.2]";
    for days in [10, 90] {
        let cover = format!("cover = \"{days} days\"");
        let outcome = run(&one_lane("3 years", &cover, season, ""), 1);
        let baseline = &outcome.focus[0].baseline;
        close(baseline.column(Metric::ShortfallShare)[0], 0.0, 1e-9);
        close(baseline.column(Metric::PriceSpot)[0], 100.0, 1e-6);
    }
}

/// Half the exports banned for a quarter of a year.
fn half_banned(commodity: &str) -> f64 {
    let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
               share = 0.5\neffective = 2025-02-01\nends = 2025-05-01\n";
    only(
        &run(&one_lane("1 year", commodity, "", ban), 1),
        Metric::Shortfall,
    )
}

#[test]
fn stocks_are_drawn_on_the_more_the_larger_they_are() {
    let covers = [15, 30, 90, 365].map(|days| half_banned(&format!("cover = \"{days} days\"")));
    assert!(covers.is_sorted_by(|a, b| a > b), "{covers:?}");
    assert!(covers[3] < 0.25 * covers[0], "{covers:?}");
}

/// A market of several sellers and buyers with everything that its clearing
/// takes into account: storage, spare capacity, a company under sanctions, a
/// contract, a tank, a reserve; tariffs of next to nothing have it clear again
/// in the middle of its windows.
#[test]
fn clearing_again_changes_nothing_but_by_rounding() {
    let text = include_str!("fixtures/again.toml");
    let dates = [
        "02-10", "02-14", "02-25", "03-03", "03-11", "04-04", "06-17",
    ];
    let tariffs: String = dates
        .iter()
        .map(|date| {
            format!(
                "[policies.tariff-{date}.tariff]\nrole = \"shock\"\nby = [\"Y\"]\n\
                 on = [\"gas\"]\nrate = 1e-9\neffective = 2025-{date}\n"
            )
        })
        .collect();
    for cargo in ["cargo = \"40 t\"", "parcel = \"5 t\"", ""] {
        let text = text.replace("cargo = \"40 t\"", cargo);
        let alone = run(&text, 5);
        let disturbed = run(&format!("{text}{tariffs}"), 5);
        assert!(disturbed.events > alone.events);
        for (a, d) in alone.focus.iter().zip(&disturbed.focus) {
            for metric in [Metric::Shortfall, Metric::PriceSpot, Metric::PricePaid] {
                for (a, d) in a
                    .shocked
                    .column(metric)
                    .iter()
                    .zip(d.shocked.column(metric))
                {
                    assert!(*a > 50.0, "{a}");
                    close(d / a, 1.0, 1e-5);
                }
            }
        }
    }
}

/// Tariffs of next to nothing have a market under a ban clear again between two
/// clearings, with part of the window's goods gone.
#[test]
fn a_market_that_clears_again_trades_what_it_was_about_to() {
    let shortfall = |tariffs: &str| {
        let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
                   share = 0.5\neffective = 2025-02-05\nends = 2025-05-07\n";
        let more = format!("{ban}{tariffs}");
        let text = one_lane("1 year", "cover = \"40 days\"", "", &more);
        only(&run(&text, 1), Metric::Shortfall)
    };
    let tariffs: String = (14..=27)
        .map(|day| {
            format!(
                "[policies.tariff-{day}.tariff]\nrole = \"shock\"\nby = \"B\"\n\
                 on = [\"gas\"]\nrate = 1e-6\neffective = 2025-02-{day}\n"
            )
        })
        .collect();
    let (alone, disturbed) = (shortfall(""), shortfall(&tariffs));
    assert!(alone > 1000.0, "{alone}");
    let change = disturbed / alone - 1.0;
    assert!(change.abs() < 0.01, "{alone}, {disturbed}: {change}");
}

#[test]
fn how_often_a_market_clears_makes_little_difference() {
    let every =
        |days: u32| half_banned(&format!("cover = \"40 days\"\nclearing = \"{days} days\""));
    let weekly = every(7);
    for (days, tolerance) in [(1, 0.15), (3, 0.15), (14, 0.2)] {
        let (other, weekly) = (every(days), weekly);
        assert!(
            (other / weekly - 1.0).abs() < tolerance,
            "{days} days: {other}, {weekly}"
        );
    }
}

#[test]
fn a_licence_never_granted_is_a_ban() {
    let policy = |kind: &str, more: &str| {
        let rest = format!(
            "[policies.stop.{kind}]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
             share = 0.4\neffective = 2025-03-04\n{more}"
        );
        only(
            &run(&one_lane("1 year", "cover = \"40 days\"", "", &rest), 1),
            Metric::Shortfall,
        )
    };
    let ban = policy("export-ban", "");
    for never in ["approval = 0", "approval = 1\nthroughput = \"0.000001/yr\""] {
        let licence = policy(
            "export-licence",
            &format!("review = \"60 days\"\n{never}\n"),
        );
        close(licence / ban, 1.0, 0.01);
    }
}

#[test]
fn trade_catches_up_after_a_halt() {
    // Thirty days' goods wait for their first licences; whether they are made
    // up for decides what stock is left in the end.
    let licence = "[policies.desk.export-licence]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
                   effective = 2025-03-04\nreview = \"30 days\"\napproval = 1\n";
    let last_cover = |restocking: f64| {
        let rigid = format!(
            "cover = \"60 days\"\nrestocking = {restocking}\nstock_elasticity = 0\n\
             elasticity = {{ short = 0 }}"
        );
        let outcome = run(&one_lane("2 years", &rigid, "", licence), 1);
        let focus = &outcome.focus[0];
        let (shocked, baseline) = (&focus.shocked.cover.p50, &focus.baseline.cover.p50);
        shocked[shocked.len() - 1] - baseline[baseline.len() - 1]
    };
    assert!(last_cover(0.0) < -20.0, "{}", last_cover(0.0));
    assert!(last_cover(0.25) > -5.0, "{}", last_cover(0.25));
}

/// A desk that decides once in two weeks permits nothing in every other.
#[test]
fn what_is_permitted_now_and_then_fills_cargoes_in_the_end() {
    let arrived = |cargo: &str| {
        let licence = "[policies.desk.export-licence]\nrole = \"shock\"\nby = \"A\"\n\
                       on = [\"gas\"]\neffective = 2025-01-08\nreview = \"10 days\"\n\
                       approval = 1\nthroughput = \"0.07/day\"\n";
        let commodity = format!("cargo = \"{cargo}\"\ntransit = \"5 days\"");
        let text = one_lane("3 years", &commodity, "cover = \"40 days\"", licence);
        run(&text, 1).focus[0].shocked.origins[0].2
    };
    let small = arrived("10 t");
    close(small, 0.07 * 700.0, 1.0);
    for cargo in ["500 t", "2000 t"] {
        close(arrived(cargo), small, 2.0);
    }
}

/// Periods begin in the middle of windows; what was allocated for the rest of
/// one is not let out beside the new quota.
#[test]
fn each_period_of_a_quota_lets_out_its_volume() {
    for volume in [2700, 2900] {
        let quota = format!(
            "[policies.quota.export-quota]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
             volume = \"{volume} t\"\nperiod = \"30 days\"\n"
        );
        for carried in [RIGID, "transit = \"0 days\"\nparcel = \"1 t\""] {
            let text = one_lane("360 days", carried, "cover = \"30 days\"", &quota);
            let a_day = run(&text, 1).focus[0].shocked.origins[0].2;
            close(a_day, f64::from(volume) / 30.0, 0.01);
        }
    }
}

#[test]
fn a_cargo_is_filled_over_several_periods_of_a_quota() {
    let quota = "[policies.quota.export-quota]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
                 volume = \"1 kt\"\nperiod = \"30 days\"\n";
    let text = one_lane(
        "1440 days",
        "cargo = \"2 kt\"",
        "cover = \"30 days\"",
        quota,
    );
    let a_day = run(&text, 1).focus[0].shocked.origins[0].2;
    close(a_day, 1000.0 / 30.0, 2.0 * 2000.0 / 1440.0);
}

/// Users who need nothing any more are not short of it, even where rounding has
/// left less than nothing.
#[test]
fn demand_may_vanish() {
    let text = r#"
[scenario]
title = "together"
start = 2025-01-01
horizon = "362 days"
focus = ["ore @ A", "ore @ B", "metal @ A", "metal @ B"]
[countries]
A = "A"
B = "B"
[commodities.ore]
unit = "t"
price = "400 USD/t"
balance = "as-given"
[commodities.metal]
unit = "t"
price = "400 USD/t"
balance = "as-given"
rule = "pro-rata"
[[sites]]
name = "A-ore-0"
country = "A"
makes = "ore"
capacity = "10 t/d"
[[demand]]
of = "ore"
in = "A"
rate = "60 t/d"
[[demand]]
of = "ore"
in = "B"
rate = { uniform = { low = "20 t/d", high = "50 t/d" } }
[[sites]]
name = "A-metal-0"
country = "A"
recipe = { inputs = { ore = 0.6 }, outputs = { metal = 1 } }
capacity = "10 t/d"
[[sites]]
name = "A-metal-1"
country = "A"
recipe = { inputs = { ore = 0.6 }, outputs = { metal = 1 } }
capacity = "40 t/d"
[[demand]]
of = "metal"
in = "A"
rate = "60 t/d"
[[demand]]
of = "metal"
in = "B"
rate = { uniform = { low = "20 t/d", high = "50 t/d" } }
[[reserves]]
of = "metal"
in = "B"
size = "20 days"
release = { cover_below = "25 days", at_most = "10 %/week" }
refill = { cover_above = "25 days", at_most = "3 %/week" }
[policies.demand-shock-0.demand-shock]
role = "response"
of = "metal"
in = ["A", "B"]
change = -1
ramp = "6 months"
"#;
    for focus in &run(text, 40).focus {
        let mut values = focus.shocked.columns.iter().flatten();
        assert!(values.all(|value| !value.is_nan()));
    }
}
