use std::io::Cursor;

use super::canvas::Rect;
use super::chart::Chart;
use super::digest::Digest;
use super::finding::finding;
use super::fixture::{Shape, USUAL, extremes, realistic, single};
use super::sheet::{Mark, Sheet, Text};
use super::{Format, font, pictures, render};
use crate::study::{Metric, Outcome};

/// What is said of each focus, a line each, in plain spaces.
fn said(outcome: &Outcome, say: impl Fn(&Digest<'_>) -> String) -> String {
    let foci = outcome.focus.iter().enumerate();
    let lines = foci.map(|(index, focus)| say(&Digest::new(outcome, index, focus)));
    lines.collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
}

fn told(outcome: &Outcome) -> String {
    said(outcome, finding)
}

/// The captions of every chart.
fn captions(outcome: &Outcome) -> String {
    said(outcome, |digest| {
        let lines = Chart::ALL.map(|chart| format!("{}: {}", chart.name(), chart.caption(digest)));
        lines.join("\n")
    })
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
        let columns = &mut outcome.focus[0].shocked.columns;
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
fn captions_say_what_a_chart_shows() {
    insta::assert_snapshot!(captions(&single(USUAL)), @"");
}

#[test]
fn captions_have_words_for_the_ends() {
    let of = |shape: Shape| captions(&single(shape));
    let nothing = Shape {
        short: (0.0, 0.0),
        ..USUAL
    };
    insta::assert_snapshot!(of(nothing), @"");
    let all = Shape {
        short: (1.0, 1.0),
        depth: 40.0,
        ..USUAL
    };
    insta::assert_snapshot!(of(all), @"");
    let one_trial = Shape {
        trials: 1,
        short: (1.0, 0.0),
        ..USUAL
    };
    insta::assert_snapshot!(of(one_trial), @"");
    let one_month = Shape {
        months: 1,
        short: (0.02, 0.0),
        ..USUAL
    };
    insta::assert_snapshot!(of(one_month), @"");
    insta::assert_snapshot!(of(Shape { trials: 0, ..USUAL }), @"");
}

/// Where a text stands: from the top of capitals to the foot of letters.
fn extent(text: &Text) -> Rect {
    let (left, baseline) = text.at;
    Rect {
        left,
        top: baseline - 0.65 * text.size,
        right: left + font::width(&text.text, text.size, text.bold),
        bottom: baseline + 0.2 * text.size,
    }
}

fn texts(sheet: &Sheet) -> Vec<&Text> {
    let texts = sheet.marks.iter().filter_map(|mark| match mark {
        Mark::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

/// Every text that leaves its picture or touches another.
fn misplaced(sheet: &Sheet) -> Vec<String> {
    let texts = texts(sheet);
    let mut wrong = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let a = extent(text);
        if a.left < 0.0 || a.top < 0.0 || a.right > sheet.width || a.bottom > sheet.height {
            wrong.push(format!("\"{}\" leaves the picture", text.text));
        }
        for other in &texts[i + 1..] {
            let b = extent(other);
            let apart =
                a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
            if !apart {
                wrong.push(format!("\"{}\" touches \"{}\"", text.text, other.text));
            }
        }
    }
    wrong
}

#[test]
fn no_text_leaves_its_picture_or_touches_another() {
    let mut wrong = Vec::new();
    for (name, outcome) in extremes() {
        for (picture, sheet) in pictures(&outcome).unwrap() {
            let misplaced = misplaced(&sheet);
            wrong.extend(
                misplaced
                    .iter()
                    .map(|text| format!("{name}, {picture}: {text}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_png_says_where_its_numbers_come_from() {
    let pictures = render(&single(USUAL), Format::Png).unwrap();
    let reader = png::Decoder::new(Cursor::new(&pictures[0].1)).read_info();
    let reader = reader.unwrap();
    let info = reader.info();
    assert_eq!(info.width, 4800);
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
    for format in [Format::Png, Format::Svg] {
        let (one, other) = (render(&outcome, format), render(&outcome, format));
        assert!(one.unwrap() == other.unwrap(), "{format:?}");
    }
}

/// Writes every fixture to the directory named by `SHORTFALL_REPORTS`.
#[test]
#[ignore = "for looking at"]
fn draw_all() {
    let folder = std::env::var("SHORTFALL_REPORTS").unwrap();
    for (name, outcome) in extremes() {
        for format in [Format::Png, Format::Svg] {
            for (picture, bytes) in render(&outcome, format).unwrap() {
                let path = format!("{folder}/{name}/{picture}");
                std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
    }
}
