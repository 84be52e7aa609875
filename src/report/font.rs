//! The built-in typeface as outlines: what text measures and how it is drawn.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, GlyphId, OutlineCurve};

use super::{Drawn, ReportError};

/// Regular and bold.
static FONTS: OnceLock<Option<[FontRef<'static>; 2]>> = OnceLock::new();

fn font(bold: bool) -> Option<&'static FontRef<'static>> {
    let load = || {
        let regular = FontRef::try_from_slice(dejavu::sans::regular()).ok()?;
        Some([regular, FontRef::try_from_slice(dejavu::sans::bold()).ok()?])
    };
    let fonts = FONTS.get_or_init(load).as_ref()?;
    Some(&fonts[usize::from(bold)])
}

/// Makes sure that the fonts can be read.
pub(super) fn check() -> Drawn {
    font(false).map(|_| ()).ok_or(ReportError::Font)
}

/// A character's outline, and where it begins in its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    /// Which outline.
    pub(super) id: GlyphId,
    /// From the beginning of the line [font units].
    pub(super) x: f64,
}

/// The outlines of a line of text, and its length [font units].
pub(super) fn line(text: &str, bold: bool) -> (Vec<Glyph>, f64) {
    let (mut glyphs, mut x) = (Vec::new(), 0.0);
    let Some(font) = font(bold) else {
        return (glyphs, x);
    };
    let mut before = None;
    for id in text.chars().map(|c| font.glyph_id(c)) {
        if let Some(before) = before.replace(id) {
            x += f64::from(font.kern_unscaled(before, id));
        }
        glyphs.push(Glyph { id, x });
        x += f64::from(font.h_advance_unscaled(id));
    }
    (glyphs, x)
}

/// Length of a font unit in text of a size from ascent to descent.
pub(super) fn scale(size: f64, bold: bool) -> f64 {
    font(bold).map_or(0.0, |font| size / f64::from(font.height_unscaled()))
}

/// Length of a line of text.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    line(text, bold).1 * scale(size, bold)
}

/// A step of an outline, in font units upward and to the right.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A new contour begins.
    Move(ab_glyph::Point),
    /// A straight line.
    Line(ab_glyph::Point),
    /// A quadratic curve: control point, end.
    Quad(ab_glyph::Point, ab_glyph::Point),
    /// A cubic curve: control points, end.
    Cubic(ab_glyph::Point, ab_glyph::Point, ab_glyph::Point),
}

/// The contours of a character; none for a space.
pub(super) fn outline(id: GlyphId, bold: bool) -> Vec<Step> {
    let outline = font(bold).and_then(|font| font.outline(id));
    let (mut steps, mut last) = (Vec::new(), None);
    for curve in outline.into_iter().flat_map(|outline| outline.curves) {
        let (start, step, end) = match curve {
            OutlineCurve::Line(a, b) => (a, Step::Line(b), b),
            OutlineCurve::Quad(a, b, c) => (a, Step::Quad(b, c), c),
            OutlineCurve::Cubic(a, b, c, d) => (a, Step::Cubic(b, c, d), d),
        };
        if last != Some(start) {
            steps.push(Step::Move(start));
        }
        steps.push(step);
        last = Some(end);
    }
    steps
}
