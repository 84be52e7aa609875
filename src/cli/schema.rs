use anyhow::Context;

use super::{Failure, SchemaArgs, output};
use crate::scenario;

/// Prints the JSON Schema of scenario files, or of sweeps.
///
/// # Errors
/// When it cannot be written.
pub fn schema(args: &SchemaArgs) -> Result<(), Failure> {
    output::print(&match args.sweep {
        true => of_sweeps()?,
        false => of_scenarios()?,
    })
}

/// The JSON Schema of scenarios as it stands in a file.
pub(super) fn of_scenarios() -> Result<String, anyhow::Error> {
    written(&scenario::schema())
}

/// The same of sweeps.
pub(super) fn of_sweeps() -> Result<String, anyhow::Error> {
    written(&scenario::sweep::schema())
}

fn written(schema: &serde_json::Value) -> Result<String, anyhow::Error> {
    let schema = serde_json::to_string_pretty(schema);
    Ok(schema.context("cannot write the schema")? + "\n")
}
