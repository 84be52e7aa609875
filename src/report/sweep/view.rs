//! A response of a focus at every point, in the unit in which it is told.

use super::super::number::{days, percent, quantity, relative};
use super::influence::Influence;
use super::scale::extremes;
use super::track::Track;
use crate::study::sweep::{Response, Shown, Statistic, SweepFocus, SweepOutcome};
use crate::study::{Metric, Side};

/// What is drawn and said of a response of a focus.
pub(super) struct View<'o> {
    /// All that was found.
    pub(super) outcome: &'o SweepOutcome,
    /// Of which commodity and country.
    pub(super) focus: &'o SweepFocus,
    /// Which response.
    pub(super) response: Response,
    /// What is varied.
    pub(super) tracks: &'o [Track<'o>],
    /// The unit in which it is told.
    pub(super) unit: Unit,
    /// What was found at each point, in that unit; none where a point failed.
    pub(super) shown: Vec<Option<Shown>>,
    /// What moves it.
    pub(super) influence: Influence,
}

/// What a response comes to at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answer {
    /// A number.
    Known(f64),
    /// What is timed never happens.
    Never,
    /// There was nothing to compute it from.
    Unknown,
    /// The point failed.
    Failed,
}

impl<'o> View<'o> {
    /// A response of a focus, by their places.
    pub(super) fn new(
        outcome: &'o SweepOutcome,
        tracks: &'o [Track<'o>],
        (focus, response): (usize, usize),
    ) -> Option<Self> {
        let place = focus * outcome.outline.responses.len() + response;
        let (focus, response) = (
            outcome.outline.focus.get(focus)?,
            *outcome.outline.responses.get(response)?,
        );
        let unit = Unit::of(focus, response);
        let points = outcome.points.iter();
        let shown = points.map(|point| {
            let shown = point.found.as_ref().ok()?.shown.get(place)?;
            Some(unit.scaled(shown))
        });
        let shown: Vec<_> = shown.collect();
        let known = shown.iter().map(|shown| known(shown.as_ref()));
        let influence = Influence::new(outcome, tracks, &known.collect::<Vec<_>>());
        Some(Self {
            outcome,
            focus,
            response,
            tracks,
            unit,
            shown,
            influence,
        })
    }

    /// What it comes to at a point.
    pub(super) fn answer(&self, point: usize) -> Answer {
        let timed = self.response.metric == Metric::TimeToSurvive
            && self.response.side != Side::Difference
            && self.response.statistic != Statistic::Any;
        match self.shown.get(point).and_then(Option::as_ref) {
            None => Answer::Failed,
            Some(shown) if shown.at.value.is_finite() => Answer::Known(shown.at.value),
            // The mean is over trials ever short: with none, there is no such day.
            Some(_) if timed => Answer::Never,
            Some(_) => Answer::Unknown,
        }
    }

    /// What it comes to at a point, if that is a number.
    pub(super) fn known(&self, point: usize) -> Option<f64> {
        known(self.shown.get(point).and_then(Option::as_ref))
    }

    /// Its numbers at all points.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        (0..self.shown.len()).filter_map(|point| self.known(point))
    }

    /// The points with numbers, the least first.
    pub(super) fn ranked(&self) -> Vec<usize> {
        let points = (0..self.shown.len()).filter(|&point| self.known(point).is_some());
        let mut points: Vec<usize> = points.collect();
        let value = |point: &usize| self.known(*point).unwrap_or(0.0);
        points.sort_by(|a, b| value(a).total_cmp(&value(b)));
        points
    }

    /// The largest standard error of a point, if any is known.
    pub(super) fn largest_error(&self) -> Option<f64> {
        let errors = self.shown.iter().flatten().map(|shown| shown.at.se);
        let most = extremes(errors.filter(|se| *se >= 0.0)).1;
        (most > 0.0).then_some(most)
    }

    /// All tracks, those that move it most first.
    pub(super) fn by_influence(&self) -> Vec<&'o Track<'o>> {
        let known = self.influence.order();
        let rest = (0..self.tracks.len()).filter(|at| !known.contains(at));
        let order = known.iter().copied().chain(rest);
        order.filter_map(|at| self.tracks.get(at)).collect()
    }

    /// The same without those that are known not to move it at all, unless none
    /// does.
    pub(super) fn moving(&self) -> Vec<&'o Track<'o>> {
        let mut order = self.by_influence();
        let idle = self.influence.idle();
        if idle.len() < order.len() {
            let is_idle = |track: &Track<'_>| {
                let at = self.tracks.iter().position(|own| own.index == track.index);
                at.is_some_and(|at| idle.contains(&at))
            };
            order.retain(|track| !is_idle(track));
        }
        order
    }
}

fn known(shown: Option<&Shown>) -> Option<f64> {
    shown.map(|shown| shown.at.value).filter(|v| v.is_finite())
}

/// The unit in which a response is told.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Its name at an axis.
    pub(super) name: String,
    /// What values are multiplied by.
    times: f64,
    said: Said,
    /// What a share is a share of, to be said behind it; empty for the rest.
    pub(super) of: &'static str,
}

/// How a value is said in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Share,
    Chance,
    Days,
    Amount,
}

impl Unit {
    fn of(focus: &SweepFocus, response: Response) -> Self {
        let metric = response.metric;
        let percent = |of: &'static str, said| Self {
            name: format!("%{of}"),
            times: 100.0,
            said,
            of,
        };
        let plain = |name: &str, times, said| Self {
            name: name.to_owned(),
            times,
            said,
            of: "",
        };
        if response.statistic == Statistic::Any {
            return percent(" of trials", Said::Chance);
        }
        match metric {
            Metric::ShortfallShare => percent(" of demand", Said::Share),
            Metric::PeakRate => percent(" of the month's demand", Said::Share),
            Metric::ShortfallDays | Metric::MinimumCover => plain("days of use", 1.0, Said::Days),
            Metric::TimeToSurvive | Metric::TimeToRecover => plain("days", 1.0, Said::Days),
            Metric::PricePaid | Metric::PriceSpot => {
                let unit = &focus.price_unit;
                plain(&unit.name, unit.times, Said::Amount)
            }
            _ => plain(&metric.unit(&focus.unit), 1.0, Said::Amount),
        }
    }

    fn scaled(&self, shown: &Shown) -> Shown {
        let mut scaled = shown.without_rounding();
        scaled.at.value *= self.times;
        scaled.at.se *= self.times;
        // A share of trials is not in the unit of what is spread over them.
        let times = if self.said == Said::Chance {
            f64::NAN
        } else {
            self.times
        };
        scaled.p05 *= times;
        scaled.p50 *= times;
        scaled.p95 *= times;
        scaled
    }

    /// A value in words, to a few figures: `9.3 %`, `1,380 t`.
    pub(super) fn say(&self, value: f64) -> String {
        match self.said {
            Said::Share => relative(value / 100.0),
            Said::Chance => percent(value / 100.0),
            Said::Days => days(value),
            Said::Amount => quantity(value, &self.name),
        }
    }

    /// The same with no more decimals than a value of another size has, but two
    /// figures.
    pub(super) fn say_beside(&self, value: f64, size: f64) -> String {
        let power = |value: f64| libm::floor(libm::log10(value.abs())) as i32;
        let power = power(size)
            .saturating_sub(2)
            .min(power(value).saturating_sub(1));
        let step = 10f64.powi(power);
        let rounded = (value / step).round() * step;
        match self.said {
            // What is no number after this is none before.
            Said::Amount if rounded.is_finite() => self.say(rounded),
            _ => self.say(value),
        }
    }

    /// A difference or an error in words: `0.4 %`.
    pub(super) fn say_size(&self, value: f64) -> String {
        match self.said {
            Said::Share | Said::Chance => relative(value / 100.0),
            Said::Days => days(two_figures(value)),
            Said::Amount => quantity(two_figures(value), &self.name),
        }
    }
}

/// Rounded to two significant figures.
fn two_figures(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let power = 10f64.powi(1 - libm::floor(libm::log10(value.abs())) as i32);
    let rounded = (value * power).round() / power;
    if rounded.is_finite() { rounded } else { value }
}
