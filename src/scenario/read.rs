//! A whole file: its parts, in the order in which they build on each other.

use std::collections::BTreeMap;

use super::baci::Atlas;
use super::model::{Commodity, Scenario};
use super::policies::Setting;
use super::study::{Period, Resolved};
use super::table::{Reader, table};
use super::tree::Node;
use super::values::Map;
use super::{
    check, commodities, contracts, correlations, countries, demand, doubts, lanes, policies,
    regimes, reserves, sites, study, tanks, trade,
};

table! {
    /// A scenario of export controls and sanctions, and the trade they strike.
    struct File {
        /// What is studied, from when and for how long.
        scenario: study::Study,
        /// Countries and blocs by code.
        countries: Map<countries::Listed>,
        /// Traded goods by key.
        commodities: Map<commodities::Listed>,
        /// Observed trade by commodity.
        trade: Map<trade::Listed>,
        /// Mines, plants, fields and trains.
        sites: Vec<sites::Listed>,
        /// Final use.
        demand: Vec<demand::Listed>,
        /// State stocks.
        reserves: Vec<reserves::Listed>,
        /// Room for commercial stocks.
        tanks: Vec<tanks::Listed>,
        /// How goods travel between countries.
        lanes: Vec<lanes::Listed>,
        /// Term contracts.
        contracts: Vec<contracts::Listed>,
        /// Policies by name.
        policies: Map<policies::Kinds>,
        /// Political processes by name.
        regimes: Map<regimes::Listed>,
        /// Rank correlations between uncertain numbers.
        correlations: Vec<correlations::Listed>,
    }
}

impl File {
    /// Resolves every part; `None` if anything is wrong, which is then among
    /// the problems.
    pub(super) fn resolve(
        &self,
        root: &Node,
        stem: &str,
        reader: &mut Reader<'_>,
    ) -> Option<Scenario> {
        let study = self.scenario.resolve(stem, reader);
        let period = self
            .scenario
            .period(reader)
            .unwrap_or_else(|| self.unknown_period());
        let countries = countries::resolve(&self.countries, reader);
        let commodities = self.commodities(reader);
        let sites = sites::resolve(&self.sites, period, reader);
        let demands = each(&self.demand, |listed| listed.resolve(reader));
        let complete = sites.len() == items(root, "sites");
        let all_uses = demands.len() == items(root, "demand");
        let setting = Setting {
            period,
            sites: &sites,
            demands: &demands,
            complete,
            all_uses,
        };
        let policies = policies::resolve(&self.policies, setting, reader);
        let processes = regimes::resolve(&self.regimes, period, reader);
        let reserves = each(&self.reserves, |listed| listed.resolve(reader));
        let tanks = each(&self.tanks, |listed| listed.resolve(reader));
        let lanes = each(&self.lanes, |listed| listed.resolve(reader));
        let contracts = each(&self.contracts, |listed| listed.resolve(period, reader));
        let correlations = self.correlations.iter().enumerate();
        let correlations = correlations
            .filter_map(|(index, listed)| listed.resolve(index, root.span.file, reader));
        let correlations = correlations.collect();
        let all_countries = countries.len() == reader.names.countries.len();
        let all_goods = commodities.len() == reader.names.commodities.len();
        let Resolved {
            name,
            trials,
            seed,
            short_above,
            focus,
        } = study?;
        let scenario = Scenario {
            name,
            title: self.scenario.title.clone(),
            question: self.scenario.question.clone(),
            start: period.start,
            horizon: period.horizon,
            trials,
            seed,
            short_above,
            focus: focus.iter().map(|(focus, _)| *focus).collect(),
            sources: self.citations(),
            countries,
            commodities,
            sites,
            demands,
            reserves,
            tanks,
            lanes: lanes.into_iter().flatten().collect(),
            contracts,
            policies,
            processes,
            correlations,
            units: reader.uncertain.clone(),
            notes: reader.notes_in_order(),
            defaults: reader.defaults_used(),
        };
        let all_policies = scenario.policies.len() == reader.names.policies.len();
        let all_reserves = scenario.reserves.len() == items(root, "reserves");
        if complete && all_countries && all_goods && all_uses {
            check::whole(&scenario, &focus, reader);
            if all_policies && all_reserves {
                check::policies(&scenario, reader);
                doubts::look(&scenario, reader);
            }
        }
        Some(scenario)
    }

    /// A stand-in where the horizon is wrong, so that the rest is read.
    fn unknown_period(&self) -> Period {
        let start = self.scenario.start.date;
        Period {
            start,
            horizon: f64::INFINITY,
            span: self.scenario.horizon.0.span,
        }
    }

    /// The commodities with their observed trade.
    fn commodities(&self, reader: &mut Reader<'_>) -> Vec<Commodity> {
        let mut goods = commodities::resolve(&self.commodities, reader);
        let atlas = Atlas::new(&self.countries, reader);
        for (id, flows) in trade::resolve(&self.trade, &atlas, reader) {
            let key = reader.names.commodities.name(id.0);
            if let Some(good) = goods.iter_mut().find(|good| good.key == key) {
                good.trade = flows;
            }
        }
        goods
    }

    fn citations(&self) -> BTreeMap<String, String> {
        let sources = self.scenario.sources.as_ref();
        sources
            .map(|citations| citations.0.clone())
            .unwrap_or_default()
    }
}

/// What could be resolved.
fn each<T, U>(items: &[T], resolve: impl FnMut(&T) -> Option<U>) -> Vec<U> {
    items.iter().filter_map(resolve).collect()
}

/// How many entries an array of tables has in the file.
fn items(root: &Node, key: &str) -> usize {
    root.get(key).map_or(0, |list| list.items().len())
}
