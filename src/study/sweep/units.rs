//! How the work of a sweep is cut up and shared out.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Trials of a block, the smallest piece of work; the last block of a point may
/// hold fewer.
pub const BLOCK: u64 = 256;

/// One of the machines, or times, among which a sweep is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Which, from 1.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

impl Shard {
    /// The only one.
    pub const WHOLE: Self = Self { index: 1, of: 1 };
    /// Into how many a sweep can be shared out at most.
    pub const MOST: u32 = 100_000;

    /// Whether there is such a shard.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (1..=self.of).contains(&self.index) && self.of <= Self::MOST
    }
}

/// Blocks of trials at the points of a sweep, and which of them a shard does:
/// consecutive ones, so that it has at most two points in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units {
    points: u64,
    trials: u64,
    shard: Shard,
}

/// A block of trials at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// Index of the point.
    pub point: usize,
    /// Index of the block at that point.
    pub block: u64,
}

impl Units {
    /// Those of a shard, of a sweep of so many points with so many trials each.
    #[must_use]
    pub fn new(points: usize, trials: u64, shard: Shard) -> Self {
        Self {
            points: points as u64,
            trials,
            shard,
        }
    }

    /// Blocks of each point.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.trials.div_ceil(BLOCK)
    }

    /// Which units are the shard's: its part of `0..points × blocks`.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        let all = u128::from(self.points) * u128::from(self.blocks());
        let from = |index: u32| (all * u128::from(index) / u128::from(self.shard.of.max(1))) as u64;
        from(self.shard.index.saturating_sub(1))..from(self.shard.index)
    }

    /// The unit of that number.
    #[must_use]
    pub fn at(&self, number: u64) -> Unit {
        Unit {
            point: (number / self.blocks()) as usize,
            block: number % self.blocks(),
        }
    }

    /// The trials of a block.
    #[must_use]
    pub fn trials_of(&self, block: u64) -> Range<u64> {
        let start = block * BLOCK;
        start..self.trials.min(start + BLOCK)
    }

    /// The points of which the shard does some block.
    #[must_use]
    pub fn points(&self) -> Range<usize> {
        let Range { start, end } = self.range();
        if start == end {
            return 0..0;
        }
        self.at(start).point..self.at(end - 1).point + 1
    }

    /// The blocks of a point that are the shard's.
    #[must_use]
    pub fn blocks_of(&self, point: usize) -> Range<u64> {
        let Range { start, end } = self.range();
        let (first, last) = (
            point as u64 * self.blocks(),
            (point as u64 + 1) * self.blocks(),
        );
        let (start, end) = (start.clamp(first, last), end.clamp(first, last));
        start - first..end - first
    }

    /// Whether all blocks of a point are the shard's.
    #[must_use]
    pub fn is_whole(&self, point: usize) -> bool {
        self.blocks_of(point) == (0..self.blocks())
    }

    /// Trials of the shard, over all its points.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.points().map(|point| self.trials_at(point)).sum()
    }

    /// Trials of the shard at a point.
    #[must_use]
    pub fn trials_at(&self, point: usize) -> u64 {
        let Range { start, end } = self.blocks_of(point);
        match start < end {
            true => self.trials.min(end * BLOCK) - start * BLOCK,
            false => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(points: usize, trials: u64, index: u32, of: u32) -> Units {
        Units::new(points, trials, Shard { index, of })
    }

    proptest! {
        #[test]
        fn shards_cover_every_block_once(points in 0_usize..40, trials in 1_u64..2_000, of in 1_u32..50) {
            let mut seen = Vec::new();
            let mut most = (u64::MAX, 0);
            let mut sum = 0;
            for index in 1..=of {
                let shard = units(points, trials, index, of);
                let range = shard.range();
                let size = range.end - range.start;
                most = (most.0.min(size), most.1.max(size));
                sum += shard.trials();
                let by_point = shard.points().flat_map(|point| {
                    shard.blocks_of(point).map(move |block| Unit { point, block })
                });
                let listed: Vec<Unit> = by_point.collect();
                let counted: Vec<Unit> = range.map(|number| shard.at(number)).collect();
                prop_assert_eq!(&listed, &counted);
                let partial = shard.points().filter(|point| !shard.is_whole(*point)).count();
                prop_assert!(partial <= 2);
                seen.extend(listed);
            }
            let blocks = trials.div_ceil(BLOCK);
            let all = (0..points).flat_map(|point| (0..blocks).map(move |block| Unit { point, block }));
            prop_assert!(seen.into_iter().eq(all));
            prop_assert_eq!(sum, points as u64 * trials);
            prop_assert!(most.1 - most.0 <= 1);
        }
    }

    #[test]
    fn the_last_block_is_as_long_as_what_is_left() {
        let shard = units(1, 600, 1, 1);
        let blocks: Vec<_> = (0..shard.blocks())
            .map(|block| shard.trials_of(block))
            .collect();
        assert_eq!(blocks, [0..256, 256..512, 512..600]);
    }
}
