use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

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
    let (mut paths, mut problems) = (Vec::new(), Vec::new());
    for folder in &args.folders {
        match logs_in(folder) {
            Ok(logs) => paths.extend(logs),
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Input(anyhow!(lines(&problems))));
    }
    paths.sort();
    paths.dedup();
    let logs = Logs::open(&paths).map_err(|problems| Failure::Input(anyhow!(lines(&problems))))?;
    let default = || Path::new("results").join(&logs.outline().stamp.scenario);
    let folder = args.out.clone().unwrap_or_else(default);
    publish::publish(&logs, &folder, args.format, args.quiet)
}

/// The logs in a folder; a file is taken for one.
fn logs_in(folder: &Path) -> Result<Vec<PathBuf>, anyhow::Error> {
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
        true => Err(anyhow!("{} holds no log of a sweep", folder.display())),
        false => Ok(logs),
    }
}
