use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::ExportError;
use super::rows::{Measures, Row};
use crate::scenario::{DefaultUsed, Note};
use crate::stats::Estimate;
use crate::study::{Outcome, PolicyActivity};

/// `summary.json`: the stamp, one entry a row, then what went on around it.
///
/// Numbers are the shortest decimals that read back as the same `f64`; `null`
/// is an infinite time (never) or a number there was nothing to compute from.
/// [`Measures`] says what each field means.
///
/// # Errors
/// None that are known: writing to memory does not fail.
pub fn summary_json(outcome: &Outcome, rows: &[Row<'_>]) -> Result<Vec<u8>, ExportError> {
    let mut bytes = serde_json::to_vec_pretty(&Document::new(outcome, rows))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct Document<'a> {
    scenario: &'a str,
    hash: &'a str,
    seed: u64,
    trials: u64,
    version: &'a str,
    metrics: Vec<Entry<'a>>,
    title: &'a str,
    question: Option<&'a str>,
    start: String,
    horizon_days: f64,
    short_above: f64,
    trials_completed: usize,
    interrupted: bool,
    failures: Vec<FailedTrial<'a>>,
    policies: Vec<Policy<'a>>,
    notes: Vec<Remark<'a>>,
    defaults: Vec<Held<'a>>,
}

impl<'a> Document<'a> {
    fn new(outcome: &'a Outcome, rows: &'a [Row<'a>]) -> Self {
        let stamp = &outcome.stamp;
        Self {
            scenario: &stamp.scenario,
            hash: &stamp.hash,
            seed: stamp.seed,
            trials: stamp.trials,
            version: &stamp.version,
            metrics: rows.iter().map(Entry::new).collect(),
            title: &outcome.title,
            question: outcome.question.as_deref(),
            start: outcome.start.to_string(),
            horizon_days: outcome.horizon,
            short_above: outcome.short_above,
            trials_completed: outcome.completed(),
            interrupted: outcome.interrupted,
            failures: outcome.failures.iter().map(FailedTrial::new).collect(),
            policies: outcome.policies.iter().map(Policy::new).collect(),
            notes: outcome.basis.notes.iter().map(Remark::new).collect(),
            defaults: outcome.basis.defaults.iter().map(Held::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    commodity: &'a str,
    country: &'a str,
    metric: &'static str,
    unit: String,
    variant: &'static str,
    mean: f64,
    sd: f64,
    se: f64,
    p_any: f64,
    quantiles: Named,
    cvar: Named,
    p_any_se: f64,
    quantiles_se: Named,
    cvar_se: Named,
    values: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    share_never: Option<f64>,
}

impl<'a> Entry<'a> {
    fn new(row: &Row<'a>) -> Self {
        let Measures {
            quantiles, cvar, ..
        } = row.measures;
        let named_quantiles = |part| Named::new(&Measures::QUANTILES, &quantiles, part);
        let named_tails = |part| Named::new(&Measures::CVARS, &cvar, part);
        Self {
            commodity: &row.focus.commodity,
            country: &row.focus.country,
            metric: row.metric.name(),
            unit: row.metric.unit(&row.focus.unit),
            variant: row.side.name(),
            mean: row.measures.mean,
            sd: row.measures.sd,
            se: row.measures.se,
            p_any: row.measures.p_any.value,
            quantiles: named_quantiles(|estimate| estimate.value),
            cvar: named_tails(|estimate| estimate.value),
            p_any_se: row.measures.p_any.se,
            quantiles_se: named_quantiles(|estimate| estimate.se),
            cvar_se: named_tails(|estimate| estimate.se),
            values: row.measures.values,
            share_never: row.measures.share_never,
        }
    }
}

/// An object of numbers, in the order given.
struct Named(Vec<(&'static str, f64)>);

impl Named {
    fn new(names: &[&'static str], estimates: &[Estimate], part: fn(&Estimate) -> f64) -> Self {
        let numbers = estimates.iter().map(part);
        Self(names.iter().copied().zip(numbers).collect())
    }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, number) in &self.0 {
            map.serialize_entry(name, number)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct FailedTrial<'a> {
    trial: u64,
    reason: &'a str,
}

impl<'a> FailedTrial<'a> {
    fn new(failure: &'a crate::study::Failure) -> Self {
        Self {
            trial: failure.trial,
            reason: &failure.reason,
        }
    }
}

#[derive(Serialize)]
struct Policy<'a> {
    name: &'a str,
    title: &'a str,
    role: &'static str,
    strikes: &'a [bool],
    stopped: Vec<Stopped<'a>>,
}

#[derive(Serialize)]
struct Stopped<'a> {
    commodity: &'a str,
    unit: &'a str,
    mean: f64,
}

impl<'a> Policy<'a> {
    fn new(policy: &'a PolicyActivity) -> Self {
        let stopped = policy
            .stopped
            .iter()
            .map(|(commodity, unit, mean)| Stopped {
                commodity,
                unit,
                mean: *mean,
            });
        Self {
            name: &policy.name,
            title: &policy.title,
            role: if policy.shock { "shock" } else { "response" },
            strikes: &policy.strikes,
            stopped: stopped.collect(),
        }
    }
}

/// What the figures of a table rest on.
#[derive(Serialize)]
struct Remark<'a> {
    path: &'a str,
    subject: &'a str,
    figures: Vec<Figure<'a>>,
    source: Option<&'a str>,
    judgement: Option<&'a str>,
}

#[derive(Serialize)]
struct Figure<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> Remark<'a> {
    fn new(note: &'a Note) -> Self {
        let figures = note
            .figures
            .iter()
            .map(|(key, value)| Figure { key, value });
        Self {
            path: &note.path,
            subject: &note.subject,
            figures: figures.collect(),
            source: note.source.as_deref(),
            judgement: note.judgement.as_deref(),
        }
    }
}

/// A default that holds where tables are silent.
#[derive(Serialize)]
struct Held<'a> {
    path: &'a str,
    value: &'a str,
    tables: usize,
}

impl<'a> Held<'a> {
    fn new(used: &'a DefaultUsed) -> Self {
        Self {
            path: &used.path,
            value: &used.value,
            tables: used.tables,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{rows, sample};
    use serde_json::Value;

    fn document() -> Value {
        let outcome = sample::outcome();
        let bytes = summary_json(&outcome, &rows(&outcome)).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn entry(metric: &str, variant: &str) -> Value {
        let document = document();
        let mut entries = document["metrics"].as_array().unwrap().iter();
        let is_it = |entry: &&Value| entry["metric"] == metric && entry["variant"] == variant;
        entries.find(is_it).unwrap().clone()
    }

    #[test]
    fn the_stamp_comes_first() {
        let document = document();
        assert_eq!(document["scenario"], "magnets");
        assert_eq!(document["hash"], "3f2a");
        assert_eq!(document["seed"], 20_250_404);
        assert_eq!(document["trials"], 5);
        assert_eq!(document["trials_completed"], 4);
        assert_eq!(document["version"], "0.1.0");
        assert_eq!(document["start"], "2025-04-01");
        assert_eq!(document["failures"][0]["trial"], 2);
        assert_eq!(document["policies"][0]["stopped"][0]["mean"], 812.5);
    }

    #[test]
    fn what_figures_rest_on_comes_last() {
        let document = document();
        let note = &document["notes"][0];
        assert_eq!(note["path"], "demand.0");
        assert_eq!(note["subject"], "ndfeb-magnet JP");
        assert_eq!(note["figures"][0]["key"], "rate");
        assert_eq!(note["figures"][0]["value"], "14.5 kt/yr");
        assert_eq!(note["judgement"], "between two counts");
        assert!(note["source"].is_null());
        assert_eq!(document["defaults"][0]["value"], "10");
        assert_eq!(document["defaults"][0]["tables"], 1);
    }

    #[test]
    fn an_entry_has_the_promised_fields() {
        let entry = entry("shortfall", "shocked");
        for field in ["commodity", "country", "metric", "unit", "variant"] {
            assert!(entry[field].is_string(), "{field}");
        }
        for field in ["mean", "sd", "se", "p_any"] {
            assert!(entry[field].is_number(), "{field}");
        }
        for name in Measures::QUANTILES {
            assert!(entry["quantiles"][name].is_number(), "{name}");
        }
        for name in Measures::CVARS {
            assert!(entry["cvar"][name].is_number(), "{name}");
        }
        assert!(entry.get("share_never").is_none());
    }

    #[test]
    fn never_is_null() {
        let entry = entry("time_to_survive", "shocked");
        assert_eq!(entry["quantiles"]["p50"], 130.0);
        assert!(entry["quantiles"]["p99"].is_null());
        assert_eq!(entry["share_never"], 0.25);
    }
}
