//! One trial: the calendar of events, the state they change, and the rules
//! that change it.

pub mod market;
pub mod policy;
