//! Policies: timed instruments that act on a trial.
//!
//! Each instrument is a file of this module that implements `Act`, and a line
//! in the list below. Instruments write limits and costs into a market's
//! gates when it clears; the clearing only reads them. Limits take the
//! minimum, costs add, and the policy with the least limit binds.

mod bound;
mod bypass;
mod channel;
mod closure;
mod coordinated_release;
mod demand_shock;
mod disruption;
mod export_ban;
mod export_licence;
mod export_quota;
mod extraterritorial_rule;
mod fear;
mod hoarding;
mod leakage;
mod negotiation;
mod price_cap;
mod price_floor;
mod project;
mod ramp;
mod sanction;
mod stockpile_pact;
mod substitution;
mod tariff;

use std::ops::Range;

use super::Process;
use super::calendar::{Class, Event};
use super::gates::Gates;
use super::state::Desk;
use super::trial::{Trial, Variant};
use crate::network::{Compiler, Network, Num};
use crate::random::ObjectKey;
use crate::scenario::{self as written, CountryId, RegimeId, Role};
use crate::units::Tick;

use bound::{Bound, in_market};
use channel::{Channel, grown};
pub(super) use export_licence::LicenceDesk;

/// A policy, compiled.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What it is to the study.
    pub role: Role,
    /// When it is announced.
    pub announced: Tick,
    /// First instant in force.
    pub effective: Tick,
    /// First instant no longer in force.
    pub ends: Tick,
    /// Regimes in which it is in force; all if empty.
    pub when: Vec<RegimeId>,
    /// Markets whose gates it may write.
    pub markets: Vec<usize>,
    /// Sellers that it strikes by name.
    pub sellers: Vec<u32>,
    /// Buyers it strikes.
    pub buyers: Vec<usize>,
    /// Days of use that they store ahead, once it is announced and until it
    /// takes effect.
    front_loading: Num,
    /// Its part of the trial's memory.
    pub memory: Range<usize>,
    key: ObjectKey,
    instrument: Instrument,
}

/// What an instrument does. `me` is the policy's index.
trait Act {
    /// Numbers it wants to remember in a trial.
    fn memory(&self) -> usize {
        0
    }
    /// Markets whose gates it may write.
    fn markets(&self) -> Vec<usize> {
        Vec::new()
    }
    /// Sellers that it strikes by name.
    fn sellers(&self) -> &[u32] {
        &[]
    }
    /// Buyers it strikes.
    fn buyers(&self, _network: &Network) -> Vec<usize> {
        Vec::new()
    }
    /// Days of use that these store beyond their target while it is in force.
    fn hoards(&self) -> Option<Num> {
        None
    }
    /// Whether it does anything now: as long as it is in force, unless it works
    /// from time to time.
    fn works(&self, trial: &Trial, me: usize) -> bool {
        trial.s.policies[me].in_force
    }
    /// The trial begins.
    fn begin(&self, _trial: &mut Trial, _me: usize) {}
    /// An alarm it set goes off.
    fn woken(&self, _trial: &mut Trial, _me: usize, _code: u32) {}
    /// It came into force or no longer is.
    fn switched(&self, _trial: &mut Trial, _me: usize) {}
    /// A regime has been entered.
    fn regime_entered(&self, _trial: &mut Trial, _me: usize, _regime: RegimeId) {}
    /// Its limits and costs for a market over the coming window \[d\].
    fn gate(&self, _trial: &Trial, _me: usize, _market: usize, _window: f64, _gates: &mut Gates) {}
    /// The ways it opens around the limits of others, once all are known.
    fn open(&self, _trial: &Trial, _me: usize, _market: usize, _window: f64, _gates: &mut Gates) {}
    /// A market clears, whether or not it is in force.
    fn clears(&self, _trial: &mut Trial, _me: usize, _market: usize) {}
    /// A market it is in force on is about to clear; whether a window opens.
    fn before_clearing(&self, _trial: &mut Trial, _me: usize, _market: usize, _opens: bool) {}
    /// Whether it lets so much pass and no more, and keeps count.
    fn counts(&self) -> bool {
        false
    }
    /// A volume has been allocated on a pair of such a market; below zero where
    /// it is taken back.
    fn shipped(&self, _trial: &mut Trial, _me: usize, _pair: usize, _volume: f64) {}
}

macro_rules! instruments {
    ($($name:ident = $kind:ty, $module:ident;)*) => {
        #[derive(Clone, Debug)]
        enum Instrument {
            $($name($kind)),*
        }

        impl Instrument {
            fn act(&self) -> &dyn Act {
                match self {
                    $(Self::$name(instrument) => instrument),*
                }
            }

            fn compile(compiler: &mut Compiler, written: &written::Instrument) -> Self {
                match written {
                    $(written::Instrument::$name(w) => Self::$name($module::compile(compiler, w))),*
                }
            }
        }
    };
}

instruments! {
    ExportBan = export_ban::ExportBan, export_ban;
    ExportQuota = export_quota::ExportQuota, export_quota;
    ExportLicence = export_licence::ExportLicence, export_licence;
    Disruption = disruption::Disruption, disruption;
    Sanction = sanction::Sanction, sanction;
    Tariff = tariff::Tariff, tariff;
    PriceCap = price_cap::PriceCap, price_cap;
    Closure = closure::Closure, closure;
    Bypass = bypass::Bypass, bypass;
    Leakage = leakage::Leakage, leakage;
    ExtraterritorialRule = extraterritorial_rule::ExtraterritorialRule, extraterritorial_rule;
    CoordinatedRelease = coordinated_release::CoordinatedRelease, coordinated_release;
    StockpilePact = stockpile_pact::StockpilePact, stockpile_pact;
    DemandShock = demand_shock::DemandShock, demand_shock;
    Hoarding = hoarding::Hoarding, hoarding;
    Project = project::Project, project;
    PriceFloor = price_floor::PriceFloor, price_floor;
    Substitution = substitution::Substitution, substitution;
    Negotiation = negotiation::Negotiation, negotiation;
}

/// Compiles the policies of a scenario, and its sites' ordinary outages as
/// policies of the background.
pub(super) fn compile(compiler: &mut Compiler, _processes: &[Process]) -> Vec<Policy> {
    let scenario = compiler.scenario();
    let mut policies = Vec::new();
    for p in &scenario.policies {
        let instrument = Instrument::compile(compiler, &p.instrument);
        let mut policy = Policy::new(format!("policies.{}", p.name), p.role, instrument);
        policy.name.clone_from(&p.name);
        policy.announced = compiler.tick(p.announced);
        policy.effective = compiler.tick(p.effective);
        policy.front_loading = compiler.num(&p.front_loading);
        policy.buyers = policy.instrument.act().buyers(compiler.network());
        policy.ends = p.ends.map_or(Tick::NEVER, |d| compiler.tick(d));
        policy.when.clone_from(&p.when);
        policies.push(policy);
    }
    for (site, s) in scenario.sites.iter().enumerate() {
        if let Some(outages) = &s.outages {
            let instrument = disruption::of_sites(compiler, vec![site], outages);
            let name = format!("sites.{}.outages", s.name);
            let instrument = Instrument::Disruption(instrument);
            policies.push(Policy::new(name, Role::Background, instrument));
        }
    }
    let mut end = 0;
    for policy in &mut policies {
        let length = policy.instrument.act().memory();
        policy.memory = end..end + length;
        end += length;
    }
    policies
}

impl Policy {
    fn new(name: String, role: Role, instrument: Instrument) -> Self {
        Self {
            key: ObjectKey::named(&name),
            markets: instrument.act().markets(),
            sellers: instrument.act().sellers().to_vec(),
            name,
            role,
            announced: Tick::START,
            effective: Tick::START,
            ends: Tick::NEVER,
            when: Vec::new(),
            buyers: Vec::new(),
            front_loading: Num::Const(0.0),
            memory: 0..0,
            instrument,
        }
    }

    /// Instants at which it may change.
    fn dates(&self) -> impl Iterator<Item = Tick> {
        let announced = Some(self.announced).filter(|_| self.is_feared());
        announced.into_iter().chain([self.effective, self.ends])
    }

    /// Its limits and costs for a market over the coming window.
    pub(super) fn gate(
        &self,
        trial: &Trial,
        me: usize,
        market: usize,
        window: f64,
        gates: &mut Gates,
    ) {
        self.instrument.act().gate(trial, me, market, window, gates);
    }

    /// The ways it opens around the limits of others over the coming window.
    pub(super) fn open(
        &self,
        trial: &Trial,
        me: usize,
        market: usize,
        window: f64,
        gates: &mut Gates,
    ) {
        self.instrument.act().open(trial, me, market, window, gates);
    }
}

impl Trial<'_> {
    /// Enables the policies of a variant and schedules their dates.
    pub(super) fn begin_policies(&mut self, variant: Variant) {
        for (index, p) in self.policies.iter().enumerate() {
            let enabled = variant == Variant::Shocked || p.role == Role::Background;
            self.s.policies[index].enabled = enabled;
            if enabled {
                p.instrument.act().begin(self, index);
                for at in p.dates() {
                    if at > Tick::START && at < Tick::NEVER {
                        let event = Event::PolicyDate(index as u32);
                        self.s.calendar.schedule(at, Class::POLICY, event);
                    }
                }
            }
        }
        self.update_policies();
    }

    /// A policy comes into force or ends.
    pub(super) fn review_policies(&mut self) {
        self.with_gates_watched(|trial| trial.update_policies());
    }

    /// Works out afresh which policies are in force.
    pub(super) fn update_policies(&mut self) {
        for (index, p) in self.policies.iter().enumerate() {
            let due = self.is_due(index);
            let state = &mut self.s.policies[index];
            state.over &= due;
            let in_force = due && !state.over;
            if in_force != state.in_force {
                if !in_force {
                    self.give_back_rest(index);
                }
                self.s.policies[index].in_force = in_force;
                self.s.policies[index].since = self.s.now;
                self.note_policy(index);
                p.instrument.act().switched(self, index);
            }
        }
        for index in 0..self.policies.len() {
            self.note_work(index);
        }
        self.let_fear_spread();
    }

    /// Keeps for the record from when to when a policy is at work.
    fn note_work(&mut self, policy: usize) {
        let works = self.policies[policy].instrument.act().works(self, policy);
        let (now, state) = (self.s.now, &mut self.s.policies[policy]);
        match state.works_since {
            None if works => state.works_since = Some(now),
            Some(since) if !works => {
                state.works_since = None;
                self.s.record.note_work(policy, since, now);
            }
            _ => {}
        }
    }

    /// Keeps for the record which policies are at work to the end.
    pub(super) fn end_work(&mut self) {
        for (policy, state) in self.s.policies.iter().enumerate() {
            if let Some(since) = state.works_since {
                self.s.record.note_work(policy, since, self.n.horizon);
            }
        }
    }

    /// Whether a policy should be in force now.
    fn is_due(&self, policy: usize) -> bool {
        let p = &self.policies[policy];
        let timely = p.effective <= self.s.now && self.s.now < p.ends;
        let fitting = p.when.is_empty() || p.when.iter().any(|r| self.lasts(*r));
        self.s.policies[policy].enabled && timely && fitting
    }

    /// Tells every policy that a regime has been entered.
    pub(super) fn tell_policies(&mut self, regime: RegimeId) {
        for (index, p) in self.policies.iter().enumerate() {
            if self.s.policies[index].enabled {
                p.instrument.act().regime_entered(self, index, regime);
            }
        }
    }

    /// Makes a change, and has every market clear at once whose gates it
    /// changed in effect.
    pub(super) fn with_gates_watched(&mut self, change: impl FnOnce(&mut Self)) {
        let mut before = std::mem::take(&mut self.s.gates_before);
        for (market, gates) in before.iter_mut().enumerate() {
            self.compose_now(market, gates);
        }
        change(self);
        let mut after = std::mem::take(&mut self.s.gates_after);
        for (market, before) in before.iter().enumerate() {
            self.compose_now(market, &mut after);
            if after.differ(before) {
                self.ask_clearing(market);
            }
        }
        self.s.gates_before = before;
        self.s.gates_after = after;
    }

    fn compose_now(&mut self, market: usize, gates: &mut Gates) {
        self.keep_usual_trade(market);
        self.note_levels(market);
        let left = self.s.markets[market].next - self.s.now;
        self.compose_gates(market, left.days(), gates);
    }

    /// An instrument's alarm goes off.
    pub(super) fn wake(&mut self, policy: usize, code: u32) {
        self.policies[policy]
            .instrument
            .act()
            .woken(self, policy, code);
    }

    /// Whether a policy is in force on a market, or its effects last on.
    pub(super) fn acts_on(&self, policy: usize, market: usize) -> bool {
        let state = self.s.policies[policy];
        (state.in_force || state.lingers) && self.policies[policy].markets.contains(&market)
    }

    /// Tells every policy that a market clears, before anything is decided.
    pub(super) fn tell_of_clearing(&mut self, market: usize) {
        for (index, p) in self.policies.iter().enumerate() {
            if self.s.policies[index].enabled {
                p.instrument.act().clears(self, index, market);
            }
        }
    }

    /// Tells the policies in force on a market that it is about to clear.
    pub(super) fn before_clearing(&mut self, market: usize, opens: bool) {
        for (index, p) in self.policies.iter().enumerate() {
            if self.acts_on(index, market) {
                let instrument = p.instrument.act();
                instrument.before_clearing(self, index, market, opens);
            }
        }
    }

    /// Finds the policies in force on a market.
    pub(super) fn find_acting(&self, market: usize, acting: &mut Vec<u32>) {
        acting.clear();
        for index in 0..self.policies.len() {
            if self.acts_on(index, market) {
                acting.push(index as u32);
            }
        }
    }

    /// Tells the policies in force on a market what has been allocated.
    #[inline]
    pub(super) fn shipped(&mut self, acting: &[u32], pair: usize, volume: f64) {
        for index in acting {
            let index = *index as usize;
            let policy = &self.policies[index];
            policy.instrument.act().shipped(self, index, pair, volume);
        }
    }

    /// Finds the policies that have counted what a market allocated at its last
    /// clearing.
    pub(super) fn find_counting(&mut self, market: usize, last: Tick) {
        let mut counting = std::mem::take(&mut self.s.desk.counting);
        self.find_acting(market, &mut counting);
        let has_cleared = self.s.markets[market].window > 0;
        counting.retain(|policy| has_cleared && self.counted(*policy as usize, last));
        self.s.desk.counting = counting;
    }

    /// Whether a policy in force was so when a market last cleared.
    fn counted(&self, policy: usize, last: Tick) -> bool {
        let state = self.s.policies[policy];
        (state.in_force || state.lingers) && state.since <= last
    }

    /// Whether a policy has counted what was last allocated, and lets nothing
    /// more pass only for that.
    pub(super) fn is_used_up(&self, desk: &Desk, policy: u32) -> bool {
        let counts = |p: &Policy| p.instrument.act().counts();
        desk.counting.contains(&policy) && counts(&self.policies[policy as usize])
    }

    /// Tells the policies that counted an allocation that a part of it has
    /// been taken back.
    pub(super) fn taken_back(&mut self, market: usize, pair: usize, volume: f64) {
        let volume = self.back_from_way(market, pair, volume);
        let counting = std::mem::take(&mut self.s.desk.counting);
        self.shipped(&counting, pair, -volume);
        self.s.desk.counting = counting;
    }

    /// A policy comes out of force: what it has counted for the rest of the
    /// windows of its markets goes on without it.
    fn give_back_rest(&mut self, policy: usize) {
        let p = &self.policies[policy];
        for market in &p.markets {
            let last = self.s.markets[*market].cleared_at;
            if !self.counted(policy, last) {
                continue;
            }
            for pair in self.n.markets[*market].pairs.clone() {
                let rest = self.usual_rest(*market, pair, last);
                p.instrument.act().shipped(self, policy, pair, -rest);
            }
        }
    }

    /// Sets an alarm of a policy.
    pub(super) fn set_alarm(&mut self, me: usize, at: Tick, code: u32) {
        self.s
            .calendar
            .schedule(at, Class::POLICY, Event::Wake(me as u32, code));
    }

    /// The terms of the first regime listed that lasts, else the usual ones.
    fn terms_now<'t, T>(&self, usual: &'t T, in_regime: &'t [(RegimeId, T)]) -> &'t T {
        in_regime
            .iter()
            .find(|(r, _)| self.lasts(*r))
            .map_or(usual, |(_, terms)| terms)
    }
}

/// The buyers of pairs, each once.
fn buyers_of<'b>(n: &Network, bound: impl IntoIterator<Item = &'b Bound>) -> Vec<usize> {
    let pairs = bound.into_iter().flat_map(|b| &b.pairs);
    let mut buyers: Vec<usize> = pairs.map(|p| n.pairs[*p as usize].buyer as usize).collect();
    buyers.sort_unstable();
    buyers.dedup();
    buyers
}

/// The buyers of some goods in some countries.
fn buyers(compiler: &Compiler, on: &[written::CommodityId], countries: &[CountryId]) -> Vec<usize> {
    let places = on.iter().flat_map(|c| countries.iter().map(|at| (*c, *at)));
    places.filter_map(|(c, at)| compiler.buyer(c, at)).collect()
}

/// A number by commodity, for the goods in scope.
fn per_commodity(
    compiler: &mut Compiler,
    scope: &written::Scope,
    numbers: &written::PerCommodity,
) -> Vec<Num> {
    listed(compiler, &scope.on, numbers)
}

/// A number by commodity, for these goods.
fn listed(
    compiler: &mut Compiler,
    on: &[written::CommodityId],
    numbers: &written::PerCommodity,
) -> Vec<Num> {
    on.iter()
        .map(|c| {
            let given = numbers.given.iter().find(|(x, _)| x == c).map(|(_, n)| n);
            compiler.num(given.unwrap_or(&numbers.default))
        })
        .collect()
}

/// A number by country, dense over all countries.
fn per_country(compiler: &mut Compiler, numbers: &written::PerCountry) -> Vec<Num> {
    (0..compiler.scenario().countries.len())
        .map(|c| {
            let given = numbers
                .given
                .iter()
                .find(|(x, _)| *x == CountryId(c))
                .map(|(_, n)| n);
            compiler.num(given.unwrap_or(&numbers.default))
        })
        .collect()
}
