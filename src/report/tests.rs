use std::io::Cursor;

use super::fixture::{USUAL, Shape, extremes, realistic, single};
use super::{finding, report_png};
use crate::study::Outcome;

fn told(outcome: &Outcome) -> String {
    let findings = outcome.focus.iter().map(|focus| finding(outcome, focus));
    findings.collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
}

#[test]
fn findings_say_how_often_and_how_much() {
    insta::assert_snapshot!(told(&realistic()), @"");
}

#[test]
fn findings_have_words_for_the_ends() {
    let short = |short, trials| told(&single(Shape { short, trials, ..USUAL }));
    insta::assert_snapshot!(short((0.0, 0.0), 100), @"");
    insta::assert_snapshot!(short((1.0, 1.0), 100), @"");
    insta::assert_snapshot!(short((1.0, 0.0), 1), @"");
    insta::assert_snapshot!(short((0.001, 0.0), 2000), @"");
    insta::assert_snapshot!(short((0.5, 0.0), 0), @"");
    let mut barred = single(Shape { short: (0.0, 0.0), ..USUAL });
    barred.short_above = 0.02;
    insta::assert_snapshot!(told(&barred), @"");
}

#[test]
fn every_extreme_can_be_drawn() {
    for (name, outcome) in extremes() {
        assert!(report_png(&outcome).is_ok(), "{name}");
    }
}

#[test]
fn the_png_says_where_its_numbers_come_from() {
    let bytes = report_png(&single(USUAL)).unwrap();
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let info = reader.info();
    assert_eq!(info.width, 2400);
    assert!(info.height > 1500 && info.height < 2400, "{}", info.height);
    let chunks = info.uncompressed_latin1_text.iter();
    let texts: Vec<_> = chunks.map(|chunk| format!("{}={}", chunk.keyword, chunk.text)).collect();
    let expected = [
        "scenario=magnets-2025",
        "hash=9f2c41d07be6a853",
        "seed=20250404",
        "trials=2000",
        "version=0.1.0",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    let outcome = single(USUAL);
    assert_eq!(report_png(&outcome).unwrap(), report_png(&outcome).unwrap());
}

/// Writes every fixture to the directory named by `SHORTFALL_REPORTS`.
#[test]
#[ignore = "for looking at"]
fn draw_all() {
    let folder = std::env::var("SHORTFALL_REPORTS").unwrap();
    for (name, outcome) in extremes() {
        let bytes = report_png(&outcome).unwrap();
        std::fs::write(format!("{folder}/report-{name}.png"), bytes).unwrap();
    }
}
