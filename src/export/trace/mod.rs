//! One trial told event by event, as a dated log or as CSV.
//!
//! The engine's journal holds indices and numbers. Here they become [`Row`]s
//! with names, units and a sentence: every entry, or the story of the foci, in
//! which what happens a hundred times is summed up month by month.

mod csv_rows;
mod log;
mod months;
mod results;
mod story;
mod words;

use crate::engine::{Journal, Model, Record, Variant};
use crate::scenario::Scenario;
use crate::units::{Date, Tick};

pub use csv_rows::trace_csv;
pub use log::trace_log;
use story::Story;
use words::Words;

/// A trial and what it left behind.
#[derive(Clone, Copy, Debug)]
pub struct Traced<'a> {
    /// The scenario as it was written.
    pub scenario: &'a Scenario,
    /// The same, compiled.
    pub model: &'a Model,
    /// Master seed.
    pub seed: u64,
    /// Index of the trial.
    pub trial: u64,
    /// Which policies it had.
    pub variant: Variant,
    /// The numbers drawn, in the order of the network's parameters.
    pub drawn: &'a [f64],
    /// What happened.
    pub journal: &'a Journal,
    /// Its record; `None` if it failed.
    pub record: Option<&'a Record>,
    /// The record of the other variant of the same trial, if that finished.
    pub other: Option<&'a Record>,
}

/// What of a trial to tell.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Every event of every country, rather than the story of the foci.
    pub all: bool,
    /// Only these foci, by their place in the scenario; all if empty.
    pub focus: Vec<usize>,
    /// Only what names these countries, by index, or none; all if empty.
    pub countries: Vec<usize>,
    /// From this day on.
    pub from: Option<Date>,
    /// Up to and with this day.
    pub to: Option<Date>,
}

/// One thing told.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    at: Tick,
    /// What sort of thing: a word of the CSV's column `kind`.
    kind: &'static str,
    subject: String,
    market: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
    policy: Option<usize>,
    volume: Option<f64>,
    /// A number that is no volume, and its unit.
    value: Option<(f64, String)>,
    /// Commercial stock \[days of use\].
    cover: Option<f64>,
    text: String,
}

/// What is told, in order of time.
fn rows(traced: &Traced<'_>, detail: &Detail) -> Vec<Row> {
    let words = Words::new(traced);
    let mut rows = results::draws(traced);
    rows.extend(words.announcements());
    let entries = traced.journal.entries();
    if detail.all {
        rows.extend(entries.iter().map(|(at, entry)| words.row(*at, entry)));
    } else {
        rows.extend(Story::new(traced, detail).tell(entries));
    }
    rows.extend(results::results(traced, &words));
    rows.sort_by_key(|row| row.at);
    rows.retain(|row| detail.shows(row, traced));
    rows
}

impl Detail {
    fn follows(&self, focus: usize) -> bool {
        self.focus.is_empty() || self.focus.contains(&focus)
    }

    fn shows(&self, row: &Row, traced: &Traced<'_>) -> bool {
        let n = &traced.model.network;
        let date = n.calendar.date_of(row.at);
        let of_focus = |f: &usize| {
            let buyer = &n.buyers[n.focus[*f] as usize];
            row.market == Some(buyer.market) && row.to == Some(buyer.country)
        };
        let at_a_buyer = row.market.is_some() && row.to.is_some();
        let nowhere = row.from.is_none() && row.to.is_none();
        let names = |c: &usize| row.from == Some(*c) || row.to == Some(*c);
        self.from.is_none_or(|first| date >= first)
            && self.to.is_none_or(|last| date <= last)
            && (self.focus.is_empty() || !at_a_buyer || self.focus.iter().any(of_focus))
            && (self.countries.is_empty() || nowhere || self.countries.iter().any(names))
    }
}
