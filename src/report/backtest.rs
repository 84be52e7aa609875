//! What trials foretold of trade, and what was observed.

use super::canvas::{Align, Canvas, Point, Rect, Stroke};
use super::number::quantity;
use super::page::MEASURE;
use super::panel::{Frame, Height, Key, ROW, legend};
use super::paragraph::{self, Paragraph};
use super::sheet::Sheet;
use super::theme::{
    BASELINE, CAPTION, FINDING, GUTTER, INK, INNER_BAND, MARGIN, NOTE, OUTER_BAND, PANEL, QUESTION,
    SHOCKED, TITLE, WARNING, WIDTH,
};
use super::timeline::Timeline;
use super::{Drawn, Format, ReportError, font, notice};
use crate::study::backtest::{Backtest, Foretold};

/// Height of a panel without the words over it.
const PLOT: f64 = 620.0;
/// White space under it.
const GAP: f64 = 60.0;
/// Radius of what was observed.
const DOT: f64 = 9.0;

/// Draws what was foretold and observed, a panel a series, on one page.
///
/// # Errors
///
/// If a font or the encoder fails; no content of a backtest leads there.
pub fn render_backtest(backtest: &Backtest, format: Format) -> Result<Vec<u8>, ReportError> {
    font::check()?;
    format.encode(&draw(backtest)?, &backtest.outcome.stamp)
}

fn draw(backtest: &Backtest) -> Drawn<Sheet> {
    let outcome = &backtest.outcome;
    let panels: Vec<Panel<'_>> = backtest.series.iter().map(Panel::new).collect();
    let abreast = if panels.len() == 1 { 1 } else { 2 };
    let width = (MEASURE - GUTTER * (abreast - 1) as f64) / abreast as f64;
    let rows: Vec<&[Panel<'_>]> = panels.chunks(abreast).collect();
    let heights = rows.iter().map(|row| {
        let words = row.iter().map(|panel| panel.words_height(width));
        words.fold(0.0, f64::max) + PLOT + GAP
    });
    let heights: Vec<f64> = heights.collect();
    let (header, footer) = (header(backtest), footer(backtest));
    let words = paragraph::height(&header) + paragraph::height(&footer);
    let size = (WIDTH, words + heights.iter().sum::<f64>() + 100.0);
    let mut sheet = Sheet::new(size, &outcome.title, &finding(backtest));
    let canvas = Canvas::new(&mut sheet);
    let mut top = paragraph::draw(&canvas, (MARGIN, 0.0), &header)? + 40.0;
    for (row, height) in rows.iter().zip(heights) {
        for (i, panel) in row.iter().enumerate() {
            let left = MARGIN + (width + GUTTER) * i as f64;
            let rect = Rect::new(left, top, left + width, top + height - GAP);
            panel.draw(&canvas, rect)?;
        }
        top += height;
    }
    paragraph::draw(&canvas, (MARGIN, top), &footer)?;
    drop(canvas);
    Ok(sheet)
}

fn header(backtest: &Backtest) -> Vec<Paragraph> {
    let outcome = &backtest.outcome;
    let title = format!("Backtest: {}", outcome.title);
    vec![
        Paragraph::new(&title, TITLE, 60.0, (MEASURE, 2)),
        Paragraph::new(
            "What the trials foretold, and what was observed",
            QUESTION,
            12.0,
            (MEASURE, 1),
        ),
        Paragraph::barred(&finding(backtest), FINDING, 36.0, (MEASURE, 4), SHOCKED),
    ]
}

fn footer(backtest: &Backtest) -> Vec<Paragraph> {
    let text = |text: &str, face, above| Paragraph::new(text, face, above, (MEASURE, 4));
    let mut paragraphs = vec![text(
        "RMSE: root of the mean squared error of the mean over trials, over the observed months. \
         No effect: what would have been expected without the shocks, as stated with the \
         observations, else the mean of the baseline. Month before: what was last observed.",
        NOTE,
        10.0,
    )];
    if let Some(interrupted) = notice::interruption(&backtest.outcome) {
        paragraphs.push(text(&interrupted, WARNING, 10.0));
    }
    paragraphs.push(text(&notice::stamp(&backtest.outcome), CAPTION, 16.0));
    paragraphs
}

/// How the trials did, in a sentence.
pub(super) fn finding(backtest: &Backtest) -> String {
    let observed = backtest.series.iter().filter(|s| !s.scored.is_empty());
    let (mut months, mut within_50, mut within_90, mut better, mut all) = (0, 0, 0, 0, 0);
    for series in observed {
        let scores = &series.scores;
        months += series.scored.len();
        within_50 += scores.within_50;
        within_90 += scores.within_90;
        let naive = scores.crps_no_effect.min(scores.crps_last_month);
        better += usize::from(scores.crps < naive);
        all += 1;
    }
    let series = match (better, all) {
        (_, 1) if better == 1 => {
            "The trials foretell it better than both naive forecasts".to_owned()
        }
        (_, 1) => "A naive forecast does as well as the trials, or better".to_owned(),
        _ => {
            format!("The trials foretell {better} of {all} series better than both naive forecasts")
        }
    };
    format!(
        "{series}, by their score (CRPS). Of {months} observed months {within_90} lie within the \
         middle 90\u{a0}% of the trials and {within_50} within the middle half."
    )
}

/// A series and its scale.
struct Panel<'b> {
    series: &'b Foretold,
    height: Height,
    timeline: Option<Timeline>,
}

impl<'b> Panel<'b> {
    fn new(series: &'b Foretold) -> Self {
        let fan = [&series.fan.p95, &series.baseline].into_iter().flatten();
        let scored = series.scored.iter();
        let seen = scored.flat_map(|month| [month.observed, month.no_effect]);
        let most = fan.copied().chain(seen);
        let most = most.filter(|v| v.is_finite()).fold(0.0, f64::max);
        let per = if series.is_rate { "" } else { "a month" };
        let unit = &series.unit;
        Self {
            series,
            height: Height::amount(if most > 0.0 { most } else { 1.0 }, unit, per),
            timeline: Timeline::of_months(&series.months),
        }
    }

    /// What stands over the chart.
    fn words(&self, width: f64) -> [Paragraph; 2] {
        [
            Paragraph::new(&self.series.title, PANEL, 0.0, (width, 2)),
            Paragraph::new(&self.scores(), NOTE, 8.0, (width, 3)),
        ]
    }

    fn words_height(&self, width: f64) -> f64 {
        paragraph::height(&self.words(width)) + 16.0
    }

    fn scores(&self) -> String {
        let (scores, months) = (&self.series.scores, self.series.scored.len());
        if months == 0 {
            return "No month of it was observed within the scenario.".to_owned();
        }
        let unit = self.series.unit.as_str();
        let per = if self.series.is_rate { "" } else { " a month" };
        let [own, none, last] = [scores.rmse, scores.rmse_no_effect, scores.rmse_last_month]
            .map(|value| quantity(value, ""));
        format!(
            "RMSE {} {unit}{per}; no effect {}, month before {}. Within the middle 90\u{a0}% of \
             trials: {} of {months} months; within the middle half: {}.",
            own.trim(),
            none.trim(),
            last.trim(),
            scores.within_90,
            scores.within_50
        )
    }

    fn draw(&self, canvas: &Canvas<'_>, rect: Rect) -> Drawn {
        let words = self.words(rect.width());
        let top = paragraph::draw(canvas, (rect.left, rect.top), &words)? + 16.0;
        let room = legend(canvas, Rect { top, ..rect }, &keys())?;
        let Some(timeline) = &self.timeline else {
            return canvas.text(
                "the scenario has no whole month",
                (rect.left, room.top + ROW),
                NOTE,
                Align::Left,
            );
        };
        let frame = Frame {
            rect: Rect {
                left: room.left + self.height.gutter(),
                top: room.top + ROW + 8.0,
                right: room.right - 24.0,
                bottom: rect.bottom - 2.0 * ROW - 6.0,
            },
            x_end: timeline.end(),
            y_end: self.height.end(),
        };
        self.height.draw(canvas, &frame)?;
        self.fan(canvas, &frame, timeline)?;
        timeline.draw(canvas, &frame)?;
        self.observed(canvas, &frame, timeline)
    }

    fn fan(&self, canvas: &Canvas<'_>, frame: &Frame, timeline: &Timeline) -> Drawn {
        let fan = &self.series.fan;
        let bands = [
            (&fan.p5, &fan.p95, OUTER_BAND),
            (&fan.p25, &fan.p75, INNER_BAND),
        ];
        for (low, high, opacity) in bands {
            let mut points = path(frame, timeline, high);
            points.extend(path(frame, timeline, low).into_iter().rev());
            canvas.polygon(&points, SHOCKED, opacity)?;
        }
        canvas.line(&path(frame, timeline, &fan.mean), mean())?;
        let mut expected = self.series.baseline.clone();
        for (month, value) in self.series.months.iter().zip(&mut expected) {
            let stated = self.series.scored.iter().find(|s| s.month == *month);
            *value = stated.map_or(*value, |s| s.no_effect);
        }
        canvas.line(&path(frame, timeline, &expected), no_effect())
    }

    fn observed(&self, canvas: &Canvas<'_>, frame: &Frame, timeline: &Timeline) -> Drawn {
        for scored in &self.series.scored {
            let bin = self.series.months.iter().position(|m| *m == scored.month);
            let Some([from, to]) = bin.and_then(|bin| edges(timeline, bin)) else {
                continue;
            };
            let at = frame.at(((from + to) / 2.0, scored.observed));
            canvas.dot(at, DOT + 3.0, super::theme::PAPER)?;
            canvas.dot(at, DOT, INK)?;
        }
        Ok(())
    }
}

/// Where a month begins and ends.
fn edges(timeline: &Timeline, bin: usize) -> Option<[f64; 2]> {
    let edges = timeline.edges.get(bin..bin + 2)?;
    Some([edges[0], edges[1]])
}

/// Values at the middle of their months, drawn to the ends of the first and last.
fn path(frame: &Frame, timeline: &Timeline, values: &[f64]) -> Vec<Point> {
    let days = timeline.edges.windows(2).map(|m| (m[0] + m[1]) / 2.0);
    let known = days.zip(values).filter(|(_, value)| value.is_finite());
    let mut points: Vec<Point> = known.map(|(day, value)| frame.at((day, *value))).collect();
    if let (Some(&first), Some(&last)) = (points.first(), points.last()) {
        points.insert(0, (frame.rect.left, first.1));
        points.push((frame.rect.right, last.1));
    }
    points
}

fn keys() -> Vec<Key> {
    vec![
        Key::dot("observed", INK),
        Key::line("mean over trials", mean()),
        Key::block("25–75\u{a0}% of trials", SHOCKED, OUTER_BAND + INNER_BAND),
        Key::block("5–95\u{a0}%", SHOCKED, OUTER_BAND),
        Key::line("no effect", no_effect()),
    ]
}

fn mean() -> Stroke {
    Stroke::solid(SHOCKED, 4.0)
}

fn no_effect() -> Stroke {
    Stroke::dashed(BASELINE, 4.0, 14.0)
}
