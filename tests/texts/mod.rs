//! Keeps every scenario text that a test reads, where the variable
//! `SHORTFALL_TEXTS` names a folder: `right/*.toml` were read, `wrong/*.toml`
//! were not, and `wrong/*.txt` say why. Texts of sweeps are in its folder `sweeps`.
//! `.ci/schema.py` compares them with what the JSON Schemas make of them.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

/// Keeps the text of a scenario and what came of reading it: nothing, or a message.
#[allow(dead_code, reason = "a test reads scenarios or sweeps")]
pub(crate) fn keep(text: &str, wrong: Option<&str>) {
    keep_below("", text, wrong);
}

/// The same of a sweep.
#[allow(dead_code, reason = "a test reads scenarios or sweeps")]
pub(crate) fn keep_sweep(text: &str, wrong: Option<&str>) {
    keep_below("sweeps", text, wrong);
}

fn keep_below(folder: &str, text: &str, wrong: Option<&str>) {
    let Some(all) = std::env::var_os("SHORTFALL_TEXTS").map(PathBuf::from) else {
        return;
    };
    let folder = all.join(folder);
    let folder = folder.join(if wrong.is_none() { "right" } else { "wrong" });
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name(text));
    fs::write(path.with_extension("toml"), text).unwrap();
    if let Some(message) = wrong {
        fs::write(path.with_extension("txt"), message).unwrap();
    }
}

/// The test that reads it, and a hash to tell its texts apart.
fn name(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("main").replace("::", "-");
    format!("{test}-{:016x}", hasher.finish())
}
