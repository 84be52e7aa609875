use std::io::Cursor;

use super::fixture::{Case, Shape, USUAL, extremes, realistic, single};
use super::{Focus, finding, report_png};
use crate::study::Metric;

fn told(case: &Case) -> String {
    let foci = case.focus.iter().enumerate();
    let findings = foci.map(|(index, focus)| {
        let focus = Focus::read(focus, index, &case.columns).unwrap();
        finding(case, &focus)
    });
    findings
        .collect::<Vec<_>>()
        .join("\n")
        .replace('\u{a0}', " ")
}

fn png_of(case: &Case) -> Vec<u8> {
    report_png(case, &case.columns).unwrap()
}

#[test]
fn findings_say_how_often_and_how_much() {
    insta::assert_snapshot!(told(&realistic()), @"
    In 63 % of trials Japan is short of NdFeB magnets; over all trials by 737 t on average (6.2 % of demand), in the worst 5 % by 2,700 t. Without the shocks it is short in 3 %. The shocks add 728 t on average.
    In 93 % of trials Germany is short of dysprosium oxide; over all trials by 332 t on average (25 % of demand), in the worst 5 % by 869 t. Without the shocks it is short in 22 %. The shocks add 308 t on average.
    In 7 % of trials the United States is short of NdPr oxide; over all trials by 370 t on average (0.14 % of demand), in the worst 5 % by 6,390 t. Without the shocks it is short in 0.3 %. The shocks add 366 t on average.
    ");
}

#[test]
fn findings_have_words_for_the_ends() {
    let short = |short, trials| {
        told(&single(Shape {
            short,
            trials,
            ..USUAL
        }))
    };
    insta::assert_snapshot!(short((0.0, 0.0), 100), @"In no trial is Japan short of NdFeB magnets.");
    insta::assert_snapshot!(short((1.0, 1.0), 100), @"In every trial Japan is short of NdFeB magnets; over all trials by 1,170 t on average (9.9 % of demand), in the worst 5 % by 2,930 t. Without the shocks it is short in every trial too. The shocks add 789 t on average.");
    insta::assert_snapshot!(short((1.0, 0.0), 1), @"In the only trial Japan is short of NdFeB magnets by 1,310 t, 11 % of demand. Without the shocks it never is.");
    insta::assert_snapshot!(short((0.001, 0.0), 2000), @"In 0.1 % of trials Japan is short of NdFeB magnets; over all trials by 1.27 t on average (0.011 % of demand), in the worst 5 % by 25.5 t. Without the shocks it never is.");
    insta::assert_snapshot!(short((0.5, 0.0), 0), @"No trial was finished for Japan and NdFeB magnets.");
    let mut barred = single(Shape {
        short: (0.0, 0.0),
        ..USUAL
    });
    barred.short_above = 0.02;
    insta::assert_snapshot!(told(&barred), @"In no trial is Japan short of NdFeB magnets by more than 2 % of demand.");
}

#[test]
fn findings_say_what_the_shortfall_is_made_of() {
    let made_of = |priced: f64| {
        let mut outcome = single(USUAL);
        let columns = &mut outcome.columns.shocked;
        let short = columns[Metric::Shortfall as usize].clone();
        let part = |share: f64| short.iter().map(|short| short * share).collect();
        columns[Metric::RationedByPrice as usize] = part(priced);
        columns[Metric::Unserved as usize] = part(1.0 - priced);
        let told = told(&outcome);
        let sentence = told.split(". ").nth(1).map(str::to_owned);
        sentence.unwrap_or_default()
    };
    assert_eq!(made_of(1.0), "All of it is use given up because of price");
    assert_eq!(made_of(0.0), "All of it goes unserved at any price");
    let mixed = "62 % of it is use given up because of price, the rest goes unserved";
    assert_eq!(made_of(0.62), mixed);
}

#[test]
fn every_extreme_can_be_drawn() {
    for (name, outcome) in extremes() {
        assert!(report_png(&outcome, &outcome.columns).is_ok(), "{name}");
    }
}

#[test]
fn the_png_says_where_its_numbers_come_from() {
    let bytes = png_of(&single(USUAL));
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let info = reader.info();
    assert_eq!(info.width, 2400);
    assert!(info.height > 1500 && info.height < 2400, "{}", info.height);
    let chunks = info.uncompressed_latin1_text.iter();
    let texts: Vec<_> = chunks
        .map(|chunk| format!("{}={}", chunk.keyword, chunk.text))
        .collect();
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
    assert_eq!(png_of(&outcome), png_of(&outcome));
}

/// Writes every fixture to the directory named by `SHORTFALL_REPORTS`.
#[test]
#[ignore = "for looking at"]
fn draw_all() {
    let folder = std::env::var("SHORTFALL_REPORTS").unwrap();
    for (name, outcome) in extremes() {
        let bytes = png_of(&outcome);
        std::fs::write(format!("{folder}/report-{name}.png"), bytes).unwrap();
    }
}
