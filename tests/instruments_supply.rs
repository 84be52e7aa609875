//! What changes supply, demand and expectations, one small scenario each,
//! through the scenario language and against hand calculation.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod lane;
mod ran;

use shortfall::study::Metric;

use lane::{close, one_lane, only};
use ran::{Outcome, Variant};

/// Seconds to which events are predicted, in days.
const TICKS: f64 = 3.0 / 86_400.0;

fn run(text: &str, trials: u64) -> Outcome {
    ran::run_threads(text, trials, 2)
}

/// Every number of every trial is the same.
#[track_caller]
fn same_bits(one: &Variant, other: &Variant) {
    for (a, b) in one.columns.iter().zip(&other.columns) {
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(a), bits(b));
    }
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

/// Half as much demand again from the first day on; `new` could meet it.
fn boom(new: &str, rest: &str) -> String {
    let site = format!(
        "\n[[sites]]\nname = \"new\"\ncountry = \"A\"\nmakes = \"gas\"\ncapacity = \"50 t/d\"\n{new}"
    );
    let shock = "[policies.boom.demand-shock]\nrole = \"shock\"\nof = \"gas\"\nin = \"B\"\n\
                 change = 0.5\n\n";
    one_lane("800 days", FLOW, &site, "", &format!("{shock}{rest}"))
}

const PLANNED: &str = "planned = true";

/// A project at the planned site.
fn project(more: &str) -> String {
    format!("[policies.new.project]\nrole = \"response\"\nsite = \"new\"\n{more}\n")
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

#[test]
fn a_planned_site_changes_no_bit_until_it_is_built() {
    let commodity = "transit = { exponential = { mean = \"9 days\" } }";
    let market = |sites: &str, rest: &str| {
        let elsewhere = format!(
            "outages = {{ every = \"20 days\", lasts = \"5 days\" }}\n\n\
             [[sites]]\nname = \"other\"\ncountry = \"B\"\nmakes = \"gas\"\ncapacity = \"30 t/d\"\n\
             \n{sites}"
        );
        let use_at_home =
            format!("[[demand]]\nof = \"gas\"\nin = \"A\"\nrate = \"30 t/d\"\n\n{rest}");
        one_lane("400 days", commodity, &elsewhere, "", &use_at_home)
    };
    let planned = "[[sites]]\nname = \"new\"\ncountry = \"A\"\ncompany = \"another\"\n\
                   makes = \"gas\"\ncapacity = \"50 t/d\"\nplanned = true\n\n\
                   [[sites]]\nname = \"burner\"\ncountry = \"B\"\ncapacity = \"50 t/d\"\n\
                   recipe = { inputs = { gas = 1 }, outputs = { heat = 1 } }\nplanned = true\n";
    let heat = "[commodities.heat]\nunit = \"t\"\nprice = \"1 USD/t\"\n\n\
                [[sites]]\nname = \"sun\"\ncountry = \"A\"\nmakes = \"heat\"\ncapacity = \"1 t/d\"\n\n\
                [[demand]]\nof = \"heat\"\nin = \"A\"\nrate = \"1 t/d\"\n\n";
    let never = project("build = \"9 days\"\nfunded = 0");
    let with = run(&market(planned, &format!("{heat}{never}")), 20);
    let without = run(&market("", heat), 20);
    same_bits(&with.focus[0].shocked, &without.focus[0].shocked);
}

#[test]
fn as_many_projects_are_built_as_are_funded() {
    let outcome = run(
        &boom(PLANNED, &project("build = \"0 days\"\nfunded = 0.3")),
        600,
    );
    let short = outcome.focus[0].shocked.column(Metric::Shortfall);
    let built = short.iter().filter(|v| **v < 1.0).count() as f64 / 600.0;
    close(built, 0.3, 4.0 * (0.3_f64 * 0.7 / 600.0).sqrt());
    // The others are never built.
    assert!(
        short
            .iter()
            .all(|v| *v < 1.0 || (v - 50.0 * 800.0).abs() < 1.0)
    );
}

#[test]
fn projects_are_complete_after_building_and_slipping() {
    let law = "build = \"60 days\"\ndelay = { exponential = { mean = \"30 days\" } }";
    let outcome = run(&boom(PLANNED, &project(law)), 1_000);
    let (mean, error) = mean_and_error(outcome.focus[0].shocked.column(Metric::Shortfall));
    close(mean, 50.0 * (60.0 + 30.0), 4.0 * error);
    close(error, 50.0 * 30.0 / 1_000.0_f64.sqrt(), 10.0);
}

#[test]
fn a_project_runs_in_along_its_ramp() {
    let law = "build = \"60 days\"\nramp = \"1 year\"\ndecision = 2025-01-11";
    let outcome = run(&boom(PLANNED, &project(law)), 1);
    let wanted = 50.0 * (10.0 + 60.0 + 365.25 / 2.0);
    close(
        only(&outcome, Metric::Shortfall),
        wanted,
        50.0 * 13.0 * TICKS,
    );
}

/// Each adds half of what is missing, at a site that is there and one that
/// is not.
#[test]
fn a_project_waits_for_those_it_comes_after() {
    let first = project("adds = \"25 t/d\"\nbuild = \"60 days\"");
    let second = "[policies.more.project]\nrole = \"response\"\nsite = \"field\"\n\
                  adds = \"25 t/d\"\nbuild = \"40 days\"\nafter = \"new\"\n";
    let outcome = run(&boom(PLANNED, &(first + second)), 1);
    let wanted = 50.0 * 60.0 + 25.0 * 40.0;
    close(
        only(&outcome, Metric::Shortfall),
        wanted,
        50.0 * TICKS * 3.0,
    );
}

/// Asked every month, a deal from day 100 on is there the fourth time.
#[test]
fn a_project_waits_for_the_regime_it_needs() {
    let law = "build = \"10 days\"\nneeds = \"deal\"\n\n[regimes.talks]\nstart = \"quarrel\"\n\
               states.quarrel = { until = 2025-04-11, then = { deal = 1 } }\nstates.deal = {}\n";
    let outcome = run(&boom(PLANNED, &project(law)), 1);
    let wanted = 50.0 * (4.0 * 365.25 / 12.0 + 10.0);
    close(
        only(&outcome, Metric::Shortfall),
        wanted,
        50.0 * TICKS * 5.0,
    );
    // It gives up when the policy ends.
    let law = law.replace("build", "ends = 2025-04-20\nbuild");
    let outcome = run(&boom(PLANNED, &project(&law)), 1);
    close(only(&outcome, Metric::Shortfall), 50.0 * 800.0, 0.1);
}

/// The price is 262 USD/t without it.
#[test]
fn a_price_floor_makes_a_project_break_even() {
    let law = "build = \"60 days\"\nbreakeven = \"300 USD/t\"\n";
    let floor = "[policies.floor.price-floor]\nrole = \"response\"\nsites = \"new\"\nof = \"gas\"\n\
                 at = \"310 USD/t\"\n";
    let without = run(&boom(PLANNED, &project(law)), 1);
    close(only(&without, Metric::Shortfall), 50.0 * 800.0, 0.1);
    let with = run(&boom(PLANNED, &project(&format!("{law}\n{floor}"))), 1);
    close(only(&with, Metric::Shortfall), 50.0 * 60.0, 0.1);
    // At a break-even below the price it is built once that has risen.
    let cheap = law.replace("300", "250");
    let built = run(&boom(PLANNED, &project(&cheap)), 1);
    let wanted = 50.0 * (60.0 + 365.25 / 12.0);
    close(only(&built, Metric::Shortfall), wanted, 0.1);
}

/// Output answers to the floor, 100 · exp(0.1), and the price falls until all
/// of it is used.
#[test]
fn sites_make_as_much_as_a_price_floor_is_worth() {
    let floor = "[policies.floor.price-floor]\nrole = \"shock\"\nsites = \"field\"\nof = \"gas\"\n\
                 at = \"110 USD/t\"\n";
    let site = "supply_elasticity = 1\n";
    let text = one_lane("4000 days", FLOW, site, "", floor).replace(
        "capacity = \"100 t/d\"",
        "capacity = \"200 t/d\"\nutilisation = 0.5",
    );
    let outcome = run(&text, 1);
    close(
        only(&outcome, Metric::PriceSpot),
        100.0 * (1.0 - 0.1 / 0.25),
        0.5,
    );
}

/// A plant where nobody used the good before, on goods of a seller that is
/// new as well.
#[test]
fn a_planned_plant_finds_its_inputs() {
    let oil = "[commodities.oil]\nunit = \"t\"\nprice = \"400 USD/t\"\nnew_pairs = 0\n".to_owned()
        + FLOW
        + "\n\n[[sites]]\nname = \"well\"\ncountry = \"A\"\nmakes = \"oil\"\ncapacity = \"50 t/d\"\n\
           \n[[demand]]\nof = \"oil\"\nin = \"B\"\nrate = \"50 t/d\"\n\
           \n[[sites]]\nname = \"plant\"\ncountry = \"C\"\nplanned = true\ncapacity = \"20 t/d\"\n\
           recipe = { inputs = { gas = 2 }, outputs = { oil = 1 } }\ncover = \"0 days\"\n\
           \n[[sites]]\nname = \"new\"\ncountry = \"C\"\nmakes = \"gas\"\ncapacity = \"40 t/d\"\n\
           planned = true\n\
           \n[policies.boom.demand-shock]\nrole = \"shock\"\nof = \"oil\"\nin = \"B\"\nchange = 0.4\n\
           \n[policies.plant.project]\nrole = \"response\"\nsite = \"plant\"\nbuild = \"100 days\"\n\n";
    let lane = |gas: &str| {
        let rest = oil.clone() + &project(gas);
        one_lane("400 days", FLOW, "", "cover = \"0 days\"", &rest)
            .replace("gas @ B\"", "gas @ B\", \"oil @ B\"")
            .replace("B = \"Buyer\"", "B = \"Buyer\"\nC = \"Builder\"")
    };
    let outcome = run(&lane("build = \"100 days\""), 1);
    let short = |focus: usize| outcome.focus[focus].shocked.column(Metric::Shortfall)[0];
    close(short(1), 20.0 * 100.0, 1.0);
    close(short(0), 0.0, 1.0);
    // Without new gas the plant bids for that of others.
    let rivals = run(&lane("build = \"100 days\"\nfunded = 0"), 1);
    let short = |focus: usize| rivals.focus[focus].shocked.column(Metric::Shortfall)[0];
    assert!(short(0) > 1_000.0, "{}", short(0));
    assert!(short(1) < 20.0 * 400.0 - 100.0, "{}", short(1));
}

/// Gas and oil in B, each with a source of its own; the policy goes between.
fn fuels(policy: &str) -> String {
    let oil = "[commodities.oil]\nunit = \"t\"\nprice = \"400 USD/t\"\nnew_pairs = 0\n".to_owned()
        + AMPLE
        + "\n\n[[sites]]\nname = \"well\"\ncountry = \"A\"\nmakes = \"oil\"\ncapacity = \"50 t/d\"\n\
           initial = \"1 Mt\"\n\n[[demand]]\nof = \"oil\"\nin = \"B\"\nrate = \"40 t/d\"\n\n\
           [[demand]]\nof = \"oil\"\nin = \"B\"\ntier = \"small\"\nrate = \"10 t/d\"\n\n";
    one_lane("800 days", FLOW, "", "", &(oil + policy))
        .replace("gas @ B\"", "gas @ B\", \"oil @ B\"")
}

fn substitution(more: &str) -> String {
    format!("[policies.switch.substitution]\nrole = \"shock\"\nof = \"gas\"\nin = \"B\"\n{more}\n")
}

/// Reference demand over the horizon.
fn reference(variant: &Variant) -> f64 {
    variant.column(Metric::Shortfall)[0] / variant.column(Metric::ShortfallShare)[0]
}

/// Arrivals over the horizon.
fn arrivals(variant: &Variant, days: f64) -> f64 {
    variant.origins.iter().map(|(_, _, rate)| rate * days).sum()
}

/// Σ over weeks of a share that has come up to it by the week's beginning.
fn weeks(days: f64, share: impl Fn(f64) -> f64) -> f64 {
    let full = (days / 7.0).floor();
    let all: f64 = (0..full as u32)
        .map(|k| 7.0 * share(7.0 * f64::from(k)))
        .sum();
    all + (days - 7.0 * full) * share(7.0 * full)
}

/// With the field at 60 %, gas is short unless replaced; what replaces it is
/// seen as reference use of oil, which a loss of the well makes short.
fn losses() -> &'static str {
    "\n[policies.loss.disruption]\nrole = \"background\"\nsites = \"field\"\nat = \"0 days\"\n\
     lasts = \"9 years\"\nloses = 0.4\n"
}

#[test]
fn users_go_over_at_the_rate_given() {
    let rule = "at_most = 0.3\nwithin = \"100 days\"\nwith = \"oil\"\nratio = 2.5\n";
    let outcome = run(&fuels(&(substitution(rule) + losses())), 1);
    let share = |t: f64| 0.3 * (1.0 - (-t / 100.0).exp());
    let gas = &outcome.focus[0];
    // Short of what is needed less what is replaced, on 60 t/d.
    let replaced = 100.0 * weeks(800.0, share);
    close(
        only(&outcome, Metric::Shortfall),
        40.0 * 800.0 - replaced,
        1e-3,
    );
    close(
        gas.baseline.column(Metric::Shortfall)[0],
        40.0 * 800.0,
        1e-3,
    );
    // Demand for oil is 50 t/d and 2.5 t for each of gas: all of it is met.
    let oil = &outcome.focus[1];
    let cover = 30.0 * 2.5 * 100.0 * share(798.0);
    let more = arrivals(&oil.shocked, 800.0) - arrivals(&oil.baseline, 800.0);
    close(more, 2.5 * replaced + cover, 60.0);
}

/// Dear from the first week on; cheap again a week after the loss has ended.
#[test]
fn users_come_back_when_the_reason_has_gone() {
    let rule = "at_most = 0.3\nwithin = \"100 days\"\nwhen_price_above = \"101 USD/t\"\n";
    let loss = losses().replace("9 years", "203 days");
    let outcome = run(&fuels(&(substitution(rule) + &loss)), 1);
    let left = |t: f64| 0.3 * (1.0 - (-(t - 7.0) / 100.0).exp());
    let share = |t: f64| match t {
        _ if t < 7.0 => 0.0,
        _ if t <= 210.0 => left(t),
        _ => left(210.0) * (-(t - 210.0) / 100.0).exp(),
    };
    let wanted = 100.0 * (800.0 - weeks(800.0, share));
    close(reference(&outcome.focus[0].shocked) / wanted, 1.0, 1e-3);
    close(reference(&outcome.focus[0].baseline), 100.0 * 800.0, 1e-3);
    // Nothing replaces it: oil is as it was.
    let oil = &outcome.focus[1];
    same_bits(&oil.shocked, &oil.baseline);
}

/// A mill makes steel of gas, of which 60 % is left; it learns to do with 60 %.
#[test]
fn plants_learn_to_do_with_less() {
    let steel = "[commodities.steel]\nunit = \"t\"\nprice = \"500 USD/t\"\nnew_pairs = 0\n"
        .to_owned()
        + FLOW
        + "\n\n[[sites]]\nname = \"mill\"\ncountry = \"C\"\ncapacity = \"100 t/d\"\n\
           recipe = { inputs = { gas = 1 }, outputs = { steel = 1 } }\ncover = \"0 days\"\n\n\
           [[demand]]\nof = \"steel\"\nin = \"B\"\nrate = \"100 t/d\"\n\n";
    let thrift = |trigger: &str| {
        let rule = "tiers = \"mill\"\nat_most = 0.4\nwithin = \"1 h\"\n".to_owned() + trigger;
        let rule = substitution(&rule).replace("in = \"B\"", "in = \"C\"");
        let rest = steel.clone() + &rule + losses();
        let text = one_lane("200 days", FLOW, "", "", &rest)
            .replace("focus = [\"gas @ B\"", "focus = [\"steel @ B\"")
            .replace("B = \"Buyer\"", "B = \"Buyer\"\nC = \"Maker\"")
            .replace(
                "in = \"B\"\nrate = \"100 t/d\"\n\n\n[comm",
                "in = \"B\"\nrate = \"1e-6 t/d\"\n\n\n[comm",
            );
        only(&run(&text, 1), Metric::Shortfall)
    };
    close(thrift(""), 40.0 * 7.0, 0.1);
    close(thrift("when_cover_below = \"1 day\""), 40.0 * 7.0, 0.1);
    close(thrift("when_cover_below = \"0 days\""), 40.0 * 200.0, 0.1);
}

#[test]
fn a_substitution_by_nothing_changes_no_bit() {
    let rule =
        "at_most = 0\nwithin = \"100 days\"\nwith = \"oil\"\nratio = 2\neffective = 2025-03-06\n";
    let outcome = run(&fuels(&(substitution(rule) + losses())), 1);
    for focus in &outcome.focus {
        same_bits(&focus.shocked, &focus.baseline);
    }
}

/// A total ban while the quarrel lasts, and talks about it.
fn talks(regimes: &str, talks: &str) -> String {
    let ban = "[policies.ban.export-ban]\nrole = \"shock\"\nby = \"A\"\non = \"gas\"\n\
               when = [\"quarrel\", \"relapse\"]\n\n\
               [policies.talks.negotiation]\nrole = \"background\"\nprocess = \"a-b\"\n";
    let rest = format!("{ban}{talks}\n\n[regimes.a-b]\nstart = \"quarrel\"\n{regimes}\n");
    one_lane("100 days", AMPLE, STORE, "cover = \"0 days\"", &rest)
}

const PEACE: &str = "states.quarrel = {}\nstates.truce = {}\nstates.relapse = {}\n";

/// Days without gas in each trial.
fn days_short(text: &str, trials: u64) -> Vec<f64> {
    let outcome = run(text, trials);
    let short = outcome.focus[0].shocked.column(Metric::Shortfall);
    short
        .iter()
        .map(|volume| (volume / 100.0).round())
        .collect()
}

#[test]
fn talks_end_as_often_as_they_should() {
    let outcomes = "from = \"quarrel\"\noutcomes = { truce = 0.6, quarrel = 0.3, relapse = 0.1 }\n";
    let twice = format!("on = [2025-02-10, 2025-01-21]\n{outcomes}");
    let days = days_short(&talks(PEACE, &twice), 2_000);
    let share = |d: f64| days.iter().filter(|x| **x == d).count() as f64 / 2_000.0;
    let error = |p: f64| 4.0 * (p * (1.0 - p) / 2_000.0).sqrt();
    close(share(20.0), 0.6, error(0.6));
    // No talks after a relapse.
    close(share(40.0), 0.3 * 0.6, error(0.18));
    close(share(100.0), 0.1 + 0.3 * 0.4, error(0.22));
    // Other dates move no draw.
    let once = format!("on = 2025-01-21\n{outcomes}");
    let alone = days_short(&talks(PEACE, &once), 2_000);
    let first = |days: &[f64]| days.iter().map(|d| *d == 20.0).collect::<Vec<_>>();
    assert_eq!(first(&days), first(&alone));
}

#[test]
fn what_a_regime_would_have_become_is_forgotten_after_talks() {
    let regimes = "states.quarrel = { until = 2025-02-20, then = { relapse = 1 } }\n\
                   states.truce = { lasts = \"60 days\", then = { relapse = 1 } }\nstates.relapse = {}\n";
    let agreed = "on = 2025-01-21\noutcomes = { truce = 1 }\n";
    // 20 days of quarrel, 60 of truce, 20 of relapse.
    assert_eq!(days_short(&talks(regimes, agreed), 1), [40.0]);
    let stays = "on = 2025-01-21\noutcomes = { quarrel = 1 }\n";
    assert_eq!(days_short(&talks(regimes, stays), 1), [100.0]);
    let not_yet = "on = 2025-01-21\neffective = 2025-01-22\noutcomes = { truce = 1 }\n";
    assert_eq!(days_short(&talks(regimes, not_yet), 1), [100.0]);
    let just = "on = 2025-01-21\neffective = 2025-01-21\noutcomes = { truce = 1 }\n";
    assert_eq!(days_short(&talks(regimes, just), 1), [40.0]);
}
