//! Every point as a line across one axis a factor, to what it comes to.

use std::collections::BTreeMap;

use super::super::Drawn;
use super::super::canvas::{Align, Canvas, Point, Rect, Stroke};
use super::super::theme::{CAPTION, CELL, PAPER, RULE};
use super::bar;
use super::colours::colour;
use super::scale::Scale;
use super::track::{Track, even};
use super::view::View;
use super::words;

/// Lines drawn at most.
pub(super) const LINES: usize = 400;
/// Factors that have an axis, those that move the response most.
pub(super) const AXES: usize = 9;
/// Part of the distance between two levels over which their lines are fanned
/// out.
const FAN: f64 = 0.5;
/// Lines of a title over an axis, and labels beside it at most.
const TITLE: usize = 4;
const LABELS: usize = 8;
/// Width of the bar of colours that is the last axis, of the room for it with
/// its numbers and its title, and lines of that.
const BAR: f64 = 30.0;
const LAST: f64 = 220.0;
const LAST_TITLE: usize = 6;
/// Room left of the first axis.
const EDGE: f64 = 30.0;

/// The factors that have an axis, in the order of the file.
pub(super) fn axes<'o>(view: &View<'o>) -> Vec<&'o Track<'o>> {
    let mut tracks = match view.tracks.len() {
        ..=AXES => view.tracks.iter().collect(),
        _ => view.by_influence(),
    };
    tracks.truncate(AXES);
    tracks.sort_by_key(|track| track.index);
    tracks
}

/// The points that are drawn, the least response first.
pub(super) fn chosen(view: &View<'_>) -> Vec<usize> {
    let ranked = view.ranked();
    if ranked.len() <= LINES {
        return ranked;
    }
    let last = (ranked.len() - 1) as f64 / (LINES - 1) as f64;
    let place = |i: usize| (i as f64 * last).round() as usize;
    (0..LINES)
        .filter_map(|i| ranked.get(place(i)).copied())
        .collect()
}

/// Draws the axes, the lines, and the colours that tell lines apart.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, view: &View<'_>) -> Drawn {
    let (tracks, points) = (axes(view), chosen(view));
    let scale = Scale::within(view.values(), 6);
    let pitch = (rect.width() - EDGE - LAST) / tracks.len().max(1) as f64;
    let response = format!(
        "{} [{}]",
        words::title(view.response),
        scale.unit(&view.unit.name)
    );
    let titles = tracks
        .iter()
        .map(|track| track.titles(CELL, pitch - 16.0, TITLE));
    let last = CELL.wrap(&response, LAST, LAST_TITLE);
    let titles: Vec<Vec<String>> = titles.chain([last]).collect();
    let above = titles.iter().map(Vec::len).max().unwrap_or(0) as f64 * CELL.leading();
    let plot = Rect {
        left: rect.left + EDGE,
        top: rect.top + above + 18.0,
        right: rect.left + EDGE + pitch * tracks.len() as f64,
        bottom: rect.bottom - 20.0,
    };
    let x = |axis: usize| plot.left + axis as f64 * pitch;
    for (axis, lines) in titles.iter().enumerate() {
        let left = if axis == 0 { rect.left } else { x(axis) - 12.0 };
        let skipped = above - lines.len() as f64 * CELL.leading();
        canvas.lines(lines, (left, rect.top + skipped + CELL.size * 0.8), CELL)?;
    }
    draw_lines(canvas, plot, view, (&tracks, &points, &scale))?;
    for (axis, track) in tracks.iter().enumerate() {
        draw_axis(canvas, (plot, x(axis)), track, pitch - 30.0)?;
    }
    let strip = Rect::new(plot.right, plot.top, plot.right + BAR, plot.bottom);
    bar::paint(canvas, strip)?;
    bar::label(canvas, strip, &scale)?;
    match points.is_empty() {
        true => remark(canvas, plot),
        false => Ok(()),
    }
}

/// Says in the middle, on paper, why there are no lines.
fn remark(canvas: &Canvas<'_>, plot: Rect) -> Drawn {
    let text = "no point could be finished";
    let middle = (
        (plot.left + plot.right) / 2.0,
        (plot.top + plot.bottom) / 2.0,
    );
    let half = CAPTION.width(text) / 2.0 + 20.0;
    let paper = Rect::new(
        middle.0 - half,
        middle.1 - 1.5 * CAPTION.size,
        middle.0 + half,
        middle.1 + CAPTION.size,
    );
    canvas.rect(paper, PAPER, 1.0)?;
    canvas.text(text, middle, CAPTION, Align::Centre)
}

fn draw_lines(
    canvas: &Canvas<'_>,
    plot: Rect,
    view: &View<'_>,
    (tracks, points, scale): (&[&Track<'_>], &[usize], &Scale),
) -> Drawn {
    let pitch = plot.width() / tracks.len().max(1) as f64;
    let places: Vec<BTreeMap<usize, f64>> =
        tracks.iter().map(|track| places(track, points)).collect();
    let width = if points.len() > 100 { 1.5 } else { 2.5 };
    for point in points {
        let Some(value) = view.known(*point) else {
            continue;
        };
        let end = scale.place(value);
        let heights = places
            .iter()
            .filter_map(|places| places.get(point).copied());
        let line = heights.chain([end]).enumerate().map(|(axis, place)| {
            let y = plot.bottom - plot.height() * place;
            (plot.left + axis as f64 * pitch, y)
        });
        let line: Vec<Point> = line.collect();
        canvas.line(&line, Stroke::solid(colour(end), width))?;
    }
    Ok(())
}

/// Where on an axis each point stands: lines that share a level are fanned out
/// around it, in the order of their response.
fn places(track: &Track<'_>, points: &[usize]) -> BTreeMap<usize, f64> {
    if !track.is_stepped() {
        let place = |&point: &usize| (point, track.place(track.of[point]));
        return points.iter().map(place).collect();
    }
    let mut sharing: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &point in points {
        sharing.entry(track.of[point]).or_default().push(point);
    }
    let apart = 1.0 / track.count() as f64;
    let places = sharing.iter().flat_map(|(&level, members)| {
        members.iter().enumerate().map(move |(rank, &point)| {
            let aside = (even(rank, members.len()) - 0.5) * FAN * apart;
            (point, step(track, level) + aside)
        })
    });
    places.collect()
}

/// Where a level stands among evenly spaced ones, words from the top down.
fn step(track: &Track<'_>, level: usize) -> f64 {
    let place = (level as f64 + 0.5) / track.count().max(1) as f64;
    if track.is_ranked() {
        place
    } else {
        1.0 - place
    }
}

/// The axis with its labels on paper, so that lines do not cross them.
fn draw_axis(canvas: &Canvas<'_>, (plot, x): (Rect, f64), track: &Track<'_>, room: f64) -> Drawn {
    let ends = [(x, plot.top), (x, plot.bottom)];
    canvas.line(&ends, Stroke::solid(RULE, 2.5))?;
    let labels: Vec<(f64, String)> = match track.is_stepped() {
        true => {
            let stride = track.count().div_ceil(LABELS);
            let levels = (0..track.count()).step_by(stride);
            levels
                .map(|level| (step(track, level), track.label(level)))
                .collect()
        }
        false => track.ticks(5),
    };
    for (place, label) in labels {
        let y = plot.bottom - plot.height() * place;
        canvas.line(&[(x - 6.0, y), (x + 6.0, y)], Stroke::solid(RULE, 2.0))?;
        let label = CELL.fit(&label, room);
        let paper = Rect {
            left: x + 9.0,
            top: y - CELL.size * 0.5,
            right: x + 17.0 + CELL.width(&label),
            bottom: y + CELL.size * 0.5,
        };
        canvas.rect(paper, PAPER, 0.85)?;
        canvas.text(&label, (x + 13.0, y + CELL.drop()), CELL, Align::Left)?;
    }
    Ok(())
}
