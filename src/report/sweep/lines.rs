//! A response over one factor, with its standard error and how the metric is
//! spread over trials.

use plotters::style::RGBColor;

use super::super::Drawn;
use super::super::canvas::{Align, Canvas, Rect, Stroke};
use super::super::panel::{Key, ROW, legend, ticks};
use super::super::theme::{
    BASELINE, CAPTION, GRID, INK, INNER_BAND, MUTED, OUTER_BAND, RULE, SHOCKED, TICK,
};
use super::scale::Scale;
use super::track::Track;
use super::view::{Answer, View};
use super::words;
use crate::study::Side;
use crate::study::sweep::Shown;

/// How far from the end of an axis stands what has no place on it.
const BEYOND: f64 = 10.0;
/// More points have their errors as a band, and no dots.
const FEW: usize = 60;
/// Height of a row of words, at most.
const THICK: f64 = 52.0;
/// Most of the width that names of levels may take.
const NAMES: f64 = 0.42;

/// A point that is drawn: where it stands along its factor, from 0 to 1, and
/// what was found.
struct Stop<'v> {
    at: f64,
    answer: Answer,
    shown: Option<&'v Shown>,
}

/// Where a band begins and ends at a point.
type Ends<'v> = fn(&Stop<'v>) -> Option<[f64; 2]>;

struct Plot<'v, 'o> {
    view: &'v View<'o>,
    stops: Vec<Stop<'v>>,
    scale: Scale,
    colour: RGBColor,
}

/// The factor along which points are drawn: the one with most levels.
pub(super) fn along<'v, 'o>(view: &'v View<'o>) -> Option<&'v Track<'o>> {
    let mut tracks = view.tracks.iter();
    let first = tracks.next()?;
    Some(tracks.fold(first, |most, track| {
        if track.count() > most.count() {
            track
        } else {
            most
        }
    }))
}

/// Room for the rows of words under each other; zero for numbers and dates.
pub(super) fn rows(view: &View<'_>) -> usize {
    match along(view) {
        Some(track) if track.is_words() => view.shown.len(),
        Some(_) => 0,
        None => view.shown.len().min(1),
    }
}

/// Draws the response along numbers or dates from left to right, along words
/// from top to bottom.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, view: &View<'_>) -> Drawn {
    match along(view) {
        Some(track) if !track.is_words() => Plot::along(view, track).draw(canvas, rect, track),
        track => {
            let (plot, names) = Plot::listed(view, track);
            plot.draw_rows(canvas, rect, &names)
        }
    }
}

impl<'v, 'o> Plot<'v, 'o> {
    fn new(view: &'v View<'o>, stops: Vec<Stop<'v>>) -> Self {
        let values = stops
            .iter()
            .filter_map(|stop| stop.shown)
            .flat_map(|shown| {
                let error = 2.0 * shown.at.se;
                let value = shown.at.value;
                [value, value - error, value + error, shown.p05, shown.p95]
            });
        let scale = Scale::grounded(values, 5);
        let colour = match view.response.side {
            Side::Baseline => BASELINE,
            Side::Shocked | Side::Difference => SHOCKED,
        };
        Self {
            view,
            stops,
            scale,
            colour,
        }
    }

    fn along(view: &'v View<'o>, track: &Track<'_>) -> Self {
        let mut points: Vec<usize> = (0..view.shown.len()).collect();
        points.sort_by_key(|&point| track.of[point]);
        let stop = |&point: &usize| Stop::new(view, point, track.place(track.of[point]));
        Self::new(view, points.iter().map(stop).collect())
    }

    /// The points as rows, and their names.
    fn listed(view: &'v View<'o>, track: Option<&Track<'_>>) -> (Self, Vec<String>) {
        let mut points: Vec<usize> = (0..view.shown.len()).collect();
        if let Some(track) = track {
            points.sort_by_key(|&point| track.of[point]);
        } else {
            points.truncate(1);
        }
        let stops = points.iter().map(|&point| Stop::new(view, point, 0.0));
        let name = |&point: &usize| match track {
            Some(track) => track.said(track.of[point]),
            None => "the only point".to_owned(),
        };
        let names = points.iter().map(name).collect();
        (Self::new(view, stops.collect()), names)
    }

    /// What a legend has to explain.
    fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        let (all, rows) = (self.stops.as_slice(), self.stops.len() <= FEW);
        let has = |wanted: Answer| all.iter().any(|stop| stop.answer == wanted);
        let name = words::statistic(self.view.response);
        keys.push(match rows {
            true => Key::dot(name, self.colour),
            false => Key::line(name, Stroke::solid(self.colour, 4.0)),
        });
        if all.iter().any(|stop| stop.error().is_some()) {
            let text = "± 2 standard errors";
            keys.push(match rows {
                true => Key::line(text, Stroke::solid(INK, 2.0)),
                false => Key::block(text, self.colour, INNER_BAND + OUTER_BAND),
            });
        }
        if all.iter().any(|stop| stop.band().is_some()) {
            keys.push(Key::block("5–95\u{a0}% of trials", self.colour, OUTER_BAND));
        }
        if has(Answer::Failed) {
            keys.push(Key::dot("point failed", MUTED));
        }
        if has(Answer::Never) {
            keys.push(Key::dot("never, beyond the axis", INK));
        }
        keys
    }

    fn draw(&self, canvas: &Canvas<'_>, rect: Rect, track: &Track<'_>) -> Drawn {
        let room = legend(canvas, rect, &self.keys())?;
        let labels = self
            .scale
            .ticks
            .iter()
            .map(|&t| TICK.width(&self.scale.label(t)));
        let gutter = labels.fold(0.0, f64::max) + 16.0;
        let plot = Rect {
            left: room.left + gutter,
            top: room.top + 1.2 * ROW,
            right: room.right - 60.0,
            bottom: room.bottom - 2.4 * ROW,
        };
        self.draw_scale_left(canvas, plot)?;
        self.draw_track(canvas, (room, plot), track)?;
        // Dots at the ends stand clear of the edges.
        let inner = Rect {
            left: plot.left + 16.0,
            right: plot.right - 16.0,
            ..plot
        };
        self.bands(canvas, inner)?;
        self.marks(canvas, inner)
    }

    fn draw_scale_left(&self, canvas: &Canvas<'_>, plot: Rect) -> Drawn {
        for &tick in &self.scale.ticks {
            let y = self.y(plot, tick);
            let ends = [(plot.left, y), (plot.right, y)];
            canvas.line(&ends, Stroke::solid(GRID, 1.0))?;
            let at = (plot.left - 12.0, y + TICK.drop());
            canvas.text(&self.scale.label(tick), at, TICK, Align::Right)?;
        }
        let caption = self.scale.unit(&self.view.unit.name);
        let widest = self
            .scale
            .ticks
            .iter()
            .map(|&t| TICK.width(&self.scale.label(t)));
        let left = plot.left - 12.0 - widest.fold(0.0, f64::max);
        let at = (left, plot.top - 0.6 * ROW);
        canvas.text(&caption, at, CAPTION, Align::Left)
    }

    fn draw_track(
        &self,
        canvas: &Canvas<'_>,
        (room, plot): (Rect, Rect),
        track: &Track<'_>,
    ) -> Drawn {
        let ground = [(plot.left, plot.bottom), (plot.right, plot.bottom)];
        canvas.line(&ground, Stroke::solid(RULE, 2.0))?;
        let inner = (plot.left + 16.0, plot.width() - 32.0);
        let labels = track.ticks(6).into_iter();
        let labels: Vec<_> = labels
            .map(|(place, label)| (inner.0 + place * inner.1, label))
            .collect();
        for (x, _) in &labels {
            let ends = [(*x, plot.bottom), (*x, plot.bottom + 8.0)];
            canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
        }
        ticks(canvas, &labels, plot.bottom + ROW + 2.0, TICK)?;
        let title = track.title(CAPTION, room.width());
        let half = CAPTION.width(&title) / 2.0;
        let middle = (plot.left + plot.right) / 2.0;
        let middle = middle.max(room.left + half).min(room.right - half);
        canvas.text(&title, (middle, room.bottom - 6.0), CAPTION, Align::Centre)
    }

    fn y(&self, plot: Rect, value: f64) -> f64 {
        plot.bottom - plot.height() * self.scale.place(value)
    }

    fn bands(&self, canvas: &Canvas<'_>, plot: Rect) -> Drawn {
        for run in self.runs() {
            self.band(canvas, plot, (run, Stop::band, OUTER_BAND))?;
            if self.stops.len() > FEW {
                self.band(canvas, plot, (run, Stop::error, INNER_BAND))?;
            }
            let line = run.iter().filter_map(|stop| {
                let y = self.y(plot, stop.value()?);
                Some((stop.x(plot), y))
            });
            let line: Vec<_> = line.collect();
            if line.len() > 1 {
                canvas.line(&line, Stroke::solid(self.colour, 4.0))?;
            }
        }
        Ok(())
    }

    /// Neighbours with numbers.
    fn runs(&self) -> impl Iterator<Item = &[Stop<'v>]> {
        let runs = self.stops.split(|stop| stop.value().is_none());
        runs.filter(|run| !run.is_empty())
    }

    fn band(
        &self,
        canvas: &Canvas<'_>,
        plot: Rect,
        (run, ends, opacity): (&[Stop<'v>], Ends<'v>, f64),
    ) -> Drawn {
        let edges = run.iter().filter_map(|stop| {
            let [low, high] = ends(stop)?;
            Some((stop.x(plot), self.y(plot, low), self.y(plot, high)))
        });
        let edges: Vec<_> = edges.collect();
        if let [(x, low, high)] = edges[..] {
            return canvas.rect(
                Rect::new(x - 10.0, high, x + 10.0, low),
                self.colour,
                opacity,
            );
        }
        let mut corners: Vec<_> = edges.iter().map(|&(x, _, high)| (x, high)).collect();
        corners.extend(edges.iter().rev().map(|&(x, low, _)| (x, low)));
        canvas.polygon(&corners, self.colour, opacity)
    }

    fn marks(&self, canvas: &Canvas<'_>, plot: Rect) -> Drawn {
        for stop in &self.stops {
            let x = stop.x(plot);
            match stop.answer {
                Answer::Known(value) if self.stops.len() <= FEW => {
                    canvas.dot((x, self.y(plot, value)), 8.0, self.colour)?;
                    if let Some(ends) = stop.error() {
                        let [low, high] = ends.map(|end| self.y(plot, end));
                        upright(canvas, x, [low, high])?;
                    }
                }
                Answer::Failed => canvas.dot((x, plot.bottom), 6.0, MUTED)?,
                Answer::Never => canvas.dot((x, plot.top - BEYOND), 6.0, INK)?,
                Answer::Known(_) | Answer::Unknown => {}
            }
        }
        Ok(())
    }

    fn draw_rows(&self, canvas: &Canvas<'_>, rect: Rect, names: &[String]) -> Drawn {
        let room = legend(canvas, rect, &self.keys())?;
        let widest = names
            .iter()
            .map(|name| TICK.width(name))
            .fold(0.0, f64::max);
        let left = room.left + (widest + 20.0).min(room.width() * NAMES);
        let plot = Rect::new(
            left,
            room.top,
            room.right - 40.0,
            room.bottom - 2.0 * ROW - 6.0,
        );
        self.draw_scale_below(canvas, plot)?;
        let pitch = plot.height() / names.len().max(1) as f64;
        let stride = (TICK.leading() / pitch).ceil().max(1.0) as usize;
        let most = (pitch / TICK.leading()).clamp(1.0, 3.0) as usize;
        for (row, (stop, name)) in self.stops.iter().zip(names).enumerate() {
            let middle = plot.top + (row as f64 + 0.5) * pitch;
            if row.is_multiple_of(stride) {
                let lines = TICK.wrap(name, left - 16.0 - room.left, most);
                let up = (lines.len() as f64 - 1.0) / 2.0 * TICK.leading();
                for (line, text) in lines.iter().enumerate() {
                    let down = line as f64 * TICK.leading() - up + TICK.drop();
                    canvas.text(text, (left - 16.0, middle + down), TICK, Align::Right)?;
                }
            }
            self.draw_row(canvas, plot, stop, (middle, (pitch * 0.8).min(THICK)))?;
        }
        Ok(())
    }

    fn draw_scale_below(&self, canvas: &Canvas<'_>, plot: Rect) -> Drawn {
        for &tick in &self.scale.ticks {
            let x = self.x(plot, tick);
            canvas.line(&[(x, plot.top), (x, plot.bottom)], Stroke::solid(GRID, 1.0))?;
        }
        let labels = self.scale.ticks.iter();
        let labels: Vec<_> = labels
            .map(|&t| (self.x(plot, t), self.scale.label(t)))
            .collect();
        ticks(canvas, &labels, plot.bottom + ROW, TICK)?;
        let unit = self.scale.unit(&self.view.unit.name);
        let at = ((plot.left + plot.right) / 2.0, plot.bottom + 2.0 * ROW);
        canvas.text(&unit, at, CAPTION, Align::Centre)
    }

    fn x(&self, plot: Rect, value: f64) -> f64 {
        plot.left + plot.width() * self.scale.place(value)
    }

    fn draw_row(
        &self,
        canvas: &Canvas<'_>,
        plot: Rect,
        stop: &Stop<'_>,
        (middle, height): (f64, f64),
    ) -> Drawn {
        if let Some(ends) = stop.band() {
            let [low, high] = ends.map(|end| self.x(plot, end));
            let band = Rect::new(low, middle - height / 2.0, high, middle + height / 2.0);
            canvas.rect(band, self.colour, OUTER_BAND)?;
        }
        match stop.answer {
            Answer::Known(value) => {
                if let Some(ends) = stop.error() {
                    let [low, high] = ends.map(|end| self.x(plot, end));
                    level(canvas, middle, [low, high])?;
                }
                canvas.dot(
                    (self.x(plot, value), middle),
                    8.0_f64.min(height / 2.0),
                    self.colour,
                )
            }
            Answer::Failed => canvas.dot((plot.left, middle), 6.0, MUTED),
            Answer::Never => canvas.dot((plot.right + BEYOND, middle), 6.0, INK),
            Answer::Unknown => Ok(()),
        }
    }
}

impl<'v> Stop<'v> {
    fn new(view: &'v View<'_>, point: usize, at: f64) -> Self {
        Self {
            at,
            answer: view.answer(point),
            shown: view.shown.get(point).and_then(Option::as_ref),
        }
    }

    fn x(&self, plot: Rect) -> f64 {
        plot.left + plot.width() * self.at
    }

    fn value(&self) -> Option<f64> {
        match self.answer {
            Answer::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Two standard errors to either side.
    fn error(&self) -> Option<[f64; 2]> {
        let error = 2.0 * self.shown?.at.se;
        let value = self.value().filter(|_| error > 0.0 && error.is_finite())?;
        Some([value - error, value + error])
    }

    /// From the 5th to the 95th percentile; that may be never.
    fn band(&self) -> Option<[f64; 2]> {
        let shown = self.shown?;
        let known = shown.p05.is_finite() && !shown.p95.is_nan();
        (known && self.value().is_some()).then_some([shown.p05, shown.p95])
    }
}

/// An upright line with ends across it.
fn upright(canvas: &Canvas<'_>, x: f64, [low, high]: [f64; 2]) -> Drawn {
    let line = Stroke::solid(INK, 2.0);
    canvas.line(&[(x, low), (x, high)], line)?;
    for y in [low, high] {
        canvas.line(&[(x - 7.0, y), (x + 7.0, y)], line)?;
    }
    Ok(())
}

/// A level line with ends across it.
pub(super) fn level(canvas: &Canvas<'_>, y: f64, [low, high]: [f64; 2]) -> Drawn {
    let line = Stroke::solid(INK, 2.0);
    canvas.line(&[(low, y), (high, y)], line)?;
    for x in [low, high] {
        canvas.line(&[(x, y - 7.0), (x, y + 7.0)], line)?;
    }
    Ok(())
}
