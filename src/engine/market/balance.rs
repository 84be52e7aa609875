//! Bringing a trade matrix to given margins.

use std::fmt;

/// Relative error of a margin at which a matrix is balanced.
const TOLERANCE: f64 = 1e-13;
/// Relative difference of the two totals that is taken for rounding.
const TOTALS: f64 = 1e-9;
/// Scalings of all rows and columns before giving up.
const MAX_ROUNDS: u32 = 20_000;

/// A row or column of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Counted from 0.
    Row(usize),
    /// Counted from 0.
    Column(usize),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(i) => write!(f, "row {i}"),
            Self::Column(j) => write!(f, "column {j}"),
        }
    }
}

/// Why a matrix cannot be balanced.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BalanceError {
    /// The matrix is not rows × columns.
    #[error("matrix has {cells} cells, its margins ask for {rows} × {columns}")]
    Shape {
        /// Length of the matrix.
        cells: usize,
        /// Number of row sums.
        rows: usize,
        /// Number of column sums.
        columns: usize,
    },
    /// A cell or margin is negative or not finite.
    #[error("{0} holds a negative or non-finite number")]
    Invalid(Line),
    /// The margins disagree.
    #[error("row sums add up to {rows}, column sums to {columns}")]
    Totals {
        /// Sum of the row sums.
        rows: f64,
        /// Sum of the column sums.
        columns: f64,
    },
    /// The zeros of the matrix do not allow the margins.
    #[error("{line} cannot reach its sum {wanted}: its non-zero cells give {reached}")]
    Infeasible {
        /// The line furthest from its sum.
        line: Line,
        /// Its margin.
        wanted: f64,
        /// What balancing the rest leaves it.
        reached: f64,
    },
}

/// Scales the rows and columns of `matrix` (row-major, `rows.len()` ×
/// `columns.len()`) in turn until they add up to the margins, to 1e-13
/// relative; zeros stay zero. Returns the number of rounds.
///
/// Bi-proportional fitting, or RAS (R. Stone, Input–Output and National
/// Accounts, OECD 1961; M. Bacharach, Biproportional Matrices and
/// Input–Output Change, 1970).
///
/// # Errors
///
/// If the totals differ by more than 1e-9 relative, a number is negative or
/// not finite, or the pattern of zeros cannot carry the margins. Except in the
/// last case the matrix is unchanged.
pub fn ras(matrix: &mut [f64], rows: &[f64], columns: &[f64]) -> Result<u32, BalanceError> {
    check(matrix, rows, columns)?;
    let margins = Margins::of(rows, columns);
    let mut error = margins.worst_line(matrix);
    let mut rounds = 0;
    while error.relative > TOLERANCE && rounds < MAX_ROUNDS && !error.is_empty() {
        margins.scale_rows(matrix);
        margins.scale_columns(matrix);
        error = margins.worst_line(matrix);
        rounds += 1;
    }
    if error.relative <= TOLERANCE { Ok(rounds) } else { Err(error.report()) }
}

/// Gives pairs without trade the small flow η·S_i·N_j/ΣS, with S the row and
/// N the column margins, so that a shock can open them. Pairs marked in
/// `keep_zero` and lines with a zero margin stay as they are. Balance with
/// [`ras`] afterwards. All arrays are row-major, `rows.len()` × `columns.len()`;
/// cells beyond the shortest array are left alone.
pub fn fill_missing(
    matrix: &mut [f64],
    rows: &[f64],
    columns: &[f64],
    eta: f64,
    keep_zero: &[bool],
) {
    let total: f64 = rows.iter().sum();
    if columns.is_empty() || total <= 0.0 {
        return;
    }
    let margins = rows.iter().flat_map(|row| columns.iter().map(move |column| (row, column)));
    for ((cell, keep), (row, column)) in matrix.iter_mut().zip(keep_zero).zip(margins) {
        if *cell == 0.0 && !keep && *row > 0.0 && *column > 0.0 {
            *cell = eta * row * column / total;
        }
    }
}

fn check(matrix: &[f64], rows: &[f64], columns: &[f64]) -> Result<(), BalanceError> {
    let shape = (matrix.len(), rows.len(), columns.len());
    if shape.0 != shape.1 * shape.2 {
        return Err(BalanceError::Shape { cells: shape.0, rows: shape.1, columns: shape.2 });
    }
    if let Some(line) = invalid_line(matrix, rows, columns) {
        return Err(BalanceError::Invalid(line));
    }
    let (r, c): (f64, f64) = (rows.iter().sum(), columns.iter().sum());
    if (r - c).abs() <= TOTALS * r.max(c) {
        Ok(())
    } else {
        Err(BalanceError::Totals { rows: r, columns: c })
    }
}

fn invalid_line(matrix: &[f64], rows: &[f64], columns: &[f64]) -> Option<Line> {
    let invalid = |x: &f64| !(*x >= 0.0 && x.is_finite());
    let width = columns.len();
    let row = rows.iter().position(invalid).map(Line::Row);
    let column = columns.iter().position(invalid).map(Line::Column);
    let cell = matrix.iter().position(invalid).map(|k| Line::Row(k / width));
    row.or(column).or(cell)
}

/// Row and column sums, and the factor of the column sums that makes the two
/// totals agree to rounding.
#[derive(Debug, Clone, Copy)]
struct Margins<'a> {
    rows: &'a [f64],
    columns: &'a [f64],
    agreement: f64,
}

impl<'a> Margins<'a> {
    fn of(rows: &'a [f64], columns: &'a [f64]) -> Self {
        let total: f64 = rows.iter().sum();
        let agreement = if total > 0.0 { total / columns.iter().sum::<f64>() } else { 1.0 };
        Self { rows, columns, agreement }
    }

    fn scale_rows(&self, matrix: &mut [f64]) {
        let width = self.columns.len().max(1);
        for (row, &wanted) in matrix.chunks_exact_mut(width).zip(self.rows) {
            let factor = factor(wanted, row.iter().sum());
            row.iter_mut().for_each(|cell| *cell *= factor);
        }
    }

    fn scale_columns(&self, matrix: &mut [f64]) {
        let width = self.columns.len();
        for (j, &wanted) in self.columns.iter().enumerate() {
            let factor = factor(wanted * self.agreement, column_sum(matrix, j, width));
            matrix.iter_mut().skip(j).step_by(width).for_each(|cell| *cell *= factor);
        }
    }

    fn worst_line(&self, matrix: &[f64]) -> Gap {
        let width = self.columns.len();
        let by_row = self.rows.iter().enumerate().map(|(i, &wanted)| {
            Gap::of(Line::Row(i), wanted, matrix[i * width..(i + 1) * width].iter().sum())
        });
        let by_column = self.columns.iter().enumerate().map(|(j, &wanted)| {
            Gap::of(Line::Column(j), wanted * self.agreement, column_sum(matrix, j, width))
        });
        by_row.chain(by_column).fold(Gap::of(Line::Row(0), 0.0, 0.0), Gap::worse)
    }
}

fn factor(wanted: f64, sum: f64) -> f64 {
    if sum > 0.0 { wanted / sum } else { 0.0 }
}

fn column_sum(matrix: &[f64], j: usize, width: usize) -> f64 {
    matrix.iter().skip(j).step_by(width).sum()
}

/// How far a line is from its margin.
#[derive(Debug, Clone, Copy)]
struct Gap {
    line: Line,
    wanted: f64,
    reached: f64,
    relative: f64,
}

impl Gap {
    fn of(line: Line, wanted: f64, reached: f64) -> Self {
        let scale = wanted.max(reached).max(f64::MIN_POSITIVE);
        Self { line, wanted, reached, relative: (wanted - reached).abs() / scale }
    }

    /// No scaling can help a line of zeros.
    fn is_empty(&self) -> bool {
        self.reached == 0.0 && self.wanted > 0.0
    }

    fn worse(self, other: Self) -> Self {
        if other.relative > self.relative { other } else { self }
    }

    fn report(self) -> BalanceError {
        let Self { line, wanted, reached, .. } = self;
        BalanceError::Infeasible { line, wanted, reached }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(matrix: &[f64], width: usize) -> (Vec<f64>, Vec<f64>) {
        let rows = matrix.chunks_exact(width).map(|row| row.iter().sum()).collect();
        let columns = (0..width).map(|j| column_sum(matrix, j, width)).collect();
        (rows, columns)
    }

    #[test]
    fn a_balanced_matrix_is_left_alone() {
        let mut matrix = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(ras(&mut matrix, &[3.0, 7.0], &[4.0, 6.0]), Ok(0));
        assert_eq!(matrix, [1.0, 2.0, 3.0, 4.0]);
    }

    /// Cross ratios are what bi-proportional scaling keeps.
    #[test]
    fn margins_are_met_and_cross_ratios_kept() {
        let mut matrix = [1.0, 2.0, 3.0, 4.0];
        ras(&mut matrix, &[5.0, 5.0], &[3.0, 7.0]).unwrap();
        let [a, b, c, d] = matrix;
        assert!((a + b - 5.0).abs() < 1e-12 && (a + c - 3.0).abs() < 1e-12);
        assert!((a * d / (b * c) - 4.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_line_of_zeros_is_named() {
        let mut matrix = [1.0, 0.0, 1.0, 0.0];
        let error = ras(&mut matrix, &[1.0, 1.0], &[1.0, 1.0]).unwrap_err();
        let line = Line::Column(1);
        assert_eq!(error, BalanceError::Infeasible { line, wanted: 1.0, reached: 0.0 });
        let message = "column 1 cannot reach its sum 1: its non-zero cells give 0";
        assert_eq!(error.to_string(), message);
    }

    /// Row 0 can only go to column 0, which wants less.
    #[test]
    fn zeros_that_cannot_carry_the_margins_are_reported() {
        let mut matrix = [1.0, 0.0, 1.0, 1.0];
        let error = ras(&mut matrix, &[3.0, 1.0], &[2.0, 2.0]).unwrap_err();
        assert!(matches!(error, BalanceError::Infeasible { .. }));
    }

    #[test]
    fn bad_input_is_refused() {
        let shape = BalanceError::Shape { cells: 3, rows: 2, columns: 2 };
        assert_eq!(ras(&mut [1.0; 3], &[1.0; 2], &[1.0; 2]), Err(shape));
        let totals = BalanceError::Totals { rows: 2.0, columns: 3.0 };
        assert_eq!(ras(&mut [1.0; 4], &[1.0; 2], &[1.5; 2]), Err(totals));
        let negative = Err(BalanceError::Invalid(Line::Row(1)));
        assert_eq!(ras(&mut [1.0, 1.0, 1.0, -1.0], &[1.0; 2], &[1.0; 2]), negative);
        let margin = Err(BalanceError::Invalid(Line::Column(0)));
        assert_eq!(ras(&mut [1.0; 4], &[1.0; 2], &[f64::NAN, 1.0]), margin);
        assert_eq!(ras(&mut [], &[], &[]), Ok(0));
    }

    #[test]
    fn missing_pairs_get_a_share_of_proportional_trade() {
        let mut matrix = [4.0, 0.0, 0.0, 0.0, 6.0, 0.0];
        let keep = [false, false, false, true, false, false];
        fill_missing(&mut matrix, &[4.0, 6.0], &[5.0, 5.0, 0.0], 0.02, &keep);
        assert_eq!(matrix, [4.0, 0.02 * 4.0 * 5.0 / 10.0, 0.0, 0.0, 6.0, 0.0]);
    }

    proptest! {
        #[test]
        fn margins_are_met_to_rounding(
            cells in proptest::collection::vec(prop_oneof![Just(0.0), 0.01..100.0], 20),
            stretch in proptest::collection::vec(0.2..5.0, 20),
        ) {
            let mut matrix: Vec<f64> = cells.clone();
            let target: Vec<f64> = cells.iter().zip(&stretch).map(|(c, s)| c * s).collect();
            let (rows, columns) = sums(&target, 5);
            ras(&mut matrix, &rows, &columns).unwrap();
            let (reached_rows, reached_columns) = sums(&matrix, 5);
            let reached = reached_rows.iter().chain(&reached_columns);
            for (sum, wanted) in reached.zip(rows.iter().chain(&columns)) {
                prop_assert!((sum - wanted).abs() <= 1e-12 * wanted);
            }
            prop_assert!(matrix.iter().zip(&cells).all(|(m, c)| (*m == 0.0) == (*c == 0.0)));
        }
    }
}
