//! Boil-off: a share of what is afloat for longer than usual, or waits for
//! room in a tank, is lost.
//!
//! Volumes are as delivered, so what boils off on a lane's usual voyage, its
//! mean transit, is in the base already. A parcel that is under way for E days
//! longer delivers `1 − rate · E` of its volume, which is booked when it
//! leaves; what waits loses `rate · ∫ waiting dt`.

use super::journal::Entry;
use super::state::Parcel;
use super::trial::Trial;
use crate::units::Ticks;

/// Largest part of a parcel that boils off, so that what left can be told from
/// what arrives.
const MOST: f64 = 1.0 - 1e-6;

impl Trial<'_> {
    /// The share of a parcel that arrives after so long under way.
    pub(super) fn arriving_share(&self, market: usize, pair: usize, transit: Ticks) -> f64 {
        let rate = self.base.terms[market].boil_off;
        if rate == 0.0 {
            return 1.0;
        }
        let extra = transit.days() - self.n.pairs[pair].transit.mean();
        1.0 - (rate * extra.max(0.0)).min(MOST)
    }

    /// Takes from a parcel what will boil off before it arrives.
    pub(super) fn lose_afloat(&mut self, parcel: &mut Parcel) {
        let lost = parcel.volume * (1.0 - self.share_of(parcel));
        self.lose(parcel, lost);
    }

    /// Takes from a parcel what will boil off while it is held up for longer.
    pub(super) fn lose_later(&mut self, parcel: &mut Parcel, longer: Ticks) {
        let rate = self.base.terms[self.n.buyers[parcel.buyer as usize].market].boil_off;
        let lost = parcel.volume * (rate * longer.days()).min(MOST);
        self.lose(parcel, lost);
    }

    fn lose(&mut self, parcel: &mut Parcel, lost: f64) {
        if lost > 0.0 {
            parcel.volume -= lost;
            self.book_lost(parcel.buyer as usize, lost);
            self.s.buyers[parcel.buyer as usize].under_way -= lost;
            self.note_lost(parcel.buyer as usize, lost, false);
        }
    }

    /// Gives back what would have boiled off of a parcel that does not leave.
    pub(super) fn regain(&mut self, parcel: &mut Parcel) {
        let share = self.share_of(parcel);
        if share < 1.0 {
            let lost = parcel.volume / share - parcel.volume;
            parcel.volume += lost;
            self.book_lost(parcel.buyer as usize, -lost);
            self.s.buyers[parcel.buyer as usize].under_way += lost;
        }
    }

    fn share_of(&self, parcel: &Parcel) -> f64 {
        let market = self.n.buyers[parcel.buyer as usize].market;
        self.arriving_share(market, parcel.pair as usize, parcel.under_way())
    }

    /// Takes from a buyer's stock what has boiled off while it waited for room,
    /// since the buyer was last settled.
    #[cold]
    pub(super) fn lose_waiting(&mut self, buyer: usize) {
        let b = self.s.buyers[buyer];
        let rate = self.base.terms[self.n.buyers[buyer].market].boil_off;
        let volume_days = waited(b.waiting(), b.inflow - b.draw, self.since(b.at));
        let lost = (rate * volume_days).min(b.waiting());
        if lost > 0.0 {
            self.s.buyers[buyer].stock -= lost;
            self.book_lost(buyer, lost);
            self.note_lost(buyer, lost, true);
        }
    }

    fn book_lost(&mut self, buyer: usize, volume: f64) {
        self.s.markets[self.n.buyers[buyer].market].lost += volume;
    }

    fn note_lost(&mut self, buyer: usize, volume: f64, waiting: bool) {
        self.note(|_| Entry::BoiledOff {
            buyer,
            volume,
            waiting,
        });
    }
}

/// Integral over so many days of a volume that changes at a rate, down to
/// nothing \[units · d\].
fn waited(volume: f64, rate: f64, days: f64) -> f64 {
    let lasts = if rate < 0.0 {
        days.min(volume / -rate)
    } else {
        days
    };
    (volume + rate * lasts / 2.0) * lasts
}

#[cfg(test)]
mod tests {
    use super::waited;

    #[test]
    fn what_waits_is_integrated_until_it_is_gone() {
        assert_eq!(waited(10.0, 0.0, 3.0), 30.0);
        assert_eq!(waited(10.0, 2.0, 3.0), 39.0);
        assert_eq!(waited(10.0, -2.0, 3.0), 21.0);
        assert_eq!(waited(10.0, -2.0, 8.0), 25.0);
    }
}
