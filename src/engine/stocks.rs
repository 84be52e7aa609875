//! Stocks and use: settled when touched, rationed when low, and the plants
//! that hang between two markets.

use super::calendar::{Class, Event};
use super::customs::count_parcel;
use super::journal::Entry;
use super::state::{Alarm, BuyerState, Parcel, State};
use super::trial::Trial;
use crate::maths::exp;
use crate::network::User;
use crate::units::{DAY, Tick};

/// Relative difference of rates that is taken for rounding.
const ROUNDING: f64 = 1e-12;
/// Share of a stock that may be below zero: events fall on whole seconds.
const RESIDUE: f64 = 1e-6;
/// Plans made again at one instant before the rest waits for the next event.
const REPLANS: usize = 256;
/// Windows over which a rationing buyer runs down what exceeds half its
/// floor, and what is below.
const RUN_DOWN: (f64, f64) = (4.0, 8.0);

impl Trial<'_> {
    /// Days from `at` to now.
    #[inline]
    pub(super) fn since(&self, at: Tick) -> f64 {
        days_between(at, self.s.now)
    }

    /// Brings a seller's stock up to now.
    #[inline]
    pub(super) fn settle_seller(&mut self, seller: usize) {
        let days = self.since(self.s.sellers[seller].at);
        let s = &mut self.s.sellers[seller];
        s.at = self.s.now;
        s.produced += s.made * days;
        s.stock += (s.made - s.piped) * days;
        let pipelines = self.n.markets[self.n.sellers[seller].market].pipelines_only;
        let seen = s.produced + self.base.seller_stock[seller];
        debug_assert!(pipelines || s.stock >= -RESIDUE * (1.0 + seen));
    }

    /// Brings a buyer's stock, and what its users got, up to now; returns how
    /// many parcels have come in.
    #[inline]
    pub(super) fn settle_buyer(&mut self, buyer: usize) -> usize {
        if self.s.buyers[buyer].waiting() > 0.0 {
            self.lose_waiting(buyer);
        }
        let came_in = if self.s.inboxes[buyer].has_come_in(self.s.now) {
            self.take_in(buyer)
        } else {
            0
        };
        self.settle_stock(buyer);
        self.settle_accounts(buyer);
        came_in
    }

    /// Takes in every parcel due by now, in order. A buyer of which nobody
    /// else takes note makes its plans on the way.
    #[inline(never)]
    fn take_in(&mut self, buyer: usize) -> usize {
        let now = self.s.now;
        let count = self.s.inboxes[buyer].find_due(now);
        self.take_in_unrationed(buyer);
        while let Some(parcel) = self.s.inboxes[buyer].next_due() {
            let parcel = *parcel;
            self.take_in_rationed(buyer, &parcel);
            self.take_in_unrationed(buyer);
        }
        self.s.now = now;
        if self.n.buyers[buyer].parcels_to_final_use {
            self.s.calendar.count_handled(count);
        }
        count
    }

    /// Takes in the next parcel and plans anew.
    fn take_in_rationed(&mut self, buyer: usize, parcel: &Parcel) {
        self.s.now = parcel.arrives;
        self.settle_stock(buyer); // until then the parcel is expected
        self.s.inboxes[buyer].took();
        self.s.buyers[buyer].receive(parcel);
        count_parcel(self.n, &mut self.s.record, parcel);
        self.settle_accounts(buyer);
        if parcel.is_aid() {
            self.note_aid_arrival(buyer, parcel.volume);
        } else {
            self.pay(parcel.pair as usize, parcel.volume, parcel.price);
        }
        self.plan_once(buyer);
    }

    /// Takes in what has come in, until the buyer comes to ration and has to
    /// plan.
    fn take_in_unrationed(&mut self, buyer: usize) {
        let plans = self.n.buyers[buyer].parcels_to_final_use;
        let p0 = self.base.terms[self.n.buyers[buyer].market].price;
        let (floor, short_above) = (self.floor_of(buyer), self.n.short_above);
        let State {
            inboxes,
            buyers,
            pairs,
            journal,
            record,
            ..
        } = &mut *self.s;
        let (inbox, b) = (&mut inboxes[buyer], &mut buyers[buyer]);
        while let Some(parcel) = inbox.next_due() {
            if plans && b.may_ration(floor, parcel.arrives) {
                return;
            }
            if let Some(empty) = b.use_until(parcel.arrives, short_above) {
                journal.note(empty, Entry::StockOut { buyer });
            }
            b.receive(parcel);
            count_parcel(self.n, record, parcel);
            if parcel.is_aid() {
                let volume = parcel.volume;
                journal.note(parcel.arrives, Entry::AidArrival { buyer, volume });
                inbox.took();
                continue;
            }
            let (pair, volume) = (parcel.pair as usize, parcel.volume);
            let price = (1.0 + parcel.price) * p0;
            pairs[pair].received += volume;
            b.pay(volume, volume * price, self.n.pairs[pair].domestic);
            let came = Entry::Arrival {
                pair,
                volume,
                price,
            };
            journal.note(parcel.arrives, came);
            inbox.took();
        }
    }

    /// A parcel comes in at a buyer that others take note of.
    pub(super) fn arrival(&mut self, buyer: usize) {
        if self.settle_buyer(buyer) == 0 {
            return; // recalled, or taken in by who has planned since
        }
        self.note_waiting(buyer);
        if self.s.buyers[buyer].rationed {
            self.plan(buyer);
        } else {
            self.predict_floor(buyer);
        }
    }

    /// Brings a buyer's stock up to now, with no parcel in between.
    #[inline]
    fn settle_stock(&mut self, buyer: usize) {
        if self.n.buyers[buyer].parcels_to_final_use && self.base.minimum_cover[buyer] > 0.0 {
            while let Some(due) = self.reached_floor(buyer) {
                self.ration_from(buyer, due);
            }
        }
        self.use_until(buyer, self.s.now);
    }

    #[inline]
    fn use_until(&mut self, buyer: usize, now: Tick) {
        if let Some(empty) = self.s.buyers[buyer].use_until(now, self.n.short_above) {
            self.s.journal.note(empty, Entry::StockOut { buyer });
        }
        let (stock, seen) = (self.s.buyers[buyer].stock, self.base.initial_stock[buyer]);
        debug_assert!(stock >= -RESIDUE * (1.0 + seen));
    }

    /// When, since it was last touched, the stock of a buyer that no
    /// calendar watches came down to the floor where it rations.
    #[inline]
    fn reached_floor(&self, buyer: usize) -> Option<Tick> {
        let b = &self.s.buyers[buyer];
        let spare = b.stock - self.floor_of(buyer);
        if spare <= 0.0 || spare > b.draw * self.since(b.at) {
            return None;
        }
        let due = later(b.at, spare / b.draw, ceil);
        (due <= self.s.now).then_some(due)
    }

    /// Has a buyer ration as from `due`: until now nobody else can have
    /// noticed.
    #[cold]
    fn ration_from(&mut self, buyer: usize, due: Tick) {
        let now = std::mem::replace(&mut self.s.now, due);
        self.use_until(buyer, due);
        self.settle_accounts(buyer);
        self.note_empty(buyer);
        self.plan_once(buyer);
        self.s.now = now;
    }

    /// Books what a buyer's users got since they last drew at another rate.
    #[inline]
    fn settle_accounts(&mut self, buyer: usize) {
        let days = self.since(self.s.buyers[buyer].booked_at);
        if days <= 0.0 {
            return;
        }
        let b = &mut self.s.buyers[buyer];
        let (since, dry) = (b.booked_at, b.dry);
        (b.booked_at, b.dry) = (self.s.now, 0.0);
        if b.short_rate > self.n.short_above * b.reference {
            b.was_short(since, self.s.now);
        }
        for d in self.n.buyers[buyer].demands.clone() {
            self.settle_demand(d, days, dry);
        }
    }

    /// Books `days` of a demand, of which there was nothing for `dry`.
    #[inline]
    fn settle_demand(&mut self, demand: usize, days: f64, dry: f64) {
        let share = self.base.backlog[demand];
        let d = &mut self.s.demands[demand];
        let served = days - dry;
        d.total_reference += d.reference * days;
        d.total_used += (d.used + d.catch_up) * served;
        if d.used >= d.reference && dry == 0.0 && share == 0.0 {
            return;
        }
        let rationed = (d.reference - d.wanted).max(0.0);
        let short = (d.reference - d.used).max(0.0);
        let unserved = (short - rationed).max(0.0) * served + (d.reference - rationed) * dry;
        d.total_short += short * served + d.reference * dry;
        d.total_rationed += rationed.min(short) * served + rationed * dry;
        d.total_unserved += unserved;
        if share > 0.0 {
            d.backlog += share * unserved - d.catch_up * served;
            d.forgone += (1.0 - share) * unserved;
        } else {
            d.forgone += unserved;
        }
    }

    /// Books goods received on a pair.
    #[inline]
    pub(super) fn pay(&mut self, pair: usize, volume: f64, price: f64) {
        let p = &self.n.pairs[pair];
        let buyer = p.buyer as usize;
        let p0 = self.base.terms[self.n.buyers[buyer].market].price;
        let value = volume * (1.0 + price) * p0;
        self.s.pairs[pair].received += volume;
        self.note_arrival(pair, volume, price);
        self.s.buyers[buyer].pay(volume, value, p.domestic);
    }

    /// Sets what final users want at current prices and season.
    /// Returns whether that changes anything.
    pub(super) fn set_final_wants(&mut self, buyer: usize) -> bool {
        let mut changed = false;
        let (price, slow) = (self.s.buyers[buyer].price, self.s.buyers[buyer].slow_price);
        let backlog_time = self.base.terms[self.n.buyers[buyer].market].backlog_time;
        for demand in self.n.buyers[buyer].demands.clone() {
            if self.n.demands[demand].user != User::Final {
                continue;
            }
            let season = self.n.demands[demand]
                .season
                .map_or(1.0, |s| s[self.s.month]);
            let exponent = self.base.short[demand] * price + self.base.slow[demand] * slow;
            let mean = self.mean_demand(demand);
            let d = &mut self.s.demands[demand];
            let before = (d.reference, d.wanted, d.catch_up_wanted);
            d.reference = mean * season;
            d.wanted = if exponent == 0.0 {
                d.reference
            } else {
                d.reference * exp(-exponent)
            };
            d.catch_up_wanted = d.backlog.max(0.0) / backlog_time.max(1.0);
            changed |= before != (d.reference, d.wanted, d.catch_up_wanted);
        }
        changed
    }

    /// Whether a buyer neither rations nor is about to.
    pub(super) fn has_plenty(&self, buyer: usize) -> bool {
        !self.s.buyers[buyer].rationed && self.allowed(buyer) == f64::INFINITY
    }

    /// Sets what a site would make, and wants to make, at current prices,
    /// outages and season; then what it makes.
    ///
    /// Desired runs are reference runs · exp(σ π̄ − Σ ε λ), with π̄ the
    /// price deviation of its outputs weighted by value.
    pub(super) fn set_desire(&mut self, site: usize) {
        let room = self.room(site);
        let desire = self.runs_unbraked(site).min(room);
        let reference = (self.s.sites[site].gross * self.up(site)).min(room);
        let s = &mut self.s.sites[site];
        (s.reference, s.desire) = (reference, desire);
        self.set_runs(site);
    }

    /// Runs a site wants to make where its outputs pull so hard.
    fn runs_at(&self, site: usize, pull: f64) -> f64 {
        let exponent = pull - self.input_push(site);
        let response = if exponent == 0.0 { 1.0 } else { exp(exponent) };
        (self.s.sites[site].gross * self.up(site) * response).min(self.most_runs(site))
    }

    /// Runs a site wants to make, were there room for the goods.
    pub(super) fn runs_unbraked(&self, site: usize) -> f64 {
        self.runs_at(site, self.output_pull(site))
    }

    /// Runs a site wants to make with its outputs at reference prices.
    pub(super) fn runs_without_pull(&self, site: usize) -> f64 {
        self.runs_at(site, 0.0)
    }

    /// Runs at full capacity of what is up.
    pub(super) fn most_runs(&self, site: usize) -> f64 {
        self.s.sites[site].ceiling * self.up(site)
    }

    /// Share of capacity that outages and the season leave.
    fn up(&self, site: usize) -> f64 {
        let season = self.n.sites[site].season.map_or(1.0, |s| s[self.s.month]);
        self.s.sites[site].factor * season
    }

    /// Runs that a site's inputs allow, one of them aside.
    pub(super) fn lowest_limit(&self, site: usize, without: usize) -> f64 {
        let others = self.n.sites[site].inputs.clone().filter(|i| *i != without);
        others
            .map(|i| self.s.limits[i])
            .fold(f64::INFINITY, f64::min)
    }

    fn output_pull(&self, site: usize) -> f64 {
        let sigma = self.base.site_elasticity[site];
        if sigma == 0.0 {
            return 0.0;
        }
        let (mut value, mut weighted) = (0.0, 0.0);
        for o in self.n.sites[site].outputs.clone() {
            let seller = self.n.outputs[o].seller as usize;
            let p0 = self.base.terms[self.n.sellers[seller].market].price;
            let weight = self.base.output_per_run[o] * p0;
            value += weight;
            weighted += weight * self.s.sellers[seller].price.max(self.s.floors[o]);
        }
        sigma * weighted / value.max(f64::MIN_POSITIVE)
    }

    fn input_push(&self, site: usize) -> f64 {
        let inputs = self.n.sites[site].inputs.clone();
        inputs
            .map(|i| {
                let demand = self.n.inputs[i].demand as usize;
                let b = &self.s.buyers[self.n.demands[demand].buyer as usize];
                self.base.short[demand] * b.price + self.base.slow[demand] * b.slow_price
            })
            .sum()
    }

    /// Sets what a site makes: `min(desire, min_m limit_m)`, and what it
    /// draws. It is not short of an input while another holds it back more.
    pub(super) fn set_runs(&mut self, site: usize) {
        let inputs = self.n.sites[site].inputs.clone();
        let s = self.s.sites[site];
        let runs = s.desire.min(self.lowest_limit(site, usize::MAX));
        for i in inputs {
            let demand = self.n.inputs[i].demand as usize;
            let buyer = self.n.demands[demand].buyer as usize;
            let (others, per_run) = (self.lowest_limit(site, i), self.per_run(i));
            let (wanted, used) = (per_run * s.desire.min(others), per_run * runs);
            let before = self.s.demands[demand];
            let reference = per_run * s.reference.min(others);
            if before.wanted == wanted && before.used == used && before.reference == reference {
                continue;
            }
            self.settle_buyer(buyer);
            let d = &mut self.s.demands[demand];
            (d.reference, d.wanted, d.used) = (reference, wanted, used);
            self.ask_replan(buyer);
        }
        if runs != self.s.sites[site].runs {
            self.s.sites[site].runs = runs;
            self.set_outputs(site);
        }
    }

    fn set_outputs(&mut self, site: usize) {
        for o in self.n.sites[site].outputs.clone() {
            let seller = self.n.outputs[o].seller as usize;
            self.settle_seller(seller);
            let outputs = self.n.sellers[seller].outputs.iter();
            self.s.sellers[seller].made = outputs
                .map(|o| {
                    let o = *o as usize;
                    let site = self.n.outputs[o].site as usize;
                    self.s.sites[site].runs * self.base.output_per_run[o]
                })
                .sum();
            self.supply_changed(seller);
        }
    }

    /// A seller's output rate has changed: its market may have to clear.
    fn supply_changed(&mut self, seller: usize) {
        let market = self.n.sellers[seller].market;
        let m = &self.n.markets[market];
        if m.on_change && i16::from(m.stage) > self.s.clearing_stage {
            self.ask_clearing(market);
        }
        if m.pipelines_only {
            self.predict_dry(seller);
        }
    }

    fn ask_replan(&mut self, buyer: usize) {
        if !self.s.replan.contains(&(buyer as u32)) {
            self.s.replan.push(buyer as u32);
        }
    }

    /// Makes every plan that was asked for.
    pub(super) fn replan_all(&mut self) {
        for _ in 0..REPLANS {
            let Some(buyer) = self.s.replan.pop() else {
                return;
            };
            self.settle_buyer(buyer as usize);
            self.plan_once(buyer as usize);
        }
        self.keep_plans();
    }

    /// Leaves the plans still asked for as they are, with the books in order:
    /// where a plant's two inputs are both shared pro rata, each plan lowers
    /// the other a little.
    fn keep_plans(&mut self) {
        while let Some(buyer) = self.s.replan.pop() {
            self.settle_buyer(buyer as usize);
            self.sum_up(buyer as usize);
            self.predict_floor(buyer as usize);
        }
    }

    /// Decides what a buyer's users get until something changes. The buyer
    /// must have been settled.
    pub(super) fn plan(&mut self, buyer: usize) {
        self.plan_once(buyer);
        self.replan_all();
    }

    /// Plans anew for a buyer that rations, now that it expects something else.
    pub(super) fn plan_if_rationed(&mut self, buyer: usize) {
        if self.s.buyers[buyer].rationed {
            self.plan(buyer);
        }
    }

    fn plan_once(&mut self, buyer: usize) {
        let (mut wanted, mut reference) = (0.0, 0.0);
        for d in self.n.buyers[buyer].demands.clone() {
            wanted += self.s.demands[d].wanted + self.s.demands[d].catch_up_wanted;
            reference += self.s.demands[d].reference;
        }
        self.s.buyers[buyer].reference = reference;
        let allowed = self.allowed(buyer);
        let scarce = allowed < wanted * (1.0 - ROUNDING);
        self.note_rationing(buyer, scarce);
        self.s.buyers[buyer].rationed = scarce;
        self.share_out(
            buyer,
            if scarce {
                Some((allowed, wanted))
            } else {
                None
            },
        );
        self.sum_up(buyer);
        self.predict_floor(buyer);
    }

    /// The most a buyer lets its users have: everything they want above the
    /// floor; below it what is expected in over the coming window and a
    /// little of the stock; nothing but the inflow when there is no stock.
    fn allowed(&self, buyer: usize) -> f64 {
        let b = &self.s.buyers[buyer];
        let floor = self.floor_of(buyer);
        if b.stock > floor || (floor == 0.0 && self.n.buyers[buyer].parcels_to_final_use) {
            return f64::INFINITY; // `run_dry` sees to what is not there
        }
        if b.stock <= 0.0 {
            return b.inflow.max(0.0);
        }
        let window = self.base.terms[self.n.buyers[buyer].market].window;
        let run_down = (b.stock - floor / 2.0).max(0.0) / RUN_DOWN.0 + b.stock / RUN_DOWN.1;
        b.inflow.max(0.0) + (self.expected_in(buyer, window) + run_down) / window
    }

    /// The stock below which a buyer rations \[units\].
    fn floor_of(&self, buyer: usize) -> f64 {
        self.base.minimum_cover[buyer] * self.s.buyers[buyer].reference
    }

    /// Parcels due at a buyer within `days`.
    fn expected_in(&self, buyer: usize, days: f64) -> f64 {
        let until = self.s.now.0.saturating_add((days * DAY as f64) as u64);
        self.s.inboxes[buyer].expected(Tick(until))
    }

    /// Shares out what a buyer allows: all that is wanted, or (allowed,
    /// wanted) by value or pro rata. Backlog comes last.
    fn share_out(&mut self, buyer: usize, scarce: Option<(f64, f64)>) {
        let by_value = self.n.buyers[buyer].ration_by_value;
        let mut left = scarce.map_or(f64::INFINITY, |(allowed, _)| allowed);
        let share = scarce.map_or(1.0, |(allowed, wanted)| allowed / wanted);
        for demand in self.n.buyers[buyer].demands.clone() {
            let wanted = self.s.demands[demand].wanted;
            let used = match scarce {
                None => wanted,
                Some(_) if by_value => wanted.min(left),
                Some(_) => wanted * share,
            };
            left -= used;
            self.serve(demand, wanted, used);
        }
        for demand in self.n.buyers[buyer].demands.clone() {
            let d = &mut self.s.demands[demand];
            let fair = if by_value {
                left.max(0.0)
            } else {
                d.catch_up_wanted * share
            };
            d.catch_up = d.catch_up_wanted.min(fair);
            left -= d.catch_up;
        }
    }

    /// Gives a demand its rate; of a plant, the limit that sets to its runs.
    fn serve(&mut self, demand: usize, wanted: f64, used: f64) {
        let User::Plant(input) = self.n.demands[demand].user else {
            self.s.demands[demand].used = used;
            return;
        };
        let input = input as usize;
        let limit = if used < wanted * (1.0 - ROUNDING) {
            used / self.per_run(input)
        } else {
            f64::INFINITY
        };
        if self.s.limits[input] != limit {
            self.s.limits[input] = limit;
            self.note_input(input, limit);
            self.set_runs(self.n.inputs[input].site as usize);
        }
    }

    /// Adds up what a buyer's users draw and miss.
    fn sum_up(&mut self, buyer: usize) {
        let (mut draw, mut short) = (0.0, 0.0);
        for d in self.n.buyers[buyer].demands.clone() {
            let d = &self.s.demands[d];
            draw += d.used + d.catch_up;
            short += (d.reference - d.used).max(0.0);
        }
        let b = &mut self.s.buyers[buyer];
        (b.draw, b.short_rate) = (draw, short);
    }

    /// Predicts when the stock next crosses the floor or runs out.
    pub(super) fn predict_floor(&mut self, buyer: usize) {
        if self.n.buyers[buyer].parcels_to_final_use {
            return; // see `reached_floor`
        }
        let floor = self.floor_of(buyer);
        let b = self.s.buyers[buyer];
        let net = b.inflow - b.draw;
        let still = net.abs() <= ROUNDING * b.draw.max(b.inflow);
        let days = match b {
            _ if still => f64::INFINITY,
            BuyerState { stock, .. } if net < 0.0 && stock > floor => (stock - floor) / -net,
            BuyerState { stock, .. } if net < 0.0 && stock > 0.0 => stock / -net,
            BuyerState {
                stock,
                rationed: true,
                ..
            } if net > 0.0 && stock <= floor => (floor - stock) / net,
            _ => f64::INFINITY,
        };
        let due = later(self.s.now, days, ceil);
        if self.s.buyers[buyer].floor.reset(due) {
            self.s
                .calendar
                .schedule(due, Class::STOCK_OUT, Event::StockOut(buyer as u32));
        }
    }

    /// A buyer's stock has reached its floor, or nothing.
    pub(super) fn stock_out(&mut self, buyer: usize) {
        if let Some(due) = self.s.buyers[buyer].floor.ring(self.s.now) {
            if due < Tick::NEVER {
                self.s
                    .calendar
                    .schedule(due, Class::STOCK_OUT, Event::StockOut(buyer as u32));
            }
            return;
        }
        self.settle_buyer(buyer);
        self.note_empty(buyer);
        self.stop_refill(buyer);
        self.plan(buyer);
    }

    /// A buyer that runs low puts nothing more into the reserve.
    fn stop_refill(&mut self, buyer: usize) {
        let rate = self.s.buyers[buyer].reserve_rate;
        if let Some(index) = self.n.buyers[buyer].reserve.filter(|_| rate < 0.0) {
            self.settle_reserve(index);
            self.note_reserve(index, 0.0);
            self.s.reserves[index].rate = 0.0;
            self.s.buyers[buyer].reserve_rate = 0.0;
            self.s.buyers[buyer].inflow -= rate;
        }
    }

    /// Predicts when a seller can no longer fill its pipelines.
    pub(super) fn predict_dry(&mut self, seller: usize) {
        let s = self.s.sellers[seller];
        let net = s.made - s.piped;
        let due = if net >= -ROUNDING * s.piped.max(s.made) {
            Tick::NEVER
        } else if s.stock <= s.piped / DAY as f64 {
            self.ask_clearing(self.n.sellers[seller].market);
            return;
        } else {
            later(self.s.now, s.stock / -net, |seconds| seconds as i64)
        };
        if self.s.sellers[seller].dry.reset(due) {
            self.s
                .calendar
                .schedule(due, Class::STOCK_OUT, Event::SellerDry(seller as u32));
        }
    }

    /// A seller's stock no longer fills its pipelines: the market clears.
    pub(super) fn seller_dry(&mut self, seller: usize) {
        if let Some(due) = self.s.sellers[seller].dry.ring(self.s.now) {
            if due < Tick::NEVER {
                self.s
                    .calendar
                    .schedule(due, Class::STOCK_OUT, Event::SellerDry(seller as u32));
            }
            return;
        }
        self.ask_clearing(self.n.sellers[seller].market);
    }
}

impl BuyerState {
    /// Draws on the stock until `now`, with no parcel in between. From when
    /// there is nothing left on, nothing is used; returns when, if there was
    /// something and that was a second ago or more.
    #[inline]
    fn use_until(&mut self, now: Tick, short_above: f64) -> Option<Tick> {
        let days = days_between(self.at, now);
        if days <= 0.0 {
            return None;
        }
        let had_some = self.stock > 0.0;
        let mut ran_out = None;
        let (need, have) = (self.draw * days, self.stock + self.inflow * days);
        if have < need && self.draw > 0.0 {
            let lasts = have.max(0.0) / self.draw;
            self.dry += days - lasts;
            let empty = if have > 0.0 {
                later(self.at, lasts, ceil)
            } else {
                self.at
            };
            if empty < now {
                ran_out = had_some.then_some(empty);
                if short_above < 1.0 && self.reference > 0.0 {
                    self.was_short(empty, now);
                }
            }
        }
        self.at = now;
        self.stock = if have < need {
            have.min(0.0)
        } else {
            have - need
        };
        if self.in_tank() < self.minimum_cover * self.reference && self.reference > 0.0 {
            self.minimum_cover = self.in_tank().max(0.0) / self.reference;
        }
        ran_out
    }

    /// Whether it rations, or its stock may have come down to its floor by
    /// then.
    #[inline]
    fn may_ration(&self, floor: f64, then: Tick) -> bool {
        let falls = |b: &Self| {
            let left = b.stock - b.draw * days_between(b.at, then);
            left <= floor && (b.stock > floor || left <= 0.0)
        };
        self.rationed || (floor > 0.0 && falls(self))
    }

    #[inline]
    fn receive(&mut self, parcel: &Parcel) {
        self.stock += parcel.volume;
        self.under_way -= parcel.volume;
        if parcel.is_aid() {
            self.aid_under_way -= parcel.volume;
            self.aid += parcel.volume;
        }
    }

    /// Books goods received and their value \[USD\].
    #[inline]
    fn pay(&mut self, volume: f64, value: f64, domestic: bool) {
        self.volume_paid += volume;
        self.value_paid += value;
        if !domestic {
            self.import_bill += value;
        }
    }
}

/// Days from one instant to a later one.
#[inline]
fn days_between(from: Tick, to: Tick) -> f64 {
    // By way of i64, for which there is an instruction.
    (to.0 - from.0) as i64 as f64 * (1.0 / DAY as f64)
}

/// The tick `days` from another, at least one second on.
#[inline]
fn later(from: Tick, days: f64, round: fn(f64) -> i64) -> Tick {
    let seconds = round(days * DAY as f64).max(1);
    if seconds == i64::MAX {
        return Tick::NEVER;
    }
    Tick(from.0.saturating_add(seconds as u64))
}

/// The whole number not below `x`. A cast from float to integer saturates.
#[inline]
fn ceil(x: f64) -> i64 {
    let whole = x as i64;
    whole.saturating_add(i64::from((whole as f64) < x))
}

impl Alarm {
    /// Moves the prediction; whether it must go on the calendar.
    fn reset(&mut self, due: Tick) -> bool {
        self.due = due;
        let earlier = due < self.queued;
        if earlier {
            self.queued = due;
        }
        earlier
    }

    /// The event came up: `None` if it is really due, else when it is.
    fn ring(&mut self, now: Tick) -> Option<Tick> {
        if now != self.queued {
            return Some(Tick::NEVER); // overtaken by an earlier one
        }
        self.queued = Tick::NEVER;
        if self.due <= now {
            self.due = Tick::NEVER;
            return None;
        }
        self.queued = self.due;
        Some(self.due)
    }
}
