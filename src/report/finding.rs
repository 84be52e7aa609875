//! The finding in words.

use super::digest::Digest;
use super::number::{percent, quantity, relative};

/// A few sentences that say how likely a country is to be short of a
/// commodity, by how much, and how that compares to the baseline.
pub(super) fn finding(digest: &Digest<'_>) -> String {
    let (country, commodity) = (&digest.country, &digest.focus.commodity_name);
    let (trials, short) = (digest.trials(), digest.shocked.share_short);
    if trials == 0 {
        return format!("No trial was finished for {country} and {commodity}.");
    }
    if short <= 0.0 {
        let bar = bar(digest.short_above);
        return format!("In no trial is {country} short of {commodity}{bar}.");
    }
    let (often, size) = (often(short, trials), size(digest));
    let before = comparison(digest.baseline.share_short, short);
    let (cause, added) = (cause(digest), added(digest));
    format!("{often} {country} is short of {commodity}{size}.{cause} {before}{added}")
}

/// The finding in one sentence, in shares of demand.
pub(super) fn brief(digest: &Digest<'_>) -> String {
    let (country, commodity) = (&digest.country, &digest.focus.commodity_name);
    let (trials, share) = (digest.trials(), &digest.shocked.share);
    if trials == 0 {
        return format!("No trial was finished for {country} and {commodity}.");
    }
    if digest.shocked.share_short <= 0.0 {
        return format!("In no trial is {country} short of {commodity}.");
    }
    let often = often(digest.shocked.share_short, trials);
    let mean = relative(share.mean);
    let before = match digest.baseline.share.mean {
        0.0 => "nothing".to_owned(),
        mean => relative(mean),
    };
    let size = match trials {
        1 => format!(" by {mean} of demand ({before} without the shocks)"),
        _ => {
            let over = over_all(digest.shocked.share_short);
            format!("{over} by {mean} of demand on average ({before} without the shocks)")
        }
    };
    let bad = match share.outer[1] {
        high if trials > 1 && high > share.mean => {
            let high = relative(high);
            format!(", in 1\u{a0}trial in\u{a0}20 by more than {high}")
        }
        _ => String::new(),
    };
    format!("{often} {country} is short of {commodity}{size}{bad}.")
}

/// What the shocks add, where the baseline has a shortfall of its own.
fn added(digest: &Digest<'_>) -> String {
    let added = digest.tail.shocked.mean - digest.tail.baseline.mean;
    if digest.baseline.share_short <= 0.0 || added <= 0.0 {
        return String::new();
    }
    let added = quantity(added, &digest.focus.unit);
    format!(" The shocks add {added} on average.")
}

/// How much of the shortfall is use given up because of price.
fn cause(digest: &Digest<'_>) -> String {
    let (priced, unserved) = (digest.shocked.priced, digest.shocked.unserved);
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

/// What counts as short, where that is more than nothing.
pub(super) fn bar(short_above: f64) -> String {
    if short_above < 5e-4 {
        return String::new();
    }
    format!(" by more than {} of demand", relative(short_above))
}

/// In how many trials, at the beginning of a sentence.
pub(super) fn often(short: f64, trials: usize) -> String {
    match (trials, short) {
        (1, _) => "In the only trial".to_owned(),
        (_, 1.0..) => "In every trial".to_owned(),
        _ => format!("In {} of trials", percent(short)),
    }
}

/// What joins how often and how much on average: the mean is over all trials,
/// which need not be said where every trial is short.
fn over_all(short: f64) -> &'static str {
    if short < 1.0 {
        "; over all trials"
    } else {
        ","
    }
}

fn size(digest: &Digest<'_>) -> String {
    let volume = &digest.tail.shocked;
    let mean = quantity(volume.mean, &digest.focus.unit);
    let demand = relative(digest.shocked.share.mean);
    if digest.trials() == 1 {
        return format!(" by {mean}, {demand} of demand");
    }
    let worst = quantity(volume.worst, &digest.focus.unit);
    let (bar, over) = (
        bar(digest.short_above),
        over_all(digest.shocked.share_short),
    );
    format!(
        "{bar}{over} by {mean} on average ({demand} of demand), in the worst 5\u{a0}% by {worst}"
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
