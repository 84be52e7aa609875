//! Against closed forms, repeated sampling and invariants.

use proptest::prelude::*;

use super::*;
use crate::random::{Law, ObjectKey, Stream, TrialKey};

fn exponential_cuts(n: usize, trial: u64) -> Vec<f64> {
    let mut stream = Stream::open(TrialKey::new(1, trial), ObjectKey::named("cut"), 0);
    let duration = Law::exponential(90.0).unwrap();
    let shortfall = |days: f64| (80.0 * days - 3_000.0).max(0.0);
    (0..n)
        .map(|_| shortfall(duration.sample(&mut stream)))
        .collect()
}

fn summary(values: &[f64]) -> Summary {
    summarise(values, 0.0, &mut Vec::new()).unwrap()
}

/// 80 a day are missing for a time T ~ Exp(90 d), less a stock of 3,000:
/// zero with probability 1 − e^(−3000/7200), else exponential of mean 7,200.
#[test]
fn an_exponential_cut_has_its_closed_forms() {
    let s = summary(&exponential_cuts(200_000, 0));
    let near = |found: Estimate, wanted: f64| {
        assert!(
            (found.value - wanted).abs() < 4.0 * found.se,
            "{found:?}, not {wanted}"
        );
        assert!(found.se < 0.01 * wanted, "{found:?}");
    };
    near(s.p_any, 1.0 - 0.340_759);
    near(
        Estimate {
            value: s.mean,
            se: s.se,
        },
        4_746.53,
    );
    near(s.quantiles.p50, 1_990.66);
    near(s.quantiles.p90, 13_578.61);
    near(s.quantiles.p95, 18_569.27);
    near(s.cvar.p90, 13_578.61 + 7_200.0);
    near(s.cvar.p95, 25_769.27);
    assert!((s.sd / 6_769.08 - 1.0).abs() < 0.02);
}

/// Standard errors against the spread of the estimates themselves.
#[test]
fn standard_errors_are_calibrated() {
    let summaries: Vec<Summary> = (0..500)
        .map(|trial| summary(&exponential_cuts(2_000, trial)))
        .collect();
    let check = |name: &str, estimate: fn(&Summary) -> Estimate| {
        let values: Vec<f64> = summaries.iter().map(|s| estimate(s).value).collect();
        let errors: Vec<f64> = summaries.iter().map(|s| estimate(s).se).collect();
        let ratio = Moments::of(&errors).mean() / Moments::of(&values).sd();
        assert!((ratio - 1.0).abs() < 0.13, "{name}: {ratio}");
    };
    check("mean", |s| Estimate {
        value: s.mean,
        se: s.se,
    });
    check("any", |s| s.p_any);
    check("median", |s| s.quantiles.p50);
    check("p95", |s| s.quantiles.p95);
    check("p99", |s| s.quantiles.p99);
    check("cvar90", |s| s.cvar.p90);
    check("cvar95", |s| s.cvar.p95);
}

#[test]
fn small_columns_by_hand() {
    let s = summary(&[4.0, 1.0, 3.0, 2.0]);
    assert_eq!((s.n, s.mean, s.quantiles.p50.value), (4, 2.5, 2.5));
    assert_eq!(s.sd, (5.0_f64 / 3.0).sqrt());
    assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.9).value, 3.7);
    assert_eq!(s.cvar.p90.value, 4.0);
    // The worst 1.6 of four values: 4 and six tenths of 3.
    assert!((cvar(&[1.0, 2.0, 3.0, 4.0], 0.6).value - (4.0 + 0.6 * 3.0) / 1.6).abs() < 1e-12);
    assert!((cvar(&[1.0, 2.0, 3.0, 4.0], 0.0).value - 2.5).abs() < 1e-12);
    let single = summary(&[7.0]);
    assert_eq!(
        (
            single.mean,
            single.quantiles.p99.value,
            single.cvar.p99.value
        ),
        (7.0, 7.0, 7.0)
    );
    assert!(single.sd.is_nan() && single.se.is_nan());
}

#[test]
fn censored_trials_are_counted_not_averaged() {
    let never = f64::INFINITY;
    let column = [10.0, never, 30.0, never, 20.0, never];
    let s = summarise_censored(&column, &mut Vec::new()).unwrap();
    assert_eq!((s.n, s.never.value, s.mean, s.sd), (6, 0.5, 20.0, 10.0));
    assert_eq!(s.quantiles.p10.map(|q| q.value), Some(15.0));
    assert_eq!((s.quantiles.p50, s.quantiles.p95), (None, None));
    let all_never = summarise_censored(&[never; 3], &mut Vec::new()).unwrap();
    assert!(all_never.mean.is_nan() && all_never.quantiles.p05.is_none());
}

#[test]
fn columns_without_a_summary_are_refused() {
    let scratch = &mut Vec::new();
    assert_eq!(summarise(&[], 0.0, scratch), Err(StatsError::Empty));
    let nan = [1.0, f64::NAN];
    assert_eq!(
        summarise(&nan, 0.0, scratch),
        Err(StatsError::NotANumber { index: 1 })
    );
    assert_eq!(
        summarise_censored(&nan, scratch),
        Err(StatsError::NotANumber { index: 1 })
    );
    assert_eq!(exceedance(&nan), Err(StatsError::NotANumber { index: 1 }));
    let infinite = [f64::NEG_INFINITY];
    assert_eq!(
        summarise(&infinite, 0.0, scratch),
        Err(StatsError::Infinite { index: 0 })
    );
    assert_eq!(
        summarise_censored(&infinite, scratch),
        Err(StatsError::Infinite { index: 0 })
    );
}

#[test]
fn exceedance_curves_keep_their_tail() {
    let few = exceedance(&[2.0, 1.0, 2.0, f64::INFINITY]).unwrap();
    let point = |x, exceeded| Point { x, exceeded };
    assert_eq!(few, [point(1.0, 0.75), point(2.0, 0.25)]);
    let column = exponential_cuts(50_000, 0);
    let many = exceedance(&column).unwrap();
    let greatest = column.iter().copied().fold(0.0, f64::max);
    assert!(many.len() <= 500 && many.len() > 300);
    assert_eq!(many.first().unwrap().x, 0.0);
    assert_eq!(many.last().unwrap(), &point(greatest, 0.0));
    assert_eq!(many[many.len() - 10].exceeded, 9.0 / 50_000.0);
    assert!(many.is_sorted_by(|a, b| a.x < b.x && a.exceeded > b.exceeded));
}

#[test]
fn moments_do_not_mind_a_large_offset() {
    let offset: Vec<f64> = (0..5_000).map(|i| 1e9 + f64::from(i % 2)).collect();
    let moments = Moments::of(&offset);
    assert_eq!(moments.mean(), 1e9 + 0.5);
    assert!((moments.variance() / (0.25 * 5_000.0 / 4_999.0) - 1.0).abs() < 1e-9);
}

#[test]
fn moments_merge_at_block_borders_only() {
    let mut moments = Moments::of(&[1.0]);
    assert_eq!(
        moments.merge(&Moments::default()),
        Err(StatsError::SplitInsideBlock { count: 1 })
    );
}

proptest! {
    #[test]
    fn split_moments_are_whole_moments(
        values in prop::collection::vec(-1e6..1e6_f64, 2_500..4_500),
        border in 0..3_usize,
    ) {
        let (left, right) = values.split_at(border * Moments::BLOCK);
        let mut merged = Moments::of(left);
        merged.merge(&Moments::of(right)).unwrap();
        let whole = Moments::of(&values);
        prop_assert_eq!(merged.mean().to_bits(), whole.mean().to_bits());
        prop_assert_eq!(merged.variance().to_bits(), whole.variance().to_bits());
    }

    #[test]
    fn tails_are_in_order(values in prop::collection::vec(0.0..1e6_f64, 1..300)) {
        let s = summary(&values);
        let quantiles = [s.quantiles.p50, s.quantiles.p90, s.quantiles.p95, s.quantiles.p99];
        prop_assert!(quantiles.is_sorted_by(|a, b| a.value <= b.value));
        let slack = 1.0 + 1e-12;
        prop_assert!(s.cvar.p90.value * slack >= s.quantiles.p90.value);
        prop_assert!(s.cvar.p90.value <= s.cvar.p95.value * slack);
        prop_assert!(s.cvar.p95.value <= s.cvar.p99.value * slack);
        prop_assert!(quantiles.iter().all(|q| q.se >= 0.0));
    }

    #[test]
    fn order_of_trials_does_not_move_the_tail(
        values in prop::collection::vec(0.0..1e6_f64, 1..100),
    ) {
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        let (one, other) = (summary(&values), summary(&reversed));
        prop_assert_eq!(one.quantiles, other.quantiles);
        prop_assert_eq!(one.p_any, other.p_any);
    }
}
