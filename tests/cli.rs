//! The command from the user's side: arguments in; files, text and exit codes
//! out.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use insta::assert_snapshot;
use tempfile::TempDir;

const DONE: i32 = 0;
const FAILED: i32 = 1;
const INPUT: i32 = 2;

/// A scenario whose trials take next to no time.
const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/small.toml");

/// Files of a run of the built-in scenario, but for charts and further pages of
/// the appendix.
const FILES: [&str; 9] = [
    "trials.parquet",
    "months.parquet",
    "summary.json",
    "summary.csv",
    "report.png",
    "report-ndfeb-magnet.JP.png",
    "report-ndfeb-magnet.US.png",
    "report-dytb-oxide.JP.png",
    "appendix.png",
];

/// The same with a tariff that is hardly meant.
const ODD: [&str; 3] = [
    SMALL,
    "--set",
    "policies.duty={ tariff = { role = \"shock\", by = \"B\", on = \"gas\", rate = 15 } }",
];

/// What a command left behind.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs `shortfall` in a folder, away from any terminal.
fn shortfall_in(folder: &Path, args: &[&str]) -> Done {
    let mut command = Command::cargo_bin("shortfall").unwrap();
    let output = command
        .current_dir(folder)
        .env_remove("COLUMNS")
        .args(args)
        .output()
        .unwrap();
    Done {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn shortfall(args: &[&str]) -> Done {
    shortfall_in(folder().path(), args)
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_says_what_there_is() {
    let done = shortfall(&["--help"]);
    assert_eq!(done.code, DONE);
    assert_snapshot!(done.stdout, @"
    How short of supplies a country runs under export controls and sanctions, by Monte Carlo simulation

    Usage: shortfall <COMMAND>

    Commands:
      run        Run a scenario and write its results: summaries, a report and charts
      sweep      Run a scenario many times, each with other values of some of its numbers
      merge      Put the shards of a sweep together and write its results
      backtest   Compare what scenarios foretell with what was observed, and score it
      selftest   Compare trials with results known in closed form, on this machine
      report     Draw the report and charts of a run again from its files
      scenarios  List the built-in scenarios, sweeps and backtests
      init       Copy built-in scenarios with their data and sweeps, to change them
      check      Look for mistakes in scenarios without running them
      schema     Print the JSON Schema of scenario files or sweeps, for editors
      trace      Tell what happened in one trial, event by event
      licences   Print the licences of what this program is made of
      help       Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Exit codes: 0 done; 1 a file could not be written, or no trial could be finished;
    2 wrong arguments or a mistake in a scenario or a file; 130 interrupted.
    ");
}

#[test]
fn help_of_run_says_what_it_takes() {
    let done = shortfall(&["run", "--help"]);
    assert_eq!(done.code, DONE);
    assert_snapshot!(done.stdout, @r#"
    Run a scenario and write its results: summaries, a report and charts

    Usage: shortfall run [OPTIONS] [SCENARIO]

    Arguments:
      [SCENARIO]  Scenario file, or name of a built-in scenario [default: rare-earths-2025]

    Options:
          --trials <N>            Number of trials [default: what the scenario says]
          --seed <S>              Master seed [default: what the scenario says]
          --threads <N>           Number of threads, of no influence on the results [default: all cores]
          --out <DIR>             Folder for the results [default: results/SCENARIO-NAME]
          --format <FORMAT>       Format of the pictures [default: png] [possible values: png, svg]
          --set <KEY.PATH=VALUE>  Set a value of the scenario, e.g. scenario.horizon="24 months"
      -q, --quiet                 Show no progress and no messages but errors and failed trials
      -h, --help                  Print help
    "#);
}

#[test]
fn help_of_trace_says_what_it_takes() {
    let done = shortfall(&["trace", "--help"]);
    assert_eq!(done.code, DONE);
    assert_snapshot!(done.stdout, @r#"
    Tell what happened in one trial, event by event

    Usage: shortfall trace [OPTIONS] --trial <K> [SCENARIO]

    Arguments:
      [SCENARIO]  Scenario file, or name of a built-in scenario [default: rare-earths-2025]

    Options:
          --trial <K>                  Index of the trial; the first is 0
          --seed <S>                   Master seed [default: what the scenario says]
          --set <KEY.PATH=VALUE>       Set a value of the scenario, e.g. scenario.horizon="24 months"
          --baseline                   Trace the baseline rather than the shocked variant
          --all                        Tell every event of every country, each parcel and application by
                                       itself
          --focus <COMMODITY@COUNTRY>  Follow only this focus of the scenario; may be repeated
          --country <CODE>             Tell only what names this country, or none; may be repeated
          --from <DATE>                Tell what happened from this day on
          --to <DATE>                  Tell what happened up to and with this day
          --csv                        Print CSV rather than a log
      -h, --help                       Print help
    "#);
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = format!("shortfall {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(shortfall(&["--version"]).stdout, version);
}

#[test]
fn wrong_arguments_are_the_users() {
    let wrong: [&[&str]; 9] = [
        &[],
        &["fly"],
        &["run", "--trials", "0"],
        &["run", "--trials", "1e4"],
        &["run", "--trials", "999999999999"],
        &["run", "--threads", "0"],
        &["run", "--seed", "-1"],
        &["run", "a.toml", "b.toml"],
        &["report"],
    ];
    for args in wrong {
        let done = shortfall(args);
        assert_eq!(done.code, INPUT, "{args:?}: {}", done.stderr);
        assert_eq!(done.stdout, "", "{args:?}");
    }
}

#[test]
fn a_wrong_number_is_named_with_what_was_expected() {
    let done = shortfall(&["run", "--trials", "0"]);
    assert_snapshot!(done.stderr, @"
    error: invalid value '0' for '--trials <N>': expected a whole number from 1 to 10,000,000

    For more information, try '--help'.
    ");
}

#[test]
fn a_missing_scenario_is_named() {
    let done = shortfall(&["run", "nowhere.toml"]);
    assert_eq!(done.code, INPUT);
    assert!(done.stderr.contains("nowhere.toml"), "{}", done.stderr);
}

#[test]
fn a_folder_that_cannot_be_written_is_found_first() {
    let folder = folder();
    fs::write(folder.path().join("taken"), "").unwrap();
    let args = ["run", "--trials", "10000000", "--out", "taken"];
    let done = shortfall_in(folder.path(), &args);
    assert_eq!((done.code, done.stdout.as_str()), (FAILED, ""));
    let expected = "error: cannot write taken: there is a file of that name, not a folder\n";
    assert_eq!(done.stderr, expected);
}

#[test]

fn a_run_writes_its_files_and_prints_a_table() {
    let folder = folder();
    let done = shortfall_in(folder.path(), &["run", "--trials", "20"]);
    assert_eq!(done.code, DONE, "{}", done.stderr);
    assert!(done.stdout.contains("P(any shortfall)"));
    let written = folder.path().join("results/rare-earths-2025");
    for name in FILES {
        assert!(done.stderr.contains(name));
        assert!(written.join(name).is_file(), "{name}");
    }
    assert!(done.stderr.contains("and 21 charts"), "{}", done.stderr);
    assert_eq!(fs::read_dir(written.join("charts")).unwrap().count(), 21);
    let mut all = names_in(&written);
    all.retain(|name| !FILES.contains(&name.as_str()) && !name.starts_with("appendix-"));
    assert_eq!(all, ["charts"]);
}

#[test]
fn pictures_can_be_svg_and_old_ones_go() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("charts")).unwrap();
    let old = [
        "appendix-2.svg",
        "charts/gas.C.price.svg",
        "charts/coal.policies.svg",
        "report-coal.C.svg",
    ];
    let kept = ["appendix-2.png", "appendix-b.svg", "charts/mine.svg"];
    for name in old.iter().chain(&kept) {
        fs::write(at(name), "<svg><metadata>scenario=coal</metadata></svg>").unwrap();
    }
    let mine = "report-final.svg";
    fs::write(at(mine), "drawn by hand").unwrap();
    let args = ["run", SMALL, "--trials", "20", "--format", "svg", "--out"];
    let done = shortfall_in(folder.path(), &[&args[..], &["."]].concat());
    assert_eq!(done.code, DONE, "{}", done.stderr);
    for name in ["report.svg", "appendix.svg", "charts/gas.B.price.svg"] {
        let text = fs::read_to_string(at(name)).unwrap();
        assert!(text.starts_with("<svg "), "{name}");
    }
    assert!(old.iter().all(|name| !at(name).exists()));
    assert!(kept.iter().all(|name| at(name).exists()));
    assert!(at(mine).exists());
    assert_eq!(shortfall(&["run", "--format", "pdf"]).code, INPUT);
}

/// Names in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]

fn quiet_leaves_only_the_results() {
    let done = shortfall(&["run", "--trials", "20", "--quiet"]);
    assert_eq!((done.code, done.stderr.as_str()), (DONE, ""));
    assert!(done.stdout.contains("P(any shortfall)"));
}

#[test]

fn threads_do_not_show_in_the_files() {
    let folder = folder();
    for threads in ["1", "2"] {
        let args = [
            "run",
            "--trials",
            "60",
            "--threads",
            threads,
            "--out",
            threads,
        ];
        assert_eq!(shortfall_in(folder.path(), &args).code, DONE);
    }
    let charts = names_in(&folder.path().join("1/charts")).into_iter();
    let charts = charts.map(|name| format!("charts/{name}"));
    for name in charts.chain(FILES.map(str::to_owned)) {
        let bytes = |threads: &str| fs::read(folder.path().join(threads).join(&name)).unwrap();
        assert!(bytes("1") == bytes("2"), "{name}");
    }
}

#[test]

fn the_seed_shows_in_the_files() {
    let folder = folder();
    for seed in ["1", "2"] {
        let args = ["run", "--trials", "20", "--seed", seed, "--out", seed];
        assert_eq!(shortfall_in(folder.path(), &args).code, DONE);
    }
    let table = |seed: &str| fs::read(folder.path().join(seed).join("summary.csv")).unwrap();
    assert!(table("1") != table("2"));
}

#[test]

fn check_describes_a_sound_scenario() {
    let scenario = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/rare-earths-2025.toml"
    );
    let done = shortfall(&["check", scenario]);
    assert_eq!((done.code, done.stderr.as_str()), (DONE, ""));
    assert!(done.stdout.contains("no mistakes"), "{}", done.stdout);
}

/// A minimal scenario with a mistake in five places.
const FIVE_MISTAKES: &str = r#"
[scenario]
title = "Five mistakes"
start = 2025-04-01
horizon = "12 bananas"
focus = ["magnet @ JP"]

[countries]
CN = "China"
JP = "Japan"

[commodities.magnet]
unit = "t"
price = "-75 USD/kg"
dispersoin = 10

[[sites]]
name = "plant"
country = "CX"
makes = "magnet"
capacity = "30 kt/yr"

[[demand]]
of = "magent"
in = "JP"
rate = "30 kt/yr"
"#;

#[test]
fn check_without_files_describes_every_built_in_scenario() {
    let done = shortfall(&["check"]);
    assert_eq!((done.code, done.stderr.as_str()), (DONE, ""));
    for name in built_in() {
        let sound = format!("{name}: no mistakes");
        assert!(done.stdout.lines().any(|line| line == sound), "{sound}");
    }
}

/// The names of the built-in scenarios, as they are listed.
fn built_in() -> Vec<String> {
    let listed = shortfall(&["scenarios"]).stdout;
    let lines = listed.lines().skip(1).take_while(|line| !line.is_empty());
    let names = lines.map(|line| line.split('\t').next().unwrap().to_owned());
    names.collect()
}

#[test]
fn built_in_scenarios_are_listed_a_line_each() {
    let done = shortfall(&["scenarios"]);
    assert_eq!((done.code, done.stderr.as_str()), (DONE, ""));
    let mut lines = done.stdout.lines();
    assert_eq!(lines.next(), Some("name\tquestion\tfocus\thorizon"));
    let usual = lines.find(|line| line.starts_with("rare-earths-2025\t"));
    assert_snapshot!(usual.unwrap().replace('\t', "\n"), @"
    rare-earths-2025
    How short of magnets, dysprosium and terbium do Japan and the United States become by the end of 2026, and which Chinese measure does the harm?
    ndfeb-magnet @ JP, dytb-oxide @ JP, ndfeb-magnet @ US
    24 months from 2025-01-01
    ");
    let mut lines = lines.skip_while(|line| !line.is_empty()).skip(1);
    assert_eq!(lines.next(), Some("sweep\tquestion\tvaried\tscenario"));
    assert!(lines.any(|line| line.starts_with("magnets-licences\t")));
}

#[test]
fn a_built_in_scenario_is_known_by_its_name_where_no_file_has_it() {
    let folder = folder();
    let args = ["check", "rare-earths-2025"];
    let done = shortfall_in(folder.path(), &args);
    assert!(done.stdout.starts_with("rare-earths-2025: no mistakes\n"));
    let trace = [
        "trace",
        "rare-earths-2025",
        "--trial",
        "0",
        "--to",
        "2025-01-02",
    ];
    assert_eq!(shortfall_in(folder.path(), &trace).code, DONE);
    fs::create_dir(folder.path().join("rare-earths-2025")).unwrap();
    assert_eq!(shortfall_in(folder.path(), &args).stdout, done.stdout);
    fs::remove_dir(folder.path().join("rare-earths-2025")).unwrap();
    fs::write(folder.path().join("rare-earths-2025"), FIVE_MISTAKES).unwrap();
    let done = shortfall_in(folder.path(), &args);
    assert_eq!(done.code, INPUT);
    assert!(done.stderr.contains("bananas"), "{}", done.stderr);
}

#[test]
fn an_unknown_name_is_told_with_the_nearest() {
    let done = shortfall(&["run", "rare-earth-2025"]);
    assert_eq!((done.code, done.stdout.as_str()), (INPUT, ""));
    assert_snapshot!(done.stderr, @"
    error: `rare-earth-2025` is neither a file nor a built-in scenario
    help: did you mean `rare-earths-2025`? `shortfall scenarios` lists them all
    ");
    assert_eq!(shortfall(&["check", "rare-earth-2025"]).stderr, done.stderr);
    let done = shortfall(&["trace", "xyz", "--trial", "0"]);
    let names = built_in().join(", ");
    let expected = format!(
        "error: `xyz` is neither a file nor a built-in scenario\nhelp: those are {names}\n"
    );
    assert_eq!((done.code, done.stderr), (INPUT, expected));
}

#[test]
fn a_copy_of_a_built_in_scenario_gives_the_same_results() {
    let folder = folder();
    let done = shortfall_in(folder.path(), &["init", "mine", "rare-earths-2025"]);
    assert_eq!((done.code, done.stdout.as_str()), (DONE, ""));
    assert_snapshot!(done.stderr, @"wrote rare-earths-2025.toml, data/dytb-oxide-2024.csv, data/ionic-clay-2024.csv, data/light-concentrate-2024.csv, data/ndfeb-magnet-2024.csv, data/ndpr-oxide-2024.csv, data/rare-earth-lanes.csv, sweeps/magnets-licences.toml, schema.json, sweep-schema.json to mine");
    for (scenario, out) in [
        ("rare-earths-2025", "a"),
        ("mine/rare-earths-2025.toml", "b"),
    ] {
        let args = ["run", scenario, "--trials", "20", "--quiet", "--out", out];
        assert_eq!(shortfall_in(folder.path(), &args).code, DONE);
    }
    let bytes = |out: &str| fs::read(folder.path().join(out).join("summary.json")).unwrap();
    assert!(bytes("a") == bytes("b"), "the summaries differ");
}

#[test]
fn all_built_in_scenarios_are_copied_where_none_is_named() {
    let folder = folder();
    assert_eq!(shortfall_in(folder.path(), &["init", "."]).code, DONE);
    for name in built_in() {
        let file = format!("{name}.toml");
        let done = shortfall_in(folder.path(), &["check", &file]);
        assert_eq!((done.code, done.stderr.as_str()), (DONE, ""), "{file}");
    }
    let points = |sweep: &str| shortfall_in(folder.path(), &["sweep", sweep, "--dry-run"]).stdout;
    let copy = points("sweeps/sakhalin-winter.toml");
    assert_eq!(copy.lines().count(), 1 + 30);
    assert_eq!(copy, points("sakhalin-winter"));
    let kept = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(kept("schema.json"), shortfall(&["schema"]).stdout);
    let printed = shortfall(&["schema", "--sweep"]).stdout;
    assert_eq!(kept("sweep-schema.json"), printed);
}

#[test]
fn copies_replace_nothing() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let init = || shortfall_in(folder.path(), &["init", ".", "rare-earths-2025"]);
    fs::create_dir(at("data")).unwrap();
    fs::write(at("data/ionic-clay-2024.csv"), "mine").unwrap();
    fs::write(at("schema.json"), "mine").unwrap();
    let done = init();
    assert_eq!(done.code, INPUT);
    assert_snapshot!(done.stderr, @"
    error: nothing is written, so as not to replace
      ./data/ionic-clay-2024.csv
      ./schema.json
    ");
    assert_eq!(names_in(folder.path()), ["data", "schema.json"]);
    assert_eq!(names_in(&at("data")), ["ionic-clay-2024.csv"]);
    fs::remove_dir_all(at("data")).unwrap();
    fs::remove_file(at("schema.json")).unwrap();
    assert_eq!(init().code, DONE);
    let again = init();
    assert_eq!(again.code, INPUT);
    assert_snapshot!(again.stderr, @"
    error: nothing is written, so as not to replace
      ./rare-earths-2025.toml
      ./sweeps/magnets-licences.toml
    ");
    fs::remove_file(at("rare-earths-2025.toml")).unwrap();
    fs::remove_dir_all(at("sweeps")).unwrap();
    assert_snapshot!(
        init().stderr,
        @"wrote rare-earths-2025.toml, sweeps/magnets-licences.toml to ."
    );
}

#[test]
fn only_known_scenarios_are_copied() {
    let folder = folder();
    let done = shortfall_in(folder.path(), &["init", "mine", "rare-earths-2026"]);
    assert_eq!(done.code, INPUT);
    assert_snapshot!(done.stderr, @"
    error: `rare-earths-2026` is no built-in scenario
    help: did you mean `rare-earths-2025`? `shortfall scenarios` lists them all
    ");
    assert!(!folder.path().join("mine").exists());
}

#[test]
fn schema_prints_json() {
    let done = shortfall(&["schema"]);
    assert_eq!((done.code, done.stderr.as_str()), (DONE, ""));
    let schema: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(schema["title"], "Scenario of shortfall");
    let done = shortfall(&["schema", "--sweep"]);
    assert_eq!((done.code, done.stderr.as_str()), (DONE, ""));
    let schema: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(schema["title"], "Sweep of shortfall");
}

#[test]
fn five_mistakes_are_told_at_once() {
    let folder = folder();
    fs::write(folder.path().join("five.toml"), FIVE_MISTAKES).unwrap();
    let done = shortfall_in(folder.path(), &["check", "five.toml"]);
    assert_eq!((done.code, done.stdout.as_str()), (INPUT, ""));
    let places = ["bananas", "-75 USD/kg", "dispersoin", "\"CX\"", "magent"];
    for place in places {
        assert!(done.stderr.contains(place), "{place}: {}", done.stderr);
    }
    let carets = |line: &&str| line.contains('^');
    assert!(done.stderr.lines().filter(carets).count() >= places.len());
    assert!(done.stderr.contains("five.toml"));
}

#[test]

fn one_bad_file_does_not_hide_the_others() {
    let folder = folder();
    fs::write(folder.path().join("five.toml"), FIVE_MISTAKES).unwrap();
    let scenario = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/rare-earths-2025.toml"
    );
    let done = shortfall_in(folder.path(), &["check", "five.toml", scenario]);
    assert_eq!(done.code, INPUT);
    assert!(done.stdout.contains("no mistakes"), "{}", done.stdout);
}

#[test]
fn what_is_odd_is_said_and_run_all_the_same() {
    let checked = shortfall(&[&["check"], &ODD[..]].concat());
    assert_eq!(checked.code, DONE);
    assert!(checked.stdout.contains("no mistakes"), "{}", checked.stdout);
    assert!(
        checked.stderr.starts_with("warning: this is 1,500 %\n"),
        "{}",
        checked.stderr
    );
    let run = |more: &[&str]| shortfall(&[&["run"], &ODD[..], &["--trials", "2"], more].concat());
    let loud = run(&[]);
    assert_eq!(loud.code, DONE);
    assert!(loud.stderr.contains("warning: this is 1,500 %"));
    let quiet = run(&["--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (DONE, ""));
}

#[test]
fn scenarios_and_sweeps_are_told_apart() {
    let folder = folder();
    assert_eq!(
        shortfall_in(folder.path(), &["init", ".", "japan-lng"]).code,
        DONE
    );
    let check = shortfall_in(folder.path(), &["check", "sweeps/sakhalin-winter.toml"]);
    assert_eq!(check.code, INPUT);
    assert!(
        check.stderr.contains("this is a sweep, not a scenario"),
        "{}",
        check.stderr
    );
    let sweep = shortfall_in(folder.path(), &["sweep", "japan-lng.toml"]);
    assert_eq!(sweep.code, INPUT);
    assert!(
        sweep.stderr.contains("this is a scenario, not a sweep"),
        "{}",
        sweep.stderr
    );
}

#[test]
fn an_address_is_no_folder() {
    let out = ["--out", "s3://bucket/results"];
    let [done, merged] =
        [["run", SMALL], ["merge", "."]].map(|command| shortfall(&[command, out].concat()));
    assert_eq!((done.code, &done.stderr), (INPUT, &merged.stderr));
    assert_snapshot!(done.stderr, @r"
    error: invalid value 's3://bucket/results' for '--out <DIR>': expected a folder of this machine; only the shards of a sweep go to object storage

    For more information, try '--help'.
    ");
    let sweep = ["sweep", "sakhalin-winter", "--out", "s3://bucket/results"];
    let done = shortfall(&sweep);
    assert_eq!(done.code, INPUT);
    assert_snapshot!(done.stderr, @"error: s3://bucket/results takes only shards: `--shard 1/1` makes one of the whole sweep, and `shortfall merge s3://bucket/results` writes the results to a folder");
}

#[cfg(not(feature = "object-store"))]
#[test]
fn object_storage_is_known_to_be_missing() {
    let sweep = [
        "sweep",
        "sakhalin-winter",
        "--shard",
        "1/2",
        "--out",
        "s3://bucket/results/",
    ];
    let done = shortfall(&sweep);
    assert_eq!(done.code, INPUT);
    assert_snapshot!(done.stderr, @"error: s3://bucket/results is in object storage, which this program was built without; `cargo build --release --features object-store` builds it in");
    let done = shortfall(&["merge", "s3://bucket/results", "nothing"]);
    assert_eq!(done.code, INPUT);
    assert_snapshot!(done.stderr, @r"
    error: s3://bucket/results is in object storage, which this program was built without; `cargo build --release --features object-store` builds it in
    error: cannot read nothing: No such file or directory (os error 2)
    ");
}

#[test]
fn prices_are_printed_in_the_unit_in_which_they_are_drawn() {
    let done = shortfall(&["sweep", "sakhalin-winter", "--trials", "1", "--quiet"]);
    assert_eq!((done.code, done.stderr.as_str()), (DONE, ""));
    let head = done.stdout.lines().find(|line| line.starts_with("point"));
    assert!(
        head.unwrap().contains("price_spot difference [USD/t]"),
        "{}",
        done.stdout
    );
    // Some dollars a tonne, not thousands a thousand tonnes.
    let first = done
        .stdout
        .lines()
        .find(|line| line.trim_start().starts_with("0 "));
    let price: f64 = first
        .unwrap()
        .split_whitespace()
        .nth(3)
        .unwrap()
        .parse()
        .unwrap();
    assert!(price.abs() < 100.0, "{}", done.stdout);
}
