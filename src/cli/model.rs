use std::iter::successors;
use std::path::Path;

use super::{Failure, builtin, output};
use crate::engine::Model;
use crate::network::Complaint;
use crate::scenario::{self, Loaded, Override, Problem, Problems, Report, Sources, Span};

/// Reads a scenario: from a file, or by name one that is built in; without
/// either, the usual one.
///
/// # Errors
/// What is wrong with it.
pub(super) fn load(scenario: Option<&Path>, overrides: &[Override]) -> Result<Loaded, Failure> {
    let Some(path) = scenario else {
        return builtin::load(builtin::DEFAULT, overrides);
    };
    match path.to_str().filter(|_| is_name(path) && !path.is_file()) {
        Some(name) if builtin::find(name).is_some() => builtin::load(name, overrides),
        Some(name) if !path.exists() => Err(builtin::unknown(
            name,
            "neither a file nor a built-in scenario",
        )),
        _ => Ok(scenario::load(path, overrides)?),
    }
}

/// Whether it may be the name of a built-in scenario: a single word.
pub(super) fn is_name(path: &Path) -> bool {
    path.extension().is_none() && path.file_name() == Some(path.as_os_str())
}

/// Makes a scenario ready to run.
///
/// # Errors
/// What only the network shows to be wrong, at its place in the scenario.
pub(super) fn compile(loaded: &Loaded) -> Result<Model, Failure> {
    Model::new(&loaded.scenario).map_err(|complaints| explain(complaints, &loaded.sources))
}

/// Says what in a scenario is odd, though it can be run.
pub(super) fn warn(loaded: &Loaded) {
    if let Some(warnings) = loaded.warnings() {
        output::message(&output::shown(&warnings));
    }
}

fn explain(complaints: Vec<Complaint>, sources: &Sources) -> Failure {
    let mut problems = Problems::default();
    for Complaint {
        path,
        message,
        help,
    } in complaints
    {
        match nearest_place(&path, sources) {
            Some(span) => problems.push(Problem::new(span, message).help(help)),
            None => return Failure::Scenario(format!("error: {path}: {message}\nhelp: {help}")),
        }
    }
    Report::new(sources.clone(), problems).into()
}

/// Where the path stands, or the table it is in.
fn nearest_place(path: &str, sources: &Sources) -> Option<Span> {
    let tables = successors(Some(path), |path| {
        path.rsplit_once('.').map(|(table, _)| table)
    });
    tables
        .chain(["scenario"])
        .find_map(|table| sources.span_of(table))
}
