use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

/// A file of a run that is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {reason}", path.display())]
pub struct ReadError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

impl ReadError {
    pub(super) fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            io::ErrorKind::NotADirectory => "part of the path is a file, not a folder".to_owned(),
            kind => kind.to_string(),
        };
        Self::new(path, reason)
    }

    pub(super) fn parquet(path: &Path, error: &ParquetError) -> Self {
        let said = match error {
            ParquetError::General(text) | ParquetError::EOF(text) | ParquetError::NYI(text) => {
                text.clone()
            }
            error => error.to_string(),
        };
        Self::new(path, format!("it is damaged, or no Parquet file ({said})"))
    }
}
