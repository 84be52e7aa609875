use rand_distr::{Distribution, StandardNormal};

use super::Stream;
use super::special::normal_cdf;

/// A Gaussian copula: uniform draws with given rank correlations.
#[derive(Clone, Debug, PartialEq)]
pub struct Copula {
    size: usize,
    /// Lower triangular, row by row without the zeros: its product with its
    /// transpose is the correlation matrix of the underlying normals.
    factor: Vec<f64>,
}

/// Why a matrix is not a rank-correlation matrix. Rows and columns count
/// from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CopulaError {
    /// The number of entries is not a square.
    #[error("{entries} entries do not make a square matrix")]
    NotSquare {
        /// How many there are.
        entries: usize,
    },
    /// An entry outside [−1, 1], or not a number.
    #[error("the rank correlation of {row} and {column} is {value}, not between -1 and 1")]
    NotACorrelation {
        /// Where it stands.
        row: usize,
        /// Where it stands.
        column: usize,
        /// What it is.
        value: f64,
    },
    /// A diagonal entry that is not 1.
    #[error("the rank correlation of {row} with itself is {value}, not 1")]
    Diagonal {
        /// Where it stands.
        row: usize,
        /// What it is.
        value: f64,
    },
    /// Two mirrored entries that differ.
    #[error("the rank correlation of {row} and {column} is not that of {column} and {row}")]
    NotSymmetric {
        /// Where the first stands.
        row: usize,
        /// Where the first stands.
        column: usize,
    },
    /// No random variables have these correlations.
    #[error(
        "the rank correlations contradict each other: the matrix is not positive definite \
         (its first {} rows and columns are not)",
        .row + 1
    )]
    NotPositiveDefinite {
        /// The row at which that shows.
        row: usize,
    },
}

impl Copula {
    /// The Gaussian copula with these Spearman rank correlations, a symmetric
    /// n × n matrix row by row.
    ///
    /// The underlying normals have Pearson correlation 2 sin(π r / 6)
    /// (Pearson 1907; Kruskal, J. Am. Stat. Assoc. 53, 1958).
    ///
    /// # Errors
    /// A matrix that is not square, not symmetric, without a unit diagonal,
    /// with entries outside [−1, 1], or not positive definite.
    pub fn new(rank_correlations: &[f64]) -> Result<Copula, CopulaError> {
        let size = rank_correlations.len().isqrt();
        if size * size != rank_correlations.len() {
            return Err(CopulaError::NotSquare {
                entries: rank_correlations.len(),
            });
        }
        check_entries(rank_correlations, size)?;
        let normal = |row: usize, column: usize| {
            let rank = rank_correlations[row * size + column];
            if row == column {
                1.0
            } else {
                2.0 * libm::sin(std::f64::consts::PI * rank / 6.0)
            }
        };
        Ok(Copula {
            size,
            factor: cholesky(size, normal)?,
        })
    }

    /// How many uniforms it ties together.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Fills the first [`size`](Copula::size) places of `uniforms`, each
    /// uniform on (0, 1), with correlated draws.
    pub fn fill_uniforms(&self, stream: &mut Stream, uniforms: &mut [f64]) {
        let size = self.size.min(uniforms.len());
        for deviate in &mut uniforms[..size] {
            *deviate = StandardNormal.sample(stream);
        }
        // Row i needs deviates 0 to i only, so rows are replaced from below.
        for row in (0..size).rev() {
            let factors = &self.factor[triangle(row)..=triangle(row) + row];
            let normal: f64 = factors.iter().zip(&*uniforms).map(|(f, z)| f * z).sum();
            uniforms[row] = normal_cdf(normal).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON);
        }
    }
}

/// Where a row begins in a packed lower triangle.
fn triangle(row: usize) -> usize {
    row * (row + 1) / 2
}

fn check_entries(matrix: &[f64], size: usize) -> Result<(), CopulaError> {
    for (index, &value) in matrix.iter().enumerate() {
        let (row, column) = (index / size, index % size);
        if !(-1.0..=1.0).contains(&value) {
            return Err(CopulaError::NotACorrelation { row, column, value });
        }
        if row == column && value != 1.0 {
            return Err(CopulaError::Diagonal { row, value });
        }
        if value != matrix[column * size + row] {
            return Err(CopulaError::NotSymmetric { row, column });
        }
    }
    Ok(())
}

/// The packed lower Cholesky factor of a symmetric matrix with unit diagonal.
fn cholesky(size: usize, entry: impl Fn(usize, usize) -> f64) -> Result<Vec<f64>, CopulaError> {
    /// A smaller pivot is rounding error.
    const SMALLEST_PIVOT: f64 = 1e-12;
    let mut factor = vec![0.0; triangle(size)];
    for row in 0..size {
        for column in 0..=row {
            let known =
                (0..column).map(|k| factor[triangle(row) + k] * factor[triangle(column) + k]);
            let rest = entry(row, column) - known.sum::<f64>();
            factor[triangle(row) + column] = if column < row {
                rest / factor[triangle(column) + column]
            } else if rest > SMALLEST_PIVOT {
                rest.sqrt()
            } else {
                return Err(CopulaError::NotPositiveDefinite { row });
            };
        }
    }
    Ok(factor)
}
