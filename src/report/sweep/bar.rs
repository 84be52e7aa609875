//! The scale of colours beside a chart.

use super::super::Drawn;
use super::super::canvas::{Align, Canvas, Rect, Stroke};
use super::super::panel::ROW;
use super::super::theme::{CAPTION, RULE, TICK};
use super::colours::colour;
use super::scale::Scale;

/// Width of the bar itself, and room left of it.
const WIDTH: f64 = 30.0;
const GAP: f64 = 34.0;
/// Steps of colour, finer than can be seen.
const STEPS: usize = 96;

/// Width of a bar with its labels, and the room left of it.
pub(super) fn width(scale: &Scale) -> f64 {
    let labels = scale.ticks.iter().map(|&t| TICK.width(&scale.label(t)));
    GAP + WIDTH + 14.0 + labels.fold(0.0, f64::max)
}

/// Draws the scale at the right of a room, as tall as that, and its unit over
/// it.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, (scale, unit): (&Scale, &str)) -> Drawn {
    let left = rect.right - width(scale) + GAP;
    let strip = Rect {
        left,
        right: left + WIDTH,
        ..rect
    };
    paint(canvas, strip)?;
    label(canvas, strip, scale)?;
    let unit = scale.unit(unit);
    let at = (rect.right, rect.top - ROW * 0.7);
    canvas.text(&unit, at, CAPTION, Align::Right)
}

/// Fills a strip with the colours, dark at the top.
pub(super) fn paint(canvas: &Canvas<'_>, strip: Rect) -> Drawn {
    for (step, slice) in strip.rows(STEPS, 0.0).enumerate() {
        let place = 1.0 - (step as f64 + 0.5) / STEPS as f64;
        canvas.rect(slice, colour(place), 1.0)?;
    }
    Ok(())
}

/// Writes the numbers at the right of a strip.
pub(super) fn label(canvas: &Canvas<'_>, strip: Rect, scale: &Scale) -> Drawn {
    for &tick in &scale.ticks {
        let y = strip.bottom - strip.height() * scale.place(tick);
        let ends = [(strip.right, y), (strip.right + 6.0, y)];
        canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
        let at = (strip.right + 12.0, y + TICK.drop());
        canvas.text(&scale.label(tick), at, TICK, Align::Left)?;
    }
    Ok(())
}
