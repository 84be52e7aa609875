//! What a user writes: a TOML file of export controls, the trade they strike
//! and how sure anybody is of either, and CSV tables beside it.
//!
//! [`load`] reads a file in two stages. First it becomes a tree in which
//! every value knows its place, tables as they are declared. Then names turn
//! into ids and quantities into base units: a [`Scenario`], which the rest of
//! the crate works with. All that is wrong is reported at once, each
//! [`Problem`] with its place in the file.

mod baci;
mod check;
mod commodities;
mod contracts;
mod correlations;
mod countries;
mod csv_table;
mod demand;
mod doubts;
mod files;
mod kinds;
mod lanes;
mod laws;
mod measure;
mod model;
mod names;
mod numbers;
mod observed;
mod overrides;
mod policies;
mod problem;
mod reach;
mod read;
mod refs;
mod regimes;
mod reserves;
mod rule;
mod sites;
mod source;
mod study;
pub mod sweep;
mod table;
mod tanks;
mod trade;
mod tree;
mod values;
mod written;

use std::path::Path;
use std::rc::Rc;

use files::{Embedded, Files, Folder, SCENARIO_LIMIT};
use names::Names;
use overrides::Change;
use source::ContentHash;
use table::{Read, Reader};
use tree::Node;

pub use model::*;
pub use names::nearest;
pub use observed::{
    Counting, Observation, Observed, Series, load_observed, load_observed_embedded,
};
pub use overrides::Override;
pub use problem::{Problem, Problems, Report};
pub use rule::{Rule, UnknownRule};
pub use source::{FileId, Sources, Span};
pub(crate) use study::MOST_TRIALS;

/// A scenario and where it was read from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario, valid in itself.
    pub scenario: Scenario,
    /// Its files and the places of its keys.
    pub sources: Sources,
    /// Hash of the bytes of all files and of the overrides: FNV-1a of 128
    /// bits, as 32 hexadecimal digits. The same on every machine.
    pub hash: String,
    warnings: Problems,
}

impl Loaded {
    /// What in the scenario is odd, though it can be run: what is hardly ever
    /// meant. `None` if there is nothing.
    #[must_use]
    pub fn warnings(&self) -> Option<Report> {
        let warnings = self.warnings.clone();
        (!warnings.is_empty()).then(|| Report::of_warnings(self.sources.clone(), warnings))
    }
}

/// Reads a scenario file and the tables it names, with changes from the
/// command line.
///
/// # Errors
/// Everything that is wrong with the file, each with its place.
pub fn load(path: &Path, overrides: &[Override]) -> Result<Loaded, Report> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = Folder(folder.unwrap_or(Path::new(".")).to_owned());
    let bytes = files::read_file(path, SCENARIO_LIMIT);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    assemble(
        &path.display().to_string(),
        &stem,
        bytes,
        &folder,
        overrides,
    )
}

/// Reads a scenario that is compiled into the program: `files` are paths and
/// texts, and the scenario is `name.toml` among them.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn load_embedded(
    name: &str,
    files: &[(&str, &str)],
    overrides: &[Override],
) -> Result<Loaded, Report> {
    let files = Embedded(files);
    let path = format!("{name}.toml");
    let bytes = files.read(&path, SCENARIO_LIMIT);
    assemble(&path, name, bytes, &files, overrides)
}

/// The JSON Schema of scenario files, with the meaning of every key.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = <read::File as Read>::schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$id"] = "urn:shortfall:scenario".into();
    schema["title"] = "Scenario of shortfall".into();
    schema["$defs"] = kinds::definitions();
    schema
}

fn assemble(
    path: &str,
    stem: &str,
    bytes: Result<Vec<u8>, String>,
    files: &dyn Files,
    overrides: &[Override],
) -> Result<Loaded, Report> {
    let mut sources = Sources::default();
    let mut hash = ContentHash::new();
    let (mut problems, mut warnings) = (Problems::default(), Problems::default());
    let text = bytes.and_then(|bytes| {
        hash.add(&bytes);
        files::decode(&bytes)
    });
    let scenario = match text {
        Ok(text) => {
            let file = sources.add(path, text.as_str());
            let mut reader = Reader::new(&mut sources, files, &mut hash);
            let scenario = read_file(&text, file, stem, overrides, &mut reader);
            (problems, warnings) = (reader.problems, reader.warnings);
            scenario
        }
        Err(why) => {
            let file = sources.add(path, "");
            let span = Span {
                file,
                start: 0,
                end: 0,
            };
            problems.push(Problem::new(
                span,
                format!("cannot read the scenario: {why}"),
            ));
            None
        }
    };
    hash.add_overrides(overrides);
    match scenario.filter(|_| problems.is_empty()) {
        Some(scenario) => Ok(Loaded {
            scenario,
            sources,
            hash: hash.finish(),
            warnings,
        }),
        None => Err(Report::new(sources, problems)),
    }
}

/// Reads a whole file; `None` only if there are problems.
fn read_file(
    text: &str,
    file: FileId,
    stem: &str,
    overrides: &[Override],
    reader: &mut Reader<'_>,
) -> Option<Scenario> {
    let root = tree::parse(text, file, &mut reader.problems);
    let help = "`shortfall sweep` runs it, and with `--dry-run` looks for mistakes only";
    let other = ("sweep", "scenario", "this is a sweep, not a scenario", help);
    reader.problems.extend(mistaken(&root, other));
    if !reader.problems.is_empty() {
        return None;
    }
    let changes = overrides::read_all(overrides, reader.sources, &mut reader.problems);
    read_tree(root, &changes, stem, reader)
}

/// Says so if a file has a table of the other kind of file and none of its own.
fn mistaken(root: &Node, (other, own, said, help): (&str, &str, &str, &str)) -> Option<Problem> {
    let entries = root.entries();
    let other = entries.iter().find(|entry| entry.key == other)?;
    let is_other = root.get(own).is_none();
    is_other.then(|| Problem::new(other.key_span, said).help(help))
}

/// Reads a file that has been parsed, with changes; `None` only if there are
/// problems.
fn read_tree(
    mut root: Node,
    changes: &[Change],
    stem: &str,
    reader: &mut Reader<'_>,
) -> Option<Scenario> {
    overrides::apply(&mut root, changes, &mut reader.problems);
    root.locate(String::new());
    root.record(reader.sources);
    reader.names = Rc::new(Names::gather(&root));
    let declared = read::File::read(&root, reader)?;
    declared.resolve(&root, stem, reader)
}
