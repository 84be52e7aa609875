//! Running text.

use plotters::style::RGBColor;

use super::Drawn;
use super::canvas::{Canvas, Rect};
use super::theme::Face;

/// Width of a bar at the left of a paragraph, with the room behind it.
const BAR: f64 = 30.0;

/// A paragraph.
pub(super) struct Paragraph {
    lines: Vec<String>,
    face: Face,
    /// White space over it.
    above: f64,
    /// Colour of a bar at its left.
    bar: Option<RGBColor>,
}

impl Paragraph {
    /// Text in at most `most` lines.
    pub(super) fn new(text: &str, face: Face, above: f64, (width, most): (f64, usize)) -> Self {
        Self {
            lines: face.wrap(text, width, most),
            face,
            above,
            bar: None,
        }
    }

    /// The same behind a bar.
    pub(super) fn barred(
        text: &str,
        face: Face,
        above: f64,
        (width, most): (f64, usize),
        colour: RGBColor,
    ) -> Self {
        Self {
            bar: Some(colour),
            ..Self::new(text, face, above, (width - BAR, most))
        }
    }

    /// Height with the white space over it.
    pub(super) fn height(&self) -> f64 {
        self.above + self.face.leading() * self.lines.len() as f64
    }

    fn draw(&self, canvas: &Canvas<'_>, (mut left, top): (f64, f64)) -> Drawn {
        let top = top + self.above;
        if let Some(colour) = self.bar {
            let bottom = top + self.height() - self.above;
            canvas.rect(
                Rect::new(left, top + 4.0, left + 8.0, bottom - 2.0),
                colour,
                1.0,
            )?;
            left += BAR;
        }
        let first = (left, top + self.face.leading() * 0.78);
        canvas.lines(&self.lines, first, self.face)
    }
}

/// Height of paragraphs under each other.
pub(super) fn height(paragraphs: &[Paragraph]) -> f64 {
    paragraphs.iter().map(Paragraph::height).sum()
}

/// Draws paragraphs under each other, and returns where they end.
pub(super) fn draw(
    canvas: &Canvas<'_>,
    (left, mut top): (f64, f64),
    paragraphs: &[Paragraph],
) -> Drawn<f64> {
    for paragraph in paragraphs {
        paragraph.draw(canvas, (left, top))?;
        top += paragraph.height();
    }
    Ok(top)
}
