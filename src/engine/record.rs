//! What a trial reports.

use super::Model;
use super::state::Desk;
use super::trial::Trial;
use crate::units::Tick;

/// Number of metrics of a focus; their order is that of `study::Metric::ALL`.
pub const METRICS: usize = 15;

/// Times a policy is at work for which there is room from the beginning.
const WORK_AT_FIRST: usize = 4;

/// The measurements of one trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Metrics, [`METRICS`] a focus.
    pub metrics: Vec<f64>,
    /// Shortfall of each month bin as a share of its demand, focus by focus.
    pub shortfall: Vec<f64>,
    /// Commercial cover at the end of each month bin \[d\], focus by focus.
    pub cover: Vec<f64>,
    /// Arrivals by origin country \[units\], focus by focus.
    pub origins: Vec<f64>,
    /// What has arrived from the reserves of other countries \[units\], focus by
    /// focus.
    pub aid: Vec<f64>,
    /// When policies were at work: which, from when, and until when.
    pub work: Vec<(usize, Tick, Tick)>,
    /// Volume each policy stopped in each market \[units\], policy by policy.
    pub stopped: Vec<f64>,
    /// Volume that went by each policy's way around limits, or was handed on by
    /// it, in each market \[units\], policy by policy.
    pub leaked: Vec<f64>,
    /// Volume waiting for a decision on a licence, times the days it waits, in
    /// each market \[units · d\], policy by policy.
    pub waiting: Vec<f64>,
    /// The part of it that waits for the desk to take it up.
    pub queued: Vec<f64>,
    /// Mean price deviation of each seller over the horizon \[p0\].
    pub seller_price: Vec<f64>,
    /// Its discount while sanctions strike it, on what sellers get that none
    /// strikes \[share\].
    pub discount: Vec<f64>,
    /// Days for which sanctions strike each seller.
    pub days_struck: Vec<f64>,
    /// Volume of watched trade by month bin \[units\], watch by watch.
    pub trade: Vec<f64>,
    /// Events handled.
    pub events: u64,
    /// Rates at which policies now stop volume, and shortfall and demand at
    /// the last sample, focus by focus.
    stopping: Vec<f64>,
    last: Vec<(f64, f64)>,
    peak: Vec<f64>,
}

impl Record {
    /// Memory for the records of a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let n = &model.network;
        let (focus, bins) = (n.focus.len(), n.bins());
        let stopped = model.policies.len() * n.markets.len();
        Self {
            metrics: vec![0.0; focus * METRICS],
            shortfall: vec![0.0; focus * bins],
            cover: vec![0.0; focus * bins],
            origins: vec![0.0; focus * n.countries.len()],
            aid: vec![0.0; focus],
            work: Vec::with_capacity(WORK_AT_FIRST * model.policies.len()),
            stopped: vec![0.0; stopped],
            leaked: vec![0.0; stopped],
            waiting: vec![0.0; stopped],
            queued: vec![0.0; stopped],
            seller_price: vec![0.0; n.sellers.len()],
            discount: vec![0.0; n.sellers.len()],
            days_struck: vec![0.0; n.sellers.len()],
            trade: vec![0.0; n.watches.len() * bins],
            events: 0,
            stopping: vec![0.0; stopped],
            last: vec![(0.0, 0.0); focus],
            peak: vec![0.0; focus],
        }
    }

    pub(super) fn reset(&mut self) {
        self.metrics.fill(0.0);
        self.shortfall.fill(0.0);
        self.cover.fill(0.0);
        self.origins.fill(0.0);
        self.aid.fill(0.0);
        self.work.clear();
        self.stopped.fill(0.0);
        self.leaked.fill(0.0);
        self.waiting.fill(0.0);
        self.queued.fill(0.0);
        self.trade.fill(0.0);
        self.stopping.fill(0.0);
        self.last.fill((0.0, 0.0));
        self.peak.fill(0.0);
    }

    /// A policy was at work from one instant to another.
    pub(super) fn note_work(&mut self, policy: usize, from: Tick, to: Tick) {
        self.work.push((policy, from, to));
    }
}

/// Days of a month from which on its rate counts as one.
const LEAST_MONTH: f64 = 7.0;

/// What the users of a buyer got, over all tiers.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    reference: f64,
    short: f64,
    rationed: f64,
    unserved: f64,
    forgone: f64,
    value: f64,
}

impl Trial<'_> {
    fn totals(&self, buyer: usize) -> Totals {
        let mut t = Totals::default();
        for demand in self.n.buyers[buyer].demands.clone() {
            let d = &self.s.demands[demand];
            t.reference += d.total_reference;
            t.short += d.total_short;
            t.rationed += d.total_rationed;
            t.unserved += d.total_unserved;
            t.forgone += d.forgone + d.backlog.max(0.0);
            t.value += d.total_short * self.base.value_at_risk[demand];
        }
        t
    }

    /// A month bin ends.
    pub(super) fn sample(&mut self, bin: usize) {
        let bins = self.n.bins();
        let is_month = self.n.bin_days(bin) >= LEAST_MONTH.min(self.n.horizon.days() / 2.0);
        for f in 0..self.n.focus.len() {
            let buyer = self.n.focus[f] as usize;
            self.settle_buyer(buyer);
            let t = self.totals(buyer);
            let (short, reference) = self.s.record.last[f];
            let month = ratio(t.short - short, t.reference - reference);
            let cover = ratio(
                self.s.buyers[buyer].in_tank().max(0.0),
                self.s.buyers[buyer].reference,
            );
            let r = &mut self.s.record;
            r.last[f] = (t.short, t.reference);
            if is_month {
                r.peak[f] = r.peak[f].max(month);
            }
            r.shortfall[f * bins + bin] = month;
            r.cover[f * bins + bin] = cover;
            self.note_month(f, t.short - short, t.reference - reference, cover);
        }
    }

    /// Books what policies have stopped since the market last cleared.
    pub(super) fn stop_counting(&mut self, market: usize) {
        let days = self.since(self.s.markets[market].cleared_at);
        self.s.markets[market].cleared_at = self.s.now;
        self.note_unblocked(market, days);
        self.pay_unused(market, days);
        let markets = self.n.markets.len();
        let r = &mut self.s.record;
        for k in (market..r.stopped.len()).step_by(markets) {
            r.stopped[k] += r.stopping[k] * days;
            r.stopping[k] = 0.0;
        }
    }

    /// Notes the rate at which each policy that binds stops reference trade.
    pub(super) fn count_stopped(&mut self, market: usize, window: f64, desk: &Desk) {
        let gates = &desk.gates;
        if !gates.limited {
            return;
        }
        let (pairs, markets) = (self.n.markets[market].pairs.clone(), self.n.markets.len());
        for (k, pair) in pairs.enumerate() {
            let policy = gates.binding[k];
            if policy == u32::MAX {
                continue;
            }
            let spot = self.s.markets[market].solution.flow[k];
            if spot < gates.cap[k] * (1.0 - 1e-9) {
                continue; // allowed more than the market took
            }
            let served = spot + desk.contract[k];
            let stopped = (self.reference_trade(pair, window) - served).max(0.0);
            self.s.record.stopping[policy as usize * markets + market] += stopped / window;
            self.note_blocked(policy as usize, pair, stopped / window, window);
        }
    }

    /// Writes the record at the end.
    pub(super) fn write_record(&mut self) {
        for market in 0..self.n.markets.len() {
            self.stop_counting(market);
        }
        self.write_sellers();
        self.count_under_way();
        self.end_work();
        for f in 0..self.n.focus.len() {
            let buyer = self.n.focus[f] as usize;
            let metrics = self.metrics(f, buyer);
            self.s.record.metrics[f * METRICS..(f + 1) * METRICS].copy_from_slice(&metrics);
            self.write_origins(f, buyer);
            self.s.record.aid[f] = self.s.buyers[buyer].aid;
        }
        self.s.record.events = self.s.calendar.handled();
    }

    fn metrics(&self, focus: usize, buyer: usize) -> [f64; METRICS] {
        let (t, b) = (self.totals(buyer), &self.s.buyers[buyer]);
        let days = self.n.horizon.days();
        let p0 = self.base.terms[self.n.buyers[buyer].market].price;
        let last_price = b.price * self.since(b.priced_at);
        let spot = 1.0 + (b.price_integral + last_price) / days;
        let paid = if b.volume_paid > 0.0 {
            b.value_paid / b.volume_paid
        } else {
            p0
        };
        let survived = b.first_short.map_or(f64::INFINITY, |t| t.days());
        let recovered = b.first_short.map_or(0.0, |t| (b.last_short - t).days());
        let drawn = self.n.buyers[buyer]
            .reserve
            .map_or(0.0, |r| self.s.reserves[r].drawn);
        [
            t.short,
            ratio(t.short, t.reference),
            ratio(t.short, t.reference / days),
            t.rationed,
            t.unserved,
            t.forgone,
            self.s.record.peak[focus],
            survived,
            recovered,
            if b.minimum_cover.is_finite() {
                b.minimum_cover
            } else {
                0.0
            },
            paid,
            spot * p0,
            b.import_bill,
            t.value,
            drawn,
        ]
    }

    fn write_origins(&mut self, focus: usize, buyer: usize) {
        let countries = self.n.countries.len();
        let m = &self.n.markets[self.n.buyers[buyer].market];
        for pair in m.pairs.clone() {
            if self.n.pairs[pair].buyer as usize == buyer {
                let from = self.n.sellers[self.n.pairs[pair].seller as usize].country;
                self.s.record.origins[focus * countries + from] += self.s.pairs[pair].received;
            }
        }
    }
}

/// `a / b`, zero where there is nothing to divide by.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}
