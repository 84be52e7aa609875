//! Sweeps to draw: smooth made-up responses, and the ends of what can happen.

use crate::scenario::sweep::{Design, Factor, Level};
use crate::stats::{Estimate, Point};
use crate::study::sweep::{
    Found, Outline, PointCurves, Response, Shown, Statistic, SweepFocus, SweepOutcome, SweepPoint,
    Tails,
};
use crate::study::{Metric, Side, Stamp};
use crate::units::{Date, PriceUnit};

/// What a factor looks like.
#[derive(Clone)]
pub(super) enum Shape {
    /// Numbers one by one, with their unit.
    Numbers(&'static str, Vec<f64>),
    /// Numbers sampled between two.
    Sampled(&'static str, f64, f64),
    /// The same on a logarithmic scale.
    SampledLog(&'static str, f64, f64),
    /// Days, so many apart from the first.
    Dates(Date, i64, usize),
    /// Words.
    Words(Vec<String>),
}

/// The response that pictures show first.
pub(super) const SHARE: Response = Response {
    metric: Metric::ShortfallShare,
    side: Side::Shocked,
    statistic: Statistic::Mean,
};

/// Names and titles of factors.
const FACTORS: [(&str, &str); 8] = [
    ("approval", "Chance that a licence is granted"),
    ("review", "Review of an application"),
    ("reserve-cover", "State reserve, days of use"),
    ("ramp", "Start of the Kuantan separation plant"),
    ("elasticity", "Elasticity of demand"),
    ("leakage", "Share that goes around"),
    ("substitution", "Use that can do without heavy rare earths"),
    ("freight", "Freight"),
];

pub(super) fn words(words: &[&str]) -> Shape {
    Shape::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

pub(super) fn steps(unit: &'static str, low: f64, high: f64, count: usize) -> Shape {
    let part = |i: usize| i as f64 / (count - 1) as f64;
    Shape::Numbers(
        unit,
        (0..count).map(|i| low + part(i) * (high - low)).collect(),
    )
}

fn level(shape: &Shape, part: f64) -> Level {
    let index = |count: usize| (part * (count - 1) as f64).round() as usize;
    match shape {
        Shape::Numbers(_, values) => Level::Number(values[index(values.len())]),
        Shape::Sampled(_, low, high) => Level::Number(low + part * (high - low)),
        Shape::SampledLog(_, low, high) => Level::Number(low * (high / low).powf(part)),
        Shape::Dates(first, apart, count) => {
            let days = apart * index(*count) as i64;
            let since = jiff::SignedDuration::from_hours(24 * days);
            Level::Date(first.saturating_add(since))
        }
        Shape::Words(words) => Level::Text(words[index(words.len())].clone()),
    }
}

fn count(shape: &Shape) -> usize {
    match shape {
        Shape::Numbers(_, values) => values.len(),
        Shape::Dates(_, _, count) => *count,
        Shape::Words(words) => words.len(),
        Shape::Sampled(..) | Shape::SampledLog(..) => 4,
    }
}

fn factor(shape: &Shape, (key, title): (&str, &str)) -> Factor {
    let unit = match shape {
        Shape::Numbers(unit, _) | Shape::Sampled(unit, ..) | Shape::SampledLog(unit, ..) => unit,
        Shape::Dates(..) | Shape::Words(_) => "",
    };
    let (levels, between) = match shape {
        Shape::Sampled(_, low, high) | Shape::SampledLog(_, low, high) => {
            (Vec::new(), Some((*low, *high)))
        }
        _ => {
            let last = (count(shape) - 1).max(1) as f64;
            let levels = (0..count(shape)).map(|i| level(shape, i as f64 / last));
            (levels.collect(), None)
        }
    };
    Factor {
        key: key.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
        paths: vec![format!("policies.licensing.{key}")],
        levels,
        between,
    }
}

/// Places of points in the unit cube, by design.
fn places(design: Design, shapes: &[Shape], points: usize) -> Vec<Vec<f64>> {
    let part = |i: usize, count: usize| i as f64 / (count - 1).max(1) as f64;
    let k = shapes.len();
    match design {
        Design::Grid => {
            let empty = vec![Vec::new()];
            shapes.iter().fold(empty, |points, shape| {
                let more = points.iter().flat_map(|point: &Vec<f64>| {
                    (0..count(shape)).map(|i| [&point[..], &[part(i, count(shape))]].concat())
                });
                more.collect()
            })
        }
        Design::Zip => (0..points).map(|i| vec![part(i, points); k]).collect(),
        Design::OneAtATime => {
            let middle = |shape: &Shape| part(count(shape) / 2, count(shape));
            let reference: Vec<f64> = shapes.iter().map(middle).collect();
            let mut all = vec![reference.clone()];
            for (f, shape) in shapes.iter().enumerate() {
                let others = (0..count(shape)).filter(|&i| i != count(shape) / 2);
                all.extend(others.map(|i| {
                    let mut point = reference.clone();
                    point[f] = part(i, count(shape));
                    point
                }));
            }
            all
        }
        Design::LatinHypercube | Design::Sobol => {
            // Stride by primes, which is a permutation of the strata.
            let primes = [1, 37, 59, 83, 101, 131, 151, 173];
            let stratum = |i: usize, f: usize| (i * primes[f % 8] + 17 * f) % points;
            let place = |i, f| (stratum(i, f) as f64 + 0.5) / points as f64;
            let point = |i| (0..k).map(|f| place(i, f)).collect();
            (0..points).map(point).collect()
        }
        Design::Morris { levels } => {
            let step = f64::from(levels) / (2.0 * f64::from(levels - 1));
            let mut all = Vec::new();
            for trajectory in 0..points {
                let start = |f: usize| part((trajectory + f) % 2, levels as usize);
                let mut point: Vec<f64> = (0..k).map(start).collect();
                all.push(point.clone());
                for i in 0..k {
                    point[(i + trajectory) % k] += step;
                    all.push(point.clone());
                }
            }
            all
        }
    }
}

/// A smooth response between 0 and 1 of a place: falls with the first factor,
/// rises with the second and every other one after, less and less.
fn surface(place: &[f64], focus: usize) -> f64 {
    let weight = |f: usize| 1.0 / (1.0 + ((f + focus) % place.len()) as f64).powf(1.3);
    let total: f64 = (0..place.len()).map(weight).sum();
    let sum = place.iter().enumerate().map(|(f, &x)| {
        let up = if f % 2 == 0 { 1.0 - x } else { x * x };
        weight(f) * up
    });
    let bend = place.iter().product::<f64>() * 0.2;
    (sum.sum::<f64>() / total + bend).clamp(0.0, 1.0)
}

fn shown(response: Response, height: f64) -> Shown {
    let (low, high) = match response.metric {
        Metric::ShortfallShare | Metric::PeakRate => (0.02, 0.31),
        Metric::PriceSpot | Metric::PricePaid => (58_000.0, 91_000.0),
        Metric::TimeToSurvive => (320.0, 45.0),
        Metric::ImportBill | Metric::ValueLost => (1.2e8, 9.4e9),
        _ => (120.0, 2_400_000.0),
    };
    let side = match response.side {
        Side::Shocked => height,
        Side::Baseline => 0.1 * height,
        Side::Difference => 0.9 * height - 0.1,
    };
    let mean = low + side * (high - low);
    let value = match response.statistic {
        Statistic::Any => side.clamp(0.0, 1.0),
        _ if response.metric == Metric::TimeToSurvive && height < 0.3 => f64::NAN,
        _ => mean,
    };
    let spread = 0.5 * mean.abs();
    Shown {
        at: Estimate {
            value,
            se: spread / 10.0,
        },
        p05: mean - 0.7 * spread,
        p50: mean - 0.1 * spread,
        p95: mean + 1.3 * spread,
    }
}

/// What a sweep looks like.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) design: Design,
    pub(super) shapes: Vec<Shape>,
    /// Points, or trajectories.
    pub(super) points: usize,
    pub(super) foci: usize,
    pub(super) responses: Vec<Response>,
}

impl Plan {
    pub(super) fn new(design: Design, shapes: Vec<Shape>, points: usize) -> Self {
        Self {
            design,
            shapes,
            points,
            foci: 1,
            responses: vec![SHARE],
        }
    }

    /// The outcome of the sweep.
    pub(super) fn outcome(&self) -> SweepOutcome {
        let names = |i: usize| FACTORS[i % FACTORS.len()];
        let factors = self.shapes.iter().enumerate();
        let factors = factors.map(|(i, shape)| {
            let mut factor = factor(shape, names(i));
            let sampled = matches!(self.design, Design::LatinHypercube | Design::Sobol);
            if sampled && matches!(shape, Shape::Dates(..)) {
                factor.levels.clear();
            }
            factor
        });
        let places = places(self.design, &self.shapes, self.points);
        let points: Vec<SweepPoint> = places.iter().map(|place| self.point(place)).collect();
        let outline = Outline {
            stamp: Stamp {
                scenario: "magnets-licences".to_owned(),
                hash: "51c07be6a8539f2c".to_owned(),
                seed: 20_250_404,
                trials: 500,
                version: "0.1.0".to_owned(),
            },
            title: "Approval and review of magnet licences".to_owned(),
            question: Some(
                "How much does it matter how many licences are granted, and how soon?".to_owned(),
            ),
            scenario: "China's rare-earth licences and the makers of motors".to_owned(),
            design: self.design,
            design_seed: None,
            filters: Vec::new(),
            dropped: 0,
            factors: factors.collect(),
            focus: (0..self.foci).map(focus).collect(),
            responses: self.responses.clone(),
            short_above: 0.0,
            horizon: 365.0,
            files: Vec::new(),
            points: points.iter().map(|point| point.levels.clone()).collect(),
        };
        SweepOutcome { outline, points }
    }

    fn point(&self, place: &[f64]) -> SweepPoint {
        let levels = self.shapes.iter().zip(place);
        let shown = (0..self.foci).flat_map(|focus| {
            let height = surface(place, focus);
            self.responses
                .iter()
                .map(move |response| shown(*response, height))
        });
        SweepPoint {
            levels: levels.map(|(shape, &part)| level(shape, part)).collect(),
            found: Ok(Found {
                completed: 500,
                failed: 0,
                shown: shown.collect(),
            }),
        }
    }
}

fn focus(i: usize) -> SweepFocus {
    let countries = [
        ("JP", "Japan"),
        ("US", "United States"),
        ("KR", "South Korea"),
    ];
    let goods = [
        ("ndfeb", "NdFeB magnets", "t"),
        ("lng", "liquefied natural gas", "t"),
        ("crude", "crude oil", "kb"),
        ("dytb", "Dy and Tb oxide", "t"),
    ];
    let (country, good) = (countries[i % 3], goods[i / 3 % 4]);
    SweepFocus {
        commodity: good.0.to_owned(),
        commodity_name: good.1.to_owned(),
        country: country.0.to_owned(),
        country_name: country.1.to_owned(),
        unit: good.2.to_owned(),
        price_unit: PriceUnit {
            name: "USD/kg".to_owned(),
            times: 0.001,
        },
    }
}

/// Curves that fit what was found: exponential above zero.
pub(super) fn curves(outcome: &SweepOutcome) -> Vec<PointCurves> {
    let tails = |point: usize, focus: usize| {
        let found = outcome.points[point].found.as_ref();
        let shown = found.unwrap().shown[focus * outcome.outline.responses.len()];
        let mean = shown.at.value.clamp(0.0, 0.5);
        let curve = |often: f64, mean: f64| {
            let points = (0..200).map(|i| {
                let x = (mean * f64::from(i) / 40.0).min(0.9);
                let exceeded = often * (-x / mean.max(1e-9)).exp();
                Point { x, exceeded }
            });
            points.collect()
        };
        Tails {
            shocked: curve((0.4 + 2.0 * mean).min(1.0), mean),
            baseline: curve(0.2, 0.1 * mean + 1e-3),
        }
    };
    let points = super::shown_points(outcome).into_iter();
    let curves = points.map(|point| PointCurves {
        point,
        focus: (0..outcome.outline.focus.len())
            .map(|focus| tails(point, focus))
            .collect(),
    });
    curves.collect()
}
