//! How likely a shortfall larger than any given size is.

use super::Drawn;
use super::canvas::{Canvas, Rect, Stroke};
use super::panel::{Frame, Height, Key, NO_TRIAL, baseline_line, legend, shocked_line};
use super::tail::{Shortfalls, Tail};
use super::theme::INK;

/// Draws the share of trials above each shortfall, shocked and baseline.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, tail: &Tail) -> Drawn {
    let keys = [
        Key::line("with the shocks", shocked_line()),
        Key::line("baseline", baseline_line()),
    ];
    let room = legend(canvas, rect, &keys)?;
    let most = tail.shocked.share_any().max(tail.baseline.share_any());
    let height = Height::percent(if most > 0.0 { most } else { 1.0 }, "share of trials above");
    let plot = Tail::plot(room, height.gutter());
    let frame = Frame {
        rect: plot,
        x_end: tail.axis.end,
        y_end: height.end(),
    };
    height.draw(canvas, &frame)?;
    tail.draw_axis(canvas, room, &frame)?;
    tail.draw_flags(canvas, room, &frame)?;
    curve(canvas, &frame, &tail.baseline, baseline_line())?;
    curve(canvas, &frame, &tail.shocked, shocked_line())?;
    if !tail.any() {
        let none = if tail.is_empty() {
            NO_TRIAL
        } else {
            "no shortfall in any trial"
        };
        return frame.remark(canvas, none);
    }
    dots(canvas, &frame, tail)
}

/// A descending staircase.
fn curve(canvas: &Canvas<'_>, frame: &Frame, shortfalls: &Shortfalls, stroke: Stroke) -> Drawn {
    let steps = shortfalls.above.len().saturating_sub(1);
    let mut share = shortfalls.share_any();
    let mut points = vec![frame.at((0.0, share * 100.0))];
    for (i, &next) in shortfalls.above.iter().enumerate().skip(1) {
        let x = frame.x_end * i as f64 / steps as f64;
        if next < share || i == steps {
            points.push(frame.at((x, share * 100.0)));
            points.push(frame.at((x, next * 100.0)));
            share = next;
        }
    }
    canvas.line(&points, stroke)
}

/// Dots where the flagged values meet the shocked curve.
fn dots(canvas: &Canvas<'_>, frame: &Frame, tail: &Tail) -> Drawn {
    for (mark, share) in tail.shocked.marks() {
        if mark > 0.0 {
            canvas.dot(frame.at((mark, share * 100.0)), 8.0, INK)?;
        }
    }
    Ok(())
}
