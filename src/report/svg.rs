//! A sheet as SVG. Text is drawn as outlines, so that it looks the same
//! without any font, and carries its words for those who cannot see it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::font::{self, Step};
use super::origin;
use super::sheet::{Mark, Paint, Sheet, Text};
use crate::study::Stamp;

/// The bytes of an SVG whose metadata say where its numbers come from.
pub(super) fn svg(sheet: &Sheet, stamp: &Stamp) -> Vec<u8> {
    let (width, height) = (number(sheet.width), number(sheet.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title about\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"about\">{}</desc>\n<metadata>{}</metadata>\n",
        escaped(&sheet.title),
        escaped(&sheet.about),
        escaped(&metadata(stamp)),
    );
    out.push_str(&definitions(sheet));
    out += &format!("<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n");
    sheet.marks.iter().for_each(|mark| draw(&mut out, mark));
    out.push_str("</svg>\n");
    out.into_bytes()
}

fn metadata(stamp: &Stamp) -> String {
    let pairs = origin(stamp).map(|(key, value)| format!("{key}={value}"));
    pairs.join("; ")
}

/// The outlines of all characters in use, in font units.
fn definitions(sheet: &Sheet) -> String {
    let texts = sheet.marks.iter().filter_map(|mark| match mark {
        Mark::Text(text) => Some(text),
        _ => None,
    });
    let glyphs: BTreeSet<_> = texts
        .flat_map(|text| {
            let (glyphs, _) = font::line(&text.text, text.bold);
            glyphs.into_iter().map(|glyph| (text.bold, glyph.id))
        })
        .collect();
    let mut out = String::from("<defs>\n");
    for (bold, id) in glyphs {
        let path = contours(&font::outline(id, bold));
        if !path.is_empty() {
            out += &format!("<path id=\"{}{}\" d=\"{path}\"/>\n", weight(bold), id.0);
        }
    }
    out + "</defs>\n"
}

const fn weight(bold: bool) -> char {
    if bold { 'b' } else { 'r' }
}

fn contours(steps: &[Step]) -> String {
    let mut out = String::new();
    let at = |p: ab_glyph::Point| format!("{} {}", p.x, p.y);
    for step in steps {
        out += &match *step {
            Step::Move(a) => format!("M{}", at(a)),
            Step::Line(a) => format!("L{}", at(a)),
            Step::Quad(a, b) => format!("Q{} {}", at(a), at(b)),
            Step::Cubic(a, b, c) => format!("C{} {} {}", at(a), at(b), at(c)),
        };
    }
    out
}

fn draw(out: &mut String, mark: &Mark) {
    *out += &match mark {
        Mark::Line(points, width, paint) => format!(
            "<path d=\"{}\" fill=\"none\" stroke-linejoin=\"round\" stroke-width=\"{}\"{}/>\n",
            path(points),
            number(*width),
            coloured("stroke", *paint)
        ),
        Mark::Area(points, paint) => {
            format!(
                "<path d=\"{}Z\"{}/>\n",
                path(points),
                coloured("fill", *paint)
            )
        }
        Mark::Dot((x, y), radius, paint) => format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n",
            number(*x),
            number(*y),
            number(*radius),
            coloured("fill", *paint)
        ),
        Mark::Text(text) => letters(text),
    };
}

fn letters(text: &Text) -> String {
    let scale = font::scale(text.size, text.bold);
    let mut out = format!(
        "<g aria-label=\"{}\" transform=\"translate({} {}) scale({scale:.6} {:.6})\"{}>",
        escaped(&text.text),
        number(text.at.0),
        number(text.at.1),
        -scale,
        coloured("fill", text.paint)
    );
    let (glyphs, _) = font::line(&text.text, text.bold);
    for glyph in glyphs {
        if !font::outline(glyph.id, text.bold).is_empty() {
            let (weight, id, x) = (weight(text.bold), glyph.id.0, number(glyph.x));
            out += &format!("<use xlink:href=\"#{weight}{id}\" x=\"{x}\"/>");
        }
    }
    out + "</g>\n"
}

fn path(points: &[(f64, f64)]) -> String {
    let mut out = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let step = if i == 0 { 'M' } else { 'L' };
        // Writing to a String does not fail.
        let _ = write!(out, "{step}{} {}", number(*x), number(*y));
    }
    out
}

fn coloured(what: &str, paint: Paint) -> String {
    let (r, g, b) = paint.rgb;
    let colour = format!(" {what}=\"#{r:02x}{g:02x}{b:02x}\"");
    if paint.alpha >= 1.0 {
        return colour;
    }
    format!("{colour} {what}-opacity=\"{}\"", number(paint.alpha))
}

/// To a hundredth, without trailing zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What XML allows, in words it allows.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_markup() {
        assert_eq!(escaped("R&D <\"a\">\u{7}"), "R&amp;D &lt;&quot;a&quot;&gt;");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(0.125), "0.12");
        assert_eq!(number(100.5), "100.5");
    }
}
