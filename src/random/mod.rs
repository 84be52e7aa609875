//! Addressed randomness and the laws that draws follow.
//!
//! A draw is a function of its address (seed, trial, object, occurrence) and
//! of nothing else: no object's draws move when another object is added, and
//! two variants of a scenario that share objects share their luck (common
//! random numbers).

mod copula;
mod design;
mod law;
mod philox;
mod special;
mod stream;

pub use copula::{Copula, CopulaError};
pub use design::{DesignError, latin_hypercube, morris, sobol};
pub use law::{Law, LawError};
pub use stream::{ObjectKey, Stream, TrialKey};

#[cfg(test)]
mod tests;
