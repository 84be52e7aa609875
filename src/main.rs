//! The `shortfall` command.

use std::process::ExitCode;

use shortfall::cli::{self, Args, Command, RunPlan};

fn main() -> ExitCode {
    let args = match Args::from_command_line() {
        Ok(args) => args,
        Err(code) => return code,
    };
    let done = match &args.command {
        Command::Run(args) => RunPlan::resolve(args).and_then(|plan| cli::run(&plan)),
        Command::Sweep(args) => cli::sweep(args),
        Command::Merge(args) => cli::merge(args),
        Command::Backtest(args) => cli::backtest(args),
        Command::Selftest(args) => cli::selftest(args),
        Command::Report(args) => cli::report(args),
        Command::Scenarios => cli::scenarios(),
        Command::Init(args) => cli::init(args),
        Command::Check(args) => cli::check(args),
        Command::Schema(args) => cli::schema(args),
        Command::Trace(args) => cli::trace(args),
        Command::Licences => cli::licences(),
    };
    cli::exit::code(done)
}
