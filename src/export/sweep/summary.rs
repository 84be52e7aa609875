//! `summary.json` of a sweep.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::export::ExportError;
use crate::scenario::sweep::{Design, Factor, Level};
use crate::study::sweep::{Found, Response, Shown, SourceFile, SweepFocus, SweepOutcome};

/// `summary.json` of a sweep: the stamp, what was varied and how, and what was
/// found at each point.
///
/// Numbers are the shortest decimals that read back as the same `f64`; `null` is
/// an infinite time (never), a number there was nothing to compute from, or a
/// level that is the scenario's own.
///
/// # Errors
/// None that are known: writing to memory does not fail.
pub fn sweep_json(outcome: &SweepOutcome) -> Result<Vec<u8>, ExportError> {
    let mut bytes = serde_json::to_vec_pretty(&Document::new(outcome))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct Document<'a> {
    sweep: &'a str,
    hash: &'a str,
    seed: u64,
    trials: u64,
    version: &'a str,
    title: &'a str,
    question: Option<&'a str>,
    scenario: &'a str,
    files: Vec<File<'a>>,
    design: &'a str,
    levels: Option<u32>,
    design_seed: Option<u64>,
    filters: &'a [String],
    points_filtered_out: usize,
    short_above: f64,
    factors: Vec<Varied<'a>>,
    focus: Vec<Focus<'a>>,
    responses: Vec<Told>,
    points_failed: usize,
    trials_failed: u64,
    points: Vec<Point<'a>>,
}

impl<'a> Document<'a> {
    fn new(outcome: &'a SweepOutcome) -> Self {
        let stamp = &outcome.outline.stamp;
        let found = || {
            outcome
                .points
                .iter()
                .filter_map(|point| point.found.as_ref().ok())
        };
        let points = outcome.points.iter().enumerate();
        Self {
            sweep: &stamp.scenario,
            hash: &stamp.hash,
            seed: stamp.seed,
            trials: stamp.trials,
            version: &stamp.version,
            title: &outcome.outline.title,
            question: outcome.outline.question.as_deref(),
            scenario: &outcome.outline.scenario,
            files: outcome.outline.files.iter().map(File::new).collect(),
            design: outcome.outline.design.name(),
            levels: match outcome.outline.design {
                Design::Morris { levels } => Some(levels),
                _ => None,
            },
            design_seed: outcome.outline.design_seed,
            filters: &outcome.outline.filters,
            points_filtered_out: outcome.outline.dropped,
            short_above: outcome.outline.short_above,
            factors: outcome.outline.factors.iter().map(Varied::new).collect(),
            focus: outcome.outline.focus.iter().map(Focus::new).collect(),
            responses: outcome.outline.responses.iter().map(Told::new).collect(),
            points_failed: outcome.points.len() - found().count(),
            trials_failed: found().map(|found| found.failed).sum(),
            points: points
                .map(|(index, _)| Point::new(index, outcome))
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    hash: &'a str,
}

impl<'a> File<'a> {
    /// Without the folder it was in, which differs from machine to machine.
    fn new(file: &'a SourceFile) -> Self {
        let name = file.name.rsplit(['/', '\\']).next();
        Self {
            name: name.unwrap_or(&file.name),
            hash: &file.hash,
        }
    }
}

#[derive(Serialize)]
struct Varied<'a> {
    key: &'a str,
    title: &'a str,
    unit: &'a str,
    paths: &'a [String],
}

impl<'a> Varied<'a> {
    fn new(factor: &'a Factor) -> Self {
        Self {
            key: &factor.key,
            title: &factor.title,
            unit: &factor.unit,
            paths: &factor.paths,
        }
    }
}

#[derive(Serialize)]
struct Focus<'a> {
    commodity: &'a str,
    commodity_name: &'a str,
    country: &'a str,
    country_name: &'a str,
    unit: &'a str,
}

impl<'a> Focus<'a> {
    fn new(focus: &'a SweepFocus) -> Self {
        Self {
            commodity: &focus.commodity,
            commodity_name: &focus.commodity_name,
            country: &focus.country,
            country_name: &focus.country_name,
            unit: &focus.unit,
        }
    }
}

#[derive(Serialize)]
struct Told {
    metric: &'static str,
    variant: &'static str,
    statistic: &'static str,
}

impl Told {
    const fn new(response: &Response) -> Self {
        Self {
            metric: response.metric.name(),
            variant: response.side.name(),
            statistic: response.statistic.name(),
        }
    }
}

#[derive(Serialize)]
struct Point<'a> {
    point: usize,
    levels: Levels<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials_completed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials_failed: Option<u64>,
    responses: Vec<Value<'a>>,
}

impl<'a> Point<'a> {
    fn new(index: usize, outcome: &'a SweepOutcome) -> Self {
        let point = &outcome.points[index];
        let found = point.found.as_ref();
        Self {
            point: index,
            levels: Levels(&outcome.outline.factors, &point.levels),
            error: found.err().map(String::as_str),
            trials_completed: found.ok().map(|found| found.completed),
            trials_failed: found.ok().map(|found| found.failed),
            responses: found.map_or_else(|_| Vec::new(), |found| values(outcome, found)),
        }
    }
}

fn values<'a>(outcome: &'a SweepOutcome, found: &Found) -> Vec<Value<'a>> {
    let subjects = outcome.outline.focus.iter().flat_map(|focus| {
        outcome
            .outline
            .responses
            .iter()
            .map(move |response| (focus, response))
    });
    let pairs = subjects.zip(&found.shown);
    pairs
        .map(|((focus, response), shown)| Value::new(focus, response, shown))
        .collect()
}

/// The levels of a point by the keys of their factors.
struct Levels<'a>(&'a [Factor], &'a [Level]);

impl Serialize for Levels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (factor, level) in self.0.iter().zip(self.1) {
            match level {
                Level::Number(number) => map.serialize_entry(&factor.key, number)?,
                Level::Date(date) => map.serialize_entry(&factor.key, &date.to_string())?,
                Level::Text(text) => map.serialize_entry(&factor.key, text)?,
                Level::Base => map.serialize_entry(&factor.key, &None::<f64>)?,
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Value<'a> {
    commodity: &'a str,
    country: &'a str,
    metric: &'static str,
    variant: &'static str,
    statistic: &'static str,
    value: Option<f64>,
    se: Option<f64>,
    p05: Option<f64>,
    p50: Option<f64>,
    p95: Option<f64>,
}

impl<'a> Value<'a> {
    fn new(focus: &'a SweepFocus, response: &Response, shown: &Shown) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            commodity: &focus.commodity,
            country: &focus.country,
            metric: response.metric.name(),
            variant: response.side.name(),
            statistic: response.statistic.name(),
            value: finite(shown.at.value),
            se: finite(shown.at.se),
            p05: finite(shown.p05),
            p50: finite(shown.p50),
            p95: finite(shown.p95),
        }
    }
}
