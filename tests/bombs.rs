//! Scenarios, sweeps and arguments that ask for too much: each is refused in
//! words or done within bounds of time and memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "how long the command takes is what is tested"
)]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const DONE: i32 = 0;
const FAILED: i32 = 1;
const INPUT: i32 = 2;

/// Memory that a command may take, in KiB of address space: 3 GiB.
const MEMORY: u32 = 3 << 20;
/// Time that it may take, on a machine that has other things to do.
const TIME: Duration = Duration::from_secs(60);

/// Parts of a scenario.
struct Parts<'p> {
    horizon: &'p str,
    scenario: &'p str,
    commodity: &'p str,
    capacity: &'p str,
    rate: &'p str,
    site: &'p str,
    demand: &'p str,
    rest: &'p str,
}

const PLAIN: Parts = Parts {
    horizon: "1 year",
    scenario: "",
    commodity: "balance = \"as-given\"",
    capacity: "100 t/d",
    rate: "100 t/d",
    site: "",
    demand: "",
    rest: "",
};

impl Parts<'_> {
    fn text(&self) -> String {
        let Parts {
            horizon,
            scenario,
            commodity,
            capacity,
            rate,
            site,
            demand,
            rest,
        } = self;
        format!(
            "[scenario]\ntitle = \"bomb\"\nstart = 2025-01-01\nhorizon = \"{horizon}\"\n\
             focus = [\"gas @ B\"]\n{scenario}\n[countries]\nA = \"Seller\"\nB = \"Buyer\"\n\
             [commodities.gas]\nunit = \"t\"\nprice = \"100 USD/t\"\n{commodity}\n\
             [[sites]]\nname = \"field\"\ncountry = \"A\"\nmakes = \"gas\"\n\
             capacity = \"{capacity}\"\n{site}\n\
             [[demand]]\nof = \"gas\"\nin = \"B\"\nrate = \"{rate}\"\n{demand}\n{rest}\n"
        )
    }
}

/// Runs the command in a folder with little memory.
fn limited(folder: &Path, args: &[&str]) -> Output {
    let program = assert_cmd::cargo::cargo_bin!("shortfall");
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""));
    command.arg(program).args(args).current_dir(folder);
    command.output().unwrap()
}

/// Its exit code and what it told, which must not be that it is out of memory,
/// nor come late.
#[track_caller]
fn told(folder: &Path, args: &[&str]) -> (i32, String) {
    let began = Instant::now();
    let output = limited(folder, args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        began.elapsed() < TIME,
        "{args:?} took {:?}",
        began.elapsed()
    );
    assert!(!text.contains("panicked"), "{args:?}: {text}");
    let code = output.status.code();
    let code = code.unwrap_or_else(|| panic!("{args:?}: {} {text}", output.status));
    let stdout = String::from_utf8(output.stdout).unwrap();
    for absurd in ["NaN", " inf "] {
        assert!(!stdout.contains(absurd), "{args:?}: {stdout}");
    }
    (code, text)
}

/// Two trials of a scenario.
#[track_caller]
fn run(text: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bomb.toml"), text).unwrap();
    told(
        folder.path(),
        &["run", "bomb.toml", "--trials", "2", "--quiet"],
    )
}

#[track_caller]
fn is_refused(text: &str, because: &str) {
    let (code, told) = run(text);
    assert_eq!(code, INPUT, "{told}");
    assert!(told.contains(because), "{told}");
    assert!(told.len() < 40_000, "{} bytes of words", told.len());
}

#[track_caller]
fn is_done(text: &str) {
    let (code, told) = run(text);
    assert_eq!(code, DONE, "{told}");
}

#[test]
fn numbers_of_no_size_that_anything_has() {
    for number in ["1e308", "1e300", "1e19", "1e-19", "1e-308"] {
        let rate = format!("{number} t/d");
        let days = format!("{number} days");
        let law = format!("cover = {{ lognormal = {{ mean = \"30 days\", sd = \"{days}\" }} }}");
        let commodities = [
            format!("transit = \"{days}\""),
            format!("parcel = \"{number} t\""),
            format!("cargo = \"{number} t\""),
            format!("dispersion = {number}"),
        ];
        let demands = [
            format!("cover = \"{days}\""),
            format!("initial = \"{number} t\""),
            format!("value_at_risk = \"{number} USD/t\""),
            format!("elasticity = {{ short = {number} }}"),
            law,
        ];
        let mut texts = vec![
            Parts {
                capacity: &rate,
                ..PLAIN
            }
            .text(),
            Parts {
                rate: &rate,
                ..PLAIN
            }
            .text(),
        ];
        texts.extend(commodities.iter().map(|c| {
            Parts {
                commodity: c,
                ..PLAIN
            }
            .text()
        }));
        texts.extend(demands.iter().map(|d| Parts { demand: d, ..PLAIN }.text()));
        for text in texts {
            is_refused(&text, "is of no size that anything has");
        }
    }
    let wild = "cover = { weibull = { shape = 0.01, scale = \"30 days\" } }";
    is_refused(
        &Parts {
            demand: wild,
            ..PLAIN
        }
        .text(),
        "of a size that nothing has",
    );
}

/// At the ends of what is allowed, numbers are still numbers.
#[test]
fn numbers_of_extreme_size_are_run() {
    for (capacity, rate) in [
        ("1e17 t/d", "1e17 t/d"),
        ("1e17 t/d", "1 t/d"),
        ("1e-15 t/d", "1e-15 t/d"),
    ] {
        let (code, told) = run(&Parts {
            capacity,
            rate,
            ..PLAIN
        }
        .text());
        assert!(code == DONE || code == INPUT, "{capacity}, {rate}: {told}");
    }
}

#[test]
fn too_many_of_anything() {
    let mut countries = PLAIN.text();
    let mut listed = String::new();
    for k in 0..5_000 {
        let _ = writeln!(listed, "C{k} = \"c\"");
    }
    countries = countries.replace("[commodities.gas]", &format!("{listed}[commodities.gas]"));
    is_refused(&countries, "more than 400 countries");
    let long = format!("question = \"{}\"", "x".repeat(6_000_000));
    is_refused(
        &Parts {
            scenario: &long,
            ..PLAIN
        }
        .text(),
        "larger than 5 MB",
    );
    for open in ["[", "{a=", "a."] {
        let deep = format!("x = {}", open.repeat(100_000));
        is_refused(
            &Parts {
                rest: &deep,
                ..PLAIN
            }
            .text(),
            "not TOML",
        );
    }
}

#[test]
fn times_without_end_or_length() {
    for (horizon, because) in [
        ("10000 years", "too far away"),
        ("100 years", "too far away"),
        ("0 days", "no length"),
        ("-1 days", "no length"),
    ] {
        is_refused(&Parts { horizon, ..PLAIN }.text(), because);
    }
    for zero in ["clearing = \"0 days\"", "transit = \"-1 days\""] {
        is_refused(
            &Parts {
                commodity: zero,
                ..PLAIN
            }
            .text(),
            "out of range",
        );
    }
    let quota = "[policies.q.export-quota]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
                 volume = \"1 t\"\nperiod = \"0 days\"\n";
    is_refused(
        &Parts {
            rest: quota,
            ..PLAIN
        }
        .text(),
        "out of range",
    );
    is_done(
        &Parts {
            commodity: "transit = \"100 years\"",
            ..PLAIN
        }
        .text(),
    );
    let outages = "outages = { rate = \"1e12/yr\", lasts = \"1 hour\" }";
    is_refused(
        &Parts {
            site: outages,
            ..PLAIN
        }
        .text(),
        "out of range",
    );
}

/// What would go on for ever ends at so many events, and says what would help.
#[test]
fn events_without_number() {
    let desk = "[policies.d.export-licence]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
                review = \"0 days\"\napproval = 0\nreapply = \"0 days\"\napplications = 1000\n";
    let text = Parts {
        rest: desk,
        commodity: "clearing = \"1 day\"",
        ..PLAIN
    }
    .text();
    let (code, told) = run(&text);
    assert_eq!(code, FAILED, "{told}");
    assert!(
        told.contains("more than 16 million events in one trial: shorten"),
        "{told}"
    );
}

#[test]
fn cargoes_without_number() {
    let text = Parts {
        commodity: "cargo = \"1e-9 t\"",
        capacity: "1e9 t/yr",
        rate: "1e9 t/yr",
        ..PLAIN
    };
    is_done(&text.text());
}

#[test]
fn many_policies_are_run() {
    let bans = (0..5_000).map(|k| {
        format!("[policies.p{k}.export-ban]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\nshare = 0.1\n")
    });
    let bans: String = bans.collect();
    is_done(
        &Parts {
            rest: &bans,
            ..PLAIN
        }
        .text(),
    );
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plain.toml"), PLAIN.text()).unwrap();
    folder
}

#[test]
fn arguments_out_of_all_bounds() {
    let folder = folder();
    let long = "a".repeat(5_000);
    for args in [
        &["run", "plain.toml", "--trials", "18446744073709551615"][..],
        &["run", "plain.toml", "--threads", "1000000"],
        &["run", "plain.toml", "--seed", "99999999999999999999"],
        &["trace", "plain.toml", "--trial", "18446744073709551615"],
        &["run", "/dev/zero"],
        &["run", "."],
        &["run", &long],
        &["report", "/dev/null"],
        &["merge", "/dev/zero"],
        &["backtest", "plain.toml", "--observed", "/dev/zero"],
    ] {
        let (code, told) = told(folder.path(), args);
        assert_eq!(code, INPUT, "{args:?}: {told}");
        assert!(!told.is_empty());
    }
}

#[test]
fn sweeps_of_more_points_than_there_are() {
    let folder = folder();
    for steps in [1_000, 100_000_000_u64] {
        let mut text =
            String::from("[sweep]\ntitle = \"x\"\nscenario = \"plain.toml\"\ntrials = 2\n");
        let paths = [
            "sites.field.capacity",
            "demand.0.rate",
            "commodities.gas.price",
        ];
        for (path, unit) in paths.into_iter().zip(["t/d", "t/d", "USD/t"]) {
            let key = path.replace('.', "-");
            let _ = write!(
                text,
                "[factors.{key}]\npath = \"{path}\"\n\
                 range = {{ low = \"80 {unit}\", high = \"120 {unit}\", steps = {steps} }}\n"
            );
        }
        fs::write(folder.path().join("sweep.toml"), text).unwrap();
        let (code, told) = told(folder.path(), &["sweep", "sweep.toml", "--quiet"]);
        assert_eq!(code, INPUT, "{told}");
    }
}

/// Tens of thousands wait at a desk that talks clear again and again.
#[test]
fn a_long_queue_closes_ranks_in_time() {
    is_done(
        &Parts {
            commodity: "balance = \"as-given\"\nclearing = \"1 day\"",
            rest: "[policies.desk.export-licence]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
                   review = \"1 day\"\napproval = 1\napplications = 200\nthroughput = \"0.1/day\"\n\
                   in_regime.talks = { clears_backlog = 0.02 }\n\
                   [regimes.relations]\nstart = \"dispute\"\n\
                   states.dispute = { lasts = \"60 days\", then = { talks = 1 } }\n\
                   states.talks = { lasts = \"1 day\", then = { dispute = 1 } }\n",
            ..PLAIN
        }
        .text(),
    );
}
