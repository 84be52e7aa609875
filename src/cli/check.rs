use std::path::Path;

use super::{CheckArgs, Failure, output};
use crate::network::{self, Network};
use crate::scenario;

/// Prints what each scenario describes, and on standard error every mistake in
/// any of them.
///
/// # Errors
/// When there is a mistake, after all files have been looked at.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let mut mistakes = String::new();
    for path in &args.files {
        match compile(path, args) {
            Ok(network) => output::print(&describe(path, &network))?,
            Err(Failure::Scenario(found)) => mistakes += &found,
            Err(failure) => return Err(failure),
        }
    }
    match mistakes.is_empty() {
        true => Ok(()),
        false => Err(Failure::Scenario(mistakes)),
    }
}

fn compile(path: &Path, args: &CheckArgs) -> Result<Network, Failure> {
    let loaded = scenario::load(path, &args.set)?;
    Ok(network::compile(&loaded)?)
}

fn describe(path: &Path, network: &Network) -> String {
    format!("{}: no mistakes\n{}", path.display(), network.summary())
}
