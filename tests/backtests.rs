//! Trials against observations: what is counted, how it is scored, what a user
//! reads when the observations are wrong, and the built-in backtests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "other tests use the rest")]
mod lane;
#[allow(dead_code, reason = "only the other module needs it")]
mod ran;

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use assert_cmd::Command;
use insta::assert_snapshot;
use shortfall::engine::{Model, Variant, Worker};
use shortfall::network::{Counted, Watch};
use shortfall::scenario::{self, Loaded};
use shortfall::study::backtest::{Backtest, Comparison, Foretold, Scored};
use shortfall::study::{About, Plan, Stamp};
use tempfile::TempDir;

use lane::{close, one_lane};

const HEAD: &str = "series,month,commodity,from,to,counted,value,unit,no_effect";

/// A pipeline of ten days between a seller and a buyer who have stock for the
/// year and order what they use, whatever happens.
const PIPE: &str = "pipeline = true\non_change = true\ntransit = \"10 days\"";

fn lane(commodity: &str, rest: &str) -> String {
    let commodity = format!(
        "restocking = 0\nstock_elasticity = 0\nminimum_cover = \"0 days\"\n\
         elasticity = {{ short = 0 }}\nrelease = \"0 days\"\n{commodity}"
    );
    one_lane("12 months", &commodity, "", "cover = \"300 days\"", rest)
}

/// Nothing, or part of it, is made from 11 March for 20 days.
fn stop(loses: &str) -> String {
    format!(
        "[policies.stop.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
         at = 2025-03-11\nlasts = \"20 days\"\nloses = {loses}\n"
    )
}

fn load(text: &str) -> Loaded {
    let loaded = scenario::load_embedded("case", &[("case.toml", text)], &[]);
    loaded.unwrap_or_else(|report| panic!("{}", report.render()))
}

/// Scores a scenario against rows of a table.
fn compare(text: &str, rows: &[String], trials: u64) -> Result<Backtest, String> {
    let loaded = load(text);
    let table = format!("{HEAD}\n{}\n", rows.join("\n"));
    let files = [("observed.csv", table.as_str())];
    let observed = scenario::load_observed_embedded("observed.csv", &files, &loaded.scenario);
    let observed = observed.map_err(|report| report.render())?;
    let model = Model::new(&loaded.scenario).unwrap();
    let comparison = Comparison::new(&loaded.scenario, model, &observed, trials);
    let comparison = comparison.map_err(|error| error.to_string())?;
    let plan = Plan {
        trials,
        seed: 7,
        threads: 2,
    };
    let about = About {
        stamp: Stamp {
            trials,
            ..Stamp::default()
        },
        ..About::default()
    };
    let never = AtomicBool::new(false);
    let done = comparison.run((&about, &plan), &(), &never);
    done.map_err(|error| error.to_string())
}

/// Trade of the lane, month by month of 2025, as it is `counted`.
fn traded(text: &str, counted: &str) -> Vec<f64> {
    let rows = (1..=12).map(|month| format!("gas,2025-{month:02},gas,A,B,{counted},0,t,"));
    let done = compare(text, &rows.collect::<Vec<_>>(), 1).unwrap();
    done.series[0]
        .scored
        .iter()
        .map(|month| month.mean)
        .collect()
}

/// The same by another way: a hundred a day but in the days that are left out.
fn by_day(out: std::ops::Range<u32>) -> Vec<f64> {
    let mut day = 0;
    let months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].map(|days| {
        let traded = (day..day + days).filter(|day| !out.contains(day));
        let volume = 100.0 * traded.count() as f64;
        day += days;
        volume
    });
    months.to_vec()
}

#[track_caller]
fn all_close(got: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(got.len(), wanted.len());
    for (got, wanted) in got.iter().zip(wanted) {
        close(*got, *wanted, tolerance);
    }
}

#[test]
fn a_pipeline_is_counted_day_by_day_at_either_end() {
    let text = lane(PIPE, &stop("1"));
    // 11 March is day 69; what was in the pipeline then arrives.
    all_close(&traded(&text, "exports"), &by_day(69..89), 0.01);
    all_close(&traded(&text, "imports"), &by_day(79..99), 0.01);
}

/// A window that begins in one month and ends in the next counts in both.
#[test]
fn parcels_are_counted_over_their_window() {
    let text = lane("transit = \"10 days\"", "");
    let months = by_day(0..0);
    // What leaves in the last window is counted as far as it has left.
    all_close(&traded(&text, "exports")[..11], &months[..11], 1e-6);
    all_close(&traded(&text, "imports"), &months, 1e-6);
}

#[test]
fn whole_cargoes_are_counted_when_they_pass() {
    let text = lane("transit = \"10 days\"\ncargo = \"1400 t\"", "");
    let (left, came) = (traded(&text, "exports"), traded(&text, "imports"));
    for volume in left.iter().chain(&came) {
        close(volume / 1400.0, (volume / 1400.0).round(), 1e-9);
    }
    let (left, came): (f64, f64) = (left.iter().sum(), came.iter().sum());
    close(left, 36_500.0, 2800.0);
    close(came, left, 2800.0);
}

/// What a seller keeps for itself is no trade, nor is that of others.
#[test]
fn all_stands_for_all_others() {
    let kept = "[[demand]]\nof = \"gas\"\nin = \"A\"\nrate = \"20 t/d\"\n";
    let text = lane(PIPE, kept).replace("capacity = \"100 t/d\"", "capacity = \"120 t/d\"");
    let rows = ["A,all", "all,B", "A,B", "all,all"]
        .map(|pair| format!("{pair},2025-01,gas,{pair},exports,0,t,").replacen(',', " ", 1));
    let done = compare(&text, &rows, 1).unwrap();
    for series in &done.series {
        close(series.scored[0].mean, 3100.0, 0.01);
    }
}

#[test]
fn units_and_rates_are_those_of_the_table() {
    let rows = [
        ("kg", 3_100_000.0),
        ("kt", 3.1),
        ("t/d", 100.0),
        ("kt/yr", 36.525),
    ];
    for (unit, wanted) in rows {
        let row = format!("gas,2025-01,gas,A,B,exports,{wanted},{unit},");
        let done = compare(&lane(PIPE, ""), &[row], 1).unwrap();
        close(done.series[0].scored[0].mean / wanted, 1.0, 1e-5);
        close(done.series[0].scores.rmse / wanted, 0.0, 1e-5);
    }
}

/// What is foretold to the tonne has no error; the naive forecasts are off by
/// what the stop took.
#[test]
fn scores_without_chance() {
    let rows = [
        ("2024-12", 3000.0, ""),
        ("2025-02", 2800.0, ""),
        ("2025-03", 1100.0, "3200"),
        ("2025-04", 3000.0, "3000"),
    ];
    let rows = rows.map(|(month, value, expected)| {
        format!("gas,{month},gas,A,B,exports,{value},t,{expected}")
    });
    let done = compare(&lane(PIPE, &stop("1")), &rows, 3).unwrap();
    let Foretold {
        scored,
        scores,
        before,
        ..
    } = &done.series[0];
    assert_eq!(before.len(), 1);
    let expected: Vec<f64> = scored.iter().map(|month| month.no_effect).collect();
    all_close(&expected, &[2800.0, 3200.0, 3000.0], 0.01);
    let last: Vec<f64> = scored.iter().map(|month| month.last_month).collect();
    assert_eq!(last, [3000.0, 2800.0, 1100.0]);
    close(scores.rmse, 0.0, 0.01);
    close(scores.crps, 0.0, 0.01);
    close(
        scores.rmse_no_effect,
        (2100.0_f64.powi(2) / 3.0).sqrt(),
        0.01,
    );
    close(scores.crps_no_effect, 700.0, 0.01);
    let squares = 200.0_f64.powi(2) + 1700.0_f64.powi(2) + 1900.0_f64.powi(2);
    close(scores.rmse_last_month, (squares / 3.0).sqrt(), 0.01);
    close(scores.crps_last_month, 3800.0 / 3.0, 0.01);
}

/// A loss that is uniform between none and all leaves exports uniform between
/// 1,100 and 3,100 t.
#[test]
fn scores_of_a_uniform_law() {
    let trials = 4000;
    let text = lane(PIPE, &stop("{ uniform = { low = 0, high = 1 } }"));
    for at in [0.02, 0.1, 0.4, 0.8] {
        let value = 1100.0 + 2000.0 * at;
        let row = format!("gas,2025-03,gas,A,B,exports,{value},t,");
        let done = compare(&text, &[row], trials).unwrap();
        let Foretold { scored, scores, .. } = &done.series[0];
        let Scored {
            mean,
            quantiles,
            crps,
            pit,
            ..
        } = scored[0];
        let se = 1.0 / (12.0 * trials as f64).sqrt();
        close((mean - 1100.0) / 2000.0, 0.5, 4.0 * se);
        for (got, p) in quantiles.iter().zip([0.05, 0.25, 0.5, 0.75, 0.95_f64]) {
            let se = (p * (1.0 - p) / trials as f64).sqrt();
            close((got - 1100.0) / 2000.0, p, 4.0 * se);
        }
        close(pit, at, 4.0 * (at * (1.0 - at) / trials as f64).sqrt());
        // ∫ (F(x) − 1{x ≥ y})² dx of the uniform law.
        let exact = (at.powi(3) + (1.0 - at).powi(3)) / 3.0;
        close(crps / 2000.0, exact, 4.0 * se);
        assert_eq!(scores.within_50, usize::from(at == 0.4));
        assert_eq!(scores.within_90, usize::from(at != 0.02));
    }
}

/// To count is not to disturb.
#[test]
fn counting_changes_no_bit() {
    for name in ["rare-earths-2025", "japan-lng", "russian-oil-2025"] {
        let path = format!("scenarios/{name}.toml");
        let loaded = scenario::load(path.as_ref(), &[]);
        count_and_compare(&loaded.unwrap_or_else(|report| panic!("{report}")));
    }
}

fn count_and_compare(loaded: &Loaded) {
    let plain = Model::new(&loaded.scenario).unwrap();
    let mut counting = Model::new(&loaded.scenario).unwrap();
    let market = counting.network.markets[0].pairs.clone();
    let watches = [Counted::Exports, Counted::Imports].map(|counted| Watch {
        pairs: market.clone().map(|pair| pair as u32).collect(),
        counted,
    });
    counting.network.watch(watches.to_vec());
    let mut counted = 0.0;
    for trial in 0..4 {
        let run = |model| {
            let record = Worker::new(model).run(7, trial, Variant::Shocked).cloned();
            record.unwrap()
        };
        let (mut without, with) = (run(&plain), run(&counting));
        counted += with.trade.iter().sum::<f64>();
        assert!(without.trade.is_empty());
        without.trade.clone_from(&with.trade);
        assert_eq!(format!("{without:?}"), format!("{with:?}"));
    }
    assert!(counted > 0.0);
}

/// All mistakes of a table at once, each with its place.
#[test]
fn a_wrong_table_is_told_row_by_row() {
    let rows = [
        "gas,2025-13,gas,A,B,exports,1,t,",
        "gas,2025-01,gaz,A,B,exports,1,t,",
        "gas,2025-01,gas,A+C,B,exports,1,t,",
        "gas,2025-01,gas,A,B,export,1,t,",
        "gas,2025-01,gas,A,B,shipped,1,t,",
        "gas,2025-01,gas,A,B,exports,-1,t,",
        "gas,2025-01,gas,A,B,exports,many,t,",
        "gas,2025-01,gas,A,B,exports,1,USD/t,",
        "gas,2025-01,gas,A,B,exports,1,barn,",
        "gas,2025-01,gas,A,B,exports,1,t,x",
        ",2025-01,gas,A,B,exports,1,t,",
        "gas,2025-02,gas,A,B,exports,1,t,",
        "gas,2025-02,gas,A,B,exports,2,t,",
        "gas,2025-03,gas,A,B,imports,2,t,",
        "gas,2025-03,gas,A,B",
    ];
    let rows = rows.map(str::to_owned);
    assert_snapshot!(compare(&lane(PIPE, ""), &rows, 1).unwrap_err());
}

#[test]
fn what_cannot_be_compared_is_told() {
    let told = |rows: &[&str], trials| {
        let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        compare(&lane(PIPE, ""), &rows, trials).unwrap_err()
    };
    assert_snapshot!(told(&[], 1), @r"
    error: this table has no observations
    --> observed.csv
    ");
    assert_snapshot!(told(&["gas,2024-12,gas,A,B,exports,1,t,"], 1), @"no month that was observed lies wholly within the scenario, which runs from 2025-01-01 to 2026-01-01");
    assert_snapshot!(told(&["gas,2025-01,gas,B,A,exports,1,t,"], 1), @"the scenario has no trade of “gas”: in gas from B to A");
    assert_snapshot!(told(&["gas,2025-01,gas,A,B,exports,1,t,"], 9_999_999), @"9999999 trials of 12 monthly values are too many to keep: at most 2796202 trials");
}

/// Runs `shortfall` in a folder.
fn shortfall(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("shortfall").unwrap();
    let output = command.current_dir(folder).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// A scenario and observations of a user's own.
fn own() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = lane(PIPE, &stop("{ uniform = { low = 0, high = 1 } }"));
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    let rows = [
        "2025-02,gas,A,B,exports,2.8,kt,",
        "2025-03,gas,A,B,exports,1.9,kt,3.2",
    ];
    let rows = rows.map(|row| format!("Gas from A,{row}"));
    let rows = format!(
        "{HEAD}\n# Customs of A\n{}\nGas from A,2031-01,gas,A,B,exports,9,kt,\n",
        rows.join("\n")
    );
    fs::write(folder.path().join("seen.csv"), rows).unwrap();
    folder
}

#[test]
fn a_scenario_of_ones_own_is_compared() {
    let folder = own();
    let args = [
        "backtest",
        "mine.toml",
        "--observed",
        "seen.csv",
        "--trials",
        "200",
    ];
    let (code, stdout, stderr) = shortfall(folder.path(), &args);
    assert_eq!(code, 0, "{stderr}");
    assert_snapshot!(stdout);
    assert_snapshot!(stderr, @r"
    warning: mine: 1 of 3 observations are of months that the scenario does not cover wholly, and are left out
    wrote scores.csv, months.csv, mine.png to results/backtest
    ");
    let out = folder.path().join("results/backtest");
    let months = fs::read_to_string(out.join("months.csv")).unwrap();
    assert_eq!(months.lines().count(), 3);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    let scores = fs::read_to_string(out.join("scores.csv")).unwrap();
    let again = [args.as_slice(), &["--threads", "1", "--out", "again", "-q"]].concat();
    let (code, _, stderr) = shortfall(folder.path(), &again);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let again = fs::read_to_string(folder.path().join("again/scores.csv")).unwrap();
    assert_eq!(scores, again);
}

#[test]
fn a_command_that_cannot_be_done_says_why() {
    let folder = own();
    let told = |args: &[&str]| {
        let (code, stdout, stderr) = shortfall(folder.path(), &[&["backtest"], args].concat());
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(!folder.path().join("results").exists());
        stderr
    };
    assert_snapshot!(told(&["mine.toml"]), @r"
    error: `mine.toml` is no built-in backtest; those are magnets-2025, japan-embargo-2010, gallium-germanium-2023, russian-oil-2025
    help: to compare a scenario of your own, say what was observed: `shortfall backtest mine.toml --observed FILE.csv`
    ");
    assert_snapshot!(told(&["mine.toml", "--observed", "none.csv"]), @r"
    error: cannot read the observations: there is no such file
    --> none.csv
    ");
    assert_snapshot!(told(&["mine.toml", "--observed", "seen.csv", "--set", "scenario.horizon=20 days"]), @"error: no month that was observed lies wholly within the scenario, which runs from 2025-01-01 to 2025-01-21");
    assert!(told(&["--observed", "seen.csv"]).contains("SCENARIO"));
}

/// Few trials of each: that they can be done, and what files they leave.
#[test]
fn the_built_in_backtests_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = shortfall(folder.path(), &["backtest", "--trials", "20"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout.matches("trials · seed").count(), 4);
    let scores = fs::read_to_string(folder.path().join("results/backtest/scores.csv")).unwrap();
    let stored = fs::read_to_string("tests/scores.csv").unwrap();
    let series = |text: &str| -> Vec<String> {
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let rows = table.records().map(|row| row.unwrap());
        rows.map(|row| format!("{} {} {}", &row[0], &row[5], &row[6]))
            .collect()
    };
    assert_eq!(
        series(&scores),
        series(&stored),
        "tests/scores.csv has other series"
    );
}
