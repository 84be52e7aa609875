//! The command line: arguments become library calls, outcomes become files,
//! text and an exit code.
//!
//! Results go to standard output; progress and messages to standard error.

mod args;
mod backtest;
mod builtin;
mod check;
mod estimate;
pub mod exit;
mod failure;
mod init;
mod licences;
mod merge;
mod model;
mod output;
mod pictures;
mod plan;
mod progress;
mod publish;
mod report;
mod run;
mod scenarios;
mod schema;
mod selftest;
mod shard;
mod signals;
mod store;
mod sweep;
mod trace;

pub use args::{
    Args, BacktestArgs, CheckArgs, Command, InitArgs, MergeArgs, ReportArgs, RunArgs, SchemaArgs,
    SelftestArgs, SweepArgs, TraceArgs,
};
pub use backtest::backtest;
pub use check::check;
pub use failure::Failure;
pub use init::init;
pub use licences::licences;
pub use merge::merge;
pub use plan::RunPlan;
pub use report::report;
pub use run::run;
pub use scenarios::scenarios;
pub use schema::schema;
pub use selftest::selftest;
pub use store::Place;
pub use sweep::sweep;
pub use trace::trace;
