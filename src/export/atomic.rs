use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file or folder that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {}", path.display(), in_words(cause))]
pub struct WriteError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub cause: io::Error,
}

/// A folder known to take the files of a run.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
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
        new_file_in(&path).map_err(at(&path))?;
        for name in names {
            refuse_directory(&path.join(name))?;
        }
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes files of an earlier run that this one has not replaced, up to
    /// the first name that no file has.
    ///
    /// # Errors
    /// When one is there and cannot be removed.
    pub fn remove(&self, names: impl Iterator<Item = String>) -> Result<(), WriteError> {
        let paths = names.map(|name| self.path.join(name));
        for path in paths.take_while(|path| path.is_file()) {
            fs::remove_file(&path).map_err(at(&path))?;
        }
        Ok(())
    }

    /// Writes all files, by names or paths below the folder, or none if one
    /// of them does not fit: they are put on disk under temporary names first and take their own names last.
    ///
    /// # Errors
    /// When the disk is full, the folder gone or read-only, or a name taken by
    /// a folder.
    pub fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), WriteError> {
        let staged = files
            .iter()
            .map(|(name, bytes)| Staged::new(self.path.join(name), bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let folders: BTreeSet<PathBuf> = staged
            .iter()
            .map(|file| folder_of(&file.path).to_owned())
            .collect();
        staged.into_iter().try_for_each(Staged::publish)?;
        folders
            .iter()
            .try_for_each(|folder| sync_folder(folder).map_err(at(folder)))
    }
}

/// Writes one file. Whoever reads `path`, even after a crash, finds what was
/// there before or all of `bytes`.
///
/// # Errors
/// When the disk is full, the folder missing or read-only, or `path` a folder.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    Staged::new(path.to_owned(), bytes)?.publish()?;
    sync_folder(folder_of(path)).map_err(at(path))
}

/// A file on disk that does not have its name yet; removed when dropped.
struct Staged {
    path: PathBuf,
    file: NamedTempFile,
}

impl Staged {
    fn new(path: PathBuf, bytes: &[u8]) -> Result<Self, WriteError> {
        refuse_directory(&path)?;
        let file = write_new_file(folder_of(&path), bytes).map_err(at(&path))?;
        Ok(Self { path, file })
    }

    fn publish(self) -> Result<(), WriteError> {
        let persisted = self.file.persist(&self.path);
        persisted.map_err(|failed| at(&self.path)(failed.error))?;
        Ok(())
    }
}

fn write_new_file(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = new_file_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// An unnamed file that will be as readable as any file the user creates.
fn new_file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".shortfall-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn refuse_directory(path: &Path) -> Result<(), WriteError> {
    if path.is_dir() {
        return Err(at(path)(io::ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
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

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_whole(&path, b"first, longer").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(names_in(folder.path()), ["a.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_was_written() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        write_whole(&ours, b"").unwrap();
        fs::write(&plain, b"").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[test]
    fn a_folder_in_the_way_is_named_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        let error = write_whole(&taken, b"x").unwrap_err().to_string();
        assert_eq!(
            error,
            format!("cannot write {}: it is a folder", taken.display())
        );
        assert!(Folder::claim(folder.path(), &["taken"]).is_err());
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
        let claimed = Folder::claim(folder.path().join("deep/er"), &["a", "b"]).unwrap();
        fs::create_dir(claimed.path().join("b")).unwrap();
        let files = [("a".to_owned(), vec![1]), ("b".to_owned(), vec![2])];
        assert!(claimed.write(&files).is_err());
        assert_eq!(names_in(claimed.path()), ["b"]);
        fs::remove_dir(claimed.path().join("b")).unwrap();
        claimed.write(&files).unwrap();
        assert_eq!(names_in(claimed.path()), ["a", "b"]);
    }

    #[test]
    fn what_was_not_replaced_is_removed_up_to_a_gap() {
        let folder = tempfile::tempdir().unwrap();
        let claimed = Folder::claim(folder.path(), &[]).unwrap();
        for name in ["a-2", "a-3", "a-5"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        let names = (3..).map(|page| format!("a-{page}"));
        claimed.remove(names).unwrap();
        assert_eq!(names_in(claimed.path()), ["a-2", "a-5"]);
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
