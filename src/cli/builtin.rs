//! The scenario that comes with the program.

use crate::scenario::{self, Loaded, Override, Report};

const NAME: &str = "rare-earths-2025";

/// Every file of the scenario, by its path beside the others.
const FILES: &[(&str, &[u8])] = &[];

pub(super) fn load(overrides: &[Override]) -> Result<Loaded, Report> {
    scenario::load_embedded(NAME, FILES, overrides)
}
