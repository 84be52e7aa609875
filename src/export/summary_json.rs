use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::ExportError;
use crate::scenario::{DefaultUsed, Note};
use crate::stats::Estimate;
use crate::study::{
    Basis, Failure, FocusOutcome, Measures, Outcome, PolicyActivity, Row, SellerPrice, Stamp, Step,
    Variant,
};
use crate::units::{Calendar, Date, PriceUnit};
use jiff::ToSpan;

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

/// The file; read back, it has no metrics, as they follow from the trials.
#[derive(Serialize, Deserialize)]
pub(super) struct Document<'a> {
    scenario: Cow<'a, str>,
    hash: Cow<'a, str>,
    seed: u64,
    trials: u64,
    version: Cow<'a, str>,
    #[serde(skip_deserializing)]
    metrics: Vec<Entry<'a>>,
    title: Cow<'a, str>,
    question: Option<Cow<'a, str>>,
    start: String,
    horizon_days: f64,
    months: Vec<String>,
    short_above: f64,
    trials_completed: u64,
    interrupted: bool,
    events: u64,
    failures: Vec<FailedTrial<'a>>,
    focus: Vec<Focus<'a>>,
    policies: Vec<Policy<'a>>,
    sellers: Vec<Seller<'a>>,
    parameters: Vec<Cow<'a, str>>,
    notes: Vec<Remark<'a>>,
    defaults: Vec<Held<'a>>,
    sources: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

impl<'a> Document<'a> {
    fn new(outcome: &'a Outcome, rows: &'a [Row<'a>]) -> Self {
        let (stamp, policies) = (&outcome.stamp, outcome.policies.iter());
        let cited = outcome.basis.sources.iter();
        Self {
            scenario: text(&stamp.scenario),
            hash: text(&stamp.hash),
            seed: stamp.seed,
            trials: stamp.trials,
            version: text(&stamp.version),
            metrics: rows.iter().map(Entry::new).collect(),
            title: text(&outcome.title),
            question: outcome.question.as_deref().map(text),
            start: outcome.start.to_string(),
            horizon_days: outcome.horizon,
            months: outcome.months.iter().map(Date::to_string).collect(),
            short_above: outcome.short_above,
            trials_completed: outcome.completed,
            interrupted: outcome.interrupted,
            events: outcome.events,
            failures: outcome.failures.iter().map(FailedTrial::new).collect(),
            focus: outcome.focus.iter().map(Focus::new).collect(),
            policies: policies
                .map(|policy| Policy::new(policy, outcome.start))
                .collect(),
            sellers: outcome.sellers.iter().map(Seller::new).collect(),
            parameters: outcome.parameters.iter().map(|path| text(path)).collect(),
            notes: outcome.basis.notes.iter().map(Remark::new).collect(),
            defaults: outcome.basis.defaults.iter().map(Held::new).collect(),
            sources: cited.map(|(key, said)| (text(key), text(said))).collect(),
        }
    }

    /// The outcome that was written, but for its fans.
    pub(super) fn outcome(self) -> Result<Outcome, String> {
        let months = self.months.iter().map(|month| date(month));
        let start = date(&self.start)?;
        let (policies, cited) = (self.policies.into_iter(), self.sources.into_iter());
        let policies = policies.map(|policy| policy.activity(start));
        Ok(Outcome {
            stamp: Stamp {
                scenario: self.scenario.into_owned(),
                hash: self.hash.into_owned(),
                seed: self.seed,
                trials: self.trials,
                version: self.version.into_owned(),
            },
            title: self.title.into_owned(),
            question: self.question.map(Cow::into_owned),
            start,
            horizon: self.horizon_days,
            months: months.collect::<Result<_, _>>()?,
            short_above: self.short_above,
            focus: self.focus.into_iter().map(Focus::outcome).collect(),
            policies: policies.collect::<Result<_, _>>()?,
            sellers: self.sellers.into_iter().map(Seller::price).collect(),
            completed: self.trials_completed,
            failures: self
                .failures
                .into_iter()
                .map(FailedTrial::failure)
                .collect(),
            parameters: self.parameters.into_iter().map(Cow::into_owned).collect(),
            events: self.events,
            interrupted: self.interrupted,
            basis: Basis {
                notes: self.notes.into_iter().map(Remark::note).collect(),
                defaults: self.defaults.into_iter().map(Held::default_used).collect(),
                sources: cited
                    .map(|(key, said)| (key.into_owned(), said.into_owned()))
                    .collect(),
            },
        })
    }
}

fn text(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`{text}` is no date"))
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

#[derive(Serialize, Deserialize)]
struct FailedTrial<'a> {
    trial: u64,
    reason: Cow<'a, str>,
}

impl<'a> FailedTrial<'a> {
    fn new(failure: &'a Failure) -> Self {
        Self {
            trial: failure.trial,
            reason: text(&failure.reason),
        }
    }

    fn failure(self) -> Failure {
        Failure {
            trial: self.trial,
            reason: self.reason.into_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Focus<'a> {
    commodity: Cow<'a, str>,
    commodity_name: Cow<'a, str>,
    country: Cow<'a, str>,
    country_name: Cow<'a, str>,
    unit: Cow<'a, str>,
    price: f64,
    price_unit: TellPrices<'a>,
    use_per_day: f64,
    /// Size of its state reserve, if it has one.
    reserve: Option<f64>,
    origins: Origins<'a>,
}

/// The unit in which prices are told, and what those of the files are multiplied by.
#[derive(Serialize, Deserialize)]
struct TellPrices<'a> {
    name: Cow<'a, str>,
    times: f64,
}

/// Mean arrivals by origin, largest first.
#[derive(Serialize, Deserialize)]
struct Origins<'a> {
    shocked: Vec<Origin<'a>>,
    baseline: Vec<Origin<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Origin<'a> {
    country: Cow<'a, str>,
    name: Cow<'a, str>,
    per_day: f64,
}

impl<'a> Focus<'a> {
    fn new(focus: &'a FocusOutcome) -> Self {
        Self {
            commodity: text(&focus.commodity),
            commodity_name: text(&focus.commodity_name),
            country: text(&focus.country),
            country_name: text(&focus.country_name),
            unit: text(&focus.unit),
            price: focus.price,
            price_unit: TellPrices {
                name: text(&focus.price_unit.name),
                times: focus.price_unit.times,
            },
            use_per_day: focus.use_per_day,
            reserve: focus.reserve,
            origins: Origins {
                shocked: Origin::of(&focus.shocked),
                baseline: Origin::of(&focus.baseline),
            },
        }
    }

    fn outcome(self) -> FocusOutcome {
        FocusOutcome {
            commodity: self.commodity.into_owned(),
            commodity_name: self.commodity_name.into_owned(),
            country: self.country.into_owned(),
            country_name: self.country_name.into_owned(),
            unit: self.unit.into_owned(),
            price: self.price,
            price_unit: PriceUnit {
                name: self.price_unit.name.into_owned(),
                times: self.price_unit.times,
            },
            use_per_day: self.use_per_day,
            reserve: self.reserve,
            shocked: Origin::variant(self.origins.shocked),
            baseline: Origin::variant(self.origins.baseline),
        }
    }
}

impl<'a> Origin<'a> {
    fn of(variant: &'a Variant) -> Vec<Self> {
        let origins = variant.origins.iter();
        let origin = |(country, name, per_day): &'a (String, String, f64)| Self {
            country: text(country),
            name: text(name),
            per_day: *per_day,
        };
        origins.map(origin).collect()
    }

    fn variant(origins: Vec<Self>) -> Variant {
        let origins = origins.into_iter();
        let origin = |o: Self| (o.country.into_owned(), o.name.into_owned(), o.per_day);
        Variant {
            origins: origins.map(origin).collect(),
            ..Variant::default()
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Policy<'a> {
    name: Cow<'a, str>,
    title: Cow<'a, str>,
    role: Role,
    /// Whether it can strike each focus.
    strikes: Vec<bool>,
    stopped: Vec<Volume<'a>>,
    leaked: Vec<Volume<'a>>,
    waiting: Vec<Volume<'a>>,
    queued: Vec<Volume<'a>>,
    /// In what share of trials it was at work, from when on.
    at_work: Vec<AtWork>,
}

#[derive(Serialize, Deserialize)]
struct AtWork {
    from: String,
    share: f64,
}

impl AtWork {
    fn new(step: &Step, start: Date) -> Self {
        let from = start.saturating_add(i64::from(step.day).days());
        Self {
            from: from.to_string(),
            share: step.share,
        }
    }

    fn step(&self, start: Date) -> Result<Step, String> {
        let days = Calendar::new(start).days_between(start, date(&self.from)?);
        let day = u32::try_from(days).map_err(|_| format!("{} is before the start", self.from))?;
        let share = self.share;
        Ok(Step { day, share })
    }
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    Shock,
    Response,
}

#[derive(Serialize, Deserialize)]
struct Volume<'a> {
    commodity: Cow<'a, str>,
    unit: Cow<'a, str>,
    mean: f64,
}

impl<'a> Policy<'a> {
    fn new(policy: &'a PolicyActivity, start: Date) -> Self {
        let steps = policy.active.iter();
        Self {
            name: text(&policy.name),
            title: text(&policy.title),
            role: if policy.shock {
                Role::Shock
            } else {
                Role::Response
            },
            strikes: policy.strikes.clone(),
            stopped: policy.stopped.iter().map(Volume::new).collect(),
            leaked: policy.leaked.iter().map(Volume::new).collect(),
            waiting: policy.waiting.iter().map(Volume::new).collect(),
            queued: policy.queued.iter().map(Volume::new).collect(),
            at_work: steps.map(|step| AtWork::new(step, start)).collect(),
        }
    }

    fn activity(self, start: Date) -> Result<PolicyActivity, String> {
        let volumes = |all: Vec<Volume<'_>>| all.into_iter().map(Volume::owned).collect();
        let steps = self.at_work.iter().map(|at_work| at_work.step(start));
        Ok(PolicyActivity {
            name: self.name.into_owned(),
            title: self.title.into_owned(),
            strikes: self.strikes,
            shock: self.role == Role::Shock,
            active: steps.collect::<Result<_, _>>()?,
            stopped: volumes(self.stopped),
            leaked: volumes(self.leaked),
            waiting: volumes(self.waiting),
            queued: volumes(self.queued),
        })
    }
}

impl<'a> Volume<'a> {
    fn new((commodity, unit, mean): &'a (String, String, f64)) -> Self {
        Self {
            commodity: text(commodity),
            unit: text(unit),
            mean: *mean,
        }
    }

    fn owned(self) -> (String, String, f64) {
        (
            self.commodity.into_owned(),
            self.unit.into_owned(),
            self.mean,
        )
    }
}

/// What a seller gets under sanctions.
#[derive(Serialize, Deserialize)]
struct Seller<'a> {
    commodity: Cow<'a, str>,
    country: Cow<'a, str>,
    company: Cow<'a, str>,
    price: Deviation,
}

/// From the reference price, as a share of it.
#[derive(Serialize, Deserialize)]
struct Deviation {
    mean: f64,
    se: f64,
}

impl<'a> Seller<'a> {
    fn new(seller: &'a SellerPrice) -> Self {
        Self {
            commodity: text(&seller.commodity),
            country: text(&seller.country),
            company: text(&seller.company),
            price: Deviation {
                mean: seller.mean,
                se: seller.se,
            },
        }
    }

    fn price(self) -> SellerPrice {
        SellerPrice {
            commodity: self.commodity.into_owned(),
            country: self.country.into_owned(),
            company: self.company.into_owned(),
            mean: self.price.mean,
            se: self.price.se,
        }
    }
}

/// What the figures of a table rest on.
#[derive(Serialize, Deserialize)]
struct Remark<'a> {
    path: Cow<'a, str>,
    subject: Cow<'a, str>,
    figures: Vec<Figure<'a>>,
    source: Option<Cow<'a, str>>,
    judgement: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct Figure<'a> {
    key: Cow<'a, str>,
    value: Cow<'a, str>,
}

impl<'a> Remark<'a> {
    fn new(note: &'a Note) -> Self {
        let figures = note.figures.iter();
        let figures = figures.map(|(key, value)| Figure {
            key: text(key),
            value: text(value),
        });
        Self {
            path: text(&note.path),
            subject: text(&note.subject),
            figures: figures.collect(),
            source: note.source.as_deref().map(text),
            judgement: note.judgement.as_deref().map(text),
        }
    }

    fn note(self) -> Note {
        let figures = self.figures.into_iter();
        let figures = figures.map(|figure| (figure.key.into_owned(), figure.value.into_owned()));
        Note {
            path: self.path.into_owned(),
            subject: self.subject.into_owned(),
            figures: figures.collect(),
            source: self.source.map(Cow::into_owned),
            judgement: self.judgement.map(Cow::into_owned),
        }
    }
}

/// A default that holds where tables are silent.
#[derive(Serialize, Deserialize)]
struct Held<'a> {
    path: Cow<'a, str>,
    value: Cow<'a, str>,
    tables: usize,
}

impl<'a> Held<'a> {
    fn new(used: &'a DefaultUsed) -> Self {
        Self {
            path: text(&used.path),
            value: text(&used.value),
            tables: used.tables,
        }
    }

    fn default_used(self) -> DefaultUsed {
        DefaultUsed {
            path: self.path.into_owned(),
            value: self.value.into_owned(),
            tables: self.tables,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{rows, sample};
    use serde_json::Value;

    fn document() -> Value {
        let outcome = sample::outcome();
        let rows = rows(&outcome, &sample::columns()).unwrap();
        let bytes = summary_json(&outcome, &rows).unwrap();
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
