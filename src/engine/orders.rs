//! What buyers order: use, and a part of what they lack of their target.

use super::state::Desk;
use super::trial::Trial;
use crate::maths::exp;
use crate::units::Tick;

/// Days of stock that `stock_elasticity` goes with.
const STOCK_DAYS: f64 = 30.0;
/// Days over which `restocking` closes its share of a gap.
const RESTOCKING_DAYS: f64 = 7.0;

impl Trial<'_> {
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
    pub(super) fn write_nominations(
        &mut self,
        market: usize,
        window: f64,
        new_window: bool,
        desk: &mut Desk,
    ) {
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
}
