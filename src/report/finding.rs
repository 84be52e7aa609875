//! The finding in words.

use super::column::Column;
use super::number::{percent, quantity, relative};
use super::trials::{Focus, Trials};
use crate::study::{Metric, Outcome};

/// One or two sentences that say how likely a country is to be short of a
/// commodity, by how much, and how that compares to the baseline.
#[must_use]
pub fn finding(outcome: &Outcome, focus: &Focus<'_>) -> String {
    let (country, commodity) = (with_article(&focus.country_name), &focus.commodity_name);
    let trials = focus.with.column(Metric::Shortfall).len();
    let short = share_short(&focus.with, outcome.short_above);
    if trials == 0 {
        return format!("No trial was finished for {country} and {commodity}.");
    }
    if short <= 0.0 {
        return format!(
            "In no trial is {country} short of {commodity}{}.",
            bar(outcome)
        );
    }
    let often = often(short, trials);
    let size = size(focus, trials);
    let before = comparison(share_short(&focus.without, outcome.short_above), short);
    let (cause, added) = (cause(focus), added(outcome, focus));
    format!("{often} {country} is short of {commodity}{size}.{cause} {before}{added}")
}

/// What the shocks add, where the baseline has a shortfall of its own.
fn added(outcome: &Outcome, focus: &Focus<'_>) -> String {
    let mean = |variant: &Trials| Column::new(variant.column(Metric::Shortfall)).mean();
    let added = mean(&focus.with) - mean(&focus.without);
    if share_short(&focus.without, outcome.short_above) <= 0.0 || added <= 0.0 {
        return String::new();
    }
    let added = quantity(added, &focus.unit);
    format!(" The shocks add {added} on average.")
}

/// How much of the shortfall is use given up because of price.
fn cause(focus: &Focus<'_>) -> String {
    let mean = |metric| Column::new(focus.with.column(metric)).mean();
    let (priced, unserved) = (mean(Metric::RationedByPrice), mean(Metric::Unserved));
    match priced / (priced + unserved) {
        share if !share.is_finite() => String::new(),
        0.9995.. => " All of it is use given up because of price.".to_owned(),
        ..0.0005 => " All of it goes unserved at any price.".to_owned(),
        share => format!(
            " {} of it is use given up because of price, the rest goes unserved.",
            percent(share)
        ),
    }
}

/// Share of trials that count as short.
pub(super) fn share_short(variant: &Trials, above: f64) -> f64 {
    Column::new(variant.column(Metric::ShortfallShare)).share_above(above)
}

/// What counts as short, where that is more than nothing.
fn bar(outcome: &Outcome) -> String {
    if outcome.short_above < 5e-4 {
        return String::new();
    }
    format!(" by more than {} of demand", relative(outcome.short_above))
}

/// A country's name as it stands within a sentence: `the United States`.
fn with_article(name: &str) -> String {
    let words = [
        "Republic", "Union", "Islands", "Emirates", "Kingdom", "States",
    ];
    let plain = [
        "Bahamas",
        "Gambia",
        "Maldives",
        "Netherlands",
        "Philippines",
    ];
    let short = ["EU", "UAE", "UK", "US", "USA"];
    let takes = name.split(' ').any(|word| words.contains(&word))
        || plain.contains(&name)
        || short.contains(&name);
    if takes && !name.starts_with("the ") {
        format!("the {name}")
    } else {
        name.to_owned()
    }
}

fn often(short: f64, trials: usize) -> String {
    match (trials, short) {
        (1, _) => "In the only trial".to_owned(),
        (_, 1.0..) => "In every trial".to_owned(),
        _ => format!("In {} of trials", percent(short)),
    }
}

fn size(focus: &Focus<'_>, trials: usize) -> String {
    let volume = Column::new(focus.with.column(Metric::Shortfall));
    let share = Column::new(focus.with.column(Metric::ShortfallShare)).mean();
    let mean = quantity(volume.mean(), &focus.unit);
    let demand = relative(share);
    if trials == 1 {
        return format!(" by {mean}, {demand} of demand");
    }
    let worst = quantity(volume.tail_mean(0.95), &focus.unit);
    format!(
        "; over all trials by {mean} on average ({demand} of demand), in the worst 5\u{a0}% by {worst}"
    )
}

fn comparison(baseline: f64, shocked: f64) -> String {
    match baseline {
        0.0 => "Without the shocks it never is.".to_owned(),
        1.0.. => "Without the shocks it is short in every trial too.".to_owned(),
        share if (share - shocked).abs() < 0.005 => {
            "Without the shocks it is short as often.".to_owned()
        }
        share => format!("Without the shocks it is short in {}.", percent(share)),
    }
}
