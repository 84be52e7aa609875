//! The axis of months.

use super::Drawn;
use super::canvas::{Align, Canvas, Stroke};
use super::panel::{Frame, ROW};
use super::theme::{CAPTION, RULE, TICK};
use crate::study::Outcome;
use crate::units::Date;

/// Months between labels, from dense to sparse.
const STEPS: [usize; 7] = [1, 3, 6, 12, 24, 60, 120];
/// Least distance between labels.
const APART: f64 = 72.0;
/// Months that get a tick each, at most.
const MINOR: usize = 60;

/// Month bins in days since the start.
pub(super) struct Timeline {
    months: Vec<Date>,
    /// Where bins begin, and where the last one ends [days].
    pub(super) edges: Vec<f64>,
}

impl Timeline {
    /// The bins of a study.
    pub(super) fn new(outcome: &Outcome) -> Self {
        let months = outcome.months.clone();
        let since =
            |month: &Date| f64::from(month.since(outcome.start).map_or(0, |span| span.get_days()));
        let mut edges: Vec<f64> = months.iter().map(since).collect();
        let last = edges.last().copied().unwrap_or(0.0);
        let horizon = if outcome.horizon.is_finite() {
            outcome.horizon
        } else {
            last
        };
        edges.push(horizon.max(last + 1.0));
        Self { months, edges }
    }

    /// Whole months, one after the other; nothing if there is none.
    pub(super) fn of_months(months: &[Date]) -> Option<Self> {
        let (first, last) = (*months.first()?, *months.last()?);
        let end = last.last_of_month().tomorrow().ok()?;
        let since = |day: Date| f64::from(day.since(first).map_or(0, |span| span.get_days()));
        let ends = months.iter().copied().chain([end]);
        Some(Self {
            months: months.to_vec(),
            edges: ends.map(since).collect(),
        })
    }

    /// End of the last bin [days].
    pub(super) fn end(&self) -> f64 {
        self.edges.last().copied().unwrap_or(1.0)
    }

    /// Name of the month of a bin: `May 2025`.
    pub(super) fn name(&self, bin: usize) -> String {
        let month = self.months.get(bin);
        month.map_or_else(String::new, |month| {
            month.strftime("%B\u{a0}%Y").to_string()
        })
    }

    /// Draws a tick at the beginning of some months, each with the month's
    /// name, and the year where it changes.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
        frame.ground(canvas)?;
        let bottom = frame.rect.bottom;
        for &edge in self.minor() {
            let x = frame.x(edge);
            canvas.line(&[(x, bottom), (x, bottom + 5.0)], Stroke::solid(RULE, 1.5))?;
        }
        let step = self.step(frame);
        let mut year = None;
        for bin in self.labelled(frame, step) {
            let (month, x) = (self.months[bin], frame.x(self.edges[bin]));
            canvas.line(&[(x, bottom), (x, bottom + 10.0)], Stroke::solid(RULE, 2.0))?;
            if step < 12 {
                let name = month.strftime("%b").to_string();
                canvas.text(&name, (x, bottom + ROW), TICK, Align::Centre)?;
            }
            if year.replace(month.year()) != Some(month.year()) {
                let row = if step < 12 { 2.0 } else { 1.0 };
                let text = month.year().to_string();
                canvas.text(&text, (x, bottom + row * ROW), CAPTION, Align::Centre)?;
            }
        }
        Ok(())
    }

    /// Where months without a label get a tick: nowhere if they are too many.
    fn minor(&self) -> &[f64] {
        let months = self.months.len();
        if months > MINOR {
            &[]
        } else {
            &self.edges[..months]
        }
    }

    /// The smallest round number of months whose labels do not touch.
    fn step(&self, frame: &Frame) -> usize {
        let month = frame.rect.width() / self.months.len().max(1) as f64;
        STEPS
            .into_iter()
            .find(|&step| month * step as f64 >= APART)
            .unwrap_or(120)
    }

    /// The bins to label: every `step` months of the calendar, and the first
    /// if there is room before the next.
    fn labelled(&self, frame: &Frame, step: usize) -> Vec<usize> {
        let round = |date: &Date| {
            let months = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
            date.day() == 1 && (months.unsigned_abs() as usize).is_multiple_of(step)
        };
        let mut bins: Vec<usize> = (0..self.months.len())
            .filter(|&bin| round(&self.months[bin]))
            .collect();
        let next = bins
            .first()
            .map_or(f64::INFINITY, |&bin| frame.x(self.edges[bin]));
        if !self.months.is_empty() && next - frame.rect.left >= APART {
            bins.insert(0, 0);
        }
        bins
    }
}
