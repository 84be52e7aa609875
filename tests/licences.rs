//! What `shortfall licences` tells is what the binary is made of.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::process::Command;

const USUAL: &str = include_str!("../src/cli/licences/usual.txt");
const OBJECT_STORE: &str = include_str!("../src/cli/licences/object-store.txt");

/// How to mend a list that is not current.
const HELP: &str = "run .ci/licences.py";

fn printed() -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_shortfall"))
        .arg("licences")
        .output()
        .unwrap();
    assert!(done.status.success() && done.stderr.is_empty());
    String::from_utf8(done.stdout).unwrap()
}

/// Lines `name version: licence`, before the first text of each part.
fn listed(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_version = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .filter(move |(package, _)| {
            let words: Vec<&str> = package.split(' ').collect();
            words.len() == 2 && is_version(words[1])
        })
}

fn packages(text: &str) -> BTreeSet<String> {
    listed(text)
        .map(|(package, _)| package.to_owned())
        .collect()
}

/// What cargo links into this build beside the product itself.
fn linked() -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["tree", "--locked", "--offline", "--prefix", "none"]);
    cargo.args(["--edges", "normal,no-proc-macro", "--format", "{p}"]);
    if cfg!(feature = "object-store") {
        cargo.args(["--features", "object-store"]);
    }
    let done = cargo.output().unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{errors}");
    let tree = String::from_utf8(done.stdout).unwrap();
    let package = |line: &str| {
        let mut words = line.split(' ');
        let (name, version) = (words.next()?, words.next()?);
        (name != "shortfall").then(|| format!("{name} {}", version.trim_start_matches('v')))
    };
    tree.lines().filter_map(package).collect()
}

/// The lists are those of Linux.
#[cfg(target_os = "linux")]
#[test]
fn all_that_is_linked_is_listed_and_nothing_else() {
    let (listed, linked) = (packages(&printed()), linked());
    let missing: Vec<_> = linked.difference(&listed).collect();
    let surplus: Vec<_> = listed.difference(&linked).collect();
    assert!(linked.len() > 50, "{linked:?}");
    assert!(missing.is_empty(), "not listed: {missing:?}; {HELP}");
    assert!(surplus.is_empty(), "not linked: {surplus:?}; {HELP}");
}

/// Those of a feature that this build has not, too.
#[test]
fn every_listed_package_is_locked_at_its_version() {
    let lock = include_str!("../Cargo.lock");
    for package in packages(USUAL).union(&packages(OBJECT_STORE)) {
        let (name, version) = package.split_once(' ').unwrap();
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&entry), "{package} is not locked; {HELP}");
    }
}

/// Where a licence leaves no choice of the one text that stands for all, the
/// package's own text is there.
#[test]
fn every_licence_has_its_text() {
    let headings = |text: &str| -> String {
        let heads = text.split("\n\nOf ").skip(1);
        let heads = heads.filter_map(|rest| rest.split_once(':'));
        heads
            .map(|(names, _)| format!(" {},", names.replace('\n', " ")))
            .collect()
    };
    for text in [USUAL, OBJECT_STORE] {
        let headings = headings(text);
        let alone = listed(text).filter(|(_, licence)| !licence.contains("Apache-2.0"));
        for (package, licence) in alone {
            let name = package.split(' ').next().unwrap();
            let heading = format!(" {name},");
            assert!(headings.contains(&heading), "no {licence} text of {name}");
        }
    }
    let shared = "Of all packages that may be used under the Apache License:";
    assert!(USUAL.contains(shared) && USUAL.contains("TERMS AND CONDITIONS FOR USE"));
}

/// The crate of the font is under another licence than the font.
#[test]
fn the_licence_of_the_font_is_told() {
    let text = printed();
    let fonts = ["Bitstream Vera Fonts Copyright", "Arev Fonts Copyright"];
    assert!(fonts.iter().all(|name| text.contains(name)));
}
