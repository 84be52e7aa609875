//! What policies allow each pair of a market, and the ways around it.
//!
//! Limits are composed first and take the minimum. Then ways are opened around
//! the policies that bind, and add up:
//!
//! ```text
//! cap  = usual + Σ way
//! Δc   = Σ cost + s · mean cost of the ways,   s = expected by ways / expected
//! ```
//!
//! with `usual` the least limit. Expected by ways is what they carry of the
//! reference trade that the limit keeps back.

use super::journal::Entry;
use super::state::{Desk, Parcel, refill};
use super::trial::Trial;
use crate::units::{Tick, Ticks};

/// No policy.
const NONE: u32 = u32::MAX;
/// Share of a volume that is a rounding error.
const ROUNDING: f64 = 1e-9;

/// What policies allow each pair of a market.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// Volume over the coming window, the least that any policy allows and
    /// what goes around it; infinite if none counts it.
    pub cap: Vec<f64>,
    /// Change of delivered cost \[p0\].
    pub cost: Vec<f64>,
    /// The policy that binds; `u32::MAX` if none.
    pub binding: Vec<u32>,
    /// Whether any policy counts volumes.
    pub limited: bool,
    /// Ways around the policies that bind.
    pub ways: Ways,
    /// The most a buyer may pay \[p0\]; empty if no policy sets a price.
    pub ceiling: Vec<f64>,
}

/// Ways around limits, by pair; the arrays hold something only while a way is
/// open in the market.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Whether there is any.
    pub open: bool,
    /// The policy that opened the widest; `u32::MAX` if none.
    pub policy: Vec<u32>,
    /// What may go by the usual way.
    pub usual: Vec<f64>,
    /// Days by which what goes beyond that is late.
    pub delay: Vec<f64>,
    /// What all ways carry over the window.
    volume: Vec<f64>,
    /// What they are expected to carry, and the widest of them.
    expected: Vec<f64>,
    widest: Vec<f64>,
    /// Cost, weighted by what is expected \[p0 · units\].
    cost: Vec<f64>,
}

/// A way that a policy opens for a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// What it carries over the window.
    pub volume: f64,
    /// By how much later goods arrive \[d\].
    pub delay: f64,
    /// Additional cost \[p0\].
    pub cost: f64,
}

/// What of a pair goes by ways around a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct PairWays {
    /// Share of what was last allocated, and the policy that opened the way.
    pub share: f64,
    pub policy: u32,
    /// Allocated to ways and not yet sent in late parcels.
    pub owed: f64,
}

impl Default for PairWays {
    fn default() -> Self {
        Self {
            share: 0.0,
            policy: NONE,
            owed: 0.0,
        }
    }
}

impl Gates {
    /// Policy `me` allows the pair at place `k` no more than `volume`.
    pub(super) fn limit(&mut self, k: usize, volume: f64, me: usize) {
        self.limited = true;
        if volume < self.cap[k] {
            self.cap[k] = volume;
            self.binding[k] = me as u32;
        }
    }

    /// The buyer at place `k` may pay no more than `price` \[p0\].
    pub(super) fn limit_price(&mut self, k: usize, price: f64) {
        if self.ceiling.is_empty() {
            self.ceiling.resize(self.cap.len(), f64::INFINITY);
        }
        self.ceiling[k] = self.ceiling[k].min(price);
    }

    /// The most that is paid at place `k` \[p0\].
    pub(super) fn highest_price(&self, k: usize) -> f64 {
        self.ceiling.get(k).copied().unwrap_or(f64::INFINITY)
    }

    pub(super) fn open(&mut self, pairs: usize) {
        self.limited = false;
        self.ways.open = false;
        self.ceiling.clear();
        refill(&mut self.cap, pairs, f64::INFINITY);
        refill(&mut self.cost, pairs, 0.0);
        self.binding.clear();
        self.binding.resize(pairs, NONE);
    }

    /// Policy `me` opens a way for the pair at place `k`, of whose reference
    /// trade `kept` is kept back.
    pub(super) fn go_round(&mut self, k: usize, way: Way, kept: f64, me: usize) {
        let expected = way.volume.min(kept);
        if expected <= 0.0 {
            return;
        }
        let w = &mut self.ways;
        if !w.open {
            w.clear(self.cap.len());
        }
        w.volume[k] += way.volume;
        w.expected[k] += expected;
        w.delay[k] += expected * way.delay;
        w.cost[k] += expected * way.cost;
        if expected > w.widest[k] {
            w.widest[k] = expected;
            w.policy[k] = me as u32;
        }
    }

    /// What of a volume at place `k` goes beyond the usual way.
    #[inline]
    pub(super) fn beyond(&self, k: usize, volume: f64) -> f64 {
        if self.ways.open && self.ways.policy[k] != NONE {
            (volume - self.ways.usual[k]).max(0.0)
        } else {
            0.0
        }
    }

    /// Whether trade under these gates differs from that under others. Where
    /// a highest price binds, there is a cost as well.
    pub(super) fn differ(&self, other: &Self) -> bool {
        self.cap != other.cap || self.cost != other.cost || self.ways.differ(&other.ways)
    }
}

impl Ways {
    fn clear(&mut self, pairs: usize) {
        self.open = true;
        refill(&mut self.policy, pairs, NONE);
        refill(&mut self.usual, pairs, f64::INFINITY);
        for array in [
            &mut self.delay,
            &mut self.volume,
            &mut self.expected,
            &mut self.widest,
            &mut self.cost,
        ] {
            refill(array, pairs, 0.0);
        }
    }

    fn differ(&self, other: &Self) -> bool {
        self.open != other.open
            || (self.open && (self.usual != other.usual || self.delay != other.delay))
    }
}

impl Trial<'_> {
    /// What policies allow each pair over the window.
    pub(super) fn compose_gates(&self, market: usize, window: f64, gates: &mut Gates) {
        gates.open(self.n.markets[market].pairs.len());
        for (index, policy) in self.policies.iter().enumerate() {
            if self.acts_on(index, market) {
                policy.gate(self, index, market, window, gates);
            }
        }
        if gates.limited {
            self.drop_idle_limits(market, window, gates);
            self.open_ways(market, window, gates);
        }
    }

    /// A limit above all that the seller could ship is none: it neither
    /// binds nor, when it moves, has the market clear again.
    fn drop_idle_limits(&self, market: usize, window: f64, gates: &mut Gates) {
        let m = &self.n.markets[market];
        let buyers = m.buyers.len();
        for (k, cap) in gates.cap.iter_mut().enumerate() {
            if cap.is_finite() {
                let seller = m.sellers.start + k / buyers;
                if *cap > self.most_shipped(seller, window) {
                    *cap = f64::INFINITY;
                    gates.binding[k] = NONE;
                }
            }
        }
        gates.limited = gates.cap.iter().any(|cap| cap.is_finite());
    }

    /// All that a seller could ship over the window.
    pub(super) fn most_shipped(&self, seller: usize, window: f64) -> f64 {
        self.most_made(seller) * window + self.s.sellers[seller].stock
    }

    /// Adds to limits what goes around the policies that set them.
    fn open_ways(&self, market: usize, window: f64, gates: &mut Gates) {
        if gates.binding.iter().all(|policy| *policy == NONE) {
            return;
        }
        for (index, policy) in self.policies.iter().enumerate() {
            if self.acts_on(index, market) {
                policy.open(self, index, market, window, gates);
            }
        }
        if gates.ways.open {
            self.add_ways(market, window, gates);
        }
    }

    fn add_ways(&self, market: usize, window: f64, gates: &mut Gates) {
        for k in 0..self.n.markets[market].pairs.len() {
            let expected = gates.ways.expected[k];
            if expected <= 0.0 {
                continue;
            }
            let kept = self.kept_back(market, k, window, gates);
            let usual = gates.cap[k].max(0.0);
            let share = expected.min(kept) / (expected.min(kept) + usual);
            let w = &mut gates.ways;
            w.usual[k] = usual;
            w.delay[k] /= expected;
            gates.cost[k] += share * w.cost[k] / expected;
            gates.cap[k] = usual + w.volume[k];
        }
    }

    /// What the limits keep the pair at place `k` from shipping of its
    /// reference trade over the window.
    pub(super) fn kept_back(&self, market: usize, k: usize, window: f64, gates: &Gates) -> f64 {
        let pair = self.n.markets[market].pairs.start + k;
        let reference = self.reference_trade(pair, window);
        remainder(reference, gates.cap[k].max(0.0)).max(0.0)
    }

    /// Books what of an allocation goes by the usual way, and what does not.
    pub(super) fn book_ways(&mut self, market: usize, desk: &Desk) {
        let pairs = self.n.markets[market].pairs.clone();
        for (k, pair) in pairs.enumerate() {
            let volume = self.s.markets[market].solution.flow[k] + desk.contract[k];
            let beyond = desk.gates.beyond(k, volume);
            self.shipped(&desk.acting, pair, volume - beyond);
            if beyond > 0.0 {
                let way = (desk.gates.ways.policy[k], beyond / volume);
                self.go_by_way(market, pair, volume, way);
            }
        }
    }

    /// A share of an allocation goes by the way that a policy opened.
    fn go_by_way(&mut self, market: usize, pair: usize, volume: f64, (policy, share): (u32, f64)) {
        self.s.markets[market].by_ways = true;
        let pipeline = self.n.pairs[pair].pipeline;
        let before = self.s.ways[pair];
        if before.policy != policy && before.policy != NONE && before.owed > 0.0 {
            // What waited to go by another way goes by this one.
            self.leaks(before.policy as usize, market, pair, -before.owed);
            self.leaks(policy as usize, market, pair, before.owed);
        }
        let w = &mut self.s.ways[pair];
        (w.share, w.policy) = (share, policy);
        if !pipeline {
            w.owed += volume * share;
        }
        self.leaks(policy as usize, market, pair, volume * share);
    }

    /// Counts what goes around limits by a policy's way; below zero where it
    /// is taken back.
    pub(super) fn leaks(&mut self, policy: usize, market: usize, pair: usize, volume: f64) {
        let markets = self.n.markets.len();
        self.s.record.leaked[policy * markets + market] += volume;
        self.note(|_| Entry::Leaked {
            policy,
            pair,
            volume,
        });
    }

    /// What a pair was allocated by the usual way for what is left of the window.
    pub(super) fn usual_rest(&self, market: usize, pair: usize, last: Tick) -> f64 {
        self.still_to_go(market, pair, last) * (1.0 - self.s.ways[pair].share)
    }

    /// Takes back an allocation; returns what of it went by the usual way.
    pub(super) fn back_from_way(&mut self, market: usize, pair: usize, volume: f64) -> f64 {
        let PairWays { share, policy, .. } = self.s.ways[pair];
        if share == 0.0 {
            return volume;
        }
        let beyond = volume * share;
        if !self.n.pairs[pair].pipeline {
            self.s.ways[pair].owed -= beyond;
        }
        self.leaks(policy as usize, market, pair, -beyond);
        volume - beyond
    }

    /// What waited for a parcel stays with its seller: takes it from what
    /// policies have counted.
    pub(super) fn take_back_waiting(
        &mut self,
        counting: &[u32],
        market: usize,
        pair: usize,
        volume: f64,
    ) {
        let PairWays { policy, owed, .. } = self.s.ways[pair];
        let beyond = owed.clamp(volume.min(0.0), volume.max(0.0));
        self.s.ways[pair].owed = 0.0;
        if policy != NONE && beyond != 0.0 {
            self.leaks(policy as usize, market, pair, -beyond);
        }
        self.shipped(counting, pair, beyond - volume);
    }

    /// Takes from what has leaked what has not left when a trial ends.
    pub(super) fn leave_out_unsent(&mut self) {
        for market in 0..self.n.markets.len() {
            if !self.s.markets[market].by_ways {
                continue;
            }
            let last = self.s.markets[market].cleared_at;
            for pair in self.n.markets[market].pairs.clone() {
                let rest = self.still_to_go(market, pair, last);
                if rest > 0.0 {
                    self.back_from_way(market, pair, rest);
                }
            }
        }
    }

    /// Forgets how allocations were split, once all that had not left has been
    /// taken back.
    pub(super) fn forget_ways(&mut self, market: usize, new_window: bool) {
        if !self.s.markets[market].by_ways {
            return;
        }
        let pairs = self.n.markets[market].pairs.clone();
        for w in &mut self.s.ways[pairs] {
            w.share = 0.0;
        }
        if new_window {
            self.s.markets[market].by_ways = false;
        }
    }

    /// Whether a parcel that leaves is one of those that go by a way; then it
    /// is late. Whole parcels are, as many as make up what goes by ways.
    pub(super) fn delay(&mut self, parcel: &mut Parcel, k: usize, ways: &Ways) {
        let w = &mut self.s.ways[parcel.pair as usize];
        if ways.policy[k] != NONE && w.owed >= parcel.volume / 2.0 {
            w.owed -= parcel.volume;
            parcel.late = true;
            parcel.arrives = parcel.arrives + Ticks::from_days(ways.delay[k]);
        }
    }
}

/// What is left of `whole`, nothing where that is rounding.
fn remainder(whole: f64, gone: f64) -> f64 {
    let left = whole - gone;
    if left > ROUNDING * whole { left } else { 0.0 }
}
