//! State reserves: how much they release or take in.

use super::trial::Trial;

impl Trial<'_> {
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
    pub(super) fn decide_reserve(&mut self, buyer: usize, window: f64) {
        let Some(index) = self.n.buyers[buyer].reserve else {
            return;
        };
        self.settle_reserve(index);
        let terms = self.base.reserves[index];
        let (b, r) = (self.s.buyers[buyer], self.s.reserves[index]);
        let use_rate = self.s.usual[buyer].use_rate;
        let cover = b.in_tank() / use_rate.max(f64::MIN_POSITIVE);
        // One that is empty may hold less than nothing by rounding.
        let all = r.volume.max(0.0) / window;
        let rate = if cover < terms.release_below {
            terms.release_rate.min(all).min(use_rate)
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
            rate.max(r.ordered.min(all))
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
}
