//! The charts of a commodity that are about no country alone: what policies
//! stop, what sellers under sanctions get, what reserves give.

use super::Drawn;
use super::axis::Axis;
use super::bars::{self, Bar, Group};
use super::canvas::{Canvas, Rect};
use super::caption;
use super::card::Card;
use super::digest::{Digest, Side};
use super::number::{percent, quantity, signed};
use super::panel::{Key, legend, whisker_key};
use super::sheet::Sheet;
use super::theme::{BASELINE_BAR, POLICY, SHOCKED, SHOCKED_BAR};
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
    /// What each policy stops, largest first.
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

    /// Its foci with a state reserve.
    pub(super) fn reserves(&self) -> impl Iterator<Item = (&'d Digest<'d>, f64)> {
        let foci = self.foci.iter();
        foci.filter_map(|digest| Some((*digest, digest.focus.reserve.filter(|size| *size > 0.0)?)))
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
    found.sort_by(|a, b| (b.stopped + b.leaked).total_cmp(&(a.stopped + a.leaked)));
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
            Self::Policies => "Trade stopped, by policy",
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
        groups.truncate(MOST);
        let room = legend(canvas, rect, &self.keys(market))?;
        let axis = Axis::to(bars::reach(&groups), 4);
        let caption = match self {
            Self::Policies => format!("{} in all", axis.unit(market.unit)),
            Self::Sellers => "% below reference".to_owned(),
            Self::Reserves => "% of the reserve's size".to_owned(),
        };
        bars::draw(canvas, room, &groups, (&axis, &caption)).map(drop)
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
                let of = |name: &str| sellers.clone().filter(|s| s.company == name).count();
                let alone = |s: &SellerPrice| of(&s.company) == 1;
                sellers.clone().map(|s| discount(s, alone(s))).collect()
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
                let stopped = Key::block("stopped", POLICY, 1.0);
                let leaked = Key::block("got around", SHOCKED, 1.0);
                let any = market.policies.iter().any(|policy| policy.leaked > 0.0);
                [stopped].into_iter().chain(any.then_some(leaked)).collect()
            }
            Self::Sellers => vec![Key::block("while a sanction is in force", SHOCKED_BAR, 1.0)],
            Self::Reserves => vec![
                Key::block("with the shocks", SHOCKED_BAR, 1.0),
                Key::block("baseline", BASELINE_BAR, 1.0),
                whisker_key(),
            ],
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
        let leaked = (self.leaked > 0.0).then(|| bar(self.leaked, SHOCKED));
        Group {
            name: self.title.to_owned(),
            note: String::new(),
            bars: [bar(self.stopped, POLICY)]
                .into_iter()
                .chain(leaked)
                .collect(),
        }
    }
}

/// A seller's bar; one whose company sells from several countries is named with
/// its own.
fn discount(seller: &SellerPrice, alone: bool) -> Group {
    let [mean, se] = [-seller.mean * 100.0, seller.se * 100.0];
    let bar = Bar {
        end: mean.max(0.0),
        colour: SHOCKED_BAR,
        range: None,
        value: match se {
            se if se >= 0.05 => format!("{} ± {}\u{a0}%", signed(mean, 1), signed(se, 1)),
            _ => format!("{}\u{a0}%", signed(mean, 1)),
        },
    };
    Group {
        name: match alone {
            true => seller.company.clone(),
            false => format!("{}, {}", seller.company, seller.country),
        },
        note: if alone {
            seller.country.clone()
        } else {
            String::new()
        },
        bars: vec![bar],
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
        bars: vec![
            bar(&digest.shocked, SHOCKED_BAR),
            bar(&digest.baseline, BASELINE_BAR),
        ],
    }
}
