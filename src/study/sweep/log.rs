//! The log of a sweep: what is finished, kept through whatever happens to the
//! program or the machine.
//!
//! A log is a line that says what it is, and records, each its length and its
//! CRC-32 (4 bytes each, little-endian) and then so many bytes. The first record is
//! the shard and the outline of the sweep, every other one an [`Entry`]. Records are only ever appended. What follows the last sound one was
//! not finished, and is written again.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Entry, Outline, Shard, Units};

/// How every log begins.
const MARK: &[u8] = b"shortfall sweep log, format 1\n";
/// Bytes of a record before its contents.
const HEAD: usize = 8;

/// Why a log cannot be used.
#[derive(Debug, Error)]
pub enum LogError {
    /// It cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It holds something else.
    #[error("{} is not the log of a sweep", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// Another process writes to it.
    #[error("{} is in use: another run of this sweep is at work", path.display())]
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// There is one already.
    #[error(
        "{} holds {done} of {of} points already: go on with --resume, remove it, or choose another \
         folder with --out", path.display()
    )]
    Unfinished {
        /// Which.
        path: PathBuf,
        /// Points that are finished.
        done: usize,
        /// All points.
        of: usize,
    },
    /// There is one already, of a shard with nothing left to do.
    #[error(
        "{} holds this shard already, and all of it: `merge` it with the others, or remove it to \
         run it again", path.display()
    )]
    Finished {
        /// Which.
        path: PathBuf,
    },
    /// It is of another sweep, or of this one as it was.
    #[error("{} cannot be resumed: {}", path.display(), changes.join("; "))]
    Changed {
        /// Which.
        path: PathBuf,
        /// What is different.
        changes: Vec<String>,
    },
    /// A record is not what it should be.
    #[error("{} is damaged at byte {at}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Where.
        at: u64,
    },
}

impl LogError {
    pub(super) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        move |cause| Self::Io {
            path: path.to_owned(),
            cause,
        }
    }
}

/// What of a sweep is finished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    points: BTreeSet<usize>,
    parts: BTreeSet<(usize, u64)>,
}

impl Done {
    /// Whether a block of a point is.
    #[must_use]
    pub fn has(&self, point: usize, block: u64) -> bool {
        self.points.contains(&point) || self.parts.contains(&(point, block))
    }

    /// How many points of a shard are, as far as they are its own.
    #[must_use]
    pub fn points(&self, units: &Units) -> usize {
        let is_done = |point: &usize| units.blocks_of(*point).all(|block| self.has(*point, block));
        units.points().filter(is_done).count()
    }

    /// How many trials of a shard are.
    #[must_use]
    pub fn trials(&self, units: &Units) -> u64 {
        let whole = self.points.iter().map(|point| units.trials_at(*point));
        let length = |block| {
            let trials = units.trials_of(block);
            trials.end - trials.start
        };
        let parts = self.parts.iter().map(|(_, block)| length(*block));
        whole.sum::<u64>() + parts.sum::<u64>()
    }
}

/// A log that is being written; nobody else can at the same time.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    end: u64,
}

/// A log to go on with.
#[derive(Debug)]
pub struct Opened {
    /// The log.
    pub log: Log,
    /// What it holds.
    pub done: Done,
    /// Bytes behind its last sound record, now gone.
    pub dropped: u64,
}

impl Log {
    /// Begins a log, or, if there is one and `resume` is set, goes on with it.
    ///
    /// # Errors
    /// If it cannot be written, is in use, or is there and not to be resumed or
    /// of another sweep. A log that ends within its first record counts as none.
    pub fn open(
        path: &Path,
        outline: &Outline,
        shard: Shard,
        resume: bool,
    ) -> Result<Opened, LogError> {
        let io = LogError::io(path);
        let mut options = File::options();
        let options = options.read(true).write(true).create(true);
        let file = options.truncate(false).open(path).map_err(&io)?;
        lock(&file, path)?;
        let head = head(&Header {
            shard,
            outline: outline.clone(),
        });
        let head = head.map_err(&io)?;
        if is_begun(&file, &head).map_err(&io)? {
            let log = Self::begin(path, file, &head).map_err(&io)?;
            return Ok(Opened {
                log,
                done: Done::default(),
                dropped: 0,
            });
        }
        let scan = Scan::of(&file, path)?;
        let units = Units::new(
            scan.header.outline.points.len(),
            scan.header.outline.stamp.trials,
            scan.header.shard,
        );
        let done = scan.done();
        if !resume {
            let (path, points) = (path.to_owned(), done.points(&units));
            let of = units.points().len();
            return Err(match points == of && scan.header.shard != Shard::WHOLE {
                true => LogError::Finished { path },
                false => LogError::Unfinished {
                    path,
                    done: points,
                    of,
                },
            });
        }
        let mut changes = outline.changes_since(&scan.header.outline);
        if scan.header.shard != shard {
            let Shard { index, of } = scan.header.shard;
            changes.push(format!("it is of shard {index} of {of}"));
        }
        if !changes.is_empty() {
            return Err(LogError::Changed {
                path: path.to_owned(),
                changes,
            });
        }
        let length = file.metadata().map_err(&io)?.len();
        let log = Self {
            path: path.to_owned(),
            file,
            end: scan.end,
        };
        log.cut().map_err(&io)?;
        Ok(Opened {
            log,
            done,
            dropped: length - scan.end,
        })
    }

    fn begin(path: &Path, mut file: File, head: &[u8]) -> io::Result<Self> {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(head)?;
        file.sync_all()?;
        if let Some(folder) = path.parent().filter(|_| cfg!(unix)) {
            let folder = match folder.as_os_str().is_empty() {
                true => Path::new("."),
                false => folder,
            };
            File::open(folder)?.sync_all()?;
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            end: head.len() as u64,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends entries; they are on the disk once this returns.
    ///
    /// # Errors
    /// If they cannot be written. None of them counts then, and the log can be
    /// resumed.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), LogError> {
        let written = self.write(entries);
        written.map_err(|cause| {
            let _ = self.cut();
            LogError::io(&self.path)(cause)
        })
    }

    fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend(record(entry)?);
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Takes away what follows the last sound record.
    fn cut(&self) -> io::Result<()> {
        self.file.set_len(self.end)
    }
}

/// Locks a file for this process, where files can be locked.
fn lock(file: &File, path: &Path) -> Result<(), LogError> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(LogError::InUse {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// What the first record holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    pub shard: Shard,
    pub outline: Outline,
}

impl Header {
    fn is_sound(&self) -> bool {
        self.shard.is_sound() && self.outline.is_sound()
    }
}

/// The line and the first record.
fn head(header: &Header) -> io::Result<Vec<u8>> {
    let mut bytes = MARK.to_vec();
    bytes.extend(record(header)?);
    Ok(bytes)
}

fn record(contents: &impl Serialize) -> io::Result<Vec<u8>> {
    let contents = postcard::to_stdvec(contents).map_err(io::Error::other)?;
    let length = u32::try_from(contents.len()).map_err(io::Error::other)?;
    let mut bytes = Vec::with_capacity(HEAD + contents.len());
    bytes.extend(length.to_le_bytes());
    bytes.extend(crc32fast::hash(&contents).to_le_bytes());
    bytes.extend(contents);
    Ok(bytes)
}

/// Whether a file holds nothing, or a beginning of `head` and no more.
fn is_begun(mut file: &File, head: &[u8]) -> io::Result<bool> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(head.len() as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes.len() < head.len() && head.starts_with(&bytes))
}

/// Where a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub at: u64,
    pub length: usize,
}

/// Which entry is where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Point(usize),
    Part(usize, u64),
}

/// What a log holds, up to the last sound record.
#[derive(Debug)]
pub(super) struct Scan {
    pub header: Header,
    pub entries: Vec<(Found, Place)>,
    pub end: u64,
}

impl Scan {
    /// Reads a whole log.
    ///
    /// # Errors
    /// If it cannot be read, is something else, or has no sound first record.
    pub(super) fn of(mut file: &File, path: &Path) -> Result<Self, LogError> {
        let io = LogError::io(path);
        file.seek(SeekFrom::Start(0)).map_err(&io)?;
        let length = file.metadata().map_err(&io)?.len();
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let mut mark = Vec::new();
        let limit = MARK.len() as u64;
        (&mut reader)
            .take(limit)
            .read_to_end(&mut mark)
            .map_err(&io)?;
        if mark != MARK {
            return Err(LogError::Foreign {
                path: path.to_owned(),
            });
        }
        let mut at = limit;
        let first = next(&mut reader, length - at).map_err(&io)?;
        let header = first.as_deref().and_then(decode::<Header>);
        let header = header.filter(Header::is_sound);
        let (Some(header), Some(bytes)) = (header, first) else {
            return Err(LogError::Damaged {
                path: path.to_owned(),
                at,
            });
        };
        at += (HEAD + bytes.len()) as u64;
        let mut entries = Vec::new();
        while let Some(bytes) = next(&mut reader, length - at).map_err(&io)?
            && let Some(entry) = decode::<Entry>(&bytes)
            && entry.is_sound(&header.outline)
        {
            let found = match entry {
                Entry::Point { point, .. } => Found::Point(point),
                Entry::Part { point, block, .. } => Found::Part(point, block),
            };
            let place = Place {
                at,
                length: bytes.len(),
            };
            entries.push((found, place));
            at += (HEAD + bytes.len()) as u64;
        }
        Ok(Self {
            header,
            entries,
            end: at,
        })
    }

    /// What the entries say is finished.
    pub(super) fn done(&self) -> Done {
        let mut done = Done::default();
        for (found, _) in &self.entries {
            match *found {
                Found::Point(point) => done.points.insert(point),
                Found::Part(point, block) => done.parts.insert((point, block)),
            };
        }
        done
    }
}

/// The contents of the next record; nothing, if what is left is none.
fn next(reader: &mut impl Read, left: u64) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; HEAD];
    if left < HEAD as u64 {
        return Ok(None);
    }
    reader.read_exact(&mut head)?;
    let [l0, l1, l2, l3, c0, c1, c2, c3] = head;
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    if u64::from(length) > left - HEAD as u64 {
        return Ok(None);
    }
    let mut contents = vec![0; length as usize];
    reader.read_exact(&mut contents)?;
    let sound = crc32fast::hash(&contents) == u32::from_le_bytes([c0, c1, c2, c3]);
    Ok(sound.then_some(contents))
}

/// Reads the entry at a place.
pub(super) fn read_entry(mut file: &File, path: &Path, place: Place) -> Result<Entry, LogError> {
    let io = LogError::io(path);
    file.seek(SeekFrom::Start(place.at)).map_err(&io)?;
    let bytes = next(&mut file, (HEAD + place.length) as u64).map_err(&io)?;
    bytes
        .as_deref()
        .and_then(decode)
        .ok_or_else(|| LogError::Damaged {
            path: path.to_owned(),
            at: place.at,
        })
}

fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (contents, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(contents)
}
