//! The story of a trial.

use thiserror::Error;

use super::calendar::{Class, Event};
use super::journal::Journal;
use super::market::ClearingError;
use super::policy::Policy;
use super::{Model, Process, Record, State};
use crate::network::{Base, Network};
use crate::random::{ObjectKey, Stream, TrialKey};
use crate::units::Tick;

/// Largest relative error of a market's mass balance.
const MASS_BALANCE: f64 = 1e-9;

/// Which policies a trial has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// All of them.
    Shocked,
    /// Those that go on in any case.
    Baseline,
}

/// Why a trial could not be finished.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum TrialError {
    /// More events than a trial may have.
    #[error(
        "more than 16 million events in one trial: shorten the horizon, clear markets less often, or have fewer outages, applications or regimes"
    )]
    Budget,
    /// A market found no prices.
    #[error("the {commodity} market did not clear on day {day:.1}: {error}")]
    Clearing {
        /// Key of the commodity.
        commodity: String,
        /// When \[d\].
        day: f64,
        /// What the solver said.
        error: ClearingError,
    },
    /// Goods appeared or vanished: our fault.
    #[error("mass balance of {commodity} is off by {error:.1e} of its turnover")]
    MassBalance {
        /// Key of the commodity.
        commodity: String,
        /// Relative error.
        error: f64,
    },
    /// A process changes its regime without end at one instant.
    #[error(
        "regimes of {process} follow each other without end on day {day:.1}; do all their dates lie before it?"
    )]
    RegimesCircle {
        /// Name of the process.
        process: String,
        /// When \[d\].
        day: f64,
    },
    /// The drawn numbers admit no steady state.
    #[error("no steady state for the numbers drawn: {0}")]
    NoSteadyState(String),
}

/// One trial under way: what it reads, and the state it writes.
#[derive(Debug)]
pub struct Trial<'a> {
    pub(super) n: &'a Network,
    pub(super) base: &'a Base,
    pub(super) policies: &'a [Policy],
    pub(super) processes: &'a [Process],
    /// Numbers drawn for this trial.
    pub(super) drawn: &'a [f64],
    pub(super) s: &'a mut State,
}

/// Runs trials one after another in the same memory.
#[derive(Debug)]
pub struct Worker<'a> {
    model: &'a Model,
    state: State,
    base: Base,
    drawn: Vec<f64>,
    uniforms: Vec<f64>,
}

impl<'a> Worker<'a> {
    /// A worker for a model.
    #[must_use]
    pub fn new(model: &'a Model) -> Self {
        let network = &model.network;
        let correlated = network
            .copula
            .as_ref()
            .map_or(0, |(members, _)| members.len());
        Self {
            model,
            state: State::new(model),
            base: network.base.clone(),
            drawn: vec![0.0; network.parameters.len()],
            uniforms: vec![0.0; correlated],
        }
    }

    /// Runs one trial. The same (seed, trial, variant) gives the same record,
    /// bit for bit, whatever ran before.
    ///
    /// # Errors
    ///
    /// What kept it from finishing.
    pub fn run(&mut self, seed: u64, trial: u64, variant: Variant) -> Result<&Record, TrialError> {
        self.run_watched(seed, trial, variant, |_| {})
    }

    /// Runs one trial as [`Self::run`] does and tells `watch` of each event
    /// before it is handled, and with `None` that no more will come: to
    /// measure where the time goes.
    ///
    /// # Errors
    ///
    /// What kept it from finishing.
    pub fn run_watched(
        &mut self,
        seed: u64,
        trial: u64,
        variant: Variant,
        watch: impl FnMut(Option<Event>),
    ) -> Result<&Record, TrialError> {
        let key = TrialKey::new(seed, trial);
        self.draw(key);
        let network = &self.model.network;
        if network.base_varies {
            self.base
                .settle(network, &self.drawn)
                .map_err(|complaints| {
                    let all: Vec<String> = complaints.into_iter().map(|c| c.message).collect();
                    TrialError::NoSteadyState(all.join("; "))
                })?;
        }
        self.state.reset(key);
        let mut trial = Trial {
            n: network,
            base: if network.base_varies {
                &self.base
            } else {
                &network.base
            },
            policies: &self.model.policies,
            processes: &self.model.processes,
            drawn: &self.drawn,
            s: &mut self.state,
        };
        trial.run(variant, watch)?;
        Ok(&self.state.record)
    }

    /// Runs one trial as [`Self::run`] does and keeps a journal of it. The
    /// record is the same, bit for bit; of a trial that fails the journal
    /// tells what happened before.
    pub fn trace(
        &mut self,
        seed: u64,
        trial: u64,
        variant: Variant,
    ) -> (Journal, Result<Record, TrialError>) {
        self.state.journal = Journal::kept();
        let result = self.run(seed, trial, variant).cloned();
        (std::mem::take(&mut self.state.journal).closed(), result)
    }

    /// The numbers drawn for the last trial, in the order of the network's
    /// parameters.
    #[must_use]
    pub fn drawn(&self) -> &[f64] {
        &self.drawn
    }

    fn draw(&mut self, key: TrialKey) {
        let network = &self.model.network;
        for (value, p) in self.drawn.iter_mut().zip(&network.parameters) {
            *value = p.law.sample(&mut Stream::open(key, p.key, 0));
        }
        if let Some((members, copula)) = &network.copula {
            let mut stream = Stream::open(key, ObjectKey::named("correlations"), 0);
            copula.fill_uniforms(&mut stream, &mut self.uniforms);
            for (u, index) in self.uniforms.iter().zip(members) {
                let index = *index as usize;
                self.drawn[index] = network.parameters[index].law.quantile(*u);
            }
        }
    }
}

impl Trial<'_> {
    /// Runs the trial from the steady state to the horizon.
    fn run(
        &mut self,
        variant: Variant,
        mut watch: impl FnMut(Option<Event>),
    ) -> Result<(), TrialError> {
        self.begin(variant);
        while let Some((now, event)) = self.next()? {
            debug_assert!(now >= self.s.now);
            self.s.now = now;
            watch(Some(event));
            match event {
                Event::Arrival(buyer) => self.arrival(buyer as usize),
                Event::Clearing(market) => self.clear(market as usize)?,
                Event::StockOut(buyer) => self.stock_out(buyer as usize),
                Event::SellerDry(seller) => self.seller_dry(seller as usize),
                Event::Inflow(step) => self.inflow_step(step),
                Event::Wake(policy, code) => self.wake(policy as usize, code),
                Event::PolicyDate(_) => self.review_policies(),
                Event::Regime(process) => self.change_regime(process as usize)?,
                Event::Month(bin) => self.begin_month(bin as usize),
                Event::ContractDate(contract) => self.contract_date(contract as usize),
                Event::Sample(bin) => self.sample(bin as usize),
            }
        }
        watch(None);
        self.finish()
    }

    fn next(&mut self) -> Result<Option<(Tick, Event)>, TrialError> {
        self.s
            .calendar
            .next_before(self.n.horizon)
            .map_err(|_| TrialError::Budget)
    }

    /// The steady state, and everything known to happen.
    fn begin(&mut self, variant: Variant) {
        self.s.month = usize::from(self.n.month_of_bin[0]);
        self.begin_usual();
        for (index, r) in self.base.reserves.iter().enumerate() {
            self.s.reserves[index].volume = r.size;
        }
        for seller in 0..self.n.sellers.len() {
            self.s.sellers[seller].stock = self.base.seller_stock[seller];
        }
        for buyer in 0..self.n.buyers.len() {
            self.s.buyers[buyer].stock = self.base.initial_stock[buyer];
            self.s.buyers[buyer].room = self.base.room[buyer];
            self.set_final_wants(buyer);
        }
        for site in 0..self.n.sites.len() {
            self.set_desire(site);
        }
        self.fill_lanes();
        self.match_stock_to_lanes();
        for market in 0..self.n.markets.len() {
            self.s.markets[market].initial = self.goods_in(market);
            let stage = self.n.markets[market].stage;
            let event = Event::Clearing(market as u32);
            self.s
                .calendar
                .schedule(Tick::START, Class::clearing(stage), event);
        }
        self.schedule_dates();
        self.begin_regimes();
        self.begin_policies(variant);
    }

    /// In the steady state stock is low where more than usual is under way, and
    /// high where less is: a buyer's position is on target.
    fn match_stock_to_lanes(&mut self) {
        for (index, buyer) in self.n.buyers.iter().enumerate() {
            let stated = buyer
                .demands
                .clone()
                .any(|d| self.n.demands[d].initial.is_some());
            if !stated && !self.n.markets[buyer.market].start_empty {
                let position = self.base.target_stock[index]
                    + self.base.under_way[index]
                    + self.seasonal_stock(index);
                let b = &mut self.s.buyers[index];
                b.stock = (position - b.under_way).max(0.0).min(b.room);
            }
        }
        for buyer in 0..self.n.buyers.len() {
            self.plan(buyer);
        }
    }

    fn schedule_dates(&mut self) {
        for (bin, start) in self.n.months.iter().enumerate() {
            if self.n.seasonal {
                let event = Event::Month(bin as u32 + 1);
                self.s.calendar.schedule(*start, Class::PHYSICAL, event);
            }
            self.s
                .calendar
                .schedule(*start, Class::SAMPLE, Event::Sample(bin as u32));
        }
        let last = Event::Sample(self.n.months.len() as u32);
        self.s
            .calendar
            .schedule(self.n.horizon, Class::SAMPLE, last);
        for (index, c) in self.n.contracts.iter().enumerate() {
            self.s.contracts[index].in_force = c.start == Tick::START;
            self.note_contract(index);
            for at in [c.start, c.end] {
                if at > Tick::START {
                    let event = Event::ContractDate(index as u32);
                    self.s.calendar.schedule(at, Class::PHYSICAL, event);
                }
            }
        }
    }

    /// Season's demand and output change with the month.
    fn begin_month(&mut self, bin: usize) {
        self.s.month = usize::from(self.n.month_of_bin[bin]);
        for buyer in 0..self.n.buyers.len() {
            if self.n.buyers[buyer]
                .demands
                .clone()
                .any(|d| self.n.demands[d].season.is_some())
            {
                self.settle_buyer(buyer);
                self.set_final_wants(buyer);
                self.plan(buyer);
                self.ask_clearing_on_change(self.n.buyers[buyer].market);
            }
        }
        for site in 0..self.n.sites.len() {
            if self.n.sites[site].season.is_some() {
                self.site_changed(site);
            }
        }
        self.replan_all();
    }

    /// A site's capacity has changed: it runs, draws and sells accordingly.
    pub(super) fn site_changed(&mut self, site: usize) {
        self.set_desire(site);
        for i in self.n.sites[site].inputs.clone() {
            let buyer = self.n.demands[self.n.inputs[i].demand as usize].buyer as usize;
            self.ask_clearing_on_change(self.n.buyers[buyer].market);
        }
        self.replan_all();
    }

    pub(super) fn ask_clearing_on_change(&mut self, market: usize) {
        if self.n.markets[market].on_change {
            self.ask_clearing(market);
        }
    }

    fn contract_date(&mut self, contract: usize) {
        let c = &self.n.contracts[contract];
        self.s.contracts[contract].in_force = c.start <= self.s.now && self.s.now < c.end;
        self.note_contract(contract);
        let seller = self.n.pairs[c.pair as usize].seller as usize;
        self.ask_clearing(self.n.sellers[seller].market);
    }

    /// Closes the books.
    fn finish(&mut self) -> Result<(), TrialError> {
        self.s.now = self.n.horizon;
        for pair in 0..self.n.pairs.len() {
            self.settle_pipe(pair);
        }
        for seller in 0..self.n.sellers.len() {
            self.settle_seller(seller);
        }
        for buyer in 0..self.n.buyers.len() {
            self.settle_buyer(buyer);
        }
        for index in 0..self.n.reserves.len() {
            self.settle_reserve(index);
        }
        for market in 0..self.n.markets.len() {
            self.check_mass(market)?;
        }
        self.leave_out_unsent();
        self.write_record();
        Ok(())
    }

    /// Initial + produced = used + lost + in stock + under way.
    fn check_mass(&self, market: usize) -> Result<(), TrialError> {
        let m = &self.n.markets[market];
        let produced: f64 = m.sellers.clone().map(|s| self.s.sellers[s].produced).sum();
        let used: f64 = m
            .buyers
            .clone()
            .flat_map(|b| self.n.buyers[b].demands.clone())
            .map(|d| self.s.demands[d].total_used)
            .sum();
        let came = self.s.markets[market].initial + produced;
        let gone = used + self.s.markets[market].lost;
        let error = (came - gone - self.goods_in(market)).abs() / came.max(f64::MIN_POSITIVE);
        if error <= MASS_BALANCE || came == 0.0 {
            return Ok(());
        }
        Err(TrialError::MassBalance {
            commodity: m.key.clone(),
            error,
        })
    }

    /// All goods of a market: in stock, in reserve and under way.
    fn goods_in(&self, market: usize) -> f64 {
        let m = &self.n.markets[market];
        let sellers: f64 = m.sellers.clone().map(|s| self.s.sellers[s].stock).sum();
        let buyers: f64 = m
            .buyers
            .clone()
            .map(|b| {
                let reserve = self.n.buyers[b].reserve;
                let kept = reserve.map_or(0.0, |r| self.s.reserves[r].volume);
                self.s.buyers[b].stock + self.s.buyers[b].under_way + kept
            })
            .sum();
        sellers + buyers
    }
}
