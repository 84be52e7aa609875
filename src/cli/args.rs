use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};

use super::shard;
use super::store::{self, Place};
use crate::export::count;
use crate::report::Format;
use crate::scenario::{MOST_TRIALS, Override};
use crate::study::sweep::Shard;
use crate::units::Date;

/// How short of supplies a country runs under export controls and sanctions,
/// by Monte Carlo simulation.
#[derive(Debug, Parser)]
#[command(
    name = "shortfall",
    version,
    help_expected = true,
    max_term_width = 100
)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a file could not be written, or no trial could be finished;
2 wrong arguments or a mistake in a scenario or a file; 130 interrupted.";

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Run a scenario and write its results: summaries, a report and charts
    Run(RunArgs),
    /// Run a scenario many times, each with other values of some of its numbers
    Sweep(SweepArgs),
    /// Put the shards of a sweep together and write its results
    Merge(MergeArgs),
    /// Compare what scenarios foretell with what was observed, and score it
    Backtest(BacktestArgs),
    /// Compare trials with results known in closed form, on this machine
    Selftest(SelftestArgs),
    /// Draw the report and charts of a run again from its files
    Report(ReportArgs),
    /// List the built-in scenarios, sweeps and backtests
    Scenarios,
    /// Copy built-in scenarios with their data and sweeps, to change them
    Init(InitArgs),
    /// Look for mistakes in scenarios without running them
    Check(CheckArgs),
    /// Print the JSON Schema of scenario files or sweeps, for editors
    Schema(SchemaArgs),
    /// Tell what happened in one trial, event by event
    Trace(TraceArgs),
    /// Print the licences of what this program is made of
    Licences,
}

/// Arguments of `shortfall run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Scenario file, or name of a built-in scenario [default: rare-earths-2025]
    pub scenario: Option<PathBuf>,

    /// Number of trials [default: what the scenario says]
    #[arg(long, value_name = "N", value_parser = trials)]
    pub trials: Option<u64>,

    /// Master seed [default: what the scenario says]
    #[arg(long, value_name = "S", value_parser = seed)]
    pub seed: Option<u64>,

    /// Number of threads, of no influence on the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<u64>,

    /// Folder for the results [default: results/SCENARIO-NAME]
    #[arg(long, value_name = "DIR", value_parser = folder())]
    pub out: Option<PathBuf>,

    /// Format of the pictures
    #[arg(long, value_name = "FORMAT", default_value = "png", value_parser = format())]
    pub format: Format,

    /// Set a value of the scenario, e.g. scenario.horizon="24 months"
    #[arg(long, value_name = "KEY.PATH=VALUE")]
    pub set: Vec<Override>,

    /// Show no progress and no messages but errors and failed trials
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `shortfall backtest`.
#[derive(Debug, clap::Args)]
pub struct BacktestArgs {
    /// Scenario file, or name of a built-in backtest [default: all that are built in]
    pub scenario: Option<PathBuf>,

    /// CSV file of what was observed, to compare a scenario of your own with
    #[arg(long, value_name = "CSV", requires = "scenario")]
    pub observed: Option<PathBuf>,

    /// Number of trials of each scenario
    #[arg(long, value_name = "N", value_parser = trials, default_value = "2000")]
    pub trials: u64,

    /// Master seed [default: what the scenario says]
    #[arg(long, value_name = "S", value_parser = seed)]
    pub seed: Option<u64>,

    /// Number of threads, of no influence on the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<u64>,

    /// Folder for the results
    #[arg(long, value_name = "DIR", value_parser = folder(), default_value = "results/backtest")]
    pub out: PathBuf,

    /// Format of the pictures
    #[arg(long, value_name = "FORMAT", default_value = "png", value_parser = format())]
    pub format: Format,

    /// Set a value of the scenario, e.g. scenario.horizon="24 months"
    #[arg(long, value_name = "KEY.PATH=VALUE", requires = "scenario")]
    pub set: Vec<Override>,

    /// Show no progress and no messages but errors and failed trials
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `shortfall selftest`.
#[derive(Debug, clap::Args)]
pub struct SelftestArgs {
    /// Master seed
    #[arg(long, value_name = "S", value_parser = seed, default_value = "1")]
    pub seed: u64,

    /// Show no progress
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `shortfall sweep`.
#[derive(Debug, clap::Args)]
pub struct SweepArgs {
    /// Sweep file, or name of a built-in sweep
    pub sweep: PathBuf,

    /// Folder for the results, or s3://BUCKET/FOLDER for a shard [default: results/SWEEP-NAME]
    #[arg(long, value_name = "DIR", value_parser = place())]
    pub out: Option<Place>,

    /// Go on with a sweep that was interrupted
    #[arg(long)]
    pub resume: bool,

    /// Do only this shard of the sweep, as 3/8; `auto` takes it from the cluster
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<Shard>,

    /// List the points and say how long they will take, and run none
    #[arg(long)]
    pub dry_run: bool,

    /// Number of trials a point [default: what the sweep or its scenario says]
    #[arg(long, value_name = "N", value_parser = trials)]
    pub trials: Option<u64>,

    /// Number of threads, of no influence on the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<u64>,

    /// Format of the pictures
    #[arg(long, value_name = "FORMAT", default_value = "png", value_parser = format())]
    pub format: Format,

    /// Show no progress and no messages but errors and failed points and trials
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `shortfall merge`.
#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// Folders of the shards, here or s3://BUCKET/FOLDER, or their logs
    #[arg(value_name = "DIR", required = true, value_parser = place())]
    pub folders: Vec<Place>,

    /// Folder for the results [default: results/SWEEP-NAME]
    #[arg(long, value_name = "DIR", value_parser = folder())]
    pub out: Option<PathBuf>,

    /// Format of the pictures
    #[arg(long, value_name = "FORMAT", default_value = "png", value_parser = format())]
    pub format: Format,

    /// Show no messages but warnings and errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `shortfall report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Folder of the run
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Format of the pictures
    #[arg(long, value_name = "FORMAT", default_value = "png", value_parser = format())]
    pub format: Format,

    /// Show no messages but warnings and errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `shortfall init`.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// Folder for the copies
    #[arg(value_name = "DIR", value_parser = folder())]
    pub folder: PathBuf,

    /// Names of built-in scenarios [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// Arguments of `shortfall schema`.
#[derive(Debug, clap::Args)]
pub struct SchemaArgs {
    /// That of sweep files
    #[arg(long)]
    pub sweep: bool,
}

/// Arguments of `shortfall check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Scenario files, or names of built-in scenarios [default: all that are built in]
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,

    /// Set a value of each scenario, e.g. scenario.horizon="24 months"
    #[arg(long, value_name = "KEY.PATH=VALUE")]
    pub set: Vec<Override>,
}

/// Arguments of `shortfall trace`.
#[derive(Debug, clap::Args)]
pub struct TraceArgs {
    /// Scenario file, or name of a built-in scenario [default: rare-earths-2025]
    pub scenario: Option<PathBuf>,

    /// Index of the trial; the first is 0
    #[arg(long, value_name = "K", value_parser = trial, allow_negative_numbers = true)]
    pub trial: u64,

    /// Master seed [default: what the scenario says]
    #[arg(long, value_name = "S", value_parser = seed)]
    pub seed: Option<u64>,

    /// Set a value of the scenario, e.g. scenario.horizon="24 months"
    #[arg(long, value_name = "KEY.PATH=VALUE")]
    pub set: Vec<Override>,

    /// Trace the baseline rather than the shocked variant
    #[arg(long)]
    pub baseline: bool,

    /// Tell every event of every country, each parcel and application by itself
    #[arg(long)]
    pub all: bool,

    /// Follow only this focus of the scenario; may be repeated
    #[arg(long, value_name = "COMMODITY@COUNTRY")]
    pub focus: Vec<String>,

    /// Tell only what names this country, or none; may be repeated
    #[arg(long, value_name = "CODE")]
    pub country: Vec<String>,

    /// Tell what happened from this day on
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,

    /// Tell what happened up to and with this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<Date>,

    /// Print CSV rather than a log
    #[arg(long)]
    pub csv: bool,
}

impl Args {
    /// Reads the command line. Help, the version and complaints are printed
    /// here.
    ///
    /// # Errors
    /// The exit code, when there is nothing more to do.
    pub fn from_command_line() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            let _ = error.print();
            u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
        })
    }
}

/// A folder of this machine.
fn folder() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().try_map(store::folder)
}

/// A folder of this machine or of object storage.
fn place() -> impl TypedValueParser<Value = Place> {
    OsStringValueParser::new().map(Place::from)
}

/// A shard as written, or `auto`.
fn shard(text: &str) -> Result<Shard, String> {
    shard::read(text, &|name| std::env::var(name).ok())
}

/// Most threads of a run.
const MAX_THREADS: u64 = 1_024;

fn trials(text: &str) -> Result<u64, String> {
    whole_number(text, 1, MOST_TRIALS.unsigned_abs())
}

fn trial(text: &str) -> Result<u64, String> {
    whole_number(text, 0, MOST_TRIALS.unsigned_abs() - 1)
}

fn date(text: &str) -> Result<Date, String> {
    let date = text.parse().ok();
    date.ok_or_else(|| "expected a date such as 2025-04-04".to_owned())
}

fn threads(text: &str) -> Result<u64, String> {
    whole_number(text, 1, MAX_THREADS)
}

fn seed(text: &str) -> Result<u64, String> {
    whole_number(text, 0, u64::MAX)
}

/// The formats of pictures by name.
fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse::<Format>())
}

/// Digits may be grouped as in a scenario: `10_000`.
fn whole_number(text: &str, least: u64, most: u64) -> Result<u64, String> {
    let grouped = text.split('_').all(|group| !group.is_empty());
    let digits = grouped.then(|| text.replace('_', ""));
    let number = digits.and_then(|digits| digits.parse().ok());
    let fits = number.filter(|number| (least..=most).contains(number));
    fits.ok_or_else(|| format!("expected a whole number from {least} to {}", count(most)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn whole_numbers_are_checked() {
        assert_eq!(trials("10_000"), Ok(10_000));
        let complaint = Err("expected a whole number from 1 to 10,000,000".to_owned());
        for text in [
            "0",
            "-1",
            "1.5",
            "1e4",
            "10000001",
            "1_",
            "_1",
            "1__0",
            "99999999999999999999",
            "",
        ] {
            assert_eq!(trials(text), complaint, "{text}");
        }
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(trial("0"), Ok(0));
        assert!(trial("-1").is_err() && trial("10_000_000").is_err());
        assert!(date("2025-02-30").is_err() && date("tomorrow").is_err());
        assert!(threads("0").is_err() && threads("4096").is_err());
    }
}
