use super::words::Words;
use super::{Row, Traced};
use crate::engine::{METRICS, Record, Variant};
use crate::export::number::{percent, plain};
use crate::network::Parameter;
use crate::random::Law;
use crate::study::Metric;

/// The numbers drawn for the trial, each with its place in its law.
pub(super) fn draws(traced: &Traced<'_>) -> Vec<Row> {
    let parameters = &traced.model.network.parameters;
    let drawn = parameters.iter().zip(traced.drawn);
    drawn.map(|(p, value)| draw(traced, p, *value)).collect()
}

fn draw(traced: &Traced<'_>, parameter: &Parameter, value: f64) -> Row {
    let Parameter { path, law, .. } = parameter;
    let unit = traced.scenario.units.get(path).cloned().unwrap_or_default();
    let place = place(law, value, &unit);
    Row {
        kind: "drawn",
        subject: "drawn".to_owned(),
        text: format!("{path} = {}{place}", measured(value, &unit)),
        value: Some((value, unit)),
        ..Row::default()
    }
}

/// `9.5 days`; a share in percent.
fn measured(value: f64, unit: &str) -> String {
    match unit {
        "share" => percent(value),
        "" => plain(value),
        _ => format!("{} {unit}", plain(value)),
    }
}

/// ` (p93, mean 51 %)`.
fn place(law: &Law, value: f64, unit: &str) -> String {
    let mean = measured(law.mean(), unit);
    match rank(law, value) {
        Some(rank) => format!(" (p{:.0}, mean {mean})", 100.0 * rank),
        None => format!(" (mean {mean})"),
    }
}

/// The probability of no more than `value`, by bisection of the quantile
/// function; of a law with jumps there is none.
fn rank(law: &Law, value: f64) -> Option<f64> {
    if has_jumps(law) {
        return None;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..20 {
        let middle = 0.5 * (low + high);
        if law.quantile(middle) < value {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(low)
}

fn has_jumps(law: &Law) -> bool {
    match law {
        Law::Scaled { law, .. } => has_jumps(law),
        Law::Constant(_)
        | Law::Geometric { .. }
        | Law::Bernoulli { .. }
        | Law::Discrete { .. }
        | Law::Empirical { .. } => true,
        _ => false,
    }
}

/// The metrics of each focus at the end, beside those of the other variant.
pub(super) fn results(traced: &Traced<'_>, words: &Words<'_>) -> Vec<Row> {
    let Some(record) = traced.record else {
        return Vec::new();
    };
    let foci = traced.model.network.focus.iter().enumerate();
    let rows = foci.flat_map(|(focus, buyer)| {
        Metric::ALL.map(|metric| result(traced, words, record, (focus, *buyer as usize), metric))
    });
    rows.collect()
}

fn result(
    traced: &Traced<'_>,
    words: &Words<'_>,
    record: &Record,
    (focus, buyer): (usize, usize),
    metric: Metric,
) -> Row {
    let row = words.at_buyer(buyer);
    let market = row.market.unwrap_or_default();
    let (times, unit) = match metric {
        Metric::PricePaid | Metric::PriceSpot => words.told_price(market, 1.0),
        _ => (1.0, metric.unit(words.unit(market))),
    };
    let of = |record: &Record| times * record.metrics[focus * METRICS + metric as usize];
    let value = of(record);
    let other = traced.other.map_or(String::new(), |other| {
        format!(
            "; {} {}",
            other_name(traced.variant),
            shown(metric, of(other), &unit)
        )
    });
    Row {
        at: traced.model.network.horizon,
        kind: metric.name(),
        text: format!("{} {}{other}", metric.name(), shown(metric, value, &unit)),
        value: Some((value, unit)),
        ..row
    }
}

fn other_name(variant: Variant) -> &'static str {
    match variant {
        Variant::Shocked => "baseline",
        Variant::Baseline => "shocked",
    }
}

fn shown(metric: Metric, value: f64, unit: &str) -> String {
    match metric {
        Metric::TimeToSurvive if value.is_infinite() => "never".to_owned(),
        _ => measured(value, unit),
    }
}
