use super::run::REPORT_PNG;
use super::{Failure, ReportArgs, output, signals};
use crate::export::{Folder, read_run};
use crate::report::{ReportError, report_png};

/// Draws the report of a run again from its files.
///
/// # Errors
/// When they are not those of one run of this version, or the report cannot be
/// written.
pub fn report(args: &ReportArgs) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    let (outcome, trials) = read_run(&args.folder).map_err(|error| Failure::Input(error.into()))?;
    let png = report_png(&outcome, &trials).map_err(explain)?;
    write(args, &png)?;
    if !args.quiet {
        output::message(&format!("wrote {REPORT_PNG} to {}", args.folder.display()));
    }
    Ok(())
}

/// Columns that cannot be read are the fault of the file.
fn explain(error: ReportError) -> Failure {
    let fault = match error {
        ReportError::Column(_) => Failure::Input,
        _ => Failure::Other,
    };
    fault(anyhow::Error::new(error).context("cannot draw report.png"))
}

fn write(args: &ReportArgs, png: &[u8]) -> Result<(), anyhow::Error> {
    let mut folder = Folder::claim(&args.folder, &[REPORT_PNG])?;
    folder.put(REPORT_PNG, png)?;
    Ok(folder.publish()?)
}
