//! The charts of a focus: what each is called, says and shows, on the page
//! and on its own.

use super::canvas::{Canvas, Rect};
use super::card::Card;
use super::digest::Digest;
use super::sheet::Sheet;
use super::{Drawn, caption, exceedance, fan, histogram, origins, price};
use crate::study::Outcome;

/// A chart of one focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chart {
    /// How likely a shortfall larger than any given size is.
    Chance,
    /// How often each size of shortfall occurs.
    Size,
    /// Where supply comes from.
    Origins,
    /// The shortfall month by month.
    Months,
    /// The commercial stock month by month.
    Stock,
    /// What prices come to.
    Price,
}

impl Chart {
    /// All charts, in the order of the page.
    pub(super) const ALL: [Self; 6] = [
        Self::Chance,
        Self::Size,
        Self::Origins,
        Self::Months,
        Self::Stock,
        Self::Price,
    ];

    /// Its name in files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Chance => "chance",
            Self::Size => "size",
            Self::Origins => "origins",
            Self::Months => "months",
            Self::Stock => "stock",
            Self::Price => "price",
        }
    }

    /// Its title where the focus is known.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Chance => "Chance of a shortfall larger than …",
            Self::Size => "Size of the shortfall",
            Self::Origins => "Supply a year, by origin",
            Self::Months => "Shortfall, by month",
            Self::Stock => "Commercial stock at the end of each month",
            Self::Price => "Price, averaged over the horizon",
        }
    }

    /// Its title on its own.
    fn heading(self, digest: &Digest<'_>) -> String {
        let (good, country) = (&digest.focus.commodity_name, &digest.country);
        match self {
            Self::Chance => format!("How likely {country} is to run short of {good}"),
            Self::Size => format!("How short of {good} {country} runs"),
            Self::Origins => format!("Where the supply of {good} to {country} comes from"),
            Self::Months => format!("When {country} is short of {good}"),
            Self::Stock => format!("Commercial stock of {good} in {country}"),
            Self::Price => format!("Price of {good} in {country}"),
        }
    }

    /// What it shows, in words.
    pub(super) fn caption(self, digest: &Digest<'_>) -> String {
        if digest.trials() == 0 {
            return "No trial was finished.".to_owned();
        }
        match self {
            Self::Chance => caption::chance(digest),
            Self::Size => caption::size(digest),
            Self::Origins => caption::origins(digest),
            Self::Months => caption::months(digest),
            Self::Stock => caption::stock(digest),
            Self::Price => caption::price(digest),
        }
    }

    /// Draws its legend and its plot.
    pub(super) fn draw(self, canvas: &Canvas<'_>, rect: Rect, digest: &Digest<'_>) -> Drawn {
        match self {
            Self::Chance => exceedance::draw(canvas, rect, &digest.tail),
            Self::Size => histogram::draw(canvas, rect, digest),
            Self::Origins => origins::draw(canvas, rect, digest),
            Self::Months => fan::draw_shortfall(canvas, rect, digest),
            Self::Stock => fan::draw_cover(canvas, rect, digest),
            Self::Price => price::draw(canvas, rect, digest),
        }
    }

    /// The chart as a picture of its own.
    pub(super) fn alone(self, outcome: &Outcome, digest: &Digest<'_>) -> Drawn<Sheet> {
        let card = Card {
            heading: self.heading(digest),
            caption: self.caption(digest),
        };
        card.draw(outcome, |canvas, rect| self.draw(canvas, rect, digest))
    }
}
