use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::{Builder, TempDir};

/// A file or folder that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {}", path.display(), in_words(cause))]
pub struct WriteError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub cause: io::Error,
}

/// A folder known to take the files of a run. They are staged in a folder of
/// their own inside it, which goes when this is dropped, and appear together.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    staging: TempDir,
    /// Locked as long as this lives.
    _in_use: File,
    changes: Changes,
}

/// What publishing does to a folder, by path below it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Changes {
    /// Folders below it.
    below: Vec<String>,
    /// What is given its name, in this order.
    staged: Vec<String>,
    /// What is removed then.
    stale: Vec<String>,
}

/// A file that grows while a run goes on, and does not have its name yet.
#[derive(Debug)]
pub struct NewFile {
    /// The name it will have.
    pub path: PathBuf,
    /// Open for writing and reading.
    pub file: File,
}

impl Folder {
    /// Creates the folder if need be, and makes sure that files called `names`
    /// can be written in it, without writing them.
    ///
    /// # Errors
    /// When the folder cannot be created or written to, or one of the names is
    /// taken by a folder.
    pub fn claim(path: impl Into<PathBuf>, names: &[&str]) -> Result<Self, WriteError> {
        let path = path.into();
        fs::create_dir_all(&path).map_err(at(&path))?;
        let turn = take_turn(&path);
        for name in names {
            refuse_directory(&path.join(name))?;
        }
        settle(&path, turn.as_ref());
        let staging = Builder::new().prefix(PREFIX).tempdir_in(&path);
        let staging = staging.map_err(at(&path))?;
        let in_use = create(&staging.path().join(IN_USE)).map_err(at(&path))?;
        // Where files cannot be locked, what is left behind stays.
        let _ = in_use.try_lock();
        try_out(&staging.path().join("try")).map_err(at(&path))?;
        Ok(Self {
            path,
            staging,
            _in_use: in_use,
            changes: Changes::default(),
        })
    }

    /// Makes sure that files can be written in the folder `name` below, which
    /// does not appear before they do. Their names are then `name/file`.
    ///
    /// # Errors
    /// When it cannot be written to, or its name is taken by a file.
    pub fn claim_below(&mut self, name: &str) -> Result<(), WriteError> {
        let path = self.path.join(name);
        takes_files(&path)?;
        fs::create_dir(self.staging().join(name)).map_err(at(&path))?;
        self.changes.below.push(name.to_owned());
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its files are until they are published: what a program that ends
    /// at once has to remove.
    #[must_use]
    pub fn staging(&self) -> &Path {
        self.staging.path()
    }

    /// Stages an empty file.
    ///
    /// # Errors
    /// When the folder is gone or has become read-only.
    pub fn create(&mut self, name: &str) -> Result<NewFile, WriteError> {
        let path = self.path.join(name);
        let file = create(&self.staging().join(name)).map_err(at(&path))?;
        self.changes.staged.push(name.to_owned());
        Ok(NewFile { path, file })
    }

    /// Stages a file.
    ///
    /// # Errors
    /// When the disk is full, or the folder gone or read-only.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let NewFile { path, mut file } = self.create(name)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(at(&path))
    }

    /// Has the files that `ours` tells by their names, and that no staged file
    /// replaces, removed when those are published.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn supersede(&mut self, ours: impl Fn(&str) -> bool) -> Result<(), WriteError> {
        let mut names = files_in(&self.path).map_err(at(&self.path))?;
        for below in &self.changes.below {
            let path = self.path.join(below);
            let found = files_in(&path).map_err(at(&path))?.into_iter();
            names.extend(found.map(|name| format!("{below}/{name}")));
        }
        names.retain(|name| ours(name) && !self.changes.staged.contains(name));
        self.changes.stale = names;
        Ok(())
    }

    /// Gives all staged files their names, in the order in which they were
    /// staged, or none if one of them cannot have its own. Who is killed at it has
    /// it completed by the next to claim the folder.
    ///
    /// # Errors
    /// When a staged file or the folder is gone, or a name taken by a folder.
    pub fn publish(self) -> Result<(), WriteError> {
        let turn = take_turn(&self.path);
        settle(&self.path, turn.as_ref());
        for name in &self.changes.staged {
            self.look(name)?;
        }
        for name in &self.changes.below {
            takes_files(&self.path.join(name))?;
        }
        self.changes.note(self.staging()).map_err(at(&self.path))?;
        self.changes.make(&self.path, self.staging())
    }

    /// Whether a staged file is there, and can have its name.
    fn look(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path.join(name);
        refuse_directory(&path)?;
        match self.staging().join(name).is_file() {
            true => Ok(()),
            false => Err(at(&path)(io::Error::other(GONE))),
        }
    }
}

impl Changes {
    /// Has whoever comes next make them if their owner is killed.
    fn note(&self, staging: &Path) -> io::Result<()> {
        let mut file = create(&staging.join(READY))?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()
    }

    /// Those that a killed owner was making, if they stay within the folder: anybody
    /// may have written them.
    fn noted(staging: &Path) -> Option<Self> {
        let bytes = fs::read(staging.join(READY)).ok()?;
        let noted: Self = serde_json::from_slice(&bytes).ok()?;
        noted.stay_below().then_some(noted)
    }

    fn stay_below(&self) -> bool {
        let mut lists = [&self.below, &self.staged, &self.stale].into_iter();
        lists.all(|names| names.iter().all(|name| stays_below(name)))
    }

    /// Makes them, or the rest of them.
    fn make(&self, folder: &Path, staging: &Path) -> Result<(), WriteError> {
        let below: Vec<PathBuf> = self.below.iter().map(|name| folder.join(name)).collect();
        for path in &below {
            fs::create_dir_all(path).map_err(at(path))?;
        }
        for name in &self.staged {
            let (from, to) = (staging.join(name), folder.join(name));
            if from.exists() || !to.exists() {
                fs::rename(from, &to).map_err(at(&to))?;
            }
        }
        for name in &self.stale {
            let path = folder.join(name);
            remove(&path).map_err(at(&path))?;
        }
        let mut folders = below.iter().map(PathBuf::as_path).chain([folder]);
        folders.try_for_each(|path| sync_folder(path).map_err(at(path)))
    }
}

fn stays_below(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    parts.all(|part| matches!(part, Component::Normal(_)))
}

/// How names of staging folders begin.
const PREFIX: &str = ".shortfall-";
/// A file in each of them that its owner has locked.
const IN_USE: &str = "in-use";
/// The changes that its owner makes once all files are there.
const READY: &str = "ready";

/// Waits until no other process claims the folder or publishes in it, and keeps them
/// waiting as long as what is returned lives. Where folders cannot be locked, nobody
/// waits.
fn take_turn(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Removes staged files before the program ends at once. Nothing is published as long
/// as what is returned lives.
#[must_use]
pub fn abandon(staging: &Path) -> Option<File> {
    let turn = staging.parent().and_then(take_turn);
    let _ = fs::remove_dir_all(staging);
    turn
}

/// Completes what was being published in a folder by somebody who was killed, so
/// that its files are of one command.
pub fn complete(folder: &Path) {
    let turn = take_turn(folder);
    settle(folder, turn.as_ref());
}

/// Completes what killed owners of staging folders were publishing (their lock is
/// free), and removes the folders; so it does with one whose owner came to put
/// nothing into it, if nobody else can have made it just now. Where that fails they
/// do no harm.
fn settle(path: &Path, turn: Option<&File>) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let staging = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let lock = ours.then(|| File::open(staging.join(IN_USE)));
        if let Some(Ok(lock)) = lock
            && lock.try_lock().is_ok()
        {
            if let Some(changes) = Changes::noted(&staging) {
                let _ = changes.make(path, &staging);
            }
            let _ = fs::remove_dir_all(&staging);
        } else if ours && turn.is_some() {
            let _ = fs::remove_dir(&staging); // which only goes if it is empty
        }
    }
}

const GONE: &str = "what was written of it has been removed by someone else";

/// A file that will be as readable as any file the user creates.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true).open(path)
}

/// Whether files can be written in a folder, if it is there.
fn takes_files(folder: &Path) -> Result<(), WriteError> {
    let found = match fs::metadata(folder) {
        Ok(found) if found.is_dir() => Builder::new().prefix(PREFIX).tempfile_in(folder).map(drop),
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    found.map_err(at(folder))
}

/// Names of the files in a folder, none if it is not there.
fn files_in(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            names.extend(entry.file_name().into_string());
        }
    }
    Ok(names)
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Whether bytes find room.
fn try_out(path: &Path) -> io::Result<()> {
    create(path)?.write_all(b"PAR1")?;
    fs::remove_file(path)
}

fn refuse_directory(path: &Path) -> Result<(), WriteError> {
    if path.is_dir() {
        return Err(at(path)(io::ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

/// Makes a renaming durable. Only Unix lets a folder be opened.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn at(path: &Path) -> impl Fn(io::Error) -> WriteError {
    move |cause| WriteError {
        path: path.to_owned(),
        cause,
    }
}

/// Without the path that a library adds: the message names it already.
fn in_words(error: &io::Error) -> String {
    let words = match error.kind() {
        io::ErrorKind::AlreadyExists => "there is a file of that name, not a folder",
        io::ErrorKind::NotADirectory => "part of the path is a file, not a folder",
        io::ErrorKind::IsADirectory => "it is a folder",
        io::ErrorKind::NotFound => "there is no such folder",
        io::ErrorKind::StorageFull => "the disk is full",
        io::ErrorKind::FileTooLarge => "files may not grow that large here (see ulimit -f)",
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        io::ErrorKind::Other | io::ErrorKind::InvalidInput => return error.to_string(),
        kind => return kind.to_string(),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn claim(path: &Path) -> Folder {
        Folder::claim(path, &[]).unwrap()
    }

    fn write(path: &Path, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let mut folder = claim(path);
        folder.put(name, bytes)?;
        folder.publish()
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.txt", b"first, longer").unwrap();
        write(folder.path(), "a.txt", b"second").unwrap();
        assert_eq!(fs::read(folder.path().join("a.txt")).unwrap(), b"second");
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }

    #[test]
    fn what_a_killed_owner_left_behind_goes() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".shortfall-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(IN_USE), b"").unwrap();
        fs::write(left.join("trials.parquet"), b"half").unwrap();
        if cfg!(unix) {
            fs::create_dir(folder.path().join(".shortfall-empty")).unwrap();
        }
        let owned = claim(folder.path());
        assert!(!left.exists());
        let other = claim(folder.path());
        assert!(owned.staging().exists());
        drop((owned, other));
        assert!(names_in(folder.path()).is_empty());
    }

    #[test]
    fn what_a_killed_owner_was_publishing_is_completed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for (name, bytes) in [("a", b"new"), ("b", b"old"), ("c", b"old")] {
            fs::write(path.join(name), bytes).unwrap();
        }
        let left = path.join(".shortfall-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(IN_USE), b"").unwrap();
        fs::write(left.join("b"), b"new").unwrap();
        let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let changes = Changes {
            staged: text(&["a", "b"]),
            stale: text(&["c"]),
            ..Changes::default()
        };
        changes.note(&left).unwrap();
        complete(path);
        assert_eq!(names_in(path), ["a", "b"]);
        assert_eq!(fs::read(path.join("a")).unwrap(), b"new");
        assert_eq!(fs::read(path.join("b")).unwrap(), b"new");
    }

    #[test]
    fn nothing_is_changed_outside_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("kept");
        fs::write(&kept, b"").unwrap();
        let below = folder.path().join("below");
        let left = below.join(".shortfall-left");
        for name in ["../kept".to_owned(), kept.display().to_string()] {
            let stale = vec![name];
            let changes = Changes {
                stale,
                ..Changes::default()
            };
            fs::create_dir_all(&left).unwrap();
            fs::write(left.join(IN_USE), b"").unwrap();
            changes.note(&left).unwrap();
            complete(&below);
            assert!(kept.exists() && !left.exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_was_written() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "ours", b"").unwrap();
        fs::write(folder.path().join("plain"), b"").unwrap();
        let metadata = |name| fs::metadata(folder.path().join(name)).unwrap();
        let mode = |name| metadata(name).permissions().mode();
        assert_eq!(mode("ours"), mode("plain"));
    }

    #[test]
    fn a_folder_in_the_way_is_named_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        let expected = format!("cannot write {}: it is a folder", taken.display());
        let error = write(folder.path(), "taken", b"x").unwrap_err();
        assert_eq!(error.to_string(), expected);
        let error = Folder::claim(folder.path(), &["taken"]).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(names_in(folder.path()), ["taken"]);
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_found_on_claiming() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        let error = Folder::claim(&file, &[]).unwrap_err().to_string();
        assert!(
            error.ends_with("there is a file of that name, not a folder"),
            "{error}"
        );
        let error = Folder::claim(file.join("below"), &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with("part of the path is a file, not a folder"),
            "{error}"
        );
    }

    #[test]
    fn all_files_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er");
        let staged = || {
            let mut folder = Folder::claim(&path, &["a", "b"]).unwrap();
            folder.put("a", b"1").unwrap();
            folder.put("b", b"2").unwrap();
            folder
        };
        let blocked = staged();
        fs::create_dir(path.join("b")).unwrap();
        assert!(blocked.publish().is_err());
        assert_eq!(names_in(&path), ["b"]);
        fs::remove_dir(path.join("b")).unwrap();
        staged().publish().unwrap();
        assert_eq!(names_in(&path), ["a", "b"]);
    }

    #[test]
    fn what_was_removed_meanwhile_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut claimed = claim(folder.path());
        claimed.put("a", b"1").unwrap();
        claimed.create("b").unwrap();
        fs::remove_file(claimed.staging().join("b")).unwrap();
        let error = claimed.publish().unwrap_err().to_string();
        let b = folder.path().join("b");
        assert_eq!(error, format!("cannot write {}: {GONE}", b.display()));
        assert!(names_in(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_that_vanishes_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut claimed = claim(&folder.path().join("out"));
        fs::remove_dir_all(claimed.path()).unwrap();
        let error = claimed.put("a", b"1").unwrap_err().to_string();
        assert!(error.ends_with("a: there is no such folder"), "{error}");
    }

    /// A folder with `c/a`, and a file `c/b` staged in it.
    fn staged_below(path: &Path) -> Folder {
        fs::create_dir(path.join("c")).unwrap();
        fs::write(path.join("c/a"), b"old").unwrap();
        let mut folder = claim(path);
        folder.claim_below("c").unwrap();
        folder.put("c/b", b"new").unwrap();
        folder
    }

    #[test]
    fn a_folder_below_appears_with_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut claimed = claim(folder.path());
        claimed.claim_below("c").unwrap();
        claimed.put("a", b"1").unwrap();
        claimed.put("c/b", b"2").unwrap();
        assert!(!folder.path().join("c").exists());
        claimed.publish().unwrap();
        assert_eq!(names_in(folder.path()), ["a", "c"]);
        assert_eq!(fs::read(folder.path().join("c/b")).unwrap(), b"2");
    }

    #[test]
    fn a_file_in_place_of_a_folder_below_is_named_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("c");
        fs::write(&in_the_way, b"").unwrap();
        let mut claimed = claim(folder.path());
        let error = claimed.claim_below("c").unwrap_err().to_string();
        let words = "there is a file of that name, not a folder";
        let expected = format!("cannot write {}: {words}", in_the_way.display());
        assert_eq!(error, expected);
        fs::remove_file(&in_the_way).unwrap();
        claimed.claim_below("c").unwrap();
        claimed.put("a", b"1").unwrap();
        claimed.put("c/b", b"2").unwrap();
        fs::write(&in_the_way, b"").unwrap();
        let error = claimed.publish().unwrap_err().to_string();
        assert!(error.contains("cannot write"), "{error}");
        assert_eq!(names_in(folder.path()), ["c"]);
    }

    #[test]
    fn what_is_superseded_goes_once_the_rest_is_there() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), b"old").unwrap();
        fs::write(folder.path().join("theirs"), b"old").unwrap();
        let ours = |name: &str| name == "a" || name.starts_with("c/");
        let mut claimed = staged_below(folder.path());
        claimed.supersede(ours).unwrap();
        assert_eq!(names_in(&folder.path().join("c")), ["a"]);
        claimed.publish().unwrap();
        assert_eq!(names_in(folder.path()), ["c", "theirs"]);
        assert_eq!(names_in(&folder.path().join("c")), ["b"]);
    }

    #[test]
    fn nothing_goes_if_something_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let mut claimed = staged_below(folder.path());
        claimed.supersede(|name| name == "c/a").unwrap();
        fs::create_dir(folder.path().join("c/b")).unwrap();
        assert!(claimed.publish().is_err());
        assert_eq!(fs::read(folder.path().join("c/a")).unwrap(), b"old");
        assert_eq!(names_in(folder.path()), ["c"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_called_so() {
        let error = WriteError {
            path: "x".into(),
            cause: io::Error::from_raw_os_error(28),
        };
        assert_eq!(error.to_string(), "cannot write x: the disk is full");
    }
}
