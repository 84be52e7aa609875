//! The page of a focus: header, its charts, those of the market, footer.

use super::canvas::{Align, Canvas, Rect, Stroke};
use super::caption::capital;
use super::chart::Chart;
use super::digest::Digest;
use super::finding::finding;
use super::market::{Market, MarketChart};
use super::number::quantity;
use super::paragraph::{self, Paragraph};
use super::sheet::Sheet;
use super::theme::{
    CAPTION, FINDING, Face, GUTTER, HEADING, MARGIN, NOTE, PANEL, QUESTION, RULE, SHOCKED, TITLE,
    WARNING, WIDTH,
};
use super::{DAYS_PER_YEAR, Drawn, notice};
use crate::study::Outcome;

/// Charts side by side.
const ABREAST: usize = 3;
/// Heights inside a block: its heading, a chart without its words and the
/// bars for shocks, and what lies between rows and under them.
const BLOCK_HEADING: f64 = 150.0;
const PLOT: f64 = 580.0;
const ROW_GAP: f64 = 50.0;
const BLOCK_END: f64 = 50.0;
/// Width of running text.
pub(super) const MEASURE: f64 = WIDTH - 2.0 * MARGIN;

/// A focus, and the market of its commodity.
pub(super) type Subject<'d> = (&'d Digest<'d>, &'d Market<'d>);

/// Draws the page of a focus: the only page of an outcome, or one behind the
/// overview, which then bears the names of the focus.
pub(super) fn draw(outcome: &Outcome, subject: Option<Subject<'_>>, only: bool) -> Drawn<Sheet> {
    let findings: Vec<String> = subject.iter().map(|(focus, _)| finding(focus)).collect();
    let title = match subject {
        Some((digest, _)) if !only => capital(&digest.name()),
        _ => outcome.title.clone(),
    };
    let under = match only {
        true => outcome.question.as_deref(),
        false => Some(outcome.title.as_str()),
    };
    let header = header((&title, under), (&findings, FINDING), outcome);
    let footer = footer(outcome, &[]);
    let blocks: Vec<Block<'_>> = subject.map_or_else(Vec::new, blocks);
    let height = paragraph::height(&header)
        + 40.0
        + blocks.iter().map(Block::height).sum::<f64>()
        + paragraph::height(&footer)
        + 40.0;
    let mut sheet = Sheet::new((WIDTH, height), &title, &findings.join(" "));
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

/// A title, what stands under it, and findings.
pub(super) fn header(
    (title, under): (&str, Option<&str>),
    (findings, face): (&[String], Face),
    outcome: &Outcome,
) -> Vec<Paragraph> {
    let mut paragraphs = vec![Paragraph::new(title, TITLE, 60.0, (MEASURE, 2))];
    if let Some(under) = under {
        paragraphs.push(Paragraph::new(under, QUESTION, 12.0, (MEASURE, 3)));
    }
    for (i, finding) in findings.iter().enumerate() {
        let above = if i == 0 { 36.0 } else { 18.0 };
        paragraphs.push(Paragraph::barred(
            finding,
            face,
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

/// What is to be said below, and where the numbers come from.
pub(super) fn footer(outcome: &Outcome, said: &[String]) -> Vec<Paragraph> {
    let below = |text: &String| Paragraph::new(text, QUESTION, 10.0, (MEASURE, 2));
    let mut paragraphs: Vec<_> = said.iter().map(below).collect();
    if let Some(text) = notice::failures(outcome) {
        paragraphs.push(Paragraph::new(&text, WARNING, 10.0, (MEASURE, 2)));
    }
    let stamp = notice::stamp(outcome);
    paragraphs.push(Paragraph::new(&stamp, CAPTION, 16.0, (MEASURE, 3)));
    paragraphs
}

/// What there is to say of a state reserve.
fn reserve(digest: &Digest<'_>) -> String {
    let Some(size) = digest.reserve() else {
        return String::new();
    };
    let size = quantity(size, &digest.focus.unit);
    match digest.shocked.drawn.mean {
        0.0 => format!("; state reserve {size}, of which nothing is drawn"),
        drawn => {
            let drawn = quantity(drawn, &digest.focus.unit);
            format!("; state reserve {size}, of which {drawn} are drawn on average")
        }
    }
}

/// A chart of a focus or of a market, with what it is drawn from.
#[derive(Clone, Copy)]
enum Panel<'d> {
    Focus(Chart, &'d Digest<'d>),
    Market(MarketChart, &'d Market<'d>),
}

impl Panel<'_> {
    const fn title(self) -> &'static str {
        match self {
            Self::Focus(chart, _) => chart.title(),
            Self::Market(chart, _) => chart.title(),
        }
    }

    fn caption(self) -> String {
        match self {
            Self::Focus(chart, digest) => chart.caption(digest),
            Self::Market(chart, market) => chart.caption(market),
        }
    }

    fn draw(self, canvas: &Canvas<'_>, rect: Rect) -> Drawn {
        match self {
            Self::Focus(chart, digest) => chart.draw(canvas, rect, digest),
            Self::Market(chart, market) => chart.draw(canvas, rect, market),
        }
    }

    /// Height of the bars for shocks over it.
    fn bars(self) -> f64 {
        match self {
            Self::Focus(Chart::Months, digest) => digest.shocks.height(),
            _ => 0.0,
        }
    }
}

/// Rows of charts under a heading, their captions broken into lines.
struct Block<'d> {
    title: String,
    facts: String,
    rows: Vec<Vec<(Panel<'d>, Vec<String>)>>,
}

/// A block for the focus, and one for the market if it has charts.
fn blocks<'d>((digest, market): Subject<'d>) -> Vec<Block<'d>> {
    let mut blocks = vec![Block::of_focus(digest)];
    let charts = market.charts();
    if !charts.is_empty() {
        let panels = charts.into_iter().map(|chart| Panel::Market(chart, market));
        blocks.push(Block::new(
            format!("The market: {}", market.name),
            "Means over trials, for the whole horizon".to_owned(),
            &panels.collect::<Vec<_>>(),
        ));
    }
    blocks
}

impl<'d> Block<'d> {
    fn of_focus(digest: &'d Digest<'d>) -> Self {
        let focus = digest.focus;
        let demand = quantity(focus.use_per_day * DAYS_PER_YEAR, &focus.unit);
        let price = quantity(digest.price, &focus.price_unit.name);
        Self::new(
            format!("{}: {}", focus.country_name, focus.commodity_name),
            format!(
                "Reference use {demand} a year; reference price {price}{}",
                reserve(digest)
            ),
            &Chart::ALL.map(|chart| Panel::Focus(chart, digest)),
        )
    }

    fn new(title: String, facts: String, panels: &[Panel<'d>]) -> Self {
        let width = (MEASURE + GUTTER) / ABREAST as f64 - GUTTER;
        let with_lines = |&panel: &Panel<'d>| (panel, NOTE.wrap(&panel.caption(), width, 6));
        let rows = panels.chunks(ABREAST);
        Self {
            title,
            facts,
            rows: rows
                .map(|row| row.iter().map(with_lines).collect())
                .collect(),
        }
    }

    fn height(&self) -> f64 {
        let rows = self.rows.iter().map(|row| row_height(row) + ROW_GAP);
        BLOCK_HEADING + rows.sum::<f64>() + BLOCK_END - ROW_GAP
    }

    fn draw(&self, canvas: &Canvas<'_>, mut top: f64) -> Drawn {
        self.heading(canvas, top)?;
        top += BLOCK_HEADING;
        for row in &self.rows {
            let height = row_height(row);
            let rect = Rect::new(MARGIN, top, WIDTH - MARGIN, top + height);
            for (slot, (panel, lines)) in rect.columns(ABREAST, GUTTER).zip(row) {
                let title = PANEL.fit(panel.title(), slot.width());
                canvas.text(&title, (slot.left, top + 33.0), PANEL, Align::Left)?;
                canvas.lines(lines, (slot.left, top + 76.0), NOTE)?;
                let room = Rect {
                    top: top + words_height(row),
                    ..slot
                };
                panel.draw(canvas, room)?;
            }
            top += height + ROW_GAP;
        }
        Ok(())
    }

    fn heading(&self, canvas: &Canvas<'_>, top: f64) -> Drawn {
        let ends = [(MARGIN, top + 16.0), (WIDTH - MARGIN, top + 16.0)];
        canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
        let title = HEADING.fit(&self.title, MEASURE);
        canvas.text(&title, (MARGIN, top + 74.0), HEADING, Align::Left)?;
        let facts = CAPTION.fit(&self.facts, MEASURE);
        canvas.text(&facts, (MARGIN, top + 114.0), CAPTION, Align::Left)
    }
}

fn row_height(row: &[(Panel<'_>, Vec<String>)]) -> f64 {
    let bars = row
        .iter()
        .map(|(panel, _)| panel.bars())
        .fold(0.0, f64::max);
    words_height(row) + PLOT + bars
}

/// Height of titles and captions side by side.
fn words_height(row: &[(Panel<'_>, Vec<String>)]) -> f64 {
    let lines = row.iter().map(|(_, lines)| lines.len()).max();
    58.0 + NOTE.leading() * lines.unwrap_or(0) as f64
}
