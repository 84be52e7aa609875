//! Where supply comes from, before and after.

use super::axis::Axis;
use super::canvas::{Align, Canvas, Rect};
use super::digest::Digest;
use super::number::{change, figures, quantity};
use super::panel::{Frame, Key, ROW, legend};
use super::theme::{BASELINE_BAR, CAPTION, NOTE, SHOCKED_BAR, TICK};
use super::{DAYS_PER_YEAR, Drawn};
use crate::study::FocusOutcome;

/// Origins shown by name at most.
const MOST: usize = 8;
/// Most of the width that their names may take.
const NAMES: f64 = 0.48;

/// Supply from one origin, or several [units per year].
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Origin {
    /// Whose.
    pub(super) name: String,
    /// Whether it is the country itself.
    pub(super) own: bool,
    /// Background policies only.
    pub(super) baseline: f64,
    /// With every policy.
    pub(super) shocked: f64,
}

impl Origin {
    fn larger(&self) -> f64 {
        self.baseline.max(self.shocked)
    }
}

/// Draws a pair of bars an origin.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, digest: &Digest<'_>) -> Drawn {
    let keys = [
        Key::block("baseline", BASELINE_BAR, 1.0),
        Key::block("with the shocks", SHOCKED_BAR, 1.0),
    ];
    let room = legend(canvas, rect, &keys)?;
    let (origins, focus) = (fold_rest(digest.origins.clone()), digest.focus);
    let axis = Axis::past(origins.iter().map(Origin::larger).fold(0.0, f64::max), 4);
    let names = origins
        .iter()
        .map(|origin| TICK.width(&origin.label()))
        .fold(0.0, f64::max);
    let names = (names + 14.0).min(room.width() * NAMES);
    let changes = origins
        .iter()
        .map(|origin| NOTE.width(&origin.change()))
        .fold(0.0, f64::max);
    let plot = Rect {
        left: room.left + names,
        top: room.top + ROW + 8.0,
        right: room.right - changes.max(24.0) - 12.0,
        bottom: room.bottom - 2.0 * ROW - 8.0,
    };
    let frame = Frame {
        rect: plot,
        x_end: axis.end,
        y_end: 1.0,
    };
    canvas.text(
        &total(&origins, focus),
        (room.left, room.top + 24.0),
        CAPTION,
        Align::Left,
    )?;
    let caption = format!("{} a year", axis.unit(&focus.unit));
    frame.scale_below(canvas, &axis, &caption)?;
    if origins.is_empty() {
        return frame.remark(canvas, "no supply");
    }
    rows(canvas, &frame, &origins, names)
}

impl Origin {
    fn label(&self) -> String {
        let own = if self.own { " (own)" } else { "" };
        format!("{}{own}", self.name)
    }

    fn change(&self) -> String {
        change(self.baseline, self.shocked)
    }
}

/// Who supplies a focus in either variant, largest first.
pub(super) fn origins(focus: &FocusOutcome) -> Vec<Origin> {
    let mut all: Vec<(String, Origin)> = Vec::new();
    let (before, after) = (&focus.baseline.origins, &focus.shocked.origins);
    let rates = before
        .iter()
        .map(|rate| (rate, false))
        .chain(after.iter().map(|rate| (rate, true)));
    for ((code, name, rate), shocked) in rates {
        let volume = if rate.is_finite() {
            rate * DAYS_PER_YEAR
        } else {
            0.0
        };
        let known = all.iter().position(|(other, _)| other == code);
        let at = known.unwrap_or_else(|| {
            all.push((
                code.clone(),
                Origin {
                    name: name.clone(),
                    own: *code == focus.country,
                    baseline: 0.0,
                    shocked: 0.0,
                },
            ));
            all.len() - 1
        });
        let origin = &mut all[at].1;
        *(if shocked {
            &mut origin.shocked
        } else {
            &mut origin.baseline
        }) += volume;
    }
    let mut origins: Vec<_> = all.into_iter().map(|(_, origin)| origin).collect();
    origins.retain(|origin| origin.larger() > 0.0);
    origins.sort_by(|a, b| b.larger().total_cmp(&a.larger()));
    origins
}

/// The largest origins, then the rest together.
fn fold_rest(mut origins: Vec<Origin>) -> Vec<Origin> {
    if origins.len() <= MOST + 1 {
        return origins;
    }
    let rest = origins.split_off(MOST);
    origins.push(Origin {
        name: format!("{} others", rest.len()),
        own: false,
        baseline: rest.iter().map(|origin| origin.baseline).sum(),
        shocked: rest.iter().map(|origin| origin.shocked).sum(),
    });
    origins
}

fn total(origins: &[Origin], focus: &FocusOutcome) -> String {
    let before: f64 = origins.iter().map(|origin| origin.baseline).sum();
    let after: f64 = origins.iter().map(|origin| origin.shocked).sum();
    let written = quantity(after, &focus.unit);
    match (change(before, after), figures(before)) {
        (same, from) if same == change(1.0, 1.0) && from == figures(after) => {
            format!("all origins: {written} ({same})")
        }
        (same, from) if same == change(1.0, 1.0) => format!("all origins: {from} → {written}"),
        (change, from) => format!("all origins: {from} → {written} ({change})"),
    }
}

fn rows(canvas: &Canvas<'_>, frame: &Frame, origins: &[Origin], names: f64) -> Drawn {
    let Rect { left, top, .. } = frame.rect;
    let pitch = (frame.rect.height() / origins.len() as f64).min(84.0);
    let half = pitch * 0.38;
    for (row, origin) in origins.iter().enumerate() {
        let middle = top + (row as f64 + 0.5) * pitch;
        let name = TICK.fit(&origin.label(), names - 14.0);
        canvas.text(
            &name,
            (left - 12.0, middle + TICK.drop()),
            TICK,
            Align::Right,
        )?;
        let before = Rect::new(left, middle - half, frame.x(origin.baseline), middle);
        canvas.rect(before, BASELINE_BAR, 1.0)?;
        let after = Rect::new(left, middle, frame.x(origin.shocked), middle + half);
        canvas.rect(after, SHOCKED_BAR, 1.0)?;
        let at = (frame.x(origin.larger()) + 10.0, middle + NOTE.drop());
        let same = origin.change() == change(1.0, 1.0);
        canvas.text(
            &origin.change(),
            at,
            if same { CAPTION } else { NOTE },
            Align::Left,
        )?;
    }
    Ok(())
}
