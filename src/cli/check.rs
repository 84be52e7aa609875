use std::path::Path;

use super::{CheckArgs, Failure, builtin, model, output};
use crate::engine::Model;

/// Prints what each scenario describes, and on standard error every mistake in
/// any of them.
///
/// # Errors
/// When there is a mistake, after all files have been looked at.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let mut mistakes = String::new();
    for path in scenarios(args) {
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

/// The files, or the built-in scenario alone.
fn scenarios(args: &CheckArgs) -> Vec<Option<&Path>> {
    match args.files.as_slice() {
        [] => vec![None],
        files => files.iter().map(|file| Some(file.as_path())).collect(),
    }
}

fn load(path: Option<&Path>, args: &CheckArgs) -> Result<Model, Failure> {
    model::compile(&model::load(path, &args.set)?)
}

fn describe(path: Option<&Path>, model: &Model) -> String {
    let name = path.map_or(builtin::NAME.into(), Path::to_string_lossy);
    format!("{name}: no mistakes\n{}", model.network.summary())
}
