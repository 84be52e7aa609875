//! A sweep as written: a scenario, what of it is varied, and how.
//!
//! [`load_sweep`] reads the file and the scenario once; [`Sweep::scenario`]
//! then makes the scenario of any point from what is in memory, with mistakes
//! placed at the value in the sweep file that made them.

mod changes;
mod factors;
mod filters;
mod levels;
mod model;
mod points;
mod read;
mod schema;
mod shown;
mod tried;

use std::path::Path;

use levels::Varied;
use points::Pick;

use super::files::{self, Embedded, Files, Folder, Kept, SCENARIO_LIMIT};
use super::names::nearest;
use super::overrides::Change;
use super::problem::{Problem, Problems, Report};
use super::source::{ContentHash, Sources, Span};
use super::table::Reader;
use super::tree::{self, Node};
use super::{Loaded, mistaken, read_tree};

pub use model::*;
pub use schema::schema;
pub use shown::{METRICS, SIDES, STATISTICS};

/// Files that are compiled in: path and text.
pub type BuiltIn = &'static [(&'static str, &'static str)];

/// Most points of a sweep.
pub const MOST_POINTS: usize = 100_000;

/// A sweep, valid in itself.
#[derive(Debug)]
pub struct Sweep {
    /// Short name.
    pub name: String,
    /// One line for the top of the report.
    pub title: String,
    /// The question it answers.
    pub question: Option<String>,
    /// The scenario that is varied, as the file names it.
    pub varies: String,
    /// Trials of each point.
    pub trials: u64,
    /// Master seed of all points.
    pub seed: u64,
    /// How points were chosen.
    pub design: Design,
    /// What is varied.
    pub factors: Vec<Factor>,
    /// The level of each factor, point by point.
    pub points: Vec<Vec<Level>>,
    /// Conditions that points fulfil, as written.
    pub filters: Vec<String>,
    /// How many points filters took away.
    pub dropped: usize,
    /// Seed of the design, where chance has a part in it.
    pub design_seed: Option<u64>,
    /// What pictures show: metric, side and statistic, by their names in files.
    pub show: Vec<[&'static str; 3]>,
    /// Where `[sweep]` stands.
    at: Span,
    template: Template,
    varied: Vec<Varied>,
    picks: Vec<Vec<Pick>>,
    reference: Loaded,
    files: Vec<(String, String)>,
    hash: String,
}

impl Sweep {
    /// The scenario with what is set at all points, and nothing varied.
    #[must_use]
    pub fn reference(&self) -> &Loaded {
        &self.reference
    }

    /// The scenario of a point, made without reading any file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place: at the value in the
    /// sweep file, if that made it. Or that there is no such point.
    pub fn scenario(&self, point: usize) -> Result<Loaded, Report> {
        let Some(picks) = self.picks.get(point) else {
            return Err(self.no_point(point));
        };
        let pairs = self.varied.iter().zip(picks);
        let changes = pairs.flat_map(|(varied, pick)| varied.changes(*pick).into_owned());
        self.template.load(&changes.collect::<Vec<_>>())
    }

    fn no_point(&self, point: usize) -> Report {
        let mut problems = Problems::default();
        let said = format!(
            "this sweep has {} points, and none is {point}",
            self.picks.len()
        );
        problems.push(Problem::new(self.at, said).help("they are counted from 0"));
        Report::new(self.template.sources.clone(), problems)
    }

    /// Every file that was read: its name, as messages have it, and the hash of
    /// its contents.
    #[must_use]
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// Hash of the contents of all files, as that of a scenario.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// A scenario of which the text has been parsed, and files are in memory.
#[derive(Debug)]
struct Template {
    root: Node,
    stem: String,
    sources: Sources,
    files: Kept,
    hash: ContentHash,
}

impl Template {
    /// The same with changes at all points, which made it `root`.
    fn with(mut self, set: &[Change], root: Node) -> Self {
        set.iter().for_each(|change| change.add_to(&mut self.hash));
        Self { root, ..self }
    }

    fn load(&self, changes: &[Change]) -> Result<Loaded, Report> {
        let (mut sources, mut hash) = (self.sources.clone(), self.hash);
        let mut reader = Reader::new(&mut sources, &self.files, &mut hash);
        let scenario = read_tree(self.root.clone(), changes, &self.stem, &mut reader);
        let (problems, warnings) = (reader.problems, reader.warnings);
        changes.iter().for_each(|change| change.add_to(&mut hash));
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
}

/// Reads a sweep file and its scenario: a file, by its path from the folder of the
/// sweep, or by name one that is built in.
///
/// # Errors
/// Everything that is wrong with the sweep; or else with the scenario as it
/// stands, without the factors.
pub fn load_sweep(path: &Path, built_in: BuiltIn) -> Result<Sweep, Report> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let bytes = files::read_file(path, SCENARIO_LIMIT);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let open = |name: &str| open(name, folder, built_in);
    assemble(&path.display().to_string(), &stem, bytes, &open, built_in)
}

/// Reads a sweep that is compiled in: `sweeps/NAME.toml`.
///
/// # Errors
/// As [`load_sweep`].
pub fn load_sweep_embedded(name: &str, built_in: BuiltIn) -> Result<Sweep, Report> {
    let path = format!("sweeps/{name}.toml");
    let bytes = Embedded(built_in).read(&path, SCENARIO_LIMIT);
    // Built-in sweeps name their scenarios as their copies in a folder do.
    let open = |path: &str| {
        let stem = path
            .strip_prefix("../")
            .and_then(|path| path.strip_suffix(".toml"));
        open_built_in(stem.unwrap_or(path), built_in)
    };
    assemble(&path, name, bytes, &open, built_in)
}

/// A scenario that is about to be read.
struct Opened {
    path: String,
    stem: String,
    bytes: Vec<u8>,
    files: Box<dyn Files>,
}

/// Opens a file, or by name a built-in scenario if there is no such file.
fn open(name: &str, folder: &Path, built_in: BuiltIn) -> Result<Opened, String> {
    let path = folder.join(name);
    if !path.is_file()
        && let Ok(opened) = open_built_in(name, built_in)
    {
        return Ok(opened);
    }
    let home = path.parent().filter(|home| !home.as_os_str().is_empty());
    Ok(Opened {
        path: path.display().to_string(),
        stem: path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        bytes: files::read_file(&path, SCENARIO_LIMIT)?,
        files: Box::new(Folder(home.unwrap_or(Path::new(".")).to_owned())),
    })
}

/// The names of built-in scenarios.
fn scenarios(built_in: BuiltIn) -> impl Iterator<Item = &'static str> {
    let stems = built_in
        .iter()
        .filter_map(|(path, _)| path.strip_suffix(".toml"));
    stems.filter(|stem| !stem.contains('/'))
}

fn open_built_in(name: &str, built_in: BuiltIn) -> Result<Opened, String> {
    if !scenarios(built_in).any(|known| known == name) {
        return Err("there is no such file".to_owned());
    }
    let path = format!("{name}.toml");
    Ok(Opened {
        bytes: Embedded(built_in).read(&path, SCENARIO_LIMIT)?,
        path,
        stem: name.to_owned(),
        files: Box::new(Embedded(built_in)),
    })
}

fn assemble(
    path: &str,
    stem: &str,
    bytes: Result<Vec<u8>, String>,
    open: &dyn Fn(&str) -> Result<Opened, String>,
    built_in: BuiltIn,
) -> Result<Sweep, Report> {
    let mut sources = Sources::default();
    let mut problems = Problems::default();
    let text = bytes.and_then(|bytes| files::decode(&bytes));
    let (text, unread) = match text {
        Ok(text) => (text, None),
        Err(why) => (String::new(), Some(why)),
    };
    let file = sources.add(path, text.as_str());
    let span = Span {
        file,
        start: 0,
        end: 0,
    };
    if let Some(why) = unread {
        problems.push(Problem::new(span, format!("cannot read the sweep: {why}")));
        return Err(Report::new(sources, problems));
    }
    let mut root = tree::parse(&text, file, &mut problems);
    let help = "`shortfall run` runs it; a sweep names it as its `scenario`";
    let other = ("scenario", "sweep", "this is a scenario, not a sweep", help);
    problems.extend(mistaken(&root, other));
    if !problems.is_empty() {
        return Err(Report::new(sources, problems));
    }
    root.locate(String::new());
    let asked = read::scenario_of(&root);
    let template = asked.and_then(|(name, span)| match open(name) {
        Ok(opened) => template(opened, &mut sources, &mut problems),
        Err(why) => {
            let problem = Problem::new(span, format!("cannot read the scenario `{name}`: {why}"));
            let help =
                "name a file, by its path from the folder of this one, or a built-in scenario";
            problems.push(match nearest(name, scenarios(built_in)) {
                Some(known) => problem.label(format!("did you mean `{known}`?")),
                None => problem.help(help),
            });
            None
        }
    });
    read::sweep(&root, stem, template, sources, problems)
}

/// Parses a scenario.
fn template(opened: Opened, sources: &mut Sources, problems: &mut Problems) -> Option<Template> {
    let mut hash = ContentHash::new();
    hash.add(&opened.bytes);
    let text = match files::decode(&opened.bytes) {
        Ok(text) => text,
        Err(why) => {
            let file = sources.add(opened.path, "");
            let span = Span {
                file,
                start: 0,
                end: 0,
            };
            problems.push(Problem::new(
                span,
                format!("cannot read the scenario: {why}"),
            ));
            return None;
        }
    };
    let file = sources.add(opened.path, text.as_str());
    let mut found = Problems::default();
    let mut root = tree::parse(&text, file, &mut found);
    root.locate(String::new());
    let sound = found.is_empty();
    problems.extend(found.sorted());
    sound.then(|| Template {
        root,
        stem: opened.stem,
        sources: sources.clone(),
        files: Kept::new(opened.files),
        hash,
    })
}
