//! How likely a shortfall larger than any given size is, at one point beside
//! the other.

use super::super::Drawn;
use super::super::axis::Axis;
use super::super::canvas::{Align, Canvas, Rect, Stroke};
use super::super::panel::{Frame, Key, ROW, legend, shocked_line, ticks};
use super::super::theme::{BASELINE, CAPTION, CELL, GRID, HEAD, NOTE, RULE};
use super::heat;
use super::scale::extremes;
use super::track::Track;
use super::view::{Answer, View};
use super::words;
use crate::stats::Point;
use crate::study::sweep::{PointCurves, Response, Statistic, Tails};
use crate::study::{Metric, Side};

/// Panels at most, side by side and in all.
const ABREAST: usize = 4;
const MOST: usize = 12;
/// A share of trials that need not be on the axis.
const RARE: f64 = 0.005;
/// White space between panels: across, besides what labels need, and down.
const GAPS: (f64, f64) = (18.0, 22.0);

/// Which points are shown, and how many side by side.
pub(super) struct Choice {
    /// Points that did not fail, in the order of panels.
    pub(super) points: Vec<usize>,
    /// Panels side by side, if they are a part of a table.
    pub(super) columns: Option<usize>,
}

impl Choice {
    /// Spread evenly over the levels of one factor, over the table of two, or
    /// else over the ranks of the response.
    pub(super) fn new(view: &View<'_>) -> Self {
        let finished = |point: &usize| view.answer(*point) != Answer::Failed;
        let all: Vec<usize> = (0..view.shown.len()).filter(finished).collect();
        match view.tracks {
            [track] => {
                let mut points = all;
                points.sort_by_key(|&point| track.of[point]);
                Self::listed(spread(&points, MOST))
            }
            [_, _] if all.len() > MOST => Self::of_table(view, &all),
            [_, _] | [] => Self::listed(spread(&all, MOST)),
            _ => {
                let mut points = view.ranked();
                let unranked = all.iter().filter(|&&point| view.known(point).is_none());
                points.extend(unranked);
                Self::listed(spread(&points, MOST))
            }
        }
    }

    fn listed(points: Vec<usize>) -> Self {
        Self {
            points,
            columns: None,
        }
    }

    /// The corners of a table and what lies evenly between them, as far as
    /// there are such points; if they are few, evenly by rank.
    fn of_table(view: &View<'_>, all: &[usize]) -> Self {
        let Some((across, up)) = heat::axes(view) else {
            return Self::listed(spread(all, MOST));
        };
        let levels = |track: &Track<'_>, most| {
            let levels: Vec<usize> = (0..track.count()).collect();
            spread(&levels, most)
        };
        let (columns, mut rows) = (levels(across, ABREAST), levels(up, MOST / ABREAST));
        if up.is_ranked() {
            rows.reverse();
        }
        let cells = rows
            .iter()
            .flat_map(|row| columns.iter().map(move |column| (*column, *row)));
        let at = |cell: (usize, usize)| {
            let mut points = all.iter().copied();
            points.find(|&point| (across.of[point], up.of[point]) == cell)
        };
        let points: Vec<usize> = cells.filter_map(at).collect();
        if points.len() == columns.len() * rows.len() {
            return Self {
                points,
                columns: Some(columns.len()),
            };
        }
        match points.len() {
            0..6 => Self::listed(spread(&view.ranked(), MOST)),
            _ => Self::listed(points),
        }
    }
}

/// So many of a list, first and last among them, evenly spaced.
fn spread(list: &[usize], most: usize) -> Vec<usize> {
    if list.len() <= most {
        return list.to_vec();
    }
    let last = (list.len() - 1) as f64;
    let place = |i: usize| (i as f64 / (most - 1) as f64 * last).round() as usize;
    (0..most)
        .filter_map(|i| list.get(place(i)).copied())
        .collect()
}

/// The curves of a focus at the points that are shown.
pub(super) struct Chances<'v, 'o> {
    view: &'v View<'o>,
    panels: Vec<(usize, &'v Tails)>,
    columns: usize,
    across: Axis,
    up: Axis,
}

impl<'v, 'o> Chances<'v, 'o> {
    /// The curves of a focus, by its place, of at most so many points.
    pub(super) fn new(
        view: &'v View<'o>,
        choice: &Choice,
        (curves, focus): (&'v [PointCurves], usize),
        (most, abreast): (usize, usize),
    ) -> Self {
        let points = spread(&choice.points, most);
        let whole = points.len() == choice.points.len();
        let panel = |&point: &usize| {
            let curves = curves.iter().find(|curves| curves.point == point)?;
            Some((point, curves.focus.get(focus)?))
        };
        let panels: Vec<_> = points.iter().filter_map(panel).collect();
        let columns = choice.columns.filter(|_| whole).unwrap_or(abreast);
        let tails = panels
            .iter()
            .flat_map(|(_, tails)| [&tails.shocked, &tails.baseline]);
        let tails: Vec<&Vec<Point>> = tails.collect();
        let reach = extremes(tails.iter().map(|curve| reach(curve))).1;
        let most = extremes(tails.iter().map(|curve| at_zero(curve))).1;
        Self {
            view,
            columns: balanced(panels.len(), columns),
            panels,
            across: Axis::to(if reach > 0.0 { reach * 100.0 } else { 10.0 }, 4),
            up: Axis::to(if most > 0.0 { most * 100.0 } else { 100.0 }, 4),
        }
    }

    /// Rows of panels.
    pub(super) fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns)
    }

    /// Points shown.
    pub(super) fn count(&self) -> usize {
        self.panels.len()
    }

    /// Draws the panels with one legend and one scale.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, rect: Rect) -> Drawn {
        let keys = [
            Key::line("with the shocks", shocked_line()),
            Key::line("baseline", baseline()),
        ];
        let room = legend(canvas, rect, &keys)?;
        if self.panels.is_empty() {
            let frame = self.frame(room);
            return frame.remark(canvas, "no point could be finished");
        }
        let caption = "share of trials with a larger shortfall";
        let at = (room.left, room.top + 0.7 * ROW);
        canvas.text(caption, at, CAPTION, Align::Left)?;
        let caption = self.across.unit("% of demand") + " short";
        let at = ((room.left + room.right) / 2.0, room.bottom - 8.0);
        canvas.text(&caption, at, CAPTION, Align::Centre)?;
        let grid = Rect {
            left: room.left + self.gutter(),
            top: room.top + 1.4 * ROW,
            bottom: room.bottom - ROW,
            right: room.right - 16.0,
        };
        let rows = grid.rows(self.rows(), GAPS.1);
        let gap = self.gap();
        let heads = self.heads((grid.width() + gap) / self.columns as f64 - gap);
        let lines = heads.iter().map(Vec::len).max().unwrap_or(0);
        let cells = rows.flat_map(|row| row.columns(self.columns, gap));
        for (i, (cell, head)) in cells.zip(&heads).enumerate() {
            self.draw_panel(canvas, cell, (i, lines), head)?;
        }
        Ok(())
    }

    fn frame(&self, rect: Rect) -> Frame {
        Frame {
            rect,
            x_end: self.across.end,
            y_end: self.up.end,
        }
    }

    fn gutter(&self) -> f64 {
        let labels = self.up.ticks.iter().map(|&tick| self.label_up(tick));
        labels.map(|label| CELL.width(&label)).fold(0.0, f64::max) + 12.0
    }

    /// From panel to panel, so that the numbers at their ends stay apart.
    fn gap(&self) -> f64 {
        let ends = [self.across.ticks.first(), self.across.ticks.last()];
        let widths = ends
            .into_iter()
            .flatten()
            .map(|&t| CELL.width(&self.across.label(t)));
        GAPS.0 + widths.sum::<f64>() / 2.0
    }

    fn label_up(&self, tick: f64) -> String {
        format!("{}\u{a0}%", self.up.label(tick))
    }

    /// What heads each panel: its levels, and what the response comes to.
    fn heads(&self, width: f64) -> Vec<Vec<String>> {
        let head = |&(point, _): &(usize, &Tails)| {
            let mut lines = words::levels_in_lines(self.view, point, (HEAD, width));
            lines.extend(self.value(point).map(|value| CELL.fit(&value, width)));
            lines
        };
        self.panels.iter().map(head).collect()
    }

    /// Whether the response is of what the curves show.
    fn is_of_shortfall(&self) -> bool {
        let Response { metric, side, .. } = self.view.response;
        metric == Metric::ShortfallShare && side == Side::Shocked
    }

    /// The response at a point, if it is of what the curves show.
    fn value(&self, point: usize) -> Option<String> {
        if !self.is_of_shortfall() {
            return None;
        }
        let value = match self.view.answer(point) {
            Answer::Known(value) => self.view.unit.say(value),
            Answer::Never => "never".to_owned(),
            Answer::Unknown | Answer::Failed => return None,
        };
        let statistic = match self.view.response.statistic {
            Statistic::Mean => "mean",
            Statistic::Any => "chance",
            Statistic::P50 => "median",
            Statistic::P90 => "P90",
            Statistic::P95 => "P95",
            Statistic::CvarP95 => "CVaR95",
        };
        Some(format!("{statistic}\u{a0}{value}"))
    }

    fn draw_panel(
        &self,
        canvas: &Canvas<'_>,
        cell: Rect,
        (number, lines): (usize, usize),
        head: &[String],
    ) -> Drawn {
        // Short heads stand right over their panel.
        let skipped = lines - head.len();
        for (row, line) in head.iter().enumerate() {
            let baseline = cell.top + (skipped + row) as f64 * HEAD.leading() + HEAD.size * 0.8;
            let is_value = self.is_of_shortfall() && row + 1 == head.len();
            let face = if is_value { CELL } else { HEAD };
            canvas.text(line, (cell.left, baseline), face, Align::Left)?;
        }
        let frame = self.frame(Rect {
            top: cell.top + lines as f64 * HEAD.leading() + 10.0,
            bottom: cell.bottom - ROW,
            ..cell
        });
        self.draw_axes(canvas, &frame, number.is_multiple_of(self.columns))?;
        if let Some((_, tails)) = self.panels.get(number) {
            curve(canvas, &frame, &tails.shocked, shocked_line())?;
            curve(canvas, &frame, &tails.baseline, baseline())?;
        }
        Ok(())
    }

    fn draw_axes(&self, canvas: &Canvas<'_>, frame: &Frame, first: bool) -> Drawn {
        let Rect {
            left,
            right,
            bottom,
            ..
        } = frame.rect;
        for &tick in &self.up.ticks {
            let y = frame.y(tick);
            canvas.line(&[(left, y), (right, y)], Stroke::solid(GRID, 1.0))?;
            if first {
                let at = (left - 10.0, y + CELL.drop());
                canvas.text(&self.label_up(tick), at, CELL, Align::Right)?;
            }
        }
        frame.ground(canvas)?;
        for &tick in &self.across.ticks {
            let x = frame.x(tick);
            canvas.line(&[(x, bottom), (x, bottom + 5.0)], Stroke::solid(RULE, 2.0))?;
        }
        let labels = self.across.ticks.iter();
        let labels: Vec<_> = labels
            .map(|&t| (frame.x(t), self.across.label(t)))
            .collect();
        ticks(canvas, &labels, bottom + NOTE.size, CELL)
    }
}

/// Panels side by side, at most so many, in rows of even length.
fn balanced(panels: usize, most: usize) -> usize {
    let rows = panels.div_ceil(most.max(1)).max(1);
    panels.div_ceil(rows).max(1)
}

/// How far a curve goes but for a few trials [share of demand].
fn reach(curve: &[Point]) -> f64 {
    let mut rare = curve.iter().filter(|point| point.exceeded < RARE);
    let end = rare.next().or(curve.last());
    end.map_or(0.0, |point| point.x)
}

/// The share of trials with any shortfall.
fn at_zero(curve: &[Point]) -> f64 {
    match curve.first() {
        Some(first) if first.x > 0.0 => 1.0,
        Some(first) => first.exceeded,
        None => 0.0,
    }
}

/// The line of the baseline, over that with the shocks, where they are one.
fn baseline() -> Stroke {
    Stroke::dashed(BASELINE, 3.0, 8.0)
}

/// A descending staircase, cut off at the end of the axis.
fn curve(canvas: &Canvas<'_>, frame: &Frame, curve: &[Point], stroke: Stroke) -> Drawn {
    let mut share = at_zero(curve) * 100.0;
    let mut points = vec![frame.at((0.0, share))];
    for point in curve {
        let x = point.x * 100.0;
        points.push(frame.at((x, share)));
        if x > frame.x_end {
            break;
        }
        share = point.exceeded * 100.0;
        points.push(frame.at((x, share)));
    }
    match curve.is_empty() {
        true => Ok(()),
        false => canvas.line(&points, stroke),
    }
}
