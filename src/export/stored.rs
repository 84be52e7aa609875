use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::months::read_months;
use super::summary_json::Document;
use super::{MONTHS_PARQUET, ReadError, SUMMARY_JSON, TRIALS_PARQUET, Trials};
use crate::study::Outcome;

/// Reads what a run has written into a folder: `summary.json`,
/// `months.parquet` and `trials.parquet`.
///
/// # Errors
/// When one of them is missing or damaged, was written by another version, or
/// they are not of the same run.
pub fn read_run(folder: &Path) -> Result<(Outcome, Trials), ReadError> {
    let mut outcome = read_summary(&folder.join(SUMMARY_JSON))?;
    read_months(&folder.join(MONTHS_PARQUET), &mut outcome)?;
    let trials = Trials::open(&folder.join(TRIALS_PARQUET), &outcome)?;
    Ok((outcome, trials))
}

/// The entry that every version has, and one that only the summary of a sweep has.
#[derive(Deserialize)]
struct Versioned {
    version: String,
    sweep: Option<IgnoredAny>,
}

fn read_summary(path: &Path) -> Result<Outcome, ReadError> {
    let bytes = fs::read(path).map_err(|error| ReadError::io(path, &error))?;
    let wrong = |error: serde_json::Error| {
        ReadError::new(path, format!("it is no summary of a run ({error})"))
    };
    let Versioned { version, sweep } = serde_json::from_slice(&bytes).map_err(wrong)?;
    let ours = env!("CARGO_PKG_VERSION");
    if version != ours {
        let reason = format!("it was written by version {version}, and this is {ours}");
        return Err(ReadError::new(path, reason));
    }
    if sweep.is_some() {
        let reason = "it is of a sweep, whose charts `sweep` and `merge` draw when they end";
        return Err(ReadError::new(path, reason));
    }
    let document: Document<'_> = serde_json::from_slice(&bytes).map_err(wrong)?;
    let outcome = document.outcome();
    outcome.map_err(|reason| ReadError::new(path, reason))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom, Write};

    use tempfile::TempDir;

    use super::*;
    use crate::export::{Folder, TrialsWriter, months_parquet, summary_json};
    use crate::study::{Columns, InMemory, Metric, Which, rows, sample};

    /// Writes the three files a report is drawn from.
    fn write_run(path: &Path) {
        let outcome = sample::outcome();
        let mut folder = Folder::claim(path, &[]).unwrap();
        let file = folder.create(TRIALS_PARQUET).unwrap();
        let mut writer = TrialsWriter::new(file, &outcome).unwrap();
        sample::fill(&mut writer);
        let trials = writer.finish(&outcome).unwrap();
        let rows = rows(&outcome, &trials).unwrap();
        let json = summary_json(&outcome, &rows).unwrap();
        folder.put(SUMMARY_JSON, &json).unwrap();
        let months = months_parquet(&outcome).unwrap();
        folder.put(MONTHS_PARQUET, &months).unwrap();
        folder.publish().unwrap();
    }

    fn written() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        write_run(folder.path());
        folder
    }

    /// What reading says once `name` holds other bytes.
    fn complaint(name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> String {
        let folder = written();
        let path = folder.path().join(name);
        let changed = change(fs::read(&path).unwrap());
        fs::write(&path, changed).unwrap();
        let error = read_run(folder.path()).err().unwrap().to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    }

    fn replaced(from: &str, to: &str) -> impl FnOnce(Vec<u8>) -> Vec<u8> {
        let (from, to) = (from.to_owned(), to.to_owned());
        move |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(&from), "{from}");
            text.replacen(&from, &to, 1).into_bytes()
        }
    }

    #[test]
    fn a_run_reads_back_as_it_was_written() {
        let folder = written();
        let (outcome, trials) = read_run(folder.path()).unwrap();
        let (expected, columns) = (sample::outcome(), sample::columns());
        assert_eq!(format!("{outcome:?}"), format!("{expected:?}"));
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        for metric in Metric::ALL {
            for which in [Which::Shocked, Which::Baseline] {
                let found = trials.metric(0, which, metric).unwrap();
                assert_eq!(bits(&found), bits(columns.column(0, which, metric)));
            }
        }
        let found = trials.parameter(0).unwrap();
        assert_eq!(bits(&found), bits(&columns.parameters[0]));
        assert!(trials.parameter(1).is_err());
        assert!(trials.metric(1, Which::Shocked, Metric::Shortfall).is_err());
    }

    #[test]
    fn what_is_missing_is_named() {
        for name in [SUMMARY_JSON, MONTHS_PARQUET, TRIALS_PARQUET] {
            let folder = written();
            fs::remove_file(folder.path().join(name)).unwrap();
            let error = read_run(folder.path()).err().unwrap().to_string();
            let expected = format!("{name}: there is no such file");
            assert!(error.ends_with(&expected), "{error}");
        }
    }

    #[test]
    fn other_files_are_told_from_those_of_the_run() {
        let other_seed = replaced("\"seed\": 20250404", "\"seed\": 7");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, other_seed), @"cannot read months.parquet: it is of another run: its seed is 20250404, that of summary.json 7");
        let other_version = replaced("\"version\": \"0.1.0\"", "\"version\": \"0.0.9\"");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, other_version), @"cannot read summary.json: it was written by version 0.0.9, and this is 0.1.0");
        let fewer = replaced("\"trials_completed\": 4", "\"trials_completed\": 3");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, fewer), @"cannot read trials.parquet: it has 4 rows, and should have 3");
        let other_parameter = replaced("sites.mine.capacity", "sites.mine.cover");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, other_parameter), @"cannot read trials.parquet: it has other columns than this run would have");
        let other_month = replaced("\"2025-05-01\"", "\"2025-05-02\"");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, other_month), @"cannot read months.parquet: its rows are not those that summary.json tells of");
        let no_date = replaced("\"2025-05-01\"", "\"May\"");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, no_date), @"cannot read summary.json: `May` is no date");
        let too_early = replaced("\"2025-04-04\"", "\"2025-03-04\"");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, too_early), @"cannot read summary.json: 2025-03-04 is before the start");
        let of_sweep = format!(
            r#"{{"version": "{}", "sweep": "s"}}"#,
            env!("CARGO_PKG_VERSION")
        );
        insta::assert_snapshot!(complaint(SUMMARY_JSON, |_| of_sweep.clone().into_bytes()), @"cannot read summary.json: it is of a sweep, whose charts `sweep` and `merge` draw when they end");
        insta::assert_snapshot!(complaint(SUMMARY_JSON, |_| b"[]".to_vec()), @"cannot read summary.json: it is no summary of a run (invalid length 0, expected struct Versioned with 2 elements at line 1 column 2)");
        insta::assert_snapshot!(complaint(TRIALS_PARQUET, |_| b"no Parquet".to_vec()), @"cannot read trials.parquet: it is damaged, or no Parquet file (Invalid Parquet file. Corrupt footer)");
        insta::assert_snapshot!(complaint(MONTHS_PARQUET, |_| Vec::new()), @"cannot read months.parquet: it is damaged, or no Parquet file (Parquet file too small. Size is 0 but need 8)");
    }

    /// Each byte in turn is another: what is read may differ, or be refused.
    #[test]
    fn damage_ends_in_a_message() {
        let folder = written();
        for name in [MONTHS_PARQUET, TRIALS_PARQUET] {
            let path = folder.path().join(name);
            let mut file = fs::File::options()
                .read(true)
                .write(true)
                .open(path)
                .unwrap();
            for at in 0..file.metadata().unwrap().len() {
                for flip in [0xff, 0x01] {
                    flip_byte(&mut file, at, flip);
                    if let Ok((outcome, trials)) = read_run(folder.path()) {
                        let _ = crate::study::rows(&outcome, &trials);
                    }
                    flip_byte(&mut file, at, flip);
                }
            }
        }
        assert!(read_run(folder.path()).is_ok());
    }

    fn flip_byte(file: &mut fs::File, at: u64, flip: u8) {
        let mut byte = [0];
        file.seek(SeekFrom::Start(at)).unwrap();
        file.read_exact(&mut byte).unwrap();
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&[byte[0] ^ flip]).unwrap();
    }

    #[test]
    fn a_file_cut_short_ends_in_a_message() {
        let folder = written();
        for name in [SUMMARY_JSON, MONTHS_PARQUET, TRIALS_PARQUET] {
            let path = folder.path().join(name);
            let bytes = fs::read(&path).unwrap();
            for length in (0..bytes.len() - 1).step_by(7) {
                fs::write(&path, &bytes[..length]).unwrap();
                assert!(read_run(folder.path()).is_err(), "{name} of {length} bytes");
            }
            fs::write(&path, bytes).unwrap();
        }
    }

    #[test]
    fn row_groups_join_to_columns() {
        let outcome = sample::outcome();
        let folder = tempfile::tempdir().unwrap();
        let mut claimed = super::super::Folder::claim(folder.path(), &[]).unwrap();
        let file = claimed.create(TRIALS_PARQUET).unwrap();
        let mut writer = crate::export::TrialsWriter::new(file, &outcome).unwrap();
        writer.limit_rows(3);
        let mut memory = InMemory::default();
        for _ in 0..4 {
            sample::fill(&mut writer);
            sample::fill(&mut memory);
        }
        let trials = writer.finish(&outcome).unwrap();
        for metric in Metric::ALL {
            let found = trials.metric(0, Which::Shocked, metric).unwrap();
            assert_eq!(found, memory.column(0, Which::Shocked, metric));
        }
    }
}
