use super::{Failure, ReportArgs, output, pictures, signals};
use crate::export::{complete, read_run};
use crate::report::{ReportError, render};

/// Draws the pictures of a run again from its files.
///
/// # Errors
/// When they are not those of one run of this version, or the pictures cannot
/// be written.
pub fn report(args: &ReportArgs) -> Result<(), Failure> {
    signals::survive_file_size_limit()?;
    complete(&args.folder);
    let (outcome, trials) = read_run(&args.folder).map_err(|error| Failure::Input(error.into()))?;
    let files = render(&outcome, &trials, args.format).map_err(explain)?;
    write(args, &files)?;
    if !args.quiet {
        let (files, folder) = (pictures::in_words(&files), args.folder.display());
        output::message(&format!("wrote {files} to {folder}"));
    }
    Ok(())
}

/// Columns that cannot be read are the fault of the file.
fn explain(error: ReportError) -> Failure {
    let fault = match error {
        ReportError::Column(_) => Failure::Input,
        _ => Failure::Other,
    };
    fault(anyhow::Error::new(error).context("cannot draw the report"))
}

fn write(args: &ReportArgs, files: &[(String, Vec<u8>)]) -> Result<(), anyhow::Error> {
    let mut folder = pictures::claim(&args.folder, &[], args.format)?;
    pictures::put(&mut folder, files, args.format)?;
    Ok(folder.publish()?)
}
