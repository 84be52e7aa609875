use super::{Failure, output};

/// Packages of every build, and texts; written by `.ci/licences.py`.
const USUAL: &str = include_str!("licences/usual.txt");

/// Those that come with object storage.
const OBJECT_STORE: &str = include_str!("licences/object-store.txt");

/// Prints the packages this program is made of, with their licences and the
/// texts that these want passed on.
///
/// # Errors
/// When it cannot be written.
pub fn licences() -> Result<(), Failure> {
    output::print(&match cfg!(feature = "object-store") {
        true => format!("{USUAL}\n{OBJECT_STORE}"),
        false => USUAL.to_owned(),
    })
}
