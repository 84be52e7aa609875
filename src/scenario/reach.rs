//! Whom a policy can strike.

use std::collections::BTreeSet;

use super::model::{CommodityId, Focus, Instrument, Policy, Scenario, Scope};

impl Scenario {
    /// Whether a policy acts on what a focus is supplied with: on its good or
    /// one that goes into it, and, if it binds trade, on trade to its country.
    #[must_use]
    pub fn strikes(&self, policy: &Policy, focus: Focus) -> bool {
        let chain = self.chain(focus.commodity);
        let binds = |scope: &Scope| {
            scope.to.contains(&focus.country) && scope.on.iter().any(|good| chain.contains(good))
        };
        match &policy.instrument {
            Instrument::ExportBan(ban) => binds(&ban.scope),
            Instrument::ExportQuota(quota) => binds(&quota.scope),
            Instrument::ExportLicence(licence) => binds(&licence.scope),
            Instrument::Disruption(disruption) => {
                let mut sites = disruption.sites.iter();
                sites.any(|id| self.makes(id.0, &chain))
            }
        }
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
