//! Everything a trial writes; reused from trial to trial.

use super::Model;
use super::calendar::Calendar;
use super::gates::{Gates, PairWays};
use super::journal::Journal;
use super::ledger::Ledger;
use super::market::{Clearing, Solution};
use super::needs::Usual;
use super::policy::LicenceDesk;
use super::record::Record;
use crate::network::Network;
use crate::random::TrialKey;
use crate::units::{Tick, Ticks};

/// Bits of a place in an inbox; as many parcels as a trial may have events.
const PLACE_BITS: u32 = 24;
/// Parcels for which memory is set aside for one buyer.
const MOST_RESERVED: usize = 4096;

/// The mutable side of a trial. Volumes in the market's unit, rates per day.
#[derive(Debug)]
pub struct State {
    pub(super) now: Tick,
    pub(super) key: TrialKey,
    pub(super) calendar: Calendar,
    pub(super) sellers: Vec<SellerState>,
    pub(super) ledgers: Vec<Ledger>,
    pub(super) buyers: Vec<BuyerState>,
    pub(super) usual: Vec<Usual>,
    pub(super) demands: Vec<DemandState>,
    pub(super) sites: Vec<SiteState>,
    /// Runs that each input allows its site; infinite where it is not scarce.
    pub(super) limits: Vec<f64>,
    /// Runs for whose output there is room, by output; infinite while storage
    /// has no limit or is not full.
    pub(super) rooms: Vec<f64>,
    /// Lowest price deviation that each output is paid \[p0\].
    pub(super) floors: Vec<f64>,
    pub(super) markets: Vec<MarketState>,
    pub(super) reserves: Vec<ReserveState>,
    pub(super) pairs: Vec<PairState>,
    /// Usual trade of each pair.
    pub(super) flows: Vec<f64>,
    pub(super) pipes: Vec<PipeState>,
    /// What of each pair goes around limits.
    pub(super) ways: Vec<PairWays>,
    /// Goods on their way to each buyer.
    pub(super) inboxes: Vec<Inbox>,
    /// Parcels that wait before a closed chokepoint; still under way.
    pub(super) held: Vec<Held>,
    pub(super) inflow_steps: InflowSteps,
    pub(super) contracts: Vec<ContractState>,
    pub(super) policies: Vec<PolicyState>,
    /// Floating memory of the policies, each its own range.
    pub(super) memory: Vec<f64>,
    pub(super) licences: LicenceDesk,
    pub(super) regimes: Vec<RegimeState>,
    pub(super) desk: Desk,
    /// Gates of every market before a change, and of one after it.
    pub(super) gates_before: Vec<Gates>,
    pub(super) gates_after: Gates,
    pub(super) clearing: Clearing,
    /// Buyers whose plan must be made again.
    pub(super) replan: Vec<u32>,
    /// Stage of the market being cleared, −1 outside clearings.
    pub(super) clearing_stage: i16,
    /// Month of the year, 0 to 11.
    pub(super) month: usize,
    pub(super) record: Record,
    /// Left alone by `reset`: whoever wants a journal takes it out.
    pub(super) journal: Journal,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SellerState {
    pub stock: f64,
    /// Output rate.
    pub made: f64,
    /// Mean output, with what projects add.
    pub output: f64,
    /// Rate at which pipelines take goods away.
    pub piped: f64,
    pub at: Tick,
    pub produced: f64,
    /// Allocated and waiting for a full parcel; part of the stock.
    pub carried: f64,
    /// Offered a day in the current window at the reference price, and at most.
    pub offers: f64,
    pub offers_most: f64,
    /// Price deviation it gets \[p0\].
    pub price: f64,
    pub dry: Alarm,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BuyerState {
    /// What is in its tank or waits for room in it.
    pub stock: f64,
    /// What there is room for; infinite without a tank.
    pub room: f64,
    /// Rate at which pipelines and reserves bring goods.
    pub inflow: f64,
    /// Rate of use.
    pub draw: f64,
    pub at: Tick,
    /// When what its users got was last booked, and for how many days since
    /// then there was nothing.
    pub booked_at: Tick,
    pub dry: f64,
    /// Goods on their way, in parcels and pipelines.
    pub under_way: f64,
    /// The part of it that comes from others' reserves, and what has come.
    pub aid_under_way: f64,
    pub aid: f64,
    /// Allocated, not yet shipped for want of a full parcel.
    pub carried: f64,
    /// The part of `carried` that was there at the start.
    pub carried_at_start: f64,
    /// λ of the last clearing \[p0\].
    pub price: f64,
    /// x, the slow price state \[p0\].
    pub slow_price: f64,
    pub priced_at: Tick,
    /// ∫ λ dt \[p0·d\].
    pub price_integral: f64,
    /// Σ of its demands' reference rates.
    pub reference: f64,
    /// Use at the slow price state but without the short-run response, over
    /// reference use, as the market last noted it.
    pub level: f64,
    /// Rate at which it falls short of reference.
    pub short_rate: f64,
    /// Whether use is below what is wanted.
    pub rationed: bool,
    /// What it nominates a day in the current window, and most that it could and
    /// have room for.
    pub nominates: f64,
    pub fits: f64,
    /// How its orders answer to the price in the current window: ε, with that
    /// of its stock.
    pub elasticity: f64,
    /// Whether what it wants has changed since it nominated.
    pub orders_anew: bool,
    /// Days of use that it stores beyond its target for fear of a shortage.
    pub fear: f64,
    pub floor: Alarm,
    pub reserve_rate: f64,
    pub volume_paid: f64,
    pub value_paid: f64,
    pub import_bill: f64,
    pub first_short: Option<Tick>,
    pub last_short: Tick,
    pub minimum_cover: f64,
}

impl BuyerState {
    /// Commercial stock, without what waits for room.
    #[inline]
    pub fn in_tank(&self) -> f64 {
        if self.stock < self.room {
            self.stock
        } else {
            self.room
        }
    }

    /// What counts towards its target: on hand, waiting for room, or under way.
    #[inline]
    pub fn position(&self) -> f64 {
        self.stock + self.under_way + self.carried - self.carried_at_start
    }

    /// What has arrived and waits for room.
    #[inline]
    pub fn waiting(&self) -> f64 {
        if self.stock > self.room {
            self.stock - self.room
        } else {
            0.0
        }
    }

    /// Notes that it was short over some time.
    pub fn was_short(&mut self, from: Tick, to: Tick) {
        self.first_short = Some(self.first_short.map_or(from, |first| first.min(from)));
        self.last_short = self.last_short.max(to);
    }
}

/// A predicted event that may move. Only an earlier prediction is put on the
/// calendar; a later one waits until the one on the calendar comes up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alarm {
    pub due: Tick,
    pub queued: Tick,
}

impl Default for Alarm {
    fn default() -> Self {
        Self {
            due: Tick::NEVER,
            queued: Tick::NEVER,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DemandState {
    /// What demand shocks make of reference demand \[share\].
    pub scale: f64,
    /// Share of it that another good replaces.
    pub replaced: f64,
    /// What it takes to replace other goods.
    pub added: f64,
    /// Mean demand · season.
    pub reference: f64,
    /// Reference after the price response.
    pub wanted: f64,
    /// Met.
    pub used: f64,
    /// Backlog being worked off, wanted and met.
    pub catch_up_wanted: f64,
    pub catch_up: f64,
    pub total_reference: f64,
    pub total_used: f64,
    pub total_short: f64,
    pub total_rationed: f64,
    pub total_unserved: f64,
    pub backlog: f64,
    pub forgone: f64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SiteState {
    /// Runs while up, at base utilisation and at full capacity.
    pub gross: f64,
    pub ceiling: f64,
    /// Mean runs that projects have added.
    pub grown: f64,
    /// Share of capacity that disruptions leave.
    pub factor: f64,
    /// Runs it would make if nothing but its own outages held it back.
    pub reference: f64,
    /// Runs it wants to make at current prices.
    pub desire: f64,
    pub runs: f64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct MarketState {
    pub solution: Solution,
    /// Number of the current window.
    pub window: u32,
    /// When the current window ends.
    pub next: Tick,
    pub cleared_at: Tick,
    /// An extra clearing is already on the calendar for this instant.
    pub asked_at: Option<Tick>,
    /// Whether anything has gone around limits in the current window.
    pub by_ways: bool,
    /// Whether sellers or buyers have grown since usual trade was fitted.
    pub has_grown: bool,
    pub initial: f64,
    /// Boiled off so far.
    pub lost: f64,
    /// What sellers get that no sanction strikes \[p0\].
    pub price_of_others: f64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReserveState {
    pub volume: f64,
    /// Released (or, negative, refilled) per day.
    pub rate: f64,
    /// What policies order it to release per day.
    pub ordered: f64,
    pub at: Tick,
    pub drawn: f64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PairState {
    /// Allocated and waiting for a full parcel; below zero where parcels have
    /// carried more than was allocated, a market having cleared again since.
    pub carry: f64,
    /// Parcels sent in the current window.
    pub parcels: u32,
    /// Allocated to parcels at the last clearing, for the rest of the window.
    pub allocated: f64,
    /// Arrived so far.
    pub received: f64,
}

/// A pair's pipeline, if it has one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PipeState {
    /// Rates at which goods go in and come out.
    pub rate_in: f64,
    pub rate_out: f64,
    /// On its way.
    pub held: f64,
    pub at: Tick,
    /// Price deviation of what comes out \[p0\].
    pub price: f64,
}

/// Parcels on their way to a buyer, in no order.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub parcels: Vec<Parcel>,
    /// No parcel comes in before.
    earliest: Tick,
    /// What has come in, and its order: instant and place.
    due: Vec<Parcel>,
    order: Vec<u64>,
    /// How many of those have been taken.
    taken: usize,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parcel {
    pub arrives: Tick,
    pub volume: f64,
    /// Price deviation paid \[p0\].
    pub price: f64,
    /// When it left \[s\]; below zero before the start.
    pub left: i32,
    /// Seller and buyer, or [`Parcel::AID`].
    pub pair: u32,
    pub buyer: u32,
    /// Whether it goes by a way around a limit.
    pub late: bool,
}

impl Parcel {
    /// Whether it has still to leave.
    #[inline]
    pub fn waits(&self, now: Tick) -> bool {
        i64::from(self.left) > now.0 as i64
    }

    /// From leaving to arriving.
    pub fn under_way(&self) -> Ticks {
        Ticks((self.arrives.0 as i64 - i64::from(self.left)).max(0) as u64)
    }

    /// In place of a pair: it comes from the reserve of another country.
    pub const AID: u32 = u32::MAX;

    #[inline]
    pub fn is_aid(&self) -> bool {
        self.pair == Self::AID
    }
}

/// An instant \[s\] as parcels note it; a scenario is shorter than 68 years.
#[inline]
pub(super) fn seconds(ticks: i64) -> i32 {
    ticks.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// A parcel that waits before a closed chokepoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub parcel: Parcel,
    /// When it gets there.
    pub reaches: Tick,
    /// The policy that holds it.
    pub policy: u32,
}

impl Inbox {
    /// Memory for what is usually under way to a buyer.
    fn of(n: &Network, buyer: usize) -> Self {
        let m = &n.markets[n.buyers[buyer].market];
        let column = m.pairs.clone().skip(buyer - m.buyers.start);
        let windows = column
            .step_by(m.buyers.len())
            .map(|pair| n.pairs[pair].longest as usize + 1);
        let most = windows.sum::<usize>().min(MOST_RESERVED);
        Self {
            parcels: Vec::with_capacity(most),
            due: Vec::with_capacity(most),
            order: Vec::with_capacity(most),
            earliest: Tick::NEVER,
            taken: 0,
        }
    }

    fn clear(&mut self) {
        self.parcels.clear();
        self.order.clear();
        self.taken = 0;
        self.earliest = Tick::NEVER;
    }

    pub fn put(&mut self, parcel: Parcel) {
        self.earliest = self.earliest.min(parcel.arrives);
        self.parcels.push(parcel);
    }

    /// Whether a parcel may have come in.
    #[inline]
    pub fn has_come_in(&self, now: Tick) -> bool {
        self.earliest <= now
    }

    /// Puts what has come in by now in order; returns how many parcels.
    pub fn find_due(&mut self, now: Tick) -> usize {
        self.due.clear();
        self.order.clear();
        self.taken = 0;
        let (mut earliest, mut under_way) = (Tick::NEVER, 0);
        for place in 0..self.parcels.len() {
            let arrives = self.parcels[place].arrives;
            if arrives <= now {
                let key = arrives.0 << PLACE_BITS | self.due.len() as u64;
                self.order.push(key);
                self.due.push(self.parcels[place]);
            } else {
                earliest = earliest.min(arrives);
                if place != under_way {
                    self.parcels[under_way] = self.parcels[place];
                }
                under_way += 1;
            }
        }
        self.parcels.truncate(under_way);
        self.earliest = earliest;
        self.order.sort_unstable();
        self.order.len()
    }

    /// The next parcel that has come in.
    #[inline]
    pub fn next_due(&self) -> Option<&Parcel> {
        let key = self.order.get(self.taken)?;
        self.due.get((key & ((1 << PLACE_BITS) - 1)) as usize)
    }

    /// Counts the next parcel as taken.
    #[inline]
    pub fn took(&mut self) {
        self.taken += 1;
    }

    /// Volume of what comes in until then and has not been taken.
    pub fn expected(&self, until: Tick) -> f64 {
        let waiting = self.order.iter().skip(self.taken);
        let waiting = waiting.map(|key| &self.due[(key & ((1 << PLACE_BITS) - 1)) as usize]);
        let all = self.parcels.iter().chain(waiting);
        all.filter(|p| p.arrives <= until).map(|p| p.volume).sum()
    }
}

/// Changes of what comes out of pipelines with a delay, in places that stay.
#[derive(Debug, Default)]
pub(super) struct InflowSteps {
    steps: Vec<InflowStep>,
    free: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InflowStep {
    pub pair: u32,
    pub rate: f64,
    /// Price deviation paid \[p0\].
    pub price: f64,
}

impl InflowSteps {
    fn clear(&mut self) {
        self.steps.clear();
        self.free.clear();
    }

    pub fn put(&mut self, step: InflowStep) -> u32 {
        if let Some(place) = self.free.pop() {
            self.steps[place as usize] = step;
            return place;
        }
        self.steps.push(step);
        self.steps.len() as u32 - 1
    }

    pub fn take(&mut self, place: u32) -> InflowStep {
        self.free.push(place);
        self.steps[place as usize]
    }
}

/// Where a contract stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContractState {
    pub in_force: bool,
    /// What the buyer takes in the current window, over the volume.
    pub take: f64,
    /// What it pays for goods that it does not take \[USD per day\].
    pub unused: f64,
}

impl Default for ContractState {
    fn default() -> Self {
        Self {
            in_force: false,
            take: 1.0,
            unused: 0.0,
        }
    }
}

/// Where a process stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RegimeState {
    pub state: usize,
    /// Changes so far.
    pub visits: u64,
    pub entered: Tick,
    /// Changes before this one at the same instant.
    pub at_once: u32,
    /// When it leaves by itself, or its path goes on.
    pub leaves: Tick,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PolicyState {
    /// Whether this variant of the study has it.
    pub enabled: bool,
    pub in_force: bool,
    /// Since when it has been so.
    pub since: Tick,
    /// Whether it has ended by itself, until it could come into force anew.
    pub over: bool,
    /// Whether its effects last on.
    pub lingers: bool,
    /// Since when it is at work, if it is.
    pub works_since: Option<Tick>,
}

/// Scratch of a clearing; arrays of the largest market.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub prior: Vec<f64>,
    pub offer: Vec<f64>,
    pub offer_max: Vec<f64>,
    pub discount: Vec<f64>,
    pub nomination: Vec<f64>,
    pub contracted: Vec<f64>,
    pub elasticity: Vec<f64>,
    /// Policies in force on the market, and those of them that counted what was
    /// last allocated.
    pub acting: Vec<u32>,
    pub counting: Vec<u32>,
    /// Whether a sanction limits whom each seller may sell to.
    pub struck: Vec<bool>,
    /// Volume and value (at price deviations) of contracts by pair.
    pub contract: Vec<f64>,
    pub contract_value: Vec<f64>,
    /// Contract volume before gates and force majeure.
    pub contract_nominal: Vec<f64>,
    /// Volume and value of the contracts of one priority, due in this clearing.
    pub due: Vec<f64>,
    pub due_value: Vec<f64>,
    /// Parcels that leave, their numbers in the window, and days under way.
    pub leaving: Vec<Parcel>,
    pub numbers: Vec<u32>,
    pub transit: Vec<f64>,
    pub gates: Gates,
}

pub(super) fn refill<T: Clone>(array: &mut Vec<T>, length: usize, value: T) {
    array.clear();
    array.resize(length, value);
}

impl State {
    /// Memory for trials of a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let n = &model.network;
        let largest = |f: fn(&Network, usize) -> usize| {
            (0..n.markets.len()).map(|m| f(n, m)).max().unwrap_or(0)
        };
        let sellers = largest(|n, m| n.markets[m].sellers.len());
        let buyers = largest(|n, m| n.markets[m].buyers.len());
        Self {
            now: Tick::START,
            key: TrialKey::new(0, 0),
            calendar: Calendar::default(),
            sellers: vec![SellerState::default(); n.sellers.len()],
            ledgers: vec![Ledger::default(); n.sellers.len()],
            buyers: vec![BuyerState::default(); n.buyers.len()],
            usual: vec![Usual::default(); n.buyers.len()],
            demands: vec![DemandState::default(); n.demands.len()],
            sites: vec![SiteState::default(); n.sites.len()],
            limits: vec![f64::INFINITY; n.inputs.len()],
            rooms: vec![f64::INFINITY; n.outputs.len()],
            floors: vec![f64::NEG_INFINITY; n.outputs.len()],
            markets: n.markets.iter().map(MarketState::of).collect(),
            reserves: vec![ReserveState::default(); n.reserves.len()],
            pairs: vec![PairState::default(); n.pairs.len()],
            flows: vec![0.0; n.pairs.len()],
            pipes: vec![PipeState::default(); n.pairs.len()],
            ways: vec![PairWays::default(); n.pairs.len()],
            inboxes: (0..n.buyers.len()).map(|b| Inbox::of(n, b)).collect(),
            held: Vec::new(),
            inflow_steps: InflowSteps::default(),
            contracts: vec![ContractState::default(); n.contracts.len()],
            policies: vec![PolicyState::default(); model.policies.len()],
            memory: vec![
                0.0;
                model
                    .policies
                    .iter()
                    .map(|p| p.memory.end)
                    .max()
                    .unwrap_or(0)
            ],
            licences: LicenceDesk::default(),
            regimes: vec![RegimeState::default(); model.processes.len()],
            desk: Desk::default(),
            gates_before: vec![Gates::default(); n.markets.len()],
            gates_after: Gates::default(),
            clearing: Clearing::new(sellers, buyers),
            replan: Vec::with_capacity(n.buyers.len()),
            clearing_stage: -1,
            month: 0,
            record: Record::new(model),
            journal: Journal::default(),
        }
    }

    /// Back to nothing, keeping the memory.
    pub(super) fn reset(&mut self, key: TrialKey) {
        self.now = Tick::START;
        self.key = key;
        self.calendar.clear();
        self.sellers.fill(SellerState::default());
        self.ledgers.fill(Ledger::default());
        self.buyers.fill(BuyerState {
            minimum_cover: f64::INFINITY,
            room: f64::INFINITY,
            fits: f64::INFINITY,
            ..BuyerState::default()
        });
        self.demands.fill(DemandState {
            scale: 1.0,
            ..DemandState::default()
        });
        self.sites.fill(SiteState {
            factor: 1.0,
            ..SiteState::default()
        });
        self.limits.fill(f64::INFINITY);
        self.rooms.fill(f64::INFINITY);
        self.floors.fill(f64::NEG_INFINITY);
        self.markets.iter_mut().for_each(MarketState::reset);
        self.reserves.fill(ReserveState::default());
        self.pairs.fill(PairState::default());
        self.pipes.fill(PipeState::default());
        self.ways.fill(PairWays::default());
        self.inboxes.iter_mut().for_each(Inbox::clear);
        self.held.clear();
        self.inflow_steps.clear();
        self.contracts.fill(ContractState::default());
        self.policies.fill(PolicyState::default());
        self.memory.fill(0.0);
        self.licences.clear();
        self.replan.clear();
        self.clearing_stage = -1;
        self.record.reset();
    }
}

impl MarketState {
    fn of(market: &crate::network::Market) -> Self {
        let (sellers, buyers) = market.shape();
        Self {
            solution: Solution::new(sellers, buyers),
            ..Self::default()
        }
    }

    fn reset(&mut self) {
        self.solution.buyer_price.fill(0.0);
        self.solution.seller_price.fill(0.0);
        self.window = 0;
        self.next = Tick::START;
        self.cleared_at = Tick::START;
        self.asked_at = None;
        self.by_ways = false;
        self.has_grown = false;
        self.initial = 0.0;
        self.lost = 0.0;
        self.price_of_others = 0.0;
    }
}
