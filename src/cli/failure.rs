use crate::export::WriteError;
use crate::scenario::Report;

use super::{exit, output};

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Problems in a scenario or its data, as they are shown.
    #[error("{0}")]
    Scenario(String),
    /// Files that are not what they should be.
    #[error("error: {0:#}")]
    Input(anyhow::Error),
    /// An argument does not fit the scenario.
    #[error("error: {0}")]
    Argument(String),
    /// It cannot be done, and no scenario is to blame.
    #[error("error: {0:#}")]
    Other(#[from] anyhow::Error),
    /// It was interrupted.
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// The same, told in other words.
    pub(super) fn map(self, tell: impl Fn(&str) -> String) -> Self {
        let error = |error: anyhow::Error| anyhow::anyhow!(tell(&format!("{error:#}")));
        match self {
            Self::Scenario(text) => Self::Scenario(tell(&text)),
            Self::Argument(text) => Self::Argument(tell(&text)),
            Self::Input(cause) => Self::Input(error(cause)),
            Self::Other(cause) => Self::Other(error(cause)),
            Self::Interrupted => Self::Interrupted,
        }
    }

    /// The exit code that says so.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Scenario(_) | Self::Input(_) | Self::Argument(_) => exit::INPUT,
            Self::Other(_) => exit::FAILED,
            Self::Interrupted => exit::INTERRUPTED,
        }
    }
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Self::Scenario(output::shown(&report))
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::Other(error.into())
    }
}
