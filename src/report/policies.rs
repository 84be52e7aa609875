//! When shocks are in force: bars over a plot and shading behind it.

use super::Drawn;
use super::canvas::{Align, Canvas, Rect};
use super::number::count;
use super::panel::{Frame, Key, ROW};
use super::theme::{CAPTION, NOTE, POLICY};
use crate::study::{Outcome, PolicyActivity};

/// Policies named at most.
const MOST: usize = 4;
/// Opacity of a bar where a policy is in force in every trial.
const BAR: f64 = 0.45;
/// Opacity of the shading where a policy is in force in every trial.
const SHADE: f64 = 0.13;

/// The shocks that are ever in force, in the order of the scenario.
pub(super) struct Shocks<'o> {
    shown: Vec<&'o PolicyActivity>,
    hidden: usize,
    any: Vec<f64>,
}

impl<'o> Shocks<'o> {
    /// Picks the shocks that can strike a focus, those in force the longest.
    pub(super) fn new(outcome: &'o Outcome, focus: usize) -> Self {
        let all = outcome.policies.iter();
        let all: Vec<_> = all
            .filter(|policy| policy.shock && extent(policy) > 0.0)
            .filter(|policy| policy.strikes.get(focus).is_none_or(|strikes| *strikes))
            .collect();
        let mut ranks: Vec<usize> = (0..all.len()).collect();
        ranks.sort_by(|&a, &b| extent(all[b]).total_cmp(&extent(all[a])));
        ranks.truncate(MOST);
        ranks.sort_unstable();
        let shown: Vec<_> = ranks.iter().map(|&rank| all[rank]).collect();
        let any = (0..outcome.months.len())
            .map(|month| strongest(&shown, month))
            .collect();
        Self {
            hidden: all.len() - shown.len(),
            shown,
            any,
        }
    }

    /// Entry of a legend, where there are any.
    pub(super) fn key(&self) -> Option<Key> {
        let any = !self.shown.is_empty();
        any.then(|| Key::block("shock in force (pale: in few trials)", POLICY, BAR))
    }

    /// Height of the rows over a plot.
    pub(super) fn height(&self) -> f64 {
        ROW * (self.shown.len() + usize::from(self.hidden > 0)) as f64
    }

    /// Shades the plot by the largest share of trials in which one of the
    /// shocks is in force.
    pub(super) fn shade(&self, canvas: &Canvas<'_>, frame: &Frame, edges: &[f64]) -> Drawn {
        stripes(
            canvas,
            frame,
            edges,
            &self.any,
            (frame.rect.top, frame.rect.bottom),
            SHADE,
        )
    }

    /// Draws one row a shock from `top` down: its name on a bar as strong as
    /// the share of trials in which it is in force.
    pub(super) fn rows(
        &self,
        canvas: &Canvas<'_>,
        frame: &Frame,
        edges: &[f64],
        top: f64,
    ) -> Drawn {
        for (row, policy) in self.shown.iter().enumerate() {
            let span = (top + row as f64 * ROW, top + (row + 1) as f64 * ROW - 4.0);
            stripes(canvas, frame, edges, &policy.active, span, BAR)?;
            let first = policy.active.iter().position(|&share| share > 0.0);
            let begin = frame.x(edges.get(first.unwrap_or(0)).copied().unwrap_or(0.0));
            let (name, x, align) = place(&policy.title, begin, frame);
            let baseline = (span.0 + span.1) / 2.0 + NOTE.drop();
            canvas.text(&name, (x, baseline), NOTE, align)?;
        }
        self.rest(canvas, frame.rect.left, top)
    }

    fn rest(&self, canvas: &Canvas<'_>, left: f64, top: f64) -> Drawn {
        if self.hidden == 0 {
            return Ok(());
        }
        let text = match self.hidden {
            1 => "and one more shock".to_owned(),
            n => format!("and {} more shocks", count(n as u64)),
        };
        let baseline = top + (self.shown.len() as f64 + 0.5) * ROW + CAPTION.drop();
        canvas.text(&text, (left + 8.0, baseline), CAPTION, Align::Left)
    }
}

/// Where a name stands: on its bar from where that begins, or before it where it
/// only fits there; shortened where there is most room if it fits nowhere.
fn place(name: &str, begin: f64, frame: &Frame) -> (String, f64, Align) {
    let Rect { left, right, .. } = frame.rect;
    let [before, behind] = [begin - left, right - begin].map(|room| room - 16.0);
    let width = NOTE.width(name);
    if width <= behind || (width > before && behind >= before) {
        (NOTE.fit(name, behind), begin + 8.0, Align::Left)
    } else {
        (NOTE.fit(name, before), begin - 8.0, Align::Right)
    }
}

/// Trial-months in force, in units of all trials.
fn extent(policy: &PolicyActivity) -> f64 {
    policy.active.iter().filter(|share| share.is_finite()).sum()
}

fn strongest(policies: &[&PolicyActivity], month: usize) -> f64 {
    let shares = policies
        .iter()
        .filter_map(|policy| policy.active.get(month));
    shares.copied().fold(0.0, f64::max)
}

/// One rectangle a run of months with the same share.
fn stripes(
    canvas: &Canvas<'_>,
    frame: &Frame,
    edges: &[f64],
    shares: &[f64],
    (top, bottom): (f64, f64),
    opacity: f64,
) -> Drawn {
    let months = edges.len().saturating_sub(1).min(shares.len());
    let mut from = 0;
    for run in shares[..months].chunk_by(|a, b| a.total_cmp(b).is_eq()) {
        let rect = Rect::new(
            frame.x(edges[from]),
            top,
            frame.x(edges[from + run.len()]),
            bottom,
        );
        if run[0] > 0.0 {
            canvas.rect(rect, POLICY, opacity * run[0].min(1.0))?;
        }
        from += run.len();
    }
    Ok(())
}
