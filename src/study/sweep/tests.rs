use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::engine::Model;
use crate::scenario::sweep::{Design, Factor, Level};
use crate::scenario::{Override, load_embedded};
use crate::study::{self, About, InMemory, Plan, Stamp};

const SCENARIO: &str = include_str!("../../../tests/small.toml");
/// More than two blocks, the last not whole.
const TRIALS: u64 = 600;
const SHARES: [&str; 5] = [
    "0.1",
    "0.3",
    "0.5",
    "{ uniform = { low = 0, high = 1 } }",
    "0.9",
];

/// The scenario with a shock of some size; of the last point, another supply too.
fn model(point: usize) -> Model {
    let mut changes = vec![format!("policies.ban.export-ban.share={}", SHARES[point])];
    if point == 4 {
        changes.push("sites.field.capacity=99 t/d".to_owned());
    }
    let changes: Vec<Override> = changes.into_iter().map(Override).collect();
    let loaded = load_embedded("small", &[("small.toml", SCENARIO)], &changes).unwrap();
    Model::new(&loaded.scenario).unwrap()
}

fn prepare(point: usize) -> Result<Prepared, String> {
    match point {
        2 => Err("this one cannot be had".to_owned()),
        _ => Ok(Prepared::new(model(point), 7)),
    }
}

fn outline() -> Outline {
    let outcome = study::outline(&model(0), &About::default());
    Outline {
        stamp: Stamp {
            scenario: "shares".to_owned(),
            hash: "0".to_owned(),
            seed: 7,
            trials: TRIALS,
            version: "1".to_owned(),
        },
        title: "Shares".to_owned(),
        question: None,
        scenario: "One field".to_owned(),
        files: vec![SourceFile {
            name: "shares.toml".to_owned(),
            hash: "1".to_owned(),
        }],
        design: Design::Grid,
        design_seed: None,
        filters: Vec::new(),
        dropped: 0,

        factors: vec![Factor {
            key: "share".to_owned(),
            title: "Share".to_owned(),
            unit: String::new(),
            paths: vec!["policies.ban.export-ban.share".to_owned()],
            levels: Vec::new(),
            between: None,
        }],
        focus: outcome.focus.into_iter().map(SweepFocus::from).collect(),
        responses: vec![Response::named(("shortfall", "shocked", "mean")).unwrap()],
        short_above: 0.005,
        horizon: 90.0,
        points: SHARES
            .map(|share| vec![Level::Text(share.to_owned())])
            .to_vec(),
    }
}

/// Runs what is left of a shard, until so many units have been prepared.
fn go(path: &Path, shard: Shard, threads: usize, stop_after: u64) -> bool {
    let outline = outline();
    let Opened { mut log, done, .. } = Log::open(path, &outline, shard, true).unwrap();
    let (begun, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let prepare = |point| {
        let seen = begun.fetch_add(1, Ordering::Relaxed);
        stop.fetch_or(seen >= stop_after, Ordering::Relaxed);
        prepare(point)
    };
    let work = Work {
        units: Units::new(outline.points.len(), TRIALS, shard),
        prepare: &prepare,
        done: &done,
        threads,
    };
    run(&work, &mut log, &(), &stop).unwrap()
}

fn found(paths: &[PathBuf]) -> Vec<StoredPoint> {
    let logs = Logs::open(paths).unwrap();
    (0..SHARES.len())
        .map(|point| logs.point(point).unwrap())
        .collect()
}

/// What one undisturbed run finds.
fn undisturbed() -> Vec<StoredPoint> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    assert!(go(&path, Shard::WHOLE, 1, u64::MAX));
    found(&[path])
}

#[test]
fn a_point_is_measured_as_a_run_of_its_own() {
    let found = undisturbed();
    for point in [0, 1, 3, 4] {
        let model = model(point);
        let mut columns = InMemory::default();
        let plan = Plan {
            trials: TRIALS,
            seed: 7,
            threads: 2,
        };
        let stop = AtomicBool::new(false);
        let about = About::default();
        let outcome = study::run(&model, &about, &plan, &mut columns, &(), &stop).unwrap();
        let rows = study::rows(&outcome, &columns).unwrap();
        let expected: Vec<_> = rows.iter().map(|row| row.measures).collect();
        let measured = found[point].as_ref().unwrap();
        assert_eq!((measured.completed, measured.failed), (TRIALS, 0));
        // Some measures are not a number: compared by what they print as.
        assert_eq!(
            format!("{:?}", measured.focus[0].measures),
            format!("{expected:?}")
        );
    }
    assert_eq!(found[2], Err("this one cannot be had".to_owned()));
}

#[test]
fn threads_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    assert!(go(&path, Shard::WHOLE, 2, u64::MAX));
    assert_eq!(
        format!("{:?}", found(&[path])),
        format!("{:?}", undisturbed())
    );
}

#[test]
fn shards_put_together_are_the_whole() {
    let expected = format!("{:?}", undisturbed());
    for of in [2, 3, 7, 15, 20] {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (1..=of)
            .map(|index| {
                let path = folder.path().join(index.to_string());
                assert!(go(&path, Shard { index, of }, 1, u64::MAX));
                path
            })
            .collect();
        assert_eq!(format!("{:?}", found(&paths)), expected, "{of}");
    }
}

#[test]
fn what_was_stopped_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut runs = 0;
    while !go(&path, Shard::WHOLE, 1, 1) {
        runs += 1;
        assert!(runs < 20, "no progress");
    }
    assert!(runs > 1);
    assert_eq!(
        format!("{:?}", found(&[path])),
        format!("{:?}", undisturbed())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Cut anywhere, with one byte changed anywhere, or with rubbish behind it,
    /// a log is resumed to the same end, or refused.
    #[test]
    fn a_damaged_log_is_healed_or_refused(at in 0.0_f64..1.0, how in 0_u8..3, byte in 1_u8..=255) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        go(&path, Shard::WHOLE, 1, u64::MAX);
        let mut bytes = fs::read(&path).unwrap();
        let place = (at * bytes.len() as f64) as usize;
        match how {
            0 => bytes.truncate(place),
            1 => bytes[place] ^= byte,
            _ => bytes.extend(vec![byte; place % 100 + 1]),
        }
        fs::write(&path, &bytes).unwrap();
        match Log::open(&path, &outline(), Shard::WHOLE, true) {
            Ok(opened) => {
                drop(opened);
                prop_assert!(go(&path, Shard::WHOLE, 1, u64::MAX));
                prop_assert_eq!(format!("{:?}", found(&[path])), format!("{:?}", undisturbed()));
            }
            Err(error) => {
                let head = matches!(error, LogError::Foreign { .. } | LogError::Damaged { .. });
                prop_assert!(head && how == 1, "{error}");
                prop_assert_eq!(fs::read(&path).unwrap(), bytes);
            }
        }
    }
}

fn problems(paths: &[PathBuf]) -> Vec<String> {
    let problems = Logs::open(paths).err().unwrap();
    let folder = paths[0].parent().unwrap().display().to_string() + "/";
    problems
        .iter()
        .map(|problem| problem.to_string().replace(&folder, ""))
        .collect()
}

/// Runs shards of a division in a folder, and gives their paths.
fn shards(folder: &Path, of: u32, which: Range<u32>) -> Vec<PathBuf> {
    which
        .map(|index| {
            let path = folder.join(format!("{index}-of-{of}"));
            go(&path, Shard { index, of }, 1, u64::MAX);
            path
        })
        .collect()
}

#[test]
fn shards_that_do_not_fit_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut paths = shards(folder, 4, 1..4);
    assert_eq!(problems(&paths), ["shard 4 of 4 is missing"]);
    assert_eq!(
        problems(&paths[1..2]),
        ["shard 1 of 4 is missing", "shards 3 to 4 of 4 are missing"]
    );
    let copy = folder.join("copy");
    fs::copy(&paths[1], &copy).unwrap();
    paths.push(copy);
    assert_eq!(
        problems(&paths),
        [
            "shard 2 is there twice: 2-of-4 and copy",
            "shard 4 of 4 is missing"
        ]
    );
    paths[3] = shards(folder, 3, 1..2).remove(0);
    assert_eq!(
        problems(&paths),
        ["1-of-3 is one of 3 shards, 1-of-4 one of 4"]
    );
    let text = folder.join("text");
    fs::write(&text, "notes").unwrap();
    paths[3] = text;
    assert_eq!(problems(&paths), ["text is not the log of a sweep"]);
}

#[test]
fn unfinished_and_damaged_shards_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let paths = shards(folder, 2, 1..2);
    let second = folder.join("2-of-2");
    go(&second, Shard { index: 2, of: 2 }, 1, 2);
    let paths = [paths[0].clone(), second];
    let told = problems(&paths);
    assert!(
        told[0].starts_with("2-of-2 is not finished: it has "),
        "{told:?}"
    );
    let mut bytes = fs::read(&paths[0]).unwrap();
    let end = bytes.len() as u64;
    bytes.extend([1, 2, 3]);
    fs::write(&paths[0], bytes).unwrap();
    let tail = format!("1-of-2 is damaged from byte {end} on: run the shard again with --resume");
    assert_eq!(problems(&paths)[0], tail);
}

#[test]
fn another_sweep_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    go(&path, Shard::WHOLE, 1, u64::MAX);
    let complaint = |change: fn(&mut Outline), shard| {
        let mut outline = outline();
        change(&mut outline);
        let error = Log::open(&path, &outline, shard, true).unwrap_err();
        let folder = folder.path().display().to_string() + "/";
        error.to_string().replace(&folder, "")
    };
    let said = |changes: &str| format!("log cannot be resumed: {changes}");
    assert_eq!(
        complaint(
            |outline| outline.stamp.version = "2".to_owned(),
            Shard::WHOLE
        ),
        said("the version of the program was 1 and is 2 now")
    );
    assert_eq!(
        complaint(
            |outline| {
                outline.files[0].hash = "2".to_owned();
                outline.points.pop();
            },
            Shard::WHOLE
        ),
        said("the number of points was 5 and is 4 now; shares.toml has other contents")
    );
    assert_eq!(
        complaint(|_| {}, Shard { index: 1, of: 2 }),
        said("it is of shard 1 of 1")
    );
    assert_eq!(
        complaint(|outline| outline.title = "T".to_owned(), Shard::WHOLE),
        said("it is of another sweep")
    );
    let moved = |outline: &mut Outline| outline.files[0].name = "/x/shares.toml".to_owned();
    let mut elsewhere = outline();
    moved(&mut elsewhere);
    assert!(Log::open(&path, &elsewhere, Shard::WHOLE, true).is_ok());
}

#[test]
fn a_log_is_written_by_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let open = || Log::open(&path, &outline(), Shard::WHOLE, true);
    let first = open().unwrap();
    assert!(matches!(open(), Err(LogError::InUse { .. })));
    drop(first);
    assert!(open().is_ok());
    let again = Log::open(&path, &outline(), Shard::WHOLE, false);
    let told = again.unwrap_err().to_string();
    assert!(told.contains("holds 0 of 5 points already"), "{told}");
}

/// The results of a whole that is finished may still have to be written, which
/// `--resume` does; a shard has none.
#[test]
fn a_finished_log_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let told = |shard: Shard| {
        let path = folder.path().join("log");
        go(&path, shard, 1, u64::MAX);
        let again = Log::open(&path, &outline(), shard, false);
        let told = again.unwrap_err().to_string();
        fs::remove_file(&path).unwrap();
        told.replace(&format!("{}/", folder.path().display()), "")
    };
    insta::assert_snapshot!(told(Shard::WHOLE), @"log holds 5 of 5 points already: go on with --resume, remove it, or choose another folder with --out");
    insta::assert_snapshot!(told(Shard { index: 2, of: 2 }), @"log holds this shard already, and all of it: `merge` it with the others, or remove it to run it again");
}
