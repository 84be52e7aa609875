//! Many studies of one scenario, each with other values of some of its numbers.
//!
//! A sweep is cut into [`Units`]: a block of trials at a point. [`run`] does
//! those of one shard and hands over an [`Entry`] for each finished point, or
//! for each block of a point that other shards do a part of. A [`Log`] keeps
//! entries through whatever happens to the machine. From [`Logs`] that hold
//! every unit once comes the [`SweepOutcome`], the same bits however the units
//! were shared out.

mod block;
mod log;
mod logs;
mod outcome;
mod outline;
mod run;
#[cfg(test)]
mod tests;
mod units;

pub use block::{Block, Measured, MeasuredFocus, Prepared};
pub use log::{Done, Log, LogError, Opened};
pub use logs::{Logs, MergeError, StoredPoint};
pub use outcome::*;
pub use outline::{Outline, SourceFile};
pub use run::{Entry, Watch, Work, run};
pub use units::{BLOCK, Shard, Units};
