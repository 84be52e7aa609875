//! All instruments together: random small scenarios, each with its own world
//! and its own few of the policies, and what must hold of every one of them.
//!
//! A case is chosen by a seed, so that the tests always see the same. One that
//! fails is told in full, less the parts without which it fails as well: the
//! text can be run as it is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod compositions;
#[expect(dead_code, reason = "other tests use the rest")]
mod ran;

use std::fmt::Write;
use std::ops::Range;

use compositions::checks::{
    SEED, TRIALS, VARIANTS, all_numbers, makes_sense, numbers, read, record, same,
};
use compositions::{Builder, Case, Dice};
use shortfall::engine::{METRICS, Variant, Worker};
use shortfall::study::Metric;

/// Cases that each test looks at.
const CASES: u64 = 320;

/// The case less every part without which it is in trouble as well.
fn least(case: &Case, check: Check) -> Case {
    let mut least = case.clone();
    let lists: [fn(&mut Case) -> &mut Vec<String>; 2] =
        [|case| &mut case.policies, |case| &mut case.setting];
    for list in lists {
        for k in (0..list(&mut least).len()).rev() {
            let mut fewer = least.clone();
            list(&mut fewer).remove(k);
            if read(&fewer.text()).is_ok() && check(&fewer).is_err() {
                least = fewer;
            }
        }
    }
    least
}

type Check = fn(&Case) -> Result<(), String>;

/// Looks at every case, whose policies bind nothing if `idle`, and tells all
/// that are in trouble, the first of them in full.
fn look_at_all(idle: bool, check: Check) {
    look_at(0..CASES, idle, check);
}

fn look_at(seeds: Range<u64>, idle: bool, check: Check) {
    let mut troubles = String::new();
    let mut first = None;
    for seed in seeds {
        let case = Builder::new(Dice::Seed(seed), idle).case();
        if let Err(trouble) = check(&case) {
            let _ = writeln!(troubles, "case {seed}: {trouble}");
            first.get_or_insert(case);
        }
    }
    if let Some(case) = first {
        let least = least(&case, check);
        let trouble = check(&least).err().unwrap_or_default();
        panic!("{}\n{troubles}the first: {trouble}", least.text());
    }
}

#[test]
fn every_trial_keeps_its_books_and_makes_sense() {
    look_at_all(false, makes_sense);
}

/// Policies that bind nothing are as good as none.
fn is_undisturbed(case: &Case) -> Result<(), String> {
    let (with, without) = (read(&case.text())?, read(&case.without_policies().text())?);
    for trial in 0..TRIALS {
        let shocked = numbers(&with, &record(&with, trial, Variant::Shocked)?);
        let baseline = numbers(&with, &record(&with, trial, Variant::Baseline)?);
        let alone = numbers(&without, &record(&without, trial, Variant::Shocked)?);
        same(
            "with idle policies and in the baseline",
            &shocked,
            &baseline,
        )?;
        same("with idle policies and without", &shocked, &alone)?;
    }
    Ok(())
}

#[test]
fn policies_that_bind_nothing_change_no_bit() {
    look_at_all(true, is_undisturbed);
}

/// A worker that has run other trials, in another order and with a journal,
/// finds the same.
fn does_not_depend_on_the_worker(case: &Case) -> Result<(), String> {
    let model = read(&case.text())?;
    let mut worker = Worker::new(&model);
    for trial in (0..TRIALS).rev() {
        for variant in VARIANTS {
            let alone = all_numbers(&model, &record(&model, trial, variant)?);
            let told = worker
                .trace(SEED, trial, variant)
                .1
                .map_err(|e| e.to_string())?;
            same(
                "alone and with a journal",
                &alone,
                &all_numbers(&model, &told),
            )?;
            let again = worker
                .run(SEED, trial, variant)
                .map_err(|e| e.to_string())?;
            same(
                "alone and after others",
                &alone,
                &all_numbers(&model, again),
            )?;
        }
    }
    Ok(())
}

#[test]
fn a_journal_and_earlier_trials_change_no_bit() {
    look_at_all(false, does_not_depend_on_the_worker);
}

/// Three chunks of trials on one thread and on two.
fn does_not_depend_on_threads(case: &Case) -> Result<(), String> {
    read(&case.text())?;
    let (one, two) = (
        ran::attempt(&case.text(), 33, 1),
        ran::attempt(&case.text(), 33, 2),
    );
    let bits = |columns: &[Vec<f64>]| -> Vec<u64> {
        columns.iter().flatten().map(|v| v.to_bits()).collect()
    };
    for (a, b) in one.focus.iter().zip(&two.focus) {
        let same = bits(&a.shocked.columns) == bits(&b.shocked.columns)
            && bits(&a.baseline.columns) == bits(&b.baseline.columns);
        if !same || one.failures != two.failures {
            return Err("one thread and two differ".to_owned());
        }
    }
    Ok(())
}

#[test]
fn threads_change_no_bit() {
    look_at(0..CASES / 4, false, does_not_depend_on_threads);
}

/// One more country, which makes and uses a good of its own, is nobody's
/// business, wherever in the file it stands.
fn is_alone(case: &Case) -> Result<(), String> {
    let island = "[commodities.rock]\nunit = \"t\"\nprice = \"9 USD/t\"\n\
                  [[sites]]\nname = \"quarry\"\ncountry = \"Z\"\nmakes = \"rock\"\ncapacity = \"7 t/d\"\n\
                  [[demand]]\nof = \"rock\"\nin = \"Z\"\nrate = \"7 t/d\"\n";
    let before = |place: &str| {
        case.world
            .replacen(place, &format!("Z = \"Z\"\n{place}"), 1)
    };
    let model = read(&case.text())?;
    for world in [before("A = "), before("[commodities.ore]")] {
        let more = Case {
            world: world + island,
            ..case.clone()
        };
        let more = read(&more.text())?;
        for trial in 0..TRIALS {
            let plain = all_numbers(&model, &record(&model, trial, Variant::Shocked)?);
            let mut with = all_numbers(&more, &record(&more, trial, Variant::Shocked)?);
            with.retain(|(name, _)| !name.contains("rock") && !name.contains("from Z"));
            same("without one more country and with it", &plain, &with)?;
        }
    }
    Ok(())
}

#[test]
fn a_country_nobody_trades_with_changes_no_bit() {
    look_at_all(false, is_alone);
}

/// A good in balance that some countries make and all use, of which A loses a share of its
/// output for some months: nothing else happens.
fn cut(seed: u64, loses: f64) -> String {
    let mut dice = Dice::Seed(seed);
    let countries = &["A", "B", "C", "D"][..2 + dice.below(3)];
    let names = countries.iter().map(|c| format!("{c} = \"{c}\"\n"));
    let names: String = names.collect();
    let focus: Vec<_> = countries.iter().map(|c| format!("\"ore @ {c}\"")).collect();
    let mut sites = String::new();
    let mut made = 0.0;
    for (k, country) in countries.iter().enumerate() {
        if k < 2 || dice.once_in(2) {
            let capacity = dice.pick(&[10.0, 40.0, 90.0]);
            made += capacity;
            let _ = write!(
                sites,
                "[[sites]]\nname = \"{country}-site\"\ncountry = \"{country}\"\nmakes = \"ore\"\n\
                 capacity = \"{capacity} t/d\"\n"
            );
        }
    }
    let parts: Vec<f64> = countries
        .iter()
        .map(|_| dice.pick(&[1.0, 3.0, 6.0]))
        .collect();
    for (country, part) in countries.iter().zip(&parts) {
        let rate = made * part / parts.iter().sum::<f64>();
        let value = dice.pick(&[100, 400, 900]);
        let _ = write!(
            sites,
            "[[demand]]\nof = \"ore\"\nin = \"{country}\"\nrate = \"{rate} t/d\"\n\
             value_at_risk = \"{value} USD/t\"\n"
        );
    }
    let rule = dice.pick(&["equilibrium", "pro-rata", "domestic-first", "cooperative"]);
    let pipeline = dice.once_in(2);
    let transit = dice.pick(&["0 days", "10 days", "33 days"]);
    let cover = dice.pick(&["5 days", "30 days", "60 days"]);
    let floor = dice.pick(&["0 days", "3 days"]);
    let elasticity = dice.pick(&["short = 0", "short = 0.1, long = 0.5", "short = 0.4"]);
    let restocking = dice.pick(&["0", "0.2", "0.6"]);
    format!(
        "[scenario]\ntitle = \"cut\"\nstart = 2025-01-01\nhorizon = \"500 days\"\nfocus = [{}]\n\
         [countries]\n{names}[commodities.ore]\nunit = \"t\"\nprice = \"100 USD/t\"\n\
         rule = \"{rule}\"\npipeline = {pipeline}\ntransit = \"{transit}\"\n\
         cover = \"{cover}\"\nminimum_cover = \"{floor}\"\nelasticity = {{ {elasticity} }}\n\
         restocking = {restocking}\n{sites}\
         [policies.cut.disruption]\nrole = \"shock\"\nby = \"A\"\non = [\"ore\"]\n\
         at = \"60 days\"\nlasts = \"{} days\"\nloses = {loses}\n",
        focus.join(", "),
        dice.pick(&[20, 60, 150]),
    )
}

/// What all users lack together \[t\].
fn short_of_ore(text: &str) -> Result<f64, String> {
    let model = read(text)?;
    let record = record(&model, 0, Variant::Shocked)?;
    let foci = 0..model.network.focus.len();
    Ok(foci
        .map(|f| record.metrics[f * METRICS + Metric::Shortfall as usize])
        .sum())
}

/// Fixed transit, no cargoes and nothing by chance: where goods come in lumps or late
/// by luck, or reserves and forecasts answer, more lost may leave somebody better off.
#[test]
fn a_milder_loss_is_no_worse() {
    let mut felt = 0;
    for seed in 0..CASES {
        let short = [0.0, 0.25, 0.5, 0.75, 1.0].map(|loses| {
            let text = cut(seed, loses);
            let short = short_of_ore(&text).unwrap_or_else(|trouble| panic!("{text}\n{trouble}"));
            (text, short)
        });
        for [(_, milder), (text, harsher)] in short.array_windows() {
            let slack = 1e-6 * (1.0 + milder);
            assert!(
                *harsher >= milder - slack,
                "{text}\n{harsher} t, losing less {milder} t"
            );
        }
        // Where goods flow evenly, nothing happens without a loss, whatever the rule.
        let (even, quiet) = &short[0];
        assert!(
            *quiet < 1e-6 || !even.contains("pipeline = true"),
            "{even}\n{quiet} t"
        );
        felt += u64::from(short[4].1 > 1.01 * quiet);
    }
    assert!(felt > CASES / 2, "felt in {felt}");
}
