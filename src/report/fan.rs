//! How a quantity spreads over trials, month by month.

use super::Drawn;
use super::canvas::{Canvas, Point, Rect, Stroke};
use super::digest::Digest;
use super::panel::{Frame, Height, Key, NO_TRIAL, ROW, legend};
use super::theme::{BASELINE, INK, INNER_BAND, OUTER_BAND, SHOCKED};
use super::timeline::Timeline;
use crate::study::{Fan, FocusOutcome};

/// Where in its month a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Middle,
    End,
}

/// One fan chart: its values and its scale.
struct Spread<'o> {
    digest: &'o Digest<'o>,
    shocked: &'o Fan,
    baseline: &'o Fan,
    /// Values are multiplied by this for display.
    times: f64,
    within: Within,
    height: Height,
    /// Said where all is zero.
    nothing: &'static str,
}

/// Draws the shortfall of each month as a share of its demand.
pub(super) fn draw_shortfall(canvas: &Canvas<'_>, rect: Rect, digest: &Digest<'_>) -> Drawn {
    let focus = digest.focus;
    let (shocked, baseline) = (&focus.shocked.shortfall, &focus.baseline.shortfall);
    let most = most(shocked, baseline);
    let chart = Spread {
        digest,
        shocked,
        baseline,
        times: 100.0,
        within: Within::Middle,
        height: Height::percent(if most > 0.0 { most } else { 0.1 }, "of the month's demand"),
        nothing: "not short in any month",
    };
    chart.draw(canvas, rect)
}

/// Draws the same without words, on a scale given.
pub(super) fn draw_small(
    canvas: &Canvas<'_>,
    rect: Rect,
    digest: &Digest<'_>,
    height: Height,
) -> Drawn {
    let focus = digest.focus;
    let chart = Spread {
        digest,
        shocked: &focus.shocked.shortfall,
        baseline: &focus.baseline.shortfall,
        times: 100.0,
        within: Within::Middle,
        height,
        nothing: "not short",
    };
    chart.plot(canvas, &chart.frame(rect))
}

/// Largest shortfall of a month that is drawn [share].
pub(super) fn most_short(focus: &FocusOutcome) -> f64 {
    most(&focus.shocked.shortfall, &focus.baseline.shortfall)
}

/// Draws the commercial stock at the end of each month.
pub(super) fn draw_cover(canvas: &Canvas<'_>, rect: Rect, digest: &Digest<'_>) -> Drawn {
    let focus = digest.focus;
    let (shocked, baseline) = (&focus.shocked.cover, &focus.baseline.cover);
    let chart = Spread {
        digest,
        shocked,
        baseline,
        times: 1.0,
        within: Within::End,
        height: Height::amount(most(shocked, baseline), "days", "of use"),
        nothing: "no commercial stock in any month",
    };
    chart.draw(canvas, rect)
}

/// Largest value drawn.
fn most(shocked: &Fan, baseline: &Fan) -> f64 {
    let drawn = [&shocked.p95, &shocked.p50, &shocked.mean, &baseline.mean];
    let values = drawn.into_iter().flatten().copied();
    values.filter(|value| value.is_finite()).fold(0.0, f64::max)
}

impl Spread<'_> {
    fn draw(&self, canvas: &Canvas<'_>, rect: Rect) -> Drawn {
        let shocks = &self.digest.shocks;
        let keys = keys(self.digest.trials());
        let keys: Vec<Key> = keys.into_iter().chain(shocks.key()).collect();
        let room = legend(canvas, rect, &keys)?;
        let frame = self.frame(Rect {
            top: room.top + shocks.height() + ROW,
            ..room
        });
        shocks.rows(canvas, &frame, room.top)?;
        self.plot(canvas, &frame)
    }

    fn frame(&self, room: Rect) -> Frame {
        Frame {
            rect: Rect {
                left: room.left + self.height.gutter(),
                top: room.top + 8.0,
                bottom: room.bottom - 2.0 * ROW - 6.0,
                right: room.right - 24.0,
            },
            x_end: self.digest.timeline.end(),
            y_end: self.height.end(),
        }
    }

    fn plot(&self, canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
        let Digest {
            timeline, shocks, ..
        } = self.digest;
        shocks.shade(canvas, frame)?;
        self.height.draw(canvas, frame)?;
        self.bands(canvas, frame, timeline)?;
        self.lines(canvas, frame, timeline)?;
        timeline.draw(canvas, frame)?;
        match most(self.shocked, self.baseline) {
            _ if self.shocked.mean.is_empty() => frame.remark(canvas, NO_TRIAL),
            most if most > 0.0 => Ok(()),
            _ => frame.remark(canvas, self.nothing),
        }
    }

    fn bands(&self, canvas: &Canvas<'_>, frame: &Frame, timeline: &Timeline) -> Drawn {
        let Fan {
            p5, p25, p75, p95, ..
        } = self.shocked;
        for (low, high, opacity) in [(p5, p95, OUTER_BAND), (p25, p75, INNER_BAND)] {
            let mut points = self.path(frame, timeline, high);
            points.extend(self.path(frame, timeline, low).into_iter().rev());
            canvas.polygon(&points, SHOCKED, opacity)?;
        }
        Ok(())
    }

    fn lines(&self, canvas: &Canvas<'_>, frame: &Frame, timeline: &Timeline) -> Drawn {
        let fans = [
            (&self.baseline.mean, baseline()),
            (&self.shocked.p50, median()),
        ];
        for (values, stroke) in fans.into_iter().chain([(&self.shocked.mean, mean())]) {
            canvas.line(&self.path(frame, timeline, values), stroke)?;
        }
        Ok(())
    }

    /// Where the values stand; what is not finite is left out.
    fn path(&self, frame: &Frame, timeline: &Timeline, values: &[f64]) -> Vec<Point> {
        let days = timeline.edges.windows(2).map(|month| match self.within {
            Within::Middle => (month[0] + month[1]) / 2.0,
            Within::End => month[1],
        });
        let finite = days.zip(values).filter(|(_, value)| value.is_finite());
        let mut points: Vec<_> = finite
            .map(|(day, value)| frame.at((day, value * self.times)))
            .collect();
        if let (Some(&first), Some(&last)) = (points.first(), points.last()) {
            if self.within == Within::Middle || points.len() == 1 {
                points.insert(0, (frame.rect.left, first.1));
            }
            points.push((frame.rect.right, last.1));
        }
        points
    }
}

/// Entries of a legend. One trial has no spread, and is its own mean.
pub(super) fn keys(trials: usize) -> Vec<Key> {
    if trials == 1 {
        return vec![
            Key::line("with the shocks", mean()),
            Key::line("baseline", baseline()),
        ];
    }
    vec![
        Key::block("5–95\u{a0}% of trials", SHOCKED, OUTER_BAND),
        Key::block("25–75\u{a0}%", SHOCKED, OUTER_BAND + INNER_BAND),
        Key::line("median", median()),
        Key::line("mean", mean()),
        Key::line("baseline mean", baseline()),
    ]
}

fn median() -> Stroke {
    Stroke::solid(INK, 3.0)
}

fn mean() -> Stroke {
    Stroke::solid(SHOCKED, 4.0)
}

fn baseline() -> Stroke {
    Stroke::dashed(BASELINE, 4.0, 14.0)
}
