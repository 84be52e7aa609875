use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, anyhow};
use tempfile::TempDir;

use super::progress::Count;
use super::store::{Bucket, Place};
use super::sweep::{is_log, lines};
use super::{Failure, MergeArgs, publish, signals};
use crate::study::sweep::Logs;

/// Puts the shards of a sweep together, and writes what it found.
///
/// # Errors
/// When shards are missing, doubled, damaged, unfinished or of another sweep:
/// all of that at once.
pub fn merge(args: &MergeArgs) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    let (mut paths, mut copies, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for place in &args.folders {
        let logs = match place {
            Place::Folder(folder) => logs_in(folder),
            Place::Store(address) => Copy::of(address, args.quiet).map(|copy| {
                let logs = copy.logs.clone();
                copies.push(copy);
                logs
            }),
        };
        match logs {
            Ok(logs) => paths.extend(logs),
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Input(anyhow!(lines(&problems))));
    }
    paths.sort();
    paths.dedup();
    let logs = Logs::open(&paths).map_err(|problems| {
        let told = |text: String, copy: &Copy| copy.told(&text);
        let text = copies.iter().fold(lines(&problems), told);
        Failure::Input(anyhow!(text))
    })?;
    let default = || Path::new("results").join(&logs.outline().stamp.scenario);
    let folder = args.out.clone().unwrap_or_else(default);
    publish::publish(&logs, &folder, args.format, args.quiet)
}

/// The logs in a folder; a file is taken for one.
fn logs_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if folder.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let cannot = || format!("cannot read {}", folder.display());
    let mut logs = Vec::new();
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        if entry.file_name().to_str().is_some_and(is_log) {
            logs.push(entry.path());
        }
    }
    match logs.is_empty() {
        true => Err(no_log(folder.display())),
        false => Ok(logs),
    }
}

fn no_log(place: impl std::fmt::Display) -> Error {
    anyhow!("{place} holds no log of a sweep")
}

/// What a folder in object storage holds, on this machine for as long as this
/// lives.
struct Copy {
    address: String,
    here: TempDir,
    logs: Vec<PathBuf>,
}

impl Copy {
    /// Of the logs in a folder; the address of a log is taken for one.
    fn of(address: &str, quiet: bool) -> Result<Self, Error> {
        let one = address.rsplit_once('/').filter(|(_, name)| is_log(name));
        let (address, bucket, names) = match one {
            Some((folder, name)) => (folder, Bucket::open(folder)?, vec![name.to_owned()]),
            None => {
                let bucket = Bucket::open(address)?;
                let mut names = bucket.names()?;
                names.retain(|name| is_log(name));
                (address, bucket, names)
            }
        };
        let here = tempfile::Builder::new().prefix("shortfall-").tempdir();
        let here = here.context("cannot create a folder for temporary files")?;
        let bar = Count::new(!quiet, names.len() as u64, "shards fetched");
        let mut logs = Vec::new();
        for name in names {
            let path = here.path().join(&name);
            if bucket.fetch(&name, &path)?.is_some() {
                logs.push(path);
            }
            bar.advance();
        }
        drop(bar);
        match logs.is_empty() {
            true => Err(no_log(address)),
            false => Ok(Self {
                address: address.to_owned(),
                here,
                logs,
            }),
        }
    }

    /// A text about these, told of the originals.
    fn told(&self, text: &str) -> String {
        let here = self.here.path().display().to_string();
        text.replace(&here, &self.address)
    }
}
