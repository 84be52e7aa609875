use super::super::sheet::Mark;
use super::super::tests::{drawn, misplaced};
use super::fixture::{Plan, SHARE, Shape, curves, steps, words};
use super::influence::Influence;
use super::*;
use crate::scenario::sweep::{Design, Level};
use crate::study::sweep::{SweepOutcome, SweepPoint};
use crate::units::Date;

fn grid(shapes: Vec<Shape>) -> Plan {
    Plan::new(Design::Grid, shapes, 0)
}

fn approval(count: usize) -> Shape {
    steps("%", 20.0, 80.0, count)
}

fn review(count: usize) -> Shape {
    steps("days", 20.0, 120.0, count)
}

/// Factors between which points are sampled.
fn sampled(count: usize) -> Vec<Shape> {
    let shapes = [
        Shape::Sampled("%", 20.0, 80.0),
        Shape::SampledLog("days", 2.0, 400.0),
        Shape::Sampled("days", 0.0, 120.0),
        Shape::Dates(Date::constant(2026, 1, 1), 1, 720),
    ];
    let mut shapes: Vec<Shape> = shapes.into_iter().cycle().take(count).collect();
    if count > 4 {
        shapes[4] = words(&["none", "some", "as it was before the war"]);
    }
    shapes
}

fn response(metric: Metric, side: Side, statistic: Statistic) -> Response {
    Response {
        metric,
        side,
        statistic,
    }
}

fn many_responses() -> Vec<Response> {
    vec![
        SHARE,
        response(Metric::PriceSpot, Side::Difference, Statistic::Mean),
        response(Metric::Shortfall, Side::Shocked, Statistic::CvarP95),
        response(Metric::TimeToSurvive, Side::Shocked, Statistic::P50),
        response(Metric::ShortfallShare, Side::Baseline, Statistic::Any),
        response(Metric::ImportBill, Side::Shocked, Statistic::P95),
    ]
}

fn failing(mut outcome: SweepOutcome, fails: impl Fn(usize, &SweepPoint) -> bool) -> SweepOutcome {
    for (i, point) in outcome.points.iter_mut().enumerate() {
        if fails(i, point) {
            point.found =
                Err("every trial failed; first, trial 0: the market did not clear".to_owned());
        }
    }
    outcome
}

/// Only points whose first level is below the second.
fn triangle(mut outcome: SweepOutcome) -> SweepOutcome {
    outcome
        .points
        .retain(|point| match point.levels.as_slice() {
            [Level::Number(a), Level::Number(b)] => a < b,
            _ => true,
        });
    outcome
}

fn first_point(mut outcome: SweepOutcome) -> SweepOutcome {
    outcome.points.truncate(1);
    outcome
}

fn long_titles(mut outcome: SweepOutcome) -> SweepOutcome {
    for factor in &mut outcome.outline.factors {
        factor.title = "Share of applications for export licences that the ministry grants within the legal term".to_owned();
        factor.key = "share-of-applications-granted".to_owned();
    }
    outcome.outline.title = "Approval and review of licences for magnets, oxides and alloys in the years of the truce and after".to_owned();
    outcome
}

/// The response is greatest in the middle of the first factor.
fn bent(mut outcome: SweepOutcome) -> SweepOutcome {
    for point in &mut outcome.points {
        if let (Level::Number(at), Ok(found)) = (&point.levels[0], &mut point.found) {
            found.shown[0].at.value += 0.15 - 1e-4 * (at - 45.0) * (at - 45.0);
        }
    }
    outcome
}

fn constant(mut outcome: SweepOutcome, value: f64) -> SweepOutcome {
    for point in &mut outcome.points {
        if let Ok(found) = &mut point.found {
            found.shown.iter_mut().for_each(|shown| {
                shown.at.value = value;
                shown.at.se = 0.0;
                [shown.p05, shown.p50, shown.p95] = [value; 3];
            });
        }
    }
    outcome
}

/// Sweeps with their names: the usual ones and the ends of what can happen.
fn cases() -> Vec<(&'static str, SweepOutcome)> {
    let names = [
        "as in 2024",
        "truce of November 2025",
        "full licensing with a review at the border and after",
        "ban",
    ];
    let dates = Shape::Dates(Date::constant(2026, 1, 1), 90, 6);
    let powers = Shape::Numbers("USD/kg", vec![1.0, 3.0, 10.0, 30.0, 100.0, 300.0]);
    let oat = |shapes| Plan::new(Design::OneAtATime, shapes, 0);
    let lhs = |count, points| Plan::new(Design::LatinHypercube, sampled(count), points);
    let wide = || vec![approval(4), review(6), words(&names), dates.clone()];
    let with = |mut plan: Plan, foci, responses| {
        plan.foci = foci;
        plan.responses = responses;
        plan.outcome()
    };
    vec![
        (
            "grid",
            with(grid(vec![approval(4), review(6)]), 1, many_responses()),
        ),
        ("grid-2x2", grid(vec![approval(2), review(2)]).outcome()),
        ("grid-20x20", grid(vec![approval(20), review(20)]).outcome()),
        (
            "grid-words",
            grid(vec![words(&names), dates.clone()]).outcome(),
        ),
        (
            "grid-all-words",
            with(
                grid(vec![words(&names), words(&["mild", "hard"])]),
                2,
                vec![SHARE],
            ),
        ),
        (
            "grid-100x100",
            grid(vec![approval(100), review(100)]).outcome(),
        ),
        (
            "grid-3",
            with(
                grid(vec![approval(4), review(5), words(&names)]),
                1,
                many_responses(),
            ),
        ),
        (
            "triangle",
            triangle(grid(vec![approval(7), steps("%", 20.0, 80.0, 7)]).outcome()),
        ),
        (
            "some-failed",
            failing(grid(vec![approval(4), review(6)]).outcome(), |i, _| {
                i % 5 == 1
            }),
        ),
        (
            "all-failed",
            failing(grid(vec![approval(4), review(6)]).outcome(), |_, _| true),
        ),
        ("all-failed-lhs", failing(lhs(5, 40).outcome(), |_, _| true)),
        (
            "constant",
            constant(grid(vec![approval(4), review(6)]).outcome(), 0.07),
        ),
        ("constant-zero", constant(lhs(5, 40).outcome(), 0.0)),
        (
            "one-point",
            first_point(grid(vec![approval(2), review(2)]).outcome()),
        ),
        (
            "one-factor",
            with(grid(vec![approval(7)]), 1, many_responses()),
        ),
        ("one-factor-40", grid(vec![review(40)]).outcome()),
        (
            "one-factor-dates",
            failing(grid(vec![dates.clone()]).outcome(), |i, _| i == 2),
        ),
        ("one-factor-log", grid(vec![powers]).outcome()),
        ("one-factor-words", grid(vec![words(&names)]).outcome()),
        ("one-factor-lhs", lhs(1, 200).outcome()),
        ("two-factors-lhs", lhs(2, 120).outcome()),
        (
            "zip",
            Plan::new(Design::Zip, vec![approval(5), review(5), dates.clone()], 5).outcome(),
        ),
        ("alone", with(oat(wide()), 1, many_responses())),
        ("bent", bent(oat(wide()).outcome())),
        ("lhs-8", lhs(8, 200).outcome()),
        ("lhs-10000", lhs(8, 10_000).outcome()),
        (
            "morris-6",
            Plan::new(Design::Morris { levels: 4 }, sampled(6), 10).outcome(),
        ),
        ("long-titles", long_titles(oat(wide()).outcome())),
        (
            "long-titles-grid",
            long_titles(grid(vec![approval(4), review(6)]).outcome()),
        ),
        ("long-titles-lhs", long_titles(lhs(8, 60).outcome())),
        (
            "foci-3",
            with(grid(vec![approval(4), review(6)]), 3, vec![SHARE]),
        ),
        ("foci-12", with(lhs(5, 60), 12, vec![SHARE])),
    ]
}

#[test]
fn no_text_leaves_its_picture_or_touches_another() {
    let wrong = |(name, outcome): &(&str, SweepOutcome)| {
        let pictures = pictures(outcome, &curves(outcome)).unwrap().into_iter();
        let wrong = pictures.flat_map(|(picture, sheet)| {
            let found = misplaced(&sheet).into_iter();
            found.map(move |text| format!("{name}, {picture}: {text}"))
        });
        wrong.collect::<Vec<_>>()
    };
    let wrong: Vec<String> = cases().par_iter().flat_map_iter(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_varied_is_listed_with_the_reference_of_one_at_a_time() {
    let listed = |design| {
        let outcome = Plan::new(design, vec![approval(3), review(3)], 0).outcome();
        let said = words::varied(&Track::varied(&outcome), design);
        said.replace("\u{a0}", " ")
    };
    insta::assert_snapshot!(listed(Design::Grid), @"Varied: Chance that a licence is granted (approval): 20 %, 50 %, 80 %; Review of an application (review): 20 days, 70 days, 120 days.");
    insta::assert_snapshot!(listed(Design::OneAtATime), @"Varied: Chance that a licence is granted (approval): 20 %, 50 %, 80 % (reference 50 %); Review of an application (review): 20 days, 70 days, 120 days (reference 70 days).");
}

#[test]
fn a_factor_without_a_title_goes_by_its_key_in_words() {
    let mut outcome = grid(vec![approval(3), review(3)]).outcome();
    for (factor, key) in outcome
        .outline
        .factors
        .iter_mut()
        .zip(["approval-rate", "wait"])
    {
        (factor.key, factor.title) = (key.to_owned(), key.to_owned());
    }
    let said = words::varied(&Track::varied(&outcome), Design::Grid).replace('\u{a0}', " ");
    assert!(said.starts_with("Varied: approval rate: 20 %"), "{said}");
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    let found = words::finding(&view);
    assert!(found.ends_with("; approval rate moves it most."), "{found}");
}

/// What is said of a sweep: its finding, and beside it what each chart shows.
fn said(outcome: &SweepOutcome) -> String {
    let tracks = Track::varied(outcome);
    let foci = 0..outcome.outline.focus.len();
    let lines = foci.flat_map(|focus| {
        let responses = 0..outcome.outline.responses.len();
        let views = responses.map(move |response| (focus, response));
        views.filter_map(|place| View::new(outcome, &tracks, place))
    });
    let lines = lines.flat_map(|view| {
        let notes = Kind::of(outcome, &tracks).into_iter();
        let notes = notes.filter_map(|kind| {
            let note = kind.note(&view)?;
            Some(format!("  {}: {note}", kind.name()))
        });
        let finding = [super::words::finding(&view)];
        finding.into_iter().chain(notes).collect::<Vec<_>>()
    });
    let lines: Vec<String> = lines.chain(super::words::notices(outcome)).collect();
    lines.join("\n").replace('\u{a0}', " ")
}

fn case(name: &str) -> SweepOutcome {
    let mut cases = cases().into_iter();
    let found = cases.find_map(|(known, outcome)| (known == name).then_some(outcome));
    found.unwrap()
}

#[test]
fn findings_say_how_far_a_response_goes_and_what_moves_it() {
    insta::assert_snapshot!(said(&case("grid")));
    insta::assert_snapshot!(said(&case("grid-3")));
    insta::assert_snapshot!(said(&case("alone")));
    insta::assert_snapshot!(said(&case("lhs-10000")));
    insta::assert_snapshot!(said(&case("morris-6")));
    insta::assert_snapshot!(said(&case("zip")));
    insta::assert_snapshot!(said(&case("one-factor")));
}

#[test]
fn findings_have_words_for_the_ends() {
    insta::assert_snapshot!(said(&case("constant")), @"Japan's shortfall of NdFeB magnets is 7 % of demand at every point.");
    insta::assert_snapshot!(said(&case("constant-zero")), @"
    Japan's shortfall of NdFeB magnets is 0 % of demand at every point.
      tornado: No factor moves it.
      parallel: A line a point; lines at one level are fanned out.
    ");
    insta::assert_snapshot!(said(&case("one-point")), @"Japan's shortfall of NdFeB magnets is 23 % of demand at the only point.");
    insta::assert_snapshot!(said(&case("all-failed")), @"
    Japan's shortfall of NdFeB magnets is not known at any point.
    24 of 24 points failed and are left out; the first, point 0: every trial failed; first, trial 0: the market did not clear
    ");
    insta::assert_snapshot!(said(&case("all-failed-lhs")), @"
    Japan's shortfall of NdFeB magnets is not known at any point.
    40 of 40 points failed and are left out; the first, point 0: every trial failed; first, trial 0: the market did not clear
    ");
    insta::assert_snapshot!(said(&case("some-failed")), @"
    Japan's shortfall of NdFeB magnets runs from 2 % of demand (approval 80 %, review 20 days) to 31 % (approval 20 %, review 120 days); “Chance that a licence is granted” moves it most.
      heat: The standard error of a point is at most 1.6 %.
    5 of 24 points failed and are left out; the first, point 1: every trial failed; first, trial 0: the market did not clear
    ");
    let mut never = Plan::new(Design::Grid, vec![approval(3)], 0);
    never.responses = vec![response(
        Metric::TimeToSurvive,
        Side::Shocked,
        Statistic::Mean,
    )];
    insta::assert_snapshot!(said(&constant(never.outcome(), f64::NAN)), @"The time until Japan is short of NdFeB magnets has no end: it is short at no point.");
    let mut lost = case("one-factor");
    lost.outline.responses.truncate(1);
    for point in &mut lost.points {
        point.found.as_mut().unwrap().failed = 2;
    }
    insta::assert_snapshot!(said(&lost), @"
    Japan's shortfall of NdFeB magnets runs from 7.8 % of demand (approval 80 %) to 31 % (approval 20 %).
    14 trials at 7 points failed and were left out.
    ");
}

#[test]
fn a_factor_that_moves_nothing_names_no_end() {
    let mut outcome = grid(vec![approval(3), review(3)]).outcome();
    outcome.outline.responses.truncate(1);
    for point in &mut outcome.points {
        let Level::Number(approval) = point.levels[0] else {
            panic!("the approval is a number");
        };
        let found = point.found.as_mut().unwrap();
        found
            .shown
            .iter_mut()
            .for_each(|shown| shown.at.value = approval / 1000.0);
    }
    insta::assert_snapshot!(said(&outcome).lines().next().unwrap_or_default(), @"Japan's shortfall of NdFeB magnets runs from 2 % of demand (approval 20 %) to 8 % (approval 80 %); “Chance that a licence is granted” moves it most.");
    let unmoved = constant(outcome, 0.1);
    insta::assert_snapshot!(said(&unmoved).lines().next().unwrap_or_default(), @"Japan's shortfall of NdFeB magnets is 10 % of demand at every point.");
}

#[test]
fn factors_that_a_filter_ties_together_are_not_blamed() {
    let mut outcome = grid(vec![approval(3), review(3)]).outcome();
    outcome.outline.responses.truncate(1);
    outcome.points.truncate(7);
    outcome.outline.points.truncate(7);
    outcome.outline.dropped = 2;
    outcome.outline.filters = vec!["approval < 70 %".to_owned()];
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    assert!(!words::finding(&view).contains("moves it most"));
    let note = words::tornado(&view).unwrap().replace('\u{a0}', " ");
    assert!(note.contains("goes with the largest difference"), "{note}");
    assert!(note.contains("a difference may be another's"), "{note}");
    let notices = words::notices(&outcome).join(" ").replace('\u{a0}', " ");
    assert_eq!(notices, "Filters left 7 of 9 points: approval < 70 %.");
    assert!(
        words::stamp(&outcome)
            .replace('\u{a0}', " ")
            .contains("7 of a grid of 9 points")
    );
}

#[test]
fn what_rounding_leaves_is_nothing() {
    let outcome = constant(grid(vec![approval(3)]).outcome(), -4.11e-16);
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    assert!((0..3).all(|point| view.known(point) == Some(0.0)));
    assert!(
        words::finding(&view).contains("is 0"),
        "{}",
        words::finding(&view)
    );
}

#[test]
fn where_some_points_never_are_the_others_are_not_all() {
    let mut plan = Plan::new(Design::Grid, vec![approval(3)], 0);
    plan.responses = vec![response(
        Metric::TimeToSurvive,
        Side::Shocked,
        Statistic::P50,
    )];
    let mut outcome = constant(plan.outcome(), 93.0);
    let never = outcome.points[2].found.as_mut().unwrap();
    never
        .shown
        .iter_mut()
        .for_each(|shown| shown.at.value = f64::INFINITY);
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    let said = words::finding(&view).replace('\u{a0}', " ");
    assert!(
        said.contains("is 93 days at every other point; at 1 of 3 points it never is"),
        "{said}"
    );
    let sheet = alone(Kind::Lines, &view).unwrap();
    let top = sheet.marks.iter().filter_map(|mark| match mark {
        Mark::Line(points, width, _) if *width == 1.0 => Some(points[0].1),
        _ => None,
    });
    let top = top.fold(f64::INFINITY, f64::min);
    let beyond = |mark: &&Mark| matches!(mark, Mark::Dot(at, 6.0, _) if at.1 + 6.0 < top);
    assert_eq!(sheet.marks.iter().filter(beyond).count(), 1);
}

/// Responses of every kind are named without a gap.
#[test]
fn every_response_has_a_name_and_a_sentence() {
    let mut outcome = case("one-point");
    let sides = || Side::ALL.into_iter();
    let all = Metric::ALL.into_iter().flat_map(|metric| {
        let statistics = Statistic::ALL.into_iter();
        statistics
            .flat_map(move |statistic| sides().map(move |side| response(metric, side, statistic)))
    });
    outcome.outline.responses = all.collect();
    let found = outcome.points[0].found.as_mut().unwrap();
    found.shown = vec![found.shown[0]; outcome.outline.responses.len()];
    let said = said(&outcome);
    assert_eq!(said.lines().count(), 15 * 6 * 3);
    let names: std::collections::BTreeSet<String> = outcome
        .outline
        .responses
        .iter()
        .map(|response| super::words::title(*response))
        .collect();
    // The three metrics of the shortfall differ by their units.
    assert_eq!(names.len(), 13 * 6 * 3);
    let files: std::collections::BTreeSet<String> = outcome
        .outline
        .responses
        .iter()
        .map(|response| super::name(*response))
        .collect();
    assert_eq!(files.len(), 15 * 6 * 3);
    assert!(files.iter().all(|name| is_response(name)));
}

#[test]
fn files_are_known_by_their_names() {
    for format in [Format::Png, Format::Svg] {
        let outcome = case("grid-2x2");
        let files = render_sweep(&outcome, &curves(&outcome), format).unwrap();
        assert_eq!(files.len(), 3);
        assert!(files.iter().all(|(name, _)| format.owns(name)), "{files:?}");
        let signed = |bytes: &[u8]| format.is_ours(&bytes[..bytes.len().min(10_000)]);
        assert!(files.iter().all(|(_, bytes)| signed(bytes)));
    }
    let owned = [
        "sweep.svg",
        "charts/ndfeb.JP.shortfall_share-shocked-p_any.heat.svg",
        "charts/ndfeb.JP.price_spot-difference-cvar_p95.parallel.svg",
        "charts/ndfeb.JP.chances.svg",
    ];
    assert!(owned.iter().all(|name| Format::Svg.owns(name)));
    let others = [
        "sweep.png",
        "sweep.csv",
        "sweeps.svg",
        "charts/ndfeb.JP.heat.svg",
        "charts/JP.shortfall_share-shocked-mean.heat.svg",
        "charts/ndfeb.JP.shortfall_share-shocked.heat.svg",
        "charts/ndfeb.JP.shortfall_share-shocked-mode.heat.svg",
        "charts/ndfeb.JP.shortfall_share-shocked-mean.pie.svg",
        "charts/JP.svg",
        "charts/chances.svg",
    ];
    assert!(!others.iter().any(|name| Format::Svg.owns(name)));
}

#[test]
fn the_same_sweep_gives_the_same_bytes() {
    let outcome = case("grid-words");
    let curves = curves(&outcome);
    for format in [Format::Png, Format::Svg] {
        let rendered = || render_sweep(&outcome, &curves, format).unwrap();
        assert!(rendered() == rendered(), "{format:?}");
    }
}

#[test]
fn charts_of_a_sweep_are_drawn_as_before() {
    for name in [
        "grid-2x2",
        "one-factor-dates",
        "one-factor-words",
        "alone",
        "morris-6",
        "two-factors-lhs",
    ] {
        let outcome = case(name);
        for (picture, sheet) in pictures(&outcome, &curves(&outcome)).unwrap() {
            let chart = picture.strip_prefix("charts/ndfeb.JP.shortfall_share-shocked-mean.");
            let chart = match (chart, picture.as_str(), name) {
                // Of what has many lines one is enough.
                (Some("parallel"), _, "alone") => Some("parallel"),
                (Some("parallel"), ..) => None,
                (None, "sweep", "grid-2x2") => Some("page"),
                (chart, ..) => chart,
            };
            if let Some(chart) = chart {
                insta::assert_snapshot!(format!("{name}-{chart}"), drawn(&sheet));
            }
        }
    }
}

/// The first levels of points, in plain spaces.
fn levels_of(outcome: &SweepOutcome, points: &[usize]) -> String {
    let tracks = Track::varied(outcome);
    let name = |&point: &usize| {
        let levels = tracks.iter().map(|track| track.said(track.of[point]));
        levels.collect::<Vec<_>>().join("/")
    };
    let names: Vec<String> = points.iter().map(name).collect();
    names.join(" ").replace('\u{a0}', "")
}

#[test]
fn curves_are_shown_over_the_whole_sweep() {
    let shown = |name: &str| {
        let outcome = case(name);
        levels_of(&outcome, &shown_points(&outcome))
    };
    assert_eq!(
        shown("grid"),
        "20%/120days 40%/120days 60%/120days 80%/120days \
         20%/80days 40%/80days 60%/80days 80%/80days \
         20%/20days 40%/20days 60%/20days 80%/20days"
    );
    let ends = shown("one-factor-40");
    assert!(
        ends.starts_with("20days ") && ends.ends_with(" 120days"),
        "{ends}"
    );
    let failed = case("some-failed");
    let points = shown_points(&failed);
    assert!(
        points.len() >= 6
            && points
                .iter()
                .all(|&point| failed.points[point].found.is_ok())
    );
    assert_eq!(shown_points(&case("all-failed")), [0_usize; 0]);
    assert_eq!(shown_points(&case("one-point")), [0]);
    for (name, outcome) in cases() {
        let mut points = shown_points(&outcome);
        let count = points.len();
        points.sort_unstable();
        points.dedup();
        assert!(count <= 12 && points.len() == count, "{name}: {points:?}");
    }
}

#[test]
fn by_rank_the_least_and_the_greatest_are_shown() {
    let outcome = case("lhs-8");
    let value = |point: &SweepPoint| point.found.as_ref().unwrap().shown[0].at.value;
    let shown: Vec<f64> = shown_points(&outcome)
        .iter()
        .map(|&point| value(&outcome.points[point]))
        .collect();
    let all = outcome.points.iter().map(value);
    let (least, most) = (all.clone().fold(1.0, f64::min), all.fold(0.0, f64::max));
    assert_eq!((shown.first(), shown.last()), (Some(&least), Some(&most)));
    assert!(shown.len() == 12 && shown.is_sorted());
}

#[test]
fn a_sweep_without_anything_can_be_drawn() {
    let mut outcome = case("grid-2x2");
    for strip in [
        |outcome: &mut SweepOutcome| outcome.outline.responses.clear(),
        |outcome: &mut SweepOutcome| outcome.points.clear(),
        |outcome: &mut SweepOutcome| outcome.outline.focus.clear(),
        |outcome: &mut SweepOutcome| outcome.outline.factors.clear(),
    ] {
        strip(&mut outcome);
        assert_eq!(shown_points(&outcome), [0_usize; 0]);
        assert!(render_sweep(&outcome, &[], Format::Png).is_ok());
    }
}

/// Effects of a line are its slope over the whole range, and do not vary.
#[test]
fn effects_of_a_linear_response_are_exact() {
    let shapes = vec![
        Shape::Sampled("%", 20.0, 80.0),
        Shape::Sampled("days", 0.0, 10.0),
    ];
    let mut outcome = Plan::new(Design::Morris { levels: 4 }, shapes, 6).outcome();
    for point in &mut outcome.points {
        let [Level::Number(a), Level::Number(b)] = point.levels[..] else {
            panic!("levels are numbers");
        };
        let shown = &mut point.found.as_mut().unwrap().shown[0];
        shown.at.value = 0.5 - 0.3 * (a - 20.0) / 60.0 + 0.1 * b / 10.0;
    }
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    let Influence::Effects(effects) = &view.influence else {
        panic!("Morris's method gives effects");
    };
    let near =
        |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found}, not {wanted}");
    assert_eq!(
        effects
            .iter()
            .map(|effect| (effect.track, effect.count))
            .collect::<Vec<_>>(),
        [(0, 6), (1, 6)]
    );
    near(effects[0].size, 30.0);
    near(effects[0].sd, 0.0);
    near(effects[1].size, 10.0);
    near(effects[1].se, 0.0);
}

/// In a grid the ends of a factor are means over all others.
#[test]
fn swings_are_conditional_means() {
    let mut outcome = grid(vec![approval(3), review(2), words(&["a", "b", "c"])]).outcome();
    for (i, point) in outcome.points.iter_mut().enumerate() {
        let (first, second, third) = (i / 6, i / 3 % 2, i % 3);
        let value = 0.1 * first as f64 + 0.02 * second as f64 + [0.0, 0.3, 0.1][third];
        point.found.as_mut().unwrap().shown[0].at.value = value;
    }
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    let Influence::Swings {
        reference, swings, ..
    } = &view.influence
    else {
        panic!("a grid gives swings");
    };
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    let found: Vec<_> = swings
        .iter()
        .map(|swing| {
            let ends = swing.ends.each_ref();
            let said = ends.map(|end| end.label.replace('\u{a0}', " "));
            (said.join(" to "), ends.map(|end| rounded(end.value)))
        })
        .collect();
    let expected = [
        ("a to b".to_owned(), [11.0, 41.0]),
        ("20 % to 80 %".to_owned(), [14.333333, 34.333333]),
        ("20 days to 120 days".to_owned(), [23.333333, 25.333333]),
    ];
    assert_eq!(found, expected);
    assert_eq!(reference.map(rounded), Some(24.333333));
}

/// A factor whose ends are alike moves the response between them.
#[test]
fn a_bent_response_is_not_overlooked() {
    let mut outcome = grid(vec![approval(5), review(2)]).outcome();
    for (i, point) in outcome.points.iter_mut().enumerate() {
        let hill = [0.1, 0.3, 0.4, 0.3, 0.1][i / 2];
        let found = point.found.as_mut().unwrap();
        found.shown[0].at.value = hill + 0.02 * (i % 2) as f64;
    }
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    let note = Kind::Tornado.note(&view).unwrap().replace('\u{a0}', " ");
    insta::assert_snapshot!(note, @"“Chance that a licence is granted” moves it most: between 11 % and 41 % of demand, not evenly from end to end. These are means over the points at a level.");
}

#[test]
fn an_axis_is_logarithmic_where_levels_are() {
    let ticks = |shape: Shape| {
        let outcome = grid(vec![shape]).outcome();
        let tracks = Track::varied(&outcome);
        let ticks = tracks[0].ticks(5).into_iter();
        let ticks = ticks.map(|(place, label)| format!("{label}@{place:.2}"));
        ticks.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        ticks(Shape::Numbers("t", vec![1.0, 10.0, 100.0])),
        "1@0.00 10@0.50 100@1.00"
    );
    assert_eq!(
        ticks(Shape::Numbers("t", vec![0.0, 50.0, 100.0])),
        "0@0.00 50@0.50 100@1.00"
    );
    assert_eq!(
        ticks(Shape::Numbers("", vec![2025.0, 2027.0])),
        "2025@0.00 2027@1.00"
    );
    assert_eq!(
        ticks(Shape::Numbers("", vec![0.1001, 0.1002])),
        "0.1001@0.00 0.1002@1.00"
    );
    assert_eq!(ticks(words(&["b", "a"])), "b@0.00 a@1.00");
    let many = (0..50)
        .map(|i| 10f64.powf(f64::from(i) / 49.0 * 5.0))
        .collect();
    assert_eq!(
        ticks(Shape::Numbers("t", many)),
        "1@0.00 10@0.20 100@0.40 1000@0.60 10,000@0.80 100,000@1.00"
    );
}

#[test]
fn what_the_scenario_says_itself_is_a_level() {
    let mut outcome = grid(vec![approval(3)]).outcome();
    outcome.points[1].levels[0] = Level::Base;
    let tracks = Track::varied(&outcome);
    let track = &tracks[0];
    let said: Vec<String> = (0..3).map(|level| track.said(level)).collect();
    assert_eq!(said, ["20\u{a0}%", "80\u{a0}%", "as it stands"]);
    assert!(track.is_words());
    // The numbers keep their ends, however the response goes.
    assert!(track.is_ranked());
    let Influence::Swings { swings, .. } =
        Influence::new(&outcome, &tracks, &[Some(3.0), Some(9.0), Some(1.0)])
    else {
        panic!("a grid has swings");
    };
    let ends = swings[0].ends.each_ref();
    assert_eq!(
        ends.map(|end| end.label.as_str()),
        ["20\u{a0}%", "80\u{a0}%"]
    );
    assert_eq!(ends.map(|end| end.value), [3.0, 1.0]);
    assert_eq!(swings[0].range, [1.0, 9.0]);
}

/// Writes every fixture to the directory named by `SHORTFALL_REPORTS`.
#[test]
#[ignore = "for looking at"]
fn draw_all() {
    let folder = std::env::var("SHORTFALL_REPORTS").unwrap();
    for (name, outcome) in cases() {
        for (picture, bytes) in render_sweep(&outcome, &curves(&outcome), Format::Png).unwrap() {
            let path = format!("{folder}/{name}/{picture}");
            std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

/// Each is told by the one factor in which it differs from the reference point.
#[test]
fn no_two_points_of_one_at_a_time_are_told_alike() {
    let outcome = case("alone");
    let tracks = Track::varied(&outcome);
    let view = View::new(&outcome, &tracks, (0, 0)).unwrap();
    let face = super::super::theme::HEAD;
    let told = (0..outcome.points.len())
        .map(|point| super::words::levels_in_lines(&view, point, (face, 1e4)).join("; "));
    let mut told: Vec<String> = told.collect();
    assert_eq!(told[0], "reference point");
    assert!(
        told[1..].iter().all(|point| !point.contains(',')),
        "{told:?}"
    );
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), all);
}
