//! What is usual now: the mean demand of buyers, the mean output of sellers
//! and the trade between them, as policies and projects have changed them
//! from the base.

use super::trial::Trial;
use crate::network::User;

/// Times at most that trade is fitted to rows and columns, and the relative
/// change at which it fits.
const FITS: usize = 20;
const FITTED: f64 = 1e-9;

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
        self.s.flows.copy_from_slice(&self.base.flow);
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

    /// Fits usual trade anew if sellers or buyers have grown since it was.
    pub(super) fn keep_usual_trade(&mut self, market: usize) {
        if std::mem::take(&mut self.s.markets[market].has_grown) {
            self.refit_trade(market);
        }
    }

    /// Fits usual trade to what sellers now make and buyers now use, their
    /// growth by demand shocks aside.
    ///
    /// A seller without base trade sells as the others of its country do; a
    /// buyer without any buys of all sellers in proportion to output. Then
    /// rows and columns are scaled in turn (RAS), as in the base.
    fn refit_trade(&mut self, market: usize) {
        for pair in self.n.markets[market].pairs.clone() {
            self.s.flows[pair] = self.untempered_flow(market, pair);
        }
        for _ in 0..FITS {
            let change = self.fit_columns(market);
            self.fit_rows(market);
            if change < FITTED {
                return;
            }
        }
    }

    /// Trade of a pair before it is fitted.
    fn untempered_flow(&self, market: usize, pair: usize) -> f64 {
        let (seller, buyer) = self.ends(pair);
        let output = self.s.sellers[seller].output;
        let sold = self.base.flow[pair].max(self.base.opening[pair] * output);
        if self.base.use_rate[buyer] > 0.0 {
            return sold;
        }
        let sellers = self.n.markets[market].sellers.clone();
        let all: f64 = self.s.sellers[sellers].iter().map(|s| s.output).sum();
        sold.max(self.s.usual[buyer].use_rate * output / all.max(f64::MIN_POSITIVE))
    }

    /// Scales what each buyer takes to its share in use; returns the largest
    /// relative change.
    fn fit_columns(&mut self, market: usize) -> f64 {
        let mut change = 0.0_f64;
        let m = &self.n.markets[market];
        let use_of = |u: &Usual| u.use_rate / u.growth.max(f64::MIN_POSITIVE);
        let used: f64 = self.s.usual[m.buyers.clone()].iter().map(use_of).sum();
        let traded: f64 = self.s.flows[m.pairs.clone()].iter().sum();
        for (j, buyer) in m.buyers.clone().enumerate() {
            let column = || m.pairs.clone().skip(j).step_by(m.buyers.len());
            let wanted = use_of(&self.s.usual[buyer]) * traded / used.max(f64::MIN_POSITIVE);
            let taken: f64 = column().map(|pair| self.s.flows[pair]).sum();
            let factor = wanted / taken.max(f64::MIN_POSITIVE);
            for pair in column() {
                self.s.flows[pair] *= factor;
            }
            if wanted > 0.0 {
                change = change.max((factor - 1.0).abs());
            }
        }
        change
    }

    /// Scales what each seller sells to its output, of which it sells the same
    /// part as in the base.
    fn fit_rows(&mut self, market: usize) {
        let m = &self.n.markets[market];
        let width = m.buyers.len();
        for (i, seller) in m.sellers.clone().enumerate() {
            let row = m.pairs.start + i * width..m.pairs.start + (i + 1) * width;
            let (before, now) = (self.base.output[seller], self.s.sellers[seller].output);
            let wanted = if before > 0.0 {
                self.base.flow[row.clone()].iter().sum::<f64>() * (now / before)
            } else {
                now
            };
            let sold: f64 = self.s.flows[row.clone()].iter().sum();
            for flow in &mut self.s.flows[row] {
                *flow *= wanted / sold.max(f64::MIN_POSITIVE);
            }
        }
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
            let seller = self.n.outputs[o].seller as usize;
            self.sum_output(seller);
            self.s.markets[self.n.sellers[seller].market].has_grown = true;
        }
        for i in n.inputs.clone() {
            let demand = self.n.inputs[i].demand as usize;
            let buyer = self.n.demands[demand].buyer as usize;
            self.settle_buyer(buyer);
            self.sum_needs(buyer);
            self.s.markets[self.n.buyers[buyer].market].has_grown = true;
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
    }
}
