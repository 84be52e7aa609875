//! Closure of a chokepoint: goods that have not reached it wait.
//!
//! While it is closed a share `open` of reference trade may set out on lanes
//! through it, and of what is under way and has not reached it, each parcel
//! passes with that probability. Afterwards
//!
//! ```text
//! open(t) = 1 − (1 − open) · 2^(−t/h),    h the half-life of recovery
//! ```
//!
//! and each parcel that waits goes on after an exponential time with that
//! half-life, never before it would have got there. Where a lane has a detour,
//! nothing waits: what may not pass goes round. What has passed sails on, and
//! so does what pipelines hold. Parcels on a way around a limit are taken not
//! to pass the chokepoint.

use super::{Act, Bound, Instrument, bound, buyers_of, in_market};
use crate::engine::gates::{Gates, Way};
use crate::engine::journal::Entry;
use crate::engine::state::{Held, Parcel, seconds};
use crate::engine::trial::Trial;
use crate::network::{Compiler, Network, Num, Pair};
use crate::random::{Law, ObjectKey, Stream};
use crate::scenario as written;
use crate::units::{Tick, Ticks};

/// Half-lives after which a chokepoint counts as open: 0.1 % is closed.
const RECOVERED: f64 = 10.0;
/// Memory: when the closure ends by itself, and when recovery is over \[s\].
const ENDS: usize = 0;
const RECOVERS: usize = 1;
const CELLS: usize = 2;
/// Purposes of draws.
const LASTS: u64 = 1;
const PASSES: u64 = 2;
const GOES_ON: u64 = 3;

#[derive(Clone, Debug)]
pub(super) struct Closure {
    pub(super) chokepoint: u32,
    open: Num,
    lasts: Option<Law>,
    recovery: Num,
    bound: Vec<Bound>,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Closure) -> Closure {
    let chokepoint = compiler.chokepoint(&w.of);
    let passes = |pair: &Pair| pair.via.iter().any(|p| p.chokepoint == chokepoint);
    let markets = 0..compiler.network().markets.len();
    let bound = markets.map(|m| Bound::whose(compiler, m, passes));
    let bound = bound.filter(|b| !b.pairs.is_empty()).collect();
    Closure {
        chokepoint,
        bound,
        open: compiler.num(&w.open),
        lasts: w.lasts.clone(),
        recovery: compiler.num(&w.recovery),
    }
}

impl Closure {
    fn cell<'t>(&self, trial: &'t mut Trial, me: usize, cell: usize) -> &'t mut f64 {
        &mut trial.s.memory[trial.policies[me].memory.start + cell]
    }

    /// Share of trade that may pass now.
    fn open_now(&self, trial: &Trial, me: usize) -> f64 {
        let state = trial.s.policies[me];
        let open = self.open.get(trial.drawn).clamp(0.0, 1.0);
        let half_life = self.recovery.get(trial.drawn);
        if state.in_force {
            open
        } else if state.lingers && half_life > 0.0 {
            1.0 - (1.0 - open) * libm::exp2(-trial.since(state.since) / half_life)
        } else {
            1.0
        }
    }

    /// When a parcel under way reaches the chokepoint, if it is still to.
    fn reaches(&self, trial: &Trial, parcel: &Parcel) -> Option<Tick> {
        if parcel.is_aid() {
            return None;
        }
        let pair = &trial.n.pairs[parcel.pair as usize];
        let passage = pair.via.iter().find(|p| p.chokepoint == self.chokepoint)?;
        let at = i64::from(parcel.left) + passage.after.0 as i64;
        let at = Tick(at.max(0) as u64).min(parcel.arrives);
        let ahead = at > trial.s.now && !parcel.waits(trial.s.now) && !parcel.late;
        ahead.then_some(at)
    }

    /// The draws of a parcel.
    fn draw(&self, trial: &Trial, me: usize, purpose: u64, parcel: &Parcel) -> Stream {
        let key: ObjectKey = trial.policies[me].key.with(purpose);
        let key = key.join(trial.n.pairs[parcel.pair as usize].key);
        let left = u64::from(parcel.left.unsigned_abs());
        Stream::open(trial.s.key, key, parcel.arrives.0 ^ (left << 32))
    }

    /// Stops what is under way to the chokepoint.
    fn stop_parcels(&self, trial: &mut Trial, me: usize) {
        for b in &self.bound {
            for buyer in trial.n.markets[b.market].buyers.clone() {
                trial.settle_buyer(buyer);
                let mut k = 0;
                while let Some(parcel) = trial.s.inboxes[buyer].parcels.get(k).copied() {
                    match self.reaches(trial, &parcel) {
                        Some(at) if !self.lets_pass(trial, me, &parcel) => {
                            trial.s.inboxes[buyer].parcels.swap_remove(k);
                            self.stop(trial, me, parcel, at);
                        }
                        _ => k += 1,
                    }
                }
                trial.plan_if_rationed(buyer);
            }
        }
    }

    fn lets_pass(&self, trial: &Trial, me: usize, parcel: &Parcel) -> bool {
        let open = self.open.get(trial.drawn);
        open > 0.0 && self.draw(trial, me, PASSES, parcel).happens(open)
    }

    /// A parcel goes round, or waits.
    fn stop(&self, trial: &mut Trial, me: usize, parcel: Parcel, reaches: Tick) {
        let (pair, volume) = (parcel.pair as usize, parcel.volume);
        let detour = trial.n.pairs[pair].detour;
        trial.note(|_| Entry::Stopped {
            policy: me,
            pair,
            volume,
            goes_round: detour.is_some(),
        });
        if let Some(detour) = detour {
            let adds = Ticks::from_days(detour.adds.get(trial.drawn));
            let mut parcel = Parcel {
                arrives: parcel.arrives + adds,
                late: true,
                ..parcel
            };
            trial.lose_later(&mut parcel, adds);
            trial.put_under_way(parcel);
        } else {
            let policy = me as u32;
            trial.s.held.push(Held {
                parcel,
                reaches,
                policy,
            });
        }
    }

    /// Lets go on what waits, unless another closure holds it.
    fn release_parcels(&self, trial: &mut Trial, me: usize) {
        let other = self.other_closure(trial);
        let mut k = 0;
        while let Some(held) = trial.s.held.get(k).copied() {
            if held.policy as usize != me {
                k += 1;
            } else if let Some(other) = other {
                trial.s.held[k].policy = other;
                k += 1;
            } else {
                trial.s.held.swap_remove(k);
                self.release(trial, me, held);
            }
        }
    }

    /// Another policy that keeps the same chokepoint closed.
    fn other_closure(&self, trial: &Trial) -> Option<u32> {
        let mut policies = trial.policies.iter().enumerate();
        let other = policies.find(|(index, p)| {
            let same =
                matches!(&p.instrument, Instrument::Closure(c) if c.chokepoint == self.chokepoint);
            same && trial.s.policies[*index].in_force
        });
        other.map(|(index, _)| index as u32)
    }

    fn release(&self, trial: &mut Trial, me: usize, held: Held) {
        let Held {
            parcel, reaches, ..
        } = held;
        let uniform = self.draw(trial, me, GOES_ON, &parcel).uniform();
        let wait = -libm::log2(uniform) * self.recovery.get(trial.drawn);
        let passes = (trial.s.now + Ticks::from_days(wait)).max(reaches);
        let buyer = parcel.buyer as usize;
        trial.note(|_| Entry::GoesOn {
            policy: me,
            pair: parcel.pair as usize,
            volume: parcel.volume,
        });
        trial.settle_buyer(buyer);
        let late = passes.0 as i64 - reaches.0 as i64;
        let left = (i64::from(parcel.left) + late).min(trial.s.now.0 as i64);
        let mut parcel = Parcel {
            arrives: passes + (parcel.arrives - reaches),
            left: seconds(left),
            ..parcel
        };
        trial.lose_later(&mut parcel, passes - reaches);
        trial.put_under_way(parcel);
        trial.plan_if_rationed(buyer);
    }

    fn close(&self, trial: &mut Trial, me: usize) {
        trial.s.policies[me].lingers = false;
        if let Some(law) = &self.lasts {
            let visit = trial.s.now.0;
            let key = trial.policies[me].key.with(LASTS);
            let days = law.sample(&mut Stream::open(trial.s.key, key, visit));
            let ends = trial.s.now + Ticks::from_days(days);
            *self.cell(trial, me, ENDS) = ends.0 as f64;
            trial.set_alarm(me, ends, ENDS as u32);
        }
        if self.open.get(trial.drawn) < 1.0 {
            self.stop_parcels(trial, me);
        }
    }

    fn reopen(&self, trial: &mut Trial, me: usize) {
        let recovery = self.recovery.get(trial.drawn);
        if recovery > 0.0 {
            let over = trial.s.now + Ticks::from_days(RECOVERED * recovery);
            trial.s.policies[me].lingers = true;
            *self.cell(trial, me, RECOVERS) = over.0 as f64;
            trial.set_alarm(me, over, RECOVERS as u32);
        }
        self.release_parcels(trial, me);
    }
}

impl Act for Closure {
    fn memory(&self) -> usize {
        CELLS
    }

    fn buyers(&self, network: &Network) -> Vec<usize> {
        buyers_of(network, &self.bound)
    }

    fn markets(&self) -> Vec<usize> {
        bound::markets(&self.bound)
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        let closes = trial.s.policies[me].in_force;
        if closes {
            self.close(trial, me);
        } else {
            self.reopen(trial, me);
        }
        trial.note(|t| Entry::Passage {
            policy: me,
            open: self.open_now(t, me),
            closes,
        });
    }

    /// The closure ends by itself, or recovery is over.
    fn woken(&self, trial: &mut Trial, me: usize, code: u32) {
        if *self.cell(trial, me, code as usize) != trial.s.now.0 as f64 {
            return; // of an earlier closure
        }
        let state = trial.s.policies[me];
        if code == ENDS as u32 && state.in_force {
            trial.with_gates_watched(|trial| {
                trial.s.policies[me].over = true;
                trial.update_policies();
            });
        } else if code == RECOVERS as u32 && !state.in_force {
            trial.with_gates_watched(|trial| trial.s.policies[me].lingers = false);
        }
    }

    fn gate(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        let open = self.open_now(trial, me);
        for (_, b) in in_market(&self.bound, market) {
            b.limit(trial, me, window, gates, |_| open);
        }
    }

    /// Detours, for as much as anybody wants to send.
    fn open(&self, trial: &Trial, me: usize, market: usize, window: f64, gates: &mut Gates) {
        for (_, b) in in_market(&self.bound, market) {
            for pair in &b.pairs {
                let k = *pair as usize - b.first;
                let Some(detour) = trial.n.pairs[*pair as usize].detour else {
                    continue;
                };
                if gates.binding[k] == me as u32 {
                    let way = Way {
                        volume: f64::INFINITY,
                        delay: detour.adds.get(trial.drawn),
                        cost: detour.cost.get(trial.drawn),
                    };
                    let kept = trial.kept_back(market, k, window, gates);
                    gates.go_round(k, way, kept, me);
                }
            }
        }
    }
}
