//! Stockpile pact: a member that runs low draws on the state stocks of others.
//!
//! At each clearing a member whose commercial cover is below the trigger wants
//! what it lacks of it, less what already is on its way. Of that every other
//! member whose own cover is not below the trigger gives a part, in proportion
//! to what the reserves hold, at most `share · size` a time and never below
//! `floor · size`. The goods belong to no seller, and nobody pays for them.

use super::Act;
use crate::engine::journal::Entry;
use crate::engine::state::{Parcel, seconds};
use crate::engine::trial::Trial;
use crate::network::{Compiler, Num};
use crate::random::{Law, ObjectKey, Stream};
use crate::scenario as written;
use crate::units::Ticks;

/// Share of a day's use that is not worth sending.
const DUST: f64 = 1e-6;

#[derive(Clone, Debug)]
pub(super) struct StockpilePact {
    goods: Vec<Good>,
    trigger: Num,
    /// Share of its reserve's size that a partner gives a day.
    share: Num,
    /// Share of its reserve's size that it keeps.
    floor: Num,
    transit: Law,
}

/// Who stands by whom in one good.
#[derive(Clone, Debug)]
struct Good {
    market: usize,
    members: Vec<Member>,
    /// Where its memory begins.
    memory: usize,
}

#[derive(Clone, Debug)]
struct Member {
    buyer: usize,
    reserve: Option<usize>,
    key: ObjectKey,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::StockpilePact) -> StockpilePact {
    let members = |id: &written::CommodityId| -> Vec<Member> {
        let buyers = w.members.iter().filter_map(|c| compiler.buyer(*id, *c));
        buyers.map(|buyer| member(compiler, buyer)).collect()
    };
    let mut memory = 0;
    let good = |id: &written::CommodityId| {
        let good = Good {
            market: compiler.market(*id),
            members: members(id),
            memory,
        };
        memory += good.members.len();
        good
    };
    StockpilePact {
        goods: w.goods.iter().map(good).collect(),
        trigger: compiler.num(&w.trigger),
        share: compiler.num(&w.share),
        floor: compiler.num(&w.floor),
        transit: w.transit.clone(),
    }
}

fn member(compiler: &Compiler, buyer: usize) -> Member {
    let n = compiler.network();
    let (good, country) = n.buyer_name(buyer);
    Member {
        buyer,
        reserve: n.buyers[buyer].reserve,
        key: ObjectKey::named(&format!("{good}.{country}")),
    }
}

impl StockpilePact {
    fn good(&self, market: usize) -> Option<&Good> {
        self.goods.iter().find(|good| good.market == market)
    }

    /// What each partner may still give in the current window.
    fn allow<'t>(&self, trial: &'t mut Trial, me: usize, good: &Good) -> &'t mut [f64] {
        let first = trial.policies[me].memory.start + good.memory;
        &mut trial.s.memory[first..first + good.members.len()]
    }

    /// A window opens: every partner may give its share again.
    fn open(&self, trial: &mut Trial, me: usize, good: &Good) {
        let days = trial.base.terms[good.market].window;
        let share = self.share.get(trial.drawn) * days;
        let base = trial.base;
        for (allowed, member) in self.allow(trial, me, good).iter_mut().zip(&good.members) {
            *allowed = share * member.reserve.map_or(0.0, |r| base.reserves[r].size);
        }
    }

    /// Whether the commercial cover of a member is below the trigger.
    fn runs_low(&self, trial: &Trial, member: &Member) -> bool {
        let level = self.trigger.get(trial.drawn) * trial.s.usual[member.buyer].use_rate;
        trial.s.buyers[member.buyer].in_tank() < level
    }

    /// What a member lacks of the trigger, and is not on its way.
    fn lacks(&self, trial: &Trial, member: &Member) -> f64 {
        let (b, use_rate) = (
            &trial.s.buyers[member.buyer],
            trial.s.usual[member.buyer].use_rate,
        );
        let level = self.trigger.get(trial.drawn) * use_rate;
        let lacks = level - b.stock.max(0.0) - b.aid_under_way;
        if lacks > DUST * use_rate { lacks } else { 0.0 }
    }

    /// What the reserve of a member holds that others may draw on.
    fn held(&self, trial: &Trial, member: &Member) -> f64 {
        match member.reserve {
            Some(reserve) if !self.runs_low(trial, member) => trial.s.reserves[reserve].volume,
            _ => 0.0,
        }
    }

    /// A member that runs low draws on all that do not.
    fn draw(&self, trial: &mut Trial, me: usize, good: &Good, taker: &Member) {
        let lacks = self.lacks(trial, taker);
        if lacks <= 0.0 {
            return;
        }
        for reserve in good.members.iter().filter_map(|m| m.reserve) {
            trial.settle_reserve(reserve);
        }
        let held: f64 = good.members.iter().map(|m| self.held(trial, m)).sum();
        if held <= 0.0 {
            return;
        }
        for (place, giver) in good.members.iter().enumerate() {
            let Some(reserve) = giver.reserve.filter(|_| self.held(trial, giver) > 0.0) else {
                continue;
            };
            let asked = lacks * self.held(trial, giver) / held;
            let spare = self.spare(trial, good, reserve);
            let allowed = self.allow(trial, me, good)[place];
            let volume = asked.min(allowed).min(spare);
            if volume > DUST * trial.s.usual[taker.buyer].use_rate {
                self.allow(trial, me, good)[place] -= volume;
                self.send(trial, me, giver, taker, (reserve, volume));
            }
        }
    }

    /// What a reserve can give: what it holds beyond its floor, and does not
    /// release at home in this window.
    fn spare(&self, trial: &Trial, good: &Good, reserve: usize) -> f64 {
        let r = &trial.s.reserves[reserve];
        let days = (trial.s.markets[good.market].next - trial.s.now).days();
        let kept = self.floor.get(trial.drawn) * trial.base.reserves[reserve].size;
        r.volume - r.rate.max(0.0) * days - kept
    }

    fn send(
        &self,
        trial: &mut Trial,
        me: usize,
        giver: &Member,
        taker: &Member,
        (reserve, volume): (usize, f64),
    ) {
        let key = trial.policies[me].key.join(giver.key).join(taker.key);
        let now = trial.s.now;
        let days = self
            .transit
            .sample(&mut Stream::open(trial.s.key, key, now.0));
        trial.s.reserves[reserve].volume -= volume;
        trial.s.reserves[reserve].drawn += volume;
        trial.s.buyers[taker.buyer].under_way += volume;
        trial.s.buyers[taker.buyer].aid_under_way += volume;
        trial.put_under_way(Parcel {
            arrives: now + Ticks::from_days(days),
            left: seconds(now.0 as i64),
            late: false,
            volume,
            price: 0.0,
            pair: Parcel::AID,
            buyer: taker.buyer as u32,
        });
        trial.note(|_| Entry::Aid {
            policy: me,
            reserve,
            buyer: taker.buyer,
            volume,
        });
    }
}

/// Memory: what each partner may still give in the current window.
impl Act for StockpilePact {
    fn memory(&self) -> usize {
        self.goods.iter().map(|good| good.members.len()).sum()
    }

    fn markets(&self) -> Vec<usize> {
        self.goods.iter().map(|good| good.market).collect()
    }

    fn switched(&self, trial: &mut Trial, me: usize) {
        for good in &self.goods {
            self.open(trial, me, good);
        }
    }

    fn before_clearing(&self, trial: &mut Trial, me: usize, market: usize, opens: bool) {
        let Some(good) = self.good(market) else {
            return;
        };
        if opens {
            self.open(trial, me, good);
        }
        for taker in &good.members {
            if self.runs_low(trial, taker) {
                self.draw(trial, me, good, taker);
            }
        }
    }
}
