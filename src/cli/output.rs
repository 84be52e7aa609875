use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::Context;

use super::Failure;
use crate::scenario::Report;

/// Prints results. A reader that has gone away, as in `shortfall run | head`,
/// has read what it wanted.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")?
        }
        _ => Ok(()),
    }
}

/// Says something beside the results. Where even that fails, nobody listens.
pub(super) fn message(text: &str) {
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// What a report on a scenario says, for standard error.
pub(super) fn shown(report: &Report) -> String {
    match has_colour() {
        true => report.render_coloured(),
        false => report.render(),
    }
}

/// Whether messages may be coloured (see <https://no-color.org>).
fn has_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !refused
}
