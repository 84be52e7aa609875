//! Fear of a shortage: buyers store more than usual, under hoarding policies
//! and ahead of controls that have been announced.

use super::Policy;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::Num;

impl Policy {
    /// Whether buyers may store more because of it.
    pub(super) fn is_feared(&self) -> bool {
        self.front_loading != Num::Const(0.0) || self.instrument.act().hoards().is_some()
    }
}

impl Trial<'_> {
    /// Days of use that the buyers a policy strikes now store because of it.
    fn fear_of(&self, policy: usize) -> f64 {
        let (p, state) = (&self.policies[policy], self.s.policies[policy]);
        let hoarded = p.instrument.act().hoards().filter(|_| state.in_force);
        let coming = state.enabled && p.announced <= self.s.now && self.s.now < p.effective;
        let ahead = Some(p.front_loading).filter(|_| coming);
        let days = [hoarded, ahead].into_iter().flatten();
        days.map(|n| n.get(self.drawn)).sum()
    }

    /// Works out afresh what each buyer stores for fear.
    pub(super) fn let_fear_spread(&mut self) {
        if !self.policies.iter().any(Policy::is_feared) {
            return;
        }
        for buyer in 0..self.n.buyers.len() {
            let mut days = 0.0;
            for (index, p) in self.policies.iter().enumerate() {
                if p.is_feared() && p.buyers.contains(&buyer) {
                    days += self.fear_of(index);
                }
            }
            if days != std::mem::replace(&mut self.s.buyers[buyer].fear, days) {
                self.note(|_| Entry::Fear { buyer, days });
                self.order_anew(buyer);
            }
        }
    }
}
