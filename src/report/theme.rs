//! One look for every chart: fonts, colours, sizes.

use std::sync::OnceLock;

use plotters::style::{Color, FontFamily, FontStyle, IntoFont, RGBColor, TextStyle, register_font};

use super::{Drawn, ReportError};

/// Width of the page [px].
pub(super) const WIDTH: f64 = 2400.0;
/// White space at the sides of the page [px].
pub(super) const MARGIN: f64 = 70.0;
/// White space between panels [px].
pub(super) const GUTTER: f64 = 64.0;
/// Drawn pixels per page pixel, each way; averaged away at the end.
pub(super) const SCALE: f64 = 2.0;

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
pub(super) const POLICY: RGBColor = RGBColor(204, 121, 167);
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
    /// Height from ascent to descent [px].
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

    /// From one baseline to the next in running text [px].
    pub(super) const fn leading(self) -> f64 {
        self.size * 1.2
    }

    /// From the middle of a capital down to the baseline [px].
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
        let font = (FontFamily::Name(FAMILY), self.size * SCALE, weight).into_font();
        TextStyle {
            color: self.colour.to_backend_color(),
            ..font.into()
        }
    }

    /// Width of a text [px].
    pub(super) fn width(self, text: &str) -> f64 {
        let size = self.style().font.box_size(text);
        size.map_or(0.0, |(width, _)| f64::from(width) / SCALE)
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
        let mut lines: Vec<String> = vec![String::new()];
        let text: String = text.chars().take(LONGEST).collect();
        for word in text
            .split([' ', '\n', '\t'])
            .filter(|word| !word.is_empty())
        {
            let last = lines.len() - 1;
            let longer = format!("{} {word}", lines[last]).trim_start().to_owned();
            let full = lines.len() < most && !lines[last].is_empty();
            if full && self.width(&longer) > width {
                lines.push(word.to_owned());
            } else {
                lines[last] = longer;
            }
        }
        lines.iter().map(|line| self.fit(line, width)).collect()
    }
}

/// Makes the built-in fonts known to the drawing library, once.
pub(super) fn register_fonts() -> Drawn {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        let regular = register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular());
        let bold = register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold());
        regular.is_ok() && bold.is_ok()
    });
    done.then_some(()).ok_or(ReportError::Font)
}
