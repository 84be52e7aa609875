//! A sheet as plotters sees it, measured in units of the picture.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBAColor, RGBColor, ShapeStyle};

use super::Drawn;
use super::sheet::{Recorder, STEPS, Sheet};
use super::theme::Face;

/// Distance of the lines of hatching along either edge.
const HATCH: f64 = 9.0;

/// A place on the canvas: across, down.
pub(super) type Point = (f64, f64);

/// A rectangle on the canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    /// Left edge.
    pub(super) left: f64,
    /// Upper edge.
    pub(super) top: f64,
    /// Right edge.
    pub(super) right: f64,
    /// Lower edge.
    pub(super) bottom: f64,
}

impl Rect {
    /// From its corners: upper left, lower right.
    pub(super) const fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    /// From left to right.
    pub(super) const fn width(self) -> f64 {
        self.right - self.left
    }

    /// From top to bottom.
    pub(super) const fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// `count` rectangles under each other with `gap` between them.
    pub(super) fn rows(self, count: usize, gap: f64) -> impl Iterator<Item = Self> {
        let height = (self.height() + gap) / count as f64 - gap;
        (0..count).map(move |i| {
            let top = self.top + i as f64 * (height + gap);
            Self {
                top,
                bottom: top + height,
                ..self
            }
        })
    }

    /// `count` rectangles side by side with `gap` between them.
    pub(super) fn columns(self, count: usize, gap: f64) -> impl Iterator<Item = Self> {
        let width = (self.width() + gap) / count as f64 - gap;
        (0..count).map(move |i| {
            let left = self.left + i as f64 * (width + gap);
            Self {
                left,
                right: left + width,
                ..self
            }
        })
    }
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Text begins there.
    Left,
    /// Text is centred there.
    Centre,
    /// Text ends there.
    Right,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    colour: RGBAColor,
    width: f64,
    dash: f64,
}

impl Stroke {
    /// An unbroken line.
    pub(super) fn solid(colour: RGBColor, width: f64) -> Self {
        Self {
            colour: colour.to_rgba(),
            width,
            dash: 0.0,
        }
    }

    /// A line of dashes `dash` long.
    pub(super) fn dashed(colour: RGBColor, width: f64, dash: f64) -> Self {
        Self {
            colour: colour.to_rgba(),
            width,
            dash,
        }
    }

    fn style(self) -> ShapeStyle {
        self.colour
            .stroke_width((self.width * STEPS).round() as u32)
    }
}

/// Something to draw on.
pub(super) struct Canvas<'s>(DrawingArea<Recorder<'s>, Shift>);

impl<'s> Canvas<'s> {
    /// A canvas over a sheet.
    pub(super) fn new(sheet: &'s mut Sheet) -> Self {
        Self(Recorder(sheet).into_drawing_area())
    }

    /// Text with its baseline at a height.
    pub(super) fn text(&self, text: &str, at: Point, face: Face, align: Align) -> Drawn {
        let side = match align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        if text.is_empty() {
            return Ok(());
        }
        let style = face.style().pos(Pos::new(side, VPos::Bottom));
        Ok(self.0.draw(&Text::new(text, steps(at), style))?)
    }

    /// Lines of text under each other, the first with its baseline at a
    /// height.
    pub(super) fn lines(&self, lines: &[String], at: Point, face: Face) -> Drawn {
        for (row, line) in lines.iter().enumerate() {
            let at = (at.0, at.1 + row as f64 * face.leading());
            self.text(line, at, face, Align::Left)?;
        }
        Ok(())
    }

    /// A line through points.
    pub(super) fn line(&self, points: &[Point], stroke: Stroke) -> Drawn {
        let path: Vec<_> = match *points {
            // Upright and level lines have crisp edges.
            [a, b] if a.0 == b.0 || a.1 == b.1 => [a, b].map(crisp).map(steps).into(),
            _ => points.iter().copied().map(steps).collect(),
        };
        if stroke.dash > 0.0 {
            let dash = (stroke.dash * STEPS) as i32;
            let element = DashedPathElement::new(path, dash, dash * 2 / 3, stroke.style());
            return Ok(self.0.draw(&element)?);
        }
        Ok(self.0.draw(&PathElement::new(path, stroke.style()))?)
    }

    /// A filled polygon.
    pub(super) fn polygon(&self, points: &[Point], colour: RGBColor, opacity: f64) -> Drawn {
        let corners: Vec<_> = points.iter().copied().map(steps).collect();
        if corners.len() < 3 {
            return Ok(());
        }
        Ok(self
            .0
            .draw(&Polygon::new(corners, colour.mix(opacity).filled()))?)
    }

    /// A filled rectangle with crisp edges.
    pub(super) fn rect(&self, rect: Rect, colour: RGBColor, opacity: f64) -> Drawn {
        let corners = [(rect.left, rect.top), (rect.right, rect.bottom)];
        let corners = corners.map(crisp).map(steps);
        if corners[0].0 >= corners[1].0 || corners[0].1 >= corners[1].1 {
            return Ok(());
        }
        Ok(self
            .0
            .draw(&Rectangle::new(corners, colour.mix(opacity).filled()))?)
    }

    /// A rectangle of slanted lines in a frame.
    pub(super) fn hatched(&self, rect: Rect, colour: RGBColor) -> Drawn {
        let Rect { left, top, .. } = rect;
        let stroke = Stroke::solid(colour, 1.0);
        let (width, height) = (rect.width(), rect.height());
        let lines = ((width + height) / HATCH).clamp(0.0, 1000.0) as usize;
        for sum in (1..=lines).map(|line| line as f64 * HATCH) {
            // From the left or lower edge up to the upper or right one.
            let from = (left + (sum - height).max(0.0), top + sum.min(height));
            let to = (left + sum.min(width), top + (sum - width).max(0.0));
            self.line(&[from, to], stroke)?;
        }
        self.frame(rect, stroke)
    }

    /// The four edges of a rectangle.
    pub(super) fn frame(&self, rect: Rect, stroke: Stroke) -> Drawn {
        let Rect {
            left,
            top,
            right,
            bottom,
        } = rect;
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        for (i, &from) in corners.iter().enumerate() {
            self.line(&[from, corners[(i + 1) % 4]], stroke)?;
        }
        Ok(())
    }

    /// A dot of a radius.
    pub(super) fn dot(&self, at: Point, radius: f64, colour: RGBColor) -> Drawn {
        let radius = (radius * STEPS) as i32;
        Ok(self
            .0
            .draw(&Circle::new(steps(at), radius, colour.filled()))?)
    }
}

/// The nearest place on the border of pixels, half a unit apart.
fn crisp((x, y): Point) -> Point {
    ((x * 2.0).round() / 2.0, (y * 2.0).round() / 2.0)
}

/// The nearest place on the drawing grid.
fn steps((x, y): Point) -> (i32, i32) {
    ((x * STEPS).round() as i32, (y * STEPS).round() as i32)
}
