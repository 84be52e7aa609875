//! One look for every chart: fonts, colours, sizes.

use plotters::style::{Color, FontFamily, FontStyle, IntoFont, RGBColor, TextStyle};

use super::font;
use super::sheet::STEPS;

/// Width of the page.
pub(super) const WIDTH: f64 = 2400.0;
/// White space at the sides of the page.
pub(super) const MARGIN: f64 = 70.0;
/// White space between panels.
pub(super) const GUTTER: f64 = 70.0;

// Colours that stay apart for colour-blind readers: Okabe and Ito (2008).

/// With every policy.
pub(super) const SHOCKED: RGBColor = RGBColor(213, 94, 0);
/// Background policies only.
pub(super) const BASELINE: RGBColor = RGBColor(0, 114, 178);
/// Bars with every policy.
pub(super) const SHOCKED_BAR: RGBColor = RGBColor(224, 134, 64);
/// Bars of the baseline.
pub(super) const BASELINE_BAR: RGBColor = RGBColor(64, 149, 197);
/// Periods of shocks.
pub(super) const POLICY: RGBColor = RGBColor(122, 122, 134);
/// Text and medians.
pub(super) const INK: RGBColor = RGBColor(28, 28, 32);
/// Secondary text.
pub(super) const MUTED: RGBColor = RGBColor(98, 98, 106);
/// Axis lines.
pub(super) const RULE: RGBColor = RGBColor(150, 150, 156);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(226, 226, 230);

/// Opacity of the outer band of a fan.
pub(super) const OUTER_BAND: f64 = 0.20;
/// Opacity of the inner band of a fan, laid over the outer.
pub(super) const INNER_BAND: f64 = 0.32;

/// Size, weight and colour of a piece of text.
#[derive(Clone, Copy)]
pub(super) struct Face {
    /// Height from ascent to descent.
    pub(super) size: f64,
    bold: bool,
    colour: RGBColor,
}

/// Title of the page.
pub(super) const TITLE: Face = Face::bold(64.0, INK);
/// Question of the page.
pub(super) const QUESTION: Face = Face::plain(38.0, MUTED);
/// Findings.
pub(super) const FINDING: Face = Face::plain(40.0, INK);
/// Name of a focus over its panels.
pub(super) const HEADING: Face = Face::bold(46.0, INK);
/// Title of a panel.
pub(super) const PANEL: Face = Face::bold(33.0, INK);
/// Subject of a panel, legend, flags.
pub(super) const NOTE: Face = Face::plain(27.0, INK);
/// Numbers along axes.
pub(super) const TICK: Face = Face::plain(27.0, INK);
/// Captions and second scales.
pub(super) const CAPTION: Face = Face::plain(26.0, MUTED);
/// Title of a chart on its own.
pub(super) const CHART: Face = Face::bold(38.0, INK);
/// Finding of a chart on its own.
pub(super) const MESSAGE: Face = Face::plain(31.0, INK);
/// Where the numbers of a picture come from.
pub(super) const STAMP: Face = Face::plain(20.0, MUTED);
/// Cells of a table.
pub(super) const CELL: Face = Face::plain(23.0, INK);
/// Heads of a table.
pub(super) const HEAD: Face = Face::bold(23.0, INK);
/// What must not be overlooked.
pub(super) const WARNING: Face = Face::bold(30.0, SHOCKED);

const FAMILY: &str = "DejaVu Sans";
/// More characters than any text on the page has room for.
const LONGEST: usize = 2000;

impl Face {
    const fn plain(size: f64, colour: RGBColor) -> Self {
        Self {
            size,
            bold: false,
            colour,
        }
    }

    const fn bold(size: f64, colour: RGBColor) -> Self {
        Self {
            size,
            bold: true,
            colour,
        }
    }

    /// The same face in another colour.
    pub(super) const fn coloured(self, colour: RGBColor) -> Self {
        Self { colour, ..self }
    }

    /// From one baseline to the next in running text.
    pub(super) const fn leading(self) -> f64 {
        self.size * 1.2
    }

    /// From the middle of a capital down to the baseline.
    pub(super) const fn drop(self) -> f64 {
        self.size * 0.31
    }

    /// The style in drawn pixels.
    pub(super) fn style(self) -> TextStyle<'static> {
        let weight = if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let font = (FontFamily::Name(FAMILY), self.size * STEPS, weight).into_font();
        TextStyle {
            color: self.colour.to_backend_color(),
            ..font.into()
        }
    }

    /// Width of a text.
    pub(super) fn width(self, text: &str) -> f64 {
        font::width(text, self.size, self.bold)
    }

    /// The text, shortened with an ellipsis to be no wider than `width`.
    pub(super) fn fit(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut short: Vec<char> = text.chars().take(LONGEST).collect();
        while short.pop().is_some() {
            let candidate = format!("{}…", short.iter().collect::<String>().trim_end());
            if self.width(&candidate) <= width {
                return candidate;
            }
        }
        String::new()
    }

    /// The text in at most `most` lines no wider than `width`, broken at
    /// spaces; what remains is cut off with an ellipsis.
    pub(super) fn wrap(self, text: &str, width: f64, most: usize) -> Vec<String> {
        let text: String = text.chars().take(LONGEST).collect();
        let mut lines = self.wrap_all(&text, width);
        if lines.len() > most {
            let rest = lines.split_off(most.max(1) - 1).join(" ");
            lines.push(self.fit(&rest, width));
        }
        lines
    }

    /// The text in lines no wider than `width`, broken at spaces, and within
    /// words that are wider.
    pub(super) fn wrap_all(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = vec![String::new()];
        for word in text
            .split([' ', '\n', '\t'])
            .filter(|word| !word.is_empty())
        {
            for piece in self.pieces(word, width) {
                let last = lines.len() - 1;
                let longer = format!("{} {piece}", lines[last]).trim_start().to_owned();
                if lines[last].is_empty() || self.width(&longer) <= width {
                    lines[last] = longer;
                } else {
                    lines.push(piece.to_owned());
                }
            }
        }
        lines
    }

    /// A word in pieces no wider than `width`, cut behind marks if that can be.
    fn pieces(self, word: &str, width: f64) -> Vec<&str> {
        let (mut pieces, mut rest) = (Vec::new(), word);
        while self.width(rest) > width {
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
            let fitting = ends.take_while(|&end| self.width(&rest[..end]) <= width);
            let Some(most) = fitting.last() else { break };
            let mark = rest[..most].rfind(['.', '-', '_', '/', ',']);
            let (piece, after) = rest.split_at(mark.map_or(most, |at| at + 1));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        pieces
    }
}
