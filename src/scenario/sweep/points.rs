//! The points of a sweep.

use super::factors::Varied;
use super::filters::{self, Filter};
use super::{Design, MOST_POINTS};
use crate::random::{latin_hypercube, morris, sobol};
use crate::scenario::problem::Problem;
use crate::scenario::source::Span;
use crate::scenario::table::Reader;

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
    let points = match design {
        Design::Grid => grid(varied, filters, sample, reader)?,
        Design::Zip => zip(varied, reader)?,
        Design::OneAtATime => one_at_a_time(varied),
        Design::LatinHypercube => {
            let cube = latin_hypercube(sample.points, varied.len(), sample.seed);
            picked(&cube, varied)
        }
        Design::Sobol => match sobol(sample.points, varied.len(), sample.seed) {
            Ok(cube) => picked(&cube, varied),
            Err(error) => {
                reader.report(Problem::new(sample.at, error.to_string()));
                return None;
            }
        },
        Design::Morris { levels } => {
            let cube = morris(
                sample.trajectories,
                levels as usize,
                varied.len(),
                sample.seed,
            );
            picked(&within(cube, levels, varied), varied)
        }
    };
    let all = points.len();
    let levels = |picks: &[Pick]| -> Vec<_> {
        let pairs = varied.iter().zip(picks);
        pairs.map(|(varied, pick)| varied.level(*pick)).collect()
    };
    let keep = |picks: &Vec<Pick>| filters::keep(filters, &levels(picks));
    let picks: Vec<Vec<Pick>> = points.into_iter().filter(keep).collect();
    if picks.is_empty() {
        reader.report(Problem::new(sample.at, "the filters leave no point"));
        return None;
    }
    if picks.len() > MOST_POINTS {
        too_many(picks.len() as u128, sample, reader);
        return None;
    }
    Some(Plan {
        dropped: all - picks.len(),
        picks,
    })
}

fn too_many(points: u128, sample: &Sample, reader: &mut Reader<'_>) {
    let said = format!("this sweep has {points} points");
    reader.report(Problem::new(sample.at, said).help(format!(
        "a sweep has at most {MOST_POINTS}: give fewer levels, or sample with lhs or sobol"
    )));
}

/// Every combination of levels; the last factor moves first.
fn grid(
    varied: &[Varied],
    filters: &[Filter],
    sample: &Sample,
    reader: &mut Reader<'_>,
) -> Option<Vec<Vec<Pick>>> {
    /// Combinations that are looked at, of which filters may keep a few.
    const LOOKED_AT: u128 = 10_000_000;
    let levels = varied.iter().map(|varied| varied.levels() as u128);
    let all = levels.fold(1_u128, u128::saturating_mul);
    let most = match filters.is_empty() {
        true => MOST_POINTS as u128,
        false => LOOKED_AT,
    };
    if all > most {
        too_many(all, sample, reader);
        return None;
    }
    let point = |number: usize| {
        let mut rest = number;
        let mut picks: Vec<Pick> = varied
            .iter()
            .rev()
            .map(|varied| {
                let level = rest % varied.levels();
                rest /= varied.levels();
                Pick::Level(level)
            })
            .collect();
        picks.reverse();
        picks
    };
    Some((0..all as usize).map(point).collect())
}

/// First levels together, then second ones.
fn zip(varied: &[Varied], reader: &mut Reader<'_>) -> Option<Vec<Vec<Pick>>> {
    let first = varied.first()?;
    for other in &varied[1..] {
        if other.levels() != first.levels() {
            let said = format!("{} levels cannot be zipped", other.levels());
            let label = format!("`{}` has {}", first.factor.key, first.levels());
            reader.report(Problem::new(other.at, said).also(first.at, label));
        }
    }
    if !reader.problems.is_empty() {
        return None;
    }
    let point = |level| vec![Pick::Level(level); varied.len()];
    Some((0..first.levels()).map(point).collect())
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

fn picked(cube: &[Vec<f64>], varied: &[Varied]) -> Vec<Vec<Pick>> {
    let point = |point: &Vec<f64>| {
        let pairs = varied.iter().zip(point);
        pairs.map(|(varied, u)| varied.pick(*u)).collect()
    };
    cube.iter().map(point).collect()
}

/// Levels of Morris's method, half a level inside where a law has no bounds.
fn within(mut cube: Vec<Vec<f64>>, levels: u32, varied: &[Varied]) -> Vec<Vec<f64>> {
    let margin = 0.5 / f64::from(levels);
    for point in &mut cube {
        for (u, varied) in point.iter_mut().zip(varied) {
            if varied.is_unbounded() {
                *u = u.clamp(margin, 1.0 - margin);
            }
        }
    }
    cube
}
