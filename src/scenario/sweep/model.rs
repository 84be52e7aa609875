//! What a sweep file says, once it is found valid.

use serde::{Deserialize, Serialize};

use crate::units::Date;

/// What is varied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// Its key in the file, and the name of its column.
    pub key: String,
    /// Its name in reports.
    pub title: String,
    /// Unit of its levels, as written; empty where they are texts, dates or
    /// plain numbers.
    pub unit: String,
    /// Paths of what it sets in the scenario.
    pub paths: Vec<String>,
    /// The levels it is given by, in the order of the file (a range: in its
    /// steps); empty where values are sampled from a range or a law.
    pub levels: Vec<Level>,
    /// Least and greatest value that can be sampled, where they are.
    pub between: Option<(f64, f64)>,
}

/// What a factor is set to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Level {
    /// A number in the factor's unit.
    Number(f64),
    /// A day.
    Date(Date),
    /// A word or text: the name of a level, `true`, a law as written.
    Text(String),
    /// What the scenario says itself, where that is no plain number, date or text.
    Base,
}

/// How the points of a sweep are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Design {
    /// Every combination of levels; the last factor moves first.
    Grid,
    /// First levels together, second levels together, and so on.
    Zip,
    /// A reference point, then every other level of every factor alone.
    OneAtATime,
    /// Latin hypercube sample.
    LatinHypercube,
    /// Scrambled Sobol' sequence.
    Sobol,
    /// Trajectories of Morris's method, one after the other: each a start and then one
    /// point a factor, at which one factor more has moved, in random order.
    Morris {
        /// Levels of each factor, evenly spaced over its range (or its law's
        /// probability).
        levels: u32,
    },
}

impl Design {
    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Zip => "zip",
            Self::OneAtATime => "one-at-a-time",
            Self::LatinHypercube => "lhs",
            Self::Sobol => "sobol",
            Self::Morris { .. } => "morris",
        }
    }

    /// Whether chance has a part in which points there are.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        matches!(
            self,
            Self::LatinHypercube | Self::Sobol | Self::Morris { .. }
        )
    }
}
