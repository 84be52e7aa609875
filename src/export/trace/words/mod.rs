//! Names of indices, and sentences of entries, by topic.

mod buyers;
mod instruments;
mod policies;
mod sites;
mod ways;

use super::{Row, Traced};
use crate::engine::Entry;
use crate::export::number::plain;
use crate::network::Network;
use crate::scenario::{CommodityId, Scenario};
use crate::units::Tick;

/// Turns indices into names, and entries into sentences.
pub(super) struct Words<'a> {
    traced: &'a Traced<'a>,
    n: &'a Network,
    scenario: &'a Scenario,
}

impl<'a> Words<'a> {
    pub(super) fn new(traced: &'a Traced<'a>) -> Self {
        Self {
            traced,
            n: &traced.model.network,
            scenario: traced.scenario,
        }
    }

    /// A row about an entry, whatever it is.
    pub(super) fn row(&self, at: Tick, entry: &Entry) -> Row {
        let row = match *entry {
            Entry::Regime { process, state } => self.regime(process, state),
            Entry::Negotiated {
                policy,
                process,
                outcome,
                stays,
            } => self.negotiated(policy, process, outcome, stays),
            Entry::Policy { policy, in_force } => self.policy_changes(policy, in_force),
            Entry::Share {
                policy,
                market,
                share,
            } => self.share(policy, market, share),
            Entry::Terms {
                policy,
                country,
                approval,
                general,
                held,
            } => self.terms(policy, country, approval, general, held),
            Entry::Filed {
                policy,
                pair,
                applied,
                held,
                waiting,
            } => self.filed(policy, pair, applied, held, waiting),
            Entry::Decided {
                policy,
                pair,
                volume,
                decision,
                waiting,
            } => self.decided(policy, pair, volume, decision, waiting),
            Entry::Capacity { policy, site, left } => self.capacity(policy, site, left),
            Entry::Price { buyer, price } => self.price(buyer, price),
            Entry::Blocked {
                policy,
                pair,
                rate,
                days,
            } => self.blocked(policy, pair, rate * days, days),
            Entry::Arrival {
                pair,
                volume,
                price,
            } => self.arrival(pair, volume, price),
            Entry::Rationing {
                buyer,
                rations,
                stock,
            } => self.rationing(buyer, rations, stock),
            Entry::StockOut { buyer } => Row {
                kind: "stock-out",
                text: "commercial stock is gone".to_owned(),
                ..self.at_buyer(buyer)
            },
            Entry::Waiting { buyer, volume } => self.waiting(buyer, volume),
            Entry::BoiledOff {
                buyer,
                volume,
                waiting,
            } => self.boiled_off(buyer, volume, waiting),
            Entry::Input { input, share } => self.input(input, share),
            Entry::Reserve {
                reserve,
                rate,
                left,
            } => self.reserve(reserve, rate, left),
            Entry::Ordered {
                policy,
                reserve,
                rate,
            } => self.ordered(policy, reserve, rate),
            Entry::Aid {
                policy,
                reserve,
                buyer,
                volume,
            } => self.aid(policy, reserve, buyer, volume),
            Entry::AidArrival { buyer, volume } => self.aid_arrival(buyer, volume),
            Entry::Contract { contract, in_force } => self.contract(contract, in_force),
            Entry::Taken {
                contract,
                share,
                unused,
            } => self.taken(contract, share, unused),
            Entry::Storage {
                site,
                share,
                stock,
                limit,
            } => self.storage(site, share, (stock, limit)),
            Entry::Project {
                policy,
                site,
                milestone,
            } => self.project(at, policy, site, milestone),
            Entry::Demand { policy, factor } => self.demand(policy, factor),
            Entry::Replaced {
                policy,
                buyer,
                share,
            } => self.replaced(policy, buyer, share),
            Entry::Fear { buyer, days } => self.fear(buyer, days),
            Entry::Month {
                focus,
                short,
                demand,
                cover,
            } => self.month(at, focus, short, demand, cover),
            _ => self.row_of_ways(entry).unwrap_or_default(),
        };
        Row {
            at: self.told_at(at, entry),
            ..row
        }
    }

    /// A month is told on its last day, not on the first of the next.
    fn told_at(&self, at: Tick, entry: &Entry) -> Tick {
        match entry {
            Entry::Month { .. } => last_second(at),
            _ => at,
        }
    }

    /// How far the trial came.
    fn until(&self) -> Tick {
        let last = self.traced.journal.entries().last().map(|(at, _)| *at);
        match self.traced.record {
            Some(_) => self.n.horizon,
            None => last.unwrap_or(Tick::START),
        }
    }

    pub(super) fn unit(&self, market: usize) -> &str {
        &self.n.markets[market].unit
    }

    /// A price in the unit in which prices of a market are told, and that unit.
    pub(super) fn told_price(&self, market: usize, price: f64) -> (f64, String) {
        let unit = &self.n.markets[market].price_unit;
        (price * unit.times, unit.name.clone())
    }

    /// `1,230 t`.
    pub(super) fn volume(&self, market: usize, volume: f64) -> String {
        format!("{} {}", plain(volume), self.unit(market))
    }

    pub(super) fn country(&self, country: usize) -> &str {
        &self.n.countries[country].1
    }

    /// `ndfeb-magnet @ JP`, as a scenario names it.
    pub(super) fn buyer(&self, buyer: usize) -> String {
        let (commodity, country) = self.n.buyer_name(buyer);
        format!("{commodity} @ {country}")
    }

    pub(super) fn seller_country(&self, pair: usize) -> usize {
        self.n.sellers[self.n.pairs[pair].seller as usize].country
    }

    /// The beginning of a row about a buyer.
    pub(super) fn at_buyer(&self, buyer: usize) -> Row {
        let b = &self.n.buyers[buyer];
        Row {
            subject: self.buyer(buyer),
            market: Some(b.market),
            to: Some(b.country),
            ..Row::default()
        }
    }

    /// The beginning of a row about a seller and a buyer.
    pub(super) fn on_pair(&self, pair: usize) -> Row {
        Row {
            from: Some(self.seller_country(pair)),
            ..self.at_buyer(self.n.pairs[pair].buyer as usize)
        }
    }

    /// Who sells: the country, and the company if it has a name of its own.
    pub(super) fn seller(&self, pair: usize) -> String {
        self.company(self.n.pairs[pair].seller as usize)
    }

    pub(super) fn company(&self, seller: usize) -> String {
        let seller = &self.n.sellers[seller];
        let (code, name) = &self.n.countries[seller.country];
        if seller.company == *code {
            name.clone()
        } else {
            format!("{name} ({})", seller.company)
        }
    }

    pub(super) fn of_policy(&self, policy: usize) -> Row {
        Row {
            subject: self.policy(policy).to_owned(),
            policy: Some(policy),
            ..Row::default()
        }
    }

    pub(super) fn policy(&self, policy: usize) -> &str {
        &self.traced.model.policies[policy].name
    }

    fn key_of(&self, commodity: CommodityId) -> &str {
        &self.scenario.commodities[commodity.0].key
    }

    /// The keys of some goods.
    pub(super) fn goods(&self, goods: &[CommodityId]) -> String {
        let key = |c: &CommodityId| self.scenario.commodities[c.0].key.as_str();
        let keys: Vec<_> = goods.iter().map(key).collect();
        keys.join(", ")
    }

    /// How many countries there are.
    pub(super) fn count_of_countries(&self) -> usize {
        self.n.countries.len()
    }

    /// The key of a market's good.
    pub(super) fn key(&self, market: usize) -> &str {
        &self.n.markets[market].key
    }

    pub(super) fn market_of_seller(&self, seller: usize) -> usize {
        self.n.sellers[seller].market
    }
}

/// The second before.
pub(super) fn last_second(at: Tick) -> Tick {
    Tick(at.0.saturating_sub(1))
}
