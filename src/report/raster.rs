//! A sheet as PNG.

use std::collections::BTreeMap;
use std::io::Write;
use std::rc::Rc;

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};
use tiny_skia::{
    Color, FillRule, LineJoin, Paint as Ink, Path, PathBuilder, Pixmap, Stroke, Transform,
};

use super::font::{self, Step};
use super::sheet::{Mark, Paint, Sheet, Text};
use super::{ReportError, origin};
use crate::study::Stamp;

/// Pixels in a unit of length, each way.
pub(super) const DENSITY: f32 = 2.0;
/// Rows drawn at once, so that no picture is ever in memory as a whole.
const STRIP: u32 = 256;

/// The bytes of a PNG whose text chunks say where its numbers come from.
pub(super) fn png(sheet: &Sheet, stamp: &Stamp) -> Result<Vec<u8>, ReportError> {
    let pixels = |length: f64| (length as f32 * DENSITY) as u32;
    let (width, height) = (pixels(sheet.width), pixels(sheet.height));
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(DeflateCompression::Level(1));
    encoder.set_filter(Filter::Up);
    for (key, text) in origin(stamp) {
        add_text(&mut encoder, key, &text)?;
    }
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let shapes = shapes(sheet);
    let mut strip = Pixmap::new(width, STRIP).ok_or(ReportError::Empty)?;
    for top in (0..height).step_by(STRIP as usize) {
        draw(&shapes, &mut strip, top);
        let rows = STRIP.min(height - top) as usize;
        stream.write_all(&rgb(&strip.data()[..rows * width as usize * 4]))?;
    }
    stream.finish()?;
    writer.finish()?;
    Ok(bytes)
}

/// As tEXt where Latin-1 will do, else as iTXt.
fn add_text(
    encoder: &mut Encoder<'_, &mut Vec<u8>>,
    key: &str,
    text: &str,
) -> Result<(), ReportError> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.chars().all(|c| u8::try_from(c).is_ok()) {
        encoder.add_text_chunk(key.to_owned(), text)?;
    } else {
        encoder.add_itxt_chunk(key.to_owned(), text)?;
    }
    Ok(())
}

/// Opaque pixels without their opacity.
fn rgb(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        rgb.extend_from_slice(&pixel[..3]);
    }
    rgb
}

/// A filled path, and the pixels it may touch.
struct Shape {
    path: Rc<Path>,
    place: Transform,
    ink: Ink<'static>,
    rows: (f32, f32),
}

/// Draws the rows from `top` down.
fn draw(shapes: &[Shape], strip: &mut Pixmap, top: u32) {
    strip.fill(Color::WHITE);
    let (from, to) = (top as f32, (top + STRIP) as f32);
    for shape in shapes {
        if shape.rows.1 >= from && shape.rows.0 <= to {
            let place = shape.place.post_translate(0.0, -from);
            strip.fill_path(&shape.path, &shape.ink, FillRule::Winding, place, None);
        }
    }
}

/// What the marks of a sheet come to, from the back to the front.
fn shapes(sheet: &Sheet) -> Vec<Shape> {
    let (mut shapes, mut outlines) = (Vec::new(), Outlines::default());
    for mark in &sheet.marks {
        match mark {
            Mark::Line(points, width, paint) => {
                shapes.extend(stroke(points, *width).and_then(|path| filled(path, *paint)));
            }
            Mark::Area(points, paint) => {
                shapes.extend(polygon(points, true).and_then(|path| filled(path, *paint)));
            }
            Mark::Dot((x, y), radius, paint) => {
                let circle = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32);
                shapes.extend(circle.and_then(|path| filled(path, *paint)));
            }
            Mark::Text(text) => shapes.extend(outlines.letters(text)),
        }
    }
    shapes
}

fn filled(path: Path, paint: Paint) -> Option<Shape> {
    Shape::new(path.into(), Transform::from_scale(DENSITY, DENSITY), paint)
}

impl Shape {
    fn new(path: Rc<Path>, place: Transform, paint: Paint) -> Option<Self> {
        let bounds = path.bounds().transform(place)?;
        let (r, g, b) = paint.rgb;
        let mut ink = Ink::default();
        ink.set_color(Color::from_rgba8(
            r,
            g,
            b,
            (paint.alpha * 255.0).round() as u8,
        ));
        Some(Self {
            path,
            place,
            ink,
            rows: (bounds.top() - 1.0, bounds.bottom() + 1.0),
        })
    }
}

fn polygon(points: &[(f64, f64)], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (i, &(x, y)) in points.iter().enumerate() {
        let (x, y) = (x as f32, y as f32);
        if i == 0 {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

/// The outline of a line.
fn stroke(points: &[(f64, f64)], width: f64) -> Option<Path> {
    let stroke = Stroke {
        width: width as f32,
        line_join: LineJoin::Round,
        ..Stroke::default()
    };
    polygon(points, false)?.stroke(&stroke, DENSITY)
}

/// Outlines of the characters met so far, in font units.
#[derive(Default)]
struct Outlines(BTreeMap<(bool, u16), Option<Rc<Path>>>);

impl Outlines {
    fn letters(&mut self, text: &Text) -> Vec<Shape> {
        let scale = font::scale(text.size, text.bold);
        let unit = scale as f32 * DENSITY;
        let letter = |glyph: font::Glyph| {
            let path = self.outline(glyph, text.bold)?;
            let (x, y) = (text.at.0 + glyph.x * scale, text.at.1);
            let place = Transform::from_row(
                unit,
                0.0,
                0.0,
                -unit,
                x as f32 * DENSITY,
                y as f32 * DENSITY,
            );
            Shape::new(path, place, text.paint)
        };
        let (glyphs, _) = font::line(&text.text, text.bold);
        glyphs.into_iter().filter_map(letter).collect()
    }

    fn outline(&mut self, glyph: font::Glyph, bold: bool) -> Option<Rc<Path>> {
        let known = self.0.entry((bold, glyph.id.0));
        known
            .or_insert_with(|| contours(&font::outline(glyph.id, bold)).map(Into::into))
            .clone()
    }
}

fn contours(steps: &[Step]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for step in steps {
        match *step {
            Step::Move(a) => builder.move_to(a.x, a.y),
            Step::Line(a) => builder.line_to(a.x, a.y),
            Step::Quad(a, b) => builder.quad_to(a.x, a.y, b.x, b.y),
            Step::Cubic(a, b, c) => builder.cubic_to(a.x, a.y, b.x, b.y, c.x, c.y),
        }
    }
    builder.finish()
}
