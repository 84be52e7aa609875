//! Substitution: users go over to another good, or do with less.
//!
//! At each clearing of the good, the share x of demand that is replaced at a
//! buyer moves towards `at_most` while the trigger holds, else towards
//! nothing, with the same time constant:
//!
//! ```text
//! x' = (x* − x)/within,    x* = at_most or 0, held between clearings
//! ```
//!
//! Always on, x(t) = at_most · (1 − exp(−t/within)). Demand for the good falls
//! by x, of a plant what a run takes; demand for the other good rises by
//! `ratio · x ·` mean demand, at the largest final use of the country. Shares
//! of several policies on one demand add up to at most all of it.

use super::Act;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num, User};
use crate::scenario::{self as written, CountryId};
use crate::units::Tick;

/// Memory of each place: share replaced, whether the trigger held and when
/// that was seen \[s\].
const SHARE: usize = 0;
const TRIGGERED: usize = 1;
const SEEN: usize = 2;
const PER_PLACE: usize = 3;
/// Part of the largest share below which nothing is left of it.
const NOTHING: f64 = 1e-6;

#[derive(Clone, Debug)]
pub(super) struct Substitution {
    market: usize,
    places: Vec<Place>,
    ratio: Num,
    at_most: Num,
    /// Days.
    within: Num,
    /// USD per unit.
    price_above: Option<Num>,
    /// Days of use.
    cover_below: Option<Num>,
}

/// A buyer whose users go over.
#[derive(Clone, Debug)]
struct Place {
    buyer: usize,
    demands: Vec<usize>,
    /// The demand that takes the other good, if one does.
    with: Option<usize>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Substitution) -> Substitution {
    let at = |place: &CountryId| Place::of(compiler, w, *place);
    let places = w.countries.iter().filter_map(at).collect();
    let mut number = |n: &written::Num| compiler.num(n);
    Substitution {
        places,
        ratio: w.with.as_ref().map_or(Num::Const(0.0), |(_, n)| number(n)),
        at_most: number(&w.at_most),
        within: number(&w.within),
        price_above: w.price_above.as_ref().map(&mut number),
        cover_below: w.cover_below.as_ref().map(&mut number),
        market: compiler.market(w.of),
    }
}

impl Place {
    fn of(compiler: &Compiler, w: &written::Substitution, country: CountryId) -> Option<Self> {
        let n = compiler.network();
        let buyer = compiler.buyer(w.of, country)?;
        let strikes = |d: &usize| {
            let name = match n.demands[*d].user {
                User::Final => &n.demands[*d].name,
                User::Plant(input) => &n.sites[n.inputs[input as usize].site as usize].name,
            };
            w.tiers.is_empty() || w.tiers.contains(name)
        };
        let other = w.with.as_ref();
        let other = other.and_then(|(with, _)| compiler.buyer(*with, country));
        Some(Self {
            buyer,
            demands: n.buyers[buyer].demands.clone().filter(strikes).collect(),
            with: other.and_then(|buyer| largest_final(n, buyer)),
        })
    }
}

/// The largest final demand of a buyer.
fn largest_final(n: &Network, buyer: usize) -> Option<usize> {
    let demands = n.buyers[buyer].demands.clone();
    let rate = |d: usize| match n.demands[d].rate {
        Num::Const(rate) => rate,
        Num::Drawn(index) => n.parameters[index as usize].law.mean(),
    };
    demands
        .filter(|d| n.demands[*d].user == User::Final)
        .reduce(|a, b| if rate(b) > rate(a) { b } else { a })
}

impl Substitution {
    fn start(trial: &Trial, me: usize, place: usize) -> usize {
        trial.policies[me].memory.start + place * PER_PLACE
    }

    /// Brings the share of every place up to now; then looks at the triggers.
    fn step(&self, trial: &mut Trial, me: usize) {
        for place in 0..self.places.len() {
            self.relax(trial, me, place);
            let holds = trial.s.policies[me].in_force && self.triggers(trial, place);
            let start = Self::start(trial, me, place);
            trial.s.memory[start + TRIGGERED] = f64::from(u8::from(holds));
        }
    }

    fn relax(&self, trial: &mut Trial, me: usize, place: usize) {
        let start = Self::start(trial, me, place);
        let now = trial.s.now;
        let seen = std::mem::replace(&mut trial.s.memory[start + SEEN], now.0 as f64);
        let days = (now - Tick(seen as u64)).days();
        let at_most = self.at_most.get(trial.drawn).clamp(0.0, 1.0);
        let aim = at_most * trial.s.memory[start + TRIGGERED];
        let before = trial.s.memory[start + SHARE];
        let within = self.within.get(trial.drawn).max(1e-9);
        let mut share = before + (aim - before) * -libm::expm1(-days / within);
        if aim == 0.0 && share < NOTHING * at_most {
            share = 0.0;
        }
        trial.s.memory[start + SHARE] = share;
        if share != before {
            let buyer = self.places[place].buyer;
            trial.note(|_| Entry::Replaced {
                policy: me,
                buyer,
                share,
            });
        }
        self.replace(trial, place);
    }

    /// Whether users have reason to go over.
    fn triggers(&self, trial: &Trial, place: usize) -> bool {
        let buyer = self.places[place].buyer;
        let (b, p0) = (&trial.s.buyers[buyer], trial.base.terms[self.market].price);
        let use_rate = trial.s.usual[buyer].use_rate;
        let dear = |n: Num| p0 * (1.0 + b.price) > n.get(trial.drawn);
        let low = |n: Num| b.stock < n.get(trial.drawn) * use_rate;
        let unconditional = self.price_above.is_none() && self.cover_below.is_none();
        unconditional || self.price_above.is_some_and(dear) || self.cover_below.is_some_and(low)
    }

    /// Has demand follow the shares, on both sides.
    fn replace(&self, trial: &mut Trial, place: usize) {
        let place = &self.places[place];
        let share = |t: &Trial, d: usize| t.replaced(d).min(1.0);
        let mut demands = place.demands.iter();
        if demands.any(|d| share(trial, *d) != trial.s.demands[*d].replaced) {
            trial.settle_buyer(place.buyer);
            for d in &place.demands {
                trial.s.demands[*d].replaced = share(trial, *d);
            }
            trial.needs_changed(place.buyer);
        }
        let Some(other) = place.with else {
            return;
        };
        let (added, buyer) = (trial.added(other), trial.n.demands[other].buyer as usize);
        if added != trial.s.demands[other].added {
            trial.settle_buyer(buyer);
            trial.s.demands[other].added = added;
            trial.needs_changed(buyer);
        }
    }
}

impl Act for Substitution {
    fn memory(&self) -> usize {
        self.places.len() * PER_PLACE
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        self.step(trial, me);
    }

    fn clears(&self, trial: &mut Trial, me: usize, market: usize) {
        if market == self.market {
            self.step(trial, me);
        }
    }
}

impl Trial<'_> {
    /// What each substitution replaces: the policy, its place and the share.
    fn substitutions(&self) -> impl Iterator<Item = (&Substitution, &Place, f64)> {
        let memory = &self.s.memory;
        let own = self.policies.iter().filter_map(|p| match &p.instrument {
            super::Instrument::Substitution(s) => Some((p.memory.start, s)),
            _ => None,
        });
        own.flat_map(move |(start, s)| {
            let places = s.places.iter().enumerate();
            places.map(move |(k, place)| (s, place, memory[start + k * PER_PLACE + SHARE]))
        })
    }

    /// Share of a demand that all policies together would replace.
    fn replaced(&self, demand: usize) -> f64 {
        self.substitutions()
            .filter(|(_, place, _)| place.demands.contains(&demand))
            .map(|(_, _, share)| share)
            .sum()
    }

    /// What a demand takes in place of other goods.
    fn added(&self, demand: usize) -> f64 {
        let mut added = 0.0;
        for (s, place, share) in self.substitutions() {
            if place.with == Some(demand) && share > 0.0 {
                let needs = place.demands.iter().map(|d| {
                    let all = self.replaced(*d).max(1.0);
                    self.mean_need(*d) * share / all
                });
                added += s.ratio.get(self.drawn) * needs.sum::<f64>();
            }
        }
        added
    }
}
