//! Moments, quantiles and tail measures of columns of per-trial values, each
//! with its Monte Carlo standard error.
//!
//! A column holds one value a trial, in trial order. Every function here
//! depends on the column alone, bit for bit, however many threads or shards
//! have filled it.

mod forecast;
mod moments;
mod quantiles;
mod summary;
mod tail;

use serde::{Deserialize, Serialize};

pub use forecast::{crps, pit};
pub use moments::Moments;
pub use quantiles::quantile;
pub use summary::{
    CensoredQuantiles, CensoredSummary, Quantiles, Summary, TailMeans, summarise,
    summarise_censored,
};
pub use tail::{Point, cvar, exceedance, exceedance_in};

/// A number estimated from trials.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimate, in the unit of the column.
    pub value: f64,
    /// Its Monte Carlo standard error, in the same unit.
    pub se: f64,
}

impl Estimate {
    /// The share of `n` trials in which something happened, with the binomial
    /// standard error √(p (1 − p) / n); that is zero for a share of 0 or 1,
    /// which does not make it certain.
    pub fn share(happened: usize, n: usize) -> Estimate {
        let value = happened as f64 / n as f64;
        Estimate {
            value,
            se: (value * (1.0 - value) / n as f64).sqrt(),
        }
    }
}

/// Why a column has no summary. Indices count trials from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatsError {
    /// No trial.
    #[error("there are no values to summarise")]
    Empty,
    /// A value that is not a number.
    #[error("the value of trial {index} is not a number")]
    NotANumber {
        /// The first such trial.
        index: usize,
    },
    /// An infinite value where none has a meaning.
    #[error("the value of trial {index} is infinite")]
    Infinite {
        /// The first such trial.
        index: usize,
    },
    /// Moments that are continued after they ended inside a block.
    #[error("moments of {count} values end inside a block, so nothing can be merged to them")]
    SplitInsideBlock {
        /// How many values they hold.
        count: usize,
    },
}

#[cfg(test)]
mod tests;
