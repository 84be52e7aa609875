use super::{CheckArgs, Failure, builtin, model, output};
use crate::engine::Model;
use crate::scenario::Loaded;

/// Prints what each scenario describes, and on standard error every mistake in
/// any of them, and what is odd in those that have none.
///
/// # Errors
/// When there is a mistake, after all scenarios have been looked at.
pub fn check(args: &CheckArgs) -> Result<(), Failure> {
    let mut mistakes = String::new();
    for (name, loaded) in scenarios(args) {
        match loaded.and_then(|loaded| look(&loaded)) {
            Ok(model) => output::print(&describe(&name, &model))?,
            Err(Failure::Scenario(found)) => mistakes += &found,
            Err(failure) => return Err(failure),
        }
    }
    match mistakes.is_empty() {
        true => Ok(()),
        false => Err(Failure::Scenario(mistakes)),
    }
}

/// Makes it ready to run, and says what is odd.
fn look(loaded: &Loaded) -> Result<Model, Failure> {
    let model = model::compile(loaded)?;
    model::warn(loaded);
    Ok(model)
}

/// Each scenario under the name it was asked for, without any all that are
/// built in.
fn scenarios(args: &CheckArgs) -> Vec<(String, Result<Loaded, Failure>)> {
    if args.scenarios.is_empty() {
        let load = |name: &str| (name.to_owned(), builtin::load(name, &args.set));
        return builtin::names().map(load).collect();
    }
    let given = args.scenarios.iter();
    given
        .map(|path| {
            (
                path.display().to_string(),
                model::load(Some(path), &args.set),
            )
        })
        .collect()
}

fn describe(name: &str, model: &Model) -> String {
    format!("{name}: no mistakes\n{}", model.network.summary())
}
