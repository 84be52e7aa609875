//! The page of a scenario of several commodities: every focus side by side.

use super::axis::Axis;
use super::bars::{self, Bar, Group};
use super::canvas::{Align, Canvas, Rect, Stroke};
use super::digest::{Digest, Side};
use super::fan;
use super::finding::brief;
use super::market::Market;
use super::number::{change, percent, relative, signed};
use super::page::{footer, header};
use super::panel::{Height, Key, ROW, legend, whisker_key};
use super::paragraph;
use super::sheet::Sheet;
use super::theme::{
    BASELINE_BAR, CAPTION, FINDING, MARGIN, MESSAGE, NOTE, PANEL, RULE, SHOCKED_BAR, STRONG, WIDTH,
};
use super::{Drawn, focus_page};
use crate::study::Outcome;

/// Foci with a row and a small chart of their own.
const MOST: usize = 12;
/// Height of a row of the chart of shares, and of what is around them.
const PITCH: f64 = 92.0;
const AROUND: f64 = 230.0;
/// Width of a column of numbers right of that chart.
const COLUMN: f64 = 190.0;
/// Height of a small chart with its title, and white space between two.
const SMALL: f64 = 440.0;
const BETWEEN: f64 = 56.0;
/// Height of a section's title; lines under it come on top.
const SECTION: f64 = 94.0;

/// The foci on the page.
struct Foci<'d> {
    digests: Vec<&'d Digest<'d>>,
    /// Whether their commodities differ, and so have to be named.
    several: bool,
}

/// Draws the overview of all foci; each has a page of its own.
pub(super) fn draw(outcome: &Outcome, markets: &[Market<'_>]) -> Drawn<Sheet> {
    let mut digests: Vec<&Digest<'_>> = markets.iter().flat_map(|m| &m.foci).copied().collect();
    let footer = footer(outcome, &said_below(&digests));
    digests.truncate(MOST);
    let findings: Vec<String> = digests.iter().map(|digest| brief(digest)).collect();
    let face = if digests.len() > 4 { MESSAGE } else { FINDING };
    let titles = (outcome.title.as_str(), outcome.question.as_deref());
    let header = header(titles, (&findings, face), outcome);
    let several = markets.len() > 1;
    let foci = Foci { digests, several };
    let (shares, months) = foci.heights();
    let words = paragraph::height(&header) + paragraph::height(&footer);
    let size = (WIDTH, words + 80.0 + shares + months);
    let mut sheet = Sheet::new(size, &outcome.title, &findings.join(" "));
    let canvas = Canvas::new(&mut sheet);
    let top = paragraph::draw(&canvas, (MARGIN, 0.0), &header)? + 40.0;
    let rect = |top, height| Rect::new(MARGIN, top, WIDTH - MARGIN, top + height);
    foci.draw_shares(&canvas, rect(top, shares))?;
    foci.draw_months(&canvas, rect(top + shares, months))?;
    paragraph::draw(&canvas, (MARGIN, top + shares + months), &footer)?;
    drop(canvas);
    Ok(sheet)
}

/// What is not on this page, and where more is.
fn said_below(digests: &[&Digest<'_>]) -> Vec<String> {
    let hidden: Vec<String> = digests
        .iter()
        .skip(MOST)
        .map(|digest| digest.name())
        .collect();
    let shown = digests.iter().take(MOST);
    let pages: Vec<String> = shown.map(|digest| focus_page(digest.focus)).collect();
    let mut said = vec![format!("More in {}.", pages.join(", "))];
    if !hidden.is_empty() {
        said.push(format!("Not on this page: {}.", hidden.join("; ")));
    }
    said
}

/// A rule, a title and lines under it; returns the room that is left.
fn section(canvas: &Canvas<'_>, rect: Rect, title: &str, notes: &[String]) -> Drawn<Rect> {
    let Rect {
        left, top, right, ..
    } = rect;
    let ends = [(left, top + 16.0), (right, top + 16.0)];
    canvas.line(&ends, Stroke::solid(RULE, 2.0))?;
    canvas.text(title, (left, top + 66.0), PANEL, Align::Left)?;
    let notes: Vec<String> = notes
        .iter()
        .map(|note| NOTE.fit(note, rect.width()))
        .collect();
    canvas.lines(&notes, (left, top + 106.0), NOTE)?;
    Ok(Rect {
        top: top + SECTION + NOTE.leading() * notes.len() as f64,
        ..rect
    })
}

impl Foci<'_> {
    /// Heights of the two sections.
    fn heights(&self) -> (f64, f64) {
        let count = self.digests.len();
        let rows = count.div_ceil(abreast(count)) as f64;
        (
            SECTION + 2.0 * NOTE.leading() + AROUND + PITCH * count as f64,
            SECTION + NOTE.leading() + ROW + rows * (SMALL + BETWEEN),
        )
    }

    /// Draws every focus on one scale: shortfall as a share of demand, and
    /// beside it how often and how far each is short.
    fn draw_shares(&self, canvas: &Canvas<'_>, rect: Rect) -> Drawn {
        let title = "Shortfall as a share of demand, over the horizon";
        let room = section(canvas, rect, title, &self.notes())?;
        let keys = [
            Key::block("mean, with the shocks", SHOCKED_BAR, 1.0),
            Key::block("mean, baseline", BASELINE_BAR, 1.0),
            whisker_key(),
        ];
        let room = legend(canvas, room, &keys)?;
        let groups: Vec<Group> = self.digests.iter().map(|d| self.group(d)).collect();
        let axis = Axis::to(bars::reach(&groups), 6);
        let chart = Rect {
            right: room.right - COLUMNS.len() as f64 * COLUMN,
            top: room.top + 2.0 * ROW,
            bottom: room.bottom - 20.0,
            ..room
        };
        let caption = format!("{} of demand", axis.unit("%"));
        let middles = bars::draw(canvas, chart, &groups, (&axis, &caption))?;
        for (at, column) in COLUMNS.into_iter().enumerate() {
            let right = chart.right + COLUMN * (at + 1) as f64;
            self.draw_column(canvas, (right, room.top), column, &middles)?;
        }
        Ok(())
    }

    /// What has to be known to read it.
    fn notes(&self) -> [String; 2] {
        let short = match self
            .digests
            .first()
            .map_or(0.0, |digest| digest.short_above)
        {
            least if least > 0.0 => format!(" A trial counts as short above {}.", relative(least)),
            _ => String::new(),
        };
        [
            format!("Use that finds no goods, and use given up because of price.{short}"),
            "In bold with the shocks, under it without; spot price against the reference price."
                .to_owned(),
        ]
    }

    fn group(&self, digest: &Digest<'_>) -> Group {
        let bar = |side: &Side, colour| Bar {
            end: side.share.mean * 100.0,
            colour,
            range: Some(side.share.outer.map(|share| share * 100.0)),
            value: String::new(),
        };
        Group {
            name: digest.focus.country_name.clone(),
            note: self.commodity(digest).to_owned(),
            bars: vec![
                bar(&digest.shocked, SHOCKED_BAR),
                bar(&digest.baseline, BASELINE_BAR),
            ],
        }
    }

    /// The name of the commodity, where there are several.
    fn commodity<'d>(&self, digest: &Digest<'d>) -> &'d str {
        if self.several {
            &digest.focus.commodity_name
        } else {
            ""
        }
    }

    /// Draws a column of numbers: its head in two lines from `top` down, then
    /// with the shocks in bold and the baseline under it, around the middle of
    /// each row.
    fn draw_column(
        &self,
        canvas: &Canvas<'_>,
        (right, top): (f64, f64),
        column: Column,
        middles: &[f64],
    ) -> Drawn {
        for (row, line) in column.head.into_iter().enumerate() {
            let baseline = top + (row as f64 + 0.7) * ROW;
            canvas.text(line, (right, baseline), CAPTION, Align::Right)?;
        }
        for (digest, middle) in self.digests.iter().zip(middles) {
            let sides = [
                (&digest.shocked, STRONG, -18.0),
                (&digest.baseline, CAPTION, 18.0),
            ];
            for (side, face, down) in sides.into_iter().filter(|_| digest.trials() > 0) {
                let at = (right, middle + face.drop() + down);
                canvas.text(&(column.value)(digest, side), at, face, Align::Right)?;
            }
        }
        Ok(())
    }

    /// Draws the shortfall by month of every focus, all on one scale.
    fn draw_months(&self, canvas: &Canvas<'_>, rect: Rect) -> Drawn {
        let notes = ["As a share of the month's demand, all on one scale.".to_owned()];
        let room = section(canvas, rect, "Shortfall, by month", &notes)?;
        let shocks = self.digests.iter().find_map(|digest| digest.shocks.key());
        let trials = self.digests.first().map_or(0, |digest| digest.trials());
        let keys: Vec<Key> = fan::keys(trials).into_iter().chain(shocks).collect();
        let room = legend(canvas, room, &keys)?;
        let most = self.digests.iter().map(|d| fan::most_short(d.focus));
        let most = most.fold(0.0, f64::max);
        let count = abreast(self.digests.len());
        for (row, digests) in self.digests.chunks(count).enumerate() {
            let top = room.top + row as f64 * (SMALL + BETWEEN);
            let line = Rect {
                top,
                bottom: top + SMALL,
                ..room
            };
            for (cell, digest) in line.columns(count, BETWEEN).zip(digests) {
                let height = Height::percent(if most > 0.0 { most } else { 0.1 }, "");
                self.draw_small(canvas, cell, digest, height)?;
            }
        }
        Ok(())
    }

    fn draw_small(
        &self,
        canvas: &Canvas<'_>,
        cell: Rect,
        digest: &Digest<'_>,
        height: Height,
    ) -> Drawn {
        let titles = [
            (digest.focus.country_name.as_str(), STRONG, 30.0),
            (self.commodity(digest), CAPTION, 64.0),
        ];
        for (title, face, down) in titles {
            let title = face.fit(title, cell.width());
            canvas.text(&title, (cell.left, cell.top + down), face, Align::Left)?;
        }
        let plot = Rect {
            top: cell.top + 80.0,
            ..cell
        };
        fan::draw_small(canvas, plot, digest, height)
    }
}

/// A column of numbers about every focus.
#[derive(Clone, Copy)]
struct Column {
    head: [&'static str; 2],
    /// What it says of a variant.
    value: fn(&Digest<'_>, &Side) -> String,
}

const COLUMNS: [Column; 4] = [
    Column {
        head: ["share of", "demand"],
        value: |_, side| relative(side.share.mean),
    },
    Column {
        head: ["chance of", "being short"],
        value: |_, side| percent(side.share_short),
    },
    Column {
        head: ["in days", "of use"],
        value: |_, side| rounded(side.days),
    },
    Column {
        head: ["spot", "price"],
        value: |digest, side| change(digest.price, side.spot.mean),
    },
];

/// A number without more figures than a reader keeps.
fn rounded(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v < 0.05 => "under 0.1".to_owned(),
        v if v < 9.95 => signed(v, 1),
        v => signed(v, 0),
    }
}

/// Small charts side by side.
fn abreast(foci: usize) -> usize {
    match foci {
        0..=4 => foci.max(1),
        5..=6 => 3,
        9..=10 => 5,
        _ => 4,
    }
}
