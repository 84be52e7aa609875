//! When shocks are at work: bars over a plot and shading behind it.

use super::Drawn;
use super::canvas::{Align, Canvas, Rect};
use super::number::count;
use super::panel::{Frame, Key, ROW};
use super::theme::{CAPTION, NOTE, POLICY};
use crate::study::{Outcome, PolicyActivity, Step};

/// Policies named, where there are more than one more.
const MOST: usize = 4;
/// Height of a row, and of the bar at its foot.
const PITCH: f64 = 44.0;
const THICK: f64 = 8.0;
/// Opacity of a bar where a policy is at work in every trial.
const BAR: f64 = 0.85;
/// The least part of these that is seen.
const FAINT: f64 = 0.15;
/// Opacity of the shading where a policy is at work in every trial.
const SHADE: f64 = 0.13;

/// The shocks that are ever at work, in the order of the scenario.
pub(super) struct Shocks<'o> {
    shown: Vec<&'o PolicyActivity>,
    hidden: usize,
    any: Vec<Step>,
}

impl<'o> Shocks<'o> {
    /// Picks the shocks that can strike a focus, those at work the longest.
    pub(super) fn new(outcome: &'o Outcome, focus: usize) -> Self {
        let extent = |policy: &PolicyActivity| extent(policy, outcome.horizon);
        let all = outcome.policies.iter();
        let all: Vec<_> = all
            .filter(|policy| policy.shock && extent(policy) > 0.0)
            .filter(|policy| policy.strikes.get(focus).is_none_or(|strikes| *strikes))
            .collect();
        let mut ranks: Vec<usize> = (0..all.len()).collect();
        ranks.sort_by(|&a, &b| extent(all[b]).total_cmp(&extent(all[a])));
        // A line that says there is one more would take the room of its bar.
        if ranks.len() > MOST + 1 {
            ranks.truncate(MOST);
        }
        ranks.sort_unstable();
        let shown: Vec<_> = ranks.iter().map(|&rank| all[rank]).collect();
        Self {
            hidden: all.len() - shown.len(),
            any: strongest(&shown),
            shown,
        }
    }

    /// Entry of a legend, where there are any.
    pub(super) fn key(&self) -> Option<Key> {
        let any = !self.shown.is_empty();
        any.then(|| Key::block("shock at work (pale: in few trials)", POLICY, BAR))
    }

    /// Height of the rows over a plot.
    pub(super) fn height(&self) -> f64 {
        PITCH * self.shown.len() as f64 + if self.hidden > 0 { ROW } else { 0.0 }
    }

    /// Shades the plot by the largest share of trials in which one of the
    /// shocks is at work.
    pub(super) fn shade(&self, canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
        let span = (frame.rect.top, frame.rect.bottom);
        stripes(canvas, frame, &self.any, span, SHADE)
    }

    /// Draws one row a shock from `top` down: its name over a bar as strong as
    /// the share of trials in which it is at work.
    pub(super) fn rows(&self, canvas: &Canvas<'_>, frame: &Frame, top: f64) -> Drawn {
        for (row, policy) in self.shown.iter().enumerate() {
            let bottom = top + (row + 1) as f64 * PITCH - 6.0;
            let span = (bottom - THICK, bottom);
            stripes(canvas, frame, &policy.active, span, BAR)?;
            let Rect { left, right, .. } = frame.rect;
            let name = NOTE.fit(&policy.title, right - left);
            let first = policy.active.first().map_or(0, |step| step.day);
            let begin = frame.x(f64::from(first));
            let x = begin.min(right - NOTE.width(&name)).max(left);
            canvas.text(&name, (x, span.0 - 7.0), NOTE, Align::Left)?;
        }
        self.rest(canvas, frame.rect.left, top)
    }

    fn rest(&self, canvas: &Canvas<'_>, left: f64, top: f64) -> Drawn {
        if self.hidden == 0 {
            return Ok(());
        }
        let text = format!("and {} more shocks", count(self.hidden as u64));
        let baseline = top + self.shown.len() as f64 * PITCH + 0.5 * ROW + CAPTION.drop();
        canvas.text(&text, (left, baseline), CAPTION, Align::Left)
    }
}

/// Steps with the day each lasts to, the last to the end.
fn spans(steps: &[Step], end: f64) -> impl Iterator<Item = (f64, f64, f64)> {
    let ends = steps.iter().skip(1).map(|step| f64::from(step.day));
    let spans = steps.iter().zip(ends.chain([end]));
    spans.map(|(step, to)| (f64::from(step.day), to, step.share))
}

/// Trial-days at work, in units of all trials.
fn extent(policy: &PolicyActivity, horizon: f64) -> f64 {
    let days = spans(&policy.active, horizon).map(|(from, to, share)| (to - from) * share);
    days.filter(|days| days.is_finite()).sum()
}

/// The largest share of trials in which one of the policies is at work.
fn strongest(policies: &[&PolicyActivity]) -> Vec<Step> {
    let steps = policies.iter().flat_map(|policy| &policy.active);
    let mut days: Vec<u32> = steps.map(|step| step.day).collect();
    days.sort_unstable();
    days.dedup();
    let share = |day| {
        let shares = policies.iter().filter_map(|policy| share_on(policy, day));
        shares.fold(0.0, f64::max)
    };
    let steps = days.into_iter().map(|day| Step {
        day,
        share: share(day),
    });
    steps.collect()
}

/// In what share of trials a policy is at work on a day.
fn share_on(policy: &PolicyActivity, day: u32) -> Option<f64> {
    let known = policy.active.partition_point(|step| step.day <= day);
    Some(policy.active.get(known.checked_sub(1)?)?.share)
}

/// One rectangle a step.
fn stripes(
    canvas: &Canvas<'_>,
    frame: &Frame,
    steps: &[Step],
    (top, bottom): (f64, f64),
    opacity: f64,
) -> Drawn {
    for (from, to, share) in spans(steps, frame.x_end) {
        let rect = Rect::new(frame.x(from), top, frame.x(to), bottom);
        if share > 0.0 {
            canvas.rect(rect, POLICY, opacity * share.clamp(FAINT, 1.0))?;
        }
    }
    Ok(())
}
