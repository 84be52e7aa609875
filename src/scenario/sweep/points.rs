//! The points of a sweep.

use super::filters::Filter;
use super::levels::Varied;
use super::{Design, MOST_POINTS};
use crate::random::{latin_hypercube, morris, sobol};
use crate::scenario::problem::Problem;
use crate::scenario::source::Span;
use crate::scenario::table::Reader;

/// Most combinations of levels of which filters may choose.
const MOST_COMBINATIONS: usize = 10_000_000;

/// What a factor is set to at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pick {
    /// One of its levels.
    Level(usize),
    /// What it is at a reference point.
    Reference,
    /// What it is given a number between 0 and 1.
    Sampled(f64),
}

/// How points are sampled.
pub(super) struct Sample {
    pub points: usize,
    pub trajectories: usize,
    pub seed: u64,
    /// Where the design stands.
    pub at: Span,
}

/// The points, and how many filters took away.
pub(super) struct Plan {
    pub picks: Vec<Vec<Pick>>,
    pub dropped: usize,
}

/// Puts the points of a design together; nothing, if there is a problem.
pub(super) fn plan(
    design: Design,
    varied: &[Varied],
    filters: &[Filter],
    sample: &Sample,
    reader: &mut Reader<'_>,
) -> Option<Plan> {
    match design {
        Design::Grid => grid(varied, filters, sample, reader),
        Design::Zip => {
            let levels = zipped(varied, reader)?;
            let point = |level| vec![Pick::Level(level); varied.len()];
            kept((0..levels).map(point), varied, filters, sample, reader)
        }
        Design::OneAtATime => {
            let points = one_at_a_time(varied);
            keep_reference(&points, varied, filters, reader)?;
            kept(points.into_iter(), varied, filters, sample, reader)
        }
        Design::LatinHypercube => {
            let cube = latin_hypercube(sample.points, varied.len(), sample.seed);
            kept(picked(cube, varied), varied, filters, sample, reader)
        }
        Design::Sobol => match sobol(sample.points, varied.len(), sample.seed) {
            Ok(cube) => kept(picked(cube, varied), varied, filters, sample, reader),
            Err(error) => {
                reader.report(Problem::new(sample.at, error.to_string()));
                None
            }
        },
        Design::Morris { levels } => {
            let points = sample.trajectories.saturating_mul(varied.len() + 1);
            if points > MOST_POINTS {
                let help = "give fewer trajectories, or fewer factors";
                reader.report(too_many(points, sample).help(help));
                return None;
            }
            let (number, levels) = (sample.trajectories, levels as usize);
            let mut cube = morris(number, levels, varied.len(), sample.seed);
            move_inside(&mut cube, levels, varied);
            kept(picked(cube, varied), varied, filters, sample, reader)
        }
    }
}

/// The points that all filters keep.
fn kept(
    points: impl Iterator<Item = Vec<Pick>>,
    varied: &[Varied],
    filters: &[Filter],
    sample: &Sample,
    reader: &mut Reader<'_>,
) -> Option<Plan> {
    let (mut all, mut kept, mut picks) = (0, 0, Vec::new());
    let mut alone = vec![0_usize; filters.len()];
    for point in points {
        all += 1;
        let mut is_kept = true;
        for (filter, alone) in filters.iter().zip(&mut alone) {
            match holds(filter, &point, varied) {
                true => *alone += 1,
                false => is_kept = false,
            }
        }
        if is_kept {
            kept += 1;
            if kept <= MOST_POINTS {
                picks.push(point);
            }
        }
    }
    if kept > MOST_POINTS {
        let help = "give fewer levels or narrower filters, or sample with lhs or sobol";
        reader.report(too_many(kept, sample).help(help));
        return None;
    }
    if kept == 0 && !filters.is_empty() {
        reader.problems.extend(none_left(all, filters, &alone));
        return None;
    }
    let dropped = all - kept;
    Some(Plan { picks, dropped })
}

/// That filters leave no point: each that alone leaves none; if there is no such,
/// how many each leaves.
fn none_left(all: usize, filters: &[Filter], alone: &[usize]) -> Vec<Problem> {
    let each = || filters.iter().zip(alone);
    let empty = each().filter(|(_, left)| **left == 0).map(|(filter, _)| {
        let said = format!("this filter holds at none of {all} points");
        Problem::new(filter.at, said).help("widen it, or what its factors range over")
    });
    let empty: Vec<Problem> = empty.collect();
    let Some(first) = filters.first().filter(|_| empty.is_empty()) else {
        return empty;
    };
    let said = format!("the filters leave none of {all} points");
    let together = each().fold(Problem::new(first.at, said), |problem, (filter, left)| {
        problem.also(filter.at, format!("this one holds at {left}"))
    });
    vec![together]
}

fn holds(filter: &Filter, point: &[Pick], varied: &[Varied]) -> bool {
    filter.holds(|factor| varied[factor].level(point[factor]))
}

fn too_many(points: usize, sample: &Sample) -> Problem {
    let said = format!("this sweep has {points} points, of at most {MOST_POINTS}");
    Problem::new(sample.at, said)
}

/// Every combination of levels; the last factor moves first.
fn grid(
    varied: &[Varied],
    filters: &[Filter],
    sample: &Sample,
    reader: &mut Reader<'_>,
) -> Option<Plan> {
    let levels = varied.iter().map(Varied::levels);
    let all = levels.fold(1, usize::saturating_mul);
    if filters.is_empty() && all > MOST_POINTS {
        let help = "give fewer levels, or filters, or sample with lhs or sobol";
        reader.report(too_many(all, sample).help(help));
        return None;
    }
    if all > MOST_COMBINATIONS {
        let said = format!("these levels can be combined in {all} ways");
        let help = format!("filters choose of at most {MOST_COMBINATIONS}: give fewer levels");
        reader.report(Problem::new(sample.at, said).help(help));
        return None;
    }
    let point = |number: usize| {
        let mut rest = number;
        let pick = |varied: &Varied| {
            let level = rest % varied.levels();
            rest /= varied.levels();
            Pick::Level(level)
        };
        let mut picks: Vec<Pick> = varied.iter().rev().map(pick).collect();
        picks.reverse();
        picks
    };
    kept((0..all).map(point), varied, filters, sample, reader)
}

/// How many levels all factors have.
fn zipped(varied: &[Varied], reader: &mut Reader<'_>) -> Option<usize> {
    let (first, others) = varied.split_first()?;
    let other = |varied: &&Varied| varied.levels() != first.levels();
    let odd: Vec<&Varied> = others.iter().filter(other).collect();
    for varied in &odd {
        let said = format!("{} levels cannot be zipped", varied.levels());
        let label = format!("`{}` has {}", first.factor.key, first.levels());
        reader.report(Problem::new(varied.at, said).also(first.at, label));
    }
    odd.is_empty().then(|| first.levels())
}

/// A reference point, then every other level of each factor alone.
fn one_at_a_time(varied: &[Varied]) -> Vec<Vec<Pick>> {
    let reference = vec![Pick::Reference; varied.len()];
    let mut points = vec![reference.clone()];
    for (factor, varied) in varied.iter().enumerate() {
        for level in 0..varied.levels() {
            if varied.level(Pick::Level(level)) != varied.level(Pick::Reference) {
                let mut point = reference.clone();
                point[factor] = Pick::Level(level);
                points.push(point);
            }
        }
    }
    points
}

/// Makes sure that no filter takes the reference point away.
fn keep_reference(
    points: &[Vec<Pick>],
    varied: &[Varied],
    filters: &[Filter],
    reader: &mut Reader<'_>,
) -> Option<()> {
    let point = points.first()?;
    let mut filters = filters.iter();
    let Some(without) = filters.find(|filter| !holds(filter, point, varied)) else {
        return Some(());
    };
    let problem = Problem::new(without.at, "this filter takes the reference point away");
    reader.report(problem.help("the other points of one-at-a-time are compared with it"));
    None
}

/// What the points of the unit cube pick.
fn picked(cube: Vec<Vec<f64>>, varied: &[Varied]) -> impl Iterator<Item = Vec<Pick>> {
    let point = |point: Vec<f64>| {
        let pairs = varied.iter().zip(point);
        pairs.map(|(varied, u)| varied.pick(u)).collect()
    };
    cube.into_iter().map(point)
}

/// Moves the ends of Morris's levels half a level inside where a law has no bounds.
fn move_inside(cube: &mut [Vec<f64>], levels: usize, varied: &[Varied]) {
    let margin = 0.5 / levels as f64;
    for point in cube {
        for (u, varied) in point.iter_mut().zip(varied) {
            if varied.is_unbounded() {
                *u = u.clamp(margin, 1.0 - margin);
            }
        }
    }
}
