//! A response over two factors whose points fill no table, as coloured dots.

use super::super::Drawn;
use super::super::canvas::{Align, Canvas, Rect, Stroke};
use super::super::panel::{Key, ROW, legend, ticks};
use super::super::theme::{CAPTION, GRID, MUTED, RULE, TICK};
use super::bar;
use super::colours::colour;
use super::scale::Scale;
use super::track::Track;
use super::view::{Answer, View};

/// Room between dots and the edges.
const EDGE: f64 = 18.0;
/// Most of the width that labels may take.
const NAMES: f64 = 0.3;

/// Draws a dot a point, the greatest response on top.
pub(super) fn draw(
    canvas: &Canvas<'_>,
    rect: Rect,
    view: &View<'_>,
    (across, up): (&Track<'_>, &Track<'_>),
) -> Drawn {
    let scale = Scale::within(view.values(), 6);
    let points = 0..view.shown.len();
    let lost: Vec<usize> = points
        .filter(|&point| view.known(point).is_none())
        .collect();
    let room = match lost.is_empty() {
        true => rect,
        false => legend(canvas, rect, &[Key::dot(no_value(view, &lost), MUTED)])?,
    };
    let labels = up.ticks(5);
    let names = labels.iter().map(|(_, label)| TICK.width(label));
    let names = names.fold(0.0, f64::max).min(room.width() * NAMES);
    let plot = Rect {
        left: room.left + names + 16.0,
        top: room.top + ROW + 6.0,
        right: room.right - bar::width(&scale),
        bottom: room.bottom - 2.0 * ROW - 8.0,
    };
    draw_axes(canvas, (room, plot), (across, up), &view.unit.name)?;
    let radius = (160.0 / (view.shown.len() as f64).sqrt()).clamp(4.0, 11.0);
    let at = |point: usize| {
        let (x, y) = (across.place(across.of[point]), up.place(up.of[point]));
        inner(plot, (x, y))
    };
    for point in lost {
        canvas.dot(at(point), radius, MUTED)?;
    }
    for point in view.ranked() {
        let place = scale.place(view.known(point).unwrap_or(0.0));
        canvas.dot(at(point), radius, colour(place))?;
    }
    let bar = Rect {
        right: room.right,
        ..plot
    };
    bar::draw(canvas, bar, (&scale, &view.unit.name))
}

fn no_value(view: &View<'_>, lost: &[usize]) -> &'static str {
    let failed = |&point: &usize| view.answer(point) == Answer::Failed;
    match (lost.iter().all(failed), lost.iter().any(failed)) {
        (true, _) => "point failed",
        (_, true) => "failed or never",
        _ => "never",
    }
}

/// Where in a plot a place from 0 to 1 each way is.
fn inner(plot: Rect, (x, y): (f64, f64)) -> (f64, f64) {
    (
        plot.left + EDGE + x * (plot.width() - 2.0 * EDGE),
        plot.bottom - EDGE - y * (plot.height() - 2.0 * EDGE),
    )
}

fn draw_axes(
    canvas: &Canvas<'_>,
    (room, plot): (Rect, Rect),
    (across, up): (&Track<'_>, &Track<'_>),
    unit: &str,
) -> Drawn {
    for (place, label) in up.ticks(5) {
        let (_, y) = inner(plot, (0.0, place));
        canvas.line(&[(plot.left, y), (plot.right, y)], Stroke::solid(GRID, 1.0))?;
        let label = TICK.fit(&label, plot.left - 12.0 - room.left);
        canvas.text(
            &label,
            (plot.left - 12.0, y + TICK.drop()),
            TICK,
            Align::Right,
        )?;
    }
    let ends = [(plot.left, plot.bottom), (plot.right, plot.bottom)];
    canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
    let labels = across.ticks(6).into_iter();
    let labels: Vec<_> = labels
        .map(|(place, label)| (inner(plot, (place, 0.0)).0, label))
        .collect();
    for (x, _) in &labels {
        canvas.line(
            &[(*x, plot.top), (*x, plot.bottom)],
            Stroke::solid(GRID, 1.0),
        )?;
    }
    ticks(canvas, &labels, plot.bottom + ROW, TICK)?;
    let title = across.title(CAPTION, room.width());
    let half = CAPTION.width(&title) / 2.0;
    let middle = ((plot.left + plot.right) / 2.0).max(room.left + half);
    let at = (middle.min(room.right - half), room.bottom - 8.0);
    canvas.text(&title, at, CAPTION, Align::Centre)?;
    let title = up.title(CAPTION, room.width() - CAPTION.width(unit) - 150.0);
    canvas.text(
        &title,
        (room.left, plot.top - 0.7 * ROW),
        CAPTION,
        Align::Left,
    )
}
