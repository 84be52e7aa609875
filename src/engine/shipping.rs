//! How trade is carried: parcels and pipelines.
//!
//! A clearing allocates each pair a volume for the rest of the window, which
//! counts as traded at an even rate. A pipeline carries it so. Parcels leave
//! over the window: what is allocated and has not left waits at the seller,
//!
//! ```text
//! carry = allocated so far − shipped
//! ```
//!
//! and while a market clears but once a window it is never below zero. Where a
//! market clears again, what was allocated for the rest of the window is taken
//! back and parcels that have still to leave stay; those that have left may
//! have carried more than was allocated, and the pair owes it.

use super::calendar::{Class, Event};
use super::customs::count_passage;
use super::state::{BuyerState, Desk, InflowStep, PairState, Parcel, SellerState, State, seconds};
use super::trial::Trial;
use crate::network::Market;
use crate::random::{Law, ObjectKey, Stream, TrialKey};
use crate::units::{Tick, Ticks};

/// Part of a parcel from which on it counts as full.
const FULL: f64 = 1.0 - 1e-9;
/// Share of a buyer's use below which a parcel is not worth an event.
const DUST: f64 = 1e-9;
/// Parcels a pair may send in one window.
const MOST_PARCELS: f64 = 1024.0;

impl Trial<'_> {
    /// Brings a pipeline up to now.
    pub(super) fn settle_pipe(&mut self, pair: usize) {
        self.count_pipe(pair);
        let p = self.s.pipes[pair];
        let days = self.since(p.at);
        self.s.pipes[pair].at = self.s.now;
        if days <= 0.0 || (p.rate_in == 0.0 && p.rate_out == 0.0) {
            return;
        }
        let (_, buyer) = self.ends(pair);
        let more = (p.rate_in - p.rate_out) * days;
        self.s.pipes[pair].held += more;
        self.s.buyers[buyer].under_way += more;
        self.pay(pair, p.rate_out * days, p.price);
    }

    pub(super) fn ends(&self, pair: usize) -> (usize, usize) {
        let p = &self.n.pairs[pair];
        (p.seller as usize, p.buyer as usize)
    }

    /// Takes back what was allocated for the rest of the window at the last
    /// clearing. Trade goes by rates, and parcels are how it is carried: of
    /// those that have still to leave, what goes with the time passed waits at
    /// the seller, and what others have carried ahead of their time is owed by
    /// the pair.
    pub(super) fn recall(&mut self, market: usize, last: Tick) {
        for buyer in self.n.markets[market].buyers.clone() {
            let mut k = 0;
            while let Some(parcel) = self.s.inboxes[buyer].parcels.get(k) {
                if parcel.waits(self.s.now) {
                    let mut parcel = self.s.inboxes[buyer].parcels.swap_remove(k);
                    self.regain(&mut parcel);
                    self.unload(&parcel);
                } else {
                    k += 1;
                }
            }
        }
        for pair in self.n.markets[market].pairs.clone() {
            let rest = self.still_to_go(market, pair, last);
            if rest > 0.0 {
                self.taken_back(market, pair, rest);
                if !self.n.pairs[pair].pipeline {
                    self.carry(pair, -rest);
                }
            }
            self.s.pairs[pair].allocated = 0.0;
        }
    }

    /// What a pair was allocated at a market's last clearing for what is left
    /// of the window.
    pub(super) fn still_to_go(&self, market: usize, pair: usize, last: Tick) -> f64 {
        let next = self.s.markets[market].next;
        let left = (next - self.s.now).days();
        if self.n.pairs[pair].pipeline {
            self.s.pipes[pair].rate_in * left
        } else if next > last {
            self.s.pairs[pair].allocated * (left / (next - last).days())
        } else {
            0.0
        }
    }

    /// A parcel that was to leave stays with its seller.
    fn unload(&mut self, parcel: &Parcel) {
        let (pair, volume) = (parcel.pair as usize, parcel.volume);
        if parcel.late {
            self.s.ways[pair].owed += volume;
        }
        let (seller, buyer) = self.ends(pair);
        self.s.pairs[pair].parcels -= 1;
        self.s.sellers[seller].stock += volume;
        self.s.buyers[buyer].under_way -= volume;
        self.carry(pair, volume);
    }

    /// More of a pair's trade waits for a parcel.
    pub(super) fn carry(&mut self, pair: usize, volume: f64) {
        let (seller, buyer) = self.ends(pair);
        self.s.pairs[pair].carry += volume;
        self.s.sellers[seller].carried += volume;
        self.s.buyers[buyer].carried += volume;
    }

    /// Turns allocated volumes into pipeline rates and parcels.
    #[inline(never)]
    pub(super) fn allocate(&mut self, market: usize, window: f64, desk: &mut Desk) {
        let m = &self.n.markets[market];
        desk.leaving.clear();
        desk.numbers.clear();
        if !desk.acting.is_empty() {
            self.book_ways(market, desk);
        }
        if m.pipelines {
            self.fill_pipes(market, window, desk);
        }
        if desk.gates.limited {
            self.release_stopped(market, desk);
        }
        if !m.pipelines_only {
            self.load(market, window, desk);
        }
        self.set_sail(market, desk);
        if m.pipelines {
            for seller in m.sellers.clone() {
                self.s.sellers[seller].piped = self.piped(market, seller);
                if m.pipelines_only {
                    self.predict_dry(seller);
                }
            }
        }
    }

    fn piped(&self, market: usize, seller: usize) -> f64 {
        let m = &self.n.markets[market];
        let buyers = m.buyers.len();
        let row = m.pairs.start + (seller - m.sellers.start) * buyers;
        let row = &self.s.pipes[row..row + buyers];
        row.iter().map(|p| p.rate_in).sum()
    }

    /// Sets the rate into a pipeline; it comes out after the transit time.
    fn set_pipe(&mut self, pair: usize, rate: f64, price: f64) {
        self.s.pipes[pair].rate_in = rate;
        let delay = Ticks::from_days(self.n.pairs[pair].transit.mean());
        if delay == Ticks::ZERO {
            self.set_pipe_out(pair, rate, price);
        } else if rate != self.s.pipes[pair].rate_out || self.s.pipes[pair].held != 0.0 {
            let arrives = self.s.now + delay;
            let pair = pair as u32;
            let step = InflowStep { pair, rate, price };
            let place = self.s.inflow_steps.put(step);
            self.s
                .calendar
                .schedule(arrives, Class::PHYSICAL, Event::Inflow(place));
        }
    }

    pub(super) fn set_pipe_out(&mut self, pair: usize, rate: f64, price: f64) {
        let buyer = self.n.pairs[pair].buyer as usize;
        let before = self.s.pipes[pair].rate_out;
        self.s.pipes[pair].rate_out = rate;
        self.s.pipes[pair].price = price;
        self.s.buyers[buyer].inflow += rate - before;
    }

    /// Goods of a delayed pipeline begin to arrive at another rate.
    pub(super) fn inflow_step(&mut self, place: u32) {
        let step = self.s.inflow_steps.take(place);
        let (pair, buyer) = (
            step.pair as usize,
            self.n.pairs[step.pair as usize].buyer as usize,
        );
        self.settle_pipe(pair);
        self.settle_buyer(buyer);
        self.set_pipe_out(pair, step.rate, step.price);
        self.sum_inflow(buyer);
        self.plan(buyer);
    }

    /// Sets every pipeline to what was allocated.
    fn fill_pipes(&mut self, market: usize, window: f64, desk: &Desk) {
        let m = &self.n.markets[market];
        for (k, pair) in m.pairs.clone().enumerate() {
            if self.n.pairs[pair].pipeline {
                let solution = &self.s.markets[market].solution;
                let (i, j) = (k / m.buyers.len(), k % m.buyers.len());
                let asks = solution.seller_price[i] + desk.gates.cost[k];
                let struck = desk.struck[i];
                let spot = (
                    solution.flow[k],
                    paid(solution.buyer_price[j], asks, struck),
                );
                let (volume, price) = together(spot, (desk.contract[k], desk.contract_value[k]));
                let price = price.min(desk.gates.highest_price(k));
                self.set_pipe(pair, volume / window, price);
            }
        }
    }

    /// Adds up a buyer's inflow from pipelines and reserve afresh, so that
    /// rounding does not build up.
    pub(super) fn sum_inflow(&mut self, buyer: usize) {
        let m = &self.n.markets[self.n.buyers[buyer].market];
        if !m.pipelines {
            self.s.buyers[buyer].inflow = self.s.buyers[buyer].reserve_rate;
            return;
        }
        let (buyers, j) = (m.buyers.len(), buyer - m.buyers.start);
        let column = (0..m.sellers.len()).map(|i| m.pairs.start + i * buyers + j);
        let piped: f64 = column.map(|p| self.s.pipes[p].rate_out).sum();
        self.s.buyers[buyer].inflow = piped + self.s.buyers[buyer].reserve_rate;
    }

    /// Loads what was allocated into parcels that leave over the window; what
    /// does not fill one waits at the seller.
    fn load(&mut self, market: usize, window: f64, desk: &mut Desk) {
        let (m, now) = (&self.n.markets[market], self.s.now);
        let (width, contracts) = (m.buyers.len(), !m.contracts.is_empty());
        let capped = !desk.gates.ceiling.is_empty();
        let whole = self.base.terms[market].window;
        let passed = self.since(self.window_opened(market));
        let State {
            sellers,
            buyers,
            pairs,
            markets,
            ..
        } = &mut *self.s;
        let solution = &markets[market].solution;
        let prices = &solution.buyer_price[..width];
        let use_rates = &self.base.use_rate[m.buyers.clone()][..width];
        let buyers = &mut buyers[m.buyers.clone()][..width];
        for (i, seller) in sellers[m.sellers.clone()].iter_mut().enumerate() {
            let (row, first) = (i * width, m.pairs.start + i * width);
            let lanes = &self.n.pairs[first..first + width];
            let states = &mut pairs[first..first + width];
            let flows = &solution.flow[row..row + width];
            let struck = desk.struck[i];
            for j in 0..width {
                let asks = solution.seller_price[i] + desk.gates.cost[row + j];
                let (mut volume, mut price) = (flows[j], paid(prices[j], asks, struck));
                if contracts {
                    let contract = (desk.contract[row + j], desk.contract_value[row + j]);
                    (volume, price) = together((volume, price), contract);
                }
                let lane = &lanes[j];
                if volume <= 0.0 || lane.pipeline {
                    continue;
                }
                if capped {
                    price = price.min(desk.gates.highest_price(row + j));
                }
                let p = &mut states[j];
                let number = p.parcels;
                let dust = DUST * use_rates[j] * whole;
                let (parcels, each) = p.load(m, volume, dust, seller, &mut buyers[j]);
                let times = Departures {
                    number,
                    parcels,
                    phase: lane.phase,
                    whole,
                    passed,
                };
                for k in 0..parcels {
                    let leaves = now + Ticks::from_days(times.of(k, window));
                    desk.numbers.push(number + k);
                    desk.leaving.push(Parcel {
                        arrives: leaves,
                        left: seconds(leaves.0 as i64),
                        volume: each,
                        price,
                        pair: (first + j) as u32,
                        buyer: lane.buyer,
                        late: false,
                    });
                }
            }
        }
    }

    /// Where a policy lets nothing pass, what waits for a parcel is its
    /// seller's again, and what the pair owes is forgotten. Not where it has
    /// let that pass itself and now has no more to give: then it waits on.
    fn release_stopped(&mut self, market: usize, desk: &Desk) {
        for (k, pair) in self.n.markets[market].pairs.clone().enumerate() {
            let carry = self.s.pairs[pair].carry;
            let stopped = desk.gates.cap[k] <= 0.0 && desk.contract[k] <= 0.0;
            if stopped && carry != 0.0 && !self.is_used_up(desk, desk.gates.binding[k]) {
                self.carry(pair, -carry);
                self.take_back_waiting(&desk.counting, market, pair, carry);
            }
        }
    }

    /// Draws how long each parcel that leaves is under way, by (lane,
    /// departure window, parcel), and puts it on its way.
    fn set_sail(&mut self, market: usize, desk: &mut Desk) {
        let window = i64::from(self.s.markets[market].window);
        let parcels = desk.leaving.iter().zip(&desk.numbers);
        let objects = parcels.map(|(parcel, number)| {
            let lane = &self.n.pairs[parcel.pair as usize];
            (
                &lane.transit,
                departure(self.s.key, lane.key, window, *number),
            )
        });
        Law::sample_each(objects, &mut desk.transit);
        let first = self.n.markets[market].pairs.start;
        let boils_off = self.base.terms[market].boil_off > 0.0;
        for (parcel, days) in desk.leaving.iter_mut().zip(&desk.transit) {
            parcel.arrives = parcel.arrives + Ticks::from_days(*days);
            if desk.gates.ways.open {
                self.delay(parcel, parcel.pair as usize - first, &desk.gates.ways);
            }
            if boils_off {
                self.lose_afloat(parcel);
            }
            self.put_under_way(*parcel);
        }
    }

    /// Puts a parcel into its buyer's inbox, and on the calendar if others
    /// must take note when it comes in.
    #[inline]
    pub(super) fn put_under_way(&mut self, parcel: Parcel) {
        let buyer = parcel.buyer as usize;
        self.s.inboxes[buyer].put(parcel);
        if self.n.buyers[buyer].parcels_to_final_use {
            self.s.calendar.count_in();
        } else {
            let event = Event::Arrival(buyer as u32);
            self.s
                .calendar
                .schedule(parcel.arrives, Class::PHYSICAL, event);
        }
    }

    /// Fills the lanes with what base trade has under way at the start.
    pub(super) fn fill_lanes(&mut self) {
        for market in 0..self.n.markets.len() {
            let m = &self.n.markets[market];
            if m.start_empty {
                continue;
            }
            for pair in m.pairs.clone() {
                if self.n.pairs[pair].pipeline {
                    self.fill_pipe(pair);
                } else if self.base.flow[pair] > 0.0 {
                    self.fill_lane(m, market, pair);
                }
            }
        }
    }

    fn fill_pipe(&mut self, pair: usize) {
        let delay = Ticks::from_days(self.n.pairs[pair].transit.mean()).days();
        if delay > 0.0 {
            let rate = self.base.flow[pair];
            self.s.pipes[pair].held = rate * delay;
            let (_, buyer) = self.ends(pair);
            self.s.buyers[buyer].under_way += rate * delay;
            self.s.pipes[pair].rate_in = 0.0;
            self.set_pipe_out(pair, rate, 0.0);
        }
    }

    /// Sends the windows before the start again and keeps what has not
    /// arrived by then.
    fn fill_lane(&mut self, m: &Market, market: usize, pair: usize) {
        let (seller, buyer) = self.ends(pair);
        let window = self.base.terms[market].window;
        let volume = self.base.flow[pair] * window;
        let dust = DUST * self.base.use_rate[buyer] * window;
        let mut carry = m.cargo.unwrap_or(m.parcel) * self.n.pairs[pair].phase;
        for back in (1..=i64::from(self.n.pairs[pair].longest)).rev() {
            carry += volume;
            let (count, size) = parcels(m, carry, dust);
            carry -= f64::from(count) * size;
            for k in 0..count {
                let part = (f64::from(k) + self.n.pairs[pair].phase) / f64::from(count);
                let leaves = Ticks::from_days(part * window);
                let lane = &self.n.pairs[pair];
                let mut draws = departure(self.s.key, lane.key, 1 - back, k);
                let transit = Ticks::from_days(lane.transit.sample(&mut draws));
                let ago = (back as u64).saturating_mul(m.window);
                let [left, arrives] = [leaves, leaves + transit].map(|after| since(after, ago));
                let size = size * self.arriving_share(market, pair, transit);
                if arrives <= 0 {
                    count_passage(self.n, &mut self.s.record, pair, [left, arrives], size);
                    continue;
                }
                self.s.buyers[buyer].under_way += size;
                self.put_under_way(Parcel {
                    arrives: Tick(arrives as u64),
                    left: seconds(left),
                    volume: size,
                    price: 0.0,
                    pair: pair as u32,
                    buyer: buyer as u32,
                    late: false,
                });
            }
        }
        let carry = carry.max(0.0);
        self.s.pairs[pair].carry = carry;
        self.s.sellers[seller].stock += carry;
        self.s.sellers[seller].carried += carry;
        self.s.buyers[buyer].carried += carry;
        self.s.buyers[buyer].carried_at_start += carry;
    }
}

/// What is left of a time after so many seconds \[s\].
fn since(time: Ticks, seconds: u64) -> i64 {
    let [time, seconds] = [time.0, seconds].map(|s| i64::try_from(s).unwrap_or(i64::MAX));
    time - seconds
}

/// The lesser of two numbers, neither of them NaN: one instruction, where
/// `f64::min` takes six.
#[inline]
fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// What a buyer pays on spot: its price; for goods of a seller whom a sanction
/// limits what that asks for them, as the discount is its buyers'.
#[inline]
fn paid(price: f64, asks: f64, struck: bool) -> f64 {
    if struck { least(price, asks) } else { price }
}

/// Spot (volume, price) and contracts (volume, value) in one: volume and mean
/// price.
#[inline]
fn together((spot, price): (f64, f64), (contract, value): (f64, f64)) -> (f64, f64) {
    if contract > 0.0 {
        let volume = spot + contract;
        (volume, (spot * price + value) / volume)
    } else {
        (spot, price)
    }
}

/// The draws of a parcel.
#[inline]
fn departure(trial: TrialKey, lane: ObjectKey, window: i64, parcel: u32) -> Stream {
    let occurrence = (((window + (1 << 20)) as u64) << 12) | u64::from(parcel & 0xfff);
    Stream::open(trial, lane, occurrence)
}

/// When the parcels of a pair leave \[d\].
struct Departures {
    /// Sent in the window before, and to be sent.
    number: u32,
    parcels: u32,
    /// When the first would leave, over the time between two.
    phase: f64,
    /// The window, and what of it has passed.
    whole: f64,
    passed: f64,
}

impl Departures {
    /// Days from now until parcel `k` leaves, of `left`: as they would if all
    /// had been known when the window opened, or else over the rest of it.
    #[inline]
    fn of(&self, k: u32, left: f64) -> f64 {
        let at = |k: u32, all: u32| (f64::from(k) + self.phase) / f64::from(all);
        if self.passed > 0.0 {
            let all = self.number + self.parcels;
            if at(self.number, all) * self.whole > self.passed {
                return at(self.number + k, all) * self.whole - self.passed;
            }
        }
        at(k, self.parcels) * left
    }
}

impl PairState {
    /// Allocates a volume: number and size of the parcels that leave, as far as
    /// the seller has goods for them; a remainder waits there.
    #[inline]
    fn load(
        &mut self,
        m: &Market,
        volume: f64,
        dust: f64,
        seller: &mut SellerState,
        buyer: &mut BuyerState,
    ) -> (u32, f64) {
        self.allocated = volume;
        let (before, carry) = (self.carry, self.carry + volume);
        let (parcels, each) = parcels(m, least(carry, seller.stock), dust);
        let shipped = f64::from(parcels) * each;
        self.parcels += parcels;
        self.carry = carry - shipped;
        seller.carried += self.carry - before;
        seller.stock -= shipped;
        buyer.carried += self.carry - before;
        buyer.under_way += shipped;
        (parcels, each)
    }
}

/// How many parcels a waiting volume makes, and their size.
#[inline]
fn parcels(m: &Market, carry: f64, dust: f64) -> (u32, f64) {
    match m.cargo {
        Some(size) => {
            let whole = (carry / size + (1.0 - FULL)).floor();
            if whole <= MOST_PARCELS {
                (whole as u32, least(size, carry / whole.max(1.0)))
            } else {
                (1, carry)
            }
        }
        None if carry >= m.parcel * FULL && carry >= dust && carry > 0.0 => (1, carry),
        None => (0, 0.0),
    }
}
