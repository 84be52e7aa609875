//! What sellers get: their prices over time, and while sanctions strike them.
//!
//! The discount of a seller under sanctions is how much less it gets, over time,
//! than those that none strikes, as a share of what they get by mean output.

use super::state::Desk;
use super::trial::Trial;
use crate::units::Tick;

/// The accounts of a seller.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ledger {
    /// Sanctions on it that are in force.
    struck: u32,
    /// Storage in ships \[units\].
    pub floats: f64,
    /// What ships could hold that have been taken away \[units\], and when.
    pub taken: f64,
    pub taken_at: Tick,
    /// Up to when its accounts, and those under sanctions, have been brought.
    priced_at: Tick,
    struck_at: Tick,
    /// ∫ π dt \[p0·d\]; under sanctions ∫ (1 + π) dt, the same of others, and for
    /// how long \[d\].
    price: f64,
    got: f64,
    others_got: f64,
    days_struck: f64,
}

impl Trial<'_> {
    /// Brings the accounts of a seller up to now.
    pub(super) fn book_price(&mut self, seller: usize) {
        let days = self.since(self.s.ledgers[seller].priced_at);
        let price = self.s.sellers[seller].price;
        let ledger = &mut self.s.ledgers[seller];
        ledger.priced_at = self.s.now;
        ledger.price += price * days;
        self.book_struck(seller);
    }

    /// The same of its accounts under sanctions alone.
    fn book_struck(&mut self, seller: usize) {
        let days = self.since(self.s.ledgers[seller].struck_at);
        let others = self.s.markets[self.n.sellers[seller].market].price_of_others;
        let price = self.s.sellers[seller].price;
        let ledger = &mut self.s.ledgers[seller];
        ledger.struck_at = self.s.now;
        if ledger.struck > 0 {
            ledger.got += (1.0 + price) * days;
            ledger.others_got += (1.0 + others) * days;
            ledger.days_struck += days;
        }
    }

    /// A sanction on a seller comes into force, or no longer is.
    pub(super) fn strike(&mut self, seller: usize, struck: bool) {
        self.book_struck(seller);
        let count = &mut self.s.ledgers[seller].struck;
        *count = if struck {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
    }

    /// Finds the sellers of a market whom a sanction keeps from selling as usual.
    pub(super) fn find_struck(&self, market: usize, desk: &mut Desk) {
        let m = &self.n.markets[market];
        desk.struck.clear();
        let sanctions = |binding: &u32| {
            let policy = self.policies.get(*binding as usize);
            policy.is_some_and(|policy| !policy.sellers.is_empty())
        };
        for i in 0..m.sellers.len() {
            let struck = self.s.ledgers[m.sellers.start + i].struck > 0;
            let row = i * m.buyers.len()..(i + 1) * m.buyers.len();
            let limited = struck && desk.gates.binding[row].iter().any(sanctions);
            desk.struck.push(limited);
        }
    }

    /// What the sellers of a market get that no sanction strikes, by mean output;
    /// the reference price if it strikes all.
    pub(super) fn note_price_of_others(&mut self, market: usize) {
        let (mut value, mut output) = (0.0, 0.0);
        for seller in self.n.markets[market].sellers.clone() {
            if self.s.ledgers[seller].struck == 0 {
                let s = &self.s.sellers[seller];
                value += s.price * s.output;
                output += s.output;
            }
        }
        self.s.markets[market].price_of_others = if output > 0.0 { value / output } else { 0.0 };
    }

    /// Writes what sellers got into the record.
    pub(super) fn write_sellers(&mut self) {
        let horizon = self.n.horizon.days();
        for seller in 0..self.n.sellers.len() {
            self.book_price(seller);
            let ledger = self.s.ledgers[seller];
            let days = ledger.days_struck;
            let record = &mut self.s.record;
            record.seller_price[seller] = ledger.price / horizon;
            record.days_struck[seller] = days;
            record.discount[seller] = if days > 0.0 {
                1.0 - ledger.got / ledger.others_got
            } else {
                0.0
            };
        }
    }
}
