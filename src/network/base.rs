//! The steady state that one drawing of a scenario's numbers implies.

use super::balance::{fill_missing, ras};
use super::{Complaint, Market, Network, Tank, User};
use crate::scenario::Rule;
use crate::units::{Ticks, format_quantity};

/// Every constant of one trial. All rates per day, in the market's unit.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// Base trade of each pair.
    pub flow: Vec<f64>,
    /// Shares in which a seller without base output would sell to the buyers of
    /// its market; none of other sellers.
    pub opening: Vec<f64>,
    /// Mean output of each seller.
    pub output: Vec<f64>,
    /// Reference use of each demand.
    pub demand: Vec<f64>,
    /// Mean runs of each site.
    pub runs: Vec<f64>,
    /// Runs of each site while up, at base utilisation.
    pub gross: Vec<f64>,
    /// Runs of each site while up, at full capacity.
    pub ceiling: Vec<f64>,
    /// σ of each site.
    pub site_elasticity: Vec<f64>,
    /// Units a run of each input.
    pub input_per_run: Vec<f64>,
    /// Units a run of each output.
    pub output_per_run: Vec<f64>,
    /// Reference use of each buyer, all demands.
    pub use_rate: Vec<f64>,
    /// ε_SR of each buyer, weighted by use.
    pub elasticity: Vec<f64>,
    /// Target commercial stock of each buyer \[units\].
    pub target_stock: Vec<f64>,
    /// Most that each buyer has room for, beyond what is never usable
    /// \[units\]; infinite without a tank.
    pub room: Vec<f64>,
    /// Base goods under way to each buyer at a clearing \[units\].
    pub under_way: Vec<f64>,
    /// Days under way to a buyer without base use, all sellers in proportion to
    /// output.
    pub travel: Vec<f64>,
    /// Stock at the start of each buyer \[units\].
    pub initial_stock: Vec<f64>,
    /// Cover below which each buyer rations \[days\].
    pub minimum_cover: Vec<f64>,
    /// Short-run elasticity of each demand.
    pub short: Vec<f64>,
    /// Long-run less short-run elasticity of each demand.
    pub slow: Vec<f64>,
    /// Output lost by each demand \[USD per unit\].
    pub value_at_risk: Vec<f64>,
    /// Target cover of each demand \[days\].
    pub cover: Vec<f64>,
    /// Backlog share of each demand.
    pub backlog: Vec<f64>,
    /// Volume of each contract.
    pub contract: Vec<f64>,
    /// Price of each contract, deviation from reference \[p0\].
    pub contract_price: Vec<f64>,
    /// What else each contract says.
    pub contract_terms: Vec<ContractTerms>,
    /// σ of each seller.
    pub supply_elasticity: Vec<f64>,
    /// Stock at the start of each seller \[units\].
    pub seller_stock: Vec<f64>,
    /// Seller stock never offered \[units\].
    pub working_stock: Vec<f64>,
    /// The most that each seller holds in the steady state \[units\].
    pub usual_stock: Vec<f64>,
    /// What each seller can hold beyond that \[units\]; infinite if no limit.
    pub storage: Vec<f64>,
    /// Terms of each market.
    pub terms: Vec<Terms>,
    /// Terms of each reserve.
    pub reserves: Vec<ReserveTerms>,
    /// Supply and demand of each market as written.
    pub balances: Vec<Balance>,
    rows: Vec<f64>,
    columns: Vec<f64>,
    keep_zero: Vec<bool>,
}

/// The constants of a market in one trial.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms {
    /// p0 \[USD per unit\].
    pub price: f64,
    /// Window \[days\].
    pub window: f64,
    /// T_adj \[days\].
    pub adjust: f64,
    /// θ.
    pub dispersion: f64,
    /// λ_max \[p0\].
    pub choke: f64,
    /// κ.
    pub restocking: f64,
    /// Largest nomination \[windows of use\].
    pub nomination_cap: f64,
    /// φ \[p0\].
    pub discount: f64,
    /// T_release \[days\].
    pub release: f64,
    /// ε_s.
    pub stock_elasticity: f64,
    /// Share that boils off beyond the usual voyage [per day].
    pub boil_off: f64,
    /// Days over which backlog is worked off.
    pub backlog_time: f64,
}

/// What a contract says beside volume and price, in one trial.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContractTerms {
    /// Least that the buyer takes, over the volume.
    pub least: f64,
    /// Most that it takes, while its price is above the contract's.
    pub most: f64,
    /// Share of the volume paid for whether taken or not.
    pub take_or_pay: f64,
    /// Days over which the volume rises.
    pub ramp: f64,
}

/// The constants of a reserve in one trial.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReserveTerms {
    /// Size \[units\].
    pub size: f64,
    /// Cover below which it releases \[days\].
    pub release_below: f64,
    /// Largest release \[units per day\].
    pub release_rate: f64,
    /// Cover above which it refills \[days\].
    pub refill_above: f64,
    /// Largest refill \[units per day\].
    pub refill_rate: f64,
}

/// Base supply and demand of a market as written \[units per day\].
#[derive(Clone, Copy, Debug, Default)]
pub struct Balance {
    /// What sites make.
    pub supply: f64,
    /// What plants draw.
    pub draws: f64,
    /// What final demands use.
    pub finals: f64,
    /// Factor applied to final demand, or to sources, to close the gap.
    pub factor: f64,
}

impl Balance {
    /// Relative difference of demand from supply.
    #[must_use]
    pub fn gap(&self) -> f64 {
        (self.draws + self.finals - self.supply) / self.supply.max(f64::MIN_POSITIVE)
    }
}

impl Base {
    /// Arrays for a network, not yet settled.
    #[must_use]
    pub fn new(network: &Network) -> Self {
        let (sellers, buyers) = (network.sellers.len(), network.buyers.len());
        let (sites, demands) = (network.sites.len(), network.demands.len());
        let zeros = |n: usize| vec![0.0; n];
        Self {
            flow: zeros(network.pairs.len()),
            opening: zeros(network.pairs.len()),
            output: zeros(sellers),
            demand: zeros(demands),
            runs: zeros(sites),
            gross: zeros(sites),
            ceiling: zeros(sites),
            site_elasticity: zeros(sites),
            input_per_run: zeros(network.inputs.len()),
            output_per_run: zeros(network.outputs.len()),
            use_rate: zeros(buyers),
            elasticity: zeros(buyers),
            target_stock: zeros(buyers),
            room: vec![f64::INFINITY; buyers],
            under_way: zeros(buyers),
            travel: zeros(buyers),
            initial_stock: zeros(buyers),
            minimum_cover: zeros(buyers),
            short: zeros(demands),
            slow: zeros(demands),
            value_at_risk: zeros(demands),
            cover: zeros(demands),
            backlog: zeros(demands),
            contract: zeros(network.contracts.len()),
            contract_price: zeros(network.contracts.len()),
            contract_terms: vec![ContractTerms::default(); network.contracts.len()],
            supply_elasticity: zeros(sellers),
            seller_stock: zeros(sellers),
            working_stock: zeros(sellers),
            usual_stock: zeros(sellers),
            storage: zeros(sellers),
            terms: vec![Terms::default(); network.markets.len()],
            reserves: vec![ReserveTerms::default(); network.reserves.len()],
            balances: vec![Balance::default(); network.markets.len()],
            rows: Vec::with_capacity(sellers),
            columns: Vec::with_capacity(buyers),
            keep_zero: Vec::with_capacity(network.pairs.len()),
        }
    }

    /// Works out the steady state for drawn parameters, upstream first.
    ///
    /// Where base supply and demand differ, final demand is scaled to what is
    /// left after plants' draws; where only plants use
    /// the goods, the sources that make them are scaled. Trade is observed
    /// trade with the diagonal production less exports, filled in and scaled
    /// to the margins (RAS).
    ///
    /// # Errors
    ///
    /// Every market in which that is impossible. Whether the difference is
    /// within the market's tolerance is [`Self::imbalances`]' to say.
    pub fn settle(&mut self, network: &Network, drawn: &[f64]) -> Result<(), Vec<Complaint>> {
        let mut complaints = Vec::new();
        self.read(network, drawn);
        for market in 0..network.markets.len() {
            if let Err(complaint) = self.settle_market(network, drawn, market) {
                complaints.push(complaint);
            }
        }
        self.derive(network, drawn);
        if complaints.is_empty() {
            Ok(())
        } else {
            Err(complaints)
        }
    }

    /// Every market whose supply and demand as written differ by more than its
    /// tolerance.
    #[must_use]
    pub fn imbalances(&self, network: &Network) -> Vec<Complaint> {
        let markets = network.markets.iter().zip(&self.balances);
        markets
            .filter(|(m, balance)| !m.unbalanced && balance.gap().abs() > m.tolerance)
            .map(|(m, balance)| imbalance(m, balance))
            .collect()
    }

    /// Every tank that is too small for what must go in.
    #[must_use]
    pub fn ill_sized_tanks(&self, network: &Network) -> Vec<Complaint> {
        let tanks = network.buyers.iter().enumerate();
        let tanks = tanks.filter_map(|(i, b)| b.tank.map(|tank| (i, tank)));
        tanks
            .filter_map(|(i, tank)| self.too_small(network, i).map(|said| (i, tank, said)))
            .map(|(i, tank, (said, help))| {
                let (good, country) = network.buyer_name(i);
                Complaint {
                    path: format!("tanks.{}", tank.entry),
                    message: format!("{good} @ {country}: {said}"),
                    help: help.to_owned(),
                }
            })
            .collect()
    }

    /// What is wrong with the size of a buyer's tank, and what would be right.
    fn too_small(&self, network: &Network, buyer: usize) -> Option<(String, &'static str)> {
        let unit = &network.markets[network.buyers[buyer].market].unit;
        let volume = |x: f64| format_quantity(x, unit);
        let (room, floor) = (
            self.room[buyer],
            self.minimum_cover[buyer] * self.use_rate[buyer],
        );
        if room <= 0.0 {
            let said = "of this tank nothing is usable".to_owned();
            return Some((said, "its heel must be less than its capacity"));
        }
        if room <= floor {
            let said = format!(
                "{} of this tank are usable, but use is rationed below {}",
                volume(room),
                volume(floor)
            );
            return Some((said, "make it larger, or lower `minimum_cover`"));
        }
        let initial = self.initial_stock[buyer];
        let stated = initial > self.target_stock[buyer] && initial > room * (1.0 + 1e-9);
        let said = || {
            let (initial, room) = (volume(initial), volume(room));
            format!("{initial} are in stock at the start, but {room} of this tank are usable")
        };
        stated.then(|| (said(), "lower `initial`, or make the tank larger"))
    }

    /// Numbers that are read off rather than derived.
    fn read(&mut self, network: &Network, drawn: &[f64]) {
        for (i, s) in network.sites.iter().enumerate() {
            self.runs[i] = if s.planned {
                0.0
            } else {
                s.capacity.get(drawn) * s.utilisation.get(drawn)
            };
            self.site_elasticity[i] = s.supply_elasticity.get(drawn);
        }
        for (i, x) in network.inputs.iter().enumerate() {
            self.input_per_run[i] = x.per_run.get(drawn);
        }
        for (i, x) in network.outputs.iter().enumerate() {
            self.output_per_run[i] = x.per_run.get(drawn);
        }
        for (i, d) in network.demands.iter().enumerate() {
            self.demand[i] = d.rate.get(drawn);
            self.short[i] = d.short.get(drawn);
            self.slow[i] = (d.long.get(drawn) - self.short[i]).max(0.0);
            self.value_at_risk[i] = d.value_at_risk.get(drawn);
            self.cover[i] = d.cover.get(drawn);
            self.backlog[i] = d.backlog.get(drawn);
        }
        for (terms, market) in self.terms.iter_mut().zip(&network.markets) {
            *terms = Terms::of(market, drawn);
        }
    }

    fn settle_market(
        &mut self,
        network: &Network,
        drawn: &[f64],
        market: usize,
    ) -> Result<(), Complaint> {
        self.balance(network, market)?;
        self.set_margins(network, market);
        self.trade(network, drawn, market)
    }

    /// Makes supply and demand of a market agree.
    fn balance(&mut self, network: &Network, market: usize) -> Result<(), Complaint> {
        let m = &network.markets[market];
        let mut balance = self.written(network, m);
        self.balances[market] = balance;
        if m.unbalanced {
            self.balances[market].factor = 1.0;
            return Ok(());
        }
        if !balance.gap().is_finite() {
            return Err(imbalance(m, &balance));
        }
        let sources = self.only_sources(network, m);
        if balance.finals > 0.0 {
            balance.factor = (balance.supply - balance.draws) / balance.finals;
            self.scale_finals(network, m, balance.factor);
        } else if sources {
            balance.factor = balance.draws / balance.supply;
            self.scale_sources(network, m, balance.factor);
        } else {
            balance.factor = 1.0;
        }
        self.balances[market] = balance;
        let open = balance.finals <= 0.0 && !sources && balance.gap().abs() > 1e-9;
        if open || balance.factor < 0.0 {
            return Err(imbalance(m, &balance));
        }
        Ok(())
    }

    fn written(&self, network: &Network, m: &Market) -> Balance {
        let mut balance = Balance {
            factor: 1.0,
            ..Balance::default()
        };
        for seller in m.sellers.clone() {
            balance.supply += self.made_by(network, seller);
        }
        for buyer in m.buyers.clone() {
            for d in network.buyers[buyer].demands.clone() {
                match network.demands[d].user {
                    User::Final => balance.finals += self.demand[d],
                    User::Plant(input) => balance.draws += self.drawn_by(network, input as usize),
                }
            }
        }
        balance
    }

    fn made_by(&self, network: &Network, seller: usize) -> f64 {
        let outputs = network.sellers[seller].outputs.iter();
        outputs
            .map(|o| {
                let o = *o as usize;
                self.runs[network.outputs[o].site as usize] * self.output_per_run[o]
            })
            .sum()
    }

    fn drawn_by(&self, network: &Network, input: usize) -> f64 {
        self.runs[network.inputs[input].site as usize] * self.input_per_run[input]
    }

    fn only_sources(&self, network: &Network, m: &Market) -> bool {
        m.sellers
            .clone()
            .flat_map(|s| &network.sellers[s].outputs)
            .all(|o| {
                let site = &network.sites[network.outputs[*o as usize].site as usize];
                site.planned || (site.inputs.is_empty() && site.outputs.len() == 1)
            })
    }

    fn scale_finals(&mut self, network: &Network, m: &Market, factor: f64) {
        for buyer in m.buyers.clone() {
            for d in network.buyers[buyer].demands.clone() {
                if network.demands[d].user == User::Final {
                    self.demand[d] *= factor;
                }
            }
        }
    }

    fn scale_sources(&mut self, network: &Network, m: &Market, factor: f64) {
        for o in m.sellers.clone().flat_map(|s| &network.sellers[s].outputs) {
            self.runs[network.outputs[*o as usize].site as usize] *= factor;
        }
    }

    /// Output of each seller, use of each demand and buyer.
    fn set_margins(&mut self, network: &Network, market: usize) {
        let m = &network.markets[market];
        for seller in m.sellers.clone() {
            self.output[seller] = self.made_by(network, seller);
        }
        for buyer in m.buyers.clone() {
            let mut sum = 0.0;
            for d in network.buyers[buyer].demands.clone() {
                if let User::Plant(input) = network.demands[d].user {
                    self.demand[d] = self.drawn_by(network, input as usize);
                }
                sum += self.demand[d];
            }
            self.use_rate[buyer] = sum;
        }
    }

    /// Base trade of a market.
    fn trade(&mut self, network: &Network, drawn: &[f64], market: usize) -> Result<(), Complaint> {
        let m = &network.markets[market];
        let (sold, used): (f64, f64) = (
            self.output[m.sellers.clone()].iter().sum(),
            self.use_rate[m.buyers.clone()].iter().sum(),
        );
        if sold <= 0.0 || used <= 0.0 {
            self.flow[m.pairs.clone()].fill(0.0);
            return if m.unbalanced {
                Ok(())
            } else {
                Err(imbalance(m, &self.balances[market]))
            };
        }
        let (sell, take) = ((used / sold).min(1.0), (sold / used).min(1.0));
        let scaled = |x: &[f64], k: f64, out: &mut Vec<f64>| {
            out.clear();
            out.extend(x.iter().map(|v| v * k));
        };
        scaled(&self.output[m.sellers.clone()], sell, &mut self.rows);
        scaled(&self.use_rate[m.buyers.clone()], take, &mut self.columns);
        let eta = m.new_pairs.get(drawn);
        if m.observed {
            self.observed_trade(network, drawn, m)?;
        } else {
            self.proportional_trade(network, m, eta);
        }
        self.keep_zero.clear();
        self.keep_zero.resize(m.pairs.len(), false);
        let flow = &mut self.flow[m.pairs.clone()];
        fill_missing(flow, &self.rows, &self.columns, eta, &self.keep_zero);
        ras(flow, &self.rows, &self.columns)
            .map(|_| ())
            .map_err(|error| Complaint {
                path: format!("commodities.{}", m.key),
                message: format!(
                    "base trade in {} does not fit production and use: {error}",
                    m.key
                ),
                help: "correct the trade table, or let `new_pairs` be above zero".to_owned(),
            })
    }

    /// Observed exports shared among the sellers of a country by output; at
    /// home, production less exports.
    fn observed_trade(
        &mut self,
        network: &Network,
        drawn: &[f64],
        m: &Market,
    ) -> Result<(), Complaint> {
        let buyers = m.buyers.len();
        for seller in m.sellers.clone() {
            let country = network.sellers[seller].country;
            let made: f64 = m
                .sellers
                .clone()
                .filter(|s| network.sellers[*s].country == country)
                .map(|s| self.output[s])
                .sum();
            let row = m.pairs.start + (seller - m.sellers.start) * buyers;
            let share = if made > 0.0 {
                self.output[seller] / made
            } else {
                0.0
            };
            let (mut exports, mut home) = (0.0, None);
            for p in row..row + buyers {
                let pair = &network.pairs[p];
                let trade = pair.trade.map_or(0.0, |n| n.get(drawn));
                self.flow[p] = trade * share;
                if pair.domestic {
                    home = Some(p);
                } else {
                    exports += trade;
                }
            }
            if exports > made * (1.0 + m.tolerance) {
                return Err(over_exported(network, m, country, exports, made));
            }
            if let Some(p) = home {
                self.flow[p] = (made - exports).max(0.0) * share;
            }
        }
        Ok(())
    }

    /// Use of domestic output first, of all sellers of a country alike. A country
    /// sells what is left of its output, and buys what it still lacks, in
    /// proportion; every pair abroad trades η of what it would without borders
    /// at least, or trade of countries that lack next to nothing could not be
    /// balanced. To the rule `pro-rata` there are no borders.
    fn proportional_trade(&mut self, network: &Network, m: &Market, eta: f64) {
        let (width, total) = (m.buyers.len(), self.rows.iter().sum::<f64>());
        let lacked: f64 = (0..width).map(|j| self.lacked(network, m, j)).sum();
        for (k, p) in m.pairs.clone().enumerate() {
            let (i, j) = (k / width, k % width);
            let seller = network.sellers[m.sellers.start + i].country;
            let (made, used) = self.at_home(network, m, seller);
            let own = part(self.rows[i], made);
            let without_borders = self.rows[i] * self.columns[j] / total;
            self.flow[p] = if m.rule == Rule::ProRata {
                without_borders
            } else if network.pairs[p].domestic {
                made.min(used) * own
            } else {
                let left = (made - used).max(0.0) * own;
                part(left * self.lacked(network, m, j), lacked).max(eta * without_borders)
            };
        }
    }

    /// What a buyer's country uses beyond what it makes.
    fn lacked(&self, network: &Network, m: &Market, buyer: usize) -> f64 {
        let country = network.buyers[m.buyers.start + buyer].country;
        let (made, used) = self.at_home(network, m, country);
        (used - made).max(0.0)
    }

    /// What a country makes of a good, all sellers together, and what it uses.
    fn at_home(&self, network: &Network, m: &Market, country: usize) -> (f64, f64) {
        let sellers = network.sellers[m.sellers.clone()].iter().zip(&self.rows);
        let buyers = network.buyers[m.buyers.clone()].iter().zip(&self.columns);
        let made = sellers.filter(|(s, _)| s.country == country);
        let used = buyers.filter(|(b, _)| b.country == country);
        (made.map(|(_, x)| x).sum(), used.map(|(_, x)| x).sum())
    }

    /// What follows from runs, use and trade.
    fn derive(&mut self, network: &Network, drawn: &[f64]) {
        for (i, s) in network.sites.iter().enumerate() {
            self.gross[i] = self.runs[i] / s.availability;
            self.ceiling[i] = self.gross[i] / s.utilisation.get(drawn).max(1e-9);
        }
        self.derive_sellers(network, drawn);
        self.derive_buyers(network, drawn);
        self.derive_openings(network);
        self.derive_contracts(network, drawn);
        for (i, r) in network.reserves.iter().enumerate() {
            let use_rate = self.use_rate[r.buyer as usize];
            let size = r.size.get(drawn) * if r.in_days { use_rate } else { 1.0 };
            self.reserves[i] = ReserveTerms {
                size,
                release_below: r.release_below.get(drawn),
                release_rate: r.release_rate.get(drawn) * size,
                refill_above: r.refill_above.map_or(f64::INFINITY, |n| n.get(drawn)),
                refill_rate: r.refill_rate.get(drawn) * size,
            };
        }
    }

    fn derive_sellers(&mut self, network: &Network, drawn: &[f64]) {
        for (i, s) in network.sellers.iter().enumerate() {
            let m = &network.markets[s.market];
            let made = if m.pipelines_only {
                0.0
            } else {
                self.output[i] * self.terms[s.market].window
            };
            let steady = if m.start_empty { 0.0 } else { made };
            self.working_stock[i] = self.output[i] * m.working_stock.get(drawn);
            self.usual_stock[i] = made + self.working_stock[i];
            self.storage[i] = self.storage_of(network, drawn, i);
            self.seller_stock[i] = s
                .initial
                .map_or(steady + self.working_stock[i], |n| n.get(drawn));
            self.supply_elasticity[i] = self.mean_elasticity(network, i);
        }
    }

    /// What the sites of a seller can store, all of them together; no limit if
    /// one has none.
    fn storage_of(&self, network: &Network, drawn: &[f64], seller: usize) -> f64 {
        let outputs = network.sellers[seller].outputs.iter();
        let stored = outputs.map(|o| {
            let (o, site) = (*o as usize, network.outputs[*o as usize].site as usize);
            let s = &network.sites[site];
            match s.storage {
                Some((days, true)) => days.get(drawn) * self.runs[site] * self.output_per_run[o],
                Some((volume, false)) => {
                    let first = self.output_per_run[s.outputs.start];
                    volume.get(drawn) * self.output_per_run[o] / first
                }
                None => f64::INFINITY,
            }
        });
        stored.sum()
    }

    /// σ of a seller: the mean of its sites', weighted by output; of one that
    /// makes nothing yet, all sites alike.
    fn mean_elasticity(&self, network: &Network, seller: usize) -> f64 {
        let (mut made, mut elastic) = (0.0, 0.0);
        let planned = self.output[seller] <= 0.0;
        for o in &network.sellers[seller].outputs {
            let (o, site) = (*o as usize, network.outputs[*o as usize].site as usize);
            let runs = if planned { 1.0 } else { self.runs[site] };
            let output = runs * self.output_per_run[o];
            made += output;
            elastic += output * self.site_elasticity[site];
        }
        elastic / made.max(f64::MIN_POSITIVE)
    }

    fn derive_buyers(&mut self, network: &Network, drawn: &[f64]) {
        for (i, b) in network.buyers.iter().enumerate() {
            let (mut elastic, mut target, mut initial) = (0.0, 0.0, 0.0);
            let mut stated = false;
            for d in b.demands.clone() {
                let demand = &network.demands[d];
                elastic += self.short[d] * self.demand[d];
                let cover = self.cover[d] * self.demand[d];
                target += cover;
                stated |= demand.initial.is_some();
                initial += demand.initial.map_or(0.0, |n| n.get(drawn));
            }
            self.elasticity[i] = elastic / self.use_rate[i].max(1e-300);
            self.room[i] = b
                .tank
                .map_or(f64::INFINITY, |tank| tank.usable(self.use_rate[i], drawn));
            self.target_stock[i] = target.min(self.room[i]);
            self.initial_stock[i] = if stated {
                initial
            } else {
                self.target_stock[i]
            };
            self.minimum_cover[i] = b.minimum_cover.get(drawn);
            self.under_way[i] = 0.0;
        }
        for (p, pair) in network.pairs.iter().enumerate() {
            let market = network.buyers[pair.buyer as usize].market;
            self.under_way[pair.buyer as usize] +=
                self.flow[p] * self.terms[market].window * pair.windows_under_way;
        }
    }

    /// Trade of those that have none in the base: a seller sells as the others
    /// of its country do, else in proportion to use; a buyer buys of all sellers
    /// in proportion to output.
    fn derive_openings(&mut self, network: &Network) {
        for m in &network.markets {
            for seller in m.sellers.clone() {
                if self.output[seller] <= 0.0 {
                    self.open_seller(network, m, seller);
                }
            }
            for buyer in m.buyers.clone() {
                if self.use_rate[buyer] <= 0.0 {
                    self.travel[buyer] = self.mean_travel(network, m, buyer);
                }
            }
        }
    }

    fn open_seller(&mut self, network: &Network, m: &Market, seller: usize) {
        let width = m.buyers.len();
        let first = |s: usize| m.pairs.start + (s - m.sellers.start) * width;
        let country = network.sellers[seller].country;
        for j in 0..width {
            let others = m.sellers.clone();
            let others = others.filter(|s| network.sellers[*s].country == country);
            self.opening[first(seller) + j] = others.map(|s| self.flow[first(s) + j]).sum();
        }
        let row = first(seller)..first(seller) + width;
        if self.opening[row.clone()].iter().sum::<f64>() <= 0.0 {
            self.opening[row.clone()].copy_from_slice(&self.use_rate[m.buyers.clone()]);
        }
        let all: f64 = self.opening[row.clone()].iter().sum();
        for share in &mut self.opening[row] {
            *share /= all.max(f64::MIN_POSITIVE);
        }
    }

    fn mean_travel(&self, network: &Network, m: &Market, buyer: usize) -> f64 {
        let column = m.pairs.clone().skip(buyer - m.buyers.start);
        let (mut made, mut days) = (0.0, 0.0);
        for pair in column.step_by(m.buyers.len()) {
            let p = &network.pairs[pair];
            let window = self.terms[network.buyers[buyer].market].window;
            made += self.output[p.seller as usize];
            days += self.output[p.seller as usize] * window * p.windows_under_way;
        }
        days / made.max(f64::MIN_POSITIVE)
    }

    fn derive_contracts(&mut self, network: &Network, drawn: &[f64]) {
        for (i, c) in network.contracts.iter().enumerate() {
            let seller = |pair: u32| network.pairs[pair as usize].seller as usize;
            let entry = || {
                network
                    .contracts
                    .iter()
                    .filter(|other| other.entry == c.entry)
            };
            let together: f64 = entry().map(|other| self.output[seller(other.pair)]).sum();
            let share = if together > 0.0 {
                self.output[seller(c.pair)] / together
            } else {
                1.0 / entry().count() as f64 // still to be built
            };
            self.contract[i] = c.volume.get(drawn) * share;
            let p0 = self.terms[network.sellers[seller(c.pair)].market].price;
            self.contract_price[i] = c.price.map_or(0.0, |n| n.get(drawn) / p0 - 1.0);
            let (down, up) = c.tolerance;
            self.contract_terms[i] = ContractTerms {
                least: if c.free { 0.0 } else { 1.0 - down.get(drawn) },
                most: 1.0 + up.get(drawn),
                take_or_pay: c.take_or_pay.get(drawn),
                ramp: c.ramp.get(drawn),
            };
        }
    }
}

impl Tank {
    /// Room beyond what is never usable \[units\], at a base use a day.
    fn usable(&self, use_rate: f64, drawn: &[f64]) -> f64 {
        let days = if self.in_days { use_rate } else { 1.0 };
        let capacity = self.capacity.get(drawn) * days;
        let heel = self.heel.get(drawn) * if self.heel_in_units { 1.0 } else { capacity };
        (capacity - heel).max(0.0)
    }
}

impl Terms {
    fn of(market: &Market, drawn: &[f64]) -> Self {
        Self {
            price: market.price.get(drawn),
            window: Ticks(market.window).days(),
            adjust: market.adjust.get(drawn),
            dispersion: market.dispersion.get(drawn),
            choke: market.choke.get(drawn),
            restocking: market.restocking.get(drawn),
            nomination_cap: market.nomination_cap.get(drawn),
            discount: market.discount.get(drawn),
            release: market.release.get(drawn),
            stock_elasticity: market.stock_elasticity.get(drawn),
            boil_off: market.boil_off.get(drawn),
            backlog_time: market.backlog_time.get(drawn),
        }
    }
}

/// `a` as a share of `b`, nothing where there is none of that.
fn part(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

fn imbalance(m: &Market, balance: &Balance) -> Complaint {
    let yearly = |x: f64| format_quantity(x * 365.25, &format!("{}/yr", m.unit));
    Complaint {
        path: format!("commodities.{}", m.key),
        message: format!(
            "{}: base supply is {}, base demand {} ({} by plants, {} by final users)",
            m.key,
            yearly(balance.supply),
            yearly(balance.draws + balance.finals),
            yearly(balance.draws),
            yearly(balance.finals)
        ),
        help: format!(
            "a steady state needs them to agree within {:.0} %: correct capacities or rates, \
             raise `tolerance`, or say `balance = \"as-given\"`",
            m.tolerance * 100.0
        ),
    }
}

fn over_exported(
    network: &Network,
    m: &Market,
    country: usize,
    exports: f64,
    made: f64,
) -> Complaint {
    let code = &network.countries[country].0;
    let yearly = |x: f64| format_quantity(x * 365.25, &format!("{}/yr", m.unit));
    Complaint {
        path: format!("trade.{}", m.key),
        message: format!(
            "{code} exports {} of {} but makes {}",
            yearly(exports),
            m.key,
            yearly(made)
        ),
        help: "raise its capacity or correct its exports".to_owned(),
    }
}
