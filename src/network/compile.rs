//! From a validated scenario to dense arrays.

use std::collections::BTreeMap;

use super::{
    Base, Buyer, Contract, Demand, Detour, Input, Market, Network, Num, Output, Pair, Parameter,
    Passage, Reserve, Seller, Site, Tank, User,
};
use crate::random::{Copula, Law, ObjectKey, Stream, TrialKey};
use crate::scenario::{
    Arrival, CommodityId, CountryId, Heel, Outages, Scenario, Size, {self as written},
};
use crate::units::{Calendar, DAY, Tick, Ticks};

/// Draws behind the tabulated transit statistics of a lane.
const TRANSIT_DRAWS: u64 = 4_096;

/// Something wrong with a scenario that only the compiled network shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Path of the table it is about, e.g. `commodities.ndpr-oxide`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
}

/// Compiles a scenario; instruments register their own numbers with it.
pub struct Compiler<'a> {
    scenario: &'a Scenario,
    network: Network,
    numbers: BTreeMap<String, u32>,
    /// Commodity of the scenario → market.
    market_of: Vec<usize>,
    complaints: Vec<Complaint>,
    transits: Vec<Transit>,
}

impl<'a> Compiler<'a> {
    /// Lays out the network of a scenario.
    #[must_use]
    pub fn new(scenario: &'a Scenario) -> Self {
        let mut compiler = Self {
            scenario,
            network: empty(scenario),
            numbers: BTreeMap::new(),
            market_of: Vec::new(),
            complaints: Vec::new(),
            transits: Vec::new(),
        };
        compiler.lay_out_markets();
        compiler.lay_out_sites();
        compiler.lay_out_buyers();
        compiler.lay_out_pairs();
        compiler.lay_out_reserves();
        compiler.lay_out_tanks();
        compiler.lay_out_contracts();
        compiler.find_parcels_to_final_use();
        compiler.find_focus();
        compiler.network.base_varies = !compiler.network.parameters.is_empty();
        compiler
    }

    /// The scenario being compiled.
    #[must_use]
    pub fn scenario(&self) -> &'a Scenario {
        self.scenario
    }

    /// What has been laid out so far.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// A number of the scenario as trials read it; a drawn one is drawn once
    /// a trial however often it is used.
    pub fn num(&mut self, num: &written::Num) -> Num {
        if num.law.is_constant() {
            return Num::Const(num.law.mean());
        }
        if let Some(index) = self.numbers.get(&num.path) {
            return Num::Drawn(*index);
        }
        let index = self.network.parameters.len() as u32;
        self.network.parameters.push(Parameter {
            path: num.path.clone(),
            law: num.law.clone(),
            key: ObjectKey::named(&num.path),
        });
        self.numbers.insert(num.path.clone(), index);
        Num::Drawn(index)
    }

    /// The market of a commodity.
    #[must_use]
    pub fn market(&self, commodity: CommodityId) -> usize {
        self.market_of[commodity.0]
    }

    /// The tick of a date; dates before the start are the start.
    #[must_use]
    pub fn tick(&self, date: crate::units::Date) -> Tick {
        self.network.calendar.tick_of(date).unwrap_or(Tick::START)
    }

    /// The end of a day; the start of the scenario if that is later.
    fn after(&self, day: crate::units::Date) -> Tick {
        let morning = self.network.calendar.tick_of(day);
        morning.map_or(Tick::START, |morning| morning + Ticks(DAY))
    }

    /// Pairs of a commodity from one country to a list of others.
    #[must_use]
    pub fn pairs(&self, commodity: CommodityId, from: CountryId, to: &[CountryId]) -> Vec<u32> {
        let network = &self.network;
        network.markets[self.market(commodity)]
            .pairs
            .clone()
            .filter(|p| {
                let pair = &network.pairs[*p];
                network.sellers[pair.seller as usize].country == from.0
                    && to
                        .iter()
                        .any(|c| c.0 == network.buyers[pair.buyer as usize].country)
            })
            .map(|p| p as u32)
            .collect()
    }

    /// Sellers of some goods that belong to some companies.
    #[must_use]
    pub fn sellers(&self, goods: &[CommodityId], companies: &[String]) -> Vec<u32> {
        let n = &self.network;
        let markets = goods.iter().map(|good| &n.markets[self.market(*good)]);
        markets
            .flat_map(|m| m.sellers.clone())
            .filter(|seller| companies.contains(&n.sellers[*seller].company))
            .map(|seller| seller as u32)
            .collect()
    }

    /// The number of a chokepoint.
    #[must_use]
    pub fn chokepoint(&self, name: &str) -> u32 {
        let mut names = self.network.chokepoints.iter();
        names.position(|n| n == name).unwrap_or(usize::MAX) as u32
    }

    /// Finishes the network: its correlations, and its steady state where no
    /// drawn number enters it.
    ///
    /// # Errors
    ///
    /// Every market whose base supply and demand cannot be reconciled.
    pub fn finish(mut self) -> Result<Network, Vec<Complaint>> {
        self.correlate();
        let means: Vec<f64> = self
            .network
            .parameters
            .iter()
            .map(|p| p.law.mean())
            .collect();
        let mut base = Base::new(&self.network);
        let impossible = base.settle(&self.network, &means).err();
        for complaint in base
            .imbalances(&self.network)
            .into_iter()
            .chain(impossible.into_iter().flatten())
        {
            if !self.complaints.contains(&complaint) {
                self.complaints.push(complaint);
            }
        }
        self.complaints.extend(base.ill_sized_tanks(&self.network));
        if !self.complaints.is_empty() {
            return Err(self.complaints);
        }
        self.network.base = base;
        Ok(self.network)
    }

    fn lay_out_markets(&mut self) {
        let scenario = self.scenario;
        let order = stages(scenario);
        self.market_of = vec![0; scenario.commodities.len()];
        for (market, (commodity, stage)) in order.into_iter().enumerate() {
            self.market_of[commodity.0] = market;
            let market = self.market_from(commodity, stage);
            self.network.markets.push(market);
        }
    }

    fn market_from(&mut self, id: CommodityId, stage: u8) -> Market {
        let c = &self.scenario.commodities[id.0];
        Market {
            key: c.key.clone(),
            name: c.name.clone(),
            unit: c.unit.clone(),
            price: self.num(&c.price),
            price_unit: c.price_unit.clone(),
            rule: c.rule,
            window: Ticks::from_days(c.clearing).0.max(1),
            on_change: c.on_change,
            stage,
            sellers: 0..0,
            buyers: 0..0,
            pairs: 0..0,
            stock_elasticity: self.num(&c.stock_elasticity),
            adjust: self.num(&c.elasticity.adjust),
            dispersion: self.num(&c.dispersion),
            choke: self.num(&c.choke),
            new_pairs: self.num(&c.new_pairs),
            restocking: self.num(&c.restocking),
            nomination_cap: self.num(&c.nomination_cap),
            discount: self.num(&c.discount),
            release: self.num(&c.release),
            working_stock: self.num(&c.working_stock),
            offer_on_hand: c.offer_on_hand,
            cargo: c.cargo,
            parcel: c.parcel,
            boil_off: self.num_or_none(&c.boil_off),
            backlog_time: self.num(&c.backlog_time),
            start_empty: c.start_empty,
            unbalanced: c.unbalanced,
            tolerance: c.tolerance,
            pipelines_only: false,
            pipelines: false,
            domestic: Vec::new(),
            contracts: Vec::new(),
            priorities: Vec::new(),
            observed: !c.trade.is_empty(),
        }
    }

    fn lay_out_sites(&mut self) {
        let scenario = self.scenario;
        for (index, s) in scenario.sites.iter().enumerate() {
            let site = Site {
                name: s.name.clone(),
                capacity: self.num(&s.capacity),
                utilisation: self.num(&s.utilisation),
                planned: s.planned,
                supply_elasticity: self.num(&s.supply_elasticity),
                season: s.season.map(over_days),
                storage: s.storage.as_ref().map(|size| match size {
                    Size::Volume(n) => (self.num(n), false),
                    Size::Days(n) => (self.num(n), true),
                }),
                availability: availability(s.outages.as_ref()),
                inputs: 0..0,
                outputs: 0..0,
            };
            self.network.sites.push(site);
            let first = self.network.outputs.len();
            for (_, coefficient) in &s.outputs {
                let per_run = self.num(coefficient);
                self.network.outputs.push(Output {
                    site: index as u32,
                    seller: 0,
                    per_run,
                });
            }
            self.network.sites[index].outputs = first..self.network.outputs.len();
        }
        for market in 0..self.network.markets.len() {
            self.lay_out_sellers(market);
        }
        self.network.seasonal |= scenario.sites.iter().any(|s| s.season.is_some());
    }

    /// Sellers of a market, in the order of countries, then of sites.
    fn lay_out_sellers(&mut self, market: usize) {
        let scenario = self.scenario;
        let first = self.network.sellers.len();
        for country in 0..scenario.countries.len() {
            for (index, s) in scenario.sites.iter().enumerate() {
                if s.country.0 != country {
                    continue;
                }
                for (k, (made, _)) in s.outputs.iter().enumerate() {
                    if self.market(*made) == market {
                        self.add_output(market, first, index, k);
                    }
                }
            }
        }
        self.network.markets[market].sellers = first..self.network.sellers.len();
    }

    fn add_output(&mut self, market: usize, first: usize, site: usize, k: usize) {
        let s = &self.scenario.sites[site];
        let found = self.network.sellers[first..]
            .iter()
            .position(|x| x.country == s.country.0 && x.company == s.company);
        let seller = match found {
            Some(position) => first + position,
            None => {
                self.network.sellers.push(Seller {
                    market,
                    country: s.country.0,
                    company: s.company.clone(),
                    outputs: Vec::new(),
                    initial: None,
                });
                self.network.sellers.len() - 1
            }
        };
        let output = self.network.sites[site].outputs.start + k;
        self.network.outputs[output].seller = seller as u32;
        self.network.sellers[seller].outputs.push(output as u32);
        if let Some(initial) = &s.initial {
            self.network.sellers[seller].initial = Some(self.num(initial));
        }
    }

    /// Buyers of each market and their demands, most valuable first; a
    /// plant's draw is a demand of its own.
    fn lay_out_buyers(&mut self) {
        let scenario = self.scenario;
        let mut inputs_of: Vec<Vec<Input>> = vec![Vec::new(); scenario.sites.len()];
        for market in 0..self.network.markets.len() {
            let first = self.network.buyers.len();
            for country in 0..scenario.countries.len() {
                self.add_buyer(market, country, &mut inputs_of);
            }
            self.network.markets[market].buyers = first..self.network.buyers.len();
        }
        for (site, inputs) in inputs_of.into_iter().enumerate() {
            let first = self.network.inputs.len();
            self.network.inputs.extend(inputs);
            self.network.sites[site].inputs = first..self.network.inputs.len();
            for input in first..self.network.inputs.len() {
                let demand = self.network.inputs[input].demand as usize;
                self.network.demands[demand].user = User::Plant(input as u32);
            }
        }
        self.network.seasonal |= scenario.demands.iter().any(|d| d.season.is_some());
    }

    fn add_buyer(&mut self, market: usize, country: usize, inputs_of: &mut [Vec<Input>]) {
        let scenario = self.scenario;
        let buyer = self.network.buyers.len() as u32;
        let mut demands: Vec<Ranked> = Vec::new();
        for d in &scenario.demands {
            if d.country.0 == country && self.market(d.commodity) == market {
                demands.push((
                    d.value_at_risk.law.mean(),
                    self.final_demand(d, buyer),
                    None,
                ));
            }
        }
        for (index, s) in scenario.sites.iter().enumerate() {
            for (commodity, coefficient) in &s.inputs {
                if s.country.0 == country && self.market(*commodity) == market {
                    let demand = self.plant_demand(s, *commodity, buyer);
                    let per_run = self.num(coefficient);
                    demands.push((s.value_at_risk.law.mean(), demand, Some((index, per_run))));
                }
            }
        }
        if demands.is_empty() {
            return;
        }
        demands.sort_by(|a, b| b.0.total_cmp(&a.0));
        let first = self.network.demands.len();
        for (_, demand, plant) in demands {
            if let Some((site, per_run)) = plant {
                let demand = self.network.demands.len() as u32;
                inputs_of[site].push(Input {
                    site: site as u32,
                    demand,
                    per_run,
                });
            }
            self.network.demands.push(demand);
        }
        let c = self.commodity_of(market);
        let minimum_cover = self.num(&scenario.commodities[c.0].minimum_cover);
        self.network.buyers.push(Buyer {
            market,
            country,
            demands: first..self.network.demands.len(),
            reserve: None,
            tank: None,
            minimum_cover,
            ration_by_value: scenario.commodities[c.0].ration_by_value,
            parcels_to_final_use: false,
        });
    }

    fn commodity_of(&self, market: usize) -> CommodityId {
        CommodityId(
            self.market_of
                .iter()
                .position(|m| *m == market)
                .unwrap_or_default(),
        )
    }

    fn final_demand(&mut self, d: &written::Demand, buyer: u32) -> Demand {
        let c = &self.scenario.commodities[d.commodity.0];
        let elasticity = d.elasticity.as_ref().unwrap_or(&c.elasticity);
        Demand {
            buyer,
            name: d.tier.clone(),
            user: User::Final,
            rate: self.num(&d.rate),
            short: self.num(&elasticity.short),
            long: self.num(&elasticity.long),
            cover: self.num(d.cover.as_ref().unwrap_or(&c.cover)),
            value_at_risk: self.num(&d.value_at_risk),
            backlog: self.num(&d.backlog),
            stored: self.stored(d.season.as_ref()),
            season: d.season.map(over_days),
            initial: d.initial.as_ref().map(|n| self.num(n)),
        }
    }

    /// What a user of seasonal goods stores from even arrivals, in days of mean
    /// use at the start of each month bin, over the low point of the horizon
    /// or of the year.
    fn stored(&self, season: Option<&[f64; 12]>) -> Vec<f64> {
        let Some(season) = season.copied().map(over_days) else {
            return Vec::new();
        };
        let n = &self.network;
        let starts = || std::iter::once(Tick::START).chain(n.months.iter().copied());
        let ends = n.months.iter().copied().chain([n.horizon]);
        let (mut sum, mut stored, mut low) = (0.0, Vec::new(), 0.0_f64);
        for ((start, end), month) in starts().zip(ends).zip(&n.month_of_bin) {
            stored.push(sum);
            sum += (1.0 - season[usize::from(*month)]) * (end - start).days();
            low = low.min(sum);
        }
        stored.iter_mut().for_each(|days| *days -= low);
        stored
    }

    fn plant_demand(&mut self, s: &written::Site, of: CommodityId, buyer: u32) -> Demand {
        let c = &self.scenario.commodities[of.0];
        Demand {
            buyer,
            name: s.name.clone(),
            user: User::Plant(0),
            rate: Num::Const(0.0),
            short: self.num(&c.elasticity.short),
            long: self.num(&c.elasticity.long),
            cover: self.num(s.cover.as_ref().unwrap_or(&c.cover)),
            value_at_risk: self.num(&s.value_at_risk),
            backlog: Num::Const(0.0),
            season: None,
            stored: Vec::new(),
            initial: None,
        }
    }

    fn lay_out_pairs(&mut self) {
        for market in 0..self.network.markets.len() {
            let first = self.network.pairs.len();
            for seller in self.network.markets[market].sellers.clone() {
                for buyer in self.network.markets[market].buyers.clone() {
                    self.add_pair(market, seller, buyer);
                }
            }
            let all = first..self.network.pairs.len();
            let pairs = &self.network.pairs[all.clone()];
            let m = &mut self.network.markets[market];
            m.pipelines_only = pairs.iter().all(|p| p.pipeline);
            m.pipelines = pairs.iter().any(|p| p.pipeline);
            m.domestic = pairs.iter().map(|p| p.domestic).collect();
            m.pairs = all;
        }
        self.check_trade();
    }

    fn transit(&mut self, law: &Law) -> &Transit {
        let known = self.transits.iter().rposition(|known| known.law == *law);
        let index = known.unwrap_or_else(|| {
            self.transits.push(Transit::new(law));
            self.transits.len() - 1
        });
        &self.transits[index]
    }

    fn add_pair(&mut self, market: usize, seller: usize, buyer: usize) {
        let from = CountryId(self.network.sellers[seller].country);
        let to = CountryId(self.network.buyers[buyer].country);
        let commodity = self.commodity_of(market);
        let (transit, pipeline) = self.route(commodity, from, to);
        let (via, detour) = self.passages(commodity, from, to);
        let window = self.network.markets[market].window;
        let key = self.pair_key(market, seller, buyer);
        let phase = phase(key, &self.network.markets[market]);
        let (windows_under_way, longest) = match pipeline {
            true => (Ticks::from_days(transit.mean()).0 as f64 / window as f64, 0),
            false => self.transit(&transit).windows(window, phase),
        };
        let trade = self.scenario.commodities[commodity.0]
            .trade
            .iter()
            .find(|(f, t, _)| *f == from && *t == to)
            .map(|(_, _, rate)| rate);
        let trade = trade.map(|rate| self.num(rate));
        self.network.pairs.push(Pair {
            seller: seller as u32,
            buyer: buyer as u32,
            domestic: from == to,
            pipeline,
            transit,
            windows_under_way,
            longest,
            phase,
            via,
            detour,
            trade,
            key,
        });
    }

    /// A key that other pairs, sellers and buyers do not change.
    fn pair_key(&self, market: usize, seller: usize, buyer: usize) -> ObjectKey {
        let n = &self.network;
        let seller = &n.sellers[seller];
        let to = n.buyers[buyer].country;
        ObjectKey::named(&format!(
            "lanes.{}.{}.{}.{}",
            n.markets[market].key, n.countries[seller.country].0, seller.company, n.countries[to].0
        ))
    }

    /// Transit law and kind of a lane: the commodity's, domestic goods flow
    /// at once, then the lanes of the file in order, later ones winning.
    fn route(&self, commodity: CommodityId, from: CountryId, to: CountryId) -> (Law, bool) {
        let c = &self.scenario.commodities[commodity.0];
        let (mut transit, mut pipeline) = (c.transit.clone(), c.pipeline);
        if from == to {
            (transit, pipeline) = (Law::Constant(0.0), true);
        }
        for lane in &self.scenario.lanes {
            if fits(lane, commodity, from, to) {
                transit = lane.transit.clone().unwrap_or(transit);
                pipeline = lane.pipeline.unwrap_or(pipeline);
            }
        }
        (transit, pipeline)
    }

    /// Chokepoints of a lane and the way round them: those of the last entry
    /// of the file that names any.
    fn passages(
        &mut self,
        commodity: CommodityId,
        from: CountryId,
        to: CountryId,
    ) -> (Vec<Passage>, Option<Detour>) {
        let lanes = self.scenario.lanes.iter();
        let mut named = lanes.filter(|l| l.via.is_some() && fits(l, commodity, from, to));
        let Some(lane) = named.next_back() else {
            return (Vec::new(), None);
        };
        let via = lane.via.iter().flatten().map(|(name, days)| Passage {
            chokepoint: self.chokepoint(name),
            after: Ticks::from_days(*days),
        });
        let via = via.collect();
        let detour = lane.detour.as_ref().map(|detour| Detour {
            adds: self.num(&detour.adds),
            cost: self.num(&detour.cost),
        });
        (via, detour)
    }

    /// Every observed trade needs a seller and a buyer.
    fn check_trade(&mut self) {
        let scenario = self.scenario;
        for (id, c) in scenario.commodities.iter().enumerate() {
            let market = &self.network.markets[self.market_of[id]];
            for (from, to, _) in &c.trade {
                let sells = market
                    .sellers
                    .clone()
                    .any(|s| self.network.sellers[s].country == from.0);
                let buys = market
                    .buyers
                    .clone()
                    .any(|b| self.network.buyers[b].country == to.0);
                let (who, verb) = match (sells, buys) {
                    (true, true) => continue,
                    (false, _) => (from, "makes"),
                    _ => (to, "uses"),
                };
                let code = &scenario.countries[who.0].code;
                self.complaints.push(Complaint {
                    path: format!("trade.{}", c.key),
                    message: format!(
                        "trade in {} from {} to {}, but nothing in {code} {verb} it",
                        c.key, scenario.countries[from.0].code, scenario.countries[to.0].code
                    ),
                    help: format!(
                        "add a site or demand for {} in {code}, or drop the row",
                        c.key
                    ),
                });
            }
        }
    }

    fn lay_out_reserves(&mut self) {
        for r in &self.scenario.reserves {
            let Some(buyer) = self.buyer(r.commodity, r.country) else {
                continue;
            };
            let (size, in_days) = match &r.size {
                Size::Volume(n) => (self.num(n), false),
                Size::Days(n) => (self.num(n), true),
            };
            let reserve = Reserve {
                buyer: buyer as u32,
                size,
                in_days,
                release_below: self.num(&r.release_below),
                release_rate: self.num(&r.release_rate),
                refill_above: r.refill_above.as_ref().map(|n| self.num(n)),
                refill_rate: self.num(&r.refill_rate),
            };
            self.network.buyers[buyer].reserve = Some(self.network.reserves.len());
            self.network.reserves.push(reserve);
        }
    }

    fn lay_out_tanks(&mut self) {
        for (entry, t) in self.scenario.tanks.iter().enumerate() {
            let Some(buyer) = self.buyer(t.commodity, t.country) else {
                continue;
            };
            let (capacity, in_days) = match &t.capacity {
                Size::Volume(n) => (self.num(n), false),
                Size::Days(n) => (self.num(n), true),
            };
            let (heel, heel_in_units) = match &t.heel {
                Some(Heel::Share(n)) => (self.num(n), false),
                Some(Heel::Volume(n)) => (self.num(n), true),
                None => (Num::Const(0.0), true),
            };
            self.network.buyers[buyer].tank = Some(Tank {
                entry: entry as u32,
                capacity,
                in_days,
                heel,
                heel_in_units,
            });
        }
    }

    /// The buyer of a commodity in a country.
    #[must_use]
    pub fn buyer(&self, commodity: CommodityId, country: CountryId) -> Option<usize> {
        let market = &self.network.markets[self.market(commodity)];
        market
            .buyers
            .clone()
            .find(|b| self.network.buyers[*b].country == country.0)
    }

    fn lay_out_contracts(&mut self) {
        for (entry, c) in self.scenario.contracts.iter().enumerate() {
            let mut pairs = self.pairs(c.commodity, c.from, &[c.to]);
            if let Some(company) = &c.company {
                let n = &self.network;
                pairs.retain(|p| {
                    n.sellers[n.pairs[*p as usize].seller as usize].company == *company
                });
            }
            for pair in pairs {
                let began = c.start.map_or(0, |day| self.days_from_start(day));
                let contract = Contract {
                    pair,
                    volume: self.num(&c.volume),
                    entry: entry as u32,
                    start: c.start.map_or(Tick::START, |d| self.tick(d)),
                    end: c.end.map_or(Tick::NEVER, |last| self.after(last)),
                    price: c.price.as_ref().map(|n| self.num(n)),
                    tolerance: (self.num_or_none(&c.down), self.num_or_none(&c.up)),
                    take_or_pay: self.num_or_none(&c.take_or_pay),
                    ramp: self.num_or_none(&c.ramp),
                    began: began as f64,
                    priority: c.priority,
                    free: c.free,
                };
                self.add_contract(contract);
            }
        }
    }

    fn add_contract(&mut self, contract: Contract) {
        let n = &mut self.network;
        let buyer = n.pairs[contract.pair as usize].buyer as usize;
        let m = &mut n.markets[n.buyers[buyer].market];
        m.contracts.push(n.contracts.len() as u32);
        if let Err(place) = m.priorities.binary_search(&contract.priority) {
            m.priorities.insert(place, contract.priority);
        }
        n.contracts.push(contract);
    }

    /// A number that is zero where it is not given.
    fn num_or_none(&mut self, num: &Option<written::Num>) -> Num {
        num.as_ref().map_or(Num::Const(0.0), |n| self.num(n))
    }

    fn days_from_start(&self, day: crate::units::Date) -> i64 {
        let calendar = self.network.calendar;
        calendar.days_between(calendar.start(), day)
    }

    fn find_parcels_to_final_use(&mut self) {
        for index in 0..self.network.buyers.len() {
            let n = &self.network;
            let b = &n.buyers[index];
            let only = n.demands[b.demands.clone()]
                .iter()
                .all(|d| d.user == User::Final);
            let m = &n.markets[b.market];
            let column = m.pairs.clone().skip(index - m.buyers.start);
            let piped = column
                .step_by(m.buyers.len())
                .any(|pair| n.pairs[pair].pipeline);
            let found = only && b.reserve.is_none() && b.tank.is_none() && !piped;
            self.network.buyers[index].parcels_to_final_use = found;
        }
    }

    fn find_focus(&mut self) {
        for focus in &self.scenario.focus {
            if let Some(buyer) = self.buyer(focus.commodity, focus.country) {
                self.network.focus.push(buyer as u32);
            }
        }
    }

    fn correlate(&mut self) {
        let rows: Vec<(u32, u32, f64)> = self
            .scenario
            .correlations
            .iter()
            .filter_map(|c| {
                let first = self.numbers.get(&c.first)?;
                let second = self.numbers.get(&c.second)?;
                Some((*first, *second, c.rank))
            })
            .collect();
        for c in &self.scenario.correlations {
            for path in [&c.first, &c.second] {
                if !self.numbers.contains_key(path) {
                    self.complaints.push(Complaint {
                        path: "correlations".to_owned(),
                        message: format!("`{path}` is not a number drawn once a trial"),
                        help: "name the path of a number given as a distribution".to_owned(),
                    });
                }
            }
        }
        let mut members: Vec<u32> = rows.iter().flat_map(|r| [r.0, r.1]).collect();
        members.sort_unstable();
        members.dedup();
        if members.is_empty() {
            return;
        }
        match Copula::new(&correlation_matrix(&members, &rows)) {
            Ok(copula) => self.network.copula = Some((members, copula)),
            Err(error) => self.complaints.push(Complaint {
                path: "correlations".to_owned(),
                message: error.to_string(),
                help: "weaken the correlations until they can hold together".to_owned(),
            }),
        }
    }
}

/// Whether a lane is about goods from one country to another; about those at
/// home only where it names both ends.
fn fits(lane: &written::Lane, good: CommodityId, from: CountryId, to: CountryId) -> bool {
    let explicit = from != to || (lane.from.is_some() && lane.to.is_some());
    explicit
        && lane.from.is_none_or(|x| x == from)
        && lane.to.is_none_or(|x| x == to)
        && (lane.commodities.is_empty() || lane.commodities.contains(&good))
}

/// Names of the chokepoints that lanes pass, in the order of the file.
fn chokepoints(scenario: &Scenario) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in scenario.lanes.iter().flat_map(|l| &l.via).flatten() {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// A demand with its rank and, for a plant's draw, site and units a run.
type Ranked = (f64, Demand, Option<(usize, Num)>);

fn correlation_matrix(members: &[u32], rows: &[(u32, u32, f64)]) -> Vec<f64> {
    let n = members.len();
    let place = |index: u32| members.iter().position(|m| *m == index).unwrap_or_default();
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        matrix[i * n + i] = 1.0;
    }
    for (first, second, rank) in rows {
        let (i, j) = (place(*first), place(*second));
        matrix[i * n + j] = *rank;
        matrix[j * n + i] = *rank;
    }
    matrix
}

fn empty(scenario: &Scenario) -> Network {
    let calendar = Calendar::new(scenario.start);
    let horizon = Tick::from_days(scenario.horizon);
    let months = calendar.month_starts(horizon);
    let month_of_bin = std::iter::once(Tick::START)
        .chain(months.iter().copied())
        .map(|t| (calendar.date_of(t).month() - 1) as u8)
        .collect();
    Network {
        calendar,
        horizon,
        months,
        month_of_bin,
        short_above: scenario.short_above,
        countries: scenario
            .countries
            .iter()
            .map(|c| (c.code.clone(), c.name.clone()))
            .collect(),
        markets: Vec::new(),
        sellers: Vec::new(),
        buyers: Vec::new(),
        pairs: Vec::new(),
        demands: Vec::new(),
        sites: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        chokepoints: chokepoints(scenario),
        reserves: Vec::new(),
        contracts: Vec::new(),
        parameters: Vec::new(),
        copula: None,
        focus: Vec::new(),
        watches: Vec::new(),
        watched: Vec::new(),
        seasonal: false,
        base: Base::default(),
        base_varies: false,
    }
}

/// Commodities upstream first, each with the number of recipe steps from a
/// source. Recipes have no cycle, which validation has made sure of.
fn stages(scenario: &Scenario) -> Vec<(CommodityId, u8)> {
    let mut stage = vec![0_u8; scenario.commodities.len()];
    for _ in 0..scenario.commodities.len() {
        for site in &scenario.sites {
            let inputs = site.inputs.iter().map(|(c, _)| stage[c.0] + 1).max();
            for (c, _) in &site.outputs {
                stage[c.0] = stage[c.0].max(inputs.unwrap_or(0)).min(50);
            }
        }
    }
    let mut order: Vec<(CommodityId, u8)> = stage
        .into_iter()
        .enumerate()
        .map(|(c, s)| (CommodityId(c), s))
        .collect();
    order.sort_by_key(|(c, s)| (*s, c.0));
    order
}

/// Monthly factors scaled so that their mean over the days of a year is one.
fn over_days(season: [f64; 12]) -> [f64; 12] {
    const DAYS: [f64; 12] = [
        31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0,
    ];
    let year: f64 = DAYS.iter().sum();
    let mean = season.iter().zip(DAYS).map(|(s, d)| s * d).sum::<f64>() / year;
    season.map(|s| s / mean)
}

/// Long-run share of capacity that ordinary outages leave: renewal 1 − E\[loss\]
/// E\[down\] / (E\[up\] + E\[down\]); overlapping exp(−ν E\[down\] E\[loss\]), the
/// multiplicative M/G/∞ result.
fn availability(outages: Option<&Outages>) -> f64 {
    let Some(outages) = outages.filter(|o| !o.capacity_while_up) else {
        return 1.0;
    };
    let (down, loss) = (outages.lasts.mean(), outages.loses.mean());
    match &outages.arrival {
        Arrival::Renewal(up) => 1.0 - loss * down / (up.mean() + down),
        Arrival::Overlapping(rate) => libm::exp(-rate.law.mean() * down * loss),
        Arrival::Once(_) => 1.0,
    }
}

/// Part of the window after which a pair's first cargo leaves: spread over
/// pairs, so that not everything arrives at once; none where all goods leave
/// at the clearing.
fn phase(key: ObjectKey, market: &Market) -> f64 {
    if market.offer_on_hand {
        return 0.0;
    }
    Stream::open(TrialKey::new(0, 0), key, 0).uniform()
}

/// How long goods are under way by a law, tabulated: lanes mostly share theirs.
struct Transit {
    law: Law,
    /// Draws of it, the shortest first.
    draws: Vec<Ticks>,
}

impl Transit {
    fn new(law: &Law) -> Self {
        let key = ObjectKey::named("transit statistics");
        let draws = match law.is_constant() {
            true => 1,
            false => TRANSIT_DRAWS,
        };
        let draw = |k| law.sample(&mut Stream::open(TrialKey::new(0, 0), key, k));
        let mut draws: Vec<Ticks> = (0..draws).map(draw).map(Ticks::from_days).collect();
        draws.sort_unstable();
        Self {
            law: law.clone(),
            draws,
        }
    }

    /// Mean windows under way and a bound on them.
    fn windows(&self, window: u64, phase: f64) -> (f64, u32) {
        let leaves = Ticks((phase * window as f64) as u64);
        // Goods are `whole` windows under way that arrive up to `end`.
        let (mut whole, mut end, mut sum) = (0, window, 0.0);
        for draw in &self.draws {
            let arrives = (leaves + *draw).0;
            if arrives > end {
                whole = arrives.div_ceil(window) - 1;
                end = window.saturating_mul(whole + 1);
            }
            sum += whole as f64;
        }
        let longest = whole.saturating_mul(2).saturating_add(2);
        let longest = u32::try_from(longest).unwrap_or(u32::MAX).min(10_000);
        (sum / self.draws.len() as f64, longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows that end while goods are under way, counted one by one.
    #[test]
    fn windows_under_way_are_those_that_end_before_arrival() {
        let laws = [
            Law::constant(0.0),
            Law::constant(30.0),
            Law::uniform(0.0, 100.0),
            Law::erlang(2, 45.0),
            Law::lognormal_mean_sd(35.0, 60.0),
        ];
        for law in laws.map(Result::unwrap) {
            let transit = Transit::new(&law);
            for (window, phase) in [(1, 0.0), (7, 0.9), (30, 0.0), (30, 0.5)] {
                let window = window * DAY;
                let leaves = (phase * window as f64) as u64;
                let under_way = |draw: &Ticks| {
                    let ends = (1..).map(|number| number * window);
                    ends.take_while(|end| *end < leaves + draw.0).count()
                };
                let counts: Vec<usize> = transit.draws.iter().map(under_way).collect();
                let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
                let longest = 2 * counts.iter().max().unwrap() + 2;
                assert_eq!(
                    transit.windows(window, phase),
                    (mean, longest as u32),
                    "{law:?}"
                );
            }
        }
    }

    #[test]
    fn a_transit_of_a_century_is_counted_in_no_time() {
        let transit = Transit::new(&Law::uniform(36_000.0, 37_000.0).unwrap());
        let (mean, longest) = transit.windows(1, 0.0);
        assert!((mean / (36_500.0 * DAY as f64) - 1.0).abs() < 0.01);
        assert_eq!(longest, 10_000);
    }
}
