//! Term contracts: how much a buyer takes under them, in which order a seller
//! serves them, and what is paid for goods that nobody takes.
//!
//! Of a contract over a volume V a buyer takes
//!
//! ```text
//! V · ramp · clamp(r, 1 − down, 1 + up·[λ > contract price])
//! ```
//!
//! with r what it nominates over all its contract volume, λ its last price,
//! and 0 for 1 − down where the destination is free. A tank that is full takes
//! no more than it has room for, whatever the contract says. Of `take_or_pay ·
//! V` what the buyer leaves is paid for all the same, as far as its seller had
//! it to sell; what policies stop is not, and neither is what the seller
//! lacked.

use super::state::{Desk, refill};
use super::trial::Trial;
use crate::network::Market;

/// Days of a month of the calendar's mean length.
const MONTH: f64 = 365.25 / 12.0;
/// Change of what is taken, over the volume, that is worth a note.
const NOTED: f64 = 1e-3;

impl Trial<'_> {
    /// Contracts come first, within the gates: those of the lowest number,
    /// then those of the next.
    pub(super) fn serve_contracts(&mut self, market: usize, window: f64, desk: &mut Desk) {
        let m = &self.n.markets[market];
        refill(&mut desk.contract, m.pairs.len(), 0.0);
        refill(&mut desk.contract_value, m.pairs.len(), 0.0);
        refill(&mut desk.contract_nominal, m.pairs.len(), 0.0);
        refill(&mut desk.contracted, m.buyers.len(), 0.0);
        if m.contracts.is_empty() {
            return;
        }
        self.agree_on_takes(market, window, desk);
        for priority in &m.priorities {
            self.find_due(market, window, *priority, desk);
            serve_due(m, desk);
        }
        self.charge_unused(market, window, desk);
    }

    /// Sets what buyers take under each contract, and notes its volume.
    fn agree_on_takes(&mut self, market: usize, window: f64, desk: &mut Desk) {
        let m = &self.n.markets[market];
        for index in &m.contracts {
            let (index, j) = (*index as usize, self.buyer_place(market, *index));
            if self.s.contracts[index].in_force {
                let k = self.n.contracts[index].pair as usize - m.pairs.start;
                desk.contracted[j] += self.ramped(market, index);
                desk.contract_nominal[k] += self.ramped(market, index) * window;
            }
        }
        for index in &m.contracts {
            let j = self.buyer_place(market, *index);
            let take = self.take(*index as usize, desk.contracted[j]);
            let before = std::mem::replace(&mut self.s.contracts[*index as usize].take, take);
            if (take - before).abs() > NOTED {
                self.note_take(*index as usize);
            }
        }
        refill(&mut desk.contracted, m.buyers.len(), 0.0);
    }

    fn buyer_place(&self, market: usize, contract: u32) -> usize {
        let pair = self.n.contracts[contract as usize].pair as usize;
        self.n.pairs[pair].buyer as usize - self.n.markets[market].buyers.start
    }

    /// What a buyer takes of a contract, over its volume, that has contracts
    /// over so much a day.
    fn take(&self, index: usize, contracted: f64) -> f64 {
        let terms = &self.base.contract_terms[index];
        let buyer = self.n.pairs[self.n.contracts[index].pair as usize].buyer as usize;
        let above = self.s.buyers[buyer].price > self.base.contract_price[index];
        let most = if above { terms.most } else { 1.0 };
        let (nominates, fits) = (self.s.buyers[buyer].nominates, self.s.buyers[buyer].fits);
        if contracted <= 0.0 || (terms.least == 1.0 && most == 1.0 && fits == f64::INFINITY) {
            return 1.0;
        }
        let wanted = (nominates / contracted).clamp(terms.least, most);
        wanted.min(fits / contracted)
    }

    /// Volume of a contract a day, as far as it has been ramped up when the
    /// window opened: each month the mean of a line from nothing at its start.
    fn ramped(&self, market: usize, index: usize) -> f64 {
        let volume = self.base.contract[index];
        let ramp = self.base.contract_terms[index].ramp;
        if ramp <= 0.0 {
            return volume;
        }
        let age = self.window_opened(market).days() - self.n.contracts[index].began;
        volume * mean_of_month((age / MONTH).floor().max(0.0), ramp / MONTH)
    }

    /// Writes what is due under the contracts of one priority.
    fn find_due(&self, market: usize, window: f64, priority: u32, desk: &mut Desk) {
        let m = &self.n.markets[market];
        refill(&mut desk.due, m.pairs.len(), 0.0);
        refill(&mut desk.due_value, m.pairs.len(), 0.0);
        for index in &m.contracts {
            let index = *index as usize;
            let c = &self.n.contracts[index];
            if c.priority == priority && self.s.contracts[index].in_force {
                let k = c.pair as usize - m.pairs.start;
                let volume = self.ramped(market, index) * self.s.contracts[index].take * window;
                desk.due[k] += volume;
                desk.due_value[k] += volume * self.base.contract_price[index];
            }
        }
    }

    /// Sets what each buyer pays a day for goods that it leaves.
    fn charge_unused(&mut self, market: usize, window: f64, desk: &Desk) {
        for index in &self.n.markets[market].contracts {
            let index = *index as usize;
            let unused = self.left(market, index, window, desk);
            let share = if unused > 0.0 {
                self.had(market, index, window, desk)
            } else {
                0.0
            };
            let price = 1.0 + self.base.contract_price[index];
            let rate = unused * share * price * self.base.terms[market].price;
            let before = std::mem::replace(&mut self.s.contracts[index].unused, rate);
            if (rate > 0.0) != (before > 0.0) {
                self.note_take(index);
            }
        }
    }

    /// What a buyer must pay for and does not want of a contract, as far as
    /// policies let it through \[units per day\].
    fn left(&self, market: usize, index: usize, window: f64, desk: &Desk) -> f64 {
        let (c, terms) = (&self.n.contracts[index], &self.base.contract_terms[index]);
        let state = &self.s.contracts[index];
        let share = terms.take_or_pay - state.take;
        if share <= 0.0 || !state.in_force {
            return 0.0;
        }
        let k = c.pair as usize - self.n.markets[market].pairs.start;
        let volume = self.ramped(market, index) * share * window;
        volume.min(desk.gates.cap[k].max(0.0)) / window
    }

    /// Which share of what all its buyers leave a contract's seller has to
    /// sell beside what contracts take.
    fn had(&self, market: usize, index: usize, window: f64, desk: &Desk) -> f64 {
        let (m, pairs) = (&self.n.markets[market], &self.n.pairs);
        let seller = |index: usize| pairs[self.n.contracts[index].pair as usize].seller as usize;
        let i = seller(index) - m.sellers.start;
        let all = m.contracts.iter().map(|other| *other as usize);
        let left = all.filter(|other| seller(*other) == seller(index));
        let left: f64 = left.map(|o| self.left(market, o, window, desk)).sum();
        (desk.offer[i] / (left * window).max(f64::MIN_POSITIVE)).min(1.0)
    }

    /// Books what has been paid for goods not taken since the market last
    /// cleared.
    pub(super) fn pay_unused(&mut self, market: usize, days: f64) {
        for index in &self.n.markets[market].contracts {
            let index = *index as usize;
            let value = self.s.contracts[index].unused * days;
            let pair = &self.n.pairs[self.n.contracts[index].pair as usize];
            let b = &mut self.s.buyers[pair.buyer as usize];
            b.value_paid += value;
            if !pair.domestic {
                b.import_bill += value;
            }
        }
    }
}

/// Mean over month `k`, counted from 0, of a line that rises from 0 to 1 over
/// `months` and stays there.
fn mean_of_month(k: f64, months: f64) -> f64 {
    let rises = (months - k).clamp(0.0, 1.0);
    let at = (k + rises / 2.0) / months;
    at * rises + (1.0 - rises)
}

/// Serves what is due within the gates and offers; a seller that cannot honour
/// all of it serves it in proportion.
fn serve_due(m: &Market, desk: &mut Desk) {
    let buyers = m.buyers.len();
    for i in 0..m.sellers.len() {
        let row = i * buyers..(i + 1) * buyers;
        for k in row.clone() {
            let allowed = desk.due[k].min(desk.gates.cap[k].max(0.0));
            scale(&mut desk.due, &mut desk.due_value, k, allowed);
        }
        let owed: f64 = desk.due[row.clone()].iter().sum();
        let honoured = if owed > desk.offer[i] {
            desk.offer[i] / owed
        } else {
            1.0
        };
        for k in row {
            let served = desk.due[k] * honoured;
            scale(&mut desk.due, &mut desk.due_value, k, served);
            desk.contract[k] += served;
            desk.contract_value[k] += desk.due_value[k];
            desk.contracted[k % buyers] += served;
            desk.gates.cap[k] -= served;
        }
        desk.offer[i] = (desk.offer[i] - owed.min(desk.offer[i])).max(0.0);
        desk.offer_max[i] = (desk.offer_max[i] - owed).max(desk.offer[i]);
    }
}

/// Changes entry `k` of volumes to `volume`, and its value in proportion.
fn scale(volumes: &mut [f64], values: &mut [f64], k: usize, volume: f64) {
    if volumes[k] > 0.0 {
        values[k] *= volume / volumes[k];
        volumes[k] = volume;
    }
}

#[cfg(test)]
mod tests {
    use super::mean_of_month;

    #[test]
    fn a_ramp_in_monthly_steps_delivers_half_of_what_it_leads_to() {
        for months in [1.0, 2.5, 24.0] {
            let all: f64 = (0..30).map(|k| mean_of_month(f64::from(k), months)).sum();
            assert!((all - (30.0 - months / 2.0)).abs() < 1e-12, "{months}");
        }
        assert_eq!(mean_of_month(0.0, 4.0), 0.125);
        assert_eq!(mean_of_month(7.0, 4.0), 1.0);
    }
}
