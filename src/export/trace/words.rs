use super::{Row, Traced};
use crate::engine::{Decision, Entry, Milestone, Variant};
use crate::export::number::{percent, plain};
use crate::network::Network;
use crate::scenario::{CommodityId, CountryId, Instrument, Policy, Role, Scenario, Scope};
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
            Entry::Project {
                policy,
                site,
                milestone,
            } => self.project(policy, site, milestone),
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

    /// Policies announced within the scenario, before they take effect.
    pub(super) fn announcements(&self) -> Vec<Row> {
        let known =
            self.scenario.policies.iter().enumerate().filter(|(_, p)| {
                self.traced.variant == Variant::Shocked || p.role == Role::Background
            });
        let announced = known.filter(|(_, p)| p.announced < p.effective);
        let dated = announced.filter_map(|(index, p)| {
            let at = self.n.calendar.tick_of(p.announced)?;
            (at <= self.until()).then_some((index, p, at))
        });
        let row = |(index, p, at): (usize, &Policy, Tick)| Row {
            at,
            kind: "announced",
            text: format!(
                "announced for {}: {}",
                p.effective,
                self.what(&p.instrument)
            ),
            ..self.of_policy(index)
        };
        dated.map(row).collect()
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

    fn regime(&self, process: usize, state: usize) -> Row {
        let p = &self.traced.model.processes[process];
        Row {
            kind: "regime",
            subject: p.name.clone(),
            text: format!("regime: {}", p.states[state].name),
            ..Row::default()
        }
    }

    fn negotiated(&self, policy: usize, process: usize, outcome: usize, stays: bool) -> Row {
        let p = &self.traced.model.processes[process];
        let (name, state) = (&p.name, &p.states[outcome].name);
        Row {
            kind: "negotiated",
            text: match stays {
                true => format!("negotiation about {name}: {state} stays"),
                false => format!("negotiation about {name}: {state}"),
            },
            ..self.of_policy(policy)
        }
    }

    fn policy_changes(&self, policy: usize, in_force: bool) -> Row {
        // Ordinary outages of sites come behind the scenario's own policies.
        let written = self.scenario.policies.get(policy);
        let what = written.map_or_else(
            || "ordinary outages".to_owned(),
            |p| self.what(&p.instrument),
        );
        Row {
            kind: if in_force { "in-force" } else { "ended" },
            text: match in_force {
                true => format!("in force: {what}"),
                false => format!("no longer in force: {what}"),
            },
            ..self.of_policy(policy)
        }
    }

    /// What an instrument is, and what it binds.
    fn what(&self, instrument: &Instrument) -> String {
        match instrument {
            Instrument::ExportBan(ban) => self.control("export ban", &ban.scope),
            Instrument::ExportQuota(quota) => self.control("export quota", &quota.scope),
            Instrument::ExportLicence(licence) => self.control("export licence", &licence.scope),
            Instrument::Disruption(disruption) => {
                let sites = disruption.sites.iter();
                let names: Vec<_> = sites.map(|s| self.n.sites[s.0].name.as_str()).collect();
                format!("disruption of {}", names.join(", "))
            }
            Instrument::Sanction(sanction) => self.sanction(sanction),
            Instrument::Tariff(tariff) => self.tariff(tariff),
            Instrument::PriceCap(cap) => self.price_cap(cap),
            Instrument::Closure(closure) => self.closure(closure),
            Instrument::Bypass(bypass) => self.bypass(bypass),
            Instrument::Leakage(leakage) => self.leakage(leakage),
            Instrument::ExtraterritorialRule(rule) => self.rule_abroad(rule),
            Instrument::CoordinatedRelease(release) => {
                let members: Vec<_> = release.members.iter().map(|(c, _)| *c).collect();
                let good = &self.scenario.commodities[release.commodity.0].key;
                format!("release of {good} by {}", self.countries(&members))
            }
            Instrument::StockpilePact(pact) => {
                let members = self.countries(&pact.members);
                format!("stockpile pact on {} of {members}", self.goods(&pact.goods))
            }
            Instrument::Substitution(s) => {
                let users = self.users(&[s.of], &s.countries, &s.tiers);
                match &s.with {
                    Some((with, _)) => format!("{} in place of {users}", self.key_of(*with)),
                    None => format!("thrift with {users}"),
                }
            }
            Instrument::Negotiation(talks) => {
                let process = &self.traced.model.processes[talks.process];
                format!("negotiation about {}", process.name)
            }
            Instrument::Project(project) => {
                format!("project at {}", self.n.sites[project.site.0].name)
            }
            Instrument::PriceFloor(floor) => {
                format!("price floor under {}", self.key_of(floor.of))
            }
            Instrument::DemandShock(shock) => {
                let users = self.users(&[shock.of], &shock.countries, &shock.tiers);
                format!("demand shock on {users}")
            }
            Instrument::Hoarding(hoarding) => {
                format!(
                    "hoarding of {}",
                    self.users(&hoarding.on, &hoarding.countries, &[])
                )
            }
        }
    }

    fn countries(&self, ids: &[CountryId]) -> String {
        let names: Vec<_> = ids.iter().map(|c| self.country(c.0)).collect();
        names.join(", ")
    }

    /// `lng in Japan, South Korea (power)`.
    fn users(&self, on: &[CommodityId], at: &[CountryId], tiers: &[String]) -> String {
        let tiers = match tiers {
            [] => String::new(),
            some => format!(" ({})", some.join(", ")),
        };
        format!("{} in {}{tiers}", self.goods(on), self.countries(at))
    }

    fn key_of(&self, commodity: CommodityId) -> &str {
        &self.scenario.commodities[commodity.0].key
    }

    fn control(&self, kind: &str, scope: &Scope) -> String {
        let by = self.country(scope.by.0);
        let all_others = scope.to.len() + 1 == self.scenario.countries.len();
        let to = match scope.to.as_slice() {
            _ if all_others => String::new(),
            few @ ([_] | [_, _] | [_, _, _]) => {
                let names: Vec<_> = few.iter().map(|c| self.country(c.0)).collect();
                format!(" to {}", names.join(", "))
            }
            many => format!(" to {} countries", many.len()),
        };
        format!("{kind} on {} from {by}{to}", self.goods(&scope.on))
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

    fn share(&self, policy: usize, market: usize, share: f64) -> Row {
        Row {
            kind: "ban-share",
            market: Some(market),
            value: Some((share, "share".to_owned())),
            text: format!(
                "forbids {} of reference trade in {}",
                percent(share),
                self.n.markets[market].key
            ),
            ..self.of_policy(policy)
        }
    }

    fn terms(&self, policy: usize, country: usize, approval: f64, general: f64, held: f64) -> Row {
        Row {
            kind: "licence-terms",
            to: Some(country),
            value: Some((approval, "share".to_owned())),
            text: format!(
                "terms for {}: {} approved, {} under general licences, {} of uncontrolled goods held",
                self.country(country),
                percent(approval),
                percent(general),
                percent(held)
            ),
            ..self.of_policy(policy)
        }
    }

    fn filed(&self, policy: usize, pair: usize, applied: f64, held: f64, waiting: f64) -> Row {
        let row = self.on_pair(pair);
        let volume = |volume| self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "filed",
            policy: Some(policy),
            volume: Some(applied + held),
            text: format!(
                "{}: {} from {} filed for a licence, {} held for inspection; {} waits",
                self.policy(policy),
                volume(applied),
                self.seller(pair),
                volume(held),
                volume(waiting)
            ),
            ..row
        }
    }

    fn decided(
        &self,
        policy: usize,
        pair: usize,
        volume: f64,
        decision: Decision,
        waiting: f64,
    ) -> Row {
        let row = self.on_pair(pair);
        let market = row.market.unwrap_or_default();
        let (kind, how) = match decision {
            Decision::Approved => ("approved", "approved"),
            Decision::Refused => ("refused", "refused"),
            Decision::Released => ("released", "released from inspection"),
        };
        Row {
            kind,
            policy: Some(policy),
            volume: Some(volume),
            text: format!(
                "{}: {} from {} {how}; {} waits",
                self.policy(policy),
                self.volume(market, volume),
                self.seller(pair),
                self.volume(market, waiting)
            ),
            ..row
        }
    }

    fn capacity(&self, policy: usize, site: usize, left: f64) -> Row {
        let written = self.traced.scenario.policies.get(policy);
        let cause = written.map_or("ordinary outage", |p| p.name.as_str());
        let country = self.scenario.sites[site].country.0;
        let up = match left {
            1.0.. => "all capacity".to_owned(),
            _ => format!("{} of capacity", percent(left)),
        };
        Row {
            kind: "outage",
            policy: Some(policy),
            text: format!("{up} up, in {} ({cause})", self.country(country)),
            value: Some((left, "share".to_owned())),
            ..self.at_site(site)
        }
    }

    pub(super) fn at_site(&self, site: usize) -> Row {
        let output = self.n.sites[site].outputs.clone().next();
        let seller = output.map(|o| self.n.outputs[o].seller as usize);
        Row {
            subject: self.n.sites[site].name.clone(),
            market: seller.map(|s| self.n.sellers[s].market),
            from: Some(self.scenario.sites[site].country.0),
            ..Row::default()
        }
    }

    pub(super) fn price(&self, buyer: usize, price: f64) -> Row {
        let row = self.at_buyer(buyer);
        let (price, unit) = self.told_price(row.market.unwrap_or_default(), price);
        Row {
            kind: "price",
            text: format!("price {} {unit}", plain(price)),
            value: Some((price, unit)),
            ..row
        }
    }

    fn blocked(&self, policy: usize, pair: usize, volume: f64, days: f64) -> Row {
        let row = self.on_pair(pair);
        let market = row.market.unwrap_or_default();
        Row {
            kind: "blocked",
            policy: Some(policy),
            volume: Some(volume),
            value: Some((days, "days".to_owned())),
            text: format!(
                "{} stops {} of reference trade from {}, for {} days",
                self.policy(policy),
                self.volume(market, volume),
                self.seller(pair),
                plain(days)
            ),
            ..row
        }
    }

    fn arrival(&self, pair: usize, volume: f64, price: f64) -> Row {
        let row = self.on_pair(pair);
        let market = row.market.unwrap_or_default();
        let (price, unit) = self.told_price(market, price);
        Row {
            kind: "arrival",
            volume: Some(volume),
            text: format!(
                "{} from {} arrives, at {} {unit}",
                self.volume(market, volume),
                self.seller(pair),
                plain(price)
            ),
            value: Some((price, unit)),
            ..row
        }
    }

    fn rationing(&self, buyer: usize, rations: bool, stock: f64) -> Row {
        let row = self.at_buyer(buyer);
        let stock_text = self.volume(row.market.unwrap_or_default(), stock);
        Row {
            kind: if rations {
                "rationing"
            } else {
                "rationing-ends"
            },
            volume: Some(stock),
            text: match rations {
                true => format!("rations its users, with {stock_text} in stock"),
                false => format!("gives its users what they want again, {stock_text} in stock"),
            },
            ..row
        }
    }

    fn waiting(&self, buyer: usize, volume: f64) -> Row {
        let row = self.at_buyer(buyer);
        let waits = self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "waiting",
            volume: Some(volume),
            text: format!("the tank is full, {waits} waits for room"),
            ..row
        }
    }

    fn boiled_off(&self, buyer: usize, volume: f64, waiting: bool) -> Row {
        let row = self.at_buyer(buyer);
        let lost = self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "boil-off",
            volume: Some(volume),
            text: match waiting {
                true => format!("{lost} boils off, waiting for room in the tank"),
                false => format!("{lost} will boil off, on a voyage longer than usual"),
            },
            ..row
        }
    }

    fn input(&self, input: usize, share: f64) -> Row {
        let i = &self.n.inputs[input];
        let buyer = self.n.demands[i.demand as usize].buyer as usize;
        let good = &self.n.markets[self.n.buyers[buyer].market].key;
        let enough = share.is_infinite();
        Row {
            kind: if enough { "input-ends" } else { "input-short" },
            value: Some((share.min(1.0), "share".to_owned())),
            text: match enough {
                true => format!("has enough {good} again"),
                false => format!(
                    "can do {} of what it wants, for want of {good}",
                    percent(share)
                ),
            },
            ..self.at_site(i.site as usize)
        }
    }

    fn reserve(&self, reserve: usize, rate: f64, left: f64) -> Row {
        let row = self.at_buyer(self.n.reserves[reserve].buyer as usize);
        let market = row.market.unwrap_or_default();
        let (amount, left_text) = (self.volume(market, rate.abs()), self.volume(market, left));
        Row {
            kind: "reserve",
            volume: Some(left),
            value: Some((rate, format!("{}/day", self.unit(market)))),
            text: match rate {
                0.0 => format!("state reserve at rest, holds {left_text}"),
                0.0.. => format!("state reserve releases {amount} a day, holds {left_text}"),
                _ => format!("state reserve takes {amount} a day, holds {left_text}"),
            },
            ..row
        }
    }

    fn ordered(&self, policy: usize, reserve: usize, rate: f64) -> Row {
        let row = self.at_buyer(self.n.reserves[reserve].buyer as usize);
        let market = row.market.unwrap_or_default();
        let rate_text = self.volume(market, rate);
        Row {
            kind: "release-ordered",
            policy: Some(policy),
            value: Some((rate, format!("{}/day", self.unit(market)))),
            text: match rate {
                0.0 => format!("{}: no release is ordered any more", self.policy(policy)),
                _ => format!(
                    "{}: the state reserve is ordered to release {rate_text} a day",
                    self.policy(policy)
                ),
            },
            ..row
        }
    }

    fn aid(&self, policy: usize, reserve: usize, buyer: usize, volume: f64) -> Row {
        let row = self.at_buyer(buyer);
        let giver = &self.n.buyers[self.n.reserves[reserve].buyer as usize];
        Row {
            kind: "aid",
            policy: Some(policy),
            from: Some(giver.country),
            volume: Some(volume),
            text: format!(
                "{}: {} leaves the state reserve of {}",
                self.policy(policy),
                self.volume(row.market.unwrap_or_default(), volume),
                self.country(giver.country)
            ),
            ..row
        }
    }

    fn aid_arrival(&self, buyer: usize, volume: f64) -> Row {
        let row = self.at_buyer(buyer);
        let arrives = self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "aid-arrival",
            volume: Some(volume),
            text: format!("{arrives} from the state reserve of another country arrives"),
            ..row
        }
    }

    fn contract(&self, contract: usize, in_force: bool) -> Row {
        let pair = self.n.contracts[contract].pair as usize;
        let seller = self.seller(pair);
        Row {
            kind: if in_force {
                "contract"
            } else {
                "contract-ends"
            },
            text: match in_force {
                true => format!("contract with {seller} in force"),
                false => format!("contract with {seller} no longer in force"),
            },
            ..self.on_pair(pair)
        }
    }

    fn taken(&self, contract: usize, share: f64, unused: f64) -> Row {
        let pair = self.n.contracts[contract].pair as usize;
        let paid = match unused {
            0.0 => String::new(),
            _ => format!(", and pays {} USD a day for the rest", plain(unused)),
        };
        Row {
            kind: "contract-taken",
            value: Some((share, "share".to_owned())),
            text: format!(
                "takes {} of its contract with {}{paid}",
                percent(share),
                self.seller(pair)
            ),
            ..self.on_pair(pair)
        }
    }

    fn project(&self, policy: usize, site: usize, milestone: Milestone) -> Row {
        let row = self.at_site(site);
        let told = |price| self.told_price(row.market.unwrap_or_default(), price);
        let (kind, value, text) = match milestone {
            Milestone::Unsupported => ("project-waits", None, "not decided on yet".to_owned()),
            Milestone::Unprofitable { price, breakeven } => {
                let ((price, unit), (needed, _)) = (told(price), told(breakeven));
                let (price_text, needed) = (plain(price), plain(needed));
                let text =
                    format!("not decided on: price {price_text}, break-even {needed} {unit}");
                ("project-waits", Some((price, unit)), text)
            }
            Milestone::Funded => ("project-funded", None, "funded".to_owned()),
            Milestone::Dropped => (
                "project-dropped",
                None,
                "not funded, never built".to_owned(),
            ),
            Milestone::Begun { due, late } => {
                let slips = match late {
                    0.0 => String::new(),
                    _ => format!(", slipped by {} days", plain(late)),
                };
                let due = self.n.calendar.date_of(due);
                let text = format!("building begins, to be complete on {due}{slips}");
                ("project-begun", Some((late, "days".to_owned())), text)
            }
            Milestone::Complete => ("project-complete", None, "complete".to_owned()),
            Milestone::Runs { share } => {
                let text = format!("{} of what it adds runs", percent(share));
                ("project-runs", Some((share, "share".to_owned())), text)
            }
        };
        Row {
            kind,
            policy: Some(policy),
            value,
            text: format!("{}: {text}", self.policy(policy)),
            ..row
        }
    }

    fn demand(&self, policy: usize, factor: f64) -> Row {
        Row {
            kind: "demand",
            value: Some((factor, "share".to_owned())),
            text: format!(
                "its users need {} of their reference demand",
                percent(factor)
            ),
            ..self.of_policy(policy)
        }
    }

    pub(super) fn replaced(&self, policy: usize, buyer: usize, share: f64) -> Row {
        let written = self.scenario.policies.get(policy).map(|p| &p.instrument);
        let with = match written {
            Some(Instrument::Substitution(s)) => s.with.as_ref(),
            _ => None,
        };
        let how = match with {
            Some((good, _)) => format!("replaced by {}", self.key_of(*good)),
            None => "saved".to_owned(),
        };
        Row {
            kind: "replaced",
            policy: Some(policy),
            value: Some((share, "share".to_owned())),
            text: format!(
                "{}: {} of demand {how}",
                self.policy(policy),
                percent(share)
            ),
            ..self.at_buyer(buyer)
        }
    }

    fn fear(&self, buyer: usize, days: f64) -> Row {
        Row {
            kind: "hoarding",
            value: Some((days, "days".to_owned())),
            text: match days {
                0.0 => "stores no more than usual".to_owned(),
                _ => format!(
                    "wants to store {} days of use beyond its target",
                    plain(days)
                ),
            },
            ..self.at_buyer(buyer)
        }
    }

    fn month(&self, at: Tick, focus: usize, short: f64, demand: f64, cover: f64) -> Row {
        let row = self.at_buyer(self.n.focus[focus] as usize);
        let market = row.market.unwrap_or_default();
        let share = if demand > 0.0 { short / demand } else { 0.0 };
        Row {
            kind: "month",
            volume: Some(short),
            value: Some((share, "share".to_owned())),
            cover: Some(cover),
            text: format!(
                "{}: short of {}, {} of demand; stock {} days",
                self.n.calendar.month_label(last_second(at)),
                self.volume(market, short),
                percent(share),
                plain(cover)
            ),
            ..row
        }
    }
}

/// The second before.
pub(super) fn last_second(at: Tick) -> Tick {
    Tick(at.0.saturating_sub(1))
}
