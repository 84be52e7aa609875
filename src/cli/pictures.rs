use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::export::{Folder, WriteError};
use crate::report::{APPENDIX, CHARTS, Format, PAGE};

/// A picture says within so many bytes where its numbers come from.
const HEAD: u64 = 65_536;

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
    let path = folder.path().to_owned();
    folder.supersede(|name| format.owns(name) && format.is_ours(&head(&path.join(name))))
}

/// How a file begins, nothing if that cannot be read.
fn head(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    let _ = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    head
}

/// What has been written: names, and how many charts.
pub(super) fn in_words(pictures: &[(String, Vec<u8>)]) -> String {
    let names = pictures.iter().map(|(name, _)| name.as_str());
    let (charts, pages): (Vec<_>, Vec<_>) = names.partition(|name| name.starts_with(CHARTS));
    format!("{} and {} charts", pages.join(", "), charts.len())
}
