//! The page of a sweep: a finding and charts for each focus.

use super::super::Drawn;
use super::super::canvas::{Align, Canvas, Rect, Stroke};
use super::super::page::MEASURE;
use super::super::paragraph::{self, Paragraph};
use super::super::sheet::Sheet;
use super::super::theme::{
    CAPTION, FINDING, GUTTER, HEADING, MARGIN, MESSAGE, NOTE, PANEL, QUESTION, RULE, SHOCKED,
    TITLE, WARNING, WIDTH,
};
use super::chances::{Chances, Choice};
use super::kind::Kind;
use super::track::Track;
use super::view::View;
use super::words;
use crate::study::sweep::{PointCurves, SweepFocus, SweepOutcome};

/// So many foci have two charts and all their exceedance curves.
const FULL: usize = 2;
/// So many have one row of those curves; more have none.
const SOME: usize = 4;
/// So many factors have their charts side by side.
const FEW: usize = 4;
/// Exceedance curves in a row.
const ABREAST: usize = 6;
/// Heights: of the heading of a focus, of a chart without its words, of a row
/// of exceedance curves, of what is around those, and of white space.
const HEAD: f64 = 100.0;
const PLOT: f64 = 640.0;
const TABLE_ROW: f64 = 270.0;
const AROUND: f64 = 120.0;
const GAP: f64 = 50.0;

/// Curves to draw, and which points have some.
type Curves<'c> = (Option<&'c Choice>, &'c [PointCurves]);

/// Draws the page. `views` are those of the first response, a focus each.
pub(super) fn draw(
    outcome: &SweepOutcome,
    tracks: &[Track<'_>],
    views: &[View<'_>],
    curves: Curves<'_>,
) -> Drawn<Sheet> {
    let findings: Vec<String> = views.iter().map(words::finding).collect();
    let header = header(outcome, &findings);
    let footer = footer(outcome, tracks, views.len());
    let bands = bands(outcome, tracks, views, curves);
    let body: f64 = bands.iter().map(Band::height).sum();
    let words = paragraph::height(&header) + paragraph::height(&footer);
    let size = (WIDTH, words + 40.0 + body + 60.0);
    let mut sheet = Sheet::new(size, &outcome.outline.title, &findings.join(" "));
    let canvas = Canvas::new(&mut sheet);
    let mut top = paragraph::draw(&canvas, (MARGIN, 0.0), &header)? + 40.0;
    for band in &bands {
        band.draw(&canvas, top)?;
        top += band.height();
    }
    paragraph::draw(&canvas, (MARGIN, top), &footer)?;
    drop(canvas);
    Ok(sheet)
}

fn header(outcome: &SweepOutcome, findings: &[String]) -> Vec<Paragraph> {
    let mut paragraphs = vec![Paragraph::new(
        &outcome.outline.title,
        TITLE,
        60.0,
        (MEASURE, 2),
    )];
    if let Some(question) = &outcome.outline.question {
        paragraphs.push(Paragraph::new(question, QUESTION, 12.0, (MEASURE, 3)));
    }
    let face = if findings.len() > 4 { MESSAGE } else { FINDING };
    for (i, finding) in findings.iter().enumerate() {
        let above = if i == 0 { 36.0 } else { 18.0 };
        paragraphs.push(Paragraph::barred(
            finding,
            face,
            above,
            (MEASURE, 3),
            SHOCKED,
        ));
    }
    paragraphs
}

fn footer(outcome: &SweepOutcome, tracks: &[Track<'_>], foci: usize) -> Vec<Paragraph> {
    let text = |text: &str, face, above| Paragraph::new(text, face, above, (MEASURE, 6));
    let mut paragraphs = vec![text(
        &words::varied(tracks, outcome.outline.design),
        NOTE,
        10.0,
    )];
    if foci > FULL || outcome.outline.responses.len() > 1 {
        let more = "More charts, other responses and exceedance curves are in charts/.";
        paragraphs.push(text(more, NOTE, 10.0));
    }
    for notice in words::notices(outcome) {
        paragraphs.push(text(&notice, WARNING, 10.0));
    }
    paragraphs.push(text(&words::stamp(outcome), CAPTION, 16.0));
    paragraphs
}

/// A part of the page from side to side.
enum Band<'v, 'o> {
    /// What stands below, under a rule.
    Heading(String),
    /// Charts side by side, with their titles, and how many there is room for.
    Charts(Vec<(String, Kind, &'v View<'o>)>, usize),
    /// Exceedance curves.
    Curves(String, Chances<'v, 'o>),
}

/// What stands on the page: for one focus or two all there is, for several a
/// chart each, two side by side.
fn bands<'v, 'o>(
    outcome: &'o SweepOutcome,
    tracks: &[Track<'_>],
    views: &'v [View<'o>],
    (choice, curves): (Option<&Choice>, &'v [PointCurves]),
) -> Vec<Band<'v, 'o>> {
    let kinds = Kind::of(outcome, tracks);
    let mut bands = Vec::new();
    let chances = |at: usize, view: &'v View<'o>, most, title: String| {
        let chances = Chances::new(view, choice?, (curves, at), (most, ABREAST));
        (chances.count() > 0).then_some(Band::Curves(title, chances))
    };
    if views.len() <= FULL {
        for (at, view) in views.iter().enumerate() {
            let charts = kinds.iter().take(2);
            let charts = charts.map(|kind| (kind.title(view), *kind, view));
            bands.push(Band::Heading(name(view.focus)));
            let charts: Vec<_> = charts.collect();
            // Many factors need the whole width.
            let abreast = if tracks.len() > FEW { 1 } else { charts.len() };
            let rows = charts.chunks(abreast.max(1));
            bands.extend(rows.map(|row| Band::Charts(row.to_vec(), abreast)));
            bands.extend(chances(at, view, 12, CHANCES.to_owned()));
        }
        return bands;
    }
    if let Some((kind, first)) = kinds.first().zip(views.first()) {
        bands.push(Band::Heading(kind.title(first)));
        let charts = views.iter().map(|view| (name(view.focus), *kind, view));
        let charts: Vec<_> = charts.collect();
        bands.extend(charts.chunks(2).map(|pair| Band::Charts(pair.to_vec(), 2)));
    }
    if views.len() <= SOME {
        let curves = views.iter().enumerate();
        let curves = curves.filter_map(|(at, view)| chances(at, view, ABREAST, name(view.focus)));
        let mut curves = curves.peekable();
        if curves.peek().is_some() {
            bands.push(Band::Heading(CHANCES.to_owned()));
        }
        bands.extend(curves);
    }
    bands
}

/// Title of exceedance curves.
const CHANCES: &str = "Chance of a shortfall larger than …";

fn name(focus: &SweepFocus) -> String {
    format!("{}: {}", focus.country_name, focus.commodity_name)
}

impl Band<'_, '_> {
    fn height(&self) -> f64 {
        match self {
            Self::Heading(_) => HEAD,
            Self::Charts(..) => self.words().1 + PLOT + GAP,
            Self::Curves(_, chances) => AROUND + 50.0 + TABLE_ROW * chances.rows() as f64 + GAP,
        }
    }

    /// Where charts stand side by side.
    fn slots(&self, rect: Rect) -> Vec<Rect> {
        let Self::Charts(charts, abreast) = self else {
            return Vec::new();
        };
        let weights: Vec<f64> = charts.iter().map(|(_, kind, _)| kind.weight()).collect();
        let missing = abreast.saturating_sub(charts.len()) as f64;
        let total = weights.iter().sum::<f64>() + missing;
        let room = rect.width() - GUTTER * (abreast.saturating_sub(1)) as f64;
        let mut left = rect.left;
        let slot = |weight: f64| {
            let right = left + room * weight / total;
            let slot = Rect {
                left,
                right,
                ..rect
            };
            left = right + GUTTER;
            slot
        };
        weights.into_iter().map(slot).collect()
    }

    /// Notes on charts in lines, and the height of titles and notes.
    fn words(&self) -> (Vec<Vec<String>>, f64) {
        let slots = self.slots(Rect::new(MARGIN, 0.0, WIDTH - MARGIN, 0.0));
        let notes: Vec<Vec<String>> = match self {
            Self::Charts(charts, _) => {
                let note = |((_, kind, view), slot): (&(String, Kind, &View<'_>), Rect)| {
                    let note = kind.note(view);
                    note.map_or_else(Vec::new, |note| NOTE.wrap(&note, slot.width(), 6))
                };
                charts.iter().zip(slots).map(note).collect()
            }
            _ => Vec::new(),
        };
        let lines = notes.iter().map(Vec::len).max().unwrap_or(0);
        (notes, 58.0 + NOTE.leading() * lines as f64)
    }

    fn draw(&self, canvas: &Canvas<'_>, top: f64) -> Drawn {
        let rect = Rect::new(MARGIN, top, WIDTH - MARGIN, top + self.height() - GAP);
        match self {
            Self::Heading(heading) => {
                let ends = [(rect.left, top + 16.0), (rect.right, top + 16.0)];
                canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
                let title = HEADING.fit(heading, MEASURE);
                canvas.text(&title, (rect.left, top + 74.0), HEADING, Align::Left)
            }
            Self::Charts(charts, _) => {
                let (notes, above) = self.words();
                let slots = self.slots(rect).into_iter();
                for ((slot, (title, kind, view)), lines) in slots.zip(charts).zip(&notes) {
                    let title = PANEL.fit(title, slot.width());
                    canvas.text(&title, (slot.left, top + 33.0), PANEL, Align::Left)?;
                    canvas.lines(lines, (slot.left, top + 76.0), NOTE)?;
                    let room = Rect {
                        top: top + above + 10.0,
                        ..slot
                    };
                    kind.draw(canvas, room, view)?;
                }
                Ok(())
            }
            Self::Curves(title, chances) => {
                let title = PANEL.fit(title, rect.width());
                canvas.text(&title, (rect.left, top + 33.0), PANEL, Align::Left)?;
                let room = Rect {
                    top: top + 50.0,
                    ..rect
                };
                chances.draw(canvas, room)
            }
        }
    }
}
