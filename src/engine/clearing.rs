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
        let (seller, buyer) = self.ends(pair);
        let more = (p.rate_in - p.rate_out) * days;
        self.s.pipes[pair].held += more;
        self.s.buyers[buyer].under_way += more;
        self.pay(pair, p.rate_out * days, p.price);
        self.s.buyers[buyer].allocated += p.rate_in * days;
        let s = &mut self.s.sellers[seller];
        s.shipped += p.rate_in * days * s.unpriced;
    }

    pub(super) fn ends(&self, pair: usize) -> (usize, usize) {
        let p = &self.n.pairs[pair];
        (p.seller as usize, p.buyer as usize)
    }

    fn open_window(&mut self, market: usize) {
        let (m, now) = (&self.n.markets[market], self.s.now);
        for seller in m.sellers.clone() {
            self.s.sellers[seller].shipped = 0.0;
        }
        for buyer in m.buyers.clone() {
            self.s.buyers[buyer].allocated = 0.0;
            self.note_waiting(buyer);
            self.decide_reserve(buyer, self.base.terms[market].window);
        }
        for pair in &mut self.s.pairs[m.pairs.clone()] {
            pair.parcels = 0;
            pair.sent = 0.0;
            pair.sent_under_contract = 0.0;
            pair.expect_all();
        }
        let state = &mut self.s.markets[market];
        state.window += 1;
        state.next = now + Ticks(m.window);
        let (next, event) = (state.next, Event::Clearing(market as u32));
        self.s
            .calendar
            .schedule(next, Class::clearing(m.stage), event);
    }

    /// Takes back what was allocated in this window and has not left.
    fn recall(&mut self, market: usize, allocated: Tick) {
        let mut acting = std::mem::take(&mut self.s.desk.acting);
        self.find_acting(market, &mut acting);
        acting.retain(|policy| self.s.policies[*policy as usize].since <= allocated);
        let left = (self.s.markets[market].next - self.s.now).days();
        let pairs = self.n.markets[market].pairs.clone();
        let piped = if self.n.markets[market].pipelines {
            pairs
        } else {
            0..0
        };
        for pair in piped {
            let volume = self.s.pipes[pair].rate_in * left;
            if volume > 0.0 {
                self.taken_back(&acting, market, pair, volume);
            }
        }
        for buyer in self.n.markets[market].buyers.clone() {
            let mut k = 0;
            while let Some(parcel) = self.s.inboxes[buyer].parcels.get(k) {
                if parcel.waits(self.s.now) {
                    let mut parcel = self.s.inboxes[buyer].parcels.swap_remove(k);
                    self.regain(&mut parcel);
                    self.recall_parcel(&acting, market, &parcel);
                } else {
                    k += 1;
                }
            }
        }
        self.s.desk.acting = acting;
        for pair in &mut self.s.pairs[self.n.markets[market].pairs.clone()] {
            pair.expect_rest();
        }
    }

    fn recall_parcel(&mut self, acting: &[u32], market: usize, parcel: &Parcel) {
        let (pair, volume) = (parcel.pair as usize, parcel.volume);
        if parcel.late {
            self.s.ways[pair].owed += volume;
        }
        self.taken_back(acting, market, pair, volume);
        let (seller, buyer) = self.ends(pair);
        let p = &mut self.s.pairs[pair];
        p.parcels -= 1;
        p.sent -= volume;
        p.sent_under_contract -= volume * p.contract_share;
        let (s, b) = (&mut self.s.sellers[seller], &mut self.s.buyers[buyer]);
        s.stock += volume;
        s.shipped -= volume * s.unpriced;
        b.under_way -= volume;
        b.allocated -= volume;
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
        if !new_window && !m.pipelines_only {
            self.count_allocated(market, &mut desk);
        }
        self.write_prior(market, window, new_window, &mut desk);
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
        self.note_answers(market, &desk);
        self.allocate(market, window, &mut desk);
        self.keep_within_storage(market, window);
        self.count_stopped(market, window, &desk);
        self.s.desk = desk;
        if !new_window {
            self.keep_idle_prices(market);
        }
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

    /// Reference trade of a pair for the days left of the window; of parcels,
    /// for the whole window less those sent.
    pub(super) fn reference_left(&self, market: usize, pair: usize, days: f64) -> f64 {
        if self.n.pairs[pair].pipeline {
            return self.reference_trade(pair, days);
        }
        let whole = self.reference_trade(pair, self.base.terms[market].window);
        remainder(whole, self.s.pairs[pair].sent).max(0.0)
    }

    /// What sellers offer: what they normally ship in a window, and a part of
    /// any stock beyond that; through pipelines, what they will make.
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
            let (mut offered, most) = if m.offer_on_hand {
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
                self.s.sellers[seller].offered = offered;
            } else if !m.pipelines_only {
                offered = spare.min(remainder(s.offered, s.shipped));
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

    /// Spot trade expected: usual trade less contracts and what parcels the
    /// window has sent already, in proportion to what each seller now offers.
    #[inline(never)]
    fn write_prior(&self, market: usize, window: f64, new_window: bool, desk: &mut Desk) {
        let m = &self.n.markets[market];
        let terms = &self.base.terms[market];
        refill(&mut desk.discount, m.sellers.len(), terms.discount);
        let whole = terms.window;
        desk.prior.clear();
        if new_window && m.contracts.is_empty() {
            let flows = self.s.flows[m.pairs.clone()].iter();
            desk.prior.extend(flows.map(|flow| flow * window));
        } else {
            let pairs = m.pairs.clone().zip(&desk.contract_nominal);
            let least = if desk.gates.limited || self.has_prices(market) {
                m.new_pairs.get(self.drawn) * (window / whole)
            } else {
                0.0
            };
            let expected = |(pair, contracts): (usize, &f64)| {
                self.spot_expected(pair, (window, whole), *contracts, least)
            };
            desk.prior.extend(pairs.map(expected));
        }
        let rows = desk.prior.chunks_exact_mut(m.buyers.len().max(1));
        for (row, offer) in rows.zip(&desk.offer) {
            let sum: f64 = row.iter().sum();
            let factor = if sum > 0.0 { offer / sum } else { 0.0 };
            row.iter_mut().for_each(|w| *w *= factor);
        }
    }

    /// Whether any buyer of a market pays another than the reference price.
    fn has_prices(&self, market: usize) -> bool {
        let buyers = self.n.markets[market].buyers.clone();
        self.s.buyers[buyers].iter().any(|b| b.price != 0.0)
    }

    /// Usual trade of a pair less its contracts for the rest of the window; of
    /// parcels, for the whole window less what has been sent, or the share that
    /// has been sent of what was allocated if more is left by that, so that a
    /// market that clears again sends what it was about to. Where it is
    /// disturbed, a pair that has sent all of that is like one without trade:
    /// it can buy back what was recalled, at a price.
    #[inline]
    fn spot_expected(
        &self,
        pair: usize,
        (window, whole): (f64, f64),
        contracts: f64,
        least: f64,
    ) -> f64 {
        if self.n.pairs[pair].pipeline {
            return (self.s.flows[pair] * window - contracts).max(0.0);
        }
        let p = &self.s.pairs[pair];
        let spot = (self.s.flows[pair] * whole - contracts * (whole / window)).max(0.0);
        let unsent = remainder(spot, p.sent - p.sent_under_contract);
        unsent.max(spot * p.expects.max(least))
    }

    /// What a buyer wants over the window at λ = 0, and how that answers to
    /// its price: use, and a part of the gap between its position and target.
    /// Who comes to want something else within a window orders so for the rest
    /// of it, and what its earlier parcels have brought for all of it counts.
    ///
    /// Orders are more elastic the more stock there is, ε_s for each 30 days
    /// of use, and close a gap at a rate per week: so stocks are drawn on in a
    /// shortage, the more the larger they are, and how often a market clears
    /// makes little difference. (With ε_s · min(1, cover/target) and κ for
    /// each window, cover hardly mattered and frequent clearing kept stocks
    /// from ever being used.)
    fn write_nominations(&mut self, market: usize, window: f64, new_window: bool, desk: &mut Desk) {
        let (m, terms) = (&self.n.markets[market], self.base.terms[market]);
        desk.nomination.clear();
        desk.elasticity.clear();
        for buyer in m.buyers.clone() {
            let b = self.s.buyers[buyer];
            let wanted = if new_window || m.pipelines_only {
                let fits = self.fits(buyer, window);
                let n = self.nomination(market, buyer, window).min(fits);
                (self.s.buyers[buyer].nominated, self.s.buyers[buyer].fits) = (n, fits);
                n
            } else if b.orders_anew {
                let passed = 1.0 - window / terms.window;
                let n = b.nominated * passed + self.nomination(market, buyer, window);
                self.s.buyers[buyer].nominated = n;
                n
            } else {
                b.nominated
            };
            self.s.buyers[buyer].orders_anew = false;
            desk.nomination.push(wanted);
            let usual = self.s.usual[buyer];
            let use_rate = usual.use_rate;
            let cover = b.in_tank().max(0.0) / use_rate.max(f64::MIN_POSITIVE);
            let waits = if use_rate > 0.0 {
                terms.stock_elasticity * cover / STOCK_DAYS
            } else {
                0.0
            };
            desk.elasticity.push(usual.elasticity + waits);
        }
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

    /// Has what buyers have got in this window count as served, like
    /// contracts: at the same price a market that clears again then trades what
    /// it was about to, and at a lower one buyers make up for the window.
    fn count_allocated(&self, market: usize, desk: &mut Desk) {
        for (j, buyer) in self.n.markets[market].buyers.clone().enumerate() {
            let got = self.s.buyers[buyer].allocated;
            if remainder(desk.nomination[j], got) > 0.0 {
                desk.contracted[j] += got;
            } else {
                desk.nomination[j] = 0.0;
            }
        }
    }

    /// Notes how offers have answered to the price. What is shipped counts
    /// against them as they would be without.
    fn note_answers(&mut self, market: usize, desk: &Desk) {
        let m = &self.n.markets[market];
        let State {
            sellers, markets, ..
        } = &mut *self.s;
        let solution = &markets[market].solution;
        let elasticities = &self.base.supply_elasticity[m.sellers.clone()];
        for (i, s) in sellers[m.sellers.clone()].iter_mut().enumerate() {
            let most = answer(elasticities[i], solution.seller_price[i]);
            let (offer, offer_max) = (desk.offer[i], desk.offer_max[i]);
            let answers = least(offer * most, offer_max);
            s.unpriced = if answers > 0.0 { offer / answers } else { 1.0 };
        }
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
                let (mut volume, mut price, mut contract) = (flows[j], prices[j], 0.0);
                if contracts {
                    let value = desk.contract_value[row + j];
                    contract = desk.contract[row + j];
                    (volume, price) = together((volume, price), (contract, value));
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
                let dust = DUST * use_rates[j] * window;
                let (parcels, each) = p.load(m, (volume, contract), dust, seller, &mut buyers[j]);
                for k in 0..parcels {
                    let part = if parcels == 1 {
                        lane.phase
                    } else {
                        (f64::from(k) + lane.phase) / f64::from(parcels)
                    };
                    let leaves = now + Ticks::from_days(part * window);
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

    /// Who has nothing left to trade in a window keeps the price of its last
    /// trade.
    fn keep_idle_prices(&mut self, market: usize) {
        let m = &self.n.markets[market];
        let solution = &mut self.s.markets[market].solution;
        for (j, buyer) in m.buyers.clone().enumerate() {
            if self.s.desk.nomination[j] <= 0.0 {
                solution.buyer_price[j] = self.s.buyers[buyer].price;
            }
        }
        for (i, seller) in m.sellers.clone().enumerate() {
            if self.s.desk.offer[i] <= 0.0 {
                solution.seller_price[i] = self.s.sellers[seller].price;
            }
        }
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

/// How a volume answers to a price deviation \[p0\].
#[inline]
fn answer(elasticity: f64, price: f64) -> f64 {
    let exponent = elasticity * price;
    if exponent == 0.0 { 1.0 } else { exp(exponent) }
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

impl PairState {
    /// A window begins.
    #[inline]
    fn expect_all(&mut self) {
        (self.spot, self.spot_before, self.expects) = (0.0, 0.0, 1.0);
    }

    /// What has not left has been recalled: of what was expected, the share
    /// that has been sent is not any more.
    fn expect_rest(&mut self) {
        let sent = self.sent - self.sent_under_contract;
        if self.spot > 0.0 {
            let left = remainder(self.spot, sent - self.spot_before);
            self.expects *= (left / self.spot).clamp(0.0, 1.0);
        }
        (self.spot, self.spot_before) = (0.0, sent);
    }

    /// Allocates a volume, of which some under contract: number and size of
    /// the parcels that leave, a remainder waits at the seller.
    #[inline]
    fn load(
        &mut self,
        m: &Market,
        (volume, contract): (f64, f64),
        dust: f64,
        seller: &mut SellerState,
        buyer: &mut BuyerState,
    ) -> (u32, f64) {
        self.sent += volume;
        self.sent_under_contract += contract;
        self.spot = volume - contract;
        self.contract_share = if contract > 0.0 {
            contract / volume
        } else {
            0.0
        };
        let (before, carry) = (self.carry, self.carry + volume);
        let (parcels, each) = parcels(m, carry, dust);
        let shipped = f64::from(parcels) * each;
        self.parcels += parcels;
        self.carry = carry - shipped;
        seller.carried += self.carry - before;
        seller.shipped += volume * seller.unpriced;
        seller.stock -= shipped;
        buyer.carried += self.carry - before;
        buyer.allocated += volume;
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
