//! Bytes that the fuzzers found or began with, tried again.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod hostile;

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use rayon::prelude::*;

/// The files of a target's corpus.
fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from("tests/fuzz/corpus").join(target);
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn what_was_found_is_found_no_more() {
    for (name, target) in hostile::TARGETS {
        let files = corpus(name);
        assert!(files.len() >= 10, "{name} has {} files", files.len());
        let failed = files.par_iter().filter(|path| {
            let bytes = fs::read(path).unwrap();
            catch_unwind(|| target(&bytes)).is_err()
        });
        let failed: Vec<_> = failed.collect();
        assert!(failed.is_empty(), "{name}: {failed:?}");
    }
}

/// Bytes without any sense, and all scenarios that there are, cut off anywhere.
#[test]
fn cut_and_torn_files_are_refused_in_words() {
    let scenario = fs::read("tests/fixtures/full.toml").unwrap();
    let sweep = fs::read("scenarios/sweeps/sakhalin-winter.toml").unwrap();
    (0..200).into_par_iter().for_each(|k| {
        for (bytes, target) in [
            (&scenario, hostile::scenario as fn(&[u8])),
            (&sweep, hostile::sweep),
        ] {
            let end = bytes.len() * k / 200;
            target(&bytes[..end]);
            let mut torn = bytes.clone();
            torn[end] ^= 1 << (k % 8);
            target(&torn);
        }
    });
}
