use rand_distr::{Distribution, Exp1, Gamma, StandardNormal};

use crate::maths::exp;

use super::Stream;
use super::special::{beta_cdf, gamma_cdf, invert, normal_quantile};

/// A probability law of one number.
///
/// The constructors check their parameters; a law that was made by them
/// always samples, and its mean is finite. Parameters are in the unit of the
/// number, or in one of its own kind where the field says so.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Law {
    /// Always the same number.
    Constant(f64),
    /// Every value between two bounds alike.
    Uniform {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// Density rising linearly to the mode, then falling linearly.
    Triangular {
        /// Least value.
        low: f64,
        /// Most likely value.
        mode: f64,
        /// Greatest value.
        high: f64,
    },
    /// Beta law stretched over an interval, with mean (low + 4 mode + high) / 6
    /// (Malcolm et al., Operations Research 7, 1959).
    Pert {
        /// Least value.
        low: f64,
        /// Most likely value.
        mode: f64,
        /// Greatest value.
        high: f64,
    },
    /// Normal law.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// The exponential of a normal law.
    LogNormal {
        /// Mean of the logarithm; e to its power is the median.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Time to the next event of a steady process.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Failures before the first success: 0, 1, 2, …
    Geometric {
        /// Probability of success in each attempt.
        p: f64,
    },
    /// Sum of `shape` exponential stages.
    Erlang {
        /// How many stages.
        shape: u32,
        /// Mean of the sum.
        mean: f64,
    },
    /// Gamma law.
    Gamma {
        /// Shape (1 is exponential), a plain number.
        shape: f64,
        /// Mean, that is shape × scale.
        mean: f64,
    },
    /// Weibull law: P(X > x) = exp(−(x / scale)^shape).
    Weibull {
        /// Shape (1 is exponential), a plain number.
        shape: f64,
        /// The value exceeded with probability 1/e.
        scale: f64,
    },
    /// Beta law on (0, 1), density ∝ x^(alpha − 1) (1 − x)^(beta − 1).
    Beta {
        /// Exponent at 0.
        alpha: f64,
        /// Exponent at 1.
        beta: f64,
    },
    /// 1 with probability `p`, else 0.
    Bernoulli {
        /// Probability of 1.
        p: f64,
    },
    /// Finitely many values, in ascending order.
    Discrete {
        /// The values.
        values: Vec<f64>,
        /// The probability of each.
        probabilities: Vec<f64>,
    },
    /// Observed values, in ascending order, each as likely as the others.
    Empirical {
        /// The values.
        values: Vec<f64>,
    },
    /// Another law in another unit.
    Scaled {
        /// What a draw of the other law is multiplied by.
        factor: f64,
        /// The other law.
        law: Box<Law>,
    },
}

/// Why parameters make no law.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LawError {
    /// A parameter that is infinite or not a number.
    #[error("{parameter} must be finite")]
    NotFinite {
        /// Its name.
        parameter: &'static str,
    },
    /// A parameter that is zero or less.
    #[error("{parameter} must be positive")]
    NotPositive {
        /// Its name.
        parameter: &'static str,
    },
    /// A probability that is none.
    #[error("{parameter} must lie between 0 and 1")]
    NotAProbability {
        /// Its name.
        parameter: &'static str,
    },
    /// A geometric law that never succeeds.
    #[error("p must be greater than 0, else no attempt ever succeeds")]
    NeverSucceeds,
    /// Bounds the wrong way round.
    #[error("low must not exceed high")]
    LowAboveHigh,
    /// A mode outside the bounds.
    #[error("mode must lie between low and high")]
    ModeOutside,
    /// A 90th percentile that does not exceed the median.
    #[error("p90 must be greater than the median")]
    P90BelowMedian,
    /// A mean outside (0, 1), where a beta law lives.
    #[error("the mean of a beta law must lie strictly between 0 and 1")]
    BetaMeanOutside,
    /// A spread that no law on (0, 1) with that mean has.
    #[error("sd must be less than {limit:.4}, the widest spread around a mean of {mean} on (0, 1)")]
    BetaTooWide {
        /// The mean.
        mean: f64,
        /// The square root of mean × (1 − mean).
        limit: f64,
    },
    /// No values to choose from.
    #[error("values must not be empty")]
    NoValues,
    /// As many probabilities as values are needed.
    #[error("{values} values but {probabilities} probabilities")]
    LengthsDiffer {
        /// How many values.
        values: usize,
        /// How many probabilities.
        probabilities: usize,
    },
    /// Probabilities that do not make a whole.
    #[error("probabilities add up to {sum}, not 1")]
    NotAWhole {
        /// Their sum, to nine decimals.
        sum: f64,
    },
}

impl Law {
    /// Always `value`.
    ///
    /// # Errors
    /// If it is not finite.
    pub fn constant(value: f64) -> Result<Law, LawError> {
        finite("value", value)?;
        Ok(Law::Constant(value))
    }

    /// Uniform between `low` and `high`.
    ///
    /// # Errors
    /// Bounds that are not finite or the wrong way round.
    pub fn uniform(low: f64, high: f64) -> Result<Law, LawError> {
        ordered(low, high)?;
        Ok(Law::Uniform { low, high })
    }

    /// Triangular from `low` over `mode` to `high`.
    ///
    /// # Errors
    /// Parameters that are not finite or not in this order.
    pub fn triangular(low: f64, mode: f64, high: f64) -> Result<Law, LawError> {
        mode_within(low, mode, high)?;
        Ok(Law::Triangular { low, mode, high })
    }

    /// PERT from `low` over `mode` to `high`.
    ///
    /// # Errors
    /// Parameters that are not finite or not in this order.
    pub fn pert(low: f64, mode: f64, high: f64) -> Result<Law, LawError> {
        mode_within(low, mode, high)?;
        Ok(Law::Pert { low, mode, high })
    }

    /// Normal with mean and standard deviation.
    ///
    /// # Errors
    /// A mean that is not finite, or an sd that is not positive.
    pub fn normal(mean: f64, sd: f64) -> Result<Law, LawError> {
        finite("mean", mean)?;
        positive("sd", sd)?;
        Ok(Law::Normal { mean, sd })
    }

    /// Log-normal with this mean and standard deviation of the number itself
    /// (not of its logarithm).
    ///
    /// # Errors
    /// A mean or sd that is not positive.
    pub fn lognormal_mean_sd(mean: f64, sd: f64) -> Result<Law, LawError> {
        positive("mean", mean)?;
        positive("sd", sd)?;
        let variance = libm::log1p((sd / mean) * (sd / mean));
        let mu = libm::log(mean) - 0.5 * variance;
        Ok(Law::LogNormal {
            mu,
            sigma: variance.sqrt(),
        })
    }

    /// Log-normal with this median and 90th percentile.
    ///
    /// # Errors
    /// A median that is not positive, or a p90 that does not exceed it.
    pub fn lognormal_median_p90(median: f64, p90: f64) -> Result<Law, LawError> {
        positive("median", median)?;
        finite("p90", p90)?;
        if p90 <= median {
            return Err(LawError::P90BelowMedian);
        }
        let sigma = libm::log(p90 / median) / normal_quantile(0.9);
        Ok(Law::LogNormal {
            mu: libm::log(median),
            sigma,
        })
    }

    /// Exponential with this mean.
    ///
    /// # Errors
    /// A mean that is not positive.
    pub fn exponential(mean: f64) -> Result<Law, LawError> {
        positive("mean", mean)?;
        Ok(Law::Exponential { mean })
    }

    /// Geometric: failures before the first success at probability `p`.
    ///
    /// # Errors
    /// A `p` outside (0, 1].
    pub fn geometric(p: f64) -> Result<Law, LawError> {
        probability("p", p)?;
        if p == 0.0 {
            Err(LawError::NeverSucceeds)
        } else {
            Ok(Law::Geometric { p })
        }
    }

    /// Erlang: the sum of `shape` exponential stages, with this mean in all.
    ///
    /// # Errors
    /// No stage, or a mean that is not positive.
    pub fn erlang(shape: u32, mean: f64) -> Result<Law, LawError> {
        positive("shape", f64::from(shape))?;
        positive("mean", mean)?;
        Ok(Law::Erlang { shape, mean })
    }

    /// Gamma with this shape and mean.
    ///
    /// # Errors
    /// A parameter that is not positive.
    pub fn gamma(shape: f64, mean: f64) -> Result<Law, LawError> {
        positive("shape", shape)?;
        positive("mean", mean)?;
        Ok(Law::Gamma { shape, mean })
    }

    /// Gamma with this mean and standard deviation.
    ///
    /// # Errors
    /// A parameter that is not positive.
    pub fn gamma_mean_sd(mean: f64, sd: f64) -> Result<Law, LawError> {
        positive("mean", mean)?;
        positive("sd", sd)?;
        Law::gamma((mean / sd) * (mean / sd), mean)
    }

    /// Weibull with this shape and scale.
    ///
    /// # Errors
    /// A parameter that is not positive.
    pub fn weibull(shape: f64, scale: f64) -> Result<Law, LawError> {
        positive("shape", shape)?;
        positive("scale", scale)?;
        Ok(Law::Weibull { shape, scale })
    }

    /// Beta with these exponents.
    ///
    /// # Errors
    /// A parameter that is not positive.
    pub fn beta(alpha: f64, beta: f64) -> Result<Law, LawError> {
        positive("alpha", alpha)?;
        positive("beta", beta)?;
        Ok(Law::Beta { alpha, beta })
    }

    /// Beta with this mean and standard deviation.
    ///
    /// # Errors
    /// A mean outside (0, 1), or an sd that is not positive or too wide for it.
    pub fn beta_mean_sd(mean: f64, sd: f64) -> Result<Law, LawError> {
        finite("mean", mean)?;
        positive("sd", sd)?;
        if mean <= 0.0 || mean >= 1.0 {
            return Err(LawError::BetaMeanOutside);
        }
        let widest = mean * (1.0 - mean);
        if sd * sd >= widest {
            return Err(LawError::BetaTooWide {
                mean,
                limit: widest.sqrt(),
            });
        }
        let weight = widest / (sd * sd) - 1.0;
        Law::beta(mean * weight, (1.0 - mean) * weight)
    }

    /// 1 with probability `p`, else 0.
    ///
    /// # Errors
    /// A `p` outside [0, 1].
    pub fn bernoulli(p: f64) -> Result<Law, LawError> {
        probability("p", p)?;
        Ok(Law::Bernoulli { p })
    }

    /// `values[i]` with `probabilities[i]`.
    ///
    /// # Errors
    /// No values, lists of different lengths, values that are not finite,
    /// probabilities outside [0, 1] or that do not add up to 1 within 1e-9.
    pub fn discrete(values: &[f64], probabilities: &[f64]) -> Result<Law, LawError> {
        finite_values(values)?;
        if values.len() != probabilities.len() {
            let (values, probabilities) = (values.len(), probabilities.len());
            return Err(LawError::LengthsDiffer {
                values,
                probabilities,
            });
        }
        probabilities
            .iter()
            .try_for_each(|&p| probability("each probability", p))?;
        let sum = probabilities.iter().sum::<f64>();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(LawError::NotAWhole {
                sum: (sum * 1e9).round() / 1e9,
            });
        }
        let mut pairs: Vec<_> = values
            .iter()
            .copied()
            .zip(probabilities.iter().copied())
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (values, probabilities) = pairs.into_iter().unzip();
        Ok(Law::Discrete {
            values,
            probabilities,
        })
    }

    /// One of the observed `values`, each as likely as the others.
    ///
    /// # Errors
    /// No values, or values that are not finite.
    pub fn empirical(values: &[f64]) -> Result<Law, LawError> {
        finite_values(values)?;
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        Ok(Law::Empirical { values })
    }

    /// The law of `factor` times the number, as for a change of unit; `factor`
    /// is positive and finite.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Law {
        match self {
            Law::Constant(value) => Law::Constant(value * factor),
            Law::Scaled { factor: first, law } => Law::Scaled {
                factor: first * factor,
                law: law.clone(),
            },
            law => Law::Scaled {
                factor,
                law: Box::new(law.clone()),
            },
        }
    }

    /// Whether it can take one value only by its kind.
    pub fn is_constant(&self) -> bool {
        matches!(self, Law::Constant(_))
    }

    /// One draw.
    ///
    /// Normal, exponential and gamma deviates are `rand_distr`'s; everything
    /// behind them is arithmetic and `libm`, so that a draw keeps its bits
    /// from build to build and platform to platform. (`rand_distr`'s own
    /// log-normal, Weibull and beta laws take the platform's logarithm as soon
    /// as any crate in the build asks `num-traits` for the standard library.)
    /// What remains the platform's is the logarithm in the far tails: normal
    /// deviates beyond ±3.65 and exponential ones beyond 7.70, less than one
    /// draw in 2,000, may differ in their last bits between platforms.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        match self {
            Law::LogNormal { mu, sigma } => exp(mu + sigma * standard_normal(stream)),
            Law::Constant(value) => *value,
            law => law.sample_other(stream),
        }
    }

    /// Draws of many objects, each on its own stream, into `draws` in order;
    /// faster together than one by one, and the same.
    pub fn sample_each<'l>(
        objects: impl Iterator<Item = (&'l Law, Stream)> + Clone,
        draws: &mut Vec<f64>,
    ) {
        draws.clear();
        let mut others = false;
        draws.extend(objects.clone().map(|(law, mut stream)| match law {
            Law::LogNormal { mu, sigma } => mu + sigma * standard_normal(&mut stream),
            _ => {
                others = true;
                0.0
            }
        }));
        draws.iter_mut().for_each(|x| *x = exp(*x));
        if !others {
            return;
        }
        for (draw, (law, mut stream)) in draws.iter_mut().zip(objects) {
            if !matches!(law, Law::LogNormal { .. }) {
                *draw = law.sample(&mut stream);
            }
        }
    }

    fn sample_other(&self, stream: &mut Stream) -> f64 {
        match self {
            Law::Normal { mean, sd } => mean + sd * standard_normal(stream),
            Law::Exponential { mean } => mean * standard_exponential(stream),
            Law::Weibull { shape, scale } => {
                scale * libm::pow(standard_exponential(stream), 1.0 / shape)
            }
            Law::Erlang { shape, mean } => {
                let shape = f64::from(*shape);
                mean / shape * standard_gamma(shape, stream)
            }
            Law::Gamma { shape, mean } => mean / shape * standard_gamma(*shape, stream),
            Law::Beta { alpha, beta } => standard_beta(*alpha, *beta, stream),
            Law::Pert { low, mode, high } => {
                let (alpha, beta) = pert_exponents(*low, *mode, *high);
                low + (high - low) * standard_beta(alpha, beta, stream)
            }
            Law::Scaled { factor, law } => factor * law.sample(stream),
            law => law.quantile(stream.uniform()),
        }
    }

    /// The least x with P(X ≤ x) ≥ `u`, for `u` in (0, 1): a law's draws from
    /// the uniforms of a [copula](super::Copula). Gamma and beta laws are
    /// inverted numerically, which takes some tens of microseconds.
    pub fn quantile(&self, u: f64) -> f64 {
        match self {
            Law::Constant(value) => *value,
            Law::Uniform { low, high } => low + (high - low) * u,
            Law::Triangular { low, mode, high } => triangular_quantile(*low, *mode, *high, u),
            Law::Pert { low, mode, high } => {
                let (alpha, beta) = pert_exponents(*low, *mode, *high);
                low + (high - low) * beta_quantile(alpha, beta, u)
            }
            Law::Normal { mean, sd } => mean + sd * normal_quantile(u),
            Law::LogNormal { mu, sigma } => exp(mu + sigma * normal_quantile(u)),
            Law::Exponential { mean } => -mean * libm::log1p(-u),
            Law::Geometric { p } => geometric_quantile(*p, u),
            Law::Erlang { shape, mean } => gamma_quantile(f64::from(*shape), *mean, u),
            Law::Gamma { shape, mean } => gamma_quantile(*shape, *mean, u),
            Law::Weibull { shape, scale } => scale * libm::pow(-libm::log1p(-u), 1.0 / shape),
            Law::Beta { alpha, beta } => beta_quantile(*alpha, *beta, u),
            Law::Bernoulli { p } => f64::from(u > 1.0 - p),
            Law::Discrete {
                values,
                probabilities,
            } => discrete_quantile(values, probabilities, u),
            Law::Empirical { values } => empirical_quantile(values, u),
            Law::Scaled { factor, law } => factor * law.quantile(u),
        }
    }

    /// Its mean, exactly.
    pub fn mean(&self) -> f64 {
        match self {
            Law::Constant(value) => *value,
            Law::Uniform { low, high } => 0.5 * (low + high),
            Law::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Law::Pert { low, mode, high } => (low + 4.0 * mode + high) / 6.0,
            Law::LogNormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Law::Normal { mean, .. }
            | Law::Exponential { mean }
            | Law::Erlang { mean, .. }
            | Law::Gamma { mean, .. } => *mean,
            Law::Geometric { p } => (1.0 - p) / p,
            Law::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Law::Beta { alpha, beta } => alpha / (alpha + beta),
            Law::Bernoulli { p } => *p,
            Law::Discrete {
                values,
                probabilities,
            } => values
                .iter()
                .zip(probabilities)
                .map(|(value, p)| value * p)
                .sum(),
            Law::Empirical { values } => values.iter().sum::<f64>() / values.len() as f64,
            Law::Scaled { factor, law } => factor * law.mean(),
        }
    }

    /// The least and the greatest value it can take or approach; infinite
    /// where there is none.
    pub fn support(&self) -> (f64, f64) {
        match self {
            Law::Constant(value) => (*value, *value),
            Law::Uniform { low, high }
            | Law::Triangular { low, high, .. }
            | Law::Pert { low, high, .. } => (*low, *high),
            Law::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Law::LogNormal { .. }
            | Law::Exponential { .. }
            | Law::Geometric { .. }
            | Law::Erlang { .. }
            | Law::Gamma { .. }
            | Law::Weibull { .. } => (0.0, f64::INFINITY),
            Law::Beta { .. } | Law::Bernoulli { .. } => (0.0, 1.0),
            Law::Discrete { values, .. } | Law::Empirical { values } => {
                let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
                (end(values.first()), end(values.last()))
            }
            Law::Scaled { factor, law } => {
                let (low, high) = law.support();
                (factor * low, factor * high)
            }
        }
    }
}

fn finite(parameter: &'static str, value: f64) -> Result<(), LawError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(LawError::NotFinite { parameter })
    }
}

fn positive(parameter: &'static str, value: f64) -> Result<(), LawError> {
    finite(parameter, value)?;
    if value > 0.0 {
        Ok(())
    } else {
        Err(LawError::NotPositive { parameter })
    }
}

fn probability(parameter: &'static str, value: f64) -> Result<(), LawError> {
    let inside = (0.0..=1.0).contains(&value);
    if inside {
        Ok(())
    } else {
        Err(LawError::NotAProbability { parameter })
    }
}

fn ordered(low: f64, high: f64) -> Result<(), LawError> {
    finite("low", low)?;
    finite("high", high)?;
    if low <= high {
        Ok(())
    } else {
        Err(LawError::LowAboveHigh)
    }
}

fn mode_within(low: f64, mode: f64, high: f64) -> Result<(), LawError> {
    ordered(low, high)?;
    if (low..=high).contains(&mode) {
        Ok(())
    } else {
        Err(LawError::ModeOutside)
    }
}

fn finite_values(values: &[f64]) -> Result<(), LawError> {
    if values.is_empty() {
        return Err(LawError::NoValues);
    }
    values
        .iter()
        .try_for_each(|&value| finite("each value", value))
}

#[inline]
fn standard_normal(stream: &mut Stream) -> f64 {
    StandardNormal.sample(stream)
}

fn standard_exponential(stream: &mut Stream) -> f64 {
    Exp1.sample(stream)
}

/// A gamma deviate of scale 1; a shape below 1 by way of shape + 1 (Marsaglia
/// & Tsang, ACM Trans. Math. Softw. 26, 2000, §6).
fn standard_gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape >= 1.0 {
        large_gamma(shape, stream)
    } else {
        large_gamma(shape + 1.0, stream) * libm::pow(stream.uniform(), 1.0 / shape)
    }
}

/// The logarithm of a gamma deviate, which does not underflow however small
/// the shape.
fn log_gamma_deviate(shape: f64, stream: &mut Stream) -> f64 {
    if shape >= 1.0 {
        libm::log(large_gamma(shape, stream))
    } else {
        libm::log(large_gamma(shape + 1.0, stream)) + libm::log(stream.uniform()) / shape
    }
}

/// A gamma deviate of scale 1 for shapes of at least 1, where `rand_distr`
/// takes logarithms only to accept or reject.
fn large_gamma(shape: f64, stream: &mut Stream) -> f64 {
    Gamma::new(shape, 1.0).map_or(f64::NAN, |law| law.sample(stream))
}

/// X / (X + Y) of two gamma deviates.
fn standard_beta(alpha: f64, beta: f64, stream: &mut Stream) -> f64 {
    let over = log_gamma_deviate(alpha, stream);
    let rest = log_gamma_deviate(beta, stream);
    1.0 / (1.0 + libm::exp(rest - over))
}

fn pert_exponents(low: f64, mode: f64, high: f64) -> (f64, f64) {
    let position = if high > low {
        (mode - low) / (high - low)
    } else {
        0.5
    };
    (1.0 + 4.0 * position, 5.0 - 4.0 * position)
}

fn triangular_quantile(low: f64, mode: f64, high: f64, u: f64) -> f64 {
    let (width, rise, fall) = (high - low, mode - low, high - mode);
    if u * width < rise {
        low + (u * width * rise).sqrt()
    } else {
        high - ((1.0 - u) * width * fall).sqrt()
    }
}

/// The least k with 1 − (1 − p)^(k + 1) ≥ u.
fn geometric_quantile(p: f64, u: f64) -> f64 {
    if p >= 1.0 {
        return 0.0;
    }
    (libm::ceil(libm::log1p(-u) / libm::log1p(-p)) - 1.0).max(0.0)
}

fn gamma_quantile(shape: f64, mean: f64, u: f64) -> f64 {
    let mut high = shape + 1.0;
    while gamma_cdf(shape, high) < u {
        high *= 2.0;
    }
    mean / shape * invert(|x| gamma_cdf(shape, x), u, 0.0, high)
}

fn beta_quantile(alpha: f64, beta: f64, u: f64) -> f64 {
    invert(|x| beta_cdf(alpha, beta, x), u, 0.0, 1.0)
}

fn discrete_quantile(values: &[f64], probabilities: &[f64], u: f64) -> f64 {
    let mut left = u;
    for (value, p) in values.iter().zip(probabilities) {
        left -= p;
        if left <= 0.0 {
            return *value;
        }
    }
    values.last().copied().unwrap_or(f64::NAN)
}

fn empirical_quantile(values: &[f64], u: f64) -> f64 {
    let rank = (u * values.len() as f64) as usize;
    values
        .get(rank)
        .or(values.last())
        .copied()
        .unwrap_or(f64::NAN)
}
