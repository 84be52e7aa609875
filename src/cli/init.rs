use std::fs;
use std::path::Path;

use super::{Failure, InitArgs, builtin, output, schema, signals};
use crate::export::{Folder, WriteError};

/// Name of the JSON Schema beside the scenarios, as their first lines have it.
const SCHEMA: &str = "schema.json";
/// The same of sweeps.
const SWEEP_SCHEMA: &str = "sweep-schema.json";

/// A file by its path below the folder.
type File = (&'static str, String);

/// Copies built-in scenarios, the tables they read, their sweeps and the JSON
/// Schemas into a folder. All files appear together, and none that is there is
/// replaced: tables and schemas may be there already if they are the same.
///
/// # Errors
/// When a scenario is unknown, a file is in the way, or the folder cannot be
/// written to.
pub fn init(args: &InitArgs) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    let mut files = files(&names(args)?)?;
    refuse_to_replace(&args.folder, &files)?;
    files.retain(|(path, _)| !is_there(&args.folder.join(path)));
    write(&args.folder, &files).map_err(anyhow::Error::from)?;
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let folder = args.folder.display();
    output::message(&format!("wrote {} to {folder}", paths.join(", ")));
    Ok(())
}

/// The scenarios asked for, each once.
fn names(args: &InitArgs) -> Result<Vec<&'static str>, Failure> {
    let mut names = Vec::new();
    for name in &args.names {
        let known = builtin::find(name);
        let known = known.ok_or_else(|| builtin::unknown(name, "no built-in scenario"))?;
        if !names.contains(&known) {
            names.push(known);
        }
    }
    Ok(match names.is_empty() {
        true => builtin::names().collect(),
        false => names,
    })
}

/// All files of scenarios, the schemas last.
fn files(names: &[&str]) -> Result<Vec<File>, Failure> {
    let mut files: Vec<File> = Vec::new();
    for name in names {
        for (path, text) in builtin::files(name)? {
            if files.iter().all(|(known, _)| *known != path) {
                files.push((path, text.to_owned()));
            }
        }
    }
    let sweeps = files.iter().any(|(path, _)| builtin::is_sweep(path));
    files.push((SCHEMA, schema::of_scenarios()?));
    if sweeps {
        files.push((SWEEP_SCHEMA, schema::of_sweeps()?));
    }
    Ok(files)
}

/// Lists what is in the way: scenarios, and whatever differs from what would
/// be written.
fn refuse_to_replace(folder: &Path, files: &[File]) -> Result<(), Failure> {
    let in_the_way = files.iter().filter_map(|(path, text)| {
        let place = folder.join(path);
        let same = || fs::read(&place).is_ok_and(|bytes| bytes == text.as_bytes());
        let taken = is_there(&place) && (builtin::is_scenario(path) || !same());
        taken.then(|| format!("\n  {}", place.display()))
    });
    let in_the_way: String = in_the_way.collect();
    match in_the_way.is_empty() {
        true => Ok(()),
        false => Err(Failure::Argument(format!(
            "nothing is written, so as not to replace{in_the_way}"
        ))),
    }
}

/// Whether anything has that name, be it a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn write(path: &Path, files: &[File]) -> Result<(), WriteError> {
    let names: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let mut folder = Folder::claim(path, &names)?;
    let mut below: Vec<&str> = names
        .iter()
        .filter_map(|name| Some(name.rsplit_once('/')?.0))
        .collect();
    below.sort_unstable();
    below.dedup();
    below.iter().try_for_each(|name| folder.claim_below(name))?;
    for (name, text) in files {
        folder.put(name, text.as_bytes())?;
    }
    folder.publish()
}
