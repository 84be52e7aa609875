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
/// What everything is drawn on.
pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);
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
/// Numbers and names that stand out in a table.
pub(super) const STRONG: Face = Face::bold(27.0, INK);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// How a colour looks to someone without one kind of cone, in linear
    /// light: Machado, Oliveira and Fernandes (2009), severity 1.
    const BLINDNESS: [(&str, [[f64; 3]; 3]); 4] = [
        ("none", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255528, -0.076749, -0.178779],
                [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ],
        ),
    ];

    /// Colours that a reader has to tell apart in one chart, and those on
    /// white paper.
    const TOGETHER: [(RGBColor, RGBColor); 9] = [
        (SHOCKED, BASELINE),
        (SHOCKED_BAR, BASELINE_BAR),
        (SHOCKED_BAR, BASELINE),
        (SHOCKED, INK),
        (BASELINE, INK),
        (SHOCKED, POLICY),
        (BASELINE, POLICY),
        (SHOCKED, PAPER),
        (BASELINE, PAPER),
    ];

    fn linear(value: u8) -> f64 {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    }

    fn times(matrix: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
    }

    /// CIE L*a*b* under D65 of a colour as it is seen.
    fn seen(colour: RGBColor, blindness: [[f64; 3]; 3]) -> [f64; 3] {
        const XYZ: [[f64; 3]; 3] = [
            [0.412456, 0.357576, 0.180438],
            [0.212673, 0.715152, 0.072175],
            [0.019334, 0.119192, 0.950304],
        ];
        let light = times(blindness, [colour.0, colour.1, colour.2].map(linear));
        let light = light.map(|part| part.clamp(0.0, 1.0));
        let xyz = times(XYZ, light);
        let root = |value: f64| {
            if value > 216.0 / 24_389.0 {
                value.cbrt()
            } else {
                (24_389.0 / 27.0 * value + 16.0) / 116.0
            }
        };
        let [x, y, z] = [xyz[0] / 0.95047, xyz[1], xyz[2] / 1.08883].map(root);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn colours_stay_apart_for_the_colour_blind() {
        for (name, blindness) in BLINDNESS {
            for (a, b) in TOGETHER {
                let pair = seen(a, blindness).into_iter().zip(seen(b, blindness));
                let apart = pair.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!(apart > 25.0, "{name}: {a:?} and {b:?} are {apart:.0} apart");
            }
        }
    }
}
