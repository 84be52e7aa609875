//! Distribution functions of the normal, gamma and beta laws and their
//! inverses, on `libm` alone so that they give the same bits everywhere.

use std::f64::consts::FRAC_1_SQRT_2;

/// P(Z ≤ x) of a standard normal.
pub(super) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The inverse of [`normal_cdf`], for p in (0, 1), to about 1e-16: Wichura's
/// PPND16 (Applied Statistics 37, 1988, algorithm AS 241).
pub(super) fn normal_quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180_625 - centred * centred;
        return centred * polynomial(&CENTRE_OVER, r) / polynomial(&CENTRE_UNDER, r);
    }
    let tail = libm::sqrt(-libm::log(p.min(1.0 - p)));
    let size = if tail <= 5.0 {
        polynomial(&SHOULDER_OVER, tail - 1.6) / polynomial(&SHOULDER_UNDER, tail - 1.6)
    } else {
        polynomial(&TAIL_OVER, tail - 5.0) / polynomial(&TAIL_UNDER, tail - 5.0)
    };
    size.copysign(centred)
}

/// Horner's rule; the constant coefficient comes first.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

const CENTRE_OVER: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_UNDER: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const SHOULDER_OVER: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const SHOULDER_UNDER: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const TAIL_OVER: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288e-7,
];
const TAIL_UNDER: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// P(X ≤ x) of a gamma law of given shape and scale 1: the regularised
/// incomplete gamma function, by its series below the mode and its continued
/// fraction above (Abramowitz & Stegun 6.5.29 and 6.5.31).
pub(super) fn gamma_cdf(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let density = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        density * gamma_series(shape, x)
    } else {
        let fraction = continued_fraction(x + 1.0 - shape, |n| {
            (-n * (n - shape), x + 1.0 - shape + 2.0 * n)
        });
        1.0 - density / fraction
    }
}

/// Σ xⁿ / (a (a + 1) … (a + n)).
fn gamma_series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / shape, 1.0 / shape, shape);
    while term > sum * f64::EPSILON {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

/// P(X ≤ x) of a beta law: the regularised incomplete beta function, by its
/// continued fraction (Abramowitz & Stegun 26.5.8).
pub(super) fn beta_cdf(alpha: f64, beta: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    if x > (alpha + 1.0) / (alpha + beta + 2.0) {
        return 1.0 - beta_cdf_left(beta, alpha, 1.0 - x);
    }
    beta_cdf_left(alpha, beta, x)
}

fn beta_cdf_left(alpha: f64, beta: f64, x: f64) -> f64 {
    let log_beta = libm::lgamma(alpha) + libm::lgamma(beta) - libm::lgamma(alpha + beta);
    let power = libm::exp(alpha * libm::log(x) + beta * libm::log1p(-x) - log_beta);
    let fraction = continued_fraction(1.0, |n| {
        let m = libm::floor(n / 2.0);
        let numerator = if n % 2.0 == 0.0 {
            m * (beta - m) / ((alpha + 2.0 * m - 1.0) * (alpha + 2.0 * m))
        } else {
            -(alpha + m) * (alpha + beta + m) / ((alpha + 2.0 * m) * (alpha + 2.0 * m + 1.0))
        };
        (numerator * x, 1.0)
    });
    power / (alpha * fraction)
}

/// b₀ + a₁ / (b₁ + a₂ / (b₂ + …)) with (aₙ, bₙ) = `terms(n)`, by Lentz's
/// method.
fn continued_fraction(first: f64, terms: impl Fn(f64) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut value = away_from_zero(first);
    let (mut over, mut under) = (value, 0.0);
    for n in 1..1_000 {
        let (a, b) = terms(f64::from(n));
        over = away_from_zero(b + a / over);
        under = 1.0 / away_from_zero(b + a * under);
        value *= over * under;
        if (over * under - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// The x in [low, high] at which an increasing `cdf` passes `p`, by bisection
/// down to neighbouring floats.
pub(super) fn invert(cdf: impl Fn(f64) -> f64, p: f64, mut low: f64, mut high: f64) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
}
