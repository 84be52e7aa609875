//! A response over two factors, as colours.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Drawn;
use super::super::canvas::{Align, Canvas, Rect};
use super::super::panel::{Key, ROW, legend, ticks};
use super::super::theme::{CAPTION, CELL, Face, GRID, MUTED, NOTE, TICK};
use super::colours::{colour, text_on};
use super::scale::{Scale, extremes};
use super::track::Track;
use super::view::{Answer, View};
use super::{bar, dots};
use crate::scenario::sweep::Design;

/// Most of the width that names of levels may take.
const NAMES: f64 = 0.3;
/// White space between cells that are large enough to have some.
const SEAM: f64 = 2.0;
/// Lines of a name under a column.
const LINES: usize = 3;

/// A table of cells over two factors.
struct Table<'v, 'o> {
    view: &'v View<'o>,
    across: &'v Track<'o>,
    up: &'v Track<'o>,
    /// What each cell holds that has a point, by column and row.
    cells: BTreeMap<(usize, usize), Answer>,
    scale: Scale,
}

/// The factors of the table: across, up. Of several, the two that move the
/// response most; names of levels have more room at the left.
pub(super) fn axes<'v, 'o>(view: &'v View<'o>) -> Option<(&'v Track<'o>, &'v Track<'o>)> {
    let mut chosen: Vec<&Track<'_>> = match view.tracks.len() {
        2 => view.tracks.iter().collect(),
        _ => view.by_influence(),
    };
    chosen.truncate(2);
    chosen.sort_by_key(|track| track.index);
    let (&first, &second) = (chosen.first()?, chosen.get(1)?);
    let length = |track: &Track<'_>| match track.is_words() {
        true => longest(track, TICK),
        false => 0.0,
    };
    Some(match length(first) > length(second) {
        true => (second, first),
        false => (first, second),
    })
}

/// Whether points have most of the combinations of the levels of two factors.
pub(super) fn is_table(across: &Track<'_>, up: &Track<'_>) -> bool {
    let cells: BTreeSet<_> = across.of.iter().zip(&up.of).collect();
    2 * cells.len() >= across.count() * up.count()
}

/// Draws the cells, their axes and the scale of colours; the response is
/// averaged over factors that have no axis. Points that fill no table are dots.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, view: &View<'_>) -> Drawn {
    let Some(table) = Table::new(view) else {
        return Ok(());
    };
    let cells = view.outcome.outline.design == Design::Grid || is_table(table.across, table.up);
    if !cells {
        return dots::draw(canvas, rect, view, (table.across, table.up));
    }
    let keys = table.keys();
    let room = match keys.is_empty() {
        true => rect,
        false => legend(canvas, rect, &keys)?,
    };
    let plot = table.plot(room);
    table.names_up(canvas, room, plot)?;
    table.names_across(canvas, room, plot)?;
    table.fill(canvas, plot)?;
    let bar = Rect {
        right: room.right,
        ..plot
    };
    bar::draw(canvas, bar, (&table.scale, &view.unit.name))
}

/// Values within a standard error of the middle: fewer colours than for those
/// would tell points apart that are not known to differ.
fn doubt(view: &View<'_>, known: &[f64]) -> [f64; 2] {
    let (low, high) = extremes(known.iter().copied());
    let (middle, error) = (0.5 * (low + high), view.largest_error().unwrap_or(0.0));
    match error > 0.5 * (high - low) {
        true => [middle - error, middle + error],
        false => [low, high],
    }
}

impl<'v, 'o> Table<'v, 'o> {
    fn new(view: &'v View<'o>) -> Option<Self> {
        let (across, up) = axes(view)?;
        let mut gathered: BTreeMap<(usize, usize), Vec<Answer>> = BTreeMap::new();
        for (point, (&column, &row)) in across.of.iter().zip(&up.of).enumerate() {
            let cell = gathered.entry((column, row)).or_default();
            cell.push(view.answer(point));
        }
        let cells = gathered.into_iter();
        let cells = cells.map(|(place, answers)| (place, average(&answers)));
        let cells: BTreeMap<_, _> = cells.collect();
        let known = cells.values().filter_map(|answer| match answer {
            Answer::Known(value) => Some(*value),
            _ => None,
        });
        let known: Vec<f64> = known.collect();
        let scale = Scale::within(known.iter().copied().chain(doubt(view, &known)), 6);
        Some(Self {
            view,
            across,
            up,
            cells,
            scale,
        })
    }

    /// What a legend has to explain.
    fn keys(&self) -> Vec<Key> {
        let has = |wanted: Answer| self.cells.values().any(|answer| *answer == wanted);
        let mut keys = Vec::new();
        if has(Answer::Failed) {
            keys.push(Key::hatched("point failed", MUTED));
        }
        if self.cells.len() < self.across.count() * self.up.count() {
            keys.push(Key::blank("no such point"));
        }
        if has(Answer::Unknown) || has(Answer::Never) {
            let text = if has(Answer::Never) {
                "never"
            } else {
                "unknown"
            };
            keys.push(Key::block(text, GRID, 1.0));
        }
        keys
    }

    fn plot(&self, room: Rect) -> Rect {
        let names = longest(self.up, TICK).min(room.width() * NAMES);
        let right = room.right - bar::width(&self.scale);
        let left = room.left + names + 16.0;
        let column = (right - left) / self.across.count().max(1) as f64;
        let lines = self.lines_across(column).iter().map(Vec::len).max();
        let below = ROW * lines.unwrap_or(1).max(1) as f64 + ROW + 12.0;
        Rect::new(left, room.top + ROW + 6.0, right, room.bottom - below)
    }

    /// Labels under the columns, in lines where they are words.
    fn lines_across(&self, column: f64) -> Vec<Vec<String>> {
        let label = |level| {
            let label = self.across.label(level);
            match self.across.is_words() {
                true => TICK.wrap(&label, (column - 10.0).max(0.0), LINES),
                false => vec![label],
            }
        };
        (0..self.across.count()).map(label).collect()
    }

    fn names_across(&self, canvas: &Canvas<'_>, room: Rect, plot: Rect) -> Drawn {
        let column = plot.width() / self.across.count().max(1) as f64;
        let middle = |level: usize| plot.left + (level as f64 + 0.5) * column;
        let lines = self.lines_across(column);
        if self.across.is_words() {
            for (level, lines) in lines.iter().enumerate() {
                for (row, line) in lines.iter().enumerate() {
                    let at = (middle(level), plot.bottom + (row + 1) as f64 * ROW);
                    canvas.text(line, at, TICK, Align::Centre)?;
                }
            }
        } else {
            let labels = lines.into_iter().flatten().enumerate();
            let labels: Vec<_> = labels
                .map(|(level, label)| (middle(level), label))
                .collect();
            ticks(canvas, &labels, plot.bottom + ROW, TICK)?;
        }
        let title = self.across.title(CAPTION, room.width());
        let half = CAPTION.width(&title) / 2.0;
        let middle = (plot.left + plot.right) / 2.0;
        let middle = middle.max(room.left + half).min(room.right - half);
        let at = (middle, room.bottom - 8.0);
        canvas.text(&title, at, CAPTION, Align::Centre)
    }

    fn names_up(&self, canvas: &Canvas<'_>, room: Rect, plot: Rect) -> Drawn {
        let row = plot.height() / self.up.count().max(1) as f64;
        let width = plot.left - 14.0 - room.left;
        let stride = ((TICK.leading() + 2.0) / row).ceil().max(1.0) as usize;
        let most = ((row * stride as f64 / TICK.leading()) as usize).clamp(1, LINES);
        for level in (0..self.up.count()).step_by(stride) {
            let cell = self.cell(plot, (0, level));
            let lines = TICK.wrap(&self.up.label(level), width, most);
            let middle = (cell.top + cell.bottom) / 2.0;
            let first = middle - (lines.len() as f64 - 1.0) / 2.0 * TICK.leading() + TICK.drop();
            for (line, text) in lines.iter().enumerate() {
                let at = (plot.left - 14.0, first + line as f64 * TICK.leading());
                canvas.text(text, at, TICK, Align::Right)?;
            }
        }
        let unit = CAPTION.width(&self.scale.unit(&self.view.unit.name));
        let title = self.up.title(CAPTION, room.width() - unit - 30.0);
        canvas.text(
            &title,
            (room.left, plot.top - ROW * 0.7),
            CAPTION,
            Align::Left,
        )
    }

    /// Where a cell stands; numbers rise, words go down as in the file.
    fn cell(&self, plot: Rect, (column, row): (usize, usize)) -> Rect {
        let (columns, rows) = (self.across.count().max(1), self.up.count().max(1));
        let (width, height) = (plot.width() / columns as f64, plot.height() / rows as f64);
        let down = if self.up.is_ranked() {
            rows - 1 - row.min(rows - 1)
        } else {
            row
        };
        let seam = if width.min(height) > 12.0 { SEAM } else { 0.0 };
        let (left, top) = (
            plot.left + column as f64 * width,
            plot.top + down as f64 * height,
        );
        Rect::new(left, top, left + width - seam, top + height - seam)
    }

    fn fill(&self, canvas: &Canvas<'_>, plot: Rect) -> Drawn {
        let face = self.face(plot);
        for (&place, &answer) in &self.cells {
            let cell = self.cell(plot, place);
            let ground = match answer {
                Answer::Known(value) => colour(self.scale.place(value)),
                Answer::Failed => {
                    canvas.hatched(cell, MUTED)?;
                    continue;
                }
                Answer::Never | Answer::Unknown => GRID,
            };
            canvas.rect(cell, ground, 1.0)?;
            if let Some(face) = face {
                let middle = (
                    (cell.left + cell.right) / 2.0,
                    (cell.top + cell.bottom) / 2.0,
                );
                let at = (middle.0, middle.1 + face.drop());
                let text = self.text(answer);
                canvas.text(&text, at, face.coloured(text_on(ground)), Align::Centre)?;
            }
        }
        Ok(())
    }

    fn text(&self, answer: Answer) -> String {
        match answer {
            Answer::Known(value) => self.scale.finely(value),
            Answer::Never => "never".to_owned(),
            Answer::Unknown => "?".to_owned(),
            Answer::Failed => String::new(),
        }
    }

    /// The face in which every cell has room for its value, if there is one.
    fn face(&self, plot: Rect) -> Option<Face> {
        let cell = self.cell(plot, (0, 0));
        let texts: Vec<String> = self
            .cells
            .values()
            .map(|&answer| self.text(answer))
            .collect();
        let fits = |face: &Face| {
            let widest = texts
                .iter()
                .map(|text| face.width(text))
                .fold(0.0, f64::max);
            widest + 8.0 <= cell.width() && face.size + 2.0 <= cell.height()
        };
        [NOTE, CELL].into_iter().find(fits)
    }
}

/// What a cell of several points holds: the mean of those with a number.
fn average(answers: &[Answer]) -> Answer {
    let known = answers.iter().filter_map(|answer| match answer {
        Answer::Known(value) => Some(*value),
        _ => None,
    });
    let known: Vec<f64> = known.collect();
    if !known.is_empty() {
        return Answer::Known(known.iter().sum::<f64>() / known.len() as f64);
    }
    let rest = [Answer::Never, Answer::Unknown];
    let found = rest.into_iter().find(|answer| answers.contains(answer));
    found.unwrap_or(Answer::Failed)
}

fn longest(track: &Track<'_>, face: Face) -> f64 {
    let labels = (0..track.count()).map(|level| face.width(&track.label(level)));
    labels.fold(0.0, f64::max)
}
