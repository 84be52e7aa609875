//! Price floor: what sites are paid for a good falls no lower.
//!
//! While it is in force, output answers to `max(π, floor/p0 − 1)` in place of
//! the seller's price π, and a project breaks even by it. What buyers pay does
//! not change: somebody else makes up the difference. Of several floors the
//! highest counts.

use super::Act;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::scenario as written;

#[derive(Clone, Debug)]
pub(super) struct PriceFloor {
    sites: Vec<usize>,
    market: usize,
    /// USD per unit.
    at: Num,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::PriceFloor) -> PriceFloor {
    PriceFloor {
        sites: w.sites.iter().map(|s| s.0).collect(),
        market: compiler.market(w.of),
        at: compiler.num(&w.at),
    }
}

impl Act for PriceFloor {
    fn switched(&self, trial: &mut Trial, _me: usize) {
        for site in &self.sites {
            trial.floors_changed(*site, self.market);
        }
    }
}

impl Trial<'_> {
    /// Works out afresh the floor under what a site is paid for a good; the site
    /// changes if it would make more or less by it.
    fn floors_changed(&mut self, site: usize, market: usize) {
        let floor = self.floor_under(site, market);
        for o in self.n.sites[site].outputs.clone() {
            let seller = self.n.outputs[o].seller as usize;
            if self.n.sellers[seller].market == market && self.s.floors[o] != floor {
                let before = self.runs_unbraked(site);
                self.s.floors[o] = floor;
                if self.runs_unbraked(site) != before {
                    self.site_changed(site);
                }
            }
        }
    }

    /// The highest floor in force, as a deviation \[p0\].
    fn floor_under(&self, site: usize, market: usize) -> f64 {
        let mut floor = f64::NEG_INFINITY;
        for (index, p) in self.policies.iter().enumerate() {
            if let super::Instrument::PriceFloor(own) = &p.instrument
                && self.s.policies[index].in_force
                && own.market == market
                && own.sites.contains(&site)
            {
                let at = own.at.get(self.drawn) / self.base.terms[market].price - 1.0;
                floor = floor.max(at);
            }
        }
        floor
    }
}
