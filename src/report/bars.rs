//! Lying bars with a name at the left of each group.

use plotters::style::RGBColor;

use super::Drawn;
use super::axis::Axis;
use super::canvas::{Align, Canvas, Rect, Stroke};
use super::panel::{Frame, ROW};
use super::theme::{CAPTION, INK, NOTE, TICK};

/// Most of the width that names may take, and where one would be cut off then.
const NAMES: f64 = 0.42;
const LONG_NAMES: f64 = 0.56;
/// Room between names and bars.
const GAP: f64 = 14.0;
/// Largest height of a bar with the space under it.
const THICK: f64 = 52.0;

/// Bars under each other that belong to one name.
pub(super) struct Group {
    /// What they are about.
    pub(super) name: String,
    /// What else is to be said of it, under the name.
    pub(super) note: String,
    /// From top to bottom.
    pub(super) bars: Vec<Bar>,
}

/// A bar from zero.
pub(super) struct Bar {
    /// Where it ends.
    pub(super) end: f64,
    /// Its colour.
    pub(super) colour: RGBColor,
    /// Where a thin line over it begins and ends.
    pub(super) range: Option<[f64; 2]>,
    /// Written behind it, if anything.
    pub(super) value: String,
}

impl Bar {
    /// The range of its line, unless that is a point.
    fn line(&self) -> Option<[f64; 2]> {
        self.range.filter(|[low, high]| low < high)
    }

    fn reach(&self) -> f64 {
        self.range.map_or(self.end, |[_, high]| high.max(self.end))
    }
}

/// How far bars and their lines reach.
pub(super) fn reach(groups: &[Group]) -> f64 {
    let bars = groups.iter().flat_map(|group| &group.bars);
    let known = bars.map(Bar::reach).filter(|reach| reach.is_finite());
    known.fold(0.0, f64::max)
}

/// Draws groups over an axis with its caption, and returns where the middle of
/// each stands.
pub(super) fn draw(
    canvas: &Canvas<'_>,
    rect: Rect,
    groups: &[Group],
    (axis, caption): (&Axis, &str),
) -> Drawn<Vec<f64>> {
    let bars = groups.iter().flat_map(|group| &group.bars);
    let values = bars.map(|bar| NOTE.width(&bar.value)).fold(0.0, f64::max);
    let height = rect.height() - 2.0 * ROW - 16.0;
    let pitch = height / groups.len().max(1) as f64;
    let fit = |share: f64| {
        groups
            .iter()
            .all(|group| group.fits(rect.width() * share, pitch))
    };
    let most = if fit(NAMES) { NAMES } else { LONG_NAMES };
    let names = names(groups, rect.width() * most);
    let frame = Frame {
        rect: Rect {
            left: rect.left + names,
            top: rect.top + 8.0,
            right: rect.right - values - 20.0,
            bottom: rect.bottom - 2.0 * ROW - 8.0,
        },
        x_end: axis.end,
        y_end: 1.0,
    };
    frame.scale_below(canvas, axis, caption)?;
    let middle = |row: usize| frame.rect.top + (row as f64 + 0.5) * pitch;
    for (row, group) in groups.iter().enumerate() {
        group.name(
            canvas,
            (frame.rect.left - GAP, middle(row)),
            (names - GAP, pitch),
        )?;
        group.bars(canvas, &frame, (middle(row), pitch))?;
    }
    Ok((0..groups.len()).map(middle).collect())
}

/// Room for names and notes, at most a width.
fn names(groups: &[Group], most: f64) -> f64 {
    let widths = groups
        .iter()
        .map(|group| TICK.width(&group.name).max(CAPTION.width(&group.note)));
    (widths.fold(0.0, f64::max) + 16.0).min(most)
}

impl Group {
    /// Whether a line is drawn over one of its bars.
    pub(super) fn has_line(&self) -> bool {
        self.bars.iter().any(|bar| bar.line().is_some())
    }

    /// How many lines there are for the name, and for the note.
    fn rows(&self, pitch: f64) -> (usize, usize) {
        let rows = ((pitch / TICK.leading()) as usize).clamp(1, 3);
        let note = usize::from(!self.note.is_empty() && rows > 1);
        (rows - note, note)
    }

    /// Whether the name has room beside bars that leave it so much.
    fn fits(&self, width: f64, pitch: f64) -> bool {
        TICK.wrap_all(&self.name, width - GAP).len() <= self.rows(pitch).0
    }

    /// The name in a line or two, and the note in another if there is room.
    fn name(&self, canvas: &Canvas<'_>, at: (f64, f64), (width, pitch): (f64, f64)) -> Drawn {
        let (rows, note) = self.rows(pitch);
        let mut lines: Vec<_> = TICK.wrap(&self.name, width, rows);
        lines.retain(|line| !line.is_empty());
        let mut lines: Vec<_> = lines.into_iter().map(|line| (line, TICK)).collect();
        if note > 0 {
            lines.push((CAPTION.fit(&self.note, width), CAPTION));
        }
        let first = at.1 - (lines.len() as f64 - 1.0) / 2.0 * TICK.leading() + TICK.drop();
        for (row, (line, face)) in lines.iter().enumerate() {
            let place = (at.0, first + row as f64 * TICK.leading());
            canvas.text(line, place, *face, Align::Right)?;
        }
        Ok(())
    }

    fn bars(&self, canvas: &Canvas<'_>, frame: &Frame, (middle, pitch): (f64, f64)) -> Drawn {
        let count = self.bars.len() as f64;
        let each = (pitch * 0.84 / count.max(1.0)).min(THICK);
        let top = middle - each * count / 2.0;
        for (row, bar) in self.bars.iter().enumerate() {
            let top = top + row as f64 * each;
            bar.draw(canvas, frame, (top + 1.0, top + each - 3.0))?;
        }
        Ok(())
    }
}

impl Bar {
    fn draw(&self, canvas: &Canvas<'_>, frame: &Frame, (top, bottom): (f64, f64)) -> Drawn {
        let left = frame.rect.left;
        let bar = Rect::new(left, top, frame.x(self.end).max(left + 1.0), bottom);
        canvas.rect(bar, self.colour, 1.0)?;
        let middle = (top + bottom) / 2.0;
        if let Some(range) = self.line() {
            whisker(canvas, range.map(|value| frame.x(value)), middle)?;
        }
        let at = (frame.x(self.reach()) + 12.0, middle + NOTE.drop());
        canvas.text(&self.value, at, NOTE, Align::Left)
    }
}

/// A line with ends across it.
fn whisker(canvas: &Canvas<'_>, [low, high]: [f64; 2], middle: f64) -> Drawn {
    let line = Stroke::solid(INK, 2.0);
    canvas.line(&[(low, middle), (high, middle)], line)?;
    for x in [low, high] {
        canvas.line(&[(x, middle - 7.0), (x, middle + 7.0)], line)?;
    }
    Ok(())
}
