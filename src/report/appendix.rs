//! What the figures of the scenario rest on: its judgements, defaults
//! that nobody stated, and sources. As many pages as it takes.

use std::collections::BTreeSet;

use super::canvas::{Align, Canvas, Point, Stroke};
use super::number::count;
use super::paragraph::{self, Paragraph};
use super::sheet::Sheet;
use super::theme::{CAPTION, CELL, Face, GRID, HEAD, HEADING, MARGIN, MESSAGE, MUTED, RULE, STAMP};
use super::{Drawn, notice};
use crate::scenario::{DefaultUsed, Note};
use crate::study::{Basis, Outcome};

/// A page as tall as it is wide, by the proportions of A4 paper. The last one ends
/// where its rows do.
const WIDTH: f64 = 1700.0;
const HEIGHT: f64 = 2404.0;
const MEASURE: f64 = WIDTH - 2.0 * MARGIN;
/// Columns: their widths, and the room between them.
const COLUMNS: [f64; 3] = [380.0, 520.0, MEASURE - 900.0 - 2.0 * GAP];
const GAP: f64 = 36.0;
/// Places named that cite a source.
const MOST_PLACES: usize = 3;
/// White space under a row.
const PAD: f64 = 16.0;
/// Room for the rows of the first page and of those behind it.
const TOP: f64 = 60.0;
const FOOT: f64 = 90.0;

/// A row of a table: lines of each column.
#[derive(Clone)]
struct Row([Vec<(String, Face)>; 3]);

/// A table: its heads, and its rows.
struct Table {
    heads: [&'static str; 3],
    rows: Vec<Row>,
}

/// Draws the pages of the appendix: at least one.
pub(super) fn draw(outcome: &Outcome) -> Drawn<Vec<Sheet>> {
    let words = words(outcome);
    let basis = &outcome.basis;
    let tables = [judgements(basis), defaults(basis), sources(basis)];
    let first = TOP + paragraph::height(&words) + 20.0;
    let pages = paginate(&tables, first);
    let title = format!("Judgements behind: {}", outcome.title);
    let of = pages.len();
    let page = |(index, pieces): (usize, &Vec<Piece>)| {
        let height = if index + 1 == of {
            end(pieces, first) + FOOT
        } else {
            HEIGHT
        };
        let mut sheet = Sheet::new((WIDTH, height), &title, &summary(&outcome.basis));
        let canvas = Canvas::new(&mut sheet);
        if index == 0 {
            paragraph::draw(&canvas, (MARGIN, TOP), &words)?;
        }
        pieces.iter().try_for_each(|piece| piece.draw(&canvas))?;
        foot(&canvas, outcome, (index + 1, of), height)?;
        drop(canvas);
        Ok(sheet)
    };
    pages.iter().enumerate().map(page).collect()
}

fn words(outcome: &Outcome) -> Vec<Paragraph> {
    let all = (MEASURE, usize::MAX);
    vec![
        Paragraph::new("What the figures rest on", HEADING, 0.0, all),
        Paragraph::new(&outcome.title, MESSAGE, 8.0, all),
        Paragraph::new(&summary(&outcome.basis), CAPTION, 14.0, all),
    ]
}

/// How many figures are judged, sourced and left to the language.
fn summary(basis: &Basis) -> String {
    let judged = basis.notes.iter().filter(|note| note.judgement.is_some());
    let sourced = basis.notes.iter().filter(|note| note.source.is_some());
    let judged = match judged.count() {
        0 => "No table of the scenario is marked as a judgement.".to_owned(),
        1 => "One table of the scenario rests on a judgement; it is listed here.".to_owned(),
        n => format!(
            "{} tables of the scenario rest on judgements; they are listed here.",
            count(n as u64)
        ),
    };
    let sourced = match sourced.count() {
        0 => "No table cites a source.".to_owned(),
        1 => "One table cites a source; sources come last.".to_owned(),
        n => format!(
            "{} tables cite a source; sources come last.",
            count(n as u64)
        ),
    };
    let defaults = match basis.defaults.len() {
        0 => String::new(),
        1 => " One default of the language holds where the scenario is silent.".to_owned(),
        n => format!(
            " {} defaults of the language hold where the scenario is silent.",
            count(n as u64)
        ),
    };
    format!("{judged} {sourced}{defaults}")
}

fn judgements(basis: &Basis) -> Table {
    Table {
        heads: ["Setting", "As written", "Why"],
        rows: basis.notes.iter().filter_map(judgement).collect(),
    }
}

fn judgement(note: &Note) -> Option<Row> {
    let why = note.judgement.as_deref()?;
    let [setting, written, reason] = COLUMNS;
    let mut named = cell(&note.path, CELL, setting);
    named.extend(cell(&note.subject, CELL.coloured(MUTED), setting));
    let figures = note.figures.iter();
    let figures: Vec<String> = figures
        .map(|(key, value)| format!("{key} {value}").trim_start().to_owned())
        .collect();
    let mut why = cell(why, CELL, reason);
    if let Some(source) = &note.source {
        let source = format!("Source: {source}");
        why.extend(cell(&source, CELL.coloured(MUTED), reason));
    }
    let figures = cell(&figures.join("; "), CELL, written);
    Some(Row([named, figures, why]))
}

fn defaults(basis: &Basis) -> Table {
    Table {
        heads: ["Setting not stated", "Default that holds", "Where"],
        rows: basis.defaults.iter().map(default).collect(),
    }
}

fn default(used: &DefaultUsed) -> Row {
    let place = match used.tables {
        1 => "in one table".to_owned(),
        n => format!("in {} tables", count(n as u64)),
    };
    let [setting, written, reason] = COLUMNS;
    Row([
        cell(&used.path, CELL, setting),
        cell(&used.value, CELL, written),
        cell(&place, CELL, reason),
    ])
}

/// The scenario's citations by key, then what its tables cite without one, each
/// with who cites it.
fn sources(basis: &Basis) -> Table {
    let mut keyed: Vec<_> = basis.sources.iter().collect();
    keyed.sort_by_key(|(key, _)| numbered(key));
    let rows = keyed.into_iter().map(|(key, citation)| {
        let cites = |note: &&Note| note.source.as_deref().is_some_and(|text| names(text, key));
        source(key, basis.notes.iter().filter(cites), citation)
    });
    let known = |text: &str| basis.sources.keys().any(|key| names(text, key));
    let texts = basis.notes.iter().filter_map(|note| note.source.as_deref());
    let others: BTreeSet<&str> = texts.filter(|text| !known(text)).collect();
    let others = others.into_iter().map(|text| {
        let cites = |note: &&Note| note.source.as_deref() == Some(text);
        source("without a key", basis.notes.iter().filter(cites), text)
    });
    Table {
        heads: ["Source", "Cited at", "What it is"],
        rows: rows.chain(others).collect(),
    }
}

fn source<'b>(key: &str, cited: impl Iterator<Item = &'b Note>, citation: &str) -> Row {
    let mut paths: Vec<String> = cited.map(place).collect();
    let more = paths.len().saturating_sub(MOST_PLACES);
    paths.truncate(MOST_PLACES);
    let places = match (paths.is_empty(), more) {
        (true, _) => "nowhere by its key".to_owned(),
        (_, 0) => paths.join("; "),
        (_, n) => format!("{}; and {n} more", paths.join("; ")),
    };
    let [first, second, third] = COLUMNS;
    Row([
        cell(key, CELL, first),
        cell(&places, CELL.coloured(MUTED), second),
        cell(citation, CELL, third),
    ])
}

/// A table by its path, and where that ends in a number by what it is about.
fn place(note: &Note) -> String {
    match note.path.ends_with(|c: char| c.is_ascii_digit()) && !note.subject.is_empty() {
        true => format!("{} ({})", note.path, note.subject),
        false => note.path.clone(),
    }
}

/// Whether a text names a key as one of its words.
fn names(text: &str, key: &str) -> bool {
    let within = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    text.split(|c| !within(c)).any(|word| word == key)
}

/// A key by its letters and its number, so that S9 comes before S10.
fn numbered(key: &str) -> (&str, u64, &str) {
    let digit = |c: char| c.is_ascii_digit();
    let (letters, rest) = key.split_at(key.find(digit).unwrap_or(key.len()));
    let (number, end) = rest.split_at(rest.find(|c| !digit(c)).unwrap_or(rest.len()));
    (letters, number.parse().unwrap_or(0), end)
}

/// The lines of a cell; none without words.
fn cell(text: &str, face: Face, width: f64) -> Vec<(String, Face)> {
    let text = text.replace(" %", "\u{a0}%");
    let lines = face.wrap_all(&text, width).into_iter();
    lines
        .filter(|line| !line.is_empty())
        .map(|line| (line, face))
        .collect()
}

/// What stands somewhere on a page.
enum Piece {
    Heads([&'static str; 3], f64),
    Row(Row, f64),
}

impl Row {
    fn lines(&self) -> usize {
        self.0.iter().map(Vec::len).max().unwrap_or(0)
    }

    fn height(&self) -> f64 {
        self.lines() as f64 * CELL.leading() + PAD
    }

    /// The row in pieces of so many lines at most.
    fn split(&self, lines: usize) -> Vec<Self> {
        let piece = |from: usize| {
            let part =
                |cell: &Vec<(String, Face)>| cell.iter().skip(from).take(lines).cloned().collect();
            Self(self.0.each_ref().map(part))
        };
        (0..self.lines().max(1)).step_by(lines).map(piece).collect()
    }
}

/// Where everything stands, page by page; the first page has room from
/// `first` down.
fn paginate(tables: &[Table], first: f64) -> Vec<Vec<Piece>> {
    let (head, bottom) = (HEAD.leading() + 26.0, HEIGHT - FOOT);
    let lines = ((bottom - TOP - head - PAD) / CELL.leading()) as usize;
    let mut pages = vec![Vec::new()];
    let mut top = first;
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        let mut headed = false;
        for row in table.rows.iter().flat_map(|row| row.split(lines)) {
            let needed = row.height() + if headed { 0.0 } else { head };
            if top + needed > bottom {
                pages.push(Vec::new());
                (top, headed) = (TOP, false);
            }
            let page = pages.len() - 1;
            if !headed {
                pages[page].push(Piece::Heads(table.heads, top));
                (top, headed) = (top + head, true);
            }
            let height = row.height();
            pages[page].push(Piece::Row(row, top));
            top += height;
        }
        top += 40.0;
    }
    pages
}

/// Where the last page ends.
fn end(pieces: &[Piece], first: f64) -> f64 {
    pieces.last().map_or(first, Piece::bottom)
}

impl Piece {
    fn bottom(&self) -> f64 {
        match self {
            Self::Heads(_, top) => top + HEAD.leading(),
            Self::Row(row, top) => top + row.height(),
        }
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Drawn {
        match self {
            Self::Heads(heads, top) => {
                let words = heads.map(|head| vec![(head.to_owned(), HEAD)]);
                cells(canvas, &words, *top)?;
                rule(
                    canvas,
                    top + HEAD.leading() + 10.0,
                    Stroke::solid(RULE, 2.0),
                )
            }
            Self::Row(row, top) => {
                cells(canvas, &row.0, *top)?;
                let bottom = top + row.height() - PAD / 2.0 - 4.0;
                rule(canvas, bottom, Stroke::solid(GRID, 1.0))
            }
        }
    }
}

fn cells(canvas: &Canvas<'_>, cells: &[Vec<(String, Face)>; 3], top: f64) -> Drawn {
    let mut left = MARGIN;
    for (cell, width) in cells.iter().zip(COLUMNS) {
        for (row, (line, face)) in cell.iter().enumerate() {
            let at: Point = (left, top + face.leading() * (row as f64 + 0.78));
            canvas.text(line, at, *face, Align::Left)?;
        }
        left += width + GAP;
    }
    Ok(())
}

fn rule(canvas: &Canvas<'_>, y: f64, stroke: Stroke) -> Drawn {
    canvas.line(&[(MARGIN, y), (WIDTH - MARGIN, y)], stroke)
}

fn foot(canvas: &Canvas<'_>, outcome: &Outcome, (page, of): (usize, usize), height: f64) -> Drawn {
    let baseline = height - 40.0;
    let number = format!("page {page} of {of}");
    let at = (WIDTH - MARGIN, baseline);
    canvas.text(&number, at, STAMP, Align::Right)?;
    let room = MEASURE - STAMP.width(&number) - GAP;
    let stamp = STAMP.fit(&notice::stamp(outcome), room);
    canvas.text(&stamp, (MARGIN, baseline), STAMP, Align::Left)
}
