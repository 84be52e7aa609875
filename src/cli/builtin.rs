//! The scenarios that come with the program, compiled in.

use std::path::Path;

use super::Failure;
use crate::scenario::sweep::{self, Sweep};
use crate::scenario::{self, Loaded, Observed, Override, nearest};

/// The scenario that is meant where none is named.
pub(super) const DEFAULT: &str = "rare-earths-2025";

/// Files by their paths below the folder `scenarios`.
macro_rules! files {
    ($($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../scenarios/", $path)))),*]
    };
}

/// Every scenario, and every table that one of them reads.
const FILES: &[(&str, &str)] = files![
    "rare-earths-2025.toml"
    "japan-accord-2025.toml"
    "russian-oil-2025.toml"
    "japan-lng.toml"
    "hormuz-closure.toml"
    "japan-embargo-2010.toml"
    "gallium-germanium-2023.toml"
    "magnets-2025.toml"
    "data/accord-crude-2024.csv"
    "data/accord-dytb-oxide-2024.csv"
    "data/accord-lanes.csv"
    "data/accord-lng-2024.csv"
    "data/accord-ndfeb-magnet-2024.csv"
    "data/accord-ndpr-oxide-2024.csv"
    "data/dytb-oxide-2024.csv"
    "data/gallium-2022.csv"
    "data/gallium-germanium-lanes.csv"
    "data/germanium-2022.csv"
    "data/hormuz-crude-2024.csv"
    "data/hormuz-crude-lanes.csv"
    "data/hormuz-lng-2024.csv"
    "data/hormuz-lng-lanes.csv"
    "data/ionic-clay-2024.csv"
    "data/light-concentrate-2024.csv"
    "data/lng-2024.csv"
    "data/lng-lanes.csv"
    "data/ndfeb-magnet-2024.csv"
    "data/ndpr-oxide-2024.csv"
    "data/rare-earth-lanes.csv"
    "data/rare-earths-2009.csv"
    "data/russian-crude-2024.csv"
    "data/russian-crude-lanes.csv"
    "sweeps/magnets-licences.toml"
    "sweeps/russian-oil-compliance.toml"
    "sweeps/sakhalin-winter.toml"
    "backtests/magnets-2025.csv"
    "backtests/japan-embargo-2010.csv"
    "backtests/gallium-germanium-2023.csv"
    "backtests/russian-oil-2025.csv"
];

/// How names of scenario files end.
const ENDING: &str = ".toml";
/// Where sweeps are.
const SWEEPS: &str = "sweeps/";
/// Where what was observed is, each table by the name of a scenario.
const BACKTESTS: &str = "backtests/";
/// How names of such tables end.
const TABLE: &str = ".csv";

/// The names of all scenarios.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let stems = FILES
        .iter()
        .filter_map(|(path, _)| path.strip_suffix(ENDING));
    stems.filter(|stem| !stem.contains('/'))
}

/// The names of all sweeps.
pub(super) fn sweeps() -> impl Iterator<Item = &'static str> {
    let stems = FILES
        .iter()
        .filter_map(|(path, _)| path.strip_suffix(ENDING));
    stems.filter_map(|stem| stem.strip_prefix(SWEEPS))
}

/// The names of all backtests.
pub(super) fn episodes() -> impl Iterator<Item = &'static str> {
    let paths = FILES.iter().map(|(path, _)| *path);
    paths.filter_map(|path| path.strip_prefix(BACKTESTS)?.strip_suffix(TABLE))
}

/// Reads the scenario of a backtest, and what was observed.
///
/// # Errors
/// What is wrong with either, or with the changes to the scenario.
pub(super) fn episode(name: &str, overrides: &[Override]) -> Result<(Loaded, Observed), Failure> {
    let loaded = load(name, overrides)?;
    let observed = observations(name);
    let observed = scenario::load_observed_embedded(&observed, FILES, &loaded.scenario)?;
    Ok((loaded, observed))
}

/// Where what was observed of a scenario is.
fn observations(name: &str) -> String {
    format!("{BACKTESTS}{name}{TABLE}")
}

/// Whether a file is a scenario or a sweep, rather than a table of one.
pub(super) fn is_scenario(path: &str) -> bool {
    path.ends_with(ENDING)
}

/// Whether a file is a sweep.
pub(super) fn is_sweep(path: &str) -> bool {
    path.starts_with(SWEEPS)
}

/// Reads a sweep: a file, or by name one that is built in.
///
/// # Errors
/// What is wrong with it or its scenario.
pub(super) fn sweep(path: &Path) -> Result<Sweep, Failure> {
    let name = path.to_str().filter(|_| !path.is_file());
    match name {
        Some(name) if sweeps().any(|known| known == name) => load_sweep(name),
        Some(name) if !path.exists() && super::model::is_name(path) => {
            Err(Failure::Scenario(format!(
                "error: `{name}` is neither a file nor a built-in sweep\nhelp: {}\n",
                match nearest(name, sweeps()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("those are {}", sweeps().collect::<Vec<_>>().join(", ")),
                }
            )))
        }
        _ => Ok(sweep::load_sweep(path, FILES)?),
    }
}

/// Reads a built-in sweep.
///
/// # Errors
/// What is wrong with it.
pub(super) fn load_sweep(name: &str) -> Result<Sweep, Failure> {
    Ok(sweep::load_sweep_embedded(name, FILES)?)
}

/// The name as it is known here.
pub(super) fn find(name: &str) -> Option<&'static str> {
    names().find(|known| *known == name)
}

/// Reads one of them.
///
/// # Errors
/// What is wrong with it, or with the changes to it.
pub(super) fn load(name: &str, overrides: &[Override]) -> Result<Loaded, Failure> {
    Ok(scenario::load_embedded(name, FILES, overrides)?)
}

/// Paths and texts of its own file, of the tables it reads, of its sweeps and of
/// what was observed.
///
/// # Errors
/// When it cannot be read.
pub(super) fn files(name: &str) -> Result<Vec<(&'static str, &'static str)>, Failure> {
    let sources = load(name, &[])?.sources;
    let mut paths: Vec<String> = sources.names().map(str::to_owned).collect();
    paths.push(observations(name));
    for sweep in sweeps() {
        if load_sweep(sweep)?.reference().scenario.name == name {
            paths.push(format!("{SWEEPS}{sweep}{ENDING}"));
        }
    }
    let read = |(path, _): &&(&str, &str)| paths.iter().any(|known| known == path);
    Ok(FILES.iter().filter(read).copied().collect())
}

/// That there is none of a name, and what may have been meant.
pub(super) fn unknown(name: &str, is_no: &str) -> Failure {
    let help = match nearest(name, names()) {
        Some(known) => format!("did you mean `{known}`? `shortfall scenarios` lists them all"),
        None => format!("those are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Failure::Scenario(format!("error: `{name}` is {is_no}\nhelp: {help}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");

    /// The files of a folder whose names have an ending.
    fn in_folder(below: &str, ending: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(Path::new(FOLDER).join(below)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names = names.filter(|name| name.ends_with(ending));
        names.map(|name| format!("{below}{name}")).collect()
    }

    /// What a scenario reads from the folder.
    fn read_by(scenario: &str) -> Vec<String> {
        let path = Path::new(FOLDER).join(scenario);
        let loaded = scenario::load(&path, &[]).unwrap_or_else(|report| panic!("{report}"));
        let names = loaded.sources.names();
        let below = names.map(|name| Path::new(name).strip_prefix(FOLDER).unwrap());
        below
            .map(|path| path.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn every_scenario_and_each_of_its_tables_is_compiled_in() {
        let scenarios = in_folder("", ENDING);
        let mut read: BTreeSet<String> = scenarios.iter().flat_map(|name| read_by(name)).collect();
        read.extend(in_folder(SWEEPS, ENDING));
        read.extend(in_folder(BACKTESTS, TABLE));
        let known: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(known, read);
        assert_eq!(known.len(), FILES.len(), "a file stands there twice");
        assert!(names().any(|name| name == DEFAULT));
    }

    #[test]
    fn every_point_of_every_sweep_can_be_run() {
        for name in sweeps() {
            let sweep = load_sweep(name).unwrap_or_else(|error| panic!("{error}"));
            for point in 0..sweep.points.len() {
                let loaded = sweep.scenario(point);
                let loaded = loaded.unwrap_or_else(|report| panic!("{name}: {report}"));
                let model = crate::engine::Model::new(&loaded.scenario);
                assert!(model.is_ok(), "{name}, point {point}");
            }
        }
    }

    #[test]
    fn a_scenario_has_its_own_file_and_its_tables() {
        for name in names() {
            let paths: BTreeSet<_> = files(name).unwrap().iter().map(|file| file.0).collect();
            let mut read = read_by(&format!("{name}{ENDING}"));
            read.extend(episodes().find(|known| *known == name).map(observations));
            let (sweeps, own): (BTreeSet<&str>, BTreeSet<&str>) =
                paths.into_iter().partition(|path| path.starts_with(SWEEPS));
            assert_eq!(own, read.iter().map(String::as_str).collect(), "{name}");
            let quoted = format!("scenario = \"../{name}{ENDING}\"");
            let of_it = FILES.iter().filter(|(_, text)| text.contains(&quoted));
            assert_eq!(sweeps, of_it.map(|(path, _)| *path).collect(), "{name}");
        }
    }
}
