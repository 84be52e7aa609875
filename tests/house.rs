//! The order of the house: which room of the crate may import from which.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms in the order data flows through them; those on one line do not know
/// of each other.
const FLOW: [&[&str]; 6] = [
    &["scenario"],
    &["network"],
    &["engine"],
    &["study"],
    &["report", "export"],
    &["cli"],
];

/// Rooms that anyone may import from, and that import only from each other.
const GROUND: [&str; 3] = ["units", "random", "maths"];

/// Rooms that may import `stats`, which knows nothing of the domain.
const READERS_OF_STATS: [&str; 4] = ["study", "report", "export", "cli"];

/// What the engine must not know of.
const FOREIGN_TO_ENGINE: [&str; 8] = [
    "println!",
    "print!(",
    "std::fs",
    "std::env",
    "std::thread",
    "std::sync",
    "std::io",
    "rayon",
];

#[test]
fn imports_follow_the_flow() {
    let files = sources("src")
        .into_iter()
        .filter(|path| path.components().count() > 2);
    let wrong: Vec<_> = files.flat_map(|path| wrong_imports(&path)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_binary_only_knows_the_command_line() {
    let code = code(Path::new("src/main.rs"));
    let paths = paths_after("shortfall::", &code);
    assert!(
        paths.iter().all(|path| path.starts_with("cli")),
        "{paths:?}"
    );
}

#[test]
fn the_engine_knows_no_files_threads_locks_or_terminal() {
    for path in sources("src/engine") {
        let code = code(&path);
        for foreign in FOREIGN_TO_ENGINE {
            assert!(!code.contains(foreign), "{} uses {foreign}", path.display());
        }
    }
}

#[test]
fn every_room_has_its_place() {
    let declared = code(Path::new("src/lib.rs"));
    let rooms = declared
        .split("pub mod ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next());
    let unplaced: Vec<_> = rooms.filter(|room| !is_placed(room)).collect();
    assert!(
        unplaced.is_empty(),
        "{unplaced:?} have no place in this test"
    );
}

#[test]
fn paths_are_found_in_code() {
    let code = "use crate::engine::{market::{Rule, ras}, state};\ncrate::units::Date::MAX";
    let found = paths_after("crate::", code);
    let expected = [
        "engine::market::Rule",
        "engine::market::ras",
        "engine::state",
        "units::Date::MAX",
    ];
    assert_eq!(found, expected);
    assert!(is_allowed("engine", "scenario::Rule"));
    assert!(!is_allowed("scenario", "engine::market::ras"));
    assert!(!is_allowed("report", "export::rows"));
    assert!(!is_allowed("network", "stats::Estimate"));
    assert!(is_allowed("cli", "stats::Estimate") && is_allowed("stats", "random::Law"));
}

/// A dependency costs every build, so its line says what it is for.
#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let lines: Vec<&str> = manifest.lines().collect();
    let silent = silent_dependencies(&lines);
    assert!(silent.is_empty(), "no comment above: {silent:?}");
    let example = [
        "[dependencies]",
        "# Why.",
        "a = \"1\"",
        "b = \"1\"",
        "[lints]",
        "c = 1",
    ];
    assert_eq!(silent_dependencies(&example), ["b = \"1\""]);
}

/// Lines of dependencies with no comment above them.
fn silent_dependencies<'a>(manifest: &[&'a str]) -> Vec<&'a str> {
    let mut listed = false;
    let mut silent = Vec::new();
    for pair in manifest.windows(2) {
        if pair[0].starts_with('[') {
            listed = pair[0].ends_with("dependencies]");
        }
        if listed && pair[1].contains(" = ") && !pair[0].starts_with("# ") {
            silent.push(pair[1]);
        }
    }
    silent
}

fn wrong_imports(path: &Path) -> Vec<String> {
    let room = room_of(path);
    let imports = paths_after("crate::", &code(path));
    let wrong = imports.iter().filter(|import| !is_allowed(&room, import));
    wrong
        .map(|import| format!("{}: {room} imports {import}", path.display()))
        .collect()
}

fn is_allowed(room: &str, import: &str) -> bool {
    let target = import.split("::").next().unwrap_or_default();
    target == room
        || GROUND.contains(&target)
        || (target == "stats" && READERS_OF_STATS.contains(&room))
        || matches!((rank(target), rank(room)), (Some(target), Some(room)) if target < room)
}

fn rank(room: &str) -> Option<usize> {
    FLOW.iter().position(|rooms| rooms.contains(&room))
}

fn is_placed(room: &str) -> bool {
    rank(room).is_some() || GROUND.contains(&room) || room == "stats"
}

/// `src/report/fan.rs` is in `report`.
fn room_of(path: &Path) -> String {
    let room = path.components().nth(1).unwrap();
    room.as_os_str().to_str().unwrap().to_owned()
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "rs" => files.push(path),
                _ => {}
            }
        }
    }
    files
}

/// A file without its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that begins with `root`, groups in braces written out.
fn paths_after(root: &str, code: &str) -> Vec<String> {
    let starts = code.match_indices(root);
    let rests = starts.map(|(at, _)| &code[at + root.len()..]);
    rests.flat_map(|rest| expand("", rest).0).collect()
}

/// The paths at the beginning of `text`, and what follows them.
fn expand<'a>(prefix: &str, text: &'a str) -> (Vec<String>, &'a str) {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let end = text.find(|c| !is_path(c)).unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let Some(mut rest) = text[end..].strip_prefix('{') else {
        return (vec![path], &text[end..]);
    };
    let mut paths = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if let Some(after) = rest.strip_prefix('}') {
            return (paths, after);
        }
        let (found, after) = expand(&path, rest);
        if found.is_empty() || after.len() == rest.len() {
            return (paths, after);
        }
        paths.extend(found);
        rest = after;
    }
}
