//! The exponential that trials live on.
//!
//! Everything else comes from `libm`; its `exp` was a tenth of a trial.

/// Beyond these the result is zero or infinite; results that are not normal
/// numbers, below e^−708, count as zero.
const LEAST: f64 = -708.0;
const MOST: f64 = 709.0;
/// 1.5 · 2⁵²: a number added to it is rounded to a whole one, which is then
/// in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// ln 2, in two parts: the first times any exponent is exact.
const LN_2: (f64, f64) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
/// 1/k! for k from 13 down to 2.
const TAYLOR: [f64; 12] = [
    1.605_904_383_682_161_5e-10,
    2.087_675_698_786_81e-9,
    2.505_210_838_544_172e-8,
    2.755_731_922_398_589e-7,
    2.755_731_922_398_589_3e-6,
    2.480_158_730_158_73e-5,
    1.984_126_984_126_984e-4,
    1.388_888_888_888_889e-3,
    8.333_333_333_333_333e-3,
    4.166_666_666_666_666_4e-2,
    1.666_666_666_666_666_6e-1,
    0.5,
];

/// e^x, to one unit in the last place and the same on every machine.
///
/// x = k·ln 2 + r with |r| ≤ ln 2 / 2, e^r by its Taylor series (the rest is
/// below 2⁻⁵⁷), and k into the exponent. No branch, table or call, so that
/// loops over it run on vectors.
#[inline]
#[must_use]
pub fn exp(x: f64) -> f64 {
    let within = x.clamp(LEAST, MOST);
    let shifted = within * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (within - k * LN_2.0) - k * LN_2.1;
    let series = TAYLOR.iter().skip(1).fold(TAYLOR[0], |sum, c| sum * r + c);
    let power = 1.0 + (r + r * r * series);
    let scaled = f64::from_bits(power.to_bits().wrapping_add(shifted.to_bits() << 52));
    if x < LEAST {
        0.0
    } else if x > MOST {
        f64::INFINITY
    } else {
        scaled
    }
}

#[cfg(test)]
mod tests {
    use super::exp;

    fn units_off(x: f64) -> i64 {
        let (ours, theirs) = (exp(x).to_bits() as i64, libm::exp(x).to_bits() as i64);
        (ours - theirs).abs()
    }

    #[test]
    fn as_good_as_libm() {
        let mut worst = 0;
        let mut far = 0;
        for k in 0..4_000_000_i64 {
            let x = -708.0 + 1417.0 * (k as f64 / 4e6);
            worst = worst.max(units_off(x));
            far += i64::from(units_off(x * 1e-3) > 0);
        }
        assert!(worst <= 1, "{worst} units");
        assert!(far < 600_000, "{far} of 4,000,000 rounded otherwise");
    }

    #[test]
    fn where_it_ends() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-0.0), 1.0);
        assert_eq!(exp(1e-300), 1.0);
        assert_eq!(exp(-709.0), 0.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(709.1), f64::INFINITY);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert!(exp(f64::NAN).is_nan());
    }
}
