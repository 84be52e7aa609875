use anyhow::Context;

use super::{Failure, output};
use crate::scenario;

/// Prints the JSON Schema of scenario files.
///
/// # Errors
/// When it cannot be written.
pub fn schema() -> Result<(), Failure> {
    output::print(&text()?)
}

/// The JSON Schema as it stands in a file.
pub(super) fn text() -> Result<String, anyhow::Error> {
    let schema = serde_json::to_string_pretty(&scenario::schema());
    Ok(schema.context("cannot write the schema")? + "\n")
}
