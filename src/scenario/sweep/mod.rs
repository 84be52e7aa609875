//! A sweep as written: a scenario, what of it is varied, and how.

mod model;

pub use model::*;
