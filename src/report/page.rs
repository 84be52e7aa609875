//! The page: header, a block of charts a focus, footer.

use super::canvas::{Align, Canvas, Rect, Stroke};
use super::chart::Chart;
use super::digest::Digest;
use super::finding::finding;
use super::number::quantity;
use super::paragraph::{self, Paragraph};
use super::sheet::Sheet;
use super::theme::{
    CAPTION, FINDING, GUTTER, HEADING, MARGIN, NOTE, PANEL, QUESTION, RULE, SHOCKED, TITLE,
    WARNING, WIDTH,
};
use super::{DAYS_PER_YEAR, Drawn, notice};
use crate::study::Outcome;

/// Foci with a block of their own.
const MOST: usize = 3;
/// Charts side by side.
const ABREAST: usize = 3;
/// Heights inside a block: its heading, a chart without its words and the
/// bars for shocks, and what lies between rows and under them.
const BLOCK_HEADING: f64 = 150.0;
const PLOT: f64 = 580.0;
const ROW_GAP: f64 = 50.0;
const BLOCK_END: f64 = 50.0;
/// Width of running text.
const MEASURE: f64 = WIDTH - 2.0 * MARGIN;

/// Draws the page of an outcome; `digests` has one entry a focus.
pub(super) fn draw(outcome: &Outcome, digests: &[Digest<'_>]) -> Drawn<Sheet> {
    let shown = &digests[..digests.len().min(MOST)];
    let findings: Vec<String> = shown.iter().map(finding).collect();
    let (header, footer) = (header(outcome, &findings), footer(outcome, digests));
    let blocks: Vec<Block<'_>> = shown.iter().map(Block::new).collect();
    let height = paragraph::height(&header)
        + 40.0
        + blocks.iter().map(Block::height).sum::<f64>()
        + paragraph::height(&footer)
        + 40.0;
    let mut sheet = Sheet::new((WIDTH, height), &outcome.title, &findings.join(" "));
    let canvas = Canvas::new(&mut sheet);
    let mut top = paragraph::draw(&canvas, (MARGIN, 0.0), &header)? + 40.0;
    for block in &blocks {
        block.draw(&canvas, top)?;
        top += block.height();
    }
    paragraph::draw(&canvas, (MARGIN, top), &footer)?;
    drop(canvas);
    Ok(sheet)
}

fn header(outcome: &Outcome, findings: &[String]) -> Vec<Paragraph> {
    let mut paragraphs = vec![Paragraph::new(&outcome.title, TITLE, 60.0, (MEASURE, 2))];
    if let Some(question) = &outcome.question {
        paragraphs.push(Paragraph::new(question, QUESTION, 12.0, (MEASURE, 3)));
    }
    for (i, finding) in findings.iter().enumerate() {
        let above = if i == 0 { 36.0 } else { 18.0 };
        paragraphs.push(Paragraph::barred(
            finding,
            FINDING,
            above,
            (MEASURE, 5),
            SHOCKED,
        ));
    }
    if let Some(text) = notice::interruption(outcome) {
        paragraphs.push(Paragraph::new(&text, WARNING, 24.0, (MEASURE, 2)));
    }
    paragraphs
}

fn footer(outcome: &Outcome, digests: &[Digest<'_>]) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    if digests.len() > MOST {
        let hidden: Vec<_> = digests[MOST..].iter().map(Digest::name).collect();
        let text = format!("Not on this page: {}.", hidden.join("; "));
        paragraphs.push(Paragraph::new(&text, QUESTION, 10.0, (MEASURE, 2)));
    }
    if let Some(text) = notice::failures(outcome) {
        paragraphs.push(Paragraph::new(&text, WARNING, 10.0, (MEASURE, 2)));
    }
    let stamp = notice::stamp(outcome);
    paragraphs.push(Paragraph::new(&stamp, CAPTION, 16.0, (MEASURE, 3)));
    paragraphs
}

/// The charts of a focus, their captions broken into lines.
struct Block<'d> {
    digest: &'d Digest<'d>,
    rows: Vec<Vec<(Chart, Vec<String>)>>,
}

impl<'d> Block<'d> {
    fn new(digest: &'d Digest<'d>) -> Self {
        let width = (MEASURE + GUTTER) / ABREAST as f64 - GUTTER;
        let with_lines = |&chart: &Chart| (chart, NOTE.wrap(&chart.caption(digest), width, 6));
        let rows = Chart::ALL.chunks(ABREAST);
        Self {
            digest,
            rows: rows
                .map(|row| row.iter().map(with_lines).collect())
                .collect(),
        }
    }

    fn height(&self) -> f64 {
        let rows = self.rows.iter().map(|row| self.row_height(row) + ROW_GAP);
        BLOCK_HEADING + rows.sum::<f64>() + BLOCK_END - ROW_GAP
    }

    fn row_height(&self, row: &[(Chart, Vec<String>)]) -> f64 {
        let timed = row.iter().any(|(chart, _)| *chart == Chart::Months);
        let bars = if timed {
            self.digest.shocks.height()
        } else {
            0.0
        };
        words_height(row) + PLOT + bars
    }

    fn draw(&self, canvas: &Canvas<'_>, mut top: f64) -> Drawn {
        self.heading(canvas, top)?;
        top += BLOCK_HEADING;
        for row in &self.rows {
            let height = self.row_height(row);
            let rect = Rect::new(MARGIN, top, WIDTH - MARGIN, top + height);
            for (slot, (chart, lines)) in rect.columns(ABREAST, GUTTER).zip(row) {
                let title = PANEL.fit(chart.title(), slot.width());
                canvas.text(&title, (slot.left, top + 33.0), PANEL, Align::Left)?;
                canvas.lines(lines, (slot.left, top + 76.0), NOTE)?;
                let room = Rect {
                    top: top + words_height(row),
                    ..slot
                };
                chart.draw(canvas, room, self.digest)?;
            }
            top += height + ROW_GAP;
        }
        Ok(())
    }

    fn heading(&self, canvas: &Canvas<'_>, top: f64) -> Drawn {
        let focus = self.digest.focus;
        let ends = [(MARGIN, top + 16.0), (WIDTH - MARGIN, top + 16.0)];
        canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
        let title = format!("{}: {}", focus.country_name, focus.commodity_name);
        let title = HEADING.fit(&title, MEASURE);
        canvas.text(&title, (MARGIN, top + 74.0), HEADING, Align::Left)?;
        let demand = quantity(focus.use_per_day * DAYS_PER_YEAR, &focus.unit);
        let price = quantity(focus.price, &format!("USD/{}", focus.unit));
        let facts = format!("Uses {demand} a year; reference price {price}");
        let facts = CAPTION.fit(&facts, MEASURE);
        canvas.text(&facts, (MARGIN, top + 114.0), CAPTION, Align::Left)
    }
}

/// Height of titles and captions side by side.
fn words_height(row: &[(Chart, Vec<String>)]) -> f64 {
    let lines = row.iter().map(|(_, lines)| lines.len()).max();
    58.0 + NOTE.leading() * lines.unwrap_or(0) as f64
}
