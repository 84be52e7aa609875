//! Discrete-event Monte Carlo simulation of what export controls and sanctions
//! do to a country's supplies.
//!
//! Data flows one way, left to right; a module imports only from modules to
//! its left, and [`units`], [`random`] and [`maths`] from anywhere:
//!
//! ```text
//! scenario  →  network  →  engine  →  study  →  report, export
//! (what a      (compiled,   (one        (many     (what a person
//!  user         indices,     trial)      trials)    looks at)
//!  writes)      immutable)
//! ```

pub mod cli;
pub mod engine;
pub mod export;
pub mod maths;
pub mod network;
pub mod random;
pub mod report;
pub mod scenario;
pub mod stats;
pub mod study;
pub mod units;
