//! Coordinated release: several reserves release a volume together, over some
//! time at an even rate, whatever their countries' cover.
//!
//! Member m is ordered to release `total · share_m / over`, with the shares
//! stated or in proportion to the reserves' sizes. A reserve releases the
//! larger of what its own rule and all orders say, as far as it holds that
//! much. Time during which the policy is not in force does not count.

use super::Act;
use crate::engine::journal::Entry;
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::scenario as written;
use crate::units::Ticks;

/// Memory: days of release so far, when it was last taken up, then the rate
/// ordered of each member.
const RELEASED: usize = 0;
const BEGAN: usize = 1;
const RATES: usize = 2;
/// Days that are taken for rounding.
const ROUNDING: f64 = 1e-4;

#[derive(Clone, Debug)]
pub(super) struct CoordinatedRelease {
    /// Reserves, and their shares if stated.
    members: Vec<(usize, Option<Num>)>,
    total: Num,
    over: Num,
}

pub(super) fn compile(
    compiler: &mut Compiler,
    w: &written::CoordinatedRelease,
) -> CoordinatedRelease {
    let member = |(country, share): &(written::CountryId, Option<written::Num>)| {
        let buyer = compiler.buyer(w.commodity, *country)?;
        let reserve = compiler.network().buyers[buyer].reserve?;
        Some((reserve, share.as_ref().map(|n| compiler.num(n))))
    };
    CoordinatedRelease {
        members: w.members.iter().filter_map(member).collect(),
        total: compiler.num(&w.total),
        over: compiler.num(&w.over),
    }
}

impl CoordinatedRelease {
    fn cell<'t>(&self, trial: &'t mut Trial, me: usize, cell: usize) -> &'t mut f64 {
        &mut trial.s.memory[trial.policies[me].memory.start + cell]
    }

    /// What a member counts for among all.
    fn weight(&self, trial: &Trial, member: usize) -> f64 {
        let (reserve, share) = self.members[member];
        share.map_or(trial.base.reserves[reserve].size, |n| n.get(trial.drawn))
    }

    /// Orders every member to release its share, or nothing more.
    fn order(&self, trial: &mut Trial, me: usize, all: f64) {
        let weights = (0..self.members.len()).map(|m| self.weight(trial, m));
        let together: f64 = weights.sum();
        for member in 0..self.members.len() {
            let share = self.weight(trial, member) / together.max(f64::MIN_POSITIVE);
            *self.cell(trial, me, RATES + member) = all * share;
            trial.orders_changed(me, self.members[member].0);
        }
        trial.note_work(me);
    }
}

impl Act for CoordinatedRelease {
    fn memory(&self) -> usize {
        RATES + self.members.len()
    }

    /// While anything is ordered.
    fn works(&self, trial: &Trial, me: usize) -> bool {
        let rates = &trial.s.memory[trial.policies[me].memory.clone()][RATES..];
        rates.iter().any(|rate| *rate > 0.0)
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        let (now, over) = (trial.s.now, self.over.get(trial.drawn));
        if !trial.s.policies[me].in_force {
            let began = *self.cell(trial, me, BEGAN);
            *self.cell(trial, me, RELEASED) += now.days() - began;
            self.order(trial, me, 0.0);
            return;
        }
        *self.cell(trial, me, BEGAN) = now.days();
        let left = over - *self.cell(trial, me, RELEASED);
        if left > ROUNDING {
            self.order(trial, me, self.total.get(trial.drawn) / over);
            trial.set_alarm(me, now + Ticks::from_days(left), 0);
        }
    }

    /// The time of the release is over, unless it was broken off.
    fn woken(&self, trial: &mut Trial, me: usize, _code: u32) {
        let since = trial.s.now.days() - *self.cell(trial, me, BEGAN);
        let released = *self.cell(trial, me, RELEASED) + since;
        if trial.s.policies[me].in_force && released > self.over.get(trial.drawn) - ROUNDING {
            self.order(trial, me, 0.0);
        }
    }
}

impl Trial<'_> {
    /// A release, `me`, orders another rate of a reserve than before.
    fn orders_changed(&mut self, me: usize, reserve: usize) {
        let mut ordered = 0.0;
        for p in self.policies {
            if let super::Instrument::CoordinatedRelease(release) = &p.instrument {
                let rates = &self.s.memory[p.memory.clone()][RATES..];
                let members = release.members.iter().zip(rates);
                let own = members.filter(|((r, _), _)| *r == reserve);
                ordered += own.map(|(_, rate)| rate).sum::<f64>();
            }
        }
        if ordered != self.s.reserves[reserve].ordered {
            self.s.reserves[reserve].ordered = ordered;
            self.note(|_| Entry::Ordered {
                policy: me,
                reserve,
                rate: ordered,
            });
            self.reserve_ordered(reserve);
        }
    }
}
