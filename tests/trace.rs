//! One trial told: the same trial as in a batch, in words that add up to its
//! record.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use insta::assert_snapshot;
use shortfall::engine::{Decision, Entry, Journal, Model, Record, Variant, Worker};
use shortfall::scenario;
use shortfall::study::Metric;
use shortfall::units::Tick;

const SUPPLY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/supply.toml");
const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/trace.toml");
const WAYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ways.toml");
const SHIPPED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/scenarios/rare-earths-2025.toml"
);
const BOTH: [Variant; 2] = [Variant::Shocked, Variant::Baseline];

fn model(path: &str) -> Model {
    let loaded = scenario::load(Path::new(path), &[]);
    let loaded = loaded.unwrap_or_else(|report| panic!("{}", report.render()));
    Model::new(&loaded.scenario).unwrap_or_else(|complaints| panic!("{complaints:?}"))
}

fn trace(model: &Model, trial: u64, variant: Variant) -> (Journal, Record) {
    let (journal, record) = Worker::new(model).trace(7, trial, variant);
    (journal, record.unwrap())
}

/// Every bit of a record, as far as it is public.
fn bits(r: &Record) -> (Vec<u64>, Vec<(usize, Tick, Tick)>, u64) {
    let seen = [&r.metrics, &r.shortfall, &r.cover, &r.origins];
    let acts = [&r.stopped, &r.leaked, &r.seller_price, &r.discount];
    let numbers = seen.into_iter().chain(acts);
    let bits = numbers.flatten().map(|x| x.to_bits());
    (bits.collect(), r.work.clone(), r.events)
}

#[track_caller]
fn close(got: f64, wanted: f64) {
    assert!(
        (got - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
        "got {got}, wanted {wanted}"
    );
}

#[test]
fn a_journal_changes_no_bit_of_a_trial() {
    for path in [SMALL, WAYS, SHIPPED] {
        let model = model(path);
        let mut batch = Worker::new(&model);
        for trial in 0..4 {
            for variant in BOTH {
                let plain = bits(batch.run(7, trial, variant).unwrap());
                let (journal, record) = trace(&model, trial, variant);
                assert!(plain == bits(&record), "trial {trial} of {path}");
                assert!(journal.entries().len() > 100);
                // The worker that kept a journal keeps none from then on.
                let (_, again) = batch.trace(7, trial, variant);
                assert!(plain == bits(&again.unwrap()));
                assert!(plain == bits(batch.run(7, trial, variant).unwrap()));
            }
        }
    }
}

#[test]
fn entries_are_in_order_of_time() {
    let model = model(SMALL);
    let (journal, _) = trace(&model, 0, Variant::Shocked);
    assert!(journal.entries().is_sorted_by_key(|(at, _)| *at));
}

#[test]
fn blocked_volumes_add_up_to_what_policies_stopped() {
    for path in [SMALL, SHIPPED] {
        let model = model(path);
        let n = &model.network;
        for (trial, variant) in [(0, BOTH[0]), (3, BOTH[0]), (3, BOTH[1])] {
            let (journal, record) = trace(&model, trial, variant);
            let mut stopped = vec![0.0; record.stopped.len()];
            for (_, entry) in journal.entries() {
                if let Entry::Blocked {
                    policy,
                    pair,
                    rate,
                    days,
                } = entry
                {
                    let market = n.buyers[n.pairs[*pair].buyer as usize].market;
                    stopped[policy * n.markets.len() + market] += rate * days;
                }
            }
            for (got, wanted) in stopped.iter().zip(&record.stopped) {
                close(*got, *wanted);
            }
            assert!(variant == Variant::Baseline || stopped.iter().sum::<f64>() > 1.0);
        }
    }
}

#[test]
fn parcels_add_up_to_arrivals_by_origin() {
    for path in [SMALL, SHIPPED] {
        let model = model(path);
        let n = &model.network;
        let (journal, record) = trace(&model, 2, Variant::Shocked);
        let mut origins = vec![0.0; record.origins.len()];
        for (_, entry) in journal.entries() {
            if let Entry::Arrival { pair, volume, .. } = entry {
                let p = &n.pairs[*pair];
                let from = n.sellers[p.seller as usize].country;
                for f in (0..n.focus.len()).filter(|f| n.focus[*f] == p.buyer) {
                    origins[f * n.countries.len() + from] += volume;
                }
            }
        }
        assert!(origins.iter().sum::<f64>() > 1.0);
        for (got, wanted) in origins.iter().zip(&record.origins) {
            close(*got, *wanted);
        }
    }
}

#[test]
fn months_add_up_to_the_shortfall() {
    let model = model(SMALL);
    let (journal, record) = trace(&model, 1, Variant::Shocked);
    let mut short = vec![0.0; model.network.focus.len()];
    for (_, entry) in journal.entries() {
        if let Entry::Month {
            focus, short: s, ..
        } = entry
        {
            short[*focus] += s;
        }
    }
    for (f, total) in short.iter().enumerate() {
        let metric = f * Metric::ALL.len() + Metric::Shortfall as usize;
        close(*total, record.metrics[metric]);
    }
    assert!(short[0] > 1.0);
}

/// What is filed or held is approved, refused for good, released, or waits.
#[test]
fn what_is_filed_is_decided_or_waits() {
    let text = fs::read_to_string(SMALL).unwrap();
    let text = text.replace("reapply   = \"10 days\"\n", "");
    let loaded = scenario::load_embedded("small", &[("small.toml", &text)], &[]).unwrap();
    let model = Model::new(&loaded.scenario).unwrap();
    let (journal, _) = trace(&model, 0, Variant::Shocked);
    let (mut filed, mut decided) = (0.0, BTreeMap::new());
    let mut waits = BTreeMap::new();
    for (_, entry) in journal.entries() {
        match *entry {
            Entry::Filed {
                pair,
                applied,
                held,
                waiting,
                ..
            } => {
                filed += applied + held;
                waits.insert(pair, waiting);
            }
            Entry::Decided {
                pair,
                volume,
                decision,
                waiting,
                ..
            } => {
                *decided.entry(decision as u8).or_insert(0.0) += volume;
                waits.insert(pair, waiting);
            }
            _ => {}
        }
    }
    let all = [Decision::Approved, Decision::Refused, Decision::Released];
    assert!(all.iter().all(|d| decided[&(*d as u8)] > 0.0));
    close(
        decided.values().sum::<f64>() + waits.values().sum::<f64>(),
        filed,
    );
}

/// What the command left behind: its exit code and both outputs.
fn shortfall(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("shortfall").unwrap();
    let output = command.current_dir(folder).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// What `trace` prints about the small scenario.
fn told(args: &[&str]) -> String {
    let all: Vec<&str> = ["trace", SMALL].iter().chain(args).copied().collect();
    let (code, stdout, stderr) = shortfall(Path::new("."), &all);
    assert_eq!((code, stderr.as_str()), (0, ""), "{args:?}");
    stdout
}

fn table(args: &[&str]) -> Vec<BTreeMap<String, String>> {
    let text = told(&[args, &["--csv"]].concat());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn the_story_of_a_trial() {
    assert_snapshot!(told(&["--trial", "3"]));
}

#[test]
fn the_story_of_its_baseline() {
    assert_snapshot!(told(&[
        "--trial",
        "3",
        "--baseline",
        "--focus",
        "magnet@JP"
    ]));
}

#[test]
fn the_story_as_csv() {
    assert_snapshot!(nine_digits(&told(&["--trial", "3", "--csv"])));
}

/// The CSV with numbers to nine digits: the last ones are the business of
/// tests that know them.
fn nine_digits(csv: &str) -> String {
    let rounded = |cell: &str| match cell.parse::<f64>() {
        Ok(x) if cell.contains('.') => format!("{:.8e}", x).parse::<f64>().unwrap().to_string(),
        _ => cell.to_owned(),
    };
    let row = |line: &str| line.split(',').map(rounded).collect::<Vec<_>>().join(",");
    csv.lines().map(|line| row(line) + "\n").collect()
}

#[test]
fn all_of_a_week() {
    let week = ["--from", "2025-03-10", "--to", "2025-03-12"];
    assert_snapshot!(told(&[&["--trial", "3", "--all"], &week[..]].concat()));
}

#[test]
fn a_project_says_what_it_waits_for() {
    let projects = |sets: [&str; 2]| {
        let sets = sets.map(|set| format!("policies.{set}"));
        let early = "policies.terminal.project.breakeven=1 USD/t";
        let set = ["--set", &sets[0], "--set", &sets[1], "--set", early];
        shortfall(
            Path::new("."),
            &[&["trace", SUPPLY, "--trial", "0"], &set[..]].concat(),
        )
        .1
    };
    let tells = |log: &str, said: &str| assert!(log.contains(said), "{log}");
    let first = "new-mill.project.decision=2025-02-01";
    let funded = projects([first, "terminal.project.funded=1"]);
    tells(&funded, "new-mill: funded, to be built after terminal\n");
    tells(&funded, "terminal: funded\n");
    let dropped = projects([first, "terminal.project.funded=0"]);
    tells(
        &dropped,
        "terminal: not funded, never built, nor new-mill after it\n",
    );
    let late = projects([
        "new-mill.project.decision=2025-06-01",
        "terminal.project.funded=0",
    ]);
    tells(
        &late,
        "new-mill: funded, but never built without terminal\n",
    );
}

#[test]
fn log_and_csv_tell_the_same() {
    for args in [&["--trial", "1"][..], &["--trial", "1", "--all"]] {
        let log = told(args);
        let lines: Vec<&str> = log.lines().skip(3).collect();
        let rows = table(args);
        assert_eq!(lines.len(), rows.len());
        for (line, row) in lines.iter().zip(&rows) {
            assert!(line.starts_with(&row["date"]) && line.ends_with(&row["text"]));
        }
    }
}

#[test]
fn filters_leave_out_what_they_say() {
    let all = table(&["--trial", "1", "--all"]);
    let japan = table(&["--trial", "1", "--all", "--country", "JP"]);
    assert!(!japan.is_empty() && japan.len() < all.len());
    let names =
        |row: &BTreeMap<String, String>, code: &str| row["from"] == code || row["to"] == code;
    let nowhere = |row: &BTreeMap<String, String>| row["from"].is_empty() && row["to"].is_empty();
    assert!(japan.iter().all(|row| names(row, "JP") || nowhere(row)));
    let kept = all.iter().filter(|row| names(row, "JP") || nowhere(row));
    assert_eq!(kept.count(), japan.len());

    let ore = table(&["--trial", "1", "--focus", "ore @ JP"]);
    assert!(ore.iter().any(|row| row["kind"] == "shortfall"));
    assert!(ore.iter().all(|row| row["subject"] != "magnet @ JP"));

    let march = table(&["--trial", "1", "--from", "2025-03-01", "--to", "2025-03-31"]);
    assert!(march.iter().all(|row| row["date"].starts_with("2025-03-")));
    let story = table(&["--trial", "1"]);
    let in_march = story
        .iter()
        .filter(|row| row["date"].starts_with("2025-03-"));
    assert_eq!(in_march.count(), march.len());
}

/// The months told add up to what the trial's parcels and policies did.
#[test]
fn months_told_add_up_to_all_that_happened() {
    let sum = |rows: &[BTreeMap<String, String>], kind: &str, of: &str| -> f64 {
        let at_focus = |r: &&BTreeMap<String, String>| {
            r["kind"] == kind && r["commodity"] == of && r["to"] == "JP"
        };
        let volumes = rows.iter().filter(at_focus);
        volumes.map(|r| r["volume"].parse::<f64>().unwrap()).sum()
    };
    for variant in [&[][..], &["--baseline"]] {
        let of_trial = |more: &[&'static str]| table(&[&["--trial", "3"], variant, more].concat());
        let (story, all) = (of_trial(&[]), of_trial(&["--all"]));
        for of in ["magnet", "ore"] {
            let arrived = sum(&all, "arrival", of);
            assert!(arrived > 1.0);
            close(sum(&story, "month-arrivals", of), arrived);
            let blocked = sum(&all, "blocked", of);
            close(sum(&story, "month-policy", of), blocked);
            assert!(blocked > 1.0 || !variant.is_empty());
        }
    }
}

/// Means over a run of one or two trials are those of the trials told.
#[test]
fn a_trial_told_is_that_of_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    let run = [
        "run", SMALL, "--trials", "2", "--seed", "9", "--out", ".", "-q",
    ];
    assert_eq!(shortfall(folder.path(), &run).0, 0);
    let mut summary = csv::Reader::from_path(folder.path().join("summary.csv")).unwrap();
    let mut compared = 0;
    let told = |variant: &str, trial: &str| {
        let mut args = vec!["--trial", trial, "--seed", "9"];
        args.extend((variant == "baseline").then_some("--baseline"));
        table(&args)
    };
    let mut trials = BTreeMap::new();
    for variant in ["shocked", "baseline"] {
        trials.insert(variant, [told(variant, "0"), told(variant, "1")]);
    }
    for row in summary.deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let Some(trials) = trials.get(row["variant"].as_str()) else {
            continue;
        };
        let value = |rows: &Vec<BTreeMap<String, String>>| {
            let is_it = |r: &&BTreeMap<String, String>| {
                r["kind"] == row["metric"] && r["commodity"] == row["commodity"]
            };
            rows.iter().find(is_it).unwrap()["value"]
                .parse::<f64>()
                .ok()
        };
        if let [Some(first), Some(second)] = [value(&trials[0]), value(&trials[1])] {
            // Told in USD/kg, as the scenario states prices, and summed up in USD/t.
            let times = if row["unit"] == "USD/t" { 1e3 } else { 1.0 };
            close(0.5 * times * (first + second), row["mean"].parse().unwrap());
            compared += 1;
        }
    }
    assert!(
        compared >= 2 * 2 * 14,
        "only {compared} means were compared"
    );
}

#[test]
fn the_built_in_scenario_is_told_in_a_few_hundred_lines() {
    let (code, stdout, stderr) = shortfall(Path::new("."), &["trace", "--trial", "4_711"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let lines = stdout.lines().count();
    assert!((100..600).contains(&lines), "{lines} lines");
    assert!(stdout.contains("china-april-2025-licensing"));
}

/// Two regimes that end on dates gone by follow each other without end.
const CIRCLE: &str = "
[regimes.quarrel]
start = \"control\"
states.control = { until = 2025-03-10, then = { talks = 1 } }
states.talks   = { until = 2025-02-01, then = { control = 1 } }
";

#[test]
fn a_trial_that_fails_is_told_up_to_there() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(SMALL).unwrap();
    let (sound, _) = text.split_once("[regimes.quarrel]").unwrap();
    fs::write(
        folder.path().join("circle.toml"),
        format!("{sound}{CIRCLE}"),
    )
    .unwrap();
    let args = ["trace", "circle.toml", "--trial", "2"];
    let (code, stdout, stderr) = shortfall(folder.path(), &args);
    assert_eq!(code, 1);
    assert_snapshot!(stderr, @"error: trial 2 failed: regimes of quarrel follow each other without end on day 68.0; do all their dates lie before it?");
    assert!(stdout.contains("2025-02-15  ore-stop"), "{stdout}");
    assert!(stdout.contains("Mar 2025: "), "{stdout}");
    let last = stdout.lines().last().unwrap();
    assert!(last.starts_with("2025-03-"), "{last}");
}

#[test]
fn arguments_that_do_not_fit_are_the_users() {
    let complaint = |args: &[&str]| {
        let all: Vec<&str> = ["trace", SMALL].iter().chain(args).copied().collect();
        let (code, stdout, stderr) = shortfall(Path::new("."), &all);
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}");
        stderr.lines().next().unwrap_or_default().to_owned()
    };
    let wrong: [&[&str]; 10] = [
        &[],
        &["--trial", "-1"],
        &["--trial", "ten"],
        &["--trial", "10000000"],
        &["--trial", "1", "--from", "2025-02-30"],
        &["--trial", "1", "--focus", "magnet@CN"],
        &["--trial", "1", "--country", "XX"],
        &["--trial", "1", "--from", "2025-06-01"],
        &["--trial", "1", "--to", "2024-12-31"],
        &["--trial", "1", "--from", "2025-03-01", "--to", "2025-02-01"],
    ];
    let complaints: Vec<String> = wrong.into_iter().map(complaint).collect();
    assert_snapshot!(complaints.join("\n"), @"
    error: the following required arguments were not provided:
    error: invalid value '-1' for '--trial <K>': expected a whole number from 0 to 9,999,999
    error: invalid value 'ten' for '--trial <K>': expected a whole number from 0 to 9,999,999
    error: invalid value '10000000' for '--trial <K>': expected a whole number from 0 to 9,999,999
    error: invalid value '2025-02-30' for '--from <DATE>': expected a date such as 2025-04-04
    error: --focus magnet@CN is no focus of the scenario; those are magnet@JP, ore@JP
    error: --country XX is not in the scenario; its countries are AU, CN, JP
    error: --from 2025-06-01 is after the end of the scenario, 2025-05-01
    error: --to 2024-12-31 is before the start of the scenario, 2025-01-01
    error: --from 2025-03-01 is after --to 2025-02-01
    ");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let binary = assert_cmd::cargo::cargo_bin!("shortfall");
    let script = format!(
        "{{ '{}' trace '{SMALL}' --trial 1 --all; echo $? >&2; }} | head -1",
        binary.display()
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "0\n");
}
