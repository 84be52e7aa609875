//! The rules a market may clear by; their code is the engine's.

use std::fmt;
use std::str::FromStr;

/// How a market shares out what is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Prices clear it: dispersed spatial price equilibrium (Harker 1988).
    Equilibrium,
    /// Every buyer gets the same share of what each seller offers.
    ProRata,
    /// Contracts, then historic customers, then pro-rata.
    ContractFirst,
    /// Own-country buyers, then pro-rata.
    DomesticFirst,
    /// The largest unmet share is made as small as can be, then the next.
    Cooperative,
}

impl Rule {
    /// Every rule, in the order of its definition.
    pub const ALL: [Self; 5] = [
        Self::Equilibrium,
        Self::ProRata,
        Self::ContractFirst,
        Self::DomesticFirst,
        Self::Cooperative,
    ];

    /// The name scenario files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equilibrium => "equilibrium",
            Self::ProRata => "pro-rata",
            Self::ContractFirst => "contract-first",
            Self::DomesticFirst => "domestic-first",
            Self::Cooperative => "cooperative",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No [`Rule`] has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown clearing rule `{0}`")]
pub struct UnknownRule(pub String);

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        let known = Self::ALL.into_iter().find(|rule| rule.name() == name);
        known.ok_or_else(|| UnknownRule(name.to_owned()))
    }
}
