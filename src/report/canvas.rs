//! A surface measured in page pixels.

use plotters::backend::BitMapBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBAColor, RGBColor, ShapeStyle};

use super::Drawn;
use super::theme::{Face, SCALE};

/// A place on the canvas: across, down [px].
pub(super) type Point = (f64, f64);

/// A rectangle on the canvas [px].
#[derive(Clone, Copy, Debug)]
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
            .stroke_width((self.width * SCALE).round() as u32)
    }
}

/// Something to draw on.
pub(super) struct Canvas<'a>(DrawingArea<BitMapBackend<'a>, Shift>);

impl<'a> Canvas<'a> {
    /// A canvas over RGB pixels, `SCALE` times as many each way as the page
    /// will have.
    pub(super) fn new(pixels: &'a mut [u8], size: (u32, u32)) -> Self {
        Self(BitMapBackend::with_buffer(pixels, size).into_drawing_area())
    }

    /// Writes what has been drawn to the pixels.
    pub(super) fn finish(self) -> Drawn {
        Ok(self.0.present()?)
    }

    /// Text with its baseline at a height.
    pub(super) fn text(&self, text: &str, at: Point, face: Face, align: Align) -> Drawn {
        let side = match align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = face.style().pos(Pos::new(side, VPos::Top));
        let top = (at.0, at.1 - face.size / 2.0);
        Ok(self.0.draw(&Text::new(text, drawn(top), style))?)
    }

    /// A line through points.
    pub(super) fn line(&self, points: &[Point], stroke: Stroke) -> Drawn {
        let path: Vec<_> = points.iter().copied().map(drawn).collect();
        if stroke.dash > 0.0 {
            let dash = (stroke.dash * SCALE) as i32;
            let element = DashedPathElement::new(path, dash, dash * 2 / 3, stroke.style());
            return Ok(self.0.draw(&element)?);
        }
        Ok(self.0.draw(&PathElement::new(path, stroke.style()))?)
    }

    /// A filled polygon.
    pub(super) fn polygon(&self, points: &[Point], colour: RGBColor, opacity: f64) -> Drawn {
        let corners: Vec<_> = points.iter().copied().map(drawn).collect();
        Ok(self
            .0
            .draw(&Polygon::new(corners, colour.mix(opacity).filled()))?)
    }

    /// A filled rectangle.
    pub(super) fn rect(&self, rect: Rect, colour: RGBColor, opacity: f64) -> Drawn {
        let corners = [
            drawn((rect.left, rect.top)),
            drawn((rect.right, rect.bottom)),
        ];
        if corners[0].0 >= corners[1].0 || corners[0].1 >= corners[1].1 {
            return Ok(());
        }
        Ok(self
            .0
            .draw(&Rectangle::new(corners, colour.mix(opacity).filled()))?)
    }

    /// A dot of a radius.
    pub(super) fn dot(&self, at: Point, radius: f64, colour: RGBColor) -> Drawn {
        let radius = (radius * SCALE) as i32;
        Ok(self
            .0
            .draw(&Circle::new(drawn(at), radius, colour.filled()))?)
    }
}

/// Nearest drawn pixel.
fn drawn(point: Point) -> (i32, i32) {
    (
        (point.0 * SCALE).round() as i32,
        (point.1 * SCALE).round() as i32,
    )
}
