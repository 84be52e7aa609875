//! Where the files of a scenario come from: a folder, or the program itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Largest scenario file \[bytes\].
pub(super) const SCENARIO_LIMIT: u64 = 5_000_000;
/// Largest table \[bytes\].
pub(super) const TABLE_LIMIT: u64 = 20_000_000;

/// Reads the tables that a scenario names, by their paths as written.
pub(super) trait Files: std::fmt::Debug + Send + Sync {
    /// The bytes of a file, or why they cannot be had.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String>;

    /// The name that messages give a file.
    fn name(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// The folder of a scenario file; nothing outside it can be read.
#[derive(Debug)]
pub(super) struct Folder(pub PathBuf);

impl Files for Folder {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        stay_inside(path)?;
        let full = self.0.join(path);
        let real = full.canonicalize().map_err(|error| reason(&error))?;
        let home = self.0.canonicalize().map_err(|error| reason(&error))?;
        if real.starts_with(home) {
            read_file(&real, limit)
        } else {
            Err("it is a link out of the scenario's folder".to_owned())
        }
    }

    fn name(&self, path: &str) -> String {
        self.0.join(path).display().to_string()
    }
}

/// The one file that a user names, wherever it is.
#[derive(Debug)]
pub(super) struct Named(pub PathBuf);

impl Files for Named {
    fn read(&self, _: &str, limit: u64) -> Result<Vec<u8>, String> {
        read_file(&self.0, limit)
    }
}

/// Files kept in memory from when they are first read.
#[derive(Debug)]
pub(super) struct Kept {
    files: Box<dyn Files>,
    known: Mutex<BTreeMap<String, Result<Vec<u8>, String>>>,
}

impl Kept {
    /// Of files that are read from elsewhere.
    pub(super) fn new(files: Box<dyn Files>) -> Self {
        Self {
            files,
            known: Mutex::default(),
        }
    }

    /// The names and contents of all that have been read, by path.
    pub(super) fn read_so_far(&self) -> Vec<(String, Vec<u8>)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let read = known.iter().filter_map(|(path, bytes)| {
            let bytes = bytes.as_ref().ok()?;
            Some((self.files.name(path), bytes.clone()))
        });
        read.collect()
    }
}

impl Files for Kept {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || self.files.read(path, limit);
        known.entry(path.to_owned()).or_insert_with(read).clone()
    }

    fn name(&self, path: &str) -> String {
        self.files.name(path)
    }
}

/// Files compiled into the program: path and text.
#[derive(Debug)]
pub(super) struct Embedded<'a>(pub &'a [(&'a str, &'a str)]);

impl Files for Embedded<'_> {
    fn read(&self, path: &str, _: u64) -> Result<Vec<u8>, String> {
        stay_inside(path)?;
        let found = self.0.iter().find(|(name, _)| *name == path);
        found
            .map(|(_, text)| text.as_bytes().to_vec())
            .ok_or_else(|| "there is no such file".to_owned())
    }
}

fn stay_inside(path: &str) -> Result<(), String> {
    let within = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.is_empty() {
        Err("the path is empty".to_owned())
    } else if path.contains('\\') || !Path::new(path).components().all(within) {
        Err("it must lie in the scenario's folder, as in \"data/trade.csv\"".to_owned())
    } else {
        Ok(())
    }
}

/// Reads a regular file of at most `limit` bytes.
pub(super) fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let kind = path.metadata().map_err(|error| reason(&error))?;
    if kind.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if !kind.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| reason(&error))?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| reason(&error))?;
    if bytes.len() as u64 > limit {
        return Err(format!("it is larger than {} MB", limit / 1_000_000));
    }
    Ok(bytes)
}

fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The text of a file, without a byte-order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
    }
}

fn not_utf8(bytes: &[u8], at: usize) -> String {
    let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let hint = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "; it looks like UTF-16",
        _ if bytes.contains(&0) => "; it looks like a binary file",
        _ => "",
    };
    format!("it is not UTF-8 text (byte {at}, line {line}){hint}; save it as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_out_of_the_folder_are_refused() {
        for path in ["../a.csv", "/etc/passwd", "a/../../b", "..\\a", ""] {
            assert!(stay_inside(path).is_err(), "{path}");
        }
        assert!(stay_inside("data/a.csv").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_refused() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.csv"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(outside.path().join("secret.csv"), link).unwrap();
        let files = Folder(folder.path().to_owned());
        let said = files.read("link.csv", 10).unwrap_err();
        assert_eq!(said, "it is a link out of the scenario's folder");
    }

    #[test]
    fn large_files_and_folders_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("big.csv"), [b'x'; 11]).unwrap();
        let files = Folder(folder.path().to_owned());
        assert!(files.read("big.csv", 10).unwrap_err().contains("larger"));
        assert_eq!(files.read(".", 10).unwrap_err(), "it is a folder");
        assert_eq!(files.read("none", 10).unwrap_err(), "there is no such file");
    }

    #[test]
    fn only_utf8_is_text() {
        assert_eq!(decode(b"\xEF\xBB\xBFa").unwrap(), "a");
        assert!(decode(b"a\n\xFF\x00").unwrap_err().contains("line 2"));
    }
}
