//! What goes wrong around a sweep: killed at any instant, a disk that fills up,
//! a log that is damaged, shards that fail. In the end the files are, byte for
//! byte, those of a sweep that nothing happened to.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use proptest::test_runner::{RngAlgorithm, TestRng};
use rand_xoshiro::rand_core::Rng;
use tempfile::TempDir;

/// Kills of one test.
const KILLS: usize = 50;

/// Points of more than one block of trials each; every seventh is left out.
const SWEEP: &str = r#"
[sweep]
title    = "A ban on gas, by share and by length"
scenario = "small.toml"
trials   = 300
filters  = ["share != 30 % or length != 30 days"]
show     = ["shortfall_share", "shortfall p95"]

[factors.share]
path  = "policies.ban.export-ban.share"
range = { low = "10 %", high = "90 %", steps = 9 }

[factors.length]
path   = "commodities.gas.cover"
values = ["10 days", "30 days", "50 days", "70 days"]
"#;

/// A folder with a sweep and its scenario.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self::of(SWEEP)
    }

    fn of(sweep: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/small.toml");
        fs::copy(scenario, folder.path().join("small.toml")).unwrap();
        fs::write(folder.path().join("gas.toml"), sweep).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, out: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("shortfall"));
        command.arg("sweep").arg(self.path("gas.toml"));
        command.arg("--out").arg(out).args(args);
        command
    }

    fn run(&self, out: &Path, args: &[&str]) -> Output {
        self.command(out, args).output().unwrap()
    }

    fn merge(&self, folders: &[&Path], out: &Path) -> Output {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("shortfall"));
        command.arg("merge").args(folders).arg("--out").arg(out);
        command.output().unwrap()
    }

    /// The files that an undisturbed sweep leaves.
    fn expected(&self) -> Vec<(String, Vec<u8>)> {
        let out = self.path("expected");
        succeed(&self.run(&out, &["--threads", "1"]));
        contents(&out)
    }
}

#[track_caller]
fn succeed(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Names and bytes of all files in a folder and below it.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                found.push((name.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[track_caller]
fn same(found: &[(String, Vec<u8>)], expected: &[(String, Vec<u8>)]) {
    let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(found), names(expected));
    for ((name, found), (_, expected)) in found.iter().zip(expected) {
        assert!(found == expected, "{name} differs");
    }
}

/// Whether a child ends by itself within a time; else it is killed.
fn ends_within(mut child: Child, time: Duration) -> bool {
    let step = Duration::from_millis(2);
    let mut waited = Duration::ZERO;
    while waited < time {
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return true;
        }
        sleep(step);
        waited += step;
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(9) || status.code() == Some(0));
    false
}

/// Random instants, the same ones in each run of the tests.
fn instants(longest: u64) -> impl FnMut() -> Duration {
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    move || Duration::from_micros(random.next_u64() % (1_000 * longest))
}

#[test]
fn killed_at_any_instant_it_goes_on() {
    let bench = Bench::new();
    let expected = bench.expected();
    let mut instant = instants(400);
    let (mut kills, mut rounds) = (0, 0);
    while kills < KILLS {
        rounds += 1;
        let out = bench.path(&format!("out-{rounds}"));
        loop {
            let child = bench
                .command(&out, &["--resume", "--quiet"])
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            if kills == KILLS {
                succeed(&child.wait_with_output().unwrap());
                break;
            }
            if ends_within(child, instant()) {
                break;
            }
            kills += 1;
        }
        succeed(&bench.run(&out, &["--resume"]));
        same(&contents(&out), &expected);
    }
}

#[test]
fn a_shard_killed_at_any_instant_goes_on() {
    let bench = Bench::new();
    let expected = bench.expected();
    let mut instant = instants(150);
    let shards = bench.path("shards");
    for shard in ["1/3", "2/3", "3/3"] {
        let args = ["--shard", shard, "--resume", "--quiet"];
        for _ in 0..4 {
            let child = bench.command(&shards, &args).spawn().unwrap();
            ends_within(child, instant());
        }
        succeed(&bench.run(&shards, &args));
    }
    let out = bench.path("merged");
    succeed(&bench.merge(&[&shards], &out));
    same(&contents(&out), &expected);
}

#[test]
fn a_torn_or_changed_end_is_done_again() {
    let bench = Bench::new();
    let expected = bench.expected();
    let out = bench.path("out");
    // A shard of one: its log stays.
    let shard = ["--shard", "1/1", "--resume"];
    succeed(&bench.run(&out, &shard));
    let log = out.join("shard-0001-of-0001.log");
    let whole = fs::metadata(&log).unwrap().len();
    for cut in [whole - 1, whole / 2, whole / 3] {
        let file = File::options().write(true).open(&log).unwrap();
        file.set_len(cut).unwrap();
        let refused = bench.merge(&[&out], &bench.path("merged"));
        assert_eq!(refused.status.code(), Some(2));
        assert!(told(&refused).contains("--resume"), "{}", told(&refused));
        succeed(&bench.run(&out, &shard));
    }
    let mut file = File::options().write(true).open(&log).unwrap();
    file.seek(SeekFrom::Start(whole - 100)).unwrap();
    file.write_all(b"rubbish").unwrap();
    let refused = bench.merge(&[&out], &bench.path("merged"));
    assert!(
        told(&refused).contains("is damaged from byte"),
        "{}",
        told(&refused)
    );
    let resumed = bench.run(&out, &shard);
    assert!(
        told(&resumed).contains("are done again"),
        "{}",
        told(&resumed)
    );
    succeed(&bench.merge(&[&out], &bench.path("merged")));
    same(&contents(&bench.path("merged")), &expected);
}

#[test]
fn what_was_there_is_not_written_over() {
    let bench = Bench::new();
    let out = bench.path("out");
    let stopped = bench.command(&out, &[]).spawn().unwrap();
    assert!(
        !ends_within(stopped, Duration::from_millis(60)),
        "too fast to stop"
    );
    let again = bench.run(&out, &[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        told(&again).contains("go on with --resume"),
        "{}",
        told(&again)
    );
    let path = bench.path("small.toml");
    let changed = fs::read_to_string(&path)
        .unwrap()
        .replace("100 t/d", "101 t/d");
    fs::write(&path, changed).unwrap();
    let changed = bench.run(&out, &["--resume"]);
    assert_eq!(changed.status.code(), Some(2));
    assert!(
        told(&changed).contains("small.toml has other contents"),
        "{}",
        told(&changed)
    );
}

#[test]
fn a_second_run_of_the_same_sweep_waits_for_no_one() {
    let bench = Bench::of(&SWEEP.replace("300", "30_000"));
    let out = bench.path("out");
    let mut first = bench.command(&out, &["--quiet"]).spawn().unwrap();
    sleep(Duration::from_millis(1_500));
    let second = bench.run(&out, &["--resume"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(told(&second).contains("is in use"), "{}", told(&second));
}

#[test]
fn interrupted_it_says_how_to_go_on() {
    let bench = Bench::of(&SWEEP.replace("300", "5_000"));
    let out = bench.path("out");
    let child = bench
        .command(&out, &[])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(Duration::from_millis(1_500));
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", told(&output));
    assert!(
        told(&output).contains("go on with --resume"),
        "{}",
        told(&output)
    );
    assert!(!out.join("sweep.csv").exists());
}

/// A file system of a few pages, if this user may make one.
struct Tiny(PathBuf);

impl Tiny {
    fn new(path: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&path)
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(path))
    }

    fn grow(&self, size: &str) {
        let grown = Command::new("mount")
            .args(["-o", &format!("remount,size={size}")])
            .arg(&self.0)
            .status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// The gate sets `SHORTFALL_MOUNTS`, so that this is not left out there.
#[test]
fn a_disk_that_fills_up_loses_nothing() {
    let bench = Bench::new();
    let Some(disk) = Tiny::new(bench.path("disk"), "100k") else {
        let wanted = std::env::var_os("SHORTFALL_MOUNTS").is_some();
        assert!(!wanted, "no file system could be mounted");
        return eprintln!("left out: this user may not mount a file system");
    };
    let expected = bench.expected();
    let mut full = 0;
    for size in ["100k", "200k", "400k", "800k", "1m", "20m"] {
        disk.grow(size);
        let output = bench.run(&disk.0.join("out"), &["--resume"]);
        if output.status.code() == Some(0) {
            break;
        }
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(
            told(&output).contains("the disk is full"),
            "{}",
            told(&output)
        );
        full += 1;
    }
    assert!(full > 1, "the disk was never full");
    succeed(&bench.run(&disk.0.join("out"), &["--resume"]));
    same(&contents(&disk.0.join("out")), &expected);
}

/// Two regimes that, at one of the points, follow each other at once.
const REGIMES: &str = r#"
[regimes.quarrel]
start = "calm"
states.calm = { lasts = "40 days", then = { stop = 1 } }
states.stop = { lasts = "0.000_000_1 s", then = { calm = 1 } }
"#;

fn with_regimes(lengths: &str) -> Bench {
    let bench = Bench::of(&format!(
        r#"
[sweep]
title    = "How long a calm lasts"
scenario = "small.toml"
trials   = 20

[factors.calm]
path   = "regimes.quarrel.states.calm.lasts"
values = [{lengths}]
"#
    ));
    let path = bench.path("small.toml");

    let scenario = fs::read_to_string(&path).unwrap() + REGIMES;
    fs::write(path, scenario).unwrap();
    bench
}

#[test]
fn a_point_that_fails_is_told_and_the_others_are_done() {
    let bench = with_regimes(r#""40 days", "0.000_000_1 s", "50 days""#);
    let out = bench.path("out");
    let output = bench.run(&out, &[]);
    succeed(&output);
    let warning = "warning: 1 of 3 points failed; first: point 1: every trial failed";
    assert!(told(&output).contains(warning), "{}", told(&output));
    let summary = fs::read(out.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    assert_eq!(summary["points_failed"], 1);
    let error = summary["points"][1]["error"].as_str().unwrap();
    assert!(error.contains("follow each other without end"), "{error}");
    assert_eq!(summary["points"][2]["trials_completed"], 20);
    let table = fs::read_to_string(out.join("sweep.csv")).unwrap();
    let rows = |point: &str| {
        let rows = table.lines().skip(1);
        rows.filter(|row| row.split(',').nth(5) == Some(point))
            .count()
    };
    assert_eq!((rows("0"), rows("1"), rows("2")), (45, 45, 45));
}

#[test]
fn where_every_point_fails_so_does_the_sweep() {
    let bench = with_regimes(r#""0.000_000_1 s", "0.000_000_2 s""#);
    let output = bench.run(&bench.path("out"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told(&output).contains("error: every point failed"),
        "{}",
        told(&output)
    );
    assert!(bench.path("out/summary.json").exists());
}
