//! Laws and copulas against closed forms that share no code with them.

use std::f64::consts::{PI, SQRT_2};

use proptest::prelude::*;

use super::{Copula, CopulaError, Law, LawError, ObjectKey, Stream, TrialKey};

const DRAWS: usize = 20_000;

fn stream(name: &str) -> Stream {
    Stream::open(TrialKey::new(20_250_404, 0), ObjectKey::named(name), 0)
}

fn draws(name: &str, law: &Law) -> Vec<f64> {
    let mut stream = stream(name);
    (0..DRAWS).map(|_| law.sample(&mut stream)).collect()
}

/// √n times the Kolmogorov–Smirnov distance; above 1.95 in one of 1,000
/// samples.
fn kolmogorov_smirnov(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let distance = |(index, x): (usize, &f64)| {
        let (below, above) = (index as f64 / n, (index + 1) as f64 / n);
        (cdf(*x) - below).abs().max((cdf(*x) - above).abs())
    };
    n.sqrt() * sample.iter().enumerate().map(distance).fold(0.0, f64::max)
}

fn phi(x: f64) -> f64 {
    0.5 * (1.0 + libm::erf(x / SQRT_2))
}

/// Two or more successes in five attempts, the distribution function of
/// Beta(2, 4).
fn beta_2_4(x: f64) -> f64 {
    1.0 - (1.0 - x).powi(5) - 5.0 * x * (1.0 - x).powi(4)
}

fn triangular_2_3_6(x: f64) -> f64 {
    if x < 3.0 {
        (x - 2.0).powi(2) / 4.0
    } else {
        1.0 - (6.0 - x).powi(2) / 12.0
    }
}

fn gamma_5_halves(x: f64) -> f64 {
    let half = PI.sqrt() / 2.0;
    libm::erf(x.sqrt()) - (-x).exp() * (x.sqrt() / half + x.powf(1.5) / (1.5 * half))
}

type Case = (&'static str, Law, fn(f64) -> f64);

fn continuous() -> Vec<Case> {
    vec![
        ("uniform", Law::uniform(-1.0, 3.0).unwrap(), |x| {
            (x + 1.0) / 4.0
        }),
        (
            "triangular",
            Law::triangular(2.0, 3.0, 6.0).unwrap(),
            triangular_2_3_6,
        ),
        (
            "triangular right",
            Law::triangular(0.0, 1.0, 1.0).unwrap(),
            |x| x * x,
        ),
        ("pert", Law::pert(10.0, 11.0, 14.0).unwrap(), |x| {
            beta_2_4((x - 10.0) / 4.0)
        }),
        ("normal", Law::normal(5.0, 2.0).unwrap(), |x| {
            phi((x - 5.0) / 2.0)
        }),
        (
            "lognormal",
            Law::LogNormal {
                mu: 1.0,
                sigma: 0.5,
            },
            |x| phi((x.ln() - 1.0) / 0.5),
        ),
        ("exponential", Law::exponential(90.0).unwrap(), |x| {
            1.0 - (-x / 90.0).exp()
        }),
        ("erlang", Law::erlang(3, 60.0).unwrap(), |x| {
            let z = x / 20.0;
            1.0 - (-z).exp() * (1.0 + z + z * z / 2.0)
        }),
        ("gamma 1/2", Law::gamma(0.5, 1.0).unwrap(), |x| {
            libm::erf((x / 2.0).sqrt())
        }),
        ("gamma 5/2", Law::gamma(2.5, 5.0).unwrap(), |x| {
            gamma_5_halves(x / 2.0)
        }),
        ("weibull", Law::weibull(1.7, 40.0).unwrap(), |x| {
            1.0 - (-(x / 40.0).powf(1.7)).exp()
        }),
        ("beta", Law::beta(2.0, 4.0).unwrap(), beta_2_4),
        ("beta arcsine", Law::beta(0.5, 0.5).unwrap(), |x| {
            2.0 / PI * x.sqrt().asin()
        }),
        ("scaled", Law::beta(2.0, 4.0).unwrap().scaled(0.01), |x| {
            beta_2_4(x / 0.01)
        }),
    ]
}

type DiscreteCase = (&'static str, Law, Vec<(f64, f64)>);

fn discrete() -> Vec<DiscreteCase> {
    vec![
        (
            "bernoulli",
            Law::bernoulli(0.3).unwrap(),
            vec![(0.0, 0.7), (1.0, 0.3)],
        ),
        (
            "discrete",
            Law::discrete(&[5.0, -1.0, 2.0], &[0.2, 0.5, 0.3]).unwrap(),
            { vec![(-1.0, 0.5), (2.0, 0.3), (5.0, 0.2)] },
        ),
        (
            "empirical",
            Law::empirical(&[3.0, 1.0, 1.0, 7.0]).unwrap(),
            { vec![(1.0, 0.5), (3.0, 0.25), (7.0, 0.25)] },
        ),
        ("geometric", Law::geometric(0.25).unwrap(), {
            (0..12)
                .map(|k| (f64::from(k), 0.25 * 0.75_f64.powi(k)))
                .collect()
        }),
        ("constant", Law::constant(4.0).unwrap(), vec![(4.0, 1.0)]),
    ]
}

fn all_laws() -> Vec<(&'static str, Law)> {
    let continuous = continuous().into_iter().map(|(name, law, _)| (name, law));
    continuous
        .chain(discrete().into_iter().map(|(name, law, _)| (name, law)))
        .collect()
}

#[test]
fn draws_follow_the_law() {
    for (name, law, cdf) in continuous() {
        let distance = kolmogorov_smirnov(draws(name, &law), cdf);
        assert!(distance < 1.95, "{name}: {distance}");
    }
}

#[test]
fn quantiles_invert_the_distribution_function() {
    for (name, law, cdf) in continuous() {
        for u in [1e-6, 0.001, 0.1, 0.425, 0.5, 0.9, 0.999, 1.0 - 1e-6] {
            let back = cdf(law.quantile(u));
            assert!((back - u).abs() < 1e-10, "{name}: {u} → {back}");
        }
    }
}

#[test]
fn normal_quantiles_reach_far_into_the_tails() {
    for x in [-37.0, -20.0, -8.0, -5.5, -3.0, -1.0, 0.0, 1e-9, 2.0, 5.0] {
        let back = super::special::normal_quantile(super::special::normal_cdf(x));
        assert!(
            (back - x).abs() < 1e-9 * f64::max(1.0, x.abs()),
            "{x} → {back}"
        );
    }
}

#[test]
fn discrete_draws_have_their_probabilities() {
    for (name, law, probabilities) in discrete() {
        let draws = draws(name, &law);
        for (value, p) in probabilities {
            let share = draws.iter().filter(|x| **x == value).count() as f64 / DRAWS as f64;
            let allowed = 4.0 * (p * (1.0 - p) / DRAWS as f64).sqrt();
            assert!(
                (share - p).abs() <= allowed,
                "{name}: P({value}) = {share}, not {p}"
            );
        }
    }
}

#[test]
fn means_are_those_of_the_draws() {
    for (name, law) in all_laws() {
        let draws = draws(name, &law);
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
        let allowed = 4.0 * (variance / n).sqrt();
        assert!(
            (mean - law.mean()).abs() <= allowed,
            "{name}: {mean}, not {}",
            law.mean()
        );
    }
}

#[test]
fn spreads_given_by_the_user_are_those_of_the_law() {
    let check = |law: Law, mean: f64, sd: f64| {
        let mut stream = stream("spread");
        let squares = (0..DRAWS).map(|_| (law.sample(&mut stream) - mean).powi(2));
        let ratio = (squares.sum::<f64>() / DRAWS as f64).sqrt() / sd;
        assert!(
            (law.mean() / mean - 1.0).abs() < 1e-12 && (ratio - 1.0).abs() < 0.05,
            "{ratio}"
        );
    };
    check(Law::lognormal_mean_sd(60.0, 50.0).unwrap(), 60.0, 50.0);
    check(Law::gamma_mean_sd(60.0, 50.0).unwrap(), 60.0, 50.0);
    check(Law::beta_mean_sd(0.35, 0.15).unwrap(), 0.35, 0.15);
    let transit = Law::lognormal_median_p90(7.0, 11.0).unwrap();
    assert!((transit.quantile(0.5) - 7.0).abs() < 1e-12);
    assert!((transit.quantile(0.9) - 11.0).abs() < 1e-12);
}

#[test]
fn tiny_shapes_stay_numbers() {
    let mut stream = stream("tiny");
    let law = Law::beta(1e-3, 1e-3).unwrap();
    let ends = (0..1000).map(|_| law.sample(&mut stream));
    assert!(ends.into_iter().all(|x| (0.0..=1.0).contains(&x)));
    assert!((0.0..1e-9).contains(&Law::gamma(1e-3, 1.0).unwrap().quantile(0.5)));
}

/// The first two draws of each law; they change only together
/// with a note in the changelog.
#[test]
fn draws_keep_their_exact_values() {
    let table: String = all_laws()
        .into_iter()
        .map(|(name, law)| {
            let mut stream = stream(name);
            format!(
                "{name}: {} {}\n",
                law.sample(&mut stream),
                law.sample(&mut stream)
            )
        })
        .collect();
    insta::assert_snapshot!(table, @r"
    uniform: 1.2043959227137142 2.672841749294853
    triangular: 2.804949048957235 2.9173175117455883
    triangular right: 0.6731116641364331 0.8090382455771991
    pert: 11.101167276689692 10.839118839898596
    normal: 4.671841352662223 4.677199091642344
    lognormal: 1.4959958779957594 2.554700650482741
    exponential: 29.242581665745266 64.30059879163045
    erlang: 31.877599446450535 92.36413682605618
    gamma 1/2: 1.6999954250617386 1.1959964954312237
    gamma 5/2: 8.776728921504873 3.5793274483554156
    weibull: 29.53794412964776 41.85079449567213
    beta: 0.10328494573660436 0.11800044520594868
    beta arcsine: 0.934390209681098 0.627083535889262
    scaled: 0.0059837290237099525 0.0005698799814951325
    bernoulli: 1 0
    discrete: -1 -1
    empirical: 3 7
    geometric: 9 1
    constant: 4 4
    ");
}

#[test]
fn wrong_parameters_are_named() {
    let said = |law: Result<Law, LawError>| law.unwrap_err().to_string();
    assert_eq!(said(Law::constant(f64::NAN)), "value must be finite");
    assert_eq!(said(Law::normal(1.0, 0.0)), "sd must be positive");
    assert_eq!(said(Law::uniform(2.0, 1.0)), "low must not exceed high");
    assert_eq!(
        said(Law::pert(1.0, 5.0, 3.0)),
        "mode must lie between low and high"
    );
    assert_eq!(
        said(Law::lognormal_median_p90(7.0, 7.0)),
        "p90 must be greater than the median"
    );
    assert_eq!(said(Law::exponential(-1.0)), "mean must be positive");
    assert_eq!(said(Law::erlang(0, 1.0)), "shape must be positive");
    assert_eq!(said(Law::bernoulli(1.5)), "p must lie between 0 and 1");
    assert_eq!(
        said(Law::geometric(0.0)),
        "p must be greater than 0, else no attempt ever succeeds"
    );
    assert_eq!(
        said(Law::beta_mean_sd(1.0, 0.1)),
        "the mean of a beta law must lie strictly between 0 and 1"
    );
    assert_eq!(
        said(Law::beta_mean_sd(0.3, 0.5)),
        "sd must be less than 0.4583, the widest spread around a mean of 0.3 on (0, 1)"
    );
    assert_eq!(said(Law::empirical(&[])), "values must not be empty");
    assert_eq!(
        said(Law::discrete(&[1.0, 2.0], &[1.0])),
        "2 values but 1 probabilities"
    );
    assert_eq!(
        said(Law::discrete(&[1.0, 2.0], &[0.4, 0.5])),
        "probabilities add up to 0.9, not 1"
    );
}

#[test]
fn scaling_moves_everything() {
    for (name, law) in all_laws() {
        let scaled = law.scaled(10.0).scaled(0.7);
        let (mut one, mut other) = (stream(name), stream(name));
        let ratio = scaled.sample(&mut one) / (7.0 * law.sample(&mut other));
        assert!(ratio.is_nan() || (ratio - 1.0).abs() < 1e-12, "{name}");
        assert_eq!(scaled.is_constant(), law.is_constant());
        assert!((scaled.mean() - 7.0 * law.mean()).abs() <= 1e-12 * scaled.mean().abs());
    }
}

proptest! {
    #[test]
    fn quantiles_rise_within_the_support(u in 1e-9..1.0_f64, v in 1e-9..1.0_f64) {
        for (name, law) in all_laws() {
            let (low, high) = law.support();
            let (first, second) = (law.quantile(u.min(v)), law.quantile(u.max(v)));
            prop_assert!(low <= first && first <= second && second <= high, "{}", name);
        }
    }

    #[test]
    fn made_laws_sample_finite_numbers(mean in 1e-3..0.999_f64, sd in 1e-3..0.9_f64) {
        let mut stream = stream("any");
        let laws = [
            Law::lognormal_mean_sd(mean, sd),
            Law::gamma_mean_sd(mean, sd),
            Law::beta_mean_sd(mean, sd),
            Law::weibull(sd, mean),
            Law::geometric(mean),
        ];
        for law in laws.into_iter().flatten() {
            prop_assert!(law.sample(&mut stream).is_finite());
        }
    }
}

/// Spearman's rank correlation.
fn rank_correlation(x: &[f64], y: &[f64]) -> f64 {
    let ranks = |values: &[f64]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut ranks = vec![0.0; values.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(rank, &index)| ranks[index] = rank as f64);
        ranks
    };
    let n = x.len() as f64;
    let squares = ranks(x)
        .iter()
        .zip(ranks(y))
        .map(|(a, b)| (a - b) * (a - b))
        .sum::<f64>();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

#[test]
fn copulas_have_the_rank_correlations_asked_for() {
    let matrix = [1.0, 0.6, -0.3, 0.6, 1.0, 0.2, -0.3, 0.2, 1.0];
    let copula = Copula::new(&matrix).unwrap();
    let mut columns = vec![Vec::new(); copula.size()];
    for trial in 0..DRAWS as u64 {
        let key = ObjectKey::named("correlations");
        let mut uniforms = [0.0; 3];
        copula.fill_uniforms(
            &mut Stream::open(TrialKey::new(1, trial), key, 0),
            &mut uniforms,
        );
        columns
            .iter_mut()
            .zip(uniforms)
            .for_each(|(column, u)| column.push(u));
    }
    for (row, column) in [(0, 1), (0, 2), (1, 2)] {
        let found = rank_correlation(&columns[row], &columns[column]);
        let wanted = matrix[row * 3 + column];
        assert!(
            (found - wanted).abs() < 4.0 / (DRAWS as f64).sqrt(),
            "{found}, not {wanted}"
        );
    }
    for column in columns {
        assert!(kolmogorov_smirnov(column, |u| u) < 1.95);
    }
}

#[test]
fn impossible_correlations_are_refused() {
    let said = |matrix: &[f64]| Copula::new(matrix).unwrap_err();
    assert_eq!(said(&[1.0, 0.5]), CopulaError::NotSquare { entries: 2 });
    assert_eq!(
        said(&[1.0, 1.5, 1.5, 1.0]),
        CopulaError::NotACorrelation {
            row: 0,
            column: 1,
            value: 1.5
        }
    );
    assert_eq!(
        said(&[0.5, 0.0, 0.0, 1.0]),
        CopulaError::Diagonal { row: 0, value: 0.5 }
    );
    assert_eq!(
        said(&[1.0, 0.5, 0.4, 1.0]),
        CopulaError::NotSymmetric { row: 0, column: 1 }
    );
    let contradiction = [1.0, 0.9, -0.9, 0.9, 1.0, 0.9, -0.9, 0.9, 1.0];
    assert_eq!(
        said(&contradiction),
        CopulaError::NotPositiveDefinite { row: 2 }
    );
    assert!(
        said(&contradiction)
            .to_string()
            .contains("first 3 rows and columns")
    );
    assert_eq!(Copula::new(&[]).unwrap().size(), 0);
}
