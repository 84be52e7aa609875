use rand::Rng;

use super::{ObjectKey, Stream, TrialKey};

/// A design that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DesignError {
    /// More dimensions than there are direction numbers for.
    #[error(
        "a Sobol' sequence has at most {most} dimensions here, and this one would have {asked}"
    )]
    Dimensions {
        /// How many there can be.
        most: usize,
        /// How many were asked for.
        asked: usize,
    },
}

/// The draws of a design of a kind, for one of its parts.
fn stream(kind: &str, seed: u64, part: usize) -> Stream {
    let object = ObjectKey::named("designs").join(ObjectKey::named(kind));
    Stream::open(TrialKey::new(seed, 0), object.with(part as u64), 0)
}

/// A whole number below `end`, from a uniform draw.
fn below(stream: &mut Stream, end: usize) -> usize {
    ((stream.uniform() * end as f64) as usize).min(end.saturating_sub(1))
}

/// The numbers up to `length` in random order (Fisher and Yates).
fn shuffled(stream: &mut Stream, length: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    for last in (1..length).rev() {
        order.swap(last, below(stream, last + 1));
    }
    order
}

/// A Latin hypercube sample of the unit cube, point by point: along each
/// dimension one point in each of as many equal parts, uniform within it, and
/// in an order of its own (McKay, Beckman and Conover, Technometrics 21, 1979).
#[must_use]
pub fn latin_hypercube(points: usize, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut cube = vec![vec![0.0; dimensions]; points];
    for dimension in 0..dimensions {
        let mut stream = stream("latin-hypercube", seed, dimension);
        let order = shuffled(&mut stream, points);
        for (point, part) in cube.iter_mut().zip(order) {
            point[dimension] = (part as f64 + stream.uniform()) / points as f64;
        }
    }
    cube
}

/// Bits of a coordinate.
const BITS: usize = 32;

/// The first points of a Sobol' sequence in the unit cube, scrambled.
///
/// Direction numbers are those of Joe and Kuo (SIAM Journal on Scientific
/// Computing 30, 2008). Each dimension is scrambled as Owen does, every digit by
/// a permutation that depends on those before it, by way of a hash (Laine and
/// Karras 2011, as Burley has it, Journal of Computer Graphics Techniques 9,
/// 2020): the first 2ᵏ points stay as evenly spread as they were, and every
/// point is uniform over seeds. Coordinates lie inside (0, 1).
///
/// # Errors
/// If there are no direction numbers for so many dimensions.
pub fn sobol(points: usize, dimensions: usize, seed: u64) -> Result<Vec<Vec<f64>>, DesignError> {
    let most = 1 + JOE_KUO.len();
    if dimensions > most {
        let asked = dimensions;
        return Err(DesignError::Dimensions { most, asked });
    }
    let directions: Vec<[u32; BITS]> = (0..dimensions).map(directions).collect();
    let seeds: Vec<u32> = (0..dimensions)
        .map(|dimension| stream("sobol", seed, dimension).next_u32())
        .collect();
    let coordinate = |index: usize, dimension: usize| {
        let word = sequence(&directions[dimension], index);
        let word = scrambled(word, seeds[dimension]);
        (f64::from(word) + 0.5) / 2.0_f64.powi(BITS as i32)
    };
    let point = |index| {
        (0..dimensions)
            .map(|dimension| coordinate(index, dimension))
            .collect()
    };
    Ok((0..points).map(point).collect())
}

/// A coordinate of a point of the sequence: the direction numbers of the bits of
/// its index, added without carry.
fn sequence(directions: &[u32; BITS], index: usize) -> u32 {
    let bits = (0..BITS).filter(|bit| index >> bit & 1 == 1);
    bits.fold(0, |word, bit| word ^ directions[bit])
}

/// The direction numbers of a dimension. Those of the first are powers of a half;
/// those of the others follow from their first few by the recurrence of Joe and
/// Kuo, equation 2.
fn directions(dimension: usize) -> [u32; BITS] {
    let mut directions = [0; BITS];
    let Some((polynomial, first)) = dimension.checked_sub(1).and_then(|d| JOE_KUO.get(d)) else {
        for (bit, direction) in directions.iter_mut().enumerate() {
            *direction = 1 << (BITS - 1 - bit);
        }
        return directions;
    };
    let degree = first.len();
    for (bit, number) in first.iter().enumerate() {
        directions[bit] = number << (BITS - 1 - bit);
    }
    for bit in degree..BITS {
        let mut word = directions[bit - degree] ^ (directions[bit - degree] >> degree);
        for k in 1..degree {
            if polynomial >> (degree - 1 - k) & 1 == 1 {
                word ^= directions[bit - k];
            }
        }
        directions[bit] = word;
    }
    directions
}

/// A word with each bit flipped or not by what a hash makes of those above it.
fn scrambled(word: u32, seed: u32) -> u32 {
    let mut word = word.reverse_bits();
    word ^= word.wrapping_mul(0x3d20_adea);
    word = word.wrapping_add(seed);
    word = word.wrapping_mul((seed >> 16) | 1);
    word ^= word.wrapping_mul(0x0552_6c56);
    word ^= word.wrapping_mul(0x53a2_2864);
    word.reverse_bits()
}

/// Trajectories through the unit cube, one after the other: each a start and then
/// a point a dimension, at which one more coordinate has moved by
/// `levels / (2 (levels − 1))`, up or down, in random order (Morris,
/// Technometrics 33, 1991). Coordinates are among `levels`, an even number, of
/// values from 0 to 1, evenly spaced.
#[must_use]
pub fn morris(trajectories: usize, levels: usize, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    let half = (levels / 2).max(1);
    let value = |level: usize| level as f64 / (2 * half - 1) as f64;
    let mut points = Vec::with_capacity(trajectories * (dimensions + 1));
    for trajectory in 0..trajectories {
        let mut stream = stream("morris", seed, trajectory);
        let mut at: Vec<usize> = (0..dimensions)
            .map(|_| below(&mut stream, 2 * half))
            .collect();
        let point = |at: &[usize]| at.iter().map(|level| value(*level)).collect::<Vec<f64>>();
        points.push(point(&at));
        for dimension in shuffled(&mut stream, dimensions) {
            // Half of the levels can only move up, the other half down.
            let level = at[dimension];
            at[dimension] = if level < half {
                level + half
            } else {
                level - half
            };
            points.push(point(&at));
        }
    }
    points
}

/// Of each dimension after the first, the coefficients of its primitive
/// polynomial, without the first and the last, as bits, and its first direction
/// numbers: `new-joe-kuo-6` of Joe and Kuo.
const JOE_KUO: [(u32, &[u32]); 63] = [
    (0, &[1]),
    (1, &[1, 3]),
    (1, &[1, 3, 1]),
    (2, &[1, 1, 1]),
    (1, &[1, 1, 3, 3]),
    (4, &[1, 3, 5, 13]),
    (2, &[1, 1, 5, 5, 17]),
    (4, &[1, 1, 5, 5, 5]),
    (7, &[1, 1, 7, 11, 19]),
    (11, &[1, 1, 5, 1, 1]),
    (13, &[1, 1, 1, 3, 11]),
    (14, &[1, 3, 5, 5, 31]),
    (1, &[1, 3, 3, 9, 7, 49]),
    (13, &[1, 1, 1, 15, 21, 21]),
    (16, &[1, 3, 1, 13, 27, 49]),
    (19, &[1, 1, 1, 15, 7, 5]),
    (22, &[1, 3, 1, 15, 13, 25]),
    (25, &[1, 1, 5, 5, 19, 61]),
    (1, &[1, 3, 7, 11, 23, 15, 103]),
    (4, &[1, 3, 7, 13, 13, 15, 69]),
    (7, &[1, 1, 3, 13, 7, 35, 63]),
    (8, &[1, 3, 5, 9, 1, 25, 53]),
    (14, &[1, 3, 1, 13, 9, 35, 107]),
    (19, &[1, 3, 1, 5, 27, 61, 31]),
    (21, &[1, 1, 5, 11, 19, 41, 61]),
    (28, &[1, 3, 5, 3, 3, 13, 69]),
    (31, &[1, 1, 7, 13, 1, 19, 1]),
    (32, &[1, 3, 7, 5, 13, 19, 59]),
    (37, &[1, 1, 3, 9, 25, 29, 41]),
    (41, &[1, 3, 5, 13, 23, 1, 55]),
    (42, &[1, 3, 7, 3, 13, 59, 17]),
    (50, &[1, 3, 1, 3, 5, 53, 69]),
    (55, &[1, 1, 5, 5, 23, 33, 13]),
    (56, &[1, 1, 7, 7, 1, 61, 123]),
    (59, &[1, 1, 7, 9, 13, 61, 49]),
    (62, &[1, 3, 3, 5, 3, 55, 33]),
    (14, &[1, 3, 1, 15, 31, 13, 49, 245]),
    (21, &[1, 3, 5, 15, 31, 59, 63, 97]),
    (22, &[1, 3, 1, 11, 11, 11, 77, 249]),
    (38, &[1, 3, 1, 11, 27, 43, 71, 9]),
    (47, &[1, 1, 7, 15, 21, 11, 81, 45]),
    (49, &[1, 3, 7, 3, 25, 31, 65, 79]),
    (50, &[1, 3, 1, 1, 19, 11, 3, 205]),
    (52, &[1, 1, 5, 9, 19, 21, 29, 157]),
    (56, &[1, 3, 7, 11, 1, 33, 89, 185]),
    (67, &[1, 3, 3, 3, 15, 9, 79, 71]),
    (70, &[1, 3, 7, 11, 15, 39, 119, 27]),
    (84, &[1, 1, 3, 1, 11, 31, 97, 225]),
    (97, &[1, 1, 1, 3, 23, 43, 57, 177]),
    (103, &[1, 3, 7, 7, 17, 17, 37, 71]),
    (115, &[1, 3, 1, 5, 27, 63, 123, 213]),
    (122, &[1, 1, 3, 5, 11, 43, 53, 133]),
    (8, &[1, 3, 5, 5, 29, 17, 47, 173, 479]),
    (13, &[1, 3, 3, 11, 3, 1, 109, 9, 69]),
    (16, &[1, 1, 1, 5, 17, 39, 23, 5, 343]),
    (22, &[1, 3, 1, 5, 25, 15, 31, 103, 499]),
    (25, &[1, 1, 1, 11, 11, 17, 63, 105, 183]),
    (44, &[1, 1, 5, 11, 9, 29, 97, 231, 363]),
    (47, &[1, 1, 5, 15, 19, 45, 41, 7, 383]),
    (52, &[1, 3, 7, 7, 31, 19, 83, 137, 221]),
    (55, &[1, 1, 1, 3, 23, 15, 111, 223, 83]),
    (59, &[1, 1, 5, 13, 31, 15, 55, 25, 161]),
    (62, &[1, 1, 3, 13, 25, 47, 39, 87, 257]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Points of the sequence as it is, before it is scrambled.
    fn plain(index: usize, dimension: usize) -> f64 {
        f64::from(sequence(&directions(dimension), index)) / 2.0_f64.powi(32)
    }

    /// As scipy.stats.qmc.Sobol has them, which goes through them in Gray code.
    #[test]
    fn the_sequence_is_that_of_joe_and_kuo() {
        let gray = |index: usize| index ^ (index >> 1);
        let fourth: Vec<f64> = (0..8).map(|dimension| plain(gray(4), dimension)).collect();
        assert_eq!(
            fourth,
            [0.375, 0.375, 0.625, 0.875, 0.375, 0.125, 0.375, 0.875]
        );
        let dimensions = [0, 1, 2, 5, 20, 40, 63];
        let later = dimensions.map(|dimension| plain(gray(37), dimension));
        let expected = [
            0.921875, 0.640625, 0.578125, 0.296875, 0.953125, 0.078125, 0.828125,
        ];
        assert_eq!(later, expected);
    }

    proptest! {
        /// Along each dimension, one point in each of as many equal parts.
        #[test]
        fn samples_are_spread_evenly(power in 0_u32..9, dimensions in 1_usize..8, seed: u64) {
            let points = 1 << power;
            let cubes = [latin_hypercube(points, dimensions, seed), sobol(points, dimensions, seed).unwrap()];
            for cube in cubes {
                for dimension in 0..dimensions {
                    let part = |point: &Vec<f64>| (point[dimension] * points as f64) as usize;
                    let mut parts: Vec<usize> = cube.iter().map(part).collect();
                    parts.sort_unstable();
                    prop_assert!(parts.into_iter().eq(0..points));
                    prop_assert!(cube.iter().all(|point| point[dimension] > 0.0 && point[dimension] < 1.0));
                }
            }
        }

        /// Of the first two dimensions of Sobol, one point in each box of area 1/n.
        #[test]
        fn pairs_of_a_sobol_sequence_fill_boxes(split in 0_u32..7, seed: u64) {
            let cube = sobol(64, 2, seed).unwrap();
            let (across, up) = (1 << split, 1 << (6 - split));
            let of = |point: &Vec<f64>| {
                ((point[0] * f64::from(across)) as usize, (point[1] * f64::from(up)) as usize)
            };
            let mut boxes: Vec<_> = cube.iter().map(of).collect();
            boxes.sort_unstable();
            boxes.dedup();
            prop_assert_eq!(boxes.len(), 64);
        }

        #[test]
        fn a_step_of_a_trajectory_moves_one_coordinate(
            trajectories in 1_usize..6, half in 1_usize..5, dimensions in 1_usize..7, seed: u64
        ) {
            let levels = 2 * half;
            let points = morris(trajectories, levels, dimensions, seed);
            prop_assert_eq!(points.len(), trajectories * (dimensions + 1));
            let step = levels as f64 / (2.0 * (levels as f64 - 1.0));
            for trajectory in points.chunks(dimensions + 1) {
                let mut moved = Vec::new();
                for pair in trajectory.windows(2) {
                    let changes = pair[0].iter().zip(&pair[1]).enumerate();
                    let changes: Vec<_> = changes.filter(|(_, (a, b))| a != b).collect();
                    prop_assert_eq!(changes.len(), 1);
                    let (dimension, (from, to)) = changes[0];
                    prop_assert!(((from - to).abs() - step).abs() < 1e-12);
                    moved.push(dimension);
                }
                moved.sort_unstable();
                prop_assert!(moved.into_iter().eq(0..dimensions));
            }
        }
    }

    #[test]
    fn seeds_and_dimensions_do_not_share_draws() {
        for make in [
            |seed| latin_hypercube(50, 3, seed),
            |seed| sobol(50, 3, seed).unwrap(),
        ] {
            let (one, other) = (make(1), make(2));
            assert_eq!(one, make(1));
            assert!(one.iter().zip(&other).all(|(a, b)| a != b));
            assert!(
                one.iter()
                    .all(|point| point[0] != point[1] && point[1] != point[2])
            );
        }
        assert_ne!(morris(3, 4, 5, 1), morris(3, 4, 5, 2));
    }

    #[test]
    fn scrambled_points_are_uniform_over_seeds() {
        let mean = |index: usize| {
            let draws = (0..2_000).map(|seed| sobol(8, 1, seed).unwrap()[index][0]);
            draws.sum::<f64>() / 2_000.0
        };
        let error = (1.0 / 12.0_f64 / 2_000.0).sqrt();
        for index in [0, 3, 7] {
            assert!(
                (mean(index) - 0.5).abs() < 4.0 * error,
                "{index}: {}",
                mean(index)
            );
        }
    }

    #[test]
    fn a_smooth_function_is_summed_better_than_by_chance() {
        let of = |point: &Vec<f64>| point.iter().map(|x| 3.0 * x * x).product::<f64>();
        let error = |cube: &[Vec<f64>]| {
            let mean = cube.iter().map(of).sum::<f64>() / cube.len() as f64;
            (mean - 1.0) * (mean - 1.0)
        };
        let rms = |make: &dyn Fn(u64) -> Vec<Vec<f64>>| {
            ((0..40).map(|seed| error(&make(seed))).sum::<f64>() / 40.0).sqrt()
        };
        let chance = |seed| -> Vec<Vec<f64>> {
            let mut stream = stream("chance", seed, 0);
            (0..256)
                .map(|_| vec![stream.uniform(), stream.uniform(), stream.uniform()])
                .collect()
        };
        let (lhs, sobol) = (
            rms(&|seed| latin_hypercube(256, 3, seed)),
            rms(&|seed| sobol(256, 3, seed).unwrap()),
        );
        let chance = rms(&chance);
        assert!(
            lhs < 0.9 * chance && sobol < 0.2 * chance,
            "{sobol} {lhs} {chance}"
        );
    }

    #[test]
    fn there_are_only_so_many_dimensions() {
        assert!(sobol(2, 64, 0).is_ok());
        let error = sobol(2, 65, 0).unwrap_err();
        assert!(error.to_string().contains("at most 64"));
    }
}
