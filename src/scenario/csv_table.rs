//! CSV tables named by a scenario, read row by row, in which every cell knows
//! its place. Blank lines and lines that begin with `#` are left out.

use std::borrow::Cow;
use std::sync::Arc;

use super::files::{TABLE_LIMIT, decode};
use super::measure::is_conceivable;
use super::model::CountryId;
use super::problem::Problem;
use super::source::{FileId, Span};
use super::table::Reader;
use super::values::Word;
use crate::units::Quantity;

/// Bad rows of one table after which it is given up.
const BAD_ROWS: usize = 20;

/// A cell without its quotes, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Cell<'a> {
    pub text: Cow<'a, str>,
    pub span: Span,
}

impl Cell<'_> {
    pub(super) fn word(&self) -> Word {
        Word {
            text: self.text.to_string(),
            span: self.span,
        }
    }
}

impl Reader<'_> {
    /// Gives the cells of these columns in every row to `visit`, which says
    /// whether it could use them.
    pub(super) fn each_row<const N: usize>(
        &mut self,
        path: &Word,
        columns: [&str; N],
        mut visit: impl FnMut(&mut Self, [&Cell<'_>; N]) -> Option<()>,
    ) -> Option<()> {
        let (file, text) = self.open(path)?;
        let mut rows = rows(&text, file);
        let header = match rows.next() {
            Some(Ok(header)) => header,
            Some(Err(problem)) => return self.refuse(problem),
            None => {
                return self.refuse(Problem::new(path.span, format!("`{}` is empty", path.text)));
            }
        };
        let at = self.columns(&header, columns)?;
        let mut bad = 0;
        for row in rows {
            let row = row.and_then(|row| check_width(row, &header));
            let read = match row {
                Ok(row) => visit(self, at.map(|column| &row[column])),
                Err(problem) => self.refuse(problem),
            };
            bad += usize::from(read.is_none());
            if bad == BAD_ROWS {
                break;
            }
        }
        (bad == 0).then_some(())
    }

    fn refuse(&mut self, problem: Problem) -> Option<()> {
        self.report(problem);
        None
    }

    /// Reads the file of a table.
    fn open(&mut self, path: &Word) -> Option<(FileId, Arc<str>)> {
        let read = self.files.read(&path.text, TABLE_LIMIT);
        let text = read.and_then(|bytes| {
            self.hash.add(&bytes);
            decode(&bytes)
        });
        match text {
            Ok(text) => {
                let text: Arc<str> = text.into();
                let file = self
                    .sources
                    .add(self.files.name(&path.text), Arc::clone(&text));
                Some((file, text))
            }
            Err(why) => {
                let said = format!("cannot read `{}`", path.text);
                self.report(Problem::new(path.span, said).label(why));
                None
            }
        }
    }

    fn columns<const N: usize>(
        &mut self,
        header: &[Cell<'_>],
        names: [&str; N],
    ) -> Option<[usize; N]> {
        let mut at = [0; N];
        let mut complete = true;
        for (slot, name) in at.iter_mut().zip(names) {
            match header.iter().position(|cell| cell.text.trim() == name) {
                Some(column) => *slot = column,
                None => {
                    complete = false;
                    self.missing_column(header, name);
                }
            }
        }
        complete.then_some(at)
    }

    fn missing_column(&mut self, header: &[Cell<'_>], name: &str) {
        let (Some(first), Some(last)) = (header.first(), header.last()) else {
            return;
        };
        let span = Span {
            end: last.span.end,
            ..first.span
        };
        let found: Vec<&str> = header.iter().map(|cell| cell.text.trim()).collect();
        self.report(
            Problem::new(span, format!("this table has no column `{name}`"))
                .label(format!("its columns are {}", found.join(", "))),
        );
    }

    /// A plain number of a cell, not negative.
    pub(super) fn cell_number(&mut self, cell: &Cell<'_>) -> Option<f64> {
        let problem = match Quantity::parse(&cell.text) {
            Ok(quantity) if quantity != Quantity::plain(quantity.value) => {
                Problem::new(cell.span, "expected a number without a unit")
            }
            Ok(quantity) if quantity.value < 0.0 => {
                Problem::new(cell.span, "this number is negative")
            }
            Ok(quantity) if !is_conceivable(quantity.value) => {
                Problem::new(cell.span, "this number is of no size that anything has")
            }
            Ok(quantity) => return Some(quantity.value),
            Err(_) => Problem::new(cell.span, format!("`{}` is not a number", cell.text)),
        };
        self.report(problem);
        None
    }

    /// The country of a cell.
    pub(super) fn cell_country(&mut self, cell: &Cell<'_>) -> Option<CountryId> {
        self.country(&cell.word())
    }
}

fn check_width<'a>(row: Vec<Cell<'a>>, header: &[Cell<'_>]) -> Result<Vec<Cell<'a>>, Problem> {
    let (Some(first), Some(last)) = (row.first(), row.last()) else {
        return Ok(row);
    };
    if row.len() == header.len() {
        return Ok(row);
    }
    let span = Span {
        end: last.span.end,
        ..first.span
    };
    let said = format!(
        "this row has {} cells, the header has {}",
        row.len(),
        header.len()
    );
    Err(Problem::new(span, said))
}

/// The rows of a table, the header first.
fn rows(text: &str, file: FileId) -> impl Iterator<Item = Result<Vec<Cell<'_>>, Problem>> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let left_out = line.trim().is_empty() || line.starts_with('#');
        (!left_out).then(|| cells(line, file, at))
    })
}

/// The cells of a line that begins at byte `offset` of the file.
fn cells(line: &str, file: FileId, offset: usize) -> Result<Vec<Cell<'_>>, Problem> {
    let mut cells = Vec::new();
    let mut start = 0;
    loop {
        let length = cell_length(&line[start..]);
        let span = Span {
            file,
            start: offset + start,
            end: offset + start + length,
        };
        cells.push(Cell {
            text: unquote(&line[start..start + length], span)?,
            span,
        });
        start += length + 1;
        if start > line.len() {
            return Ok(cells);
        }
    }
}

/// Bytes up to the next comma outside quotes.
fn cell_length(rest: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    rest.len()
}

/// A cell without its quotes; doubled quotes inside them stand for one.
fn unquote(cell: &str, span: Span) -> Result<Cow<'_, str>, Problem> {
    let cell = cell.trim();
    let Some(open) = cell.strip_prefix('"') else {
        return Ok(Cow::Borrowed(cell));
    };
    let inner = open.strip_suffix('"');
    match inner.filter(|inner| inner.replace("\"\"", "").find('"').is_none()) {
        Some(inner) => Ok(Cow::Owned(inner.replace("\"\"", "\""))),
        None => Err(Problem::new(span, "this quote is not closed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Sources;

    fn texts(text: &str) -> Vec<Vec<String>> {
        let file = Sources::default().add("t.csv", "");
        let row = |row: Result<Vec<Cell<'_>>, Problem>| {
            row.unwrap()
                .into_iter()
                .map(|cell| cell.text.into_owned())
                .collect()
        };
        rows(text, file).map(row).collect()
    }

    #[test]
    fn cells_are_split_at_commas_outside_quotes() {
        let read = texts("# note\r\na,b ,\"c,\"\"d\"\"\"\r\n\r\n1,,\n");
        assert_eq!(read, [vec!["a", "b", "c,\"d\""], vec!["1", "", ""]]);
    }

    #[test]
    fn cells_know_their_place() {
        let file = Sources::default().add("t.csv", "");
        let last = rows("a,b\n\nµ,\"x\"\n", file).last().unwrap().unwrap();
        assert_eq!((last[1].span.start, last[1].span.end), (8, 11));
    }

    #[test]
    fn an_open_quote_is_a_problem() {
        let file = Sources::default().add("t.csv", "");
        assert!(rows("a,\"b\n", file).next().unwrap().is_err());
    }
}
