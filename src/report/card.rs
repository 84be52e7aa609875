//! A chart as a picture of its own.

use super::canvas::{Canvas, Rect};
use super::paragraph::{self, Paragraph};
use super::sheet::Sheet;
use super::theme::{CHART, MESSAGE, SHOCKED, STAMP, WARNING};
use super::{Drawn, notice};
use crate::study::Outcome;

/// White space around it.
const MARGIN: f64 = 48.0;

/// Words over a chart.
pub(super) struct Card {
    /// Its title.
    pub(super) heading: String,
    /// What it shows.
    pub(super) caption: String,
}

/// What stands under a chart.
pub(super) struct Below {
    /// What must not be overlooked, a paragraph each.
    pub(super) notices: Vec<String>,
    /// Where the numbers come from.
    pub(super) stamp: String,
}

/// How large a picture is.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// Width, and height if the words leave room.
    pub(super) size: (f64, f64),
    /// Least height of what is drawn under the words.
    pub(super) least: f64,
}

impl Extent {
    /// Of most charts.
    pub(super) const USUAL: Self = Self {
        size: (1280.0, 900.0),
        least: 470.0,
    };
}

impl Card {
    /// Puts what `chart` draws under the words, and over a line that says
    /// where the numbers come from.
    pub(super) fn draw(
        &self,
        outcome: &Outcome,
        chart: impl Fn(&Canvas<'_>, Rect) -> Drawn,
    ) -> Drawn<Sheet> {
        let notice = notice::interruption(outcome);
        let below = Below {
            notices: notice.into_iter().collect(),
            stamp: notice::stamp(outcome),
        };
        self.draw_over(&below, Extent::USUAL, chart)
    }

    /// Puts what `chart` draws in a picture of an extent, under the words and
    /// over others.
    pub(super) fn draw_over(
        &self,
        below: &Below,
        extent: Extent,
        chart: impl Fn(&Canvas<'_>, Rect) -> Drawn,
    ) -> Drawn<Sheet> {
        let width = extent.size.0 - 2.0 * MARGIN;
        let words = [
            Paragraph::new(&self.heading, CHART, 0.0, (width, 3)),
            Paragraph::barred(&self.caption, MESSAGE, 16.0, (width, 6), SHOCKED),
        ];
        let mut foot: Vec<Paragraph> = Vec::new();
        for notice in &below.notices {
            foot.push(Paragraph::new(notice, WARNING, 0.0, (width, 2)));
        }
        foot.push(Paragraph::new(&below.stamp, STAMP, 6.0, (width, 2)));
        let (above, under) = (paragraph::height(&words), paragraph::height(&foot));
        let needed = MARGIN + above + 20.0 + extent.least + under + 1.5 * MARGIN;
        let height = extent.size.1.max(needed);
        let mut sheet = Sheet::new((extent.size.0, height), &self.heading, &self.caption);
        let canvas = Canvas::new(&mut sheet);
        let top = paragraph::draw(&canvas, (MARGIN, MARGIN), &words)?;
        let bottom = height - MARGIN * 0.6 - under;
        let room = Rect::new(MARGIN, top + 20.0, extent.size.0 - MARGIN, bottom - 10.0);
        chart(&canvas, room)?;
        paragraph::draw(&canvas, (MARGIN, bottom), &foot)?;
        drop(canvas);
        Ok(sheet)
    }
}
