//! Storage of finished goods: a full seller makes no more than it ships.
//!
//! After each allocation a seller may make over the coming window what fits:
//!
//! ```text
//! made ≤ piped + (limit − (stock − carried)) / window
//! ```
//!
//! shared among its sites in proportion to their capacity. Its limit is what
//! it usually holds and its sites' `storage`; goods sold that wait for a full
//! cargo do not count. Ships that are taken away are emptied in a line over the
//! time in which sellers release stock. What a full site leaves unmade is neither output lost
//! to a shortage of inputs nor use of them.

use super::journal::Entry;
use super::trial::Trial;

impl Trial<'_> {
    /// Lets the sellers of a market make no more than they can store.
    pub(super) fn keep_within_storage(&mut self, market: usize, window: f64) {
        for seller in self.n.markets[market].sellers.clone() {
            if self.base.storage[seller].is_finite() {
                self.limit_output(seller, window);
            }
        }
    }

    fn limit_output(&mut self, seller: usize, window: f64) {
        let s = self.s.sellers[seller];
        let ashore = self.base.usual_stock[seller]
            + self.base.storage[seller]
            + self.s.ledgers[seller].floats;
        let limit = ashore + self.still_afloat(seller, ashore);
        let room = (limit - (s.stock - s.carried)).max(0.0);
        let allowed = s.piped + room / window;
        let full: f64 = self.n.sellers[seller]
            .outputs
            .iter()
            .map(|o| self.full_runs(*o as usize) * self.base.output_per_run[*o as usize])
            .sum();
        for k in 0..self.n.sellers[seller].outputs.len() {
            let o = self.n.sellers[seller].outputs[k] as usize;
            let runs = if allowed < full {
                self.full_runs(o) * allowed / full
            } else {
                f64::INFINITY
            };
            self.set_room(o, runs, (s.stock - s.carried, limit));
        }
    }

    /// What ships that have been taken away may still hold, of what there was
    /// beyond other stores before this clearing.
    fn still_afloat(&self, seller: usize, ashore: f64) -> f64 {
        let ledger = &self.s.ledgers[seller];
        let market = self.n.sellers[seller].market;
        let left = 1.0 - self.since(ledger.taken_at) / self.base.terms[market].release;
        if ledger.taken <= 0.0 || left <= 0.0 {
            return 0.0;
        }
        let m = &self.n.markets[market];
        let row = m.pairs.start + (seller - m.sellers.start) * m.buyers.len();
        let row = self.s.pairs[row..row + m.buyers.len()].iter();
        let allocated: f64 = row.map(|p| p.allocated).sum();
        let s = &self.s.sellers[seller];
        let beyond = (s.stock - s.carried + allocated - ashore).max(0.0);
        beyond.min(ledger.taken * left)
    }

    /// Runs of an output's site at full capacity in this season.
    fn full_runs(&self, output: usize) -> f64 {
        let site = self.n.outputs[output].site as usize;
        let season = self.n.sites[site].season.map_or(1.0, |s| s[self.s.month]);
        self.s.sites[site].ceiling * season
    }

    /// Sets the runs for whose output there is room.
    fn set_room(&mut self, output: usize, runs: f64, (stock, limit): (f64, f64)) {
        if self.s.rooms[output] == runs {
            return;
        }
        let site = self.n.outputs[output].site as usize;
        self.s.rooms[output] = runs;
        self.set_desire(site);
        for i in self.n.sites[site].inputs.clone() {
            let buyer = self.n.demands[self.n.inputs[i].demand as usize].buyer as usize;
            self.ask_clearing_on_change(self.n.buyers[buyer].market);
        }
        self.note(|t| {
            let could = t.runs_unbraked(site);
            let share = if could > 0.0 { runs / could } else { 1.0 };
            Entry::Storage {
                site,
                share,
                stock,
                limit,
            }
        });
    }

    /// Runs for whose output a site has room.
    pub(super) fn room(&self, site: usize) -> f64 {
        let outputs = self.n.sites[site].outputs.clone();
        self.s.rooms[outputs]
            .iter()
            .fold(f64::INFINITY, |least, runs| least.min(*runs))
    }
}
