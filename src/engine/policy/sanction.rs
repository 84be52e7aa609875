//! Sanction on companies: buyers give up a share of their goods.
//!
//! From the end of the time to wind down on, a buyer in country j may take of
//! a struck seller
//!
//! ```text
//! u_ij = (1 − c_j(t)) · reference trade
//! c_j(t) = c_j · (lasting + (1 − lasting) · e^(−t/eases))
//! ```
//!
//! and what it takes costs `risk` more. Goods not sold stay with the seller,
//! whose price falls, at most by its deepest discount. A country with a waiver
//! is not bound while that lasts. Trade at home is not bound.
//!
//! Around the sanction, a shadow channel of capacity
//! `at_first + (at_most − at_first)(1 − e^(−t/within))` is shared in proportion
//! to what is stopped, and sellers hand up to `at_most (1 − e^(−t/within))` of
//! their usual output, as far as it is unsold, to others that sell it on.

use super::{Act, Bound, Channel, bound, buyers_of, grown, in_market, per_country};
use crate::engine::gates::Gates;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num};
use crate::random::{ObjectKey, Stream};
use crate::scenario as written;
use crate::units::{Tick, Ticks};

/// Memory: whether it binds, and since when \[s\].
const BINDS: usize = 0;
const BEGAN: usize = 1;
/// Then of each country until when its waiver lasts \[s\], zero without one.
const WAIVED: usize = 2;
/// Code of the alarm at the end of the time to wind down; others are waivers.
const WOUND_DOWN: u32 = u32::MAX;
/// Purpose of draws.
const RENEWED: u64 = 1;

#[derive(Clone, Debug)]
pub(super) struct Sanction {
    sellers: Vec<u32>,
    bound: Vec<Bound>,
    /// Numbers it remembers.
    cells: usize,
    wind_down: Tick,
    compliance: Vec<Num>,
    easing: Option<(Num, Num)>,
    risk: Vec<Num>,
    waivers: Vec<Waiver>,
    relabelling: Option<Relabelling>,
    shadow: Option<Shadow>,
    floats: Option<Num>,
}

#[derive(Clone, Debug)]
struct Waiver {
    country: usize,
    key: ObjectKey,
    until: Tick,
    renewed: Num,
    term: Ticks,
}

#[derive(Clone, Debug)]
struct Relabelling {
    /// Sellers under whose names goods are sold.
    names: Vec<u32>,
    at_most: Num,
    within: Num,
}

#[derive(Clone, Debug)]
struct Shadow {
    at_first: Num,
    at_most: Num,
    within: Num,
    delay: Num,
    cost: Num,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Sanction) -> Sanction {
    let sellers = compiler.sellers(&w.on, &w.companies);
    let markets: Vec<usize> = w.on.iter().map(|good| compiler.market(*good)).collect();
    let bound = markets.iter().map(|market| {
        Bound::whose(compiler, *market, |p| {
            !p.domestic && sellers.contains(&p.seller)
        })
    });
    let bound = bound.collect();
    let cells = WAIVED + compiler.scenario().countries.len();
    Sanction {
        sellers,
        bound,
        cells,
        wind_down: w.wind_down.map_or(Tick::START, |day| compiler.tick(day)),
        compliance: per_country(compiler, &w.compliance),
        easing: w
            .easing
            .as_ref()
            .map(|e| (compiler.num(&e.within), compiler.num(&e.lasting))),
        risk: per_country(compiler, &w.risk),
        waivers: w
            .waivers
            .iter()
            .map(|waiver| Waiver {
                country: waiver.country.0,
                key: country_key(compiler, waiver.country.0),
                until: compiler.tick(waiver.until),
                renewed: compiler.num(&waiver.renewed),
                term: Ticks::from_days(waiver.term),
            })
            .collect(),
        relabelling: w.relabelling.as_ref().map(|r| Relabelling {
            names: compiler.sellers(&w.on, &r.companies),
            at_most: compiler.num(&r.at_most),
            within: compiler.num(&r.within),
        }),
        shadow: w.shadow.as_ref().map(|s| Shadow {
            at_first: compiler.num(&s.at_first),
            at_most: compiler.num(&s.at_most),
            within: compiler.num(&s.within),
            delay: compiler.num(&s.delay),
            cost: compiler.num(&s.cost),
        }),
        floats: w.floats.as_ref().map(|n| compiler.num(n)),
    }
}

/// The key of a country, whatever others there are.
fn country_key(compiler: &Compiler, country: usize) -> ObjectKey {
    ObjectKey::named(&compiler.network().countries[country].0)
}

impl Sanction {
    fn at(trial: &Trial, me: usize, cell: usize) -> f64 {
        trial.s.memory[trial.policies[me].memory.start + cell]
    }

    fn set(trial: &mut Trial, me: usize, cell: usize, value: f64) {
        trial.s.memory[trial.policies[me].memory.start + cell] = value;
    }

    fn binds(trial: &Trial, me: usize) -> bool {
        Self::at(trial, me, BINDS) > 0.0
    }

    fn is_waived(trial: &Trial, me: usize, country: usize) -> bool {
        Self::at(trial, me, WAIVED + country) > 0.0
    }

    /// Days since it binds.
    fn age(trial: &Trial, me: usize) -> f64 {
        trial.since(Tick(Self::at(trial, me, BEGAN) as u64))
    }

    fn buyer_country(trial: &Trial, pair: usize) -> usize {
        trial.n.buyers[trial.n.pairs[pair].buyer as usize].country
    }

    /// Share of reference trade that a country gives up now.
    fn complies(&self, trial: &Trial, me: usize, country: usize) -> f64 {
        if Self::is_waived(trial, me, country) {
            return 0.0;
        }
        let lasts = self.easing.map_or(1.0, |(within, lasting)| {
            let (within, lasting) = (within.get(trial.drawn), lasting.get(trial.drawn));
            lasting + (1.0 - lasting) * libm::exp(-Self::age(trial, me) / within)
        });
        self.compliance[country].get(trial.drawn).clamp(0.0, 1.0) * lasts
    }

    /// The time to wind down is over.
    fn bind(&self, trial: &mut Trial, me: usize) {
        let now = trial.s.now.0 as f64;
        Self::set(trial, me, BINDS, 1.0);
        Self::set(trial, me, BEGAN, now);
        trial.note(|_| Entry::Binds { policy: me });
    }

    fn begin_waivers(&self, trial: &mut Trial, me: usize) {
        for (index, waiver) in self.waivers.iter().enumerate() {
            let lasts = waiver.until > trial.s.now;
            let until = if lasts { waiver.until.0 as f64 } else { 0.0 };
            Self::set(trial, me, WAIVED + waiver.country, until);
            if lasts {
                trial.set_alarm(me, waiver.until, index as u32);
            }
        }
    }

    /// A waiver ends, or is renewed.
    fn review_waiver(&self, trial: &mut Trial, me: usize, index: usize) {
        let waiver = &self.waivers[index];
        let (country, now) = (waiver.country, trial.s.now);
        let cell = WAIVED + country;
        if !trial.s.policies[me].in_force || Self::at(trial, me, cell) != now.0 as f64 {
            return; // of an earlier time in force
        }
        let key = trial.policies[me].key.with(RENEWED).join(waiver.key);
        let mut luck = Stream::open(trial.s.key, key, now.0);
        let holds = waiver.term > Ticks::ZERO && luck.happens(waiver.renewed.get(trial.drawn));
        trial.note(|_| Entry::Waiver {
            policy: me,
            country,
            holds,
        });
        if holds {
            let until = now + waiver.term;
            Self::set(trial, me, cell, until.0 as f64);
            trial.set_alarm(me, until, index as u32);
        } else {
            trial.with_gates_watched(|trial| Self::set(trial, me, cell, 0.0));
        }
    }

    /// Gives the struck sellers ships to fill, or takes them away: by what they
    /// make in the base, which nothing changes in between.
    fn float(&self, trial: &mut Trial, sign: f64) {
        let Some(volume) = self.floats else { return };
        let outputs = self.sellers.iter().map(|s| trial.base.output[*s as usize]);
        let all: f64 = outputs.sum();
        for seller in &self.sellers {
            let seller = *seller as usize;
            let share = if all > 0.0 {
                trial.base.output[seller] / all
            } else {
                1.0 / self.sellers.len() as f64
            };
            let ships = share * volume.get(trial.drawn);
            let (now, ledger) = (trial.s.now, &mut trial.s.ledgers[seller]);
            ledger.floats += sign * ships;
            ledger.taken = (ledger.taken - sign * ships).max(0.0);
            ledger.taken_at = now;
        }
    }

    /// Struck sellers hand on what they have not sold.
    fn relabel(&self, trial: &mut Trial, me: usize, market: usize) {
        let Some(r) = &self.relabelling else { return };
        let share =
            r.at_most.get(trial.drawn) * grown(Self::age(trial, me), r.within.get(trial.drawn));
        let window = trial.base.terms[market].window;
        for seller in &self.sellers {
            let seller = *seller as usize;
            if trial.n.sellers[seller].market != market {
                continue;
            }
            let s = &trial.s.sellers[seller];
            let unsold = s.stock - s.carried - trial.base.usual_stock[seller];
            let volume = (share * s.output * window).min(unsold).min(s.stock);
            if volume > 0.0 {
                Self::hand_on(trial, me, (market, seller), volume, &r.names);
            }
        }
    }

    /// Shares goods out to the sellers of these names in the market, in
    /// proportion to their base output.
    fn hand_on(
        trial: &mut Trial,
        me: usize,
        (market, from): (usize, usize),
        volume: f64,
        names: &[u32],
    ) {
        let n = trial.n;
        let names = names.iter().map(|seller| *seller as usize);
        let names = names.filter(|seller| n.sellers[*seller].market == market);
        let all: f64 = names
            .clone()
            .map(|seller| trial.s.sellers[seller].output)
            .sum();
        let count = names.clone().count() as f64;
        for to in names {
            let part = if all > 0.0 {
                volume * trial.s.sellers[to].output / all
            } else {
                volume / count
            };
            trial.s.sellers[from].stock -= part;
            trial.s.sellers[to].stock += part;
            trial.s.record.leaked[me * n.markets.len() + market] += part;
            trial.note(|_| Entry::Handed {
                policy: me,
                from,
                to,
                volume: part,
            });
        }
    }
}

impl Act for Sanction {
    fn memory(&self) -> usize {
        self.cells
    }

    /// Those that are to give up some of what they buy.
    fn buyers(&self, network: &Network) -> Vec<usize> {
        let mut buyers = buyers_of(network, &self.bound);
        buyers.retain(|b| self.compliance[network.buyers[*b].country] != Num::Const(0.0));
        buyers
    }

    fn markets(&self) -> Vec<usize> {
        bound::markets(&self.bound)
    }

    fn sellers(&self) -> &[u32] {
        &self.sellers
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        let in_force = trial.s.policies[me].in_force;
        Self::set(trial, me, BINDS, 0.0);
        for seller in &self.sellers {
            trial.strike(*seller as usize, in_force);
        }
        self.float(trial, if in_force { 1.0 } else { -1.0 });
        if !in_force {
            return;
        }
        self.begin_waivers(trial, me);
        if self.wind_down > trial.s.now {
            trial.set_alarm(me, self.wind_down, WOUND_DOWN);
        } else {
            self.bind(trial, me);
        }
    }

    fn woken(&self, trial: &mut Trial, me: usize, code: u32) {
        if code != WOUND_DOWN {
            self.review_waiver(trial, me, code as usize);
        } else if trial.s.policies[me].in_force && !Self::binds(trial, me) {
            trial.with_gates_watched(|trial| self.bind(trial, me));
        }
    }

    fn before_clearing(&self, trial: &mut Trial, me: usize, market: usize, opens: bool) {
        if opens && Self::binds(trial, me) && trial.s.now < trial.n.horizon {
            self.relabel(trial, me, market);
        }
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        if !Self::binds(trial, me) {
            return;
        }
        let share = |pair| 1.0 - self.complies(trial, me, Self::buyer_country(trial, pair));
        for (_, b) in in_market(&self.bound, market) {
            b.limit(trial, me, window, gates, share);
            for pair in &b.pairs {
                let country = Self::buyer_country(trial, *pair as usize);
                if !Self::is_waived(trial, me, country) {
                    gates.cost[*pair as usize - b.first] += self.risk[country].get(trial.drawn);
                }
            }
        }
    }

    fn open(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let Some(s) = self.shadow.as_ref().filter(|_| Self::binds(trial, me)) else {
            return;
        };
        let (first, most) = (s.at_first.get(trial.drawn), s.at_most.get(trial.drawn));
        let grown = grown(Self::age(trial, me), s.within.get(trial.drawn));
        let channel = Channel {
            rate: first + (most - first) * grown,
            delay: s.delay.get(trial.drawn),
            cost: s.cost.get(trial.drawn),
        };
        for (_, b) in in_market(&self.bound, market) {
            let stopped = |pair: usize, binding: u32, _: &Trial| {
                b.pairs.contains(&(pair as u32)) && binding == me as u32
            };
            trial.open_channel(me, (market, window), gates, channel, stopped);
        }
    }
}
