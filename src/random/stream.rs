use std::convert::Infallible;

use rand::TryRng;

use super::philox::philox;

/// Bits of the counter's second word that count blocks of a stream; the
/// other 40 hold the occurrence.
const BLOCK_BITS: u32 = 24;
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// One trial of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialKey(u64);

impl TrialKey {
    /// The key of trial number `trial` under `seed`; the trials of a seed all
    /// have different keys.
    pub const fn new(seed: u64, trial: u64) -> TrialKey {
        TrialKey(mix(mix(seed.wrapping_add(GOLDEN)) ^ trial))
    }
}

/// The name of a stochastic object, as a number that stays the same in every
/// version of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey(u64);

impl ObjectKey {
    /// The key of a name such as `policies.myanmar-stops.duration`: the
    /// 64-bit FNV-1a hash of its bytes (Fowler, Noll & Vo; offset basis
    /// cbf29ce484222325, prime 100000001b3), finished by the bijection of SplitMix64.
    pub const fn named(name: &str) -> ObjectKey {
        let bytes = name.as_bytes();
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut index = 0;
        while index < bytes.len() {
            hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            index += 1;
        }
        ObjectKey(mix(hash))
    }

    /// The key of another object's part in this one: a pair of a policy.
    #[must_use]
    pub const fn join(self, other: ObjectKey) -> ObjectKey {
        self.with(other.0)
    }

    /// The key of part number `n` of this object: a purpose, a buyer, a
    /// parcel. Order matters: `key.with(1).with(2)` is not
    /// `key.with(2).with(1)`.
    #[must_use]
    pub const fn with(self, n: u64) -> ObjectKey {
        ObjectKey(mix(self.0.rotate_left(23) ^ mix(n.wrapping_add(GOLDEN))))
    }

    #[cold]
    const fn far(self, beyond: u64) -> ObjectKey {
        self.with(beyond)
    }
}

/// A bijection of 64-bit words whose output bits each depend on every input
/// bit: the finaliser of SplitMix64, "variant 13" of Stafford's search.
const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The draws of one object, in one trial, on one occasion.
///
/// Opening costs nothing; each pair of words is one call of Philox2x64-10
/// with
///
/// ```text
/// key      64 bits  trial key, from seed and trial
/// counter  64 bits  object key
///          40 bits  occurrence
///          24 bits  block within the stream
/// ```
///
/// An occurrence of 2⁴⁰ or more also changes the object key. A stream holds
/// 2²⁵ words of 64 bits before it runs into the next occurrence's.
///
/// It is a generator in the sense of the `rand` crate, so `rand_distr`
/// samples from it.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    key: u64,
    counter: [u64; 2],
    spare: Option<u64>,
}

impl Stream {
    /// The stream of `object` in a trial on its `occurrence`-th occasion. The
    /// same address always gives the same draws.
    #[inline]
    pub const fn open(trial: TrialKey, object: ObjectKey, occurrence: u64) -> Stream {
        let beyond = occurrence >> (u64::BITS - BLOCK_BITS);
        let object = if beyond == 0 {
            object
        } else {
            object.far(beyond)
        };
        let counter = [object.0, occurrence << BLOCK_BITS];
        Stream {
            key: trial.0,
            counter,
            spare: None,
        }
    }

    /// A uniform draw from the open interval (0, 1), a multiple of 2⁻⁵³ (or
    /// 2⁻⁵⁴ in place of zero).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        ((self.word() >> 11) as f64 * STEP).max(STEP / 2.0)
    }

    /// Whether an event of probability `p` happens: never for `p` ≤ 0, surely
    /// for `p` ≥ 1. With the same draw, an event that happens at one
    /// probability happens at every greater one.
    #[inline]
    pub fn happens(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    #[inline]
    fn word(&mut self) -> u64 {
        if let Some(word) = self.spare.take() {
            return word;
        }
        let [word, spare] = philox(self.counter, self.key);
        self.counter[1] = self.counter[1].wrapping_add(1);
        self.spare = Some(spare);
        word
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    const TRIAL: TrialKey = TrialKey::new(7, 3);
    const OBJECT: ObjectKey = ObjectKey::named("lanes.cn-jp.transit");

    fn words(mut stream: Stream) -> [u64; 5] {
        std::array::from_fn(|_| stream.next_u64())
    }

    /// Upper 0.1 % point of χ² with 255 degrees of freedom.
    const CHI_SQUARE_255: f64 = 330.5;

    /// χ² of the joint counts of the leading four bits of paired draws
    /// against independence and uniformity.
    fn chi_square(pairs: impl Iterator<Item = (Stream, Stream)>) -> f64 {
        let mut counts = [0.0; 256];
        let mut total = 0.0;
        for (mut left, mut right) in pairs {
            counts[(left.next_u64() >> 60 << 4 | right.next_u64() >> 60) as usize] += 1.0;
            total += 1.0;
        }
        let expected = total / 256.0;
        counts
            .iter()
            .map(|count| (count - expected) * (count - expected) / expected)
            .sum()
    }

    #[test]
    fn an_address_always_gives_the_same_draws() {
        let first = words(Stream::open(TRIAL, OBJECT, 5));
        words(Stream::open(TRIAL, OBJECT.with(1), 5));
        assert_eq!(words(Stream::open(TRIAL, OBJECT, 5)), first);
    }

    /// These never change: results of old scenarios depend on them.
    #[test]
    fn keys_and_draws_are_the_same_in_every_version() {
        assert_eq!(ObjectKey::named(""), ObjectKey(0xf52a_15e9_a9b5_e89b));
        assert_eq!(OBJECT, ObjectKey(0xac05_1e63_c42b_008a));
        assert_eq!(OBJECT.with(1), ObjectKey(0x7cac_ffa3_c866_82d5));
        assert_eq!(TRIAL, TrialKey(0x8f16_8451_4d3d_a342));
        assert_eq!(
            words(Stream::open(TRIAL, OBJECT, 0)),
            [
                0x48c5_488e_0ae2_c8d0,
                0x68bf_da79_2b0a_edb6,
                0xe811_a5ff_02cf_03d0,
                0xade8_c968_183c_cfaa,
                0x5d9d_9948_5206_d0ae
            ]
        );
    }

    #[test]
    fn the_address_is_laid_out_as_documented() {
        let draws = words(Stream::open(TRIAL, OBJECT, 9));
        let block = |n: u64| philox([OBJECT.0, (9 << 24) + n], TRIAL.0);
        assert_eq!(draws[..2], block(0));
        assert_eq!(draws[2..4], block(1));
    }

    #[test]
    fn every_part_of_an_address_counts() {
        let mut seen = vec![
            words(Stream::open(TRIAL, OBJECT, 0)),
            words(Stream::open(TrialKey::new(7, 4), OBJECT, 0)),
            words(Stream::open(TrialKey::new(8, 3), OBJECT, 0)),
            words(Stream::open(TrialKey::new(3, 7), OBJECT, 0)),
            words(Stream::open(TRIAL, OBJECT.with(0), 0)),
            words(Stream::open(TRIAL, OBJECT.with(1).with(2), 0)),
            words(Stream::open(TRIAL, OBJECT.with(2).with(1), 0)),
            words(Stream::open(TRIAL, OBJECT, 1)),
            words(Stream::open(TRIAL, OBJECT, 1 << 40)),
            words(Stream::open(TRIAL, OBJECT, 2 << 40)),
        ];
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup_by_key(|words| words[0]);
        assert_eq!(seen.len(), all);
    }

    #[test]
    fn neighbours_are_independent() {
        let by_occurrence = (0..50_000).map(|k| {
            (
                Stream::open(TRIAL, OBJECT, k),
                Stream::open(TRIAL, OBJECT, k + 1),
            )
        });
        assert!(chi_square(by_occurrence) < CHI_SQUARE_255);
        let trial = |n| Stream::open(TrialKey::new(1, n), OBJECT, 0);
        assert!(chi_square((0..50_000).map(|n| (trial(n), trial(n + 1)))) < CHI_SQUARE_255);
        let seed = |n| Stream::open(TrialKey::new(n, 0), OBJECT, 0);
        assert!(chi_square((0..50_000).map(|n| (seed(n), seed(n + 1)))) < CHI_SQUARE_255);
        let part = |n| Stream::open(TRIAL, OBJECT.with(n), 0);
        assert!(chi_square((0..50_000).map(|n| (part(n), part(n + 1)))) < CHI_SQUARE_255);
    }

    #[test]
    fn uniforms_stay_inside_the_interval() {
        let mut stream = Stream::open(TRIAL, OBJECT, 0);
        let draws: Vec<f64> = (0..100_000).map(|_| stream.uniform()).collect();
        assert!(draws.iter().all(|u| *u > 0.0 && *u < 1.0));
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0_f64 / 1e5).sqrt());
        let extremes = |spare| {
            Stream {
                key: 0,
                counter: [0, 0],
                spare: Some(spare),
            }
            .uniform()
        };
        assert_eq!(extremes(0), 0.5_f64.powi(54));
        assert_eq!(extremes(u64::MAX), 1.0 - 0.5_f64.powi(53));
    }

    #[test]
    fn certain_and_impossible_events() {
        let mut stream = Stream::open(TRIAL, OBJECT, 0);
        assert!((0..1000).all(|_| stream.happens(1.0) && !stream.happens(0.0)));
    }

    #[test]
    fn bytes_are_the_words_in_little_endian() {
        let mut bytes = [0; 11];
        Stream::open(TRIAL, OBJECT, 0).fill_bytes(&mut bytes);
        let words = words(Stream::open(TRIAL, OBJECT, 0));
        assert_eq!(bytes[..8], words[0].to_le_bytes());
        assert_eq!(bytes[8..], words[1].to_le_bytes()[..3]);
    }

    /// Nanoseconds a call, in the best of 20 batches.
    #[allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]
    fn nanoseconds(mut draw: impl FnMut(u64) -> f64) -> f64 {
        const BATCH: u64 = 500_000;
        let mut batch = |_| {
            let start = std::time::Instant::now();
            std::hint::black_box((0..BATCH).map(&mut draw).sum::<f64>());
            start.elapsed().as_secs_f64() * 1e9 / BATCH as f64
        };
        (0..20).map(&mut batch).fold(f64::INFINITY, f64::min)
    }

    #[test]
    #[ignore = "measures time; run it alone, optimised"]
    fn opening_and_drawing_is_cheap() {
        let fresh = nanoseconds(|k| Stream::open(TRIAL, OBJECT, k).uniform());
        let mut stream = Stream::open(TRIAL, OBJECT, 0);
        let again = nanoseconds(|_| stream.uniform());
        println!("open and draw {fresh:.1} ns, draw again {again:.1} ns");
        assert!(fresh < 30.0);
    }
}
