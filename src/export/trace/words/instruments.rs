//! What instruments are, and what they bind.

use super::Words;
use crate::scenario::{
    Bypass, Closure, CommodityId, CountryId, ExtraterritorialRule, Instrument, Leakage, PriceCap,
    Sanction, Scope, Tariff,
};

impl Words<'_> {
    /// What an instrument is, and what it binds.
    pub(super) fn what(&self, instrument: &Instrument) -> String {
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

    /// `lng in Japan, South Korea (power)`.
    fn users(&self, on: &[CommodityId], at: &[CountryId], tiers: &[String]) -> String {
        let tiers = match tiers {
            [] => String::new(),
            some => format!(" ({})", some.join(", ")),
        };
        format!("{} in {}{tiers}", self.goods(on), self.countries(at))
    }

    fn countries(&self, ids: &[CountryId]) -> String {
        let names: Vec<_> = ids.iter().map(|c| self.country(c.0)).collect();
        names.join(", ")
    }

    fn sanction(&self, s: &Sanction) -> String {
        let of = s.companies.join(", ");
        format!("sanction on {} of {of}", self.goods(&s.on))
    }

    fn tariff(&self, t: &Tariff) -> String {
        let by = self.places(t.by.iter().map(|c| c.0));
        let from = self.places(t.from.iter().map(|c| c.0));
        format!("tariff of {by} on {} from {from}", self.goods(&t.on))
    }

    fn price_cap(&self, cap: &PriceCap) -> String {
        let by = self.places(cap.by.iter().map(|c| c.0));
        let from = if cap.companies.is_empty() {
            self.places(cap.from.iter().map(|c| c.0))
        } else {
            cap.companies.join(", ")
        };
        format!("price cap of {by} on {} from {from}", self.goods(&cap.on))
    }

    fn closure(&self, closure: &Closure) -> String {
        format!("closure of {}", closure.of)
    }

    fn bypass(&self, bypass: &Bypass) -> String {
        let by = self.places(bypass.by.iter().map(|c| c.0));
        let around = &bypass.around;
        format!(
            "bypass around {around} for {} from {by}",
            self.goods(&[bypass.on])
        )
    }

    fn leakage(&self, leakage: &Leakage) -> String {
        let around: Vec<&str> = leakage.around.iter().map(|p| self.policy(p.0)).collect();
        let via = self.places(leakage.via.iter().map(|c| c.0));
        format!("leakage around {} through {via}", around.join(", "))
    }

    fn rule_abroad(&self, rule: &ExtraterritorialRule) -> String {
        format!(
            "rule of {} on {} made abroad with its {}",
            self.country(rule.by.0),
            self.goods(&rule.on),
            self.goods(&rule.content)
        )
    }

    /// A few countries by name, many by number.
    fn places(&self, countries: impl ExactSizeIterator<Item = usize>) -> String {
        match countries.len() {
            all if all == self.count_of_countries() => "everywhere".to_owned(),
            1..=3 => {
                let names: Vec<&str> = countries.map(|c| self.country(c)).collect();
                names.join(", ")
            }
            many => format!("{many} countries"),
        }
    }
}
