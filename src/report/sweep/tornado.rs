//! Which factors move a response, and from where to where.

use super::super::Drawn;
use super::super::canvas::{Align, Canvas, Rect, Stroke};
use super::super::panel::{Key, ROW, legend, ticks};
use super::super::theme::{
    BASELINE_BAR, CAPTION, CELL, GRID, INK, MUTED, PAPER, POLICY, RULE, SHOCKED_BAR, TICK,
};
use super::influence::{Effect, End, Influence, Swing};
use super::lines::level;
use super::scale::Scale;
use super::view::View;
use crate::scenario::sweep::Design;

/// Factors that have a bar, those that move the response most.
pub(super) const MOST: usize = 12;
/// Most of the width that titles of factors may take.
const NAMES: f64 = 0.36;
/// Largest height of the bars of a factor.
const THICK: f64 = 64.0;

/// Draws a bar a factor, the longest first.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, view: &View<'_>) -> Drawn {
    match &view.influence {
        Influence::Swings {
            reference, swings, ..
        } => {
            let swings = &swings[..swings.len().min(MOST)];
            draw_swings(canvas, rect, (view, *reference, swings))
        }
        Influence::Effects(effects) => {
            let effects = &effects[..effects.len().min(MOST)];
            draw_effects(canvas, rect, (view, effects))
        }
    }
}

/// The room of the bars, and the height of a row.
struct Rows<'v, 'o> {
    view: &'v View<'o>,
    plot: Rect,
    /// Where names begin.
    left: f64,
    pitch: f64,
    scale: Scale,
}

impl<'v, 'o> Rows<'v, 'o> {
    /// Names at the left of a plot with `aside` free at both of its ends.
    fn new(view: &'v View<'o>, room: Rect, (tracks, scale, aside): (&[usize], Scale, f64)) -> Self {
        let titles = tracks.iter().filter_map(|&at| view.tracks.get(at));
        let widest = titles.map(|track| TICK.width(&track.factor.title));
        let names = (widest.fold(0.0, f64::max) + 20.0).min(room.width() * NAMES);
        let plot = Rect {
            left: room.left + names + aside,
            right: room.right - aside.max(30.0),
            top: room.top + 6.0,
            bottom: room.bottom - 2.0 * ROW - 8.0,
        };
        Self {
            view,
            plot,
            left: room.left,
            pitch: plot.height() / tracks.len().max(1) as f64,
            scale,
        }
    }

    fn middle(&self, row: usize) -> f64 {
        self.plot.top + (row as f64 + 0.5) * self.pitch
    }

    fn x(&self, value: f64) -> f64 {
        self.plot.left + self.plot.width() * self.scale.place(value)
    }

    fn draw_scale(&self, canvas: &Canvas<'_>, caption: &str) -> Drawn {
        let plot = self.plot;
        for &tick in &self.scale.ticks {
            let x = self.x(tick);
            canvas.line(&[(x, plot.top), (x, plot.bottom)], Stroke::solid(GRID, 1.0))?;
        }
        let labels = self
            .scale
            .ticks
            .iter()
            .map(|&t| (self.x(t), self.scale.label(t)));
        ticks(canvas, &labels.collect::<Vec<_>>(), plot.bottom + ROW, TICK)?;
        let at = ((plot.left + plot.right) / 2.0, plot.bottom + 2.0 * ROW);
        canvas.text(caption, at, CAPTION, Align::Centre)
    }

    /// The title of a factor in lines at the left of its bars.
    fn draw_name(&self, canvas: &Canvas<'_>, (row, track): (usize, usize), aside: f64) -> Drawn {
        let Some(track) = self.view.tracks.get(track) else {
            return Ok(());
        };
        let right = self.plot.left - aside - 16.0;
        let most = (self.pitch / TICK.leading()).clamp(1.0, 3.0) as usize;
        let lines = TICK.wrap(&track.factor.title, right - self.left, most);
        let up = (lines.len() as f64 - 1.0) / 2.0 * TICK.leading();
        for (line, text) in lines.iter().enumerate() {
            let down = line as f64 * TICK.leading() - up + TICK.drop();
            canvas.text(text, (right, self.middle(row) + down), TICK, Align::Right)?;
        }
        Ok(())
    }
}

/// Two bars a factor from the reference, to what the response is at the low and
/// at the high end, with the levels there.
fn draw_swings(
    canvas: &Canvas<'_>,
    rect: Rect,
    (view, reference, swings): (&View<'_>, Option<f64>, &[Swing]),
) -> Drawn {
    let alone = view.outcome.outline.design == Design::OneAtATime;
    let line = match alone {
        true => "at the reference point",
        false => "mean of all points",
    };
    let mut keys = vec![
        Key::block("low end of the factor", BASELINE_BAR, 1.0),
        Key::block("high end", SHOCKED_BAR, 1.0),
        Key::line(line, Stroke::solid(INK, 2.5)),
    ];
    if swings.iter().any(Swing::is_bent) {
        keys.push(Key::line("levels between", between()));
    }
    let room = legend(canvas, rect, &keys)?;
    let ranges = swings.iter().flat_map(|swing| swing.range);
    let scale = Scale::around(ranges.chain(reference), 5);
    let ends = swings.iter().flat_map(|swing| &swing.ends);
    let widest = ends.map(|end| CELL.width(&end.label)).fold(0.0, f64::max);
    let aside = (widest + 14.0).min(room.width() * 0.16);
    let tracks: Vec<usize> = swings.iter().map(|swing| swing.track).collect();
    let rows = Rows::new(view, room, (&tracks, scale, aside));
    rows.draw_scale(canvas, &rows.scale.unit(&view.unit.name))?;
    let Some(reference) = reference else {
        return remark(canvas, rows.plot);
    };
    let base = rows.x(reference);
    for (row, swing) in swings.iter().enumerate() {
        rows.draw_name(canvas, (row, swing.track), aside)?;
        draw_swing(canvas, &rows, (row, base, aside), swing)?;
    }
    let ends = [(base, rows.plot.top), (base, rows.plot.bottom)];
    canvas.line(&ends, Stroke::solid(INK, 2.5))
}

/// The line over levels between the ends of a factor.
fn between() -> Stroke {
    Stroke::solid(POLICY, 3.0)
}

/// The bars of a factor, the low end over the high one; and a line where the
/// response goes further between them.
fn draw_swing(
    canvas: &Canvas<'_>,
    rows: &Rows<'_, '_>,
    (row, base, aside): (usize, f64, f64),
    swing: &Swing,
) -> Drawn {
    let (middle, half) = (rows.middle(row), (rows.pitch * 0.8).min(THICK) / 2.0);
    let halves = [(middle - half, middle), (middle, middle + half)];
    let colours = [BASELINE_BAR, SHOCKED_BAR];
    for ((end, (top, bottom)), colour) in swing.ends.iter().zip(halves).zip(colours) {
        let x = rows.x(end.value);
        let (left, right) = (base.min(x), base.max(x).max(base.min(x) + 1.0));
        canvas.rect(Rect::new(left, top, right, bottom - 2.0), colour, 1.0)?;
        let at = (x, (top + bottom) / 2.0);
        draw_end(canvas, at, end, (x < base, aside))?;
    }
    if !swing.is_bent() {
        return Ok(());
    }
    let [low, high] = swing.range.map(|value| rows.x(value));
    canvas.line(&[(low, middle - 1.0), (high, middle - 1.0)], between())
}

/// The level at the end of a bar.
fn draw_end(
    canvas: &Canvas<'_>,
    (x, middle): (f64, f64),
    end: &End,
    (before, room): (bool, f64),
) -> Drawn {
    let text = CELL.fit(&end.label, room - 12.0);
    let (at, align) = match before {
        true => (x - 8.0, Align::Right),
        false => (x + 8.0, Align::Left),
    };
    canvas.text(&text, (at, middle + CELL.drop()), CELL, align)
}

/// A bar a factor for the mean size of its effects, with its standard error,
/// and a dot for their standard deviation.
fn draw_effects(canvas: &Canvas<'_>, rect: Rect, (view, effects): (&View<'_>, &[Effect])) -> Drawn {
    let keys = [
        Key::block("μ*: mean size of effects", SHOCKED_BAR, 1.0),
        Key::line("± 2 standard errors", Stroke::solid(INK, 2.0)),
        Key::dot("σ: standard deviation", BASELINE_BAR),
    ];
    let room = legend(canvas, rect, &keys)?;
    let reach = |effect: &Effect| [effect.size, effect.size + 2.0 * effect.se, effect.sd];
    let scale = Scale::around(effects.iter().flat_map(reach).chain([0.0]), 5);
    let tracks: Vec<usize> = effects.iter().map(|effect| effect.track).collect();
    let rows = Rows::new(view, room, (&tracks, scale, 0.0));
    let unit = rows.scale.unit(&view.unit.name);
    let caption = format!("change over the whole range, {unit}");
    rows.draw_scale(canvas, &caption)?;
    if effects.is_empty() {
        return remark(canvas, rows.plot);
    }
    let ends = [
        (rows.plot.left, rows.plot.top),
        (rows.plot.left, rows.plot.bottom),
    ];
    canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
    for (row, effect) in effects.iter().enumerate() {
        rows.draw_name(canvas, (row, effect.track), 0.0)?;
        let (middle, height) = (rows.middle(row), (rows.pitch * 0.7).min(THICK));
        let (top, bottom) = (middle - height / 2.0, middle + height / 2.0);
        let right = rows.x(effect.size).max(rows.plot.left + 1.0);
        canvas.rect(
            Rect::new(rows.plot.left, top, right, bottom),
            SHOCKED_BAR,
            1.0,
        )?;
        if effect.se > 0.0 {
            let error = 2.0 * effect.se;
            let ends = [effect.size - error, effect.size + error];
            level(canvas, middle, ends.map(|end| rows.x(end)))?;
        }
        if effect.sd.is_finite() {
            canvas.dot((rows.x(effect.sd), middle), 11.0, PAPER)?;
            canvas.dot((rows.x(effect.sd), middle), 9.0, BASELINE_BAR)?;
        }
    }
    Ok(())
}

fn remark(canvas: &Canvas<'_>, plot: Rect) -> Drawn {
    let at = (
        (plot.left + plot.right) / 2.0,
        (plot.top + plot.bottom) / 2.0,
    );
    let text = TICK.fit("no point could be finished", plot.width());
    canvas.text(&text, at, TICK.coloured(MUTED), Align::Centre)
}
