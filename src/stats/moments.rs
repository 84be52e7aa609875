use super::StatsError;

/// Count, mean and variance of a column of finite values, gathered in pieces.
///
/// Sums are kept for fixed blocks of [`Moments::BLOCK`] values, and added up
/// in block order only when asked for. A column split at block borders,
/// gathered apart and [merged](Moments::merge) in order, gives the same bits
/// as the whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    count: usize,
    blocks: Vec<Sums>,
}

/// Sums of distances from the first value of a block: small numbers, so that
/// little is lost to rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sums {
    origin: f64,
    distances: f64,
    squares: f64,
}

impl Sums {
    /// The sum of `n` values.
    fn sum(&self, n: f64) -> f64 {
        n * self.origin + self.distances
    }

    /// The sum of squared distances of `n` values from `centre`.
    fn squares_about(&self, n: f64, centre: f64) -> f64 {
        let shift = centre - self.origin;
        self.squares - 2.0 * shift * self.distances + n * shift * shift
    }
}

impl Moments {
    /// Values in a block.
    pub const BLOCK: usize = 1_024;

    /// Moments of a whole column.
    pub fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|&value| moments.push(value));
        moments
    }

    /// Takes in the next value.
    pub fn push(&mut self, value: f64) {
        if self.count.is_multiple_of(Moments::BLOCK) {
            self.blocks.push(Sums {
                origin: value,
                distances: 0.0,
                squares: 0.0,
            });
        }
        self.count += 1;
        if let Some(sums) = self.blocks.last_mut() {
            let distance = value - sums.origin;
            sums.distances += distance;
            sums.squares += distance * distance;
        }
    }

    /// Appends the values that `later` holds.
    ///
    /// # Errors
    /// If the values so far do not fill whole blocks.
    pub fn merge(&mut self, later: &Moments) -> Result<(), StatsError> {
        if !self.count.is_multiple_of(Moments::BLOCK) {
            return Err(StatsError::SplitInsideBlock { count: self.count });
        }
        self.count += later.count;
        self.blocks.extend_from_slice(&later.blocks);
        Ok(())
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Their mean; not a number if there are none.
    pub fn mean(&self) -> f64 {
        let sum: f64 = self.sized_blocks().map(|(n, sums)| sums.sum(n)).sum();
        sum / self.count as f64
    }

    /// Their variance, with divisor n − 1; not a number for fewer than two.
    pub fn variance(&self) -> f64 {
        if self.count < 2 {
            return f64::NAN;
        }
        let mean = self.mean();
        let squares: f64 = self
            .sized_blocks()
            .map(|(n, sums)| sums.squares_about(n, mean))
            .sum();
        squares.max(0.0) / (self.count - 1) as f64
    }

    /// Their standard deviation, the root of the [variance](Moments::variance).
    pub fn sd(&self) -> f64 {
        self.variance().sqrt()
    }

    /// The standard error of their mean, sd / √n.
    pub fn se(&self) -> f64 {
        (self.variance() / self.count as f64).sqrt()
    }

    /// Blocks with the number of values in each.
    fn sized_blocks(&self) -> impl Iterator<Item = (f64, &Sums)> {
        let counts = (0..self.count).step_by(Moments::BLOCK);
        let sizes = counts.map(|start| (self.count - start).min(Moments::BLOCK) as f64);
        sizes.zip(&self.blocks)
    }
}
