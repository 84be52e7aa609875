//! What goes wrong around a run: disks, folders, signals, files of others. Old
//! results stay as they were, nothing is half written, and it is said why.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![allow(
    clippy::disallowed_methods,
    reason = "a run is killed at parts of the time it takes"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use shortfall::export::{complete, read_run};
use shortfall::study::{Columns, Metric, Which};
use tempfile::TempDir;

const DONE: i32 = 0;
const FAILED: i32 = 1;
const INPUT: i32 = 2;
const INTERRUPTED: i32 = 130;

/// A scenario whose trials take next to no time.
const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/small.toml");

/// How many files it leaves: four with numbers, two pages and seven charts.
const FILES: usize = 13;

/// Far more trials than any test waits for.
const ENDLESS: &str = "10000000";

/// What a command left behind.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

fn binary() -> PathBuf {
    assert_cmd::cargo::cargo_bin!("shortfall").into()
}

fn done(command: &mut Command) -> Done {
    let output = command.output().unwrap();
    Done {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn shortfall(args: &[&str]) -> Done {
    done(Command::new(binary()).args(args))
}

/// Runs with files of at most `blocks` of 512 bytes, as on a disk that is full.
fn limited(blocks: u32, args: &[&str]) -> Done {
    let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    done(shell.arg("-c").arg(script).arg(binary()).args(args))
}

/// A folder with the results of twenty trials.
struct Results {
    folder: TempDir,
    before: Vec<(String, Vec<u8>)>,
}

impl Results {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap().to_owned();
        let done = shortfall(&["run", SMALL, "--trials", "20", "--quiet", "--out", &out]);
        assert_eq!(done.code, DONE, "{}", done.stderr);
        let before = contents(folder.path());
        assert_eq!(before.len(), FILES);
        Self { folder, before }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn out(&self) -> &str {
        self.path().to_str().unwrap()
    }

    #[track_caller]
    fn are_intact(&self) {
        let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
            files.iter().map(|(name, _)| name.clone()).collect()
        };
        let now = contents(self.path());
        assert_eq!(names(&now), names(&self.before));
        assert!(now == self.before, "a file has changed");
    }

    /// Starts a run into the folder that only ends when it is told to.
    fn start(&self, scenario: &str) -> Child {
        let args = ["run", scenario, "--trials", ENDLESS, "--out", self.out()];
        let child = Command::new(binary())
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        sleep(Duration::from_secs(2));
        child
    }

    /// Where a run under way keeps its files.
    fn staging(&self) -> PathBuf {
        let entries = fs::read_dir(self.path()).unwrap().map(Result::unwrap);
        let ours = |path: &PathBuf| path.to_str().unwrap().contains("/.shortfall-");
        entries.map(|entry| entry.path()).find(ours).unwrap()
    }
}

/// Names and bytes of all files in a folder and below it; empty folders by name.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries
        .flat_map(|entry| {
            let (name, path) = (entry.file_name().into_string().unwrap(), entry.path());
            let below = if path.is_dir() {
                contents(&path)
            } else {
                Vec::new()
            };
            match below.is_empty() {
                true => vec![(name, fs::read(path).unwrap_or_default())],
                false => below
                    .into_iter()
                    .map(|(file, bytes)| (format!("{name}/{file}"), bytes))
                    .collect(),
            }
        })
        .collect();
    files.sort();
    files
}

fn signal(child: &Child, signals: &[&str]) {
    for signal in signals {
        let sent = Command::new("kill")
            .args([*signal, &child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

fn end(child: Child) -> Done {
    let output = child.wait_with_output().unwrap();
    Done {
        code: output.status.code().unwrap(),
        stdout: String::new(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_disk_that_is_full_is_found_first() {
    let results = Results::new();
    let done = limited(
        0,
        &["run", SMALL, "--trials", ENDLESS, "--out", results.out()],
    );
    let expected = format!(
        "error: cannot write {}: files may not grow that large here (see ulimit -f)\n",
        results.out()
    );
    assert_eq!((done.code, done.stderr), (FAILED, expected));
    assert_eq!(done.stdout, "");
    results.are_intact();
}

#[test]
fn a_disk_that_fills_up_ends_the_run() {
    let results = Results::new();
    let done = limited(
        100,
        &["run", SMALL, "--trials", ENDLESS, "--out", results.out()],
    );
    let expected = format!(
        "error: cannot write {}/trials.parquet: files may not grow that large here (see ulimit -f)\n",
        results.out()
    );
    assert_eq!((done.code, done.stderr), (FAILED, expected));
    results.are_intact();
}

#[test]
fn a_disk_that_is_full_in_the_end_leaves_what_was_there() {
    let results = Results::new();
    let done = limited(
        200,
        &["run", SMALL, "--trials", "30", "--out", results.out()],
    );
    let expected = format!(
        "error: cannot write {}/report.png: files may not grow that large here (see ulimit -f)\n",
        results.out()
    );
    assert_eq!((done.code, done.stderr), (FAILED, expected));
    assert_eq!(done.stdout, "");
    results.are_intact();
    let done = limited(200, &["report", results.out()]);
    assert_eq!(done.code, FAILED, "{}", done.stderr);
    results.are_intact();
}

#[test]
fn copies_of_scenarios_find_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.txt");
    fs::write(&mine, "mine").unwrap();
    let (before, out) = (contents(folder.path()), folder.path().to_str().unwrap());
    for (blocks, file) in [(0, ""), (20, "/rare-earths-2025.toml")] {
        let done = limited(blocks, &["init", out, "rare-earths-2025"]);
        let expected = format!(
            "error: cannot write {out}{file}: files may not grow that large here (see ulimit -f)\n"
        );
        assert_eq!((done.code, done.stderr), (FAILED, expected));
        assert!(
            contents(folder.path()) == before,
            "something is left behind"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_table_that_cannot_be_printed_is_our_fault() {
    let results = Results::new();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let args = [
        "run",
        SMALL,
        "--trials",
        "30",
        "--quiet",
        "--out",
        results.out(),
    ];
    let done = done(Command::new(binary()).args(args).stdout(full));
    assert_eq!(done.code, FAILED);
    let expected = "error: cannot write to standard output: No space left on device";
    assert!(done.stderr.starts_with(expected), "{}", done.stderr);
}

/// Root may write anywhere, so the run is somebody else's.
#[test]
fn a_folder_of_somebody_else_is_refused() {
    let results = Results::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let (binary_copy, scenario) = (
        elsewhere.path().join("shortfall"),
        elsewhere.path().join("s.toml"),
    );
    fs::copy(binary(), &binary_copy).unwrap();
    fs::copy(SMALL, &scenario).unwrap();
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(elsewhere.path(), 0o755);
    allow(results.path(), 0o555);
    let mut command = Command::new(binary_copy);
    command
        .arg("run")
        .arg(scenario)
        .args(["--out", results.out()]);
    if user_is_root() {
        command.uid(65_534);
    }
    let done = done(command.current_dir(elsewhere.path()));
    allow(results.path(), 0o755);
    let expected = format!("error: cannot write {}: permission denied\n", results.out());
    assert_eq!((done.code, done.stderr), (FAILED, expected));
    results.are_intact();
}

fn user_is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

#[test]
fn a_folder_that_vanishes_is_named() {
    let results = Results::new();
    let child = results.start(SMALL);
    fs::remove_dir_all(results.path()).unwrap();
    signal(&child, &["-INT"]);
    let done = end(child);
    assert_eq!(done.code, FAILED);
    let expected = format!(
        "cannot write {}/months.parquet: there is no such folder\n",
        results.out()
    );
    assert!(done.stderr.ends_with(&expected), "{}", done.stderr);
    assert!(!results.path().exists());
}

#[test]
fn a_file_that_vanishes_is_named() {
    let results = Results::new();
    let child = results.start(SMALL);
    fs::remove_file(results.staging().join("trials.parquet")).unwrap();
    signal(&child, &["-INT"]);
    let done = end(child);
    assert_eq!(done.code, FAILED);
    let expected = "trials.parquet: what was written of it has been removed by someone else\n";
    assert!(done.stderr.ends_with(expected), "{}", done.stderr);
    results.are_intact();
}

/// The scenario is read once, so it may go meanwhile.
#[track_caller]
fn writes_what_it_has(on: &str) {
    let results = Results::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let scenario = elsewhere.path().join("small.toml");
    fs::copy(SMALL, &scenario).unwrap();
    let child = results.start(scenario.to_str().unwrap());
    fs::remove_file(scenario).unwrap();
    signal(&child, &[on]);
    let done = end(child);
    assert_eq!(done.code, INTERRUPTED, "{}", done.stderr);
    assert!(done.stderr.starts_with("stopping: "), "{}", done.stderr);
    assert!(done.stderr.ends_with("interrupted\n"), "{}", done.stderr);
    let (outcome, trials) = read_run(results.path()).unwrap();
    assert!(outcome.interrupted);
    assert!(outcome.completed > 20 && outcome.completed < 10_000_000);
    let short = trials.metric(0, Which::Shocked, Metric::Shortfall).unwrap();
    assert_eq!(short.len() as u64, outcome.completed);
    assert_eq!(contents(results.path()).len(), FILES);
}

#[test]
fn ctrl_c_writes_what_is_complete() {
    writes_what_it_has("-INT");
}

#[test]
fn sigterm_writes_what_is_complete() {
    writes_what_it_has("-TERM");
}

#[test]
fn a_second_signal_ends_at_once_and_leaves_nothing() {
    let results = Results::new();
    let child = results.start(SMALL);
    signal(&child, &["-INT", "-TERM"]);
    assert_eq!(end(child).code, INTERRUPTED);
    results.are_intact();
}

#[test]
fn a_table_that_is_gone_is_named() {
    let elsewhere = tempfile::tempdir().unwrap();
    let scenario = elsewhere.path().join("small.toml");
    let trade = "\n[trade.gas]\nflows = \"gone.csv\"\nunit = \"t/yr\"\n";
    fs::write(&scenario, fs::read_to_string(SMALL).unwrap() + trade).unwrap();
    let done = shortfall(&["run", scenario.to_str().unwrap()]);
    assert_eq!(done.code, INPUT);
    assert!(done.stderr.contains("gone.csv"), "{}", done.stderr);
}

#[test]
fn a_chart_that_cannot_have_its_name_leaves_what_was_there() {
    let mut results = Results::new();
    let chart = results.path().join("charts/gas.B.price.png");
    fs::remove_file(&chart).unwrap();
    fs::create_dir(&chart).unwrap();
    results.before = contents(results.path());
    let commands = [
        vec!["run", SMALL, "--trials", "30", "--out", results.out()],
        vec!["report", results.out()],
    ];
    for args in commands {
        let done = shortfall(&args);
        let expected = format!("error: cannot write {}: it is a folder\n", chart.display());
        assert_eq!((done.code, done.stderr), (FAILED, expected));
        assert_eq!(done.stdout, "");
        results.are_intact();
    }
}

#[test]
fn a_file_in_place_of_the_charts_is_found_first() {
    let mut results = Results::new();
    let charts = results.path().join("charts");
    fs::remove_dir_all(&charts).unwrap();
    fs::write(&charts, "").unwrap();
    results.before = contents(results.path());
    let commands = [
        vec!["run", SMALL, "--trials", ENDLESS, "--out", results.out()],
        vec!["report", results.out()],
    ];
    for args in commands {
        let done = shortfall(&args);
        let expected = format!(
            "error: cannot write {}: there is a file of that name, not a folder\n",
            charts.display()
        );
        assert_eq!((done.code, done.stderr), (FAILED, expected));
        results.are_intact();
    }
}

#[test]
fn a_chart_that_vanishes_is_named() {
    let results = Results::new();
    let child = results.start(SMALL);
    fs::remove_dir(results.staging().join("charts")).unwrap();
    signal(&child, &["-INT"]);
    let done = end(child);
    assert_eq!(done.code, FAILED);
    let expected = "/charts/gas.B.chance.png: there is no such folder\n";
    assert!(done.stderr.ends_with(expected), "{}", done.stderr);
    results.are_intact();
}

/// Removes the pictures of a run and has them drawn again.
#[track_caller]
fn drawn_again(args: &[&str], format: &str) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let pictures = ["--format", format];
    let run = [&["run", "--quiet", "--out", out], args, &pictures].concat();
    let run = shortfall(&run);
    assert_eq!(run.code, DONE, "{}", run.stderr);
    let before = contents(folder.path());
    let drawn = before.iter().filter(|(name, _)| name.ends_with(format));
    for (name, _) in drawn {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    fs::remove_dir(folder.path().join("charts")).unwrap();
    assert_eq!(contents(folder.path()).len(), 4);
    let mut done = shortfall(&[&["report", out][..], &pictures].concat());
    assert_eq!(done.code, DONE, "{}", done.stderr);
    assert!(contents(folder.path()) == before, "a picture has changed");
    done.stderr = done.stderr.replace(out, "DIR");
    done
}

#[test]
fn a_report_is_drawn_again_byte_for_byte() {
    for format in ["png", "svg"] {
        let done = drawn_again(&[SMALL, "--trials", "20"], format);
        let expected = format!("wrote report.{format}, appendix.{format} and 7 charts to DIR\n");
        assert_eq!((done.stdout.as_str(), done.stderr), ("", expected));
    }
}

/// Three foci of two commodities, an overview, titles of policies, judgements and defaults of the language.
#[test]
fn a_report_of_three_foci_is_drawn_again_byte_for_byte() {
    for format in ["png", "svg"] {
        let done = drawn_again(&["--trials", "12"], format);
        assert!(done.stderr.contains(" and 21 charts"), "{}", done.stderr);
    }
}

#[test]
fn a_report_is_drawn_beside_that_of_another_format() {
    let results = Results::new();
    let done = shortfall(&["report", results.out(), "--format", "svg"]);
    assert_eq!(done.code, DONE, "{}", done.stderr);
    let now = contents(results.path());
    assert_eq!(now.len(), FILES + 9);
    assert!(results.before.iter().all(|file| now.contains(file)));
}

#[test]
fn no_report_is_drawn_from_files_of_others() {
    let results = Results::new();
    let other = Results::new();
    let args = [
        "run",
        SMALL,
        "--seed",
        "5",
        "--trials",
        "20",
        "--out",
        other.out(),
    ];
    assert_eq!(shortfall(&args).code, DONE);
    let path = |results: &Results| results.path().join("trials.parquet");
    fs::copy(path(&other), path(&results)).unwrap();
    let done = shortfall(&["report", results.out()]);
    let expected = format!(
        "error: cannot read {}/trials.parquet: it is of another run: its seed is 5, that of summary.json 1\n",
        results.out()
    );
    assert_eq!((done.code, done.stderr), (INPUT, expected));
    let done = shortfall(&["report", "nowhere"]);
    let expected = "error: cannot read nowhere/summary.json: there is no such file\n";
    assert_eq!((done.code, done.stderr.as_str()), (INPUT, expected));
    assert!(!Path::new("nowhere").exists());
}

#[test]
fn no_report_is_drawn_from_damaged_columns() {
    let results = Results::new();
    let path = results.path().join("trials.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 4;
    bytes[4..middle].fill(0);
    fs::write(&path, bytes).unwrap();
    let done = shortfall(&["report", results.out()]);
    assert_eq!(done.code, INPUT, "{}", done.stderr);
    let expected = format!(
        "error: cannot draw the report: column gas:B:shortfall:shocked: \
         cannot read {}: it is damaged, or no Parquet file (",
        path.display()
    );
    assert!(done.stderr.starts_with(&expected), "{}", done.stderr);
}

#[test]
fn an_interrupted_backtest_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scores.csv"), "old").unwrap();
    let child = Command::new(binary())
        .args(["backtest", "japan-embargo-2010", "--trials", "1000000"])
        .arg("--out")
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(Duration::from_secs(2));
    signal(&child, &["-INT"]);
    let done = end(child);
    assert_eq!(done.code, INTERRUPTED, "{}", done.stderr);
    assert!(done.stderr.ends_with("interrupted\n"), "{}", done.stderr);
    assert_eq!(
        contents(folder.path()),
        [("scores.csv".to_owned(), b"old".to_vec())]
    );
}

/// A run of its own seed into a folder, on one thread.
fn seeded(out: &Path, seed: u32) -> Command {
    let mut command = Command::new(binary());
    command.args(["run", SMALL, "--trials", "20", "--threads", "1", "--quiet"]);
    command.args(["--seed", &seed.to_string()]);
    command.arg("--out").arg(out).stdout(Stdio::null());
    command
}

/// What a run leaves that nothing happens to.
fn undisturbed(seed: u32) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let done = done(&mut seeded(folder.path(), seed));
    assert_eq!(done.code, DONE, "{}", done.stderr);
    contents(folder.path())
}

#[test]
fn of_many_runs_into_a_folder_one_is_the_last() {
    const RUNS: u32 = 64;
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..RUNS)
        .map(|seed| {
            let mut command = seeded(folder.path(), seed);
            command.stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let done = end(child);
        assert_eq!(done.code, DONE, "{}", done.stderr);
    }
    let (outcome, _) = read_run(folder.path()).unwrap();
    let seed = u32::try_from(outcome.stamp.seed).unwrap();
    assert!(contents(folder.path()) == undisturbed(seed));
}

/// Old results or new ones, and never some of each once the next command has looked.
#[test]
fn killed_at_any_instant_it_leaves_the_files_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let expected = [1, 2].map(undisturbed);
    let began = Instant::now();
    assert_eq!(done(&mut seeded(folder.path(), 1)).code, DONE);
    let takes = began.elapsed();
    let mut ended = 0;
    for kill in 0..60 {
        let seed = 1 + kill % 2;
        let mut child = seeded(folder.path(), seed).spawn().unwrap();
        sleep(takes * kill / 30);
        child.kill().unwrap();
        ended += u32::from(child.wait().unwrap().success());
        complete(folder.path());
        let found = contents(folder.path());
        assert!(expected.contains(&found), "kill {kill}");
    }
    assert!(0 < ended && ended < 60, "{ended} of 60 were done first");
}

#[test]
fn the_number_of_threads_does_not_show() {
    let run = |threads: &str| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        let args = ["run", SMALL, "--trials", "100", "--quiet", "--out", out];
        let done = done(
            Command::new(binary())
                .args(args)
                .args(["--threads", threads]),
        );
        assert_eq!(done.code, DONE, "{}", done.stderr);
        contents(folder.path())
    };
    let one = run("1");
    for threads in ["2", "3", "7", "16", "64"] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

/// Neither terminal nor pipes, no place for temporary files, no home.
#[test]
fn it_needs_nothing_around_it() {
    let expected = undisturbed(1);
    let folder = tempfile::tempdir().unwrap();
    let script = "exec \"$0\" \"$@\" <&- >&- 2>&-";
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script]).arg(binary());
    shell.args(seeded(folder.path(), 1).get_args());
    let status = shell.env_clear().env("TMPDIR", "/nowhere").status();
    assert_eq!(status.unwrap().code(), Some(DONE));
    assert!(contents(folder.path()) == expected);
}

/// Names that are no text are taken as they are.
#[test]
fn paths_may_be_of_any_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join(OsStr::from_bytes(b"a\xff\x1b[31m b"));
    fs::create_dir(&odd).unwrap();
    let scenario = odd.join(OsStr::from_bytes(b"\xfe.toml"));
    fs::copy(SMALL, &scenario).unwrap();
    let out = odd.join("out");
    let run = |scenario: &Path| {
        let mut command = Command::new(binary());
        command.arg("run").arg(scenario).args(["--trials", "20"]);
        done(command.arg("--out").arg(&out))
    };
    let found = run(&scenario);
    assert_eq!(found.code, DONE, "{}", found.stderr);
    assert_eq!(contents(&out).len(), FILES);
    assert!(!found.stderr.contains('\x1b'), "{}", found.stderr);
    let gone = run(&odd.join("gone.toml"));
    assert_eq!(gone.code, INPUT);
    assert!(!gone.stderr.contains('\x1b'), "{}", gone.stderr);
}

/// What a scenario says cannot give orders to a terminal, rightly written or not.
#[test]
fn messages_hold_no_control_codes() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("odd.toml");
    let text = fs::read_to_string(SMALL).unwrap();
    let title = text.lines().find(|line| line.starts_with("title")).unwrap();
    for odd in [
        "title = \"a\\u001b]0;b\\u0007\\u009b31m\\u202e\"",
        "title = \"a\x1b]0;b\x07\u{9b}31m\u{202e}\"",
        "title = 5 # \u{9b}31m\u{202e}",
        "\"a\\u001b[31m\" = 1",
    ] {
        fs::write(&scenario, text.replace(title, odd)).unwrap();
        let out = folder.path().join("out");
        let mut run = Command::new(binary());
        run.arg("run")
            .arg(&scenario)
            .args(["--trials", "20", "--out"]);
        let found = done(run.arg(out));
        let orders = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!found.stderr.contains(orders), "{:?}", found.stderr);
        assert!(found.code == DONE || found.code == INPUT);
    }
}
