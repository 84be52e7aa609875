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
    /// cbf29ce484222325, prime 100000001b3), finished by [`mix`].
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

    /// The key of part number `n` of this object: a purpose, a buyer, a
    /// parcel. Order matters: `key.with(1).with(2)` is not
    /// `key.with(2).with(1)`.
    #[must_use]
    pub const fn with(self, n: u64) -> ObjectKey {
        ObjectKey(mix(self.0.rotate_left(23) ^ mix(n.wrapping_add(GOLDEN))))
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
            object.with(beyond)
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
