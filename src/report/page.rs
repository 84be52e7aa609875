//! The page: header, a block of panels a focus, footer.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Rect, Stroke};
use super::finding::finding;
use super::number::{count, quantity};
use super::policies::Shocks;
use super::tail::Tail;
use super::theme::{
    CAPTION, FINDING, Face, GUTTER, HEADING, MARGIN, QUESTION, RULE, SCALE, SHOCKED, TITLE,
    WARNING, WIDTH,
};
use super::timeline::Timeline;
use super::trials::Focus;
use super::{DAYS_PER_YEAR, Drawn, exceedance, fan, histogram, origins};
use crate::study::{Columns, FocusOutcome, Outcome};

/// Foci with a block of their own.
const MOST: usize = 3;
/// Heights inside a block: its heading, its two rows of panels without bars
/// for shocks, and what lies between and under them [px].
const BLOCK_HEADING: f64 = 154.0;
const UPPER_ROW: f64 = 720.0;
const LOWER_ROW: f64 = 620.0;
const ROW_GAP: f64 = 44.0;
const BLOCK_END: f64 = 30.0;

/// A drawn page.
pub(super) struct Page {
    /// Across [px].
    pub(super) width: u32,
    /// Down [px].
    pub(super) height: u32,
    /// Red, green, blue, row by row from the top.
    pub(super) pixels: Vec<u8>,
}

/// Draws the page of an outcome.
pub(super) fn draw(outcome: &Outcome, columns: &dyn Columns) -> Drawn<Page> {
    let shown = &outcome.focus[..outcome.focus.len().min(MOST)];
    let mut pixels = text_band(&header(outcome, columns, shown)?)?;
    let (timeline, shocks) = (Timeline::new(outcome), Shocks::new(outcome));
    let lower = LOWER_ROW + shocks.height();
    let height = BLOCK_HEADING + UPPER_ROW + ROW_GAP + lower + BLOCK_END;
    for (index, focus) in shown.iter().enumerate() {
        let focus = &Focus::read(focus, index, columns)?;
        let rect = Rect::new(MARGIN, 0.0, WIDTH - MARGIN, height);
        let time = (&timeline, &shocks);
        pixels.extend(band(height, |canvas| {
            block(canvas, rect, outcome, focus, time)
        })?);
    }
    pixels.extend(text_band(&footer(outcome, shown.len()))?);
    let width = WIDTH as usize;
    let height = pixels.len() / 3 / width;
    Ok(Page {
        width: width as u32,
        height: height as u32,
        pixels,
    })
}

/// Draws a strip of the page at `SCALE` times its size and averages it down.
fn band(height: f64, draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> Drawn<Vec<u8>> {
    let (width, height) = ((WIDTH * SCALE) as u32, (height.ceil() * SCALE) as u32);
    let mut pixels = vec![u8::MAX; width as usize * height as usize * 3];
    let canvas = Canvas::new(&mut pixels, (width, height));
    draw(&canvas)?;
    canvas.finish()?;
    Ok(halved(&pixels, width as usize * 3))
}

/// Each pixel the mean of two by two.
fn halved(pixels: &[u8], stride: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(pixels.len() / 4);
    for rows in pixels.chunks_exact(2 * stride) {
        let (upper, lower) = rows.split_at(stride);
        for (above, below) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for channel in 0..3 {
                let four = [
                    above[channel],
                    above[channel + 3],
                    below[channel],
                    below[channel + 3],
                ];
                let sum: u16 = four.into_iter().map(u16::from).sum();
                small.push(((sum + 2) / 4) as u8);
            }
        }
    }
    small
}

/// A paragraph of a text band.
struct Paragraph {
    lines: Vec<String>,
    face: Face,
    /// White space over it [px].
    above: f64,
    /// Colour of a bar at its left.
    bar: Option<RGBColor>,
}

impl Paragraph {
    fn new(text: &str, face: Face, above: f64, most: usize) -> Self {
        let lines = face.wrap(text, WIDTH - 2.0 * MARGIN, most);
        Self {
            lines,
            face,
            above,
            bar: None,
        }
    }

    fn barred(text: &str, face: Face, above: f64, most: usize) -> Self {
        let lines = face.wrap(text, WIDTH - 2.0 * MARGIN - 30.0, most);
        Self {
            lines,
            face,
            above,
            bar: Some(SHOCKED),
        }
    }

    fn height(&self) -> f64 {
        self.face.leading() * self.lines.len() as f64
    }

    fn draw(&self, canvas: &Canvas<'_>, top: f64) -> Drawn {
        let mut left = MARGIN;
        if let Some(colour) = self.bar {
            let bar = Rect::new(left, top + 4.0, left + 8.0, top + self.height() - 2.0);
            canvas.rect(bar, colour, 1.0)?;
            left += 30.0;
        }
        for (row, line) in self.lines.iter().enumerate() {
            let baseline = top + self.face.leading() * (row as f64 + 0.78);
            canvas.text(line, (left, baseline), self.face, Align::Left)?;
        }
        Ok(())
    }
}

fn text_band(paragraphs: &[Paragraph]) -> Drawn<Vec<u8>> {
    let height: f64 = paragraphs.iter().map(|p| p.above + p.height()).sum();
    band(height + 40.0, |canvas| {
        let mut top = 0.0;
        for paragraph in paragraphs {
            top += paragraph.above;
            paragraph.draw(canvas, top)?;
            top += paragraph.height();
        }
        Ok(())
    })
}

fn header(
    outcome: &Outcome,
    columns: &dyn Columns,
    shown: &[FocusOutcome],
) -> Drawn<Vec<Paragraph>> {
    let mut paragraphs = vec![Paragraph::new(&outcome.title, TITLE, 60.0, 2)];
    if let Some(question) = &outcome.question {
        paragraphs.push(Paragraph::new(question, QUESTION, 12.0, 3));
    }
    for (i, focus) in shown.iter().enumerate() {
        let above = if i == 0 { 36.0 } else { 18.0 };
        paragraphs.push(Paragraph::barred(
            &finding(outcome, &Focus::read(focus, i, columns)?),
            FINDING,
            above,
            4,
        ));
    }
    if outcome.interrupted {
        paragraphs.push(Paragraph::new(&interruption(outcome), WARNING, 24.0, 2));
    }
    Ok(paragraphs)
}

fn footer(outcome: &Outcome, shown: usize) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    if outcome.focus.len() > shown {
        let hidden: Vec<_> = outcome.focus[shown..].iter().map(name).collect();
        let text = format!("Not on this page: {}.", hidden.join("; "));
        paragraphs.push(Paragraph::new(&text, QUESTION, 10.0, 2));
    }
    if let Some(text) = failures(outcome) {
        paragraphs.push(Paragraph::new(&text, WARNING, 10.0, 2));
    }
    paragraphs.push(Paragraph::new(&stamp(outcome), CAPTION, 16.0, 3));
    paragraphs
}

fn interruption(outcome: &Outcome) -> String {
    let asked = count(outcome.stamp.trials);
    let done = outcome.completed + outcome.failures.len() as u64;
    format!("Stopped early: {} of {asked} trials done.", count(done))
}

fn failures(outcome: &Outcome) -> Option<String> {
    let first = outcome.failures.first()?;
    let (failed, asked) = (
        count(outcome.failures.len() as u64),
        count(outcome.stamp.trials),
    );
    let index = first.trial;
    let reason = &first.reason;
    Some(format!(
        "{failed} of {asked} trials failed and are left out; the first, trial {index}: {reason}"
    ))
}

fn stamp(outcome: &Outcome) -> String {
    let stamp = &outcome.stamp;
    let trials = if stamp.trials == 1 {
        "1 trial"
    } else {
        &format!("{} trials", count(stamp.trials))
    };
    format!(
        "Scenario {} · hash {} · seed {} · {trials} · shortfall {}",
        stamp.scenario, stamp.hash, stamp.seed, stamp.version
    )
}

fn name(focus: &FocusOutcome) -> String {
    format!("{}, {}", focus.country_name, focus.commodity_name)
}

fn block(
    canvas: &Canvas<'_>,
    rect: Rect,
    outcome: &Outcome,
    focus: &Focus<'_>,
    time: (&Timeline, &Shocks<'_>),
) -> Drawn {
    block_heading(canvas, rect, focus)?;
    let upper = Rect {
        top: BLOCK_HEADING,
        bottom: BLOCK_HEADING + UPPER_ROW,
        ..rect
    };
    let lower = Rect {
        top: upper.bottom + ROW_GAP,
        bottom: rect.bottom - BLOCK_END,
        ..rect
    };
    let subject = name(focus);
    let tail = Tail::new(outcome, focus);
    let mut thirds = upper.columns(3, GUTTER);
    let mut halves = lower.columns(2, GUTTER);
    let mut third = || thirds.next().unwrap_or(upper);
    let mut half = || halves.next().unwrap_or(lower);
    exceedance::draw(canvas, third(), &subject, &tail)?;
    histogram::draw(canvas, third(), &subject, outcome, focus, &tail)?;
    origins::draw(canvas, third(), &subject, focus)?;
    fan::draw_shortfall(canvas, half(), &subject, focus, time)?;
    fan::draw_cover(canvas, half(), &subject, focus, time)
}

fn block_heading(canvas: &Canvas<'_>, rect: Rect, focus: &FocusOutcome) -> Drawn {
    let Rect { left, right, .. } = rect;
    canvas.line(&[(left, 20.0), (right, 20.0)], Stroke::solid(RULE, 2.0))?;
    let title = format!("{}: {}", focus.country_name, focus.commodity_name);
    let title = HEADING.fit(&title, rect.width());
    canvas.text(&title, (left, 76.0), HEADING, Align::Left)?;
    let demand = quantity(focus.use_per_day * DAYS_PER_YEAR, &focus.unit);
    let price = quantity(focus.price, &format!("USD/{}", focus.unit));
    let facts = format!("Uses {demand} a year; reference price {price}");
    canvas.text(
        &CAPTION.fit(&facts, rect.width()),
        (left, 116.0),
        CAPTION,
        Align::Left,
    )
}
