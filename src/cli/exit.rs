//! Exit codes.

use std::process::ExitCode;

use super::{Failure, output};

/// Everything asked for was done.
pub const DONE: u8 = 0;
/// Our fault, or the machine's: a file could not be written, no trial could be
/// finished.
pub const FAILED: u8 = 1;
/// The user's input is wrong: arguments, a scenario or its data, files of a run.
pub const INPUT: u8 = 2;
/// Interrupted; what was done so far is written.
pub const INTERRUPTED: u8 = 130;

/// Says on standard error what went wrong, if anything, and returns the code.
pub fn code(done: Result<(), Failure>) -> ExitCode {
    let failure = match done {
        Ok(()) => return DONE.into(),
        Err(failure) => failure,
    };
    output::message(&failure.to_string());
    failure.code().into()
}
