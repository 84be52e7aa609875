//! Many trials, and what they found.

pub mod outcome;

pub use outcome::*;
