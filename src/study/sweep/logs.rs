//! The logs of all shards of a sweep together, and what they come to.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::log::{Found as Kind, Place, Scan, read_entry};
use super::run::measure;
use super::{
    Entry, Found, LogError, Measured, Outline, PointCurves, Response, Shard, Shown, Statistic,
    SweepOutcome, SweepPoint, Units,
};
use crate::stats::Estimate;
use crate::study::{Measures, Metric, Side};

/// Why logs cannot be put together.
#[derive(Debug, Error)]
pub enum MergeError {
    /// One of them cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// One of them ends in something that is no record.
    #[error(
        "{} is damaged from byte {at} on: run the shard again with --resume", path.display()
    )]
    Tail {
        /// Which.
        path: PathBuf,
        /// Where the last sound record ends.
        at: u64,
    },
    /// They are not of one sweep.
    #[error(
        "{} is of another sweep than {}: {}", path.display(), first.display(), changes.join("; ")
    )]
    Foreign {
        /// Which.
        path: PathBuf,
        /// The one it is compared to.
        first: PathBuf,
        /// What is different in it.
        changes: Vec<String>,
    },
    /// They are of different divisions of the sweep.
    #[error("{} is one of {of} shards, {} one of {}", path.display(), first.display(), first_of)]
    Division {
        /// Which.
        path: PathBuf,
        /// Into how many shards it is.
        of: u32,
        /// The one it is compared to.
        first: PathBuf,
        /// The same of that.
        first_of: u32,
    },
    /// A shard is there twice.
    #[error("shard {index} is there twice: {} and {}", first.display(), second.display())]
    Doubled {
        /// Which.
        index: u32,
        /// The one log.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A shard is not there, or several in a row.
    #[error("{} of {of} {} missing", shards(*first, *last), if first == last { "is" } else { "are" })]
    Missing {
        /// The first.
        first: u32,
        /// The last.
        last: u32,
        /// Of how many.
        of: u32,
    },
    /// A shard is not finished.
    #[error(
        "{} is not finished: it has {done} of {of} points: run the shard again with --resume",
        path.display()
    )]
    Unfinished {
        /// Which.
        path: PathBuf,
        /// Its finished points.
        done: usize,
        /// All its points.
        of: usize,
    },
    /// There is no log.
    #[error("there is no log of a shard")]
    Nothing,
}

/// The logs of all shards of a sweep.
#[derive(Debug)]
pub struct Logs {
    outline: Outline,
    files: Vec<(PathBuf, File)>,
    points: Vec<Places>,
}

/// Where a point is: as a whole, or its blocks; by number of the file.
#[derive(Clone, Debug)]
enum Places {
    Nowhere,
    Whole(usize, Place),
    Parts(BTreeMap<u64, (usize, Place)>),
}

/// A point as logs have it: what was found, or why nothing was.
pub type StoredPoint = Result<Measured, String>;

impl Logs {
    /// Opens logs that hold every unit of one sweep once.
    ///
    /// # Errors
    /// All that keeps them from being put together.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Vec<MergeError>> {
        let mut problems = Vec::new();
        let mut opened: Vec<Opened> = Vec::new();
        for path in paths {
            match Opened::new(path) {
                Ok(log) => opened.push(log),
                Err(problem) => problems.push(problem),
            }
        }
        let Some(first) = opened.first() else {
            if problems.is_empty() {
                problems.push(MergeError::Nothing);
            }
            return Err(problems);
        };
        problems.extend(
            opened
                .iter()
                .skip(1)
                .filter_map(|log| log.differs_from(first)),
        );
        if problems.is_empty() {
            problems.extend(ill_assorted(&opened));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let outline = first.scan.header.outline.clone();
        let mut points = vec![Places::Nowhere; outline.points.len()];
        for (number, log) in opened.iter().enumerate() {
            log.note(number, &mut points);
        }
        let files = opened.into_iter().map(|log| (log.path, log.file));
        Ok(Self {
            outline,
            files: files.collect(),
            points,
        })
    }

    /// What the sweep is.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// What was found at a point.
    ///
    /// # Errors
    /// If its log cannot be read.
    pub fn point(&self, index: usize) -> Result<StoredPoint, LogError> {
        match self.points.get(index) {
            Some(Places::Whole(file, place)) => match self.entry(*file, *place)? {
                Entry::Point { found, .. } => Ok(found),
                Entry::Part { .. } => Err(self.damaged(*file, *place)),
            },
            Some(Places::Parts(parts)) => {
                let mut blocks = Vec::with_capacity(parts.len());
                for (file, place) in parts.values() {
                    match self.entry(*file, *place)? {
                        Entry::Part { trials, .. } => blocks.push(trials),
                        Entry::Point { .. } => return Err(self.damaged(*file, *place)),
                    }
                }
                Ok(measure(blocks.into_iter()))
            }
            _ => Ok(Err("there is no such point".to_owned())),
        }
    }

    fn entry(&self, file: usize, place: Place) -> Result<Entry, LogError> {
        let (path, file) = &self.files[file];
        read_entry(file, path, place)
    }

    fn damaged(&self, file: usize, place: Place) -> LogError {
        LogError::Damaged {
            path: self.files[file].0.clone(),
            at: place.at,
        }
    }

    /// The outcome; `each` is told of every point in turn.
    ///
    /// # Errors
    /// If a log cannot be read, or `each` fails.
    pub fn outcome<E: From<LogError>>(
        &self,
        mut each: impl FnMut(usize, &StoredPoint) -> Result<(), E>,
    ) -> Result<SweepOutcome, E> {
        let outline = &self.outline;
        let mut points = Vec::with_capacity(outline.points.len());
        for (index, levels) in outline.points.iter().enumerate() {
            let stored = self.point(index)?;
            each(index, &stored)?;
            points.push(SweepPoint {
                levels: levels.clone(),
                found: stored.map(|measured| found(&measured, &outline.responses)),
            });
        }
        Ok(SweepOutcome {
            outline: outline.clone(),
            points,
        })
    }

    /// The exceedance curves of points; those at which nothing was found have none.
    ///
    /// # Errors
    /// If a log cannot be read.
    pub fn curves(&self, points: &[usize]) -> Result<Vec<PointCurves>, LogError> {
        let mut curves = Vec::new();
        for &point in points {
            if let Ok(measured) = self.point(point)? {
                let tails = measured.focus.into_iter().map(|focus| focus.tails);
                curves.push(PointCurves {
                    point,
                    focus: tails.collect(),
                });
            }
        }
        Ok(curves)
    }
}

/// A log that has been read through.
struct Opened {
    path: PathBuf,
    file: File,
    scan: Scan,
}

impl Opened {
    fn new(path: &Path) -> Result<Self, MergeError> {
        let io = LogError::io(path);
        let file = File::open(path).map_err(&io)?;
        let scan = Scan::of(&file, path)?;
        let length = file.metadata().map_err(&io)?.len();
        if scan.end < length {
            return Err(MergeError::Tail {
                path: path.to_owned(),
                at: scan.end,
            });
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            scan,
        })
    }

    fn shard(&self) -> Shard {
        self.scan.header.shard
    }

    fn units(&self) -> Units {
        let outline = &self.scan.header.outline;
        Units::new(outline.points.len(), outline.stamp.trials, self.shard())
    }

    fn differs_from(&self, first: &Self) -> Option<MergeError> {
        let (here, there) = (&self.scan.header.outline, &first.scan.header.outline);
        let changes = here.changes_since(there);
        if !changes.is_empty() {
            return Some(MergeError::Foreign {
                path: self.path.clone(),
                first: first.path.clone(),
                changes,
            });
        }
        (self.shard().of != first.shard().of).then(|| MergeError::Division {
            path: self.path.clone(),
            of: self.shard().of,
            first: first.path.clone(),
            first_of: first.shard().of,
        })
    }

    /// Notes where points and blocks are.
    fn note(&self, number: usize, points: &mut [Places]) {
        for (kind, place) in &self.scan.entries {
            match *kind {
                Kind::Point(point) => {
                    if let Some(places) = points.get_mut(point) {
                        *places = Places::Whole(number, *place);
                    }
                }
                Kind::Part(point, block) => match points.get_mut(point) {
                    Some(Places::Parts(parts)) => {
                        parts.insert(block, (number, *place));
                    }
                    Some(places) => {
                        *places = Places::Parts(BTreeMap::from([(block, (number, *place))]));
                    }
                    None => {}
                },
            }
        }
    }
}

/// Shards that are there twice, not at all, or in part.
fn ill_assorted(opened: &[Opened]) -> Vec<MergeError> {
    let mut problems = Vec::new();
    let mut by_index: BTreeMap<u32, &Opened> = BTreeMap::new();
    for log in opened {
        let index = log.shard().index;
        if let Some(first) = by_index.insert(index, log) {
            problems.push(MergeError::Doubled {
                index,
                first: first.path.clone(),
                second: log.path.clone(),
            });
        }
        let (units, done) = (log.units(), log.scan.done());
        let (done, of) = (done.points(&units), units.points().len());
        if done < of {
            problems.push(MergeError::Unfinished {
                path: log.path.clone(),
                done,
                of,
            });
        }
    }
    let of = opened.first().map_or(0, |log| log.shard().of);
    let mut first = 1;
    for next in by_index.into_keys().chain([of + 1]) {
        if first < next {
            let last = next - 1;
            problems.push(MergeError::Missing { first, last, of });
        }
        first = next + 1;
    }
    problems
}

fn shards(first: u32, last: u32) -> String {
    match first == last {
        true => format!("shard {first}"),
        false => format!("shards {first} to {last}"),
    }
}

/// The responses of a point.
fn found(measured: &Measured, responses: &[Response]) -> Found {
    let foci = measured.focus.iter();
    let shown = foci.flat_map(|focus| {
        responses
            .iter()
            .map(|response| response.of(&focus.measures))
    });
    Found {
        completed: measured.completed,
        failed: measured.failed,
        shown: shown.collect(),
    }
}

impl Response {
    /// Its value, from the measures of a focus as
    /// [`measures`](crate::study::measures) orders them.
    #[must_use]
    pub fn of(&self, measures: &[Measures]) -> Shown {
        let index = self.metric as usize * Side::ALL.len() + self.side as usize;
        let unknown = Estimate {
            value: f64::NAN,
            se: f64::NAN,
        };
        let Some(found) = measures.get(index) else {
            return Shown {
                at: unknown,
                p05: f64::NAN,
                p50: f64::NAN,
                p95: f64::NAN,
            };
        };
        let quantile = |name: &str| {
            let place = Measures::QUANTILES.iter().position(|known| *known == name);
            place.map_or(unknown, |place| found.quantiles[place])
        };
        let at = match self.statistic {
            Statistic::Mean => Estimate {
                value: found.mean,
                se: found.se,
            },
            Statistic::Any => found.p_any,
            Statistic::P50 => quantile("p50"),
            Statistic::P90 => quantile("p90"),
            Statistic::P95 => quantile("p95"),
            Statistic::CvarP95 => found.cvar[1],
        };
        Shown {
            at,
            p05: quantile("p05").value,
            p50: quantile("p50").value,
            p95: quantile("p95").value,
        }
    }
}

const _: () = assert!(Metric::Shortfall as usize == 0 && Side::Shocked as usize == 0);
