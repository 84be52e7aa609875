use std::path::Path;

use super::{CheckArgs, Failure, model, output};
use crate::engine::Model;
use crate::scenario;

/// Prints what each scenario describes, and on standard error every mistake in
/// any of them.
///
/// # Errors
/// When there is a mistake, after all files have been looked at.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let mut mistakes = String::new();
    for path in &args.files {
        match load(path, args) {
            Ok(model) => output::print(&describe(path, &model))?,
            Err(Failure::Scenario(found)) => mistakes += &found,
            Err(failure) => return Err(failure),
        }
    }
    match mistakes.is_empty() {
        true => Ok(()),
        false => Err(Failure::Scenario(mistakes)),
    }
}

fn load(path: &Path, args: &CheckArgs) -> Result<Model, Failure> {
    model::compile(&scenario::load(path, &args.set)?)
}

fn describe(path: &Path, model: &Model) -> String {
    format!(
        "{}: no mistakes\n{}",
        path.display(),
        model.network.summary()
    )
}
