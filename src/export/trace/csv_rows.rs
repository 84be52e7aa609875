use super::{Detail, Row, Traced, rows};
use crate::engine::Variant;
use crate::export::ExportError;
use crate::export::summary_csv::cell;

const HEADER: [&str; 16] = [
    "trial",
    "variant",
    "date",
    "day",
    "kind",
    "subject",
    "commodity",
    "from",
    "to",
    "policy",
    "volume",
    "unit",
    "value",
    "value_unit",
    "cover",
    "text",
];

/// What [`trace_log`](super::trace_log) tells, as CSV: a header, then one row a
/// line.
///
/// # Errors
/// None that are known: writing to memory does not fail.
pub fn trace_csv(traced: &Traced<'_>, detail: &Detail) -> Result<Vec<u8>, ExportError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(HEADER)?;
    for row in rows(traced, detail) {
        table.write_record(record(traced, &row))?;
    }
    let bytes = table.into_inner();
    bytes.map_err(|failed| csv::Error::from(failed.into_error()).into())
}

fn record(traced: &Traced<'_>, row: &Row) -> [String; HEADER.len()] {
    let n = &traced.model.network;
    let country = |c: Option<usize>| c.map_or("", |c| n.countries[c].0.as_str()).to_owned();
    let market = row.market.map(|m| &n.markets[m]);
    let policy = row.policy.map(|p| traced.model.policies[p].name.clone());
    let number = |value: Option<f64>| value.map_or_else(String::new, cell);
    let (value, unit) = row.value.clone().unzip();
    [
        traced.trial.to_string(),
        variant(traced.variant).to_owned(),
        n.calendar.date_of(row.at).to_string(),
        cell(row.at.days()),
        row.kind.to_owned(),
        row.subject.clone(),
        market.map_or("", |m| &m.key).to_owned(),
        country(row.from),
        country(row.to),
        policy.unwrap_or_default(),
        number(row.volume),
        row.volume.and(market).map_or("", |m| &m.unit).to_owned(),
        number(value),
        unit.unwrap_or_default(),
        number(row.cover),
        row.text.clone(),
    ]
}

fn variant(variant: Variant) -> &'static str {
    match variant {
        Variant::Shocked => "shocked",
        Variant::Baseline => "baseline",
    }
}
