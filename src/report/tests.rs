use std::io::Cursor;

use super::canvas::{Align, Canvas, Rect};
use super::chart::Chart;
use super::digest::Digest;
use super::finding::{brief, finding};
use super::fixture::{Case, Shape, USUAL, extremes, five, policy, realistic, single, world};
use super::market::markets;
use super::sheet::{Mark, Sheet, Text};
use super::theme::TICK;
use super::{Format, font, pictures, render};
use crate::study::Metric;

/// What is said of each focus, a line each, in plain spaces.
fn said(case: &Case, say: impl Fn(&Digest<'_>) -> String) -> String {
    let foci = case.focus.iter().enumerate();
    let digest = |focus| Digest::new(case, focus, &case.columns).unwrap();
    let lines = foci.map(|focus| say(&digest(focus)));
    lines.collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
}

fn told(case: &Case) -> String {
    said(case, finding)
}

/// The captions of every chart.
fn captions(case: &Case) -> String {
    said(case, |digest| {
        let lines = Chart::ALL.map(|chart| format!("{}: {}", chart.name(), chart.caption(digest)));
        lines.join("\n")
    })
}

/// Every picture of a case by name, before it is written in a format.
fn drawings(case: &Case) -> Vec<(String, Sheet)> {
    pictures(case, &case.columns).unwrap()
}

fn rendered(case: &Case, format: Format) -> Vec<(String, Vec<u8>)> {
    render(case, &case.columns, format).unwrap()
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
    insta::assert_snapshot!(short((1.0, 1.0), 100), @"In every trial Japan is short of NdFeB magnets, by 1,170 t on average (9.9 % of demand), in the worst 5 % by 2,930 t. Without the shocks it is short in every trial too. The shocks add 789 t on average.");
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
fn captions_say_what_a_chart_shows() {
    insta::assert_snapshot!(captions(&single(USUAL)), @"
    chance: 1 trial in 10 leaves Japan short of more than 1,800 t of NdFeB magnets, 97.4 days of use; without the shocks, fewer than 1 in 10 has any shortfall.
    size: In 63 % of trials Japan is short; in the middle half of those, by 681 to 1,530 t.
    origins: Supply from China falls from 4,800 to 2,970 t a year, from 71 % to 58 % of all supply.
    months: The shortfall is largest in January 2026: 9 % of the month's demand, averaged over trials, against 0.1 % without the shocks.
    stock: The stock is lowest at the end of January 2026: 28.3 days of use, averaged over trials, against 42.1 days without the shocks.
    price: The spot price averages 68,200 USD/t, 10 % above the 62,100 USD/t without the shocks. Japan pays 66,200 USD/t for what arrives, against 62,100 USD/t without the shocks.
    ");
}

#[test]
fn captions_have_words_for_the_ends() {
    let of = |shape: Shape| captions(&single(shape));
    let nothing = Shape {
        short: (0.0, 0.0),
        ..USUAL
    };
    insta::assert_snapshot!(of(nothing), @"
    chance: No trial leaves Japan short of NdFeB magnets.
    size: No trial leaves Japan short.
    origins: Supply from China falls from 4,800 to 2,970 t a year, from 71 % to 58 % of all supply.
    months: Japan is not short in any month.
    stock: The stock is lowest at the end of January 2026: 28.3 days of use, averaged over trials, against 42.1 days without the shocks.
    price: The spot price averages 62,000 USD/t, as without the shocks. Japan pays 62,000 USD/t for what arrives, as without the shocks.
    ");
    let all = Shape {
        short: (1.0, 1.0),
        depth: 40.0,
        ..USUAL
    };
    insta::assert_snapshot!(of(all), @"
    chance: At least 8 trials in 10 leave Japan short of about 11,800 t of NdFeB magnets, 640 days of use.
    size: In every trial Japan is short; in the middle half of those, by about 11,800 t.
    origins: Supply from China falls from 4,800 to 2,970 t a year, from 71 % to 58 % of all supply.
    months: The shortfall is largest in July 2025: 100 % of the month's demand, averaged over trials, as without the shocks.
    stock: The stock is lowest at the end of January 2026: 28.3 days of use, averaged over trials, against 42.1 days without the shocks.
    price: The spot price averages 161,000 USD/t, as without the shocks. Japan pays 130,000 USD/t for what arrives, as without the shocks.
    ");
    let one_trial = Shape {
        trials: 1,
        short: (1.0, 0.0),
        ..USUAL
    };
    insta::assert_snapshot!(of(one_trial), @"
    chance: The only trial leaves Japan short of 1,310 t of NdFeB magnets, 70.6 days of use.
    size: In the only trial Japan is short: by 1,310 t.
    origins: Supply from China falls from 4,800 to 2,970 t a year, from 71 % to 58 % of all supply.
    months: The shortfall is largest in January 2026: 15 % of the month's demand, against 0 % without the shocks.
    stock: The stock is lowest at the end of January 2026: 28.3 days of use, against 42.1 days without the shocks.
    price: The spot price averages 73,000 USD/t, 18 % above the 62,000 USD/t without the shocks. Japan pays 69,500 USD/t for what arrives, against 62,000 USD/t without the shocks.
    ");
    let one_month = Shape {
        months: 1,
        short: (0.02, 0.0),
        ..USUAL
    };
    insta::assert_snapshot!(of(one_month), @"
    chance: Fewer than 1 trial in 10 has a shortfall: 2 % of trials do, the largest 161 t.
    size: In 2 % of trials Japan is short; in the middle half of those, by 27 to 61.8 t.
    origins: Supply from China falls from 4,800 to 2,970 t a year, from 71 % to 58 % of all supply.
    months: Japan is not short in any month.
    stock: At the end of April 2025 the stock is 48 days of use, averaged over trials, as without the shocks.
    price: The spot price averages 62,200 USD/t, as without the shocks. Japan pays 62,100 USD/t for what arrives, against 62,000 USD/t without the shocks.
    ");
    insta::assert_snapshot!(of(Shape { trials: 0, ..USUAL }), @"
    chance: No trial was finished.
    size: No trial was finished.
    origins: No trial was finished.
    months: No trial was finished.
    stock: No trial was finished.
    price: No trial was finished.
    ");
}

#[test]
fn a_share_may_rise_while_the_supply_falls() {
    let mut case = single(USUAL);
    let before = case.focus[0].baseline.origins.clone();
    let after = before.into_iter().map(|(code, name, rate)| {
        let left = if code == "CN" { 0.9 } else { 0.5 };
        (code, name, rate * left)
    });
    case.focus[0].shocked.origins = after.collect();
    let captions = captions(&case);
    let caption = captions.lines().find(|line| line.starts_with("origins"));
    insta::assert_snapshot!(caption.unwrap(), @"origins: Supply from China falls from 4,800 to 4,320 t a year, but its share of all supply rises from 71 % to 82 %.");
}

#[test]
fn a_finding_says_what_counts_as_short() {
    let mut case = single(USUAL);
    case.short_above = 0.02;
    let told = told(&case);
    let beginning = told.split(';').next().unwrap();
    insta::assert_snapshot!(beginning, @"In 61 % of trials Japan is short of NdFeB magnets by more than 2 % of demand");
}

#[test]
fn files_of_a_format_are_known_by_their_names() {
    for format in [Format::Png, Format::Svg] {
        let files = rendered(&world(), format);
        let strange = files.iter().filter(|(name, _)| !format.owns(name));
        assert_eq!(strange.map(|(name, _)| name).collect::<Vec<_>>(), [""; 0]);
        let signed = |bytes: &[u8]| format.is_ours(&bytes[..bytes.len().min(10_000)]);
        assert!(files.iter().all(|(_, bytes)| signed(bytes)));
    }
    let owned = [
        "appendix-2.png",
        "charts/a.b.c.price.png",
        "charts/a.policies.png",
        "report-ndfeb-magnet.JP.png",
    ];
    assert!(owned.iter().all(|name| Format::Png.owns(name)));
    let others = [
        "report.svg",
        "appendix-02.png",
        "appendix-.png",
        "report-.png",
        "report-ndfeb.png",
        "report-my page.png",
        "charts/policies.png",
        "charts/a.b.policies.png",
        "appendixpng",
        "charts/a.b.png",
        "charts/price.png",
        "charts/JP.price.png",
        "JP.a.price.png",
        "summary.json",
    ];
    assert!(!others.iter().any(|name| Format::Png.owns(name)));
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

pub(super) fn texts(sheet: &Sheet) -> Vec<&Text> {
    let texts = sheet.marks.iter().filter_map(|mark| match mark {
        Mark::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

/// Every text that leaves its picture or touches another.
pub(super) fn misplaced(sheet: &Sheet) -> Vec<String> {
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
        for (picture, sheet) in drawings(&outcome) {
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
fn misplaced_texts_are_found() {
    let mut sheet = Sheet::new((200.0, 100.0), "", "");
    let canvas = Canvas::new(&mut sheet);
    for (text, at) in [
        ("one", (10.0, 40.0)),
        ("two", (30.0, 45.0)),
        ("off", (190.0, 90.0)),
    ] {
        canvas.text(text, at, TICK, Align::Left).unwrap();
    }
    drop(canvas);
    let expected = ["\"one\" touches \"two\"", "\"off\" leaves the picture"];
    assert_eq!(misplaced(&sheet), expected);
}

/// The smallest rectangle around points, to the unit.
fn bounds(points: &[(f64, f64)]) -> String {
    let end = |of: fn(&(f64, f64)) -> f64, fold: fn(f64, f64) -> f64| {
        points.iter().map(of).reduce(fold).unwrap_or(0.0).round()
    };
    let (left, right) = (end(|p| p.0, f64::min), end(|p| p.0, f64::max));
    let (top, bottom) = (end(|p| p.1, f64::min), end(|p| p.1, f64::max));
    format!("{} points in {left}–{right} × {top}–{bottom}", points.len())
}

/// What is drawn, to the unit: texts with their places, shapes with their
/// bounds.
pub(super) fn drawn(sheet: &Sheet) -> String {
    let line = |mark: &Mark| match mark {
        Mark::Line(points, width, _) => format!("line {width:.1} wide, {}", bounds(points)),
        Mark::Area(points, paint) => format!("area {:?}, {}", paint.rgb, bounds(points)),
        Mark::Dot(at, radius, _) => format!("dot {radius:.0} at {:.0}, {:.0}", at.0, at.1),
        Mark::Text(text) => {
            let (x, y) = text.at;
            format!("\"{}\" {:.0} at {x:.0}, {y:.0}", text.text, text.size)
        }
    };
    let lines: Vec<String> = sheet.marks.iter().map(line).collect();
    lines.join("\n").replace('\u{a0}', " ")
}

#[test]
fn charts_are_drawn_as_before() {
    let outcome = single(Shape { months: 6, ..USUAL });
    for (name, sheet) in drawings(&outcome) {
        if let Some(chart) = name.strip_prefix("charts/ndfeb.JP.") {
            insta::assert_snapshot!(chart, drawn(&sheet));
        }
    }
}

#[test]
fn the_overview_and_charts_of_a_market_are_drawn_as_before() {
    for (name, sheet) in drawings(&world()) {
        let chart = name.strip_prefix("charts/crude.");
        match chart.filter(|chart| !chart.contains('.')) {
            Some(chart) => insta::assert_snapshot!(chart, drawn(&sheet)),
            None if name == "report" => insta::assert_snapshot!("overview", drawn(&sheet)),
            None => {}
        }
    }
}

/// The names of all pictures but the charts of each focus.
fn names(case: &Case) -> String {
    let pictures = drawings(case).into_iter().map(|(name, _)| name);
    let names = pictures.filter(|name| name.matches('.').count() < 2);
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn foci_that_one_page_cannot_hold_have_an_overview() {
    insta::assert_snapshot!(names(&single(USUAL)), @"report appendix charts/ndfeb.policies");
    insta::assert_snapshot!(names(&realistic()), @"report report-ndfeb.JP report-dyoxide.DE report-ndpr.US appendix charts/ndfeb.policies");
    insta::assert_snapshot!(names(&world()), @"report report-crude.JP report-crude.KR report-crude.IN report-crude.TW report-crude.EU report-lng.JP report-lng.KR report-lng.IN report-lng.TW report-lng.EU appendix charts/crude.policies charts/crude.sellers charts/crude.reserves charts/lng.policies");
    insta::assert_snapshot!(names(&five()), @"report report-crude.JP report-crude.KR report-crude.IN report-crude.TW report-crude.EU appendix charts/crude.policies charts/crude.sellers charts/crude.reserves");
}

#[test]
fn findings_in_brief_have_words_for_the_ends() {
    let of = |shape: Shape| said(&single(shape), brief);
    let short = |short, trials| {
        of(Shape {
            short,
            trials,
            ..USUAL
        })
    };
    insta::assert_snapshot!(said(&realistic(), brief), @"
    In 63 % of trials Japan is short of NdFeB magnets; over all trials by 6.2 % of demand on average (0.083 % without the shocks), in 1 trial in 20 by more than 18 %.
    In 93 % of trials Germany is short of dysprosium oxide; over all trials by 25 % of demand on average (1.8 % without the shocks), in 1 trial in 20 by more than 54 %.
    In 7 % of trials the United States is short of NdPr oxide; over all trials by 0.14 % of demand on average (0.0013 % without the shocks), in 1 trial in 20 by more than 1.2 %.
    ");
    insta::assert_snapshot!(short((0.0, 0.0), 100), @"In no trial is Japan short of NdFeB magnets.");
    insta::assert_snapshot!(short((1.0, 1.0), 100), @"In every trial Japan is short of NdFeB magnets, by 9.9 % of demand on average (3.2 % without the shocks), in 1 trial in 20 by more than 18 %.");
    insta::assert_snapshot!(short((0.02, 0.0), 2000), @"In 2 % of trials Japan is short of NdFeB magnets; over all trials by 0.17 % of demand on average (nothing without the shocks).");
    insta::assert_snapshot!(short((1.0, 0.0), 1), @"In the only trial Japan is short of NdFeB magnets by 11 % of demand (nothing without the shocks).");
    insta::assert_snapshot!(short((0.5, 0.0), 0), @"No trial was finished for Japan and NdFeB magnets.");
}

/// The captions of the charts of each commodity.
fn market_captions(case: &Case) -> String {
    let foci = case.focus.iter().enumerate();
    let digests = foci.map(|focus| Digest::new(case, focus, &case.columns).unwrap());
    let digests: Vec<_> = digests.collect();
    let markets = markets(case, &digests);
    let lines = markets.iter().flat_map(|market| {
        let charts = market.charts().into_iter();
        charts.map(|chart| format!("{}: {}", chart.name(), chart.caption(market)))
    });
    lines.collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
}

#[test]
fn captions_say_what_the_chart_of_a_market_shows() {
    insta::assert_snapshot!(market_captions(&world()), @"
    policies: “Designation of two producers, with a wind-down of thirty days” keeps 26,100 t of crude oil from its usual ways over the horizon, to all destinations together, more than any other; a further 11,200 t go around it.
    sellers: While a sanction on it is in force, Rosneft sells 23 % below other sellers on average; Tatneft sells 1 % above other sellers.
    reserves: Japan draws on average 94,700 t of the 207,000 t it holds; in 1 trial in 20, more than 209,000 t.
    policies: “The strait is closed” keeps 1,250 t of liquefied natural gas from its usual ways over the horizon, to all destinations together, more than any other.
    ");
    let mut case = single(USUAL);
    case.focus[0].reserve = Some(1_000.0);
    case.columns.shocked[Metric::ReserveDrawn as usize].fill(0.0);
    case.policies[0].stopped[0].2 = 0.0;
    case.policies[0].leaked = vec![("NdFeB magnets".to_owned(), "t".to_owned(), 3.0)];
    case.sellers = world().sellers.split_off(2);
    case.sellers[0].commodity = "NdFeB magnets".to_owned();
    insta::assert_snapshot!(market_captions(&case), @"
    policies: Nothing stays stopped; 3 t of NdFeB magnets go by way of “Export licences”.
    sellers: While a sanction on it is in force, Tatneft sells 1 % above other sellers on average.
    reserves: With the shocks nothing is drawn from any state reserve.
    ");
    case.focus[0].reserve = None;
    case.policies.clear();
    case.sellers.clear();
    assert_eq!(market_captions(&case), "");
}

#[test]
fn what_goes_around_does_not_count_as_stopped() {
    let mut case = world();
    case.policies[0].leaked = vec![("crude oil".to_owned(), "kb".to_owned(), 90_000.0)];
    let said = market_captions(&case);
    let first = said.lines().next().unwrap();
    assert!(first.contains("“Designation of two producers"), "{first}");
    assert!(first.contains("keeps 26,100 t of crude oil"), "{first}");
}

/// The words of a chart of the first focus.
fn words(case: &Case, chart: &str) -> String {
    let drawings = drawings(case);
    let sheet = drawings.iter().find(|(name, _)| name.ends_with(chart));
    let texts = texts(&sheet.unwrap().1);
    let texts: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
    texts.join("\n").replace('\u{a0}', " ")
}

#[test]
fn a_single_trial_has_no_spread_in_a_legend() {
    let shape = |trials| Shape { trials, ..USUAL };
    for chart in ["months", "stock", "price"] {
        let many = words(&single(shape(100)), chart);
        assert!(many.contains("5–95 % of trials"), "{chart}: {many}");
        let one = words(&single(shape(1)), chart);
        assert!(!one.contains("25–75 %"), "{chart}: {one}");
        assert!(one.contains("with the shocks"), "{chart}: {one}");
    }
}

#[test]
fn the_last_shock_is_not_hidden_to_say_that_there_is_one_more() {
    let mut case = single(USUAL);
    let shocks = |count: usize| (0..count).map(|i| policy(&format!("Shock {i}"), 12, i, 12, 1.0));
    case.policies = shocks(5).collect();
    let five = words(&case, "months");
    assert!(
        five.contains("Shock 4") && !five.contains("more shock"),
        "{five}"
    );
    case.policies = shocks(6).collect();
    let six = words(&case, "months");
    assert!(
        six.contains("and 2 more shocks") && !six.contains("Shock 4"),
        "{six}"
    );
}

#[test]
fn totals_that_differ_are_not_said_to_be_the_same() {
    let mut case = single(USUAL);
    case.focus[0].shocked.origins = case.focus[0].baseline.origins.clone();
    let all = |case: &Case| {
        let words = words(case, "origins");
        let line = words.lines().find(|line| line.starts_with("all origins"));
        line.unwrap().to_owned()
    };
    let same = all(&case);
    assert!(
        same.ends_with("(no change)") && !same.contains('→'),
        "{same}"
    );
    for (.., rate) in &mut case.focus[0].shocked.origins {
        *rate *= 0.996;
    }
    let less = all(&case);
    assert!(less.contains('→') && !less.contains("no change"), "{less}");
}

#[test]
fn the_appendix_lists_every_judgement() {
    let long = extremes()
        .into_iter()
        .find(|(name, _)| *name == "long-names");
    let (_, outcome) = long.unwrap();
    let mut sheets = drawings(&outcome);
    sheets.retain(|(name, _)| name.starts_with("appendix"));
    assert!(sheets.len() > 1, "one page holds them all");
    let lines = sheets.iter().flat_map(|(_, sheet)| texts(sheet));
    let lines: Vec<&str> = lines.map(|text| text.text.as_str()).collect();
    let begin = |words: &str| lines.iter().filter(|line| line.starts_with(words)).count();
    assert_eq!((begin("a guess: 15"), begin("by analogy: what")), (40, 40));
    assert!(lines.contains(&"commodities.*.dispersion"));
}

#[test]
fn sources_say_what_a_numbered_table_is_about() {
    let mut case = single(USUAL);
    let note = &mut case.outcome.basis.notes[0];
    note.path = "demand.3".to_owned();
    note.subject = "lng JP".to_owned();
    note.source = Some("S9".to_owned());
    let citation = "a statistic".to_owned();
    case.outcome.basis.sources.insert("S9".to_owned(), citation);
    let words = words(&case, "appendix");
    assert!(words.contains("demand.3 (lng JP)"), "{words}");
}

#[test]
fn the_svg_needs_no_font_and_says_what_it_shows() {
    let pictures = rendered(&single(USUAL), Format::Svg);
    let price = pictures
        .iter()
        .find(|(name, _)| name == "charts/ndfeb.JP.price.svg");
    let text = String::from_utf8(price.unwrap().1.clone()).unwrap();
    for part in [
        "<title id=\"title\">Price of NdFeB magnets in Japan</title>",
        "<desc id=\"about\">The spot price averages",
        "<metadata>scenario=magnets-2025; hash=9f2c41d07be6a853; seed=20250404",
        "role=\"img\" aria-labelledby=\"title about\"",
        "aria-label=\"paid\"",
        "<use xlink:href=\"#r",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<text") && !text.contains("font-"));
}

#[test]
fn the_png_says_where_its_numbers_come_from() {
    let pictures = rendered(&single(USUAL), Format::Png);
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
        let (one, other) = (rendered(&outcome, format), rendered(&outcome, format));
        assert!(one == other, "{format:?}");
    }
}

/// Writes every fixture to the directory named by `SHORTFALL_REPORTS`.
#[test]
#[ignore = "for looking at"]
fn draw_all() {
    let folder = std::env::var("SHORTFALL_REPORTS").unwrap();
    for (name, outcome) in extremes() {
        for format in [Format::Png, Format::Svg] {
            for (picture, bytes) in rendered(&outcome, format) {
                let path = format!("{folder}/{name}/{picture}");
                std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
    }
}
