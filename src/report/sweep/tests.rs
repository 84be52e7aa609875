use super::fixture::{Plan, SHARE, Shape, curves, steps, words};
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
    for factor in &mut outcome.factors {
        factor.title = "Share of applications for export licences that the ministry grants within the legal term".to_owned();
        factor.key = "share-of-applications-granted".to_owned();
    }
    outcome.title = "Approval and review of licences for magnets, oxides and alloys in the years of the truce and after".to_owned();
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
