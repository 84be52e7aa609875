//! Which charts show a sweep.

use super::super::Drawn;
use super::super::canvas::{Canvas, Rect};
use super::super::caption::capital;
use super::super::card::Extent;
use super::track::Track;
use super::view::View;
use super::{heat, lines, parallel, tornado, words};
use crate::scenario::sweep::Design;
use crate::study::sweep::SweepOutcome;

/// Height of a row of a chart of rows, and how many there is room for.
const ROW: f64 = 62.0;
const THIN_ROW: f64 = 36.0;
const ROWS: usize = 60;
const TABLE: usize = 25;

/// A chart of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Colours over two factors.
    Heat,
    /// The response along one factor.
    Lines,
    /// Bars by factor: which moves the response how far.
    Tornado,
    /// Every point as a line across one axis a factor.
    Parallel,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Heat, Self::Lines, Self::Tornado, Self::Parallel];

    /// Its name in files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Heat => "heat",
            Self::Lines => "lines",
            Self::Tornado => "tornado",
            Self::Parallel => "parallel",
        }
    }

    /// The charts of a sweep, the one that says most first.
    pub(super) fn of(outcome: &SweepOutcome, tracks: &[Track<'_>]) -> Vec<Self> {
        match (outcome.outline.design, tracks) {
            (_, []) => vec![Self::Lines],
            (Design::Morris { .. }, [_]) => vec![Self::Tornado, Self::Lines],
            (_, [_]) => vec![Self::Lines],
            (Design::Morris { .. } | Design::OneAtATime, _) => vec![Self::Tornado, Self::Parallel],
            (Design::Grid, [_, _]) => vec![Self::Heat],
            (_, [across, up]) if heat::is_table(across, up) => vec![Self::Heat],
            (Design::Zip, _) => vec![Self::Lines, Self::Parallel],
            (_, [_, _]) => vec![Self::Heat, Self::Tornado],
            (Design::Grid, _) => vec![Self::Tornado, Self::Parallel, Self::Heat],
            _ => vec![Self::Tornado, Self::Parallel],
        }
    }

    /// How large it is on its own.
    pub(super) fn extent(self, view: &View<'_>) -> Extent {
        let usual = Extent::USUAL;
        match self {
            Self::Heat => {
                let rows = heat::axes(view).map_or(0, |(_, up)| up.count());
                let least = usual.least.max(170.0 + THIN_ROW * rows.min(TABLE) as f64);
                Extent { least, ..usual }
            }
            Self::Lines => {
                let rows = lines::rows(view).min(ROWS) as f64;
                let least = usual.least.max(120.0 + THIN_ROW * rows);
                Extent { least, ..usual }
            }
            Self::Tornado => {
                let rows = view.tracks.len().min(tornado::MOST) as f64;
                let least = usual.least.max(130.0 + ROW * rows);
                Extent { least, ..usual }
            }
            Self::Parallel => {
                let more = parallel::axes(view).len().saturating_sub(5) as f64;
                let size = (usual.size.0 + 180.0 * more, usual.size.1);
                Extent { size, ..usual }
            }
        }
    }

    /// Draws its legend and its plot.
    pub(super) fn draw(self, canvas: &Canvas<'_>, rect: Rect, view: &View<'_>) -> Drawn {
        match self {
            Self::Heat => heat::draw(canvas, rect, view),
            Self::Lines => lines::draw(canvas, rect, view),
            Self::Tornado => tornado::draw(canvas, rect, view),
            Self::Parallel => parallel::draw(canvas, rect, view),
        }
    }

    /// Its title where the focus is known.
    pub(super) fn title(self, view: &View<'_>) -> String {
        let response = capital(&words::title(view.response));
        match self {
            Self::Heat | Self::Lines => response,
            Self::Tornado => format!("{response}: what moves it"),
            Self::Parallel => format!("{response}: point by point"),
        }
    }

    /// Its title on its own.
    pub(super) fn heading(self, view: &View<'_>) -> String {
        let response = words::title(view.response);
        let what = match self {
            Self::Heat | Self::Lines => response,
            Self::Tornado => format!("what moves the {response}"),
            Self::Parallel => format!("{response}, point by point"),
        };
        let focus = view.focus;
        format!("{}, {}: {what}", focus.country_name, focus.commodity_name)
    }

    /// What it shows, in words.
    pub(super) fn caption(self, view: &View<'_>) -> String {
        match (self, self.note(view)) {
            (Self::Tornado, Some(note)) => note,
            (_, Some(note)) => format!("{} {note}", words::finding(view)),
            (_, None) => words::finding(view),
        }
    }

    /// What it shows beside the finding, if anything.
    pub(super) fn note(self, view: &View<'_>) -> Option<String> {
        match self {
            Self::Heat => words::heat(view),
            Self::Lines => words::lines(view),
            Self::Tornado => words::tornado(view),
            Self::Parallel => words::parallel(view),
        }
    }

    /// Its share of the width beside others.
    pub(super) const fn weight(self) -> f64 {
        match self {
            Self::Parallel => 1.4,
            _ => 1.0,
        }
    }
}
