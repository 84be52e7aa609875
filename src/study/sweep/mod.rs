//! Many studies of one scenario, each with other values of some of its numbers.

mod outcome;

pub use outcome::*;
