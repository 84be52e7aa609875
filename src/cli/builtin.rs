use crate::scenario::{self, Loaded, Override, Report};

/// The scenario that comes with the program.
pub(super) const NAME: &str = "rare-earths-2025";

/// A file of the scenario, by its path from the scenario's folder.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../scenarios/", $path)))
    };
}

const FILES: &[(&str, &str)] = &[
    file!("rare-earths-2025.toml"),
    file!("data/dytb-oxide-2024.csv"),
    file!("data/ionic-clay-2024.csv"),
    file!("data/light-concentrate-2024.csv"),
    file!("data/ndfeb-magnet-2024.csv"),
    file!("data/ndpr-oxide-2024.csv"),
    file!("data/rare-earth-lanes.csv"),
];

pub(super) fn load(overrides: &[Override]) -> Result<Loaded, Report> {
    scenario::load_embedded(NAME, FILES, overrides)
}
