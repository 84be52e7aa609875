//! Many trials.
mod outcome;
pub use outcome::*;
