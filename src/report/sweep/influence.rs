//! How much each factor moves a response.

use super::track::Track;
use crate::scenario::sweep::Design;
use crate::study::sweep::SweepOutcome;

/// Parts into which the points of a sampled factor are divided.
const PARTS: usize = 5;
/// Points that share a level, on average, for their mean to say something.
const SHARED: usize = 3;

/// How much each factor moves a response, the one that moves it most first.
pub(super) enum Influence {
    /// From where it is low to where it is high.
    Swings {
        /// What a response is compared to: at the reference point, or else the
        /// mean over all points.
        reference: Option<f64>,
        /// One a factor.
        swings: Vec<Swing>,
        /// Places of the tracks whose ends are fifths of the points.
        parts: Vec<usize>,
    },
    /// Elementary effects of Morris's method.
    Effects(Vec<Effect>),
}

/// What a response comes to at the low and at the high end of a factor; of
/// words, where it is least and where it is greatest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Swing {
    /// Place of the factor among those that are varied.
    pub(super) track: usize,
    /// At the low end, and at the high end.
    pub(super) ends: [End; 2],
    /// Least and greatest over all levels, the ends and those between.
    pub(super) range: [f64; 2],
}

/// A response at an end of a factor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    /// The level there: `≤ 31.9 %`.
    pub(super) label: String,
    /// The same with the factor's name.
    pub(super) named: String,
    /// The response, on average over the points there.
    pub(super) value: f64,
}

/// Elementary effects of a factor: by how much the response changes for the
/// whole range of the factor, as seen from each trajectory (Morris 1991;
/// Campolongo, Cariboni and Saltelli 2007).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Effect {
    /// Place of the factor among those that are varied.
    pub(super) track: usize,
    /// How many there are.
    pub(super) count: usize,
    /// Mean of their sizes, μ*.
    pub(super) size: f64,
    /// Its standard error; not a number for one effect.
    pub(super) se: f64,
    /// Their mean, μ.
    pub(super) mean: f64,
    /// Their standard deviation, σ; not a number for one effect.
    pub(super) sd: f64,
}

impl Swing {
    /// How far the response goes over all levels.
    pub(super) fn size(&self) -> f64 {
        self.range[1] - self.range[0]
    }

    /// Whether it goes notably further between the ends than from one to the
    /// other.
    pub(super) fn is_bent(&self) -> bool {
        let straight = (self.ends[1].value - self.ends[0].value).abs();
        self.size() > straight * 1.05
    }
}

impl Influence {
    /// What moves a response with these values at the points.
    pub(super) fn new(
        outcome: &SweepOutcome,
        tracks: &[Track<'_>],
        values: &[Option<f64>],
    ) -> Self {
        if let Design::Morris { levels } = outcome.outline.design {
            return Self::Effects(effects(
                tracks,
                values,
                (levels, outcome.outline.factors.len() + 1),
            ));
        }
        let alone = outcome.outline.design == Design::OneAtATime;
        let known: Vec<f64> = values.iter().copied().flatten().collect();
        let reference = match values.first() {
            Some(reference) if alone => *reference,
            _ => mean(&known),
        };
        let swing = |(at, track): (usize, &Track<'_>)| {
            let groups = match alone {
                true => groups_alone(tracks, at),
                false => groups(track),
            };
            swing(at, track, &groups, values)
        };
        let mut swings: Vec<Swing> = tracks.iter().enumerate().filter_map(swing).collect();
        swings.sort_by(|a, b| b.size().total_cmp(&a.size()));
        let parts = (0..tracks.len()).filter(|at| !alone && is_parted(&tracks[*at]));
        Self::Swings {
            reference,
            swings,
            parts: parts.collect(),
        }
    }

    /// Places of the tracks, the one that moves most first; those of which
    /// nothing is known are last.
    pub(super) fn order(&self) -> Vec<usize> {
        match self {
            Self::Swings { swings, .. } => swings.iter().map(|swing| swing.track).collect(),
            Self::Effects(effects) => effects.iter().map(|effect| effect.track).collect(),
        }
    }

    /// Places of the tracks that do not move it at all.
    pub(super) fn idle(&self) -> Vec<usize> {
        let places: Vec<(usize, f64)> = match self {
            Self::Swings { swings, .. } => swings.iter().map(|s| (s.track, s.size())).collect(),
            Self::Effects(effects) => effects.iter().map(|e| (e.track, e.size)).collect(),
        };
        // Means over points differ in their last digits for nothing.
        let least = self.most() * 1e-9;
        let idle = places.into_iter().filter(|(_, size)| *size <= least);
        idle.map(|(track, _)| track).collect()
    }

    /// Whether the ends of a track are fifths of the points, rather than levels.
    pub(super) fn by_parts(&self, track: usize) -> bool {
        matches!(self, Self::Swings { parts, .. } if parts.contains(&track))
    }

    /// How far the factor moves the response that moves it most.
    pub(super) fn most(&self) -> f64 {
        let most = match self {
            Self::Swings { swings, .. } => swings.first().map(Swing::size),
            Self::Effects(effects) => effects.first().map(|effect| effect.size),
        };
        most.unwrap_or(0.0)
    }
}

/// Points that share a level, or a part of a sample.
struct Group {
    label: String,
    points: Vec<usize>,
}

/// Whether levels have too few points each for their means to say something.
fn is_parted(track: &Track<'_>) -> bool {
    let many = track.of.len() >= SHARED * track.count();
    !(track.is_coarse() || (track.is_stepped() && many))
}

/// The points at each level; of numbers that are sampled or have few points
/// each, the lowest fifth of points, the next, and so on.
fn groups(track: &Track<'_>) -> Vec<Group> {
    let all = 0..track.of.len();
    if !is_parted(track) {
        let mut groups = named(track);
        all.for_each(|point| groups[track.of[point]].points.push(point));
        return groups;
    }
    let mut order: Vec<usize> = all.collect();
    order.sort_by_key(|&point| track.of[point]);
    let parts = (0..PARTS).map(|part| {
        let border = |part: usize| order.len() * part / PARTS;
        &order[border(part)..border(part + 1)]
    });
    let said = |sign: char, point: &usize| format!("{sign}\u{a0}{}", track.said(track.of[*point]));
    let group = |(part, points): (usize, &[usize])| Group {
        label: match part {
            0 => points.last().map(|point| said('≤', point)),
            _ => points.first().map(|point| said('≥', point)),
        }
        .unwrap_or_default(),
        points: points.to_vec(),
    };
    parts.enumerate().map(group).collect()
}

/// A group for each level, without points.
fn named(track: &Track<'_>) -> Vec<Group> {
    let group = |level| Group {
        label: track.said(level),
        points: Vec::new(),
    };
    (0..track.count()).map(group).collect()
}

/// The points at which no factor but one differs from the first point.
fn groups_alone(tracks: &[Track<'_>], at: usize) -> Vec<Group> {
    let Some(track) = tracks.get(at) else {
        return Vec::new();
    };
    let mut groups = named(track);
    for point in 0..track.of.len() {
        let others = tracks.iter().enumerate().filter(|(other, _)| *other != at);
        if others
            .into_iter()
            .all(|(_, other)| other.of[point] == other.of[0])
        {
            groups[track.of[point]].points.push(point);
        }
    }
    groups
}

/// From the lowest to the highest group with values; of words, from the least
/// to the greatest response.
fn swing(at: usize, track: &Track<'_>, groups: &[Group], values: &[Option<f64>]) -> Option<Swing> {
    let end = |(level, group): (usize, &Group)| {
        let found = group.points.iter().filter_map(|&point| *values.get(point)?);
        let end = End {
            label: group.label.clone(),
            named: format!("{}\u{a0}{}", track.name(), group.label),
            value: mean(&found.collect::<Vec<_>>())?,
        };
        Some((level, end))
    };
    let all: Vec<(usize, End)> = groups.iter().enumerate().filter_map(end).collect();
    let ends = || all.iter().map(|(_, end)| end);
    let by_value = |a: &&End, b: &&End| a.value.total_cmp(&b.value);
    let (least, most) = (ends().min_by(by_value)?, ends().max_by(by_value)?);
    // What the scenario says itself has no place among numbers.
    let ranked = all.iter().filter(|(level, _)| Some(*level) != track.base());
    let ranked: Vec<&End> = ranked.map(|(_, end)| end).collect();
    let pair = match (track.is_ranked(), ranked.as_slice()) {
        (true, [low, .., high]) => [*low, *high],
        (true, [only]) => [*only, *only],
        _ => [least, most],
    };
    Some(Swing {
        track: at,
        ends: pair.map(End::clone),
        range: [least.value, most.value],
    })
}

/// Elementary effects, trajectory by trajectory of so many points.
fn effects(
    tracks: &[Track<'_>],
    values: &[Option<f64>],
    (levels, length): (u32, usize),
) -> Vec<Effect> {
    let levels = f64::from(levels.max(2));
    // The share of its range by which a factor moves.
    let step = levels / (2.0 * (levels - 1.0));
    let mut found: Vec<Vec<f64>> = vec![Vec::new(); tracks.len()];
    let pairs = (0..values.len()).zip(1..values.len());
    for (before, after) in pairs.filter(|(_, after)| after % length != 0) {
        let moved = |track: &Track<'_>| track.of[before] != track.of[after];
        let moving = tracks.iter().position(moved);
        if let (Some(at), Some(from), Some(to)) = (moving, values[before], values[after]) {
            let up = tracks[at].of[after] > tracks[at].of[before];
            found[at].push((to - from) / if up { step } else { -step });
        }
    }
    let effects = found.iter().enumerate();
    let effects = effects.filter_map(|(track, found)| effect(track, found));
    let mut effects: Vec<Effect> = effects.collect();
    effects.sort_by(|a, b| b.size.total_cmp(&a.size));
    effects
}

fn effect(track: usize, found: &[f64]) -> Option<Effect> {
    let sizes: Vec<f64> = found.iter().map(|effect| effect.abs()).collect();
    Some(Effect {
        track,
        count: found.len(),
        size: mean(&sizes)?,
        se: deviation(&sizes) / (sizes.len() as f64).sqrt(),
        mean: mean(found)?,
        sd: deviation(found),
    })
}

fn mean(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    (!values.is_empty()).then(|| sum / values.len() as f64)
}

fn deviation(values: &[f64]) -> f64 {
    let Some(mean) = mean(values).filter(|_| values.len() > 1) else {
        return f64::NAN;
    };
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    (squares.sum::<f64>() / (values.len() - 1) as f64).sqrt()
}
