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
            point[dimension] = within(part, points, stream.uniform());
        }
    }
    cube
}

/// The place `u` of the way through one of the equal `parts` of (0, 1). Near the
/// end of the last of them, rounding would give 1 itself.
fn within(part: usize, parts: usize, u: f64) -> f64 {
    ((part as f64 + u) / parts as f64).min(1.0_f64.next_down())
}

/// Bits of a coordinate.
const BITS: usize = 32;

/// The first points of a Sobol' sequence in the unit cube, scrambled.
///
/// Direction numbers are those of Joe and Kuo (SIAM Journal on Scientific
/// Computing 30, 2008). Each dimension is scrambled as Owen does, every digit by
/// a permutation that depends on those before it, by way of a hash (Burley,
/// Journal of Computer Graphics Techniques 9, 2020): the first 2ᵏ points stay as
/// evenly spread as they were, and every point is uniform over seeds.
/// Coordinates are odd multiples of 2⁻³³, so inside (0, 1); points repeat after
/// 2³² of them.
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
/// The hash is that of Laine and Karras (Computer Graphics Forum 30, 2011) with
/// the steps and constants of Vegdahl ("Building a better LK hash", 2021), which
/// depend less on one another than those Burley has.
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
/// `levels / (2 (levels − 1))`, up or down, in random order (Morris, Technometrics 33, 1991).
/// Coordinates are among `levels`, an even number, of values from 0 to 1, evenly
/// spaced; an odd number counts as the even one below it, and 0 as 2.
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

    /// Likewise, far enough into the sequence that 21 direction numbers of every
    /// dimension take part: `Sobol(64, scramble=False, bits=32)` after
    /// `fast_forward(0x155555)`, in units of 2⁻³².
    #[test]
    fn every_dimension_is_that_of_joe_and_kuo() {
        let index = 0x155555 ^ (0x155555 >> 1);
        let words: Vec<u32> = (0..64)
            .map(|dimension| sequence(&directions(dimension), index))
            .collect();
        assert_eq!(words, FAR_ALONG);
    }

    const FAR_ALONG: [u32; 64] = [
        0xffff_f800,
        0x9801_9800,
        0x2727_5800,
        0x1d8d_5800,
        0x0c9e_1800,
        0x7891_5800,
        0xff08_e800,
        0x2e5e_f800,
        0x0f86_f800,
        0xb612_d800,
        0xecb6_1800,
        0xe838_f800,
        0x9cd5_3800,
        0x9995_c800,
        0xa1e2_d800,
        0x7e7a_8800,
        0x0882_0800,
        0x171d_4800,
        0x53eb_c800,
        0xbb35_6800,
        0xdcd6_b800,
        0x12de_e800,
        0xac83_d800,
        0x1748_8800,
        0x33b9_0800,
        0xbe03_d800,
        0xef1c_5800,
        0x3f5c_5800,
        0x65b8_6800,
        0x63a0_1800,
        0x3ff6_2800,
        0x071d_b800,
        0x4c0f_7800,
        0x8ac4_7800,
        0xef68_0800,
        0x3b4a_5800,
        0x7f82_7800,
        0xe473_6800,
        0x78d9_e800,
        0xc521_8800,
        0xb188_8800,
        0xb4a0_f800,
        0x2fd6_d800,
        0x8c92_6800,
        0xfb76_e800,
        0x3086_9800,
        0x3b81_c800,
        0xb0ad_4800,
        0xa451_c800,
        0x19c2_8800,
        0x459a_f800,
        0xb2d8_8800,
        0x4ae0_0800,
        0xbc78_7800,
        0xb186_c800,
        0x74d6_7800,
        0x9446_5800,
        0x6d24_7800,
        0xe976_5800,
        0xa063_5800,
        0x4e0e_e800,
        0x5f62_7800,
        0x511d_d800,
        0x9b72_e800,
    ];

    /// Which is why the bits of an index and those of a coordinate answer one another.
    #[test]
    fn the_last_bit_of_a_direction_number_is_that_of_its_place() {
        for dimension in 0..64 {
            for (bit, direction) in directions(dimension).into_iter().enumerate() {
                assert_eq!(direction.trailing_zeros() as usize, BITS - 1 - bit);
            }
        }
    }

    /// The one coordinate in which two points differ.
    fn moved(before: &[f64], after: &[f64]) -> Option<usize> {
        let pairs = before.iter().zip(after).enumerate();
        let mut different = pairs.filter_map(|(at, (a, b))| (a != b).then_some(at));
        let first = different.next();
        first.filter(|_| different.next().is_none())
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
            let level = |u: f64| u * (levels - 1) as f64;
            let on_grid = |u: &f64| (0.0..=1.0).contains(u) && (level(*u) - level(*u).round()).abs() < 1e-9;
            prop_assert!(points.iter().flatten().all(on_grid));
            for trajectory in points.chunks(dimensions + 1) {
                let mut order = Vec::new();
                for pair in trajectory.windows(2) {
                    let dimension = moved(&pair[0], &pair[1]).unwrap();
                    let (from, to) = (pair[0][dimension], pair[1][dimension]);
                    prop_assert!(((from - to).abs() - step).abs() < 1e-12);
                    order.push(dimension);
                }
                order.sort_unstable();
                prop_assert!(order.into_iter().eq(0..dimensions));
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

    /// Whatever is drawn, as a point at 1 would be at the end of a law.
    #[test]
    fn no_coordinate_is_an_end_of_its_range() {
        let (least, most) = (0.5_f64.powi(54), 1.0 - 0.5_f64.powi(53));
        for points in [1, 2, 3, 1_000, 10_000] {
            assert!(within(0, points, least) > 0.0);
            assert!(within(points - 1, points, most) < 1.0);
        }
        let ends = [0, u32::MAX].map(|word| (f64::from(word) + 0.5) / 2.0_f64.powi(32));
        assert!(ends[0] > 0.0 && ends[1] < 1.0);
    }

    /// Words that agree down to some bit agree there once they are scrambled, and
    /// differ in the next one if they did: Owen's trees.
    #[test]
    fn scrambling_goes_from_bit_to_bit() {
        let mut stream = stream("words", 1, 0);
        for _ in 0..10_000 {
            let (word, seed) = (stream.next_u32(), stream.next_u32());
            let alike = stream.next_u32() % 32;
            let other =
                word ^ (1 << (31 - alike)) ^ (stream.next_u32() & ((1 << (31 - alike)) - 1));
            let apart = scrambled(word, seed) ^ scrambled(other, seed);
            assert_eq!(apart.leading_zeros(), alike);
        }
    }

    /// Root mean squares, over seeds, by which means over samples miss the integral.
    fn misses(
        of: impl Fn(&[f64]) -> f64,
        integral: f64,
        sample: impl Fn(u64) -> Vec<Vec<f64>>,
    ) -> f64 {
        const SEEDS: u64 = 400;
        let miss = |seed| {
            let points = sample(seed);
            points.iter().map(|point| of(point)).sum::<f64>() / points.len() as f64 - integral
        };
        let squares = (0..SEEDS).map(|seed| miss(seed) * miss(seed));
        (squares.sum::<f64>() / SEEDS as f64).sqrt()
    }

    const POINTS: usize = 256;

    fn by_chance(seed: u64) -> Vec<Vec<f64>> {
        let mut stream = stream("chance", seed, 0);
        let mut point = |_| (0..3).map(|_| stream.uniform()).collect();
        (0..POINTS).map(&mut point).collect()
    }

    /// Of its variance by chance, (9/5)³ − 1, a Latin hypercube leaves what is not
    /// the sum of a function of each coordinate: all but 3 · 4/5 (Stein 1987).
    #[test]
    fn a_smooth_function_is_summed_better_than_by_chance() {
        let of = |point: &[f64]| point.iter().map(|x| 3.0 * x * x).product();
        let chance = misses(of, 1.0, by_chance);
        let lhs = misses(of, 1.0, |seed| latin_hypercube(POINTS, 3, seed));
        let sobol = misses(of, 1.0, |seed| sobol(POINTS, 3, seed).unwrap());
        let all = 1.8_f64.powi(3) - 1.0;
        let expected = ((all - 2.4) / all).sqrt();
        assert!(
            (lhs / chance / expected - 1.0).abs() < 0.2 && sobol < 0.1 * chance,
            "{sobol} {lhs} {chance}"
        );
    }

    /// Of a sum only the spread within a part is left: 1/n³ a coordinate here.
    #[test]
    fn a_latin_hypercube_all_but_integrates_sums() {
        let of = |point: &[f64]| point.iter().map(|x| 3.0 * x * x).sum();
        let lhs = misses(of, 3.0, |seed| latin_hypercube(POINTS, 3, seed));
        let expected = (3.0 / (POINTS as f64).powi(3)).sqrt();
        assert!((lhs / expected - 1.0).abs() < 0.15, "{lhs} {expected}");
    }

    #[test]
    fn there_are_only_so_many_dimensions() {
        assert!(sobol(2, 64, 0).is_ok());
        let error = sobol(2, 65, 0).unwrap_err();
        assert!(error.to_string().contains("at most 64"));
    }
}
