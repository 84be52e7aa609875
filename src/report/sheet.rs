//! A picture as a list of marks. Charts draw on it through plotters; PNG and
//! SVG are made from it, so both show the same drawing.

use std::convert::Infallible;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};

use super::canvas::Point;
use super::font;

/// Steps of the drawing grid in a unit of length, each way: plotters counts
/// in whole steps.
pub(super) const STEPS: f64 = 64.0;

/// A colour and how much it covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paint {
    /// Red, green, blue.
    pub(super) rgb: (u8, u8, u8),
    /// From 0, nothing, to 1, all.
    pub(super) alpha: f64,
}

/// Something drawn. Lengths are in units of the picture, across and down from
/// its upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A line through points.
    Line(Vec<Point>, f64, Paint),
    /// A filled polygon.
    Area(Vec<Point>, Paint),
    /// A filled circle of a radius.
    Dot(Point, f64, Paint),
    /// A line of text.
    Text(Text),
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    /// What it says.
    pub(super) text: String,
    /// Where it begins, on its baseline.
    pub(super) at: Point,
    /// From ascent to descent.
    pub(super) size: f64,
    /// Weight.
    pub(super) bold: bool,
    /// Colour.
    pub(super) paint: Paint,
}

/// A picture.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// Across.
    pub(super) width: f64,
    /// Down.
    pub(super) height: f64,
    /// Its name to someone who cannot see it.
    pub(super) title: String,
    /// What it shows, to the same.
    pub(super) about: String,
    /// From the back to the front.
    pub(super) marks: Vec<Mark>,
}

impl Sheet {
    /// An empty picture.
    pub(super) fn new((width, height): (f64, f64), title: &str, about: &str) -> Self {
        Self {
            width,
            height: height.ceil(),
            title: title.to_owned(),
            about: about.to_owned(),
            marks: Vec::new(),
        }
    }
}

/// Takes the marks of plotters for a sheet.
pub(super) struct Recorder<'s>(pub(super) &'s mut Sheet);

type Recorded = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Recorder<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let steps = |length: f64| (length * STEPS) as u32;
        (steps(self.0.width), steps(self.0.height))
    }

    fn ensure_prepared(&mut self) -> Recorded {
        Ok(())
    }

    fn present(&mut self) -> Recorded {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Recorded {
        self.area(corners(at, (at.0 + 1, at.1 + 1)).to_vec(), color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Recorded {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Recorded {
        let corners = corners(upper_left, bottom_right);
        if fill {
            self.area(corners.to_vec(), style.color())
        } else {
            self.draw_path(corners.into_iter().chain([corners[0]]), style)
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Recorded {
        let points = path.into_iter().map(point).collect();
        let width = f64::from(style.stroke_width()) / STEPS;
        self.mark(Mark::Line(points, width, paint(style.color())))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Recorded {
        let radius = f64::from(radius) / STEPS;
        self.mark(Mark::Dot(point(center), radius, paint(style.color())))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Recorded {
        self.area(vert.into_iter().collect(), style.color())
    }

    /// Texts stand on their baseline, whatever their vertical anchor says.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        pos: BackendCoord,
    ) -> Recorded {
        let (size, bold) = (
            style.size() / STEPS,
            matches!(style.style(), FontStyle::Bold),
        );
        let before = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        };
        let (x, y) = point(pos);
        self.mark(Mark::Text(Text {
            text: text.to_owned(),
            at: (x - before * font::width(text, size, bold), y),
            size,
            bold,
            paint: paint(style.color()),
        }))
    }
}

impl Recorder<'_> {
    fn area(&mut self, corners: Vec<BackendCoord>, color: BackendColor) -> Recorded {
        let corners = corners.into_iter().map(point).collect();
        self.mark(Mark::Area(corners, paint(color)))
    }

    fn mark(&mut self, mark: Mark) -> Recorded {
        self.0.marks.push(mark);
        Ok(())
    }
}

fn corners(from: BackendCoord, to: BackendCoord) -> [BackendCoord; 4] {
    [from, (to.0, from.1), to, (from.0, to.1)]
}

fn point((x, y): BackendCoord) -> Point {
    (f64::from(x) / STEPS, f64::from(y) / STEPS)
}

fn paint(color: BackendColor) -> Paint {
    Paint {
        rgb: color.rgb,
        alpha: color.alpha,
    }
}
