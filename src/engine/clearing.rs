//! A market clears: offers, contracts, gates, nominations, the rule, and the
//! parcels and pipelines that follow.

use super::calendar::{Class, Event};
use super::market::Problem;
use super::state::{
    BuyerState, Desk, InflowStep, PairState, Parcel, SellerState, State, refill, seconds,
};
use super::trial::{Trial, TrialError};
use crate::maths::exp;
use crate::network::{Market, User};
use crate::random::{Law, ObjectKey, Stream, TrialKey};
use crate::units::{Tick, Ticks};

/// Part of a parcel from which on it counts as full.
const FULL: f64 = 1.0 - 1e-9;
/// Days of stock that `stock_elasticity` goes with.
const STOCK_DAYS: f64 = 30.0;
/// Days over which `restocking` closes its share of a gap.
const RESTOCKING_DAYS: f64 = 7.0;
/// Share of a buyer's use below which a parcel is not worth an event.
const DUST: f64 = 1e-9;
/// Parcels a pair may send in one window.
const MOST_PARCELS: f64 = 1024.0;

impl Trial<'_> {
    /// Puts an extra clearing of a market on the calendar, now.
    pub(super) fn ask_clearing(&mut self, market: usize) {
        let (now, stage) = (self.s.now, self.n.markets[market].stage);
        let m = &mut self.s.markets[market];
        if m.asked_at != Some(now) && m.next > now {
            m.asked_at = Some(now);
            let event = Event::Clearing(market as u32);
            self.s.calendar.schedule(now, Class::clearing(stage), event);
        }
    }

    /// Clears a market for the rest of its window.
    pub(super) fn clear(&mut self, market: usize) -> Result<(), TrialError> {
        self.s.clearing_stage = i16::from(self.n.markets[market].stage);
        let new_window = self.s.now >= self.s.markets[market].next;
        let last = self.s.markets[market].cleared_at;
        self.keep_usual_trade(market);
        self.settle_market(market);
        self.tell_of_clearing(market);
        self.stop_counting(market);
        self.find_counting(market, last);
        if new_window {
            self.open_window(market);
        } else {
            self.recall(market, last);
        }
        self.forget_ways(market, new_window);
        self.let_prices_sink_in(market);
        self.note_levels(market);
        let window = self.s.markets[market].next - self.s.now;
        self.before_clearing(market);
        let result = self.trade(market, window.days(), new_window);
        self.s.clearing_stage = -1;
        result
    }

    /// When the current window of a market began.
    pub(super) fn window_opened(&self, market: usize) -> Tick {
        Tick(
            self.s.markets[market]
                .next
                .0
                .saturating_sub(self.n.markets[market].window),
        )
    }

    fn settle_market(&mut self, market: usize) {
        let m = &self.n.markets[market];
        for seller in m.sellers.clone() {
            self.settle_seller(seller);
            self.book_price(seller);
        }
        for buyer in m.buyers.clone() {
            self.settle_buyer(buyer);
        }
        if m.pipelines {
            for pair in m.pairs.clone() {
                self.settle_pipe(pair);
            }
        }
    }

    /// Brings a pipeline up to now.
    pub(super) fn settle_pipe(&mut self, pair: usize) {
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

    fn open_window(&mut self, market: usize) {
        let (m, now) = (&self.n.markets[market], self.s.now);
        for buyer in m.buyers.clone() {
            self.note_waiting(buyer);
            self.decide_reserve(buyer, self.base.terms[market].window);
        }
        for pair in &mut self.s.pairs[m.pairs.clone()] {
            pair.parcels = 0;
            pair.allocated = 0.0;
        }
        let state = &mut self.s.markets[market];
        state.window += 1;
        state.next = now + Ticks(m.window);
        let (next, event) = (state.next, Event::Clearing(market as u32));
        self.s
            .calendar
            .schedule(next, Class::clearing(m.stage), event);
    }

    /// Takes back what was allocated for the rest of the window at the last
    /// clearing. Trade goes by rates, and parcels are how it is carried: of
    /// those that have still to leave, what goes with the time passed waits at
    /// the seller, and what others have carried ahead of their time is owed by
    /// the pair.
    fn recall(&mut self, market: usize, last: Tick) {
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
    fn carry(&mut self, pair: usize, volume: f64) {
        let (seller, buyer) = self.ends(pair);
        self.s.pairs[pair].carry += volume;
        self.s.sellers[seller].carried += volume;
        self.s.buyers[buyer].carried += volume;
    }

    /// The slow price state: x' = (λ − x)/T, with λ held since it was set.
    fn let_prices_sink_in(&mut self, market: usize) {
        let adjust = self.base.terms[market].adjust;
        for buyer in self.n.markets[market].buyers.clone() {
            let days = self.since(self.s.buyers[buyer].priced_at);
            let b = &mut self.s.buyers[buyer];
            b.priced_at = self.s.now;
            b.price_integral += b.price * days;
            if b.price != b.slow_price && days > 0.0 {
                b.slow_price += (b.price - b.slow_price) * -libm::expm1(-days / adjust.max(1e-9));
            }
        }
    }

    /// A policy orders another rate of a reserve: it is decided anew.
    pub(super) fn reserve_ordered(&mut self, index: usize) {
        let buyer = self.n.reserves[index].buyer as usize;
        let next = self.s.markets[self.n.buyers[buyer].market].next;
        if next > self.s.now {
            self.settle_buyer(buyer);
            self.decide_reserve(buyer, (next - self.s.now).days());
            self.plan(buyer);
        }
    }

    /// Releases from a state stock while commercial cover is low, or as much as
    /// policies order if that is more; refills it while cover is high. Decided
    /// for the `window` days until the market's next window.
    fn decide_reserve(&mut self, buyer: usize, window: f64) {
        let Some(index) = self.n.buyers[buyer].reserve else {
            return;
        };
        self.settle_reserve(index);
        let terms = self.base.reserves[index];
        let (b, r) = (self.s.buyers[buyer], self.s.reserves[index]);
        let use_rate = self.s.usual[buyer].use_rate;
        let cover = b.in_tank() / use_rate.max(f64::MIN_POSITIVE);
        let rate = if cover < terms.release_below {
            terms.release_rate.min(r.volume / window).min(use_rate)
        } else if cover > terms.refill_above && r.volume < terms.size {
            let spare = (cover - terms.refill_above) * use_rate / window;
            -terms
                .refill_rate
                .min((terms.size - r.volume) / window)
                .min(spare)
        } else {
            0.0
        };
        let rate = if r.ordered > 0.0 {
            rate.max(r.ordered.min(r.volume / window))
        } else {
            rate
        };
        self.note_reserve(index, rate);
        self.s.reserves[index].rate = rate;
        self.s.buyers[buyer].inflow += rate - b.reserve_rate;
        self.s.buyers[buyer].reserve_rate = rate;
    }

    /// Brings a reserve up to now.
    pub(super) fn settle_reserve(&mut self, index: usize) {
        let days = self.since(self.s.reserves[index].at);
        let r = &mut self.s.reserves[index];
        r.at = self.s.now;
        r.volume -= r.rate * days;
        r.drawn += r.rate.max(0.0) * days;
    }

    /// Everything from offers to plans.
    fn trade(&mut self, market: usize, window: f64, new_window: bool) -> Result<(), TrialError> {
        if window <= 0.0 {
            return Ok(());
        }
        let mut desk = std::mem::take(&mut self.s.desk);
        let m = &self.n.markets[market];
        self.find_acting(market, &mut desk.acting);
        self.compose_gates(market, window, &mut desk.gates);
        self.write_offers(
            market,
            window,
            new_window,
            &mut desk.offer,
            &mut desk.offer_max,
        );
        self.write_nominations(market, window, new_window, &mut desk);
        self.serve_contracts(market, window, &mut desk);
        self.write_prior(market, window, &mut desk);
        let terms = self.base.terms[market];
        let problem = Problem {
            prior: &desk.prior,
            offer: &desk.offer,
            offer_max: &desk.offer_max,
            supply_elasticity: &self.base.supply_elasticity[m.sellers.clone()],
            discount: &desk.discount,
            nomination: &desk.nomination,
            contracted: &desk.contracted,
            elasticity: &desk.elasticity,
            cost: &desk.gates.cost,
            cap: &desk.gates.cap,
            domestic: &m.domestic,
            dispersion: terms.dispersion,
            choke: terms.choke,
        };
        let solution = &mut self.s.markets[market].solution;
        let cleared = self.s.clearing.clear(m.rule, &problem, solution);
        if let Err(error) = cleared {
            self.s.desk = desk;
            let (commodity, day) = (m.key.clone(), self.s.now.days());
            return Err(TrialError::Clearing {
                commodity,
                day,
                error,
            });
        }
        self.allocate(market, window, &mut desk);
        self.keep_within_storage(market, window);
        self.count_stopped(market, window, &desk);
        self.s.desk = desk;
        self.set_prices(market);
        Ok(())
    }

    /// Usual trade of a pair over a window at its buyer's present demand, the
    /// season aside.
    pub(super) fn reference_trade(&self, pair: usize, window: f64) -> f64 {
        let buyer = self.n.pairs[pair].buyer as usize;
        let growth = self.s.usual[buyer].growth;
        self.s.flows[pair] * window * (growth * self.s.buyers[buyer].level)
    }

    /// What sellers offer: what they normally ship in a window, and a part of
    /// any stock beyond that; through pipelines, what they will make. What they
    /// offer by parcels they decide when a window opens, and offer at that rate
    /// while it lasts.
    fn write_offers(
        &mut self,
        market: usize,
        window: f64,
        new_window: bool,
        offer: &mut Vec<f64>,
        offer_max: &mut Vec<f64>,
    ) {
        let (m, terms) = (&self.n.markets[market], self.base.terms[market]);
        offer.clear();
        offer_max.clear();
        for seller in m.sellers.clone() {
            let s = self.s.sellers[seller];
            let spare = (s.stock - s.carried - self.base.working_stock[seller]).max(0.0);
            let freed = if window >= terms.release {
                1.0
            } else {
                window / terms.release
            };
            let (mut offered, mut most) = if m.offer_on_hand {
                (spare, spare)
            } else if m.pipelines_only {
                let made = self.made_at_reference(seller) * window;
                (
                    made + spare * freed,
                    self.most_made(seller) * window + spare,
                )
            } else {
                let made = self.made_at_reference(seller);
                let normal = spare.min(made.max(s.output) * window);
                (normal + (spare - normal) * freed, spare)
            };
            if new_window {
                (
                    self.s.sellers[seller].offers,
                    self.s.sellers[seller].offers_most,
                ) = (offered / window, most / window);
            } else if !m.pipelines_only {
                offered = spare.min(s.offers * window);
                most = spare.min(s.offers_most * window);
            }
            offer.push(offered);
            offer_max.push(most.max(offered));
        }
    }

    /// Output at full capacity of what is up and has its inputs.
    pub(super) fn most_made(&self, seller: usize) -> f64 {
        self.made_at(seller, |site| self.most_runs(site))
    }

    /// Output at reference prices of what is up and has its inputs; the
    /// clearing itself works out how it answers to the price.
    fn made_at_reference(&self, seller: usize) -> f64 {
        let answers = self.base.supply_elasticity[seller] != 0.0;
        if !answers && self.base.storage[seller].is_infinite() {
            return self.s.sellers[seller].made;
        }
        self.made_at(seller, |site| self.runs_without_pull(site))
    }

    fn made_at(&self, seller: usize, runs: impl Fn(usize) -> f64) -> f64 {
        let outputs = self.n.sellers[seller].outputs.iter();
        let made = outputs.map(|o| {
            let o = *o as usize;
            let site = self.n.outputs[o].site as usize;
            runs(site).min(self.lowest_limit(site, usize::MAX)) * self.base.output_per_run[o]
        });
        made.sum()
    }

    /// Spot trade expected: usual trade less contracts, in proportion to what
    /// each seller now offers.
    #[inline(never)]
    fn write_prior(&self, market: usize, window: f64, desk: &mut Desk) {
        let m = &self.n.markets[market];
        let terms = &self.base.terms[market];
        refill(&mut desk.discount, m.sellers.len(), terms.discount);
        let flows = self.s.flows[m.pairs.clone()].iter();
        desk.prior.clear();
        if m.contracts.is_empty() {
            desk.prior.extend(flows.map(|flow| flow * window));
        } else {
            let contracts = desk.contract_nominal.iter();
            let spot = flows.zip(contracts).map(|(f, c)| (f * window - c).max(0.0));
            desk.prior.extend(spot);
        }
        let rows = desk.prior.chunks_exact_mut(m.buyers.len().max(1));
        for (row, offer) in rows.zip(&desk.offer) {
            let sum: f64 = row.iter().sum();
            let factor = if sum > 0.0 { offer / sum } else { 0.0 };
            row.iter_mut().for_each(|w| *w *= factor);
        }
    }

    /// What a buyer wants over the window at λ = 0, and how that answers to
    /// its price: use, and a part of the gap between its position and target.
    /// By parcels, that is decided when a window opens and stands while it lasts;
    /// who comes to want something else decides anew for the rest of it.
    ///
    /// Orders are more elastic the more stock there is, ε_s for each 30 days
    /// of use, and close a gap at a rate per week: so stocks are drawn on in a
    /// shortage, the more the larger they are, and how often a market clears
    /// makes little difference. (With ε_s · min(1, cover/target) and κ for
    /// each window, cover hardly mattered and frequent clearing kept stocks
    /// from ever being used.)
    fn write_nominations(&mut self, market: usize, window: f64, new_window: bool, desk: &mut Desk) {
        let m = &self.n.markets[market];
        desk.nomination.clear();
        desk.elasticity.clear();
        for buyer in m.buyers.clone() {
            let b = self.s.buyers[buyer];
            if new_window || m.pipelines_only || b.orders_anew {
                self.decide_nomination(market, buyer, window);
            }
            let b = &self.s.buyers[buyer];
            desk.nomination.push(b.nominates * window);
            desk.elasticity.push(b.elasticity);
        }
    }

    /// A buyer decides what it nominates a day, and what it answers to prices.
    fn decide_nomination(&mut self, market: usize, buyer: usize, window: f64) {
        let fits = self.fits(buyer, window);
        let wants = self.nomination(market, buyer, window).min(fits);
        let (b, usual) = (self.s.buyers[buyer], self.s.usual[buyer]);
        let waits = if usual.use_rate > 0.0 {
            let cover = b.in_tank().max(0.0) / usual.use_rate;
            self.base.terms[market].stock_elasticity * cover / STOCK_DAYS
        } else {
            0.0
        };
        let b = &mut self.s.buyers[buyer];
        (b.nominates, b.fits) = (wants / window, fits / window);
        b.elasticity = usual.elasticity + waits;
        b.orders_anew = false;
    }

    /// `use + κ (target − position)`, at least nothing, at most the cap. Use is
    /// that of an average day of the year: stock carries the season, as far as
    /// it fits.
    fn nomination(&self, market: usize, buyer: usize, window: f64) -> f64 {
        let terms = self.base.terms[market];
        let b = &self.s.buyers[buyer];
        let usual = if self.wants_more_than_fits(buyer) {
            b.reference
        } else {
            self.s.usual[buyer].use_rate
        };
        let use_rate = usual * b.level;
        let backlog: f64 = self.n.buyers[buyer]
            .demands
            .clone()
            .map(|d| self.s.demands[d].catch_up_wanted)
            .sum();
        let gap = self.restocking(market, window) * self.position_gap(buyer);
        let most = terms.nomination_cap * use_rate * window;
        ((use_rate + backlog) * window + gap).clamp(0.0, most.max(0.0))
    }

    /// Share of a gap that is nominated over a window: κ is for a week.
    pub(super) fn restocking(&self, market: usize, window: f64) -> f64 {
        (self.base.terms[market].restocking * window / RESTOCKING_DAYS).min(1.0)
    }

    /// What a buyer lacks of its target: stock and goods under way that go
    /// with its present use and the time of year. Goods that wait for a
    /// licence do not count.
    pub(super) fn position_gap(&self, buyer: usize) -> f64 {
        let b = &self.s.buyers[buyer];
        let target = if self.wants_more_than_fits(buyer) {
            self.full(buyer)
        } else {
            (self.held_at_target(buyer) + self.s.usual[buyer].under_way) * b.level.clamp(0.2, 2.0)
        };
        target - b.position()
    }

    /// Stock that a buyer would hold now at reference prices: its target, what
    /// it stores for fear of a shortage, and for the season.
    fn held_at_target(&self, buyer: usize) -> f64 {
        let usual = self.s.usual[buyer];
        usual.target + self.s.buyers[buyer].fear * usual.use_rate + self.seasonal_stock(buyer)
    }

    /// Whether a buyer would hold more now than its tank has room for. Its
    /// stock then stays as it is, and its orders follow the seasons.
    fn wants_more_than_fits(&self, buyer: usize) -> bool {
        let b = &self.s.buyers[buyer];
        b.room < f64::INFINITY && self.held_at_target(buyer) * b.level.clamp(0.2, 2.0) > b.room
    }

    /// Most that a buyer could order over a window and have room for: what it
    /// uses, and what stock and goods under way leave of its tank.
    fn fits(&self, buyer: usize, window: f64) -> f64 {
        let b = &self.s.buyers[buyer];
        (b.reference * b.level * window + self.full(buyer) - b.position()).max(0.0)
    }

    /// The position at which a buyer's tank is full: what it holds, and what is
    /// used at the present rate before what is under way arrives.
    fn full(&self, buyer: usize) -> f64 {
        let (b, usual) = (&self.s.buyers[buyer], &self.s.usual[buyer]);
        if b.room == f64::INFINITY || usual.use_rate <= 0.0 {
            return b.room;
        }
        b.room + usual.under_way * (b.reference * b.level / usual.use_rate)
    }

    /// Stock beyond the target that a buyer with even arrivals holds now to
    /// come through the season: the integral of mean less seasonal use, from
    /// its low point.
    pub(super) fn seasonal_stock(&self, buyer: usize) -> f64 {
        if !self.n.seasonal {
            return 0.0;
        }
        let bin = self.n.bin_of(self.s.now);
        let begun = if bin == 0 {
            Tick::START
        } else {
            self.n.months[bin - 1]
        };
        let days = self.since(begun);
        let of = |d: usize| {
            let demand = &self.n.demands[d];
            let Some(season) = demand.season else {
                return 0.0;
            };
            let rate = 1.0 - season[usize::from(self.n.month_of_bin[bin])];
            self.mean_demand(d) * (demand.stored[bin] + rate * days)
        };
        self.n.buyers[buyer].demands.clone().map(of).sum()
    }

    /// Notes how much the buyers of a market would use at reference prices,
    /// over their reference use, for gates and nominations to go by.
    pub(super) fn note_levels(&mut self, market: usize) {
        for buyer in self.n.markets[market].buyers.clone() {
            let reference = self.s.buyers[buyer].reference;
            let level = self.nominal_use(buyer) / reference;
            self.s.buyers[buyer].level = if reference > 0.0 { level } else { 0.0 };
        }
    }

    /// Use at the slow price state but without the short-run response, which
    /// the clearing itself works out.
    fn nominal_use(&self, buyer: usize) -> f64 {
        let price = self.s.buyers[buyer].price;
        let nominal = |d: usize| {
            let (demand, short) = (&self.s.demands[d], self.base.short[d]);
            let answer = short * price;
            if answer == 0.0 {
                demand.wanted
            } else {
                demand.wanted * exp(answer)
            }
        };
        self.n.buyers[buyer].demands.clone().map(nominal).sum()
    }

    /// Turns allocated volumes into pipeline rates and parcels.
    #[inline(never)]
    fn allocate(&mut self, market: usize, window: f64, desk: &mut Desk) {
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

    fn set_pipe_out(&mut self, pair: usize, rate: f64, price: f64) {
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
                let spot = (solution.flow[k], solution.buyer_price[k % m.buyers.len()]);
                let (volume, price) = together(spot, (desk.contract[k], desk.contract_value[k]));
                let price = price.min(desk.gates.highest_price(k));
                self.set_pipe(pair, volume / window, price);
            }
        }
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
            for j in 0..width {
                let (mut volume, mut price) = (flows[j], prices[j]);
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
    /// seller's again, and what the pair owes is forgotten.
    fn release_stopped(&mut self, market: usize, desk: &Desk) {
        for (k, pair) in self.n.markets[market].pairs.clone().enumerate() {
            let carry = self.s.pairs[pair].carry;
            let stopped = desk.gates.cap[k] <= 0.0 && desk.contract[k] <= 0.0;
            if stopped && carry != 0.0 {
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
                let arrives = (leaves + transit)
                    .0
                    .checked_sub(ago)
                    .filter(|seconds| *seconds > 0);
                if let Some(arrives) = arrives {
                    let size = size * self.arriving_share(market, pair, transit);
                    self.s.buyers[buyer].under_way += size;
                    self.put_under_way(Parcel {
                        arrives: Tick(arrives),
                        left: seconds(leaves.0 as i64 - ago as i64),
                        volume: size,
                        price: 0.0,
                        pair: pair as u32,
                        buyer: buyer as u32,
                        late: false,
                    });
                }
            }
        }
        let carry = carry.max(0.0);
        self.s.pairs[pair].carry = carry;
        self.s.sellers[seller].stock += carry;
        self.s.sellers[seller].carried += carry;
        self.s.buyers[buyer].carried += carry;
        self.s.buyers[buyer].carried_at_start += carry;
    }

    /// Tells buyers and sellers their new prices and lets use follow.
    fn set_prices(&mut self, market: usize) {
        let m = &self.n.markets[market];
        for (i, seller) in m.sellers.clone().enumerate() {
            self.s.sellers[seller].price = self.s.markets[market].solution.seller_price[i];
        }
        for (j, buyer) in m.buyers.clone().enumerate() {
            self.s.buyers[buyer].price = self.s.markets[market].solution.buyer_price[j];
            self.note_price(buyer);
            self.sum_inflow(buyer);
            let changed = self.set_final_wants(buyer);
            if self.n.buyers[buyer].parcels_to_final_use && !changed && self.has_plenty(buyer) {
                continue; // the plan stands
            }
            for d in self.n.buyers[buyer].demands.clone() {
                if let User::Plant(input) = self.n.demands[d].user {
                    self.set_desire(self.n.inputs[input as usize].site as usize);
                }
            }
            self.plan(buyer);
        }
        for seller in m.sellers.clone() {
            if self.base.supply_elasticity[seller] > 0.0 {
                for o in &self.n.sellers[seller].outputs {
                    self.set_desire(self.n.outputs[*o as usize].site as usize);
                }
            }
        }
        self.replan_all();
    }

    /// Adds up a buyer's inflow from pipelines and reserve afresh, so that
    /// rounding does not build up.
    fn sum_inflow(&mut self, buyer: usize) {
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
}

/// The lesser of two numbers, neither of them NaN: one instruction, where
/// `f64::min` takes six.
#[inline]
fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// What is left of `whole`, nothing where that is rounding: a market whose
/// volumes are rounding errors has no price to find.
pub(super) fn remainder(whole: f64, gone: f64) -> f64 {
    let left = whole - gone;
    if left > DUST * whole { left } else { 0.0 }
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
