use anyhow::Context;

use super::{Failure, output};
use crate::scenario;

/// Prints the JSON Schema of scenario files.
///
/// # Errors
/// When it cannot be written.
pub fn schema() -> Result<(), Failure> {
    let schema = serde_json::to_string_pretty(&scenario::schema());
    output::print(&(schema.context("cannot write the schema")? + "\n"))
}
