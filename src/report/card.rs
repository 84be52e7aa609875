//! A chart as a picture of its own.

use super::canvas::{Canvas, Rect};
use super::paragraph::{self, Paragraph};
use super::sheet::Sheet;
use super::theme::{CHART, MESSAGE, SHOCKED, STAMP, WARNING};
use super::{Drawn, notice};
use crate::study::Outcome;

/// Size of the picture, if its words leave room.
const SIZE: (f64, f64) = (1280.0, 900.0);
/// White space around it.
const MARGIN: f64 = 48.0;
/// Least height of what is drawn under its words.
const LEAST: f64 = 470.0;

/// Words over a chart.
pub(super) struct Card {
    /// Its title.
    pub(super) heading: String,
    /// What it shows.
    pub(super) caption: String,
}

impl Card {
    /// Puts what `chart` draws under the words, and over a line that says
    /// where the numbers come from.
    pub(super) fn draw(
        &self,
        outcome: &Outcome,
        chart: impl Fn(&Canvas<'_>, Rect) -> Drawn,
    ) -> Drawn<Sheet> {
        let width = SIZE.0 - 2.0 * MARGIN;
        let words = [
            Paragraph::new(&self.heading, CHART, 0.0, (width, 3)),
            Paragraph::barred(&self.caption, MESSAGE, 16.0, (width, 6), SHOCKED),
        ];
        let mut foot = Vec::new();
        if let Some(notice) = notice::interruption(outcome) {
            foot.push(Paragraph::new(&notice, WARNING, 0.0, (width, 2)));
        }
        let stamp = notice::stamp(outcome);
        foot.push(Paragraph::new(&stamp, STAMP, 6.0, (width, 2)));
        let (above, below) = (paragraph::height(&words), paragraph::height(&foot));
        let needed = MARGIN + above + 20.0 + LEAST + below + 1.5 * MARGIN;
        let height = SIZE.1.max(needed);
        let mut sheet = Sheet::new((SIZE.0, height), &self.heading, &self.caption);
        let canvas = Canvas::new(&mut sheet);
        let top = paragraph::draw(&canvas, (MARGIN, MARGIN), &words)?;
        let bottom = height - MARGIN * 0.6 - below;
        let room = Rect::new(MARGIN, top + 20.0, SIZE.0 - MARGIN, bottom - 10.0);
        chart(&canvas, room)?;
        paragraph::draw(&canvas, (MARGIN, bottom), &foot)?;
        drop(canvas);
        Ok(sheet)
    }
}
