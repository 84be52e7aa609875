//! What is usual now: the mean demand of buyers, the mean output of sellers
//! and the trade between them, as policies and projects have changed them
//! from the base.

use super::trial::Trial;
use crate::network::User;

/// What goes with a buyer's present mean demand, the season aside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usual {
    /// Use a day.
    pub use_rate: f64,
    /// The same over that of the base; one where the base has none.
    pub growth: f64,
    /// Target commercial stock.
    pub target: f64,
    /// Goods under way.
    pub under_way: f64,
    /// ε_SR, weighted by use.
    pub elasticity: f64,
}

impl Trial<'_> {
    /// Sets out from the base.
    pub(super) fn begin_usual(&mut self) {
        for site in 0..self.n.sites.len() {
            let s = &mut self.s.sites[site];
            (s.gross, s.ceiling) = (self.base.gross[site], self.base.ceiling[site]);
        }
        for seller in 0..self.n.sellers.len() {
            self.s.sellers[seller].output = self.base.output[seller];
        }
        for buyer in 0..self.n.buyers.len() {
            self.sum_needs(buyer);
        }
    }

    /// What a demand needs on average before anything is put in its place:
    /// `D0 · scale`, of a plant what its mean runs draw.
    pub(super) fn mean_need(&self, demand: usize) -> f64 {
        match self.n.demands[demand].user {
            User::Final => self.base.demand[demand] * self.s.demands[demand].scale,
            User::Plant(input) => {
                let input = input as usize;
                let grown = self.s.sites[self.n.inputs[input].site as usize].grown;
                self.base.demand[demand] + self.base.input_per_run[input] * grown
            }
        }
    }

    /// Mean reference demand now, the season aside: what it needs less what
    /// other goods replace, and what it replaces of other goods.
    pub(super) fn mean_demand(&self, demand: usize) -> f64 {
        let d = &self.s.demands[demand];
        self.mean_need(demand) * (1.0 - d.replaced) + d.added
    }

    /// Units of an input that a run takes, where another good replaces a part.
    pub(super) fn per_run(&self, input: usize) -> f64 {
        let demand = self.n.inputs[input].demand as usize;
        self.base.input_per_run[input] * (1.0 - self.s.demands[demand].replaced)
    }

    /// Adds up what a buyer's demands need on average now.
    pub(super) fn sum_needs(&mut self, buyer: usize) {
        let mut u = Usual::default();
        for d in self.n.buyers[buyer].demands.clone() {
            let mean = self.mean_demand(d);
            u.use_rate += mean;
            u.target += self.base.cover[d] * mean;
            u.elasticity += self.base.short[d] * mean;
        }
        let before = self.base.use_rate[buyer];
        u.growth = if before > 0.0 {
            u.use_rate / before
        } else {
            1.0
        };
        u.under_way = if before > 0.0 {
            self.base.under_way[buyer] * u.growth
        } else {
            self.base.travel[buyer] * u.use_rate
        };
        u.elasticity /= u.use_rate.max(1e-300);
        self.s.usual[buyer] = u;
    }

    /// A buyer's demand has changed: its users want other amounts from now on.
    /// The buyer must have been settled before.
    pub(super) fn needs_changed(&mut self, buyer: usize) {
        self.sum_needs(buyer);
        self.set_final_wants(buyer);
        for d in self.n.buyers[buyer].demands.clone() {
            if let User::Plant(input) = self.n.demands[d].user {
                self.set_runs(self.n.inputs[input as usize].site as usize);
            }
        }
        self.plan(buyer);
        self.ask_clearing_on_change(self.n.buyers[buyer].market);
    }

    /// A buyer orders anew, at once.
    pub(super) fn order_anew(&mut self, buyer: usize) {
        self.s.buyers[buyer].orders_anew = true;
        self.ask_clearing(self.n.buyers[buyer].market);
    }

    /// Trade of a pair that is usual now, before its buyer's demand and prices
    /// have moved it: that of the base, grown with its seller's output. A
    /// seller without base trade sells as the others of its country do; a
    /// buyer without any buys of all sellers in proportion to their output.
    pub(super) fn usual_flow(&self, pair: usize) -> f64 {
        let flow = self.base.flow[pair];
        let (seller, buyer) = self.ends(pair);
        let market = self.n.buyers[buyer].market;
        if !self.s.markets[market].grown {
            return flow;
        }
        let s = &self.s.sellers[seller];
        let sold = if self.base.output[seller] > 0.0 {
            flow * (s.output / self.base.output[seller])
        } else {
            self.base.opening[pair] * s.output
        };
        if self.base.use_rate[buyer] > 0.0 {
            return sold;
        }
        let sellers = self.n.markets[market].sellers.clone();
        let all: f64 = self.s.sellers[sellers].iter().map(|s| s.output).sum();
        sold.max(self.s.usual[buyer].use_rate * s.output / all.max(f64::MIN_POSITIVE))
    }

    /// A site's capacity is now larger than in the base by `built` runs a day.
    pub(super) fn expand(&mut self, site: usize, built: f64) {
        let n = &self.n.sites[site];
        let used = built * n.utilisation.get(self.drawn);
        let s = &mut self.s.sites[site];
        s.grown = used;
        s.gross = self.base.gross[site] + used / n.availability;
        s.ceiling = self.base.ceiling[site] + built / n.availability;
        for o in n.outputs.clone() {
            self.sum_output(self.n.outputs[o].seller as usize);
        }
        for i in n.inputs.clone() {
            let demand = self.n.inputs[i].demand as usize;
            let buyer = self.n.demands[demand].buyer as usize;
            self.settle_buyer(buyer);
            self.sum_needs(buyer);
            self.s.markets[self.n.buyers[buyer].market].grown = true;
        }
        self.site_changed(site);
    }

    /// Adds up a seller's mean output.
    fn sum_output(&mut self, seller: usize) {
        let outputs = self.n.sellers[seller].outputs.iter();
        let grown = outputs.map(|o| {
            let o = *o as usize;
            self.base.output_per_run[o] * self.s.sites[self.n.outputs[o].site as usize].grown
        });
        self.s.sellers[seller].output = self.base.output[seller] + grown.sum::<f64>();
        self.s.markets[self.n.sellers[seller].market].grown = true;
    }
}
