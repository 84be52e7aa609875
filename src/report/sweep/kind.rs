//! Which charts show a sweep.

use super::super::Drawn;
use super::super::canvas::{Canvas, Rect};
use super::super::card::Extent;
use super::heat;
use super::track::Track;
use super::view::View;
use crate::scenario::sweep::Design;

/// A chart of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Colours over two factors.
    Heat,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 1] = [Self::Heat];

    /// Its name in files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Heat => "heat",
        }
    }

    /// The charts of a design, the one that says most first.
    pub(super) fn of(_design: Design, tracks: &[Track<'_>]) -> Vec<Self> {
        match tracks.len() {
            2.. => vec![Self::Heat],
            _ => Vec::new(),
        }
    }

    pub(super) fn extent(self, _view: &View<'_>) -> Extent {
        Extent::USUAL
    }

    /// Draws its legend and its plot.
    pub(super) fn draw(self, canvas: &Canvas<'_>, rect: Rect, view: &View<'_>) -> Drawn {
        match self {
            Self::Heat => heat::draw(canvas, rect, view),
        }
    }

    /// What it shows, in words.
    pub(super) fn caption(self, view: &View<'_>) -> String {
        super::words::finding(view)
    }
}
