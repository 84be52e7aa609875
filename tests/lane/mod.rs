//! One seller, one buyer: the scenario of most hand calculations, and what is
//! compared with them.

use shortfall::study::Metric;

use crate::ran::Outcome;

/// A: a field of 100 t/d; B: uses them. What the case needs is added to the
/// commodity, the site, the demand and the end.
pub(crate) fn one_lane(
    horizon: &str,
    commodity: &str,
    site: &str,
    demand: &str,
    rest: &str,
) -> String {
    format!(
        r#"
[scenario]
title = "one seller, one buyer"
start = 2025-01-01
horizon = "{horizon}"
short_above = 0
focus = ["gas @ B"]

[countries]
A = "Seller"
B = "Buyer"

[commodities.gas]
unit = "t"
price = "100 USD/t"
new_pairs = 0
{commodity}

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"
{site}

[[demand]]
of = "gas"
in = "B"
rate = "100 t/d"
{demand}

{rest}
"#
    )
}

/// The one value of a metric in a scenario without chance.
pub(crate) fn only(outcome: &Outcome, metric: Metric) -> f64 {
    outcome.focus[0].shocked.column(metric)[0]
}

#[track_caller]
pub(crate) fn close(got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance,
        "got {got}, wanted {wanted} ± {tolerance}"
    );
}
