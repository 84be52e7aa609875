//! How well the values of trials foretold a number that was observed.

/// Continuous ranked probability score of the law that gives each of the values
/// the same probability, sorted in ascending order, for the number observed, in
/// the unit of both; the less the better, and for a single value its distance:
///
/// ```text
/// (1/n) Σ |xᵢ − y| − (1/n²) Σ (2i − n − 1) xᵢ,    i = 1 … n
/// ```
///
/// (Gneiting & Raftery, Journal of the American Statistical Association 102,
/// 2007, equation 21, for the law of a sample). Not a number if there are no
/// values.
pub fn crps(sorted: &[f64], observed: f64) -> f64 {
    let n = sorted.len() as f64;
    let apart: f64 = sorted.iter().map(|x| (x - observed).abs()).sum();
    let ranked = sorted.iter().enumerate();
    let spread: f64 = ranked.map(|(i, x)| (2.0 * i as f64 + 1.0 - n) * x).sum();
    apart / n - spread / (n * n)
}

/// Probability integral transform: the share of values, sorted in ascending
/// order, below the number observed, and half of those equal to it. Over many
/// observations that are foretold well it is uniform between 0 and 1.
pub fn pit(sorted: &[f64], observed: f64) -> f64 {
    let below = sorted.partition_point(|x| *x < observed);
    let up_to = sorted.partition_point(|x| *x <= observed);
    (below + up_to) as f64 / 2.0 / sorted.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::exp;

    #[test]
    fn crps_of_one_value_is_its_distance() {
        assert_eq!(crps(&[3.0], 5.0), 2.0);
    }

    #[test]
    fn crps_by_its_definition() {
        // ∫ (F(x) − 1{x ≥ y})² dx with steps at 1, 2 and 4, observed 3.
        let by_hand = 1.0 / 9.0 + 4.0 / 9.0 + 1.0 / 9.0;
        assert!((crps(&[1.0, 2.0, 4.0], 3.0) - by_hand).abs() < 1e-15);
    }

    /// Of the exponential law: y + 2 e^−y − 3/2.
    #[test]
    fn crps_of_the_exponential_law() {
        let n = 20_000;
        let quantile = |i: usize| -libm::log1p(-(i as f64 + 0.5) / n as f64);
        let sorted: Vec<f64> = (0..n).map(quantile).collect();
        for y in [0.0, 0.3, 1.0, 4.0] {
            let exact = y + 2.0 * exp(-y) - 1.5;
            assert!((crps(&sorted, y) - exact).abs() < 2e-4, "{y}");
        }
    }

    #[test]
    fn pit_counts_ties_by_half() {
        assert_eq!(pit(&[0.0, 1.0, 1.0, 2.0], 1.0), 0.5);
        assert_eq!(pit(&[0.0, 1.0], -1.0), 0.0);
        assert_eq!(pit(&[0.0, 1.0], 9.0), 1.0);
    }
}
