//! The distribution of the shortfall over trials, with the two numbers that
//! sum up its bad end.

use super::Drawn;
use super::axis::Axis;
use super::canvas::{Align, Canvas, Rect, Stroke};
use super::column::Column;
use super::digest::Trials;
use super::number::{figures, percent, quantity, relative};
use super::panel::{Frame, Key, ROW, SWATCH, ticks};
use super::theme::{CAPTION, INK, NOTE, RULE, TICK};
use crate::study::{ColumnError, FocusOutcome, Metric, Outcome, Which};

/// Room over a plot for its flags and the caption of its vertical axis [px].
const ABOVE: f64 = 3.0 * ROW + 14.0;
/// Room under a plot for two scales, a caption and a note [px].
const BELOW: f64 = 4.0 * ROW + 8.0;

/// Steps of the axis at which it is known how many trials lie beyond: finer
/// than pixels.
const STEPS: usize = 4096;

/// Shortfalls of both variants on one horizontal axis.
pub(super) struct Tail {
    /// Every trial with the shocks.
    pub(super) shocked: Shortfalls,
    /// Every trial of the baseline.
    pub(super) baseline: Shortfalls,
    /// Shortfall [units].
    pub(super) axis: Axis,
    unit: String,
    /// Reference demand over the horizon [units].
    demand: f64,
}

/// What the shortfalls of all trials of a variant come to [units].
pub(super) struct Shortfalls {
    /// How many trials there are.
    pub(super) trials: usize,
    /// Mean.
    pub(super) mean: f64,
    /// Largest.
    pub(super) most: f64,
    /// What 9 trials in 10 exceed, and 1 in 10.
    pub(super) p10: f64,
    pub(super) p90: f64,
    /// Mean of the worst 5 % of trials.
    pub(super) worst: f64,
    /// Shares of trials above [`p90`](Self::p90) and [`worst`](Self::worst).
    pub(super) above_marks: [f64; 2],
    /// Shares of trials above each step of the axis, from zero to its end.
    pub(super) above: Vec<f64>,
}

impl Shortfalls {
    fn new(column: &Column, end: f64) -> Self {
        let (p90, worst) = (column.quantile(0.9), column.tail_mean(0.95));
        let step = |step: usize| end * step as f64 / STEPS as f64;
        Self {
            trials: column.len(),
            mean: column.mean(),
            most: column.most(),
            p10: column.quantile(0.1),
            p90,
            worst,
            above_marks: [p90, worst].map(|mark| column.share_above(mark)),
            above: (0..=STEPS).map(|i| column.share_above(step(i))).collect(),
        }
    }

    /// Share of trials with a shortfall.
    pub(super) fn share_any(&self) -> f64 {
        self.above.first().copied().unwrap_or(0.0)
    }

    /// Share of trials beyond the end of the axis.
    fn share_beyond(&self) -> f64 {
        self.above.last().copied().unwrap_or(0.0)
    }

    /// The values that are marked, and the shares of trials above them.
    pub(super) fn marks(&self) -> [(f64, f64); 2] {
        let [above_p90, above_worst] = self.above_marks;
        [(self.p90, above_p90), (self.worst, above_worst)]
    }
}

/// A value worth a line through the plot.
struct Flag {
    at: f64,
    text: String,
    stroke: Stroke,
}

impl Tail {
    /// Reads the shortfalls of a focus and scales their axis.
    pub(super) fn new(
        outcome: &Outcome,
        focus: &FocusOutcome,
        trials: &Trials<'_>,
    ) -> Result<Self, ColumnError> {
        let shocked = trials.column(Which::Shocked, Metric::Shortfall)?;
        let baseline = trials.column(Which::Baseline, Metric::Shortfall)?;
        let demand = focus.use_per_day * outcome.horizon;
        let most = reach(&shocked).max(reach(&baseline));
        let axis = Axis::past(if most > 0.0 { most } else { demand / 10.0 }, 5);
        Ok(Self {
            shocked: Shortfalls::new(&shocked, axis.end),
            baseline: Shortfalls::new(&baseline, axis.end),
            axis,
            unit: focus.unit.clone(),
            demand,
        })
    }

    /// Whether any trial has a shortfall.
    pub(super) fn any(&self) -> bool {
        self.shocked.most > 0.0 || self.baseline.most > 0.0
    }

    /// Whether no trial was finished.
    pub(super) fn is_empty(&self) -> bool {
        self.shocked.trials == 0
    }

    /// The room for the plot inside the room of its panel.
    pub(super) fn plot(rect: Rect, gutter: f64) -> Rect {
        let Rect {
            left,
            top,
            right,
            bottom,
        } = rect;
        Rect::new(left + gutter, top + ABOVE, right - 24.0, bottom - BELOW)
    }

    /// Draws the horizontal axis: the unit, the share of demand under it,
    /// and what lies beyond.
    pub(super) fn draw_axis(&self, canvas: &Canvas<'_>, panel: Rect, frame: &Frame) -> Drawn {
        frame.ground(canvas)?;
        let Rect {
            left,
            right,
            bottom,
            ..
        } = frame.rect;
        for &tick in &self.axis.ticks {
            let x = frame.x(tick);
            canvas.line(&[(x, bottom), (x, bottom + 8.0)], Stroke::solid(RULE, 2.0))?;
        }
        self.draw_scales(canvas, frame)?;
        let middle = (left + right) / 2.0;
        let caption = CAPTION.fit(&self.caption(), right - left + 90.0);
        canvas.text(
            &caption,
            (middle, bottom + 3.0 * ROW),
            CAPTION,
            Align::Centre,
        )?;
        let note = CAPTION.fit(&self.beyond(), panel.width());
        let middle = middle.min(panel.right - CAPTION.width(&note) / 2.0);
        canvas.text(&note, (middle, bottom + 4.0 * ROW), CAPTION, Align::Centre)
    }

    /// Labels in units, and under them as shares of demand.
    fn draw_scales(&self, canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
        let places = self.axis.ticks.iter().map(|&tick| (frame.x(tick), tick));
        let amounts: Vec<_> = places
            .clone()
            .map(|(x, tick)| (x, self.axis.label(tick)))
            .collect();
        let share = |(x, tick)| Some((x, self.share_of_demand(tick)?));
        let shares: Vec<_> = places.filter_map(share).collect();
        ticks(canvas, &amounts, frame.rect.bottom + ROW, TICK)?;
        ticks(canvas, &shares, frame.rect.bottom + 2.0 * ROW, CAPTION)
    }

    fn caption(&self) -> String {
        let unit = self.axis.unit(&self.unit);
        let share = if self.demand > 0.0 {
            "; share of demand"
        } else {
            ""
        };
        format!("{unit} short{share}")
    }

    fn share_of_demand(&self, volume: f64) -> Option<String> {
        let share = volume / self.demand;
        (self.demand > 0.0 && share.is_finite()).then(|| relative(share))
    }

    fn beyond(&self) -> String {
        let end = self.axis.end;
        let share = self.shocked.share_beyond();
        let most = self.shocked.most.max(self.baseline.most);
        if most <= end {
            return String::new();
        }
        let most = quantity(most, &self.unit);
        if share > 0.0 {
            format!("{} of trials lie beyond, up to {most}", percent(share))
        } else {
            format!("baseline trials lie beyond, up to {most}")
        }
    }

    /// Draws lines at P90 and CVaR95 of the shocked variant, and names them
    /// over the plot.
    pub(super) fn draw_flags(&self, canvas: &Canvas<'_>, panel: Rect, frame: &Frame) -> Drawn {
        for (row, flag) in self.flags().iter().enumerate() {
            let text = NOTE.fit(&flag.text, panel.width() - SWATCH - 10.0);
            let middle = panel.top + (row as f64 + 0.3) * ROW;
            Key::line(&text, flag.stroke).draw(canvas, panel.left, middle)?;
            let x = frame.x(flag.at);
            if flag.at > 0.0 {
                canvas.line(&[(x, frame.rect.top), (x, frame.rect.bottom)], flag.stroke)?;
            }
        }
        Ok(())
    }

    fn flags(&self) -> Vec<Flag> {
        let Shortfalls { p90, worst, .. } = self.shocked;
        let unit = &self.unit;
        if worst <= 0.0 || self.shocked.trials < 2 {
            return Vec::new();
        }
        let p90_text = if p90 > 0.0 {
            format!("1 trial in 10 reaches {} (P90)", quantity(p90, unit))
        } else {
            "fewer than 1 trial in 10 is short (P90 = 0)".to_owned()
        };
        let worst_text = format!("worst 5\u{a0}% average {} (CVaR95)", quantity(worst, unit));
        vec![
            Flag {
                at: p90,
                text: p90_text,
                stroke: Stroke::dashed(INK, 2.5, 14.0),
            },
            Flag {
                at: worst,
                text: worst_text,
                stroke: Stroke::dashed(INK, 2.5, 5.0),
            },
        ]
    }
}

/// How far an axis must reach to show a column: to its largest value, unless
/// a few trials lie far out.
fn reach(column: &Column) -> f64 {
    let most = column.most();
    let bulk = (1.25 * column.quantile_above_zero(0.99)).max(1.1 * column.tail_mean(0.95));
    if most > 1.3 * bulk { bulk } else { most }
}

/// What the trials that do not count as short are called.
pub(super) fn not_short(short_above: f64) -> String {
    if short_above < 5e-4 {
        return "none".to_owned();
    }
    format!("none or under {}", figures(short_above * 100.0) + "\u{a0}%")
}
