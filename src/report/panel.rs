//! What all panels share: legends, the frame of a plot, its axes.

use plotters::style::RGBColor;

use super::Drawn;
use super::axis::Axis;
use super::canvas::{Align, Canvas, Point, Rect, Stroke};
use super::theme::{BASELINE, CAPTION, Face, GRID, INK, NOTE, RULE, SHOCKED, TICK};

/// Height of a row of small text.
pub(super) const ROW: f64 = 35.0;
/// Said where there is nothing to draw.
pub(super) const NO_TRIAL: &str = "no trial was finished";
/// How far the caption of a scale may reach beyond either end of it: over names
/// at its left, and as far as numbers at its right.
const OVERHANG: f64 = 110.0;
/// Width of the sample in a legend.
pub(super) const SWATCH: f64 = 40.0;

/// An entry of a legend.
pub(super) struct Key {
    text: String,
    swatch: Swatch,
}

enum Swatch {
    Block(RGBColor, f64),
    Line(Stroke),
    Dot(RGBColor),
    Hatched(RGBColor),
    Blank,
}

impl Key {
    /// A filled area.
    pub(super) fn block(text: &str, colour: RGBColor, opacity: f64) -> Self {
        Self {
            text: text.to_owned(),
            swatch: Swatch::Block(colour, opacity),
        }
    }

    /// A line.
    pub(super) fn line(text: &str, stroke: Stroke) -> Self {
        Self {
            text: text.to_owned(),
            swatch: Swatch::Line(stroke),
        }
    }

    /// A dot.
    pub(super) fn dot(text: &str, colour: RGBColor) -> Self {
        Self {
            text: text.to_owned(),
            swatch: Swatch::Dot(colour),
        }
    }

    /// A hatched area.
    pub(super) fn hatched(text: &str, colour: RGBColor) -> Self {
        Self {
            text: text.to_owned(),
            swatch: Swatch::Hatched(colour),
        }
    }

    /// An area left blank.
    pub(super) fn blank(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            swatch: Swatch::Blank,
        }
    }

    /// Draws the entry, its upper and lower half around `middle`.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, left: f64, middle: f64) -> Drawn {
        let right = left + SWATCH;
        match self.swatch {
            Swatch::Block(colour, opacity) => {
                let rect = Rect::new(left, middle - 11.0, right, middle + 11.0);
                canvas.rect(rect, colour, opacity)?;
            }
            Swatch::Hatched(colour) => {
                let rect = Rect::new(left, middle - 11.0, right, middle + 11.0);
                canvas.hatched(rect, colour)?;
            }
            Swatch::Blank => {
                let rect = Rect::new(left, middle - 11.0, right, middle + 11.0);
                canvas.frame(rect, Stroke::solid(RULE, 1.0))?;
            }
            Swatch::Dot(colour) => canvas.dot(((left + right) / 2.0, middle), 8.0, colour)?,
            Swatch::Line(stroke) => canvas.line(&[(left, middle), (right, middle)], stroke)?,
        }
        let at = (right + 10.0, middle + NOTE.drop());
        canvas.text(&self.text, at, NOTE, Align::Left)
    }

    fn width(&self) -> f64 {
        SWATCH + 10.0 + NOTE.width(&self.text)
    }
}

/// The entry of lines from the 5th to the 95th percentile.
pub(super) fn whisker_key() -> Key {
    Key::line("5–95\u{a0}% of trials", Stroke::solid(INK, 2.0))
}

/// The line of the shocked variant.
pub(super) fn shocked_line() -> Stroke {
    Stroke::solid(SHOCKED, 3.5)
}

/// The line of the baseline.
pub(super) fn baseline_line() -> Stroke {
    Stroke::solid(BASELINE, 3.0)
}

/// Draws a legend in rows that fit, and returns the room that is left.
pub(super) fn legend(canvas: &Canvas<'_>, rect: Rect, keys: &[Key]) -> Drawn<Rect> {
    let (mut x, mut middle) = (rect.left, rect.top + ROW / 2.0);
    for key in keys {
        if x > rect.left && x + key.width() > rect.right {
            (x, middle) = (rect.left, middle + ROW);
        }
        key.draw(canvas, x, middle)?;
        x += key.width() + 30.0;
    }
    Ok(Rect {
        top: middle + ROW / 2.0 + 10.0,
        ..rect
    })
}

/// The rectangle inside the axes of a plot, and what its edges stand for.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// On the canvas.
    pub(super) rect: Rect,
    /// Value at the right edge; the left edge is zero.
    pub(super) x_end: f64,
    /// Value at the upper edge; the lower edge is zero.
    pub(super) y_end: f64,
}

impl Frame {
    /// How far across the canvas a value stands.
    pub(super) fn x(&self, value: f64) -> f64 {
        self.rect.left + self.rect.width() * (value / self.x_end).clamp(0.0, 1.0)
    }

    /// How far down the canvas a value stands.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.rect.bottom - self.rect.height() * (value / self.y_end).clamp(0.0, 1.0)
    }

    /// Where a pair of values stands.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> Point {
        (self.x(x), self.y(y))
    }

    /// Draws the line at the bottom.
    pub(super) fn ground(&self, canvas: &Canvas<'_>) -> Drawn {
        let Rect {
            left,
            right,
            bottom,
            ..
        } = self.rect;
        canvas.line(&[(left, bottom), (right, bottom)], Stroke::solid(RULE, 2.0))
    }

    /// Draws the scale of lying bars: lines upwards from its ticks, their
    /// labels, and a caption below.
    pub(super) fn scale_below(&self, canvas: &Canvas<'_>, axis: &Axis, caption: &str) -> Drawn {
        let Rect {
            left,
            top,
            right,
            bottom,
        } = self.rect;
        for &tick in &axis.ticks {
            let x = self.x(tick);
            canvas.line(&[(x, top), (x, bottom)], Stroke::solid(GRID, 1.0))?;
        }
        let labels = axis.ticks.iter().map(|&t| (self.x(t), axis.label(t)));
        ticks(canvas, &labels.collect::<Vec<_>>(), bottom + ROW, TICK)?;
        canvas.line(&[(left, top), (left, bottom)], Stroke::solid(RULE, 2.0))?;
        let caption = CAPTION.fit(caption, right - left + 2.0 * OVERHANG);
        let at = ((left + right) / 2.0, bottom + 2.0 * ROW);
        canvas.text(&caption, at, CAPTION, Align::Centre)
    }

    /// Writes a line of text in the middle of the plot.
    pub(super) fn remark(&self, canvas: &Canvas<'_>, text: &str) -> Drawn {
        let Rect {
            left,
            right,
            top,
            bottom,
        } = self.rect;
        let at = ((left + right) / 2.0, (top + bottom) / 2.0);
        let text = NOTE.fit(text, self.rect.width());
        canvas.text(&text, at, NOTE.coloured(INK), Align::Centre)
    }
}

/// Writes labels centred at places across, as many as do not touch.
pub(super) fn ticks(
    canvas: &Canvas<'_>,
    labels: &[(f64, String)],
    baseline: f64,
    face: Face,
) -> Drawn {
    let widest = labels
        .iter()
        .map(|(_, label)| face.width(label))
        .fold(0.0, f64::max);
    let apart = labels
        .windows(2)
        .map(|pair| pair[1].0 - pair[0].0)
        .fold(f64::INFINITY, f64::min);
    let stride = ((widest + 20.0) / apart).ceil().max(1.0) as usize;
    for (x, label) in labels.iter().step_by(stride) {
        canvas.text(label, (*x, baseline), face, Align::Centre)?;
    }
    Ok(())
}

/// A vertical axis with its labels and caption.
pub(super) struct Height {
    axis: Axis,
    suffix: String,
    caption: String,
}

impl Height {
    /// In per cent, up to at least the share `most`.
    pub(super) fn percent(most: f64, caption: &str) -> Self {
        let axis = Axis::to((most * 100.0).max(0.01), 5);
        let suffix = format!("\u{a0}{}", axis.unit("%"));
        Self {
            axis,
            suffix,
            caption: caption.to_owned(),
        }
    }

    /// In a unit, up to at least `most`; the caption names the unit.
    pub(super) fn amount(most: f64, unit: &str, caption: &str) -> Self {
        let axis = Axis::to(most, 5);
        let caption = format!("{} {caption}", axis.unit(unit));
        Self {
            axis,
            suffix: String::new(),
            caption,
        }
    }

    /// Value at the upper end.
    pub(super) const fn end(&self) -> f64 {
        self.axis.end
    }

    /// Room needed left of the plot.
    pub(super) fn gutter(&self) -> f64 {
        let widths = self
            .axis
            .ticks
            .iter()
            .map(|&tick| TICK.width(&self.label(tick)));
        widths.fold(0.0, f64::max) + 14.0
    }

    /// Draws grid lines, labels and the caption over the upper left corner.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
        let Rect {
            left, top, right, ..
        } = frame.rect;
        for &tick in &self.axis.ticks {
            let y = frame.y(tick);
            canvas.line(&[(left, y), (right, y)], Stroke::solid(GRID, 1.0))?;
            let at = (left - 12.0, y + TICK.drop());
            canvas.text(&self.label(tick), at, TICK, Align::Right)?;
        }
        let at = (left - self.gutter() + 2.0, top - 22.0);
        canvas.text(&self.caption, at, CAPTION, Align::Left)
    }

    fn label(&self, tick: f64) -> String {
        format!("{}{}", self.axis.label(tick), self.suffix)
    }
}
