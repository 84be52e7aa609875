//! The compiled model: dense indices and flat arrays, everything a trial
//! reads and never writes.
//!
//! A [`Network`] holds the structure and the numbers as written, some of them
//! still to be drawn; a [`Base`] holds the steady state that one drawing of
//! those numbers implies.

pub mod balance;
mod base;
mod compile;
mod summary;

use std::ops::Range;

use crate::random::{Copula, Law, ObjectKey};
use crate::scenario::Rule;
use crate::units::{Calendar, PriceUnit, Tick, Ticks};

pub use base::Base;
pub use compile::{Compiler, Complaint};
pub use summary::{MarketBalance, Summary};

/// A number a trial reads: fixed, or the n-th of its drawn parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Num {
    /// The same in every trial.
    Const(f64),
    /// Index into the trial's drawn parameters.
    Drawn(u32),
}

impl Num {
    /// Its value, given the trial's drawn parameters.
    #[inline]
    #[must_use]
    pub fn get(self, drawn: &[f64]) -> f64 {
        match self {
            Self::Const(value) => value,
            Self::Drawn(index) => drawn[index as usize],
        }
    }
}

/// Everything about a scenario that trials share.
#[derive(Clone, Debug)]
pub struct Network {
    /// Dates of ticks.
    pub calendar: Calendar,
    /// End of a trial.
    pub horizon: Tick,
    /// Month starts strictly inside the horizon.
    pub months: Vec<Tick>,
    /// Month of the year, 0 to 11, of each month bin.
    pub month_of_bin: Vec<u8>,
    /// A buyer is short while it misses more than this share of its demand.
    pub short_above: f64,
    /// Country codes and names.
    pub countries: Vec<(String, String)>,
    /// Markets, upstream first.
    pub markets: Vec<Market>,
    /// Sellers, by market.
    pub sellers: Vec<Seller>,
    /// Buyers, by market.
    pub buyers: Vec<Buyer>,
    /// Pairs, by market, row-major sellers × buyers.
    pub pairs: Vec<Pair>,
    /// Demands, by buyer, most valuable first.
    pub demands: Vec<Demand>,
    /// Sites.
    pub sites: Vec<Site>,
    /// Inputs of sites: which demand the draw is.
    pub inputs: Vec<Input>,
    /// Outputs of sites: which seller they fill.
    pub outputs: Vec<Output>,
    /// Names of chokepoints.
    pub chokepoints: Vec<String>,
    /// State stocks.
    pub reserves: Vec<Reserve>,
    /// Contracts.
    pub contracts: Vec<Contract>,
    /// Numbers drawn once a trial.
    pub parameters: Vec<Parameter>,
    /// Correlation of the parameters, if any: which ones and how.
    pub copula: Option<(Vec<u32>, Copula)>,
    /// What the study reports on, as buyers.
    pub focus: Vec<u32>,
    /// Trade that is counted month by month.
    pub watches: Vec<Watch>,
    /// Which of them count each pair; empty without any.
    pub watched: Vec<Vec<u32>>,
    /// Whether any demand or output follows the seasons.
    pub seasonal: bool,
    /// The steady state at the means of all drawn numbers.
    pub base: Base,
    /// Whether a drawn number enters the steady state, so that each trial has
    /// its own.
    pub base_varies: bool,
}

/// Trade that is counted month by month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The pairs, all of one market.
    pub pairs: Vec<u32>,
    /// When it is counted.
    pub counted: Counted,
}

/// When customs count trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// When it leaves.
    Exports,
    /// When it arrives.
    Imports,
}

/// A number drawn once a trial.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its place in the file.
    pub path: String,
    /// Its law.
    pub law: Law,
    /// The key of its draw.
    pub key: ObjectKey,
}

/// A commodity and the rules of its market.
#[derive(Clone, Debug)]
pub struct Market {
    /// Key in the scenario.
    pub key: String,
    /// Name in reports.
    pub name: String,
    /// Unit of volumes.
    pub unit: String,
    /// Reference price p0 \[USD per unit\].
    pub price: Num,
    /// The unit in which prices are told.
    pub price_unit: PriceUnit,
    /// How it clears.
    pub rule: Rule,
    /// Interval between clearings.
    pub window: u64,
    /// Whether it also clears when supply or demand rates change.
    pub on_change: bool,
    /// Place in the order of clearings at one instant, upstream first.
    pub stage: u8,
    /// Its sellers.
    pub sellers: Range<usize>,
    /// Its buyers.
    pub buyers: Range<usize>,
    /// Its pairs.
    pub pairs: Range<usize>,
    /// Elasticity of stock building ε_s.
    pub stock_elasticity: Num,
    /// Adjustment time of demand \[days\].
    pub adjust: Num,
    /// θ.
    pub dispersion: Num,
    /// λ_max \[p0\].
    pub choke: Num,
    /// η.
    pub new_pairs: Num,
    /// κ per week.
    pub restocking: Num,
    /// Largest nomination \[windows of use\].
    pub nomination_cap: Num,
    /// φ \[p0\].
    pub discount: Num,
    /// T_release \[days\].
    pub release: Num,
    /// Seller stock never offered \[days of output\].
    pub working_stock: Num,
    /// Sellers offer all they have.
    pub offer_on_hand: bool,
    /// Cargo size \[units\].
    pub cargo: Option<f64>,
    /// Smallest parcel \[units\].
    pub parcel: f64,
    /// Share of goods that boils off under way beyond the usual voyage, and
    /// while they wait for a tank [per day].
    pub boil_off: Num,
    /// Days over which backlog is worked off.
    pub backlog_time: Num,
    /// Nothing under way at the start, sellers empty.
    pub start_empty: bool,
    /// Base supply and demand need not agree.
    pub unbalanced: bool,
    /// Largest relative difference accepted.
    pub tolerance: f64,
    /// Whether every pair is a pipeline: sellers then offer what they will
    /// make rather than what they have made.
    pub pipelines_only: bool,
    /// Whether any pair is a pipeline.
    pub pipelines: bool,
    /// Whether each pair is within one country.
    pub domestic: Vec<bool>,
    /// Its contracts.
    pub contracts: Vec<u32>,
    /// Their priorities, each once, in the order in which they are served.
    pub priorities: Vec<u32>,
    /// Whether trade was observed (else it is proportional).
    pub observed: bool,
}

impl Market {
    /// Number of sellers and buyers.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.sellers.len(), self.buyers.len())
    }
}

/// A (country, company, commodity) with goods to sell.
#[derive(Clone, Debug)]
pub struct Seller {
    /// Its market.
    pub market: usize,
    /// Where.
    pub country: usize,
    /// Company, or the country's code.
    pub company: String,
    /// Its sites' outputs.
    pub outputs: Vec<u32>,
    /// Goods on hand at the start, if not the steady state.
    pub initial: Option<Num>,
}

/// A (country, commodity) with use for the goods.
#[derive(Clone, Debug)]
pub struct Buyer {
    /// Its market.
    pub market: usize,
    /// Where.
    pub country: usize,
    /// Its demands.
    pub demands: Range<usize>,
    /// Its state stock.
    pub reserve: Option<usize>,
    /// Room for its commercial stock; no limit if `None`.
    pub tank: Option<Tank>,
    /// Cover below which use is rationed \[days\].
    pub minimum_cover: Num,
    /// Whether rationing goes by value (else pro rata).
    pub ration_by_value: bool,
    /// Whether its stock only rises by parcels and only serves final users:
    /// then nobody else notices when it runs low.
    pub parcels_to_final_use: bool,
}

/// A seller and a buyer of one market.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Seller, index into all sellers.
    pub seller: u32,
    /// Buyer, index into all buyers.
    pub buyer: u32,
    /// Whether both are in one country.
    pub domestic: bool,
    /// Whether goods flow rather than sail.
    pub pipeline: bool,
    /// Time under way \[days\].
    pub transit: Law,
    /// Mean number of windows goods are under way, those in parcels counted
    /// at clearings just before new parcels leave.
    pub windows_under_way: f64,
    /// Windows after which practically every parcel has arrived.
    pub longest: u32,
    /// Part of a window, in [0, 1), after which the first cargo leaves.
    pub phase: f64,
    /// Chokepoints on the way.
    pub via: Vec<Passage>,
    /// The way round them, if there is one.
    pub detour: Option<Detour>,
    /// Observed trade \[units per day\], if any.
    pub trade: Option<Num>,
    /// Stable key of its draws.
    pub key: ObjectKey,
}

/// A chokepoint on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Index into the names of chokepoints.
    pub chokepoint: u32,
    /// How long after departure it is reached.
    pub after: Ticks,
}

/// A way round the chokepoints of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detour {
    /// By how much longer goods are under way \[days\].
    pub adds: Num,
    /// By how much dearer they are \[p0\].
    pub cost: Num,
}

/// Who uses the goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// Final use.
    Final,
    /// A plant's draw: index into all inputs.
    Plant(u32),
}

/// A tier of use at a buyer.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Its buyer.
    pub buyer: u32,
    /// Its tier, or the plant.
    pub name: String,
    /// Who uses.
    pub user: User,
    /// Reference use \[units per day\]; of a plant it follows from its runs.
    pub rate: Num,
    /// Short-run price elasticity.
    pub short: Num,
    /// Long-run price elasticity.
    pub long: Num,
    /// Target cover \[days\].
    pub cover: Num,
    /// Output lost \[USD per unit\].
    pub value_at_risk: Num,
    /// Share of unserved use made up later.
    pub backlog: Num,
    /// Monthly factors, their mean over the days of a year one.
    pub season: Option<[f64; 12]>,
    /// Days of mean use stored at the start of each month bin to come through
    /// the season, none at its low point; empty without a season.
    pub stored: Vec<f64>,
    /// Stock at the start \[units\].
    pub initial: Option<Num>,
}

/// A mine, field, plant or train.
#[derive(Clone, Debug)]
pub struct Site {
    /// Name.
    pub name: String,
    /// Runs per day at full capacity.
    pub capacity: Num,
    /// Share of it used in the base.
    pub utilisation: Num,
    /// Not there at the start: its runs in the base are none.
    pub planned: bool,
    /// σ.
    pub supply_elasticity: Num,
    /// Monthly factors.
    pub season: Option<[f64; 12]>,
    /// Finished goods it can hold beyond what it usually does, and whether in
    /// days of base output, else units of its first output.
    pub storage: Option<(Num, bool)>,
    /// Expected availability under ordinary outages; 1 where capacity is
    /// what the site makes while up.
    pub availability: f64,
    /// Its inputs.
    pub inputs: Range<usize>,
    /// Its outputs.
    pub outputs: Range<usize>,
}

/// What a site draws in.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// The site.
    pub site: u32,
    /// The demand its draw is.
    pub demand: u32,
    /// Units a run.
    pub per_run: Num,
}

/// What a site makes.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// The site.
    pub site: u32,
    /// The seller it fills.
    pub seller: u32,
    /// Units a run.
    pub per_run: Num,
}

/// Room for a commercial stock.
#[derive(Clone, Copy, Debug)]
pub struct Tank {
    /// Entry of the scenario it comes from.
    pub entry: u32,
    /// Capacity: units, or days of base use.
    pub capacity: Num,
    /// Whether `capacity` is in days.
    pub in_days: bool,
    /// What is never usable: units, or a share of capacity.
    pub heel: Num,
    /// Whether `heel` is in units.
    pub heel_in_units: bool,
}

/// A state stock.
#[derive(Clone, Debug)]
pub struct Reserve {
    /// The buyer it supports.
    pub buyer: u32,
    /// Size: units, or days of base use.
    pub size: Num,
    /// Whether `size` is in days.
    pub in_days: bool,
    /// Commercial cover below which it releases \[days\].
    pub release_below: Num,
    /// Largest release \[share of size per day\].
    pub release_rate: Num,
    /// Commercial cover above which it refills \[days\].
    pub refill_above: Option<Num>,
    /// Largest refill \[share of size per day\].
    pub refill_rate: Num,
}

/// A term contract on one pair.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The pair.
    pub pair: u32,
    /// Units per day, over all pairs of the same entry in proportion to base
    /// output.
    pub volume: Num,
    /// Entry of the scenario it comes from.
    pub entry: u32,
    /// In force from.
    pub start: Tick,
    /// In force until.
    pub end: Tick,
    /// USD per unit; the reference price if `None`.
    pub price: Option<Num>,
    /// Share of the volume that the buyer may leave, and take beyond it.
    pub tolerance: (Num, Num),
    /// Share of the volume paid for whether taken or not.
    pub take_or_pay: Num,
    /// Days over which the volume rises from nothing.
    pub ramp: Num,
    /// When it began, counted from the start of the scenario \[days\].
    pub began: f64,
    /// Order in which its seller serves it, lower first.
    pub priority: u32,
    /// Whether what the buyer does not need may go to others.
    pub free: bool,
}

impl Network {
    /// The market and the country of a buyer, as `(commodity, country)` names.
    #[must_use]
    pub fn buyer_name(&self, buyer: usize) -> (&str, &str) {
        let b = &self.buyers[buyer];
        (&self.markets[b.market].key, &self.countries[b.country].0)
    }

    /// The month bin of a tick.
    #[must_use]
    pub fn bin_of(&self, tick: Tick) -> usize {
        self.months.partition_point(|start| *start <= tick)
    }

    /// Number of month bins, the first and the last perhaps cut short.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.months.len() + 1
    }

    /// Has trade counted month by month, in place of any that was before.
    pub fn watch(&mut self, watches: Vec<Watch>) {
        let mut watched = vec![Vec::new(); self.pairs.len()];
        for (index, watch) in watches.iter().enumerate() {
            for pair in &watch.pairs {
                watched[*pair as usize].push(index as u32);
            }
        }
        (self.watches, self.watched) = (watches, watched);
    }

    /// Length of a month bin \[d\].
    #[must_use]
    pub fn bin_days(&self, bin: usize) -> f64 {
        let begins = bin.checked_sub(1).map_or(Tick::START, |i| self.months[i]);
        let ends = self.months.get(bin).copied().unwrap_or(self.horizon);
        (ends - begins).days()
    }
}
