//! The scenarios that come with the program: what they say of themselves, and
//! that their trials can be finished.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use shortfall::engine::{Model, Variant, Worker};
use shortfall::scenario::{self, Loaded, Override, Scenario};
use shortfall::study::{self, About, InMemory, Plan};
use shortfall::units::{Quantity, Tick};
use toml::de::{DeTable, DeValue};

/// Trials of each scenario, shocked and baseline. Each checks its books.
const TRIALS: u64 = 200;

/// What a figure may rest on.
const NOTES: [&str; 2] = ["source", "judgement"];

/// Parts of a file that have no figures of their own, or name what has.
const WITHOUT_FIGURES: [&str; 2] = ["scenario", "countries"];

/// Every scenario file.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn load(path: &Path) -> Loaded {
    scenario::load(path, &[]).unwrap_or_else(|report| panic!("{report}"))
}

fn name(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

#[test]
fn every_scenario_is_sound_and_says_what_it_asks() {
    for path in files() {
        let loaded = load(&path);
        assert_eq!(loaded.scenario.name, name(&path));
        let odd = loaded.warnings().map(|report| report.render());
        assert_eq!(odd, None);
        let question = loaded.scenario.question.unwrap_or_default();
        assert!(question.ends_with('?'), "{}: {question}", path.display());
        let text = fs::read_to_string(&path).unwrap();
        let header = text.split("\n[").next().unwrap();
        let comments = header.lines().filter(|line| line.starts_with('#'));
        let asks = comments.clone().any(|line| line.contains('?'));
        assert!(
            asks,
            "{}: no comment at the top asks a question",
            path.display()
        );
        assert!(comments.count() > 10, "{}: a short header", path.display());
    }
}

#[test]
fn every_trial_of_every_scenario_can_be_finished() {
    for path in files() {
        let loaded = load(&path);
        let model = Model::new(&loaded.scenario).unwrap_or_else(|said| panic!("{said:?}"));
        let plan = Plan {
            trials: TRIALS,
            seed: loaded.scenario.seed,
            threads: 2,
        };
        let (about, mut columns) = (About::default(), InMemory::default());
        let never = AtomicBool::new(false);
        let outcome = study::run(&model, &about, &plan, &mut columns, &(), &never);
        let outcome = outcome.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(outcome.failures, [], "{}", path.display());
        assert_eq!(outcome.completed, TRIALS);
    }
}

/// A tariff and a ban, in mid-window, that come to nothing.
#[test]
fn policies_that_bind_nothing_change_no_bit_of_a_scenario() {
    for path in files() {
        let plain = load(&path).scenario;
        let focus = &plain.focus[0];
        let good = &plain.commodities[focus.commodity.0].key;
        let buyer = &plain.countries[focus.country.0].code;
        let maker = plain.sites.iter().find(|site| {
            let made = site
                .outputs
                .iter()
                .any(|(made, _)| *made == focus.commodity);
            made && site.country != focus.country
        });
        let maker = &plain.countries[maker.unwrap().country.0].code;
        let calendar = Model::new(&plain).unwrap().network.calendar;
        let day = |days| calendar.date_of(Tick::from_days(days));
        let idle = [
            format!(
                "policies.idle-tariff={{ tariff = {{ role = \"shock\", by = [\"{buyer}\"], \
                 on = [\"{good}\"], rate = 0, effective = {} }} }}",
                day(101.0)
            ),
            format!(
                "policies.idle-ban={{ export-ban = {{ role = \"shock\", by = \"{maker}\", \
                 on = [\"{good}\"], share = 0, effective = {} }} }}",
                day(198.0)
            ),
        ];
        let idle = idle.map(Override);
        let more = scenario::load(&path, &idle).unwrap_or_else(|report| panic!("{report}"));
        assert_eq!(more.scenario.policies.len(), plain.policies.len() + 2);
        let run = |scenario: &Scenario| {
            let model = Model::new(scenario).unwrap();
            let record = Worker::new(&model).run(7, 3, Variant::Shocked).cloned();
            record.unwrap()
        };
        let (record, with) = (run(&plain), run(&more.scenario));
        assert_eq!(record.metrics, with.metrics, "{}", path.display());
        assert_eq!(record.shortfall, with.shortfall, "{}", path.display());
        assert_eq!(record.origins, with.origins, "{}", path.display());
        assert_eq!(record.seller_price, with.seller_price, "{}", path.display());
    }
}

#[test]
fn every_figure_of_every_scenario_has_a_source_or_a_judgement() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let root = DeTable::parse(&text).unwrap();
        let parts = root.get_ref().iter();
        let parts = parts.filter(|(key, _)| !WITHOUT_FIGURES.contains(&&**key.get_ref()));
        let bare: Vec<String> = parts
            .flat_map(|(key, part)| unfounded(key.get_ref(), part.get_ref()))
            .collect();
        assert!(bare.is_empty(), "{}:\n{}", path.display(), bare.join("\n"));
    }
}

#[test]
fn figures_without_a_note_are_found() {
    let text = "
        [commodities.gas]
        unit = \"t\"
        source = \"a long count\"
        elasticity.short = 0.1
        [policies.ban.export-ban]
        role = \"shock\"
        share = { uniform = { low = 0.1, high = 0.2 } }
        in_regime.truce = { share = 0, judgement = \"a guess\" }
        [[sites]]
        name = \"field\"
        capacity = \"6 kt/yr\"
        outages = { judgement = \"as elsewhere\", every = \"300 days\" }
        [regimes.talks]
        path = [{ from = 2025-01-01, state = \"truce\" }]
    ";
    let root = DeTable::parse(text).unwrap();
    let parts = root.get_ref().iter();
    let bare: Vec<String> = parts
        .flat_map(|(key, part)| unfounded(key.get_ref(), part.get_ref()))
        .collect();
    let expected = [
        "policies.ban.export-ban.share.uniform.low",
        "policies.ban.export-ban.share.uniform.high",
        "sites.0.capacity",
    ];
    assert_eq!(bare, expected);
}

/// The paths of figures for which neither their table nor one around it gives
/// a source or a judgement.
fn unfounded(path: &str, value: &DeValue<'_>) -> Vec<String> {
    let below = |key: &str, value| unfounded(&format!("{path}.{key}"), value);
    match value {
        DeValue::Table(table) if NOTES.iter().any(|note| table.contains_key(*note)) => Vec::new(),
        DeValue::Table(table) => table
            .iter()
            .flat_map(|(key, value)| below(key.get_ref(), value.get_ref()))
            .collect(),
        DeValue::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, value)| below(&index.to_string(), value.get_ref()))
            .collect(),
        value if is_figure(value) => vec![path.to_owned()],
        _ => Vec::new(),
    }
}

/// A number, with a unit or without, or a file of them. Dates are facts of the law and stand for themselves.
fn is_figure(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Integer(_) | DeValue::Float(_) => true,
        DeValue::String(text) => text.ends_with(".csv") || Quantity::parse(text).is_ok(),
        _ => false,
    }
}

/// Points of a sweep take a baseline from each other where they have the same
/// fingerprint.
#[test]
fn models_of_one_fingerprint_have_the_same_baseline() {
    let baseline = |model: &Model| -> Vec<Vec<u64>> {
        let mut worker = Worker::new(model);
        (0..3)
            .map(|trial| {
                let record = worker.run(7, trial, Variant::Baseline).unwrap();
                record.metrics.iter().map(|value| value.to_bits()).collect()
            })
            .collect()
    };
    let mut shared = 0;
    for path in files() {
        let loaded = load(&path);
        let model = Model::new(&loaded.scenario).unwrap();
        let (print, expected) = (model.baseline_fingerprint(), baseline(&model));
        for policy in &model.policies {
            for change in ["effective=2026-07-01", "role=shock", "ends=2026-09-01"] {
                let kinds = policies(&path, &policy.name);
                let sets = kinds.map(|kind| format!("policies.{}.{kind}.{change}", policy.name));
                let sets: Vec<Override> = sets.into_iter().map(Override).collect();
                let Ok(changed) = scenario::load(&path, &sets) else {
                    continue;
                };
                let Ok(changed) = Model::new(&changed.scenario) else {
                    continue;
                };
                if !sets.is_empty() && changed.baseline_fingerprint() == print {
                    shared += 1;
                    assert_eq!(baseline(&changed), expected, "{sets:?}");
                }
            }
        }
        let capacity = Override("sites.0.capacity=\"1 kt/yr\"".to_owned());
        if let Ok(changed) = scenario::load(&path, &[capacity])
            && let Ok(changed) = Model::new(&changed.scenario)
        {
            assert_ne!(changed.baseline_fingerprint(), print);
        }
    }
    assert!(shared > 10, "only {shared} models share a baseline");
}

/// The kind of a policy of a file; none of an outage of a site.
fn policies(path: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).unwrap();
    let head = format!("[policies.{name}.");
    let line = text.lines().find_map(|line| line.strip_prefix(&head))?;
    let end = line.find([']', '.'])?;
    Some(line[..end].to_owned())
}
