use std::path::Path;

use crate::export::{Folder, WriteError};
use crate::report::{APPENDIX, CHARTS, Format, PAGE};

/// Claims a folder for files called `names` and for pictures.
pub(super) fn claim(path: &Path, names: &[&str], format: Format) -> Result<Folder, WriteError> {
    let pictures = [PAGE, APPENDIX].map(|name| format!("{name}.{}", format.name()));
    let pictures = pictures.iter().map(String::as_str);
    let names: Vec<&str> = names.iter().copied().chain(pictures).collect();
    let mut folder = Folder::claim(path, &names)?;
    folder.claim_below(CHARTS)?;
    Ok(folder)
}

/// Stages pictures, in place of all that an earlier run wrote in this format.
pub(super) fn put(
    folder: &mut Folder,
    pictures: &[(String, Vec<u8>)],
    format: Format,
) -> Result<(), WriteError> {
    for (name, bytes) in pictures {
        folder.put(name, bytes)?;
    }
    folder.supersede(|name| format.owns(name))
}

/// What has been written: names, and how many charts.
pub(super) fn in_words(pictures: &[(String, Vec<u8>)]) -> String {
    let names = pictures.iter().map(|(name, _)| name.as_str());
    let (charts, pages): (Vec<_>, Vec<_>) = names.partition(|name| name.starts_with(CHARTS));
    format!("{} and {} charts", pages.join(", "), charts.len())
}
