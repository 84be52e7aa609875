//! The charts of a commodity that are about no country alone: what policies
//! stop, what sellers under sanctions get, what reserves give.

use super::Drawn;
use super::axis::Axis;
use super::bars::{self, Bar, Group};
use super::canvas::{Align, Canvas, Rect};
use super::caption;
use super::card::Card;
use super::digest::{Digest, Side};
use super::number::{percent, quantity, signed};
use super::panel::{Key, ROW, legend, whisker_key};
use super::sheet::Sheet;
use super::theme::{BASELINE_BAR, CAPTION, POLICY, SHOCKED, SHOCKED_BAR};
use crate::study::{Outcome, SellerPrice};

/// Groups of bars in a chart at most.
const MOST: usize = 10;

/// A commodity of the focus.
#[derive(Default)]
pub(super) struct Market<'d> {
    /// Its key in files.
    pub(super) key: &'d str,
    /// Its name.
    pub(super) name: &'d str,
    /// Unit of its volumes.
    pub(super) unit: &'d str,
    /// Its foci, in the order of the scenario.
    pub(super) foci: Vec<&'d Digest<'d>>,
    /// What each policy stops, largest first, then what only goes around others.
    pub(super) policies: Vec<Stopped<'d>>,
    /// What sellers under sanctions get, those with the deepest discount first.
    pub(super) sellers: Vec<&'d SellerPrice>,
}

/// What a policy stops and what goes around it [units over the horizon].
pub(super) struct Stopped<'d> {
    /// The policy's name in reports.
    pub(super) title: &'d str,
    /// Mean volume stopped.
    pub(super) stopped: f64,
    /// Mean volume that went around it.
    pub(super) leaked: f64,
}

/// The commodities of the foci, in the order of the scenario.
pub(super) fn markets<'d>(outcome: &'d Outcome, digests: &'d [Digest<'d>]) -> Vec<Market<'d>> {
    let mut markets: Vec<Market<'d>> = Vec::new();
    for digest in digests {
        let key = &digest.focus.commodity;
        match markets.iter_mut().find(|market| market.key == key) {
            Some(market) => market.foci.push(digest),
            None => markets.push(Market::new(outcome, digest)),
        }
    }
    markets
}

impl<'d> Market<'d> {
    fn new(outcome: &'d Outcome, first: &'d Digest<'d>) -> Self {
        let name = &first.focus.commodity_name;
        let sellers = outcome.sellers.iter();
        let mut sellers: Vec<_> = sellers
            .filter(|seller| seller.commodity == *name && seller.mean.is_finite())
            .collect();
        sellers.sort_by(|a, b| a.mean.total_cmp(&b.mean));
        Self {
            key: &first.focus.commodity,
            name,
            unit: &first.focus.unit,
            foci: vec![first],
            policies: stopped(outcome, name),
            sellers,
        }
    }

    /// Its foci with a state reserve that is drawn on in some trial, and its size.
    pub(super) fn reserves(&self) -> impl Iterator<Item = (&'d Digest<'d>, f64)> {
        let of = |digest: &&'d Digest<'d>| Some((*digest, digest.reserve()?));
        let drawn = |(digest, _): &(&Digest<'_>, f64)| {
            digest.shocked.drawn.mean > 0.0 || digest.baseline.drawn.mean > 0.0
        };
        self.foci.iter().filter_map(of).filter(drawn)
    }

    /// The charts that have something to show.
    pub(super) fn charts(&self) -> Vec<MarketChart> {
        let shown = MarketChart::ALL.into_iter();
        shown
            .filter(|chart| !chart.groups(self).is_empty())
            .collect()
    }
}

fn stopped<'o>(outcome: &'o Outcome, commodity: &str) -> Vec<Stopped<'o>> {
    let sum = |volumes: &[(String, String, f64)]| {
        let ours = volumes.iter().filter(|(name, ..)| name == commodity);
        ours.map(|(.., mean)| mean)
            .filter(|mean| mean.is_finite())
            .sum::<f64>()
    };
    let policies = outcome.policies.iter().map(|policy| Stopped {
        title: &policy.title,
        stopped: sum(&policy.stopped),
        leaked: sum(&policy.leaked),
    });
    let mut found: Vec<_> = policies
        .filter(|p| p.stopped > 0.0 || p.leaked > 0.0)
        .collect();
    let by_volume = |a: &Stopped<'_>, b: &Stopped<'_>| {
        let stopped = b.stopped.total_cmp(&a.stopped);
        stopped.then(b.leaked.total_cmp(&a.leaked))
    };
    found.sort_by(by_volume);
    found
}

/// A chart of a commodity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarketChart {
    /// What policies stop, and what goes around them.
    Policies,
    /// What sellers under sanctions get.
    Sellers,
    /// What state reserves give.
    Reserves,
}

impl MarketChart {
    /// All charts, in the order of the page.
    pub(super) const ALL: [Self; 3] = [Self::Policies, Self::Sellers, Self::Reserves];

    /// Its name in files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Policies => "policies",
            Self::Sellers => "sellers",
            Self::Reserves => "reserves",
        }
    }

    /// Its title where the commodity is known.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Policies => "Trade that stays stopped, by policy",
            Self::Sellers => "Discount of sellers under sanctions",
            Self::Reserves => "Drawn from state reserves",
        }
    }

    fn heading(self, market: &Market<'_>) -> String {
        let good = market.name;
        match self {
            Self::Policies => format!("How much trade in {good} each policy stops"),
            Self::Sellers => format!("At what discount sellers under sanctions sell {good}"),
            Self::Reserves => format!("How much {good} state reserves give"),
        }
    }

    /// What it shows, in words.
    pub(super) fn caption(self, market: &Market<'_>) -> String {
        match self {
            Self::Policies => caption::policies(market),
            Self::Sellers => caption::sellers(market),
            Self::Reserves => caption::reserves(market),
        }
    }

    /// Draws its legend and its plot.
    pub(super) fn draw(self, canvas: &Canvas<'_>, rect: Rect, market: &Market<'_>) -> Drawn {
        let mut groups = self.groups(market);
        let mut room = legend(canvas, rect, &self.keys(market))?;
        if groups.len() > MOST {
            let rest = format!("{} {}", groups.len() - MOST, self.rest());
            let at = (room.left, room.bottom - 6.0);
            canvas.text(&CAPTION.fit(&rest, room.width()), at, CAPTION, Align::Left)?;
            room.bottom -= ROW;
            groups.truncate(MOST);
        }
        let axis = Axis::to(bars::reach(&groups), 4);
        let caption = match self {
            Self::Policies => format!("{} in all", axis.unit(market.unit)),
            Self::Sellers => "% below others".to_owned(),
            Self::Reserves => "% of the reserve's size".to_owned(),
        };
        bars::draw(canvas, room, &groups, (&axis, &caption)).map(drop)
    }

    /// What is said of those that have no room, after their number.
    const fn rest(self) -> &'static str {
        match self {
            Self::Policies => "more with less are not shown",
            Self::Sellers => "more with smaller discounts are not shown",
            Self::Reserves => "more are not shown",
        }
    }

    /// The chart as a picture of its own.
    pub(super) fn alone(self, outcome: &Outcome, market: &Market<'_>) -> Drawn<Sheet> {
        let card = Card {
            heading: self.heading(market),
            caption: self.caption(market),
        };
        card.draw(outcome, |canvas, rect| self.draw(canvas, rect, market))
    }

    fn groups(self, market: &Market<'_>) -> Vec<Group> {
        match self {
            Self::Policies => {
                let policies = market.policies.iter();
                policies.map(|policy| policy.group(market.unit)).collect()
            }
            Self::Sellers => {
                let sellers = market.sellers.iter();
                sellers.map(|seller| market.discount(seller)).collect()
            }
            Self::Reserves => market
                .reserves()
                .map(|(digest, size)| drawn(digest, size))
                .collect(),
        }
    }

    fn keys(self, market: &Market<'_>) -> Vec<Key> {
        match self {
            Self::Policies => {
                let stopped = Key::block("stays stopped", POLICY, 1.0);
                let leaked = Key::block("goes around (not in it)", SHOCKED, 1.0);
                let any = market.policies.iter().any(|policy| policy.leaked > 0.0);
                [stopped].into_iter().chain(any.then_some(leaked)).collect()
            }
            Self::Sellers => vec![Key::block("while a sanction is in force", SHOCKED_BAR, 1.0)],
            Self::Reserves => {
                let before = Key::block("baseline", BASELINE_BAR, 1.0);
                let any = market.reserves().any(|(d, _)| d.baseline.drawn.mean > 0.0);
                let shocked = Key::block("with the shocks", SHOCKED_BAR, 1.0);
                let lines = self.groups(market).iter().any(Group::has_line);
                let keys = [
                    Some(shocked),
                    any.then_some(before),
                    lines.then(whisker_key),
                ];
                keys.into_iter().flatten().collect()
            }
        }
    }
}

impl Stopped<'_> {
    fn group(&self, unit: &str) -> Group {
        let bar = |end, colour| Bar {
            end,
            colour,
            range: None,
            value: quantity(end, unit),
        };
        let bars = [(self.stopped, POLICY), (self.leaked, SHOCKED)];
        let bars = bars.into_iter().filter(|(volume, _)| *volume > 0.0);
        Group {
            name: self.title.to_owned(),
            note: String::new(),
            bars: bars.map(|(volume, colour)| bar(volume, colour)).collect(),
        }
    }
}

impl Market<'_> {
    /// Whether a company sells from one country only.
    fn is_alone(&self, company: &str) -> bool {
        let sellers = self.sellers.iter();
        sellers.filter(|seller| seller.company == company).count() == 1
    }

    /// A seller's name, with its place where its company sells from several:
    /// `Rosneft, Pacific` of `Russia, Pacific` where all are of Russia.
    pub(super) fn seller(&self, seller: &SellerPrice) -> String {
        if self.is_alone(&seller.company) {
            return seller.company.clone();
        }
        let place = match seller.country.split_once(", ") {
            Some((country, place)) if self.all_of(country) => place,
            _ => &seller.country,
        };
        format!("{}, {place}", seller.company)
    }

    /// Whether every seller's country is a part of one: `Russia, Pacific`.
    fn all_of(&self, country: &str) -> bool {
        let mut sellers = self.sellers.iter();
        sellers.all(|s| {
            s.country
                .split_once(", ")
                .is_some_and(|(of, _)| of == country)
        })
    }

    /// A seller's bar.
    fn discount(&self, seller: &SellerPrice) -> Group {
        Group {
            name: self.seller(seller),
            note: match self.is_alone(&seller.company) {
                true => seller.country.clone(),
                false => String::new(),
            },
            bars: vec![discount(seller)],
        }
    }
}

fn discount(seller: &SellerPrice) -> Bar {
    let [mean, se] = [-seller.mean * 100.0, seller.se * 100.0];
    Bar {
        end: mean.max(0.0),
        colour: SHOCKED_BAR,
        range: None,
        value: match se {
            se if se >= 0.05 => format!("{} ± {}\u{a0}%", signed(mean, 1), signed(se, 1)),
            _ => format!("{}\u{a0}%", signed(mean, 1)),
        },
    }
}

fn drawn(digest: &Digest<'_>, size: f64) -> Group {
    let bar = |side: &Side, colour| Bar {
        end: side.drawn.mean / size * 100.0,
        colour,
        range: Some(side.drawn.outer.map(|volume| volume / size * 100.0)),
        value: format!("mean {}", percent(side.drawn.mean / size)),
    };
    Group {
        name: digest.focus.country_name.clone(),
        note: format!("holds {}", quantity(size, &digest.focus.unit)),
        bars: [
            (&digest.shocked, SHOCKED_BAR),
            (&digest.baseline, BASELINE_BAR),
        ]
        .into_iter()
        .filter(|(side, _)| side.drawn.mean > 0.0)
        .map(|(side, colour)| bar(side, colour))
        .collect(),
    }
}
