//! What earlier commands have left: logs of sweeps and the files of a run, as
//! they are, damaged or made up, and all that is made of them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::thread;

use shortfall::engine::Model;
use shortfall::export::{
    MONTHS_PARQUET, NewFile, SUMMARY_JSON, SweepTable, TRIALS_PARQUET, TrialsWriter,
    months_parquet, points_table, read_run, summary_json, sweep_json, sweep_table, table,
};
use shortfall::report::{Format, render, render_sweep, shown_points};
use shortfall::scenario::{
    self,
    sweep::{Design, Level, load_sweep},
};
use shortfall::study::sweep::{
    Entry, Log, LogError, Logs, MeasuredFocus, Opened, Outline, Prepared, Response, Shard,
    SourceFile, SweepFocus, Units, Work, run,
};
use shortfall::study::{self, About, Plan, Stamp, rows};
use shortfall::units::Date;

use super::compositions::Dice;
use super::written;

/// How a log of a sweep begins.
const MARK: &[u8] = b"shortfall sweep log, format 1\n";
/// Bytes of a record's length and of its checksum.
const WORD: usize = 4;
/// Files of a run.
const RUN: [&str; 3] = [SUMMARY_JSON, MONTHS_PARQUET, TRIALS_PARQUET];

const SCENARIO: &str = include_str!("../small.toml");
/// Two blocks of trials at each of six points.
const SWEEP: &str = r#"
[sweep]
title = "Stored"
scenario = "small.toml"
trials = 260
show = ["shortfall p90", "shortfall_share difference"]

[factors.share]
path = "policies.ban.export-ban.share"
values = [0.2, 0.7, { uniform = { low = 0, high = 1 } }]

[factors.effective]
path = "policies.ban.export-ban.effective"
values = [2025-01-20, 2025-02-01]
"#;

/// Bytes as a log or a summary if they look like one; else as changes of what was
/// left whole: of the log of a sweep or of one of three that share it, byte by byte
/// or by what it means, or of a file of a run. The checksums of changed logs are
/// right.
pub(crate) fn stored(bytes: &[u8]) {
    let [which, changes @ ..] = bytes else {
        return read_logs(&[bytes.to_vec()]);
    };
    let kept = Kept::once();
    match which % 8 {
        _ if bytes.starts_with(MARK) => read_logs(&[bytes.to_vec()]),
        _ if *which == b'{' => read_files(&[bytes, &kept.run[1], &kept.run[2]]),
        0 => read_logs(&[framed(&damaged(&kept.log, changes))]),
        1 | 2 => read_logs(&[framed(&made_up(&kept.log, changes))]),
        3 | 4 => {
            let [first, second, third] = &kept.shards;
            let change = if which % 8 == 3 { damaged } else { made_up };
            let second = change(second, changes);
            read_logs(&[framed(first), framed(&second), framed(third)]);
        }
        which => {
            let file = usize::from(which) - 5;
            let damaged = damaged(&[kept.run[file].clone()], changes).concat();
            let mut files = kept.run.each_ref().map(Vec::as_slice);
            files[file] = &damaged;
            read_files(&files);
        }
    }
}

/// What was left whole.
struct Kept {
    /// Records of the log of a sweep.
    log: Vec<Vec<u8>>,
    /// Those of the logs of its shards.
    shards: [Vec<Vec<u8>>; 3],
    /// The files of a run, in the order of [`RUN`].
    run: [Vec<u8>; 3],
}

impl Kept {
    /// Made on a thread of its own: one of a pool would do other work while it waits
    /// for trials, and come here again.
    fn once() -> &'static Self {
        static KEPT: OnceLock<Kept> = OnceLock::new();
        KEPT.get_or_init(|| thread::spawn(Self::new).join().unwrap())
    }

    fn new() -> Self {
        Self {
            log: log(Shard::WHOLE),
            shards: [1, 2, 3].map(|index| log(Shard { index, of: 3 })),
            run: files(),
        }
    }
}

fn stamp(name: &str, trials: u64) -> Stamp {
    Stamp {
        scenario: name.to_owned(),
        hash: "0123456789abcdef".repeat(2),
        seed: 3,
        trials,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Runs a shard; the records of its log.
fn log(shard: Shard) -> Vec<Vec<u8>> {
    written("small.toml", SCENARIO.as_bytes());
    let sweep = load_sweep(&written("sweep.toml", SWEEP.as_bytes()), &[]).unwrap();
    let loaded = sweep.reference();
    let model = Model::new(&loaded.scenario).unwrap();
    let foci = study::outline(&model, &About::default()).focus;
    let responses = sweep.show.iter();
    let outline = Outline {
        stamp: stamp("stored", sweep.trials),
        title: sweep.title.clone(),
        question: None,
        scenario: loaded.scenario.title.clone(),
        files: vec![SourceFile {
            name: "sweep.toml".to_owned(),
            hash: "0".repeat(32),
        }],
        design: sweep.design,
        design_seed: None,
        filters: Vec::new(),
        dropped: 0,
        factors: sweep.factors.clone(),
        focus: foci.into_iter().map(SweepFocus::from).collect(),
        responses: responses
            .map(|[metric, side, statistic]| Response::named((metric, side, statistic)).unwrap())
            .collect(),
        short_above: loaded.scenario.short_above,
        horizon: loaded.scenario.horizon,
        points: sweep.points.clone(),
    };
    let path = written("new.log", b"");
    let mut opened = Log::open(&path, &outline, shard, false).unwrap();
    let prepare = |point| {
        let model = Model::new(&sweep.scenario(point).unwrap().scenario).unwrap();
        Ok(Prepared::new(model, 3))
    };
    let work = Work {
        units: Units::new(sweep.points.len(), sweep.trials, shard),
        prepare: &prepare,
        done: &opened.done,
        threads: 1,
    };
    assert!(run(&work, &mut opened.log, &(), &AtomicBool::new(false)).unwrap());
    records(&fs::read(&path).unwrap())
}

/// Runs a scenario; its files.
fn files() -> [Vec<u8>; 3] {
    let path = written("small.toml", SCENARIO.as_bytes());
    let loaded = scenario::load(&path, &[]).unwrap();
    let model = Model::new(&loaded.scenario).unwrap();
    let plan = Plan {
        trials: 5,
        seed: 3,
        threads: 1,
    };
    let about = About {
        stamp: stamp("small", plan.trials),
        ..About::default()
    };
    let outline = study::outline(&model, &about);
    let file = new_file(TRIALS_PARQUET);
    let path = file.path.clone();
    let mut writer = TrialsWriter::new(file, &outline).unwrap();
    let never = AtomicBool::new(false);
    let outcome = study::run(&model, &about, &plan, &mut writer, &(), &never).unwrap();
    let trials = writer.finish(&outcome).unwrap();
    let summary = summary_json(&outcome, &rows(&outcome, &trials).unwrap()).unwrap();
    let months = months_parquet(&outcome).unwrap();
    [summary, months, fs::read(path).unwrap()]
}

/// An empty file to be filled.
fn new_file(name: &str) -> NewFile {
    let path = written(name, b"");
    let file = File::options().read(true).write(true).open(&path);
    NewFile {
        file: file.unwrap(),
        path,
    }
}

/// The contents of the records of a log.
fn records(log: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    let mut rest = &log[MARK.len()..];
    while let Some((length, _)) = rest.split_first_chunk::<WORD>() {
        let end = 2 * WORD + u32::from_le_bytes(*length) as usize;
        records.push(rest[2 * WORD..end].to_vec());
        rest = &rest[end..];
    }
    records
}

/// A log of such records.
fn framed(records: &[Vec<u8>]) -> Vec<u8> {
    let mut log = MARK.to_vec();
    for record in records {
        log.extend((record.len() as u32).to_le_bytes());
        log.extend(crc32fast::hash(record).to_le_bytes());
        log.extend(record);
    }
    log
}

/// Records after changes of five bytes each: what is done, to which record, at
/// which place from its beginning or its end (two bytes), and with which value.
fn damaged(records: &[Vec<u8>], changes: &[u8]) -> Vec<Vec<u8>> {
    let mut records = records.to_vec();
    for change in changes.chunks_exact(5) {
        let [what, which, high, low, value] = [0, 1, 2, 3, 4].map(|k| change[k]);
        let which = usize::from(which) % records.len().max(1);
        let Some(record) = records.get_mut(which) else {
            break;
        };
        let length = record.len();
        let place = usize::from(u16::from_be_bytes([high, low])) % (length + 1);
        let at = if what < 128 { place } else { length - place };
        match what % 6 {
            0 if at < length => record[at] = value,
            1 if at < length => record[at] = record[at].wrapping_add(value),
            2 => record.insert(at, value),
            3 => drop(record.drain(at..length.min(at + usize::from(value)))),
            4 => {
                let copy = record.clone();
                records.insert(usize::from(value) % records.len(), copy);
            }
            5 => drop(records.remove(which)),
            _ => {}
        }
    }
    records
}

/// Records of a log that says something else.
fn made_up(records: &[Vec<u8>], choices: &[u8]) -> Vec<Vec<u8>> {
    let choices = choices.to_vec();
    let mut dice = Dice::Bytes(choices.into_iter());
    let (mut shard, mut outline): (Shard, Outline) = postcard::from_bytes(&records[0]).unwrap();
    let entries = records[1..].iter();
    let mut entries: Vec<Entry> = entries.map(|r| postcard::from_bytes(r).unwrap()).collect();
    for _ in 0..1 + dice.below(4) {
        match dice.below(3) {
            0 => {
                shard = Shard {
                    index: whole(&mut dice) as u32,
                    of: whole(&mut dice) as u32,
                }
            }
            1 => outlined(&mut outline, &mut dice),
            _ => entered(&mut entries, &mut dice),
        }
    }
    let head = postcard::to_stdvec(&(shard, outline)).unwrap();
    let entries = entries
        .iter()
        .map(|entry| postcard::to_stdvec(entry).unwrap());
    [head].into_iter().chain(entries).collect()
}

fn outlined(outline: &mut Outline, dice: &mut Dice) {
    match dice.below(16) {
        0 => outline.stamp.trials = whole(dice),
        1 => outline.horizon = number(dice),
        2 => outline.short_above = number(dice),
        3 => resize(&mut outline.points, dice),
        4 => resize(&mut outline.factors, dice),
        5 => resize(&mut outline.focus, dice),
        6 => resize(&mut outline.responses, dice),
        7 => pick(&mut outline.points, dice, resize),
        8 => pick(&mut outline.factors, dice, |factor, dice| {
            resize(&mut factor.levels, dice);
        }),
        9 => pick(&mut outline.factors, dice, |factor, dice| {
            factor.between = Some((number(dice), number(dice)));
        }),
        10 => pick(&mut outline.factors, dice, |factor, dice| {
            let names = [&mut factor.key, &mut factor.title, &mut factor.unit];
            *names.into_iter().nth(dice.below(3)).unwrap() = text(dice);
        }),
        11 => pick(&mut outline.focus, dice, |focus, dice| {
            let names = [
                &mut focus.commodity,
                &mut focus.country,
                &mut focus.commodity_name,
            ];
            *names.into_iter().nth(dice.below(3)).unwrap() = text(dice);
        }),
        12 => pick(&mut outline.focus, dice, |focus, dice| {
            focus.price_unit.times = number(dice);
            focus.unit = text(dice);
        }),
        13 => outline.title = text(dice),
        14 => {
            let designs = [Design::Grid, Design::OneAtATime, Design::Sobol];
            let levels = whole(dice) as u32;
            outline.design = dice.pick(&[&designs[..], &[Design::Morris { levels }]].concat());
        }
        _ => {
            let level = match dice.below(4) {
                0 => Level::Base,
                1 => Level::Number(number(dice)),
                2 => Level::Text(text(dice)),
                _ => Level::Date(Date::constant(2025, 2, 1)),
            };
            pick(&mut outline.points, dice, |levels, dice| {
                pick(levels, dice, |old, _| *old = level);
            });
        }
    }
}

fn entered(entries: &mut Vec<Entry>, dice: &mut Dice) {
    if dice.once_in(4) {
        return resize(entries, dice);
    }
    pick(entries, dice, |entry, dice| match entry {
        Entry::Point { point, found } => match (dice.below(6), found) {
            (0, _) => *point = whole(dice) as usize,
            (1, found) => *found = Err(text(dice)),
            (2, Ok(found)) => resize(&mut found.focus, dice),
            (3, Ok(found)) => found.failed = whole(dice),
            (_, Ok(found)) => pick(&mut found.focus, dice, measured),
            _ => {}
        },
        Entry::Part {
            point,
            block,
            trials,
        } => match (dice.below(7), trials) {
            (0, _) => *point = whole(dice) as usize,
            (1, _) => *block = whole(dice),
            (2, trials) => *trials = Err(text(dice)),
            (3, Ok(trials)) => trials.foci = whole(dice) as usize,
            (4, Ok(trials)) => resize(&mut trials.columns.shocked, dice),
            (5, Ok(trials)) => pick(&mut trials.columns.baseline, dice, resize),
            (_, Ok(trials)) => pick(&mut trials.columns.shocked, dice, |column, dice| {
                pick(column, dice, |value, dice| *value = number(dice));
            }),
            _ => {}
        },
    });
}

fn measured(focus: &mut MeasuredFocus, dice: &mut Dice) {
    match dice.below(4) {
        0 => resize(&mut focus.measures, dice),
        1 => resize(&mut focus.tails.shocked, dice),
        2 => pick(&mut focus.tails.shocked, dice, |point, dice| {
            (point.x, point.exceeded) = (number(dice), number(dice));
        }),
        _ => pick(&mut focus.measures, dice, |found, dice| {
            let quantile = dice.below(found.quantiles.len());
            found.quantiles[quantile].value = number(dice);
            (found.mean, found.se) = (number(dice), number(dice));
        }),
    }
}

/// One element more, as one that there is, one less or none.
fn resize<T: Clone>(list: &mut Vec<T>, dice: &mut Dice) {
    match (dice.below(3), list.is_empty()) {
        (0, false) => list.push(dice.pick(list)),
        (1, false) => drop(list.remove(dice.below(list.len()))),
        _ => list.clear(),
    }
}

/// Changes one of a list.
fn pick<T>(list: &mut [T], dice: &mut Dice, change: impl FnOnce(&mut T, &mut Dice)) {
    if !list.is_empty() {
        let index = dice.below(list.len());
        change(&mut list[index], dice);
    }
}

fn whole(dice: &mut Dice) -> u64 {
    let some = [
        0,
        1,
        2,
        3,
        7,
        256,
        1 << 31,
        u64::from(u32::MAX),
        1 << 56,
        u64::MAX,
    ];
    dice.pick(&some)
}

fn number(dice: &mut Dice) -> f64 {
    let some = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.3,
        1e-300,
        1e300,
        f64::MAX,
        f64::INFINITY,
    ];
    dice.pick(&[&some[..], &[f64::NEG_INFINITY, f64::NAN, 5e-324]].concat())
}

fn text(dice: &mut Dice) -> String {
    let long = "long ".repeat(2_000);
    let some = [
        "",
        "a\n\tb",
        "漢字 µ—e\u{301}",
        "\u{202e}\0",
        "../../a/b:c.d",
        "<&\"",
        &long,
    ];
    dice.pick(&some).to_owned()
}

/// Logs as they are read to go on with the first, and to be put together.
fn read_logs(logs: &[Vec<u8>]) {
    let logs = logs.iter().enumerate();
    let paths: Vec<PathBuf> = logs
        .map(|(number, log)| written(&format!("{number}.log"), log))
        .collect();
    match Logs::open(&paths) {
        Ok(logs) => {
            if let Err(error) = put_together(&logs) {
                assert!(!error.to_string().is_empty());
            }
            go_on(&paths[0], logs.outline());
        }
        Err(problems) => {
            for problem in problems {
                assert!(!problem.to_string().is_empty());
            }
        }
    }
}

/// All that is made of a sweep.
fn put_together(logs: &Logs) -> Result<(), LogError> {
    let outline = logs.outline();
    assert!(!points_table(outline, 0..outline.points.len()).is_empty());
    let (csv, parquet) = (new_file("sweep.csv"), new_file("sweep.parquet"));
    let mut table = SweepTable::new(outline, csv, parquet).unwrap();
    let outcome = logs.outcome(|point, stored| {
        table.put(point, stored).unwrap();
        Ok::<(), LogError>(())
    })?;
    table.finish().unwrap();
    let curves = logs.curves(&shown_points(&outcome))?;
    assert!(
        !render_sweep(&outcome, &curves, Format::Svg)
            .unwrap()
            .is_empty()
    );
    assert!(!sweep_json(&outcome).unwrap().is_empty());
    assert!(!sweep_table(&outcome).is_empty());
    Ok(())
}

/// A log as it is gone on with.
fn go_on(path: &Path, outline: &Outline) {
    for shard in [Shard::WHOLE, Shard { index: 1, of: 3 }] {
        match Log::open(path, outline, shard, true) {
            Ok(Opened { done, .. }) => {
                let (points, trials) = (outline.points.len(), outline.stamp.trials);
                let units = Units::new(points, trials, shard);
                assert!(done.points(&units) <= points);
                assert!(done.trials(&units) <= points as u64 * trials);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// The files of a run as `report` reads them.
fn read_files(files: &[&[u8]; 3]) {
    let paths = RUN
        .iter()
        .zip(files)
        .map(|(name, bytes)| written(name, bytes));
    let paths: Vec<PathBuf> = paths.collect();
    match read_run(paths[0].parent().unwrap()) {
        Ok((outcome, trials)) => {
            match render(&outcome, &trials, Format::Svg) {
                Ok(pictures) => assert!(!pictures.is_empty()),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            let told = rows(&outcome, &trials).and_then(|rows| table(&outcome, &trials, &rows));
            match told {
                Ok(table) => assert!(!table.is_empty()),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
