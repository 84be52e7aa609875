//! A market clears: offers, contracts, gates, nominations, the rule, and what
//! follows for prices.

use super::calendar::{Class, Event};
use super::market::Problem;
use super::state::{Desk, refill};
use super::trial::{Trial, TrialError};
use crate::network::User;
use crate::units::{Tick, Ticks};

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
        self.before_clearing(market, new_window);
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

    /// Everything from offers to plans.
    fn trade(&mut self, market: usize, window: f64, new_window: bool) -> Result<(), TrialError> {
        if window <= 0.0 {
            return Ok(());
        }
        let mut desk = std::mem::take(&mut self.s.desk);
        let m = &self.n.markets[market];
        self.find_acting(market, &mut desk.acting);
        self.compose_gates(market, window, &mut desk.gates);
        self.find_struck(market, &mut desk);
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
    /// any stock beyond that; through pipelines, what they will make, less what
    /// they have piped beyond their output: that falls with the price, and
    /// contracts do not. What they offer by parcels they decide when a window
    /// opens, and offer at that rate while it lasts.
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
            let unsold = self.unsold(market, seller);
            let spare = (unsold - self.base.working_stock[seller]).max(0.0);
            let freed = if window >= terms.release {
                1.0
            } else {
                window / terms.release
            };
            let (mut offered, mut most) = if m.offer_on_hand {
                (spare, spare)
            } else if m.pipelines_only {
                // What has been piped ahead of output is made good first.
                let owed = unsold.min(0.0);
                let made = self.made_at_reference(seller) * window;
                (
                    (made + spare * freed + owed).max(0.0),
                    (self.most_made(seller) * window + spare + owed).max(0.0),
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

    /// What a seller has and has not sold. Goods that have left ahead of their
    /// time are still to be sold where parcels are loaded from what there is,
    /// but no pipeline can carry them.
    fn unsold(&self, market: usize, seller: usize) -> f64 {
        let (m, s) = (&self.n.markets[market], &self.s.sellers[seller]);
        if !m.pipelines || m.pipelines_only {
            return s.stock - s.carried;
        }
        let first = m.pairs.start + (seller - m.sellers.start) * m.buyers.len();
        let row = &self.s.pairs[first..first + m.buyers.len()];
        s.stock - row.iter().map(|pair| pair.carry.max(0.0)).sum::<f64>()
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

    /// Tells buyers and sellers their new prices and lets use follow.
    fn set_prices(&mut self, market: usize) {
        let m = &self.n.markets[market];
        for (i, seller) in m.sellers.clone().enumerate() {
            self.s.sellers[seller].price = self.s.markets[market].solution.seller_price[i];
        }
        self.note_price_of_others(market);
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
}
