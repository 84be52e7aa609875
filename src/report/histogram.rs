//! How often each size of shortfall occurs.

use super::Drawn;
use super::canvas::{Align, Canvas, Rect, Stroke};
use super::column::Column;
use super::digest::Digest;
use super::number::percent;
use super::panel::{Frame, Height, Key, NO_TRIAL, ROW, baseline_line, legend};
use super::tail::{Tail, not_short};
use super::theme::{BASELINE, CAPTION, RULE, SHOCKED, SHOCKED_BAR, TICK};

/// Bins of the axis.
pub(super) const BINS: usize = 20;
/// Width of the two bars for the trials that are not short.
const NONE: f64 = 196.0;

/// Draws the share of trials in each bin of shortfall, and apart from it, on
/// a scale of its own, the share that is not short.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, digest: &Digest<'_>) -> Drawn {
    let tail = &digest.tail;
    let keys = [
        Key::block("with the shocks", SHOCKED_BAR, 1.0),
        Key::line("baseline", baseline_line()),
    ];
    let room = legend(canvas, rect, &keys)?;
    let (shocked, baseline) = (&digest.shocked.bins, &digest.baseline.bins);
    let most = shocked.iter().chain(baseline).copied().fold(0.0, f64::max);
    let height = Height::percent(if most > 0.0 { most } else { 0.1 }, "share of trials");
    let plot = Tail::plot(room, NONE + 24.0 + height.gutter());
    let frame = Frame {
        rect: plot,
        x_end: tail.axis.end,
        y_end: height.end(),
    };
    height.draw(canvas, &frame)?;
    bars(canvas, &frame, shocked)?;
    outline(canvas, &frame, baseline)?;
    tail.draw_flags(canvas, room, &frame)?;
    tail.draw_axis(canvas, room, &frame)?;
    none(
        canvas,
        Rect {
            left: room.left,
            right: room.left + NONE,
            ..plot
        },
        digest,
    )?;
    if most > 0.0 {
        Ok(())
    } else {
        frame.remark(
            canvas,
            if tail.is_empty() {
                NO_TRIAL
            } else {
                "no trial is short"
            },
        )
    }
}

/// Share of all trials in each bin, of those that are short.
pub(super) fn bins(short: &Column, tail: &Tail) -> [f64; BINS] {
    let mut counts = [0_u64; BINS];
    for volume in short.values() {
        let bin = (volume / tail.axis.end * BINS as f64).max(0.0) as usize;
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
    let trials = tail.shocked.trials.max(1) as f64;
    counts.map(|count| count as f64 / trials)
}

/// Left and right edge of a bin.
fn edges(frame: &Frame, bin: usize) -> (f64, f64) {
    let width = frame.x_end / BINS as f64;
    (
        frame.x(bin as f64 * width),
        frame.x((bin + 1) as f64 * width),
    )
}

fn bars(canvas: &Canvas<'_>, frame: &Frame, shares: &[f64]) -> Drawn {
    for (bin, &share) in shares.iter().enumerate() {
        let (left, right) = edges(frame, bin);
        let bar = Rect::new(left, frame.y(share * 100.0), right - 1.5, frame.rect.bottom);
        canvas.rect(bar, SHOCKED_BAR, 1.0)?;
    }
    Ok(())
}

fn outline(canvas: &Canvas<'_>, frame: &Frame, shares: &[f64]) -> Drawn {
    let mut points = vec![(frame.rect.left, frame.rect.bottom)];
    for (bin, &share) in shares.iter().enumerate() {
        let (left, right) = edges(frame, bin);
        let y = frame.y(share * 100.0);
        points.extend([(left, y), (right, y)]);
    }
    points.push((frame.rect.right, frame.rect.bottom));
    canvas.line(&points, baseline_line())
}

/// The trials that are not short: one bar a variant, each with its share.
fn none(canvas: &Canvas<'_>, rect: Rect, digest: &Digest<'_>) -> Drawn {
    let slots = rect.columns(2, 6.0);
    let sides = [(&digest.shocked, SHOCKED), (&digest.baseline, BASELINE)];
    let sides = if digest.trials() > 0 { &sides[..] } else { &[] };
    for (slot, &(side, colour)) in slots.zip(sides) {
        let share = 1.0 - side.share_short;
        let bar = Rect {
            top: slot.bottom - slot.height() * share,
            ..slot
        };
        none_bar(canvas, bar, colour)?;
        let at = ((slot.left + slot.right) / 2.0, bar.top - 10.0);
        canvas.text(&percent(share), at, CAPTION.coloured(colour), Align::Centre)?;
    }
    let ground = [(rect.left, rect.bottom), (rect.right, rect.bottom)];
    canvas.line(&ground, Stroke::solid(RULE, 2.0))?;
    none_label(canvas, rect, &not_short(digest.short_above))
}

fn none_bar(canvas: &Canvas<'_>, bar: Rect, colour: plotters::style::RGBColor) -> Drawn {
    if colour == SHOCKED {
        return canvas.rect(bar, SHOCKED_BAR, 1.0);
    }
    let Rect {
        left,
        top,
        right,
        bottom,
    } = bar;
    let (left, right) = (left + 2.0, right - 2.0);
    let outline = [(left, bottom), (left, top), (right, top), (right, bottom)];
    canvas.line(&outline, baseline_line())
}

fn none_label(canvas: &Canvas<'_>, rect: Rect, text: &str) -> Drawn {
    let middle = (rect.left + rect.right) / 2.0;
    let mut baseline = rect.bottom + ROW;
    for line in TICK.wrap(text, rect.width(), 2) {
        canvas.text(&line, (middle, baseline), TICK, Align::Centre)?;
        baseline += ROW;
    }
    canvas.text(
        "on its own scale",
        (middle, baseline),
        CAPTION,
        Align::Centre,
    )
}
