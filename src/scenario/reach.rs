//! Whom a policy can strike.

use std::collections::BTreeSet;

use super::model::{CommodityId, CountryId, Focus, Instrument, Lane, Policy, Scenario};

impl Scenario {
    /// Whether a policy acts on what a focus is supplied with: on its good or
    /// one that goes into it, and, if it binds trade or users, on those of its country.
    #[must_use]
    pub fn strikes(&self, policy: &Policy, focus: Focus) -> bool {
        let chain = self.chain(focus.commodity);
        let acts = |on: &[CommodityId]| on.iter().any(|good| chain.contains(good));
        let binds = |on: &[CommodityId], to: &[CountryId]| to.contains(&focus.country) && acts(on);
        match &policy.instrument {
            Instrument::ExportBan(ban) => binds(&ban.scope.on, &ban.scope.to),
            Instrument::ExportQuota(quota) => binds(&quota.scope.on, &quota.scope.to),
            Instrument::ExportLicence(licence) => binds(&licence.scope.on, &licence.scope.to),
            Instrument::Disruption(disruption) => {
                let mut sites = disruption.sites.iter();
                sites.any(|id| self.makes(id.0, &chain))
            }
            Instrument::Sanction(sanction) => acts(&sanction.on),
            Instrument::Tariff(tariff) => binds(&tariff.on, &tariff.by),
            Instrument::PriceCap(cap) => binds(&cap.on, &cap.by),
            Instrument::Closure(closure) => self.passes(&closure.of, focus.country, &chain),
            Instrument::Bypass(bypass) => acts(&[bypass.on]),
            Instrument::Leakage(leakage) => leakage.around.iter().any(|around| {
                let policy = &self.policies[around.0];
                !matches!(policy.instrument, Instrument::Leakage(_)) && self.strikes(policy, focus)
            }),
            Instrument::ExtraterritorialRule(rule) => binds(&rule.on, &rule.to),
            Instrument::CoordinatedRelease(release) => chain.contains(&release.commodity),
            Instrument::StockpilePact(pact) => pact.goods.iter().any(|good| chain.contains(good)),
            Instrument::Substitution(s) => {
                let with = s.with.as_ref().map(|(good, _)| *good);
                let goods: Vec<_> = with.into_iter().chain([s.of]).collect();
                binds(&goods, &s.countries)
            }
            // It strikes by what the regimes switch.
            Instrument::Negotiation(_) => false,
            Instrument::Project(project) => self.makes(project.site.0, &chain),
            Instrument::PriceFloor(floor) => chain.contains(&floor.of),
            Instrument::DemandShock(shock) => binds(&[shock.of], &shock.countries),
            Instrument::Hoarding(hoarding) => binds(&hoarding.on, &hoarding.countries),
        }
    }

    /// Whether a lane that brings one of some goods to a country passes a
    /// chokepoint.
    fn passes(&self, chokepoint: &str, to: CountryId, goods: &BTreeSet<CommodityId>) -> bool {
        let brings = |lane: &Lane| {
            let some = lane.commodities.iter().any(|good| goods.contains(good));
            lane.to.is_none_or(|end| end == to) && (lane.commodities.is_empty() || some)
        };
        let passes = |lane: &Lane| {
            lane.via
                .iter()
                .flatten()
                .any(|(name, _)| name == chokepoint)
        };
        self.lanes.iter().any(|lane| passes(lane) && brings(lane))
    }

    /// A good and all that goes into it, stage by stage.
    fn chain(&self, good: CommodityId) -> BTreeSet<CommodityId> {
        let mut chain = BTreeSet::from([good]);
        loop {
            let known = chain.len();
            for site in 0..self.sites.len() {
                if self.makes(site, &chain) {
                    chain.extend(self.sites[site].inputs.iter().map(|(input, _)| *input));
                }
            }
            if chain.len() == known {
                return chain;
            }
        }
    }

    fn makes(&self, site: usize, goods: &BTreeSet<CommodityId>) -> bool {
        let mut outputs = self.sites[site].outputs.iter();
        outputs.any(|(good, _)| goods.contains(good))
    }
}

#[cfg(test)]
mod tests {
    use super::super::load_embedded;

    const FILE: &str = r#"
[scenario]
title = "t"
start = 2025-01-01
horizon = "1 year"
focus = ["magnet @ JP", "magnet @ US", "ore @ JP"]

[countries]
CN = "China"
JP = "Japan"
US = "United States"

[commodities]
ore    = { unit = "t", price = "5 USD/kg" }
magnet = { unit = "t", price = "50 USD/kg" }

[[sites]]
name = "mine"
country = "CN"
makes = "ore"
capacity = "200 t/yr"

[[sites]]
name = "plant"
country = "JP"
recipe = { inputs = { ore = 1 }, outputs = { magnet = 1 } }
capacity = "200 t/yr"

[[demand]]
of = "magnet"
in = "JP"
rate = "100 t/yr"

[[demand]]
of = "magnet"
in = "US"
rate = "100 t/yr"

[policies.ore-to-japan.export-ban]
title = "No ore for Japan"
role = "shock"
by = "CN"
on = ["ore"]
to = ["JP"]

[policies.magnets-to-all.export-ban]
role = "shock"
by = "JP"
on = ["magnet"]

[policies.fear.hoarding]
role = "shock"
on = ["magnet"]
in = "US"
cover = "30 days"

[policies.strike.disruption]
role = "shock"
sites = ["mine"]
at = 2025-02-01
lasts = "30 days"
"#;

    #[test]
    fn a_policy_strikes_goods_and_what_goes_into_them() {
        let loaded = load_embedded("a", &[("a.toml", FILE)], &[]);
        let scenario = loaded.map_err(|report| report.render()).unwrap().scenario;
        let strikes = |policy: usize| {
            let policy = &scenario.policies[policy];
            let foci = scenario.focus.iter();
            let struck = foci.map(|focus| scenario.strikes(policy, *focus));
            (policy.title.as_str(), struck.collect::<Vec<_>>())
        };
        assert_eq!(strikes(0), ("No ore for Japan", vec![true, false, true]));
        assert_eq!(strikes(1), ("magnets-to-all", vec![false, true, false]));
        assert_eq!(strikes(2), ("fear", vec![false, true, false]));
        assert_eq!(strikes(3), ("strike", vec![true, true, true]));
    }
}
